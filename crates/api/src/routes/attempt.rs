//! Writes that can be tried: `dry_run=true` decides and answers as usual, and writes nothing.

use std::collections::BTreeMap;

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, Responder};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::{DefaultOperationRaw, DefaultSchemaRaw};
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::{Call, Settled};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::settled;
use super::caller::Caller;
use crate::http::{Body, Created, Idempotent, Problem, Result};

/// Whether to try only.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DryRun {
    /// Decide and answer as usual, but write nothing.
    #[serde(default)]
    pub(super) dry_run: bool,
}

/// A new resource (201), or what would become of it (200).
#[derive(Debug)]
pub(super) enum Attempt<T> {
    /// It was done.
    Done(Created<T>),
    /// It was only tried.
    Tried(Body<T>),
}

impl<T: Serialize> Responder for Attempt<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Done(body) => body.respond_to(request),
            Self::Tried(body) => body.respond_to(request),
        }
    }
}

impl<T> Apiv2Schema for Attempt<T> {}

impl<T: JsonSchema> OperationModifier for Attempt<T> {
    fn update_response(operation: &mut DefaultOperationRaw) {
        Body::<T>::update_response(operation);
        Created::<T>::update_response(operation);
    }

    fn update_definitions(definitions: &mut BTreeMap<String, DefaultSchemaRaw>) {
        Created::<T>::update_definitions(definitions);
    }
}

/// Asks for a write that makes something, or tries it. `view` says what is answered, `address` adds its headers when it
/// was done.
pub(super) async fn attempted<T, V, E>(
    caller: &Caller,
    DryRun { dry_run }: DryRun,
    key: Idempotent,
    view: impl Fn(&T) -> V + Send + Sync,
    address: impl Fn(&T, Created<V>) -> Created<V> + Send + Sync,
    write: impl AsyncFnOnce(Call<'_, T>) -> std::result::Result<Settled<T>, E>,
) -> Result<Attempt<V>>
where
    V: Serialize,
    Problem: From<E>,
{
    if dry_run {
        let tried = write(Call::new(&caller.actor).dry_run(true)).await?;
        return Ok(Attempt::Tried(Body::settled(tried, |value| Body::new(view(value)))?));
    }
    let answer = |value: &T| address(value, Created::new(view(value)));
    Ok(Attempt::Done(settled(caller, key, answer, write).await?))
}
