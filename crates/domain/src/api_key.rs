//! A key with which an integration asks in somebody's name.

use jiff::Timestamp;
use serde::Serialize;

use crate::fault::{Fault, Faults};
use crate::id::{ApiKeyId, UserId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;
use crate::scope::Scope;

/// A key with which an integration asks in somebody's name. What it may do follows from its scopes and from what its
/// owner may do at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// In whose name it asks.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// What it is limited to; in order, without repeats.
    pub scopes: Vec<Scope>,
    /// SHA-256 of the key's text, in hexadecimal; the text itself is not stored.
    pub token_hash: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub last_used_at: Option<Timestamp>,
}

/// What a list of keys can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiKeyFilter {
    /// Only this account's.
    pub user_id: Option<UserId>,
    /// Only those that end after this moment.
    pub ends_after: Option<Timestamp>,
}

impl Entity for ApiKey {
    type Id = ApiKeyId;
    type Filter = ApiKeyFilter;
    const KIND: &'static str = "api_key";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/name", &self.name, 100);
        faults.require(!self.scopes.is_empty(), || Fault::new("/scopes", "required"));
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.api_keys()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.api_keys()
    }
}
