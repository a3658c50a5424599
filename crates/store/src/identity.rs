//! What makes two assertions the same event, in few bytes.
//!
//! The name of an event is its `eventID`, else its content. Most ids are UUIDs or event hashes: those are kept as the
//! bytes they spell, so that the column and its index stay small. The text can be had back.

use epcis::Event;
use sha2::{Digest, Sha256};

use crate::{
    StoreError,
    text::{hex, unhex},
};

/// Bytes of a digest that are kept: enough that nobody finds two contents with the same.
const DIGEST_BYTES: usize = 16;

/// Longest text that is kept as it is: a key of an index has to stay short.
const MAX_TEXT: usize = 256;

const UUID: &str = "urn:uuid:";
const CONTENT: &str = "urn:lotline:content:";
const LONG: &str = "urn:lotline:long:";
const DECLARED: &str = "#errorDeclaration";
const HASH: (&str, &str) = ("ni:///sha-256;", "?ver=CBV2.0");

/// What the bytes after the first one are. An error declaration repeats the event that it corrects, so it has a name of
/// its own: [`DECLARATION`] is added to the first byte.
#[derive(Clone, Copy)]
enum Form {
    Text = 0,
    Uuid = 1,
    Content = 2,
    Hash = 3,
    Long = 4,
}

const DECLARATION: u8 = 0x80;

/// The name of an event within its tenant.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Identity(pub(crate) Vec<u8>);

impl Identity {
    /// The name of an event, or of the declaration that it was wrong.
    pub(crate) fn of(event: &Event) -> Self {
        let content = |event: &Event| Self::form(Form::Content, &digest(event));
        match (&event.event_id, &event.error_declaration) {
            (Some(id), None) => Self::of_text(&id.canonical()),
            (Some(id), Some(_)) => Self::of_text(&id.canonical()).counterpart(),
            (None, None) => content(event),
            (None, Some(_)) => content(&Event { error_declaration: None, ..event.clone() }).counterpart(),
        }
    }

    /// The name that a canonical `eventID`, or the name of an event without one, stands for.
    pub(crate) fn of_text(text: &str) -> Self {
        if let Some(bytes) = uuid(text) {
            return Self::form(Form::Uuid, &bytes);
        }
        if let Some(bytes) = text.strip_prefix(CONTENT).and_then(|digits| spelled(digits, DIGEST_BYTES)) {
            return Self::form(Form::Content, &bytes);
        }
        let hash = text.strip_prefix(HASH.0).and_then(|rest| rest.strip_suffix(HASH.1));
        if let Some(bytes) = hash.and_then(|digits| spelled(digits, 32)) {
            return Self::form(Form::Hash, &bytes);
        }
        if text.len() > MAX_TEXT {
            return Self::form(Form::Long, &Sha256::digest(text));
        }
        Self::form(Form::Text, text.as_bytes())
    }

    /// The name that [`text`](Self::text) spells.
    pub(crate) fn of_reference(text: &str) -> Self {
        match text.strip_suffix(DECLARED) {
            Some(subject) => Self::of_text(subject).counterpart(),
            None => Self::of_text(text),
        }
    }

    /// The name of the declaration about this event, or of the event that this declaration is about.
    pub(crate) fn counterpart(&self) -> Self {
        let mut bytes = self.0.clone();
        if let Some(first) = bytes.first_mut() {
            *first ^= DECLARATION;
        }
        Self(bytes)
    }

    /// The text that it was made of. Of a very long one only its digest is left.
    pub(crate) fn text(&self) -> Result<String, StoreError> {
        let broken = || StoreError::inconsistent("event", "identity", hex(&self.0));
        let (first, rest) = self.0.split_first().ok_or_else(broken)?;
        let text = match first & !DECLARATION {
            0 => String::from_utf8(rest.to_vec()).map_err(|_| broken())?,
            1 => format!("{UUID}{}", hyphenated(&hex(rest)).ok_or_else(broken)?),
            2 => format!("{CONTENT}{}", hex(rest)),
            3 => format!("{}{}{}", HASH.0, hex(rest), HASH.1),
            4 => format!("{LONG}{}", hex(rest)),
            _ => return Err(broken()),
        };
        Ok(if first & DECLARATION == 0 { text } else { format!("{text}{DECLARED}") })
    }

    fn form(form: Form, bytes: &[u8]) -> Self {
        Self(std::iter::once(form as u8).chain(bytes.iter().copied()).collect())
    }
}

/// What tells the content of an event from any other.
pub(crate) fn digest(event: &Event) -> Vec<u8> {
    event.digest().get(..DIGEST_BYTES).unwrap_or_default().to_vec()
}

/// The bytes of a UUID in its one canonical spelling.
fn uuid(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(UUID)?;
    let bytes = spelled(&digits.replace('-', ""), 16)?;
    (hyphenated(&hex(&bytes))? == digits).then_some(bytes)
}

fn hyphenated(digits: &str) -> Option<String> {
    let part = |from, to| digits.get(from..to);
    Some([part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?].join("-"))
}

/// The bytes that lower-case hexadecimal digits spell, if they are so many.
fn spelled(digits: &str, length: usize) -> Option<Vec<u8>> {
    let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (digits.len() == length * 2 && is_hex).then(|| unhex(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_the_usual_ones_are_short() {
        for (text, length) in [
            ("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", 17),
            ("ni:///sha-256;df7bb3c352fef055578554f09f5e2aa41782150ced7bd0b8af24dd3ccb30ba69?ver=CBV2.0", 33),
            ("urn:lotline:content:000102030405060708090a0b0c0d0e0f", 17),
            ("https://northgate.example/events/8230-1", 40),
            ("urn:uuid:6BA7B810-9DAD-11D1-80B4-00C04FD430C8", 46),
            ("ni:///sha-256;df7bb3?ver=CBV2.0", 32),
        ] {
            let identity = Identity::of_text(text);
            assert_eq!((identity.text().unwrap().as_str(), identity.0.len()), (text, length));
            let declaration = identity.counterpart();
            assert_eq!(declaration.counterpart(), identity);
            assert_eq!(declaration.text().unwrap(), format!("{text}#errorDeclaration"));
            assert_eq!(declaration.0.len(), length);
        }
    }

    #[test]
    fn a_very_long_name_is_told_from_another_by_its_digest() {
        let long = |end: &str| Identity::of_text(&format!("https://northgate.example/{}{end}", "x".repeat(5_000)));
        assert_eq!(long("a"), long("a"));
        assert_ne!(long("a"), long("b"));
        assert_eq!(long("a").0.len(), 33);
    }
}
