//! Members outside the standard, and member names.

use std::collections::BTreeSet;

use super::{
    context::{Context, verbatim},
    field::Field,
    local,
    report::{Report, Words, shown},
    tape::{Kind, Member, Node},
    uri::is_uri,
};
use crate::{Extension, Name, Value, rule};

/// Resolves the names of one event.
pub(super) struct Names<'c> {
    context: &'c Context<'c>,
    /// Prefixes that were reported already.
    undeclared: BTreeSet<String>,
}

impl<'c> Names<'c> {
    pub(super) fn new(context: &'c Context<'c>) -> Self {
        Self { context, undeclared: BTreeSet::new() }
    }

    /// A member as an extension, whatever its name is.
    pub(super) fn extension(&mut self, report: &mut Report<'_>, member: Member<'_>) -> Extension {
        if member.field == Field::Context {
            return plain(member);
        }
        let name = self.resolved(report, member.name);
        let mut value = self.value(report, member.value);
        let attributes = own_context(member.value).map(|context| local::take_declarations(context, &name, &mut value));
        Extension { name, attributes: attributes.unwrap_or_default(), value }
    }

    /// A member where the schema wants names of one's own to be URIs.
    pub(super) fn private(&mut self, report: &mut Report<'_>, member: Member<'_>, owner: &str) -> Extension {
        if !is_uri(member.name.string()) {
            unprefixed(report, member.name, owner);
        }
        self.extension(report, member)
    }

    pub(super) fn resolved(&mut self, report: &mut Report<'_>, node: Node<'_>) -> Name {
        let (name, declared) = self.context.resolve(node.string());
        if !declared && self.undeclared.insert(name.prefix.clone()) {
            let message = format!("the prefix of `{}` is not declared before it", shown(node.string()));
            let help = match self.context.foreign() {
                Some(address) => format!("declare it in `@context` itself; `{}` is not fetched", shown(address)),
                None => format!("declare `{}` in the `@context` at the beginning of the document", shown(&name.prefix)),
            };
            report.warn(node, Words::new(rule::JSON_PREFIX_UNDECLARED, message, help));
        }
        name
    }

    /// A value as a tree.
    pub(super) fn value(&mut self, report: &mut Report<'_>, node: Node<'_>) -> Value {
        match node.kind() {
            Kind::List => Value::List(node.items().map(|node| self.value(report, node)).collect()),
            Kind::Object => Value::Members(self.members(report, node)),
            _ => verbatim(node),
        }
    }

    /// The members of an object.
    fn members(&mut self, report: &mut Report<'_>, node: Node<'_>) -> Vec<Extension> {
        let mut members = self.within(report, node, |names, report| {
            node.members().map(|member| names.extension(report, member)).collect()
        });
        forget_context(node, &mut members);
        members
    }

    /// Reads an object with the names that its own `@context` declares, if it has one.
    pub(super) fn within<T>(
        &mut self,
        report: &mut Report<'_>,
        node: Node<'_>,
        read: impl FnOnce(&mut Names<'_>, &mut Report<'_>) -> T,
    ) -> T {
        let Some(declared) = own_context(node) else { return read(self, report) };
        let mut context = Context::within(self.context);
        report.softened(|report| context.add(report, declared));
        let mut names = Names { context: &context, undeclared: std::mem::take(&mut self.undeclared) };
        let found = read(&mut names, report);
        self.undeclared = names.undeclared;
        found
    }
}

/// The `@context` of an object.
fn own_context(node: Node<'_>) -> Option<Node<'_>> {
    let declared = node.members().find(|member| member.field == Field::Context);
    declared.map(|member| member.value)
}

/// Leaves the `@context` of an object out of what was read of it, unless values still need it.
pub(super) fn forget_context(node: Node<'_>, extensions: &mut Vec<Extension>) {
    if let Some(context) = own_context(node)
        && !local::is_needed(context, extensions)
    {
        extensions.retain(|member| !member.is_context());
    }
}

/// A member whose name and value are kept without a look at what they mean.
pub(super) fn plain(member: Member<'_>) -> Extension {
    let name = Name { namespace: String::new(), prefix: String::new(), local: member.name.string().to_owned() };
    Extension { name, attributes: Vec::new(), value: verbatim(member.value) }
}

/// The finding that a member of one's own has no name of one's own.
#[cold]
fn unprefixed(report: &mut Report<'_>, name: Node<'_>, owner: &str) {
    let found = name.string();
    let (message, help) = if found.contains(':') {
        (format!("`{}` is not a URI", shown(found)), "use letters, digits, `+`, `-` and `.` in a prefix")
    } else {
        (
            format!("`{}` is not a field of {owner}, and has no prefix", shown(found)),
            "check the spelling, or give a field of your own a prefix that `@context` declares",
        )
    };
    report.warn(name, Words::new(rule::JSON_NAME_FORMAT, message, help));
}

/// Refuses a member that has no meaning here.
pub(super) fn unknown(report: &mut Report<'_>, member: Member<'_>, owner: &str) {
    let message = format!("`{}` is not a field of {owner}", shown(member.name.string()));
    let help = "check the spelling; fields of your own may stand in the event itself";
    report.reject(member.name, Words::new(rule::FIELD_UNKNOWN, message, help));
}

/// Refuses an object that lacks a field.
pub(super) fn missing(report: &mut Report<'_>, node: Node<'_>, field: &str, help: &str) {
    report.reject(node, missing_words(field, help));
}

pub(super) fn missing_words(field: &str, help: &str) -> Words {
    Words::new(rule::FIELD_MISSING, format!("`{field}` is missing"), help)
}

/// Reports every member whose name stands again behind it.
pub(super) fn repeats(report: &mut Report<'_>, node: Node<'_>) {
    for item in node.items() {
        repeats(report, item);
    }
    for member in node.all_members() {
        if member.is_shadowed() {
            let message = format!("`{}` stands twice in one object; the last one counts", shown(member.name.string()));
            let help = "keep one of them; several values go into an array";
            report.warn(member.name, Words::new(rule::MEMBER_REPEATED, message, help));
        }
        repeats(report, member.value);
    }
}
