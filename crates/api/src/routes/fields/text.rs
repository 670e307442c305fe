//! Fields of text.

use scheduling_app::auth::Password;
use scheduling_domain::personal::Personal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Cow, Field, List, inline_schema};

/// Text of `MIN` to `MAX` characters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::routes) struct Text<const MIN: usize, const MAX: usize>(String);

inline_schema!(
    [const MIN: usize, const MAX: usize] Text<MIN, MAX>,
    format!("Text_{MIN}_{MAX}"),
    json_schema!({ "type": "string", "format": "text", "minLength": MIN, "maxLength": MAX })
);

impl<const MIN: usize, const MAX: usize> Field for Text<MIN, MAX> {
    type Value = String;
    fn plain(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> From<String> for Text<MIN, MAX> {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Text that people call something by: 1 to `MAX` characters, not only white space.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::routes) struct Label<const MAX: usize>(String);

inline_schema!(
    [const MAX: usize] Label<MAX>,
    format!("Label_{MAX}"),
    json_schema!({ "type": "string", "format": "name", "minLength": 1, "maxLength": MAX })
);

impl<const MAX: usize> Field for Label<MAX> {
    type Value = String;
    fn plain(self) -> String {
        self.0
    }
}

impl<const MAX: usize> From<String> for Label<MAX> {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Text about a person; see [`Personal`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::routes) struct PersonalText<const MAX: usize>(Personal);

inline_schema!(
    [const MAX: usize] PersonalText<MAX>,
    format!("PersonalText_{MAX}"),
    json_schema!({ "type": "string", "format": "name", "minLength": 1, "maxLength": MAX })
);

impl<const MAX: usize> Field for PersonalText<MAX> {
    type Value = Personal;
    fn plain(self) -> Personal {
        self.0
    }
}

impl<const MAX: usize> From<Personal> for PersonalText<MAX> {
    fn from(text: Personal) -> Self {
        Self(text)
    }
}

/// A password as someone typed it.
#[derive(Debug, Clone)]
pub(in crate::routes) struct Secret<const MIN: usize, const MAX: usize>(Password);

inline_schema!(
    [const MIN: usize, const MAX: usize] Secret<MIN, MAX>,
    format!("Secret_{MIN}_{MAX}"),
    json_schema!({
        "type": "string", "format": "password", "minLength": MIN, "maxLength": MAX, "writeOnly": true,
    })
);

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Secret<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Password::new(text)))
    }
}

impl<const MIN: usize, const MAX: usize> Field for Secret<MIN, MAX> {
    type Value = Password;
    fn plain(self) -> Password {
        self.0
    }
}

/// A password to be set; how many characters it needs depends on whose it is.
pub(in crate::routes) type NewPassword = Secret<{ Password::MIN_CHARS_WITH_SECOND_FACTOR }, { Password::MAX_CHARS }>;
/// A name of 1 to 100 characters.
pub(in crate::routes) type Name = Label<100>;
/// Tags such as `night`.
pub(in crate::routes) type Tags = List<Label<40>, 50>;
/// Part of a name, to search for.
pub(in crate::routes) type Search = Text<1, 100>;
