//! `/api/positions/`: what shifts need done.

use scheduling_domain::fault::Faults;
use scheduling_domain::id::SkillId;
use scheduling_domain::position::{Position, PositionFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, List, Name, Patch, Ref, Search, refs};

/// A new position.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePositionBody {
    /// Unique in the organization.
    #[schemars(example = &"护士")]
    name: Name,
    /// Skills that everyone in it needs.
    #[serde(default)]
    skill_ids: List<Ref<SkillId>, 50>,
}

/// Changes to a position; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdatePositionBody {
    /// Unique in the organization.
    name: Patch<Name>,
    /// Skills that everyone in it needs; replaces the list.
    skill_ids: Patch<List<Ref<SkillId>, 50>>,
}

/// Which positions are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PositionQuery {
    /// Part of the name, whatever its case.
    search: Option<Search>,
}

/// A job on a shift, such as ward nurse.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Position")]
pub(crate) struct PositionView {
    name: String,
    /// Skills that everyone in it needs.
    skill_ids: Vec<Ref<SkillId>>,
}

impl From<Position> for PositionView {
    fn from(position: Position) -> Self {
        let Position { name, skill_ids } = position;
        Self { name, skill_ids: refs(skill_ids) }
    }
}

impl Catalogue for Position {
    type Owner = ();
    type Create = CreatePositionBody;
    type Update = UpdatePositionBody;
    type Query = PositionQuery;
    type View = PositionView;

    const COLLECTION: &'static str = "/api/positions/";
    const ITEM: &'static str = "/api/positions/{id}";
    const NAMES: Names =
        Names { tag: "positions", one: "a position", many: "positions", one_id: "Position", many_id: "Positions" };

    fn create((): (), body: CreatePositionBody) -> Result<Self, Faults> {
        Ok(Self { name: body.name.plain(), skill_ids: body.skill_ids.plain() })
    }

    fn update(&mut self, body: &UpdatePositionBody) {
        body.name.apply(&mut self.name);
        body.skill_ids.apply(&mut self.skill_ids);
    }

    fn filter((): (), query: PositionQuery) -> PositionFilter {
        PositionFilter { search: query.search.plain() }
    }
}
