//! Single values: strings, URIs, times, terms, numbers.

use gs1::Identifier;

use super::{
    report::{Report, Words, shown},
    tape::{Kind, Node},
    uri::is_uri,
    vocabulary::Vocabulary,
};
use crate::{Action, EventTime, Quantity, Term, ZoneOffset, check, rule};

/// The finding that a value has the wrong type.
pub(super) fn wrong_type(report: &mut Report<'_>, node: Node<'_>, wanted: &str) {
    let words = Words::new(rule::FIELD_TYPE, format!("found {}", node.described()), format!("write {wanted}"));
    report.reject(node, words);
}

fn not_allowed(found: &str, help: impl Into<String>) -> Words {
    Words::new(rule::FIELD_VALUE, format!("`{}` is not allowed here", shown(found)), help)
}

pub(super) fn text<'t>(report: &mut Report<'_>, node: Node<'t>) -> Option<&'t str> {
    let found = node.text();
    if found.is_none() {
        wrong_type(report, node, "a string");
    }
    found
}

/// A string that should be a URI; what is none is taken all the same.
pub(super) fn uri<'t>(report: &mut Report<'_>, node: Node<'t>) -> Option<&'t str> {
    let found = text(report, node)?;
    if !is_uri(found) {
        let message = format!("`{}` is not a URI", shown(found));
        let help = "write a URI, such as `urn:epc:id:sgln:4012345.00001.0` or `https://id.gs1.org/414/…`";
        report.warn(node, Words::new(rule::JSON_URI_FORMAT, message, help));
    }
    Some(found)
}

pub(super) fn identifier(report: &mut Report<'_>, node: Node<'_>) -> Option<Identifier> {
    uri(report, node).map(Identifier::new)
}

/// The shape `2028-08-15T22:30:00.5-07:00`; whether such a day exists is for the time type to say.
fn has_time_shape(text: &str) -> bool {
    let Some((clock, rest)) = text.as_bytes().split_at_checked(19) else { return false };
    let zone = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0).unwrap_or_default()
        }
        None => rest,
    };
    fits(clock, b"0000-00-00T00:00:00") && (matches!(zone, b"Z" | b"z") || is_offset(zone))
}

fn is_offset(text: &[u8]) -> bool {
    fits(text, b"+00:00") || fits(text, b"-00:00")
}

/// Whether a text has digits where the shape has zeros, and otherwise the characters of the shape.
fn fits(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(t, s)| if *s == b'0' { t.is_ascii_digit() } else { t.eq_ignore_ascii_case(s) })
}

/// How a time is written.
const TIME_HELP: &str = "write it as in `2028-08-15T22:30:00.000-07:00`";

/// A time that may be written carelessly; `None` when it is no time at all, without a finding.
fn loose_time(report: &mut Report<'_>, node: Node<'_>, found: &str) -> Option<EventTime> {
    if let Some(time) = EventTime::usual(found) {
        return Some(time);
    }
    let time: EventTime = found.parse().ok()?;
    if !has_time_shape(found) {
        let message = format!("`{}` is not written as JSON wants times", shown(found));
        let corrected = time.instant().to_string();
        report.warn(node, Words::new(rule::JSON_TIME_FORMAT, message, TIME_HELP).corrected(Some(corrected)));
    }
    Some(time)
}

/// A time without which there is no event.
pub(super) fn needed_time(report: &mut Report<'_>, node: Node<'_>, offset: Option<&ZoneOffset>) -> Option<EventTime> {
    let found = text(report, node)?;
    let time = loose_time(report, node, found);
    if time.is_none() {
        let message = format!("`{}` is not a date and time with an offset", shown(found));
        let completed =
            offset.map(|offset| format!("{found}{offset}")).filter(|text| text.parse::<EventTime>().is_ok());
        report.reject(node, Words::new(rule::TIME_FORMAT, message, TIME_HELP).corrected(completed));
    }
    time
}

/// A time that the schema takes in whatever form; the caller keeps what is none.
pub(super) fn time(report: &mut Report<'_>, node: Node<'_>) -> Option<EventTime> {
    let found = text(report, node)?;
    let time = loose_time(report, node, found);
    if time.is_none() {
        let message = format!("`{}` is not a date and time with an offset", shown(found));
        report.warn(node, Words::new(rule::JSON_TIME_FORMAT, message, TIME_HELP));
    }
    time
}

/// A time that is kept as it is written.
pub(super) fn time_text(report: &mut Report<'_>, node: Node<'_>) {
    if node.text().is_none_or(|found| !has_time_shape(found) || !is_day(found)) {
        time(report, node);
    }
}

/// Whether the fields of a well-shaped time are within what every month has; the rest is for the time type to say.
fn is_day(text: &str) -> bool {
    let number = |at: std::ops::Range<usize>| text.get(at).and_then(|digits| digits.parse::<u8>().ok()).unwrap_or(99);
    let zone = text.len() - if text.ends_with(['Z', 'z']) { 1 } else { 6 };
    let offset = text.get(zone + 1..zone + 3).map_or(Some(0), |hours| hours.parse::<u8>().ok());
    (1..=12).contains(&number(5..7))
        && (1..=28).contains(&number(8..10))
        && number(11..13) < 24
        && number(14..16) < 60
        && number(17..19) < 60
        && offset.is_some_and(|hours| hours < 24)
        && (text.ends_with(['Z', 'z']) || number(zone + 4..zone + 6) < 60)
}

pub(super) fn offset(report: &mut Report<'_>, node: Node<'_>) -> Option<ZoneOffset> {
    let found = text(report, node)?;
    // `Z` is an offset of XML times but not of this field.
    if is_offset(found.as_bytes())
        && let Ok(offset) = found.parse()
    {
        return Some(offset);
    }
    let message = format!("`{}` is not an offset from UTC", shown(found));
    let words = Words::new(rule::TIME_FORMAT, message, "write it as in `-07:00`, from `-14:00` to `+14:00`");
    report.reject(node, words.corrected(complete_offset(found)));
    None
}

/// The offset that `Z`, `-0700`, `-7:00`, `-07` or `07:00` means.
fn complete_offset(found: &str) -> Option<String> {
    let text = found.trim();
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some("+00:00".to_owned());
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(digits.len().checked_sub(2).filter(|at| *at > 0).unwrap_or(digits.len()))?,
    };
    let minutes = if minutes.is_empty() { "00" } else { minutes };
    let completed = format!("{sign}{hours:0>2}:{minutes}");
    completed.parse::<ZoneOffset>().ok().map(|_| completed)
}

pub(super) fn action(report: &mut Report<'_>, node: Node<'_>) -> Option<Action> {
    let found = text(report, node)?;
    let action = Action::named(found);
    if action.is_none() {
        let corrected = Action::named(&found.trim().to_ascii_uppercase()).map(Action::name);
        report.reject(node, not_allowed(found, "write `ADD`, `OBSERVE` or `DELETE`").corrected(corrected));
    }
    action
}

/// A standard word, or the URI of a private term; what is neither is taken all the same.
pub(super) fn word<'t>(report: &mut Report<'_>, node: Node<'t>, vocabulary: Vocabulary) -> Option<&'t str> {
    let found = text(report, node)?;
    if vocabulary.in_force(found).is_none() {
        check_private(report, node, found, vocabulary);
    }
    Some(found)
}

/// A term that is no standard word should be a URI that is none either.
fn check_private(report: &mut Report<'_>, node: Node<'_>, found: &str, vocabulary: Vocabulary) {
    if !is_uri(found) || vocabulary.refuses(found) {
        unusual_word(report, node, found, vocabulary);
    }
}

#[cold]
fn unusual_word(report: &mut Report<'_>, node: Node<'_>, found: &str, vocabulary: Vocabulary) {
    let bare = vocabulary.bare(found).or_else(|| vocabulary.replacement(found));
    let bare = bare.or_else(|| check::nearest(found, vocabulary));
    let refused = vocabulary.refuses(found);
    let help = match bare {
        Some(word) => format!("write `{word}`: JSON takes standard terms as bare words"),
        None if refused => "the standard has no such term; write one of its words, or a URI of your own".to_owned(),
        None => "write a word of the Core Business Vocabulary, or the URI of your own term".to_owned(),
    };
    if refused {
        let (rule, what) = match vocabulary.word(found) {
            Some(_) => (rule::TERM_SPELLING, "is a standard term in the wrong form"),
            None => (rule::TERM_UNKNOWN, "looks like a standard term, but there is none of this name"),
        };
        report.reject(node, Words::new(rule, format!("`{}` {what}", shown(found)), help).corrected(bare));
    } else {
        let message = format!("`{}` is neither a standard term nor a URI", shown(found));
        report.warn(node, Words::new(rule::JSON_TERM_FORMAT, message, help).corrected(bare));
    }
}

pub(super) fn term(report: &mut Report<'_>, node: Node<'_>, vocabulary: Vocabulary) -> Option<Term> {
    let found = text(report, node)?;
    if let Some(word) = vocabulary.in_force(found) {
        return Some(Term::of_word(word));
    }
    check_private(report, node, found, vocabulary);
    Some(Term::new(found))
}

pub(super) fn number<'t>(report: &mut Report<'_>, node: Node<'t>) -> Option<&'t str> {
    match node.kind() {
        Kind::Number => return Some(node.string()),
        Kind::Text => {
            let message = format!("found the string `{}`", shown(node.string()));
            let corrected = node.string().parse::<Quantity>().ok();
            let words = Words::new(rule::FIELD_TYPE, message, "write a number, without quotation marks");
            report.reject(node, words.corrected(corrected.map(String::from)));
        }
        _ => wrong_type(report, node, "a number"),
    }
    None
}

pub(super) fn quantity(report: &mut Report<'_>, node: Node<'_>) -> Option<Quantity> {
    let digits = number(report, node)?;
    let quantity = digits.parse().ok();
    if quantity.is_none() {
        let message = format!("`{}` has more than the 28 digits that an amount can have", shown(digits));
        let words = Words::new(rule::FIELD_VALUE, message, "write it with fewer digits, or in a larger unit");
        report.reject(node, words);
    }
    quantity
}

pub(super) fn unit(report: &mut Report<'_>, node: Node<'_>) -> Option<String> {
    let found = text(report, node)?;
    let is_unit = |text: &str| {
        matches!(text.len(), 2..=3) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if is_unit(found) {
        return Some(found.to_owned());
    }
    report.reject(node, not_allowed(found, "write a code of UN/ECE Recommendation 20, such as `KGM`"));
    None
}

pub(super) fn boolean(report: &mut Report<'_>, node: Node<'_>) {
    if !matches!(node.kind(), Kind::True | Kind::False) {
        wrong_type(report, node, "`true` or `false`");
    }
}

pub(super) fn hexadecimal(report: &mut Report<'_>, node: Node<'_>) {
    let Some(found) = text(report, node) else { return };
    if found.is_empty() || !found.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        report.reject(node, not_allowed(found, "write hexadecimal digits, such as `f0f0f0`"));
    }
}

/// `schemaVersion`.
pub(super) fn version<'t>(report: &mut Report<'_>, node: Node<'t>) -> Option<&'t str> {
    let found = text(report, node)?;
    let numbers = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !found.split('.').all(numbers) {
        report.reject(node, not_allowed(found, "write the version of the standard, `2.0`"));
    } else if !is_2_0(found) {
        let message = format!("`{}` is not the version of the schema", shown(found));
        report.info(node, Words::new(rule::SCHEMA_VERSION, message, "write `2.0`"));
    }
    Some(found)
}

/// Whether a version is 2.0, or an edition of it.
fn is_2_0(version: &str) -> bool {
    version == "2" || version == "2.0" || version.starts_with("2.0.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_shape() {
        for good in ["2028-08-15T22:30:00Z", "2028-08-15T22:30:00.123-07:00", "2028-08-15t22:30:00+14:00"] {
            assert!(has_time_shape(good) && is_day(good), "{good}");
        }
        for bad in [
            "2028-08-15",
            "2028-08-15 22:30:00Z",
            "2028-08-15T22:30Z",
            "2028-08-15T22:30:00",
            "2028-08-15T22:30:00.Z",
            "28-08-15T22:30:00Z",
            "",
        ] {
            assert!(!has_time_shape(bad), "{bad}");
        }
        for odd in ["2028-13-15T22:30:00Z", "2028-02-29T22:30:00Z", "2028-08-15T24:30:00Z", "2028-08-15T22:30:00+25:00"]
        {
            assert!(has_time_shape(odd) && !is_day(odd), "{odd}");
        }
    }

    #[test]
    fn offsets_are_completed() {
        for (found, completed) in
            [("Z", "+00:00"), ("-0700", "-07:00"), ("-7:00", "-07:00"), ("+2", "+02:00"), ("02:00", "+02:00")]
        {
            assert_eq!(complete_offset(found).as_deref(), Some(completed), "{found}");
        }
        for found in ["", "-", "local", "+15:00", "+1:5"] {
            assert_eq!(complete_offset(found), None, "{found}");
        }
    }
}
