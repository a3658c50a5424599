//! GS1 Digital Link URIs, on any host and below any path stem.

use crate::{
    Key,
    assemble::{self, Qualifiers},
    convenience,
    cut::{Segments, cut},
    percent,
};

/// The key that a Digital Link names; `None` when `text` is not one.
pub(crate) fn read(text: &str) -> Option<Key> {
    find(text).map(|(_, key)| key)
}

/// The key that a Digital Link names, and the part of the path that says so.
fn find(text: &str) -> Option<(&str, Key)> {
    let mut path = path_of(text)?;
    loop {
        if let Some(key) = key_at(path) {
            return Some((path, key));
        }
        path = cut(path, b'/')?.1;
    }
}

/// Whether a Digital Link has anything beside its key: further qualifiers, a query, a fragment.
pub(crate) fn says_more(text: &str) -> bool {
    let Some((path, key)) = find(text) else { return false };
    let needed = match &key {
        // An extension `0` is none.
        Key::Gln { extension: None, .. } => return text.contains(['?', '#']),
        key => key.to_string().split('/').skip(3).count(),
    };
    text.contains(['?', '#']) || path.split('/').count() > needed
}

/// The path of an http or https URI, without the leading slash, the trailing one, query and fragment.
fn path_of(text: &str) -> Option<&str> {
    let rest = after_scheme(text)?;
    let end = memchr::memchr2(b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
    let (host, path) = cut(rest.get(..end)?, b'/')?;
    is_host(host).then(|| path.strip_suffix('/').unwrap_or(path))
}

/// What stands behind `http://` or `https://`.
pub(crate) fn after_scheme(text: &str) -> Option<&str> {
    let behind = |scheme: &str| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    behind("https://").or_else(|| behind("http://"))
}

pub(crate) fn is_host(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    !text.is_empty() && (is_plain || !text.contains(char::is_whitespace))
}

/// The key when `path` is a primary key and its qualifiers to the very end.
fn key_at(path: &str) -> Option<Key> {
    let mut segments = Segments(Some(path));
    let primary = convenience::number(segments.next()?);
    let allowed = qualifiers_of(primary)?;
    let value = percent::decode(segments.next()?)?;
    assemble::key(primary, value.bytes(), &qualifiers(allowed, segments)?)
}

/// Which qualifiers may follow a primary key, in this order; `None` when it is not one.
pub(crate) fn qualifiers_of(primary: &str) -> Option<&'static [&'static str]> {
    Some(match primary {
        "01" => &["22", "10", "21", "235"],
        "8006" => &["22", "10", "21"],
        "414" => &["254"],
        "8010" => &["8011"],
        "8017" | "8018" => &["8019"],
        "00" | "417" | "8003" | "8004" | "253" | "255" | "401" | "402" => &[],
        _ => return None,
    })
}

/// The qualifiers in `segments`; `None` when something else stands there.
fn qualifiers<'a>(allowed: &[&'static str], mut segments: impl Iterator<Item = &'a str>) -> Option<Qualifiers> {
    let mut allowed = allowed.iter();
    let mut found = Qualifiers::default();
    while let Some(name) = segments.next() {
        let name = convenience::number(name);
        let ai = allowed.find(|ai| **ai == name)?;
        found.set(ai, percent::decode(segments.next()?)?.bytes())?;
    }
    Some(found)
}
