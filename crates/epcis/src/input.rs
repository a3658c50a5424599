//! The input as it arrives: bytes not yet read, and where in the document they stand.

/// Bytes that have arrived and were not yet read.
///
/// A decoder looks at [`rest`](Self::rest), and [`take`](Self::take)s what it has understood. When the rest holds only
/// the beginning of something, it waits for more.
#[derive(Debug)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    at: usize,
    line: u64,
    column: u64,
    ended: bool,
}

/// A place in the input: line and column in bytes, both from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Input {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), at: 0, line: 1, column: 1, ended: false }
    }

    /// More bytes, behind those that are here.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        // Each byte is moved a bounded number of times, however small the chunks are.
        if self.at > self.bytes.len() / 2 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(chunk);
    }

    /// No more bytes will come.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Whether no more bytes will come.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The bytes that were not taken yet.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over `count` bytes of the rest.
    pub(crate) fn take(&mut self, count: usize) {
        let after = self.after(count);
        (self.line, self.column) = (after.line, after.column);
        self.at = (self.at + count).min(self.bytes.len());
    }

    /// Where the rest begins.
    pub(crate) fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    /// Where the byte stands that has `count` bytes of the rest before it.
    pub(crate) fn after(&self, count: usize) -> Position {
        let rest = self.rest();
        self.position().after(rest.get(..count).unwrap_or(rest))
    }
}

impl Position {
    /// The place behind `passed`, which begins here.
    pub(crate) fn after(self, passed: &[u8]) -> Self {
        match memchr::memrchr(b'\n', passed) {
            None => Self { column: self.column + passed.len() as u64, ..self },
            Some(last) => Self {
                line: self.line + memchr::memchr_iter(b'\n', passed).count() as u64,
                column: (passed.len() - last) as u64,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_across_chunks() {
        let mut input = Input::new();
        input.push(b"ab\ncd");
        assert_eq!(input.after(4), Position { line: 2, column: 2 });
        input.take(4);
        input.push(b"\n\nx");
        assert_eq!(input.rest(), b"d\n\nx");
        input.take(3);
        assert_eq!(input.position(), Position { line: 4, column: 1 });
    }
}
