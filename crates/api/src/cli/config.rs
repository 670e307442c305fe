//! `config show`

use super::failure::{Exit, Failure};
use super::output;
use crate::config::{Config, Shown, Sources};

/// Prints every setting; an unusable configuration is shown as well, and then refused.
pub(super) fn show(sources: &Sources) -> Result<Exit, Failure> {
    let shown = Shown::all(&sources.gather().0);
    let width = |text: fn(&Shown) -> &str| shown.iter().map(|one| text(one).chars().count()).max().unwrap_or(0);
    let (keys, values) = (width(|one| one.key), width(|one| &one.value).min(60));
    for Shown { key, value, origin } in &shown {
        output::say(format!("{key:keys$}  {value:values$}  {origin}"));
    }
    Config::load(sources)?;
    Ok(Exit::Ok)
}
