//! Percent escapes of URIs and EPC URNs.

use std::fmt::{self, Write};

/// Longer values than this name no key, escaped or not.
const LONGEST: usize = 48;

/// A decoded value, which costs no allocation.
pub(crate) enum Decoded<'a> {
    /// There was nothing to decode.
    Plain(&'a [u8]),
    Unescaped {
        bytes: [u8; LONGEST],
        len: usize,
    },
}

impl Decoded<'_> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Unescaped { bytes, len } => bytes.get(..*len).unwrap_or_default(),
        }
    }
}

/// The bytes behind the escapes; `None` when they are too many for any key. A `%` that begins no escape stands for
/// itself.
pub(crate) fn decode(text: &str) -> Option<Decoded<'_>> {
    if text.bytes().any(|byte| byte == b'%') { unescape(text) } else { Some(Decoded::Plain(text.as_bytes())) }
}

fn unescape(text: &str) -> Option<Decoded<'static>> {
    let (mut bytes, mut len) = ([0; LONGEST], 0);
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let (byte, next) = match others {
            [high, low, next @ ..] if *first == b'%' => {
                escaped(*high, *low).map_or((*first, others), |byte| (byte, next))
            }
            _ => (*first, others),
        };
        *bytes.get_mut(len)? = byte;
        len += 1;
        rest = next;
    }
    Some(Decoded::Unescaped { bytes, len })
}

fn escaped(high: u8, low: u8) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(value(high)? * 16 + value(low)?)
}

/// Writes `text` as one path segment: everything but the unreserved characters of RFC 3986 is escaped.
pub(crate) fn write_segment(text: &str, into: &mut impl Write) -> fmt::Result {
    write(text, into, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// Writes `text` as a component of an EPC URN (Tag Data Standard §6.3.1): what a URN reserves is escaped.
pub(crate) fn write_component(text: &str, into: &mut impl Write) -> fmt::Result {
    write(text, into, |byte| !matches!(byte, b'"' | b'#' | b'%' | b'&' | b'/' | b'<' | b'>' | b'?'))
}

fn write(text: &str, into: &mut impl Write, stays: impl Fn(u8) -> bool) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !stays(byte)) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        into.write_str(plain)?;
        let Some(character) = tail.chars().next() else { return Ok(()) };
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            into.write_char('%')?;
            into.write_char(hex(byte >> 4))?;
            into.write_char(hex(byte & 15))?;
        }
        rest = tail.get(character.len_utf8()..).unwrap_or_default();
    }
    into.write_str(rest)
}

fn hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        String::from_utf8(decode(text).unwrap().bytes().to_vec()).unwrap()
    }

    #[test]
    fn escapes_are_read_and_lone_percent_signs_stay() {
        assert_eq!(decoded("6789%2f%26!"), "6789/&!");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%%41"), "%A");
    }

    #[test]
    fn escapes_are_written_for_links_and_for_urns() {
        let (mut link, mut urn) = (String::new(), String::new());
        write_segment("a/b(\u{e9})", &mut link).unwrap();
        write_component("a/b(#)", &mut urn).unwrap();
        assert_eq!((link.as_str(), urn.as_str()), ("a%2Fb%28%C3%A9%29", "a%2Fb(%23)"));
    }

    #[test]
    fn what_is_longer_than_any_key_is_not_decoded() {
        assert!(decode(&"%41".repeat(LONGEST)).is_some());
        assert!(decode(&"%41".repeat(LONGEST + 1)).is_none());
    }
}
