use jiff::{SignedDuration, Timestamp};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::mail::{DueMail, Mail, MailKind, PasswordToken};
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{MailError, StoreError, UnitOfWork};
use scheduling_domain::record::Record;
use scheduling_domain::user::User;
use thiserror::Error;

use super::{INVITATION_LIFE, Message, PASSWORD_RESET_LIFE, Post};
use crate::app::App;
use crate::auth::OpaqueToken;
use crate::unit::conclude;

/// A mail that nobody took after so many tries, over some ten hours, is given up.
const MAX_ATTEMPTS: u32 = 16;
/// The longest pause between two tries.
const MAX_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// Nobody hands a mail over for longer; whoever has it in hand after that is gone.
const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// Why nothing was sent.
#[derive(Debug, Error)]
pub enum SendError {
    /// A token could not be made.
    #[error("a token could not be made")]
    Token(#[from] getrandom::Error),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends the organization's next mail that is due; answers whether there was one.
pub async fn send_next(app: &App, post: &Post, organization: OrganizationId) -> Result<bool, SendError> {
    let retry_at = after(app.now(), LEASE);
    let mut uow = app.store.begin(organization).await?;
    let claimed = uow.pending_mails().claim_next(app.now(), retry_at).await.map_err(SendError::from);
    let Some(due) = conclude(uow, claimed).await? else {
        return Ok(false);
    };
    let identifier = due.mail.identifier.reveal();
    let account = app.store.users().find_by_identifier(organization, identifier).await?;
    let outcome = match account.filter(|(user, _)| user.is_active) {
        Some((user, _)) => send(app, post, organization, &due, &user).await?,
        None => Ok(()),
    };
    let mut uow = app.store.begin(organization).await?;
    let settled = settle(app, uow.as_mut(), &due, outcome).await.map_err(SendError::from);
    conclude(uow, settled).await?;
    Ok(true)
}

/// Makes a token, which ends all earlier ones, and hands it over.
async fn send(
    app: &App,
    post: &Post,
    organization: OrganizationId,
    due: &DueMail,
    user: &Record<User>,
) -> Result<Result<(), MailError>, SendError> {
    let life = match due.mail.kind {
        MailKind::Invitation => INVITATION_LIFE,
        MailKind::PasswordReset => PASSWORD_RESET_LIFE,
    };
    let token = OpaqueToken::try_new(organization)?;
    let stored = PasswordToken { user_id: user.id, expires_at: after(app.now(), life) };
    let mut uow = app.store.begin(organization).await?;
    let replaced = replace_token(app, uow.as_mut(), &token.hash(), &stored).await.map_err(SendError::from);
    conclude(uow, replaced).await?;
    let (subject, text) = post.writer.write(&Message {
        kind: due.mail.kind,
        language: &due.mail.language,
        full_name: &user.full_name,
        username: &user.username,
        token: &token.text,
        life,
    });
    let mail = Mail { to: Personal::new(user.email.clone()), subject, text: Personal::new(text) };
    Ok(post.mailer.send(&mail).await)
}

async fn replace_token(
    app: &App,
    uow: &mut dyn UnitOfWork,
    hash: &str,
    token: &PasswordToken,
) -> Result<(), StoreError> {
    uow.password_tokens().delete_of(token.user_id).await?;
    uow.password_tokens().insert(hash, token, app.now()).await
}

/// Forgets what was sent or will never be; the rest is tried again, after longer and longer pauses.
async fn settle(
    app: &App,
    uow: &mut dyn UnitOfWork,
    due: &DueMail,
    outcome: Result<(), MailError>,
) -> Result<(), StoreError> {
    match outcome.err().and_then(|error| next_try(due, &error)) {
        Some(pause) => uow.pending_mails().postpone(due.id, after(app.now(), pause)).await,
        None => uow.pending_mails().delete(due.id).await,
    }
}

/// How long to wait after a failure, if there is to be another try.
fn next_try(due: &DueMail, error: &MailError) -> Option<SignedDuration> {
    let (kind, attempts) = (due.mail.kind.as_str(), due.attempts);
    let is_final = matches!(error, MailError::Refused(_)) || attempts >= MAX_ATTEMPTS;
    let error: &dyn std::error::Error = error;
    if is_final {
        tracing::error!(error, kind, attempts, "a mail was given up");
        return None;
    }
    tracing::warn!(error, kind, attempts, "a mail could not be handed over; it is tried again");
    Some(SignedDuration::from_secs(5_i64.saturating_mul(1 << attempts)).min(MAX_PAUSE))
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
