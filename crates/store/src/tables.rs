//! The tables that capture writes, with their columns in the order of the schema.

use crate::bulk::Table;

/// A table whose rows are never there already.
const fn table(name: &'static str, columns: &'static [&'static str]) -> Table {
    Table { name, columns, conflict: "" }
}

pub(crate) static ITEM: Table = table("item", &["id", "uri"]);

pub(crate) static EVENT: Table = table(
    "event",
    &[
        "id",
        "event_time",
        "recorded_at",
        "retracted_at",
        "biz_step",
        "disposition",
        "read_point",
        "biz_location",
        "from_place",
        "to_place",
        "zone",
        "kind",
        "action",
        "uncertain",
        "identity",
        "things",
    ],
);

pub(crate) static EVENT_BODY: Table = table("event_body", &["event", "body"]);

pub(crate) static EVENT_THING: Table = table("event_thing", &["thing", "event", "ordinal", "role", "quantity", "uom"]);

pub(crate) static EVENT_END: Table = table("event_end", &["item", "event", "side"]);

const THING_COLUMNS: &[&str] = &["id", "item", "kind", "source_kind", "tlc", "source", "reference", "uncertain"];

pub(crate) static NEW_THING: Table = table("thing", THING_COLUMNS);

/// What is known better of a thing replaces what was known.
pub(crate) static THING: Table = Table {
    name: "thing",
    columns: THING_COLUMNS,
    conflict: "ON CONFLICT (tenant, id) DO UPDATE SET kind = excluded.kind, source_kind = excluded.source_kind, \
               tlc = excluded.tlc, source = excluded.source, reference = excluded.reference, \
               uncertain = excluded.uncertain",
};

pub(crate) static NEW_THING_CODE: Table = table("thing_code", &["code", "thing"]);

/// Of a thing that was known before, some spellings may have been, too.
pub(crate) static THING_CODE: Table =
    Table { name: "thing_code", columns: &["code", "thing"], conflict: "ON CONFLICT DO NOTHING" };

pub(crate) static PROCESS_SIDE: Table = table("process_side", &["process", "side", "thing", "event"]);

pub(crate) static CONTAINMENT: Table =
    table("containment", &["parent", "event", "ordinal", "change", "child", "quantity", "uom"]);

/// What was received again is in force again.
pub(crate) static VOCABULARY: Table = Table {
    name: "vocabulary",
    columns: &["item", "kind", "digest", "recorded_at", "body"],
    conflict: "ON CONFLICT (tenant, item, kind, digest) DO UPDATE SET recorded_at = excluded.recorded_at",
};
