//! Keys with which integrations ask in somebody's name: issued once, limited to scopes, ended by time, by hand or with their
//! owner. How a request with one is let in stands in [`auth`](crate::auth).

mod issue_api_key;
mod list_api_keys;
mod revoke_api_key;

pub use issue_api_key::{IssueApiKeyError, IssuedApiKey, NewApiKey, issue_api_key};
pub use list_api_keys::list_api_keys;
pub use revoke_api_key::{RevokeApiKeyError, revoke_api_key};

use scheduling_domain::id::UserId;

use crate::actor::Actor;
use crate::permissions::Relation;

/// How a key of `owner` stands to the actor.
fn relation(actor: &Actor, owner: UserId) -> Relation {
    if actor.user_id == owner { Relation::Own } else { Relation::Other }
}
