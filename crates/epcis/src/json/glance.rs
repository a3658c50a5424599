//! Whether an object is a document or one event, told from as few of its members as possible.

use super::{field::Field, parse::plain_length, skip::Skip};
use crate::EventKind;

/// What a beginning tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Glance {
    Document,
    Event,
    /// Not enough has arrived.
    More,
}

/// Looks at the beginning of an object.
pub(super) fn glance(bytes: &[u8]) -> Glance {
    let mut at = 1;
    let mut event_time = false;
    loop {
        at += blank(bytes, at);
        match bytes.get(at) {
            Some(b'}') if event_time => return Glance::Event,
            Some(b',') => {
                at += 1;
                continue;
            }
            Some(b'"') => {}
            Some(_) => return Glance::Document,
            None => return Glance::More,
        }
        let Some((name, behind)) = string(bytes, at) else { return Glance::More };
        at = behind + blank(bytes, behind);
        match bytes.get(at) {
            Some(b':') => at += 1,
            Some(_) => return Glance::Document,
            None => return Glance::More,
        }
        at += blank(bytes, at);
        match Field::named(name) {
            Field::EpcisBody => return Glance::Document,
            Field::EventTime => event_time = true,
            Field::Type if bytes.get(at) == Some(&b'"') => match string(bytes, at) {
                Some((b"EPCISDocument" | b"EPCISQueryDocument", _)) => return Glance::Document,
                Some((name, _)) if is_event_type(name) => return Glance::Event,
                Some(_) => {}
                None => return Glance::More,
            },
            _ => {}
        }
        match Skip::default().over(bytes.get(at..).unwrap_or_default()) {
            (length, true) => at += length,
            (_, false) => return Glance::More,
        }
    }
}

fn is_event_type(name: &[u8]) -> bool {
    name.contains(&b':') || std::str::from_utf8(name).is_ok_and(|name| EventKind::named(name).is_some())
}

fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// The string that begins at `at`, escapes as they are written, and where it ends.
fn string(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let text = bytes.get(at + 1..)?;
    let plain = plain_length(text);
    if text.get(plain) == Some(&b'"') {
        return Some((text.get(..plain)?, at + plain + 2));
    }
    let (length, whole) = Skip::default().over(bytes.get(at..)?);
    whole.then_some((text.get(..length.saturating_sub(2))?, at + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_and_events_are_told_apart_by_few_members() {
        let table = [
            (r#"{ "type" : "EPCISDocument""#, Glance::Document),
            (r#"{"epcisBody":"#, Glance::Document),
            (r#"{"@context":["}",{}],"id":"\"","type":"ObjectEvent""#, Glance::Event),
            (r#"{"type":"ex:Birth""#, Glance::Event),
            (r#"{"eventTime":"x","action":1}"#, Glance::Event),
            (r#"{"eventTime":"x","type":"EPCISDocument""#, Glance::Document),
            ("{}", Glance::Document),
            ("{1", Glance::Document),
        ];
        for (text, expected) in table {
            assert_eq!(glance(text.as_bytes()), expected, "{text}");
            for length in 1..text.len() {
                let early = glance(&text.as_bytes()[..length]);
                assert!(early == Glance::More || early == expected, "{text} cut at {length}");
            }
        }
    }
}
