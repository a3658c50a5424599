//! The first schema: registry, records, lineage, grants and the view index.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::Spread;

/// Creates every table.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_spine"
    }
}

/// A column: name, type, whether it may be null.
type Column = (&'static str, ColumnType, bool);

const NULL: bool = true;
const NOT_NULL: bool = false;

fn id(name: &'static str) -> Column {
    (name, ColumnType::BigInteger, NOT_NULL)
}

fn text(name: &'static str) -> Column {
    (name, ColumnType::Text, NOT_NULL)
}

fn null_text(name: &'static str) -> Column {
    (name, ColumnType::Text, NULL)
}

fn null_id(name: &'static str) -> Column {
    (name, ColumnType::BigInteger, NULL)
}

fn flag(name: &'static str) -> Column {
    (name, ColumnType::Boolean, NOT_NULL)
}

/// A member of a closed set, or another small number.
fn code(name: &'static str) -> Column {
    (name, ColumnType::SmallInteger, NOT_NULL)
}

/// Where something stands in a list.
fn ordinal() -> Column {
    ("ordinal", ColumnType::Integer, NOT_NULL)
}

fn null_code(name: &'static str) -> Column {
    (name, ColumnType::SmallInteger, NULL)
}

fn bytes(name: &'static str) -> Column {
    (name, ColumnType::Blob, NOT_NULL)
}

struct TableSpec {
    name: &'static str,
    spread: Spread,
    columns: Vec<Column>,
    /// The primary key; it leads with the tenant.
    key: &'static [&'static str],
    /// Whether `SQLite` keeps the rows in the tree of the key itself: right for rows that are little more than a key.
    is_key: bool,
    /// Further indexes: columns, and whether they are unique.
    indexes: &'static [(&'static [&'static str], bool)],
}

/// Times are microseconds since 1970 in UTC.
#[expect(clippy::too_many_lines, reason = "a schema reads best in one piece")]
fn tables() -> Vec<TableSpec> {
    vec![
        // The one table that is not a tenant's. It is small and hardly ever changes.
        TableSpec {
            name: "tenant",
            spread: Spread::Everywhere,
            columns: vec![id("id"), text("slug"), text("name"), bytes("secret")],
            key: &["id"],
            is_key: false,
            indexes: &[(&["slug"], true)],
        },
        // The tenant's own numbers: ids are given out under the lock of this row, by any process.
        TableSpec {
            name: "sequence",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("next_id")],
            key: &["tenant"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "party",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("id"), text("name"), text("status"), null_id("hosted")],
            key: &["tenant", "id"],
            is_key: false,
            indexes: &[],
        },
        // An identifier belongs to one party at a time; the tenant's own identifiers have no party.
        TableSpec {
            name: "party_identifier",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), text("identifier"), null_id("party")],
            key: &["tenant", "identifier"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "issuer",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                text("issuer"),
                text("kind"),
                null_id("subject"),
                text("roles"),
                text("status"),
                id("max_lifetime_seconds"),
            ],
            key: &["tenant", "issuer"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "issuer_key",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                text("issuer"),
                text("kid"),
                text("alg"),
                text("public_key"),
                id("valid_from"),
                null_id("valid_to"),
            ],
            key: &["tenant", "issuer", "kid"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "job",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                text("id"),
                text("status"),
                text("actor"),
                id("created_at"),
                null_id("finished_at"),
                id("stored"),
                id("duplicates"),
                id("rejected"),
                text("findings"),
                text("behaviour"),
                id("findings_omitted"),
                // While it runs: who works on it, and until when that is believed.
                null_text("worker"),
                null_id("lease_until"),
            ],
            key: &["tenant", "id"],
            is_key: false,
            indexes: &[(&["tenant", "lease_until"], false)],
        },
        // The dictionary: identifiers of lots, units, places, parties and products, and the words of `bizStep` and
        // `disposition`.
        TableSpec {
            name: "item",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("id"), text("uri")],
            key: &["tenant", "id"],
            is_key: true,
            indexes: &[(&["tenant", "uri"], true)],
        },
        // What filters and lineage use of an event. `things` are the ids of the things on it, in its order.
        TableSpec {
            name: "event",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                id("id"),
                id("event_time"),
                id("recorded_at"),
                null_id("retracted_at"),
                null_id("biz_step"),
                null_id("disposition"),
                null_id("read_point"),
                null_id("biz_location"),
                null_id("from_place"),
                null_id("to_place"),
                code("zone"),
                code("kind"),
                null_code("action"),
                flag("uncertain"),
                bytes("identity"),
                bytes("things"),
            ],
            key: &["tenant", "id"],
            is_key: true,
            indexes: &[
                (&["tenant", "identity"], true),
                (&["tenant", "event_time", "id"], false),
                (&["tenant", "read_point", "event_time"], false),
                (&["tenant", "biz_location", "event_time"], false),
            ],
        },
        // The event as asserted. Apart, because lineage reads many events and the bodies of few.
        TableSpec {
            name: "event_body",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("event"), bytes("body")],
            key: &["tenant", "event"],
            is_key: true,
            indexes: &[],
        },
        // On which events a thing is. The other way stands in `event.things`.
        TableSpec {
            name: "event_thing",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                id("thing"),
                id("event"),
                ordinal(),
                code("role"),
                null_text("quantity"),
                null_text("uom"),
            ],
            key: &["tenant", "thing", "event", "ordinal"],
            is_key: true,
            indexes: &[],
        },
        // The parties and places of `sourceList` and `destinationList`, as far as their type is a standard one.
        TableSpec {
            name: "event_end",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("item"), id("event"), code("side")],
            key: &["tenant", "item", "event", "side"],
            is_key: true,
            indexes: &[],
        },
        // Lots, units and instances. `tlc` with the source is the lot key; `item` is the alias that events use. Of what
        // is `uncertain` some event said only possibly that it is about it.
        TableSpec {
            name: "thing",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                id("id"),
                id("item"),
                code("kind"),
                code("source_kind"),
                null_text("tlc"),
                null_text("source"),
                null_text("reference"),
                flag("uncertain"),
            ],
            key: &["tenant", "id"],
            is_key: true,
            indexes: &[(&["tenant", "item"], false)],
        },
        // Every spelling by which a thing may be looked up, its identifier aside.
        TableSpec {
            name: "thing_code",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), text("code"), id("thing")],
            key: &["tenant", "code", "thing"],
            is_key: true,
            indexes: &[(&["tenant", "thing"], false)],
        },
        // Derivation: the inputs and the outputs of one process, which may come in several events.
        TableSpec {
            name: "process_side",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("process"), code("side"), id("thing"), id("event")],
            key: &["tenant", "process", "side", "thing", "event"],
            is_key: true,
            indexes: &[(&["tenant", "thing", "side", "process"], false)],
        },
        // What events assert of the contents of a unit; folded at the time asked.
        TableSpec {
            name: "containment",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                id("parent"),
                id("event"),
                ordinal(),
                code("change"),
                null_id("child"),
                null_text("quantity"),
                null_text("uom"),
            ],
            key: &["tenant", "parent", "event", "ordinal"],
            is_key: true,
            indexes: &[(&["tenant", "child", "parent"], false)],
        },
        // Master data as received; the latest is in force.
        TableSpec {
            name: "vocabulary",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), id("item"), text("kind"), bytes("digest"), id("recorded_at"), bytes("body")],
            key: &["tenant", "item", "kind", "digest"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "share_grant",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                id("id"),
                text("viewer"),
                id("created_at"),
                null_id("revoked_at"),
                text("terms"),
            ],
            key: &["tenant", "id"],
            is_key: false,
            indexes: &[(&["tenant", "viewer"], false)],
        },
        // The view index. `viewer` names the viewer and its purpose.
        TableSpec {
            name: "vis_lot",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                text("viewer"),
                id("thing"),
                text("profile"),
                text("continuation"),
                text("onward"),
            ],
            key: &["tenant", "viewer", "thing"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "vis_code",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), text("viewer"), text("code"), id("thing")],
            key: &["tenant", "viewer", "code", "thing"],
            is_key: false,
            indexes: &[],
        },
        TableSpec {
            name: "vis_event",
            spread: Spread::ByTenant,
            columns: vec![
                id("tenant"),
                text("viewer"),
                id("sort_time"),
                text("ref"),
                id("event"),
                text("profile"),
                flag("named"),
            ],
            key: &["tenant", "viewer", "sort_time", "ref"],
            is_key: false,
            indexes: &[(&["tenant", "viewer", "event"], true), (&["tenant", "viewer", "ref"], true)],
        },
        TableSpec {
            name: "view_state",
            spread: Spread::ByTenant,
            columns: vec![id("tenant"), text("viewer"), id("epoch"), flag("stale"), null_id("valid_until")],
            key: &["tenant", "viewer"],
            is_key: false,
            indexes: &[],
        },
    ]
}

/// The columns of every primary key and every index, with their table.
pub(crate) fn keys_and_indexes() -> Vec<(&'static str, &'static [&'static str])> {
    let of_table = |spec: TableSpec| {
        let indexes = spec.indexes.iter().map(move |(columns, _)| (spec.name, *columns));
        std::iter::once((spec.name, spec.key)).chain(indexes)
    };
    tables().into_iter().flat_map(of_table).collect()
}

/// Where the rows of every table live.
pub(crate) fn spreads() -> Vec<(&'static str, Spread)> {
    tables().into_iter().map(|spec| (spec.name, spec.spread)).collect()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for spec in tables() {
            manager.create_table(create_table(&spec, manager.get_database_backend())).await?;
            for (number, (columns, unique)) in spec.indexes.iter().enumerate() {
                manager.create_index(create_index(spec.name, number, columns, *unique)).await?;
            }
        }
        if manager.get_database_backend() == DbBackend::Sqlite {
            tell_sizes(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for spec in tables().iter().rev() {
            manager.drop_table(Table::drop().table(spec.name).to_owned()).await?;
        }
        Ok(())
    }
}

fn create_table(spec: &TableSpec, engine: DbBackend) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(spec.name);
    for (name, kind, nullable) in &spec.columns {
        let mut column = ColumnDef::new_with_type(*name, kind.clone());
        if !nullable {
            column.not_null();
        }
        table.col(&mut column);
    }
    let mut key = Index::create();
    for column in spec.key {
        key.col(*column);
    }
    table.primary_key(&mut key);
    if spec.is_key && engine == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

/// Rows of a table, and of its one large tenant, that `SQLite` is told to expect.
const ROWS: u32 = 100_000_000;

/// Tells `SQLite` how many rows to expect. Left alone, it takes the tenant for a good index and reads all of the tenant's
/// rows; and plans would change with whatever `ANALYZE` last saw. Of a table that seems smaller than a join it would first
/// make a filter of all rows.
async fn tell_sizes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    // Makes the table of statistics; there is nothing to look at yet.
    db.execute_unprepared("ANALYZE").await?;
    for spec in tables().iter().filter(|spec| spec.key.len() > 1) {
        let key = if spec.is_key { spec.name.to_owned() } else { format!("sqlite_autoindex_{}_1", spec.name) };
        let indexes = spec.indexes.iter().enumerate();
        let indexes = indexes.map(|(number, (columns, _))| (format!("{}_{number}", spec.name), *columns));
        for (index, columns) in std::iter::once((key, spec.key)).chain(indexes) {
            let sizes = columns.iter().skip(1).enumerate().map(|(place, column)| match (*column, place) {
                // Places and viewers have many rows each.
                ("read_point" | "biz_location" | "viewer", _) => 5_000,
                // The others narrow a search to a few rows with their first column, and to one with the next.
                (_, 0) if columns.len() > 2 => 10,
                _ => 1,
            });
            let sizes: Vec<String> = [ROWS, ROWS].into_iter().chain(sizes).map(|size| size.to_string()).collect();
            let (table, sizes) = (spec.name, sizes.join(" "));
            let sql = format!("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{sizes}')");
            db.execute_unprepared(&sql).await?;
        }
    }
    // This connection has read the statistics before they were there; others read them again when the schema changes.
    for sql in ["ANALYZE sqlite_schema", "CREATE TABLE changed (at integer)", "DROP TABLE changed"] {
        db.execute_unprepared(sql).await?;
    }
    Ok(())
}

fn create_index(table: &'static str, number: usize, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{number}")).table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index
}
