//! The text of the document as it arrives, and where it stands.

use super::encoding::{Decoding, NoText};
use crate::input::Position;

/// Text that has arrived and was not yet read.
pub(super) struct Source {
    decoding: Decoding,
    text: String,
    at: usize,
    position: Position,
    ended: bool,
    failure: Option<Failure>,
}

/// Why the text ends before the document does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Failure {
    NoText(NoText),
    /// A character that XML does not allow.
    Character(char),
}

impl Source {
    pub(super) fn new() -> Self {
        Self {
            decoding: Decoding::new(),
            text: String::new(),
            at: 0,
            position: Position { line: 1, column: 1 },
            ended: false,
            failure: None,
        }
    }

    /// More bytes, behind those that are here.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.decode(chunk, false);
    }

    /// No more bytes will come.
    pub(super) fn end(&mut self) {
        if !self.ended {
            self.decode(&[], true);
            self.ended = true;
        }
    }

    fn decode(&mut self, chunk: &[u8], last: bool) {
        if self.ended || self.failure.is_some() {
            return;
        }
        // Each byte is moved a bounded number of times, however small the chunks are.
        if self.at > self.text.len() / 2 {
            self.text.drain(..self.at);
            self.at = 0;
        }
        let before = self.text.len();
        self.failure = self.decoding.decode(chunk, last, &mut self.text).err().map(Failure::NoText);
        let fresh = self.text.get(before..).unwrap_or_default();
        if let Some((at, character)) = forbidden(fresh) {
            self.text.truncate(before + at);
            self.failure = Some(Failure::Character(character));
        }
    }

    /// The text that was not taken yet.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing will stand behind the rest.
    pub(super) fn is_whole(&self) -> bool {
        self.ended || self.failure.is_some()
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Passes over `count` bytes of the rest.
    pub(super) fn take(&mut self, count: usize) {
        let rest = self.rest();
        let passed = rest.get(..count).unwrap_or(rest);
        let (position, length) = (self.position.after(passed.as_bytes()), passed.len());
        self.position = position;
        self.at += length;
    }

    /// Where the rest begins.
    pub(super) fn position(&self) -> Position {
        self.position
    }
}

/// The first character that no XML document may hold.
fn forbidden(text: &str) -> Option<(usize, char)> {
    let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // A loop without an exit is one that the processor does in large steps.
    let any_control = text.bytes().fold(false, |any, byte| any | control(byte));
    let any_other = memchr::memmem::find(text.as_bytes(), b"\xEF\xBF").is_some();
    (any_control || any_other).then(|| text.char_indices().find(|(_, character)| !is_allowed(*character))).flatten()
}

/// Whether XML allows a character (XML 1.0 §2.2).
pub(super) fn is_allowed(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        character => character >= ' ',
    }
}
