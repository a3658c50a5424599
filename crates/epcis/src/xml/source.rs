//! The input with its lines counted and its pieces bounded.

use std::io::{self, BufRead, Read};

/// A piece of the document is larger than the limits allow.
#[derive(Debug, thiserror::Error)]
#[error("larger than {limit} bytes")]
pub(super) struct TooLarge {
    pub(super) limit: usize,
}

/// Decoded input that knows where it stands and stops when one piece grows too large.
pub(super) struct Source<R> {
    inner: R,
    line: u64,
    column: u64,
    left: usize,
    limit: usize,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(inner: R, limit: usize) -> Self {
        Self { inner, line: 1, column: 1, left: limit, limit }
    }

    /// Begins a new piece.
    pub(super) fn renew(&mut self) {
        self.left = self.limit;
    }

    /// Line and column of the next byte.
    pub(super) fn position(&self) -> (u64, u64) {
        (self.line, self.column)
    }

    pub(super) fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    fn count(&mut self, amount: usize) {
        let Ok(buffer) = self.inner.fill_buf() else { return };
        let passed = buffer.get(..amount).unwrap_or(buffer);
        match passed.iter().rposition(|byte| *byte == b'\n') {
            None => self.column += amount as u64,
            Some(last) => {
                self.line += passed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
                self.column = (passed.len() - last) as u64;
            }
        }
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TooLarge { limit: self.limit }));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if amount > 0 {
            self.count(amount);
        }
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}
