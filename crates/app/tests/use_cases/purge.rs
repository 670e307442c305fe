use jiff::SignedDuration;
use scheduling_app::purge::purge_expired;
use scheduling_app::{Call, catalogue};
use scheduling_conformance::build::{a_session, a_skill};
use scheduling_domain::ports::{IdempotencyKey, StoredResponse};
use scheduling_domain::session::{SessionGrant, SessionSpan};

use crate::house::House;

#[tokio::test]
async fn keys_and_sessions_are_removed_when_they_have_expired_and_not_before() {
    let house = House::build().await;
    house.sign_in("nurse").await;
    let key = IdempotencyKey { user_id: house.admin.user_id, key: "once".to_owned(), fingerprint: "same".to_owned() };
    let render = |_: &_| StoredResponse { status: 201, body: "null".to_owned(), etag: None, location: None };
    catalogue::create(&house.app, &Call::new(&house.admin).once(key, &render), &a_skill("ICU")).await.unwrap();

    let limits = house.app.limits;
    let moment = SignedDuration::from_secs(1);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 0);
    house.wait(limits.sign_in + moment);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1, "the session");
    house.wait(limits.idempotency_key - limits.sign_in);
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1, "the key");
    assert_eq!(purge_expired(&house.app).await.unwrap(), 0);
}

#[tokio::test]
async fn more_than_a_batch_is_removed_in_several() {
    let house = House::build().await;
    let mut uow = house.app.store.begin(house.organization).await.unwrap();
    let (opened_at, now) = (house.app.now() - SignedDuration::from_secs(1), house.app.now());
    let grant = SessionGrant { span: SessionSpan::fixed(opened_at, now), ..a_session(house.admin.user_id) };
    for _ in 0..1_001 {
        uow.sessions().insert(&grant, opened_at).await.unwrap();
    }
    uow.commit().await.unwrap();
    assert_eq!(purge_expired(&house.app).await.unwrap(), 1_001);
}
