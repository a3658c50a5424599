//! GS1 Digital Link URIs, on any host and below any path stem.

use std::fmt::Write;

use crate::{
    Key,
    digits::{all_digits, digits, gtin14, is_set82},
    percent,
};

/// The key that a Digital Link names; `None` when `text` is not one.
pub(crate) fn read(text: &str) -> Option<Key> {
    let path = path_of(text)?;
    let segments: Vec<&str> = path.split('/').collect();
    (0..segments.len()).find_map(|start| key_at(segments.get(start..)?))
}

/// The path of an http or https URI, without the leading slash, the trailing one, query and fragment.
fn path_of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = rest.split_once('/')?;
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| path.strip_suffix('/').unwrap_or(path))
}

/// The key when `segments` are a primary key and its qualifiers to the very end.
fn key_at(segments: &[&str]) -> Option<Key> {
    let (primary, rest) = segments.split_first()?;
    let (value, rest) = rest.split_first()?;
    let value = percent::decode(value)?;
    let primary = application_identifier(primary);
    let qualifiers = qualifiers(primary, rest)?;
    match primary {
        "01" => Some(item(gtin14(&value)?, &qualifiers)),
        "00" => Some(Key::Sscc { sscc: digits(&value, 18)? }),
        "414" => {
            let extension = found(&qualifiers, "254").filter(|extension| *extension != "0").map(str::to_owned);
            Some(Key::Gln { gln: digits(&value, 13)?, extension })
        }
        "417" => Some(Key::Pgln { gln: digits(&value, 13)? }),
        _ => other(primary, &value, &qualifiers).map(Key::Uri),
    }
}

fn item(gtin: String, qualifiers: &[(&str, String)]) -> Key {
    if let Some(serial) = found(qualifiers, "21") {
        return Key::Sgtin { gtin, serial: serial.to_owned() };
    }
    if let Some(lot) = found(qualifiers, "10") {
        return Key::Lgtin { gtin, lot: lot.to_owned() };
    }
    if let Some(serial) = found(qualifiers, "235") {
        return Key::Uri(uri(&[Some(("01", &gtin)), Some(("235", serial))]));
    }
    Key::Gtin { gtin }
}

/// Keys that have no variant of their own: how many digits they begin with, and how many characters may follow.
const OTHERS: &[(&str, usize, usize)] = &[
    ("8003", 14, 16),
    ("8004", 0, 30),
    ("253", 13, 17),
    ("255", 13, 12),
    ("401", 0, 30),
    ("402", 17, 0),
    ("8006", 18, 0),
    ("8010", 0, 30),
    ("8017", 18, 0),
    ("8018", 18, 0),
];

fn other(primary: &str, value: &str, qualifiers: &[(&str, String)]) -> Option<String> {
    let (_, numeric, tail) = OTHERS.iter().find(|(ai, _, _)| *ai == primary)?;
    let (head, tail_text) = value.split_at_checked(*numeric)?;
    let valid = (*numeric == 0 || all_digits(head))
        && if *numeric == 0 { is_value(tail_text, *tail) } else { tail_text.is_empty() || is_value(tail_text, *tail) };
    let qualifier = ["21", "10", "8011", "8019"].into_iter().find_map(|ai| Some((ai, found(qualifiers, ai)?)));
    valid.then(|| uri(&[Some((primary, value)), qualifier]))
}

/// Set 82, and the `#` of component identifiers.
fn is_value(text: &str, max: usize) -> bool {
    is_set82(&text.replace('#', "-"), max)
}

/// Which qualifiers may follow a primary key, in this order, and their longest value.
fn allowed(primary: &str) -> &'static [(&'static str, usize)] {
    match primary {
        "01" => &[("22", 20), ("10", 20), ("21", 20), ("235", 28)],
        "8006" => &[("22", 20), ("10", 20), ("21", 20)],
        "414" => &[("254", 20)],
        "8010" => &[("8011", 12)],
        "8017" | "8018" => &[("8019", 10)],
        _ => &[],
    }
}

/// The qualifiers in `segments`; `None` when something else stands there.
fn qualifiers(primary: &str, mut segments: &[&str]) -> Option<Vec<(&'static str, String)>> {
    let mut allowed = allowed(primary).iter();
    let mut values = Vec::new();
    while let [name, value, rest @ ..] = segments {
        let name = application_identifier(name);
        let (ai, max) = allowed.find(|(ai, _)| *ai == name)?;
        let value = percent::decode(value)?;
        is_set82(&value, *max).then(|| values.push((*ai, value)))?;
        segments = rest;
    }
    segments.is_empty().then_some(values)
}

fn found<'a>(qualifiers: &'a [(&str, String)], wanted: &str) -> Option<&'a str> {
    qualifiers.iter().find(|(ai, _)| *ai == wanted).map(|(_, value)| value.as_str())
}

/// The application identifier of a path segment: itself, or the number behind a convenience name.
fn application_identifier(segment: &str) -> &str {
    match segment {
        "gtin" => "01",
        "cpv" => "22",
        "lot" => "10",
        "ser" => "21",
        "sscc" => "00",
        "gln" => "414",
        "glnx" => "254",
        "party" => "417",
        "itip" => "8006",
        "grai" => "8003",
        "giai" => "8004",
        "gdti" => "253",
        "gcn" => "255",
        "ginc" => "401",
        "gsin" => "402",
        "gsrn" => "8018",
        "gsrnp" => "8017",
        "srin" => "8019",
        "cpid" => "8010",
        "cpsn" => "8011",
        number => number,
    }
}

/// The canonical URI of a key and its qualifiers.
pub(crate) fn uri(parts: &[Option<(&str, &str)>]) -> String {
    parts.iter().flatten().fold(String::from("https://id.gs1.org"), |mut uri, (ai, value)| {
        // Writing to a `String` cannot fail.
        let _ = write!(uri, "/{ai}/{}", percent::encode(value));
        uri
    })
}
