//! Lineage and stock from a list of events, slowly and without anything of the product but the event itself.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use epcis::{Action, Event, EventKind, QuantityElement};
use gs1::{Identifier, Key};

/// Amounts of lots and pallets in a pallet.
type Contents = BTreeMap<String, i64>;

/// The events that are facts: neither declared wrong nor told before.
fn facts<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<&'e Event> {
    let events: Vec<&Event> = events.collect();
    let id = |event: &Event| event.event_id.as_ref().map(Identifier::canonical);
    let wrong: BTreeSet<String> =
        events.iter().filter(|event| event.error_declaration.is_some()).filter_map(|event| id(event)).collect();
    let mut told = BTreeSet::new();
    let mut facts: Vec<&Event> = events
        .into_iter()
        .filter(|event| event.error_declaration.is_none())
        .filter(|event| id(event).is_none_or(|id| !wrong.contains(&id)))
        // Who tells an event, and when, is not what it says.
        .filter(|event| told.insert(format!("{:?}", Event { event_id: None, record_time: None, ..(*event).clone() })))
        .collect();
    facts.sort_by_key(|event| event.event_time.instant());
    facts
}

fn amount(element: &QuantityElement) -> i64 {
    element.quantity.as_ref().map_or(0, |quantity| quantity.spelled().parse().unwrap())
}

fn is_unit(id: &Identifier) -> bool {
    matches!(id.key(), Key::Sscc { .. })
}

/// Pallets and what is on them, kept up to date event by event.
#[derive(Default)]
struct Pallets(BTreeMap<String, Contents>);

impl Pallets {
    fn apply(&mut self, event: &Event) {
        let (EventKind::Aggregation, Some(parent)) = (event.kind, &event.parent_id) else { return };
        let contents = self.0.entry(parent.canonical()).or_default();
        let classes = event.child_quantity_list.iter().map(|child| (child.epc_class.canonical(), amount(child)));
        let children: Vec<_> = event.child_epcs.iter().map(|child| (child.canonical(), 1)).chain(classes).collect();
        match event.action {
            Some(Action::Delete) if children.is_empty() => contents.clear(),
            Some(Action::Delete) => contents.retain(|child, _| !children.iter().any(|(gone, _)| gone == child)),
            Some(Action::Observe | Action::Add) => contents.extend(children),
            None => {}
        }
    }

    /// Everything in a pallet, with that in pallets on it.
    fn lots(&self, pallet: &str) -> Contents {
        let mut lots = Contents::new();
        for (child, amount) in self.0.get(pallet).into_iter().flatten() {
            let inside = if self.0.contains_key(child) { self.lots(child) } else { [(child.clone(), *amount)].into() };
            for (lot, amount) in inside {
                *lots.entry(lot).or_default() += amount;
            }
        }
        lots
    }

    /// The lots that an event names, itself or by the pallets that they are on.
    fn named(&self, epcs: &[Identifier], classes: &[QuantityElement]) -> Contents {
        let mut named = Contents::new();
        for (lot, amount) in epcs.iter().filter(|epc| is_unit(epc)).flat_map(|epc| self.lots(&epc.canonical())) {
            *named.entry(lot).or_default() += amount;
        }
        for element in classes {
            *named.entry(element.epc_class.canonical()).or_default() += amount(element);
        }
        named
    }
}

/// The lots that every lot on a transformation was made from.
pub(crate) fn parents<'e>(events: impl Iterator<Item = &'e Event>) -> BTreeMap<String, BTreeSet<String>> {
    let mut pallets = Pallets::default();
    let mut processes: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for (number, event) in facts(events).into_iter().enumerate() {
        if event.kind == EventKind::Transformation {
            let process = event.transformation_id.as_ref().map_or(number.to_string(), |id| id.canonical());
            let (inputs, outputs) = processes.entry(process).or_default();
            inputs.extend(pallets.named(&event.input_epc_list, &event.input_quantity_list).into_keys());
            outputs.extend(pallets.named(&event.output_epc_list, &event.output_quantity_list).into_keys());
        }
        pallets.apply(event);
    }
    let mut parents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (inputs, outputs) in processes.into_values() {
        for output in outputs {
            parents.entry(output).or_default().extend(inputs.iter().cloned());
        }
    }
    parents
}

/// What is left of every lot at every place.
pub(crate) fn stock<'e>(events: impl Iterator<Item = &'e Event>) -> BTreeMap<(String, String), i64> {
    let mut pallets = Pallets::default();
    let mut stock: BTreeMap<(String, String), i64> = BTreeMap::new();
    for event in facts(events) {
        let place = event.read_point.as_ref().unwrap().id.canonical();
        let mut change = |lots: Contents, sign: i64| {
            for (lot, amount) in lots {
                *stock.entry((lot, place.clone())).or_default() += sign * amount;
            }
        };
        let objects = pallets.named(&event.epc_list, &event.quantity_list);
        match (event.kind, event.biz_step.as_ref().unwrap().word()) {
            (EventKind::Transformation, _) => {
                let other: Vec<&str> = domain::fsma_members(&event.extensions, "nonFtlInputs")
                    .iter()
                    .filter_map(|v| v.as_text())
                    .collect();
                let mut inputs = event.input_quantity_list.clone();
                inputs.retain(|input| !other.contains(&input.epc_class.spelled()));
                change(pallets.named(&event.input_epc_list, &inputs), -1);
                change(pallets.named(&event.output_epc_list, &event.output_quantity_list), 1);
            }
            (EventKind::Object, "creating_class_instance" | "receiving") => change(objects, 1),
            (EventKind::Object, "shipping" | "transporting" | "retail_selling") => change(objects, -1),
            (EventKind::Aggregation, "receiving") => {
                change(pallets.named(&event.child_epcs, &event.child_quantity_list), 1);
            }
            _ => {}
        }
        pallets.apply(event);
    }
    stock.retain(|_, amount| *amount != 0);
    stock
}
