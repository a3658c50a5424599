//! Walks a document as its bytes arrive, and gives what it finds, event by event.

use std::collections::{BTreeSet, VecDeque};

use super::{
    ahead::{Ahead, ahead},
    event::{Found, event},
    extension::{missing_words, repeats},
    field::Field,
    glance::{Glance, glance},
    head::{FIRST, Head, Place},
    outcome::{Character, Outcome, character, finished, limit_finding, limited, outcome, tree},
    parse::Parser,
    report::{Report, Start, Words, shown},
    skip::Skip,
    tape::{Tape, offset, push_step},
};
use crate::{
    Binding, DocumentKind, Finding, Item, Limits, Location, Severity,
    check::{self, Checks},
    decoder::Decode,
    input::{Input, Position},
    kept, rule,
};

/// A level that is being walked.
struct Level {
    place: Place,
    /// JSON pointer.
    path: String,
    start: Position,
    /// Members or elements so far.
    count: usize,
    /// Whether a comma was read, so that another one has to follow.
    comma: bool,
    /// The names of the members so far.
    seen: BTreeSet<String>,
}

/// Where the decoder is.
#[derive(Clone, Copy)]
enum State {
    /// Before the first byte of the document.
    Before,
    /// Before the first bracket.
    Outside,
    /// At an object that is a document or an event.
    Open,
    /// At an event that stands alone.
    Alone,
    /// In the levels of a document, or behind it.
    Within,
    /// In a value that is not read.
    Skip(Skip),
    Done,
}

/// Whether a step came any further.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Progress {
    Made,
    /// More bytes are needed.
    Waiting,
}

/// Reads an EPCIS 2.0 document, query document, event or array of events in JSON-LD.
///
/// It holds the header and one event at a time.
pub(crate) struct JsonCore {
    input: Input,
    limits: Limits,
    tape: Tape,
    state: State,
    levels: Vec<Level>,
    head: Head,
    pending: VecDeque<Item>,
    events: u64,
    /// Rejected events and rejecting findings so far.
    rejections: usize,
    /// A value that was cut is tried again when so many bytes are here: each try reads it from its beginning, and
    /// growing steps keep the sum in proportion to its length.
    retry_at: usize,
}

impl Decode for JsonCore {
    fn push(&mut self, chunk: &[u8]) {
        self.input.push(chunk);
    }

    fn end(&mut self) {
        self.input.end();
    }

    fn next_item(&mut self) -> Option<Item> {
        loop {
            // What stands before the events waits for the document, which comes first.
            if (self.head.given || matches!(self.state, State::Done))
                && let Some(item) = self.pending.pop_front()
            {
                return Some(item);
            }
            if matches!(self.state, State::Done) || (!self.input.has_ended() && self.input.rest().len() < self.retry_at)
            {
                return None;
            }
            self.retry_at = 0;
            let known = self.pending.len();
            if self.step() == Progress::Made {
                self.count_rejections(known);
            } else {
                let here = self.input.rest().len();
                self.retry_at = here + here / 2 + 1;
            }
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.state, State::Done) && self.pending.is_empty()
    }
}

impl JsonCore {
    pub(crate) fn new(limits: Limits) -> Self {
        let max_event_bytes = limits.max_event_bytes.min(offset(usize::MAX) as usize - 1);
        Self {
            input: Input::new(),
            limits: Limits { max_event_bytes, ..limits },
            tape: Tape::default(),
            state: State::Before,
            levels: Vec::new(),
            head: Head::new(),
            pending: VecDeque::new(),
            events: 0,
            rejections: 0,
            retry_at: 0,
        }
    }

    /// Ends the reading when more was rejected than anybody will read.
    fn count_rejections(&mut self, known: usize) {
        let rejects = |item: &&Item| match item {
            Item::Rejected { .. } => true,
            Item::Finding(finding) => finding.severity == Severity::Reject,
            _ => false,
        };
        self.rejections += self.pending.iter().skip(known).filter(rejects).count();
        if self.rejections > self.limits.max_findings && !matches!(self.state, State::Done) {
            let message =
                format!("more than {} events or parts of the document are rejected", self.limits.max_findings);
            let words = Words::new(rule::JSON_LIMIT, message, "correct what was found so far");
            self.stop(words.finding(Severity::Reject, self.location(0)));
        }
    }

    fn step(&mut self) -> Progress {
        match self.state {
            State::Before => self.before(),
            State::Outside => self.first_bracket(),
            State::Open => self.open_root(),
            State::Alone => self.read_event(String::new()),
            State::Within => self.walk(),
            State::Skip(skip) => self.skip(skip),
            State::Done => Progress::Waiting,
        }
    }

    /// Skips the byte order mark, and tells other encodings from UTF-8.
    fn before(&mut self) -> Progress {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        // The mark, and behind it the two bytes that tell encodings apart.
        let rest = self.input.rest();
        if rest.len() < MARK.len() + 2 && !self.input.has_ended() {
            return Progress::Waiting;
        }
        if rest.starts_with(MARK) {
            self.pass_mark(MARK.len());
        }
        if let Some([0xFE, 0xFF] | [0xFF, 0xFE] | [0, _] | [_, 0]) = self.input.rest().first_chunk() {
            let words = Words::new(rule::JSON_ENCODING, "the bytes are not UTF-8", "write the document in UTF-8");
            self.stop(words.finding(Severity::Reject, self.location(0)));
        } else {
            self.state = State::Outside;
        }
        Progress::Made
    }

    fn first_bracket(&mut self) -> Progress {
        match self.next_byte() {
            Some(b'{') => self.state = State::Open,
            Some(b'[') => {
                self.state = State::Within;
                self.give(DocumentKind::EventList);
                self.open(Place::Events, String::new(), 0);
            }
            _ => return self.refuse("`{`, the beginning of a document or of an event"),
        }
        Progress::Made
    }

    /// Begins again behind the mark, which has no column of its own.
    fn pass_mark(&mut self, length: usize) {
        let mut input = Input::new();
        input.push(self.input.rest().get(length..).unwrap_or_default());
        if self.input.has_ended() {
            input.end();
        }
        self.input = input;
    }

    fn open_root(&mut self) -> Progress {
        let rest = self.input.rest();
        let limit = rest.len() >= self.limits.max_event_bytes;
        match glance(rest) {
            Glance::Event => self.state = State::Alone,
            Glance::More if !limit && !self.input.has_ended() => return Progress::Waiting,
            Glance::Document | Glance::More => {
                self.state = State::Within;
                self.open(Place::Document, String::new(), 0);
            }
        }
        Progress::Made
    }

    /// Reads one member, one event, one comma, or one end of a level.
    fn walk(&mut self) -> Progress {
        let byte = self.next_byte();
        let Some(level) = self.levels.last_mut() else {
            if byte.is_some() || !self.input.has_ended() {
                return self.refuse("the end of the input");
            }
            self.state = State::Done;
            return Progress::Made;
        };
        let (bracket, expected) = level.place.end();
        if byte == Some(bracket) && !level.comma {
            self.input.take(1);
            self.close();
            return Progress::Made;
        }
        if level.count > 0 && !level.comma {
            if byte != Some(b',') {
                return self.refuse(expected);
            }
            level.comma = true;
            self.input.take(1);
            return Progress::Made;
        }
        if level.place == Place::Events {
            let path = step_into(&level.path, level.count);
            return self.read_event(path);
        }
        self.read_member()
    }

    fn skip(&mut self, mut skip: Skip) -> Progress {
        let (length, whole) = skip.over(self.input.rest());
        self.input.take(length);
        self.state = if whole { State::Within } else { State::Skip(skip) };
        match whole {
            true => Progress::Made,
            false if self.input.has_ended() => self.refuse("the end of the value"),
            false => Progress::Waiting,
        }
    }

    /// Passes over white space.
    fn next_byte(&mut self) -> Option<u8> {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let length = self.input.rest().iter().take_while(blank).count();
        if length > 0 {
            self.input.take(length);
        }
        self.input.rest().first().copied()
    }

    /// Enters a level whose bracket has `before` bytes before it.
    fn open(&mut self, place: Place, path: String, before: usize) {
        if place == Place::Events && !self.head.given {
            let query = self.head.is_query() || self.levels.iter().any(|level| level.place == Place::QueryResults);
            self.give(if query { DocumentKind::QueryResult } else { DocumentKind::Events });
        }
        self.input.take(before);
        let start = self.input.position();
        self.input.take(1);
        self.levels.push(Level { place, path, start, count: 0, comma: false, seen: BTreeSet::new() });
    }

    /// Gives the document itself, before everything that was found in it.
    fn give(&mut self, kind: DocumentKind) {
        if !self.head.given {
            let mut document = self.head.give(kind);
            let annotation = self.pending.iter().position(kept::is_document_annotation);
            kept::restore_document(&mut document, annotation.and_then(|at| self.pending.remove(at)));
            self.pending.push_front(Item::Document(document));
        }
    }

    fn location(&self, before: usize) -> Location {
        let Position { line, column } = self.input.after(before);
        let path = self.levels.last().map(|level| level.path.clone()).unwrap_or_default();
        Location { line, column, event: None, path }
    }

    /// Refuses the next byte, or waits for it.
    fn refuse(&mut self, expected: &'static str) -> Progress {
        if self.input.rest().is_empty() && !self.input.has_ended() {
            return Progress::Waiting;
        }
        self.malformed(0, expected)
    }

    /// Ends the reading: what follows has no structure.
    fn malformed(&mut self, at: usize, expected: &'static str) -> Progress {
        let rest = self.input.rest().get(at..).unwrap_or_default();
        let found = match character(rest) {
            Character::Whole(found) => format!("found `{}`", found.escape_debug()),
            Character::Cut if !self.input.has_ended() => return Progress::Waiting,
            Character::Cut | Character::Broken => "found bytes that are not UTF-8".to_owned(),
            Character::Missing => "the input ends too early".to_owned(),
        };
        let words = Words::new(rule::JSON_SYNTAX, found, format!("expected {expected}"));
        self.stop(words.finding(Severity::Reject, self.location(at)));
        Progress::Made
    }

    fn stop(&mut self, finding: Finding) {
        if matches!(self.state, State::Alone) {
            self.give(DocumentKind::Event);
        } else if !self.levels.is_empty() {
            let kind = if self.head.is_query() { DocumentKind::QueryResult } else { DocumentKind::Events };
            self.give(kind);
        }
        self.pending.push_back(Item::Finding(finding));
        self.state = State::Done;
    }

    fn read_member(&mut self) -> Progress {
        let Self { input, tape, limits, .. } = self;
        let bytes = limited(input.rest(), limits);
        let mut parser = Parser::new(bytes, tape, *limits);
        if let Err(stop) = parser.name() {
            return match outcome(stop, bytes, input, limits) {
                Outcome::Malformed { at, expected } => self.malformed(at, expected),
                Outcome::Cut => Progress::Waiting,
                _ => self.too_many_members("the name of a member is too long"),
            };
        }
        let value = parser.at;
        let bracket = bytes.get(value).copied().unwrap_or_default();
        let field = tape.field(0);
        if self.is_early(field) {
            // Looking ahead needs the tape; the member is read again.
            return self.look_ahead();
        }
        let Some(level) = self.levels.last() else { return Progress::Waiting };
        if level.seen.len() >= self.limits.max_attributes {
            return self.too_many_members("the object has too many members");
        }
        if let Some(inner) = level.place.within(field, bracket) {
            let mut path = level.path.clone();
            push_step(&mut path, field.name());
            self.enter_member(field.name(), true);
            self.open(inner, path, value);
            return Progress::Made;
        }
        self.read_outer(value)
    }

    /// Whether a member of the document has names for which its `@context` may have to be looked for.
    fn is_early(&self, field: Field) -> bool {
        let plain = matches!(
            field,
            Field::Context
                | Field::Type
                | Field::SchemaVersion
                | Field::CreationDate
                | Field::Id
                | Field::InstanceIdentifier
                | Field::Sender
                | Field::Receiver
        );
        let outermost = self.levels.last().is_some_and(|level| level.place == Place::Document);
        outermost && !self.head.settled && !plain
    }

    /// Reads the `@context` of the document when it follows, while everything up to it is held.
    fn look_ahead(&mut self) -> Progress {
        let Self { input, tape, limits, .. } = self;
        let bytes = limited(input.rest(), limits);
        let whole = if bytes.len() >= limits.max_event_bytes {
            Some(Ahead::TooFar)
        } else {
            input.has_ended().then_some(Ahead::Nothing)
        };
        let found = ahead(bytes, tape, *limits, whole);
        let Ahead::Context(at) = found else {
            if found == Ahead::More {
                return Progress::Waiting;
            }
            if found == Ahead::TooFar {
                let message = format!("there is no `@context` in {} bytes", limits.max_event_bytes);
                let words = Words::new(rule::CONTEXT_LATE, message, FIRST);
                let finding = words.finding(Severity::Reject, self.location(0));
                self.pending.push_back(Item::Finding(finding));
            }
            self.head.settled = true;
            return Progress::Made;
        };
        let context = bytes.get(at..).unwrap_or_default();
        let mut parser = Parser::new(context, tape, *limits);
        let result = parser.name().and_then(|()| parser.value());
        let end = parser.at;
        match finished(result.map(|()| end), tape, context, input, limits) {
            // The limit of one value is reached before the bytes that are held.
            Outcome::Cut if whole.is_none() => return Progress::Waiting,
            Outcome::Whole(end) => self.read_ahead(at, end),
            // What is wrong with it is said in its turn.
            _ => self.head.settled = true,
        }
        Progress::Made
    }

    /// Reads the `@context` on the tape, which has `at` bytes before it.
    fn read_ahead(&mut self, at: usize, end: usize) {
        let position = self.input.after(at);
        let start = Start { position, event: None, path: "/@context" };
        let bytes = self.input.rest().get(at..at + end).unwrap_or_default();
        self.head.settled = true;
        let Ok(tree) = tree(&self.tape, bytes, start) else { return };
        let mut report = Report::new(&tree, start, self.limits.max_event_findings);
        if let Some(member) = tree.member() {
            self.head.context_ahead(&mut report, member, position);
        }
        self.pending.extend(report.into_findings().into_iter().map(Item::Finding));
    }

    /// Counts a member, and reports one that was there before.
    fn enter_member(&mut self, name: &str, walked: bool) {
        let at = self.location(0);
        let Some(level) = self.levels.last_mut() else { return };
        (level.count, level.comma) = (level.count + 1, false);
        if !level.seen.insert(name.to_owned()) {
            let mut at = at;
            push_step(&mut at.path, name);
            let message = format!("`{}` stands twice in one object", shown(name));
            let words = Words::new(rule::MEMBER_REPEATED, message, "keep one of them; several values go into an array");
            let severity = if walked { Severity::Reject } else { Severity::Warn };
            self.pending.push_back(Item::Finding(words.finding(severity, at)));
        }
    }

    fn too_many_members(&mut self, message: &str) -> Progress {
        let help = format!("at most {} members are read", self.limits.max_attributes);
        let words = Words::new(rule::JSON_LIMIT, message, help);
        self.stop(words.finding(Severity::Reject, self.location(0)));
        Progress::Made
    }

    /// Reads a member of the outer levels that is read whole. Its value begins behind `value` bytes.
    fn read_outer(&mut self, value: usize) -> Progress {
        let Self { input, tape, limits, .. } = self;
        let bytes = limited(input.rest(), limits);
        let mut parser = Parser::new(bytes, tape, *limits);
        let result = parser.name().and_then(|()| parser.value());
        let end = parser.at;
        let result = result.map(|()| end);
        let outcome = finished(result, tape, bytes, input, limits);
        let name = tape.name_text(bytes);
        let path = self.levels.last().map(|level| level.path.clone()).unwrap_or_default();
        let mut member_path = path;
        push_step(&mut member_path, &name);
        match outcome {
            Outcome::Cut => Progress::Waiting,
            Outcome::Malformed { at, expected } => self.malformed(at, expected),
            Outcome::TooLarge | Outcome::Limit { .. } => {
                self.enter_member(&name, false);
                let Position { line, column } = self.input.after(value);
                let at = Location { line, column, event: None, path: member_path };
                self.pending.push_back(Item::Finding(limit_finding(&outcome, &self.limits, at)));
                self.input.take(value);
                self.state = State::Skip(Skip::default());
                Progress::Made
            }
            Outcome::Whole(end) => {
                self.enter_member(&name, false);
                self.give_outer(end, &member_path);
                self.input.take(end);
                Progress::Made
            }
        }
    }

    /// Reads the member on the tape.
    fn give_outer(&mut self, end: usize, path: &str) {
        let Some(place) = self.levels.last().map(|level| level.place) else { return };
        let start = Start { position: self.input.position(), event: None, path };
        let bytes = self.input.rest().get(..end).unwrap_or_default();
        let tree = match tree(&self.tape, bytes, start) {
            Ok(tree) => tree,
            Err(finding) => return self.pending.push_back(Item::Finding(*finding)),
        };
        let mut report = Report::new(&tree, start, self.limits.max_event_findings);
        if tree.repeats {
            repeats(&mut report, tree.root());
        }
        let read_before = self.head.read_before == Some(start.position) && place == Place::Document;
        if let Some(member) = tree.member().filter(|_| !read_before) {
            self.head.read(place, &mut report, member, &mut self.pending);
        }
        self.pending.extend(report.into_findings().into_iter().map(Item::Finding));
    }

    /// Reads one event, which is the value at `path`.
    fn read_event(&mut self, path: String) -> Progress {
        let Self { input, tape, limits, .. } = self;
        let bytes = limited(input.rest(), limits);
        let mut parser = Parser::new(bytes, tape, *limits);
        let result = parser.value();
        let end = parser.at;
        let outcome = finished(result.map(|()| end), tape, bytes, input, limits);
        match outcome {
            Outcome::Cut => return Progress::Waiting,
            Outcome::Malformed { at, expected } => return self.malformed(at, expected),
            Outcome::TooLarge | Outcome::Limit { .. } => {
                let start = Start { position: self.input.position(), event: Some(self.events), path: &path };
                let at = start.location();
                let mut place = at.clone();
                if let Outcome::Limit { at, .. } = outcome {
                    let Position { line, column } = self.input.after(at);
                    (place.line, place.column) = (line, column);
                }
                self.give(DocumentKind::Event);
                let findings = vec![limit_finding(&outcome, &self.limits, place)];
                self.pending.push_back(Item::Rejected { event: None, at, findings });
                self.state = State::Skip(Skip::default());
            }
            Outcome::Whole(end) => {
                self.give_event(end, path);
                self.input.take(end);
                self.state = State::Within;
            }
        }
        self.events += 1;
        if let Some(level) = self.levels.last_mut() {
            (level.count, level.comma) = (level.count + 1, false);
        }
        Progress::Made
    }

    /// Reads the event on the tape.
    fn give_event(&mut self, end: usize, path: String) {
        let position = self.input.position();
        let at = Location { line: position.line, column: position.column, event: Some(self.events), path };
        let start = Start { position, event: at.event, path: &at.path };
        let bytes = self.input.rest().get(..end).unwrap_or_default();
        let alone = matches!(self.state, State::Alone);
        let tree = match tree(&self.tape, bytes, start) {
            Ok(tree) => tree,
            Err(finding) => {
                let item = Item::Rejected { event: None, at, findings: vec![*finding] };
                self.give(DocumentKind::Event);
                return self.pending.push_back(item);
            }
        };
        let mut report = Report::new(&tree, start, self.limits.max_event_findings);
        if tree.repeats {
            repeats(&mut report, tree.root());
        }
        if alone && !self.head.event_context(&mut report, tree.root()) {
            let help = "name the EPCIS context, and the prefixes of your own fields";
            report.reject(tree.root(), missing_words("@context", help));
        }
        let mut found = event(&mut report, &self.head.context, tree.root(), alone);
        if let Some(Found::Event(event)) = &mut found
            && let Err(contradiction) = kept::restore_event(event, Binding::Json)
        {
            let words = Words::new(rule::KEPT_CONTRADICTS, contradiction.message(), "leave the annotation out");
            report.reject(tree.root(), words);
        }
        if let Some(Found::Event(event)) = &found {
            let whole = !report.rejected();
            let (latest, namespaces) = (self.limits.latest, &self.head.namespaces);
            let checks = Checks { binding: Binding::Json, latest, whole, namespaces };
            report.extend(check::check(event, &at, checks));
        }
        let (rejected, findings) = (report.rejected(), report.into_findings());
        let item = match found {
            Some(Found::Event(event)) if !rejected => Item::Event { event, at, findings },
            Some(Found::Event(event)) => Item::Rejected { event: Some(event), at, findings },
            Some(Found::Foreign(event)) if !rejected => Item::Foreign { event, at, findings },
            _ => Item::Rejected { event: None, at, findings },
        };
        if alone {
            self.give(DocumentKind::Event);
        }
        self.pending.push_back(item);
    }

    /// The end of a level: what should have stood in it?
    fn close(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        let query = self.head.is_query();
        let has = |field: &str| level.seen.contains(field);
        let wanted: &[Field] = match level.place {
            Place::Document if query => &[Field::Context, Field::Type, Field::EpcisBody],
            Place::Document => {
                &[Field::Context, Field::Type, Field::SchemaVersion, Field::CreationDate, Field::EpcisBody]
            }
            Place::Body if query || has("queryResults") => &[Field::QueryResults],
            Place::Body | Place::ResultsBody => &[Field::EventList],
            Place::QueryResults => &[Field::QueryName, Field::ResultsBody],
            Place::Events => &[],
        };
        let start = Start { position: level.start, event: None, path: &level.path };
        for field in wanted.iter().filter(|field| !has(field.name())) {
            let words = missing_words(field.name(), "the standard requires it");
            self.pending.push_back(Item::Finding(words.finding(Severity::Reject, start.location())));
        }
        if level.place == Place::Document {
            self.check_type(start.location());
            self.give(if query { DocumentKind::QueryResult } else { DocumentKind::Events });
        }
    }

    fn check_type(&mut self, mut at: Location) {
        let Some(found) = self.head.doc_type.as_deref() else { return };
        if !matches!(found, "EPCISDocument" | "EPCISQueryDocument") {
            let message = format!("`{}` is not a type of document", shown(found));
            let words = Words::new(rule::FIELD_VALUE, message, "write `EPCISDocument` or `EPCISQueryDocument`");
            at.path.push_str("/type");
            self.pending.push_back(Item::Finding(words.finding(Severity::Reject, at)));
        }
    }
}

/// A JSON pointer with the number of an element behind it.
fn step_into(path: &str, index: usize) -> String {
    let (mut digits, mut first, mut rest) = ([0; 20], 20, index);
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        (rest, first) = (rest / 10, first - 1);
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(first..).and_then(|digits| str::from_utf8(digits).ok());
    [path, "/", digits.unwrap_or_default()].concat()
}
