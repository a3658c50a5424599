//! How the databases answer the questions of a scope: every index is there for one of these plans, and no plan reads a
//! whole table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::{Arc, Mutex},
};

use domain::{Direction, EventId, Purpose, ThingId, Viewer};
use epcis::{Binding, Item, Reader};
use jiff::Timestamp;
use lineage::{Stage, Stages};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Values};

use crate::{Asserted, EventFilter, LotFilter, NewTenant, Scope, Store, bulk::Engine, sequence};

/// The statements that a store runs, as they come.
type Log = Arc<Mutex<Vec<Statement>>>;

/// A store with a few events of chain A, and what it asks of its database.
async fn watched(url: &str) -> (Store, Scope, Log) {
    let mut store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    let log = match &store.engine {
        Engine::Sqlite(file) => file.asked.clone(),
        Engine::Postgres(_) => Log::default(),
    };
    let written = log.clone();
    store.db.set_metric_callback(move |info| written.lock().unwrap().push(info.statement.clone()));
    let new = NewTenant { slug: "dc", name: "Meridian", identifiers: BTreeSet::new(), secret: [7; 32] };
    let tenant = store.add_tenant(new).await.unwrap();
    let now = Timestamp::from_second(1_850_000_000).unwrap();
    let mut capture = store.capture(&tenant, |_| Stages::always(Stage::Unknown), now).await.unwrap();
    for document in testkit::chain_a().iter().flat_map(|company| company.documents) {
        let binding = if document.media_type == testkit::chain_a::XML { Binding::Xml } else { Binding::Json };
        let events = Reader::new(document.bytes, binding).filter_map(|item| match item.unwrap() {
            Item::Event { event, .. } => Some(Asserted::new(&event, Stages::always(Stage::Unknown)).unwrap()),
            _ => None,
        });
        capture.write(events.collect()).await.unwrap();
    }
    // The job is nobody's business here.
    capture.settle().await.unwrap();
    let mut tx = capture.writer.finish().await.unwrap();
    sequence::unlock(&mut tx, tenant.id, capture.next_id).await.unwrap();
    tx.commit("plans").await.unwrap();
    let scope = store.scope(tenant.id, Viewer::Own, Purpose::Trace, now).await.unwrap();
    log.lock().unwrap().clear();
    (store, scope, log)
}

/// Some hundred times the rows: only so many make a planner think of indexes.
const MANY: &[&str] = &[
    "INSERT INTO item SELECT tenant, id + n * 1000, uri || n FROM item, generate_series(1, 300) n",
    "INSERT INTO thing SELECT tenant, id + n * 1000, item + n * 1000, kind, source_kind, tlc, source, reference, \
     uncertain FROM thing, generate_series(1, 300) n",
    "INSERT INTO event SELECT tenant, id + n * 1000, event_time + n, recorded_at, retracted_at, biz_step, disposition, \
     read_point + n / 10 * 10000, biz_location + n / 10 * 10000, from_place, to_place, zone, kind, action, \
     uncertain, identity || int4send(n), things FROM event, generate_series(1, 300) n",
    "INSERT INTO event_body SELECT tenant, event + n * 1000, body FROM event_body, generate_series(1, 300) n",
    "INSERT INTO event_thing SELECT tenant, thing + n * 1000, event + n * 1000, ordinal, role, quantity, uom \
     FROM event_thing, generate_series(1, 300) n",
    "INSERT INTO process_side SELECT tenant, process + n * 1000, side, thing + n * 1000, event + n * 1000 \
     FROM process_side, generate_series(1, 300) n",
    "INSERT INTO containment SELECT tenant, parent + n * 1000, event + n * 1000, ordinal, change, child + n * 1000, \
     quantity, uom FROM containment, generate_series(1, 300) n",
    "INSERT INTO thing_code SELECT tenant, code || n, thing + n * 1000 FROM thing_code, generate_series(1, 300) n",
    "ANALYZE",
];

/// Runs every read of a scope, and gives the plan of each statement.
async fn plans(store: &Store, scope: &Scope, log: &Log) -> String {
    let things = BTreeSet::from([5, 9, 12].map(ThingId));
    let events = BTreeSet::from([5, 9, 12].map(EventId));
    let now = Timestamp::from_second(1_850_000_000).unwrap();
    let mut text = String::new();
    macro_rules! plan {
        ($what:literal, $call:expr) => {
            $call.await.unwrap();
            let asked = std::mem::take(&mut *log.lock().unwrap());
            assert!(!asked.is_empty(), $what);
            writeln!(text, "{}", $what).unwrap();
            for statement in asked {
                text.push_str(&plan(store, statement).await);
            }
            log.lock().unwrap().clear();
        };
    }
    plan!("events in order of time", scope.events(&EventFilter::default(), None, 10));
    plan!("events by id", scope.events(&EventFilter { references: vec!["x".into()], ..Default::default() }, None, 1));
    plan!(
        "events of a place since",
        scope.events(
            &EventFilter { biz_locations: vec!["x".into()], since: Some(now), ..Default::default() },
            None,
            10
        )
    );
    plan!(
        "events at a read point",
        scope.events(&EventFilter { read_points: vec!["x".into()], ..Default::default() }, None, 10)
    );
    plan!("events of a thing", scope.events(&EventFilter { things: vec!["x".into()], ..Default::default() }, None, 10));
    plan!("things by a code", scope.things_named(&[testkit::chain_a::T1.to_owned()]));
    plan!(
        "lots of a product",
        scope.lots(&LotFilter { products: Some(vec!["19521003000173".into()]), ..Default::default() }, None, 10)
    );
    plan!(
        "lots at a place",
        scope.lots(
            &LotFilter { place: Some(testkit::chain_a::DISTRIBUTION_CENTRE.into()), ..Default::default() },
            None,
            10
        )
    );
    plan!("things by number", scope.things(&things));
    plan!("events by number", scope.events_by_id(&events));
    plan!("derivations back", scope.derivations(&things, Direction::Back));
    plan!("derivations forward", scope.derivations(&things, Direction::Forward));
    plan!("contents of units", scope.contents_of(&things));
    plan!("units around things", scope.units_around(&things));
    plan!("events on things", scope.mentions_of(&things));
    plan!("what is told of things", scope.told_of(&things, true, &BTreeMap::new()));
    plan!("columns of events", scope.heads(&events));
    plan!("things of a code, also possible ones", scope.sharing(&BTreeSet::from(["A".to_owned()]), true, &things));
    plan!("things on events", scope.mentions_on(&events));
    text
}

async fn plan(store: &Store, statement: Statement) -> String {
    let engine = store.db.get_database_backend();
    let (explain, column) = match engine {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        _ => ("EXPLAIN (COSTS OFF)", 0),
    };
    let values = statement.values.map(|Values(values)| values).unwrap_or_default();
    let explained = Statement::from_sql_and_values(engine, format!("{explain} {}", statement.sql), values);
    let rows = store.db.query_all_raw(explained).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get_by_index::<String>(column).unwrap());
    let mut text = String::new();
    for line in lines {
        let line = line.trim_start_matches([' ', '-', '>']);
        if let Some(condition) = line.strip_prefix("Index Cond:") {
            text.truncate(text.trim_end().len());
            writeln!(text, " ({})", compared(condition).join(", ")).unwrap();
        } else if engine == DbBackend::Sqlite || line.contains("Scan") {
            writeln!(text, "    {line}").unwrap();
        }
    }
    text
}

/// The columns that a condition of `PostgreSQL` compares; it prints whole lists of values.
fn compared(condition: &str) -> Vec<&str> {
    let column = |piece: &'_ str| {
        let (name, rest) = piece.split_once(' ')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
        (is_name && rest.starts_with(['=', '<', '>'])).then_some(name.len())
    };
    condition.split('(').filter_map(|piece| piece.get(..column(piece)?)).collect()
}

#[tokio::test]
async fn sqlite_answers_from_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/lotline.db?mode=rwc", folder.path().display());
    let (store, scope, log) = watched(&url).await;
    let plans = plans(&store, &scope, &log).await;
    // Only a list of all events reads all events. The values that are asked for are read from first to last.
    let scans = plans.lines().filter(|line| line.contains("SCAN "));
    let scans = scans.filter(|line| !line.contains("SCAN list VIRTUAL TABLE"));
    assert!(scans.count() == 0 && plans.matches("(tenant=?)").count() == 1, "{plans}");
    insta::assert_snapshot!("sqlite", plans);
}

#[tokio::test]
async fn postgres_answers_from_indexes() {
    let Some(database) = testkit::postgres::database() else { return };
    let (store, scope, log) = watched(database.url()).await;
    for sql in MANY {
        store.db.execute_unprepared(sql).await.unwrap();
    }
    let plans = plans(&store, &scope, &log).await;
    // As above: one read goes by the tenant alone.
    assert!(!plans.contains("Seq Scan on") && plans.matches("(tenant)\n").count() == 1, "{plans}");
    insta::assert_snapshot!("postgres", plans);
}
