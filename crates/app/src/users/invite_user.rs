use scheduling_domain::id::UserId;
use scheduling_domain::mail::{MailKind, PendingMail};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Entity;
use scheduling_domain::user::User;
use thiserror::Error;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::{Access, Operation, Relation, access};
use crate::unit::conclude;

/// Why nobody was invited.
#[derive(Debug, Error)]
pub enum InviteUserError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not invite anybody")]
    Forbidden,
    /// They have a password already; who forgot it asks for a reset.
    #[error("the account has a password already")]
    Accepted,
    /// No mail server is configured.
    #[error("no mail can be sent")]
    NoMail,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends somebody another invitation; the token of the earlier one is good no more.
pub async fn invite_user(app: &App, actor: &Actor, id: UserId, language: &str) -> Result<(), InviteUserError> {
    app.store.users().find(actor.organization, id).await?.ok_or(InviteUserError::NotFound)?;
    if access(actor, Operation::WriteAccount, Relation::Other) != Access::Allowed {
        return Err(InviteUserError::Forbidden);
    }
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = invite_in(app, uow.as_mut(), actor, id, language).await;
    conclude(uow, outcome).await?;
    app.post.iter().for_each(crate::mail::Post::call);
    Ok(())
}

async fn invite_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    id: UserId,
    language: &str,
) -> Result<(), InviteUserError> {
    let user = uow.users().find(id).await?.filter(|user| user.is_active).ok_or(InviteUserError::NotFound)?;
    if uow.users().find_credentials(id).await?.is_some_and(|credentials| credentials.password_hash.is_some()) {
        return Err(InviteUserError::Accepted);
    }
    if app.post.is_none() {
        return Err(InviteUserError::NoMail);
    }
    uow.pending_mails().insert(&invitation(&user.username, language), app.now()).await?;
    Entry::new(app, actor, User::KIND, "invite").id(id).record(uow);
    Ok(())
}

/// An invitation that is to be sent.
pub(super) fn invitation(username: &str, language: &str) -> PendingMail {
    PendingMail { kind: MailKind::Invitation, identifier: Personal::new(username), language: language.to_owned() }
}
