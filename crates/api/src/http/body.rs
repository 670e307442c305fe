//! What a successful request is answered with: the company's envelope, and the headers around it.

#![expect(clippy::indexing_slicing, reason = "indexing a JSON object adds the member or answers null")]

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use jiff::Timestamp;
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_app::Settled;
use scheduling_domain::page::Page;
use scheduling_domain::ports::StoredResponse;
use scheduling_domain::record::Version;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use super::operation::{self, Definitions};
use super::problem::{Problem, Result};
use super::schema;

/// Says that an answer was given before, to an earlier request with the same idempotency key.
pub(super) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a browser is told to forget (<https://www.w3.org/TR/clear-site-data/>).
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// `T` in the envelope, answered with `STATUS`.
#[derive(Debug)]
pub struct Body<T, const STATUS: u16 = 200> {
    data: Data<T>,
    etag: Option<String>,
    location: Option<String>,
    cookies: Vec<String>,
    is_farewell: bool,
}

/// An answer made now, or one that an earlier request with the same idempotency key was given.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data<T> {
    Fresh(T),
    Stored(Value),
}

/// A new resource: 201 with its `Location`.
pub type Created<T> = Body<T, 201>;

/// Work that goes on in the background: 202 with the `Location` of its progress.
pub type Accepted<T> = Body<T, 202>;

impl<T: Serialize, const STATUS: u16> Body<T, STATUS> {
    /// Answers `data`.
    pub fn new(data: T) -> Self {
        Self { data: Data::Fresh(data), etag: None, location: None, cookies: Vec::new(), is_farewell: false }
    }

    /// Sends the row's version as a strong `ETag`.
    #[must_use]
    pub fn version(mut self, Version(version): Version) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }

    /// Sends the `Location` of the resource, such as `/api/sites/3`.
    #[must_use]
    pub fn location(mut self, path: impl Into<String>) -> Self {
        self.location = Some(path.into());
        self
    }

    /// Gives the client a cookie: the value of a `Set-Cookie` header.
    #[must_use]
    pub fn cookie(mut self, cookie: impl Into<String>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    /// Tells a browser to forget what it keeps for this site, cookies aside: whoever was signed in is no longer.
    #[must_use]
    pub fn farewell(mut self) -> Self {
        self.is_farewell = true;
        self
    }

    /// The answer as it is kept for a repetition of the request: the data alone, since a repetition has its own
    /// language and timestamp.
    pub fn stored(&self) -> StoredResponse {
        // A view is made of strings, numbers and lists; it always has a JSON form.
        let body = serde_json::to_string(&self.data).unwrap_or_default();
        StoredResponse { status: STATUS, body, etag: self.etag.clone(), location: self.location.clone() }
    }

    /// The answer of a use case that acts once: `answer` makes a fresh one, a stored one is given again.
    pub fn settled<V>(settled: Settled<V>, answer: impl FnOnce(&V) -> Self) -> Result<Self> {
        match settled {
            Settled::Fresh(value) => Ok(answer(&value)),
            Settled::Replayed(stored) => {
                let data = Data::Stored(serde_json::from_str(&stored.body).map_err(Problem::internal)?);
                let (etag, location) = (stored.etag, stored.location);
                Ok(Self { data, etag, location, cookies: Vec::new(), is_farewell: false })
            }
        }
    }
}

/// One page of a list, with its `Link` header (RFC 8288).
#[derive(Debug)]
pub struct Listed<T>(pub Page<T>);

/// Done, and nothing to say: 204.
#[derive(Debug)]
pub struct NoContent;

/// The shape that every JSON answer shares.
#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    message: &'a str,
    data: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    timestamp: Timestamp,
}

/// Where a page stands in its list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pagination {
    /// The page's number, from 1.
    #[schemars(range(min = 1))]
    pub page: u32,
    /// How many rows a page holds at most.
    #[schemars(range(min = 1, max = 100))]
    pub per_page: u32,
    /// How many rows the whole list has.
    #[schemars(range(min = 0))]
    pub total: i64,
    /// How many pages the whole list has.
    #[schemars(range(min = 0))]
    pub pages: i64,
}

/// Writes an envelope into a response that has its status and headers.
fn finish<T: Serialize>(
    mut response: HttpResponseBuilder,
    context: &Context,
    message: &str,
    data: &T,
    pagination: Option<Pagination>,
) -> HttpResponse {
    let message = context.language.text(message, &[]).unwrap_or_default();
    response.insert_header((header::CONTENT_LANGUAGE, context.language.tag())).json(Envelope {
        success: true,
        message: &message,
        data,
        pagination,
        timestamp: context.now(),
    })
}

impl<T: Serialize, const STATUS: u16> Responder for Body<T, STATUS> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(STATUS).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        for cookie in self.cookies {
            response.append_header((header::SET_COOKIE, cookie));
        }
        if self.is_farewell {
            response.insert_header((CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\"")));
        }
        if matches!(self.data, Data::Stored(_)) {
            response.insert_header((IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true")));
        }
        let message = match STATUS {
            201 => "created",
            202 => "accepted",
            _ => "done",
        };
        finish(response, &Context::of(request), message, &self.data, None)
    }
}

impl<T: Serialize> Responder for Listed<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Self(page) = self;
        let context = Context::of(request);
        let mut response = HttpResponse::Ok();
        response.insert_header((header::LINK, links(&context.instance, request.query_string(), &page)));
        let pagination = Pagination {
            page: page.request.page(),
            per_page: page.request.per_page(),
            total: page.total,
            pages: page.pages(),
        };
        finish(response, &context, "listed", &page.items, Some(pagination))
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// `first`, `prev`, `next` and `last` of a page, with the rest of the query kept.
fn links<T>(path: &str, query: &str, page: &Page<T>) -> String {
    let current = i64::from(page.request.page());
    let last = page.pages().max(1);
    let target = |number: i64| {
        let mut target = url::form_urlencoded::Serializer::new(String::new());
        let kept = url::form_urlencoded::parse(query.as_bytes());
        target.extend_pairs(kept.filter(|(name, _)| name != "page" && name != "per_page"));
        target.append_pair("page", &number.to_string());
        target.append_pair("per_page", &page.request.per_page().to_string());
        format!("{path}?{}", target.finish())
    };
    let mut links = vec![(1, "first")];
    if current > 1 {
        links.push(((current - 1).min(last), "prev"));
    }
    if current < last {
        links.push((current + 1, "next"));
    }
    links.push((last, "last"));
    let links: Vec<String> =
        links.into_iter().map(|(number, rel)| format!("<{}>; rel=\"{rel}\"", target(number))).collect();
    links.join(", ")
}

/// The envelope's schema around `data`; each kind of data has its own.
fn envelope(base: &str, data: &Value) -> Value {
    json!({ "allOf": [operation::reference(base), { "type": "object", "required": ["data"], "properties": { "data": data } }] })
}

fn describe<T: JsonSchema>(suffix: &str, base: &str, list: bool, definitions: &mut Definitions) {
    let mut generator = schema::generator();
    generator = generator.settings().clone().for_serialize().into_generator();
    let data = generator.subschema_for::<T>().to_value();
    operation::define_all(definitions, &mut generator);
    let data = if list { json!({ "type": "array", "items": data }) } else { data };
    operation::define(definitions, format!("{}{suffix}", T::schema_name()), envelope(base, &data));
}

fn content(name: &str) -> Value {
    json!({ "application/json": { "schema": operation::reference(name) } })
}

impl<T, const STATUS: u16> Apiv2Schema for Body<T, STATUS> {}

impl<T: JsonSchema, const STATUS: u16> OperationModifier for Body<T, STATUS> {
    fn update_response(op: &mut DefaultOperationRaw) {
        let mut headers = json!({ "ETag": { "$ref": "#/components/headers/ETag" } });
        if STATUS != 200 {
            headers["Location"] = json!({ "$ref": "#/components/headers/Location" });
        }
        let description = match STATUS {
            201 => "Created",
            202 => "Accepted; the work goes on in the background",
            _ => "Done",
        };
        operation::response(
            op,
            STATUS,
            json!({
                "description": description,
                "headers": headers,
                "content": content(&format!("{}Response", T::schema_name())),
            }),
        );
    }

    fn update_definitions(map: &mut Definitions) {
        describe::<T>("Response", "APIResponse", false, map);
    }
}

impl<T> Apiv2Schema for Listed<T> {}

impl<T: JsonSchema> Listed<T> {
    /// The response as the document describes it, with the media types that there are beside JSON.
    pub(super) fn description(also: Value) -> Value {
        let mut content = content(&format!("{}Page", T::schema_name()));
        if let (Some(content), Value::Object(also)) = (content.as_object_mut(), also) {
            content.extend(also);
        }
        json!({
            "description": "One page of the list",
            "headers": { "Link": { "$ref": "#/components/headers/Link" } },
            "content": content,
        })
    }
}

impl<T: JsonSchema> OperationModifier for Listed<T> {
    fn update_response(op: &mut DefaultOperationRaw) {
        operation::response(op, 200, Self::description(Value::Null));
    }

    fn update_definitions(map: &mut Definitions) {
        describe::<T>("Page", "PaginationResponse", true, map);
    }
}

impl Apiv2Schema for NoContent {}

impl OperationModifier for NoContent {
    fn update_response(op: &mut DefaultOperationRaw) {
        operation::response(op, 204, json!({ "description": "Done; there is nothing to say" }));
    }
}

#[cfg(test)]
mod tests {
    use scheduling_domain::page::PageRequest;

    use super::*;

    fn page(number: u32, total: i64) -> Page<()> {
        Page { items: Vec::new(), total, request: PageRequest::try_new(number, 10).unwrap() }
    }

    #[test]
    fn links_keep_the_rest_of_the_query() {
        insta::assert_snapshot!(links("/api/users/", "search=a+b&page=2", &page(2, 25)).replace(", ", "\n"), @r#"
        </api/users/?search=a+b&page=1&per_page=10>; rel="first"
        </api/users/?search=a+b&page=1&per_page=10>; rel="prev"
        </api/users/?search=a+b&page=3&per_page=10>; rel="next"
        </api/users/?search=a+b&page=3&per_page=10>; rel="last"
        "#);
    }

    #[test]
    fn an_empty_list_has_one_page_to_link() {
        insta::assert_snapshot!(links("/api/users/", "", &page(1, 0)), @r#"</api/users/?page=1&per_page=10>; rel="first", </api/users/?page=1&per_page=10>; rel="last""#);
    }
}
