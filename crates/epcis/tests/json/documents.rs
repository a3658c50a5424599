//! The JSON reader against published documents.

use epcis::{Rule, Severity};
use testkit::corpus::Expect;

use crate::{corpus::cases, findings, items, rejection};

#[test]
fn documents_are_accepted_and_rejected_as_the_schema_does() {
    let mut counts = [0; 3];
    let mut wrong = Vec::new();
    for case in cases() {
        let items = items(case.bytes.as_slice());
        let found = findings(&items);
        let rejection = rejection(&found);
        let strict = found.iter().find(|found| Rule::of(&found.code).is_some_and(|rule| rule.strict));
        counts[case.expect as usize] += 1;
        let valid = case.first_error.is_none();
        if rejection.is_none() != valid || rejection.is_some_and(|finding| finding.at.line == 0) {
            wrong.push(format!("{} ({:?}): {:?}", case.path, case.first_error, rejection.map(ToString::to_string)));
        }
        let strictly_valid = rejection.is_none() && strict.is_none();
        if strictly_valid != (case.expect == Expect::Accept) {
            let finding = rejection.or(strict.copied()).map(ToString::to_string);
            wrong.push(format!("{} ({:?} when strict): {finding:?}", case.path, case.expect));
        }
        assert!(strict.is_none_or(|finding| finding.severity == Severity::Warn));
    }
    println!("{counts:?} documents accepted, rejected and accepted unless strict");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
