//! `openapi`

use std::path::Path;

use super::failure::{Exit, Failure};
use super::output;
use crate::{http, routes};

/// Prints the OpenAPI document, or writes it to a file.
pub(super) fn run(out: Option<&Path>) -> Result<Exit, Failure> {
    let document = http::document(routes::routes);
    let text = format!("{document:#}");
    match out {
        None => output::say(text),
        Some(path) => std::fs::write(path, text + "\n")
            .map_err(|error| Failure::unavailable(format!("{} cannot be written: {error}", path.display())))?,
    }
    Ok(Exit::Ok)
}
