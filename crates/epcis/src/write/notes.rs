//! What a writer has to say about what it wrote.

use crate::{Finding, Location, Rule, Severity, rule};

/// So many findings are held until somebody takes them; further ones are only counted.
const MOST: usize = 10_000;

/// The place of what is said about the document.
pub(super) const BEGINNING: Location = Location { line: 1, column: 1, event: None, path: String::new() };

/// Findings of one writer: at most one per rule and event, and per rule for what stands around the events.
#[derive(Default)]
pub(super) struct Notes {
    list: Vec<Finding>,
    untold: u64,
    /// Where the event stands.
    event: Option<Location>,
    /// What is said about the event, and how often.
    about_event: Vec<(Finding, u64)>,
    /// What is said about everything else.
    around: Vec<(Finding, u64)>,
}

impl Notes {
    /// Findings from here on are about the event at this place, or about the document.
    pub(super) fn enter(&mut self, event: Option<Location>) {
        self.close_event();
        self.event = event;
    }

    /// Something that its reader need not act upon.
    pub(super) fn info(&mut self, rule: &'static Rule, message: impl FnOnce() -> String) {
        self.add(Severity::Info, rule, message);
    }

    /// Something that is not as it should be.
    pub(super) fn warn(&mut self, rule: &'static Rule, message: impl FnOnce() -> String) {
        self.add(Severity::Warn, rule, message);
    }

    /// Something that a binding cannot say as it is.
    pub(super) fn kept(&mut self, what: &str, binding: &str) {
        self.info(rule::KEPT, || format!("{binding} cannot say `{what}` as it is; it is kept in an annotation"));
    }

    fn add(&mut self, severity: Severity, rule: &'static Rule, message: impl FnOnce() -> String) {
        let said = if self.event.is_some() { &mut self.about_event } else { &mut self.around };
        if let Some((_, count)) = said.iter_mut().find(|(finding, _)| finding.code == rule.code) {
            *count += 1;
            return;
        }
        let at = self.event.clone().unwrap_or(BEGINNING);
        said.push((Finding::new(rule, severity, at, message()), 1));
    }

    /// Takes down what was said about one event.
    fn close_event(&mut self) {
        for said in self.about_event.drain(..) {
            if self.list.len() < MOST {
                self.list.push(counted(said));
            } else {
                self.untold += 1;
            }
        }
    }

    /// The findings since the last call.
    pub(super) fn take(&mut self) -> Vec<Finding> {
        self.close_event();
        self.list.extend(self.around.drain(..).map(counted));
        let untold = std::mem::take(&mut self.untold);
        if untold > 0 {
            let message = format!("{untold} more findings like these");
            self.list.push(Finding::new(rule::KEPT, Severity::Info, BEGINNING, message));
        }
        std::mem::take(&mut self.list)
    }
}

/// A finding that says how often it was made.
fn counted((mut finding, count): (Finding, u64)) -> Finding {
    if count > 1 {
        finding.message = format!("{}; {count} in all", finding.message);
    }
    finding
}
