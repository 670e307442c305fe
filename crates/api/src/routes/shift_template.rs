//! `/api/shift-templates/`: shifts by the wall clock, from which dated shifts are made.

use scheduling_domain::fault::Faults;
use scheduling_domain::id::{PositionId, SiteId, SkillId};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::time::DstPolicy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Choice, Field, Label, List, Name, Patch, Ref, Search, Tags, WallTime, refs};

/// A new shift template.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateShiftTemplateBody {
    /// Short and unique in the organization.
    #[schemars(example = &"N")]
    code: Label<20>,
    /// For people.
    #[schemars(example = &"夜班")]
    name: Name,
    /// Where.
    site_id: Ref<SiteId>,
    /// As what.
    position_id: Ref<PositionId>,
    /// When it starts, by the site's wall clock.
    starts: WallTime,
    /// When it ends; at or before `starts` means on the next day.
    ends: WallTime,
    /// What happens on a day when clocks change.
    #[serde(default)]
    dst_policy: Choice<DstPolicy>,
    /// Unpaid break within it.
    #[serde(default)]
    #[schemars(range(max = 1_440))]
    break_minutes: u32,
    /// Skills it needs beyond its position's.
    #[serde(default)]
    skill_ids: List<Ref<SkillId>, 50>,
    /// Tags that rules select by, such as `night`.
    #[serde(default)]
    tags: Tags,
}

/// Changes to a shift template; what is absent stays. Shifts made from it before stay as they are.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateShiftTemplateBody {
    /// Short and unique in the organization.
    code: Patch<Label<20>>,
    /// For people.
    name: Patch<Name>,
    /// Where.
    site_id: Patch<Ref<SiteId>>,
    /// As what.
    position_id: Patch<Ref<PositionId>>,
    /// When it starts, by the site's wall clock.
    starts: Patch<WallTime>,
    /// When it ends; at or before the start means on the next day.
    ends: Patch<WallTime>,
    /// What happens on a day when clocks change.
    dst_policy: Patch<Choice<DstPolicy>>,
    /// Unpaid break within it.
    #[schemars(range(max = 1_440))]
    break_minutes: Patch<u32>,
    /// Skills it needs beyond its position's; replaces the list.
    skill_ids: Patch<List<Ref<SkillId>, 50>>,
    /// Tags that rules select by; replaces the list.
    tags: Patch<Tags>,
}

/// Which shift templates are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShiftTemplateQuery {
    /// Part of the code or the name, whatever its case.
    search: Option<Search>,
    /// Only at this site.
    site_id: Option<Ref<SiteId>>,
}

/// A shift by the wall clock of a site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShiftTemplate")]
pub(crate) struct ShiftTemplateView {
    /// Short and unique in the organization.
    code: String,
    /// For people.
    name: String,
    site_id: Ref<SiteId>,
    position_id: Ref<PositionId>,
    /// When it starts, by the site's wall clock.
    starts: WallTime,
    /// When it ends; at or before `starts` means on the next day.
    ends: WallTime,
    /// What happens on a day when clocks change.
    dst_policy: Choice<DstPolicy>,
    /// Unpaid break within it.
    break_minutes: u32,
    /// Skills it needs beyond its position's.
    skill_ids: Vec<Ref<SkillId>>,
    /// Tags that rules select by.
    tags: Vec<String>,
}

impl From<ShiftTemplate> for ShiftTemplateView {
    fn from(template: ShiftTemplate) -> Self {
        Self {
            code: template.code,
            name: template.name,
            site_id: Ref(template.site_id),
            position_id: Ref(template.position_id),
            starts: WallTime(template.starts),
            ends: WallTime(template.ends),
            dst_policy: Choice(template.dst_policy),
            break_minutes: template.break_minutes,
            skill_ids: refs(template.skill_ids),
            tags: template.tags,
        }
    }
}

impl Catalogue for ShiftTemplate {
    type Owner = ();
    type Create = CreateShiftTemplateBody;
    type Update = UpdateShiftTemplateBody;
    type Query = ShiftTemplateQuery;
    type View = ShiftTemplateView;

    const COLLECTION: &'static str = "/api/shift-templates/";
    const ITEM: &'static str = "/api/shift-templates/{id}";
    const NAMES: Names = Names {
        tag: "shift-templates",
        one: "a shift template",
        many: "shift templates",
        one_id: "ShiftTemplate",
        many_id: "ShiftTemplates",
    };

    fn create((): (), body: CreateShiftTemplateBody) -> Result<Self, Faults> {
        Ok(Self {
            code: body.code.plain(),
            name: body.name.plain(),
            site_id: body.site_id.plain(),
            position_id: body.position_id.plain(),
            starts: body.starts.plain(),
            ends: body.ends.plain(),
            dst_policy: body.dst_policy.plain(),
            break_minutes: body.break_minutes,
            skill_ids: body.skill_ids.plain(),
            tags: body.tags.plain(),
        })
    }

    fn update(&mut self, body: &UpdateShiftTemplateBody) {
        body.code.apply(&mut self.code);
        body.name.apply(&mut self.name);
        body.site_id.apply(&mut self.site_id);
        body.position_id.apply(&mut self.position_id);
        body.starts.apply(&mut self.starts);
        body.ends.apply(&mut self.ends);
        body.dst_policy.apply(&mut self.dst_policy);
        body.break_minutes.apply(&mut self.break_minutes);
        body.skill_ids.apply(&mut self.skill_ids);
        body.tags.apply(&mut self.tags);
    }

    fn filter((): (), query: ShiftTemplateQuery) -> ShiftTemplateFilter {
        ShiftTemplateFilter { search: query.search.plain(), site_id: query.site_id.plain() }
    }
}
