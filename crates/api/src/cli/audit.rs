//! `audit verify`

use scheduling_app::audit::{VerifyEventsError, verify_events};

use super::args::VerifyArgs;
use super::failure::{Exit, Failure};
use super::session::{Session, store_failure};
use super::{output, session};
use crate::config::Sources;

/// Walks the chains of what was done, and says where one is broken.
pub(super) fn verify(sources: &Sources, arguments: &VerifyArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let store = session.app.store.as_ref();
        let mut organizations = store.organizations().await.map_err(|error| store_failure(&error))?;
        if let Some(slug) = &arguments.organization {
            organizations.retain(|organization| organization.slug == *slug);
            if organizations.is_empty() {
                return Err(Failure::usage(format!("there is no organization {slug}")));
            }
        }
        let mut exit = Exit::Ok;
        for organization in organizations {
            match verify_events(store, organization.id, arguments.expect).await {
                Ok(end) => output::say(format_args!(
                    "{}: {} events, sound; to be noted down: {end}",
                    organization.slug, end.sequence
                )),
                Err(VerifyEventsError::Tampered(found)) => {
                    output::say(format_args!("{}: {found}", organization.slug));
                    exit = Exit::Finding;
                }
                Err(VerifyEventsError::Store(error)) => return Err(store_failure(&error)),
            }
        }
        Ok(exit)
    })
}
