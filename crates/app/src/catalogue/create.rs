use scheduling_domain::fault::Faults;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Record;
use thiserror::Error;

use super::Catalogued;
use crate::app::App;
use crate::audit;
use crate::permissions::{Access, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, KeyError, Settled, begin, retry, settle, transient};

/// Why nothing was created.
#[derive(Debug, Error)]
pub enum CreateError {
    /// It would belong to somebody whom the actor may not know of.
    #[error("there is nothing here")]
    NotFound,
    /// The actor may not.
    #[error("the actor may not create this")]
    Forbidden,
    /// The value is wrong, or points at what is not there.
    #[error("the value is wrong: {0}")]
    Invalid(#[source] Faults),
    /// A value that must be unique is taken.
    #[error("{0} is taken")]
    Duplicate(&'static str),
    /// The idempotency key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

transient!(CreateError);

/// Creates one.
pub async fn create<T: Catalogued>(
    app: &App,
    call: &Call<'_, Record<T>>,
    value: &T,
) -> Result<Settled<Record<T>>, CreateError> {
    retry(|| create_once(app, call, value)).await
}

async fn create_once<T: Catalogued>(
    app: &App,
    call: &Call<'_, Record<T>>,
    value: &T,
) -> Result<Settled<Record<T>>, CreateError> {
    match begin::<_, CreateError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome = create_in(app, uow.as_mut(), call, value).await;
            settle(app, uow, call, outcome).await
        }
    }
}

async fn create_in<T: Catalogued>(
    app: &App,
    uow: &mut dyn UnitOfWork,
    call: &Call<'_, Record<T>>,
    value: &T,
) -> Result<Record<T>, CreateError> {
    let mut reader = Reader::Unit(uow);
    let relation = value.relation(&mut reader, call.actor).await?;
    match access(call.actor, T::WRITE, relation) {
        Access::Allowed => {}
        Access::Invisible if value.owner().is_some() => return Err(CreateError::NotFound),
        Access::Invisible | Access::Forbidden => return Err(CreateError::Forbidden),
    }
    if !value.may_become(None, call.actor) {
        return Err(CreateError::Forbidden);
    }
    let mut faults = value.validate().err().unwrap_or_default();
    value.check(None, &mut reader, &mut faults).await?;
    faults.into_result(()).map_err(CreateError::Invalid)?;
    let mut made = T::repository(uow).insert(value, app.now()).await.map_err(|error| match error {
        StoreError::Duplicate(field) => CreateError::Duplicate(field),
        other => CreateError::Store(other),
    })?;
    audit::created(app, uow, call.actor, &made);
    made.value.redact(call.actor, relation);
    Ok(made)
}
