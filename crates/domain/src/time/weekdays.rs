use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const NAMES: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// A name that is no weekday.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a weekday is one of mon, tue, wed, thu, fri, sat, sun, not {0:?}")]
pub struct InvalidWeekday(pub String);

/// A set of weekdays; written as a list of `mon` … `sun`, Monday first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<&'static str>")]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// Saturday and Sunday.
    pub const SATURDAY_SUNDAY: Self = Self(0b110_0000);

    /// Whether `day` is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// Whether no day is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The days, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        NAMES.into_iter().map(|(_, day)| day).filter(move |day| self.contains(*day))
    }

    /// The set as a bit mask, Monday lowest; the stores' form.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The set a mask stands for; `None` when a bit above Sunday is set.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits & !Self::ALL.0 == 0).then_some(Self(bits))
    }

    /// A weekday by its short name.
    pub fn parse_day(name: &str) -> Result<Weekday, InvalidWeekday> {
        NAMES
            .into_iter()
            .find_map(|(known, day)| (known == name).then_some(day))
            .ok_or_else(|| InvalidWeekday(name.to_owned()))
    }

    /// A weekday's short name.
    pub fn day_name(day: Weekday) -> &'static str {
        NAMES.into_iter().find_map(|(name, known)| (known == day).then_some(name)).unwrap_or("mon")
    }

    fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().fold(0, |bits, day| bits | Self::bit(day)))
    }
}

impl TryFrom<Vec<String>> for Weekdays {
    type Error = InvalidWeekday;
    fn try_from(names: Vec<String>) -> Result<Self, InvalidWeekday> {
        names.iter().map(|name| Self::parse_day(name)).collect()
    }
}

impl From<Weekdays> for Vec<&'static str> {
    fn from(days: Weekdays) -> Self {
        days.iter().map(Weekdays::day_name).collect()
    }
}

impl FromStr for Weekdays {
    type Err = InvalidWeekday;
    /// Reads `mon,tue`.
    fn from_str(text: &str) -> Result<Self, InvalidWeekday> {
        text.split(',').map(|name| Self::parse_day(name.trim())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_as_a_list_from_monday() {
        let days: Weekdays = [Weekday::Sunday, Weekday::Monday, Weekday::Sunday].into_iter().collect();
        assert_eq!(serde_json::to_string(&days).unwrap(), r#"["mon","sun"]"#);
        assert_eq!(serde_json::from_str::<Weekdays>(r#"["sun","mon"]"#).unwrap(), days);
        assert_eq!("sun, mon".parse(), Ok(days));
    }

    #[test]
    fn other_names_are_refused() {
        assert_eq!("mon,funday".parse::<Weekdays>(), Err(InvalidWeekday("funday".into())));
        assert!(serde_json::from_str::<Weekdays>(r#"["Monday"]"#).is_err());
    }

    #[test]
    fn every_mask_of_seven_bits_is_a_set() {
        for bits in 0..=Weekdays::ALL.bits() {
            let days = Weekdays::from_bits(bits).unwrap();
            assert_eq!(days.iter().collect::<Weekdays>(), days);
            assert_eq!(days.bits(), bits);
        }
        assert_eq!(Weekdays::from_bits(0b1000_0000), None);
        assert_eq!(Weekdays::SATURDAY_SUNDAY.iter().collect::<Vec<_>>(), [Weekday::Saturday, Weekday::Sunday]);
    }
}
