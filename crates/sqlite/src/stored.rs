//! What all kinds of rows have in common: the statements behind [`Repository`](scheduling_domain::ports::Repository) and
//! [`Queries`](scheduling_domain::ports::Queries), written once.

use std::error::Error;

use diesel::dsl::sql;
use diesel::expression::{SqlLiteral, UncheckedBind};
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Bool, Text};
use jiff::Timestamp;
use scheduling_domain::id::{OrganizationId, TypedId};
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::record::{Entity, Record, Version};

use crate::columns::{Instant, Key};

/// A row's primary key.
pub(crate) type PrimaryKey = (i64, i64);

/// A kind of row. [`stored!`](crate::stored::stored) implements it for a table.
///
/// All functions block and run inside whatever transaction is open.
pub(crate) trait Stored: Entity {
    /// The table, which is also the name of its ids' sequence.
    const TABLE: &'static str;
    /// Columns whose values are unique in an organization, as [`Duplicate`](scheduling_domain::ports::StoreError::Duplicate)
    /// names them.
    const UNIQUE: &'static [&'static str];

    fn find(connection: &mut SqliteConnection, key: PrimaryKey) -> QueryResult<Option<Record<Self>>>;

    fn count(connection: &mut SqliteConnection, organization: i64, filter: &Self::Filter) -> QueryResult<i64>;

    /// The matches in their order; all, or one page.
    fn select(
        connection: &mut SqliteConnection,
        organization: i64,
        filter: &Self::Filter,
        page: Option<PageRequest>,
    ) -> QueryResult<Vec<Record<Self>>>;

    fn insert(connection: &mut SqliteConnection, key: PrimaryKey, value: &Self, now: Timestamp) -> QueryResult<()>;

    /// Whether the row had the version expected.
    fn update(
        connection: &mut SqliteConnection,
        key: PrimaryKey,
        expected: Version,
        value: &Self,
        now: Timestamp,
    ) -> QueryResult<bool>;

    /// Whether the row had the version expected.
    fn delete(connection: &mut SqliteConnection, key: PrimaryKey, expected: Version) -> QueryResult<bool>;
}

/// One page and the number of all matches, which agree since both are read in one transaction.
pub(crate) fn page<T: Stored>(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    filter: &T::Filter,
    request: PageRequest,
) -> QueryResult<Page<Record<T>>> {
    connection.transaction(|connection| {
        Ok(Page {
            total: T::count(connection, organization.get(), filter)?,
            items: T::select(connection, organization.get(), filter, Some(request))?,
            request,
        })
    })
}

/// Inserts rows in the order given: all or none.
pub(crate) fn insert_all<T: Stored>(
    connection: &mut SqliteConnection,
    organization: OrganizationId,
    values: &[T],
    now: Timestamp,
) -> QueryResult<Vec<Record<T>>> {
    connection.transaction(|connection| {
        let ids = take_ids(connection, T::TABLE, values.len())?;
        let mut records = Vec::with_capacity(values.len());
        for (id, value) in ids.zip(values) {
            let key = (organization.get(), id);
            T::insert(connection, key, value, now)?;
            records.push(T::find(connection, key)?.ok_or(DieselError::NotFound)?);
        }
        Ok(records)
    })
}

diesel::table! {
    id_sequences (name) {
        name -> Text,
        last_id -> BigInt,
    }
}

/// Takes ids that no row of the table has or had.
pub(crate) fn take_ids(
    connection: &mut SqliteConnection,
    table: &'static str,
    count: usize,
) -> QueryResult<std::ops::RangeInclusive<i64>> {
    let count = i64::try_from(count).map_err(|error| DieselError::SerializationError(error.into()))?;
    diesel::insert_into(id_sequences::table)
        .values((id_sequences::name.eq(table), id_sequences::last_id.eq(count)))
        .on_conflict(id_sequences::name)
        .do_update()
        .set(id_sequences::last_id.eq(id_sequences::last_id + count))
        .execute(connection)?;
    let last: i64 = id_sequences::table.find(table).select(id_sequences::last_id).first(connection)?;
    Ok(last - count + 1..=last)
}

/// A row as it is loaded: id, version, times, and the columns of its kind.
pub(crate) type Loaded<Id, Row> = (Key<Id>, i64, Instant, Instant, Row);

/// Turns a loaded row into a record.
pub(crate) fn record<T, Row>(loaded: Loaded<T::Id, Row>) -> QueryResult<Record<T>>
where
    T: Entity + TryFrom<Row>,
    T::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (Key(id), version, Instant(created_at), Instant(updated_at), row) = loaded;
    Ok(Record {
        id,
        version: Version(version),
        created_at,
        updated_at,
        value: T::try_from(row).map_err(|error| DieselError::DeserializationError(error.into()))?,
    })
}

diesel::define_sql_function! {
    /// Folds ASCII letters only, as the port wants it.
    fn lower(text: Text) -> Text;
}
diesel::define_sql_function! {
    /// Where `part` begins in `text`, from 1; 0 when it is not there. It knows no wildcards.
    fn instr(text: Text, part: Text) -> Integer;
}

/// SQL text with one bound text in it.
pub(crate) type Narrowed =
    SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, diesel::internal::derives::as_expression::Bound<Text, String>>>;

/// That a column of the table is one of `ids`: with one bound value, however many there are, so that the statement is
/// prepared once and no list is too long.
pub(crate) fn among<Id: TypedId>(column: &'static str, ids: &[Id]) -> Narrowed {
    sql::<Bool>(&format!("{column} IN (SELECT value FROM json_each(")).bind::<Text, _>(json_ids(ids)).sql("))")
}

/// Ids as a JSON list.
pub(crate) fn json_ids<Id: TypedId>(ids: &[Id]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("[{}]", ids.join(","))
}

/// Implements [`Stored`] for an entity, given its table and the row with the table's own columns. The module's `narrow`
/// turns the entity's filter into conditions.
macro_rules! stored {
    (
        $entity:ty, $row:ident in $table:ident,
        order: ($($order:ident),+),
        unique: [$($unique:literal),*] $(,)?
    ) => {
        impl crate::stored::Stored for $entity {
            const TABLE: &'static str = stringify!($table);
            const UNIQUE: &'static [&'static str] = &[$($unique),*];

            fn find(
                connection: &mut diesel::SqliteConnection,
                key: crate::stored::PrimaryKey,
            ) -> diesel::QueryResult<Option<scheduling_domain::record::Record<Self>>> {
                $table::table
                    .find(key)
                    .select((
                        $table::id,
                        $table::version,
                        $table::created_at,
                        $table::updated_at,
                        $row::as_select(),
                    ))
                    .first::<crate::stored::Loaded<_, $row>>(connection)
                    .optional()?
                    .map(crate::stored::record)
                    .transpose()
            }

            fn count(
                connection: &mut diesel::SqliteConnection,
                organization: i64,
                filter: &Self::Filter,
            ) -> diesel::QueryResult<i64> {
                let matches = $table::table
                    .filter($table::organization_id.eq(organization))
                    .into_boxed();
                narrow(matches, organization, filter).count().get_result(connection)
            }

            fn select(
                connection: &mut diesel::SqliteConnection,
                organization: i64,
                filter: &Self::Filter,
                page: Option<scheduling_domain::page::PageRequest>,
            ) -> diesel::QueryResult<Vec<scheduling_domain::record::Record<Self>>> {
                let matches = $table::table
                    .filter($table::organization_id.eq(organization))
                    .into_boxed();
                let mut matches = narrow(matches, organization, filter)
                    .order(($($table::$order.asc(),)+))
                    .select((
                        $table::id,
                        $table::version,
                        $table::created_at,
                        $table::updated_at,
                        $row::as_select(),
                    ));
                if let Some(page) = page {
                    matches = matches.limit(page.per_page().into()).offset(page.offset());
                }
                matches
                    .load::<crate::stored::Loaded<_, $row>>(connection)?
                    .into_iter()
                    .map(crate::stored::record)
                    .collect()
            }

            fn insert(
                connection: &mut diesel::SqliteConnection,
                (organization, id): crate::stored::PrimaryKey,
                value: &Self,
                now: jiff::Timestamp,
            ) -> diesel::QueryResult<()> {
                diesel::insert_into($table::table)
                    .values((
                        $table::organization_id.eq(organization),
                        $table::id.eq(id),
                        $table::version.eq(scheduling_domain::record::Version::FIRST.0),
                        $table::created_at.eq(crate::columns::Instant(now)),
                        $table::updated_at.eq(crate::columns::Instant(now)),
                        $row::from(value),
                    ))
                    .execute(connection)?;
                Ok(())
            }

            fn update(
                connection: &mut diesel::SqliteConnection,
                key: crate::stored::PrimaryKey,
                expected: scheduling_domain::record::Version,
                value: &Self,
                now: jiff::Timestamp,
            ) -> diesel::QueryResult<bool> {
                let changed = diesel::update($table::table.find(key))
                    .filter($table::version.eq(expected.0))
                    .set((
                        $table::version.eq(expected.next().0),
                        $table::updated_at.eq(crate::columns::Instant(now)),
                        $row::from(value),
                    ))
                    .execute(connection)?;
                Ok(changed > 0)
            }

            fn delete(
                connection: &mut diesel::SqliteConnection,
                key: crate::stored::PrimaryKey,
                expected: scheduling_domain::record::Version,
            ) -> diesel::QueryResult<bool> {
                let removed = diesel::delete($table::table.find(key))
                    .filter($table::version.eq(expected.0))
                    .execute(connection)?;
                Ok(removed > 0)
            }
        }
    };
}
pub(crate) use stored;
