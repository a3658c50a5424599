//! Generated documents are as they should be in every syntax.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use epcis::{
    Binding, Event, EventTime, Item, Reader, Severity,
    write::{Options, Target, Writer},
};
use network::{Network, Plan, Recorded, Shares};

fn plan(seed: u64, events: u64) -> Plan {
    Plan { stores: 3, ..Plan::new(seed, events) }
}

fn document(plan: &Plan, target: Target) -> Vec<u8> {
    let network = Network::new(plan);
    let options = Options { target, ..Options::default() };
    let document = network::document(&"2024-01-01T00:00:00-07:00".parse().unwrap());
    let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
    network.vocabulary().iter().for_each(|element| writer.vocabulary(element).unwrap());
    for mut recorded in network {
        if target == Target::Json {
            network::list_repeated(&mut recorded.event);
        }
        writer.event(&recorded.event).unwrap();
    }
    let mut findings = writer.take_findings();
    // EPCIS 1.2 wants a header about the exchange itself, which the writer adds.
    findings.retain(|finding| target != Target::Xml12 || finding.at.event.is_some());
    assert!(findings.is_empty(), "{target}: {findings:?}");
    writer.finish().unwrap()
}

#[test]
fn documents_are_read_without_a_finding_and_say_what_was_told() {
    let plan = plan(3, 3_000);
    let told: Vec<Recorded> = Network::new(&plan).collect();
    assert_eq!(told.len(), 3_000);
    for (target, binding) in [(Target::Xml, Binding::Xml), (Target::Json, Binding::Json), (Target::Xml12, Binding::Xml)]
    {
        let bytes = document(&plan, target);
        let mut expected = told.iter();
        let mut elements = 0;
        for item in Reader::new(bytes.as_slice(), binding) {
            match item.unwrap() {
                Item::Event { event, findings, at } => {
                    let finding = findings.iter().find(|finding| finding.severity != Severity::Info);
                    assert!(finding.is_none(), "{target} {at:?}: {finding:?}");
                    let told = &expected.next().unwrap().event;
                    let hash =
                        |event: &epcis::Event| event.hash(epcis::ContextVersion::V2_0_0, &epcis::Namespaces::default());
                    assert_eq!(hash(&event), hash(told), "{target} {at:?}");
                    assert_eq!(event.event_id, told.event_id, "{target} {at:?}");
                }
                Item::Vocabulary(_) => elements += 1,
                Item::Document(_) => {}
                other => panic!("{target}: {other:?}"),
            }
        }
        assert!(expected.next().is_none() && elements > 50, "{target}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let of = |seed| document(&plan(seed, 1_500), Target::Xml);
    let first = of(1);
    assert!(first == of(1));
    assert!(first != of(2));
}

#[test]
fn events_come_in_the_order_of_their_recording() {
    let recorded: Vec<i64> = Network::new(&plan(5, 10_000)).map(|recorded| recorded.recorded).collect();
    assert!(recorded.is_sorted());
}

#[test]
fn a_shorter_network_is_the_beginning_of_a_longer_one() {
    let short: Vec<Recorded> = Network::new(&plan(5, 20_000)).take(5_000).collect();
    let long: Vec<Recorded> = Network::new(&plan(5, 30_000)).take(5_000).collect();
    assert!(short == long);
}

/// Of ten thousand events.
fn share(count: usize, events: &[Recorded]) -> usize {
    count * 10_000 / events.len()
}

#[test]
fn irregularities_have_the_shares_that_were_planned() {
    let shares = Shares { both_sides: 0, corrected: 0, ..Shares::default() };
    let Shares { late, duplicate, without_id, hash_id, .. } = shares;
    let events: Vec<Recorded> = Network::new(&Plan { shares, ..plan(11, 40_000) }).collect();
    let count = |is: &dyn Fn(&Recorded) -> bool| share(events.iter().filter(|event| is(event)).count(), &events);
    let near = |found: usize, planned: u32, what: &str| {
        let planned = usize::try_from(planned).unwrap();
        assert!(found.abs_diff(planned) * 4 <= planned, "{what}: {found} instead of {planned} of 10,000");
    };
    let is_late = |event: &Recorded| {
        seconds(event.event.record_time.as_ref().unwrap()) - seconds(&event.event.event_time) > 3_600
    };
    near(count(&is_late), late, "late");
    near(count(&|event| event.event.event_id.is_none()), without_id, "without id");
    let is_hash = |event: &Recorded| event.event.event_id.as_ref().is_some_and(|id| id.spelled().starts_with("ni:"));
    near(count(&is_hash), hash_id, "with their hash as id");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for event in &events {
        *times.entry(format!("{:?}", event.event)).or_default() += 1;
    }
    near(share(times.values().filter(|times| **times > 1).count(), &events), duplicate, "told twice");
}

#[test]
fn hand_overs_come_from_both_sides_and_what_is_wrong_is_corrected() {
    let events: Vec<Recorded> = Network::new(&plan(12, 20_000)).collect();
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Recorded { event, .. } in events.iter().filter(|recorded| recorded.event.event_id.is_some()) {
        let without_id = Event { event_id: None, record_time: None, ..event.clone() };
        let id = event.event_id.as_ref().unwrap().spelled().to_owned();
        said.entry(format!("{without_id:?}")).or_default().insert(id);
    }
    let both = said.values().filter(|ids| ids.len() > 1).count();
    assert!((20..400).contains(&both), "{both} hand-overs from both sides");
    let declared = events.iter().filter_map(|recorded| recorded.event.error_declaration.as_ref());
    let ids: BTreeSet<&str> =
        events.iter().filter_map(|recorded| Some(recorded.event.event_id.as_ref()?.spelled())).collect();
    let mut count = 0;
    for declaration in declared {
        assert!(declaration.corrective_event_ids.iter().all(|id| ids.contains(id.spelled())));
        count += 1;
    }
    assert!(count > 10, "{count} error declarations");
}

fn seconds(time: &EventTime) -> i64 {
    time.instant().as_second()
}
