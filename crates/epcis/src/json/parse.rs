//! JSON text into cells, in one pass over bytes that may end anywhere.

use super::{
    field::Field,
    tape::{Cell, Kind, Tape},
};
use crate::Limits;

/// Recursion stays below this whatever the caller's limit is.
const DEEPEST: usize = 512;

/// Why no value was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// What stands at `at` is not JSON; when `at` is the end of the bytes, more of them are needed.
    Syntax { at: usize, expected: &'static str },
    /// What begins at `at` goes beyond a limit.
    Limit { at: usize, limit: Limit },
}

/// Which limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Limit {
    Depth,
    Values,
}

/// Reads cells from bytes onto a tape.
pub(super) struct Parser<'s> {
    bytes: &'s [u8],
    pub(super) at: usize,
    /// How many more levels may be entered.
    levels: usize,
    /// How many cells there may be.
    most: usize,
    tape: &'s mut Tape,
}

type Step<T = ()> = Result<T, Stop>;

impl<'s> Parser<'s> {
    /// A parser at the beginning of `bytes`, and a tape with nothing on it.
    pub(super) fn new(bytes: &'s [u8], tape: &'s mut Tape, limits: Limits) -> Self {
        tape.clear();
        Self { bytes, at: 0, levels: limits.max_depth.min(DEEPEST), most: limits.max_nodes, tape }
    }

    /// Reads a member name and what stands between it and its value.
    pub(super) fn name(&mut self) -> Step {
        if self.peek() != Some(b'"') {
            return self.expected("a member name in `\"`");
        }
        self.string(Kind::Name)?;
        if self.peek() != Some(b':') {
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.expected("`:`");
            }
        }
        self.at += 1;
        self.skip_space();
        if self.peek().is_none() {
            return self.expected("a value");
        }
        Ok(())
    }

    /// Reads a value.
    pub(super) fn value(&mut self) -> Step {
        match self.peek() {
            Some(b'"') => self.string(Kind::Text),
            Some(b'{') => self.nested(Kind::Object, Self::object),
            Some(b'[') => self.nested(Kind::List, Self::list),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Kind::True),
            Some(b'f') => self.word("false", Kind::False),
            Some(b'n') => self.word("null", Kind::Null),
            _ => self.expected("a value"),
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'s [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.skip_blanks();
        }
    }

    /// Blanks are rare, or many in a row: a new line and its indentation.
    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            while let Some(chunk) = self.rest().first_chunk() {
                let blanks = leading_blanks(*chunk);
                self.at += blanks;
                if blanks < chunk.len() {
                    break;
                }
            }
        }
    }

    fn expected<T>(&self, expected: &'static str) -> Step<T> {
        Err(Stop::Syntax { at: self.at, expected })
    }

    fn limit<T>(&self, limit: Limit) -> Step<T> {
        Err(Stop::Limit { at: self.at, limit })
    }

    #[inline]
    fn push(&mut self, cell: Cell) -> Step<usize> {
        let index = self.tape.cells.len();
        if index >= self.most {
            return self.limit(Limit::Values);
        }
        self.tape.cells.push(cell);
        Ok(index)
    }

    #[inline]
    fn nested(&mut self, kind: Kind, inner: fn(&mut Self, usize) -> Step) -> Step {
        let Some(levels) = self.levels.checked_sub(1) else { return self.limit(Limit::Depth) };
        let index = self.push(Cell::new(kind, self.at))?;
        self.levels = levels;
        self.at += 1;
        self.skip_space();
        inner(self, index)?;
        self.levels += 1;
        self.tape.close(index);
        Ok(())
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Step {
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return self.scalar(Cell::new(kind, start));
        }
        if word.as_bytes().starts_with(rest) {
            self.at = self.bytes.len();
        }
        self.expected("a value")
    }

    #[inline]
    fn scalar(&mut self, mut cell: Cell) -> Step {
        cell.end_behind(self.tape.cells.len());
        self.push(cell).map(|_| ())
    }

    fn list(&mut self, _: usize) -> Step {
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value()?;
            if self.closes(b']', "`,` or `]`")? {
                return Ok(());
            }
        }
    }

    fn object(&mut self, index: usize) -> Step {
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut seen = 0_u128;
        let (mut others, mut twice) = (0, false);
        loop {
            let name = self.tape.cells.len();
            self.name()?;
            match self.tape.field(name) {
                Field::Other => others += 1,
                field => {
                    let bit = 1 << field.number();
                    twice |= seen & bit != 0;
                    seen |= bit;
                }
            }
            self.value()?;
            if self.closes(b'}', "`,` or `}`")? {
                break;
            }
        }
        if twice {
            self.tape.shadow_fields(index);
        }
        if others > 1 {
            self.tape.shadow_others(index, self.bytes);
        }
        Ok(())
    }

    /// After an element: `true` at the closing bracket, `false` when another element follows.
    #[inline]
    fn closes(&mut self, bracket: u8, expected: &'static str) -> Step<bool> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(false)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            _ => self.expected(expected),
        }
    }

    fn digits(&mut self) -> Step {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.expected("a digit");
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Step {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.scalar(Cell::new(Kind::Number, start).spanning(start, self.at))
    }

    fn string(&mut self, kind: Kind) -> Step {
        let quote = self.at;
        let start = quote + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = plain_length(rest);
        self.at = start + length;
        let Some((text, [b'"', ..])) = rest.split_at_checked(length) else {
            return self.escaped(kind, quote, start);
        };
        let mut cell = Cell::new(kind, quote).spanning(start, self.at);
        if kind == Kind::Name {
            cell.field = Field::named(text);
        }
        self.at += 1;
        self.scalar(cell)
    }

    /// The rest of a string that has escapes.
    fn escaped(&mut self, kind: Kind, quote: usize, start: usize) -> Step {
        let from = self.tape.decoded.len();
        let mut plain = start;
        loop {
            self.tape.decoded.extend_from_slice(self.bytes.get(plain..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let character = self.escape()?;
                    self.tape.decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(_) => return self.expected("an escape such as `\\n` instead of a control character"),
                None => return self.expected("the end of the string, `\"`"),
            }
            plain = self.at;
            self.at += plain_length(self.rest());
        }
        self.at += 1;
        let mut cell = Cell::new(kind, quote).spanning(from, self.tape.decoded.len());
        cell.decoded = true;
        if kind == Kind::Name {
            cell.field = Field::named(self.tape.decoded.get(from..).unwrap_or_default());
        }
        self.scalar(cell)
    }

    fn escape(&mut self) -> Step<char> {
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return self.expected("one of `\"\\/bfnrtu` after `\\`"),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Step<char> {
        let first = self.hex()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let pair = "a pair of surrogates such as `\\ud83d\\ude00`";
        let rest = self.rest();
        if first >= 0xDC00 || !rest.starts_with(b"\\u") {
            if first < 0xDC00 && b"\\u".starts_with(rest) {
                self.at = self.bytes.len();
            }
            return self.expected(pair);
        }
        self.at += 1;
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return self.expected(pair);
        }
        match char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)) {
            Some(character) => Ok(character),
            None => self.expected(pair),
        }
    }

    /// The four digits after a `u`.
    fn hex(&mut self) -> Step<u32> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return self.expected("four hexadecimal digits after `\\u`") };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes of a string stand for themselves. Eight are looked at together.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks();
    for (chunk, at) in chunks.iter().zip((0..).step_by(8)) {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F)).unwrap_or(rest.len());
    bytes.len() - rest.len() + plain
}

/// How many of eight bytes are spaces before the first that is none.
#[inline]
fn leading_blanks(chunk: [u8; 8]) -> usize {
    let others = u64::from_le_bytes(chunk) ^ (ONES * u64::from(b' '));
    others.trailing_zeros() as usize / 8
}

/// The high bit of each byte that is a quotation mark, a backslash or a control character. Bits above the lowest may be
/// wrong, because subtraction borrows.
#[inline]
fn special(word: u64) -> u64 {
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word;
    // With one bit turned round, quotation marks are the next below which are only control characters.
    let quote_or_control = below(word ^ (ONES * 0x02), 0x21);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    (quote_or_control | backslash) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, max_depth: usize) -> Result<Tape, Stop> {
        let mut tape = Tape::default();
        let mut parser = Parser::new(text.as_bytes(), &mut tape, Limits { max_depth, ..Limits::default() });
        parser.skip_space();
        parser.value()?;
        parser.skip_space();
        if parser.peek().is_some() {
            return parser.expected("the end");
        }
        Ok(tape)
    }

    #[test]
    fn accepts_and_refuses_what_another_parser_does() {
        let texts = [
            "{}",
            "[]",
            "[1,2]",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "01",
            "-",
            "-0",
            "1.",
            "1.5e",
            "1.5e-3",
            "1E+2",
            "tru",
            "true",
            "nul",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"a\tb\"",
            "\"a",
            "[[1]",
            "{\"a\":{\"b\":[null,false]}} ",
            "{\"a\":1}x",
            "",
            " ",
            "[1 2]",
            "{1:2}",
            "{\"a\" 1}",
            "\"é\\u00e9\"",
        ];
        for text in texts {
            let ours = parse(text, 64).is_ok();
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(ours, theirs, "{text}");
        }
    }

    #[test]
    fn escapes_are_read() {
        let tape = parse(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#, 1).unwrap();
        assert_eq!(std::str::from_utf8(&tape.decoded), Ok("\"\\/\u{8}\u{c}\n\r\té😀x"));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse("[[[]]]", 3).is_ok());
        assert_eq!(parse("[[[]]]", 2).err(), Some(Stop::Limit { at: 2, limit: Limit::Depth }));
        assert!(matches!(parse(&"[".repeat(1_000_000), usize::MAX), Err(Stop::Limit { limit: Limit::Depth, .. })));
    }

    #[test]
    fn a_text_that_was_cut_only_wants_more() {
        let text = r#"{"a\u00e9\ud83d\ude00":[true,false,null,-1.5e+3,"x\n"],"eventTime":{}} "#;
        for length in 0..text.len() - 1 {
            let Some(part) = text.get(..length) else { continue };
            assert!(matches!(parse(part, 9), Err(Stop::Syntax { at, .. }) if at == length), "{part}");
        }
    }

    #[test]
    fn plain_bytes_are_counted_wherever_the_others_stand() {
        for special in [b'"', b'\\', 0, 0x1F, b'\n'] {
            for at in 0..40 {
                let mut bytes = [b'a', b' ', 0x7F, 0xC3, 0xFF, b'!', b'#', b'['].repeat(5);
                bytes[at] = special;
                assert_eq!(plain_length(&bytes), at);
            }
        }
        assert_eq!(plain_length(&[0x80; 20]), 20);
    }
}
