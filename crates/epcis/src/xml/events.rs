//! The events of a document, each read as a whole.

use super::{event, grammar::Version, reading::Reading, root, sequence::Fit, tree::At, walk::Walk};
use crate::{
    Binding, EventKind, Finding, Item, Location, Name, Severity,
    check::{self, Checks},
    kept, rule,
};

impl Reading {
    pub(super) fn event_in_list(&mut self, at: &At<'_>, fit: Fit) {
        let path = self.path_of(at);
        if !at.is_local() || fit == Fit::Extension {
            self.foreign_event(at, path, fit);
        } else if EventKind::named(at.local()).is_some() || self.version == Version::V1 {
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

    pub(super) fn event(&mut self, at: &At<'_>, path: String, fit: Fit) {
        let location = self.event_location(at, path);
        let mut walk = Walk::new(self.version, *at, location.event, &location.path, &self.limits);
        walk.check_prefixes();
        if matches!(fit, Fit::Unknown | Fit::Repeated) {
            let message = format!("`{}` has no place here", at.local());
            walk.reject(at, rule::FIELD_UNKNOWN, message, "write it where the version of the schema allows it");
        }
        let mut draft = match EventKind::named(at.local()) {
            Some(kind) => event::read(&mut walk, at, kind),
            None => event::read_quantity_event(&mut walk, at),
        };
        if self.open.is_empty() {
            // The document has them.
            let of_document = |name: &Name| name.prefix.is_empty() && root::is_own(&name.local);
            draft.event.attributes.retain(|found| !(found.on.is_empty() && of_document(&found.name)));
        }
        if let Err(contradiction) = kept::restore_event(&mut draft.event, Binding::Xml) {
            walk.reject(at, rule::KEPT_CONTRADICTS, contradiction.message(), "leave the annotation out");
        }
        let (latest, whole, namespaces) = (self.limits.latest, walk.is_sound(), &self.namespaces);
        let checks = Checks { binding: Binding::Xml, latest, whole, namespaces };
        for finding in check::check(&draft.event, &location, checks) {
            walk.add(placed(finding, *at, &location.path));
        }
        let findings = walk.into_findings();
        let rejected = findings.iter().any(|finding| finding.severity == Severity::Reject);
        let event = draft.finish().map(Box::new);
        self.items.push(match event {
            Some(event) if !rejected => Item::Event { event, at: location, findings },
            event => Item::Rejected { event, at: location, findings },
        });
    }
}

/// Moves a finding about a field of an event to the element of that field.
fn placed(mut finding: Finding, event: At<'_>, path: &str) -> Finding {
    if !finding.at.path.starts_with(path) {
        return finding;
    }
    let steps = finding.at.path.split_off(path.len());
    let mut found = event;
    let mut attribute = None;
    for step in steps.split('/').skip(1) {
        if step.starts_with('@') {
            attribute = Some(step);
        } else if let Some(next) = found.child_at(step) {
            found = next;
        }
    }
    let position = found.position();
    (finding.at.line, finding.at.column) = (position.line, position.column);
    found.push_path(&mut finding.at.path);
    if let Some(attribute) = attribute {
        finding.at.path.extend(["/", attribute]);
    }
    finding
}
