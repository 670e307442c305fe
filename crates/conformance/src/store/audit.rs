//! What was done stays as it was said.

use std::sync::Arc;

use jiff::ToSpan;
use scheduling_domain::audit::{AuditEvent, AuditFilter, AuditLink, AuditRecord, AuditWalk, Tampering};
use scheduling_domain::id::{ApiKeyId, OrganizationId, TypedId};
use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::page::PageRequest;
use scheduling_domain::ports::Store;
use scheduling_domain::skill::{Skill, SkillFilter};

use crate::build::a_skill;
use crate::world::World;

/// An event that has every field.
pub fn a_full_event(world: &World, number: i64) -> AuditEvent {
    let origin = Origin {
        address: Some([192, 0, 2, 1].into()),
        request_id: Some(format!("request-{number}")),
        traceparent: None,
        via: Via::ApiKey(ApiKeyId::try_new(7).unwrap()),
    };
    AuditEvent {
        object_id: Some(number),
        before: Some(r#"{"name":"旧"}"#.to_owned()),
        after: Some("{\"z\": 1,  \"a\":\"\\u0000\"}".to_owned()),
        verdict: Some("noted".to_owned()),
        violations: Some("{\"count\":1}".to_owned()),
        reason: Some("病假 🤒".to_owned()),
        ..AuditEvent::new(world.now, Some(world.user.id), &origin, "shift.update", "shift")
    }
}

/// An event with as few fields as there can be.
fn a_bare_event(world: &World) -> AuditEvent {
    AuditEvent::new(world.now, None, &Origin::COMMAND_LINE, "demo.seed", "demo")
}

async fn record(world: &World, events: &[AuditEvent]) {
    let mut uow = world.begin().await;
    for event in events {
        uow.audit().record(event.clone());
    }
    uow.commit().await.unwrap();
}

async fn all(store: &Arc<dyn Store>, organization: OrganizationId) -> Vec<AuditRecord> {
    store.audit().list_after(organization, &AuditFilter::default(), 0, 10_000).await.unwrap()
}

/// Walks the whole chain, as the use case does.
pub async fn walk(
    store: &Arc<dyn Store>,
    organization: OrganizationId,
    noted: Option<AuditLink>,
) -> Result<AuditLink, Tampering> {
    let mut walk = AuditWalk::new(organization, noted);
    for record in all(store, organization).await {
        walk.step(&record)?;
    }
    let head = store.audit().head(organization).await.unwrap();
    let known = head.sequence;
    walk.end(head).unwrap_or(Err(Tampering::Truncated { last: walk.at().sequence, known }))?;
    Ok(walk.at())
}

/// Events are read as they were recorded, in order, numbered from 1.
pub async fn events_are_read_as_they_were_recorded(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    assert_eq!(store.audit().head(world.organization).await.unwrap(), AuditLink::START);
    let events = [a_full_event(&world, 1), a_bare_event(&world), a_full_event(&world, 2)];
    record(&world, &events[..2]).await;
    record(&world, &events[2..]).await;
    let found = all(store, world.organization).await;
    assert_eq!(found.iter().map(|record| record.event.clone()).collect::<Vec<_>>(), events);
    assert_eq!(found.iter().map(|record| record.link.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    let end = walk(store, world.organization, None).await.unwrap();
    assert_eq!(end, store.audit().head(world.organization).await.unwrap());
    assert_eq!(walk(store, world.organization, Some(end)).await, Ok(end));
}

/// An event is there exactly when what it speaks of is.
pub async fn events_stand_and_fall_with_their_unit_of_work(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    for end in ["rollback", "drop"] {
        let mut uow = world.begin().await;
        uow.skills().insert(&a_skill("undone"), world.now).await.unwrap();
        uow.audit().record(a_bare_event(&world));
        if end == "rollback" {
            uow.rollback().await.unwrap();
        }
    }
    assert_eq!(all(store, world.organization).await, []);
    record(&world, &[a_bare_event(&world)]).await;
    assert_eq!(all(store, world.organization).await.len(), 1);
    assert_eq!(world.list_all::<Skill>(&SkillFilter::default()).await.len(), 1);
}

/// Whoever commits at the same time makes one chain, without a gap.
pub async fn commits_at_once_make_one_chain(store: &Arc<dyn Store>) {
    let world = Arc::new(World::build(store, "ours").await);
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                record(&world, &[a_full_event(&world, 2 * number + 1), a_full_event(&world, 2 * number + 2)]).await;
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(walk(store, world.organization, None).await.unwrap().sequence, 80);
    // The two of one unit of work stand side by side.
    let found = all(store, world.organization).await;
    for pair in found.chunks(2) {
        assert_eq!(pair[0].event.object_id.unwrap() + 1, pair[1].event.object_id.unwrap());
    }
}

/// Each organization has a chain of its own.
pub async fn chains_of_organizations_do_not_meet(store: &Arc<dyn Store>) {
    let ours = World::build(store, "ours").await;
    let theirs = World::build(store, "theirs").await;
    record(&ours, &[a_bare_event(&ours)]).await;
    record(&theirs, &[a_bare_event(&theirs), a_bare_event(&theirs)]).await;
    record(&ours, &[a_bare_event(&ours)]).await;
    for world in [&ours, &theirs] {
        assert_eq!(walk(store, world.organization, None).await.unwrap().sequence, 2);
        let page = PageRequest::default();
        let listed = store.audit().list(world.organization, &AuditFilter::default(), page).await.unwrap();
        assert_eq!(listed.total, 2);
    }
}

/// Pages go from the newest to the oldest.
pub async fn events_are_listed_newest_first(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let events: Vec<_> = (1..=5).map(|number| a_full_event(&world, number)).collect();
    record(&world, &events).await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        let page = PageRequest::try_new(page, 2).unwrap();
        let page = store.audit().list(world.organization, &AuditFilter::default(), page).await.unwrap();
        assert_eq!(page.total, 5);
        seen.extend(page.items.into_iter().map(|record| record.link.sequence));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let after = store.audit().list_after(world.organization, &AuditFilter::default(), 2, 2).await.unwrap();
    assert_eq!(after.iter().map(|record| record.link.sequence).collect::<Vec<_>>(), [3, 4]);
}

/// Each condition of a filter narrows.
pub async fn events_by_everything(store: &Arc<dyn Store>) {
    let world = World::build(store, "ours").await;
    let later = AuditEvent { at: world.now + 1.hour(), ..a_bare_event(&world) };
    record(&world, &[a_full_event(&world, 1), a_full_event(&world, 2), later]).await;
    let any = AuditFilter::default;
    for (filter, expected) in [
        (any(), &[1, 2, 3][..]),
        (AuditFilter { user_id: Some(world.user.id), ..any() }, &[1, 2]),
        (AuditFilter { object_kind: Some("demo".to_owned()), ..any() }, &[3]),
        (AuditFilter { object_id: Some(2), ..any() }, &[2]),
        (AuditFilter { operation: Some("shift.update".to_owned()), ..any() }, &[1, 2]),
        (AuditFilter { request_id: Some("request-1".to_owned()), ..any() }, &[1]),
        (AuditFilter { from: Some(world.now + 1.hour()), ..any() }, &[3]),
        (AuditFilter { until: Some(world.now + 1.hour()), ..any() }, &[1, 2]),
        (AuditFilter { object_kind: Some("demo".to_owned()), object_id: Some(1), ..any() }, &[]),
    ] {
        let found = store.audit().list_after(world.organization, &filter, 0, 10).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|record| record.link.sequence).collect();
        assert_eq!(found, expected, "{filter:?}");
        let page = store.audit().list(world.organization, &filter, PageRequest::default()).await.unwrap();
        assert_eq!(page.total, i64::try_from(expected.len()).unwrap(), "{filter:?}");
    }
}
