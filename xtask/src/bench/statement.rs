//! Lineage as one would write it by hand in SQL: the nodes and the edges of an answer, without any question of who may
//! see what or of what is missing.

use super::Engine;
use crate::bench::lineage::Way;

/// The statement that gives every node reached from the lot `$2` of tenant `$1`, with its identifier and lot code.
pub(crate) fn nodes(engine: Engine, way: Way) -> String {
    format!(
        "{} SELECT t.id, i.uri, t.kind, t.tlc, t.source FROM reached r \
         JOIN thing t ON t.tenant = $1 AND t.id = r.thing JOIN item i ON i.tenant = $1 AND i.id = t.item",
        reached(engine, way)
    )
}

/// The statement that gives every derivation and containment between what was reached, with its event and date.
pub(crate) fn edges(engine: Engine, way: Way) -> String {
    let (here, there) = sides(way);
    format!(
        "{} SELECT a.thing, b.thing, e.identity, e.event_time, e.zone FROM reached r \
         JOIN process_side a ON a.tenant = $1 AND a.thing = r.thing AND a.side = {here} \
         JOIN process_side b ON b.tenant = $1 AND b.process = a.process AND b.side = {there} \
         JOIN event e ON e.tenant = $1 AND e.id = a.event AND e.retracted_at IS NULL \
         UNION ALL SELECT c.child, c.parent, e.identity, e.event_time, e.zone FROM reached r \
         JOIN containment c ON c.tenant = $1 AND c.{} = r.thing AND c.change = 0 \
         JOIN event e ON e.tenant = $1 AND e.id = c.event AND e.retracted_at IS NULL",
        reached(engine, way),
        if way == Way::Forward { "child" } else { "parent" },
    )
}

/// The statement that gives every hand-over of what was reached, with its event, date and both places: the lot itself is
/// on the event, or a unit that it had been put into and not taken out of.
pub(crate) fn hand_overs(engine: Engine, way: Way) -> String {
    let columns = "r.thing, e.identity, e.event_time, e.zone, f.uri, t.uri FROM reached r";
    let join = if engine == Engine::Sqlite { "CROSS JOIN" } else { "JOIN" };
    let on = |thing: &str| {
        format!(
            "{join} event_thing m ON m.tenant = $1 AND m.thing = {thing} \
             {join} event e ON e.tenant = $1 AND e.id = m.event AND e.retracted_at IS NULL \
             {join} item f ON f.tenant = $1 AND f.id = e.from_place {join} item t ON t.tenant = $1 AND t.id = e.to_place"
        )
    };
    format!(
        "{} SELECT {columns} {} UNION ALL SELECT {columns} \
         {join} containment c ON c.tenant = $1 AND c.child = r.thing AND c.change = 0 \
         {join} event p ON p.tenant = $1 AND p.id = c.event AND p.retracted_at IS NULL {} \
         AND e.event_time > p.event_time AND NOT EXISTS (SELECT 1 FROM containment d \
         {join} event u ON u.tenant = $1 AND u.id = d.event AND u.retracted_at IS NULL \
         WHERE d.tenant = $1 AND d.child = c.child AND d.parent = c.parent AND d.change = 2 \
         AND u.event_time > p.event_time AND u.event_time < e.event_time)",
        reached(engine, way),
        on("r.thing"),
        on("c.parent"),
    )
}

/// Back: what it was made of, and what a unit that went in had been packed with. Forward: what was made of it, and the
/// units it was packed into.
fn reached(engine: Engine, way: Way) -> String {
    let (here, there) = sides(way);
    let start =
        "SELECT t.id FROM item i JOIN thing t ON t.tenant = $1 AND t.item = i.id WHERE i.tenant = $1 AND i.uri = $2";
    let derived = |from: &str| {
        format!(
            "SELECT b.thing FROM {from} process_side a \
             JOIN process_side b ON b.tenant = $1 AND b.process = a.process AND b.side = {there} \
             WHERE a.tenant = $1 AND a.thing = r.thing AND a.side = {here}"
        )
    };
    let contained = |from: &str| {
        let (inner, outer) = if way == Way::Forward { ("child", "parent") } else { ("parent", "child") };
        format!(
            "SELECT c.{outer} FROM {from} containment c \
             WHERE c.tenant = $1 AND c.{inner} = r.thing AND c.change = 0"
        )
    };
    match engine {
        Engine::Sqlite => format!(
            "WITH RECURSIVE reached(thing) AS ({start} UNION {} UNION {})",
            derived("reached r CROSS JOIN"),
            contained("reached r CROSS JOIN")
        ),
        Engine::Postgres => format!(
            "WITH RECURSIVE reached(thing) AS ({start} UNION SELECT n.thing FROM reached r CROSS JOIN LATERAL \
             ({} UNION ALL {}) n(thing))",
            derived(""),
            contained("")
        ),
    }
}

/// The codes of the sides: 0 goes in, 1 comes out.
fn sides(way: Way) -> (i16, i16) {
    match way {
        Way::Back => (1, 0),
        Way::Forward => (0, 1),
    }
}
