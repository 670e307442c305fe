//! `/api/rule-sets/`: rules that belong together.

use scheduling_domain::fault::Faults;
use scheduling_domain::rule_set::{RuleSet, RuleSetFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{DayOfWeek, Field, List, Name, Patch, Search, WallTime};
use super::rule::RuleBody;

/// A new rule set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRuleSetBody {
    /// Unique in the organization.
    #[schemars(example = &"2026 年集体协议")]
    name: Name,
    /// The first day of a week.
    #[serde(default)]
    week_start: DayOfWeek,
    /// A shift that starts before this time of day belongs to the working day before.
    #[serde(default)]
    day_boundary: WallTime,
    /// The rules; their keys differ.
    #[serde(default)]
    rules: List<RuleBody, 200>,
}

/// Changes to a rule set; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateRuleSetBody {
    /// Unique in the organization.
    name: Patch<Name>,
    /// The first day of a week.
    week_start: Patch<DayOfWeek>,
    /// A shift that starts before this time of day belongs to the working day before.
    day_boundary: Patch<WallTime>,
    /// The rules; replaces all of them.
    rules: Patch<List<RuleBody, 200>>,
}

/// Which rule sets are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleSetQuery {
    /// Part of the name, whatever its case.
    search: Option<Search>,
}

/// Named rules, with how days and weeks are cut.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RuleSet")]
pub(crate) struct RuleSetView {
    name: String,
    /// The first day of a week.
    week_start: DayOfWeek,
    /// A shift that starts before this time of day belongs to the working day before.
    day_boundary: WallTime,
    /// The rules.
    rules: Vec<RuleBody>,
}

impl From<RuleSet> for RuleSetView {
    fn from(set: RuleSet) -> Self {
        Self {
            name: set.name,
            week_start: DayOfWeek(set.week_start),
            day_boundary: WallTime(set.day_boundary),
            rules: set.rules.into_iter().map(Into::into).collect(),
        }
    }
}

impl Catalogue for RuleSet {
    type Owner = ();
    type Create = CreateRuleSetBody;
    type Update = UpdateRuleSetBody;
    type Query = RuleSetQuery;
    type View = RuleSetView;

    const COLLECTION: &'static str = "/api/rule-sets/";
    const ITEM: &'static str = "/api/rule-sets/{id}";
    const NAMES: Names =
        Names { tag: "rule-sets", one: "a rule set", many: "rule sets", one_id: "RuleSet", many_id: "RuleSets" };

    fn create((): (), body: CreateRuleSetBody) -> Result<Self, Faults> {
        Ok(Self {
            name: body.name.plain(),
            week_start: body.week_start.plain(),
            day_boundary: body.day_boundary.plain(),
            rules: body.rules.plain(),
        })
    }

    fn update(&mut self, body: &UpdateRuleSetBody) {
        body.name.apply(&mut self.name);
        body.week_start.apply(&mut self.week_start);
        body.day_boundary.apply(&mut self.day_boundary);
        body.rules.apply(&mut self.rules);
    }

    fn filter((): (), query: RuleSetQuery) -> RuleSetFilter {
        RuleSetFilter { search: query.search.plain() }
    }
}
