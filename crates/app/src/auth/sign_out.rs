use scheduling_domain::ports::{StoreError, UnitOfWork};

use super::opaque_token::OpaqueToken;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::unit::{conclude, retry};

/// What a sign-out ends.
#[derive(Clone, Copy)]
pub enum SignOut<'a> {
    /// The session that this refresh token belongs to.
    Here(&'a str),
    /// Every session of the account.
    Everywhere,
}

/// Signs out, at once and everywhere: also the access tokens of the session. A refresh token that means nothing, or is
/// somebody else's, is passed over: the wish is fulfilled already.
pub async fn sign_out(app: &App, actor: &Actor, which: SignOut<'_>) -> Result<(), StoreError> {
    retry(|| sign_out_once(app, actor, which)).await
}

async fn sign_out_once(app: &App, actor: &Actor, which: SignOut<'_>) -> Result<(), StoreError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = sign_out_in(app, uow.as_mut(), actor, which).await;
    conclude(uow, outcome).await
}

async fn sign_out_in(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, which: SignOut<'_>) -> Result<(), StoreError> {
    let signed_out = Entry::new(app, actor, "auth", "sign_out");
    let SignOut::Here(refresh_token) = which else {
        uow.users().raise_token_epoch(actor.user_id).await?;
        signed_out.with("everywhere", true).record(uow);
        return Ok(());
    };
    let Some(token) = OpaqueToken::parse(refresh_token) else {
        return Ok(());
    };
    let Some(link) = uow.refresh_tokens().find_by_hash(&token.hash()).await? else {
        return Ok(());
    };
    let holder = uow.sessions().find(link.session_id).await?;
    if holder.is_some_and(|holder| holder.user.id == actor.user_id) {
        uow.sessions().delete(link.session_id).await?;
        signed_out.with("everywhere", false).record(uow);
    }
    Ok(())
}
