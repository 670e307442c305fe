use scheduling_domain::fault::Fault;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::user::User;

use super::create_user::CreateUserError;
use super::invite_user::invitation;
use super::{check_teams, own_faults};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::mail::Post;
use crate::permissions::{Access, Operation, Relation, access};
use crate::reader::Reader;
use crate::unit::{Begun, Call, Settled, begin, retry, settle};

/// Makes an account whose owner chooses the password: they are invited by mail, in the language with this tag.
pub async fn create_invited_user(
    app: &App,
    call: &Call<'_, Record<User>>,
    user: &User,
    language: &str,
) -> Result<Settled<Record<User>>, CreateUserError> {
    if access(call.actor, Operation::WriteAccount, Relation::Other) != Access::Allowed {
        return Err(CreateUserError::Forbidden);
    }
    let mut faults = own_faults(user, None);
    // Where no mail can be sent, an account without a password would be nobody's.
    faults.require(app.post.is_some(), || Fault::new("/password", "required"));
    let mut reader = Reader::Pool(app.store.as_ref(), call.actor.organization);
    check_teams(user, &mut reader, &mut faults).await?;
    faults.into_result(()).map_err(CreateUserError::Invalid)?;
    let made = retry(|| create_once(app, call, user, language)).await?;
    app.post.iter().for_each(Post::call);
    Ok(made)
}

async fn create_once(
    app: &App,
    call: &Call<'_, Record<User>>,
    user: &User,
    language: &str,
) -> Result<Settled<Record<User>>, CreateUserError> {
    match begin::<_, CreateUserError>(app, call).await? {
        Begun::Answered(answer) => Ok(Settled::Replayed(answer)),
        Begun::New(mut uow) => {
            let outcome =
                create_in(app, uow.as_mut(), call.actor, user, language).await.map_err(CreateUserError::from_store);
            settle(app, uow, call, outcome).await
        }
    }
}

async fn create_in(
    app: &App,
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    user: &User,
    language: &str,
) -> Result<Record<User>, StoreError> {
    let record = uow.users().insert(user, app.now()).await?;
    uow.pending_mails().insert(&invitation(&user.username, language), app.now()).await?;
    Entry::new(app, actor, User::KIND, "create").id(record.id).after(&record.value).record(uow);
    Ok(record)
}
