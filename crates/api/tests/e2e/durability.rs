use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Backend, Client, on_each_backend};

/// Writes until the server stops answering; gives the names that were acknowledged.
async fn write_until_cut(admin: Client, writer: usize, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for index in 0.. {
        let name = format!("skill {writer}-{index}");
        let request = admin.request(reqwest::Method::POST, "/api/skills/").json(&json!({"name": name}));
        match request.send().await {
            Ok(response) if response.status() == 201 => acknowledged.push(name),
            _ => break,
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    acknowledged
}

async fn all_names(admin: &Client) -> Vec<String> {
    let mut names = Vec::new();
    for page in 1.. {
        let answer = admin.get(&format!("/api/skills/?per_page=100&page={page}")).await.expect(200);
        let rows = answer.data().as_array().unwrap();
        if rows.is_empty() {
            break;
        }
        names.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
    }
    names
}

async fn a_kill_loses_no_acknowledged_write(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> =
        (0..8).map(|writer| tokio::spawn(write_until_cut(admin.clone(), writer, stop.clone()))).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.signal("-KILL");
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    server.wait();
    assert!(acknowledged.len() > 20, "only {} writes were acknowledged", acknowledged.len());

    let server = backend.serve();
    let kept = all_names(&server.admin().await).await;
    let lost: Vec<_> = acknowledged.iter().filter(|name| !kept.contains(name)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

async fn a_termination_finishes_what_is_in_flight(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    // Each hashes a password for tens of milliseconds before it writes, so that many are in flight when the signal comes.
    let client = server.admin().await;
    let creations: Vec<_> = (0..12)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let name = format!("newcomer-{number}");
                let account = json!({
                    "username": name, "email": format!("{name}@example.com"), "password": "seven grey herons wade",
                });
                client.post("/api/users/", &account).await.status
            })
        })
        .collect();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while !creations.iter().any(tokio::task::JoinHandle::is_finished) {
        assert!(std::time::Instant::now() < deadline, "no account was made");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    server.signal("-TERM");
    for creation in creations {
        assert_eq!(creation.await.unwrap(), 201);
    }
    assert_eq!(server.wait(), Some(0));
}

async fn a_kill_loses_no_roster_that_was_told(backend: Backend) {
    backend.prepare_demo();
    let server = backend.serve();
    let admin = server.admin().await;
    let schedule = admin.schedule_of_a_day().await;
    admin.post(&format!("/api/schedules/{schedule}/generate"), &json!({})).await.expect(200);
    let new = json!({"schedule_id": schedule, "max_seconds": 300});
    let run = format!("/api/optimizations/{}", admin.post("/api/optimizations/", &new).await.expect(202).id());
    let told = admin.until(&run, |run| run["score"].is_object()).await;
    server.signal("-KILL");
    server.wait();

    let server = backend.serve();
    let admin = server.admin().await;
    let kept = admin.get(&run).await.expect(200).data().clone();
    assert_eq!(kept["proposal"].as_array().map(Vec::is_empty), Some(false));
    let score = |run: &Value| (run["score"]["hard"].as_i64(), run["score"]["soft"].as_i64());
    assert!(score(&kept) <= score(&told), "{kept:#} {told:#}");
    // Its lease has to end before another worker takes it.
    admin.until(&run, |run| kept["steps"].as_u64() < run["steps"].as_u64()).await;
    admin.post(&format!("{run}/cancel"), &json!({})).await.expect(200);
    let ended = admin.until(&run, |run| run["state"] == "cancelled").await;
    assert!(score(&ended) <= score(&kept), "{ended:#} {kept:#}");
}

on_each_backend!(
    a_kill_loses_no_acknowledged_write,
    a_kill_loses_no_roster_that_was_told,
    a_termination_finishes_what_is_in_flight,
);
