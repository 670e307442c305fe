//! `X-Organization`: which company somebody signs in to.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use serde_json::json;

use super::operation;
use super::problem::Problem;

const X_ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");

/// The slug of an organization, if the client names one; a single company never has to.
#[derive(Debug, Clone)]
pub struct OrganizationSlug(pub Option<String>);

impl FromRequest for OrganizationSlug {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request
            .headers()
            .get(&X_ORGANIZATION)
            .map(|value| value.to_str().map(str::to_owned).map_err(|_| Problem::malformed_header(&X_ORGANIZATION)));
        ready(named.transpose().map(Self))
    }
}

impl Apiv2Schema for OrganizationSlug {}

impl OperationModifier for OrganizationSlug {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        operation::header_parameter(
            op,
            "X-Organization",
            false,
            &json!({ "type": "string", "minLength": 1, "maxLength": 63, "examples": ["default"] }),
            "The slug of the organization; `default` when absent.",
        );
    }
}
