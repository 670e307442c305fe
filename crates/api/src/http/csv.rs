//! Lists that can also be had whole, as CSV.

use std::io;
use std::pin::Pin;

use ::csv::{QuoteStyle, WriterBuilder};
use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::Stream;
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::Listed;
use super::operation::{self, Definitions};

const TEXT_CSV: &str = "text/csv; charset=utf-8; header=present";

/// What spreadsheets take for the beginning of a formula (OWASP, CSV injection), in narrow and wide letters.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Rows that come piece by piece. One that fails ends the answer in the middle, so that nobody takes it for whole.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

/// One page of a list, or all of it as CSV.
pub enum ListedOrCsv<T> {
    /// A page.
    Page(Listed<T>),
    /// All of it, as a file of that name.
    Csv(&'static str, Pieces),
}

/// Whether the client would rather have CSV than JSON.
pub fn prefers_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    kinds.any(|kind| kind.eq_ignore_ascii_case("text/csv"))
}

/// Rows as CSV (RFC 4180): every cell in quotes, and none that a spreadsheet would compute.
pub fn csv_rows<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> io::Result<Bytes> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(inert)).map_err(io::Error::other)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| io::Error::other(error.to_string()))
}

/// The cell as a text and nothing else.
fn inert(cell: String) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}

impl<T: Serialize> Responder for ListedOrCsv<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Page(page) => {
                let mut response = page.respond_to(request);
                response.headers_mut().append(header::VARY, header::HeaderValue::from_static("accept"));
                response
            }
            Self::Csv(name, pieces) => HttpResponse::Ok()
                .insert_header((header::CONTENT_TYPE, TEXT_CSV))
                .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
                .insert_header((header::VARY, "accept"))
                .streaming(pieces),
        }
    }
}

impl<T> Apiv2Schema for ListedOrCsv<T> {}

impl<T: JsonSchema> OperationModifier for ListedOrCsv<T> {
    fn update_response(op: &mut DefaultOperationRaw) {
        let also = serde_json::json!({ "text/csv": { "schema": { "type": "string" } } });
        operation::response(op, 200, Listed::<T>::description(also));
    }

    fn update_definitions(map: &mut Definitions) {
        Listed::<T>::update_definitions(map);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let row = ["=1+1", "@SUM(A1)", "-2", "+1", "\tx", "＝1", "plain, \"quoted\""].map(str::to_owned);
        let text = csv_rows([row]).unwrap();
        let expected = "\"'=1+1\",\"'@SUM(A1)\",\"'-2\",\"'+1\",\"'\tx\",\"'＝1\",\"plain, \"\"quoted\"\"\"\n";
        assert_eq!(std::str::from_utf8(&text).unwrap(), expected);
    }

    #[test]
    fn csv_is_only_for_who_asks() {
        let asked = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, header::HeaderValue::from_static(accept));
            prefers_csv(&headers)
        };
        assert!(asked("text/csv"));
        assert!(asked("Text/CSV;q=0.9, application/json;q=0.1"));
        assert!(!asked("*/*"));
        assert!(!prefers_csv(&HeaderMap::new()));
    }
}
