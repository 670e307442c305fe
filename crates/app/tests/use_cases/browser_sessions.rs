use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use scheduling_app::auth::{
    AuthenticateError, BrowserSession, Credential, SignIn, authenticate, csrf_token, is_csrf_token, sign_in_browser,
};
use scheduling_app::sessions::{EndSessionError, ListSessionsError, end_session, end_sessions, list_sessions};
use scheduling_app::users::{UserPatch, update_user};
use scheduling_app::{Actor, App, Call};
use scheduling_domain::id::OrganizationId;
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{SessionStore, SessionsUnavailable};
use scheduling_domain::session::{OpenSession, SessionKey, SessionKind};
use scheduling_domain::user::Role;

use crate::house::{House, PASSWORD, asked, unproved};

async fn open(app: &App, identifier: &str) -> BrowserSession {
    sign_in_browser(app, &asked(identifier, PASSWORD), None).await.unwrap()
}

async fn who(app: &App, session: &BrowserSession) -> Result<Actor, AuthenticateError> {
    authenticate(app, &Credential::Cookie(session.cookie.clone()), unproved()).await
}

async fn is_in(app: &App, session: &BrowserSession) -> bool {
    match who(app, session).await {
        Ok(_) => true,
        Err(AuthenticateError::Invalid) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn count(app: &App, actor: &Actor) -> i64 {
    list_sessions(app, actor, actor.user_id, PageRequest::default()).await.unwrap().total
}

#[tokio::test]
async fn a_cookie_says_who_its_browser_is() {
    let house = House::build().await;
    let session = open(&house.app, "nurse").await;
    let actor = who(&house.app, &session).await.unwrap();
    assert_eq!((actor.user_id, actor.role), (house.employee.user_id, Role::Employee));
    assert_eq!(actor.origin.via.session(), Some(session.session.id));
    assert_eq!(csrf_token(&house.app, &session.cookie), Some(session.csrf_token.clone()));
    assert!(is_csrf_token(&house.app, &session.cookie, &session.csrf_token));
    assert!(!is_csrf_token(&house.app, &open(&house.app, "nurse").await.cookie, &session.csrf_token));
}

#[tokio::test]
async fn a_session_ends_when_nobody_comes_by_and_at_the_end_of_the_day() {
    let house = House::build().await;
    let session = open(&house.app, "nurse").await;
    assert_eq!(session.max_age_seconds, None);
    for _ in 0..16 {
        house.wait(SignedDuration::from_mins(29));
        assert!(is_in(&house.app, &session).await, "whoever comes by goes on");
    }
    house.wait(SignedDuration::from_mins(16));
    assert!(!is_in(&house.app, &session).await, "after eight hours it ends in any case");

    let idle = open(&house.app, "nurse").await;
    house.wait(SignedDuration::from_mins(30));
    assert!(!is_in(&house.app, &idle).await);
}

#[tokio::test]
async fn a_remembered_session_waits_for_weeks() {
    let house = House::build().await;
    let asked = SignIn { remember_me: true, ..asked("nurse", PASSWORD) };
    let session = sign_in_browser(&house.app, &asked, None).await.unwrap();
    assert_eq!(session.max_age_seconds, Some(30 * 24 * 3_600));
    house.wait(SignedDuration::from_hours(29 * 24));
    assert!(is_in(&house.app, &session).await);
    house.wait(SignedDuration::from_hours(24));
    assert!(!is_in(&house.app, &session).await);
}

#[tokio::test]
async fn it_is_noted_once_a_minute_that_somebody_is_there() {
    let house = House::build().await;
    let session = open(&house.app, "nurse").await;
    let opened_at = session.session.created_at;
    let seen_at = async || {
        let page = list_sessions(&house.app, &house.employee, house.employee.user_id, PageRequest::default()).await;
        page.unwrap().items[0].grant.span.seen_at
    };
    house.wait(SignedDuration::from_secs(59));
    assert!(is_in(&house.app, &session).await);
    assert_eq!(seen_at().await, opened_at);
    house.wait(SignedDuration::from_secs(1));
    assert!(is_in(&house.app, &session).await);
    assert_eq!(seen_at().await, opened_at + SignedDuration::from_mins(1));
}

#[tokio::test]
async fn a_sign_in_never_takes_over_the_cookie_that_was_there() {
    let house = House::build().await;
    let planted = open(&house.app, "nurse").await;
    let asked = asked("admin", PASSWORD);
    let fresh = sign_in_browser(&house.app, &asked, Some(&planted.cookie)).await.unwrap();
    assert_ne!(fresh.cookie, planted.cookie);
    assert_eq!(who(&house.app, &fresh).await.unwrap().user_id, house.admin.user_id);
    assert!(!is_in(&house.app, &planted).await, "what was replaced has ended");
    for forged in ["", "1.x.y", "not a cookie"] {
        assert!(sign_in_browser(&house.app, &asked, Some(forged)).await.is_ok(), "{forged}");
    }
}

#[tokio::test]
async fn ending_a_session_leaves_the_others() {
    let house = House::build().await;
    let (gone, kept) = (open(&house.app, "nurse").await, open(&house.app, "nurse").await);
    let tokens = house.sign_in("nurse").await;
    assert_eq!(count(&house.app, &house.employee).await, 3);
    end_session(&house.app, &house.employee, house.employee.user_id, gone.session.id).await.unwrap();
    assert!(!is_in(&house.app, &gone).await);
    assert!(is_in(&house.app, &kept).await);
    let bearer = house.who(&tokens).await.origin.via.session().unwrap();
    end_session(&house.app, &house.admin, house.employee.user_id, bearer).await.unwrap();
    assert!(house.is_refused(&tokens).await);
    assert_eq!(count(&house.app, &house.employee).await, 1);
    let again = end_session(&house.app, &house.admin, house.employee.user_id, bearer).await;
    assert!(matches!(again, Err(EndSessionError::NotFound)));
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_holder_and_administrators_alone() {
    let house = House::build().await;
    let session = open(&house.app, "nurse").await;
    let (nurse, page) = (house.employee.user_id, PageRequest::default());
    let listed = list_sessions(&house.app, &house.manager, nurse, page).await;
    assert!(matches!(listed, Err(ListSessionsError::Forbidden)));
    let ended = end_session(&house.app, &house.manager, nurse, session.session.id).await;
    assert!(matches!(ended, Err(EndSessionError::Forbidden)));
    assert!(matches!(end_sessions(&house.app, &house.manager, nurse).await, Err(EndSessionError::Forbidden)));
    let mine = end_session(&house.app, &house.manager, house.manager.user_id, session.session.id).await;
    assert!(matches!(mine, Err(EndSessionError::NotFound)), "a session of another account is not there");
    assert!(is_in(&house.app, &session).await);
    end_sessions(&house.app, &house.admin, nurse).await.unwrap();
    assert!(!is_in(&house.app, &session).await);
}

#[tokio::test]
async fn another_role_another_password_and_deactivation_end_every_session_on_every_instance() {
    let house = House::build().await;
    let other_instance = house.app.clone();
    let call = Call::new(&house.admin);
    for patch in [
        UserPatch { role: Some(Role::Admin), ..UserPatch::default() },
        UserPatch { password: Some(scheduling_app::auth::Password::new(PASSWORD)), ..UserPatch::default() },
        UserPatch { is_active: Some(false), ..UserPatch::default() },
    ] {
        let (browser, tokens) = (open(&other_instance, "nurse").await, house.sign_in("nurse").await);
        update_user(&house.app, &call, house.employee.user_id, None, &patch).await.unwrap();
        assert!(!is_in(&other_instance, &browser).await, "{patch:?}");
        assert!(house.is_refused(&tokens).await, "{patch:?}");
    }
}

#[tokio::test]
async fn whoever_asks_counts_as_active_once() {
    let house = House::build().await;
    let session = open(&house.app, "nurse").await;
    let tokens = house.sign_in("admin").await;
    for _ in 0..3 {
        assert!(is_in(&house.app, &session).await);
        house.who(&tokens).await;
    }
    let now = house.app.now();
    assert_eq!(house.app.active.count(now).await.unwrap(), 0, "no request waits for the count");
    house.app.active.report(now).await.unwrap();
    assert_eq!(house.app.active.count(now).await.unwrap(), 2);
    assert_eq!(house.app.active.count(now + SignedDuration::from_secs(301)).await.unwrap(), 0);
}

/// A session store that loses deletions, as a server may that fails over to a replica that has not heard of them.
#[derive(Default)]
struct Forgetful(Mutex<HashMap<SessionKey, OpenSession>>);

#[async_trait]
impl SessionStore for Forgetful {
    async fn put(
        &self,
        _: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        _: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        self.0.lock().unwrap().insert(key.clone(), *session);
        Ok(())
    }

    async fn find(
        &self,
        _: OrganizationId,
        key: &SessionKey,
        _: Timestamp,
    ) -> Result<Option<OpenSession>, SessionsUnavailable> {
        Ok(self.0.lock().unwrap().get(key).copied())
    }

    async fn touch(
        &self,
        organization: OrganizationId,
        key: &SessionKey,
        session: &OpenSession,
        now: Timestamp,
    ) -> Result<(), SessionsUnavailable> {
        self.put(organization, key, session, now).await
    }

    async fn delete(&self, _: OrganizationId, _: &SessionKey) -> Result<(), SessionsUnavailable> {
        Ok(())
    }

    async fn ping(&self) -> Result<(), SessionsUnavailable> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failover_that_brings_sessions_back_lets_nobody_in() {
    let house = House::build().await;
    let kept = Arc::new(Forgetful::default());
    let app = App { sessions: kept.clone(), ..house.app.clone() };
    let (ended, everywhere, idle) = (open(&app, "nurse").await, open(&app, "admin").await, open(&app, "manager").await);
    end_session(&app, &house.employee, house.employee.user_id, ended.session.id).await.unwrap();
    end_sessions(&app, &house.admin, house.admin.user_id).await.unwrap();
    house.wait(SignedDuration::from_mins(31));
    assert_eq!(kept.0.lock().unwrap().len(), 3, "all are back");
    for session in [&ended, &everywhere, &idle] {
        assert!(!is_in(&app, session).await);
    }
}

#[tokio::test]
async fn a_session_store_that_mixes_sessions_up_makes_nobody_somebody_else() {
    let house = House::build().await;
    let kept = Arc::new(Forgetful::default());
    let app = App { sessions: kept.clone(), ..house.app.clone() };
    let (nurse, admin) = (open(&app, "nurse").await, open(&app, "admin").await);
    let SessionKind::Browser(key) = &nurse.session.grant.kind else { panic!("a browser's") };
    let theirs = OpenSession { id: admin.session.id, span: admin.session.grant.span };
    kept.0.lock().unwrap().insert(key.clone(), theirs);
    assert!(!is_in(&app, &nurse).await);
    assert!(is_in(&app, &admin).await);
}
