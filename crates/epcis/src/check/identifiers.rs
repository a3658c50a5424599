//! Identifiers: their grammar, their check digits, and whether they name what the field is about.

use std::collections::HashSet;

use gs1::{Flaw, Identifier, Key};

use super::{
    Findings, Words,
    place::Step::{self, Field, Item},
    shown,
};
use crate::{Binding, Event, hash::Claim, rule};

/// What a field wants named.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Wanted {
    Instance,
    Class,
    Anything,
}

pub(super) fn check(event: &Event, findings: &mut Findings<'_>) {
    if findings.checks.whole {
        event_hash(event, findings);
    }
    singles(event, findings);
    for (name, list) in [
        ("epcList", &event.epc_list),
        ("childEPCs", &event.child_epcs),
        ("inputEPCList", &event.input_epc_list),
        ("outputEPCList", &event.output_epc_list),
    ] {
        for (i, id) in list.iter().enumerate() {
            check_one(id, Wanted::Instance, &[Field(name), Item(i)], findings);
        }
        duplicates(name, list, findings);
    }
    for (name, list) in [
        ("quantityList", &event.quantity_list),
        ("childQuantityList", &event.child_quantity_list),
        ("inputQuantityList", &event.input_quantity_list),
        ("outputQuantityList", &event.output_quantity_list),
    ] {
        for (i, element) in list.iter().enumerate() {
            check_one(&element.epc_class, Wanted::Class, &[Field(name), Item(i), Field("epcClass")], findings);
        }
    }
    for (i, transaction) in event.biz_transaction_list.iter().enumerate() {
        let steps = [Field("bizTransactionList"), Item(i), Field("bizTransaction")];
        check_one(&transaction.id, Wanted::Anything, &steps, findings);
    }
    for (name, inner, list) in
        [("sourceList", "source", &event.source_list), ("destinationList", "destination", &event.destination_list)]
    {
        for (i, end) in list.iter().enumerate() {
            check_one(&end.id, Wanted::Anything, &[Field(name), Item(i), Field(inner)], findings);
        }
    }
}

fn singles(event: &Event, findings: &mut Findings<'_>) {
    for (name, id, wanted) in [
        ("eventID", event.event_id.as_ref(), Wanted::Anything),
        ("parentID", event.parent_id.as_ref(), Wanted::Instance),
        ("transformationID", event.transformation_id.as_deref(), Wanted::Anything),
    ] {
        if let Some(id) = id {
            check_one(id, wanted, &[Field(name)], findings);
        }
    }
    for (name, place) in [("readPoint", &event.read_point), ("bizLocation", &event.biz_location)] {
        if let Some(place) = place {
            check_one(&place.id, Wanted::Anything, &[Field(name), Field("id")], findings);
        }
    }
    if let Some(declaration) = &event.error_declaration {
        for (i, id) in declaration.corrective_event_ids.iter().enumerate() {
            let steps = [Field("errorDeclaration"), Field("correctiveEventIDs"), Item(i)];
            check_one(id, Wanted::Anything, &steps, findings);
        }
    }
}

/// An event id may be the hash of its event. One that is not says that the event was changed, or is hashed otherwise.
fn event_hash(event: &Event, findings: &mut Findings<'_>) {
    let namespaces = findings.checks.namespaces;
    let Some(Claim::Fails { computed }) = event.check_event_id(namespaces) else { return };
    let words = Words::new("the event id is not the hash of the event", format!("the event hashes to `{computed}`"));
    findings.add(rule::EVENT_HASH, &[Field("eventID")], words.corrected(Some(computed.to_string())));
}

fn check_one(id: &Identifier, wanted: Wanted, steps: &[Step], findings: &mut Findings<'_>) {
    match id.key() {
        Key::Uri(uri) => grammar(uri, steps, findings),
        key => {
            if let Some(flaw) = key.flaw() {
                flawed(id, &flaw, steps, findings);
            }
        }
    }
    if wanted == Wanted::Anything {
        return;
    }
    match (wanted, is_class(id)) {
        (Wanted::Instance, Some(true)) => {
            let message = format!("`{}` names a class of objects, not one of them", shown(id.spelled()));
            let help = "add the serial number, or count the class in a quantity list";
            findings.add(rule::INSTANCE_EXPECTED, steps, Words::new(message, help));
        }
        (Wanted::Class, Some(false)) => {
            let message = format!("`{}` names a single object, not a class of them", shown(id.spelled()));
            let help = "list it as an EPC, or count its class, such as an LGTIN";
            findings.add(rule::CLASS_EXPECTED, steps, Words::new(message, help));
        }
        _ => {}
    }
}

/// Whether an identifier names a class or an instance; `None` where nobody can tell.
fn is_class(id: &Identifier) -> Option<bool> {
    match id.key() {
        Key::Gtin { .. } | Key::Lgtin { .. } => Some(true),
        Key::Sgtin { .. } | Key::Upui { .. } | Key::Sscc { .. } | Key::Giai { .. } => Some(false),
        Key::Itip { serial, .. } => Some(serial.is_none()),
        Key::Grai { serial, .. } => Some(serial.is_none()),
        Key::Gdti { serial, .. } => Some(serial.is_none()),
        Key::Gcn { serial, .. } | Key::Cpi { serial, .. } => Some(serial.is_none()),
        Key::Uri(uri) => (uri.starts_with("urn:epc:class:") || uri.starts_with("urn:epc:idpat:")).then_some(true),
        _ => None,
    }
}

/// A key that was read, but cannot be right.
fn flawed(id: &Identifier, flaw: &Flaw, steps: &[Step], findings: &mut Findings<'_>) {
    if matches!(flaw, Flaw::CheckDigit { .. }) {
        return check_digit(id, steps, findings);
    }
    let rule = if id.spelled().starts_with("urn:") { rule::URN_FORMAT } else { rule::LINK_FORMAT };
    let words = Words::new(format!("`{}` {flaw}", shown(id.spelled())), "compare it with the label");
    findings.add(rule, steps, words);
}

/// Something that could not be read as a GS1 key: is it meant as one?
fn grammar(uri: &str, steps: &[Step], findings: &mut Findings<'_>) {
    if !is_uri(uri) {
        // The reader of JSON has said so already, in its place.
        if findings.checks.binding == Binding::Xml {
            let words =
                Words::new(format!("`{}` is not a URI", shown(uri)), "write a Digital Link, a URN or another URI");
            findings.add(rule::URI_FORMAT, steps, words);
        }
    } else if is_broken_urn(uri) {
        let message = format!("`{}` does not follow the grammar of its EPC URN", shown(uri));
        let words = Words::new(message, "compare company prefix and reference with the Tag Data Standard");
        findings.add(rule::URN_FORMAT, steps, words);
    } else if is_broken_link(uri) {
        let message = format!("`{}` does not follow the grammar of its Digital Link", shown(uri));
        let words =
            Words::new(message, "compare keys, qualifiers and their lengths with the GS1 Digital Link standard");
        findings.add(rule::LINK_FORMAT, steps, words);
    }
}

/// A Digital Link on the host of GS1 that could not be read as one.
fn is_broken_link(uri: &str) -> bool {
    const KEYS: &[&str] =
        &["00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018"];
    let path = uri.strip_prefix("https://id.gs1.org/").or_else(|| uri.strip_prefix("http://id.gs1.org/"));
    path.and_then(|path| path.split('/').next()).is_some_and(|key| KEYS.contains(&key))
}

/// Whether `text` begins with a scheme and holds no white space.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
        && !rest.bytes().any(|byte| byte.is_ascii_whitespace())
}

/// A URN of a GS1 key that could not be read as one.
fn is_broken_urn(uri: &str) -> bool {
    const KEYS: &[&str] = &[
        "id:sgtin:",
        "id:sscc:",
        "id:sgln:",
        "id:pgln:",
        "id:grai:",
        "id:giai:",
        "id:gdti:",
        "id:gsrn:",
        "id:gsrnp:",
        "id:sgcn:",
        "id:cpi:",
        "id:ginc:",
        "id:gsin:",
        "id:itip:",
        "id:upui:",
        "class:lgtin:",
        "idpat:sgtin:",
    ];
    uri.strip_prefix("urn:epc:").is_some_and(|rest| KEYS.iter().any(|key| rest.starts_with(key)))
}

fn check_digit(id: &Identifier, steps: &[Step], findings: &mut Findings<'_>) {
    let right = with_right_check_digit(id);
    let message = format!("the check digit of `{}` is wrong", shown(id.spelled()));
    let help = match &right {
        Some(right) => format!("compare it with the label; with its check digit it is `{right}`"),
        None => "compare it with the label".to_owned(),
    };
    findings.add(rule::CHECK_DIGIT, steps, Words::new(message, help).corrected(right));
}

/// The identifier in the same spelling, with the check digit that its other digits ask for.
fn with_right_check_digit(id: &Identifier) -> Option<String> {
    let digits = match id.key() {
        Key::Gtin { gtin }
        | Key::Lgtin { gtin, .. }
        | Key::Sgtin { gtin, .. }
        | Key::Upui { gtin, .. }
        | Key::Itip { gtin, .. } => gtin.as_str().trim_start_matches('0'),
        Key::Sscc { sscc } => sscc.as_str(),
        Key::Gln { gln, .. } | Key::Pgln { gln } => gln.as_str(),
        Key::Grai { grai, .. } => grai.as_str(),
        Key::Gdti { gdti, .. } => gdti.as_str(),
        Key::Gcn { gcn, .. } => gcn.as_str(),
        Key::Gsin { gsin } => gsin.as_str(),
        Key::Gsrn { gsrn, .. } | Key::Gsrnp { gsrn, .. } => gsrn.as_str(),
        Key::Giai { .. } | Key::Cpi { .. } | Key::Ginc { .. } | Key::Uri(_) => return None,
    };
    let end = id.spelled().find(digits)? + digits.len();
    let (before, behind) = (id.spelled().get(..end - 1)?, id.spelled().get(end..)?);
    ('0'..='9')
        .map(|digit| format!("{before}{digit}{behind}"))
        .find(|spelled| Identifier::new(spelled.as_str()).check_digit_ok() == Some(true))
}

/// Up to so many objects are compared each with each; that needs no memory.
const FEW: usize = 16;

fn duplicates(name: &'static str, list: &[Identifier], findings: &mut Findings<'_>) {
    // Serial numbers mostly come in order, and then they cannot repeat.
    if list.is_sorted_by(|one, next| one.key() < next.key()) {
        return;
    }
    let mut seen = HashSet::new();
    for (i, id) in list.iter().enumerate() {
        let again =
            if list.len() <= FEW { list.iter().take(i).any(|earlier| earlier == id) } else { !seen.insert(id.key()) };
        if again {
            let message = format!("`{}` stands in the list before", shown(id.spelled()));
            let words = Words::new(message, "name each object once; amounts go into a quantity list");
            findings.add(rule::EPC_DUPLICATE, &[Field(name), Item(i)], words);
        }
    }
}
