//! Two instances on one PostgreSQL and one Redis are as one.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{ADMIN_PASSWORD, Backend, Client, Redis};

const ROUNDS: usize = 10_000;
const CLIENTS: usize = 16;

/// Writes through one instance and reads through the other, time and again; answers how many reads were stale.
async fn interleave(one: Client, other: Client, client: usize) -> usize {
    let site = json!({"name": format!("Site {client}"), "time_zone": "Asia/Shanghai"});
    let path = format!("/api/sites/{}", one.post("/api/sites/", &site).await.expect(201).id());
    let mut stale = 0;
    for round in 0..ROUNDS / CLIENTS {
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let address = format!("{client} in round {round}");
        writer.patch(&path, None, &json!({"address": address})).await.expect(200);
        let read = reader.get(&path).await.expect(200);
        stale += usize::from(read.data()["address"] != address.as_str());
    }
    stale
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_on_one_is_seen_by_the_next_read_on_the_other() {
    let backend = Backend::postgres_and_redis().await;
    backend.prepare();
    let (one, other) = (backend.serve(), backend.serve());
    let (admin_of_one, admin_of_other) = (one.admin().await, other.admin().await);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(interleave(admin_of_one.clone(), admin_of_other.clone(), client));
    }
    assert_eq!(clients.join_all().await.into_iter().sum::<usize>(), 0, "of {ROUNDS} reads so many were stale");
    let metrics = reqwest::get(format!("{}/metrics", one.base)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains(r#"cache_requests_total{operation="find",outcome="miss"}"#), "reads go through the cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_on_one_is_felt_on_the_other_within_a_second() {
    let backend = Backend::postgres_and_redis().await;
    backend.prepare();
    let (one, other) = (backend.serve(), backend.serve());
    let admin = one.admin().await;
    let account = json!({
        "username": "leaver", "email": "leaver@example.com", "password": ADMIN_PASSWORD, "role": "employee",
    });
    let id = admin.post("/api/users/", &account).await.expect(201).id();
    let leaver = Client::sign_in(&other.base, "leaver", ADMIN_PASSWORD).await;
    leaver.get("/api/sites/").await.expect(200);

    admin.patch(&format!("/api/users/{id}"), None, &json!({"is_active": false})).await.expect(200);
    let deactivated_at = Instant::now();
    loop {
        let asked_after = deactivated_at.elapsed();
        if leaver.get("/api/sites/").await.status == 401 {
            break;
        }
        assert!(asked_after < Duration::from_secs(1), "a request that came {asked_after:?} after it was let in");
    }
    assert_eq!(leaver.get("/api/sites/").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_counted_once_over_all_instances() {
    let redis = Redis::start();
    let backend = Backend::postgres_and_redis().await.with("REDIS_URL", redis.url());
    backend.prepare();
    let (one, other) = (backend.serve(), backend.serve());
    for admin in [one.admin().await, other.admin().await] {
        admin.get("/api/auth/me").await.expect(200);
    }
    let account = json!({
        "username": "second", "email": "second@example.com", "password": ADMIN_PASSWORD, "role": "employee",
    });
    one.admin().await.post("/api/users/", &account).await.expect(201);
    Client::sign_in(&other.base, "second", ADMIN_PASSWORD).await.get("/api/auth/me").await.expect(200);

    // An instance reads the count when it starts, and then every half a minute.
    let third = backend.serve();
    let counted = async {
        loop {
            let metrics = reqwest::get(format!("{}/metrics", third.base)).await.unwrap().text().await.unwrap();
            if metrics.contains("active_users_total 2\n") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), counted).await.expect("two people are active, on three instances");
}
