//! Standard output for results, standard error for complaints.

use std::fmt::Display;
use std::io::{self, Write};

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
