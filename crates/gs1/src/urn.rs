//! EPC URNs (GS1 Tag Data Standard §6) read into keys.

use crate::{
    Key,
    digits::{all_digits, is_set82, with_check_digit},
    percent,
};

/// The key that an EPC URN names; `None` when it is not an EPC URN or breaks its grammar.
pub(crate) fn read(urn: &str) -> Option<Key> {
    let rest = strip_ignoring_case(urn, "urn:epc:")?;
    let (kind, rest) = rest.split_once(':')?;
    let (scheme, body) = rest.split_once(':')?;
    match (kind, scheme) {
        ("id", "sgtin") => sgtin(body),
        ("class", "lgtin") => lgtin(body),
        ("idpat", "sgtin") => Some(Key::Gtin { gtin: gtin(body.strip_suffix(".*")?)? }),
        ("id", "sscc") => Some(Key::Sscc { sscc: leading_digit_first(body, 17)? }),
        ("id", "sgln") => sgln(body),
        ("id", "pgln") => Some(Key::Pgln { gln: joined(body, 12)? }),
        ("id", scheme) => other(scheme, body).map(Key::Uri),
        ("idpat", scheme) => class(scheme, body.strip_suffix(".*")?).map(Key::Uri),
        _ => None,
    }
}

/// The patterns that stand for a whole class: every serial number of one reference.
fn class(scheme: &str, body: &str) -> Option<String> {
    match scheme {
        "grai" => Some(uri("8003", &format!("0{}", joined(body, 12)?), None)),
        "gdti" => Some(uri("253", &joined(body, 12)?, None)),
        "cpi" => Some(uri("8010", &prefixed(body, 30)?, None)),
        _ => None,
    }
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn sgtin(body: &str) -> Option<Key> {
    let (item, serial) = before_serial(body)?;
    Some(Key::Sgtin { gtin: gtin(item)?, serial: serial_of(serial, 20)? })
}

fn lgtin(body: &str) -> Option<Key> {
    let (item, lot) = before_serial(body)?;
    Some(Key::Lgtin { gtin: gtin(item)?, lot: serial_of(lot, 20)? })
}

fn sgln(body: &str) -> Option<Key> {
    let (location, extension) = before_serial(body)?;
    let extension = serial_of(extension, 20)?;
    Some(Key::Gln { gln: joined(location, 12)?, extension: (extension != "0").then_some(extension) })
}

/// The schemes without a key of their own; their canonical form is the Digital Link all the same.
fn other(scheme: &str, body: &str) -> Option<String> {
    match scheme {
        "grai" => {
            let (asset, serial) = before_serial(body)?;
            Some(uri("8003", &format!("0{}{}", joined(asset, 12)?, serial_of(serial, 16)?), None))
        }
        "gdti" => {
            let (document, serial) = before_serial(body)?;
            Some(uri("253", &format!("{}{}", joined(document, 12)?, serial_of(serial, 17)?), None))
        }
        "sgcn" => {
            let (coupon, serial) = before_serial(body)?;
            let numeric = all_digits(serial) && serial.len() <= 12;
            numeric.then(|| joined(coupon, 12)).flatten().map(|coupon| uri("255", &format!("{coupon}{serial}"), None))
        }
        "giai" => Some(uri("8004", &prefixed(with_reference(body)?, 30)?, None)),
        "ginc" => Some(uri("401", &prefixed(with_reference(body)?, 30)?, None)),
        "gsin" => Some(uri("402", &joined(body, 16)?, None)),
        "gsrn" => Some(uri("8018", &joined(body, 17)?, None)),
        "gsrnp" => Some(uri("8017", &joined(body, 17)?, None)),
        "cpi" => {
            let (part, serial) = body.rsplit_once('.')?;
            (all_digits(serial) && serial.len() <= 12).then_some(())?;
            Some(uri("8010", &prefixed(with_reference(part)?, 30)?, Some(("8011", serial))))
        }
        "itip" => itip(body),
        "upui" => {
            let (item, serial) = before_serial(body)?;
            Some(uri("01", &gtin(item)?, Some(("235", &serial_of(serial, 28)?))))
        }
        _ => None,
    }
}

fn itip(body: &str) -> Option<String> {
    let mut parts = body.splitn(5, '.');
    let item = [parts.next()?, parts.next()?].join(".");
    let (piece, total) = (parts.next()?, parts.next()?);
    (piece.len() == 2 && total.len() == 2 && all_digits(piece) && all_digits(total)).then_some(())?;
    let serial = serial_of(parts.next()?, 20)?;
    Some(uri("8006", &format!("{}{piece}{total}", gtin(&item)?), Some(("21", &serial))))
}

fn uri(ai: &str, value: &str, qualifier: Option<(&str, &str)>) -> String {
    crate::digital_link::uri(&[Some((ai, value)), qualifier])
}

/// `CompanyPrefix.Reference` before the second dot, and the serial behind it, which may hold dots itself.
fn before_serial(body: &str) -> Option<(&str, &str)> {
    let first = body.find('.')?;
    let second = body.get(first + 1..)?.find('.')? + first + 1;
    Some((body.get(..second)?, body.get(second + 1..)?))
}

fn serial_of(escaped: &str, max: usize) -> Option<String> {
    let serial = percent::decode(escaped)?;
    is_set82(&serial, max).then_some(serial)
}

/// A GTIN-14 of `CompanyPrefix.ItemReference`, whose first digit is the indicator.
fn gtin(item: &str) -> Option<String> {
    leading_digit_first(item, 13)
}

/// `CompanyPrefix.Reference` with the first digit of the reference in front, and a check digit.
fn leading_digit_first(body: &str, len: usize) -> Option<String> {
    let (prefix, reference) = company_prefix(body)?;
    let (lead, rest) = reference.split_at_checked(1)?;
    let digits = format!("{lead}{prefix}{rest}");
    (digits.len() == len && all_digits(&digits)).then(|| with_check_digit(digits))
}

/// `CompanyPrefix.Reference` in that order, with a check digit; the reference may be empty.
fn joined(body: &str, len: usize) -> Option<String> {
    let (prefix, reference) = company_prefix(body)?;
    let digits = format!("{prefix}{reference}");
    (digits.len() == len && all_digits(&digits)).then(|| with_check_digit(digits))
}

/// `CompanyPrefix.Reference` where the reference is alphanumeric and has no check digit.
fn prefixed(body: &str, max: usize) -> Option<String> {
    let (prefix, reference) = company_prefix(body)?;
    let reference = percent::decode(reference)?;
    let whole = format!("{prefix}{reference}");
    (whole.len() <= max && whole.bytes().all(|byte| byte == b'#' || is_set82_byte(byte))).then_some(whole)
}

/// `body` when something stands behind its first dot.
fn with_reference(body: &str) -> Option<&str> {
    body.split_once('.').is_some_and(|(_, reference)| !reference.is_empty()).then_some(body)
}

fn is_set82_byte(byte: u8) -> bool {
    is_set82(char::from(byte).encode_utf8(&mut [0; 4]), 1)
}

fn company_prefix(body: &str) -> Option<(&str, &str)> {
    let (prefix, reference) = body.split_once('.')?;
    ((6..=12).contains(&prefix.len()) && all_digits(prefix)).then_some((prefix, reference))
}
