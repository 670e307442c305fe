use async_trait::async_trait;
use scheduling_domain::availability::{Availability, AvailabilityFilter};
use scheduling_domain::employee::Employee;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{AvailabilityId, EmployeeId};
use scheduling_domain::ports::StoreError;
use scheduling_domain::shift_template::ShiftTemplate;

use super::{Catalogued, visible_employees};
use crate::actor::Actor;
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Availability {
    const READ: Operation = Operation::ReadAvailability;
    const WRITE: Operation = Operation::WriteAvailability;

    fn owner(&self) -> Option<EmployeeId> {
        Some(self.employee_id)
    }

    async fn narrow(
        filter: AvailabilityFilter,
        reader: &mut Reader<'_>,
        actor: &Actor,
    ) -> Result<AvailabilityFilter, StoreError> {
        let employee_ids = visible_employees(filter.employee_ids, reader, actor).await?;
        Ok(AvailabilityFilter { employee_ids, ..filter })
    }

    async fn check(
        &self,
        _id: Option<AvailabilityId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Employee>(faults, "/employee_id", self.employee_id).await?;
        if let Some(template) = self.template_id {
            reader.require::<ShiftTemplate>(faults, "/template_id", template).await?;
        }
        Ok(())
    }

    async fn used_by(_id: AvailabilityId, _reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        Ok(None)
    }
}
