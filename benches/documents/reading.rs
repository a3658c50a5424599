//! Documents into events, beside the bare parsers of both syntaxes.

use std::{fs, path::Path};

use epcis::{Binding, Item, Reader};
use lotline_benches::{Layout, Syntax};
use quick_xml::{NsReader, events::Event};

use crate::{
    Failure, clock,
    table::{Hold, Row, Table},
    workshop::{self, Workshop},
};

/// How far ahead of, or behind, the bare parser each syntax has to stay; XML 1.2 is shown for comparison only.
fn hold(syntax: Syntax) -> Option<Hold> {
    match syntax {
        Syntax::Xml20 => Some(Hold::AtLeast(1.0 / 3.0)),
        Syntax::Json => Some(Hold::AtLeast(1.3)),
        Syntax::Xml12 => None,
    }
}

fn baseline(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Xml12 | Syntax::Xml20 => "quick_xml::NsReader",
        Syntax::Json => "serde_json::Value of the document",
    }
}

pub(crate) fn table(workshop: &Workshop<'_>, layout: Layout, table: &mut Table) -> Result<(), Failure> {
    for syntax in [Syntax::Xml20, Syntax::Xml12, Syntax::Json] {
        let document = workshop.write("document", workshop.recipe(syntax, layout))?;
        let megabytes = workshop::exact(fs::metadata(&document)?.len()) / 1e6;
        let mut measurement = workshop.measurement()?;
        measurement.args(["measure-reading", workshop::name(syntax)]).arg(&document);
        let output = workshop::output(measurement.arg(workshop.options.rounds.to_string()))?;
        let (ours, theirs): (f64, f64) = (workshop::figure(&output, "reader")?, workshop::figure(&output, "parser")?);
        let layout = format!("{layout:?}").to_lowercase();
        let row = |name, theirs: f64, hold| Row {
            what: format!("{} to events, {layout}, {megabytes:.0} MB", workshop::name(syntax)),
            unit: "MB/s",
            ours: megabytes / ours,
            theirs: Some((name, megabytes / theirs)),
            hold,
        };
        table.add(row(baseline(syntax), theirs, hold(syntax)));
        if syntax == Syntax::Json {
            let pieces: f64 = workshop::figure(&output, "pieces")?;
            table.add(row("serde_json::Value of each event", pieces, None));
        }
        fs::remove_file(document)?;
    }
    Ok(())
}

/// The measurement itself: reader and parser take turns over the same bytes.
pub(crate) fn measure(syntax: Syntax, document: &Path, rounds: usize) -> Result<(), Failure> {
    let bytes = fs::read(document)?;
    let (mut ours, mut theirs, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (seconds, parsed) = clock::seconds(|| parse(syntax, &bytes));
        parsed?;
        theirs.push(seconds);
        if syntax == Syntax::Json {
            let (seconds, parsed) = clock::seconds(|| parse_events(&bytes));
            parsed?;
            pieces.push(seconds);
        }
        let (seconds, events) = clock::seconds(|| read(syntax, &bytes));
        events?;
        ours.push(seconds);
    }
    println!("reader {}\nparser {}", clock::median(ours), clock::median(theirs));
    println!("pieces {}", clock::median(pieces));
    Ok(())
}

/// How many events a document has, each of them read and checked; a document with a rejected event is no benchmark.
pub(crate) fn read(syntax: Syntax, bytes: &[u8]) -> Result<u64, Failure> {
    let binding = if syntax == Syntax::Json { Binding::Json } else { Binding::Xml };
    count(Reader::new(bytes, binding))
}

pub(crate) fn count(items: impl Iterator<Item = std::io::Result<Item>>) -> Result<u64, Failure> {
    let mut events = 0;
    for item in items {
        match item? {
            Item::Event { event, .. } => {
                std::hint::black_box(&event);
                events += 1;
            }
            Item::Rejected { findings, .. } => return Err(format!("rejected: {findings:?}").into()),
            other => drop(std::hint::black_box(other)),
        }
    }
    Ok(events)
}

/// The bare parser of JSON event by event: nothing but the one value is in memory, which is the best that it can do.
fn parse_events(bytes: &[u8]) -> Result<(), Failure> {
    const LIST: &[u8] = b"\"eventList\":";
    let list = bytes.windows(LIST.len()).position(|window| window == LIST).ok_or("there is no list of events")?;
    let list = bytes.get(list + LIST.len()..).unwrap_or_default().trim_ascii_start();
    let mut rest = list.strip_prefix(b"[").ok_or("the list of events is none")?;
    loop {
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<serde_json::Value>();
        let value = values.next().ok_or("the list of events ends too early")??;
        drop(std::hint::black_box(value));
        let behind = rest.get(values.byte_offset()..).unwrap_or_default().trim_ascii_start();
        let Some(next) = behind.strip_prefix(b",") else { return Ok(()) };
        rest = next;
    }
}

fn parse(syntax: Syntax, bytes: &[u8]) -> Result<(), Failure> {
    if syntax == Syntax::Json {
        let value: serde_json::Value = serde_json::from_slice(bytes)?;
        // What is freed belongs to the price, as it does for events.
        drop(std::hint::black_box(value));
        return Ok(());
    }
    let mut reader = NsReader::from_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        let (namespace, event) = reader.read_resolved_event_into(&mut buffer)?;
        std::hint::black_box(&namespace);
        if matches!(event, Event::Eof) {
            return Ok(());
        }
        buffer.clear();
    }
}
