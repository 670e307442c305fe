//! Accounts and passwords.

use std::sync::Arc;

use scheduling_domain::ports::{Store, StoreError};
use scheduling_domain::user::{Credentials, PasswordHash, Role, User};

use crate::build::a_user;
use crate::store::assert_refused;
use crate::world::{References, World};

async fn credentials(world: &World) -> Credentials {
    let found = world.store.users().find_credentials(world.organization, world.user.id).await.unwrap();
    let (user, credentials) = found.unwrap();
    assert_eq!((user.id, credentials.user_id), (world.user.id, world.user.id));
    credentials
}

/// A new account has no password and an epoch of zero.
pub async fn a_new_account_has_no_password(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let expected =
        Credentials { user_id: world.user.id, password_hash: None, has_second_factor: false, token_epoch: 0 };
    assert_eq!(credentials(&world).await, expected);
    let missing = References::missing().user;
    assert_eq!(store.users().find_credentials(world.organization, missing).await.unwrap(), None);
    let mut uow = world.begin().await;
    assert_eq!(uow.users().find_credentials(world.user.id).await.unwrap(), Some(expected));
    assert_eq!(uow.users().find_credentials(missing).await.unwrap(), None);
    uow.rollback().await.unwrap();
}

/// A password is set and replaced; its unit of work sees it at once. An account that is not there cannot have one.
pub async fn a_password_is_set_and_replaced(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for hash in ["$argon2id$one", "$argon2id$two"] {
        let hash = PasswordHash(hash.to_owned());
        let mut uow = world.begin().await;
        uow.users().set_password(world.user.id, &hash).await.unwrap();
        let seen = uow.users().find_credentials(world.user.id).await.unwrap().unwrap();
        assert_eq!(seen.password_hash.as_ref(), Some(&hash));
        uow.commit().await.unwrap();
        assert_eq!(credentials(&world).await.password_hash, Some(hash));
    }
    let mut uow = world.begin().await;
    let hash = PasswordHash("$argon2id$three".to_owned());
    let refused = uow.users().set_password(References::missing().user, &hash).await;
    assert_refused!(refused, StoreError::Stale);
    uow.rollback().await.unwrap();
}

/// A password is hashed anew only where nobody has replaced it meanwhile.
pub async fn a_password_is_rehashed_unless_it_was_replaced(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let [cheap, dear, other] = ["cheap", "dear", "other"].map(|hash| PasswordHash(format!("$argon2id${hash}")));
    let mut uow = world.begin().await;
    uow.users().set_password(world.user.id, &cheap).await.unwrap();
    uow.users().rehash_password(world.user.id, &cheap, &dear).await.unwrap();
    uow.users().rehash_password(world.user.id, &cheap, &other).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(credentials(&world).await.password_hash, Some(dear));
}

/// The epoch rises by one each time.
pub async fn the_epoch_rises_by_one(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for epoch in 1..=3 {
        let mut uow = world.begin().await;
        uow.users().raise_token_epoch(world.user.id).await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(credentials(&world).await.token_epoch, epoch);
    }
}

/// An update of the account leaves its password and epoch, and theirs leave its version.
pub async fn credentials_survive_an_update_of_the_account(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let mut uow = world.begin().await;
    uow.users().set_password(world.user.id, &PasswordHash("$argon2id$kept".to_owned())).await.unwrap();
    uow.users().raise_token_epoch(world.user.id).await.unwrap();
    uow.commit().await.unwrap();
    let before = credentials(&world).await;
    world.try_replace(&world.user, &User { full_name: "New".to_owned(), ..world.user.value.clone() }).await.unwrap();
    assert_eq!(credentials(&world).await, before);
}

/// An account is found by its user name or e-mail address, whatever the case of ASCII letters; not by part of either.
pub async fn an_account_is_found_by_name_or_address_in_any_case(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let user = world.add(&User { email: "Li.Na@Example.com".to_owned(), ..a_user("LiNa") }).await;
    for identifier in ["LiNa", "lina", "LINA", "li.na@example.COM", "Li.Na@Example.com"] {
        let found = store.users().find_by_identifier(world.organization, identifier).await.unwrap();
        assert_eq!(found.unwrap().0, user, "looking for {identifier}");
    }
    for identifier in ["", "lin", "li%", "%", "li.na@example", "lina@example.com"] {
        let found = store.users().find_by_identifier(world.organization, identifier).await.unwrap();
        assert_eq!(found, None, "looking for {identifier}");
    }
}

/// An account of another organization is not found by anything.
pub async fn an_account_of_another_organization_is_not_found(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    assert_eq!(store.users().find_credentials(theirs.organization, world.user.id).await.unwrap(), None);
    let only_ours = world.add(&a_user("only-ours")).await;
    assert_eq!(store.users().find_by_identifier(theirs.organization, &only_ours.username).await.unwrap(), None);
    let mut uow = theirs.begin().await;
    let hash = PasswordHash("$argon2id$stolen".to_owned());
    assert_refused!(uow.users().set_password(world.user.id, &hash).await, StoreError::Stale);
    assert_eq!(uow.users().find_credentials(world.user.id).await.unwrap(), None);
    uow.commit().await.unwrap();
    assert_eq!(credentials(&world).await.password_hash, None);
}

/// Administrators who are active, in order of id, and nobody else.
pub async fn active_administrators_are_listed_in_order(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    World::build(store, "theirs").await.add(&User { role: Role::Admin, ..a_user("theirs") }).await;
    let admin = |name: &str| User { role: Role::Admin, ..a_user(name) };
    let second = world.add(&admin("b")).await.id;
    world.add(&User { is_active: false, ..admin("gone") }).await;
    world.add(&User { role: Role::Manager, ..a_user("manager") }).await;
    let third = world.add(&admin("a")).await.id;
    let mut uow = world.begin().await;
    assert_eq!(uow.users().lock_active_admins().await.unwrap(), [second, third]);
    uow.rollback().await.unwrap();
}
