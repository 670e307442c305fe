use async_trait::async_trait;
use scheduling_domain::employee::Employee;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{EmployeeId, SkillGrantId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::skill::{Skill, SkillGrant, SkillGrantFilter};

use super::{Catalogued, visible_employees};
use crate::actor::Actor;
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for SkillGrant {
    const READ: Operation = Operation::ReadPerson;
    const WRITE: Operation = Operation::WritePerson;

    fn owner(&self) -> Option<EmployeeId> {
        Some(self.employee_id)
    }

    async fn narrow(
        filter: SkillGrantFilter,
        reader: &mut Reader<'_>,
        actor: &Actor,
    ) -> Result<SkillGrantFilter, StoreError> {
        let employee_ids = visible_employees(filter.employee_ids, reader, actor).await?;
        Ok(SkillGrantFilter { employee_ids, ..filter })
    }

    async fn check(
        &self,
        _id: Option<SkillGrantId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Employee>(faults, "/employee_id", self.employee_id).await?;
        reader.require::<Skill>(faults, "/skill_id", self.skill_id).await
    }

    async fn used_by(_id: SkillGrantId, _reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        Ok(None)
    }
}
