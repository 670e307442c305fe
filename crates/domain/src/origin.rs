//! Where a request came from, and what it proved itself with.

use std::net::IpAddr;

use crate::id::{ApiKeyId, SessionId};

/// Where a request came from, and what it proved itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, as far as trusted proxies tell. None for whoever sits at the machine.
    pub address: Option<IpAddr>,
    /// Joins what the request did with its answer and its log lines.
    pub request_id: Option<String>,
    /// What goes on with its trace (W3C Trace Context), where it is traced.
    pub traceparent: Option<String>,
    /// What it proved itself with.
    pub via: Via,
}

impl Origin {
    /// Whoever sits at the machine.
    pub const COMMAND_LINE: Self = Self { address: None, request_id: None, traceparent: None, via: Via::CommandLine };

    /// The same place, after it proved itself with `via`.
    #[must_use]
    pub fn proved(self, via: Via) -> Self {
        Self { via, ..self }
    }
}

/// What a request proved itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// Nothing yet: what it carries is the proof itself, such as a password or a refresh token.
    Credentials,
    /// An access token of this session.
    AccessToken(SessionId),
    /// The cookie of this session.
    Session(SessionId),
    /// An integration's key.
    ApiKey(ApiKeyId),
    /// Nothing: it came from the machine's own command line.
    CommandLine,
}

impl Via {
    /// The session that was proved, where there is one.
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::AccessToken(id) | Self::Session(id) => Some(id),
            Self::Credentials | Self::ApiKey(_) | Self::CommandLine => None,
        }
    }

    /// The stable name of the kind, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::AccessToken(_) => "access_token",
            Self::Session(_) => "session",
            Self::ApiKey(_) => "api_key",
            Self::CommandLine => "command_line",
        }
    }
}
