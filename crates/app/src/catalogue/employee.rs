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

use super::{Catalogued, first_used, relation_to_employee};
use crate::actor::Actor;
use crate::permissions::{Operation, Relation};
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Employee {
    const READ: Operation = Operation::ReadPerson;
    const WRITE: Operation = Operation::WritePerson;

    async fn relation(&self, _reader: &mut Reader<'_>, actor: &Actor) -> Result<Relation, StoreError> {
        Ok(relation_to_employee(self, actor))
    }

    /// Managers list their teams, employees themselves.
    async fn narrow(
        filter: EmployeeFilter,
        _reader: &mut Reader<'_>,
        actor: &Actor,
    ) -> Result<EmployeeFilter, StoreError> {
        Ok(match actor.role {
            Role::Admin => filter,
            Role::Manager => {
                let mut team_ids = filter.team_ids.unwrap_or_else(|| actor.team_ids.clone());
                team_ids.retain(|team| actor.runs(*team));
                EmployeeFilter { team_ids: Some(team_ids), ..filter }
            }
            Role::Employee => match filter.user_id {
                Some(other) if other != actor.user_id => EmployeeFilter { team_ids: Some(Vec::new()), ..filter },
                _ => EmployeeFilter { user_id: Some(actor.user_id), ..filter },
            },
        })
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
