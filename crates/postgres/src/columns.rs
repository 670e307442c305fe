//! What columns hold, parsed into what the domain says. Stored data is parsed, not trusted.

use std::fmt::Debug;
use std::io::Write;
use std::str::FromStr;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use jiff_diesel::ToDiesel;
use scheduling_domain::demand::Heads;
use scheduling_domain::id::TypedId;
use scheduling_domain::time::Weekdays;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// A column holds what no release of this program has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a stored {0} makes no sense")]
pub(crate) struct Corrupt(pub(crate) &'static str);

/// The version byte that comes before the text of a binary `jsonb`.
const JSONB_VERSION: u8 = 1;

/// A document in a `jsonb` column.
#[derive(Debug, Clone, FromSqlRow, AsExpression)]
#[diesel(sql_type = Jsonb)]
pub(crate) struct Json<T: Debug>(pub(crate) T);

impl<T: Debug + DeserializeOwned> FromSql<Jsonb, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [JSONB_VERSION, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err(Box::new(Corrupt("document"))),
        }
    }
}

impl<T: Debug + Serialize> ToSql<Jsonb, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

/// Typed ids as numbers.
pub(crate) fn raw<I: TypedId>(ids: &[I]) -> Vec<i64> {
    ids.iter().map(|id| id.get()).collect()
}

/// A number as a typed id.
pub(crate) fn id<I: TypedId>(raw: i64) -> Result<I, Corrupt> {
    I::try_new(raw).map_err(|_| Corrupt("id"))
}

/// Numbers as typed ids.
pub(crate) fn ids<I: TypedId>(raw: Vec<i64>) -> Result<Vec<I>, Corrupt> {
    raw.into_iter().map(id).collect()
}

/// A number that has to fit a narrower or unsigned type.
pub(crate) fn number<N: TryFrom<i64>>(raw: impl Into<i64>) -> Result<N, Corrupt> {
    N::try_from(raw.into()).map_err(|_| Corrupt("number"))
}

/// A stable name, such as a role's.
pub(crate) fn named<N: FromStr>(name: &str) -> Result<N, Corrupt> {
    name.parse().map_err(|_| Corrupt("name"))
}

/// A bit mask as a set of weekdays.
pub(crate) fn weekdays(bits: i16) -> Result<Weekdays, Corrupt> {
    u8::try_from(bits).ok().and_then(Weekdays::from_bits).ok_or(Corrupt("set of weekdays"))
}

/// Dates as columns hold them.
pub(crate) fn dates(dates: &[jiff::civil::Date]) -> Vec<jiff_diesel::Date> {
    dates.iter().map(|date| date.to_diesel()).collect()
}

/// Dates as the domain has them.
pub(crate) fn civil(dates: Vec<jiff_diesel::Date>) -> Vec<jiff::civil::Date> {
    dates.into_iter().map(jiff_diesel::Date::to_jiff).collect()
}

/// The five columns of heads, as one value.
pub(crate) fn heads(
    min: i32,
    target: i32,
    max: Option<i32>,
    under_weight: i64,
    over_weight: i64,
) -> Result<Heads, Corrupt> {
    Ok(Heads {
        min: number(min)?,
        target: number(target)?,
        max: max.map(number).transpose()?,
        under_weight,
        over_weight,
    })
}
