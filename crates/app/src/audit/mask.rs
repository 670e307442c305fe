use serde_json::Value;

/// What stands in the place of what is not shown.
const MASK: &str = "***";

/// The same where the value is another than before.
const CHANGED: &str = "*** (changed)";

/// Names of fields whose values no event shows: how to reach a person, what they earn, and whatever would open a door.
/// Secrets are no part of what is audited in the first place; here they are named for the day on which one is.
const HIDDEN: &[&str] =
    &["email", "phone", "minor_units", "password", "password_hash", "token", "token_hash", "secret", "recovery_codes"];

/// Hides those fields, however deep they lie. That one has changed is still seen.
pub(super) fn mask(before: Option<&mut Value>, after: Option<&mut Value>) {
    if let Some(after) = after {
        hide(after, before.as_deref(), before.is_some());
    }
    if let Some(before) = before {
        hide(before, None, false);
    }
}

/// `is_change` where there was something before; `other` is what stood in this place then.
fn hide(value: &mut Value, other: Option<&Value>, is_change: bool) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let other = other.and_then(|other| other.get(name));
                if !HIDDEN.contains(&name.as_str()) {
                    hide(field, other, is_change);
                } else if is_change && other != Some(&*field) {
                    *field = CHANGED.into();
                } else if !field.is_null() {
                    *field = MASK.into();
                }
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter_mut().enumerate() {
                hide(item, other.and_then(|other| other.get(place)), is_change);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_hidden_still_tells_that_it_changed() {
        let mut before =
            json!({ "name": "A", "email": "a@b.c", "phone": null, "pay": { "minor_units": 1, "currency": "CNY" } });
        let mut after =
            json!({ "name": "B", "email": "x@y.z", "phone": null, "pay": { "minor_units": 1, "currency": "CNY" } });
        mask(Some(&mut before), Some(&mut after));
        let pay = json!({ "minor_units": "***", "currency": "CNY" });
        assert_eq!(before, json!({ "name": "A", "email": "***", "phone": null, "pay": pay }));
        assert_eq!(after, json!({ "name": "B", "email": "*** (changed)", "phone": null, "pay": pay }));
    }

    #[test]
    fn what_is_new_is_hidden_in_lists_too() {
        let mut after = json!([{ "phone": "+86 1", "token": "t" }]);
        mask(None, Some(&mut after));
        assert_eq!(after, json!([{ "phone": "***", "token": "***" }]));
    }
}
