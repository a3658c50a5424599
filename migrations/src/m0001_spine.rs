//! The first schema: registry, records, lineage, grants and the view index.

use sea_orm_migration::prelude::*;

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

fn bytes(name: &'static str) -> Column {
    (name, ColumnType::Blob, NOT_NULL)
}

struct TableSpec {
    name: &'static str,
    columns: Vec<Column>,
    /// The primary key; it leads with the tenant.
    key: &'static [&'static str],
    /// Further indexes: columns, and whether they are unique.
    indexes: &'static [(&'static [&'static str], bool)],
}

/// Times are microseconds since 1970 in UTC.
#[expect(clippy::too_many_lines, reason = "a schema reads best in one piece")]
fn tables() -> Vec<TableSpec> {
    vec![
        // `next_id` is the tenant's own sequence: ids are given out under the tenant's row lock, by any process.
        TableSpec {
            name: "tenant",
            columns: vec![id("id"), text("slug"), text("name"), id("next_id"), bytes("secret")],
            key: &["id"],
            indexes: &[(&["slug"], true)],
        },
        TableSpec {
            name: "party",
            columns: vec![id("tenant"), id("id"), text("name"), text("status"), null_id("hosted")],
            key: &["tenant", "id"],
            indexes: &[],
        },
        // An identifier belongs to one party at a time; the tenant's own identifiers have no party.
        TableSpec {
            name: "party_identifier",
            columns: vec![id("tenant"), text("identifier"), null_id("party")],
            key: &["tenant", "identifier"],
            indexes: &[],
        },
        TableSpec {
            name: "issuer",
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
            indexes: &[],
        },
        TableSpec {
            name: "issuer_key",
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
            indexes: &[],
        },
        TableSpec {
            name: "job",
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
            indexes: &[(&["tenant", "lease_until"], false)],
        },
        // The dictionary of canonical identifiers: of lots, units, places, parties, products.
        TableSpec {
            name: "item",
            columns: vec![id("tenant"), id("id"), text("uri")],
            key: &["tenant", "id"],
            indexes: &[(&["tenant", "uri"], true)],
        },
        // The event as asserted, and the columns that filters use.
        TableSpec {
            name: "event",
            columns: vec![
                id("tenant"),
                id("id"),
                text("identity"),
                bytes("digest"),
                text("job"),
                text("kind"),
                id("event_time"),
                text("day"),
                id("recorded_at"),
                null_text("action"),
                null_text("biz_step"),
                null_text("disposition"),
                null_id("read_point"),
                null_id("biz_location"),
                flag("retracted"),
                bytes("body"),
            ],
            key: &["tenant", "id"],
            indexes: &[(&["tenant", "identity"], true), (&["tenant", "event_time", "id"], false)],
        },
        TableSpec {
            name: "event_thing",
            columns: vec![
                id("tenant"),
                id("event"),
                id("ordinal"),
                text("role"),
                id("thing"),
                null_text("quantity"),
                null_text("uom"),
            ],
            key: &["tenant", "event", "ordinal"],
            indexes: &[(&["tenant", "thing", "event"], false)],
        },
        // `sourceList` and `destinationList`.
        TableSpec {
            name: "event_end",
            columns: vec![id("tenant"), id("event"), text("side"), id("ordinal"), text("kind"), id("item")],
            key: &["tenant", "event", "side", "ordinal"],
            indexes: &[(&["tenant", "item", "event"], false)],
        },
        // Lots, units and instances. `tlc` with the source is the lot key; `item` is the alias that events use.
        TableSpec {
            name: "thing",
            columns: vec![
                id("tenant"),
                id("id"),
                text("kind"),
                id("item"),
                null_text("tlc"),
                text("source_kind"),
                text("source"),
                null_text("reference"),
            ],
            key: &["tenant", "id"],
            indexes: &[(&["tenant", "item"], false)],
        },
        // Every spelling by which a thing may be looked up.
        TableSpec {
            name: "thing_code",
            columns: vec![id("tenant"), text("code"), id("thing")],
            key: &["tenant", "code", "thing"],
            indexes: &[(&["tenant", "thing"], false)],
        },
        // Derivation: the inputs and the outputs of one process, which may come in several events.
        TableSpec {
            name: "process_side",
            columns: vec![id("tenant"), id("process"), text("side"), id("thing"), id("event")],
            key: &["tenant", "process", "side", "thing", "event"],
            indexes: &[(&["tenant", "thing", "side", "process"], false)],
        },
        // What events assert of the contents of a unit; folded at the time asked.
        TableSpec {
            name: "containment",
            columns: vec![
                id("tenant"),
                id("parent"),
                id("event"),
                id("ordinal"),
                null_id("child"),
                id("event_time"),
                text("change"),
                null_text("quantity"),
                null_text("uom"),
            ],
            key: &["tenant", "parent", "event", "ordinal"],
            indexes: &[(&["tenant", "child", "parent"], false)],
        },
        // Master data as received; the latest is in force.
        TableSpec {
            name: "vocabulary",
            columns: vec![id("tenant"), id("item"), text("kind"), bytes("digest"), id("recorded_at"), bytes("body")],
            key: &["tenant", "item", "kind", "digest"],
            indexes: &[],
        },
        TableSpec {
            name: "share_grant",
            columns: vec![
                id("tenant"),
                id("id"),
                text("viewer"),
                id("created_at"),
                null_id("revoked_at"),
                text("terms"),
            ],
            key: &["tenant", "id"],
            indexes: &[(&["tenant", "viewer"], false)],
        },
        // The view index. `viewer` names the viewer and its purpose.
        TableSpec {
            name: "vis_lot",
            columns: vec![
                id("tenant"),
                text("viewer"),
                id("thing"),
                text("profile"),
                text("continuation"),
                text("onward"),
            ],
            key: &["tenant", "viewer", "thing"],
            indexes: &[],
        },
        TableSpec {
            name: "vis_code",
            columns: vec![id("tenant"), text("viewer"), text("code"), id("thing")],
            key: &["tenant", "viewer", "code", "thing"],
            indexes: &[],
        },
        TableSpec {
            name: "vis_event",
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
            indexes: &[(&["tenant", "viewer", "event"], true), (&["tenant", "viewer", "ref"], true)],
        },
        TableSpec {
            name: "view_state",
            columns: vec![id("tenant"), text("viewer"), id("epoch"), flag("stale"), null_id("valid_until")],
            key: &["tenant", "viewer"],
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

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for spec in tables() {
            manager.create_table(create_table(&spec)).await?;
            for (number, (columns, unique)) in spec.indexes.iter().enumerate() {
                manager.create_index(create_index(spec.name, number, columns, *unique)).await?;
            }
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

fn create_table(spec: &TableSpec) -> TableCreateStatement {
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
    table
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
