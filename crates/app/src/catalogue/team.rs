use async_trait::async_trait;
use scheduling_domain::demand::{Demand, DemandFilter};
use scheduling_domain::employee::{Employee, EmployeeFilter};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::TeamId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Entity;
use scheduling_domain::rule_set::RuleSet;
use scheduling_domain::schedule::{Schedule, ScheduleFilter};
use scheduling_domain::site::Site;
use scheduling_domain::team::Team;
use scheduling_domain::user::{Role, User, UserFilter};

use super::{Catalogued, first_used};
use crate::permissions::Operation;
use crate::reader::Reader;

#[async_trait]
impl Catalogued for Team {
    const READ: Operation = Operation::ReadReference;
    const WRITE: Operation = Operation::WriteReference;

    async fn check(&self, _id: Option<TeamId>, reader: &mut Reader<'_>, faults: &mut Faults) -> Result<(), StoreError> {
        reader.require::<Site>(faults, "/site_id", self.site_id).await?;
        if let Some(rule_set) = self.rule_set_id {
            reader.require::<RuleSet>(faults, "/rule_set_id", rule_set).await?;
        }
        Ok(())
    }

    async fn used_by(id: TeamId, reader: &mut Reader<'_>) -> Result<Option<&'static str>, StoreError> {
        let employees = EmployeeFilter { team_ids: Some(vec![id]), ..EmployeeFilter::default() };
        let demands = DemandFilter { team_id: Some(id), ..DemandFilter::default() };
        let schedules = ScheduleFilter { team_ids: Some(vec![id]), ..ScheduleFilter::default() };
        let managers = UserFilter { role: Some(Role::Manager), ..UserFilter::default() };
        let managers = reader.list_all::<User>(&managers).await?;
        Ok(first_used([
            (reader.any::<Employee>(&employees).await?, Employee::KIND),
            (reader.any::<Demand>(&demands).await?, Demand::KIND),
            (reader.any::<Schedule>(&schedules).await?, Schedule::KIND),
            (managers.iter().any(|user| user.team_ids.contains(&id)), User::KIND),
        ]))
    }
}
