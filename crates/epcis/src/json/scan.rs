//! Walks the outer levels of a JSON text and cuts out whole values, holding no more than one of them.

use std::io::{self, BufRead};

/// A place in the input: line and column (in bytes) from 1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Place {
    /// The place after `bytes` that begin here.
    pub(super) fn after(self, bytes: &[u8]) -> Self {
        #[expect(clippy::naive_bytecount, reason = "the compiler vectorises this loop; a crate for it is not worth it")]
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
        let last = bytes.iter().rposition(|&byte| byte == b'\n');
        let rest = last.map_or(bytes.len(), |last| bytes.len() - last - 1);
        let column = if last.is_some() { 1 } else { self.column };
        Self { line: self.line + lines as u64, column: column + rest as u64 }
    }
}

/// Why a scanner cannot go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// The input failed.
    Io(io::Error),
    /// The input is not JSON here; `found` is `None` at its end.
    Syntax { at: Place, found: Option<char>, expected: &'static str },
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether a value fitted into its limit. A larger one is passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fit {
    Whole,
    TooLarge,
}

/// Everything that was read since the start, as long as it may turn out to be one event.
struct Record {
    bytes: Vec<u8>,
    limit: usize,
    fit: Fit,
}

/// A cursor over the input.
pub(super) struct Scanner<R> {
    input: R,
    place: Place,
    record: Option<Record>,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R, record_limit: usize) -> Self {
        let record = Record { bytes: Vec::new(), limit: record_limit, fit: Fit::Whole };
        Self { input, place: Place { line: 1, column: 1 }, record: Some(record) }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Gives up the record: the text is more than one event.
    pub(super) fn drop_record(&mut self) {
        self.record = None;
    }

    /// All bytes so far, unless they are too many.
    pub(super) fn take_record(&mut self) -> (Vec<u8>, Fit) {
        self.record.take().map_or((Vec::new(), Fit::TooLarge), |record| (record.bytes, record.fit))
    }

    fn chunk(&mut self) -> io::Result<&[u8]> {
        // The second call gives the same bytes; one call that returns from within a loop does not pass the borrow checker.
        loop {
            match self.input.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.input.fill_buf()
    }

    /// Moves over the first `length` bytes of the chunk, copying them to `into` while it stays within `limit`.
    fn advance(&mut self, length: usize, mut into: Option<(&mut Vec<u8>, usize)>) -> io::Result<Fit> {
        let chunk = self.input.fill_buf()?;
        let bytes = chunk.get(..length).unwrap_or(chunk);
        let mut fit = Fit::Whole;
        if let Some((into, limit)) = &mut into {
            if into.len().saturating_add(length) > *limit {
                fit = Fit::TooLarge;
            } else {
                into.extend_from_slice(bytes);
            }
        }
        if let Some(record) = &mut self.record {
            if record.bytes.len().saturating_add(length) > record.limit {
                record.fit = Fit::TooLarge;
            } else {
                record.bytes.extend_from_slice(bytes);
            }
        }
        self.place = self.place.after(bytes);
        self.input.consume(length);
        Ok(fit)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.chunk()?.first().copied())
    }

    fn bump(&mut self) -> io::Result<()> {
        self.advance(1, None).map(|_| ())
    }

    /// Passes over a byte-order mark.
    pub(super) fn skip_mark(&mut self) -> Result<(), Stop> {
        if self.peek()? != Some(0xEF) {
            return Ok(());
        }
        for byte in [0xEF, 0xBB, 0xBF] {
            if self.peek()? != Some(byte) {
                return self.refuse("`{`");
            }
            self.bump()?;
        }
        self.place = Place { line: 1, column: 1 };
        if let Some(record) = &mut self.record {
            record.bytes.clear();
        }
        Ok(())
    }

    /// The next byte that is not white space.
    pub(super) fn next_byte(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let chunk = self.chunk()?;
            let space = chunk.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            match (space, chunk.len()) {
                (_, 0) => return Ok(None),
                (Some(0), _) => return Ok(chunk.first().copied()),
                (space, length) => self.advance(space.unwrap_or(length), None)?,
            };
        }
    }

    /// The finding that something else was expected here.
    pub(super) fn refuse<T>(&mut self, expected: &'static str) -> Result<T, Stop> {
        let found = self.peek()?.map(|byte| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' });
        Err(Stop::Syntax { at: self.place, found, expected })
    }

    /// Passes over one given punctuation mark.
    pub(super) fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), Stop> {
        if self.next_byte()? != Some(byte) {
            return self.refuse(expected);
        }
        Ok(self.bump()?)
    }

    /// Inside an array or object that closes with `bracket`: passes over the comma, or over the bracket and says
    /// `false`.
    pub(super) fn more(&mut self, bracket: u8, first: bool, expected: &'static str) -> Result<bool, Stop> {
        match self.next_byte()? {
            Some(byte) if byte == bracket => {
                self.bump()?;
                Ok(false)
            }
            Some(b',') if !first => {
                self.bump()?;
                // A bracket after a comma is left for whoever reads the element to refuse.
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => self.refuse(expected),
        }
    }

    /// Cuts out the value that comes next and says where it begins. Brackets are counted, not matched: whoever parses
    /// the slice refuses `[}`.
    pub(super) fn value(&mut self, limit: usize, into: &mut Vec<u8>) -> Result<(Place, Fit), Stop> {
        into.clear();
        let mut cut = match self.next_byte()? {
            None | Some(b'}' | b']' | b',' | b':') => return self.refuse("a value"),
            Some(_) => Cut::default(),
        };
        let start = self.place;
        let mut fit = Fit::Whole;
        loop {
            let chunk = self.chunk()?;
            let length = chunk.len();
            if length == 0 {
                if cut.is_scalar() {
                    return Ok((start, fit));
                }
                return self.refuse(cut.wanted());
            }
            let end = cut.end(chunk);
            if fit == Fit::Whole {
                fit = self.advance(end.unwrap_or(length), Some((into, limit)))?;
            } else {
                self.advance(end.unwrap_or(length), None)?;
            }
            if end.is_some() {
                return Ok((start, fit));
            }
        }
    }
}

/// How far into a value the scanner is.
#[derive(Default)]
struct Cut {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// A number, `true`, `false` or `null` has begun.
    in_word: bool,
}

impl Cut {
    fn is_scalar(&self) -> bool {
        self.in_word && self.depth == 0
    }

    fn wanted(&self) -> &'static str {
        if self.in_string { "the end of the string, `\"`" } else { "`}` or `]`" }
    }

    /// The length up to the end of the value when it ends in this chunk.
    fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            if self.in_string {
                at += self.string_part(chunk.get(at..).unwrap_or_default());
                if !self.in_string && self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            let scalar = self.is_scalar();
            match byte {
                b'"' | b'{' | b'[' if scalar => return Some(at),
                b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => return Some(at),
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => self.in_word = self.depth == 0,
            }
            at += 1;
        }
        None
    }

    /// The length of what belongs to the string that is open.
    fn string_part(&mut self, rest: &[u8]) -> usize {
        if self.escaped {
            self.escaped = false;
            return 1;
        }
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            None => rest.len(),
            Some(at) => {
                self.escaped = rest.get(at) == Some(&b'\\');
                self.in_string = self.escaped;
                at + 1
            }
        }
    }
}
