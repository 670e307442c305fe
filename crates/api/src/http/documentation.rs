//! The pages for people: the interactive documentation and an explanation of each kind of problem.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use super::code::Code;
use super::context::Context;
use super::digest::sha256;
use super::language::Language;
use super::problem::Problem;
use super::resource::undocumented;

/// Everything that the page at `/api/docs/` needs; nothing comes from elsewhere.
#[derive(RustEmbed)]
#[folder = "static/swagger-ui"]
struct Page;

/// The OpenAPI document as text, made once at start.
pub struct Document {
    text: Bytes,
    digest: String,
}

impl Document {
    /// Keeps what [`document`](super::document) built.
    pub fn new(document: &serde_json::Value) -> Self {
        let text = document.to_string();
        let digest = sha256([text.as_bytes()]);
        Self { text: text.into(), digest }
    }
}

/// The page runs its own scripts and talks to this service, and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the pages.
pub(super) fn routes(config: &mut ServiceConfig) {
    undocumented(config, "/api/docs/", index);
    undocumented(config, "/api/docs/openapi.json", openapi);
    undocumented(config, "/api/docs/{file}", file);
    undocumented(config, "/problems/", problems);
    undocumented(config, "/problems/{code}", problem);
}

async fn index(request: HttpRequest) -> Result<HttpResponse, Problem> {
    embedded(&request, "index.html")
}

async fn file(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    embedded(&request, &name)
}

fn embedded(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let file = Page::get(name).ok_or(Code::NotFound)?;
    let digest = sha256([file.data.as_ref()]);
    let mut response = unless_known(request, &digest);
    if response.status().is_success() {
        let kind = match file.metadata.mimetype() {
            text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
            other => other.to_owned(),
        };
        let kind = HeaderValue::from_str(&kind).map_err(Problem::internal)?;
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
        response = response.set_body(BoxBody::new(file.data.into_owned()));
    }
    Ok(response)
}

async fn openapi(request: HttpRequest, document: Data<Document>) -> HttpResponse {
    let response = unless_known(&request, &document.digest);
    if !response.status().is_success() {
        return response;
    }
    let mut response = response.set_body(BoxBody::new(document.text.clone()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An empty 304 when the client has this version already, else a 200 to be filled.
fn unless_known(request: &HttpRequest, digest: &str) -> HttpResponse {
    let tag = format!("\"{digest}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = match known {
        Some(known) if known.contains(&tag) => HttpResponse::NotModified(),
        _ => HttpResponse::Ok(),
    };
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "public, no-cache")).finish()
}

async fn problems(request: HttpRequest) -> HttpResponse {
    let language = Context::of(&request).language;
    let row = |code: &Code| {
        let title = language.title(code.name()).unwrap_or_default();
        let (name, status) = (code.name(), code.status().as_u16());
        format!("<li><a href=\"/problems/{name}\"><code>{name}</code></a> {status} {title}</li>")
    };
    let rows: Vec<String> = Code::ALL.iter().map(row).collect();
    html(language, "problems", &format!("<ul>{}</ul>", rows.concat()))
}

async fn problem(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    let code = Code::find(&name).ok_or(Code::NotFound)?;
    let language = Context::of(&request).language;
    let title = language.title(code.name()).unwrap_or_default();
    let body = format!(
        "<h1>{title}</h1><p><code>{}</code> · HTTP {}</p><p><a href=\"/problems/\">…</a></p>",
        code.name(),
        code.status().as_u16(),
    );
    Ok(html(language, &title, &body))
}

fn html(language: Language, title: &str, body: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(format!(
            "<!DOCTYPE html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>{title}</title>{body}</html>"
        ))
}
