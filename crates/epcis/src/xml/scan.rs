//! The markup of a piece of text: tags, text, comments and the rest, one after the other.
//!
//! A piece may end anywhere. What the scanner says of a piece it would say of every longer one, so that a document
//! reads the same however it was cut on its way.

use std::borrow::Cow;

use quick_xml::{
    Error, Reader,
    errors::{IllFormedError, SyntaxError},
    events::{
        Event,
        attributes::{AttrError, Attributes},
    },
};

use super::name::QName;

/// A byte order mark.
const MARK: char = '\u{FEFF}';

const DOCTYPE: &str = "<!DOCTYPE";

const NO_DECLARATION: &str = "`<!` begins nothing that XML knows";

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

/// Reads markup from a piece of text: the events of `quick_xml`, and what it leaves to others of well-formedness.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    reader: Reader<&'a [u8]>,
    /// How much the reader passes over without counting it.
    mark: usize,
    /// Whether nothing stands behind the piece.
    whole: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, whole: bool) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_comments = true;
        // The names of end tags are compared where the elements are kept, references are resolved there.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mark = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        Self { text, at: 0, reader, mark, whole }
    }

    /// How much was read.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The next token. Attributes of a start tag are put behind those in `attributes`.
    pub(super) fn next(&mut self, attributes: &mut Vec<RawAttribute<'a>>) -> Result<Token<'a>, Halt> {
        let begin = self.at;
        if begin < self.mark {
            // That of a document has gone already. The reader would pass over any that begins a piece.
            self.at = self.mark;
            return Ok(Token::Text(self.text.get(..self.at).unwrap_or_default()));
        }
        let event = self.reader.read_event();
        if matches!(event, Ok(Event::Text(_) | Event::GeneralRef(_))) {
            return self.rest_of_text(begin);
        }
        self.at = self.reached();
        let markup = self.text.get(begin..self.at).unwrap_or_default();
        let inside = |open: usize, close: usize| markup.get(open..markup.len() - close).unwrap_or_default();
        match event {
            Ok(Event::Start(tag)) => start_tag(inside(1, 1), tag.name().0.len(), begin, false, attributes),
            Ok(Event::Empty(tag)) => start_tag(inside(1, 2), tag.name().0.len(), begin, true, attributes),
            Ok(Event::End(tag)) => Ok(Token::End(markup.get(2..2 + tag.len()).unwrap_or_default())),
            Ok(Event::CData(_)) => Ok(Token::CData(inside(9, 3))),
            Ok(Event::Comment(_)) => Ok(Token::Comment),
            Ok(Event::Decl(_) | Event::PI(_)) => Ok(Token::Instruction(inside(2, 2))),
            Ok(Event::DocType(_)) if markup.starts_with(DOCTYPE) => Ok(Token::Doctype(inside(DOCTYPE.len(), 1))),
            Ok(Event::DocType(_)) => malformed(begin, NO_DECLARATION),
            Ok(Event::Eof) if self.whole => Ok(Token::Eof),
            Ok(Event::Eof | Event::Text(_) | Event::GeneralRef(_)) => Err(Halt::Incomplete),
            Err(error) => Err(self.halt(begin, &error)),
        }
    }

    /// How far the reader has come.
    fn reached(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).map_or(self.text.len(), |passed| self.mark + passed)
    }

    /// Text up to the next markup, with the references that the reader takes for events of their own.
    fn rest_of_text(&mut self, begin: usize) -> Result<Token<'a>, Halt> {
        while !self.text.get(self.reached()..).is_none_or(|rest| rest.is_empty() || rest.starts_with('<')) {
            // Neither text nor references are errors here.
            if self.reader.read_event().is_err() {
                break;
            }
        }
        self.at = self.reached();
        if self.at == self.text.len() && !self.whole {
            return Err(Halt::Incomplete);
        }
        Ok(Token::Text(self.text.get(begin..self.at).unwrap_or_default()))
    }

    /// What an error of the reader means.
    fn halt(&self, begin: usize, error: &Error) -> Halt {
        let markup = self.text.get(begin..).unwrap_or_default();
        let message = match error {
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => "a comment holds `--`",
            // The reader looks at the first letter of the key word only.
            Error::Syntax(SyntaxError::UnclosedDoctype) if !begins_doctype(markup) => NO_DECLARATION,
            Error::Syntax(SyntaxError::UnclosedDoctype) if markup.contains(['[', '"', '\'']) => {
                return Halt::Malformed(Malformed { offset: begin, fault: Fault::Doctype });
            }
            Error::Syntax(_) if self.at == self.text.len() || markup.len() < 3 => return Halt::Incomplete,
            Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
                "a processing instruction has no name"
            }
            _ => NO_DECLARATION,
        };
        Halt::Malformed(Malformed { offset: begin, fault: Fault::Syntax(message.to_owned()) })
    }
}

/// Whether a piece can be the beginning of a document type declaration.
fn begins_doctype(markup: &str) -> bool {
    markup.bytes().zip(DOCTYPE.bytes()).all(|(found, wanted)| found == wanted)
}

/// A start tag of this content, without its brackets; `length` is that of the name.
fn start_tag<'a>(
    content: &'a str,
    length: usize,
    offset: usize,
    empty: bool,
    attributes: &mut Vec<RawAttribute<'a>>,
) -> Result<Token<'a>, Halt> {
    let name = name(content.get(..length).unwrap_or_default(), offset + 1)?;
    if length < content.len() {
        take_attributes(content, length, offset + 1, attributes)?;
    }
    Ok(Token::Start(Tag { name, offset, empty }))
}

/// The attributes that stand in `content` from `from` on; `offset` is where the content begins.
fn take_attributes<'a>(
    content: &'a str,
    from: usize,
    offset: usize,
    attributes: &mut Vec<RawAttribute<'a>>,
) -> Result<(), Halt> {
    let position = |part: &str| part.as_ptr().addr() - content.as_ptr().addr();
    let mut free = from;
    for attribute in Attributes::new(content, from).with_checks(false) {
        let attribute = attribute.or_else(|error| no_attribute(&error, offset))?;
        let (Cow::Borrowed(value), quick_xml::name::QName(written)) = (attribute.value, attribute.key) else {
            continue;
        };
        let (key, at) = (position(written), position(value));
        if key == free {
            return malformed(offset + key, "an attribute does not follow white space");
        }
        let name = name(written, offset + key)?;
        if let Some(bracket) = memchr::memchr(b'<', value.as_bytes()) {
            return malformed(offset + at + bracket, format!("the value of `{written}` holds `<`"));
        }
        attributes.push(RawAttribute { name, value, offset: offset + at });
        free = at + value.len() + 1;
    }
    Ok(())
}

/// Why something in a tag is no attribute.
fn no_attribute<T>(error: &AttrError, offset: usize) -> Result<T, Halt> {
    match *error {
        AttrError::UnquotedValue(at) | AttrError::ExpectedQuote(at, _) => {
            malformed(offset + at, "the value of an attribute is not in quotes")
        }
        AttrError::ExpectedEq(at) | AttrError::ExpectedValue(at) | AttrError::Duplicated(at, _) => {
            malformed(offset + at, "an attribute has no value")
        }
    }
}

fn name(written: &str, offset: usize) -> Result<QName<'_>, Halt> {
    QName::parse(written).map_or_else(
        || match written {
            "" => malformed(offset, "a name was expected"),
            written => malformed(offset, format!("`{written}` is not a name")),
        },
        Ok,
    )
}

/// The pseudo attributes of an XML declaration, from the version on.
pub(super) fn pseudo_attributes(declaration: &str) -> Result<Vec<RawAttribute<'_>>, Halt> {
    let mut found = Vec::new();
    take_attributes(declaration, 0, 0, &mut found)?;
    Ok(found)
}

pub(super) fn malformed<T>(offset: usize, message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Malformed(Malformed { offset, fault: Fault::Syntax(message.into()) }))
}
