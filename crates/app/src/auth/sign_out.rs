use scheduling_domain::ports::{StoreError, UnitOfWork};

use super::opaque_token::OpaqueToken;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::unit::conclude;

/// What a sign-out ends.
#[derive(Clone, Copy)]
pub enum SignOut<'a> {
    /// The sign-in that this refresh token belongs to. Its access token runs out by itself.
    Here(&'a str),
    /// Every sign-in of the account and every access token, at once.
    Everywhere,
}

/// Signs out. A refresh token that means nothing, or is somebody else's, is passed over: the wish is fulfilled already.
pub async fn sign_out(app: &App, actor: &Actor, which: SignOut<'_>) -> Result<(), StoreError> {
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
    match uow.refresh_tokens().find_by_hash(&token.hash()).await? {
        Some(link) if link.grant.user_id == actor.user_id => {
            uow.refresh_tokens().revoke_family(&link.grant.family, app.now()).await?;
            signed_out.with("everywhere", false).record(uow);
            Ok(())
        }
        _ => Ok(()),
    }
}
