//! The OpenAPI 3.1 document, from the routes themselves.
//!
//! paperclip collects the operations; each part of them carries its own OpenAPI object (see
//! [`operation`]); this module puts the objects in their places and adds what all operations share:
//! the problems each can answer, the headers every answer has, the envelope and the ways to prove who asks.

#![expect(clippy::indexing_slicing, reason = "indexing a JSON object adds the member or answers null")]

use actix_web::App;
use paperclip::actix::OpenApiExt;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::permissions::action;
use scheduling_domain::scope::Scope;
use serde_json::{Map, Value, json};

use super::body::Pagination;
use super::code::Code;
use super::resource::routed;
use super::{operation, schema};

/// The groups that operations belong to, in the order that readers meet them.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("auth", "登录与会话"),
    ("users", "用户管理"),
    ("api-keys", "集成密钥"),
    ("sites", "地点管理"),
    ("teams", "班组管理"),
    ("positions", "岗位管理"),
    ("skills", "技能管理"),
    ("employees", "员工、合同、技能与可用时间"),
    ("shift-templates", "班次模板"),
    ("demands", "用工需求"),
    ("rule-sets", "规则集"),
    ("schedules", "排班表：生成、检查与发布"),
    ("shifts", "班"),
    ("assignments", "指派"),
    ("optimizations", "排班优化"),
    ("audit", "审计记录"),
    ("instance", "服务实例"),
];

/// Builds the document of `routes`.
pub fn document(routes: impl FnOnce(&mut ServiceConfig<'_>)) -> Value {
    let mut collected = Value::Null;
    App::new().wrap_api().configure(routes).with_raw_json_spec(|app, spec| {
        collected = spec;
        app
    });
    assemble(collected)
}

fn assemble(mut collected: Value) -> Value {
    let mut paths = Map::new();
    let mut used = Used::default();
    for (path, item) in taken(&mut collected, "paths") {
        let mut methods = Map::new();
        for (method, raw) in into_object(item) {
            methods.insert(method.clone(), operation_object(&method, raw, &mut used));
        }
        // Both forms of an address answer. The document shows the one that linters ask for.
        paths.insert(routed(&path).to_owned(), Value::Object(methods));
    }
    let mut schemas = shared_schemas();
    for (name, mut carrier) in taken(&mut collected, "definitions") {
        if let Some(schema) = operation::unpack(&mut carrier) {
            schemas.insert(name, schema);
        }
    }
    let tags: Vec<Value> = TAGS
        .iter()
        .filter(|(name, _)| used.tags.iter().any(|tag| tag == name))
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "人力资源调度系统 API",
            "version": "1.0",
            "description": "人力资源调度系统后端API文档",
            "contact": { "name": "开发团队", "email": "dev@company.com" },
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "本服务" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": used.problems,
            "headers": headers(),
            "securitySchemes": {
                "bearer": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The access token that `POST /api/auth/login` answers, or the key of an integration \
                        (`hrk_…`) that `POST /api/api-keys` answers",
                },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "hr_session",
                    "description": "The cookie that `POST /api/auth/session` sets; `__Host-hr_session` outside of \
                        development. Every request but `GET` and `HEAD` also needs the session's `csrf_token` in the \
                        header `X-CSRF-Token`, and `Sec-Fetch-Site` or `Origin` as browsers send them",
                },
            },
        },
    });
    drop_unused(&mut document);
    document
}

/// What the operations make use of.
#[derive(Default)]
struct Used {
    tags: Vec<String>,
    problems: Map<String, Value>,
}

/// One operation: carried objects in their places, and the answers that its parts imply.
fn operation_object(method: &str, raw: Value, used: &mut Used) -> Value {
    let mut raw = into_object(raw);
    let mut parameters = Vec::new();
    let mut body = None;
    for mut parameter in raw.remove("parameters").map(into_array).unwrap_or_default() {
        let Some(mut object) = parameter.get_mut("schema").and_then(operation::unpack) else {
            continue;
        };
        if parameter["in"] == "body" {
            body = Some(object);
            continue;
        }
        object["name"] = parameter["name"].take();
        object["in"] = parameter["in"].take();
        parameters.push(object);
    }
    let repeatable = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
    let mut responses = Map::new();
    for (status, mut response) in raw.remove("responses").map(into_object).unwrap_or_default() {
        if let Some(mut object) = response.get_mut("schema").and_then(operation::unpack) {
            object["headers"]["X-Request-Id"] = json!({ "$ref": "#/components/headers/X-Request-Id" });
            if repeatable {
                let header = json!({ "$ref": "#/components/headers/Idempotency-Replayed" });
                object["headers"]["Idempotency-Replayed"] = header;
            }
            responses.insert(status, object);
        }
    }
    let secured = raw.get("security").is_some();
    if let Some(action) = raw.get("operationId").and_then(Value::as_str).and_then(action) {
        raw.insert("x-permission".into(), action.operation.name().into());
        raw.insert("x-scope".into(), action.operation.scope().map(Scope::as_str).into());
    }
    if secured {
        raw.insert("security".into(), json!([{ "bearer": [] }, { "session": [] }]));
    }
    for code in implied(method, &parameters, body.is_some(), secured) {
        let status = code.status().as_u16();
        let name = format!("Problem{status}");
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
        used.problems.entry(name).or_insert_with(|| problem_response(code));
    }
    used.tags.extend(raw.get("tags").map(strings).unwrap_or_default());
    if !parameters.is_empty() {
        raw.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = body {
        raw.insert("requestBody".into(), body);
    }
    raw.insert("responses".into(), responses.into());
    raw.entry("security").or_insert_with(|| json!([]));
    Value::Object(raw)
}

/// The problems that an operation with these parts can answer, one code for each status.
fn implied(method: &str, parameters: &[Value], has_body: bool, secured: bool) -> Vec<Code> {
    let any = |place: &str| parameters.iter().any(|parameter| parameter["in"] == place);
    let if_match = parameters.iter().find(|parameter| parameter["name"] == "If-Match");
    let mut codes = vec![Code::TooManyRequests, Code::Internal, Code::Unavailable];
    if has_body {
        codes.extend([Code::BadRequest, Code::BodyTooLarge, Code::UnsupportedMediaType, Code::InvalidRequest]);
    }
    if any("query") {
        codes.push(Code::InvalidRequest);
    }
    if any("header") {
        codes.push(Code::BadRequest);
    }
    if any("path") {
        codes.push(Code::NotFound);
    }
    if secured {
        codes.extend([Code::NotAuthenticated, Code::Forbidden]);
    }
    if method != "get" {
        codes.push(Code::Conflict);
    }
    if let Some(parameter) = if_match {
        codes.push(Code::Stale);
        if parameter["required"] == true {
            codes.push(Code::PreconditionRequired);
        }
    }
    if parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
        codes.push(Code::InvalidRequest);
    }
    codes
}

fn problem_response(code: Code) -> Value {
    let language = super::Language::English;
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    match code {
        Code::NotAuthenticated => {
            headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/WWW-Authenticate" });
        }
        Code::TooManyRequests | Code::Unavailable => {
            headers["Retry-After"] = json!({ "$ref": "#/components/headers/Retry-After" });
        }
        _ => {}
    }
    json!({
        "description": language.title(code.name()),
        "headers": headers,
        "content": { "application/problem+json": { "schema": operation::reference("Problem") } },
    })
}

fn headers() -> Value {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "ETag": text("The version of the row as a strong tag; send it back in `If-Match`"),
        "Link": text("`first`, `prev`, `next` and `last` page (RFC 8288)"),
        "Location": text("The path of the new resource"),
        "Idempotency-Replayed": text("`true` when the answer was given to an earlier request with the same key"),
        "WWW-Authenticate": text("`Bearer`"),
        "X-Request-Id": text("Names the request in logs and to administrators; the client's own when it sent one"),
        "Retry-After": {
            "description": "After how many seconds to try again",
            "schema": { "type": "integer", "minimum": 0 },
        },
    })
}

fn shared_schemas() -> Map<String, Value> {
    let envelope = |more: Value| {
        let mut schema = json!({
            "type": "object",
            "required": ["success", "message", "timestamp"],
            "properties": {
                "success": { "type": "boolean", "description": "Whether the request was done" },
                "message": { "type": "string", "description": "For people, in the language they asked for" },
                "data": { "description": "What was asked for" },
                "timestamp": { "type": "string", "format": "date-time", "description": "When the answer was written" },
            },
        });
        for (name, property) in into_object(more) {
            if let Some(required) = schema["required"].as_array_mut() {
                required.push(name.clone().into());
            }
            schema["properties"][name] = property;
        }
        schema
    };
    let mut generator = schema::generator();
    let pagination = generator.subschema_for::<Pagination>().to_value();
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("APIResponse".into(), envelope(json!({})));
    schemas.insert("PaginationResponse".into(), envelope(json!({ "pagination": pagination })));
    schemas.insert("Problem".into(), problem_schema());
    schemas.insert("Fault".into(), fault_schema());
    schemas
}

fn problem_schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457), with the members of the envelope",
        "required": ["type", "title", "status", "detail", "instance", "code", "errors", "request_id", "success",
            "message", "data", "timestamp"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "The kind of problem; a page explains it" },
            "title": text("The kind of problem in words"),
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": text("What went wrong this time"),
            "instance": { "type": "string", "format": "uri-reference", "description": "The path that was asked" },
            "code": { "type": "string", "enum": codes, "description": "The kind of problem for programs; it never changes" },
            "errors": { "type": "array", "items": operation::reference("Fault"), "description": "Every fault of the request's content" },
            "request_id": text("Names the request to administrators"),
            "success": { "const": false },
            "message": text("The same as `detail`"),
            "data": { "type": ["object", "null"], "description": "More about it, such as the rules' `verdict`" },
            "timestamp": { "type": "string", "format": "date-time" },
        },
    })
}

fn fault_schema() -> Value {
    json!({
        "type": "object",
        "description": "What is wrong with one value of the request",
        "required": ["code", "message", "args"],
        "properties": {
            "pointer": { "type": "string", "format": "json-pointer", "description": "Where in the body" },
            "parameter": { "type": "string", "description": "Which parameter of the query" },
            "code": { "type": "string", "description": "The kind of fault for programs" },
            "message": { "type": "string", "description": "The fault in words" },
            "args": {
                "type": "object",
                "additionalProperties": { "type": "string" },
                "description": "The values in the message, such as `max`",
            },
        },
    })
}

/// Takes out components that nothing refers to, until none is left.
fn drop_unused(document: &mut Value) {
    loop {
        let text = document.to_string();
        let mut dropped = false;
        for kind in ["schemas", "headers"] {
            if let Some(components) = document["components"][kind].as_object_mut() {
                let before = components.len();
                components.retain(|name, _| text.contains(&format!("\"#/components/{kind}/{name}\"")));
                dropped |= components.len() < before;
            }
        }
        if !dropped {
            return;
        }
    }
}

fn taken(value: &mut Value, key: &str) -> Map<String, Value> {
    value.get_mut(key).map(Value::take).map(into_object).unwrap_or_default()
}

fn into_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn into_array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use scheduling_app::permissions::ACTIONS;

    use super::*;

    /// Every operation of the product.
    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap();
                methods.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
            })
            .collect()
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_and_a_known_tag() {
        let document = document(crate::routes::routes);
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no operation_id"));
            assert!(ids.insert(id.to_owned()), "{name}: {id} is taken");
            let tags = strings(&operation["tags"]);
            assert!(!tags.is_empty(), "{name} has no tag");
            for tag in tags {
                assert!(TAGS.iter().any(|(known, _)| *known == tag), "{name}: add the tag {tag} to TAGS");
            }
        }
        assert!(ids.len() > 20);
    }

    #[test]
    fn every_operation_that_takes_a_caller_is_in_the_table_of_permissions_and_no_other() {
        let document = document(crate::routes::routes);
        let mut unknown: BTreeSet<&str> = ACTIONS.iter().map(|action| action.id).collect();
        assert_eq!(unknown.len(), ACTIONS.len(), "an action stands in the table twice");
        for (name, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            let is_known = unknown.remove(id);
            let takes_caller = operation["security"] != json!([]);
            assert_eq!(is_known, takes_caller, "{name}: add {id} to ACTIONS in app/src/permissions/actions.rs");
        }
        assert!(unknown.is_empty(), "no operation of the document is called {unknown:?}");
    }

    #[test]
    fn every_post_is_repeatable_and_every_body_refuses_unknown_fields() {
        let document = document(crate::routes::routes);
        for (name, operation) in operations(&document) {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if let Some(reference) = body["$ref"].as_str() {
                let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
                let closed = schema["additionalProperties"] == false || schema["unevaluatedProperties"] == false;
                assert!(closed || schema.get("oneOf").is_some(), "{name}: {reference} lacks deny_unknown_fields");
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let repeatable = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
            let secured = operation["security"] != json!([]);
            // Signing out twice is signing out, a code is good once, the second invitation ends the first, and the second
            // profile is another; there is nothing to keep from being done again, and what a second factor is made from
            // is never stored.
            let harmless = ["post /api/auth/logout", "post /api/users/{id}/invitation", "post /api/instance/profile"]
                .contains(&name.as_str())
                || name.starts_with("post /api/auth/totp");
            assert!(repeatable || harmless || !name.starts_with("post ") || !secured, "{name} lacks Idempotent");
        }
    }
}
