//! The writer of every target.

use std::io::{self, Write};

use gs1::CompanyPrefixes;

use super::{
    Options, Target,
    identifiers::Identifiers,
    json_document::JsonDocument,
    notes::{BEGINNING, Notes},
    xml_document::XmlDocument,
};
use crate::{Document, Event, Extension, Finding, Location, Section, VocabularyElement};

/// Writes a document item by item.
///
/// Items come in the order of a document: extensions of the header and master data before the first event, everything
/// else when it suits. What comes later than it should is kept at the end of the document. Nothing has to be known
/// beforehand: prefixes that the document does not declare are declared where they are used.
pub struct Writer<W> {
    output: W,
    syntax: Syntax,
    identifiers: Identifiers,
    events: u64,
    /// Where the next event stands in the document that it was read from.
    place: Option<Location>,
    notes: Notes,
}

enum Syntax {
    Json(Box<JsonDocument>),
    Xml(Box<XmlDocument>),
}

impl<W: Write> Writer<W> {
    /// Writes the beginning of a document.
    ///
    /// # Errors
    ///
    /// When `output` fails.
    pub fn start(output: W, document: &Document, options: Options) -> io::Result<Self> {
        let mut notes = Notes::default();
        let syntax = match options.target {
            Target::Json => Syntax::Json(Box::new(JsonDocument::start(document, &options, &mut notes))),
            Target::Xml | Target::Xml12 => Syntax::Xml(Box::new(XmlDocument::start(document, &options, &mut notes))),
        };
        let identifiers = Identifiers::new(options.epc_format, options.company_prefixes);
        let mut writer = Self { output, syntax, identifiers, events: 0, place: None, notes };
        writer.flush_text()?;
        Ok(writer)
    }

    /// Writes an extension that stands beside the events.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn extension(&mut self, section: Section, extension: &Extension) -> io::Result<()> {
        self.notes.enter(None);
        match &mut self.syntax {
            Syntax::Json(document) => document.extension(section, extension, &mut self.notes),
            Syntax::Xml(document) => document.extension(section, extension, &mut self.notes),
        }
        self.flush_text()
    }

    /// Writes an element of master data; elements of one vocabulary follow each other best.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn vocabulary(&mut self, element: &VocabularyElement) -> io::Result<()> {
        self.notes.enter(None);
        let element = self.identifiers.vocabulary(element, &mut self.notes);
        match &mut self.syntax {
            Syntax::Json(document) => document.vocabulary(&element, &mut self.notes),
            Syntax::Xml(document) => document.vocabulary(&element, &mut self.notes),
        }
        self.flush_text()
    }

    /// Says where the next event stands in the document that it was read from: the place of findings about it. The other
    /// findings are about the document and stand at its beginning.
    pub fn at(&mut self, place: &Location) {
        self.place = Some(place.clone());
    }

    /// Writes an event.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.next_event();
        let event = self.identifiers.event(event, &mut self.notes);
        match &mut self.syntax {
            Syntax::Json(document) => document.event(&event, &mut self.notes),
            Syntax::Xml(document) => document.event(&event, &mut self.notes),
        }
        self.flush_text()
    }

    /// Writes an event of a type outside the standard.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn foreign(&mut self, event: &Extension) -> io::Result<()> {
        self.next_event();
        match &mut self.syntax {
            Syntax::Json(document) => document.foreign(event, &mut self.notes),
            Syntax::Xml(document) => document.foreign(event, &mut self.notes),
        }
        self.flush_text()
    }

    /// What there is to say about what was written since the last call: what was kept in annotations, what was left out,
    /// what could not be translated.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        self.notes.take()
    }

    /// The company prefixes that were given or learned so far.
    pub fn company_prefixes(&self) -> &CompanyPrefixes {
        self.identifiers.prefixes()
    }

    /// Writes the end of the document and gives the output back.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.notes.enter(None);
        match &mut self.syntax {
            Syntax::Json(document) => document.finish(),
            Syntax::Xml(document) => document.finish(&mut self.notes),
        }
        self.flush_text()?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn next_event(&mut self) {
        let written = Location { event: Some(self.events), ..BEGINNING };
        self.notes.enter(Some(self.place.take().unwrap_or(written)));
        self.events += 1;
    }

    fn flush_text(&mut self) -> io::Result<()> {
        match &mut self.syntax {
            Syntax::Json(document) => {
                self.output.write_all(document.text.as_str().as_bytes())?;
                document.text.clear();
            }
            Syntax::Xml(document) => {
                self.output.write_all(document.text.as_str().as_bytes())?;
                document.text.clear();
            }
        }
        Ok(())
    }
}
