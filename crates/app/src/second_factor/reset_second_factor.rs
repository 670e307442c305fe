use scheduling_domain::id::UserId;
use scheduling_domain::ports::UnitOfWork;

use super::SecondFactorError;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::permissions::{Access, Operation, Relation, access};
use crate::unit::conclude;

/// Removes the factor of somebody who lost it, and ends everything issued to them; answers whether they had one.
pub async fn reset_second_factor(app: &App, actor: &Actor, id: UserId) -> Result<bool, SecondFactorError> {
    app.store.users().find(actor.organization, id).await?.ok_or(SecondFactorError::NotFound)?;
    if access(actor, Operation::WriteAccount, Relation::Other) != Access::Allowed {
        return Err(SecondFactorError::Forbidden);
    }
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = reset_in(app, uow.as_mut(), actor, id).await;
    conclude(uow, outcome).await
}

async fn reset_in(app: &App, uow: &mut dyn UnitOfWork, actor: &Actor, id: UserId) -> Result<bool, SecondFactorError> {
    let account = uow.users().find_credentials(id).await?.ok_or(SecondFactorError::NotFound)?;
    uow.second_factors().delete(id).await?;
    Entry::new(app, actor, "second_factor", "reset").id(id).record(uow);
    if account.has_second_factor {
        uow.users().raise_token_epoch(id).await?;
    }
    Ok(account.has_second_factor)
}
