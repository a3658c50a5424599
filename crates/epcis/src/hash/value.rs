//! Values in one spelling: identifiers, terms, times, numbers.

use std::fmt::Write;

use gs1::{Identifier, Key};
use jiff::{Timestamp, civil::DateTime, tz::Offset};

pub(super) use super::scope::Context;
use super::{number, text::Text};
use crate::{EventTime, Vocabulary, ZoneOffset, cbv};

/// The vocabularies that have URNs.
const URN_VOCABULARIES: [(&str, Vocabulary); 5] = [
    ("bizstep:", Vocabulary::BizStep),
    ("disp:", Vocabulary::Disposition),
    ("btt:", Vocabulary::BizTransaction),
    ("sdt:", Vocabulary::SourceDest),
    ("er:", Vocabulary::ErrorReason),
];

/// A value of any field that has no type of its own.
pub(super) fn write(out: &mut Text, text: &str, context: Context<'_>) {
    let text = text.trim();
    if number::write(text, |part| out.push(part)) {
        return;
    }
    // Nothing else can be a GS1 key.
    if text.starts_with("urn:epc:") || text.starts_with("http") {
        identifier(out, &Identifier::new(text), context);
    } else {
        uri(out, text, context);
    }
}

/// An identifier; GS1 keys as Digital Links at their finest level.
pub(super) fn identifier(out: &mut Text, identifier: &Identifier, context: Context<'_>) {
    match identifier.key() {
        Key::Uri(text) => {
            if !number::write(text, |part| out.push(part)) {
                uri(out, text, context);
            }
        }
        // The algorithm does not know instances of service relations.
        Key::Gsrn { gsrn, .. } => digital_link(out, &Key::Gsrn { gsrn: *gsrn, instance: None }),
        Key::Gsrnp { gsrn, .. } => digital_link(out, &Key::Gsrnp { gsrn: *gsrn, instance: None }),
        key => digital_link(out, key),
    }
}

/// Characters that a Digital Link escapes and the hash does not.
const UNESCAPED: [(&str, &str); 3] = [("%27", "'"), ("%3B", ";"), ("%3D", "=")];

fn digital_link(out: &mut Text, key: &Key) {
    let start = out.len();
    // Writing into memory cannot fail.
    let _ = write!(out, "{key}");
    let written = out.since(start);
    if !written.contains('%') {
        return;
    }
    let text = UNESCAPED.iter().fold(written.to_owned(), |text, (escape, character)| text.replace(escape, character));
    out.truncate(start);
    out.push(&text);
}

/// Text that may be a standard term or a prefixed name.
fn uri(out: &mut Text, text: &str, context: Context<'_>) {
    let (beginning, rest) = expanded(text, context).unwrap_or((("", ""), text));
    out.push(beginning.0);
    out.push(beginning.1);
    out.push(rest);
}

/// What a URN of the CBV or a prefixed name begins with when it is written out, and the rest of it.
fn expanded<'a>(text: &'a str, context: Context<'a>) -> Option<((&'a str, &'a str), &'a str)> {
    if let Some(rest) = text.strip_prefix("urn:epcglobal:cbv:") {
        return URN_VOCABULARIES.iter().find_map(|(name, vocabulary)| {
            Some((vocabulary.web_beginning(context.version), rest.strip_prefix(name)?))
        });
    }
    let (prefix, rest) = text.split_once(':')?;
    // A document may declare any prefix, but URIs stay what they are.
    if rest.starts_with("//") || matches!(prefix, "urn" | "ni" | "http" | "https") {
        return None;
    }
    let namespace = match prefix {
        "gs1" => context.version.web_vocabulary(),
        "cbv" => cbv::CBV,
        "epcis" => "https://ref.gs1.org/epcis/",
        _ => context.namespace(prefix)?,
    };
    Some(((namespace, ""), rest))
}

/// A term of a standard vocabulary, or a private one.
pub(super) fn term(out: &mut Text, vocabulary: Vocabulary, spelled: &str, context: Context<'_>) {
    let spelled = spelled.trim();
    let Some(word) = vocabulary.word(spelled) else { return write(out, spelled, context) };
    let (namespace, local) = vocabulary.web_beginning(context.version);
    out.push(namespace);
    out.push(local);
    out.push(word);
}

/// An instant in UTC, rounded to milliseconds.
pub(super) fn time(out: &mut Text, time: &EventTime) {
    let nanoseconds = time.instant().as_nanosecond();
    let milliseconds = i64::try_from((nanoseconds + 500_000).div_euclid(1_000_000)).unwrap_or_default();
    // The very last half millisecond of time has nothing to be rounded up to.
    let instant = Timestamp::from_millisecond(milliseconds).unwrap_or_else(|_| time.instant());
    date_time(out, Offset::UTC.to_datetime(instant));
}

fn date_time(out: &mut Text, time: DateTime) {
    if time.year() < 0 {
        out.push("-");
    }
    padded(out, i32::from(time.year()), 4);
    for (separator, part) in
        [("-", time.month()), ("-", time.day()), ("T", time.hour()), (":", time.minute()), (":", time.second())]
    {
        out.push(separator);
        padded(out, i32::from(part), 2);
    }
    out.push(".");
    padded(out, i32::from(time.millisecond()), 3);
    out.push("Z");
}

/// The last digits of a number, with zeros in front.
fn padded(out: &mut Text, number: i32, width: usize) {
    let mut rest = number.unsigned_abs();
    let mut digits = [b'0'; 4];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    let shown = digits.get(digits.len() - width..).and_then(|digits| std::str::from_utf8(digits).ok());
    out.push(shown.unwrap_or_default());
}

/// An offset; no offset has one spelling.
pub(super) fn offset(out: &mut Text, offset: &ZoneOffset) {
    out.push(if *offset == ZoneOffset::utc() { "+00:00" } else { offset.spelled() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContextVersion, Namespaces};

    fn written(write: impl FnOnce(&mut Text)) -> String {
        let mut text = Text::default();
        write(&mut text);
        text.as_str().to_owned()
    }

    /// Without prefixes of a document.
    fn in_context(version: ContextVersion, write: impl FnOnce(&mut Text, Context<'_>)) -> String {
        let namespaces = Namespaces::default();
        written(|out| write(out, Context::new(version, &namespaces)))
    }

    fn value(text: &str) -> String {
        in_context(ContextVersion::V2_0_0, |out, context| write(out, text, context))
    }

    #[test]
    fn times_are_rounded_to_milliseconds_in_utc() {
        for (spelled, one) in [
            ("2023-02-02T11:04:03.1415Z", "2023-02-02T11:04:03.142Z"),
            ("2023-02-02T11:04:03.1414Z", "2023-02-02T11:04:03.141Z"),
            ("2020-12-31T23:59:59.9995+00:00", "2021-01-01T00:00:00.000Z"),
            ("2020-03-04T11:00:30+01:00", "2020-03-04T10:00:30.000Z"),
            ("1969-12-31T23:59:59.9994Z", "1969-12-31T23:59:59.999Z"),
            ("0999-01-02T03:04:05.06Z", "0999-01-02T03:04:05.060Z"),
        ] {
            assert_eq!(written(|out| time(out, &spelled.parse().unwrap())), one, "{spelled}");
        }
    }

    #[test]
    fn no_offset_has_one_spelling() {
        for spelled in ["Z", "+00:00", "-00:00"] {
            assert_eq!(written(|out| offset(out, &spelled.parse().unwrap())), "+00:00");
        }
        assert_eq!(written(|out| offset(out, &"-07:00".parse().unwrap())), "-07:00");
    }

    #[test]
    fn terms_and_prefixed_names_are_written_out() {
        assert_eq!(value("urn:epcglobal:cbv:bizstep:shipping"), "https://ref.gs1.org/cbv/BizStep-shipping");
        assert_eq!(value("urn:epcglobal:cbv:bt:4012345:1"), "urn:epcglobal:cbv:bt:4012345:1");
        assert_eq!(value("gs1:Temperature"), "https://gs1.org/voc/Temperature");
        assert_eq!(value("cbv:Comp-x"), "https://ref.gs1.org/cbv/Comp-x");
        assert_eq!(value("ex:thing"), "ex:thing");
        assert_eq!(value("gs1://thing"), "gs1://thing");
        let newer = in_context(ContextVersion::V2_0_1, |out, context| write(out, "gs1:Temperature", context));
        assert_eq!(newer, "https://ref.gs1.org/voc/Temperature");
    }

    #[test]
    fn prefixes_of_the_document_are_written_out_and_uris_are_not_taken_for_them() {
        let mut namespaces = Namespaces::default();
        for prefix in ["ex", "https", "urn"] {
            namespaces.declare(prefix, "https://example.com/");
        }
        let context = Context::new(ContextVersion::V2_0_0, &namespaces);
        for (text, one) in [
            ("ex:thing", "https://example.com/thing"),
            ("other:thing", "other:thing"),
            ("https://other.example/thing", "https://other.example/thing"),
            ("urn:example:thing", "urn:example:thing"),
        ] {
            assert_eq!(written(|out| write(out, text, context)), one);
        }
    }

    #[test]
    fn a_term_has_one_spelling() {
        let disposition = |spelled: &str| {
            in_context(ContextVersion::V2_0_0, |out, context| term(out, Vocabulary::Disposition, spelled, context))
        };
        for spelled in ["in_transit", " cbv:Disp-in_transit ", "urn:epcglobal:cbv:disp:in_transit"] {
            assert_eq!(disposition(spelled), "https://ref.gs1.org/cbv/Disp-in_transit");
        }
        assert_eq!(disposition("https://example.com/a"), "https://example.com/a");
    }

    #[test]
    fn the_instance_of_a_service_relation_is_left_out() {
        let service = "https://id.gs1.org/8018/401234500000067657";
        assert_eq!(value(&format!("{service}/8019/12")), service);
        assert_eq!(value(service), service);
    }

    #[test]
    fn escapes_of_a_digital_link_are_those_of_the_hash() {
        assert_eq!(
            value("https://example.com/01/04012345111118/21/a%27b'%3B;%28("),
            "https://id.gs1.org/01/04012345111118/21/a'b';;%28%28"
        );
    }
}
