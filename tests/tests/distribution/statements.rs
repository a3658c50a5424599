//! Every statement that the system's work sends to the database, as the database's own log has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use app::{EventFilter, LotFilter, Selection, TenantRegistration, TraceQuestion};
use domain::{Continuation, Direction, Profile};
use jiff::{Timestamp, civil::date};
use testkit::{
    chain_a::{H1, JSON_LD, PACKER, S1, T1, T3, chain_a},
    postgres::Database,
};

use crate::{
    bed::{Bed, Engine},
    rules::{Spreads, TenantIs, check},
};

/// A statement with what was bound to it.
struct Recorded {
    sql: String,
    arguments: BTreeMap<usize, String>,
}

/// The log of a database: what is recorded from its beginning on.
struct Log {
    /// Another database of the same server, so that asking for the log is not in it.
    aside: Database,
    name: String,
}

impl Log {
    /// Has everything logged that new connections to the database send.
    fn of(database: &Database, aside: Database) -> Self {
        let name = database.url().split('?').next().and_then(|url| url.rsplit('/').next()).unwrap().to_owned();
        aside.psql("ALTER SYSTEM SET log_line_prefix = '<%d> '").unwrap();
        aside.psql("SELECT pg_reload_conf()").unwrap();
        aside.psql(&format!("ALTER DATABASE {name} SET log_statement = 'all'")).unwrap();
        while aside.psql("SHOW log_line_prefix").unwrap() != "<%d>" {
            sleep(Duration::from_millis(20));
        }
        Self { aside, name }
    }

    fn read(&self) -> Vec<Recorded> {
        let text = self.aside.psql("SELECT pg_read_file(current_setting('data_directory') || '/../log')").unwrap();
        let prefix = format!("<{}> ", self.name);
        let mut recorded: Vec<Recorded> = Vec::new();
        let mut ours = false;
        for line in text.lines() {
            if let Some(more) = line.strip_prefix('\t') {
                if let (true, Some(last)) = (ours, recorded.last_mut()) {
                    last.sql.push('\n');
                    last.sql.push_str(more);
                }
                continue;
            }
            let said = line.strip_prefix(&prefix);
            let statement = said.and_then(|said| said.strip_prefix("LOG:  ")).and_then(statement);
            ours = statement.is_some();
            if let Some(sql) = statement {
                recorded.push(Recorded { sql: sql.to_owned(), arguments: BTreeMap::new() });
            } else if let Some(bound) = said.and_then(|said| said.strip_prefix("DETAIL:  parameters: "))
                && let Some(last) = recorded.last_mut()
            {
                last.arguments = arguments(bound);
            }
        }
        recorded
    }
}

/// `statement: …` or `execute name: …`.
fn statement(said: &str) -> Option<&str> {
    said.strip_prefix("statement: ").or_else(|| said.strip_prefix("execute ")?.split_once(": ").map(|(_, sql)| sql))
}

/// `$1 = '7', $2 = NULL, $3 = 'it''s'`.
fn arguments(text: &str) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((number, after)) = rest.strip_prefix('$').and_then(|rest| rest.split_once(" = ")) {
        let mut value = String::new();
        rest = match after.strip_prefix('\'') {
            None => after.strip_prefix("NULL").unwrap_or_default(),
            Some(mut quoted) => loop {
                let Some((part, more)) = quoted.split_once('\'') else { break "" };
                value.push_str(part);
                match more.strip_prefix('\'') {
                    Some(more) => {
                        value.push('\'');
                        quoted = more;
                    }
                    None => break more,
                }
            },
        };
        found.insert(number.parse().unwrap(), value);
        rest = rest.strip_prefix(", ").unwrap_or_default();
    }
    found
}

/// The statement without the numbers of its arguments, with lists and rows of one length: what is left tells statements
/// apart.
fn shape(sql: &str) -> String {
    let mut shape = String::new();
    for (number, part) in sql.split('$').enumerate() {
        let rest = if number == 0 { part } else { part.trim_start_matches(|char: char| char.is_ascii_digit()) };
        shape.push_str(if number == 0 { "" } else { "$" });
        shape.push_str(rest);
    }
    while shape.contains("$, $") {
        shape = shape.replace("$, $", "$");
    }
    while shape.contains("($), ($)") {
        shape = shape.replace("($), ($)", "($)");
    }
    shape
}

fn object_event(id: &str, lot: &str, declared: bool) -> String {
    let declaration = if declared { r#""errorDeclaration":{"declarationTime":"2028-08-19T12:00:00Z"},"# } else { "" };
    format!(
        r#"{{"type":"ObjectEvent","eventID":"{id}","eventTime":"2028-08-17T20:30:00Z","eventTimeZoneOffset":"-07:00",
{declaration}"action":"OBSERVE","bizStep":"storing","disposition":"in_progress","readPoint":{{"id":"{PACKER}"}},
"quantityList":[{{"epcClass":"{lot}","quantity":100,"uom":"XCS"}}]}}"#
    )
}

fn document(events: &[String]) -> Vec<u8> {
    let document = format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument",
"schemaVersion":"2.0","creationDate":"2028-08-20T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    );
    document.into_bytes()
}

const ID: &str = "urn:uuid:00000000-0000-4000-8000-00000000000a";

async fn captures(bed: &Bed) {
    let again = &chain_a()[3].documents[0];
    bed.capture("brightleaf", again.bytes, again.media_type).await;
    let broken = document(&["{\"type\":\"ObjectEvent\",\"action\":\"MOVE\"}".to_owned()]);
    bed.capture("valle-verde", &broken, JSON_LD).await;
    let lot = "https://id.gs1.org/01/19521003000173/10/LOG-1";
    for declared in [false, true] {
        let job = bed.capture("valle-verde", &document(&[object_event(ID, lot, declared)]), JSON_LD).await;
        assert_eq!(job.stored, 1, "{:?}", job.findings);
    }
    let conflict = document(&[object_event(ID, T1, false)]);
    bed.capture("valle-verde", &conflict, JSON_LD).await;
    let staff = bed.staff("valle-verde").await;
    let jobs = staff.jobs(50).await.unwrap();
    staff.job(&jobs[0].id).await.unwrap().unwrap();
}

async fn questions(bed: &Bed, slug: &str, caller: &app::Caller) {
    for (lot, direction) in [(T3, Direction::Back), (H1, Direction::Forward), (T1, Direction::Forward)] {
        caller.trace(&TraceQuestion { lot: lot.to_owned(), direction, hops: 10, as_of: None }).await.unwrap();
    }
    let since = Some("2028-08-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let until = Some("2028-12-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let one = |text: &str| vec![text.to_owned()];
    for filter in [
        EventFilter::default(),
        EventFilter { kinds: one("ObjectEvent"), actions: one("OBSERVE"), ..EventFilter::default() },
        EventFilter { biz_steps: one("shipping"), dispositions: one("in_transit"), ..EventFilter::default() },
        EventFilter { things: one(S1), since, until, ..EventFilter::default() },
        EventFilter { read_points: one(PACKER), biz_locations: one(PACKER), ..EventFilter::default() },
    ] {
        let first = caller.events(&filter, None, 1).await.unwrap();
        if let Some((event, cursor)) = first.entries.first() {
            caller.events(&filter, Some(cursor), 1).await.unwrap();
            caller.event(&event.about.get().event).await.unwrap();
        }
    }
    for filter in [
        LotFilter::default(),
        LotFilter { tlc: Some(T1.to_owned()), ..LotFilter::default() },
        LotFilter { gtin: Some("19521003000173".to_owned()), ..LotFilter::default() },
        LotFilter { place: Some(PACKER.to_owned()), since, until, ..LotFilter::default() },
        LotFilter { product: Some("romaine".to_owned()), ..LotFilter::default() },
    ] {
        let first = caller.lots(&filter, None, 1).await.unwrap();
        if let Some((_, cursor)) = first.entries.first() {
            caller.lots(&filter, Some(cursor), 1).await.unwrap();
        }
    }
    caller.lots_named("VV28228A").await.unwrap();
    let days = (date(2028, 8, 1), date(2028, 8, 31));
    let product = Selection::Product { product: "19521003000173".to_owned(), from: days.0, to: days.1 };
    for selection in [Selection::Lot(T1.to_owned()), product] {
        caller.export(&selection, Some(PACKER)).await.unwrap();
    }
    if caller.is_staff() {
        caller.stock(T1).await.unwrap();
        caller.names_of_places().await.unwrap();
        caller.grants().await.unwrap();
        caller.parties().await.unwrap();
    }
    assert!(!slug.is_empty() && bed.app.is_ready().await);
}

async fn sharing(bed: &Bed) {
    bed.programme().await;
    for slug in ["valle-verde", "brightleaf"] {
        questions(bed, slug, &bed.staff(slug).await).await;
        questions(bed, slug, &bed.partner(slug, "meridian").await).await;
        questions(bed, slug, &bed.officer(slug).await).await;
    }
    let grant = bed.grant("brightleaf", "harbor-mesa", Profile::Full, Continuation::Refer).await;
    questions(bed, "brightleaf", &bed.partner("brightleaf", "harbor-mesa").await).await;
    bed.staff("brightleaf").await.revoke_grant(grant.id).await.unwrap();
    questions(bed, "brightleaf", &bed.partner("brightleaf", "harbor-mesa").await).await;
}

async fn registry(bed: &Bed) {
    assert!(bed.app.has_issuer().await.unwrap());
    let registration = TenantRegistration { slug: "meridian", name: "Meridian", identifiers: &[] };
    let id = bed.app.ensure_tenant(&registration).await.unwrap();
    bed.app.ensure_party(id, "Grower", &["urn:example:grower".to_owned()], None).await.unwrap();
    bed.app.ensure_party(id, "Grower", &["urn:example:grower".to_owned()], None).await.unwrap();
}

async fn purging(bed: &Bed) {
    let store = bed.store().await;
    let later: Timestamp = "2031-01-01T00:00:00Z".parse().unwrap();
    let cutoff = store::Retention::default().cutoff(later).unwrap();
    for tenant in store.tenants().await.unwrap() {
        store.purgeable(tenant.id, cutoff).await.unwrap();
        store.purge(tenant.id, cutoff, |_| {}).await.unwrap();
    }
}

/// Whether the tenants that a statement names are one and the same.
fn is_of_one_tenant(named: &BTreeSet<TenantIs>, arguments: &BTreeMap<usize, String>) -> bool {
    let value = |tenant: &TenantIs| match tenant {
        TenantIs::Literal(text) => Some(text.clone()),
        TenantIs::Argument(number) => arguments.get(number).cloned(),
    };
    let values: BTreeSet<Option<String>> = named.iter().map(value).collect();
    values.len() <= 1 && !values.contains(&None)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_statement_is_one_that_a_single_machine_can_answer() {
    let (Some(database), Some(aside)) = (testkit::postgres::database(), testkit::postgres::database()) else { return };
    // What creates the tables is no part of the work.
    app::App::open_store(database.url()).await.unwrap().migrate().await.unwrap();
    let log = Log::of(&database, aside);
    let bed = Bed::chain_a(Engine::Postgres(database)).await;
    captures(&bed).await;
    sharing(&bed).await;
    registry(&bed).await;
    purging(&bed).await;

    let recorded = log.read();
    let spreads: Spreads = migrations::spreads().into_iter().collect();
    let mut shapes = BTreeSet::new();
    let mut broken = BTreeSet::new();
    for Recorded { sql, arguments } in &recorded {
        let shape = shape(sql);
        match check(sql, &spreads) {
            Err(reasons) => drop(broken.insert(format!("{}\n  in: {shape}", reasons.join("; ")))),
            Ok(named) if is_of_one_tenant(&named, arguments) => {}
            Ok(named) => drop(broken.insert(format!("two tenants, or none: {named:?}\n  in: {shape}"))),
        }
        shapes.insert(shape);
    }
    assert!(broken.is_empty(), "{}", broken.into_iter().collect::<Vec<_>>().join("\n"));
    println!("{} statements of {} shapes", recorded.len(), shapes.len());

    // The log is the right one, and the work was done: every table of a tenant was written, read and emptied.
    let met = |start: &str, table: &str| {
        let quoted = format!("\"{table}\"");
        let has = |shape: &&String| shape.contains(&quoted) || shape.contains(&format!(" {table} "));
        shapes.iter().filter(|shape| shape.starts_with(start)).any(|shape| has(&shape))
    };
    for table in ["event", "item", "thing", "process_side", "containment", "event_thing", "event_end"] {
        let is_written = met("COPY", table) || met("INSERT", table);
        assert!(is_written && met("SELECT", table) && met("DELETE", table), "{table}");
    }
    for table in ["tenant", "sequence", "party", "party_identifier", "issuer", "issuer_key", "job", "share_grant"] {
        assert!(met("INSERT", table) && met("SELECT", table), "{table}");
    }
    for table in ["vis_lot", "vis_code", "vis_event", "view_state"] {
        assert!(met("INSERT", table) && met("SELECT", table) && met("DELETE", table), "{table}");
    }
}

#[test]
fn arguments_are_read_from_the_log() {
    let read = arguments("$1 = '7', $2 = NULL, $3 = 'it''s $9 = ''x''', $4 = ''");
    assert_eq!(
        read.into_iter().map(|(number, text)| format!("{number}:{text}")).collect::<Vec<_>>(),
        ["1:7", "2:", "3:it's $9 = 'x'", "4:"]
    );
}

#[test]
fn lists_of_any_length_are_one_shape() {
    let of = |list: &str| shape(&format!("SELECT 1 FROM item WHERE tenant = $1 AND id IN ({list})"));
    assert_eq!(of("$2, $3"), of("$2, $3, $4"));
    let rows = |rows: &str| shape(&format!("INSERT INTO item (tenant, id) VALUES {rows}"));
    assert_eq!(rows("($1, $2)"), rows("($1, $2), ($3, $4)"));
}

#[test]
fn two_tenants_in_one_statement_are_found() {
    let named = BTreeSet::from([TenantIs::Argument(1), TenantIs::Argument(2)]);
    let bound = |one: &str, other: &str| BTreeMap::from([(1, one.to_owned()), (2, other.to_owned())]);
    assert!(is_of_one_tenant(&named, &bound("3", "3")));
    assert!(!is_of_one_tenant(&named, &bound("3", "4")));
    assert!(!is_of_one_tenant(&named, &BTreeMap::new()));
}
