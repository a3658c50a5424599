//! Bounds on the shape of a GraphQL document, checked before anything walks it.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Request, ServerResult,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use super::error::Code;

/// Fields at the root of an operation.
const MAX_ROOTS: usize = 10;
/// Fields in fields.
const MAX_DEPTH: usize = 12;
/// Fields in fields below `__schema` and `__type`: the questions of common tools are 14 deep.
const MAX_INTROSPECTION_DEPTH: usize = 16;
/// Fields of the document when every fragment is put in its place. Fragments that name each other twice grow as powers
/// of two, and the library would follow them all.
const MAX_FIELDS: usize = 5_000;
/// Brackets in brackets in the text. The parser calls itself for each.
const MAX_NESTING: usize = 64;

/// Parses the document of a request, unless its shape is out of bounds.
///
/// This is no extension of the schema: where there is one, the library calls it for every field of the answer.
pub(crate) fn parse(request: &mut Request) -> ServerResult<()> {
    if nesting(&request.query) > MAX_NESTING {
        return Err(Code::Limit.server_error(format!("the query nests more than {MAX_NESTING} brackets")));
    }
    check(request.parsed_query()?)
}

/// How deep brackets stand in brackets, outside of strings and comments.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = query;
    while let Some(at) = rest.find(['{', '}', '[', ']', '(', ')', '"', '#']) {
        let (_, found) = rest.split_at(at);
        let skipped = if let Some(block) = found.strip_prefix("\"\"\"") {
            after_block(block)
        } else if let Some(string) = found.strip_prefix('"') {
            after_string(string)
        } else if found.starts_with('#') {
            found.find(['\n', '\r']).and_then(|end| found.get(end..)).unwrap_or_default()
        } else {
            if found.starts_with(['{', '[', '(']) {
                depth += 1;
                deepest = deepest.max(depth);
            } else {
                depth = depth.saturating_sub(1);
            }
            found.get(1..).unwrap_or_default()
        };
        rest = skipped;
    }
    deepest
}

fn after_string(text: &str) -> &str {
    let mut escaped = false;
    let end = text.find(|letter: char| {
        let ends = letter == '\n' || (letter == '"' && !escaped);
        escaped = letter == '\\' && !escaped;
        ends
    });
    end.and_then(|end| text.get(end + 1..)).unwrap_or_default()
}

fn after_block(mut text: &str) -> &str {
    while let Some(end) = text.find("\"\"\"") {
        let (before, after) = text.split_at(end);
        text = after.get(3..).unwrap_or_default();
        if !before.ends_with('\\') {
            return text;
        }
    }
    ""
}

/// What a selection set comes to when its fragments are put in their places.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Size {
    roots: usize,
    fields: usize,
    depth: usize,
    introspection_depth: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.roots = self.roots.saturating_add(other.roots);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
    }

    /// The size of a field with this selection.
    fn around(self, introspection: bool) -> Self {
        let depth = self.depth.saturating_add(1);
        let (depth, introspection_depth) = if introspection { (1, depth) } else { (depth, self.introspection_depth) };
        Self { roots: 1, fields: self.fields.saturating_add(1), depth, introspection_depth }
    }
}

fn check(document: &ExecutableDocument) -> ServerResult<()> {
    let mut measure = Measure { fragments: &document.fragments, known: HashMap::new() };
    // A fragment that no operation names is walked by the library too.
    for name in document.fragments.keys() {
        limit("fields", measure.fragment(name)?.fields, MAX_FIELDS)?;
    }
    for (_, operation) in document.operations.iter() {
        let size = measure.set(&operation.node.selection_set.node)?;
        limit("fields at its root", size.roots, MAX_ROOTS)?;
        limit("fields", size.fields, MAX_FIELDS)?;
        limit("levels", size.depth, MAX_DEPTH)?;
        limit("levels of introspection", size.introspection_depth, MAX_INTROSPECTION_DEPTH)?;
    }
    Ok(())
}

fn limit(what: &str, found: usize, allowed: usize) -> ServerResult<()> {
    if found <= allowed {
        return Ok(());
    }
    Err(Code::Limit.server_error(format!("the query has more than {allowed} {what}")))
}

/// Measures each fragment once, however often it is named.
struct Measure<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while a fragment is being measured.
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measure<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> ServerResult<Size> {
        let mut size = Size::default();
        for selection in &set.items {
            size.add(match &selection.node {
                Selection::Field(field) => {
                    let introspection = matches!(field.node.name.node.as_str(), "__schema" | "__type");
                    self.set(&field.node.selection_set.node)?.around(introspection)
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            });
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a Name) -> ServerResult<Size> {
        match self.known.get(name.as_str()) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(Code::BadRequest.server_error(format!("fragment `{name}` contains itself"))),
            None => {}
        }
        // A fragment that is not there is reported by the validation.
        let Some(fragment) = self.fragments.get(name) else { return Ok(Size::default()) };
        self.known.insert(name.as_str(), None);
        let size = self.set(&fragment.node.selection_set.node)?;
        self.known.insert(name.as_str(), Some(size));
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn verdict(query: &str) -> Result<(), String> {
        check(&parse_query(query).unwrap()).map_err(|error| error.message)
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        assert_eq!(nesting("{ a(b: [1, {c: 2}]) }"), 4);
        assert_eq!(nesting(r#"{ a(b: "{{{\"{{") } # {{{{"#), 2);
        assert_eq!(nesting(r#"{ a(b: """{{ " {{ \""" {{""") { c } }"#), 2);
        assert_eq!(nesting(&"{a".repeat(100_000)), 100_000);
    }

    #[test]
    fn aliases_and_fragments_count_at_the_root() {
        let fields = |number: usize| {
            let fields: Vec<_> = (0..number).map(|index| format!("a{index}: me {{ actor }}")).collect();
            fields.join(" ")
        };
        assert_eq!(verdict(&format!("{{ {} }}", fields(10))), Ok(()));
        let eleven = "the query has more than 10 fields at its root".to_owned();
        assert_eq!(verdict(&format!("{{ {} }}", fields(11))), Err(eleven.clone()));
        let query = format!("{{ {} ...f }} fragment f on Query {{ x: me {{ actor }} }}", fields(10));
        assert_eq!(verdict(&query), Err(eleven));
    }

    #[test]
    fn fragments_that_double_are_refused_without_being_followed() {
        let doubling = |index: usize| format!("fragment f{index} on Me {{ ...f{0} ...f{0} }}", index + 1);
        let fragments: Vec<_> = (0..30).map(doubling).collect();
        let query = format!("{{ me {{ ...f0 }} }} {} fragment f30 on Me {{ actor }}", fragments.join(" "));
        assert_eq!(verdict(&query), Err("the query has more than 5000 fields".to_owned()));
    }

    #[test]
    fn a_fragment_that_contains_itself_is_refused() {
        let message = verdict("{ me { ...f } } fragment f on Me { ...g } fragment g on Me { ...f }").unwrap_err();
        assert!(message.ends_with("contains itself"), "{message}");
    }

    #[test]
    fn twelve_levels_are_deep_enough() {
        let deep = |levels: usize| format!("{}x{}", "{ x ".repeat(levels - 1) + "{ ", " }".repeat(levels));
        assert_eq!(verdict(&deep(12)), Ok(()));
        assert_eq!(verdict(&deep(13)), Err("the query has more than 12 levels".to_owned()));
    }
}
