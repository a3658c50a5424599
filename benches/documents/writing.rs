//! Events in memory into documents, beside the bare writers of both syntaxes.

use std::{fs, path::Path};

use epcis::{
    Binding, Document, DocumentKind, Event, Item, Reader,
    write::{Options, Target, Writer},
};
use lotline_benches::{Layout, Recipe, Size, Syntax};
use quick_xml::events::Event as XmlEvent;

use crate::{
    Failure, clock,
    table::{Row, Table},
    workshop::{self, Workshop},
};

/// The events of a document are held in memory, and those of the bare writers besides.
const EVENTS: u64 = 20_000;

fn target(syntax: Syntax) -> Target {
    match syntax {
        Syntax::Json => Target::Json,
        Syntax::Xml20 => Target::Xml,
        Syntax::Xml12 => Target::Xml12,
    }
}

fn baseline(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Json => "serde_json::to_vec of the same Value",
        Syntax::Xml20 | Syntax::Xml12 => "quick_xml::Writer of the same XML events",
    }
}

pub(crate) fn table(workshop: &Workshop<'_>, table: &mut Table) -> Result<(), Failure> {
    let events = EVENTS.min(workshop.options.events);
    for syntax in [Syntax::Json, Syntax::Xml20, Syntax::Xml12] {
        let recipe = Recipe { syntax, layout: Layout::Compact, size: Size::Events(events) };
        let document = workshop.write("writing", recipe)?;
        let mut measurement = workshop.measurement()?;
        measurement.args(["measure-writing", workshop::name(syntax)]).arg(&document);
        let output = workshop::output(measurement.arg(workshop.options.rounds.to_string()))?;
        let figure = |name| workshop::figure::<f64>(&output, name);
        let megabytes = figure("bytes")? / 1e6;
        table.add(Row {
            what: format!("events to {}, {megabytes:.0} MB", workshop::name(syntax)),
            unit: "MB/s",
            ours: megabytes / figure("ours")?,
            theirs: Some((baseline(syntax), megabytes / figure("theirs")?)),
            hold: None,
        });
        fs::remove_file(document)?;
    }
    Ok(())
}

/// The measurement itself: our writer, and a bare one that writes the same bytes again, take turns.
pub(crate) fn measure(syntax: Syntax, document: &Path, rounds: usize) -> Result<(), Failure> {
    let (document, events) = held(syntax, &fs::read(document)?)?;
    let bytes = write(syntax, &document, &events)?;
    let theirs = Theirs::of(syntax, &bytes)?;
    let (mut ours_took, mut theirs_took) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (seconds, written) = clock::seconds(|| write(syntax, &document, &events).map(std::hint::black_box));
        written?;
        ours_took.push(seconds);
        let (seconds, written) = clock::seconds(|| theirs.write().map(std::hint::black_box));
        written?;
        theirs_took.push(seconds);
    }
    println!("bytes {}\nours {}\ntheirs {}", bytes.len(), clock::median(ours_took), clock::median(theirs_took));
    Ok(())
}

/// The beginning of a document and its events.
fn held(syntax: Syntax, bytes: &[u8]) -> Result<(Document, Vec<Event>), Failure> {
    let binding = if syntax == Syntax::Json { Binding::Json } else { Binding::Xml };
    let (mut document, mut events) = (Document::new(DocumentKind::Events), Vec::new());
    for item in Reader::new(bytes, binding) {
        match item? {
            Item::Document(found) => document = *found,
            Item::Event { event, .. } => events.push(*event),
            _ => {}
        }
    }
    Ok((document, events))
}

fn write(syntax: Syntax, document: &Document, events: &[Event]) -> Result<Vec<u8>, Failure> {
    let options = Options { target: target(syntax), ..Options::default() };
    let mut writer = Writer::start(Vec::new(), document, options)?;
    for event in events {
        writer.event(event)?;
    }
    Ok(writer.finish()?)
}

/// What a bare writer has in memory.
enum Theirs {
    Json(serde_json::Value),
    Xml(Vec<XmlEvent<'static>>),
}

impl Theirs {
    fn of(syntax: Syntax, bytes: &[u8]) -> Result<Self, Failure> {
        if syntax == Syntax::Json {
            return Ok(Self::Json(serde_json::from_slice(bytes)?));
        }
        let mut reader = quick_xml::Reader::from_reader(bytes);
        let mut events = Vec::new();
        loop {
            match reader.read_event()? {
                XmlEvent::Eof => return Ok(Self::Xml(events)),
                event => events.push(event.into_owned()),
            }
        }
    }

    fn write(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Json(value) => Ok(serde_json::to_vec(value)?),
            Self::Xml(events) => {
                let mut writer = quick_xml::Writer::new(Vec::new());
                for event in events {
                    writer.write_event(event.borrow())?;
                }
                Ok(writer.into_inner())
            }
        }
    }
}
