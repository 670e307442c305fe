//! How values stand in columns. What is read is parsed: a number that is no id or a list that is no JSON is an error of
//! the query, never a value.

use std::error::Error;
use std::fmt::Debug;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use jiff::civil::{Date, Time, Weekday};
use jiff::{Span, Timestamp, ToSpan};
use scheduling_domain::id::TypedId;
use scheduling_domain::time::Weekdays;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NameError, StringDeserializer};

type BoxedError = Box<dyn Error + Send + Sync>;

/// Makes a wrapper a column type: how it is written as the integer or text, and how it is read back.
macro_rules! column {
    ($(#[$doc:meta])* $name:ident<$param:ident: $($bound:path),+> as $sql:ident($raw:ty), $write:expr, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, AsExpression, FromSqlRow)]
        #[diesel(sql_type = $sql)]
        pub(crate) struct $name<$param>(pub(crate) $param);

        impl<$param: $($bound +)+> ToSql<$sql, Sqlite> for $name<$param> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let write: fn(&$param) -> Result<$raw, BoxedError> = $write;
                out.set_value(write(&self.0)?);
                Ok(IsNull::No)
            }
        }

        impl<$param: $($bound +)+> FromSql<$sql, Sqlite> for $name<$param> {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let read: fn($raw) -> Result<$param, BoxedError> = $read;
                read(<$raw as FromSql<$sql, Sqlite>>::from_sql(value)?).map(Self)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident of $value:ty, $write:expr, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        pub(crate) struct $name(pub(crate) $value);

        impl ToSql<BigInt, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let write: fn($value) -> i64 = $write;
                out.set_value(write(self.0));
                Ok(IsNull::No)
            }
        }

        impl FromSql<BigInt, Sqlite> for $name {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let read: fn(i64) -> Result<$value, BoxedError> = $read;
                read(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?).map(Self)
            }
        }
    };
}

column! {
    /// A typed id.
    Key<T: TypedId> as BigInt(i64),
    |id| Ok(id.get()),
    |raw| Ok(T::try_new(raw)?)
}
column! {
    /// A number of fewer than 64 bits.
    Count<T: Number> as BigInt(i64),
    |count| Ok((*count).into()),
    |raw| T::try_from(raw).map_err(|_| format!("{raw} is out of range").into())
}
column! {
    /// A list or document, as JSON.
    Json<T: Debug, Serialize, DeserializeOwned> as Text(String),
    |value| Ok(serde_json::to_string(value)?),
    |text| Ok(serde_json::from_str(&text)?)
}
column! {
    /// An enum without fields, by its stable name.
    Name<T: Debug, Serialize, DeserializeOwned> as Text(String),
    |value| match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        other => Err(format!("{other} is not a name").into()),
    },
    |name| {
        let name: StringDeserializer<NameError> = name.into_deserializer();
        Ok(T::deserialize(name)?)
    }
}
column! {
    /// An instant, in microseconds since 1970.
    Instant of Timestamp,
    Timestamp::as_microsecond,
    |micros| Ok(Timestamp::from_microsecond(micros)?)
}
column! {
    /// A day, in days since 1970-01-01.
    Day of Date,
    |day| (day - EPOCH).get_days().into(),
    |days| Ok(EPOCH.checked_add(Span::new().try_days(days)?)?)
}
column! {
    /// A time of day, in microseconds since midnight.
    WallTime of Time,
    |time| {
        let seconds = i64::from(time.hour()) * 3_600
            + i64::from(time.minute()) * 60
            + i64::from(time.second());
        seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000
    },
    |micros| Ok(Time::midnight().checked_add(micros.microseconds())?)
}
column! {
    /// A set of weekdays, as a bit mask.
    WeekdayMask of Weekdays,
    |days| days.bits().into(),
    |bits| {
        let days = u8::try_from(bits).ok().and_then(Weekdays::from_bits);
        days.ok_or_else(|| format!("{bits} is no set of weekdays").into())
    }
}
column! {
    /// A day of the week by its ISO 8601 number, Monday 1.
    DayOfWeek of Weekday,
    |day| day.to_monday_one_offset().into(),
    |number| Ok(Weekday::from_monday_one_offset(i8::try_from(number)?)?)
}
column! {
    /// 64 bits without a sign, in the same 64 bits.
    Unsigned of u64,
    u64::cast_signed,
    |raw| Ok(raw.cast_unsigned())
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The numbers [`Count`] holds.
pub(crate) trait Number: Copy + Debug + Into<i64> + TryFrom<i64> {}
impl Number for u16 {}
impl Number for u32 {}
