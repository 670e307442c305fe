//! Redis is killed, stopped and flushed under load: reads go on, and nobody becomes somebody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{ADMIN_PASSWORD, Backend, Client, Redis, Server};

const PEOPLE: usize = 8;
/// How long Redis stands still. `HR_TEST_STOP_SECONDS` makes it longer.
const STOP_SECONDS: u64 = 3;

/// What the readers met.
#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    asked: AtomicUsize,
    refused: AtomicUsize,
    answered: AtomicUsize,
    mistaken: AtomicUsize,
    stale: AtomicUsize,
}

impl Tally {
    /// Waits until so many more questions were asked.
    async fn more(&self, count: usize) {
        let target = self.asked.load(Ordering::SeqCst) + count;
        let reached = async {
            while self.asked.load(Ordering::SeqCst) < target {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), reached).await.expect("readers go on");
    }
}

/// Somebody who asks again and again who they are and what a site is called.
async fn read(client: Client, name: String, tally: Arc<Tally>) {
    while !tally.stop.load(Ordering::SeqCst) {
        for path in ["/api/auth/me", "/api/sites/?per_page=5"] {
            let answer = client.get(path).await;
            tally.asked.fetch_add(1, Ordering::SeqCst);
            tally.answered.fetch_add(usize::from(answer.status == 200), Ordering::SeqCst);
            let is_me = path == "/api/auth/me";
            let is_mistaken = is_me && answer.status == 200 && answer.data()["username"] != name.as_str();
            tally.mistaken.fetch_add(usize::from(is_mistaken), Ordering::SeqCst);
        }
    }
}

/// Somebody whose session is a cookie asks who they are: while Redis is away they are told that sessions are, and nothing
/// else.
async fn browse(anonymous: Client, cookie: String, name: String, tally: Arc<Tally>) {
    while !tally.stop.load(Ordering::SeqCst) {
        let answer = anonymous.get_with_cookie("/api/auth/me", &cookie).await;
        match answer.status {
            200 => assert_eq!(answer.data()["username"], name.as_str()),
            503 => {
                assert_eq!(answer.body["code"], "sessions_unavailable");
                assert!(!answer.header("retry-after").is_empty(), "it says when to come again");
                tally.refused.fetch_add(1, Ordering::SeqCst);
            }
            // What was flushed is no session any more.
            401 => return,
            other => panic!("{other}: {:#}", answer.body),
        }
    }
}

/// Writes on one instance and reads on both, whatever Redis does.
async fn write(one: Client, other: Client, tally: Arc<Tally>) {
    let site = json!({"name": "Moving", "time_zone": "Asia/Shanghai"});
    let path = format!("/api/sites/{}", one.post("/api/sites/", &site).await.expect(201).id());
    let mut round = 0;
    while !tally.stop.load(Ordering::SeqCst) {
        round += 1;
        let address = round.to_string();
        one.patch(&path, None, &json!({"address": address})).await.expect(200);
        for reader in [&one, &other] {
            let read = reader.get(&path).await.expect(200);
            tally.stale.fetch_add(usize::from(read.data()["address"] != address.as_str()), Ordering::SeqCst);
        }
    }
}

async fn people(admin: &Client, servers: &[Server; 2]) -> Vec<(Client, String)> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let name = format!("person{number}");
        let account = json!({
            "username": name, "email": format!("{name}@example.com"), "password": ADMIN_PASSWORD, "role": "employee",
        });
        admin.post("/api/users/", &account).await.expect(201);
        people.push((Client::sign_in(&servers[number % 2].base, &name, ADMIN_PASSWORD).await, name));
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_and_nobody_becomes_somebody_else() {
    let mut redis = Redis::start();
    let backend = Backend::postgres_and_redis().await.with("REDIS_URL", redis.url());
    backend.prepare();
    let servers = [backend.serve(), backend.serve()];
    let (one, other) = (servers[0].admin().await, servers[1].admin().await);
    let tally = Arc::new(Tally::default());
    let mut load = JoinSet::new();
    for (client, name) in people(&one, &servers).await {
        load.spawn(read(client, name, Arc::clone(&tally)));
    }
    let anonymous = servers[1].anonymous();
    load.spawn(write(one, other, Arc::clone(&tally)));

    tally.more(500).await;
    assert_eq!(redis.command("FLUSHALL"), "+OK");
    tally.more(500).await;
    let (cookie, _) = anonymous.open_session("person0", ADMIN_PASSWORD).await;
    load.spawn(browse(anonymous, cookie, "person0".to_owned(), Arc::clone(&tally)));
    tally.more(100).await;
    redis.signal("-STOP");
    let seconds = std::env::var("HR_TEST_STOP_SECONDS").ok().and_then(|text| text.parse().ok());
    tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(STOP_SECONDS))).await;
    tally.more(100).await;
    redis.signal("-CONT");
    tally.more(500).await;
    redis.kill();
    tally.more(500).await;
    redis.restart();
    tally.more(500).await;

    // In the end the cache is in use again.
    let asked = redis.command("DBSIZE");
    let refilled = async {
        while redis.command("DBSIZE") == ":0" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), refilled).await.unwrap_or_else(|_| panic!("still {asked}"));
    tally.stop.store(true, Ordering::SeqCst);
    load.join_all().await;

    let (asked, answered) = (tally.asked.load(Ordering::SeqCst), tally.answered.load(Ordering::SeqCst));
    assert!(tally.refused.load(Ordering::SeqCst) > 0, "no session was ever refused");
    assert_eq!(tally.mistaken.load(Ordering::SeqCst), 0, "of {asked} answers so many were somebody else's");
    assert!(asked * 999 <= answered * 1_000, "{answered} of {asked} reads were answered");
    assert_eq!(tally.stale.load(Ordering::SeqCst), 0, "so many reads were stale");
    println!("{answered} of {asked} reads answered");
}
