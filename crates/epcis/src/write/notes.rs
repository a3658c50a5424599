//! What a writer has to say about what it wrote.

use crate::{Finding, Location, Rule, Severity, rule};

/// So many findings are held until somebody takes them; further ones are only counted.
const MOST: usize = 10_000;

/// Findings of one writer.
#[derive(Default)]
pub(super) struct Notes {
    list: Vec<Finding>,
    untold: u64,
    event: Option<u64>,
}

impl Notes {
    /// Findings from here on are about this event, or about the document.
    pub(super) fn enter(&mut self, event: Option<u64>) {
        self.event = event;
    }

    /// Something that its reader need not act upon.
    pub(super) fn info(&mut self, rule: &'static Rule, path: &str, message: String) {
        self.add(Severity::Info, rule, path, message);
    }

    /// Something that is not as it should be.
    pub(super) fn warn(&mut self, rule: &'static Rule, path: &str, message: String) {
        self.add(Severity::Warn, rule, path, message);
    }

    /// Fields that a binding cannot say as they are.
    pub(super) fn kept(&mut self, fields: &[&str], binding: &str) {
        let message = format!("{binding} cannot say `{}` as it is; it is kept in an annotation", fields.join("`, `"));
        self.info(rule::KEPT, "", message);
    }

    fn add(&mut self, severity: Severity, rule: &'static Rule, path: &str, message: String) {
        if self.list.len() >= MOST {
            self.untold += 1;
            return;
        }
        let at = Location { event: self.event, path: path.to_owned(), ..Location::default() };
        self.list.push(Finding::new(rule, severity, at, message));
    }

    /// The findings since the last call.
    pub(super) fn take(&mut self) -> Vec<Finding> {
        let untold = std::mem::take(&mut self.untold);
        if untold > 0 {
            let message = format!("{untold} more findings like these");
            self.list.push(Finding::new(rule::KEPT, Severity::Info, Location::default(), message));
        }
        std::mem::take(&mut self.list)
    }
}
