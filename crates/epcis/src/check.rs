//! Rules that hold for every event, whatever binding it came in.

use gs1::{Identifier, Key};

use crate::{Action, Event, EventKind, Finding, Location, Rule, Severity, rule};

/// What is wrong with an event that is whole in itself. `at` is where the event begins.
pub(crate) fn check(event: &Event, at: &Location) -> Vec<Finding> {
    let mut findings = Findings { at, list: Vec::new() };
    parents(event, &mut findings);
    objects(event, &mut findings);
    ilmd(event, &mut findings);
    for (field, identifier) in identifiers(event) {
        check_identifier(field, identifier, &mut findings);
    }
    findings.list
}

struct Findings<'a> {
    at: &'a Location,
    list: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, rule: &'static Rule, field: &str, message: String, help: &str) {
        let mut at = self.at.clone();
        if !field.is_empty() {
            at.path = format!("{}/{field}", at.path);
        }
        self.list.push(Finding::new(rule, severity, at, message).with_help(help));
    }
}

/// EPCIS 2.0 §7.4.3: only an observation may leave the parent of an aggregation open.
fn parents(event: &Event, findings: &mut Findings<'_>) {
    let needed = match event.kind {
        EventKind::Aggregation => event.action != Some(Action::Observe),
        EventKind::Association => true,
        EventKind::Object | EventKind::Transaction | EventKind::Transformation => false,
    };
    if needed && event.parent_id.is_none() {
        let message = "the event has no `parentID`".to_owned();
        findings.add(Severity::Reject, rule::PARENT_MISSING, "", message, "add `parentID`");
    }
}

/// An event about nothing is accepted, but no lot will ever be found by it.
fn objects(event: &Event, findings: &mut Findings<'_>) {
    let (empty, fields) = match event.kind {
        EventKind::Object => {
            (event.epc_list.is_empty() && event.quantity_list.is_empty(), "`epcList` or `quantityList`")
        }
        EventKind::Transaction => (
            event.epc_list.is_empty() && event.quantity_list.is_empty() && event.parent_id.is_none(),
            "`epcList` or `quantityList`",
        ),
        EventKind::Aggregation | EventKind::Association => (
            event.child_epcs.is_empty() && event.child_quantity_list.is_empty() && event.action == Some(Action::Add),
            "`childEPCs` or `childQuantityList`",
        ),
        EventKind::Transformation => (
            event.transformation_id.is_none()
                && ((event.input_epc_list.is_empty() && event.input_quantity_list.is_empty())
                    || (event.output_epc_list.is_empty() && event.output_quantity_list.is_empty())),
            "inputs and outputs, or `transformationID`",
        ),
    };
    if empty && event.sensor_element_list.is_empty() {
        let message = "the event names no objects".to_owned();
        findings.add(Severity::Warn, rule::OBJECTS_MISSING, "", message, &format!("add {fields}"));
    }
}

/// EPCIS 2.0 §7.4.2: instance and lot master data are given when something begins to be.
fn ilmd(event: &Event, findings: &mut Findings<'_>) {
    if event.kind == EventKind::Object && !event.ilmd.is_empty() && event.action != Some(Action::Add) {
        let message = "`ilmd` stands on an event that creates nothing".to_owned();
        findings.add(Severity::Warn, rule::ILMD_ACTION, "ilmd", message, "give `ilmd` with action `ADD` only");
    }
}

fn check_identifier(field: &str, identifier: &Identifier, findings: &mut Findings<'_>) {
    let spelled = identifier.spelled();
    if identifier.check_digit_ok() == Some(false) {
        let message = format!("the check digit of `{spelled}` is wrong");
        findings.add(Severity::Warn, rule::CHECK_DIGIT, field, message, "compare it with the label");
    }
    let Key::Uri(uri) = identifier.key() else { return };
    if !is_uri(uri) {
        let message = format!("`{spelled}` is not a URI");
        findings.add(Severity::Warn, rule::URI_FORMAT, field, message, "write a Digital Link, a URN or another URI");
    } else if broken_urn(uri) {
        let message = format!("`{spelled}` does not follow the grammar of its EPC URN");
        let help = "compare company prefix and reference with the Tag Data Standard";
        findings.add(Severity::Warn, rule::URN_FORMAT, field, message, help);
    }
}

/// Whether `text` begins with a scheme and holds no white space.
fn is_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !text.contains(char::is_whitespace)
}

/// A URN of a GS1 key that could not be read as one.
fn broken_urn(uri: &str) -> bool {
    ["urn:epc:id:sgtin:", "urn:epc:class:lgtin:", "urn:epc:id:sscc:", "urn:epc:id:sgln:", "urn:epc:id:pgln:"]
        .iter()
        .any(|prefix| uri.starts_with(prefix))
}

fn identifiers(event: &Event) -> impl Iterator<Item = (&'static str, &Identifier)> {
    let single = [
        ("eventID", event.event_id.as_ref()),
        ("parentID", event.parent_id.as_ref()),
        ("transformationID", event.transformation_id.as_ref()),
        ("readPoint/id", event.read_point.as_ref().map(|place| &place.id)),
        ("bizLocation/id", event.biz_location.as_ref().map(|place| &place.id)),
    ];
    let epcs = [
        ("epcList", &event.epc_list),
        ("childEPCs", &event.child_epcs),
        ("inputEPCList", &event.input_epc_list),
        ("outputEPCList", &event.output_epc_list),
    ];
    let quantities = [
        ("quantityList", &event.quantity_list),
        ("childQuantityList", &event.child_quantity_list),
        ("inputQuantityList", &event.input_quantity_list),
        ("outputQuantityList", &event.output_quantity_list),
    ];
    let ends = [("sourceList", &event.source_list), ("destinationList", &event.destination_list)];
    single
        .into_iter()
        .filter_map(|(field, id)| Some((field, id?)))
        .chain(epcs.into_iter().flat_map(|(field, list)| list.iter().map(move |id| (field, id))))
        .chain(quantities.into_iter().flat_map(|(field, list)| list.iter().map(move |part| (field, &part.epc_class))))
        .chain(ends.into_iter().flat_map(|(field, list)| list.iter().map(move |end| (field, &end.id))))
}
