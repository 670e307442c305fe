use async_trait::async_trait;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::PositionId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::position::Position;
use scheduling_domain::record::Entity;
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::skill::Skill;

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Position {
    const READ: Operation = Operation::ReadReference;
    const WRITE: Operation = Operation::WriteReference;

    async fn check(
        &self,
        _id: Option<PositionId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require_each::<Skill>(faults, "/skill_ids", &self.skill_ids).await
    }

    async fn used_by(id: PositionId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let templates = reader.list_all::<ShiftTemplate>(&ShiftTemplateFilter::default()).await?;
        let shifts = ShiftFilter { position_id: Some(id), ..ShiftFilter::default() };
        Ok(first_used([
            (templates.iter().any(|template| template.position_id == id), ShiftTemplate::KIND),
            (reader.any::<Shift>(&shifts).await?, Shift::KIND),
        ]))
    }
}
