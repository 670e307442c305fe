use async_trait::async_trait;
use scheduling_domain::contract::{Contract, ContractFilter};
use scheduling_domain::employee::Employee;
use scheduling_domain::fault::Faults;
use scheduling_domain::id::RuleSetId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Entity;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::rules::RuleKind;
use scheduling_domain::shift_template::ShiftTemplate;
use scheduling_domain::site::Site;
use scheduling_domain::team::{Team, TeamFilter};

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for RuleSet {
    const READ: Operation = Operation::ReadRules;
    const WRITE: Operation = Operation::WriteRules;

    async fn check(
        &self,
        _id: Option<RuleSetId>,
        reader: &mut Reader<'_>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        for (index, rule) in self.rules.iter().enumerate() {
            let at = format!("/rules/{index}");
            match &rule.kind {
                RuleKind::ForbiddenSuccession { before, after } => {
                    reader.require::<ShiftTemplate>(faults, format!("{at}/before"), *before).await?;
                    reader.require_each::<ShiftTemplate>(faults, &format!("{at}/after"), after).await?;
                }
                RuleKind::ShiftsPerTemplate { template, .. } => {
                    reader.require::<ShiftTemplate>(faults, format!("{at}/template"), *template).await?;
                }
                _ => {}
            }
            reader.require_each::<Employee>(faults, &format!("{at}/scope/people"), &rule.scope.people).await?;
            reader.require_each::<Site>(faults, &format!("{at}/scope/sites"), &rule.scope.sites).await?;
        }
        Ok(())
    }

    async fn used_by(id: RuleSetId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let teams = reader.list_all::<Team>(&TeamFilter::default()).await?;
        let contracts = reader.list_all::<Contract>(&ContractFilter::default()).await?;
        Ok(first_used([
            (teams.iter().any(|team| team.rule_set_id == Some(id)), Team::KIND),
            (contracts.iter().any(|contract| contract.rule_set_id == Some(id)), Contract::KIND),
        ]))
    }
}
