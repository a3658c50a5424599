//! The markup of a piece of text: tags, text, comments and the rest, one after the other.
//!
//! A piece may end anywhere. What the scanner says of a piece it would say of every longer one, so that a document
//! reads the same however it was cut on its way.

use super::name::{QName, is_name_byte};

/// One piece of markup.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// A start tag, or the tag of an empty element.
    Start(Tag<'a>),
    /// An end tag.
    End(&'a str),
    /// Character data with its references.
    Text(&'a str),
    /// Character data of a CDATA section.
    CData(&'a str),
    /// `<!-- … -->`
    Comment,
    /// `<? … ?>`, without the brackets.
    Instruction(&'a str),
    /// `<!DOCTYPE … >`, what stands behind the key word.
    Doctype(&'a str),
    /// The end of the text.
    Eof,
}

/// A start tag; its attributes stand in the buffer given to the scanner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) name: QName<'a>,
    /// Where it begins.
    pub(super) offset: usize,
    /// Whether the element ends with it.
    pub(super) empty: bool,
}

/// An attribute as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawAttribute<'a> {
    pub(super) name: QName<'a>,
    /// The value with its references.
    pub(super) value: &'a str,
    /// Where the value begins.
    pub(super) offset: usize,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Halt {
    /// The piece ends before the token does.
    Incomplete,
    /// The text is not XML.
    Malformed(Malformed),
}

/// What is wrong with the text, and where.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) offset: usize,
    pub(super) fault: Fault,
}

/// What is wrong with the text.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not well-formed.
    Syntax(String),
    /// A reference to something that was never defined.
    Entity(String),
    /// The root element, of this name, begins another kind of document.
    Kind { name: String, message: String },
    /// A document type declaration that declares something.
    Doctype,
    /// More than the limits allow.
    Limit(String),
}

/// Reads markup from a piece of text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Whether nothing stands behind the piece.
    whole: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, whole: bool) -> Self {
        Self { text, at: 0, whole }
    }

    /// How much was read.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The next token. Attributes of a start tag are put behind those in `attributes`.
    pub(super) fn next(&mut self, attributes: &mut Vec<RawAttribute<'a>>) -> Result<Token<'a>, Halt> {
        let rest = self.rest();
        match rest.as_bytes() {
            [] if self.whole => Ok(Token::Eof),
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', b'!', ..] => self.declaration(rest),
            [b'<', b'?', ..] => self.enclosed(2, "?>").map(Token::Instruction),
            [b'<', _, ..] => self.start_tag(attributes).map(Token::Start),
            [] | [b'<'] => Err(Halt::Incomplete),
            bytes => {
                let length = match memchr::memchr(b'<', bytes) {
                    Some(length) => length,
                    None if self.whole => bytes.len(),
                    None => return Err(Halt::Incomplete),
                };
                self.at += length;
                Ok(Token::Text(rest.get(..length).unwrap_or_default()))
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Result<u8, Halt> {
        self.text.as_bytes().get(self.at).copied().ok_or(Halt::Incomplete)
    }

    fn malformed<T>(&self, message: impl Into<String>) -> Result<T, Halt> {
        malformed(self.at, message)
    }

    /// What stands between `opening` bytes and `close`.
    fn enclosed(&mut self, opening: usize, close: &str) -> Result<&'a str, Halt> {
        let content = self.rest().get(opening..).unwrap_or_default();
        let length = memchr::memmem::find(content.as_bytes(), close.as_bytes()).ok_or(Halt::Incomplete)?;
        self.at += opening + length + close.len();
        Ok(content.get(..length).unwrap_or_default())
    }

    fn declaration(&mut self, rest: &'a str) -> Result<Token<'a>, Halt> {
        let begin = self.at;
        if rest.starts_with("<!--") {
            let comment = self.enclosed(4, "-->")?;
            return if comment.contains("--") || comment.ends_with('-') {
                malformed(begin, "a comment holds `--`")
            } else {
                Ok(Token::Comment)
            };
        }
        if rest.starts_with("<![CDATA[") {
            return self.enclosed(9, "]]>").map(Token::CData);
        }
        if rest.starts_with("<!DOCTYPE") {
            return self.doctype(rest);
        }
        if ["<!--", "<![CDATA[", "<!DOCTYPE"].iter().any(|opening| opening.starts_with(rest)) {
            return Err(Halt::Incomplete);
        }
        self.malformed("`<!` begins nothing that XML knows")
    }

    /// A document type declaration, unless it declares something.
    fn doctype(&mut self, rest: &'a str) -> Result<Token<'a>, Halt> {
        let content = rest.get(9..).unwrap_or_default();
        let length = content.find(['>', '[', '"', '\'']).ok_or(Halt::Incomplete)?;
        if content.as_bytes().get(length) != Some(&b'>') {
            return Err(Halt::Malformed(Malformed { offset: self.at, fault: Fault::Doctype }));
        }
        self.at += length + 10;
        Ok(Token::Doctype(content.get(..length).unwrap_or_default()))
    }

    fn end_tag(&mut self) -> Result<Token<'a>, Halt> {
        let content = self.rest().get(2..).unwrap_or_default();
        let length = memchr::memchr2(b'>', b'<', content.as_bytes()).ok_or(Halt::Incomplete)?;
        if content.as_bytes().get(length) == Some(&b'<') {
            return self.malformed("an end tag is not closed");
        }
        self.at += length + 3;
        let name = content.get(..length).unwrap_or_default();
        Ok(Token::End(if name.ends_with(is_space_character) {
            name.trim_end_matches(is_space_character)
        } else {
            name
        }))
    }

    fn start_tag(&mut self, attributes: &mut Vec<RawAttribute<'a>>) -> Result<Tag<'a>, Halt> {
        let offset = self.at;
        self.at += 1;
        let name = self.name()?;
        loop {
            let spaced = self.skip_space();
            match self.byte()? {
                b'>' => {
                    self.at += 1;
                    return Ok(Tag { name, offset, empty: false });
                }
                b'/' => {
                    self.at += 1;
                    if self.byte()? != b'>' {
                        return self.malformed("`/` is not followed by `>`");
                    }
                    self.at += 1;
                    return Ok(Tag { name, offset, empty: true });
                }
                _ if !spaced => return self.malformed("a name is not followed by white space"),
                _ => {
                    let attribute = self.attribute()?;
                    attributes.push(attribute);
                }
            }
        }
    }

    fn attribute(&mut self) -> Result<RawAttribute<'a>, Halt> {
        let name = self.name()?;
        self.skip_space();
        if self.byte()? != b'=' {
            return self.malformed(format!("the attribute `{}` has no value", name.written()));
        }
        self.at += 1;
        self.skip_space();
        let quote = self.byte()?;
        if !matches!(quote, b'"' | b'\'') {
            return self.malformed(format!("the value of `{}` is not in quotes", name.written()));
        }
        self.at += 1;
        let rest = self.rest();
        let length = memchr::memchr2(quote, b'<', rest.as_bytes()).ok_or(Halt::Incomplete)?;
        if rest.as_bytes().get(length) == Some(&b'<') {
            return malformed(self.at + length, format!("the value of `{}` holds `<`", name.written()));
        }
        let offset = self.at;
        self.at += length + 1;
        Ok(RawAttribute { name, value: rest.get(..length).unwrap_or_default(), offset })
    }

    fn name(&mut self) -> Result<QName<'a>, Halt> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !is_name_byte(byte)).ok_or(Halt::Incomplete)?;
        let name = rest.get(..length).unwrap_or_default();
        let Some(name) = QName::parse(name) else {
            return self.malformed(match name {
                "" => "a name was expected".to_owned(),
                name => format!("`{name}` is not a name"),
            });
        };
        self.at += length;
        Ok(name)
    }

    fn skip_space(&mut self) -> bool {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = bytes.iter().take_while(|byte| is_space(**byte)).count();
        self.at += length;
        length > 0
    }
}

/// The pseudo attributes of an XML declaration, from the version on.
pub(super) fn pseudo_attributes(declaration: &str) -> Result<Vec<RawAttribute<'_>>, Halt> {
    let mut scanner = Scanner::new(declaration, true);
    let mut found = Vec::new();
    while scanner.skip_space() && !scanner.rest().is_empty() {
        found.push(scanner.attribute()?);
    }
    if scanner.rest().is_empty() { Ok(found) } else { scanner.malformed("the XML declaration is not one") }
}

pub(super) fn malformed<T>(offset: usize, message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Malformed(Malformed { offset, fault: Fault::Syntax(message.into()) }))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) fn is_space_character(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}
