//! EPCIS XML 2.0 and 1.x, read event by event from bytes that are pushed in.

mod beside;
mod build;
mod document;
mod encoding;
mod event;
mod events;
mod grammar;
mod items;
mod masterdata;
mod name;
mod open;
mod reading;
mod reference;
mod root;
mod sbdh;
mod scan;
mod scope;
mod sensor;
mod sequence;
mod source;
mod tree;
mod value;
mod walk;

pub(crate) use value::{is_date_time_stamp, is_number};

use encoding::NoText;
use reading::{Reading, Step};
use scan::{Fault, Halt, Malformed};
use source::{Failure, Source};

use crate::{Finding, Item, Limits, Location, Rule, Severity, decoder::Decode, input::Position, rule};

/// Decodes XML documents; see [`Decoder`](crate::Decoder).
pub(crate) struct XmlDecoder {
    source: Source,
    reading: Reading,
    limits: Limits,
    /// How much must be there before another attempt is worth it.
    wanted: usize,
    done: bool,
}

impl Decode for XmlDecoder {
    fn push(&mut self, chunk: &[u8]) {
        if !self.done {
            self.source.push(chunk);
        }
    }

    fn end(&mut self) {
        self.source.end();
    }

    fn next_item(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.reading.items.next() {
                return Some(item);
            }
            if self.done || !self.advance() {
                return None;
            }
        }
    }

    fn is_done(&self) -> bool {
        self.done && self.reading.items.is_empty()
    }
}

impl XmlDecoder {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { source: Source::new(), reading: Reading::new(limits), limits, wanted: 0, done: false }
    }

    /// Reads the next piece; `false` when more bytes must come first.
    fn advance(&mut self) -> bool {
        let rest = self.source.rest();
        let text = rest.get(..rest.floor_char_boundary(self.limits.max_event_bytes)).unwrap_or(rest);
        let too_long = text.len() < rest.len();
        let whole = self.source.is_whole() && !too_long;
        if !whole && !too_long && text.len() < self.wanted {
            return false;
        }
        let start = self.source.position();
        match self.reading.step(text, start, whole) {
            Ok(Step::Read(length)) => {
                self.source.take(length);
                self.wanted = 0;
                self.check_sums();
            }
            Ok(Step::Ended) if self.source.failure().is_none() => self.finish(None),
            Ok(Step::Ended) | Err(Halt::Incomplete) if whole => {
                let end = start.after(text.as_bytes());
                let finding = self.cut_short(end);
                self.finish(Some(finding));
            }
            Err(Halt::Incomplete) if too_long => {
                let message = format!("one piece of the document is larger than {} bytes", self.limits.max_event_bytes);
                let finding = self.finding(rule::XML_LIMIT, start, message, "split the event");
                self.finish(Some(finding));
            }
            Ok(Step::Ended) | Err(Halt::Incomplete) => {
                // What was read in vain is read again; only so often that the whole work stays in proportion.
                self.wanted = text.len() + text.len() / 2;
                return false;
            }
            Err(Halt::Malformed(Malformed { offset, fault })) => {
                let at = start.after(text.get(..offset).unwrap_or(text).as_bytes());
                let finding = self.fault(fault, at);
                self.finish(Some(finding));
            }
        }
        true
    }

    fn finish(&mut self, finding: Option<Finding>) {
        if let Some(finding) = finding {
            self.reading.items.push(Item::Finding(finding));
        }
        self.reading.items.release();
        self.done = true;
    }

    /// Limits that no single piece exceeds.
    fn check_sums(&mut self) {
        let max = self.limits.max_findings;
        let items = &self.reading.items;
        let message = if items.rejections() > max {
            format!("more than {max} events or parts of the document are rejected")
        } else if items.waiting() > self.limits.max_nodes {
            format!("more than {} items stand before the name of the query", self.limits.max_nodes)
        } else {
            return;
        };
        let finding = self.finding(rule::XML_LIMIT, self.source.position(), message, "correct what was found so far");
        self.finish(Some(finding));
    }

    /// Why the text ends inside something.
    fn cut_short(&self, at: Position) -> Finding {
        match self.source.failure() {
            None => self.finding(rule::XML_SYNTAX, at, self.reading.cut_short(), "send well-formed XML"),
            Some(Failure::Character(character)) => {
                let message = format!("the character U+{:04X} is not allowed", u32::from(*character));
                self.finding(rule::XML_SYNTAX, at, message, "leave the character out")
            }
            Some(Failure::NoText(NoText::Unknown(label))) => {
                self.finding(rule::XML_ENCODING, at, format!("the encoding `{label}` is not known"), "send UTF-8")
            }
            Some(Failure::NoText(NoText::Invalid(name))) => {
                let message = format!("the next bytes are not {name}");
                self.finding(rule::XML_ENCODING, at, message, "send UTF-8, or declare the encoding")
            }
        }
    }

    fn fault(&self, fault: Fault, at: Position) -> Finding {
        match fault {
            Fault::Syntax(message) => self.finding(rule::XML_SYNTAX, at, message, "send well-formed XML"),
            Fault::Entity(name) => {
                let message = format!("`&{name};` is not defined");
                let help = "write the character itself; only `&lt; &gt; &amp; &apos; &quot;` and numbers can be \
                            referred to";
                self.finding(rule::ENTITY, at, message, help)
            }
            Fault::Kind { name, message } => {
                let help = "begin with `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:2`";
                let mut finding = self.finding(rule::DOCUMENT_KIND, at, message, help);
                finding.at.path = format!("/{name}");
                finding
            }
            Fault::Doctype => {
                let message = "the document has a document type declaration".to_owned();
                self.finding(rule::DOCTYPE, at, message, "leave `<!DOCTYPE …>` out")
            }
            Fault::Limit(message) => self.finding(rule::XML_LIMIT, at, message, "split the event"),
        }
    }

    fn finding(&self, rule: &'static Rule, at: Position, message: String, help: &str) -> Finding {
        let path = self.reading.path().to_owned();
        let at = Location { line: at.line, column: at.column, event: None, path };
        Finding::new(rule, Severity::Reject, at, message).with_help(help)
    }
}
