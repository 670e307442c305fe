//! Where a request came from, and what it proved itself with.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::id::ApiKeyId;

/// Where a request came from, and what it proved itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, as far as trusted proxies tell. None for whoever sits at the machine.
    pub address: Option<IpAddr>,
    /// Joins what the request did with its answer and its log lines.
    pub request_id: Option<String>,
    /// What it proved itself with.
    pub via: Via,
}

impl Origin {
    /// Whoever sits at the machine.
    pub const COMMAND_LINE: Self = Self { address: None, request_id: None, via: Via::CommandLine };

    /// The same place, after it proved itself with `via`.
    #[must_use]
    pub fn proved(self, via: Via) -> Self {
        Self { via, ..self }
    }
}

/// What a request proved itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Nothing yet: what it carries is the proof itself, such as a password or a refresh token.
    Credentials,
    /// An access token.
    AccessToken,
    /// A browser's session.
    Session,
    /// An integration's key.
    ApiKey(ApiKeyId),
    /// Nothing: it came from the machine's own command line.
    CommandLine,
}
