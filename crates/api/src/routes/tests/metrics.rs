use std::collections::BTreeSet;

use actix_web::http::Method;

use super::*;
use crate::wiring::{self, CountedRequests};

/// The series that there are, whatever they have counted.
fn series(counted: &CountedRequests) -> BTreeSet<String> {
    let text = counted.render();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect()
}

/// One of many requests that no two clients would send alike.
fn request(number: u32) -> TestRequest {
    let method = match number % 4 {
        0 => Method::from_bytes(format!("BREW{number}").as_bytes()).unwrap(),
        1 => Method::POST,
        _ => Method::GET,
    };
    let uri = match number % 5 {
        0 => format!("/{number:x}/{number}"),
        1 => format!("/api/users/{number}"),
        2 => format!("/api/shifts/{number}-of-them"),
        3 => format!("/api/sites/?page={number}"),
        _ => format!("/metrics/{number}%2F"),
    };
    TestRequest::default().method(method).uri(&uri)
}

#[actix_web::test]
async fn whatever_clients_ask_for_adds_no_series() {
    let mut server = Server::start().await;
    let counted = CountedRequests { metrics: wiring::metrics().unwrap(), app: server.app.clone(), limiter: None };
    let counted = Arc::new(counted);
    server.shared.metrics = counted.clone();
    let service =
        init_service(application(server.shared.clone(), routes).app_data(Data::new(server.app.clone()))).await;
    let send = async |number| {
        drop(actix_web::dev::Service::call(&service, request(number).to_request()).await);
    };
    // Each combination of the two kinds above has come by then.
    for number in 0..20 {
        send(number).await;
    }
    let before = series(&counted);
    assert!(before.iter().any(|series| series.contains(r#"endpoint="/api/users/{id}""#)), "{before:?}");
    for number in 20..100_000 {
        send(number).await;
    }
    assert_eq!(series(&counted), before);
}
