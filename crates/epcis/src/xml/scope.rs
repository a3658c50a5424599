//! Prefixes, and the namespaces that they stand for.

/// The namespace of `xsi:nil` and `xsi:type`.
pub(super) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The namespace of declarations of namespaces.
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The namespace of `xml:lang`.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What the open elements around the events have declared.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes {
    declarations: Vec<Declaration>,
    /// How many declarations there were before each open element.
    marks: Vec<usize>,
}

/// One `xmlns` attribute.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    /// The prefix; empty for the default namespace.
    pub(super) prefix: String,
    pub(super) namespace: String,
}

impl Scopes {
    /// Goes into an element.
    pub(super) fn enter(&mut self, declared: impl Iterator<Item = Declaration>) {
        self.marks.push(self.declarations.len());
        self.declarations.extend(declared);
    }

    /// Goes out of the innermost element.
    pub(super) fn leave(&mut self) {
        let before = self.marks.pop().unwrap_or(0);
        self.declarations.truncate(before);
    }

    /// Which declaration a prefix means.
    pub(super) fn find(&self, prefix: &str) -> Option<usize> {
        self.declarations.iter().rposition(|declaration| declaration.prefix == prefix)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Declaration> {
        self.declarations.get(index)
    }

    /// Where the declarations begin that do not stand on the root element.
    pub(super) fn below_root(&self) -> usize {
        self.marks.get(1).copied().unwrap_or(self.declarations.len())
    }

    pub(super) fn len(&self) -> usize {
        self.declarations.len()
    }
}
