//! The JSON reader against published documents.

use epcis::Severity;
use testkit::corpus::Expect;

use crate::{corpus::cases, findings, items, rejection};

/// Documents on which we and the manifest differ, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "gs1/EPCIS/JSON-Schema/test/Extended-Event.json",
        "its only event has a private type, for which there is no event model; it is rejected, not lost silently",
    ),
    (
        "gs1/EPCIS/JSON/AssociationEvent/AssociationEvent-h.jsonld",
        "an event gives `eventID` twice; a schema validator sees only the last one",
    ),
];

#[test]
fn documents_are_accepted_and_rejected_as_published() {
    let mut accepted = (0, 0);
    let mut rejected = (0, 0);
    let mut wrong = Vec::new();
    for case in cases() {
        let items = items(case.bytes.as_slice());
        let found = findings(&items);
        let rejection = rejection(&found);
        let (good, count) = match case.expect {
            Expect::Reject => (rejection.is_some_and(|finding| finding.at.line > 0), &mut rejected),
            Expect::Accept | Expect::Policy => (rejection.is_none(), &mut accepted),
        };
        count.1 += 1;
        count.0 += u32::from(good);
        let excepted = EXCEPTIONS.iter().any(|(path, _)| *path == case.path);
        if good && excepted {
            wrong.push(format!("{}: agrees now, take it off the list", case.path));
        } else if !good && !excepted {
            wrong.push(format!("{} ({:?}): {:?}", case.path, case.expect, rejection.map(ToString::to_string)));
        }
        if case.expect == Expect::Policy && !found.iter().any(|finding| finding.severity == Severity::Warn) {
            wrong.push(format!("{}: no warning", case.path));
        }
    }
    println!("accepted {} of {}, rejected {} of {}", accepted.0, accepted.1, rejected.0, rejected.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
