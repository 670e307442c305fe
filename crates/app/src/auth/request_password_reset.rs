use scheduling_domain::mail::{MailKind, PendingMail};
use scheduling_domain::origin::Origin;
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::StoreError;

use super::throttle::{Attempt, Ended};
use crate::app::App;
use crate::unit::conclude;

/// Somebody who forgot a password, or says so.
#[derive(Debug, Clone)]
pub struct PasswordResetRequest {
    /// Slug of the organization.
    pub organization: String,
    /// User name or e-mail.
    pub identifier: String,
    /// Tag of the language that they read.
    pub language: String,
    /// Where it is asked from.
    pub origin: Origin,
}

/// Has a mail sent to whoever is called so. Nobody learns from the answer, or the time it takes, whether there is anybody;
/// whoever asks too often is answered alike, and nothing is sent.
pub async fn request_password_reset(app: &App, asked: &PasswordResetRequest) -> Result<(), StoreError> {
    let Some(post) = &app.post else {
        tracing::warn!("a password reset was asked for, and no mail server is configured");
        return Ok(());
    };
    let key = app.keys.digest("reset", &[&asked.organization, &asked.identifier.to_ascii_lowercase()]);
    let Ok(attempt) = Attempt::begin(app, key, &asked.origin, false).await else {
        return Ok(());
    };
    attempt.end(Ended::Wrong).await;
    let Some(organization) = app.store.find_organization(&asked.organization).await? else {
        return Ok(());
    };
    let mail = PendingMail {
        kind: MailKind::PasswordReset,
        identifier: Personal::new(asked.identifier.clone()),
        language: asked.language.clone(),
    };
    let mut uow = app.store.begin(organization.id).await?;
    let inserted = uow.pending_mails().insert(&mail, app.now()).await;
    conclude(uow, inserted).await?;
    post.call();
    Ok(())
}
