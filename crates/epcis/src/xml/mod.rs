//! EPCIS XML 2.0 and 1.x, read event by event.

mod document;
mod event;
mod grammar;
mod masterdata;
mod parser;
mod sensor;
mod sequence;
mod source;
mod tree;
mod walk;

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use document::{Container, Content, Root};
use grammar::Version;
use parser::{Parser, Stop, Token};
use sequence::{Fit, Sequence};
use tree::{Element, qualified};
use walk::Walk;

use crate::{
    Binding, EventKind, Finding, Item, Limits, Location, Rule, Severity,
    check::{self, Checks},
    rule,
};

/// Reads XML documents; see [`Reader`](crate::Reader).
pub(crate) struct XmlReader<R> {
    parser: Parser<R>,
    open: Vec<Open>,
    version: Version,
    events: u64,
    /// Items found but not yet handed out.
    ready: VecDeque<Item>,
    begun: bool,
    ended: bool,
}

/// An element whose end was not read yet.
struct Open {
    container: Container,
    element: Element,
    sequence: Sequence,
    /// How often each child was seen, for paths.
    counts: Vec<(String, u64)>,
}

impl<R: BufRead> Iterator for XmlReader<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if self.ended {
                return None;
            }
            match self.step() {
                Ok(()) => {}
                Err(Stop::Io(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Err(Stop::Finding(finding)) => {
                    self.ended = true;
                    self.ready.push_back(Item::Finding(*finding));
                }
            }
        }
    }
}

impl<R: BufRead> XmlReader<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self {
            parser: Parser::new(input, limits),
            open: Vec::new(),
            version: Version::V2,
            events: 0,
            ready: VecDeque::new(),
            begun: false,
            ended: false,
        }
    }

    /// Reads up to the next tag between the events, or one whole event.
    fn step(&mut self) -> Result<(), Stop> {
        self.parser.renew();
        let mut text = String::new();
        let token = self.parser.next(&mut text)?;
        self.ready.extend(self.parser.remark.take().map(Item::Finding));
        self.stray_text(&text)?;
        match token {
            Token::Start(element) => match self.open.is_empty() {
                true if self.begun => Err(self.parser.malformed("a second root element".to_owned())),
                true => self.root(element),
                false => self.child(element),
            },
            Token::End => {
                self.close();
                Ok(())
            }
            Token::Eof => match self.open.last() {
                Some(open) => Err(self.parser.ended_early(&open.element)),
                None if !self.begun => Err(self.parser.malformed("the document has no root element".to_owned())),
                None => {
                    self.ended = true;
                    Ok(())
                }
            },
        }
    }

    /// Text between the elements around the events.
    fn stray_text(&mut self, text: &str) -> Result<(), Stop> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let Some(open) = self.open.last() else {
            return Err(self.parser.malformed("text outside the root element".to_owned()));
        };
        let message = format!("`{}` holds text", open.element.name.local);
        let finding = self.finding(&open.element, rule::FIELD_TYPE, message, "leave the text out");
        self.ready.push_back(Item::Finding(finding));
        Ok(())
    }

    fn root(&mut self, element: Element) -> Result<(), Stop> {
        self.begun = true;
        if let Some((root, version)) = document::root(&element) {
            self.version = version;
            self.root_attributes(&element);
            self.enter(Container::Root(root), element);
            return Ok(());
        }
        match event::kind(&element.name.local) {
            Some(kind) if element.is_local() => {
                let whole = self.parser.whole(element)?;
                self.version = event::version_of(&whole);
                let path = format!("/{}", whole.name.local);
                self.event(&whole, kind, path);
                Ok(())
            }
            _ => {
                let namespace = &element.name.namespace;
                let message = format!("`{}` in namespace `{namespace}` is not an EPCIS document", element.name.local);
                let help = "begin with `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:2`";
                Err(Stop::Finding(Box::new(self.finding(&element, rule::DOCUMENT_KIND, message, help))))
            }
        }
    }

    fn root_attributes(&mut self, element: &Element) {
        let version = element.attribute("schemaVersion");
        let created = element.attribute("creationDate");
        let decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let dated = |text: &str| {
            walk::is_date_time_stamp(text.trim()) || walk::is_date_time_stamp(&format!("{}Z", text.trim()))
        };
        let problems = [
            ("schemaVersion", version, version.is_some_and(|text| decimal(text.trim())), "write it like `2.0`"),
            ("creationDate", created, created.is_some_and(dated), "write it like `2028-08-15T22:30:00-07:00`"),
        ];
        for (name, value, _, help) in problems.into_iter().filter(|(_, _, valid, _)| !valid) {
            let (rule, message) = match value {
                None => (rule::FIELD_MISSING, format!("the document has no `{name}`")),
                Some(value) => (rule::FIELD_VALUE, format!("`{value}` is not a `{name}`")),
            };
            self.ready.push_back(Item::Finding(self.finding(element, rule, message, help)));
        }
    }

    fn enter(&mut self, container: Container, element: Element) {
        let sequence = Sequence::new(container.grammar());
        self.open.push(Open { container, element, sequence, counts: Vec::new() });
    }

    fn close(&mut self) {
        let Some(open) = self.open.last() else { return };
        let missing: Vec<_> = open.sequence.missing().collect();
        let findings: Vec<_> = missing
            .into_iter()
            .map(|name| {
                let message = format!("`{}` has no `{name}`", open.element.name.local);
                self.finding(&open.element, rule::FIELD_MISSING, message, &format!("add `{name}`"))
            })
            .collect();
        self.ready.extend(findings.into_iter().map(Item::Finding));
        self.open.pop();
    }

    fn child(&mut self, element: Element) -> Result<(), Stop> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        open.count(&element);
        let container = open.container;
        if container == Container::Body(Root::Query) && document::is_query_results(&element) {
            self.enter(Container::QueryResults, element);
            return Ok(());
        }
        let fit = open.sequence.fit(&element);
        match fit {
            Fit::Part(name) => match container.content(name) {
                Content::Container(inner) => {
                    self.vocabulary_type(inner, &element);
                    self.enter(inner, element);
                    Ok(())
                }
                Content::Skipped => self.parser.skip(),
                Content::VocabularyElement => self.vocabulary_element(element),
                Content::Event => self.whole_event(element),
            },
            Fit::Extension if container != Container::Body(Root::Query) => {
                if matches!(container, Container::EventList | Container::EventListExtension) {
                    self.foreign_event(&element);
                }
                self.parser.skip()
            }
            fit => {
                let finding = self.misplaced(&element, &fit);
                self.ready.push_back(Item::Finding(finding));
                self.parser.skip()
            }
        }
    }

    /// Events of other namespaces are allowed, but nobody here can read them.
    fn foreign_event(&mut self, element: &Element) {
        let message = format!("`{}` is not an event of the standard and is passed over", qualified(&element.name));
        let mut finding = self.finding(element, rule::EVENT_TYPE, message, "write one of the five standard events");
        finding.severity = Severity::Warn;
        finding.at.path = self.path_of(element);
        self.ready.push_back(Item::Finding(finding));
    }

    fn misplaced(&self, element: &Element, fit: &Fit) -> Finding {
        let name = qualified(&element.name);
        let (rule, message, help) = match fit {
            Fit::Repeated => (rule::FIELD_DUPLICATE, format!("`{name}` stands here twice"), "leave one of them out"),
            Fit::Late(..) => (rule::FIELD_ORDER, format!("`{name}` stands too late"), "keep the order of the schema"),
            _ if self.open.last().is_some_and(|open| open.container == Container::Body(Root::Query)) => (
                rule::DOCUMENT_KIND,
                format!("`{name}` is not a query result"),
                "write `QueryResults` in namespace `urn:epcglobal:epcis-query:xsd:2`, with its prefix",
            ),
            _ if !element.name.namespace.is_empty() => {
                (rule::FIELD_UNKNOWN, format!("`{name}` has no place here"), "only the root element has a namespace")
            }
            _ => (rule::FIELD_UNKNOWN, format!("`{name}` has no place here"), "leave it out"),
        };
        let mut finding = self.finding(element, rule, message, help);
        finding.at.path = self.path_of(element);
        finding
    }

    fn vocabulary_type(&mut self, container: Container, element: &Element) {
        if container == Container::Vocabulary && element.attribute("type").is_none() {
            let message = "`Vocabulary` has no attribute `type`".to_owned();
            let help = "add `type`, for example `urn:epcglobal:epcis:vtype:Location`";
            let mut finding = self.finding(element, rule::FIELD_MISSING, message, help);
            finding.at.path = self.path_of(element);
            self.ready.push_back(Item::Finding(finding));
        }
    }

    fn vocabulary_element(&mut self, element: Element) -> Result<(), Stop> {
        let path = self.path_of(&element);
        let whole = self.parser.whole(element)?;
        let vocabulary = self
            .open
            .iter()
            .rev()
            .find(|open| open.container == Container::Vocabulary)
            .and_then(|open| open.element.attribute("type"))
            .unwrap_or_default();
        let mut walk = Walk::new(self.version, None, path);
        let read = masterdata::read(&mut walk, &whole, vocabulary.trim());
        self.ready.extend(walk.findings.into_iter().map(Item::Finding));
        self.ready.extend(read.map(Item::Vocabulary));
        Ok(())
    }

    fn whole_event(&mut self, element: Element) -> Result<(), Stop> {
        let path = self.path_of(&element);
        let whole = self.parser.whole(element)?;
        match event::kind(&whole.name.local) {
            Some(kind) => self.event(&whole, kind, path),
            None => self.unknown_event(&whole, path),
        }
        Ok(())
    }

    fn event(&mut self, element: &Element, kind: EventKind, path: String) {
        let index = self.events;
        self.events += 1;
        let at = Location { line: element.line, column: element.column, event: Some(index), path: path.clone() };
        let mut walk = Walk::new(self.version, Some(index), path);
        let event = event::read(&mut walk, element, kind);
        let mut findings = walk.findings;
        let whole = findings.iter().all(|finding| finding.severity != Severity::Reject);
        let checks = Checks { binding: Binding::Xml, latest: None, whole };
        findings
            .extend(check::check(&event, &at, checks).into_iter().map(|finding| placed(finding, element, &at.path)));
        let rejected = findings.iter().any(|finding| finding.severity == Severity::Reject);
        self.ready.push_back(if rejected {
            Item::Rejected { event: Some(Box::new(event)), at, findings }
        } else {
            Item::Event { event: Box::new(event), at, findings }
        });
    }

    /// `QuantityEvent` of EPCIS 1.0, which no later version has.
    fn unknown_event(&mut self, element: &Element, path: String) {
        let at = Location { line: element.line, column: element.column, event: Some(self.events), path };
        self.events += 1;
        let message = format!("`{}` is no longer an event of the standard", element.name.local);
        let finding = Finding::new(rule::EVENT_TYPE, Severity::Reject, at.clone(), message)
            .with_help("write an `ObjectEvent` with a `quantityList`");
        self.ready.push_back(Item::Rejected { event: None, at, findings: vec![finding] });
    }

    fn finding(&self, element: &Element, rule: &'static Rule, message: String, help: &str) -> Finding {
        let path = if self.open.is_empty() { self.path_of(element) } else { self.path() };
        let at = Location { line: element.line, column: element.column, event: None, path };
        Finding::new(rule, Severity::Reject, at, message).with_help(help)
    }

    /// The path of the innermost open element.
    fn path(&self) -> String {
        let mut path = String::new();
        let mut outer: Option<&Open> = None;
        for open in &self.open {
            path.push('/');
            path.push_str(&outer.map_or_else(|| qualified(&open.element.name), |outer| outer.step(&open.element)));
            outer = Some(open);
        }
        path
    }

    fn path_of(&self, element: &Element) -> String {
        let step = self.open.last().map_or_else(|| qualified(&element.name), |open| open.step(element));
        format!("{}/{step}", self.path())
    }
}

/// Moves a finding about a field of an event to the element of that field.
fn placed(mut finding: Finding, event: &Element, path: &str) -> Finding {
    let field = finding.at.path.strip_prefix(path).and_then(|rest| rest.split('/').nth(1));
    let element = event.children.iter().find(|child| field == Some(child.name.local.as_str()));
    if let Some(element) = element {
        (finding.at.line, finding.at.column) = (element.line, element.column);
    }
    finding
}

impl Open {
    fn count(&mut self, child: &Element) {
        let name = &child.name.local;
        match self.counts.iter_mut().find(|(seen, _)| seen == name) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((name.clone(), 1)),
        }
    }

    /// The step of a path to the child that was counted last; events and the like are numbered, single elements not.
    fn step(&self, child: &Element) -> String {
        let name = qualified(&child.name);
        let repeats = self.container.grammar().parts.iter().any(|part| part.name == child.name.local && part.repeats);
        let count = self.counts.iter().find(|(seen, _)| *seen == child.name.local).map_or(1, |(_, count)| *count);
        if repeats { format!("{name}[{count}]") } else { name }
    }
}
