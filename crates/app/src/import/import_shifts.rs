use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, Time};
use scheduling_domain::demand::check_heads;
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{PositionId, ScheduleId, ShiftTemplateId, SiteId, SkillId};
use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::position::PositionFilter;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::{Heads, Period};
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::site::SiteFilter;
use scheduling_domain::time::{SiteZone, WallShift};

use super::{Column, ImportError, ImportReport, Row, RowOutcome, settle};
use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// The columns of a file of shifts: a template's code, a working day, and the heads wanted. `min` is 0 and `max` without
/// limit where they are blank.
pub const SHIFT_COLUMNS: &[Column] = &[
    Column { name: "template", required: true },
    Column { name: "on", required: true },
    Column { name: "target", required: true },
    Column { name: "min", required: false },
    Column { name: "max", required: false },
];

/// What a head costs that is missing, and one that is too many: as in demand that says nothing else.
const WEIGHTS: (i64, i64) = (100, 10);

/// Creates shifts of a schedule from templates; one that is there on that day gets the heads of its row.
pub async fn import_shifts(
    app: &App,
    actor: &Actor,
    schedule: ScheduleId,
    rows: &[Row],
    dry_run: bool,
) -> Result<ImportReport, ImportError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = import_in(app, actor, uow.as_mut(), schedule, rows).await;
    settle(uow, outcome, dry_run).await
}

async fn import_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    schedule: ScheduleId,
    rows: &[Row],
) -> Result<ImportReport, ImportError> {
    let book = Book::open(actor, uow, schedule).await?;
    let mut seen = HashSet::new();
    let mut report = ImportReport::default();
    for row in rows {
        let outcome = match book.parse(row, &mut seen) {
            Err(faults) => RowOutcome::Refused(faults),
            Ok((shift, Some(before))) if before.value == shift => RowOutcome::Unchanged,
            Ok((shift, Some(before))) => {
                uow.shifts().update(before.id, before.version, &shift, app.now()).await?;
                RowOutcome::Changed
            }
            Ok((shift, None)) => {
                uow.shifts().insert(&shift, app.now()).await?;
                RowOutcome::Created
            }
        };
        report.rows.push((row.line, outcome));
    }
    Ok(report)
}

/// Everything that rows refer to.
struct Book {
    schedule: ScheduleId,
    period: Period,
    day_boundary: Time,
    templates: HashMap<String, Record<ShiftTemplate>>,
    zones: HashMap<SiteId, SiteZone>,
    position_skills: HashMap<PositionId, Vec<SkillId>>,
    known: HashMap<(ShiftTemplateId, Date), Record<Shift>>,
}

impl Book {
    async fn open(actor: &Actor, uow: &mut dyn UnitOfWork, id: ScheduleId) -> Result<Self, ImportError> {
        let schedule = uow.schedules().find(id).await?.ok_or(ImportError::NoSchedule(id))?;
        let relation = if actor.runs(schedule.team_id) { Relation::OwnTeam } else { Relation::Other };
        match access(actor, Operation::Plan, relation) {
            Access::Allowed => {}
            Access::Invisible => return Err(ImportError::NoSchedule(id)),
            Access::Forbidden => return Err(ImportError::Forbidden),
        }
        let rule_set_id = uow.teams().find(schedule.team_id).await?.and_then(|team| team.rule_set_id);
        let day_boundary = match rule_set_id {
            Some(rule_set) => uow.rule_sets().find(rule_set).await?.map(|rules| rules.day_boundary),
            None => None,
        };
        let templates = uow.shift_templates().list_all(&ShiftTemplateFilter::default()).await?;
        let sites = uow.sites().list_all(&SiteFilter::default()).await?;
        let positions = uow.positions().list_all(&PositionFilter::default()).await?;
        let filter = ShiftFilter { schedule_ids: Some(vec![id]), ..ShiftFilter::default() };
        let shifts = uow.shifts().list_all(&filter).await?;
        Ok(Self {
            schedule: id,
            period: schedule.period,
            day_boundary: day_boundary.unwrap_or_default(),
            templates: templates.into_iter().map(|template| (template.code.clone(), template)).collect(),
            zones: sites.iter().filter_map(|site| Some((site.id, SiteZone::parse(&site.time_zone).ok()?))).collect(),
            position_skills: positions.into_iter().map(|position| (position.id, position.value.skill_ids)).collect(),
            known: shifts.into_iter().filter_map(|shift| Some(((shift.template_id?, shift.on), shift))).collect(),
        })
    }

    /// The shift that a row asks for, and the one that stands in its place.
    fn parse(
        &self,
        row: &Row,
        seen: &mut HashSet<(ShiftTemplateId, Date)>,
    ) -> Result<(Shift, Option<&Record<Shift>>), Faults> {
        let mut faults = Faults::new();
        let template = row.required("template", &mut faults).and_then(|code| {
            let template = self.templates.get(code);
            faults.require(template.is_some(), || {
                Fault::new("/template", "unknown_reference").with("kind", "shift_template").with("id", code)
            });
            template
        });
        let on = row.required_as::<Date>("on", "date", &mut faults);
        if let Some(on) = on {
            faults.require(self.period.contains(on), || {
                let last = self.period.end.yesterday().unwrap_or(self.period.end);
                Fault::new("/on", "out_of_range").with("min", self.period.first).with("max", last).with("actual", on)
            });
        }
        let heads = heads(row, &mut faults);
        let (Some(template), Some(on), Some(heads)) = (template, on, heads) else { return Err(faults) };
        faults.require(seen.insert((template.id, on)), || Fault::new("/on", "repeated"));
        let shift = self.shift(template, on, heads, &mut faults);
        let shift = shift.filter(|_| faults.is_empty()).ok_or(faults)?;
        shift.validate()?;
        Ok((shift, self.known.get(&(template.id, on))))
    }

    fn shift(&self, template: &Record<ShiftTemplate>, on: Date, heads: Heads, faults: &mut Faults) -> Option<Shift> {
        let zone = self.zones.get(&template.site_id)?;
        let wall = WallShift { starts: template.starts, ends: template.ends, dst_policy: template.dst_policy };
        let span = match wall.on(zone, on, self.day_boundary) {
            Ok(span) => span,
            Err(missing) => {
                faults.push(missing.fault("/on"));
                return None;
            }
        };
        let mut skill_ids = self.position_skills.get(&template.position_id).cloned().unwrap_or_default();
        skill_ids.extend(&template.skill_ids);
        skill_ids.sort_unstable();
        skill_ids.dedup();
        Some(Shift {
            schedule_id: self.schedule,
            label: template.code.clone(),
            template_id: Some(template.id),
            site_id: template.site_id,
            position_id: template.position_id,
            on,
            starts_at: span.starts_at,
            ends_at: span.ends_at,
            break_minutes: template.break_minutes,
            skill_ids,
            tags: template.tags.clone(),
            heads,
        })
    }
}

fn heads(row: &Row, faults: &mut Faults) -> Option<Heads> {
    let target = row.required_as("target", "number", faults);
    let min = row.parsed("min", "number", faults).unwrap_or(0);
    let max = row.parsed("max", "number", faults);
    let (under_weight, over_weight) = WEIGHTS;
    let heads = Heads { min, target: target?, max, under_weight, over_weight };
    let mut found = Faults::new();
    check_heads(&mut found, "", &heads);
    found.into_iter().for_each(|fault| faults.push(fault));
    Some(heads)
}
