//! The public corpus, by its manifest: what is accepted, what is refused, what says the same.
//!
//! Every check of every file is a case with a name. A case that fails is listed in `known-failures.toml` with the reason,
//! or the run fails; a listed case that passes fails the run too, so that the list only shrinks.
//!
//! Documents in Turtle are left out: RDF is no binding of EPCIS. Nothing reads them here, and what they say stands in
//! their twins in JSON-LD.

#![expect(clippy::unwrap_used, reason = "test helpers stop the test")]

mod convert;
mod corpus;
mod normal;
mod schema;
mod twins;
mod verdict;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use testkit::tell;

/// The cases of one test and how they went.
struct Cases {
    check: &'static str,
    outcomes: BTreeMap<String, Result<(), String>>,
}

/// A case that fails in some checks, and why that is right or cannot be helped.
#[derive(Deserialize)]
struct Known {
    checks: Vec<String>,
    case: String,
    reason: String,
}

#[derive(Deserialize)]
struct KnownFailures {
    #[serde(default)]
    failure: Vec<Known>,
}

impl Cases {
    fn of(check: &'static str) -> Self {
        Self { check, outcomes: BTreeMap::new() }
    }

    /// One case by its name, `Err` with what went wrong.
    fn add(&mut self, case: impl Into<String>, outcome: Result<(), String>) {
        let case = case.into();
        let earlier = self.outcomes.insert(case.clone(), outcome);
        assert!(earlier.is_none(), "two cases are named `{case}`");
    }

    /// Prints the counts; gives the cases that fail and are not listed, and those that are listed and do not fail.
    fn wrong(&self) -> Vec<String> {
        let known = known(self.check);
        let passed = self.outcomes.values().filter(|outcome| outcome.is_ok()).count();
        tell(&format!("{}: {passed} of {}, {} known failures", self.check, self.outcomes.len(), known.len()));
        let mut wrong = Vec::new();
        for (case, outcome) in &self.outcomes {
            match (outcome, known.get(case)) {
                (Ok(()), None) => {}
                (Err(_), Some(reason)) => tell(&format!("  known: {case}: {reason}")),
                (Err(what), None) => wrong.push(format!("{}: {case}: {what}", self.check)),
                (Ok(()), Some(_)) => wrong.push(format!("{}: {case}: passes now, take it off the list", self.check)),
            }
        }
        let unheard = known.keys().filter(|case| !self.outcomes.contains_key(*case));
        wrong.extend(unheard.map(|case| format!("{}: {case}: is listed, and there is no such case", self.check)));
        wrong
    }
}

/// Ends a test.
///
/// # Panics
///
/// When a case fails and is not listed, or is listed and does not fail.
fn finish(all: impl IntoIterator<Item = Cases>) {
    let wrong: Vec<String> =
        all.into_iter().filter(|cases| !cases.outcomes.is_empty()).flat_map(|cases| cases.wrong()).collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// The listed failures of a check: the case and the reason.
fn known(check: &str) -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/known-failures.toml");
    let all: KnownFailures = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let of_this = all.failure.into_iter().filter(|known| known.checks.iter().any(|name| name == check));
    of_this.map(|known| (known.case, known.reason)).collect()
}
