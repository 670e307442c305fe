use jiff::{SignedDuration, ToSpan};
use scheduling_app::api_keys::{
    IssueApiKeyError, IssuedApiKey, NewApiKey, RevokeApiKeyError, issue_api_key, list_api_keys, revoke_api_key,
};
use scheduling_app::auth::{AuthenticateError, Credential, authenticate};
use scheduling_app::catalogue::{GetError, get};
use scheduling_app::users::{UserPatch, update_user};
use scheduling_app::{Actor, Call};
use scheduling_domain::employee::Employee;
use scheduling_domain::origin::Via;
use scheduling_domain::page::PageRequest;
use scheduling_domain::scope::Scope;
use scheduling_domain::user::Role;

use crate::house::{House, fresh, unproved};

async fn issue(house: &House, owner: &Actor, scopes: &[Scope]) -> IssuedApiKey {
    let expires_at = house.app.now() + SignedDuration::from_hours(24);
    let new = NewApiKey { name: "Payroll".to_owned(), scopes: scopes.to_vec(), expires_at };
    fresh(issue_api_key(&house.app, &Call::new(owner), &new).await.unwrap())
}

async fn who(house: &House, issued: &IssuedApiKey) -> Result<Actor, AuthenticateError> {
    authenticate(&house.app, &Credential::Bearer(issued.secret.clone()), unproved()).await
}

#[tokio::test]
async fn a_key_asks_in_its_owners_name_within_its_scopes() {
    let house = House::build().await;
    let issued = issue(&house, &house.manager, &[Scope::EmployeesRead, Scope::EmployeesRead]).await;
    assert_eq!(issued.key.scopes, [Scope::EmployeesRead]);
    let actor = who(&house, &issued).await.unwrap();
    assert_eq!(
        (actor.user_id, actor.role, &actor.team_ids),
        (house.manager.user_id, Role::Manager, &vec![house.team.id])
    );
    assert_eq!((actor.origin.via, &actor.scopes), (Via::ApiKey(issued.key.id), &Some(vec![Scope::EmployeesRead])));
    assert!(get::<Employee>(&house.app, &actor, house.person(0)).await.is_ok());
    let narrow = Actor { scopes: Some(vec![Scope::SchedulesRead]), ..actor };
    assert!(matches!(get::<Employee>(&house.app, &narrow, house.person(0)).await, Err(GetError::Forbidden)));
    let mistyped = issued.secret.replacen("hrk_", "hrk_9", 1);
    assert!(matches!(
        authenticate(&house.app, &Credential::Bearer(mistyped), unproved()).await,
        Err(AuthenticateError::Invalid)
    ));
}

#[tokio::test]
async fn an_account_has_so_many_keys_that_have_not_ended() {
    let mut house = House::build().await;
    house.app.limits.live_api_keys = 2;
    let expires_at = house.app.now() + SignedDuration::from_hours(24);
    let new = NewApiKey { name: "One more".to_owned(), scopes: vec![Scope::SchedulesRead], expires_at };
    let first = issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
    issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
    let refused = issue_api_key(&house.app, &Call::new(&house.manager), &new).await;
    assert!(matches!(refused, Err(IssueApiKeyError::TooMany { limit: 2 })), "{refused:?}");
    issue(&house, &house.admin, &[Scope::SchedulesRead]).await;

    revoke_api_key(&house.app, &house.manager, first.key.id).await.unwrap();
    issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
    house.wait(SignedDuration::from_hours(24));
    // Those that have ended count no more.
    issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
}

#[tokio::test]
async fn a_key_ends_by_itself() {
    let house = House::build().await;
    let issued = issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
    house.wait(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    assert!(who(&house, &issued).await.is_ok());
    house.wait(SignedDuration::from_secs(1));
    assert!(matches!(who(&house, &issued).await, Err(AuthenticateError::Invalid)));
}

#[tokio::test]
async fn a_key_follows_its_owners_role_and_ends_with_their_deactivation() {
    let house = House::build().await;
    let issued = issue(&house, &house.manager, &[Scope::EmployeesRead]).await;
    let change = async |patch: UserPatch| {
        let call = Call::new(&house.admin);
        update_user(&house.app, &call, house.manager.user_id, None, &patch).await.unwrap();
    };
    change(UserPatch { role: Some(Role::Employee), ..UserPatch::default() }).await;
    let actor = who(&house, &issued).await.unwrap();
    assert!(matches!(get::<Employee>(&house.app, &actor, house.person(0)).await, Err(GetError::NotFound)));
    for is_active in [false, true] {
        change(UserPatch { is_active: Some(is_active), ..UserPatch::default() }).await;
        assert!(matches!(who(&house, &issued).await, Err(AuthenticateError::Invalid)));
    }
}

#[tokio::test]
async fn a_use_is_noted_once_a_minute() {
    let house = House::build().await;
    let issued = issue(&house, &house.manager, &[Scope::SchedulesRead]).await;
    let started = house.app.now();
    let noted = async || {
        who(&house, &issued).await.unwrap();
        let page = list_api_keys(&house.app, &house.manager, PageRequest::default()).await.unwrap();
        page.items[0].last_used_at
    };
    assert_eq!(noted().await, Some(started));
    house.wait(SignedDuration::from_secs(59));
    assert_eq!(noted().await, Some(started));
    house.wait(SignedDuration::from_secs(1));
    assert_eq!(noted().await, Some(started + 1.minute()));
}

#[tokio::test]
async fn keys_are_listed_and_revoked_by_their_owners_and_administrators() {
    let house = House::build().await;
    let of_manager = issue(&house, &house.manager, &[Scope::SchedulesRead]).await.key;
    let of_employee = issue(&house, &house.employee, &[Scope::SchedulesRead]).await.key;
    let listed = async |actor: &Actor| {
        let page = list_api_keys(&house.app, actor, PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&house.admin).await, [of_manager.id, of_employee.id]);
    assert_eq!(listed(&house.employee).await, [of_employee.id]);
    let refused = revoke_api_key(&house.app, &house.employee, of_manager.id).await;
    assert!(matches!(refused, Err(RevokeApiKeyError::NotFound)));
    revoke_api_key(&house.app, &house.employee, of_employee.id).await.unwrap();
    revoke_api_key(&house.app, &house.admin, of_manager.id).await.unwrap();
    assert!(listed(&house.admin).await.is_empty());
}

#[tokio::test]
async fn a_key_cannot_issue_another() {
    let house = House::build().await;
    let key = Actor { scopes: Some(Scope::ALL.to_vec()), ..house.admin.clone() };
    let new = NewApiKey {
        name: "Copy".to_owned(),
        scopes: vec![Scope::SchedulesRead],
        expires_at: house.app.now() + SignedDuration::from_hours(1),
    };
    let refused = issue_api_key(&house.app, &Call::new(&key), &new).await;
    assert!(matches!(refused, Err(IssueApiKeyError::Forbidden)));
}
