//! The JSON Schema of a body: what the documentation shows is what the request is checked against.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use scheduling_domain::fault::{Fault, Faults};
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::meaning;

/// Turns a JSON value into a `T`, or says everything that is wrong with it.
///
/// A value whose shape is right goes on to the domain, which says what is wrong with its meaning, references included.
/// One whose shape is wrong stops here, so what can be said of its meaning is said here, too.
pub(super) fn parse<T: DeserializeOwned + JsonSchema + 'static>(value: Value) -> Result<T, Faults> {
    let mut faults = Faults::new();
    if let Some(validator) = validator::<T>() {
        let (meaning, shape): (Vec<_>, Vec<_>) = validator.iter_errors(&value).partition(meaning::is_of_meaning);
        if !shape.is_empty() {
            for error in shape.iter().chain(&meaning) {
                translate(error, &mut faults);
            }
        }
    }
    let value = faults.into_result(value)?;
    serde_json::from_value(value).map_err(|error| {
        // The schema is looser than the type; the text names the rule, the log says which type to tighten.
        tracing::debug!(%error, body = type_name::<T>(), "a value passed its schema and not its type");
        Faults::from(Fault::new("", "invalid"))
    })
}

/// A generator whose definitions go to the document's components.
pub(super) fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator()
}

/// The compiled schema of `T`, made once. `None` never occurs for a derived schema; a test compiles them all.
fn validator<T: JsonSchema + 'static>() -> Option<Arc<Validator>> {
    static COMPILED: OnceLock<RwLock<HashMap<TypeId, Option<Arc<Validator>>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(RwLock::default);
    let id = TypeId::of::<T>();
    if let Some(found) = compiled.read().ok().and_then(|map| map.get(&id).cloned()) {
        return found;
    }
    let made = compile::<T>();
    if let Ok(mut map) = compiled.write() {
        map.insert(id, made.clone());
    }
    made
}

fn compile<T: JsonSchema>() -> Option<Arc<Validator>> {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    meaning::taught(jsonschema::draft202012::options())
        .should_validate_formats(true)
        // Times are read by jiff, so jiff says what a time is.
        .with_format("date", |text: &str| text.parse::<jiff::civil::Date>().is_ok())
        .with_format("date-time", |text: &str| text.parse::<jiff::Timestamp>().is_ok())
        .with_format("partial-time", |text: &str| text.parse::<jiff::civil::Time>().is_ok())
        .with_format("partial-date-time", |text: &str| text.parse::<jiff::civil::DateTime>().is_ok())
        .build(schema.as_value())
        .inspect_err(|error| tracing::error!(%error, body = type_name::<T>(), "a schema does not compile"))
        .ok()
        .map(Arc::new)
}

/// One validation error as faults: a missing or unknown field stands at its own pointer.
fn translate(error: &ValidationError<'_>, faults: &mut Faults) {
    use ValidationErrorKind as Kind;

    let at = error.instance_path().to_string();
    if faults.iter().any(|fault| fault.pointer == at && fault.code == "wrong_type") {
        // A value of the wrong type breaks every other rule too; to say so would not help.
        return;
    }
    let instance = error.instance();
    let length = || instance.as_str().map_or(0, |text| text.chars().count());
    let items = || instance.as_array().map_or(0, Vec::len);
    let fault = |code| Fault::new(at.clone(), code);
    faults.push(match error.kind() {
        Kind::Required { property } => Fault::new(child(&at, property.as_str().unwrap_or_default()), "required"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                faults.push(Fault::new(child(&at, name), "unknown_field"));
            }
            return;
        }
        Kind::Type { kind } => fault("wrong_type").with("expected", expected(kind)),
        Kind::MinLength { limit } => fault("too_short").with("min", limit).with("actual", length()),
        Kind::MaxLength { limit } => fault("too_long").with("max", limit).with("actual", length()),
        Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => {
            fault("too_small").with("min", limit).with("actual", instance)
        }
        Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => {
            fault("too_large").with("max", limit).with("actual", instance)
        }
        Kind::MinItems { limit } => fault("too_few").with("min", limit).with("actual", items()),
        Kind::MaxItems { limit } => fault("too_many").with("max", limit).with("actual", items()),
        Kind::UniqueItems => fault("not_unique"),
        Kind::Enum { options } => fault("not_allowed").with("allowed", allowed(options)),
        Kind::Constant { expected_value } => fault("not_allowed").with("allowed", plain(expected_value)),
        Kind::Pattern { pattern } => fault("wrong_pattern").with("pattern", pattern),
        Kind::Format { format } => match meaning::lacking(format, instance) {
            // That it is empty or too long was said already.
            Some(_) if faults.iter().any(|fault| fault.pointer == at) => return,
            Some(lacking) => Fault { pointer: at.clone(), ..lacking },
            None => fault("wrong_format").with("format", format),
        },
        Kind::Custom { message, .. } => match meaning::out_of_order(message) {
            Some((code, field)) => Fault::new(child(&at, field), code),
            None => fault("invalid"),
        },
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            return alternatives(context, fault("invalid"), faults);
        }
        _ => fault("invalid"),
    });
}

/// The errors of one alternative of a choice.
type Alternative = Vec<ValidationError<'static>>;

/// What to report when no alternative fits: the faults of the one that was meant.
///
/// Alternatives of another type (`null` of an option) were not meant. Of the rest, the one whose tag fits was. When no
/// tag fits, the tags are what is wrong.
fn alternatives(context: &[Alternative], otherwise: Fault, faults: &mut Faults) {
    let of_this_type = |errors: &&Alternative| {
        !errors.iter().any(|error| {
            matches!(error.kind(), ValidationErrorKind::Type { .. })
                && error.instance_path().as_str() == otherwise.pointer
        })
    };
    let tag_fits = |errors: &&Alternative| {
        !errors.iter().any(|error| matches!(error.kind(), ValidationErrorKind::Constant { .. }))
    };
    let candidates: Vec<&Alternative> = context.iter().filter(of_this_type).collect();
    let fitting: Vec<&Alternative> = candidates.iter().copied().filter(tag_fits).collect();
    let meant = match (candidates.as_slice(), fitting.as_slice()) {
        ([], _) => context.iter().find(|errors| !errors.iter().any(is_null)),
        ([one], _) | (_, [one]) => Some(*one),
        _ => None,
    };
    if let Some(errors) = meant {
        for error in errors {
            translate(error, faults);
        }
        return;
    }
    let tags: Vec<(String, String)> = candidates.iter().copied().flatten().filter_map(tag).collect();
    match tags.first() {
        Some((place, _)) => {
            let allowed: Vec<&str> = tags.iter().map(|(_, name)| name.as_str()).collect();
            faults.push(Fault::new(place.clone(), "not_allowed").with("allowed", allowed.join(", ")));
        }
        None => faults.push(otherwise),
    }
}

/// The place and the expected values of a tag that does not fit.
fn tag(error: &ValidationError<'_>) -> Option<(String, String)> {
    let expected = match error.kind() {
        ValidationErrorKind::Constant { expected_value } => plain(expected_value),
        ValidationErrorKind::Enum { options } => allowed(options),
        _ => return None,
    };
    Some((error.instance_path().to_string(), expected))
}

fn is_null(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { kind } if expected(kind) == "null")
}

fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(set) => {
            set.iter().map(|one| one.to_string()).filter(|name| name != "null").collect::<Vec<_>>().join(" | ")
        }
    }
}

fn allowed(options: &Value) -> String {
    options
        .as_array()
        .map(|options| options.iter().filter(|option| !option.is_null()).map(plain).collect::<Vec<_>>().join(", "))
        .unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The properties of an object schema, with references followed; empty for anything else.
pub(super) fn properties<T: JsonSchema>() -> (Map<String, Value>, Vec<String>) {
    let schema = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>();
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    (properties, required)
}
