use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::user::{User, UserFilter};

use super::contacts::{mask_contacts, sees_all_contacts};
use crate::actor::Actor;
use crate::app::App;

/// Lists accounts; anybody who is signed in may. E-mail addresses are masked for those who have no need of them, and searched
/// only for those who see them all: or else a search would tell what the mask hides.
pub async fn list_users(
    app: &App,
    actor: &Actor,
    filter: &UserFilter,
    page: PageRequest,
) -> Result<Page<Record<User>>, StoreError> {
    let filter = UserFilter { names_only: !sees_all_contacts(actor), ..filter.clone() };
    let mut users = app.store.users().list(actor.organization, &filter, page).await?;
    mask_contacts(app, actor, &mut users.items).await?;
    Ok(users)
}
