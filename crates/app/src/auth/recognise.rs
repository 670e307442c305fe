use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Record;
use scheduling_domain::session::{Session, SessionGrant, SessionKind, SessionSpan};
use scheduling_domain::user::{Credentials, PasswordHash, User};

use super::device::{device_token, identifier_key, is_known_device};
use super::failed_sign_in::note_failed_sign_in;
use super::throttle::{Attempt, Ended, account_key};
use super::{SignIn, SignInError};
use crate::app::App;
use crate::audit::Entry;
use crate::second_factor::take_code;
use crate::unit::conclude;

/// Somebody who has just proved that an account is theirs.
pub(super) struct Recognised {
    pub(super) organization: OrganizationId,
    pub(super) user: Record<User>,
    pub(super) credentials: Credentials,
    /// Lets their device be known the next time.
    pub(super) device_token: String,
    /// The hash that is too cheap by now, and what takes its place.
    renewed: Option<(PasswordHash, PasswordHash)>,
}

impl Recognised {
    /// Opens a session, and keeps what the proof brought along.
    pub(super) async fn open_session_in(
        &self,
        app: &App,
        uow: &mut dyn UnitOfWork,
        asked: &SignIn,
        kind: SessionKind,
        span: SessionSpan,
    ) -> Result<Session, StoreError> {
        if let Some((outdated, hash)) = &self.renewed {
            uow.users().rehash_password(self.user.id, outdated, hash).await?;
        }
        let grant = SessionGrant {
            user_id: self.user.id,
            kind,
            token_epoch: self.credentials.token_epoch,
            address: asked.origin.address,
            user_agent: asked.user_agent.clone(),
            span,
        };
        let created_at = app.now();
        let id = uow.sessions().insert(&grant, created_at).await?;
        let entry = Entry::by(created_at, Some(self.user.id), &asked.origin, "auth", "sign_in");
        entry.with("remember_me", asked.remember_me).record(uow);
        Ok(Session { id, created_at, grant })
    }
}

/// Who it is, if everything is right. Unknown accounts are throttled, looked for and compared like known ones.
pub(super) async fn recognise(app: &App, asked: &SignIn) -> Result<Recognised, SignInError> {
    let identifier = identifier_key(app, &asked.organization, &asked.identifier);
    let known_device = asked.device.as_deref().is_some_and(|token| is_known_device(app, token, &identifier));
    let mut attempt = Attempt::begin(app, identifier.clone(), &asked.origin, known_device).await?;
    let account = verify(app, asked, &identifier, &mut attempt).await;
    attempt
        .end(match &account {
            Ok(_) => Ended::Right,
            Err(SignInError::WrongCredentials | SignInError::WrongCode) => Ended::Wrong,
            Err(_) => Ended::Open,
        })
        .await;
    account.inspect_err(|error| {
        if matches!(error, SignInError::WrongCredentials | SignInError::WrongCode) {
            note_failed_sign_in(app, asked);
        }
    })
}

async fn verify(
    app: &App,
    asked: &SignIn,
    identifier: &str,
    attempt: &mut Attempt<'_>,
) -> Result<Recognised, SignInError> {
    let organization = app.store.find_organization(&asked.organization).await?;
    let account = match &organization {
        Some(organization) => app.store.users().find_by_identifier(organization.id, &asked.identifier).await?,
        None => None,
    };
    // An account has two names, and no more tries for that. Beyond them its password is not looked at, and nobody can tell:
    // a refusal here would say that both names belong to one account.
    let key = match (&organization, &account) {
        (Some(organization), Some((user, _))) => account_key(app, organization.id, user.id),
        _ => app.keys.digest("nobody", &[identifier]),
    };
    let has_try = attempt.counts_on(key).await;
    let hash = account.as_ref().and_then(|(_, credentials)| credentials.password_hash.clone()).filter(|_| has_try);
    let matches = app.passwords.verify(&asked.password, hash.as_ref(), attempt.line()).await?;
    let (Some(organization), Some((user, credentials)), true) = (organization, account, matches) else {
        return Err(SignInError::WrongCredentials);
    };
    if !user.is_active {
        return Err(SignInError::WrongCredentials);
    }
    if credentials.has_second_factor {
        let code = asked.code.as_deref().ok_or(SignInError::SecondFactorRequired)?;
        let mut uow = app.store.begin(organization.id).await?;
        let taken = take_code(app, uow.as_mut(), organization.id, user.id, code).await;
        if !conclude(uow, taken.map_err(SignInError::from)).await? {
            return Err(SignInError::WrongCode);
        }
    }
    let renewed = match hash.filter(|hash| app.passwords.is_outdated(hash)) {
        // When others wait to be hashed, the next sign-in does it.
        Some(outdated) => app.passwords.hash(&asked.password).await.ok().map(|hash| (outdated, hash)),
        None => None,
    };
    let device_token = device_token(app, &asked.organization, &user);
    Ok(Recognised { organization: organization.id, user, credentials, device_token, renewed })
}
