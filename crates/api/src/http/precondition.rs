//! `If-Match`: a write says which version of the row it has seen.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_domain::record::Version;
use serde_json::json;

use super::code::Code;
use super::operation;
use super::problem::Problem;

/// The version that the client has seen; without it the request is refused with 428.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Version);

/// The version that the client has seen, if it says so; `None` also for `If-Match: *`.
#[derive(Debug, Clone, Copy)]
pub struct OptionalIfMatch(pub Option<Version>);

/// Reads one strong tag or `*`. A weak tag never matches (RFC 9110, 13.1.1), so it is refused as malformed.
fn read(request: &HttpRequest) -> Result<Option<Version>, Problem> {
    let Some(value) = request.headers().get(IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    digits
        .and_then(|digits| digits.parse().ok())
        .map(|version| Some(Version(version)))
        .ok_or_else(|| Problem::malformed_header(&IF_MATCH))
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).and_then(|version| version.map(Self).ok_or_else(|| Code::PreconditionRequired.into())))
    }
}

impl FromRequest for OptionalIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

fn describe(op: &mut DefaultOperationRaw, required: bool) {
    let schema = json!({ "type": "string", "pattern": "^(\"[0-9]+\"|\\*)$", "examples": ["\"3\""] });
    operation::header_parameter(
        op,
        "If-Match",
        required,
        &schema,
        "The `ETag` of the version that the client has seen. When it is no longer the current one, the answer is 412.",
    );
}

impl Apiv2Schema for IfMatch {}

impl OperationModifier for IfMatch {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe(op, true);
    }
}

impl Apiv2Schema for OptionalIfMatch {}

impl OperationModifier for OptionalIfMatch {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe(op, false);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read_from(value: &str) -> Result<Option<Version>, Problem> {
        read(&TestRequest::patch().insert_header((IF_MATCH, value)).to_http_request())
    }

    #[test]
    fn one_strong_tag_or_any() {
        assert_eq!(read_from("\"3\"").unwrap(), Some(Version(3)));
        assert_eq!(read_from("*").unwrap(), None);
        for bad in ["3", "W/\"3\"", "\"x\"", "\"3\", \"4\"", ""] {
            assert_eq!(read_from(bad).unwrap_err().code(), Code::MalformedHeader, "{bad}");
        }
    }
}
