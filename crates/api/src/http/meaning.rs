//! What the domain asks of a value beyond its shape, as parts of its schema: formats that the domain judges, and
//! `x-order`, which names fields of one object that must not fall. So the faults of shape and of meaning are told
//! together, and the documentation shows both.

use std::cmp::Ordering;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Keyword, ValidationError, ValidationOptions};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::time::SiteZone;
use scheduling_domain::user::{is_email, is_username};
use serde_json::{Map, Value};

/// The keyword of orders: `{"end_before_start": ["valid_from", "valid_until"]}` is broken, and says so at the later
/// field, where that one is less than the earlier one.
const ORDER: &str = "x-order";

/// The faults that an order may name.
const ORDERS: [&str; 4] = ["end_before_start", "max_below_min", "target_below_min", "max_below_target"];

/// A format and what is wrong with a text that lacks it.
type Format = (&'static str, fn(&str) -> Option<Fault>);

const FORMATS: [Format; 5] = [
    ("name", |text| first(|faults| faults.check_name("", text, usize::MAX))),
    ("text", |text| first(|faults| faults.check_text("", text, usize::MAX))),
    ("email", |text| (!is_email(text)).then(|| Fault::new("", "invalid_email"))),
    ("username", |text| (!is_username(text)).then(|| Fault::new("", "invalid_username"))),
    ("time-zone", |text| {
        SiteZone::parse(text).is_err().then(|| Fault::new("", "unknown_time_zone").with("time_zone", text))
    }),
];

fn first(check: impl FnOnce(&mut Faults)) -> Option<Fault> {
    let mut faults = Faults::new();
    check(&mut faults);
    faults.into_iter().next()
}

/// Teaches a validator the formats and the keyword.
pub(super) fn taught(options: ValidationOptions<'_>) -> ValidationOptions<'_> {
    FORMATS
        .into_iter()
        .fold(options, |options, (name, judge)| options.with_format(name, move |text: &str| judge(text).is_none()))
        .with_keyword(ORDER, |_, value, _| {
            let orders = value.as_object().cloned().unwrap_or_default();
            Ok(Box::new(Orders(orders)))
        })
}

/// Whether an error is about what a value means, which the domain would say, too.
pub(super) fn is_of_meaning(error: &ValidationError<'_>) -> bool {
    match error.kind() {
        ValidationErrorKind::Format { format } => FORMATS.iter().any(|(name, _)| name == format),
        ValidationErrorKind::Custom { .. } => true,
        _ => false,
    }
}

/// The domain's fault for a text that lacks a format; `None` when it is not one of the domain's.
pub(super) fn lacking(format: &str, text: &Value) -> Option<Fault> {
    let (_, judge) = FORMATS.iter().find(|(name, _)| *name == format)?;
    judge(text.as_str()?)
}

/// The fault that an error of the keyword stands for, and the name of the field where it stands.
pub(super) fn out_of_order(message: &str) -> Option<(&'static str, &str)> {
    let (code, field) = message.split_once(' ')?;
    ORDERS.into_iter().find(|known| *known == code).map(|code| (code, field))
}

struct Orders(Map<String, Value>);

impl Orders {
    /// The broken orders, as the code and the field in fault.
    fn broken<'s>(&'s self, object: &'s Value) -> impl Iterator<Item = String> + 's {
        self.0.iter().filter_map(move |(code, fields)| {
            let (earlier, later) = (fields.get(0)?.as_str()?, fields.get(1)?.as_str()?);
            let falls = compare(object.get(earlier)?, object.get(later)?) == Some(Ordering::Greater);
            falls.then(|| format!("{code} {later}"))
        })
    }
}

impl<'i> Keyword<'i> for Orders {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        self.broken(instance).next().map_or(Ok(()), |message| Err(ValidationError::custom(message)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.broken(instance).next().is_none()
    }

    fn iter_errors(&self, instance: &'i Value) -> Box<dyn Iterator<Item = ValidationError<'i>> + 'i> {
        let broken: Vec<_> = self.broken(instance).map(ValidationError::custom).collect();
        Box::new(broken.into_iter())
    }
}

/// How two numbers or two dates stand to each other; anything else is left to the rules of its own shape.
fn compare(earlier: &Value, later: &Value) -> Option<Ordering> {
    if let (Some(earlier), Some(later)) = (earlier.as_i64(), later.as_i64()) {
        return Some(earlier.cmp(&later));
    }
    let date = |value: &Value| value.as_str()?.parse::<jiff::civil::Date>().ok();
    Some(date(earlier)?.cmp(&date(later)?))
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::super::schema;
    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(extend("x-order" = { "end_before_start": ["from", "until"], "max_below_min": ["min", "max"] }))]
    struct Body {
        #[schemars(length(min = 1, max = 20), extend("format" = "name"))]
        _name: String,
        #[schemars(extend("format" = "email"))]
        _email: Option<String>,
        #[schemars(extend("format" = "time-zone"))]
        _zone: Option<String>,
        #[serde(rename = "from")]
        _from: Option<jiff::civil::Date>,
        #[serde(rename = "until")]
        _until: Option<jiff::civil::Date>,
        #[serde(rename = "min")]
        _min: Option<u32>,
        #[serde(rename = "max")]
        _max: Option<u32>,
    }

    fn faults(value: Value) -> Vec<String> {
        let faults = schema::parse::<Body>(value).err().unwrap_or_default();
        let mut told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        told.sort();
        told
    }

    #[test]
    fn shape_and_meaning_are_told_together() {
        let wrong = json!({
            "_name": "  ", "_email": "nobody", "_zone": "Mars/Olympus", "from": "2026-02-01", "until": "2026-01-31",
            "min": 5, "max": 4, "more": true,
        });
        assert_eq!(
            faults(wrong),
            [
                "/_email invalid_email",
                "/_name blank",
                "/_zone unknown_time_zone",
                "/max max_below_min",
                "/more unknown_field",
                "/until end_before_start",
            ]
        );
    }

    #[test]
    fn what_is_empty_or_of_another_type_is_told_once() {
        let wrong =
            json!({ "_name": "", "_email": 7, "from": "2026-02-30", "until": "2026-01-31", "min": "5", "max": 4 });
        assert_eq!(faults(wrong), ["/_email wrong_type", "/_name too_short", "/from wrong_format", "/min wrong_type"]);
    }

    #[test]
    fn meaning_alone_is_left_to_the_domain() {
        assert!(faults(json!({ "_name": "\u{1}", "_email": "nobody", "min": 5, "max": 4 })).is_empty());
    }

    #[test]
    fn fields_that_are_equal_are_in_order() {
        let right = json!({ "_name": "Ward", "from": "2026-01-31", "until": "2026-01-31", "min": 5, "max": 5 });
        assert!(faults(right).is_empty());
    }
}
