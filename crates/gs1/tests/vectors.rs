//! The public conversion vectors: URN to Digital Link, validity, and the canonical form of the event hash.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fs;

use gs1::{Identifier, Key};
use serde_json::Value;

/// Inputs on which we differ, and why. An entry that agrees is an error.
const DIFFERENT: &[(&str, &str)] = &[
    ("https://id.gs1.org/01/1234567890123/10/9999", "a GTIN-13, which we pad"),
    ("https://id.gs1.org/01/1234567890123", "a GTIN-13, which we pad"),
    ("https://id.gs1.org/01/02045678901234", "refused for its unassigned company prefix; we hold no registry"),
    ("https://id.gs1.org/01/74778478489849/10//777474", "an unescaped `/` in a lot is a path separator"),
    ("https://id.gs1.org/01/49557283728732/10//8484892%", "an unescaped `/` in a lot is a path separator"),
    ("https://id.gs1.org/01/12345678901231/10/!\"%&'()*+,-./19:;<=>", "an unescaped `/` in a lot is a path separator"),
    ("https://id.gs1.org/01/12345678901231/21//19:;<=>?AZ_az", "an unescaped `/` in a serial is a path separator"),
];

fn vectors(name: &str) -> Option<Vec<Value>> {
    let text = fs::read_to_string(testkit::corpus()?.join("derived").join(name)).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    Some(document["cases"].as_array().unwrap().clone())
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn agrees(case: &Value) -> bool {
    let identifier = Identifier::new(case["input"].as_str().unwrap());
    let opaque = identifier.canonical() == case["input"].as_str().unwrap().trim();
    match case["kind"].as_str().unwrap() {
        "urn_to_dl" => match case["expect"].as_str() {
            Some(expected) => decoded(&identifier.canonical()) == decoded(expected),
            None => opaque && matches!(identifier.key(), Key::Uri(_)),
        },
        _ => case["valid"].as_bool().unwrap() != matches!(identifier.key(), Key::Uri(_)),
    }
}

#[test]
fn urns_and_digital_links_agree_with_the_public_vectors() {
    let Some(cases) = vectors("urn-digitallink-vectors.json") else { return };
    let covered = |case: &&Value| {
        let (scheme, kind) = (case["scheme"].as_str().unwrap(), case["kind"].as_str().unwrap());
        // Whether a company prefix has a given length is a question of a registry, not of the identifier.
        let registry = case["gcpLength"].is_u64() && kind == "validate" && case["valid"] == false;
        let own = ["SGTIN", "LGTIN", "SGLN", "SSCC"].contains(&scheme);
        !registry && (kind == "urn_to_dl" || (kind == "validate" && own))
    };
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases.iter().filter(covered) {
        count += 1;
        let input = case["input"].as_str().unwrap();
        if agrees(case) == DIFFERENT.iter().any(|(listed, _)| *listed == input) {
            failures.push(format!("{input} gives {}, {case}", Identifier::new(input).canonical()));
        }
    }
    println!("{} of {count} vectors agree, {} differ on purpose", count - failures.len(), DIFFERENT.len());
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
