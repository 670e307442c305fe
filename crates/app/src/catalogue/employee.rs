use async_trait::async_trait;
use scheduling_domain::assignment::{Assignment, AssignmentFilter};
use scheduling_domain::availability::{Availability, AvailabilityFilter};
use scheduling_domain::contract::{Contract, ContractFilter};
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::EmployeeId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Entity;
use scheduling_domain::skill::{SkillGrant, SkillGrantFilter};
use scheduling_domain::team::Team;
use scheduling_domain::user::{Role, User};

use super::{Catalogued, circle, first_used, relation_to_employee};
use crate::actor::Actor;
use crate::permissions::{Access, Operation, Relation, access};
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Employee {
    const READ: Operation = Operation::ReadPerson;
    const WRITE: Operation = Operation::WritePerson;
    const IS_REDACTED: bool = true;

    async fn relation(&self, _reader: &mut Reader<'_>, actor: &Actor) -> Result<Relation, StoreError> {
        Ok(relation_to_employee(self, actor))
    }

    /// Managers list their teams and themselves, employees themselves.
    async fn narrow(
        filter: EmployeeFilter,
        _reader: &mut Reader<'_>,
        actor: &Actor,
    ) -> Result<EmployeeFilter, StoreError> {
        Ok(match actor.role {
            Role::Admin => filter,
            Role::Manager | Role::Employee => EmployeeFilter { within: Some(circle(actor)), ..filter },
        })
    }

    /// Whose account it is decides who sees what; so that is for those who manage accounts.
    fn may_become(&self, before: Option<&Self>, actor: &Actor) -> bool {
        self.user_id == before.and_then(|before| before.user_id)
            || access(actor, Operation::WriteAccount, Relation::Other) == Access::Allowed
    }

    fn redact(&mut self, actor: &Actor, relation: Relation) {
        if access(actor, Operation::ReadContacts, relation) != Access::Allowed {
            self.email = None;
            self.phone = None;
        }
    }

    async fn check(
        &self,
        _id: Option<EmployeeId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Team>(faults, "/team_id", self.team_id).await?;
        if let Some(user) = self.user_id {
            reader.require::<User>(faults, "/user_id", user).await?;
        }
        Ok(())
    }

    async fn used_by(id: EmployeeId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let employee_ids = Some(vec![id]);
        let assignments = AssignmentFilter { employee_ids: employee_ids.clone(), ..AssignmentFilter::default() };
        let contracts = ContractFilter { employee_ids: employee_ids.clone() };
        let grants = SkillGrantFilter { employee_ids: employee_ids.clone(), ..SkillGrantFilter::default() };
        let availability = AvailabilityFilter { employee_ids, ..AvailabilityFilter::default() };
        Ok(first_used([
            (reader.any::<Assignment>(&assignments).await?, Assignment::KIND),
            (reader.any::<Contract>(&contracts).await?, Contract::KIND),
            (reader.any::<SkillGrant>(&grants).await?, SkillGrant::KIND),
            (reader.any::<Availability>(&availability).await?, Availability::KIND),
        ]))
    }
}
