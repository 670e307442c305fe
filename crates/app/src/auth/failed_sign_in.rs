use scheduling_domain::origin::Origin;
use scheduling_domain::ports::StoreError;

use super::SignIn;
use crate::app::App;
use crate::audit::Entry;
use crate::unit::conclude;

/// Puts on record that somebody was not who they said. It is done beside the answer, which takes as long whether there is
/// such an account or not; and only for what was looked at, so throttling bounds it.
pub(super) fn note_failed_sign_in(app: &App, asked: &SignIn) {
    let app = app.clone();
    let (slug, identifier, origin) = (asked.organization.clone(), asked.identifier.clone(), asked.origin.clone());
    tokio::spawn(async move {
        if let Err(error) = record(&app, &slug, &identifier, &origin).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a failed sign-in is not on record");
        }
    });
}

/// The identifier itself is not recorded: now and then it is a password, typed into the wrong field.
async fn record(app: &App, slug: &str, identifier: &str, origin: &Origin) -> Result<(), StoreError> {
    let Some(organization) = app.store.find_organization(slug).await? else { return Ok(()) };
    let account = app.store.users().find_by_identifier(organization.id, identifier).await?;
    let entry = Entry::by(app.now(), None, origin, "auth", "sign_in_failed");
    let entry = match account {
        Some((user, _)) => entry.id(user.id),
        None => entry,
    };
    let mut uow = app.store.begin(organization.id).await?;
    entry.record(uow.as_mut());
    conclude(uow, Ok(())).await
}
