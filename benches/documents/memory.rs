//! The most memory that reading a large document takes.

use std::{
    fs,
    io::{self, BufReader, Read},
    process::Stdio,
};

use epcis::{Binding, Reader};
use lotline_benches::{Layout, Recipe, Size, Syntax};

use crate::{
    Failure, reading,
    table::{Hold, Row, Table},
    workshop::{self, Workshop},
};

pub(crate) fn table(workshop: &Workshop<'_>, table: &mut Table) -> Result<(), Failure> {
    for syntax in [Syntax::Xml20, Syntax::Xml12, Syntax::Json] {
        let size = Size::Bytes(workshop.options.memory * 1_000_000);
        let mut document = Recipe { syntax, layout: Layout::Compact, size }.stream();
        let mut measurement = workshop.measurement()?;
        measurement.args(["measure-memory", workshop::name(syntax)]);
        let mut child = measurement.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            io::copy(&mut document, &mut input)?;
        }
        let output = child.wait_with_output()?;
        let output = String::from_utf8(output.stdout)?;
        if workshop::figure::<u64>(&output, "events")? != document.events() {
            return Err(format!("{} events were sent, and `{output}` was read", document.events()).into());
        }
        table.add(Row {
            what: format!("{} peak memory, {} MB from a pipe", workshop::name(syntax), workshop.options.memory),
            unit: "MB",
            ours: workshop::figure(&output, "peak")?,
            theirs: None,
            hold: Some(Hold::AtMost(100.0)),
        });
    }
    Ok(())
}

/// The measurement itself: reads a document and tells how much memory this process has ever held.
pub(crate) fn read_standard_input(syntax: Syntax) -> Result<(), Failure> {
    let binding = if syntax == Syntax::Json { Binding::Json } else { Binding::Xml };
    let events = reading::count(Reader::new(BufReader::new(io::stdin().lock()), binding))?;
    println!("events {events}\npeak {}", peak()?);
    Ok(())
}

/// The high-water mark of resident memory, in megabytes.
fn peak() -> Result<f64, Failure> {
    let mut status = String::new();
    fs::File::open("/proc/self/status")?.read_to_string(&mut status)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(kilobytes.trim().parse::<f64>()? * 1024.0 / 1e6)
}
