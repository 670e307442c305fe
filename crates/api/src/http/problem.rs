//! Every refusal, as one type and one document (RFC 9457, with the members of our envelope).

use std::error::Error as StdError;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use paperclip::v2::schema::Apiv2Errors;
use scheduling_domain::fault::{Fault, Faults};
use serde_json::{Map, Value, json};

use super::code::Code;
use super::context::Context;
use super::language::Language;

/// What handlers and extractors answer.
pub type Result<T> = std::result::Result<T, Problem>;

/// A refusal. It is rendered at the edge, where the request's language and id are known.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    args: Vec<(&'static str, String)>,
    faults: Vec<Fault>,
    place: Place,
    data: Value,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The part of the request that faults point into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body: faults carry a `pointer`.
    Body,
    /// The query: faults carry a `parameter`.
    Query,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            args: Vec::new(),
            faults: Vec::new(),
            place: Place::Body,
            data: Value::Null,
            members: Map::new(),
            headers: Vec::new(),
            source: None,
        }))
    }

    /// A readable request with unacceptable content.
    pub fn invalid(place: Place, faults: Faults) -> Self {
        let problem = Self::new(Code::InvalidRequest).faults(place, faults);
        let count = problem.0.faults.len();
        problem.arg("count", count)
    }

    /// A request header that cannot be understood.
    pub fn malformed_header(name: &HeaderName) -> Self {
        Self::new(Code::MalformedHeader).arg("header", name)
    }

    /// A failure on our side. The cause is logged, never shown.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Code::Internal).caused_by(cause)
    }

    /// Adds a named argument of the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.args.push((name, value.to_string()));
        self
    }

    /// Says what is at fault.
    #[must_use]
    pub fn faults(mut self, place: Place, faults: Faults) -> Self {
        self.0.place = place;
        self.0.faults = faults.into_iter().collect();
        self
    }

    /// Adds an extension member to the document, such as `violations`.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Says more about the refusal in the envelope's `data`, such as the rules' `verdict`.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.0.data = data;
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.0.headers.push((name, value));
        }
        self
    }

    /// Asks the client to come back after `seconds`.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds)
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(cause.into());
        self
    }

    /// What kind of problem this is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The response that a client sees.
    pub fn render(&self, context: &Context) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.code.status());
        for (name, value) in &self.0.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.0.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response
            .insert_header((header::CONTENT_LANGUAGE, context.language.tag()))
            .insert_header((header::CONTENT_TYPE, "application/problem+json"))
            .body(self.document(context).to_string())
    }

    fn document(&self, context: &Context) -> Value {
        let parts = &self.0;
        let language = context.language;
        let name = parts.code.name();
        let detail = language.text(name, &parts.args).unwrap_or_default();
        let errors: Vec<Value> = parts.faults.iter().map(|fault| error(parts.place, fault, language)).collect();
        let mut document = json!({
            "type": parts.code.uri(),
            "title": language.title(name),
            "status": parts.code.status().as_u16(),
            "detail": detail,
            "instance": context.instance,
            "code": name,
            "errors": errors,
            "request_id": context.request_id.as_str(),
            "success": false,
            "message": detail,
            "data": parts.data,
            "timestamp": context.now().to_string(),
        });
        if let Some(members) = document.as_object_mut() {
            for (name, value) in &parts.members {
                members.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        document
    }
}

/// One fault as a client sees it.
fn error(place: Place, fault: &Fault, language: Language) -> Value {
    let (name, at) = match place {
        Place::Body => ("pointer", fault.pointer.as_str()),
        Place::Query => ("parameter", fault.pointer.trim_start_matches('/')),
    };
    let args: Map<String, Value> =
        fault.args.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    json!({ name: at, "code": fault.code, "message": language.fault(fault), "args": args })
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::invalid(Place::Body, faults)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.name())
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        Some(source)
    }
}

/// Which problems an operation can answer follows from its parts; see [`super::document`].
impl Apiv2Errors for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Empty: the layer around the application renders the document.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
