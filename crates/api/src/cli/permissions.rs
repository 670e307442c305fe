//! `permissions`

use std::path::Path;

use super::failure::{Exit, Failure};
use super::output;
use crate::permissions_page::permissions_page;
use crate::{http, routes};

/// Prints who may do what, or writes it to a file.
pub(super) fn run(out: Option<&Path>) -> Result<Exit, Failure> {
    output::put(&permissions_page(&http::document(routes::routes)), out)
}
