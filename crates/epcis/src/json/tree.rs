//! A JSON text as a tree that borrows from the input and knows where each value stands.
//!
//! `serde_json` gives neither the place of a member nor repeated names, and both belong into findings.

use std::borrow::Cow;

/// Recursion stays below this whatever the caller's limit is.
const DEEPEST: usize = 512;

/// A value and the byte offset at which it begins.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) at: usize,
    pub(super) value: Json<'a>,
}

/// The kinds of JSON values.
#[derive(Debug)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// Digits as written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

/// A member of an object; `at` is where its name begins.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) at: usize,
    pub(super) name: Cow<'a, str>,
    pub(super) node: Node<'a>,
}

/// Why a text has no tree.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum TreeError {
    /// Not JSON.
    Syntax { at: usize, found: Option<char>, expected: &'static str },
    /// Deeper than the limit.
    Depth { at: usize },
}

/// A parsed text.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) root: Node<'a>,
    /// Whether some object has two members of one name.
    pub(super) repeats: bool,
}

impl Node<'_> {
    /// What the value is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

/// Parses one JSON value that fills the whole text.
pub(super) fn parse(text: &str, max_depth: usize) -> Result<Tree<'_>, TreeError> {
    let mut parser = Parser { text, at: 0, depth: 0, max_depth: max_depth.min(DEEPEST), repeats: false };
    parser.skip_space();
    let root = parser.node()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(Tree { root, repeats: parser.repeats }),
        Some(_) => Err(parser.expected("the end of the value")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    max_depth: usize,
    repeats: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expected(&self, expected: &'static str) -> TreeError {
        TreeError::Syntax { at: self.at, found: self.rest().chars().next(), expected }
    }

    fn node(&mut self) -> Result<Node<'a>, TreeError> {
        let at = self.at;
        let value = match self.peek() {
            Some(b'"') => Json::Text(self.string()?),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { at, value })
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Json<'a>, TreeError>) -> Result<Json<'a>, TreeError> {
        if self.depth >= self.max_depth {
            return Err(TreeError::Depth { at: self.at });
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = inner(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &'static str, value: Json<'a>) -> Result<Json<'a>, TreeError> {
        if self.rest().starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.expected("a value"))
    }

    fn list(&mut self) -> Result<Json<'a>, TreeError> {
        let mut nodes = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(nodes));
        }
        loop {
            nodes.push(self.node()?);
            if self.closes(b']', "`,` or `]`")? {
                return Ok(Json::List(nodes));
            }
        }
    }

    fn object(&mut self) -> Result<Json<'a>, TreeError> {
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.expected("a member name in `\"`"));
            }
            let name = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            self.skip_space();
            members.push(Member { at, name, node: self.node()? });
            if self.closes(b'}', "`,` or `}`")? {
                self.repeats |= has_repeats(&members);
                return Ok(Json::Object(members));
            }
        }
    }

    /// After an element: `true` at the closing bracket, `false` when another element follows.
    fn closes(&mut self, bracket: u8, expected: &'static str) -> Result<bool, TreeError> {
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
            _ => Err(self.expected(expected)),
        }
    }

    fn digits(&mut self) -> Result<(), TreeError> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.expected("a digit"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<&'a str, TreeError> {
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
        Ok(self.since(start))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, TreeError> {
        self.at += 1;
        let mut owned: Option<String> = None;
        loop {
            let start = self.at;
            self.at += plain_length(self.rest().as_bytes());
            let plain = self.since(start);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match owned {
                        Some(owned) => Cow::Owned(owned + plain),
                        None => Cow::Borrowed(plain),
                    });
                }
                Some(b'\\') => {
                    let owned = owned.get_or_insert_default();
                    owned.push_str(plain);
                    owned.push(self.escape()?);
                }
                Some(_) => return Err(self.expected("an escape such as `\\n` instead of a control character")),
                None => return Err(self.expected("the end of the string, `\"`")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, TreeError> {
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.expected("one of `\"\\/bfnrtu` after `\\`")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, TreeError> {
        let first = self.hex()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let pair = "a pair of surrogates such as `\\ud83d\\ude00`";
        if first >= 0xDC00 || !self.rest().starts_with("\\u") {
            return Err(self.expected(pair));
        }
        self.at += 1;
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(self.expected(pair));
        }
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(|| self.expected(pair))
    }

    /// The four digits after a `u`.
    fn hex(&mut self) -> Result<u32, TreeError> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.expected("four hexadecimal digits after `\\u`")) };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

/// How many bytes of a string stand for themselves.
fn plain_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F)).unwrap_or(bytes.len())
}

fn has_repeats(members: &[Member<'_>]) -> bool {
    if members.len() <= 8 {
        let earlier = |i: usize, name: &str| members.iter().take(i).any(|member| member.name == name);
        return members.iter().enumerate().any(|(i, member)| earlier(i, &member.name));
    }
    let mut names: Vec<&str> = members.iter().map(|member| &*member.name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let tree = parse(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#, 1).unwrap();
        let Json::Text(text) = tree.root.value else { panic!("not a string") };
        assert_eq!(text, "\"\\/\u{8}\u{c}\n\r\té😀x");
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse("[[[]]]", 3).is_ok());
        assert_eq!(parse("[[[]]]", 2).err(), Some(TreeError::Depth { at: 2 }));
        assert!(matches!(parse(&"[".repeat(1_000_000), usize::MAX), Err(TreeError::Depth { .. })));
    }

    #[test]
    fn repeated_names_are_noticed_in_small_and_large_objects() {
        assert!(parse(r#"{"a":1,"b":{"c":1,"c":2}}"#, 9).unwrap().repeats);
        let many: Vec<String> = (0..20).map(|i| format!("\"m{}\":{i}", i % 19)).collect();
        assert!(parse(&format!("{{{}}}", many.join(",")), 9).unwrap().repeats);
        assert!(!parse(r#"{"a":1,"b":1}"#, 9).unwrap().repeats);
    }
}
