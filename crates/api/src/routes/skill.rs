//! `/api/skills/`: what people can do.

use scheduling_domain::fault::Faults;
use scheduling_domain::skill::{Skill, SkillFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Name, Patch, Search, Text};

/// A new skill.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSkillBody {
    /// Unique in the organization.
    #[schemars(example = &"重症监护")]
    name: Name,
    /// What it takes.
    #[serde(default)]
    description: Text<0, 500>,
}

/// Changes to a skill; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateSkillBody {
    /// Unique in the organization.
    name: Patch<Name>,
    /// What it takes.
    description: Patch<Text<0, 500>>,
}

/// Which skills are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkillQuery {
    /// Part of the name, whatever its case.
    search: Option<Search>,
}

/// Something a person can do, such as intensive care.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Skill")]
pub(crate) struct SkillView {
    name: String,
    /// What it takes; may be empty.
    description: String,
}

impl From<Skill> for SkillView {
    fn from(skill: Skill) -> Self {
        let Skill { name, description } = skill;
        Self { name, description }
    }
}

impl Catalogue for Skill {
    type Owner = ();
    type Create = CreateSkillBody;
    type Update = UpdateSkillBody;
    type Query = SkillQuery;
    type View = SkillView;

    const COLLECTION: &'static str = "/api/skills/";
    const ITEM: &'static str = "/api/skills/{id}";
    const NAMES: Names = Names { tag: "skills", one: "a skill", many: "skills", one_id: "Skill", many_id: "Skills" };

    fn create((): (), body: CreateSkillBody) -> Result<Self, Faults> {
        Ok(Self { name: body.name.plain(), description: body.description.plain() })
    }

    fn update(&mut self, body: &UpdateSkillBody) {
        body.name.apply(&mut self.name);
        body.description.apply(&mut self.description);
    }

    fn filter((): (), query: SkillQuery) -> SkillFilter {
        SkillFilter { search: query.search.plain() }
    }
}
