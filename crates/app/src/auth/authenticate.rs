use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::ports::StoreError;
use scheduling_domain::user::Role;
use thiserror::Error;

use super::access_token::TokenFault;
use crate::actor::Actor;
use crate::app::App;
use crate::caching::Account;

/// Why a bearer is nobody.
#[derive(Debug, Error)]
pub enum AuthenticateError {
    /// The token is not ours, or everything issued to the account at that time was ended.
    #[error("the access token is not good")]
    Invalid,
    /// The token was good once. Refresh it.
    #[error("the access token has expired")]
    Expired,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who stands behind an access token, as the account is now, or was half a second ago at the most.
pub async fn authenticate(app: &App, access_token: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
    let bearer = app.tokens.verify(access_token, app.now()).map_err(|fault| match fault {
        TokenFault::Forged => AuthenticateError::Invalid,
        TokenFault::Expired => AuthenticateError::Expired,
    })?;
    let account = app.caching.account(&app.store, bearer.organization, bearer.user_id).await?;
    match account {
        Some(account) if account.user.is_active && account.token_epoch == bearer.token_epoch => Ok(Actor {
            organization: bearer.organization,
            is_enrolling: must_enrol(app, &account),
            user_id: account.user.id,
            role: account.user.value.role,
            team_ids: account.user.value.team_ids,
            origin: origin.proved(Via::AccessToken),
            scopes: None,
        }),
        _ => Err(AuthenticateError::Invalid),
    }
}

/// Whether somebody has to set up a second factor first.
fn must_enrol(app: &App, account: &Account) -> bool {
    app.admins_need_second_factor && account.user.role == Role::Admin && !account.has_second_factor
}
