//! What the server says of the tables of its current schema.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{Bool, Integer, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use scheduling_domain::backup::{BackupError, TableShape};

use super::{BackupResult, broken, run};

/// A table, as it is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) shape: TableShape,
    /// The types of its columns, as casts name them.
    pub(super) types: Vec<String>,
    /// What its rows are ordered by.
    pub(super) order: Vec<String>,
    /// Whether its rows belong to organizations, and are seen one organization at a time.
    pub(super) is_of_organizations: bool,
    /// Whether row-level security binds its owner.
    pub(super) is_forced: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Relation {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_secured: bool,
    #[diesel(sql_type = Bool)]
    is_forced: bool,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_collated: bool,
    /// Its place in the primary key; -1 outside.
    #[diesel(sql_type = Integer)]
    key: i32,
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    from: String,
    #[diesel(sql_type = Text)]
    to: String,
}

/// Tables of the current schema that belong to no extension, without the list of migrations, which restoring makes anew.
const RELATIONS: &str = "\
    SELECT c.relname AS name, c.relrowsecurity AS is_secured, c.relforcerowsecurity AS is_forced FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname <> '__diesel_schema_migrations'
        AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname COLLATE \"C\"";

const COLUMNS: &str = "\
    SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
        a.attcollation <> 0 AS is_collated, coalesce(array_position(i.indkey::int2[], a.attnum), -1) AS key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND 0 < a.attnum AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attnum";

const REFERENCES: &str = "\
    SELECT c.relname AS from, f.relname AS to
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND c.oid <> f.oid";

const DROP_EVERYTHING: &str = "\
    DO $$
    DECLARE
        what text;
    BEGIN
        FOR what IN
            SELECT format('TABLE IF EXISTS %I', relname) FROM pg_class c
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        LOOP
            EXECUTE format('DROP %s CASCADE', what);
        END LOOP;
        FOR what IN
            SELECT format('ROUTINE IF EXISTS %s', oid::regprocedure) FROM pg_proc p
            WHERE pronamespace = current_schema()::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        LOOP
            EXECUTE format('DROP %s CASCADE', what);
        END LOOP;
    END $$";

/// The names of all tables but the list of migrations.
pub(super) async fn names(pg: &mut AsyncPgConnection) -> BackupResult<Vec<String>> {
    let names: Vec<Name> = sql_query(RELATIONS).load(pg).await.map_err(broken)?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

/// Removes all tables and functions of the current schema.
pub(super) async fn drop_everything(pg: &mut AsyncPgConnection) -> BackupResult<()> {
    run(pg, DROP_EVERYTHING).await
}

/// All tables, those that others point at first.
pub(super) async fn tables(pg: &mut AsyncPgConnection) -> BackupResult<Vec<Table>> {
    let relations: Vec<Relation> = sql_query(RELATIONS).load(pg).await.map_err(broken)?;
    let columns: Vec<Column> = sql_query(COLUMNS).load(pg).await.map_err(broken)?;
    let references: Vec<Reference> = sql_query(REFERENCES).load(pg).await.map_err(broken)?;
    let mut waiting = BTreeMap::new();
    for relation in relations {
        let table = table(&relation, &columns)?;
        waiting.insert(relation.name, table);
    }
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let needs: BTreeSet<&str> =
            references.iter().filter(|one| waiting.contains_key(&one.to)).map(|one| one.from.as_str()).collect();
        let Some(next) = waiting.keys().find(|name| !needs.contains(name.as_str())).cloned() else {
            let table = waiting.into_keys().next().unwrap_or_default();
            return Err(BackupError::Uncovered { table, why: "it and another point at one another" });
        };
        ordered.extend(waiting.remove(&next));
    }
    Ok(ordered)
}

fn table(relation: &Relation, all: &[Column]) -> BackupResult<Table> {
    let uncovered = |why| BackupError::Uncovered { table: relation.name.clone(), why };
    let columns: Vec<&Column> = all.iter().filter(|column| column.relation == relation.name).collect();
    let is_of_organizations = columns.iter().any(|column| column.name == "organization_id");
    if relation.is_secured && !is_of_organizations {
        return Err(uncovered("a policy hides its rows, and they belong to no organization"));
    }
    let mut key: Vec<&&Column> = columns.iter().filter(|column| 0 <= column.key).collect();
    key.sort_by_key(|column| column.key);
    if key.is_empty() {
        return Err(uncovered("it has no primary key to order its rows by"));
    }
    let order = |column: &&&Column| {
        let collation = if column.is_collated { " COLLATE \"C\"" } else { "" };
        format!("{}{collation}", quoted(&column.name))
    };
    Ok(Table {
        order: key.iter().map(order).collect(),
        types: columns.iter().map(|column| column.kind.clone()).collect(),
        shape: TableShape {
            name: relation.name.clone(),
            columns: columns.iter().map(|column| column.name.clone()).collect(),
        },
        is_of_organizations,
        is_forced: relation.is_forced,
    })
}

/// A name that stands in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
