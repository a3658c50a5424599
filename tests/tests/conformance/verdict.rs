//! Accepted or refused, as the official schemas have it.

use epcis::{Finding, Profile};
use testkit::corpus::Expect;

use crate::{
    Cases,
    corpus::{Document, Outcome, documents},
    finish,
};

/// A document is refused with places: line and column, a path, and the event if it is inside one.
fn placed(Finding { at, .. }: &Finding) -> bool {
    let inside = ["Event[", "eventList/"].iter().any(|step| at.path.contains(step));
    at.line > 0 && at.column > 0 && (!inside || at.event.is_some())
}

fn accepted(document: &Document, outcome: &Outcome) -> Result<(), String> {
    if let Some(rejection) = outcome.rejections.first() {
        return Err(format!("refused: {rejection}"));
    }
    let (found, published) = (outcome.events.len(), document.entry.events);
    if published.is_some_and(|published| published != found) {
        return Err(format!("{found} events, and {published:?} are published"));
    }
    Ok(())
}

fn refused(outcome: &Outcome) -> Result<(), String> {
    if outcome.rejections.is_empty() {
        return Err("accepted".to_owned());
    }
    match outcome.rejections.iter().find(|finding| !placed(finding)) {
        Some(finding) => Err(format!("refused without a place: {finding}")),
        None => Ok(()),
    }
}

#[test]
fn documents_are_accepted_and_refused_as_the_schemas_have_it() {
    let mut accept = Cases::of("accept");
    let mut policy = Cases::of("accept with a warning");
    let mut reject = Cases::of("reject");
    for (name, document) in documents() {
        let outcome = document.read(&Profile::default());
        match document.entry.expect {
            Some(Expect::Accept) => accept.add(name, accepted(&document, &outcome)),
            Some(Expect::Policy) => policy.add(name, accepted(&document, &outcome).and_then(|()| warned(&outcome))),
            Some(Expect::Reject) => reject.add(name, refused(&outcome)),
            None => {}
        }
    }
    finish([accept, policy, reject]);
}

#[test]
fn a_strict_profile_also_refuses_what_the_formats_of_the_json_schema_do() {
    let mut accept = Cases::of("strict: accept");
    let mut reject = Cases::of("strict: reject");
    for (name, document) in documents() {
        let outcome = document.read(&Profile::strict());
        match document.entry.expect {
            Some(Expect::Accept) => accept.add(name, accepted(&document, &outcome)),
            Some(Expect::Policy | Expect::Reject) => reject.add(name, refused(&outcome)),
            None => {}
        }
    }
    finish([accept, reject]);
}

/// What only the asserted formats of the JSON Schema refuse is worth a warning.
fn warned(outcome: &Outcome) -> Result<(), String> {
    if outcome.warnings.is_empty() { Err("no warning".to_owned()) } else { Ok(()) }
}
