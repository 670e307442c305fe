//! What the address of reference data begins with: nothing, or somebody it belongs to.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::catalogue;
use scheduling_domain::employee::Employee;
use scheduling_domain::id::{EmployeeId, TypedId};

use super::caller::Caller;
use crate::http::{Id, Ids, Problem, Result};

/// The first part of an address.
pub(super) trait Owner: Copy + Send + Sync + 'static {
    /// Whether there is somebody at all.
    const OWNS: bool;
    /// What reads it from the path of a collection.
    type Collection: FromRequest<Error = Problem> + OperationModifier + 'static;
    /// What reads it, and an id, from the path of an item.
    type Item<I: TypedId>: FromRequest<Error = Problem> + OperationModifier + 'static;

    /// Who it is.
    fn of_collection(at: Self::Collection) -> Self;
    /// Who it is, and which item.
    fn of_item<I: TypedId>(at: Self::Item<I>) -> (Self, I);
    /// Refuses, as not found, an owner who is not there or whom the caller may not know of.
    async fn require(self, caller: &Caller) -> Result<()>;
}

/// A path without an id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anywhere;

impl FromRequest for Anywhere {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl Apiv2Schema for Anywhere {}

impl OperationModifier for Anywhere {}

impl Owner for () {
    const OWNS: bool = false;
    type Collection = Anywhere;
    type Item<I: TypedId> = Id<I>;

    fn of_collection(_: Anywhere) {}
    fn of_item<I: TypedId>(Id(id): Id<I>) -> ((), I) {
        ((), id)
    }
    async fn require(self, _: &Caller) -> Result<()> {
        Ok(())
    }
}

impl Owner for EmployeeId {
    const OWNS: bool = true;
    type Collection = Id<Self>;
    type Item<I: TypedId> = Ids<Self, I>;

    fn of_collection(Id(employee): Id<Self>) -> Self {
        employee
    }
    fn of_item<I: TypedId>(Ids(employee, id): Ids<Self, I>) -> (Self, I) {
        (employee, id)
    }
    async fn require(self, caller: &Caller) -> Result<()> {
        catalogue::get::<Employee>(&caller.app, &caller.actor, self).await?;
        Ok(())
    }
}
