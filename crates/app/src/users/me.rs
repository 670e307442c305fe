use scheduling_domain::employee::EmployeeFilter;
use scheduling_domain::id::EmployeeId;
use scheduling_domain::page::PageRequest;
use scheduling_domain::record::Record;
use scheduling_domain::user::User;

use super::{GetUserError, get_user};
use crate::actor::Actor;
use crate::app::App;

/// An account, and the employee whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The account.
    pub user: Record<User>,
    /// The employee, when it is anybody's.
    pub employee_id: Option<EmployeeId>,
}

/// Who the actor is.
pub async fn me(app: &App, actor: &Actor) -> Result<Me, GetUserError> {
    let user = get_user(app, actor, actor.user_id).await?;
    let own = EmployeeFilter { user_id: Some(actor.user_id), ..EmployeeFilter::default() };
    let employees = app.store.employees().list(actor.organization, &own, PageRequest::default()).await?;
    Ok(Me { user, employee_id: employees.items.first().map(|employee| employee.id) })
}
