//! Documents into event hashes, beside the reference program.

use std::{collections::BTreeSet, fs, path::Path};

use epcis::{Binding, ContextVersion, Event, Item, Namespaces, Reader, hash::Hasher};
use lotline_benches::{Layout, Recipe, Size, Syntax};

use crate::{
    Failure, clock,
    peers::Peers,
    table::{Hold, Row, Table},
    workshop::{self, Workshop},
};

/// The reference program takes a millisecond or more for an event; so many are enough to see it.
const EVENTS: u64 = 2_000;
/// Times that we go over the same events, so that there is something to measure.
const REPEATS: u32 = 20;

pub(crate) fn table(workshop: &Workshop<'_>, peers: &Peers, table: &mut Table) -> Result<(), Failure> {
    for syntax in [Syntax::Xml20, Syntax::Json] {
        // The reference program knows what a file is by the end of its name.
        let ending = if syntax == Syntax::Json { "jsonld" } else { "xml" };
        let recipe = Recipe { syntax, layout: Layout::Compact, size: Size::Events(EVENTS) };
        let document = workshop.write(&format!("hashes.{ending}"), recipe)?;
        let mut measurement = workshop.measurement()?;
        measurement.args(["measure-hashing", workshop::name(syntax)]).arg(&document);
        let ours = workshop::output(measurement.arg(workshop.options.rounds.to_string()))?;
        let theirs = peers.reference_hashes(workshop, &document);
        let name = workshop::name(syntax);
        if let Err(missing) = &theirs {
            table.skip("epcis-event-hash-generator", &missing.to_string());
        }
        // Both sides have read the events when the clock starts; from the document on is for information.
        for (figure, what, hold) in [
            ("events", format!("events of {name} to hashes"), Some(Hold::AtLeast(100.0))),
            ("document", format!("{name} to hashes"), None),
        ] {
            let per_second =
                |output: &str| Ok::<_, Failure>(workshop::exact(EVENTS) / workshop::figure::<f64>(output, figure)?);
            let theirs = theirs.as_ref().ok().map(|output| per_second(output)).transpose()?;
            table.add(Row {
                what,
                unit: "/s",
                ours: per_second(&ours)?,
                theirs: theirs.map(|theirs| ("epcis-event-hash-generator", theirs)),
                hold,
            });
        }
        if let Ok(theirs) = &theirs {
            let (equal, of) = agreement(&ours, theirs);
            table.note(format!("{equal} of {of} hashes of {name} equal those of the reference program"));
        }
        fs::remove_file(document)?;
    }
    Ok(())
}

/// How many of their hashes are ours too, and how many there are.
fn agreement(ours: &str, theirs: &str) -> (usize, usize) {
    let hashes = |output: &str| -> BTreeSet<String> {
        output.lines().filter_map(|line| line.strip_prefix("hash ")).map(str::to_owned).collect()
    };
    let (ours, theirs) = (hashes(ours), hashes(theirs));
    (ours.intersection(&theirs).count(), theirs.len())
}

/// The measurement itself: seconds from the document to the hashes, and from the events to the hashes.
pub(crate) fn measure(syntax: Syntax, document: &Path, rounds: usize) -> Result<(), Failure> {
    let bytes = fs::read(document)?;
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (seconds, hashed) = clock::seconds(|| {
            for _ in 0..REPEATS {
                let mut hasher = Hasher::new(ContextVersion::default());
                each_event(syntax, &bytes, |event, namespaces| {
                    std::hint::black_box(hasher.hash(&event, namespaces));
                })?;
            }
            Ok::<(), Failure>(())
        });
        hashed?;
        whole.push(seconds / f64::from(REPEATS));
    }
    let (mut events, mut declared) = (Vec::new(), Namespaces::default());
    each_event(syntax, &bytes, |event, namespaces| {
        events.push(event);
        declared.clone_from(namespaces);
    })?;
    let mut hasher = Hasher::new(ContextVersion::default());
    for _ in 0..rounds {
        let (seconds, ()) = clock::seconds(|| {
            for event in (0..REPEATS).flat_map(|_| &events) {
                std::hint::black_box(hasher.hash(event, &declared));
            }
        });
        alone.push(seconds / f64::from(REPEATS));
    }
    println!("document {}\nevents {}", clock::median(whole), clock::median(alone));
    for event in &events {
        println!("hash {}", hasher.hash(event, &declared));
    }
    Ok(())
}

fn each_event(syntax: Syntax, bytes: &[u8], mut take: impl FnMut(Event, &Namespaces)) -> Result<(), Failure> {
    let binding = if syntax == Syntax::Json { Binding::Json } else { Binding::Xml };
    let mut namespaces = Namespaces::default();
    for item in Reader::new(bytes, binding) {
        match item? {
            Item::Document(document) => namespaces = document.namespaces,
            Item::Event { event, .. } => take(*event, &namespaces),
            _ => {}
        }
    }
    Ok(())
}
