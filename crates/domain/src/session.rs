//! Sign-ins that have not ended, whatever carries them.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::id::{RefreshTokenId, SessionId, UserId};
use crate::record::Record;
use crate::user::User;

/// A sign-in. It ends by being removed, by time, or because the account's epoch rises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identity; no secret.
    pub id: SessionId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// What was known then, and how long it lasts now.
    pub grant: SessionGrant,
}

impl Session {
    /// The kind, as a unit of work notes what it wrote.
    pub const KIND: &'static str = "session";
}

/// What a session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionGrant {
    /// Whose.
    pub user_id: UserId,
    /// What carries it.
    pub kind: SessionKind,
    /// The account's epoch at sign-in.
    pub token_epoch: i64,
    /// The address it was opened from.
    pub address: Option<IpAddr>,
    /// What opened it, in its own words.
    pub user_agent: Option<String>,
    /// How long it lasts.
    pub span: SessionSpan,
}

/// What carries a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionKind {
    /// Access tokens, each renewed with a refresh token.
    Bearer,
    /// A browser's cookie; the key says where the [`SessionStore`](crate::ports::SessionStore) keeps it.
    Browser(SessionKey),
}

/// SHA-256 of a cookie's secret, in hexadecimal; the secret itself is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(pub String);

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSpan {
    /// When its holder was last noticed.
    pub seen_at: Timestamp,
    /// When it ends if they stay away.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
}

impl SessionSpan {
    /// A session that lasts until `ends_at`, whether or not its holder comes back meanwhile.
    pub fn fixed(now: Timestamp, ends_at: Timestamp) -> Self {
        Self { seen_at: now, expires_at: ends_at, ends_at }
    }

    /// A session that ends at `idle_until` unless its holder comes back, and at `ends_at` in any case.
    pub fn idle(now: Timestamp, idle_until: Timestamp, ends_at: Timestamp) -> Self {
        Self { seen_at: now, expires_at: idle_until.min(ends_at), ends_at }
    }

    /// Its holder is there: one that waits for them waits until `idle_until` from now on, one that does not stays as long.
    #[must_use]
    pub fn seen(self, now: Timestamp, idle_until: Timestamp) -> Self {
        if self.expires_at < self.ends_at {
            Self::idle(now, idle_until, self.ends_at)
        } else {
            Self { seen_at: now, ..self }
        }
    }
}

/// What a browser's cookie opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSession {
    /// Which session.
    pub id: SessionId,
    /// How long it lasts.
    pub span: SessionSpan,
}

/// A session and its account, as both stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The account.
    pub user: Record<User>,
    /// The account's epoch.
    pub token_epoch: i64,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
}

impl SignedIn {
    /// Whether the session still lets its account in.
    pub fn is_good(&self, now: Timestamp) -> bool {
        let grant = &self.session.grant;
        self.user.is_active && grant.token_epoch == self.token_epoch && now < grant.span.expires_at
    }
}

/// One link of a session's chain of refresh tokens; each use makes the next link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its identity.
    pub id: RefreshTokenId,
    /// What it renews. It ends with it.
    pub session_id: SessionId,
    /// When it was exchanged for its successor.
    pub used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_session_that_waits_for_its_holder_waits_anew_each_time_but_never_past_its_end() {
        let span = SessionSpan::idle(at(0), at(30), at(100));
        assert_eq!(span.expires_at, at(30));
        assert_eq!(span.seen(at(20), at(50)), SessionSpan { seen_at: at(20), expires_at: at(50), ends_at: at(100) });
        assert_eq!(span.seen(at(90), at(120)).expires_at, at(100));
        assert_eq!(span.seen(at(90), at(120)).seen(at(95), at(125)).expires_at, at(100));
    }

    #[test]
    fn a_session_that_does_not_wait_ends_when_it_ends() {
        let span = SessionSpan::fixed(at(0), at(100)).seen(at(20), at(50));
        assert_eq!(span, SessionSpan { seen_at: at(20), expires_at: at(100), ends_at: at(100) });
    }
}
