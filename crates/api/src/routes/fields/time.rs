//! Fields of time by the wall clock.

use jiff::civil::{Time, Weekday};
use scheduling_domain::time::Weekdays;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cow, Field, inline_schema};

/// A time of day by some wall clock: `HH:MM`.
#[derive(Debug, Clone, Copy)]
pub(in crate::routes) struct WallTime(pub(in crate::routes) Time);

inline_schema!(
    [] WallTime,
    "WallTime",
    json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["07:30"] })
);

impl Default for WallTime {
    fn default() -> Self {
        Self(Time::midnight())
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

impl Field for WallTime {
    type Value = Time;
    fn plain(self) -> Time {
        self.0
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days of the week; every day when absent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::routes) struct DaysOfWeek(pub(in crate::routes) Weekdays);

inline_schema!(
    [] DaysOfWeek,
    "DaysOfWeek",
    json_schema!({
        "type": "array", "items": { "type": "string", "enum": DAYS },
        "minItems": 1, "maxItems": 7, "uniqueItems": true, "examples": [["mon", "fri"]],
    })
);

impl Default for DaysOfWeek {
    fn default() -> Self {
        Self(Weekdays::ALL)
    }
}

impl Field for DaysOfWeek {
    type Value = Weekdays;
    fn plain(self) -> Weekdays {
        self.0
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy)]
pub(in crate::routes) struct DayOfWeek(pub(in crate::routes) Weekday);

inline_schema!([] DayOfWeek, "DayOfWeek", json_schema!({ "type": "string", "enum": DAYS }));

impl Default for DayOfWeek {
    fn default() -> Self {
        Self(Weekday::Monday)
    }
}

impl Serialize for DayOfWeek {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Weekdays::day_name(self.0))
    }
}

impl<'de> Deserialize<'de> for DayOfWeek {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Weekdays::parse_day(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl Field for DayOfWeek {
    type Value = Weekday;
    fn plain(self) -> Weekday {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_those_of_the_domain() {
        for name in DAYS {
            assert_eq!(Weekdays::day_name(Weekdays::parse_day(name).unwrap()), name);
        }
    }

    #[test]
    fn wall_times_have_hours_and_minutes() {
        let time: WallTime = serde_json::from_str("\"07:05\"").unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"07:05\"");
    }
}
