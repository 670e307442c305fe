//! Second factors and recovery codes.

use std::sync::Arc;

use scheduling_domain::ports::Store;
use scheduling_domain::second_factor::SecondFactor;

use crate::world::World;

fn factor(world: &World, is_confirmed: bool) -> SecondFactor {
    SecondFactor { user_id: world.user.id, sealed_secret: "sealed".to_owned(), is_confirmed, last_step: 7 }
}

async fn has_second_factor(world: &World) -> bool {
    let found = world.store.users().find_credentials(world.organization, world.user.id).await.unwrap();
    found.unwrap().1.has_second_factor
}

/// A factor is found as it was put, replaced by the next one, and told with the credentials once it is confirmed.
pub async fn a_factor_is_asked_for_once_it_is_confirmed(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    assert!(!has_second_factor(&world).await);
    for is_confirmed in [false, true] {
        let factor = factor(&world, is_confirmed);
        let mut uow = world.begin().await;
        uow.second_factors().put(&factor, world.now).await.unwrap();
        assert_eq!(uow.second_factors().find_locked(world.user.id).await.unwrap(), Some(factor));
        uow.commit().await.unwrap();
        assert_eq!(has_second_factor(&world).await, is_confirmed);
    }
}

/// A removed factor is gone with its recovery codes, and no longer told with the credentials.
pub async fn a_removed_factor_takes_its_codes_along(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let user = world.user.id;
    let mut uow = world.begin().await;
    uow.second_factors().put(&factor(&world, true), world.now).await.unwrap();
    uow.second_factors().replace_recovery_codes(user, &["a".to_owned()]).await.unwrap();
    uow.commit().await.unwrap();
    let mut uow = world.begin().await;
    assert!(uow.second_factors().delete(user).await.unwrap());
    assert!(!uow.second_factors().delete(user).await.unwrap());
    assert_eq!(uow.second_factors().find_locked(user).await.unwrap(), None);
    assert_eq!(uow.second_factors().count_recovery_codes(user).await.unwrap(), 0);
    uow.commit().await.unwrap();
    assert!(!has_second_factor(&world).await);
}

/// A recovery code is taken once, and only one that is there.
pub async fn a_recovery_code_is_taken_once(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let user = world.user.id;
    let mut uow = world.begin().await;
    uow.second_factors().put(&factor(&world, true), world.now).await.unwrap();
    uow.second_factors().replace_recovery_codes(user, &["a".to_owned(), "b".to_owned()]).await.unwrap();
    for (hash, taken) in [("a", true), ("a", false), ("c", false)] {
        assert_eq!(uow.second_factors().take_recovery_code(user, hash).await.unwrap(), taken, "{hash}");
    }
    assert_eq!(uow.second_factors().count_recovery_codes(user).await.unwrap(), 1);
    uow.commit().await.unwrap();
}

/// New recovery codes leave no earlier one good.
pub async fn new_recovery_codes_replace_the_earlier_ones(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let user = world.user.id;
    let mut uow = world.begin().await;
    uow.second_factors().put(&factor(&world, true), world.now).await.unwrap();
    for hashes in [["a", "b"], ["b", "c"]] {
        uow.second_factors().replace_recovery_codes(user, &hashes.map(str::to_owned)).await.unwrap();
    }
    assert!(!uow.second_factors().take_recovery_code(user, "a").await.unwrap());
    assert!(uow.second_factors().take_recovery_code(user, "b").await.unwrap());
    uow.commit().await.unwrap();
}

/// A factor of another organization is not found, and its codes cannot be taken.
pub async fn factors_of_another_organization_are_not_found(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    let user = world.user.id;
    let mut uow = world.begin().await;
    uow.second_factors().put(&factor(&world, true), world.now).await.unwrap();
    uow.second_factors().replace_recovery_codes(user, &["a".to_owned()]).await.unwrap();
    uow.commit().await.unwrap();
    let mut uow = theirs.begin().await;
    assert_eq!(uow.second_factors().find_locked(user).await.unwrap(), None);
    assert!(!uow.second_factors().take_recovery_code(user, "a").await.unwrap());
    assert!(!uow.second_factors().delete(user).await.unwrap());
    uow.commit().await.unwrap();
    assert!(has_second_factor(&world).await);
}
