//! `/api/employees/{id}/skills/`: what an employee can do, and until when.

use jiff::civil::Date;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{EmployeeId, SkillId};
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Names};
use super::fields::{Field, Patch, Ref, Text};

/// A skill that an employee now holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct CreateSkillGrantBody {
    /// What they can do.
    skill_id: Ref<SkillId>,
    /// First valid day.
    #[schemars(example = &"2026-01-01")]
    valid_from: Date,
    /// Last valid day; absent for ever.
    #[serde(default)]
    valid_until: Option<Date>,
    /// Certificate number or the like.
    #[serde(default)]
    evidence: Text<0, 200>,
}

/// Changes to a held skill; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-order" = { "end_before_start": ["valid_from", "valid_until"] }))]
pub(crate) struct UpdateSkillGrantBody {
    /// What they can do.
    skill_id: Patch<Ref<SkillId>>,
    /// First valid day.
    valid_from: Patch<Date>,
    /// Last valid day; `null` for ever.
    valid_until: Patch<Option<Date>>,
    /// Certificate number or the like.
    evidence: Patch<Text<0, 200>>,
}

/// Which of the employee's skills are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkillGrantQuery {
    /// Only this skill.
    skill_id: Option<Ref<SkillId>>,
}

/// A skill that an employee holds over a span of days.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SkillGrant")]
pub(crate) struct SkillGrantView {
    employee_id: Ref<EmployeeId>,
    skill_id: Ref<SkillId>,
    /// First valid day.
    valid_from: Date,
    /// Last valid day; none for ever.
    valid_until: Option<Date>,
    /// Certificate number or the like; may be empty.
    evidence: String,
}

impl From<SkillGrant> for SkillGrantView {
    fn from(grant: SkillGrant) -> Self {
        let SkillGrant { employee_id, skill_id, valid_from, valid_until, evidence } = grant;
        Self { employee_id: Ref(employee_id), skill_id: Ref(skill_id), valid_from, valid_until, evidence }
    }
}

impl Catalogue for SkillGrant {
    type Owner = EmployeeId;
    type Create = CreateSkillGrantBody;
    type Update = UpdateSkillGrantBody;
    type Query = SkillGrantQuery;
    type View = SkillGrantView;

    const COLLECTION: &'static str = "/api/employees/{id}/skills/";
    const ITEM: &'static str = "/api/employees/{id}/skills/{grant_id}";
    const NAMES: Names = Names {
        tag: "employees",
        one: "an employee's skill",
        many: "an employee's skills",
        one_id: "EmployeeSkill",
        many_id: "EmployeeSkills",
    };

    fn create(employee: EmployeeId, body: CreateSkillGrantBody) -> Result<Self, Faults> {
        Ok(Self {
            employee_id: employee,
            skill_id: body.skill_id.plain(),
            valid_from: body.valid_from,
            valid_until: body.valid_until,
            evidence: body.evidence.plain(),
        })
    }

    fn update(&mut self, body: &UpdateSkillGrantBody) {
        body.skill_id.apply(&mut self.skill_id);
        body.valid_from.apply(&mut self.valid_from);
        body.valid_until.apply(&mut self.valid_until);
        body.evidence.apply(&mut self.evidence);
    }

    fn filter(employee: EmployeeId, query: SkillGrantQuery) -> SkillGrantFilter {
        SkillGrantFilter { employee_ids: Some(vec![employee]), skill_id: query.skill_id.plain() }
    }

    fn belongs_to(&self, employee: EmployeeId) -> bool {
        self.employee_id == employee
    }
}
