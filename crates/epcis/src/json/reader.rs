//! Walks a document and gives what it finds, event by event.

use std::{
    collections::{BTreeSet, VecDeque},
    io::{self, BufRead},
    str,
};

use super::{
    context::Context,
    event::{check_context, event, kind_named},
    extension::{Names, missing, repeats},
    masterdata::{header, vocabularies},
    report::{Report, Words, push_step},
    scalar::{is_iri, shown, text, time, version},
    scan::{Fit, Place, Scanner, Stop},
    tree::{self, Json, Node, TreeError},
};
use crate::{Binding, Finding, Item, Limits, Location, Severity, VocabularyElement, check, kept, rule};

/// An object of the outer levels has few members; more are an attack on memory.
const MOST_MEMBERS: usize = 1_000;

/// The outer levels of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Document,
    Body,
    QueryResults,
    ResultsBody,
    Events,
}

/// A level that is being walked.
struct Level {
    kind: Kind,
    /// JSON pointer.
    path: String,
    start: Place,
    /// Members or elements so far.
    count: usize,
    seen: BTreeSet<String>,
}

/// Where the reader is.
#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Before,
    Within,
    Done,
}

/// Reads an EPCIS 2.0 document, query document or single event in JSON-LD.
///
/// It holds the header and one event at a time. See [`Item`] for what it gives.
pub(crate) struct JsonReader<R> {
    scanner: Scanner<R>,
    limits: Limits,
    state: State,
    levels: Vec<Level>,
    pending: VecDeque<Item>,
    /// Findings that hold only if this is a document and not a single event.
    held: Vec<Finding>,
    slice: Vec<u8>,
    context: Context,
    doc_type: Option<String>,
    events: u64,
    late_context: bool,
}

impl<R: BufRead> Iterator for JsonReader<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Some(Ok(item));
            }
            if self.state == State::Done {
                return None;
            }
            match self.step() {
                Ok(()) => {}
                Err(Stop::Io(error)) => {
                    self.state = State::Done;
                    return Some(Err(error));
                }
                Err(Stop::Syntax { at, found, expected }) => self.malformed(at, found, expected),
            }
        }
    }
}

impl<R: BufRead> JsonReader<R> {
    /// A reader over `input`.
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self {
            scanner: Scanner::new(input, limits.max_event_bytes),
            limits,
            state: State::Before,
            levels: Vec::new(),
            pending: VecDeque::new(),
            held: Vec::new(),
            slice: Vec::new(),
            context: Context::default(),
            doc_type: None,
            events: 0,
            late_context: false,
        }
    }

    /// Reads one member, one event, or one end of a level.
    fn step(&mut self) -> Result<(), Stop> {
        if self.state == State::Before {
            self.scanner.skip_mark()?;
            self.scanner.next_byte()?;
            self.open(Kind::Document, String::new(), b'{', "`{`, the beginning of a document or of an event")?;
            self.state = State::Within;
            return Ok(());
        }
        let Some(level) = self.levels.last_mut() else { return self.end() };
        let events = level.kind == Kind::Events;
        let (bracket, expected) = if events { (b']', "`,` or `]`") } else { (b'}', "`,` or `}`") };
        let more = self.scanner.more(bracket, level.count == 0, expected)?;
        level.count += 1;
        match (more, events) {
            (false, _) => {
                self.close();
                Ok(())
            }
            (true, true) => self.read_event(),
            (true, false) => self.read_member(),
        }
    }

    fn open(&mut self, kind: Kind, path: String, bracket: u8, expected: &'static str) -> Result<(), Stop> {
        let start = self.scanner.place();
        self.scanner.take(bracket, expected)?;
        self.levels.push(Level { kind, path, start, count: 0, seen: BTreeSet::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Stop> {
        if self.scanner.next_byte()?.is_some() {
            return self.scanner.refuse("the end of the input");
        }
        self.state = State::Done;
        Ok(())
    }

    /// Ends the reading: what follows has no structure.
    fn malformed(&mut self, at: Place, found: Option<char>, expected: &'static str) {
        self.is_document();
        let path = self.levels.last().map(|level| level.path.clone()).unwrap_or_default();
        let found = match found {
            Some(found) => format!("found `{}`", found.escape_debug()),
            None => "the input ends too early".to_owned(),
        };
        let at = Location { line: at.line, column: at.column, event: None, path };
        let words = Words::new(rule::JSON_SYNTAX, found, format!("expected {expected}"));
        self.pending.push_back(Item::Finding(words.finding(Severity::Reject, at)));
        self.state = State::Done;
    }

    fn location(&self) -> Location {
        let place = self.scanner.place();
        let path = self.levels.last().map(|level| level.path.clone()).unwrap_or_default();
        Location { line: place.line, column: place.column, event: None, path }
    }

    fn document_finding(&mut self, severity: Severity, at: Location, words: Words) {
        let finding = words.finding(severity, at);
        if self.levels.iter().any(|level| level.kind != Kind::Document) {
            self.pending.push_back(Item::Finding(finding));
        } else {
            self.held.push(finding);
        }
    }

    fn read_member(&mut self) -> Result<(), Stop> {
        if self.scanner.next_byte()? != Some(b'"') {
            return self.scanner.refuse("a member name in `\"`");
        }
        let at = self.location();
        let name = self.read_name()?;
        self.scanner.take(b':', "`:`")?;
        self.scanner.next_byte()?;
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let (kind, path) = (level.kind, level.path.clone());
        if level.seen.len() >= MOST_MEMBERS {
            let words = Words::new(
                rule::JSON_LIMIT,
                "the object has too many members",
                format!("at most {MOST_MEMBERS} are read"),
            );
            self.pending.push_back(Item::Finding(words.finding(Severity::Reject, at)));
            self.state = State::Done;
            return Ok(());
        }
        let mut path = path;
        push_step(&mut path, &name);
        if !level.seen.insert(name.clone()) {
            let at = Location { path: path.clone(), ..at.clone() };
            let words = Words::new(
                rule::MEMBER_REPEATED,
                format!("`{}` stands twice in one object", shown(&name)),
                "keep one of them; several values go into an array",
            );
            self.document_finding(Severity::Reject, at, words);
        }
        self.dispatch(kind, &name, path, &at)
    }

    fn read_name(&mut self) -> Result<String, Stop> {
        let (start, fit) = self.scanner.value(self.limits.max_event_bytes, &mut self.slice)?;
        let slice = std::mem::take(&mut self.slice);
        let name = self.parsed(&slice, start, fit, "", |_, _, node| match &node.value {
            Json::Text(text) => text.clone().into_owned(),
            _ => String::new(),
        });
        self.slice = slice;
        Ok(name.unwrap_or_default())
    }

    fn dispatch(&mut self, kind: Kind, name: &str, path: String, at: &Location) -> Result<(), Stop> {
        let next = self.scanner.next_byte()?;
        let nested = match (kind, name, next) {
            (Kind::Document, "epcisBody", Some(b'{')) => Some(Kind::Body),
            (Kind::Body, "queryResults", Some(b'{')) => Some(Kind::QueryResults),
            (Kind::QueryResults, "resultsBody", Some(b'{')) => Some(Kind::ResultsBody),
            (Kind::Body | Kind::ResultsBody, "eventList", Some(b'[')) => Some(Kind::Events),
            _ => None,
        };
        if let Some(nested) = nested {
            if nested == Kind::Body {
                self.is_document();
            }
            let bracket = if nested == Kind::Events { b'[' } else { b'{' };
            return self.open(nested, path, bracket, "a bracket");
        }
        let (start, fit) = self.scanner.value(self.limits.max_event_bytes, &mut self.slice)?;
        let slice = std::mem::take(&mut self.slice);
        self.parsed(&slice, start, fit, &path, |reader, report, node| {
            reader.outer_value(kind, name, report, node, at);
        });
        self.slice = slice;
        Ok(())
    }

    /// From here on it is known that this is no single event.
    fn is_document(&mut self) {
        self.scanner.drop_record();
        self.pending.extend(self.held.drain(..).map(Item::Finding));
    }

    /// A member of the outer levels that is read whole.
    fn outer_value(&mut self, kind: Kind, name: &str, report: &mut Report<'_>, node: &Node<'_>, at: &Location) {
        match (kind, name) {
            (Kind::Document, "@context") => {
                check_context(report, node);
                self.context.add(node);
                self.late_context = self.events > 0;
                if self.late_context {
                    let help = "put `@context` before `epcisBody`";
                    report.warn(
                        node.at,
                        Words::new(rule::CONTEXT_LATE, "`@context` follows the events that need it", help),
                    );
                }
            }
            (Kind::Document, "type") => self.doc_type = text(report, node).map(str::to_owned),
            (Kind::Document, "schemaVersion") => version(report, node),
            (Kind::Document, "creationDate") => drop(time(report, node)),
            (Kind::Document, "id" | "instanceIdentifier" | "sender" | "receiver")
            | (Kind::QueryResults, "queryName" | "subscriptionID") => drop(text(report, node)),
            (Kind::Document, "epcisHeader") => self.vocabulary(|names| header(report, names, node)),
            (Kind::ResultsBody, "vocabularyList") => self.vocabulary(|names| vocabularies(report, names, node)),
            (Kind::Document, "epcisBody")
            | (Kind::Body, "queryResults" | "eventList")
            | (Kind::QueryResults, "resultsBody")
            | (Kind::ResultsBody, "eventList") => {
                let wanted = if name == "eventList" { "an array of events" } else { "an object" };
                let message = format!("`{name}` is {}", node.kind());
                report.reject(node.at, Words::new(rule::FIELD_TYPE, message, format!("write {wanted}")));
            }
            _ => {
                if !is_iri(name) {
                    let message = format!("`{}` is not a field of the document, and is left out", shown(name));
                    let help = "give a field of your own a prefix that `@context` declares";
                    let words = Words::new(rule::FIELD_UNKNOWN, message, help);
                    self.document_finding(Severity::Warn, at.clone(), words);
                }
            }
        }
    }

    fn vocabulary(&mut self, read: impl FnOnce(&mut Names<'_>) -> Vec<VocabularyElement>) {
        let mut elements = read(&mut Names::new(&self.context));
        for element in &mut elements {
            kept::restore_vocabulary(element, Binding::Json);
        }
        self.pending.extend(elements.into_iter().map(Item::Vocabulary));
    }

    /// Parses a slice and gives it to `read`; findings become findings about the document.
    fn parsed<T>(
        &mut self,
        slice: &[u8],
        start: Place,
        fit: Fit,
        path: &str,
        read: impl FnOnce(&mut Self, &mut Report<'_>, &Node<'_>) -> T,
    ) -> Option<T> {
        let mut report = Report::new(slice, start, None, path.to_owned());
        let result = match self.tree_of(slice, start, fit, &mut report) {
            Ok(Some(tree)) => {
                if tree.repeats {
                    repeats(&mut report, &tree.root);
                }
                Some(read(self, &mut report, &tree.root))
            }
            Ok(None) | Err(()) => None,
        };
        let findings = report.into_findings();
        if self.levels.iter().any(|level| level.kind != Kind::Document) {
            self.pending.extend(findings.into_iter().map(Item::Finding));
        } else {
            self.held.extend(findings);
        }
        result
    }

    /// The tree of a slice. `Ok(None)` after a finding about this value alone, `Err` when the input is malformed and
    /// the reading ends.
    fn tree_of<'s>(
        &mut self,
        slice: &'s [u8],
        start: Place,
        fit: Fit,
        report: &mut Report<'_>,
    ) -> Result<Option<tree::Tree<'s>>, ()> {
        if fit == Fit::TooLarge {
            let message = "the value is larger than the limit";
            let help = format!("keep it below {} bytes", self.limits.max_event_bytes);
            report.reject(0, Words::new(rule::JSON_LIMIT, message, help));
            return Ok(None);
        }
        let text = match str::from_utf8(slice) {
            Ok(text) => text,
            Err(error) => {
                let words = Words::new(rule::JSON_ENCODING, "the bytes are not UTF-8", "write the document in UTF-8");
                report.reject(error.valid_up_to(), words);
                return Ok(None);
            }
        };
        match tree::parse(text, self.limits.max_depth) {
            Ok(tree) => Ok(Some(tree)),
            Err(TreeError::Depth { at }) => {
                let help = format!("nest at most {} levels", self.limits.max_depth);
                report.reject(at, Words::new(rule::JSON_LIMIT, "objects or arrays are nested too deeply", help));
                Ok(None)
            }
            Err(TreeError::Syntax { at, found, expected }) => {
                self.malformed(start.after(slice.get(..at).unwrap_or(slice)), found, expected);
                Err(())
            }
        }
    }

    fn read_event(&mut self) -> Result<(), Stop> {
        let (start, fit) = self.scanner.value(self.limits.max_event_bytes, &mut self.slice)?;
        let path = self.levels.last().map(|level| format!("{}/{}", level.path, level.count - 1)).unwrap_or_default();
        let slice = std::mem::take(&mut self.slice);
        self.give_event(&slice, start, fit, path);
        self.slice = slice;
        Ok(())
    }

    /// Reads one event from its slice.
    fn give_event(&mut self, slice: &[u8], start: Place, fit: Fit, path: String) {
        let index = self.events;
        let mut report = Report::new(slice, start, Some(index), path);
        let at = report.at(0);
        let Ok(tree) = self.tree_of(slice, start, fit, &mut report) else { return };
        self.events += 1;
        let found = tree.and_then(|tree| {
            if tree.repeats {
                repeats(&mut report, &tree.root);
            }
            event(&mut report, &self.context, &tree.root)
        });
        let found = found.map(|mut event| {
            kept::restore_event(&mut event, Binding::Json);
            event
        });
        let rejected = report.rejected();
        let mut findings = report.into_findings();
        self.pending.push_back(match found {
            Some(event) if !rejected => {
                findings.extend(check::check(&event, &at));
                Item::Event { event: Box::new(event), at, findings }
            }
            _ => Item::Rejected { event: found.map(Box::new), at, findings },
        });
    }

    /// The end of a level: what should have stood in it?
    fn close(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        if level.kind == Kind::Document && !level.seen.contains("epcisBody") && self.is_single_event(&level) {
            self.single_event(&level);
            return;
        }
        let query = self.doc_type.as_deref() == Some("EPCISQueryDocument");
        let wanted: &[&str] = match level.kind {
            Kind::Document if query => &["@context", "type", "epcisBody"],
            Kind::Document => &["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
            Kind::Body if query || level.seen.contains("queryResults") => &["queryResults"],
            Kind::Body | Kind::ResultsBody => &["eventList"],
            Kind::QueryResults => &["queryName", "resultsBody"],
            Kind::Events => &[],
        };
        let mut report = Report::new(&[], level.start, None, level.path);
        for field in wanted.iter().filter(|field| !level.seen.contains(**field)) {
            missing(&mut report, 0, field, "the standard requires it");
        }
        if level.kind == Kind::Document {
            self.check_type(&mut report);
            self.is_document();
        }
        self.pending.extend(report.into_findings().into_iter().map(Item::Finding));
    }

    fn check_type(&mut self, report: &mut Report<'_>) {
        if let Some(found) = self.doc_type.as_deref()
            && !matches!(found, "EPCISDocument" | "EPCISQueryDocument")
        {
            let message = format!("`{}` is not a type of document", shown(found));
            let help = "write `EPCISDocument` or `EPCISQueryDocument`";
            report.within("type", |report| report.reject(0, Words::new(rule::FIELD_VALUE, message, help)));
        }
    }

    /// Whether an object without `epcisBody` is meant as an event.
    fn is_single_event(&self, level: &Level) -> bool {
        match self.doc_type.as_deref() {
            Some("EPCISDocument" | "EPCISQueryDocument") => false,
            Some(name) => kind_named(name).is_some() || is_iri(name) || level.seen.contains("eventTime"),
            None => level.seen.contains("eventTime"),
        }
    }

    fn single_event(&mut self, level: &Level) {
        let (record, fit) = self.scanner.take_record();
        if !level.seen.contains("@context") {
            let mut report = Report::new(&[], level.start, None, String::new());
            missing(&mut report, 0, "@context", "name the EPCIS context, and the prefixes of your own fields");
            self.pending.extend(report.into_findings().into_iter().map(Item::Finding));
        }
        let context = std::mem::take(&mut self.context);
        // The record begins with the white space before the event.
        let space = record.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
        self.give_event(record.get(space..).unwrap_or_default(), level.start, fit, String::new());
        self.context = context;
        self.held.clear();
    }
}
