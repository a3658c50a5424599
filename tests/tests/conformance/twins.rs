//! Documents that say the same, in another syntax or another version, give the same events.

use std::collections::{BTreeMap, BTreeSet};

use epcis::{ContextVersion, Event, Namespaces, Profile};
use testkit::tell;

use crate::{
    Cases,
    corpus::{Document, Outcome, documents, name},
    finish,
    normal::{difference, identity, normal},
};

/// The form in which two events have to be equal.
type Form = fn(&Event) -> String;

fn same(left: Option<&Event>, right: Option<&Event>, form: Form) -> Result<(), String> {
    match (left, right) {
        (Some(left), Some(right)) => {
            let (left, right) = (form(left), form(right));
            if left == right { Ok(()) } else { Err(difference(&left, &right)) }
        }
        (None, None) => Err("neither event could be read".to_owned()),
        _ => Err("only one of the events could be read".to_owned()),
    }
}

/// Compares the events of two documents in pairs of indexes.
fn all_same(left: &Outcome, right: &Outcome, pairs: &[(usize, usize)], form: Form) -> Result<(), String> {
    for (here, there) in pairs {
        let event = |outcome: &Outcome, index: usize| outcome.events.get(index).cloned().flatten();
        let (left, right) = (event(left, *here), event(right, *there));
        same(left.as_ref(), right.as_ref(), form).map_err(|why| format!("event {here} and event {there}: {why}"))?;
    }
    Ok(())
}

struct Reading<'d> {
    documents: &'d BTreeMap<String, Document>,
    outcomes: BTreeMap<&'d str, Outcome>,
}

impl<'d> Reading<'d> {
    fn of(documents: &'d BTreeMap<String, Document>) -> Self {
        let outcomes = documents.iter().map(|(name, document)| (name.as_str(), document.read(&Profile::default())));
        Self { documents, outcomes: outcomes.collect() }
    }

    /// Both outcomes of a pair of documents that both are documents.
    fn both(&self, left: &str, right: &str) -> Option<(&Outcome, &Outcome)> {
        Some((self.outcomes.get(left)?, self.outcomes.get(right)?))
    }
}

/// A pair is named once, whichever side the manifest names first.
fn pair(left: &str, right: &str) -> String {
    let (first, second) = if left <= right { (left, right) } else { (right, left) };
    format!("{first} = {second}")
}

/// The hash of an event, as a form in which events can be equal. Prefixes in values stay as they are written.
fn hash(event: &Event) -> String {
    event.prehash(ContextVersion::default(), &Namespaces::default())
}

#[test]
fn documents_that_are_published_in_both_syntaxes_have_the_same_events() {
    let documents = documents();
    let reading = Reading::of(&documents);
    let (mut cases, mut hashes) = (Cases::of("twin"), Cases::of("hash of a twin"));
    let mut seen = BTreeSet::new();
    for (left, document) in reading.documents {
        let Some(twin) = document.entry.twin.as_deref().map(name) else { continue };
        let Some((here, there)) = reading.both(left, &twin) else { continue };
        // Where the manifest knows better which event equals which, the other test compares them.
        let known = document.entry.same_events_in.iter().any(|same| name(&same.path) == twin);
        if known || !seen.insert(pair(left, &twin)) {
            continue;
        }
        let count = here.events.len().max(there.events.len());
        let pairs: Vec<_> = (0..count).map(|index| (index, index)).collect();
        cases.add(pair(left, &twin), all_same(here, there, &pairs, normal));
        hashes.add(pair(left, &twin), all_same(here, there, &pairs, hash));
    }
    finish([cases, hashes]);
}

#[test]
fn documents_with_equal_reference_hashes_have_the_same_events() {
    let documents = documents();
    let reading = Reading::of(&documents);
    let (mut cases, mut hashes) = (Cases::of("same events"), Cases::of("same hash"));
    let (mut seen, mut events) = (BTreeSet::new(), 0);
    for (left, document) in reading.documents {
        for same in &document.entry.same_events_in {
            let right = name(&same.path);
            let Some((here, there)) = reading.both(left, &right) else { continue };
            if seen.insert(pair(left, &right)) {
                cases.add(pair(left, &right), all_same(here, there, &same.pairs, identity));
                hashes.add(pair(left, &right), all_same(here, there, &same.pairs, hash));
                events += same.pairs.len();
            }
        }
    }
    tell(&format!("same events: {events} pairs of events"));
    finish([cases, hashes]);
}
