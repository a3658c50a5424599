//! Reading a document piece by piece: up to the next tag around the events, or one event as a whole.

use std::sync::Arc;

use super::{
    build::{Builder, check_instruction},
    document::{Container, Content, Root},
    event,
    grammar::Version,
    items::Items,
    open::Open,
    reference, root,
    scan::{Fault, Halt, Malformed, RawAttribute, Scanner, Tag, Token, malformed},
    scope::{Declaration, Scopes},
    sequence::{Fit, Sequence},
    tree::{At, Node, Piece},
};
use crate::{EventKind, Finding, Item, Limits, Location, Namespaces, input::Position, rule};

/// Nodes for which room is kept.
const MAX_ROOM: usize = 4096;

/// How far a document was read, and what was found.
pub(super) struct Reading {
    pub(super) items: Items,
    pub(super) limits: Limits,
    pub(super) version: Version,
    scopes: Arc<Scopes>,
    pub(super) open: Vec<Open>,
    /// How many events were read.
    pub(super) events: u64,
    begun: bool,
    /// What the document declares.
    pub(super) namespaces: Namespaces,
    /// Room for the nodes of the next tree.
    room: Vec<Node<'static>>,
}

/// What a step has done.
pub(super) enum Step {
    /// It has read so many bytes.
    Read(usize),
    /// It has come to the end.
    Ended,
}

impl Reading {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            items: Items::default(),
            limits,
            version: Version::V2,
            scopes: Arc::default(),
            open: Vec::new(),
            events: 0,
            begun: false,
            namespaces: Namespaces::default(),
            room: Vec::new(),
        }
    }

    /// Reads up to the next tag around the events, or one whole event. Nothing is remembered of a step that could not
    /// be finished.
    pub(super) fn step(&mut self, text: &str, start: Position, whole: bool) -> Result<Step, Halt> {
        let scopes = Arc::clone(&self.scopes);
        let piece = Piece { text, start, outer: &scopes };
        let mut scanner = Scanner::new(text, whole);
        let mut attributes = Vec::new();
        loop {
            let offset = scanner.offset();
            match scanner.next(&mut attributes)? {
                Token::Text(text) => {
                    let text = reference::text(text, offset)?;
                    if !text.trim_ascii().is_empty() {
                        self.stray_text(start.after(piece.text.get(..offset).unwrap_or_default().as_bytes()), offset)?;
                        return Ok(Step::Read(scanner.offset()));
                    }
                }
                Token::CData(_) if self.open.is_empty() => return malformed(offset, "text outside the root element"),
                Token::CData(text) if text.trim_ascii().is_empty() => {}
                Token::CData(_) => {
                    self.stray_text(start.after(piece.text.get(..offset).unwrap_or_default().as_bytes()), offset)?;
                    return Ok(Step::Read(scanner.offset()));
                }
                Token::Comment => {}
                Token::Instruction(content) if offset == 0 && start == (Position { line: 1, column: 1 }) => {
                    root::check_declaration(content, offset)?;
                }
                Token::Instruction(content) => check_instruction(content, offset)?,
                Token::Doctype(content) => {
                    let at = start.after(piece.text.get(..offset).unwrap_or_default().as_bytes());
                    self.doctype(content, at, offset)?;
                    return Ok(Step::Read(scanner.offset()));
                }
                Token::Start(tag) => {
                    self.start(piece, &tag, attributes, &mut scanner)?;
                    return Ok(Step::Read(scanner.offset()));
                }
                Token::End(name) => {
                    self.end(name, offset)?;
                    return Ok(Step::Read(scanner.offset()));
                }
                Token::Eof if self.open.is_empty() && self.begun => return Ok(Step::Ended),
                Token::Eof => return Err(Halt::Incomplete),
            }
        }
    }

    /// The path of the innermost open element.
    pub(super) fn path(&self) -> &str {
        self.open.last().map_or("", |open| &open.path)
    }

    /// What is wrong when the document ends here.
    pub(super) fn cut_short(&self) -> String {
        match self.open.last() {
            Some(open) => format!("the document ends inside `{}`", open.name),
            None if self.begun => "the document ends inside a tag".to_owned(),
            None => "the document has no root element".to_owned(),
        }
    }

    fn doctype(&mut self, content: &str, at: Position, offset: usize) -> Result<(), Halt> {
        if self.begun {
            return Err(Halt::Malformed(Malformed { offset, fault: Fault::Doctype }));
        }
        let finding = root::doctype(content, at, offset)?;
        self.items.push(Item::Finding(finding));
        Ok(())
    }

    /// Text between the elements around the events.
    fn stray_text(&mut self, at: Position, offset: usize) -> Result<(), Halt> {
        let Some(open) = self.open.last() else { return malformed(offset, "text outside the root element") };
        if open.container != Container::Misplaced {
            let finding =
                self.about_open(rule::FIELD_TYPE, format!("`{}` holds text", open.local()), "leave the text out");
            let at = Location { line: at.line, column: at.column, ..finding.at };
            self.items.push(Item::Finding(Finding { at, ..finding }));
        }
        Ok(())
    }

    fn start<'a>(
        &mut self,
        piece: Piece<'a>,
        tag: &Tag<'a>,
        attributes: Vec<RawAttribute<'a>>,
        scanner: &mut Scanner<'a>,
    ) -> Result<(), Halt> {
        let limits = self.limits;
        let builder = {
            let room = Node::room(std::mem::take(&mut self.room));
            Builder::begin(piece, tag, attributes, room, self.open.len(), &limits)?
        };
        let Some(open) = self.open.last() else {
            return self.root(builder, tag, scanner);
        };
        let Some(at) = builder.tree().root() else { return Ok(()) };
        let mut sequence = open.sequence;
        let (container, fit) = (open.container, sequence.fit(&at));
        let content = self.content(container, fit, &at);
        if let Content::Container(inner) = content {
            self.counted(fit, sequence, &at);
            self.note_fit(fit, &at);
            self.enter(inner, &at, builder.tree().declarations().collect::<Vec<_>>(), tag.empty);
            return Ok(());
        }
        let tree = builder.finish(scanner)?;
        let Some(at) = tree.root() else { return Ok(()) };
        self.counted(fit, sequence, &at);
        if content != Content::Event {
            self.note_fit(fit, &at);
        }
        match content {
            Content::Event => self.event_in_list(&at, fit),
            Content::VocabularyElement => self.vocabulary_element(&at),
            Content::Extension(section) => self.extension(&at, section),
            Content::Extensions(section) => self.extensions(&at, section),
            Content::QueryName | Content::SubscriptionId => self.query(content, &at),
            Content::Container(_) => {}
        }
        // An event as large as the limits allow is rare: its room is not kept for the others.
        if tree.nodes.capacity() <= MAX_ROOM {
            self.room = Node::room(tree.nodes);
        }
        Ok(())
    }

    /// What a child of the innermost open element is.
    fn content(&self, container: Container, fit: Fit, at: &At<'_>) -> Content {
        let is_event = container.holds_events() && event::name(at.local()).is_some();
        match fit {
            _ if container == Container::Misplaced => Content::Container(Container::Misplaced),
            _ if container == Container::Body(Root::Query) => {
                let results = fit != Fit::Repeated
                    && at.local() == "QueryResults"
                    && (at.is_local() || at.namespace() == Root::Query.target(self.version));
                Content::Container(if results { Container::QueryResults } else { Container::Misplaced })
            }
            Fit::Part(name) | Fit::Late(name, _) => container.content(name),
            Fit::Extension if container.holds_events() => Content::Event,
            Fit::Extension => Content::Extension(container.section()),
            Fit::Unknown | Fit::Repeated if is_event && at.is_local() => Content::Event,
            Fit::Unknown if container == Container::EventList && !at.namespace().is_empty() => Content::Event,
            Fit::Repeated | Fit::Unknown => Content::Container(Container::Misplaced),
        }
    }

    fn root<'a>(&mut self, builder: Builder<'a, '_>, tag: &Tag<'a>, scanner: &mut Scanner<'a>) -> Result<(), Halt> {
        if self.begun {
            return malformed(tag.offset, "a second root element");
        }
        let Some(at) = builder.tree().root() else { return Ok(()) };
        if let Some((root, version)) = super::document::root(&at) {
            self.begun = true;
            self.version = version;
            let declared: Vec<_> = builder.tree().declarations().collect();
            let document = root::document(root.kind(), &at, &declared);
            self.namespaces.clone_from(&document.namespaces);
            self.items.document = Some(Box::new(document));
            let path = format!("/{}", at.written());
            let findings = root::check_attributes(&at, &path).into_iter();
            for finding in findings.chain(root::check_version(&at, version, &path)) {
                self.items.push(Item::Finding(finding));
            }
            if root != Root::Query {
                self.items.release();
            }
            self.enter(Container::Root(root), &at, declared, tag.empty);
            return Ok(());
        }
        if EventKind::named(at.local()).is_none() || !at.is_local() {
            return Err(Halt::Malformed(root::unknown(&at, tag.offset)));
        }
        let tree = builder.finish(scanner)?;
        self.begun = true;
        let Some(at) = tree.root() else { return Ok(()) };
        self.version = event::version_of(&at);
        let declared: Vec<_> = tree.declarations().collect();
        let document = root::bare_event(&at, &declared);
        self.namespaces.clone_from(&document.namespaces);
        self.items.document = Some(Box::new(document));
        self.items.release();
        self.event(&at, format!("/{}", at.written()), Fit::Part(""));
        Ok(())
    }

    fn enter(&mut self, container: Container, at: &At<'_>, declared: Vec<Declaration>, empty: bool) {
        let path = self.path_of(at);
        let vocabulary = match container {
            Container::Vocabulary => at.attribute("type").map(|kind| kind.trim().to_owned()),
            _ => None,
        };
        if container == Container::Vocabulary && vocabulary.is_none() {
            let help = "add `type`, for example `urn:epcglobal:epcis:vtype:Location`";
            self.about(at, rule::FIELD_MISSING, "`Vocabulary` has no attribute `type`".to_owned(), help);
        }
        self.undeclared(at);
        self.lost_attributes(container, at);
        if container == Container::ResultsBody {
            self.items.release();
        }
        Arc::make_mut(&mut self.scopes).enter(declared.into_iter());
        let sequence = Sequence::new(container.grammar(self.version), container.target(self.version));
        self.open.push(Open {
            container,
            name: at.written().to_owned(),
            path,
            position: at.position(),
            sequence,
            counts: Vec::new(),
            vocabulary: vocabulary.unwrap_or_default(),
        });
        if empty {
            self.close();
        }
    }

    fn end(&mut self, name: &str, offset: usize) -> Result<(), Halt> {
        match self.open.last() {
            Some(open) if open.name == name => self.close(),
            Some(open) => return malformed(offset, format!("`</{}>` was expected, not `</{name}>`", open.name)),
            None => return malformed(offset, format!("`</{name}>` ends nothing")),
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.last() else { return };
        let mut findings: Vec<_> = open
            .sequence
            .missing()
            .map(|name| {
                let message = format!("`{}` has no `{name}`", open.local());
                self.about_open(rule::FIELD_MISSING, message, &format!("add `{name}`"))
            })
            .collect();
        if open.sequence.is_hollow() {
            findings.push(self.about_open(rule::FIELD_MISSING, format!("`{}` is empty", open.local()), "leave it out"));
        }
        if matches!(open.container, Container::QueryResults | Container::Root(_)) {
            self.items.release();
        }
        for finding in findings {
            self.items.push(Item::Finding(finding));
        }
        self.open.pop();
        Arc::make_mut(&mut self.scopes).leave();
    }
}
