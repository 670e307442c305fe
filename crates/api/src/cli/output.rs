//! Standard output for results, standard error for complaints.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use super::failure::{Exit, Failure};

/// Prints a whole text, or writes it to a file.
pub(super) fn put(text: &str, out: Option<&Path>) -> Result<Exit, Failure> {
    match out {
        None => say(text),
        Some(path) => std::fs::write(path, format!("{text}\n"))
            .map_err(|error| Failure::unavailable(format!("{} cannot be written: {error}", path.display())))?,
    }
    Ok(Exit::Ok)
}

/// Prints a result. Whoever closed the pipe has seen enough, so that is no error.
pub(super) fn say(text: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints what went wrong.
pub(super) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "hr-scheduling: {text}");
}

/// Prints something beside the result.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
