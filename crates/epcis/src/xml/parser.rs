//! Tokens of well-formed XML: names resolved, references replaced, places known, sizes bounded.

use std::io::{self, BufRead};

use quick_xml::{
    NsReader, XmlVersion,
    encoding::DecodingReader,
    events::{BytesDecl, BytesRef, BytesStart, Event},
    name::{Prefix, ResolveResult},
};

use super::{
    source::{Source, TooLarge},
    tree::Element,
};
use crate::{Finding, Limits, Location, Name, Rule, Severity, rule};

/// What stands next in the document, besides character data.
pub(super) enum Token {
    /// A start tag: an element without its content.
    Start(Element),
    /// An end tag.
    End,
    /// The end of the input.
    Eof,
}

/// Why reading cannot go on.
pub(super) enum Stop {
    /// The input failed.
    Io(io::Error),
    /// The document is at fault.
    Finding(Box<Finding>),
}

pub(super) struct Parser<R> {
    reader: NsReader<Source<DecodingReader<R>>>,
    buffer: Vec<u8>,
    version: XmlVersion,
    depth: usize,
    max_depth: usize,
    /// A remark about the document that does not stop reading.
    pub(super) remark: Option<Finding>,
}

impl<R: BufRead> Parser<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        let source = Source::new(DecodingReader::new(input), limits.max_event_bytes);
        let mut reader = NsReader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            version: XmlVersion::Explicit1_0,
            depth: 0,
            max_depth: limits.max_depth,
            remark: None,
        }
    }

    /// Begins a new piece of the document, for the limit on its size.
    pub(super) fn renew(&mut self) {
        self.reader.get_mut().renew();
    }

    /// The next tag; character data before it is appended to `text`.
    pub(super) fn next(&mut self, text: &mut String) -> Result<Token, Stop> {
        loop {
            let (line, column) = self.reader.get_ref().position();
            self.buffer.clear();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.failed(error)),
            };
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.depth += 1;
                    if self.depth > self.max_depth {
                        let message = format!("elements are nested deeper than {} levels", self.max_depth);
                        return Err(stop(rule::XML_LIMIT, line, column, message, None));
                    }
                    return element(&self.reader, self.version, &start, line, column).map(Token::Start);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::End);
                }
                Event::Eof => return Ok(Token::Eof),
                Event::Text(data) => text.push_str(&data.xml_content(self.version)),
                Event::CData(data) => text.push_str(&data.xml_content(self.version)),
                Event::GeneralRef(reference) => text.push(character(&reference, line, column)?),
                Event::Decl(declaration) => {
                    self.version = declared(&declaration, line, column)?;
                    if let Some(encoding) = declaration.encoder() {
                        self.reader.get_mut().inner_mut().set_encoding(encoding);
                    }
                }
                Event::DocType(declaration) => {
                    let finding = doctype(&declaration, line, column);
                    if finding.severity == Severity::Reject {
                        return Err(Stop::Finding(Box::new(finding)));
                    }
                    self.remark = Some(finding);
                }
                Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }

    /// The whole element whose start tag was just read.
    pub(super) fn whole(&mut self, root: Element) -> Result<Element, Stop> {
        let mut open = Vec::new();
        let mut current = root;
        let mut text = String::new();
        loop {
            match self.next(&mut text)? {
                Token::Start(child) => {
                    take_text(&mut current, &mut text, false);
                    open.push(std::mem::replace(&mut current, child));
                }
                Token::End => {
                    take_text(&mut current, &mut text, true);
                    let Some(parent) = open.pop() else { return Ok(current) };
                    let child = std::mem::replace(&mut current, parent);
                    current.children.push(child);
                }
                Token::Eof => return Err(self.ended_early(&current)),
            }
        }
    }

    /// Passes over the element whose start tag was just read.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let mut text = String::new();
        let mut depth = 1_usize;
        while depth > 0 {
            text.clear();
            self.renew();
            match self.next(&mut text)? {
                Token::Start(_) => depth += 1,
                Token::End => depth -= 1,
                Token::Eof => return Err(self.malformed("the document ends inside an element".to_owned())),
            }
        }
        Ok(())
    }

    pub(super) fn ended_early(&self, open: &Element) -> Stop {
        self.malformed(format!("the document ends inside `{}`", open.qualified_name()))
    }

    pub(super) fn malformed(&self, message: String) -> Stop {
        let (line, column) = self.reader.get_ref().position();
        stop(rule::XML_SYNTAX, line, column, message, Some("send well-formed XML"))
    }

    fn failed(&self, error: quick_xml::Error) -> Stop {
        match error {
            quick_xml::Error::Io(error) => {
                if let Some(TooLarge { limit }) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
                    let (line, column) = self.reader.get_ref().position();
                    let message = format!("one piece of the document is larger than {limit} bytes");
                    return stop(rule::XML_LIMIT, line, column, message, Some("split the event"));
                }
                Stop::Io(io::Error::new(error.kind(), error))
            }
            quick_xml::Error::Encoding(error) => {
                let (line, column) = self.reader.get_ref().position();
                stop(rule::XML_ENCODING, line, column, error.to_string(), Some("send UTF-8, or declare the encoding"))
            }
            other => self.malformed(other.to_string()),
        }
    }
}

/// Gives the text read so far to the element that it stands in.
fn take_text(element: &mut Element, text: &mut String, at_end: bool) {
    if at_end && element.children.is_empty() && element.text.is_empty() {
        element.text = std::mem::take(text);
    } else if !text.trim_ascii().is_empty() {
        element.text.push_str(text);
    }
    text.clear();
}

fn stop(rule: &'static Rule, line: u64, column: u64, message: String, help: Option<&str>) -> Stop {
    Stop::Finding(Box::new(finding(rule, Severity::Reject, line, column, message, help)))
}

fn finding(
    rule: &'static Rule,
    severity: Severity,
    line: u64,
    column: u64,
    message: String,
    help: Option<&str>,
) -> Finding {
    let at = Location { line, column, ..Location::default() };
    Finding { help: help.map(str::to_owned), ..Finding::new(rule, severity, at, message) }
}

/// A bare `<!DOCTYPE name>` declares nothing; everything else is refused unread.
fn doctype(declaration: &str, line: u64, column: u64) -> Finding {
    let bare = !declaration.trim().contains(|character: char| !is_name(character));
    let (severity, message) = if bare {
        (Severity::Warn, format!("the document type `{}` declares nothing", declaration.trim()))
    } else {
        (Severity::Reject, "the document has a document type declaration".to_owned())
    };
    finding(rule::DOCTYPE, severity, line, column, message, Some("leave `<!DOCTYPE …>` out"))
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':')
}

/// The version of XML that a declaration names, when its encoding is one that we can read.
fn declared(declaration: &BytesDecl<'_>, line: u64, column: u64) -> Result<XmlVersion, Stop> {
    if declaration.encoding().is_some() && declaration.encoder().is_none() {
        let message = "the declared encoding is not known".to_owned();
        return Err(stop(rule::XML_ENCODING, line, column, message, Some("send UTF-8")));
    }
    declaration
        .xml_version()
        .map_err(|error| stop(rule::XML_SYNTAX, line, column, error.to_string(), Some("send well-formed XML")))
}

/// A character reference, or one of the five entities that need no declaration.
fn character(reference: &BytesRef<'_>, line: u64, column: u64) -> Result<char, Stop> {
    let help = Some("write the character itself; only `&lt; &gt; &amp; &apos; &quot;` and numbers can be referred to");
    let unknown = || stop(rule::ENTITY, line, column, format!("`&{};` is not defined", &**reference), help);
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character),
        Err(_) => Err(unknown()),
        Ok(None) => match &**reference {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "apos" => Ok('\''),
            "quot" => Ok('"'),
            _ => Err(unknown()),
        },
    }
}

fn element<R>(
    reader: &NsReader<R>,
    version: XmlVersion,
    start: &BytesStart<'_>,
    line: u64,
    column: u64,
) -> Result<Element, Stop> {
    let resolver = reader.resolver();
    let (namespace, local) = resolver.resolve_element(start.name());
    let name = name(&namespace, start.name().prefix(), local.as_ref());
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let malformed = |message: String| stop(rule::XML_SYNTAX, line, column, message, Some("send well-formed XML"));
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = resolver.resolve_attribute(attribute.key);
        let value = attribute.normalized_value(version).map_err(|error| malformed(error.to_string()))?;
        attributes.push((self::name(&namespace, attribute.key.prefix(), local.as_ref()), value.into_owned()));
    }
    Ok(Element { name, attributes, text: String::new(), children: Vec::new(), line, column })
}

fn name(namespace: &ResolveResult<'_>, prefix: Option<Prefix<'_>>, local: &str) -> Name {
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
    };
    Name {
        namespace,
        prefix: prefix.map_or_else(String::new, |prefix| prefix.as_ref().to_owned()),
        local: local.to_owned(),
    }
}
