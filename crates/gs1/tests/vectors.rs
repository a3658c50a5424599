//! The public conversion vectors: URN to Digital Link and back, validity, and the canonical form of the event hash.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fs;

use gs1::{CompanyPrefixes, Identifier};
use serde_json::Value;

/// Kinds and inputs on which we differ, and why. An entry that agrees is an error.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("dl_to_urn", "https://id.gs1.org/8010/30056867890#1294-5A/8011/4893", FRAGMENT),
    ("validate", "https://id.gs1.org/8010/30056867890#1294-5A/8011/4893", FRAGMENT),
    ("dl_to_urn", "https://id.gs1.org/253/8934893489494\":?>", QUERY),
    ("dl_to_urn", "https://id.gs1.org/8003/043847837483703:;<>=?AZ_az", QUERY),
    (
        "dl_to_urn",
        "https://id.gs1.org/01/12345678901231/21/!\"%&'()*+,-./",
        "a trailing `/` ends the path, as it does on the web",
    ),
    ("dl_to_urn", "https://id.gs1.org/8010/123457-57578", HYPHEN),
    ("validate", "https://id.gs1.org/8010/123457-57578", HYPHEN),
    ("validate", "https://id.gs1.org/8010/12345678901234A/8011/1111", REGISTRY),
    ("validate", "https://id.gs1.org/8010/9520885039434/38", REGISTRY),
];

const FRAGMENT: &str = "a link whose `#` begins a fragment is complete without it (RFC 3986 §3.5)";
const QUERY: &str = "a link whose `?` begins a query is complete without it (RFC 3986 §3.4)";
const HYPHEN: &str = "a company prefix is made of digits";
const REGISTRY: &str = "refused for an unknown company prefix; we hold no registry";

fn vectors(name: &str) -> Option<Vec<Value>> {
    let text = fs::read_to_string(testkit::corpus()?.join("derived").join(name)).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    Some(document["cases"].as_array().unwrap().clone())
}

/// The vectors leave some characters unescaped that we escape, which is the same URI.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// The identifier that the vector means: many Digital Links of the vectors hold unescaped `/`, `?` and `#`, which we do
/// not guess at but propose to escape.
fn meant(input: &str) -> Identifier {
    let identifier = Identifier::new(input);
    if identifier.key().is_gs1() { identifier } else { identifier.corrected().unwrap_or(identifier) }
}

/// A table that knows the company prefix of the case.
fn prefixes(case: &Value, identifier: &Identifier) -> CompanyPrefixes {
    let mut prefixes = CompanyPrefixes::new();
    if let Some(length) = case["gcpLength"].as_u64() {
        // Every beginning is said to have that length. A length that URNs cannot have is refused.
        for begin in 0..10 {
            let _ = prefixes.add(&begin.to_string(), usize::try_from(length).unwrap());
        }
    } else if let Some(urn) = case["expect"].as_str() {
        // The vectors were made with a registry of prefixes. What it said is seen in what it gave.
        prefixes.learn(&Identifier::new(urn));
    }
    prefixes.learn(identifier);
    prefixes
}

fn is_valid(case: &Value, identifier: &Identifier) -> bool {
    let sound = identifier.key().is_gs1() && identifier.key().flaw().is_none();
    let has_length = case["gcpLength"].is_u64() && !identifier.spelled().starts_with("urn:");
    sound && (!has_length || identifier.to_urn(&prefixes(case, identifier)).is_some())
}

/// What we say, when it is not what the vector says.
fn disagreement(case: &Value) -> Option<String> {
    let input = case["input"].as_str().unwrap();
    let identifier = meant(input);
    let expected = case["expect"].as_str().map(decoded);
    let ours = match case["kind"].as_str().unwrap() {
        "urn_to_dl" => identifier.key().is_gs1().then(|| identifier.canonical()),
        "dl_to_urn" => identifier.to_urn(&prefixes(case, &identifier)),
        "dl_normalise_aliases" => Some(gs1::without_convenience_names(input)),
        _ => {
            let valid = is_valid(case, &identifier);
            return (valid != case["valid"].as_bool().unwrap()).then(|| valid.to_string());
        }
    };
    (ours.as_deref().map(decoded) != expected).then(|| format!("{ours:?}"))
}

#[test]
fn urns_and_digital_links_agree_with_the_public_vectors() {
    let Some(cases) = vectors("urn-digitallink-vectors.json") else { return };
    let differs =
        |case: &Value| DIFFERENT.iter().any(|(kind, input, _)| case["kind"] == *kind && case["input"] == *input);
    let asserted = cases.iter().filter(|case| case["bad_check_digit"] != true);
    let (mut failures, mut agreeing, mut different) = (Vec::new(), 0, 0);
    for case in asserted {
        let input = case["input"].as_str().unwrap();
        let listed = differs(case);
        match disagreement(case) {
            None if listed => failures.push(format!("{input} agrees and is listed: {case}")),
            None => agreeing += 1,
            Some(_) if listed => different += 1,
            Some(ours) => failures.push(format!("{input} gives {ours}: {case}")),
        }
    }
    println!("{agreeing} vectors agree, {different} differ on purpose");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn canonical_forms_agree_with_those_of_the_event_hash() {
    let Some(cases) = vectors("hash-canonical-digitallink-vectors.json") else { return };
    for case in &cases {
        let input = case["input"].as_str().unwrap();
        let expected = case["expect"].as_str().unwrap_or(input);
        assert_eq!(Identifier::new(input).canonical(), expected);
    }
    println!("{} canonical forms agree", cases.len());
}
