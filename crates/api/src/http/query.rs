//! The query of a request, checked like a body: typed, no unknown parameter, all faults at once.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::page::PageRequest;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::operation;
use super::problem::{Place, Problem};
use super::schema;

/// The query as a `T`: a struct of scalars, options of them, and lists of them (repeated parameters).
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The page that is wanted, and the rest of the query as a filter `T`.
#[derive(Debug)]
pub struct Paged<T> {
    /// From `page` and `per_page`.
    pub page: PageRequest,
    /// The other parameters.
    pub filter: T,
}

/// A list without a filter.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// `page` and `per_page`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// Which page, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 1_000_000))]
    page: u32,
    /// How many rows a page holds at most.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

fn first() -> u32 {
    1
}

fn twenty() -> u32 {
    20
}

type Pairs = Vec<(String, String)>;

fn pairs(request: &HttpRequest) -> Pairs {
    url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect()
}

/// Reads `pairs` as a `T`; every value takes the type that the schema gives its parameter.
fn parse<T: DeserializeOwned + JsonSchema + 'static>(pairs: Pairs) -> Result<T, Faults> {
    let (properties, _) = schema::properties::<T>();
    let mut faults = Faults::new();
    let mut object: Map<String, Value> = Map::new();
    for (name, text) in pairs {
        let schema = properties.get(&name).unwrap_or(&Value::Null);
        if has_type(schema, "array") {
            let item = typed(schema.get("items").unwrap_or(&Value::Null), text);
            if let Value::Array(items) = object.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                items.push(item);
            }
        } else if object.contains_key(&name) {
            faults.push(Fault::new(format!("/{name}"), "repeated"));
        } else {
            object.insert(name, typed(schema, text));
        }
    }
    let parsed = schema::parse(Value::Object(object));
    match faults.take(parsed) {
        Some(value) => faults.into_result(value),
        None => Err(faults),
    }
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => false,
    }
}

/// The text as the type that the schema asks for; left as text where it does not fit, so that the schema refuses it.
fn typed(schema: &Value, text: String) -> Value {
    if has_type(schema, "integer") {
        text.parse::<i64>().map_or(Value::String(text), |number| Value::Number(Number::from(number)))
    } else if has_type(schema, "boolean") {
        text.parse().map_or(Value::String(text), Value::Bool)
    } else {
        Value::String(text)
    }
}

impl<T: DeserializeOwned + JsonSchema + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(pairs(request)).map(Self).map_err(|faults| Problem::invalid(Place::Query, faults)))
    }
}

impl<T: DeserializeOwned + JsonSchema + 'static> FromRequest for Paged<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (page, filter): (Pairs, Pairs) =
            pairs(request).into_iter().partition(|(name, _)| name == "page" || name == "per_page");
        let mut faults = Faults::new();
        let page = faults.take(parse::<PageQuery>(page));
        let filter = faults.take(parse::<T>(filter));
        let page = page.and_then(|query| PageRequest::try_new(query.page, query.per_page));
        ready(match (page, filter) {
            (Some(page), Some(filter)) => Ok(Self { page, filter }),
            _ => Err(Problem::invalid(Place::Query, faults)),
        })
    }
}

fn describe<T: JsonSchema>(op: &mut DefaultOperationRaw) {
    let (properties, required) = schema::properties::<T>();
    for (name, schema) in properties {
        operation::query_parameter(op, &name, required.contains(&name), schema);
    }
}

impl<T> Apiv2Schema for Query<T> {}

impl<T: JsonSchema> OperationModifier for Query<T> {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe::<T>(op);
    }
}

impl<T> Apiv2Schema for Paged<T> {}

impl<T: JsonSchema> OperationModifier for Paged<T> {
    fn update_parameter(op: &mut DefaultOperationRaw) {
        describe::<PageQuery>(op);
        describe::<T>(op);
    }
}
