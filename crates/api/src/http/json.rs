//! The body of a request: read, checked against its schema, all faults at once.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::code::Code;
use super::operation::{self, Definitions};
use super::problem::{Place, Problem};
use super::schema;

/// The most bytes a body may have.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// How deep lists and objects may lie within one another: what `serde_json` reads.
const DEPTH_LIMIT: usize = 127;

/// A JSON body. `T` denies unknown fields and derives its schema.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(request) {
            let problem = Problem::new(Code::UnsupportedMediaType).arg("expected", "application/json");
            return Box::pin(async { Err(problem) });
        }
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move { parse(&bytes.await.map_err(|error| unreadable(&error))?).map(Self) })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    matches!(request.mime_type(), Ok(Some(mime)) if mime.subtype() == "json" || mime.suffix().is_some_and(|suffix| suffix == "json"))
}

/// A body that did not arrive.
pub(super) fn unreadable(error: &actix_web::Error) -> Problem {
    match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::BodyTooLarge).arg("limit", BODY_LIMIT),
        status => Problem::new(Code::for_status(status)).caused_by(error.to_string()),
    }
}

fn parse<T: DeserializeOwned + JsonSchema + 'static>(bytes: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(bytes).map_err(|error| {
        // The reader itself ends at this depth, whatever it has left of the stack.
        if error.to_string().starts_with("recursion limit exceeded") {
            return Problem::new(Code::JsonTooDeep).arg("limit", DEPTH_LIMIT);
        }
        Problem::new(Code::InvalidJson).arg("line", error.line()).arg("column", error.column())
    })?;
    schema::parse(value).map_err(|faults| Problem::invalid(Place::Body, faults))
}

impl<T> Apiv2Schema for JsonBody<T> {}

impl<T: JsonSchema> OperationModifier for JsonBody<T> {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        operation::request_body(op, &schema::generator().subschema_for::<T>().to_value());
    }

    fn update_definitions(map: &mut Definitions) {
        let mut generator = schema::generator();
        generator.subschema_for::<T>();
        operation::define_all(map, &mut generator);
    }
}
