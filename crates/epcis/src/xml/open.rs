//! The elements around the events that are open, and what is wrong with them and their children.

use super::{
    document::{Container, Root},
    event,
    reading::Reading,
    sequence::{Fit, Sequence},
    tree::At,
};
use crate::{Finding, Item, Location, Rule, Severity, input::Position, rule};

/// An element whose end was not read yet.
pub(super) struct Open {
    pub(super) container: Container,
    /// Its name as written.
    pub(super) name: String,
    pub(super) path: String,
    pub(super) position: Position,
    pub(super) sequence: Sequence,
    /// How often each child that may be repeated was seen, for paths.
    pub(super) counts: Vec<(&'static str, u64)>,
    /// `type` of a `Vocabulary`.
    pub(super) vocabulary: String,
}

impl Open {
    /// Its name without the prefix.
    pub(super) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }
}

impl Reading {
    pub(super) fn undeclared(&mut self, at: &At<'_>) {
        for (_, prefix) in at.undeclared() {
            let help = format!("declare `xmlns:{prefix}`");
            self.about(at, rule::XML_PREFIX_UNDECLARED, format!("the prefix `{prefix}` is not declared"), &help);
        }
    }

    /// Attributes on elements around the events, which nothing that we hand out could hold.
    pub(super) fn lost_attributes(&mut self, container: Container, at: &At<'_>) {
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

    /// Says how a child of the innermost open element does not fit.
    pub(super) fn note_fit(&mut self, fit: Fit, at: &At<'_>) {
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
    pub(super) fn about(&mut self, at: &At<'_>, rule: &'static Rule, message: String, help: &str) {
        let finding = Finding::new(rule, Severity::Reject, self.place(at), message).with_help(help);
        self.items.push(Item::Finding(finding));
    }

    fn place(&self, at: &At<'_>) -> Location {
        let position = at.position();
        Location { line: position.line, column: position.column, event: None, path: self.path_of(at) }
    }

    /// A rejecting finding about the innermost open element.
    pub(super) fn about_open(&self, rule: &'static Rule, message: String, help: &str) -> Finding {
        let at = self.open.last().map_or_else(Location::default, |open| Location {
            line: open.position.line,
            column: open.position.column,
            event: None,
            path: open.path.clone(),
        });
        Finding::new(rule, Severity::Reject, at, message).with_help(help)
    }

    /// The path of a child of the innermost open element; events and the like are numbered, single elements not.
    pub(super) fn path_of(&self, at: &At<'_>) -> String {
        let Some(open) = self.open.last() else { return format!("/{}", at.written()) };
        let count = open.counts.iter().find(|(name, _)| at.is_local() && *name == at.local());
        match count {
            Some((_, count)) => format!("{}/{}[{count}]", open.path, at.written()),
            None => format!("{}/{}", open.path, at.written()),
        }
    }

    pub(super) fn counted(&mut self, fit: Fit, sequence: Sequence, at: &At<'_>) {
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
}
