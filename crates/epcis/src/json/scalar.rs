//! Single values: strings, URIs, times, terms, numbers.

use gs1::Identifier;

use super::{
    report::{Report, Words},
    tree::{Json, Node},
    vocabulary::Vocabulary,
};
use crate::{Action, EventTime, Quantity, Term, ZoneOffset, rule};

/// The finding that a value has the wrong type.
pub(super) fn wrong_type(report: &mut Report<'_>, node: &Node<'_>, wanted: &str) {
    report.reject(node.at, Words::new(rule::FIELD_TYPE, format!("found {}", node.kind()), format!("write {wanted}")));
}

fn wrong_value(report: &mut Report<'_>, node: &Node<'_>, found: &str, help: impl Into<String>) {
    report.reject(node.at, Words::new(rule::FIELD_VALUE, format!("`{}` is not allowed here", shown(found)), help));
}

/// At most so much of the input as a message bears.
pub(super) fn shown(found: &str) -> String {
    match found.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
        None => found.to_owned(),
    }
}

pub(super) fn text<'n>(report: &mut Report<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    if let Json::Text(text) = &node.value {
        return Some(text);
    }
    wrong_type(report, node, "a string");
    None
}

/// Whether a string begins like a URI or a prefixed name.
pub(super) fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
        && !rest.contains(|c: char| {
            c.is_ascii_control() || matches!(c, ' ' | '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
        })
}

pub(super) fn iri(report: &mut Report<'_>, node: &Node<'_>) -> Option<String> {
    let found = text(report, node)?;
    if is_iri(found) {
        return Some(found.to_owned());
    }
    wrong_value(
        report,
        node,
        found,
        "write a URI, such as `urn:epc:id:sgln:4012345.00001.0` or `https://id.gs1.org/414/…`",
    );
    None
}

pub(super) fn identifier(report: &mut Report<'_>, node: &Node<'_>) -> Option<Identifier> {
    iri(report, node).map(Identifier::new)
}

/// The shape `2028-08-15T22:30:00.5-07:00`; whether such a day exists is for the time type to say.
fn has_time_shape(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't']) else { return false };
    let Some((clock, zone)) = rest.split_at_checked(8) else { return false };
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => zone,
    };
    let fits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(t, s)| if s == b'0' { t.is_ascii_digit() } else { t == s })
    };
    let offset = matches!(zone, "Z" | "z") || fits(zone, "+00:00") || fits(zone, "-00:00");
    fits(date, "0000-00-00") && fits(clock, "00:00:00") && offset
}

pub(super) fn time(report: &mut Report<'_>, node: &Node<'_>) -> Option<EventTime> {
    let found = text(report, node)?;
    if has_time_shape(found)
        && let Ok(time) = found.parse()
    {
        return Some(time);
    }
    let message = format!("`{}` is not a date and time with an offset", shown(found));
    report.reject(node.at, Words::new(rule::TIME_FORMAT, message, "write it as in `2028-08-15T22:30:00.000-07:00`"));
    None
}

pub(super) fn offset(report: &mut Report<'_>, node: &Node<'_>) -> Option<ZoneOffset> {
    let found = text(report, node)?;
    // `Z` is an offset of XML times but not of this field.
    if found.starts_with(['+', '-'])
        && let Ok(offset) = found.parse()
    {
        return Some(offset);
    }
    let message = format!("`{}` is not an offset from UTC", shown(found));
    report
        .reject(node.at, Words::new(rule::TIME_FORMAT, message, "write it as in `-07:00`, from `-14:00` to `+14:00`"));
    None
}

pub(super) fn action(report: &mut Report<'_>, node: &Node<'_>) -> Option<Action> {
    let found = text(report, node)?;
    match found {
        "ADD" => Some(Action::Add),
        "OBSERVE" => Some(Action::Observe),
        "DELETE" => Some(Action::Delete),
        _ => {
            wrong_value(report, node, found, "write `ADD`, `OBSERVE` or `DELETE`");
            None
        }
    }
}

/// A standard word, or the URI of a private term.
pub(super) fn word<'n>(report: &mut Report<'_>, node: &'n Node<'_>, vocabulary: Vocabulary) -> Option<&'n str> {
    let found = text(report, node)?;
    if vocabulary.words().contains(&found) || (is_iri(found) && !vocabulary.refuses(found)) {
        return Some(found);
    }
    let help = match vocabulary.bare(found) {
        Some(word) => format!("write `{word}`: JSON takes standard terms as bare words"),
        None if vocabulary.refuses(found) => {
            "the standard has no such term; write one of its words, or a URI of your own".to_owned()
        }
        None => "write a word of the Core Business Vocabulary, or the URI of your own term".to_owned(),
    };
    wrong_value(report, node, found, help);
    None
}

pub(super) fn term(report: &mut Report<'_>, node: &Node<'_>, vocabulary: Vocabulary) -> Option<Term> {
    word(report, node, vocabulary).map(Term::new)
}

pub(super) fn number<'n>(report: &mut Report<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    match &node.value {
        Json::Number(digits) => Some(digits),
        Json::Text(found) => {
            let message = format!("found the string `{}`", shown(found));
            report.reject(node.at, Words::new(rule::FIELD_TYPE, message, "write a number, without quotation marks"));
            None
        }
        _ => {
            wrong_type(report, node, "a number");
            None
        }
    }
}

pub(super) fn quantity(report: &mut Report<'_>, node: &Node<'_>) -> Option<Quantity> {
    let digits = number(report, node)?;
    let quantity = digits.parse().ok();
    if quantity.is_none() {
        wrong_value(report, node, digits, "write an amount of at most 28 digits");
    }
    quantity
}

pub(super) fn unit(report: &mut Report<'_>, node: &Node<'_>) -> Option<String> {
    let found = text(report, node)?;
    let fits = matches!(found.len(), 2..=3) && found.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !fits {
        wrong_value(report, node, found, "write a code of UN/ECE Recommendation 20, such as `KGM`");
    }
    fits.then(|| found.to_owned())
}

pub(super) fn boolean(report: &mut Report<'_>, node: &Node<'_>) {
    if !matches!(node.value, Json::Bool(_)) {
        wrong_type(report, node, "`true` or `false`");
    }
}

pub(super) fn hexadecimal(report: &mut Report<'_>, node: &Node<'_>) {
    let Some(found) = text(report, node) else { return };
    if found.is_empty() || !found.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        wrong_value(report, node, found, "write hexadecimal digits, such as `f0f0f0`");
    }
}

pub(super) fn list<'n, 'a>(report: &mut Report<'_>, node: &'n Node<'a>) -> Option<&'n [Node<'a>]> {
    if let Json::List(nodes) = &node.value {
        return Some(nodes);
    }
    wrong_type(report, node, "an array");
    None
}

pub(super) fn version(report: &mut Report<'_>, node: &Node<'_>) {
    let Some(found) = text(report, node) else { return };
    let numbers = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !found.split('.').all(numbers) {
        wrong_value(report, node, found, "write the version of the standard, `2.0`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_shape() {
        for good in ["2028-08-15T22:30:00Z", "2028-08-15T22:30:00.123-07:00", "2028-08-15T22:30:00+14:00"] {
            assert!(has_time_shape(good), "{good}");
        }
        for bad in
            ["2028-08-15", "2028-08-15 22:30:00Z", "2028-08-15T22:30Z", "2028-08-15T22:30:00", "28-08-15T22:30:00Z", ""]
        {
            assert!(!has_time_shape(bad), "{bad}");
        }
    }

    #[test]
    fn uris_have_a_scheme() {
        for good in ["urn:epc:id:sgtin:1.2.3", "https://id.gs1.org/01/1", "ex:a", "ni:///sha-256;ab?ver=CBV2.0"] {
            assert!(is_iri(good), "{good}");
        }
        for bad in ["", "plain", ":a", "1a:b", "a b:c", "urn:a b"] {
            assert!(!is_iri(bad), "{bad}");
        }
    }
}
