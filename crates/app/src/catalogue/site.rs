use async_trait::async_trait;
use scheduling_domain::id::SiteId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Entity;
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::{ShiftTemplate, ShiftTemplateFilter};
use scheduling_domain::site::Site;
use scheduling_domain::team::{Team, TeamFilter};

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Site {
    const READ: Operation = Operation::ReadReference;
    const WRITE: Operation = Operation::WriteReference;

    async fn used_by(id: SiteId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let teams = TeamFilter { site_id: Some(id), ..TeamFilter::default() };
        let templates = ShiftTemplateFilter { site_id: Some(id), ..ShiftTemplateFilter::default() };
        let shifts = ShiftFilter { site_id: Some(id), ..ShiftFilter::default() };
        Ok(first_used([
            (reader.any::<Team>(&teams).await?, Team::KIND),
            (reader.any::<ShiftTemplate>(&templates).await?, ShiftTemplate::KIND),
            (reader.any::<Shift>(&shifts).await?, Shift::KIND),
        ]))
    }
}
