//! The whole document, so that no change of the API goes unseen.

use crate::http::document;
use crate::routes::routes;

#[test]
fn the_document_changes_only_on_purpose() {
    insta::assert_json_snapshot!("openapi", document(routes));
}
