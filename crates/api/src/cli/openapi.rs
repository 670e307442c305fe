//! `openapi`

use std::path::Path;

use super::failure::{Exit, Failure};
use super::output;
use crate::{http, routes};

/// Prints the OpenAPI document, or writes it to a file.
pub(super) fn run(out: Option<&Path>) -> Result<Exit, Failure> {
    output::put(&format!("{:#}", http::document(routes::routes)), out)
}
