use actix_web::HttpRequest;
use jiff::civil::Date;
use paperclip::actix::api_v2_operation;
use scheduling_app::Call;
use scheduling_app::shifts::{self, ChangedShift, UpdateShiftError, WallClock};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{PositionId, ShiftId, ShiftTemplateId, SiteId, SkillId};
use scheduling_domain::shift::Shift;
use scheduling_domain::time::{DstPolicy, Interval, WallShift};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create::{instants, no_clock, reject_gap};
use super::{ShiftView, as_written, stored};
use crate::http::{Body, Code, Context, Id, IfMatch, JsonBody, Language, Problem, Query, Result};
use crate::routes::answer::Stored;
use crate::routes::attempt::DryRun;
use crate::routes::caller::Caller;
use crate::routes::demand::HeadsBody;
use crate::routes::fields::{Choice, Field, Label, List, Patch, Ref, Tags, Text, WallTime};
use crate::routes::refusal::stale;
use crate::routes::verdict::{VerdictView, blocked, consent_required};
use crate::routes::zone::Zones;

/// Changes to a shift; what is absent stays. Its crew moves with it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct UpdateShiftBody {
    /// What people call it.
    label: Patch<Label<40>>,
    /// Where.
    site_id: Patch<Ref<SiteId>>,
    /// As what.
    position_id: Patch<Ref<PositionId>>,
    /// The working day it belongs to.
    on: Patch<Date>,
    /// When it starts, by the site's wall clock.
    starts: Patch<WallTime>,
    /// When it ends; at or before the start means on the next day.
    ends: Patch<WallTime>,
    /// What happens on a day when clocks change; `reject_gap` when absent.
    dst_policy: Patch<Choice<DstPolicy>>,
    /// Unpaid break within it.
    #[schemars(range(max = 1_440))]
    break_minutes: Patch<u32>,
    /// Skills everyone on it needs; replaces the list.
    skill_ids: Patch<List<Ref<SkillId>, 50>>,
    /// Tags that rules select by; replaces the list.
    tags: Patch<Tags>,
    /// How many people; replaces all of it.
    heads: Patch<HeadsBody>,
    /// The template it stands for; `null` for none.
    template_id: Patch<Option<Ref<ShiftTemplateId>>>,
    /// How the crew consented, where a rule asks for that.
    consent_note: Patch<Text<1, 500>>,
}

/// A shift, and what its change does to its crew.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChangedShift")]
pub(super) struct ChangedShiftView {
    #[serde(flatten)]
    shift: Stored<ShiftView>,
    /// What the rules say of the change.
    verdict: VerdictView,
}

impl UpdateShiftBody {
    fn moves(&self) -> bool {
        let Self { site_id, on, starts, ends, dst_policy, .. } = self;
        let stays = matches!(
            (site_id, on, starts, ends, dst_policy),
            (Patch::Keep, Patch::Keep, Patch::Keep, Patch::Keep, Patch::Keep)
        );
        !stays
    }

    /// When the changed shift is, and where.
    fn interval(&self, shift: &Shift, from: &Zones, to: &WallClock) -> std::result::Result<(Date, Interval), Faults> {
        if !self.moves() {
            return Ok((shift.on, Interval::new(shift.starts_at, shift.ends_at)));
        }
        let wall_time = |at| from.wall_clock(shift.site_id, at).time();
        let mut on = shift.on;
        let mut wall = WallShift {
            starts: wall_time(shift.starts_at),
            ends: wall_time(shift.ends_at),
            dst_policy: reject_gap().plain(),
        };
        self.on.apply(&mut on);
        self.starts.apply(&mut wall.starts);
        self.ends.apply(&mut wall.ends);
        self.dst_policy.apply(&mut wall.dst_policy);
        Ok((on, instants(to, on, wall)?))
    }

    fn apply(&self, shift: &mut Shift, (on, interval): (Date, Interval)) {
        self.label.apply(&mut shift.label);
        self.site_id.apply(&mut shift.site_id);
        self.position_id.apply(&mut shift.position_id);
        (shift.on, shift.starts_at, shift.ends_at) = (on, interval.starts_at, interval.ends_at);
        self.break_minutes.apply(&mut shift.break_minutes);
        self.skill_ids.apply(&mut shift.skill_ids);
        self.tags.apply(&mut shift.tags);
        self.heads.apply(&mut shift.heads);
        self.template_id.apply(&mut shift.template_id);
    }
}

/// Change a shift
///
/// What is absent stays. The rules judge what becomes of the crew; a change that they forbid is refused with
/// `blocked_by_rules`, and `data.verdict` says why. A dry run answers the same verdict with 200, whatever its outcome.
#[api_v2_operation(tags("shifts"), operation_id = "updateShift")]
pub(super) async fn update(
    caller: Caller,
    id: Id<ShiftId>,
    expected: IfMatch,
    query: Query<DryRun>,
    body: JsonBody<UpdateShiftBody>,
    request: HttpRequest,
) -> Result<Body<ChangedShiftView>> {
    let (JsonBody(body), Query(DryRun { dry_run }), IfMatch(expected)) = (body, query, expected);
    let language = Context::of(&request).language;
    let seen = shifts::get_shift(&caller.app, &caller.actor, id.0).await?;
    if seen.version != expected {
        return Err(stale(seen.version));
    }
    let site = body.site_id.clone().plain().unwrap_or(seen.site_id);
    let clock = shifts::wall_clock(&caller.app, &caller.actor, seen.schedule_id, Some(site)).await;
    let clock = clock.map_err(|error| no_clock(error, seen.schedule_id))?;
    let zones = Zones::of(&caller, [seen.site_id, site]).await?;
    let when = body.interval(&seen, &zones, &clock)?;
    let note = body.consent_note.clone().plain();
    let answer = |changed: &ChangedShift| {
        let ChangedShift { shift, assessment } = changed;
        let verdict = VerdictView::new(assessment, language);
        Body::new(ChangedShiftView { shift: stored(shift.clone(), &zones), verdict }).version(shift.version)
    };
    let call = Call::new(&caller.actor).dry_run(dry_run);
    let edit = |shift: &mut Shift| body.apply(shift, when);
    let settled = shifts::update_shift(&caller.app, &call, id.0, expected, &edit, note.as_deref()).await;
    Body::settled(settled.map_err(|error| refusal(error, language))?, answer)
}

fn refusal(error: UpdateShiftError, language: Language) -> Problem {
    match error {
        UpdateShiftError::NotFound => Code::NotFound.into(),
        UpdateShiftError::Forbidden => Code::Forbidden.into(),
        UpdateShiftError::Stale { current } => stale(current),
        UpdateShiftError::Invalid(faults) => as_written(faults).into(),
        UpdateShiftError::Blocked(assessment) => blocked(&assessment, language),
        UpdateShiftError::NeedsConsent(assessment) => consent_required(&assessment, language),
        UpdateShiftError::Key(error) => error.into(),
        UpdateShiftError::Store(error) => error.into(),
    }
}
