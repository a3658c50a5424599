//! The tables that capture writes, with their columns in the order of the schema.

use crate::bulk::Table;

pub(crate) static ITEM: Table = Table { name: "item", columns: &["tenant", "id", "uri"] };

pub(crate) static EVENT: Table = Table {
    name: "event",
    columns: &[
        "tenant",
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
        "digest",
        "things",
    ],
};

pub(crate) static EVENT_BODY: Table = Table { name: "event_body", columns: &["tenant", "event", "body"] };

pub(crate) static EVENT_THING: Table =
    Table { name: "event_thing", columns: &["tenant", "thing", "event", "ordinal", "role", "quantity", "uom"] };

pub(crate) static EVENT_END: Table = Table { name: "event_end", columns: &["tenant", "item", "event", "side"] };

pub(crate) static THING: Table = Table {
    name: "thing",
    columns: &["tenant", "id", "item", "kind", "source_kind", "tlc", "source", "reference", "uncertain"],
};

pub(crate) static THING_CODE: Table = Table { name: "thing_code", columns: &["tenant", "code", "thing"] };

pub(crate) static PROCESS_SIDE: Table =
    Table { name: "process_side", columns: &["tenant", "process", "side", "thing", "event"] };

pub(crate) static CONTAINMENT: Table = Table {
    name: "containment",
    columns: &["tenant", "parent", "event", "ordinal", "change", "child", "quantity", "uom"],
};

pub(crate) static VOCABULARY: Table =
    Table { name: "vocabulary", columns: &["tenant", "item", "kind", "digest", "recorded_at", "body"] };
