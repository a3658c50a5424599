//! EPC URNs read into keys.

use crate::{Digits, Key, Text, cut::cut, digits::all_digits, percent};

/// The key that an EPC URN names and the length of its company prefix; `None` when it is not an EPC URN or breaks its
/// grammar.
pub(crate) fn read(urn: &str) -> Option<(Key, u8)> {
    let rest = strip_ignoring_case(urn, "urn:epc:")?;
    let (kind, rest) = cut(rest, b':')?;
    let (scheme, body) = cut(rest, b':')?;
    if kind.bytes().chain(scheme.bytes()).any(|byte| byte.is_ascii_uppercase()) {
        // The grammar has lower case only; no key means anything else in another case.
        return read(&format!("urn:epc:{}:{}:{body}", kind.to_ascii_lowercase(), scheme.to_ascii_lowercase()));
    }
    let (prefix, rest) = cut(body, b'.')?;
    if !(6..=12).contains(&prefix.len()) || !all_digits(prefix) {
        return None;
    }
    let key = match kind {
        "id" => instance(scheme, prefix, rest),
        "class" if scheme == "lgtin" => {
            let (item, lot) = cut(rest, b'.')?;
            Some(Key::Lgtin { gtin: leading_digit_first(prefix, item)?, lot: text(lot)? })
        }
        "idpat" => pattern(scheme, prefix, rest.strip_suffix(".*")?),
        _ => None,
    };
    Some((key?, u8::try_from(prefix.len()).ok()?))
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn instance(scheme: &str, prefix: &str, rest: &str) -> Option<Key> {
    Some(match scheme {
        "sgtin" => {
            let (item, serial) = cut(rest, b'.')?;
            Key::Sgtin { gtin: leading_digit_first(prefix, item)?, serial: text(serial)? }
        }
        "upui" => {
            let (item, serial) = cut(rest, b'.')?;
            Key::Upui { gtin: leading_digit_first(prefix, item)?, serial: text(serial)? }
        }
        "itip" => {
            let (item, serial) = split_after(rest, 3)?;
            piece(prefix, item, Some(text(serial)?))?
        }
        "sscc" => Key::Sscc { sscc: leading_digit_first(prefix, rest)? },
        "sgln" => {
            let (location, extension) = cut(rest, b'.')?;
            let extension = Some(text(extension)?).filter(|extension: &Text<20>| extension.as_str() != "0");
            Key::Gln { gln: Digits::joined(&[prefix, location])?, extension }
        }
        "pgln" => Key::Pgln { gln: Digits::joined(&[prefix, rest])? },
        "grai" => {
            let (asset, serial) = cut(rest, b'.')?;
            Key::Grai { grai: Digits::joined(&["0", prefix, asset])?, serial: Some(text(serial)?) }
        }
        "gdti" => {
            let (document, serial) = cut(rest, b'.')?;
            Key::Gdti { gdti: Digits::joined(&[prefix, document])?, serial: Some(text(serial)?) }
        }
        "sgcn" => {
            let (coupon, serial) = cut(rest, b'.')?;
            Key::Gcn { gcn: Digits::joined(&[prefix, coupon])?, serial: Some(number(serial)?) }
        }
        "cpi" => {
            let (part, serial) = rest.rsplit_once('.')?;
            Key::Cpi { cpid: reference(prefix, part)?, serial: Some(number(serial)?) }
        }
        "giai" => Key::Giai { giai: reference(prefix, rest)? },
        "ginc" => Key::Ginc { ginc: reference(prefix, rest)? },
        "gsin" => Key::Gsin { gsin: Digits::joined(&[prefix, rest])? },
        "gsrn" => Key::Gsrn { gsrn: Digits::joined(&[prefix, rest])?, instance: None },
        "gsrnp" => Key::Gsrnp { gsrn: Digits::joined(&[prefix, rest])?, instance: None },
        _ => return None,
    })
}

/// The patterns that stand for a whole class: every serial number of one reference.
fn pattern(scheme: &str, prefix: &str, rest: &str) -> Option<Key> {
    Some(match scheme {
        "sgtin" | "upui" => Key::Gtin { gtin: leading_digit_first(prefix, rest)? },
        "itip" => piece(prefix, rest, None)?,
        "grai" => Key::Grai { grai: Digits::joined(&["0", prefix, rest])?, serial: None },
        "gdti" => Key::Gdti { gdti: Digits::joined(&[prefix, rest])?, serial: None },
        "sgcn" => Key::Gcn { gcn: Digits::joined(&[prefix, rest])?, serial: None },
        "cpi" => Key::Cpi { cpid: prefixed(prefix, rest)?, serial: None },
        _ => return None,
    })
}

/// `ItemReference.Piece.Total`.
fn piece(prefix: &str, rest: &str, serial: Option<Text<20>>) -> Option<Key> {
    let (item, rest) = cut(rest, b'.')?;
    let (piece, total) = cut(rest, b'.')?;
    let (piece, total) = (Digits::new(piece)?, Digits::new(total)?);
    Some(Key::Itip { gtin: leading_digit_first(prefix, item)?, piece, total, lot: None, serial })
}

/// `text` cut at its `nth` dot.
fn split_after(text: &str, nth: usize) -> Option<(&str, &str)> {
    let (at, _) = text.match_indices('.').nth(nth.checked_sub(1)?)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Company prefix and reference with the first digit of the reference in front, and a check digit.
fn leading_digit_first<const N: usize>(prefix: &str, reference: &str) -> Option<Digits<N>> {
    let (lead, rest) = reference.split_at_checked(1)?;
    Digits::joined(&[lead, prefix, rest])
}

fn text<const MAX: usize>(escaped: &str) -> Option<Text<MAX>> {
    Text::from_bytes(percent::decode(escaped)?.bytes())
}

fn number<const MAX: usize>(digits: &str) -> Option<Text<MAX>> {
    if all_digits(digits) { Text::new(digits) } else { None }
}

/// Company prefix and an alphanumeric reference, which is not empty.
fn reference(prefix: &str, reference: &str) -> Option<Text<30>> {
    if reference.is_empty() { None } else { prefixed(prefix, reference) }
}

fn prefixed(prefix: &str, reference: &str) -> Option<Text<30>> {
    let reference = percent::decode(reference)?;
    let mut whole = [0; 30];
    let len = prefix.len() + reference.bytes().len();
    let (head, tail) = whole.get_mut(..len)?.split_at_mut_checked(prefix.len())?;
    head.copy_from_slice(prefix.as_bytes());
    tail.copy_from_slice(reference.bytes());
    Text::with_hash(whole.get(..len)?)
}
