use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::user::{User, UserFilter};

use crate::actor::Actor;
use crate::app::App;

/// Lists accounts; anybody who is signed in may.
pub async fn list_users(
    app: &App,
    actor: &Actor,
    filter: &UserFilter,
    page: PageRequest,
) -> Result<Page<Record<User>>, StoreError> {
    app.store.users().list(actor.organization, filter, page).await
}
