//! Holding the children of an element against a content model.

use super::{grammar::Grammar, tree::Element};

/// How a child fits.
pub(super) enum Fit {
    /// It is this part.
    Part(&'static str),
    /// It is an extension: of another namespace, or without one where that is allowed.
    Extension,
    /// It is this part, behind something that must follow it: another part, or an extension.
    Late(&'static str, Option<&'static str>),
    /// It stands there already.
    Repeated,
    /// It has no place here.
    Unknown,
}

pub(super) struct Sequence {
    grammar: &'static Grammar,
    at: usize,
    seen: u32,
    foreign_seen: bool,
}

impl Sequence {
    pub(super) fn new(grammar: &'static Grammar) -> Self {
        Self { grammar, at: 0, seen: 0, foreign_seen: false }
    }

    /// The next child.
    pub(super) fn fit(&mut self, child: &Element) -> Fit {
        if !child.is_local() {
            self.foreign_seen = true;
            let foreign = self.grammar.foreign && !child.name.namespace.starts_with("urn:epcglobal:epcis:xsd:");
            return if foreign { Fit::Extension } else { Fit::Unknown };
        }
        // Most children are the next part, so that the search begins there.
        let parts = self.grammar.parts.iter().enumerate();
        let found =
            parts.clone().skip(self.at).chain(parts.take(self.at)).find(|(_, part)| part.name == child.name.local);
        let Some((index, part)) = found else {
            return if self.grammar.any_local { Fit::Extension } else { Fit::Unknown };
        };
        let bit = 1 << index;
        if self.seen & bit != 0 && !part.repeats {
            return Fit::Repeated;
        }
        self.seen |= bit;
        if self.grammar.ordered && self.foreign_seen {
            return Fit::Late(part.name, None);
        }
        if self.grammar.ordered && index < self.at {
            return Fit::Late(part.name, self.grammar.parts.get(self.at).map(|follower| follower.name));
        }
        self.at = index;
        Fit::Part(part.name)
    }

    /// The required parts that never came.
    pub(super) fn missing(&self) -> impl Iterator<Item = &'static str> {
        let seen = self.seen;
        let parts = self.grammar.parts.iter().enumerate();
        parts.filter(move |(index, part)| part.required && seen & (1 << index) == 0).map(|(_, part)| part.name)
    }
}
