use async_trait::async_trait;
use scheduling_domain::availability::{Availability, AvailabilityFilter};
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::ShiftTemplateId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::position::Position;
use scheduling_domain::record::Entity;
use scheduling_domain::rule_set::{RuleSet, RuleSetFilter};
use scheduling_domain::rules::RuleKind;
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::skill::Skill;

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for ShiftTemplate {
    const READ: Operation = Operation::ReadReference;
    const WRITE: Operation = Operation::WriteReference;

    async fn check(
        &self,
        _id: Option<ShiftTemplateId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        reader.require::<Site>(faults, "/site_id", self.site_id).await?;
        reader.require::<Position>(faults, "/position_id", self.position_id).await?;
        reader.require_each::<Skill>(faults, "/skill_ids", &self.skill_ids).await
    }

    async fn used_by(id: ShiftTemplateId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let demands = DemandFilter { template_id: Some(id), ..DemandFilter::default() };
        let wishes = reader.list_all::<Availability>(&AvailabilityFilter::default()).await?;
        let rule_sets = reader.list_all::<RuleSet>(&RuleSetFilter::default()).await?;
        let mut rules = rule_sets.iter().flat_map(|set| &set.rules);
        Ok(first_used([
            (reader.any::<Demand>(&demands).await?, Demand::KIND),
            (wishes.iter().any(|wish| wish.template_id == Some(id)), Availability::KIND),
            (rules.any(|rule| names_template(&rule.kind, id)), RuleSet::KIND),
            (has_shifts(id, reader).await?, Shift::KIND),
        ]))
    }
}

fn names_template(kind: &RuleKind, id: ShiftTemplateId) -> bool {
    match kind {
        RuleKind::ForbiddenSuccession { before, after } => *before == id || after.contains(&id),
        RuleKind::ShiftsPerTemplate { template, .. } => *template == id,
        _ => false,
    }
}

async fn has_shifts(id: ShiftTemplateId, reader: &mut Reader<'_>) -> Result<bool, StoreError> {
    let filter = ShiftFilter { template_id: Some(id), ..ShiftFilter::default() };
    reader.any::<Shift>(&filter).await
}
