use scheduling_domain::id::UserId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::user::User;
use thiserror::Error;

use super::contacts::mask_contacts;
use crate::actor::Actor;
use crate::app::App;

/// Why no account was found.
#[derive(Debug, Error)]
pub enum GetUserError {
    /// There is none.
    #[error("there is no such account")]
    NotFound,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads an account; anybody who is signed in may. Its e-mail address is masked for those who have no need of it.
pub async fn get_user(app: &App, actor: &Actor, id: UserId) -> Result<Record<User>, GetUserError> {
    let mut user = app.store.users().find(actor.organization, id).await?.ok_or(GetUserError::NotFound)?;
    mask_contacts(app, actor, [&mut user]).await?;
    Ok(user)
}
