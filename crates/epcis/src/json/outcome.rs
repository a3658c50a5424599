//! What becomes of reading a value whose bytes may not all be here.

use std::str;

use super::{
    parse::{Limit, Stop},
    report::{Start, Words},
    tape::{Tape, Tree},
};
use crate::{
    Finding, Limits, Location, Severity,
    input::{Input, Position},
    rule,
};

/// What became of reading a value.
pub(super) enum Outcome {
    /// So many bytes.
    Whole(usize),
    /// It may go on behind the bytes that are here.
    Cut,
    Malformed {
        at: usize,
        expected: &'static str,
    },
    TooLarge,
    Limit {
        at: usize,
        limit: Limit,
    },
}

/// So many of the bytes as one value may have.
pub(super) fn limited<'b>(bytes: &'b [u8], limits: &Limits) -> &'b [u8] {
    bytes.get(..limits.max_event_bytes).unwrap_or(bytes)
}

/// What a stop means when `bytes` are all that a value may have, or all that has arrived.
pub(super) fn outcome(stop: Stop, bytes: &[u8], input: &Input, limits: &Limits) -> Outcome {
    match stop {
        Stop::Limit { at, limit } => Outcome::Limit { at, limit },
        Stop::Syntax { at, expected } if at < bytes.len() => Outcome::Malformed { at, expected },
        Stop::Syntax { .. } if bytes.len() >= limits.max_event_bytes => Outcome::TooLarge,
        Stop::Syntax { at, expected } if input.has_ended() => Outcome::Malformed { at, expected },
        Stop::Syntax { .. } => Outcome::Cut,
    }
}

/// What became of a value. A number at the end of the bytes may have more digits.
pub(super) fn finished(
    result: Result<usize, Stop>,
    tape: &Tape,
    bytes: &[u8],
    input: &Input,
    limits: &Limits,
) -> Outcome {
    match result {
        Ok(end) if end == bytes.len() && tape.ends_in_number() && bytes.len() >= limits.max_event_bytes => {
            Outcome::TooLarge
        }
        Ok(end) if end == bytes.len() && tape.ends_in_number() && !input.has_ended() => Outcome::Cut,
        Ok(end) => Outcome::Whole(end),
        Err(stop) => outcome(stop, bytes, input, limits),
    }
}

/// The tape as a tree, unless the bytes are not text.
pub(super) fn tree<'t>(tape: &'t Tape, bytes: &'t [u8], start: Start<'_>) -> Result<Tree<'t>, Box<Finding>> {
    match str::from_utf8(bytes) {
        Ok(text) => tape.tree(text).ok_or(0),
        Err(error) => Err(error.valid_up_to()),
    }
    .map_err(|valid| {
        let words = Words::new(rule::JSON_ENCODING, "the bytes are not UTF-8", "write the document in UTF-8");
        let Position { line, column } = start.position.after(bytes.get(..valid).unwrap_or_default());
        Box::new(words.finding(Severity::Reject, Location { line, column, ..start.location() }))
    })
}

pub(super) fn limit_finding(outcome: &Outcome, limits: &Limits, at: Location) -> Finding {
    let (message, help) = match outcome {
        Outcome::Limit { limit: Limit::Depth, .. } => {
            ("objects or arrays are nested too deeply", format!("nest at most {} levels", limits.max_depth))
        }
        Outcome::Limit { limit: Limit::Values, .. } => {
            ("there are too many values", format!("give at most {}", limits.max_nodes))
        }
        _ => ("the value is larger than the limit", format!("keep it below {} bytes", limits.max_event_bytes)),
    };
    Words::new(rule::JSON_LIMIT, message, help).finding(Severity::Reject, at)
}

/// What stands at the beginning of some bytes.
pub(super) enum Character {
    Whole(char),
    /// More bytes would tell.
    Cut,
    Broken,
    Missing,
}

pub(super) fn character(bytes: &[u8]) -> Character {
    let first = bytes.get(..bytes.len().min(4)).unwrap_or_default();
    let valid = match str::from_utf8(first) {
        Ok(text) => Ok(text),
        Err(error) if error.valid_up_to() > 0 => {
            str::from_utf8(first.get(..error.valid_up_to()).unwrap_or_default()).map_err(|_| false)
        }
        Err(error) => Err(error.error_len().is_none()),
    };
    match valid {
        Ok(text) => text.chars().next().map_or(Character::Missing, Character::Whole),
        Err(true) => Character::Cut,
        Err(false) => Character::Broken,
    }
}
