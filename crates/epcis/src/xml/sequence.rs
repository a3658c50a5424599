//! Holding the children of an element against a content model.

use super::{
    grammar::{Grammar, SBDH, SBDH_ROOT},
    tree::At,
};

/// How a child fits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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

/// How far the children of an element have come.
#[derive(Clone, Copy)]
pub(super) struct Sequence {
    grammar: &'static Grammar,
    /// The namespace of the schema; extensions are of others.
    target: &'static str,
    at: usize,
    seen: u32,
    extended: bool,
}

impl Sequence {
    pub(super) fn new(grammar: &'static Grammar, target: &'static str) -> Self {
        Self { grammar, target, at: 0, seen: 0, extended: false }
    }

    /// The next child.
    pub(super) fn fit(&mut self, child: &At<'_>) -> Fit {
        let header = child.local() == SBDH_ROOT && child.namespace() == SBDH;
        let local = child.is_local();
        if self.grammar.one && (self.seen != 0 || self.extended) {
            return Fit::Repeated;
        }
        let part = local || header && self.grammar.sbdh;
        if !part {
            self.extended = true;
            let foreign = self.grammar.foreign && child.namespace() != self.target;
            return if foreign { Fit::Extension } else { Fit::Unknown };
        }
        if local && child.local() == SBDH_ROOT {
            return Fit::Unknown;
        }
        self.fit_name(child.local())
    }

    /// The next child, whose name is in the right namespace.
    pub(super) fn fit_name(&mut self, name: &str) -> Fit {
        // Most children are the next part, so that the search begins there.
        let parts = self.grammar.parts.iter().enumerate();
        let found = parts.clone().skip(self.at).chain(parts.take(self.at)).find(|(_, part)| part.name == name);
        let Some((index, part)) = found else {
            self.extended |= self.grammar.any_local;
            return if self.grammar.any_local { Fit::Extension } else { Fit::Unknown };
        };
        let bit = 1 << index;
        if self.seen & bit != 0 && !part.repeats {
            return if self.grammar.any_local { Fit::Extension } else { Fit::Repeated };
        }
        self.seen |= bit;
        if self.grammar.ordered && self.extended {
            return Fit::Late(part.name, None);
        }
        if self.grammar.ordered && index < self.at {
            return Fit::Late(part.name, self.grammar.parts.get(self.at).map(|follower| follower.name));
        }
        self.at = index;
        Fit::Part(part.name)
    }

    /// The required parts that never came.
    pub(super) fn missing(&self) -> impl Iterator<Item = &'static str> + use<> {
        let seen = self.seen;
        let parts = self.grammar.parts.iter().enumerate();
        parts.filter(move |(index, part)| part.required && seen & (1 << index) == 0).map(|(_, part)| part.name)
    }

    /// Whether the element is an extension point without any extension.
    pub(super) fn is_hollow(&self) -> bool {
        self.grammar.some && self.seen == 0 && !self.extended
    }
}
