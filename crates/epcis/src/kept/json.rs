//! Trees that JSON reads back as they are.
//!
//! JSON has no attributes: an object gets a member `kept:attributes`, and `kept:value` when the element held text. JSON has
//! no repeated members: they become one member with an array, and `kept:order` says which member stands where.

use std::{borrow::Cow, collections::HashMap, fmt::Write as _};

use super::{STORED, annotation, form, has_twins, is_called, name, stored, text};
use crate::{
    EventTime, Extension, Name, Value, Vocabulary, ZoneOffset,
    write::json_context::{meaning, terms},
};

/// The member with the attributes of an element.
const ATTRIBUTES: &str = "attributes";
/// The member with the text of an element that had attributes.
const VALUE: &str = "value";
/// The member that says in which order the others stood: the number of a member for each sibling.
const ORDER: &str = "order";

/// Whether digits are a number of JSON (RFC 8259 §6).
pub(crate) fn is_number(digits: &str) -> bool {
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    let whole = skip_digits(digits);
    let leading_zero = digits.len() - whole.len() > 1 && digits.starts_with('0');
    if whole.len() == digits.len() || leading_zero {
        return false;
    }
    let rest = match whole.strip_prefix('.') {
        Some(fraction) if skip_digits(fraction).len() == fraction.len() => return false,
        Some(fraction) => skip_digits(fraction),
        None => whole,
    };
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !exponent.is_empty() && skip_digits(exponent).is_empty()
}

fn skip_digits(text: &str) -> &str {
    text.trim_start_matches(|character: char| character.is_ascii_digit())
}

/// Whether a name reads back from a member. `outside` says that the schema wants a URI or a prefixed name there.
fn is_plain_name(name: &Name, outside: bool) -> bool {
    match (name.namespace.as_str(), name.prefix.as_str()) {
        _ if name::is_reserved(name) => false,
        ("", "") => !outside && !name.local.contains(':'),
        ("", prefix) => !matches!(prefix, "http" | "https" | "urn" | "xml") && is_local(&name.local, outside),
        _ => is_local(&name.local, outside),
    }
}

fn is_local(local: &str, outside: bool) -> bool {
    let odd = |c: char| c.is_ascii_control() || " <>\"{}|\\^`".contains(c);
    !(outside && local.contains(odd))
}

/// Whether the members of an object read back from JSON as they are.
pub(crate) fn is_plain(members: &[Extension], outside: bool) -> bool {
    members.iter().all(|member| {
        member.attributes.is_empty()
            && is_plain_name(&member.name, outside)
            && if member.is_context() { is_in_force(member, members) } else { is_plain_value(&member.value) }
    }) && !repeats(members)
}

/// Whether a `@context` reads back as it is, and the names that it stands among mean what it says.
fn is_in_force(context: &Extension, members: &[Extension]) -> bool {
    let meanings: HashMap<&str, &str> = terms(&context.value).into_iter().filter_map(meaning).collect();
    context.attributes.is_empty() && is_verbatim(&context.value) && agree(members, &meanings)
}

fn agree(members: &[Extension], meanings: &HashMap<&str, &str>) -> bool {
    let name = |name: &Name| meanings.get(name.prefix.as_str()).is_none_or(|meaning| *meaning == name.namespace);
    members.iter().all(|member| {
        let attributes = member.attributes.iter().all(|(attribute, _)| name(attribute));
        name(&member.name) && attributes && (member.is_context() || agrees(&member.value, meanings))
    })
}

fn agrees(value: &Value, meanings: &HashMap<&str, &str>) -> bool {
    match value {
        Value::Members(members) => agree(members, meanings),
        Value::List(values) => values.iter().all(|value| agrees(value, meanings)),
        _ => true,
    }
}

/// Whether the value of a `@context` reads back as it is. Its names are only names.
fn is_verbatim(context: &Value) -> bool {
    match context {
        Value::Number(digits) => is_number(digits),
        Value::Members(terms) => terms.iter().all(is_term) && !repeats(terms),
        Value::List(values) => values.iter().all(is_verbatim),
        Value::Text(_) | Value::Bool(_) | Value::Null => true,
    }
}

fn is_term(term: &Extension) -> bool {
    let bare = term.name.namespace.is_empty() && term.name.prefix.is_empty();
    bare && term.attributes.is_empty() && is_verbatim(&term.value)
}

pub(crate) fn is_plain_value(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Bool(_) | Value::Null => true,
        Value::Number(digits) => is_number(digits),
        Value::Members(members) => is_plain(members, false),
        Value::List(values) => values.iter().all(is_plain_value),
    }
}

fn key(name: &Name) -> (&str, &str, &str) {
    (&name.namespace, &name.prefix, &name.local)
}

fn repeats(members: &[Extension]) -> bool {
    if members.len() > 8 {
        let mut seen = std::collections::HashSet::new();
        return !members.iter().all(|member| seen.insert(key(&member.name)));
    }
    let mut rest = members;
    while let [first, others @ ..] = rest {
        if others.iter().any(|other| other.name == first.name) {
            return true;
        }
        rest = others;
    }
    false
}

/// Members in a shape that JSON reads back plainly and [`restore`] turns into what they were.
pub(crate) fn shape(members: &[Extension], outside: bool) -> Cow<'_, [Extension]> {
    if is_plain(members, outside) {
        return Cow::Borrowed(members);
    }
    let mut siblings: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for member in members {
        *siblings.entry(key(&member.name)).or_default() += 1;
    }
    let mut shaped: Vec<Extension> = Vec::with_capacity(members.len() + 1);
    let mut numbers: HashMap<(String, String, String), usize> = HashMap::new();
    let mut order = String::new();
    let mut counts: Vec<usize> = Vec::with_capacity(members.len());
    for member in members {
        let member = if outside || !member.is_context() {
            // The `@context` of an object in an array stays in it.
            let alone = siblings.get(&key(&member.name)) == Some(&1);
            shape_with(member, outside, if alone { with_context } else { |_, value| Err(value) })
        } else if is_in_force(member, members) {
            member.clone()
        } else {
            hold(annotation("member"), member)
        };
        let name = &member.name;
        let next = shaped.len();
        let key = (name.namespace.clone(), name.prefix.clone(), name.local.clone());
        let number = *numbers.entry(key).or_insert(next);
        // Writing to a string cannot fail.
        let _ = write!(order, "{}{number}", if order.is_empty() { "" } else { " " });
        if let (Some(first), Some(count)) = (shaped.get_mut(number), counts.get_mut(number)) {
            *count += 1;
            add_sibling(first, *count, member.value);
        } else {
            shaped.push(member);
            counts.push(1);
        }
    }
    if counts.iter().any(|count| *count > 1) {
        shaped.push(text(ORDER, order));
    }
    Cow::Owned(shaped)
}

/// Adds the value of the sibling that makes them so many to the array of the first one, which begins with the second.
fn add_sibling(first: &mut Extension, count: usize, value: Value) {
    if count == 2 {
        let before = std::mem::replace(&mut first.value, Value::Null);
        first.value = Value::List(vec![before]);
    }
    if let Value::List(values) = &mut first.value {
        values.push(value);
    }
}

/// Turns the declarations of a member into a part of its value, unless the value has another use for them.
type Declare = fn(&Extension, Value) -> Result<Value, Value>;

/// One member, with its attributes as members of its object, unless `declare` has a better place for them.
fn shape_with(member: &Extension, outside: bool, declare: Declare) -> Extension {
    let unnamed = member.name.namespace.is_empty() && member.name.prefix.is_empty();
    let name = if outside && unnamed && !member.name.local.contains(':') {
        name::with_namespace(&member.name.local)
    } else if is_plain_name(&member.name, outside) {
        member.name.clone()
    } else {
        return hold(annotation("member"), member);
    };
    if is_local_odd(&name, outside) {
        return hold(annotation("member"), member);
    }
    let Some(value) = shape_value(&member.value) else { return hold(name, member) };
    if member.attributes.is_empty() {
        return Extension { name, attributes: Vec::new(), value };
    }
    let value = match declare(member, value) {
        Ok(value) => return Extension { name, attributes: Vec::new(), value },
        Err(value) => value,
    };
    if member.attributes.iter().any(|(name, _)| !is_plain_name(name, false)) || has_twins(&member.attributes) {
        return hold(name, member);
    }
    let attributes = member.attributes.iter().map(|(name, value)| plain_text(name.clone(), value.clone())).collect();
    let attributes =
        Extension { name: annotation(ATTRIBUTES), attributes: Vec::new(), value: Value::Members(attributes) };
    let members = match value {
        Value::Members(members) if !members.is_empty() => std::iter::once(attributes).chain(members).collect(),
        other => vec![attributes, Extension { name: annotation(VALUE), attributes: Vec::new(), value: other }],
    };
    Extension { name, attributes: Vec::new(), value: Value::Members(members) }
}

/// The value of a member whose attributes declare prefixes, with the `@context` that declares them in JSON; the value as
/// it is where names or values below have another use for them.
fn with_context(member: &Extension, value: Value) -> Result<Value, Value> {
    let declares = |(declared, namespace): &(Name, String)| {
        declared.namespace == name::XMLNS
            && name::is_json_prefix(&declared.local)
            && !matches!(declared.local.as_str(), "http" | "https" | "urn")
            && !namespace.is_empty()
            && (member.name.prefix != declared.local || member.name.namespace == *namespace)
            && value.uses_prefix(&declared.local)
            && value.agrees(&declared.local, namespace)
    };
    if !member.attributes.iter().all(declares) || has_twins(&member.attributes) {
        return Err(value);
    }
    let Value::Members(members) = value else { return Err(value) };
    let term = |(declared, namespace): &(Name, String)| {
        let name = Name { namespace: String::new(), prefix: String::new(), local: declared.local.clone() };
        plain_text(name, namespace.clone())
    };
    let terms = member.attributes.iter().map(term).collect();
    let name = Name { namespace: String::new(), prefix: String::new(), local: "@context".to_owned() };
    let context = Extension { name, attributes: Vec::new(), value: Value::Members(terms) };
    Ok(Value::Members(std::iter::once(context).chain(members).collect()))
}

fn is_local_odd(name: &Name, outside: bool) -> bool {
    !is_local(&name.local, outside)
}

fn plain_text(name: Name, text: String) -> Extension {
    Extension { name, attributes: Vec::new(), value: Value::Text(text) }
}

/// A member whose object holds an extension in its stored form.
fn hold(name: Name, extension: &Extension) -> Extension {
    Extension { name, attributes: Vec::new(), value: Value::Members(vec![stored(extension)]) }
}

/// A value that reads back plainly; `None` for digits that are no number of JSON.
fn shape_value(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Number(digits) if !is_number(digits) => return None,
        Value::Members(members) => Value::Members(shape(members, false).into_owned()),
        Value::List(values) => Value::List(values.iter().map(shape_value).collect::<Option<_>>()?),
        other => other.clone(),
    })
}

/// An event of a type outside the standard, as an object whose type is its name.
pub(crate) fn event(event: &Extension) -> Extension {
    let typed = |member: &Extension| member.name.local == "type" && member.name.prefix.is_empty();
    // What holds the whole event does not say when it happened.
    let holds = |member: &Extension| member.name == annotation(STORED);
    // Its `@context` is not only that of its values.
    let shaped = shape_with(event, true, |_, value| Err(value));
    match shaped.value {
        Value::Members(members)
            if !members.iter().any(|member| typed(member) || holds(member) || is_refused(member)) =>
        {
            Extension { name: shaped.name, attributes: Vec::new(), value: Value::Members(members) }
        }
        _ => {
            let name = if is_plain_name(&event.name, true) { event.name.clone() } else { annotation("event") };
            let mut held = hold(name, event);
            if let Value::Members(members) = &mut held.value {
                members.extend(event.value.members().iter().filter(|member| is_required(member)).cloned());
            }
            held
        }
    }
}

/// Whether JSON takes a private event in this shape: whether it says when it happened.
pub(crate) fn is_dated(event: &Extension) -> bool {
    let has = |name: &str, good: fn(&str) -> bool| {
        let mut members = event.value.members().iter().filter(|member| is_required(member));
        members.any(|member| member.name.local == name && member.value.as_text().is_some_and(good))
    };
    let signed = |text: &str| text.starts_with(['+', '-']) && text.parse::<ZoneOffset>().is_ok();
    has("eventTime", |_| true) && has("eventTimeZoneOffset", signed)
}

/// Whether JSON refuses a member of a private event that has the name of a field of the standard.
fn is_refused(member: &Extension) -> bool {
    if !member.name.namespace.is_empty() || !member.name.prefix.is_empty() {
        return false;
    }
    let is_text = |value: &Value| matches!(value, Value::Text(_));
    match (member.name.local.as_str(), &member.value) {
        ("certificationInfo", Value::List(values)) => !values.iter().all(is_text),
        ("certificationInfo" | "eventTime" | "eventTimeZoneOffset" | "recordTime" | "eventID", value) => {
            !is_text(value)
        }
        ("errorDeclaration", value) => !is_declaration(value),
        _ => false,
    }
}

fn is_declaration(value: &Value) -> bool {
    let Value::Members(members) = value else { return false };
    let own = |member: &Extension| member.name.namespace.is_empty() && member.name.prefix.is_empty();
    let dated = |member: &Extension| {
        own(member)
            && member.name.local == "declarationTime"
            && member.value.as_text().is_some_and(|time| time.parse::<EventTime>().is_ok())
    };
    let good = |member: &Extension| match (member.name.local.as_str(), &member.value) {
        _ if !own(member) => true,
        ("reason", value) => value.as_text().is_some_and(|reason| !Vocabulary::ErrorReason.refuses(reason)),
        ("correctiveEventIDs", Value::List(values)) => values.iter().all(|id| id.as_text().is_some()),
        ("correctiveEventIDs", _) => false,
        _ => true,
    };
    members.iter().any(dated) && members.iter().all(good)
}

/// Whether a member is one that JSON wants of every event.
fn is_required(member: &Extension) -> bool {
    let local = member.name.namespace.is_empty() && member.name.prefix.is_empty() && member.attributes.is_empty();
    local
        && matches!(member.name.local.as_str(), "eventTime" | "eventTimeZoneOffset")
        && matches!(member.value, Value::Text(_))
}

/// Takes the annotations away from the members of an object that was read, and does what they say.
pub(crate) fn restore(members: &mut Vec<Extension>) {
    if let Some(at) = members.iter().position(|member| is_called(&member.name, ORDER)) {
        let order = members.remove(at);
        if !spread(members, &order.value) {
            members.insert(at, order);
        }
    }
    members.iter_mut().for_each(restore_one);
}

/// Puts repeated siblings back to where they stood. Whether the order is one of these members, each as often as it has
/// values.
fn spread(members: &mut Vec<Extension>, order: &Value) -> bool {
    let Value::Text(order) = order else { return false };
    let Ok(order) = order.split(' ').map(str::parse).collect::<Result<Vec<usize>, _>>() else { return false };
    let mut counts = vec![0_usize; members.len()];
    for number in &order {
        let Some(count) = counts.get_mut(*number) else { return false };
        *count += 1;
    }
    let fits = |(member, count): (&Extension, &usize)| match (&member.value, count) {
        (_, 0) => false,
        (_, 1) => true,
        (Value::List(values), count) => values.len() == *count,
        _ => false,
    };
    if !members.iter().zip(&counts).all(fits) {
        return false;
    }
    let mut groups: Vec<std::vec::IntoIter<Extension>> = Vec::with_capacity(members.len());
    for (member, count) in members.drain(..).zip(counts) {
        let siblings = match member.value {
            Value::List(values) if count > 1 => {
                let sibling = |value| Extension { name: member.name.clone(), attributes: Vec::new(), value };
                values.into_iter().map(sibling).collect()
            }
            _ => vec![member],
        };
        groups.push(siblings.into_iter());
    }
    for number in order {
        members.extend(groups.get_mut(number).and_then(Iterator::next));
    }
    true
}

/// Takes the annotations away from one member that was read.
pub(crate) fn restore_one(member: &mut Extension) {
    if let Some(stored) = read_stored(&member.value) {
        *member = stored;
        return;
    }
    name::restore(&mut member.name);
    if let Value::Members(members) = &mut member.value
        && let Some(at) = members.iter().position(|found| is_called(&found.name, ATTRIBUTES))
        && let Some(attributes) = members.get(at).and_then(read_attributes)
    {
        members.remove(at);
        member.attributes = attributes;
        if members.first().is_some_and(|value| is_called(&value.name, VALUE))
            && members.len() == 1
            && let Some(value) = members.pop()
        {
            member.value = value.value;
        }
    }
    restore_value(&mut member.value);
}

/// The extension that an object holds in its stored form, and nothing beside it that would be lost.
fn read_stored(value: &Value) -> Option<Extension> {
    let Value::Members(members) = value else { return None };
    let found = members.iter().find(|found| is_called(&found.name, STORED))?;
    let Value::Text(text) = &found.value else { return None };
    let stored: Extension = form::read(text)?;
    let repeated = |other: &Extension| {
        let event = other.name.local == "@context" || is_required(other) && stored.value.members().contains(other);
        std::ptr::eq(other, found) || event
    };
    members.iter().all(repeated).then_some(stored)
}

/// The attributes of an annotation; `None` when it holds anything else.
fn read_attributes(attributes: &Extension) -> Option<Vec<(Name, String)>> {
    let Value::Members(members) = &attributes.value else { return None };
    let text = |member: &Extension| {
        let Value::Text(text) = &member.value else { return None };
        let mut name = member.name.clone();
        name::restore(&mut name);
        Some((name, text.clone()))
    };
    members.iter().map(text).collect()
}

fn restore_value(value: &mut Value) {
    match value {
        Value::Members(members) => restore(members),
        Value::List(values) => values.iter_mut().for_each(restore_value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for good in ["0", "-0", "10.50", "1e5", "1E-05", "0.1", "123456789012345678901234567890"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "-", "+5", ".5", "5.", "01", "1e", "1e+", "NaN", "1 ", "0x1", "--1"] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
