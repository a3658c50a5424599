//! Members outside the standard, and member names.

use std::collections::BTreeSet;

use super::{
    context::Context,
    report::{Report, Words},
    scalar::{is_iri, shown},
    tree::{Json, Member, Node},
};
use crate::{Extension, Name, Value, rule};

/// Resolves the names of one event.
pub(super) struct Names<'c> {
    context: &'c Context,
    undeclared: BTreeSet<String>,
}

impl<'c> Names<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self { context, undeclared: BTreeSet::new() }
    }

    /// A member as an extension, whatever its name is.
    pub(super) fn extension(&mut self, report: &mut Report<'_>, member: &Member<'_>) -> Extension {
        let name = self.name(report, member);
        let value = report.within(&member.name, |report| self.value(report, &member.node));
        Extension { name, attributes: Vec::new(), value }
    }

    /// A member of a closed object as an extension if its name is a URI or prefixed; otherwise it is refused.
    pub(super) fn private(&mut self, report: &mut Report<'_>, member: &Member<'_>, owner: &str) -> Option<Extension> {
        if is_iri(&member.name) {
            return Some(self.extension(report, member));
        }
        unknown(report, member, owner);
        None
    }

    fn name(&mut self, report: &mut Report<'_>, member: &Member<'_>) -> Name {
        let (name, declared) = self.context.resolve(&member.name);
        if !declared && self.undeclared.insert(name.prefix.clone()) {
            let message = format!("the prefix of `{}` is not declared before it", shown(&member.name));
            let help = match self.context.foreign.first() {
                Some(address) => format!("declare it in `@context` itself; `{}` is not fetched", shown(address)),
                None => format!("declare `{}` in the `@context` at the beginning of the document", shown(&name.prefix)),
            };
            report.warn(member.at, Words::new(rule::JSON_PREFIX_UNDECLARED, message, help));
        }
        name
    }

    /// A value as a tree.
    pub(super) fn value(&mut self, report: &mut Report<'_>, node: &Node<'_>) -> Value {
        match &node.value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(digits) => Value::Number((*digits).to_owned()),
            Json::Text(text) => Value::Text(text.clone().into_owned()),
            Json::List(nodes) => Value::List(
                nodes
                    .iter()
                    .enumerate()
                    .map(|(i, node)| report.within_index(i, |report| self.value(report, node)))
                    .collect(),
            ),
            Json::Object(members) => {
                Value::Members(members.iter().map(|member| self.extension(report, member)).collect())
            }
        }
    }
}

/// Refuses a member that has no meaning here.
pub(super) fn unknown(report: &mut Report<'_>, member: &Member<'_>, owner: &str) {
    let message = format!("`{}` is not a field of {owner}", shown(&member.name));
    let help = "check the spelling, or give a field of your own a prefix that `@context` declares";
    report.within(&member.name, |report| report.reject(member.at, Words::new(rule::FIELD_UNKNOWN, message, help)));
}

/// Refuses an object that lacks a field.
pub(super) fn missing(report: &mut Report<'_>, at: usize, field: &str, help: &str) {
    report.reject(at, Words::new(rule::FIELD_MISSING, format!("`{field}` is missing"), help));
}

/// Reports every member whose name stood before in the same object.
pub(super) fn repeats(report: &mut Report<'_>, node: &Node<'_>) {
    match &node.value {
        Json::List(nodes) => {
            for (i, node) in nodes.iter().enumerate() {
                report.within_index(i, |report| repeats(report, node));
            }
        }
        Json::Object(members) => {
            let mut seen = BTreeSet::new();
            for member in members {
                report.within(&member.name, |report| {
                    if !seen.insert(&member.name) {
                        let message = format!("`{}` stands twice in one object", shown(&member.name));
                        let help = "keep one of them; several values go into an array";
                        report.reject(member.at, Words::new(rule::MEMBER_REPEATED, message, help));
                    }
                    repeats(report, &member.node);
                });
            }
        }
        _ => {}
    }
}
