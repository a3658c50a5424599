//! How fast documents are read, hashed and written, and in how much memory: every figure beside what it is measured
//! against, all of one run on one core.
//!
//! The command makes the documents, then runs every measurement as a process of its own, pinned to the last core
//! where `taskset` is there. Two sides of a ratio take turns in one process.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose output is the table")]

mod clock;
mod hashing;
mod memory;
mod options;
mod peers;
mod reading;
mod table;
mod workshop;
mod writing;

use std::process::ExitCode;

use lotline_benches::Syntax;
use options::{Options, Task};
use peers::Peers;
use table::Table;
use workshop::Workshop;

type Failure = Box<dyn std::error::Error>;

/// The syntaxes with their names on the command line.
const SYNTAXES: [(&str, Syntax); 3] = [("xml-2.0", Syntax::Xml20), ("xml-1.2", Syntax::Xml12), ("json", Syntax::Json)];

fn main() -> ExitCode {
    let done = match Task::from_arguments(std::env::args().skip(1)) {
        Ok(Task::Benchmark(options)) => benchmark(&options),
        Ok(Task::Read { syntax, document, rounds }) => reading::measure(syntax, &document, rounds),
        Ok(Task::Hash { syntax, document, rounds }) => hashing::measure(syntax, &document, rounds),
        Ok(Task::Write { syntax, document, rounds }) => writing::measure(syntax, &document, rounds),
        Ok(Task::Memory { syntax }) => memory::read_standard_input(syntax),
        Ok(Task::Help) => {
            println!("{}", options::HELP);
            Ok(())
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("documents: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn benchmark(options: &Options) -> Result<(), Failure> {
    let workshop = Workshop::new(options)?;
    let peers = Peers::install(&workshop)?;
    println!("{}", workshop.conditions());
    let mut table = Table::default();
    for layout in options.layouts() {
        reading::table(&workshop, *layout, &mut table)?;
    }
    hashing::table(&workshop, &peers, &mut table)?;
    writing::table(&workshop, &mut table)?;
    memory::table(&workshop, &mut table)?;
    peers.table(&workshop, &mut table)?;
    println!("{table}");
    match table.missed() {
        0 => Ok(()),
        missed => Err(format!("{missed} of the figures are not as wanted").into()),
    }
}
