//! How extractors and answers describe themselves in the OpenAPI document.
//!
//! paperclip collects the operations, but its models are those of Swagger 2.0. So each part hands over the OpenAPI 3.1
//! object that it wants to see in the document, and [`openapi`](super::openapi) puts it in its place. The object travels
//! in `example`, the one field of paperclip's schema that holds any JSON.

use std::collections::BTreeMap;

use paperclip::v2::models::{DefaultOperationRaw, DefaultSchemaRaw, Either, Parameter, ParameterIn, Response};
use schemars::generate::SchemaGenerator;
use serde_json::{Value, json};

/// The definitions that a document collects, by name.
pub(super) type Definitions = BTreeMap<String, DefaultSchemaRaw>;

fn carry(object: Value) -> DefaultSchemaRaw {
    DefaultSchemaRaw { example: Some(object), ..DefaultSchemaRaw::default() }
}

/// Adds a path parameter; its name comes from the route.
pub(super) fn path_parameter(operation: &mut DefaultOperationRaw, schema: &Value, description: &str) {
    add(
        operation,
        ParameterIn::Path,
        "",
        json!({
            "required": true, "description": description, "schema": schema,
        }),
    );
}

/// Adds a query parameter.
pub(super) fn query_parameter(operation: &mut DefaultOperationRaw, name: &str, required: bool, mut schema: Value) {
    // The description belongs to the parameter, where documentation tools look for it.
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    add(
        operation,
        ParameterIn::Query,
        name,
        json!({
            "required": required, "description": description.unwrap_or_default(), "schema": schema,
        }),
    );
}

/// Adds a request header.
pub(super) fn header_parameter(
    operation: &mut DefaultOperationRaw,
    name: &str,
    required: bool,
    schema: &Value,
    description: &str,
) {
    add(
        operation,
        ParameterIn::Header,
        name,
        json!({
            "required": required, "description": description, "schema": schema,
        }),
    );
}

fn add(operation: &mut DefaultOperationRaw, in_: ParameterIn, name: &str, object: Value) {
    operation.parameters.push(Either::Right(Parameter {
        in_,
        name: name.to_owned(),
        schema: Some(carry(object)),
        ..Parameter::default()
    }));
}

/// Sets the request body.
pub(super) fn request_body(operation: &mut DefaultOperationRaw, schema: &Value) {
    operation.parameters.push(Either::Right(Parameter {
        in_: ParameterIn::Body,
        name: "body".to_owned(),
        schema: Some(carry(json!({ "required": true, "content": { "application/json": { "schema": schema } } }))),
        ..Parameter::default()
    }));
}

/// Adds the response for `status`.
pub(super) fn response(operation: &mut DefaultOperationRaw, status: u16, object: Value) {
    operation
        .responses
        .insert(status.to_string(), Either::Right(Response { schema: Some(carry(object)), ..Response::default() }));
}

/// Adds a named schema.
pub(super) fn define(definitions: &mut Definitions, name: String, schema: Value) {
    definitions.insert(name, carry(schema));
}

/// Adds whatever `generator` met.
pub(super) fn define_all(definitions: &mut Definitions, generator: &mut SchemaGenerator) {
    for (name, schema) in generator.take_definitions(true) {
        define(definitions, name, schema);
    }
}

/// Takes the object that [`carry`] put in, leaving nothing behind.
pub(super) fn unpack(carrier: &mut Value) -> Option<Value> {
    carrier.get_mut("example").map(Value::take)
}

/// The reference to a named schema.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
