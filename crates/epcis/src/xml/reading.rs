//! Reading a document piece by piece: what stands around the events, and each event as a whole.

use std::sync::Arc;

use super::{
    build::{Builder, check_instruction},
    document::{Container, Content, Root},
    event,
    grammar::{SBDH, SBDH_ROOT, Version},
    items::Items,
    masterdata, reference, root, sbdh,
    scan::{Halt, RawAttribute, Scanner, Tag, Token, malformed},
    scope::Scopes,
    sequence::{Fit, Sequence},
    tree::{At, Node, Piece},
    walk::Walk,
};
use crate::{
    Binding, Finding, Item, Limits, Location, Namespaces, Query, Rule, Section, Severity,
    check::{self, Checks},
    input::Position,
    rule,
};

/// Nodes for which room is kept.
const MAX_ROOM: usize = 4096;

/// How far a document was read, and what was found.
pub(super) struct Reading {
    pub(super) items: Items,
    pub(super) limits: Limits,
    pub(super) version: Version,
    scopes: Arc<Scopes>,
    open: Vec<Open>,
    events: u64,
    begun: bool,
    /// What the document declares.
    namespaces: Namespaces,
    /// Room for the nodes of the next tree.
    room: Vec<Node<'static>>,
}

/// An element whose end was not read yet.
struct Open {
    container: Container,
    /// Its name as written.
    name: String,
    path: String,
    position: Position,
    sequence: Sequence,
    /// How often each child that may be repeated was seen, for paths.
    counts: Vec<(&'static str, u64)>,
    /// `type` of a `Vocabulary`.
    vocabulary: String,
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
            return malformed(offset, "a document type declaration stands behind the root element");
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
                    && at.namespace() == Root::Query.target(self.version);
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

    fn counted(&mut self, fit: Fit, sequence: Sequence, at: &At<'_>) {
        let Some(open) = self.open.last_mut() else { return };
        open.sequence = sequence;
        let name = match fit {
            Fit::Part(name) | Fit::Late(name, _) => Some(name),
            _ if open.container.holds_events() && at.is_local() => event::name(at.local()),
            _ => None,
        };
        if let Some(name) = name
            && open.container.repeats(name, self.version)
        {
            match open.counts.iter_mut().find(|(seen, _)| *seen == name) {
                Some((_, count)) => *count += 1,
                None => open.counts.push((name, 1)),
            }
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
            for finding in root::check_attributes(&at, &path) {
                self.items.push(Item::Finding(finding));
            }
            if root != Root::Query {
                self.items.release();
            }
            self.enter(Container::Root(root), &at, declared, tag.empty);
            return Ok(());
        }
        if event::kind(at.local()).is_none() || !at.is_local() {
            return Err(Halt::Malformed(root::unknown(&at, tag.offset)));
        }
        let tree = builder.finish(scanner)?;
        self.begun = true;
        let Some(at) = tree.root() else { return Ok(()) };
        self.version = event::version_of(&at);
        let declared: Vec<_> = tree.declarations().collect();
        let document = root::bare_event(&declared);
        self.namespaces.clone_from(&document.namespaces);
        self.items.document = Some(Box::new(document));
        self.items.release();
        self.event(&at, format!("/{}", at.written()), Fit::Part(""));
        Ok(())
    }

    fn enter(&mut self, container: Container, at: &At<'_>, declared: Vec<super::scope::Declaration>, empty: bool) {
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

    fn undeclared(&mut self, at: &At<'_>) {
        for (_, prefix) in at.undeclared() {
            let help = format!("declare `xmlns:{prefix}`");
            self.about(at, rule::XML_PREFIX_UNDECLARED, format!("the prefix `{prefix}` is not declared"), &help);
        }
    }

    /// Attributes on elements around the events, which nothing that we hand out could hold.
    fn lost_attributes(&mut self, container: Container, at: &At<'_>) {
        if matches!(container, Container::Root(_) | Container::Misplaced) {
            return;
        }
        let own = |name: &str| container == Container::Vocabulary && name == "type";
        for attribute in at.attributes().iter().filter(|attribute| !own(attribute.name.written())) {
            let name = attribute.name.written();
            let (severity, message) = if container.any_attribute(self.version) || at.is_instance(attribute) {
                (Severity::Info, format!("the attribute `{name}` of `{}` is not kept", at.local()))
            } else {
                (Severity::Reject, format!("`{}` has the attribute `{name}`", at.local()))
            };
            let finding = Finding::new(rule::FIELD_UNKNOWN, severity, self.place(at), message);
            self.items.push(Item::Finding(finding.with_help("leave the attribute out")));
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

    /// An element of another namespace, or the Standard Business Document Header.
    fn extension(&mut self, at: &At<'_>, section: Section) {
        let path = self.path_of(at);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        if at.namespace() == SBDH && at.local() == SBDH_ROOT {
            sbdh::check(&mut walk, at);
        }
        self.findings(walk.into_findings());
        self.items.push(Item::Extension(section, at.to_extension()));
    }

    /// Elements without namespace in an `extension`.
    fn extensions(&mut self, at: &At<'_>, section: Section) {
        let path = self.path_of(at);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        let extensions = walk.children(at, &super::grammar::LOCAL, |_, _, _| ());
        self.findings(walk.into_findings());
        for extension in extensions {
            self.items.push(Item::Extension(section, extension));
        }
    }

    fn query(&mut self, content: Content, at: &At<'_>) {
        let text = at.text().trim().to_owned();
        let Some(document) = &mut self.items.document else { return };
        let query = document.query.get_or_insert_with(Query::default);
        match content {
            Content::QueryName => query.name = text,
            _ => query.subscription_id = Some(text),
        }
    }

    fn vocabulary_element(&mut self, at: &At<'_>) {
        let path = self.path_of(at);
        let vocabulary = self.open.iter().rev().find(|open| open.container == Container::Vocabulary);
        let vocabulary = vocabulary.map_or("", |open| &open.vocabulary);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        let read = masterdata::read(&mut walk, at, vocabulary);
        self.findings(walk.into_findings());
        if let Some(element) = read {
            self.items.push(Item::Vocabulary(element));
        }
    }

    fn findings(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            self.items.push(Item::Finding(finding));
        }
    }

    fn event_in_list(&mut self, at: &At<'_>, fit: Fit) {
        let path = self.path_of(at);
        if !at.is_local() || fit == Fit::Extension {
            self.foreign_event(at, path, fit);
        } else if event::kind(at.local()).is_some() || self.version == Version::V1 {
            self.event(at, path, fit);
        } else {
            let message = format!("`{}` is no longer an event of the standard", at.local());
            let help = "write an `ObjectEvent` with a `quantityList`";
            let location = self.event_location(at, path);
            let finding = Finding::new(rule::EVENT_TYPE, Severity::Reject, location.clone(), message).with_help(help);
            self.items.push(Item::Rejected { event: None, at: location, findings: vec![finding] });
        }
    }

    /// The place of the next event.
    fn event_location(&mut self, at: &At<'_>, path: String) -> Location {
        let position = at.position();
        let index = self.events;
        self.events += 1;
        Location { line: position.line, column: position.column, event: Some(index), path }
    }

    /// Events of other namespaces are allowed, but nobody here can understand them.
    fn foreign_event(&mut self, at: &At<'_>, path: String, fit: Fit) {
        let location = self.event_location(at, path);
        let (severity, help) = if fit == Fit::Extension {
            (Severity::Warn, "write one of the five standard events")
        } else {
            (Severity::Reject, "write it in the `extension` of the event list")
        };
        let message = format!("`{}` is not an event of the standard", at.written());
        let mut walk = Walk::new(self.version, *at, location.event, &location.path, &self.limits);
        walk.check_prefixes();
        walk.add(Finding::new(rule::EVENT_TYPE, severity, location.clone(), message).with_help(help));
        let findings = walk.into_findings();
        let rejected = findings.iter().any(|finding| finding.severity == Severity::Reject);
        self.items.push(if rejected {
            Item::Rejected { event: None, at: location, findings }
        } else {
            Item::Foreign { event: Box::new(at.to_extension()), at: location, findings }
        });
    }

    fn event(&mut self, at: &At<'_>, path: String, fit: Fit) {
        let location = self.event_location(at, path);
        let mut walk = Walk::new(self.version, *at, location.event, &location.path, &self.limits);
        walk.check_prefixes();
        if matches!(fit, Fit::Unknown | Fit::Repeated) {
            let message = format!("`{}` has no place here", at.local());
            walk.reject(at, rule::FIELD_UNKNOWN, message, "write it where the version of the schema allows it");
        }
        let event = match event::kind(at.local()) {
            Some(kind) => event::read(&mut walk, at, kind),
            None => event::read_quantity_event(&mut walk, at),
        };
        if let Some(event) = &event {
            let (latest, whole, namespaces) = (self.limits.latest, walk.is_sound(), &self.namespaces);
            let checks = Checks { binding: Binding::Xml, latest, whole, namespaces };
            for finding in check::check(event, &location, checks) {
                walk.add(placed(finding, *at, &location.path));
            }
        }
        let findings = walk.into_findings();
        let rejected = findings.iter().any(|finding| finding.severity == Severity::Reject);
        let event = event.map(Box::new);
        self.items.push(match event {
            Some(event) if !rejected => Item::Event { event, at: location, findings },
            event => Item::Rejected { event, at: location, findings },
        });
    }

    /// Says how a child of the innermost open element does not fit.
    fn note_fit(&mut self, fit: Fit, at: &At<'_>) {
        let Some(container) = self.open.last().map(|open| open.container) else { return };
        let name = at.written();
        let (rule, message, help): (&'static Rule, _, _) = match fit {
            _ if container == Container::Misplaced => return,
            Fit::Unknown | Fit::Extension if container == Container::Body(Root::Query) => {
                if at.local() == "QueryResults" && at.namespace() == Root::Query.target(self.version) {
                    return;
                }
                let help = "write `QueryResults` in the namespace of the document, with its prefix";
                (rule::DOCUMENT_KIND, format!("`{name}` is not a query result"), help)
            }
            Fit::Part(_) | Fit::Extension => return,
            Fit::Repeated => (rule::FIELD_DUPLICATE, format!("`{name}` stands here twice"), "leave one of them out"),
            Fit::Late(..) => (rule::FIELD_ORDER, format!("`{name}` stands too late"), "keep the order of the schema"),
            Fit::Unknown if !at.namespace().is_empty() => {
                (rule::FIELD_UNKNOWN, format!("`{name}` has no place here"), "only the root element has a namespace")
            }
            Fit::Unknown => (rule::FIELD_UNKNOWN, format!("`{name}` has no place here"), "leave it out"),
        };
        self.about(at, rule, message, help);
    }

    /// Notes a rejecting finding about a child of the innermost open element.
    fn about(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        let finding = Finding::new(rule, Severity::Reject, self.place(at), message).with_help(help);
        self.items.push(Item::Finding(finding));
    }

    fn place(&self, at: &At<'_>) -> Location {
        let position = at.position();
        Location { line: position.line, column: position.column, event: None, path: self.path_of(at) }
    }

    /// A rejecting finding about the innermost open element.
    fn about_open(&self, rule: &'static Rule, message: String, help: &str) -> Finding {
        let at = self.open.last().map_or_else(Location::default, |open| Location {
            line: open.position.line,
            column: open.position.column,
            event: None,
            path: open.path.clone(),
        });
        Finding::new(rule, Severity::Reject, at, message).with_help(help)
    }

    /// The path of a child of the innermost open element; events and the like are numbered, single elements not.
    fn path_of(&self, at: &At<'_>) -> String {
        let Some(open) = self.open.last() else { return format!("/{}", at.written()) };
        let count = open.counts.iter().find(|(name, _)| at.is_local() && *name == at.local());
        match count {
            Some((_, count)) => format!("{}/{}[{count}]", open.path, at.written()),
            None => format!("{}/{}", open.path, at.written()),
        }
    }
}

impl Open {
    /// Its name without the prefix.
    fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }
}

/// Moves a finding about a field of an event to the element of that field.
fn placed(mut finding: Finding, event: At<'_>, path: &str) -> Finding {
    let Some(steps) = finding.at.path.strip_prefix(path) else { return finding };
    let mut found = event;
    let mut attribute = None;
    for step in steps.split('/').skip(1) {
        if step.starts_with('@') {
            attribute = Some(step.to_owned());
        } else if let Some(next) = found.child_at(step) {
            found = next;
        }
    }
    let position = found.position();
    (finding.at.line, finding.at.column) = (position.line, position.column);
    finding.at.path = [path, &found.path()].concat();
    if let Some(attribute) = attribute {
        finding.at.path.extend(["/", &attribute]);
    }
    finding
}
