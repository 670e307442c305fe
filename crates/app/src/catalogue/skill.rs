use async_trait::async_trait;
use scheduling_domain::id::SkillId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::position::{Position, PositionFilter};
use scheduling_domain::record::Entity;
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::skill::{Skill, SkillGrant, SkillGrantFilter};

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Skill {
    const READ: Operation = Operation::ReadReference;
    const WRITE: Operation = Operation::WriteReference;

    async fn used_by(id: SkillId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let grants = SkillGrantFilter { skill_id: Some(id), ..SkillGrantFilter::default() };
        let positions = reader.list_all::<Position>(&PositionFilter::default()).await?;
        let templates = reader.list_all::<ShiftTemplate>(&ShiftTemplateFilter::default()).await?;
        Ok(first_used([
            (reader.any::<SkillGrant>(&grants).await?, SkillGrant::KIND),
            (positions.iter().any(|position| position.skill_ids.contains(&id)), Position::KIND),
            (templates.iter().any(|template| template.skill_ids.contains(&id)), ShiftTemplate::KIND),
        ]))
    }
}
