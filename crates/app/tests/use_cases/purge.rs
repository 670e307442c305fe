use jiff::SignedDuration;
use scheduling_app::purge::purge_expired;
use scheduling_app::{Call, catalogue};
use scheduling_conformance::build::{a_refresh_grant, a_skill};
use scheduling_domain::ports::{IdempotencyKey, StoredResponse};
use scheduling_domain::user::RefreshGrant;

use crate::house::House;

#[tokio::test]
async fn keys_and_tokens_are_removed_when_they_have_expired_and_not_before() {
    let house = House::build().await;
    house.sign_in("nurse").await;
    let key = IdempotencyKey { user_id: house.admin.user_id, key: "once".to_owned(), fingerprint: "same".to_owned() };
    let render = |_: &_| StoredResponse { status: 201, body: "null".to_owned(), etag: None, location: None };
    catalogue::create(&house.app, &Call::new(&house.admin).once(key, &render), &a_skill("ICU")).await.unwrap();

    let limits = house.app.limits;
    let moment = SignedDuration::from_secs(1);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 0);
    house.wait(limits.sign_in + moment);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1, "the refresh token");
    house.wait(limits.idempotency_key - limits.sign_in);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1, "the key");
    assert_eq!(purge_expired(&house.app).await.unwrap(), 0);
}

#[tokio::test]
async fn more_than_a_batch_is_removed_in_several() {
    let house = House::build().await;
    let mut uow = house.app.store.begin(house.organization).await.unwrap();
    for n in 0..1_001 {
        let grant = a_refresh_grant(house.admin.user_id, "family", &n.to_string());
        let expired = RefreshGrant { expires_at: house.app.now() - SignedDuration::from_secs(1), ..grant };
        uow.refresh_tokens().insert(&expired, house.app.now()).await.unwrap();
    }
    uow.commit().await.unwrap();
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1_001);
}
