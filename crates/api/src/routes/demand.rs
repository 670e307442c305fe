//! `/api/demands/`: how many people are wanted on which shifts.

use jiff::civil::Date;
use scheduling_domain::demand::{Demand, DemandFilter, Heads};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{ShiftTemplateId, TeamId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{DaysOfWeek, Field, List, Patch, Ref};

/// A new demand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct CreateDemandBody {
    /// The team that staffs it.
    team_id: Ref<TeamId>,
    /// The shift.
    template_id: Ref<ShiftTemplateId>,
    /// On which days of the week.
    #[serde(default)]
    weekdays: DaysOfWeek,
    /// First day.
    #[schemars(example = &"2026-01-01")]
    valid_from: Date,
    /// Last day; absent for ever.
    #[serde(default)]
    valid_until: Option<Date>,
    /// Days on which it does not hold.
    #[serde(default)]
    except_on: List<Date, 366>,
    /// How many people.
    heads: HeadsBody,
}

/// Changes to a demand; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct UpdateDemandBody {
    /// The team that staffs it.
    team_id: Patch<Ref<TeamId>>,
    /// The shift.
    template_id: Patch<Ref<ShiftTemplateId>>,
    /// On which days of the week.
    weekdays: Patch<DaysOfWeek>,
    /// First day.
    valid_from: Patch<Date>,
    /// Last day; `null` for ever.
    valid_until: Patch<Option<Date>>,
    /// Days on which it does not hold; replaces the list.
    except_on: Patch<List<Date, 366>>,
    /// How many people; replaces all of it.
    heads: Patch<HeadsBody>,
}

/// How many people are wanted, and what it costs to miss that.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "target_below_min": ["min", "target"], "max_below_target": ["target", "max"] }))]
pub(crate) struct HeadsBody {
    /// What is wanted.
    #[schemars(range(max = 1_000), example = 2)]
    target: u16,
    /// Fewer than this breaks the heads rule; `target` when absent.
    #[serde(default)]
    #[schemars(range(max = 1_000))]
    min: Option<u16>,
    /// More than this breaks the heads rule; no limit when absent.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000))]
    max: Option<u16>,
    /// Cost of each person short of `target`.
    #[serde(default = "usual_under_weight")]
    #[schemars(range(min = 0, max = 1_000_000))]
    under_weight: i64,
    /// Cost of each person above `target`.
    #[serde(default = "usual_over_weight")]
    #[schemars(range(min = 0, max = 1_000_000))]
    over_weight: i64,
}

fn usual_under_weight() -> i64 {
    100
}

fn usual_over_weight() -> i64 {
    1
}

impl Field for HeadsBody {
    type Value = Heads;
    fn plain(self) -> Heads {
        let Self { target, min, max, under_weight, over_weight } = self;
        Heads { target, min: min.unwrap_or(target), max, under_weight, over_weight }
    }
}

/// How many people are wanted, and what it costs to miss that.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "Heads")]
pub(crate) struct HeadsView {
    /// What is wanted.
    target: u16,
    /// Fewer than this breaks the heads rule.
    min: u16,
    /// More than this breaks the heads rule; none for no limit.
    max: Option<u16>,
    /// Cost of each person short of `target`.
    under_weight: i64,
    /// Cost of each person above `target`.
    over_weight: i64,
}

impl From<Heads> for HeadsView {
    fn from(heads: Heads) -> Self {
        let Heads { target, min, max, under_weight, over_weight } = heads;
        Self { target, min, max, under_weight, over_weight }
    }
}

/// Which demand is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemandQuery {
    /// Only of this team.
    team_id: Option<Ref<TeamId>>,
    /// Only for this shift template.
    template_id: Option<Ref<ShiftTemplateId>>,
}

/// Heads wanted on a template's shifts, recurring by weekday, with dated exceptions.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Demand")]
pub(crate) struct DemandView {
    /// The team that staffs it.
    team_id: Ref<TeamId>,
    /// The shift.
    template_id: Ref<ShiftTemplateId>,
    /// On which days of the week.
    weekdays: DaysOfWeek,
    /// First day.
    valid_from: Date,
    /// Last day; none for ever.
    valid_until: Option<Date>,
    /// Days on which it does not hold.
    except_on: Vec<Date>,
    /// How many people.
    heads: HeadsView,
}

impl From<Demand> for DemandView {
    fn from(demand: Demand) -> Self {
        let Demand { team_id, template_id, weekdays, valid_from, valid_until, except_on, heads } = demand;
        Self {
            team_id: Ref(team_id),
            template_id: Ref(template_id),
            weekdays: DaysOfWeek(weekdays),
            valid_from,
            valid_until,
            except_on,
            heads: heads.into(),
        }
    }
}

impl Catalogue for Demand {
    type Owner = ();
    type Create = CreateDemandBody;
    type Update = UpdateDemandBody;
    type Query = DemandQuery;
    type View = DemandView;

    const COLLECTION: &'static str = "/api/demands/";
    const ITEM: &'static str = "/api/demands/{id}";
    const NAMES: Names =
        Names { tag: "demands", one: "a demand", many: "demand", one_id: "Demand", many_id: "Demands" };

    fn create((): (), body: CreateDemandBody) -> Result<Self, Faults> {
        Ok(Self {
            team_id: body.team_id.plain(),
            template_id: body.template_id.plain(),
            weekdays: body.weekdays.plain(),
            valid_from: body.valid_from,
            valid_until: body.valid_until,
            except_on: body.except_on.plain(),
            heads: body.heads.plain(),
        })
    }

    fn update(&mut self, body: &UpdateDemandBody) {
        body.team_id.apply(&mut self.team_id);
        body.template_id.apply(&mut self.template_id);
        body.weekdays.apply(&mut self.weekdays);
        body.valid_from.apply(&mut self.valid_from);
        body.valid_until.apply(&mut self.valid_until);
        body.except_on.apply(&mut self.except_on);
        body.heads.apply(&mut self.heads);
    }

    fn filter((): (), query: DemandQuery) -> DemandFilter {
        DemandFilter { team_id: query.team_id.plain(), template_id: query.template_id.plain() }
    }
}
