//! `/api/auth/session`, `/api/auth/sessions/` and `/api/users/{id}/sessions/`: browsers that are signed in, and where an
//! account is.

use jiff::Timestamp;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::auth::{self, csrf_token};
use scheduling_app::sessions::{self, EndSessionError, ListSessionsError};
use scheduling_domain::id::{SessionId, TypedId, UserId};
use scheduling_domain::session::{Session, SessionKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::auth::{Login, SignedOut};
use super::caller::{Anonymous, Caller};
use crate::http::{
    Body, Browser, Code, Created, Device, Id, Ids, JsonBody, Listed, NoContent, NoFilter, OrganizationSlug, OwnPage,
    Paged, Problem, Result, resource,
};

/// Where an account is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
struct SessionView {
    /// Its identity.
    #[schemars(range(min = 1))]
    id: i64,
    /// What carries it: `bearer` tokens, or the cookie of a `browser`.
    kind: Kind,
    /// When it was opened.
    created_at: Timestamp,
    /// When its holder was last noticed: a browser to the minute, a bearer when it last refreshed its tokens.
    last_seen_at: Timestamp,
    /// When it ends if its holder stays away.
    expires_at: Timestamp,
    /// The address it was opened from.
    address: Option<String>,
    /// What opened it, in its own words.
    user_agent: Option<String>,
    /// Whether this request was made with it.
    is_current: bool,
}

/// What carries a session.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SessionKind")]
enum Kind {
    /// Access tokens, each renewed with a refresh token.
    Bearer,
    /// A cookie.
    Browser,
}

/// The session that a request was made with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CurrentSession")]
struct CurrentView {
    #[serde(flatten)]
    session: SessionView,
    /// For the `X-CSRF-Token` header of every write with the session's cookie; none for a bearer, who needs none.
    csrf_token: Option<String>,
}

impl SessionView {
    fn new(session: Session, current: Option<SessionId>) -> Self {
        let Session { id, created_at, grant } = session;
        Self {
            id: id.get(),
            kind: match grant.kind {
                SessionKind::Bearer => Kind::Bearer,
                SessionKind::Browser(_) => Kind::Browser,
            },
            created_at,
            last_seen_at: grant.span.seen_at,
            expires_at: grant.span.expires_at,
            address: grant.address.map(|address| address.to_string()),
            user_agent: grant.user_agent,
            is_current: current == Some(id),
        }
    }
}

/// Sign in with a cookie
///
/// For browsers: the session is a cookie, `hr_session` (`__Host-hr_session` outside of development), that no script can
/// read. It lasts a working day, ends when nobody comes by for half an hour, and with `remember_me` lasts for weeks instead.
/// Every write with the cookie brings `csrf_token` along in the `X-CSRF-Token` header. Answers the same, and after the same
/// time, whether the account is unknown or the password is wrong.
#[api_v2_operation(tags("auth"), operation_id = "openSession")]
async fn open(
    _: OwnPage,
    anonymous: Anonymous,
    browser: Browser,
    organization: OrganizationSlug,
    device: Device,
    body: JsonBody<Login>,
) -> Result<Created<CurrentView>> {
    let asked = body.0.asked(organization, &anonymous, &device);
    let opened = auth::sign_in_browser(&anonymous.app, &asked, browser.cookie.as_deref()).await?;
    let current = Some(opened.session.id);
    let view = CurrentView { session: SessionView::new(opened.session, current), csrf_token: Some(opened.csrf_token) };
    let cookie = browser.jar.set(&opened.cookie, opened.max_age_seconds);
    let created = Created::new(view).location("/api/auth/session");
    Ok(created.cookie(cookie).cookie(device.cookie(&opened.device_token)))
}

/// Show the session that this request is made with
///
/// A page that was loaded anew finds its `csrf_token` here.
#[api_v2_operation(tags("auth"), operation_id = "showSession")]
async fn show(caller: Caller, browser: Browser) -> Result<Body<CurrentView>> {
    let session = sessions::get_session(&caller.app, &caller.actor).await?.ok_or(Code::NotFound)?;
    let csrf_token = match (&session.grant.kind, &browser.cookie) {
        (SessionKind::Browser(_), Some(cookie)) => csrf_token(&caller.app, cookie),
        _ => None,
    };
    let current = Some(session.id);
    Ok(Body::new(CurrentView { session: SessionView::new(session, current), csrf_token }))
}

/// Sign out here
///
/// Ends the session that this request is made with, its tokens and its cookie, at once on every instance.
#[api_v2_operation(tags("auth"), operation_id = "closeSession")]
async fn close(caller: Caller, browser: Browser) -> Result<Body<SignedOut>> {
    let current = caller.actor.origin.via.session().ok_or(Code::NotFound)?;
    sessions::end_session(&caller.app, &caller.actor, caller.actor.user_id, current).await?;
    Ok(Body::new(SignedOut {}).cookie(browser.jar.clear()).farewell())
}

/// List where one is signed in
///
/// The newest session first.
#[api_v2_operation(tags("auth"), operation_id = "listOwnSessions")]
async fn list_own(caller: Caller, query: Paged<NoFilter>) -> Result<Listed<SessionView>> {
    listed(&caller, caller.actor.user_id, query).await
}

/// End one of one's own sessions
///
/// At once on every instance.
#[api_v2_operation(tags("auth"), operation_id = "endOwnSession")]
async fn end_own(caller: Caller, id: Id<SessionId>) -> Result<NoContent> {
    sessions::end_session(&caller.app, &caller.actor, caller.actor.user_id, id.0).await?;
    Ok(NoContent)
}

/// List where an account is signed in
///
/// Administrators, and whoever's account it is. The newest session first.
#[api_v2_operation(tags("users"), operation_id = "listUserSessions")]
async fn list(caller: Caller, user: Id<UserId>, query: Paged<NoFilter>) -> Result<Listed<SessionView>> {
    listed(&caller, user.0, query).await
}

/// End every session of an account
///
/// Administrators, and whoever's account it is. At once on every instance: also access tokens end.
#[api_v2_operation(tags("users"), operation_id = "endUserSessions")]
async fn end_all(caller: Caller, user: Id<UserId>) -> Result<NoContent> {
    sessions::end_sessions(&caller.app, &caller.actor, user.0).await?;
    Ok(NoContent)
}

/// End a session of an account
///
/// Administrators, and whoever's account it is. At once on every instance.
#[api_v2_operation(tags("users"), operation_id = "endUserSession")]
async fn end(caller: Caller, ids: Ids<UserId, SessionId>) -> Result<NoContent> {
    sessions::end_session(&caller.app, &caller.actor, ids.0, ids.1).await?;
    Ok(NoContent)
}

async fn listed(caller: &Caller, user: UserId, query: Paged<NoFilter>) -> Result<Listed<SessionView>> {
    let page = sessions::list_sessions(&caller.app, &caller.actor, user, query.page).await?;
    let current = caller.actor.origin.via.session();
    Ok(Listed(page.map(|session| SessionView::new(session, current))))
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/auth/session").post(open).get(show).delete(close))
        .service(resource("/api/auth/sessions/").get(list_own))
        .service(resource("/api/auth/sessions/{id}").delete(end_own))
        .service(resource("/api/users/{id}/sessions/").get(list).delete(end_all))
        .service(resource("/api/users/{id}/sessions/{session_id}").delete(end));
}

impl From<ListSessionsError> for Problem {
    fn from(error: ListSessionsError) -> Self {
        match error {
            ListSessionsError::NotFound => Code::NotFound.into(),
            ListSessionsError::Forbidden => Code::Forbidden.into(),
            ListSessionsError::Store(error) => error.into(),
        }
    }
}

impl From<EndSessionError> for Problem {
    fn from(error: EndSessionError) -> Self {
        match error {
            EndSessionError::NotFound => Code::NotFound.into(),
            EndSessionError::Forbidden => Code::Forbidden.into(),
            EndSessionError::Store(error) => error.into(),
        }
    }
}
