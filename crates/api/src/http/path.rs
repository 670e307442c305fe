//! Typed ids in the path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_domain::id::TypedId;
use serde_json::json;

use super::code::Code;
use super::operation;
use super::problem::Problem;

/// The one id in the path, such as `Id<SiteId>` for `/api/sites/{id}`. What is no id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

/// The two ids in the path, outer first, such as `Ids<EmployeeId, ContractId>`.
#[derive(Debug, Clone, Copy)]
pub struct Ids<A, B>(pub A, pub B);

/// The id in the path's parameter at `index`.
fn read<T: TypedId>(request: &HttpRequest, index: usize) -> Result<T, Problem> {
    let (_, text) = request.match_info().iter().nth(index).ok_or(Code::NotFound)?;
    let number = text.parse().map_err(|_| Code::NotFound)?;
    T::try_new(number).map_err(|_| Code::NotFound.into())
}

impl<T: TypedId> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request, 0).map(Self))
    }
}

impl<A: TypedId, B: TypedId> FromRequest for Ids<A, B> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request, 0).and_then(|outer| Ok(Self(outer, read(request, 1)?))))
    }
}

fn describe(op: &mut DefaultOperationRaw) {
    operation::path_parameter(op, &json!({ "type": "integer", "format": "int64", "minimum": 1 }), "An id");
}

impl<T> Apiv2Schema for Id<T> {}

impl<T> OperationModifier for Id<T> {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe(op);
    }
}

impl<A, B> Apiv2Schema for Ids<A, B> {}

impl<A, B> OperationModifier for Ids<A, B> {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe(op);
        describe(op);
    }
}
