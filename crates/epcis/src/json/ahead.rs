//! Looks ahead for a `@context` that stands behind what needs it: the order of members means nothing in JSON.

use super::{
    field::Field,
    parse::{Parser, Stop},
    skip::Skip,
    tape::Tape,
};
use crate::Limits;

/// What is ahead of a member of the document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ahead {
    /// A `@context`: where its name begins.
    Context(usize),
    /// None up to the end of the document.
    Nothing,
    /// More bytes would tell.
    More,
    /// None in as many bytes as may be held.
    TooFar,
}

/// Looks behind the member with which `bytes` begin. `whole` says that no more bytes can be looked at.
pub(super) fn ahead(bytes: &[u8], tape: &mut Tape, limits: Limits, whole: Option<Ahead>) -> Ahead {
    let cut = whole.unwrap_or(Ahead::More);
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let mut parser = Parser::new(rest, tape, limits);
        match parser.name() {
            Ok(()) => {}
            Err(Stop::Syntax { at, .. }) if at >= rest.len() => return cut,
            Err(_) => return Ahead::Nothing,
        }
        let value = parser.at;
        if tape.field(0) == Field::Context {
            return Ahead::Context(at);
        }
        at += value;
        let (length, ends) = Skip::default().over(bytes.get(at..).unwrap_or_default());
        if !ends {
            return cut;
        }
        at = blank(bytes, at + length);
        match bytes.get(at) {
            Some(b',') => at = blank(bytes, at + 1),
            Some(_) => return Ahead::Nothing,
            None => return cut,
        }
    }
}

/// Passes over white space.
fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, whole: Option<Ahead>) -> Ahead {
        ahead(text.as_bytes(), &mut Tape::default(), Limits::default(), whole)
    }

    #[test]
    fn a_context_is_found_behind_other_members() {
        let text = r#""epcisBody":{"@context":1,"a":["}"]} , "id":"x", "@context":{}}"#;
        let at = text.rfind("\"@context").unwrap();
        assert_eq!(found(text, None), Ahead::Context(at));
        for cut in 1..at {
            assert_eq!(found(&text[..cut], None), Ahead::More, "{cut}");
        }
        assert_eq!(found(&text[..at], Some(Ahead::TooFar)), Ahead::TooFar);
        assert_eq!(found(r#""epcisBody":{}}"#, None), Ahead::Nothing);
        assert_eq!(found(r#""epcisBody":{} "x""#, None), Ahead::Nothing);
    }
}
