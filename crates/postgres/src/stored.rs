//! What every kind of entity shares: one implementation of [`Repository`] and [`Queries`] over [`Stored`], and the macro
//! that writes `Stored` from a table and its row.

use async_trait::async_trait;
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use scheduling_domain::id::OrganizationId;
use scheduling_domain::page::{Page, PageRequest};
use scheduling_domain::ports::{Queries, Repository};
use scheduling_domain::record::{Entity, Record, Version};

use crate::columns::Corrupt;
use crate::error::StoreResult;
use crate::store::PgStore;
use crate::unit_of_work::PgUnitOfWork;

/// The columns that every table begins with: id, version, creation, last write.
pub(crate) type Head = (i64, i64, jiff_diesel::Timestamp, jiff_diesel::Timestamp);

/// How many rows one `INSERT` carries: the wire protocol numbers parameters with 16 bits.
pub(crate) const ROWS_PER_STATEMENT: usize = 1_000;

/// Puts a stored entity together.
pub(crate) fn record<T, R>(((id, version, created_at, updated_at), row): (Head, R)) -> StoreResult<Record<T>>
where
    T: Entity + TryFrom<R, Error = Corrupt>,
{
    Ok(Record {
        id: crate::columns::id(id)?,
        version: Version(version),
        created_at: created_at.to_jiff(),
        updated_at: updated_at.to_jiff(),
        value: T::try_from(row)?,
    })
}

/// How a kind of entity is read and written, on a connection that has been told the organization. Written by
/// [`stored!`].
pub(crate) trait Stored: Entity {
    fn find(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        id: Self::Id,
    ) -> impl Future<Output = StoreResult<Option<Record<Self>>>> + Send;

    fn list(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        filter: &Self::Filter,
        page: PageRequest,
    ) -> impl Future<Output = StoreResult<Page<Record<Self>>>> + Send;

    fn list_all(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        filter: &Self::Filter,
    ) -> impl Future<Output = StoreResult<Vec<Record<Self>>>> + Send;

    fn insert(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        value: &Self,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<Record<Self>>> + Send;

    fn update(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        id: Self::Id,
        expected: Version,
        value: &Self,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<Record<Self>>> + Send;

    fn delete(
        pg: &AsyncPgConnection,
        organization: OrganizationId,
        id: Self::Id,
        expected: Version,
    ) -> impl Future<Output = StoreResult<()>> + Send;
}

/// Writes [`Stored`] for an entity. Beside it, the module has
///
/// - the row: the table's columns after the head, with `Queryable`, `Selectable`, `Insertable` and `AsChangeset`, made
///   from the entity and turned back into it (`From<&Entity>`, `TryFrom<Row>`);
/// - `narrow(query, &filter)`, which adds a filter's conditions;
/// - `rivals(&entity)`: for each value that must be unique, its name and a query for rows that hold it. An insert skips
///   the row that would break a key (`conflicts` says for which keys), and these queries then tell which value it was;
///   an update asks them first. So an expected duplicate is a value, and the transaction stays usable.
macro_rules! stored {
    (
        $entity:ty, table: $table:ident, row: $row:ident, order: $order:expr, conflicts: $($conflicts:tt)+
    ) => {
        impl $crate::stored::Stored for $entity {
            async fn find(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                id: Self::Id,
            ) -> $crate::error::StoreResult<Option<scheduling_domain::record::Record<Self>>> {
                $table::table
                    .filter($table::organization_id.eq(organization.get()))
                    .filter($table::id.eq(id.get()))
                    .select($crate::stored::columns!($table, $row))
                    .get_result(&mut pg)
                    .await
                    .optional()
                    .map_err($crate::error::failure)?
                    .map($crate::stored::record)
                    .transpose()
            }

            async fn list(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                filter: &Self::Filter,
                request: scheduling_domain::page::PageRequest,
            ) -> $crate::error::StoreResult<
                scheduling_domain::page::Page<scheduling_domain::record::Record<Self>>,
            > {
                let matches = $table::table.filter($table::organization_id.eq(organization.get()));
                let rows: Vec<($crate::stored::Head, $row, i64)> = narrow(
                    matches
                        .select((
                            $crate::stored::head!($table),
                            $row::as_select(),
                            diesel::dsl::count_star().over(),
                        ))
                        .into_boxed(),
                    filter,
                )
                .order($order)
                .limit(request.per_page().into())
                .offset(request.offset())
                .load(&mut pg)
                .await
                .map_err($crate::error::failure)?;
                let total = match rows.as_slice() {
                    [(_, _, total), ..] => *total,
                    [] if request.page() == 1 => 0,
                    // A page beyond the end has no row to carry the count.
                    [] => narrow(matches.select(diesel::dsl::count_star()).into_boxed(), filter)
                        .get_result(&mut pg)
                        .await
                        .map_err($crate::error::failure)?,
                };
                let items = rows
                    .into_iter()
                    .map(|(head, row, _)| $crate::stored::record((head, row)))
                    .collect::<Result<_, _>>()?;
                Ok(scheduling_domain::page::Page { items, total, request })
            }

            async fn list_all(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                filter: &Self::Filter,
            ) -> $crate::error::StoreResult<Vec<scheduling_domain::record::Record<Self>>> {
                let rows: Vec<($crate::stored::Head, $row)> = narrow(
                    $table::table
                        .filter($table::organization_id.eq(organization.get()))
                        .select($crate::stored::columns!($table, $row))
                        .into_boxed(),
                    filter,
                )
                .order($order)
                .load(&mut pg)
                .await
                .map_err($crate::error::failure)?;
                rows.into_iter().map($crate::stored::record).collect()
            }

            async fn insert(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                value: &Self,
                now: jiff::Timestamp,
            ) -> $crate::error::StoreResult<scheduling_domain::record::Record<Self>> {
                let inserted: Option<($crate::stored::Head, $row)> =
                    diesel::insert_into($table::table)
                        .values((
                            $table::organization_id.eq(organization.get()),
                            $table::created_at.eq(jiff_diesel::ToDiesel::to_diesel(now)),
                            $table::updated_at.eq(jiff_diesel::ToDiesel::to_diesel(now)),
                            $row::from(value),
                        ))
                        .$($conflicts)+
                        .returning($crate::stored::columns!($table, $row))
                        .get_result(&mut pg)
                        .await
                        .optional()
                        .map_err($crate::error::failure)?;
                match inserted {
                    Some(row) => $crate::stored::record(row),
                    None => Err(match taken(pg, organization, value, None).await? {
                        Some(name) => scheduling_domain::ports::StoreError::Duplicate(name),
                        // Whoever held the value has given it back meanwhile.
                        None => scheduling_domain::ports::StoreError::Conflict,
                    }),
                }
            }

            async fn update(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                id: Self::Id,
                expected: scheduling_domain::record::Version,
                value: &Self,
                now: jiff::Timestamp,
            ) -> $crate::error::StoreResult<scheduling_domain::record::Record<Self>> {
                if let Some(name) = taken(pg, organization, value, Some(id)).await? {
                    return Err(scheduling_domain::ports::StoreError::Duplicate(name));
                }
                let updated: Option<($crate::stored::Head, $row)> = diesel::update(
                    $table::table
                        .filter($table::organization_id.eq(organization.get()))
                        .filter($table::id.eq(id.get()))
                        .filter($table::version.eq(expected.0)),
                )
                .set((
                    $table::version.eq(expected.next().0),
                    $table::updated_at.eq(jiff_diesel::ToDiesel::to_diesel(now)),
                    $row::from(value),
                ))
                .returning($crate::stored::columns!($table, $row))
                .get_result(&mut pg)
                .await
                .optional()
                .map_err($crate::error::failure)?;
                updated.map_or(
                    Err(scheduling_domain::ports::StoreError::Stale),
                    $crate::stored::record,
                )
            }

            async fn delete(
                mut pg: &diesel_async::AsyncPgConnection,
                organization: scheduling_domain::id::OrganizationId,
                id: Self::Id,
                expected: scheduling_domain::record::Version,
            ) -> $crate::error::StoreResult<()> {
                let removed = diesel::delete(
                    $table::table
                        .filter($table::organization_id.eq(organization.get()))
                        .filter($table::id.eq(id.get()))
                        .filter($table::version.eq(expected.0)),
                )
                .execute(&mut pg)
                .await
                .map_err($crate::error::failure)?;
                if removed == 0 {
                    return Err(scheduling_domain::ports::StoreError::Stale);
                }
                Ok(())
            }
        }

        /// The first of the values that must be unique which a row other than `except` holds.
        async fn taken(
            mut pg: &diesel_async::AsyncPgConnection,
            organization: scheduling_domain::id::OrganizationId,
            value: &$entity,
            except: Option<<$entity as scheduling_domain::record::Entity>::Id>,
        ) -> $crate::error::StoreResult<Option<&'static str>> {
            for (name, holders) in rivals(value) {
                let holder: Option<i64> = holders
                    .filter($table::organization_id.eq(organization.get()))
                    .filter($table::id.ne(except.map_or(0, |id| id.get())))
                    .select($table::id)
                    .limit(1)
                    .get_result(&mut pg)
                    .await
                    .optional()
                    .map_err($crate::error::failure)?;
                if holder.is_some() {
                    return Ok(Some(name));
                }
            }
            Ok(None)
        }
    };
}

/// The head's columns.
macro_rules! head {
    ($table:ident) => {
        ($table::id, $table::version, $table::created_at, $table::updated_at)
    };
}

/// The head and the row.
macro_rules! columns {
    ($table:ident, $row:ident) => {
        ($crate::stored::head!($table), $row::as_select())
    };
}

pub(crate) use {columns, head, stored};

#[async_trait]
impl<T: Stored> Queries<T> for PgStore {
    async fn find(&self, organization: OrganizationId, id: T::Id) -> StoreResult<Option<Record<T>>> {
        let connection = self.connection().await?;
        let found = T::find(connection.pg(), organization, id);
        connection.within(organization, found).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        filter: &T::Filter,
        page: PageRequest,
    ) -> StoreResult<Page<Record<T>>> {
        let connection = self.connection().await?;
        let listed = T::list(connection.pg(), organization, filter, page);
        connection.within(organization, listed).await
    }

    async fn list_all(&self, organization: OrganizationId, filter: &T::Filter) -> StoreResult<Vec<Record<T>>> {
        let connection = self.connection().await?;
        let listed = T::list_all(connection.pg(), organization, filter);
        connection.within(organization, listed).await
    }
}

#[async_trait]
impl<T: Stored> Repository<T> for PgUnitOfWork {
    async fn find(&mut self, id: T::Id) -> StoreResult<Option<Record<T>>> {
        let found = T::find(self.pg(), self.organization(), id).await;
        self.watch(found)
    }

    async fn list(&mut self, filter: &T::Filter, page: PageRequest) -> StoreResult<Page<Record<T>>> {
        let listed = T::list(self.pg(), self.organization(), filter, page).await;
        self.watch(listed)
    }

    async fn list_all(&mut self, filter: &T::Filter) -> StoreResult<Vec<Record<T>>> {
        let listed = T::list_all(self.pg(), self.organization(), filter).await;
        self.watch(listed)
    }

    async fn insert(&mut self, value: &T, now: Timestamp) -> StoreResult<Record<T>> {
        self.wrote(T::KIND);
        let inserted = T::insert(self.pg(), self.organization(), value, now).await;
        self.watch(inserted)
    }

    async fn update(&mut self, id: T::Id, expected: Version, value: &T, now: Timestamp) -> StoreResult<Record<T>> {
        self.wrote(T::KIND);
        let updated = T::update(self.pg(), self.organization(), id, expected, value, now).await;
        self.watch(updated)
    }

    async fn delete(&mut self, id: T::Id, expected: Version) -> StoreResult<()> {
        self.wrote(T::KIND);
        let deleted = T::delete(self.pg(), self.organization(), id, expected).await;
        self.watch(deleted)
    }
}
