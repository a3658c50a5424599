//! What the author of a faulty identifier probably meant.

use crate::{
    Key,
    ai::Format,
    assemble::{self, Qualifiers},
    convenience,
    digital_link::{after_scheme, is_host, qualifiers_of},
    percent,
};

/// The spelling with the check digit of `right`; `None` when the digits are not spelled out in it.
pub(crate) fn check_digit(text: &str, wrong: &Key, right: &Key) -> Option<String> {
    let (wrong, right) = (wrong.checked_digits()?, right.checked_digits()?);
    // A GTIN may be spelled without its leading zeros.
    [0, 1, 2, 6].into_iter().find_map(|zeros| {
        let spelled = format!("/{}", wrong.get(zeros..)?);
        let at = text.find(&spelled)?;
        let (head, tail) = (text.get(..=at)?, text.get(at + spelled.len()..)?);
        Some(format!("{head}{}{tail}", right.get(zeros..)?))
    })
}

/// A Digital Link in place of a URI that would be one if its values were escaped; `None` when it is something else.
pub(crate) fn escapes(text: &str) -> Option<String> {
    let rest = after_scheme(text)?;
    let (host, path) = rest.split_once('/')?;
    if !is_host(host) || host.contains(['?', '#']) {
        return None;
    }
    let without_query = path.split('?').next()?;
    let without_fragment = without_query.split('#').next()?;
    let is_query = path.split_once('?').is_some_and(|(_, query)| query.contains('='));
    let (stem, key) = [Some(path).filter(|_| !is_query), Some(without_query), Some(without_fragment)]
        .into_iter()
        .flatten()
        .find_map(unescaped)?;
    let scheme_and_host = text.get(..text.len() - path.len())?.strip_suffix('/')?;
    let mut link = format!("{scheme_and_host}{}{stem}", if stem.is_empty() { "" } else { "/" });
    key.corrected().unwrap_or(key).write_path(&mut link).ok()?;
    Some(link)
}

/// The stem of a path and the key behind it, whose values may hold anything.
fn unescaped(path: &str) -> Option<(&str, Key)> {
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    starts.into_iter().find_map(|start| {
        let stem = path.get(..start)?;
        Some((stem.strip_suffix('/').unwrap_or(stem), key_at(path.get(start..)?)?))
    })
}

fn key_at(path: &str) -> Option<Key> {
    let (primary, rest) = path.split_once('/')?;
    let primary = convenience::number(primary);
    let (value, mut rest) = value_before(rest, qualifiers_of(primary)?)?;
    let mut found = Qualifiers::default();
    while let Some((ai, behind)) = rest {
        let allowed = qualifiers_of(primary)?.iter().skip_while(|other| **other != ai).skip(1);
        let (value, next) = value_before(behind, &allowed.copied().collect::<Vec<_>>())?;
        found.set(ai, percent::decode(value)?.bytes())?;
        rest = next;
    }
    assemble::key(primary, percent::decode(value)?.bytes(), &found)
}

/// A value up to the next of these qualifiers, which one that is, and what stands behind it.
type Cut<'a> = (&'a str, Option<(&'static str, &'a str)>);

/// Cuts a value off `text`. `None` when it seems to hold another identifier: then the order is wrong, not the escapes.
fn value_before<'a>(text: &'a str, qualifiers: &[&'static str]) -> Option<Cut<'a>> {
    let mut from = 0;
    // The first segment is the value's, whatever it is.
    while let Some(at) = text.get(from..)?.find('/').map(|at| from + at) {
        let rest = text.get(at + 1..)?;
        if let Some((segment, behind)) = rest.split_once('/') {
            let ai = convenience::number(segment);
            if let Some(qualifier) = qualifiers.iter().find(|qualifier| **qualifier == ai) {
                return Some((text.get(..at)?, Some((qualifier, behind))));
            }
            if Format::of(ai).is_some() {
                return None;
            }
        }
        from = at + 1;
    }
    Some((text, None))
}
