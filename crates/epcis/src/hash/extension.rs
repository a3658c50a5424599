//! Extensions: what either binding can say of them, in one form.

use super::{
    text::Text,
    value::{self, Context},
};
use crate::{Extension, Name, Value, kept::name::XMLNS};

/// The namespace of `xsi:type` and its like, which XML needs and which say nothing of the event.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of `rdfs:comment`.
const RDF_SCHEMA: &str = "http://www.w3.org/2000/01/rdf-schema#";
/// The name under which text beside elements stands.
const TEXT: &str = "#text";

/// Extensions in order, behind whatever stands before them.
pub(super) fn write<'e>(out: &mut Text, extensions: impl IntoIterator<Item = &'e Extension>, context: Context<'_>) {
    let list = out.begin();
    for extension in extensions {
        items(out, extension, context);
    }
    out.end(&list);
}

/// An extension as items of the innermost list: one, or one for each element of an array.
pub(super) fn items(out: &mut Text, extension: &Extension, context: Context<'_>) {
    let Extension { name, attributes, value } = extension;
    if name.namespace == RDF_SCHEMA && name.local == "comment" {
        return;
    }
    match value {
        Value::List(values) => {
            for value in values {
                out.item(|out| element(out, name, attributes, value, context));
            }
        }
        value => out.item(|out| element(out, name, attributes, value, context)),
    }
}

/// A name and what it holds.
fn element(out: &mut Text, name: &Name, attributes: &[(Name, String)], value: &Value, context: Context<'_>) {
    write_name(out, name, context);
    match value {
        // An array in an array: its elements have no name of their own.
        Value::List(values) => {
            let nameless = Name { namespace: String::new(), prefix: String::new(), local: String::new() };
            out.sorted(values, |out, value| element(out, &nameless, &[], value, context));
        }
        Value::Members(members) => {
            let text = members.iter().find(|member| is_text(member)).and_then(|member| member.value.as_text());
            scalar(out, text.unwrap_or_default(), context);
            let list = out.begin();
            members.iter().filter(|member| !is_text(member)).for_each(|member| items(out, member, context));
            write_attributes(out, attributes, context);
            out.end(&list);
        }
        value => {
            scalar(out, value.as_text().unwrap_or_default(), context);
            let list = out.begin();
            write_attributes(out, attributes, context);
            out.end(&list);
        }
    }
}

fn is_text(member: &Extension) -> bool {
    member.name.local == TEXT && member.name.namespace.is_empty()
}

fn scalar(out: &mut Text, text: &str, context: Context<'_>) {
    let text = text.trim();
    if !text.is_empty() {
        out.push("=");
        value::write(out, text, context);
    }
}

fn write_attributes(out: &mut Text, attributes: &[(Name, String)], context: Context<'_>) {
    for (name, value) in attributes {
        attribute(out, name, value, context);
    }
}

/// An XML attribute as an item of the innermost list.
pub(super) fn attribute(out: &mut Text, name: &Name, value: &str, context: Context<'_>) {
    // A declaration says how something is spelled, and is nothing of the event.
    if name.namespace != SCHEMA_INSTANCE && name.namespace != XMLNS {
        out.item(|out| {
            write_name(out, name, context);
            scalar(out, value, context);
        });
    }
}

/// `{namespace}local`.
fn write_name(out: &mut Text, name: &Name, context: Context<'_>) {
    let Name { namespace, prefix, local } = name;
    let namespace = if namespace.is_empty() { context.namespace(prefix).unwrap_or_default() } else { namespace };
    if !namespace.is_empty() {
        out.push("{");
        out.push(canonical_namespace(namespace, context));
        out.push("}");
    } else if !prefix.is_empty() {
        out.push(prefix);
        out.push(":");
    }
    out.push(local);
}

/// The namespace as the context has it, where senders write another.
fn canonical_namespace<'n>(namespace: &'n str, context: Context<'_>) -> &'n str {
    match namespace {
        "urn:epcglobal:cbv:mda" => "urn:epcglobal:cbv:mda:",
        "https://gs1.org/voc/" => context.version.web_vocabulary(),
        _ => namespace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContextVersion, Namespaces};

    fn named(local: &str, value: Value) -> Extension {
        let name = Name { namespace: "https://ex.org/".to_owned(), prefix: "ex".to_owned(), local: local.to_owned() };
        Extension { name, attributes: Vec::new(), value }
    }

    fn text(local: &str, text: &str) -> Extension {
        named(local, Value::Text(text.to_owned()))
    }

    fn written(extensions: &[Extension]) -> String {
        let mut out = Text::default();
        let context = Context { version: ContextVersion::V2_0_0, namespaces: &Namespaces::default() };
        write(&mut out, extensions, context);
        out.as_str().replace("{https://ex.org/}", "|")
    }

    #[test]
    fn an_array_is_like_repeated_elements() {
        let array = named("a", Value::List(vec![Value::Number("2.0".to_owned()), Value::Text(" 1 ".to_owned())]));
        assert_eq!(written(&[text("b", "x"), array]), "|a=1|a=2|b=x");
        assert_eq!(written(&[text("a", "1"), text("b", "x"), text("a", "2")]), "|a=1|a=2|b=x");
    }

    #[test]
    fn members_of_an_object_are_sorted_and_empty_ones_are_named() {
        let object = named("o", Value::Members(vec![text("z", "1"), named("n", Value::Null), text("e", "")]));
        assert_eq!(written(&[object, named("t", Value::Bool(true))]), "|o|e|n|z=1|t=true");
    }

    #[test]
    fn attributes_stand_among_the_members_without_those_of_the_schema() {
        let mut element = named("o", Value::Members(vec![text("m", "1")]));
        let attribute = |namespace: &str, local: &str| {
            let name = Name { namespace: namespace.to_owned(), prefix: String::new(), local: local.to_owned() };
            (name, "v".to_owned())
        };
        element.attributes = vec![attribute("", "a"), attribute(SCHEMA_INSTANCE, "type")];
        assert_eq!(written(&[element]), "|oa=v|m=1");
    }

    #[test]
    fn text_beside_elements_stands_before_them() {
        let mut beside = text(TEXT, "words");
        beside.name.namespace.clear();
        let mixed = named("o", Value::Members(vec![text("m", "1"), beside]));
        assert_eq!(written(&[mixed]), "|o=words|m=1");
    }

    #[test]
    fn comments_do_not_count() {
        let mut comment = text("comment", "note");
        comment.name.namespace = RDF_SCHEMA.to_owned();
        assert_eq!(written(&[comment, text("a", "1")]), "|a=1");
    }
}
