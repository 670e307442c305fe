//! Profiles of the instance.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::ServiceResponse;
use flate2::read::GzDecoder;
use pprof::protos::{Message, Profile};
use scheduling_app::users::create_administrator;

use super::schedule::account;
use super::*;
use crate::http::document;

const PROFILE: &str = "/api/instance/profile?seconds=1";

/// The answer as it comes, which is no JSON.
async fn taken(server: &Server, client: &Client<'_>, uri: &str) -> ServiceResponse {
    let service = application(server.shared.clone(), routes).app_data(Data::new(server.app.clone()));
    let request = authorized(TestRequest::post().uri(uri), client.token.as_deref());
    call_service(&init_service(service).await, request.to_request()).await.map_into_boxed_body()
}

async fn decoded(response: ServiceResponse) -> Profile {
    assert_eq!(response.status(), 200);
    let header = |name| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment; filename=\"profile.pb.gz\"");
    let (compressed, mut bytes) = (read_body(response).await, Vec::new());
    GzDecoder::new(&compressed[..]).read_to_end(&mut bytes).unwrap();
    Profile::decode(&bytes[..]).unwrap()
}

/// Keeps a thread busy until what this answers is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn start() -> Self {
        let goes_on = Arc::new(AtomicBool::new(true));
        let busy = Self(Arc::clone(&goes_on));
        std::thread::spawn(move || {
            while goes_on.load(Ordering::Relaxed) {
                document(routes);
            }
        });
        busy
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[actix_web::test]
async fn a_profile_names_the_functions_that_work_and_is_on_record() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let _busy = Busy::start();
    let profile = decoded(taken(&server, &admin, PROFILE).await).await;
    let text = |index: i64| profile.string_table[usize::try_from(index).unwrap()].as_str();
    let kinds: Vec<_> = profile.sample_type.iter().map(|kind| (text(kind.ty), text(kind.unit))).collect();
    assert_eq!(kinds, [("samples", "count"), ("cpu", "nanoseconds")]);
    let samples: i64 = profile.sample.iter().map(|sample| sample.value[0]).sum();
    assert!(0 < samples, "nothing was sampled");
    assert!((900_000_000..).contains(&profile.duration_nanos), "it took {} ns", profile.duration_nanos);
    let functions: Vec<_> = profile.function.iter().map(|function| text(function.name)).collect();
    assert!(functions.iter().any(|name| name.contains("scheduling_api::http::openapi")), "{functions:#?}");
    let event = admin.get("/api/audit/?operation=instance.profile").await.expect(200);
    assert_eq!((&event.data()[0]["user_id"], &event.data()[0]["after"]), (&json!(1), &json!({ "seconds": 1 })));
}

#[actix_web::test]
async fn one_profile_is_taken_at_a_time() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let second = async {
        // The first holds its turn once its event is there.
        while admin.get("/api/audit/?operation=instance.profile").await.body["pagination"]["total"] == 0 {
            actix_web::rt::task::yield_now().await;
        }
        admin.send(TestRequest::post().uri(PROFILE)).await
    };
    let (first, second) = futures_util::join!(taken(&server, &admin, PROFILE), second);
    assert_eq!(second.refusal(), (409, "being_profiled", vec![]));
    assert_eq!(first.status(), 200);
    decoded(taken(&server, &admin, PROFILE).await).await;
    assert_eq!(admin.get("/api/audit/?operation=instance.profile").await.body["pagination"]["total"], 2);
}

#[actix_web::test]
async fn only_administrators_of_those_who_run_the_instance_take_profiles() {
    let server = Server::start().await;
    let admin = server.admin().await;
    account(&admin, "boss", "manager", json!([])).await;
    account(&admin, "ada", "employee", json!([])).await;
    let other = server.app.store.create_organization("other", "Other").await.unwrap();
    create_administrator(&server.app, other.id, &administrator("theirs")).await.unwrap();
    let ask = async |client: &Client<'_>| client.send(TestRequest::post().uri(PROFILE)).await.status;
    assert_eq!(ask(&server.anonymous()).await, 401);
    assert_eq!(ask(&server.sign_in("boss").await).await, 403);
    assert_eq!(ask(&server.sign_in("ada").await).await, 403);
    assert_eq!(ask(&server.sign_in_to("other", "theirs").await).await, 403);
    assert_eq!(ask(&admin.key(Scope::ALL).await).await, 403);
    for seconds in ["0", "61", "ten"] {
        let answer = admin.send(TestRequest::post().uri(&format!("/api/instance/profile?seconds={seconds}"))).await;
        assert_eq!(answer.refusal(), (422, "invalid_request", vec!["seconds"]));
    }
}

#[actix_web::test]
async fn a_stop_does_not_wait_for_a_profile() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let stop = async {
        while admin.get("/api/audit/?operation=instance.profile").await.body["pagination"]["total"] == 0 {
            actix_web::rt::task::yield_now().await;
        }
        server.shared.health.drain();
    };
    let profile = taken(&server, &admin, "/api/instance/profile?seconds=60");
    let both = async { futures_util::join!(profile, stop).0 };
    let profile = decoded(tokio::time::timeout(Duration::from_secs(30), both).await.unwrap()).await;
    assert!(profile.duration_nanos < 30_000_000_000);
}
