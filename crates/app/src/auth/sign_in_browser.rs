use std::fmt;

use scheduling_domain::ports::StoreError;
use scheduling_domain::session::{OpenSession, Session, SessionKind, SessionSpan};

use super::opaque_token::OpaqueToken;
use super::recognise::recognise;
use super::sign_in::{SignIn, SignInError};
use crate::app::App;
use crate::sessions::{end, ends_idle_at};
use crate::unit::conclude;

/// A browser that was signed in.
pub struct BrowserSession {
    /// What its cookie holds.
    pub cookie: String,
    /// What its writes bring along.
    pub csrf_token: String,
    /// For the device to show at its next sign-in, as in [`SignedIn`](super::SignedIn).
    pub device_token: String,
    /// How long the browser keeps the cookie; until it is closed where nothing is said.
    pub max_age_seconds: Option<i64>,
    /// The session.
    pub session: Session,
}

impl fmt::Debug for BrowserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserSession").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Signs in with a password; opens a session for a browser's cookie. Its secret is always new, so whoever planted a cookie
/// before has nothing; the session of the cookie that it replaces ends.
pub async fn sign_in_browser(
    app: &App,
    asked: &SignIn,
    replaced_cookie: Option<&str>,
) -> Result<BrowserSession, SignInError> {
    let account = recognise(app, asked).await?;
    let now = app.now();
    let ends_at = asked.ends_at(app, now);
    let span = if asked.remember_me {
        SessionSpan::fixed(now, ends_at)
    } else {
        SessionSpan::idle(now, ends_idle_at(app, now), ends_at)
    };
    let token = OpaqueToken::try_new(account.organization).map_err(|error| SignInError::Token(error.into()))?;
    let kind = SessionKind::Browser(token.key());

    let mut uow = app.store.begin(account.organization).await?;
    let opened = account.open_session_in(app, uow.as_mut(), asked, kind, span).await;
    let session = conclude::<_, StoreError>(uow, opened).await?;
    let open = OpenSession { id: session.id, span };
    if let Err(error) = app.sessions.put(token.organization, &token.key(), &open, now).await {
        end(app, token.organization, session.id).await?;
        return Err(error.into());
    }
    if let Some(cookie) = replaced_cookie {
        end_replaced(app, cookie).await?;
    }
    Ok(BrowserSession {
        cookie: app.tokens.cookie(&token),
        csrf_token: app.tokens.csrf_token(&token),
        device_token: account.device_token,
        max_age_seconds: asked.remember_me.then(|| ends_at.duration_since(now).as_secs()),
        session,
    })
}

async fn end_replaced(app: &App, cookie: &str) -> Result<(), SignInError> {
    let Some(token) = app.tokens.open_cookie(cookie) else {
        return Ok(());
    };
    if let Some(open) = app.sessions.find(token.organization, &token.key(), app.now()).await? {
        end(app, token.organization, open.id).await?;
    }
    Ok(())
}
