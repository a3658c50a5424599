//! The command line.

use std::path::PathBuf;

use lotline_benches::{Layout, Syntax};

use crate::SYNTAXES;

pub(crate) const HELP: &str = "\
cargo bench -p lotline-benches [-- OPTIONS]

  --events N   events in a document (100000)
  --rounds N   measurements of each kind, of which the median counts (5)
  --memory MB  size of the document whose reading is watched for memory (300)
  --compact    no indented documents";

/// What a run measures.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) events: u64,
    pub(crate) rounds: usize,
    pub(crate) memory: u64,
    compact: bool,
}

impl Options {
    pub(crate) fn layouts(&self) -> &'static [Layout] {
        if self.compact { &[Layout::Compact] } else { &[Layout::Compact, Layout::Indented] }
    }
}

/// What one process does: the whole, or one of the measurements that the whole starts.
#[derive(Debug)]
pub(crate) enum Task {
    Benchmark(Options),
    Read { syntax: Syntax, document: PathBuf, rounds: usize },
    Hash { syntax: Syntax, document: PathBuf, rounds: usize },
    Write { syntax: Syntax, document: PathBuf, rounds: usize },
    Memory { syntax: Syntax },
    Help,
}

impl Task {
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        // `cargo bench` adds `--bench` to what its caller wrote.
        let mut arguments = arguments.filter(|argument| argument != "--bench");
        let mut options = Options { events: 100_000, rounds: 5, memory: 300, compact: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--events" => options.events = number(&mut arguments)?,
                "--rounds" => options.rounds = number(&mut arguments)?,
                "--memory" => options.memory = number(&mut arguments)?,
                "--compact" => options.compact = true,
                "--help" => return Ok(Self::Help),
                "measure-reading" => {
                    let (syntax, document, rounds) = measurement(&mut arguments)?;
                    return Ok(Self::Read { syntax, document, rounds });
                }
                "measure-hashing" => {
                    let (syntax, document, rounds) = measurement(&mut arguments)?;
                    return Ok(Self::Hash { syntax, document, rounds });
                }
                "measure-writing" => {
                    let (syntax, document, rounds) = measurement(&mut arguments)?;
                    return Ok(Self::Write { syntax, document, rounds });
                }
                "measure-memory" => return Ok(Self::Memory { syntax: syntax(&mut arguments)? }),
                other => return Err(format!("`{other}` is not an option")),
            }
        }
        Ok(Self::Benchmark(options))
    }
}

/// What a measurement of a document is told.
fn measurement(arguments: &mut impl Iterator<Item = String>) -> Result<(Syntax, PathBuf, usize), String> {
    let syntax = syntax(arguments)?;
    let document = arguments.next().ok_or("which document?")?;
    Ok((syntax, document.into(), number(arguments)?))
}

fn number<T: std::str::FromStr>(arguments: &mut impl Iterator<Item = String>) -> Result<T, String> {
    let text = arguments.next().ok_or("a number is missing")?;
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

fn syntax(arguments: &mut impl Iterator<Item = String>) -> Result<Syntax, String> {
    let text = arguments.next().ok_or("a syntax is missing")?;
    let known = SYNTAXES.iter().find(|(name, _)| *name == text);
    known.map(|(_, syntax)| *syntax).ok_or_else(|| format!("`{text}` is not a syntax"))
}
