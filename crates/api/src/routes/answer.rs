//! What is answered: stored things, and writes that may have been asked for before.

use jiff::Timestamp;
use scheduling_app::{Call, Settled};
use scheduling_domain::id::TypedId;
use scheduling_domain::record::{Entity, Record, Version};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::caller::Caller;
use crate::http::{Body, Idempotent, Problem, Result};

/// A stored thing as clients see it: what every one has, around what is its own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{V}", transform = described_as::<V>)]
pub(super) struct Stored<V> {
    /// Its identity.
    #[schemars(range(min = 1))]
    id: i64,
    /// How often it was written, from 1. The `ETag` is this number in quotes.
    #[schemars(range(min = 1))]
    version: i64,
    #[serde(flatten)]
    view: V,
    /// When it was created.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl<V> Stored<V> {
    /// A stored thing whose view takes more to make than its value.
    pub(super) fn with<T: Entity>(record: Record<T>, view: impl FnOnce(T) -> V) -> Self {
        let Record { id, version: Version(version), created_at, updated_at, value } = record;
        Self { id: id.get(), version, view: view(value), created_at, updated_at }
    }
}

/// The document says of a stored thing what its view says.
fn described_as<V: JsonSchema>(schema: &mut Schema) {
    if let Some(description) = V::json_schema(&mut SchemaGenerator::default()).remove("description") {
        schema.insert("description".to_owned(), description);
    }
}

impl<T: Entity, V: From<T>> From<Record<T>> for Stored<V> {
    fn from(record: Record<T>) -> Self {
        Self::with(record, V::from)
    }
}

/// Asks for a write that is done once for all requests with the same key. `answer` says how what was done is answered;
/// a repetition is answered with what was said then.
pub(super) async fn settled<T, V, E, const STATUS: u16>(
    caller: &Caller,
    key: Idempotent,
    answer: impl Fn(&T) -> Body<V, STATUS> + Send + Sync,
    write: impl AsyncFnOnce(Call<'_, T>) -> std::result::Result<Settled<T>, E>,
) -> Result<Body<V, STATUS>>
where
    V: Serialize,
    Problem: From<E>,
{
    let render = |value: &T| answer(value).stored();
    let mut call = Call::new(&caller.actor);
    if let Some(key) = key.of(caller.actor.user_id) {
        call = call.once(key, &render);
    }
    Body::settled(write(call).await?, answer)
}
