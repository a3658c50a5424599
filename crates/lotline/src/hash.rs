//! `lotline hash`: the event hashes of documents.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use epcis::{Event, Finding, Item, Limits, Namespaces, Severity, hash::Hasher};
use serde::Serialize;

use crate::{
    cli::HashArgs,
    documents::{OpenDocument, eprint_line, finding_line},
    failure::{Failure, OrFail, Outcome},
};

pub(crate) fn hash(args: &HashArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let mut out = BufWriter::new(out);
    let mut hasher = Hasher::new(args.context);
    let mut outcome = Outcome::Done;
    let mut unusable = 0;
    for file in &args.files {
        match OpenDocument::open(file, Limits::default()) {
            Ok(document) => {
                let namespaces = Namespaces::default();
                let mut hashing = Hashing { args, file, events: 0, rejected: false, namespaces, hasher: &mut hasher };
                unusable += usize::from(!hashing.document(document, &mut out)?);
                if hashing.rejected {
                    outcome = Outcome::No;
                }
            }
            Err(failure) => {
                unusable += 1;
                eprint_line(&failure.full_text());
            }
        }
    }
    out.flush()?;
    if unusable == 0 { Ok(outcome) } else { Err(Failure::new("not every document could be read")) }
}

/// What is said of one event with `--json`; `I` is its identifier, written as it is spelled.
#[derive(Serialize)]
struct Line<'a, I> {
    file: &'a Path,
    event: u64,
    #[serde(rename = "eventID")]
    event_id: Option<&'a I>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prehash: Option<&'a str>,
}

/// The hashes of one document.
struct Hashing<'a> {
    args: &'a HashArgs,
    file: &'a Path,
    events: u64,
    rejected: bool,
    namespaces: Namespaces,
    hasher: &'a mut Hasher,
}

impl Hashing<'_> {
    /// Writes a line for each event; says whether the document could be read to its end.
    fn document(&mut self, mut document: OpenDocument, out: &mut dyn Write) -> Result<bool, Failure> {
        while let Some(item) = document.next() {
            let item = match item {
                Ok(item) => item,
                Err(failure) => {
                    document.complain(&failure.full_text());
                    return Ok(false);
                }
            };
            self.item(&document, item, out)?;
        }
        Ok(true)
    }

    fn item(&mut self, document: &OpenDocument, item: Item, out: &mut dyn Write) -> Result<(), Failure> {
        let whole = item.is_whole();
        match item {
            Item::Event { event, .. } => self.event(&event, out),
            Item::Rejected { event, findings, .. } => {
                self.complain(document, &findings);
                match event {
                    Some(event) if whole => self.event(&event, out),
                    event => self.unread(event.as_deref(), out),
                }
            }
            Item::Foreign { event, at, .. } => {
                self.events += 1;
                let (name, kind) = (document.name(), &event.name.local);
                let (line, column) = (at.line, at.column);
                document
                    .complain(&format!("{name}:{line}:{column}: `{kind}` is no event of the standard and has no hash"));
                Ok(())
            }
            Item::Finding(finding) => {
                self.complain(document, &[finding]);
                Ok(())
            }
            Item::Document(begun) => {
                self.namespaces = begun.namespaces;
                Ok(())
            }
            Item::Extension(..) | Item::Vocabulary(_) => Ok(()),
        }
    }

    fn complain(&mut self, document: &OpenDocument, findings: &[Finding]) {
        for finding in findings.iter().filter(|finding| finding.severity == Severity::Reject) {
            self.rejected = true;
            document.complain(&finding_line(document.name(), finding));
        }
    }

    fn event(&mut self, event: &Event, out: &mut dyn Write) -> Result<(), Failure> {
        let index = self.events;
        self.events += 1;
        if !self.args.json {
            writeln!(out, "{}", self.hasher.hash(event, &self.namespaces))?;
            return Ok(());
        }
        let hash = Some(self.hasher.hash(event, &self.namespaces).to_string());
        let prehash = self.args.prehash.then(|| self.hasher.prehash(event, &self.namespaces));
        let event_id = event.event_id.as_ref();
        write_line(out, &Line { file: self.file, event: index, event_id, hash, reason: None, prehash })
    }

    /// An event that could not be read whole has no hash: that of what is left would be of another event.
    fn unread(&mut self, event: Option<&Event>, out: &mut dyn Write) -> Result<(), Failure> {
        let index = self.events;
        self.events += 1;
        if !self.args.json {
            return Ok(());
        }
        let event_id = event.and_then(|event| event.event_id.as_ref());
        let reason = Some("not all of the event could be read");
        write_line(out, &Line { file: self.file, event: index, event_id, hash: None, reason, prehash: None })
    }
}

fn write_line(out: &mut dyn Write, line: &Line<'_, impl Serialize>) -> Result<(), Failure> {
    let line = serde_json::to_string(line).or_fail(|| "the line cannot be written as JSON".to_owned())?;
    writeln!(out, "{line}")?;
    Ok(())
}
