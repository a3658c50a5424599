//! What is on hand where: produced and received, less consumed, shipped and removed.

use std::collections::BTreeMap;

use epcis::{Action, Event, EventKind, Term, Value};
use rust_decimal::Decimal;

use crate::{CustodyKind, Reading, Role, reading::place_of};

/// Why stock at a place grows or shrinks.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Flow {
    /// It came from another place.
    Received,
    /// It was brought into being.
    Produced,
    /// It was used up for something else.
    Consumed,
    /// It left for another place.
    Shipped,
    /// It was sold to a consumer, destroyed or taken out of the records.
    Removed,
}

impl Flow {
    /// Whether stock grows.
    pub fn adds(self) -> bool {
        matches!(self, Self::Received | Self::Produced)
    }
}

/// What an event does to the stock of a lot at a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Movement {
    /// Canonical place.
    pub place: String,
    /// What happened.
    pub flow: Flow,
    /// How much, whichever way.
    pub amount: Decimal,
    /// Unit of measure as recorded.
    pub uom: Option<String>,
}

/// Stock of one lot at one place in one unit of measure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Balance {
    /// Canonical place.
    pub place: String,
    /// What should be on hand; negative where more left than came.
    pub amount: Decimal,
    /// Unit of measure as recorded.
    pub uom: Option<String>,
}

impl Movement {
    /// What `amount` of a lot in `role` on `event` does to stock, if anything.
    pub fn of(event: &Event, reading: &Reading, role: Role, amount: Decimal, uom: Option<String>) -> Option<Self> {
        Some(Self { place: place_of(event)?, flow: flow(event, reading, role)?, amount, uom })
    }

    /// Added, or with a minus sign taken away.
    pub fn change(&self) -> Decimal {
        if self.flow.adds() { self.amount } else { -self.amount }
    }
}

/// `None` when the event only looks at the stock.
fn flow(event: &Event, reading: &Reading, role: Role) -> Option<Flow> {
    if event.kind == EventKind::Transformation {
        return Some(if role == Role::Output { Flow::Produced } else { Flow::Consumed });
    }
    match reading.custody.as_ref().map(|custody| custody.kind) {
        Some(CustodyKind::Shipped) => return Some(Flow::Shipped),
        Some(CustodyKind::Received) => return Some(Flow::Received),
        None => {}
    }
    if is_kill_step(event) {
        return Some(Flow::Consumed);
    }
    match event.biz_step.as_ref().map(Term::word)? {
        "creating_class_instance" | "commissioning" if event.action == Some(Action::Add) => Some(Flow::Produced),
        "destroying" | "decommissioning" | "retail_selling" | "dispensing" => Some(Flow::Removed),
        _ => None,
    }
}

/// Whether the lot was used up in a kill step, which needs no transformation record (21 CFR 1.1305(d)(3)(ii)).
fn is_kill_step(event: &Event) -> bool {
    let steps = domain::fsma_members(&event.extensions, "killStep");
    steps.into_iter().map(Value::members).any(|step| domain::fsma_text(step, "applied") == Some("true"))
}

/// Sums movements by place and unit of measure, in order of place. Different units are never added up.
pub fn balance(movements: impl IntoIterator<Item = Movement>) -> Vec<Balance> {
    let mut sums: BTreeMap<(String, Option<String>), Decimal> = BTreeMap::new();
    for movement in movements {
        let change = movement.change();
        let sum = sums.entry((movement.place, movement.uom)).or_default();
        // A sum beyond 28 digits is no stock: it stays at the bound and shows as absurd.
        *sum = sum.saturating_add(change);
    }
    sums.into_iter().map(|((place, uom), amount)| Balance { place, amount: amount.normalize(), uom }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_units_are_not_added_up() {
        let movement = |flow, amount: i64, uom: &str| Movement {
            place: "L4".to_owned(),
            flow,
            amount: Decimal::from(amount),
            uom: Some(uom.to_owned()),
        };
        let (received, consumed) = (Flow::Received, Flow::Consumed);
        let stock =
            balance([movement(received, 600, "XCS"), movement(consumed, 400, "XCS"), movement(received, 5, "KGM")]);
        let rows: Vec<_> = stock.iter().map(|row| (row.uom.as_deref().unwrap(), row.amount.to_string())).collect();
        assert_eq!(rows, [("KGM", "5".to_owned()), ("XCS", "200".to_owned())]);
    }
}
