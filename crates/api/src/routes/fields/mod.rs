//! The types of fields that bodies and views share. Each says in its schema exactly what it takes, so that what the
//! documentation shows is what is checked.

mod text;
mod time;

use std::borrow::Cow;

use jiff::civil::Date;
use scheduling_domain::availability::AvailabilityKind;
use scheduling_domain::id::TypedId;
use scheduling_domain::time::DstPolicy;
use scheduling_domain::user::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) use text::{Label, Name, NewPassword, PersonalText, Search, Secret, Tags, Text};
pub(super) use time::{DayOfWeek, DaysOfWeek, WallTime};

/// A field that stands for a value of the domain.
pub(super) trait Field {
    /// What it stands for.
    type Value;
    /// The value.
    fn plain(self) -> Self::Value;
}

/// A field of a PATCH: absent leaves the value alone; `null`, where the field takes it, clears it.
#[derive(Debug, Clone, Default)]
pub(super) enum Patch<T> {
    /// The field is absent.
    #[default]
    Keep,
    /// The field is there.
    Set(T),
}

impl<T: Field + Clone> Patch<T> {
    /// The new value, when the field is there.
    pub(super) fn plain(self) -> Option<T::Value> {
        match self {
            Self::Keep => None,
            Self::Set(field) => Some(field.plain()),
        }
    }

    /// Changes `value` when the field is there.
    pub(super) fn apply(&self, value: &mut T::Value) {
        if let Self::Set(field) = self {
            *value = field.clone().plain();
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Set)
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A schema that stands where it is used, without a name of its own.
macro_rules! inline_schema {
    ([$($generics:tt)*] $type:ty, $id:expr, $schema:expr) => {
        impl<$($generics)*> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                Self::schema_id()
            }
            fn schema_id() -> Cow<'static, str> {
                $id.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}
use inline_schema;

/// The id of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ref<T>(pub(super) T);

inline_schema!([T] Ref<T>, "Ref", json_schema!({ "type": "integer", "format": "int64", "minimum": 1 }));

impl<T: TypedId> Serialize for Ref<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.get())
    }
}

impl<'de, T: TypedId> Deserialize<'de> for Ref<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::try_new(i64::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl<T: TypedId> Field for Ref<T> {
    type Value = T;
    fn plain(self) -> T {
        self.0
    }
}

/// The ids as a view shows them.
pub(super) fn refs<T>(ids: Vec<T>) -> Vec<Ref<T>> {
    ids.into_iter().map(Ref).collect()
}

/// An enumeration of the domain by its stable names.
pub(super) trait Named: Serialize + DeserializeOwned {
    /// Every name.
    const NAMES: &'static [&'static str];
}

impl Named for Role {
    const NAMES: &'static [&'static str] = &["admin", "manager", "employee"];
}

impl Named for DstPolicy {
    const NAMES: &'static [&'static str] = &["keep_wall_end", "keep_duration", "reject_gap"];
}

impl Named for AvailabilityKind {
    const NAMES: &'static [&'static str] = &["available", "unavailable", "preferred", "unpreferred"];
}

/// One of the names of `T`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "T: Named")]
pub(super) struct Choice<T>(pub(super) T);

inline_schema!([T: Named] Choice<T>, T::NAMES.join("_"), json_schema!({ "type": "string", "enum": T::NAMES }));

impl<T> Field for Choice<T> {
    type Value = T;
    fn plain(self) -> T {
        self.0
    }
}

/// A list of at most `MAX` items.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for List<T, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        Self::schema_id()
    }
    fn schema_id() -> Cow<'static, str> {
        format!("List_{}_{MAX}", T::schema_id()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "maxItems": MAX })
    }
}

impl<T: Into<U>, U, const MAX: usize> From<Vec<T>> for List<U, MAX> {
    fn from(items: Vec<T>) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Field, const MAX: usize> Field for List<T, MAX> {
    type Value = Vec<T::Value>;
    fn plain(self) -> Vec<T::Value> {
        self.0.into_iter().map(Field::plain).collect()
    }
}

impl<T: Field> Field for Option<T> {
    type Value = Option<T::Value>;
    fn plain(self) -> Option<T::Value> {
        self.map(Field::plain)
    }
}

macro_rules! plain_fields {
    ($($type:ty),+) => {$(
        impl Field for $type {
            type Value = Self;
            fn plain(self) -> Self {
                self
            }
        }
    )+};
}

plain_fields!(bool, u32, Date);

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_each_name_is_known<T: Named>() {
        for name in T::NAMES {
            let value: T = serde_json::from_value((*name).into()).unwrap();
            assert_eq!(serde_json::to_value(value).unwrap(), *name);
        }
    }

    #[test]
    fn the_names_are_those_of_the_domain() {
        assert_each_name_is_known::<Role>();
        assert_each_name_is_known::<DstPolicy>();
        assert_each_name_is_known::<AvailabilityKind>();
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            phone: Patch<Option<u32>>,
        }
        let read = |text| {
            let mut phone = Some(1);
            serde_json::from_str::<Body>(text).unwrap().phone.apply(&mut phone);
            phone
        };
        assert_eq!(read("{}"), Some(1));
        assert_eq!(read(r#"{"phone": null}"#), None);
        assert_eq!(read(r#"{"phone": 2}"#), Some(2));
    }
}
