//! `migrate`

use super::failure::{Exit, Failure};
use super::{output, session};
use crate::config::Sources;
use crate::wiring::Storage;

/// Applies the migrations that are pending and names them.
pub(super) fn run(sources: &Sources) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let storage = Storage::open(&config).await?;
        let applied = storage.migrate().await?;
        for name in &applied {
            output::say(format_args!("applied {name}"));
        }
        output::say(format_args!("{} is up to date", storage.place()));
        Ok(Exit::Ok)
    })
}
