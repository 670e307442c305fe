use scheduling_app::Call;
use scheduling_app::auth::{Password, sign_in};
use scheduling_app::users::{
    CreateUserError, NewUser, UpdateUserError, UserPatch, create_user, find_operator, get_user, list_users, update_user,
};
use scheduling_conformance::build::a_user;
use scheduling_domain::page::PageRequest;
use scheduling_domain::user::{Role, User, UserFilter};

use crate::house::{House, PASSWORD, asked, fresh};

#[tokio::test]
async fn only_administrators_make_accounts() {
    let house = House::build().await;
    let new = NewUser { user: a_user("new"), password: Password::new(PASSWORD) };
    for actor in [&house.manager, &house.employee] {
        let made = create_user(&house.app, &Call::new(actor), &new).await;
        assert!(matches!(made, Err(CreateUserError::Forbidden)));
    }
    let made = fresh(create_user(&house.app, &Call::new(&house.admin), &new).await.unwrap());
    assert_eq!(get_user(&house.app, &house.admin, made.id).await.unwrap(), made);
    assert!(sign_in(&house.app, &asked("new", PASSWORD)).await.is_ok());
}

#[tokio::test]
async fn every_fault_of_an_account_is_named_at_once() {
    let house = House::build().await;
    let user =
        User { email: "nowhere".to_owned(), role: Role::Employee, team_ids: vec![house.team.id], ..a_user("a b") };
    let new = NewUser { user, password: Password::new("short") };
    let Err(CreateUserError::Invalid(faults)) = create_user(&house.app, &Call::new(&house.admin), &new).await else {
        panic!("a wrong account was made");
    };
    let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(
        faults,
        [
            ("/username", "invalid_username"),
            ("/email", "invalid_email"),
            ("/team_ids", "only_for_managers"),
            ("/password", "too_short"),
        ]
    );
}

#[tokio::test]
async fn a_taken_name_is_named() {
    let house = House::build().await;
    let user = User { email: "another@example.com".to_owned(), ..a_user("Admin") };
    let new = NewUser { user, password: Password::new(PASSWORD) };
    let made = create_user(&house.app, &Call::new(&house.admin), &new).await;
    assert!(matches!(made, Err(CreateUserError::Duplicate("username"))), "{made:?}");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let house = House::build().await;
    let demoted = UserPatch { role: Some(Role::Employee), ..UserPatch::default() };
    let inactive = UserPatch { is_active: Some(false), ..UserPatch::default() };
    let id = house.admin.user_id;
    for patch in [&demoted, &inactive] {
        let changed = update_user(&house.app, &Call::new(&house.admin), id, None, patch).await;
        assert!(matches!(changed, Err(UpdateUserError::LastAdministrator)));
    }
    let promoted = UserPatch { role: Some(Role::Admin), ..UserPatch::default() };
    update_user(&house.app, &Call::new(&house.admin), house.manager.user_id, None, &promoted).await.unwrap();
    update_user(&house.app, &Call::new(&house.admin), id, None, &demoted).await.unwrap();
    let operator = find_operator(&house.app, house.organization).await.unwrap().unwrap();
    assert_eq!(operator.user_id, house.manager.user_id);
}

#[tokio::test]
async fn people_change_their_own_name_and_password_and_nothing_else() {
    let house = House::build().await;
    let id = house.employee.user_id;
    let call = || Call::new(&house.employee);
    let renamed = UserPatch { full_name: Some("王芳".to_owned()), ..UserPatch::default() };
    assert_eq!(fresh(update_user(&house.app, &call(), id, None, &renamed).await.unwrap()).full_name, "王芳");

    let promoted = UserPatch { role: Some(Role::Admin), ..UserPatch::default() };
    let refused = update_user(&house.app, &call(), id, None, &promoted).await;
    assert!(matches!(refused, Err(UpdateUserError::Forbidden)));
    let refused = update_user(&house.app, &call(), house.admin.user_id, None, &renamed).await;
    assert!(matches!(refused, Err(UpdateUserError::Forbidden)));
}

#[tokio::test]
async fn a_new_password_takes_the_old_one_and_ends_what_was_issued() {
    let house = House::build().await;
    let tokens = house.sign_in("nurse").await;
    let id = house.employee.user_id;
    let new = Some(Password::new("another long password"));
    for (current, code) in [(None, "required"), (Some(Password::new("wrong")), "wrong_password")] {
        let patch = UserPatch { password: new.clone(), current_password: current, ..UserPatch::default() };
        let Err(UpdateUserError::Invalid(faults)) =
            update_user(&house.app, &Call::new(&house.employee), id, None, &patch).await
        else {
            panic!("the old password was not asked for");
        };
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code]);
    }
    let current_password = Some(Password::new(PASSWORD));
    let patch = UserPatch { password: new, current_password, ..UserPatch::default() };
    update_user(&house.app, &Call::new(&house.employee), id, None, &patch).await.unwrap();
    assert!(house.is_refused(&tokens).await);
    assert!(sign_in(&house.app, &asked("nurse", "another long password")).await.is_ok());
}

#[tokio::test]
async fn an_address_of_ones_own_changes_only_with_the_password() {
    let house = House::build().await;
    let change = |id, email: &str, current_password: Option<&str>| {
        let patch = UserPatch {
            email: Some(email.to_owned()),
            current_password: current_password.map(Password::new),
            ..UserPatch::default()
        };
        let (app, admin) = (&house.app, &house.admin);
        async move { update_user(app, &Call::new(admin), id, None, &patch).await }
    };
    let own = house.admin.user_id;
    for wrong in [None, Some("wrong")] {
        let answer = change(own, "elsewhere@example.com", wrong).await;
        assert!(matches!(answer, Err(UpdateUserError::Invalid(_))), "{wrong:?}");
    }
    let kept = get_user(&house.app, &house.admin, own).await.unwrap().value.email;
    change(own, &kept, None).await.expect("nothing changes");
    change(own, "elsewhere@example.com", Some(PASSWORD)).await.unwrap();
    change(house.employee.user_id, "nurse.new@example.com", None).await.expect("they mend what others forgot");
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let house = House::build().await;
    let id = house.employee.user_id;
    let seen = get_user(&house.app, &house.admin, id).await.unwrap().version;
    let patch = |name: &str| UserPatch { full_name: Some(name.to_owned()), ..UserPatch::default() };
    update_user(&house.app, &Call::new(&house.admin), id, Some(seen), &patch("first")).await.unwrap();
    let late = update_user(&house.app, &Call::new(&house.admin), id, Some(seen), &patch("second")).await;
    assert!(matches!(late, Err(UpdateUserError::Stale { current }) if current == seen.next()));
}

#[tokio::test]
async fn anybody_lists_accounts() {
    let house = House::build().await;
    let filter = UserFilter { search: Some("NUR".to_owned()), ..UserFilter::default() };
    let page = list_users(&house.app, &house.employee, &filter, PageRequest::default()).await.unwrap();
    assert_eq!(page.items.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["nurse"]);
}
