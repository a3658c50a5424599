//! Building the tree of one element from its markup.

use std::{borrow::Cow, cell::Cell, collections::BTreeSet};

use super::{
    name::{QName, is_name_character},
    reference,
    scan::{Fault, Halt, Malformed, RawAttribute, Scanner, Tag, Token, malformed},
    scope::{XML, XMLNS},
    tree::{Attribute, Declared, Node, Piece, Space, Tree},
};
use crate::Limits;

/// Declarations in force at one place. Each name and each prefix in a value is looked for among them.
const MAX_DECLARATIONS: usize = 256;

/// Builds a tree.
pub(super) struct Builder<'a, 'l> {
    tree: Tree<'a>,
    limits: &'l Limits,
    /// The elements whose end was not read yet.
    open: Vec<Open>,
    /// Declarations in whose elements we are.
    visible: Vec<usize>,
    /// Character data that no element holds yet.
    pending: Cow<'a, str>,
    /// Attributes of the tag read last.
    raw: Vec<RawAttribute<'a>>,
    /// Elements around the tree.
    depth: usize,
}

struct Open {
    node: usize,
    /// Its child read last.
    last: Option<usize>,
    /// How many declarations were visible before it.
    visible: usize,
}

impl<'a, 'l> Builder<'a, 'l> {
    /// Begins with a start tag. `nodes` is empty, `depth` counts the elements around it.
    pub(super) fn begin(
        piece: Piece<'a>,
        tag: &Tag<'a>,
        raw: Vec<RawAttribute<'a>>,
        nodes: Vec<Node<'a>>,
        depth: usize,
        limits: &'l Limits,
    ) -> Result<Self, Halt> {
        let tree = Tree {
            piece,
            nodes,
            attributes: Vec::new(),
            declared: Vec::new(),
            used_around: BTreeSet::new(),
            undeclared: Vec::new(),
            counted: Cell::new((0, piece.start)),
        };
        let mut builder = Self {
            tree,
            limits,
            open: Vec::with_capacity(8),
            visible: Vec::new(),
            pending: Cow::Borrowed(""),
            raw,
            depth,
        };
        builder.start(tag)?;
        Ok(builder)
    }

    /// The element without its content.
    pub(super) fn tree(&self) -> &Tree<'a> {
        &self.tree
    }

    /// Reads on to the end of the element.
    pub(super) fn finish(mut self, scanner: &mut Scanner<'a>) -> Result<Tree<'a>, Halt> {
        while !self.open.is_empty() {
            let offset = scanner.offset();
            match scanner.next(&mut self.raw)? {
                Token::Text(text) => self.text(reference::text(text, offset)?),
                Token::CData(text) => self.text(reference::cdata(text)),
                Token::Start(tag) => self.start(&tag)?,
                Token::End(name) => self.end(name, offset)?,
                Token::Comment => {}
                Token::Instruction(content) => check_instruction(content, offset)?,
                Token::Doctype(_) => return Err(Halt::Malformed(Malformed { offset, fault: Fault::Doctype })),
                Token::Eof => return Err(Halt::Incomplete),
            }
        }
        Ok(self.tree)
    }

    fn text(&mut self, text: Cow<'a, str>) {
        if self.pending.is_empty() {
            self.pending = text;
        } else {
            self.pending.to_mut().push_str(&text);
        }
    }

    fn start(&mut self, tag: &Tag<'a>) -> Result<(), Halt> {
        if self.depth + self.open.len() >= self.limits.max_depth {
            let message = format!("elements are nested deeper than {} levels", self.limits.max_depth);
            return limit(tag.offset, message);
        }
        self.text_beside(tag.offset);
        let visible = self.visible.len();
        let index = self.tree.nodes.len();
        let attributes = if self.raw.is_empty() {
            let end = self.tree.attributes.len();
            (end, end)
        } else {
            self.take_attributes(tag, index)?
        };
        let space = self.space(tag.name.prefix(), index);
        self.add(Node {
            name: Some(tag.name),
            space,
            attributes,
            text: Cow::Borrowed(""),
            parent: 0,
            first: None,
            next: None,
            ordinal: 1,
            offset: tag.offset,
        });
        if self.tree.nodes.len() + self.tree.attributes.len() > self.limits.max_nodes {
            return limit(tag.offset, format!("more than {} elements and attributes", self.limits.max_nodes));
        }
        if tag.empty {
            self.visible.truncate(visible);
        } else {
            self.open.push(Open { node: index, last: None, visible });
        }
        Ok(())
    }

    fn end(&mut self, name: &str, offset: usize) -> Result<(), Halt> {
        let Some(open) = self.open.last() else { return Ok(()) };
        let node = open.node;
        let (has_children, visible) = (open.last.is_some(), open.visible);
        let expected = self.tree.nodes.get(node).and_then(|node| node.name).map_or("", QName::written);
        if expected != name {
            return malformed(offset, format!("`</{expected}>` was expected, not `</{name}>`"));
        }
        if has_children {
            self.text_beside(offset);
        } else {
            let text = std::mem::take(&mut self.pending);
            self.note_uses(&text);
            if let Some(node) = self.tree.nodes.get_mut(node) {
                node.text = text;
            }
        }
        self.open.pop();
        self.visible.truncate(visible);
        Ok(())
    }

    /// Keeps text that stands beside elements, unless it is white space.
    fn text_beside(&mut self, offset: usize) {
        let text = std::mem::take(&mut self.pending);
        if text.trim_ascii().is_empty() {
            return;
        }
        self.note_uses(&text);
        let attributes = (0, 0);
        self.add(Node {
            name: None,
            space: Space::None,
            attributes,
            text,
            parent: 0,
            first: None,
            next: None,
            ordinal: 1,
            offset,
        });
    }

    /// Puts a node behind the last child of the innermost open element.
    fn add(&mut self, mut node: Node<'a>) {
        let index = self.tree.nodes.len();
        if let Some(open) = self.open.last_mut() {
            node.parent = open.node;
            let before = open.last.replace(index);
            match before {
                Some(before) => {
                    if let Some(before) = self.tree.nodes.get_mut(before) {
                        before.next = Some(index);
                        node.ordinal = if before.name == node.name { before.ordinal + 1 } else { 1 };
                    }
                }
                None => {
                    if let Some(parent) = self.tree.nodes.get_mut(open.node) {
                        parent.first = Some(index);
                    }
                }
            }
        }
        self.tree.nodes.push(node);
    }

    /// The attributes of a tag: declarations first, then those whose names they resolve.
    fn take_attributes(&mut self, tag: &Tag<'a>, node: usize) -> Result<(usize, usize), Halt> {
        if self.raw.len() > self.limits.max_attributes {
            let message = format!("`{}` has more than {} attributes", tag.name.written(), self.limits.max_attributes);
            return limit(tag.offset, message);
        }
        let raw = std::mem::take(&mut self.raw);
        for (index, attribute) in raw.iter().enumerate() {
            if raw.iter().take(index).any(|before| before.name == attribute.name) {
                return malformed(
                    attribute.offset,
                    format!("the attribute `{}` stands twice", attribute.name.written()),
                );
            }
            if let Some(prefix) = declared_prefix(attribute.name) {
                self.declare(prefix, attribute, node)?;
            }
        }
        let begin = self.tree.attributes.len();
        for attribute in raw.iter().filter(|attribute| declared_prefix(attribute.name).is_none()) {
            let prefix = attribute.name.prefix();
            let space = if prefix.is_empty() { Space::None } else { self.space(prefix, node) };
            let value = reference::value(attribute.value, attribute.offset)?;
            self.note_uses(&value);
            self.tree.attributes.push(Attribute { name: attribute.name, space, value });
        }
        let end = self.tree.attributes.len();
        self.check_twins(begin, end, tag)?;
        self.raw = raw;
        self.raw.clear();
        Ok((begin, end))
    }

    /// Two prefixes of one namespace do not make two attributes of one.
    fn check_twins(&self, begin: usize, end: usize, tag: &Tag<'_>) -> Result<(), Halt> {
        let attributes = self.tree.attributes.get(begin..end).unwrap_or_default();
        let prefixed = || attributes.iter().filter(|attribute| attribute.space != Space::None);
        for (index, attribute) in prefixed().enumerate() {
            let twin = prefixed().take(index).any(|before| {
                before.name.local() == attribute.name.local()
                    && self.tree.namespace(before.space) == self.tree.namespace(attribute.space)
            });
            if twin {
                let message = format!("the attribute `{}` stands twice", attribute.name.local());
                return malformed(tag.offset, message);
            }
        }
        Ok(())
    }

    fn declare(&mut self, prefix: &'a str, attribute: &RawAttribute<'a>, node: usize) -> Result<(), Halt> {
        let namespace = reference::value(attribute.value, attribute.offset)?;
        let fault = match (prefix, &*namespace) {
            ("xml", XML) => return Ok(()),
            ("xml", _) => Some("the prefix `xml` has its own namespace"),
            ("xmlns", _) => Some("the prefix `xmlns` cannot be declared"),
            (_, XML | XMLNS) => Some("this namespace has its own prefix"),
            (prefix, "") if !prefix.is_empty() => Some("a prefix stands for no namespace"),
            _ => None,
        };
        if let Some(fault) = fault {
            return malformed(attribute.offset, fault);
        }
        if self.visible.len() + self.tree.piece.outer.len() >= MAX_DECLARATIONS {
            return limit(attribute.offset, format!("more than {MAX_DECLARATIONS} namespaces are declared at once"));
        }
        self.visible.push(self.tree.declared.len());
        self.tree.declared.push(Declared { prefix, namespace, node, used: false });
        Ok(())
    }

    /// Notes the prefixes that a value uses in something like `prefix:name`. Those of the root element are handed out
    /// with the document, so that ordinary documents have nothing to note.
    fn note_uses(&mut self, value: &str) {
        let below_root = self.tree.piece.outer.below_root();
        if self.visible.is_empty() && below_root == self.tree.piece.outer.len() {
            return;
        }
        for colon in memchr::memchr_iter(b':', value.as_bytes()) {
            let before = value.get(..colon).unwrap_or_default();
            let outside = |character| character == ':' || !is_name_character(character);
            let prefix = before.rsplit(outside).next().unwrap_or_default();
            if before.strip_suffix(prefix).is_some_and(|before| before.ends_with(':')) {
                continue;
            }
            match self.space_of(prefix) {
                Space::Inner(index) if !prefix.is_empty() => {
                    self.tree.declared.get_mut(index).into_iter().for_each(|declared| declared.used = true);
                }
                Space::Outer(index) if index >= below_root && !prefix.is_empty() => {
                    self.tree.used_around.insert(index);
                }
                _ => {}
            }
        }
    }

    /// What the prefix of a name stands for. A prefix that was never declared stands for nothing.
    fn space(&mut self, prefix: &'a str, node: usize) -> Space {
        let space = self.space_of(prefix);
        if space == Space::None && !prefix.is_empty() {
            self.tree.undeclared.push((node, prefix));
        }
        space
    }

    fn space_of(&self, prefix: &str) -> Space {
        let inner = self.visible.iter().rev().find_map(|index| {
            let declared = self.tree.declared.get(*index)?;
            (declared.prefix == prefix).then_some((*index, declared.namespace.is_empty()))
        });
        match inner {
            Some((_, true)) => Space::None,
            Some((index, false)) => Space::Inner(index),
            None if prefix == "xml" => Space::Xml,
            None => {
                let found = self.tree.piece.outer.find(prefix).map_or(Space::None, Space::Outer);
                if self.tree.namespace(found).is_empty() { Space::None } else { found }
            }
        }
    }
}

/// The prefix that an attribute declares; empty for the default namespace.
fn declared_prefix(name: QName<'_>) -> Option<&str> {
    match name.prefix() {
        "xmlns" => Some(name.local()),
        "" if name.local() == "xmlns" => Some(""),
        _ => None,
    }
}

/// An XML declaration can only begin a document.
pub(super) fn check_instruction(content: &str, offset: usize) -> Result<(), Halt> {
    let target = content.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
    match QName::parse(target) {
        _ if target.eq_ignore_ascii_case("xml") => malformed(offset, "an XML declaration stands inside the document"),
        None => malformed(offset, "a processing instruction has no name"),
        _ if target.contains(':') => malformed(offset, "the name of a processing instruction has a colon"),
        Some(_) => Ok(()),
    }
}

fn limit<T>(offset: usize, message: String) -> Result<T, Halt> {
    Err(Halt::Malformed(Malformed { offset, fault: Fault::Limit(message) }))
}
