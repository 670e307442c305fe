use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use scheduling_domain::id::{SessionId, UserId};

use super::access_token::Bearer;
use super::opaque_token::OpaqueToken;
use crate::app::App;

/// What a sign-in or a refresh answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For the `Authorization: Bearer` header.
    pub access_token: String,
    /// To be exchanged for the next pair, once.
    pub refresh_token: String,
    /// Life of the access token in seconds.
    pub expires_in_seconds: i64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in_seconds", &self.expires_in_seconds).finish_non_exhaustive()
    }
}

/// A refresh token and the access token that was issued with it. What was issued is the same however often it is asked
/// for; what is left of its life is not.
pub(super) fn pair(
    app: &App,
    refresh_token: OpaqueToken,
    (user_id, session_id): (UserId, SessionId),
    issued_at: Timestamp,
) -> Result<Tokens, Box<dyn Error + Send + Sync>> {
    let bearer = Bearer { organization: refresh_token.organization, user_id, session_id };
    let life = app.limits.access_token;
    Ok(Tokens {
        access_token: app.tokens.sign(bearer, issued_at, life)?,
        refresh_token: refresh_token.text,
        expires_in_seconds: life.as_secs() - app.now().duration_since(issued_at).as_secs(),
    })
}
