//! The outermost layer: whatever happens inside, what leaves here is an answer that clients can read.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, Uri};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, HttpResponse};

use super::answered::{Answered, Refusal};
use super::bounds;
use super::code::Code;
use super::context::{Context, X_REQUEST_ID};
use super::health::Health;
use super::idempotency;
use super::problem::Problem;
use super::rate;
use super::resource::{Pattern, routed};

/// Counts requests. `endpoint` is the documented path of the route, or `unknown`.
pub trait RequestMetrics: Send + Sync {
    /// One request was answered.
    fn answered(&self, method: &str, endpoint: &str, status: u16, took: Duration);
    /// Everything measured, in the Prometheus text format.
    fn render(&self) -> String;
}

/// Wraps the whole application; see [`application`](super::application).
pub(super) async fn edge<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    #[expect(clippy::disallowed_methods, reason = "measures how long the answer takes")]
    let started = Instant::now();
    let _in_flight = request.app_data::<Data<Health>>().map(|health| health.clone().into_inner().begin());
    let context = Context::of(request.request());
    let metrics = request.app_data::<Arc<dyn RequestMetrics>>().cloned();
    let method = known(request.method());
    drop_trailing_slash(&mut request);

    let early = admit(&mut request).await;
    let answer = match early {
        Err(problem) => {
            let response = request.into_response(problem.render(&context)).map_into_right_body();
            Ok((response, Some(Refusal::from(&problem))))
        }
        Ok(()) => caught(next.call(request)).await.map(|response| legible(response, &context)),
    };
    let (mut response, refusal) = match answer {
        // Whoever could not prove who they are has asked all the same.
        Ok((response, refusal)) => match rate::by_address(response.request()).await {
            Ok(()) => (response, refusal),
            Err(problem) => {
                let (request, _) = response.into_parts();
                let response = ServiceResponse::new(request, problem.render(&context)).map_into_right_body();
                (response, Some(Refusal::from(&problem)))
            }
        },
        Err(problem) => {
            let mut response = problem.render(&context);
            seal(response.headers_mut(), &context);
            let (status, took, refusal) = (response.status(), started.elapsed(), Some(Refusal::from(&problem)));
            Answered { method, route: None, status, took, refusal }.tell(metrics.as_deref());
            return Err(InternalError::from_response(problem, response).into());
        }
    };
    let request = response.request().clone();
    rate::tell(&request, response.headers_mut());
    seal(response.headers_mut(), &context);
    let (route, status) = (pattern(response.request()), response.status());
    Answered { method, route, status, took: started.elapsed(), refusal }.tell(metrics.as_deref());
    if response.request().app_data::<Data<Health>>().is_some_and(|health| health.is_draining()) {
        // A proxy must not send its next request over a connection that is about to end.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// What comes before anything is done for a request.
async fn admit(request: &mut ServiceRequest) -> Result<(), Problem> {
    bounds::check(request.request())?;
    rate::before(request.request()).await?;
    idempotency::remember(request).await
}

/// Turns a panic, and an error of a middleware, into a problem.
async fn caught<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Problem> {
    let mut call = pin!(call);
    let outcome = std::future::poll_fn(|task| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(task))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await;
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            Err(Problem::new(Code::for_status(error.as_response_error().status_code())).caused_by(error.to_string()))
        }
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(Problem::internal(format!("a handler panicked: {said}")))
        }
    }
}

/// Renders a refusal as a problem document and says which; leaves everything else as it is.
fn legible<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    context: &Context,
) -> (ServiceResponse<EitherBody<B>>, Option<Refusal>) {
    let status = response.status();
    let empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let tell = |problem: &Problem| (problem.render(context), Refusal::from(problem));
    let (rendered, refusal) = match response.response().error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => tell(problem),
            None => tell(&Problem::new(Code::for_status(status))),
        },
        None if empty && (status.is_client_error() || status.is_server_error()) => {
            tell(&Problem::new(Code::for_status(status)))
        }
        None => return (response.map_into_left_body(), None),
    };
    let (request, _) = response.into_parts();
    (ServiceResponse::new(request, rendered).map_into_right_body(), Some(refusal))
}

/// What a browser may do with an answer that says nothing else: show it, alone and without scripts.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// The headers that every answer carries. What a handler set itself stays.
fn seal(headers: &mut HeaderMap, context: &Context) {
    if let Ok(id) = HeaderValue::from_str(context.request_id.as_str()) {
        headers.insert(X_REQUEST_ID, id);
    }
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    let defaults: [(HeaderName, &'static str); 7] = [
        // Browsers heed it over HTTPS only, and so never on a developer's machine (RFC 6797 §8.1).
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// The documented path of the route that answered.
pub(super) fn pattern(request: &HttpRequest) -> Option<&'static str> {
    request.app_data::<Pattern>().map(|Pattern(path)| *path)
}

/// Methods that clients invent share one label, so that they neither grow the metrics without bound nor write into the log.
pub(super) fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Brings the path into the form that the router knows, so that both forms answer without a redirect.
fn drop_trailing_slash(request: &mut ServiceRequest) {
    let path = request.path();
    let routed = routed(path);
    if routed.len() == path.len() {
        return;
    }
    let path_and_query = match request.uri().query() {
        Some(query) => format!("{routed}?{query}"),
        None => routed.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(path_and_query) = path_and_query.parse() {
        parts.path_and_query = Some(path_and_query);
        if let Ok(uri) = Uri::from_parts(parts) {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
    }
}

/// Answers what no route matched.
pub(super) async fn unknown_route() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Code::NotFound))
}
