//! A `@context` inside an extension, once the names around it are resolved.
//!
//! Names carry what they stand for with them. Only prefixes inside values still need their declaration; it becomes what it
//! is in XML, an attribute of the extension.

use super::tape::{Kind, Node};
use crate::{Extension, Name, Value, kept::name::XMLNS};

/// Whether a `@context` declares prefixes and nothing else.
fn is_plain(context: Node<'_>) -> bool {
    context.kind() == Kind::Object
        && context.members().all(|member| {
            let prefix = member.name.string();
            member.value.text().is_some_and(|namespace| !namespace.is_empty()) && !prefix.contains([':', '@'])
        })
}

/// Whether a `@context` has to be kept with the members that it stands among.
pub(super) fn is_needed(context: Node<'_>, members: &[Extension]) -> bool {
    let used = |prefix: &str| members.iter().any(|member| member.uses_prefix(prefix));
    !is_plain(context) || context.members().any(|member| used(member.name.string()))
}

/// Turns the `@context` of an extension into attributes that declare its prefixes. It stays what it is where it does more,
/// or where an element could not declare them because names have another use for one.
pub(super) fn take_declarations(context: Node<'_>, name: &Name, value: &mut Value) -> Vec<(Name, String)> {
    let Value::Members(members) = value else { return Vec::new() };
    let Some(at) = members.iter().position(Extension::is_context).filter(|_| is_plain(context)) else {
        return Vec::new();
    };
    let own = members.remove(at);
    let declared = || context.members().map(|member| (member.name.string(), member.value.string()));
    let used: Vec<_> = declared().filter(|(prefix, _)| value.uses_prefix(prefix)).collect();
    let agrees = |(prefix, namespace): &(&str, &str)| {
        (name.prefix != *prefix || name.namespace == *namespace) && value.agrees(prefix, namespace)
    };
    if !used.iter().all(agrees) {
        if let Value::Members(members) = value {
            members.insert(at, own);
        }
        return Vec::new();
    }
    let declaration =
        |prefix: &str| Name { namespace: XMLNS.to_owned(), prefix: "xmlns".to_owned(), local: prefix.to_owned() };
    used.into_iter().map(|(prefix, namespace)| (declaration(prefix), namespace.to_owned())).collect()
}
