use scheduling_domain::id::OrganizationId;
use scheduling_domain::origin::Origin;
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::StoreError;
use scheduling_domain::user::{Role, UserFilter};

use crate::actor::Actor;
use crate::app::App;

/// The administrator in whose name whoever sits at the machine acts: the oldest active one, if there is any.
pub async fn find_operator(app: &App, organization: OrganizationId) -> Result<Option<Actor>, StoreError> {
    let filter = UserFilter { role: Some(Role::Admin), is_active: Some(true), ..UserFilter::default() };
    let first = PageRequest::try_new(1, 1).unwrap_or_default();
    let page = app.store.users().list(organization, &filter, first).await?;
    Ok(page.items.into_iter().next().map(|user| Actor {
        organization,
        user_id: user.id,
        role: user.role,
        team_ids: Vec::new(),
        is_enrolling: false,
        origin: Origin::COMMAND_LINE,
        scopes: None,
    }))
}
