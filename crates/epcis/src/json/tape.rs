//! A JSON value as a flat list of cells, used again for one value after the other, and views of it.

use super::field::Field;

/// What a cell is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    Number,
    Text,
    List,
    Object,
    /// The name of a member; the value is the next cell.
    Name,
}

/// A value or a name, followed by what stands in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    kind: Kind,
    /// Of a name: which one.
    pub(super) field: Field,
    /// Whether the text has escapes and stands in [`Tape::decoded`].
    pub(super) decoded: bool,
    /// Of a name: whether it stands again behind this one, and the later value counts.
    shadowed: bool,
    /// Where it begins in the source.
    at: u32,
    /// Its text, in the source or decoded.
    from: u32,
    to: u32,
    /// The cell behind it and everything in it.
    next: u32,
}

/// The cells of one value, and the strings that had to be decoded.
#[derive(Debug, Default)]
pub(super) struct Tape {
    pub(super) cells: Vec<Cell>,
    pub(super) decoded: Vec<u8>,
    /// Whether some object has two members of one name.
    pub(super) repeats: bool,
}

/// Offsets fit: the bytes of one value are limited to what a `u32` can count.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "what does not fit becomes the largest number")]
pub(super) fn offset(at: usize) -> u32 {
    at.min(u32::MAX as usize) as u32
}

impl Cell {
    pub(super) fn new(kind: Kind, at: usize) -> Self {
        let at = offset(at);
        Self { kind, field: Field::Other, decoded: false, shadowed: false, at, from: 0, to: 0, next: 0 }
    }

    pub(super) fn spanning(mut self, from: usize, to: usize) -> Self {
        (self.from, self.to) = (offset(from), offset(to));
        self
    }

    /// Says that the cell has the number `index` and nothing in it.
    #[inline]
    pub(super) fn end_behind(&mut self, index: usize) {
        self.next = offset(index + 1);
    }

    fn span(&self) -> std::ops::Range<usize> {
        self.from as usize..self.to as usize
    }
}

impl Tape {
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.decoded.clear();
        self.repeats = false;
    }

    /// Says that everything behind the cell so far stands in it.
    #[inline]
    pub(super) fn close(&mut self, index: usize) {
        let next = offset(self.cells.len());
        if let Some(cell) = self.cells.get_mut(index) {
            cell.next = next;
        }
    }

    #[inline]
    pub(super) fn field(&self, index: usize) -> Field {
        self.cells.get(index).map_or(Field::Other, |cell| cell.field)
    }

    fn shadow(&mut self, name: usize) {
        self.repeats = true;
        if let Some(cell) = self.cells.get_mut(name) {
            cell.shadowed = true;
        }
    }

    /// The names of an object before the cell `end`.
    fn names(&self, object: usize, end: usize) -> impl Iterator<Item = (usize, &Cell)> {
        let mut at = object + 1;
        std::iter::from_fn(move || {
            let name = at;
            let cell = self.cells.get(name).filter(|_| name < end)?;
            at = self.cells.get(name + 1).map_or(usize::MAX, |value| value.next as usize);
            Some((name, cell))
        })
    }

    /// Finds standard names of the object that stand again behind themselves.
    pub(super) fn shadow_fields(&mut self, object: usize) {
        let fields = self.names(object, self.cells.len()).filter(|(_, cell)| cell.field != Field::Other);
        let names: Vec<(usize, Field)> = fields.map(|(name, cell)| (name, cell.field)).collect();
        let mut behind = 0_u128;
        for (name, field) in names.into_iter().rev() {
            let bit = 1 << field.number();
            if behind & bit != 0 {
                self.shadow(name);
            }
            behind |= bit;
        }
    }

    /// Finds names of the object that are not standard and stand again behind themselves.
    pub(super) fn shadow_others(&mut self, object: usize, source: &[u8]) {
        let text = |cell: &Cell| {
            let bytes = if cell.decoded { self.decoded.as_slice() } else { source };
            bytes.get(cell.span()).unwrap_or_default()
        };
        let others = self.names(object, self.cells.len()).filter(|(_, cell)| cell.field == Field::Other);
        let mut names: Vec<(&[u8], usize)> = others.map(|(name, cell)| (text(cell), name)).collect();
        names.sort_unstable();
        let same = |pair: &[(&[u8], usize)]| match pair {
            [earlier, later] if earlier.0 == later.0 => Some(earlier.1),
            _ => None,
        };
        let shadowed: Vec<usize> = names.windows(2).filter_map(same).collect();
        for name in shadowed {
            self.shadow(name);
        }
    }

    /// Whether the value is a number, whose end only the next byte tells.
    pub(super) fn ends_in_number(&self) -> bool {
        matches!(self.cells.last(), Some(Cell { kind: Kind::Number, .. }))
    }

    /// The name that was read before the value, as far as it is text.
    pub(super) fn name_text(&self, source: &[u8]) -> String {
        let Some(cell) = self.cells.first() else { return String::new() };
        let bytes = if cell.decoded { self.decoded.as_slice() } else { source };
        String::from_utf8_lossy(bytes.get(cell.span()).unwrap_or_default()).into_owned()
    }

    /// The cells as a tree over the source that they were read from; `None` when a string is not UTF-8.
    pub(super) fn tree<'t>(&'t self, source: &'t str) -> Option<Tree<'t>> {
        let decoded = std::str::from_utf8(&self.decoded).ok()?;
        Some(Tree { source, decoded, cells: &self.cells, repeats: self.repeats })
    }
}

/// A value that was read: its cells, and the text that they point into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree<'t> {
    pub(super) source: &'t str,
    decoded: &'t str,
    cells: &'t [Cell],
    pub(super) repeats: bool,
}

/// A cell of a [`Tree`]: a value, or the name of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    tree: &'t Tree<'t>,
    index: usize,
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'t> {
    pub(super) field: Field,
    pub(super) name: Node<'t>,
    pub(super) value: Node<'t>,
}

impl<'t> Tree<'t> {
    /// The value; behind its name, when the name was read with it.
    pub(super) fn root(&'t self) -> Node<'t> {
        Node { tree: self, index: usize::from(self.is_member()) }
    }

    /// The value with its name, when it was read with it.
    pub(super) fn member(&'t self) -> Option<Member<'t>> {
        let name = self.is_member().then_some(Node { tree: self, index: 0 })?;
        Some(Member { field: name.cell().map_or(Field::Other, |cell| cell.field), name, value: self.root() })
    }

    fn is_member(&self) -> bool {
        matches!(self.cells.first(), Some(Cell { kind: Kind::Name, .. }))
    }

    /// The node that a JSON pointer leads to, as far as it leads.
    pub(super) fn node_at(&'t self, pointer: &str) -> Node<'t> {
        let mut at = self.root();
        for step in pointer.split('/').skip(1) {
            let item = || at.items().nth(step.parse().ok()?);
            let named = || at.members().find(|member| member.name.string() == step).map(|member| member.value);
            let Some(inner) = named().or_else(item) else { break };
            at = inner;
        }
        at
    }

    /// Appends the JSON pointer (RFC 6901) from the root to a node. A name has the pointer of its value.
    pub(super) fn push_pointer(&'t self, node: Node<'_>, path: &mut String) {
        let mut at = self.root();
        while at.index < node.index {
            let steps: &mut dyn Iterator<Item = (Option<&str>, usize, Node<'t>)> = match at.kind() {
                Kind::Object => &mut at.all_members().map(|m| (Some(m.name.string()), m.name.index, m.value)),
                _ => &mut at.items().map(|item| (None, item.index, item)),
            };
            let found = steps.enumerate().find(|(_, (_, first, value))| (*first..value.next()).contains(&node.index));
            let Some((position, (name, _, value))) = found else { return };
            match name {
                Some(name) => push_step(path, name),
                None => push_step(path, &position.to_string()),
            }
            at = value;
        }
    }
}

/// Appends one step to a JSON pointer.
pub(super) fn push_step(path: &mut String, name: &str) {
    path.push('/');
    for character in name.chars() {
        match character {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
}

impl<'t> Node<'t> {
    fn cell(&self) -> Option<&'t Cell> {
        self.tree.cells.get(self.index)
    }

    fn next(&self) -> usize {
        self.cell().map_or(usize::MAX, |cell| cell.next as usize)
    }

    /// What it is.
    #[inline]
    pub(super) fn kind(&self) -> Kind {
        self.cell().map_or(Kind::Null, |cell| cell.kind)
    }

    /// The number of its cell; 0 for a root without a name.
    pub(super) fn cell_number(&self) -> u32 {
        offset(self.index)
    }

    /// Another cell of the same tree than the first.
    pub(super) fn at_cell(&self, number: u32) -> Option<Self> {
        (number > 0).then_some(Self { tree: self.tree, index: number as usize })
    }

    /// Where it begins in the source.
    pub(super) fn at(&self) -> usize {
        self.cell().map_or(0, |cell| cell.at as usize)
    }

    /// The text of a string or a name, the digits of a number; empty for anything else.
    #[inline]
    pub(super) fn string(&self) -> &'t str {
        let Some(cell) = self.cell() else { return "" };
        let text = if cell.decoded { self.tree.decoded } else { self.tree.source };
        text.get(cell.span()).unwrap_or_default()
    }

    /// The text of a string.
    #[inline]
    pub(super) fn text(&self) -> Option<&'t str> {
        (self.kind() == Kind::Text).then(|| self.string())
    }

    pub(super) fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is an array with nothing in it.
    pub(super) fn is_empty_list(&self) -> bool {
        self.kind() == Kind::List && self.items().next().is_none()
    }

    /// The elements of an array; none for anything else.
    pub(super) fn items(&self) -> impl Iterator<Item = Node<'t>> + Clone + use<'t> {
        let (tree, end) = (self.tree, if self.kind() == Kind::List { self.next() } else { 0 });
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let node = (at < end).then_some(Node { tree, index: at })?;
            at = node.next();
            Some(node)
        })
    }

    /// The members of an object, without those whose name stands again behind them; none for anything else.
    pub(super) fn members(&self) -> impl Iterator<Item = Member<'t>> + Clone + use<'t> {
        self.all_members().filter(|member| !member.is_shadowed())
    }

    /// The members of an object; none for anything else.
    pub(super) fn all_members(&self) -> impl Iterator<Item = Member<'t>> + Clone + use<'t> {
        let (tree, end) = (self.tree, if self.is_object() { self.next() } else { 0 });
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let name = (at < end).then_some(Node { tree, index: at })?;
            let value = Node { tree, index: at + 1 };
            at = value.next();
            Some(Member { field: name.cell().map_or(Field::Other, |cell| cell.field), name, value })
        })
    }

    /// Whether two values are the same JSON, in whatever order their members stand.
    pub(super) fn equals(&self, other: Node<'_>) -> bool {
        let has = |member: Member<'_>| {
            let mut same = other.members().filter(|found| found.name.string() == member.name.string());
            same.next().is_some_and(|found| found.value.equals(member.value))
        };
        self.kind() == other.kind()
            && match self.kind() {
                Kind::List => {
                    self.items().count() == other.items().count()
                        && self.items().zip(other.items()).all(|(one, other)| one.equals(other))
                }
                Kind::Object => self.members().count() == other.members().count() && self.members().all(has),
                _ => self.string() == other.string(),
            }
    }

    /// What it is, in words.
    pub(super) fn described(&self) -> &'static str {
        match self.kind() {
            Kind::Null => "null",
            Kind::True | Kind::False => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
            Kind::List => "an array",
            Kind::Object => "an object",
            Kind::Name => "a name",
        }
    }
}

impl Member<'_> {
    /// Whether the name stands again behind this member.
    pub(super) fn is_shadowed(&self) -> bool {
        self.name.cell().is_some_and(|cell| cell.shadowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, json::parse::Parser};

    fn tape(text: &str) -> Tape {
        let mut tape = Tape::default();
        Parser::new(text.as_bytes(), &mut tape, Limits::default()).value().unwrap();
        tape
    }

    #[test]
    fn every_node_knows_its_pointer() {
        let text = r#"{"a~/b":[1,{"c":[2]}],"type":"x"}"#;
        let tape = tape(text);
        let tree = tape.tree(text).unwrap();
        let pointers: Vec<String> = (0..tree.cells.len())
            .map(|index| {
                let mut path = String::new();
                tree.push_pointer(Node { tree: &tree, index }, &mut path);
                path
            })
            .collect();
        let expected = [
            "",
            "/a~0~1b",
            "/a~0~1b",
            "/a~0~1b/0",
            "/a~0~1b/1",
            "/a~0~1b/1/c",
            "/a~0~1b/1/c",
            "/a~0~1b/1/c/0",
            "/type",
            "/type",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn of_repeated_members_the_last_counts() {
        let text = r#"{"ex:a":1,"type":2,"ex:b":3,"ex:a":4,"type":5,"\u0065x:a":6}"#;
        let tape = tape(text);
        assert!(tape.repeats);
        let tree = tape.tree(text).unwrap();
        let members: Vec<_> =
            tree.root().members().map(|member| (member.name.string(), member.value.string())).collect();
        assert_eq!(members, [("ex:b", "3"), ("type", "5"), ("ex:a", "6")]);
    }
}
