//! Writes a generated document to standard output: `generate xml-2.0|xml-1.2|json EVENTS`.

use std::io;

use lotline_benches::{Layout, Recipe, Size, Syntax};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let syntax = match arguments.next().as_deref() {
        Some("xml-2.0") => Syntax::Xml20,
        Some("xml-1.2") => Syntax::Xml12,
        Some("json") => Syntax::Json,
        _ => return Err("generate xml-2.0|xml-1.2|json EVENTS".into()),
    };
    let events = arguments.next().ok_or("how many events?")?.parse()?;
    let recipe = Recipe { syntax, layout: Layout::Compact, size: Size::Events(events) };
    io::copy(&mut recipe.stream(), &mut io::stdout().lock())?;
    Ok(())
}
