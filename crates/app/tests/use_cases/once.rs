use scheduling_app::catalogue::{CreateError, create, list};
use scheduling_app::{Call, KeyError, Settled};
use scheduling_conformance::build::a_skill;
use scheduling_domain::id::TypedId;
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::{IdempotencyKey, StoredResponse};
use scheduling_domain::record::Record;
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::house::House;

fn render(skill: &Record<Skill>) -> StoredResponse {
    StoredResponse { status: 201, body: skill.id.get().to_string(), etag: None, location: None }
}

fn key(house: &House, fingerprint: &str) -> IdempotencyKey {
    IdempotencyKey { user_id: house.admin.user_id, key: "k1".to_owned(), fingerprint: fingerprint.to_owned() }
}

#[tokio::test]
async fn a_request_that_comes_twice_acts_once_and_is_answered_alike() {
    let house = House::build().await;
    let call = || Call::new(&house.admin).once(key(&house, "f1"), &render);
    let Settled::Fresh(made) = create(&house.app, &call(), &a_skill("Sewing")).await.unwrap() else {
        panic!("the first request was taken for a repeated one");
    };
    let again = create(&house.app, &call(), &a_skill("Sewing")).await.unwrap();
    assert_eq!(again, Settled::Replayed(render(&made)));
    let skills = list::<Skill>(&house.app, &house.admin, SkillFilter::default(), PageRequest::default()).await.unwrap();
    assert_eq!(skills.total, 1);

    let other = Call::new(&house.admin).once(key(&house, "f2"), &render);
    let refused = create(&house.app, &other, &a_skill("Cooking")).await;
    assert!(matches!(refused, Err(CreateError::Key(KeyError::Mismatch))));
}

#[tokio::test]
async fn a_refusal_forgets_the_key() {
    let house = House::build().await;
    let call = || Call::new(&house.admin).once(key(&house, "f1"), &render);
    assert!(matches!(create(&house.app, &call(), &a_skill(" ")).await, Err(CreateError::Invalid(_))));
    assert!(matches!(create(&house.app, &call(), &a_skill("Sewing")).await, Ok(Settled::Fresh(_))));
}

#[tokio::test]
async fn a_dry_run_takes_no_key() {
    let house = House::build().await;
    let dry = Call::new(&house.admin).once(key(&house, "f1"), &render).dry_run(true);
    create(&house.app, &dry, &a_skill("Sewing")).await.unwrap();
    let real = Call::new(&house.admin).once(key(&house, "f1"), &render);
    assert!(matches!(create(&house.app, &real, &a_skill("Sewing")).await, Ok(Settled::Fresh(_))));
}
