//! Character data with its references replaced and its lines ended by one character.

use std::borrow::Cow;

use quick_xml::{escape::resolve_xml_entity, events::BytesRef};

use super::{
    scan::{Fault, Halt, Malformed, malformed},
    source::is_allowed,
};

/// Character data of an element; `offset` is where it begins.
pub(super) fn text(raw: &str, offset: usize) -> Result<Cow<'_, str>, Halt> {
    let Some(first) = memchr::memchr3(b'&', b'\r', b']', raw.as_bytes()) else { return Ok(Cow::Borrowed(raw)) };
    if let Some(at) = memchr::memmem::find(raw.as_bytes(), b"]]>") {
        return malformed(offset + at, "text holds `]]>`");
    }
    replace(raw, offset, first, |character| if character == '\r' { '\n' } else { character })
}

/// Character data of a CDATA section, which knows no references.
pub(super) fn cdata(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') { Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(raw) }
}

/// The value of an attribute, whose white space is blanks.
pub(super) fn value(raw: &str, offset: usize) -> Result<Cow<'_, str>, Halt> {
    let special = |byte: u8| byte < b' ' || byte == b'&';
    let Some(first) = raw.bytes().position(special) else { return Ok(Cow::Borrowed(raw)) };
    replace(raw, offset, first, |character| if character < ' ' { ' ' } else { character })
}

/// `raw` with references replaced, a carriage return and a line feed as one, and other characters as `each` has them.
fn replace(raw: &str, offset: usize, first: usize, each: impl Fn(char) -> char) -> Result<Cow<'_, str>, Halt> {
    let (untouched, mut rest) = raw.split_at_checked(first).unwrap_or((raw, ""));
    let mut replaced = String::with_capacity(raw.len());
    replaced.push_str(untouched);
    while let Some(character) = rest.chars().next() {
        if character == '&' {
            let at = offset + raw.len() - rest.len();
            let (character, length) = reference(rest, at)?;
            replaced.push(character);
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let length = if rest.starts_with("\r\n") { 2 } else { character.len_utf8() };
        replaced.push(each(character));
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(Cow::Owned(replaced))
}

/// The character that a reference at the beginning of `rest` stands for, and how long the reference is.
fn reference(rest: &str, offset: usize) -> Result<(char, usize), Halt> {
    let Some(end) = memchr::memchr(b';', rest.as_bytes()) else {
        return malformed(offset, "`&` begins no reference; write `&amp;`");
    };
    let name = rest.get(1..end).unwrap_or_default();
    let character = match resolve_xml_entity(name) {
        Some(text) => text.chars().next(),
        None => BytesRef::new(name).resolve_char_ref().ok().flatten().filter(|character| is_allowed(*character)),
    };
    match character {
        Some(character) => Ok((character, end + 1)),
        None if name.is_empty() || name.contains(|character: char| character.is_whitespace() || character == '&') => {
            malformed(offset, "`&` begins no reference; write `&amp;`")
        }
        None => Err(Halt::Malformed(Malformed { offset, fault: Fault::Entity(name.to_owned()) })),
    }
}
