use async_trait::async_trait;
use scheduling_domain::demand::Demand;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::DemandId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::team::Team;

use super::Catalogued;
use crate::actor::Actor;
use crate::permissions::{Operation, Relation};
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Demand {
    const READ: Operation = Operation::ReadDemand;
    const WRITE: Operation = Operation::WriteDemand;

    async fn relation(&self, _reader: &mut Reader<'_>, actor: &Actor) -> Result<Relation, StoreError> {
        Ok(if actor.runs(self.team_id) { Relation::OwnTeam } else { Relation::Other })
    }

    async fn check(
        &self,
        _id: Option<DemandId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Team>(faults, "/team_id", self.team_id).await?;
        reader.require::<ShiftTemplate>(faults, "/template_id", self.template_id).await
    }

    async fn used_by(_id: DemandId, _reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        Ok(None)
    }
}
