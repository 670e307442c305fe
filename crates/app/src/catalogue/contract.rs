use async_trait::async_trait;
use scheduling_domain::contract::{Contract, ContractFilter};
use scheduling_domain::employee::Employee;
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{ContractId, EmployeeId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::rule_set::RuleSet;

use super::{Catalogued, visible_employees};
use crate::actor::Actor;
use crate::permissions::{Access, Operation, Relation, access};
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Contract {
    const READ: Operation = Operation::ReadTerms;
    const WRITE: Operation = Operation::WriteTerms;
    const IS_REDACTED: bool = true;

    fn owner(&self) -> Option<EmployeeId> {
        Some(self.employee_id)
    }

    async fn narrow(
        filter: ContractFilter,
        reader: &mut Reader<'_>,
        actor: &Actor,
    ) -> Result<ContractFilter, StoreError> {
        Ok(ContractFilter { employee_ids: visible_employees(filter.employee_ids, reader, actor).await? })
    }

    fn redact(&mut self, actor: &Actor, relation: Relation) {
        if access(actor, Operation::ReadWages, relation) != Access::Allowed {
            self.hourly_rate = None;
        }
    }

    async fn check(
        &self,
        id: Option<ContractId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Employee>(faults, "/employee_id", self.employee_id).await?;
        if let Some(rule_set) = self.rule_set_id {
            reader.require::<RuleSet>(faults, "/rule_set_id", rule_set).await?;
        }
        // Two contracts of one employee are made one after the other, so that neither misses the other.
        if let Reader::Unit(uow) = reader {
            uow.assignments().lock_employees(&[self.employee_id]).await?;
        }
        let filter = ContractFilter { employee_ids: Some(vec![self.employee_id]) };
        let others = reader.list_all::<Contract>(&filter).await?;
        if let Some(other) = others.iter().find(|other| Some(other.id) != id && overlap(self, other)) {
            faults.push(Fault::new("/starts_on", "overlapping_contract").with("contract", other.id));
        }
        Ok(())
    }

    async fn used_by(_id: ContractId, _reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        Ok(None)
    }
}

fn overlap(one: &Contract, other: &Contract) -> bool {
    one.ends_on.is_none_or(|end| other.starts_on <= end) && other.ends_on.is_none_or(|end| one.starts_on <= end)
}
