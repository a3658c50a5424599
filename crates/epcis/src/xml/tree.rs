//! One element of the document with all that stands in it, held where it stands in the text.

use std::{borrow::Cow, cell::Cell, collections::BTreeSet, fmt::Write as _};

use super::{
    name::QName,
    scope::{Declaration, SCHEMA_INSTANCE, Scopes, XML, XMLNS},
};
use crate::{Extension, Name, Value, input::Position};

/// Character data beside elements becomes a member of this name; no XML element can have it.
pub(super) const TEXT: &str = "#text";

/// A piece of the document: text, and what the elements around it have declared.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) start: Position,
    pub(super) outer: &'a Scopes,
}

/// An element, its attributes and its descendants. They borrow from the piece of text that was read.
pub(super) struct Tree<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Declarations on the elements of the tree.
    pub(super) declared: Vec<Declared<'a>>,
    /// Declarations around the tree, below the root of the document, of which values in the tree make use.
    pub(super) used_around: BTreeSet<usize>,
    /// Elements with prefixes that were never declared, and these prefixes.
    pub(super) undeclared: Vec<(usize, &'a str)>,
    /// The place asked for last, from which lines are counted on.
    pub(super) counted: Cell<(usize, Position)>,
}

/// An element, or a run of text beside elements.
pub(super) struct Node<'a> {
    /// `None` for text.
    pub(super) name: Option<QName<'a>>,
    pub(super) space: Space,
    /// Where its attributes begin and end.
    pub(super) attributes: (usize, usize),
    /// Character data; white space alone counts in elements without children only.
    pub(super) text: Cow<'a, str>,
    pub(super) parent: usize,
    pub(super) first: Option<usize>,
    pub(super) next: Option<usize>,
    /// Its place in the unbroken row of siblings of the same name, from 1.
    pub(super) ordinal: usize,
    pub(super) offset: usize,
}

impl Node<'_> {
    /// The room that the nodes of one tree took, for those of the next.
    pub(super) fn room<'b>(nodes: Vec<Self>) -> Vec<Node<'b>> {
        nodes.into_iter().map_while(|_| None).collect()
    }
}

/// An attribute that declares no namespace.
pub(super) struct Attribute<'a> {
    pub(super) name: QName<'a>,
    pub(super) space: Space,
    pub(super) value: Cow<'a, str>,
}

/// What a name is in: no namespace, that of `xml:`, one declared around the piece, or one declared in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Space {
    None,
    Xml,
    Outer(usize),
    Inner(usize),
}

pub(super) struct Declared<'a> {
    pub(super) prefix: &'a str,
    pub(super) namespace: Cow<'a, str>,
    /// The element that it stands on.
    pub(super) node: usize,
    /// Whether a value makes use of it.
    pub(super) used: bool,
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct At<'t> {
    tree: &'t Tree<'t>,
    node: &'t Node<'t>,
    index: usize,
}

impl<'a> Tree<'a> {
    /// The outermost element.
    pub(super) fn root<'t>(&'t self) -> Option<At<'t>>
    where
        'a: 't,
    {
        At::new(self, 0)
    }

    pub(super) fn namespace(&self, space: Space) -> &str {
        match space {
            Space::None => "",
            Space::Xml => XML,
            Space::Outer(index) => self.piece.outer.get(index).map_or("", |declaration| &declaration.namespace),
            Space::Inner(index) => self.declared.get(index).map_or("", |declared| &declared.namespace),
        }
    }

    fn name(&self, name: QName<'_>, space: Space) -> Name {
        Name {
            namespace: self.namespace(space).to_owned(),
            prefix: name.prefix().to_owned(),
            local: name.local().to_owned(),
        }
    }

    /// The declarations on the outermost element.
    pub(super) fn declarations(&self) -> impl Iterator<Item = Declaration> {
        let on_root = self.declared.iter().filter(|declared| declared.node == 0);
        on_root.map(|declared| Declaration {
            prefix: declared.prefix.to_owned(),
            namespace: declared.namespace.clone().into_owned(),
        })
    }
}

impl<'t> At<'t> {
    fn new(tree: &'t Tree<'_>, index: usize) -> Option<Self> {
        Some(Self { tree, node: tree.nodes.get(index)?, index })
    }

    /// Whether it is an element rather than text beside elements.
    pub(super) fn is_element(&self) -> bool {
        self.node.name.is_some()
    }

    /// Whether the tree is its own.
    pub(super) fn is_outermost(&self) -> bool {
        self.index == 0
    }

    /// Whether it has neither namespace nor prefix, as the elements of the standard below the root.
    pub(super) fn is_local(&self) -> bool {
        self.node.space == Space::None && self.node.name.is_some_and(|name| name.prefix().is_empty())
    }

    pub(super) fn local(&self) -> &'t str {
        self.node.name.map_or(TEXT, QName::local)
    }

    /// The name as written.
    pub(super) fn written(&self) -> &'t str {
        self.node.name.map_or(TEXT, QName::written)
    }

    pub(super) fn namespace(&self) -> &'t str {
        self.tree.namespace(self.node.space)
    }

    /// Its character data, when it has no children.
    pub(super) fn text(&self) -> &'t str {
        &self.node.text
    }

    pub(super) fn children(&self) -> impl Iterator<Item = At<'t>> + use<'t> {
        let tree = self.tree;
        let first = self.node.first.and_then(|index| At::new(tree, index));
        std::iter::successors(first, move |child| At::new(tree, child.node.next?))
    }

    /// The attributes, declarations of namespaces left out.
    pub(super) fn attributes(&self) -> &'t [Attribute<'t>] {
        let (from, to) = self.node.attributes;
        self.tree.attributes.get(from..to).unwrap_or_default()
    }

    pub(super) fn name_of(&self, attribute: &Attribute<'_>) -> Name {
        self.tree.name(attribute.name, attribute.space)
    }

    /// Whether an attribute is one of the schema language, such as `xsi:nil`.
    pub(super) fn is_instance(&self, attribute: &Attribute<'_>) -> bool {
        self.tree.namespace(attribute.space) == SCHEMA_INSTANCE
    }

    /// The value of an attribute without namespace.
    pub(super) fn attribute(&self, local: &str) -> Option<&'t str> {
        self.attributes().iter().find(|attribute| attribute.name.written() == local).map(|attribute| &*attribute.value)
    }

    /// Whether `xsi:nil` says that the element has no value.
    pub(super) fn is_nil(&self) -> bool {
        self.attributes().iter().any(|attribute| {
            attribute.name.local() == "nil"
                && self.is_instance(attribute)
                && matches!(attribute.value.trim(), "true" | "1")
        })
    }

    /// Elements of the tree with prefixes that were never declared, and these prefixes.
    pub(super) fn undeclared(&self) -> impl Iterator<Item = (At<'t>, &'t str)> + use<'t> {
        let tree = self.tree;
        tree.undeclared.iter().filter_map(move |(index, prefix)| Some((At::new(tree, *index)?, *prefix)))
    }

    /// The element as the standard's extension point keeps it.
    pub(super) fn to_extension(self) -> Extension {
        let Some(name) = self.node.name else {
            let name = Name { namespace: String::new(), prefix: String::new(), local: TEXT.to_owned() };
            return Extension { name, attributes: Vec::new(), value: Value::Text(self.node.text.clone().into_owned()) };
        };
        let attributes = self.attributes().iter().map(|found| (self.name_of(found), found.value.clone().into_owned()));
        Extension {
            name: self.tree.name(name, self.node.space),
            attributes: self.kept_declarations().chain(attributes).collect(),
            value: self.to_value(),
        }
    }

    /// The content of the element.
    pub(super) fn to_value(self) -> Value {
        if self.node.first.is_none() {
            return Value::Text(self.node.text.clone().into_owned());
        }
        Value::Members(self.children().map(At::to_extension).collect())
    }

    /// Whether there may be any of [`kept_declarations`](Self::kept_declarations).
    pub(super) fn has_declarations(&self) -> bool {
        !self.tree.declared.is_empty() || !self.tree.used_around.is_empty()
    }

    /// The declarations on the element of which values below it make use; names carry theirs with them. What was
    /// declared between the root of the document and the event counts as declared on the event.
    pub(super) fn kept_declarations(&self) -> impl Iterator<Item = (Name, String)> + use<'t> {
        let (tree, index) = (self.tree, self.index);
        let around = tree.used_around.iter().filter_map(move |outer| tree.piece.outer.get(*outer));
        let around = around.filter(move |_| index == 0);
        let around = around.map(|declaration| (declaration.prefix.as_str(), declaration.namespace.as_str()));
        // They are in the order of their elements.
        let begin = tree.declared.partition_point(|declared| declared.node < index);
        let here = tree.declared.get(begin..).unwrap_or_default().iter();
        let here = here.take_while(move |declared| declared.node == index).filter(|declared| declared.used);
        around.chain(here.map(|declared| (declared.prefix, &*declared.namespace))).map(|(prefix, namespace)| {
            let name = Name { namespace: XMLNS.to_owned(), prefix: "xmlns".to_owned(), local: prefix.to_owned() };
            (name, namespace.to_owned())
        })
    }

    /// The child that a step of a path means, `quantityElement[2]` or `bizStep`, in a wrapper of 1.x or not.
    pub(super) fn child_at(&self, step: &str) -> Option<At<'t>> {
        let (name, number) = match step.split_once('[') {
            Some((name, number)) => (name, number.trim_end_matches(']').parse().ok()?),
            None => (step, 1_usize),
        };
        let wraps = |child: &At<'_>| child.is_local() && matches!(child.local(), "extension" | "baseExtension");
        self.children()
            .filter(|child| child.is_local() && child.local() == name)
            .nth(number.checked_sub(1)?)
            .or_else(|| self.children().filter(wraps).find_map(|child| child.child_at(step)))
    }

    /// Where it begins.
    pub(super) fn position(&self) -> Position {
        let (offset, piece, counted) = (self.node.offset, self.tree.piece, &self.tree.counted);
        let (from, known) = if counted.get().0 <= offset { counted.get() } else { (0, piece.start) };
        let position = known.after(piece.text.get(from..offset).unwrap_or_default().as_bytes());
        counted.set((offset, position));
        position
    }

    fn parent(&self) -> Option<At<'t>> {
        if self.index == 0 { None } else { At::new(self.tree, self.node.parent) }
    }

    fn same_name(&self, other: &At<'_>) -> bool {
        self.node.name == other.node.name
            && (self.node.space == other.node.space || self.namespace() == other.namespace())
    }

    /// Its place among the children of the same name, when there are several.
    fn step(&self, path: &mut String) {
        path.push('/');
        path.push_str(self.written());
        let Some(parent) = self.parent() else { return };
        let mut same = parent.children().filter(|sibling| sibling.same_name(self));
        let before = same.by_ref().position(|sibling| sibling.index == self.index).unwrap_or(0);
        if before > 0 || same.next().is_some() {
            // Writing to a string cannot fail.
            let _ = write!(path, "[{}]", before + 1);
        }
    }

    /// Adds the way from the root element, `/quantityList/quantityElement[2]`; nothing at the root.
    pub(super) fn push_path(&self, path: &mut String) {
        if let Some(parent) = self.parent() {
            parent.push_path(path);
            self.step(path);
        }
    }

    /// The way from the event in the schema of EPCIS 2.0, which has no wrappers: `quantityList/quantityElement[2]`.
    pub(super) fn field(&self) -> String {
        let Some(parent) = self.parent() else { return String::new() };
        let mut path = parent.field();
        if self.is_local() && matches!(self.local(), "extension" | "baseExtension") {
            return path;
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(self.written());
        // The parts of a list stand in a row, and there may be many: the others are not counted again for each.
        let follows = self.node.next.and_then(|next| At::new(self.tree, next)).is_some_and(|next| next.same_name(self));
        if self.node.ordinal > 1 || follows {
            path.extend(["[", &self.node.ordinal.to_string(), "]"]);
        }
        path
    }
}
