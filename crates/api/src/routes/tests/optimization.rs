//! Runs of the optimiser from the request to the draft.

use insta::assert_json_snapshot;
use scheduling_app::optimizations::{Pace, Worker};
use serde_json::{Value, json};

use super::schedule::{account, week};
use super::{Client, Server};

const RUNS: &str = "/api/optimizations/";

/// A week with two shifts to fill, and a run for it that no worker has seen.
async fn queued(admin: &Client<'_>) {
    week(admin).await;
    admin.post("/api/schedules/1/generate", Value::Null).await.expect(200);
    admin.post(RUNS, json!({ "schedule_id": 1, "max_seconds": 30, "max_steps": 1000 })).await.expect(202);
}

/// Lets a worker take the run, and waits until it has ended.
async fn finished(server: &Server, admin: &Client<'_>) -> Value {
    let worker = Worker::start(server.app.clone(), Pace::default());
    let ended = async {
        loop {
            let run = admin.get("/api/optimizations/1").await.expect(200);
            if run.data()["finished_at"] != Value::Null {
                return run.data().clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let run = tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.unwrap();
    worker.stop().await;
    run
}

#[actix_web::test]
async fn a_run_is_asked_for_and_waits() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    let new = json!({ "schedule_id": 1, "max_seconds": 3 });
    assert_json_snapshot!("queued", admin.post(RUNS, new.clone()).await.seen());
    let second = admin.post(RUNS, new).await;
    assert_eq!(second.refusal(), (409, "being_optimized", vec![]));
    assert_eq!(second.data(), &json!({ "optimization_id": 1 }));
    for (query, count) in [("schedule_id=1", 1), ("schedule_id=2", 0), ("state=queued", 1), ("state=done", 0)] {
        assert_eq!(
            admin.get(&format!("{RUNS}?{query}")).await.expect(200).body["pagination"]["total"],
            count,
            "{query}"
        );
    }
    assert_eq!(admin.delete("/api/schedules/1").await.refusal(), (409, "being_optimized", vec![]));
}

#[actix_web::test]
async fn a_request_is_refused_where_it_is_wrong() {
    let server = Server::start().await;
    let admin = server.admin().await;
    week(&admin).await;
    for (body, pointer) in [
        (json!({ "schedule_id": 9 }), "/schedule_id"),
        (json!({ "schedule_id": 1, "max_seconds": 0 }), "/max_seconds"),
        (json!({ "schedule_id": 1, "max_seconds": 3601 }), "/max_seconds"),
        (json!({ "schedule_id": 1, "max_steps": 0 }), "/max_steps"),
        (json!({ "schedule_id": 1, "seed": -1 }), "/seed"),
    ] {
        assert_eq!(admin.post(RUNS, body).await.refusal(), (422, "invalid_request", vec![pointer]));
    }
}

#[actix_web::test]
async fn a_waiting_run_is_cancelled_at_once_and_has_nothing_to_apply() {
    let server = Server::start().await;
    let admin = server.admin().await;
    queued(&admin).await;
    for _ in 0..2 {
        let cancelled = admin.post("/api/optimizations/1/cancel", Value::Null).await.expect(200);
        assert_eq!((&cancelled.data()["state"], &cancelled.data()["progress"]), (&json!("cancelled"), &json!(1.0)));
    }
    let applied = admin.post("/api/optimizations/1/apply", Value::Null).await;
    assert_eq!(applied.refusal(), (409, "nothing_to_apply", vec![]));
    assert_eq!(applied.data(), &json!({ "state": "cancelled" }));
}

#[actix_web::test]
async fn a_proposal_is_tried_and_written_to_the_draft() {
    let server = Server::start().await;
    let admin = server.admin().await;
    queued(&admin).await;
    let run = finished(&server, &admin).await;
    assert_eq!((&run["state"], &run["score"]["hard"]), (&json!("done"), &json!(0)));
    assert_eq!(run["proposal"].as_array().unwrap().len(), 2);
    let apply = "/api/optimizations/1/apply";
    let tried = admin.post(&format!("{apply}?dry_run=true"), Value::Null).await.expect(200);
    assert_eq!(tried.data()["verdict"]["coverage_delta"], 2);
    let crew = async || admin.get("/api/schedules/1/roster").await.expect(200).data()["shifts"][0]["crew"].clone();
    assert_eq!(crew().await, json!([]));
    let applied = admin.post(apply, Value::Null).await.expect(200);
    let counts = ["added", "removed", "kept"].map(|name| applied.data()[name].clone());
    assert_eq!(counts, [json!(2), json!(0), json!(0)]);
    assert_eq!(crew().await.as_array().unwrap().len(), 1);
    assert_ne!(admin.get("/api/optimizations/1").await.data()["applied_at"], Value::Null);
    assert_eq!(
        admin.post("/api/optimizations/1/cancel", Value::Null).await.refusal(),
        (409, "optimization_ended", vec![])
    );
    admin.post("/api/schedules/1/publish", Value::Null).await.expect(201);
}

#[actix_web::test]
async fn other_teams_runs_are_not_there() {
    let server = Server::start().await;
    let admin = server.admin().await;
    queued(&admin).await;
    account(&admin, "other", "manager", json!([2])).await;
    account(&admin, "reader", "employee", json!([])).await;
    for name in ["other", "reader"] {
        let client = server.sign_in(name).await;
        assert_eq!(client.get("/api/optimizations/1").await.status, 404, "{name}");
        for action in ["cancel", "apply"] {
            assert_eq!(client.post(&format!("/api/optimizations/1/{action}"), Value::Null).await.status, 404, "{name}");
        }
        let new = client.post(RUNS, json!({ "schedule_id": 1 })).await;
        assert_eq!(new.refusal(), (422, "invalid_request", vec!["/schedule_id"]), "{name}");
    }
    assert_eq!(server.sign_in("other").await.get(RUNS).await.expect(200).data(), &json!([]));
    assert_eq!(server.sign_in("reader").await.get(RUNS).await.status, 403);
}
