//! `/api/teams/`: who is rostered together.

use scheduling_domain::fault::Faults;
use scheduling_domain::id::{RuleSetId, SiteId};
use scheduling_domain::team::{Team, TeamFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Name, Patch, Ref, Search};

/// A new team.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTeamBody {
    /// Unique in the organization.
    #[schemars(example = &"急诊一组")]
    name: Name,
    /// The site where it works.
    site_id: Ref<SiteId>,
    /// The rules that bind everybody in it, beyond the baseline.
    #[serde(default)]
    rule_set_id: Option<Ref<RuleSetId>>,
}

/// Changes to a team; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateTeamBody {
    /// Unique in the organization.
    name: Patch<Name>,
    /// The site where it works.
    site_id: Patch<Ref<SiteId>>,
    /// The rules that bind everybody in it; `null` for none beyond the baseline.
    rule_set_id: Patch<Option<Ref<RuleSetId>>>,
}

/// Which teams are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamQuery {
    /// Part of the name, whatever its case.
    search: Option<Search>,
    /// Only at this site.
    site_id: Option<Ref<SiteId>>,
}

/// People who are rostered together at a site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Team")]
pub(crate) struct TeamView {
    name: String,
    /// The site where it works.
    site_id: Ref<SiteId>,
    /// The rules that bind everybody in it, beyond the baseline.
    rule_set_id: Option<Ref<RuleSetId>>,
}

impl From<Team> for TeamView {
    fn from(team: Team) -> Self {
        let Team { name, site_id, rule_set_id } = team;
        Self { name, site_id: Ref(site_id), rule_set_id: rule_set_id.map(Ref) }
    }
}

impl Catalogue for Team {
    type Owner = ();
    type Create = CreateTeamBody;
    type Update = UpdateTeamBody;
    type Query = TeamQuery;
    type View = TeamView;

    const COLLECTION: &'static str = "/api/teams/";
    const ITEM: &'static str = "/api/teams/{id}";
    const NAMES: Names = Names { tag: "teams", one: "a team", many: "teams", one_id: "Team", many_id: "Teams" };

    fn create((): (), body: CreateTeamBody) -> Result<Self, Faults> {
        Ok(Self { name: body.name.plain(), site_id: body.site_id.plain(), rule_set_id: body.rule_set_id.plain() })
    }

    fn update(&mut self, body: &UpdateTeamBody) {
        body.name.apply(&mut self.name);
        body.site_id.apply(&mut self.site_id);
        body.rule_set_id.apply(&mut self.rule_set_id);
    }

    fn filter((): (), query: TeamQuery) -> TeamFilter {
        TeamFilter { search: query.search.plain(), site_id: query.site_id.plain() }
    }
}
