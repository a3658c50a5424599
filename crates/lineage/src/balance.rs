//! What is on hand where: produced and received, less consumed, shipped and destroyed.

use std::collections::BTreeMap;

use epcis::{Action, Event, EventKind, Term};
use rust_decimal::Decimal;

use crate::{CustodyKind, Reading, Role, reading::place_of};

/// What an event does to the stock of a lot at a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Movement {
    /// Canonical place.
    pub place: String,
    /// Added, or with a minus sign taken away.
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
        let amount = if adds(event, reading, role)? { amount } else { -amount };
        Some(Self { place: place_of(event)?, amount, uom })
    }
}

/// `Some(true)` when stock grows, `Some(false)` when it shrinks, `None` when the event only looks at it.
fn adds(event: &Event, reading: &Reading, role: Role) -> Option<bool> {
    if event.kind == EventKind::Transformation {
        return Some(role == Role::Output);
    }
    match reading.custody.as_ref().map(|custody| custody.kind) {
        Some(CustodyKind::Shipped) => return Some(false),
        Some(CustodyKind::Received) => return Some(true),
        None => {}
    }
    match event.biz_step.as_ref().map(Term::word)? {
        "creating_class_instance" | "commissioning" if event.action == Some(Action::Add) => Some(true),
        "destroying" | "decommissioning" | "retail_selling" | "dispensing" => Some(false),
        _ => None,
    }
}

/// Sums movements by place and unit of measure, in order of place. Different units are never added up.
pub fn balance(movements: impl IntoIterator<Item = Movement>) -> Vec<Balance> {
    let mut sums: BTreeMap<(String, Option<String>), Decimal> = BTreeMap::new();
    for movement in movements {
        let sum = sums.entry((movement.place, movement.uom)).or_default();
        // A sum beyond 28 digits is no stock: it stays at the bound and shows as absurd.
        *sum = sum.saturating_add(movement.amount);
    }
    sums.into_iter().map(|((place, uom), amount)| Balance { place, amount: amount.normalize(), uom }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_units_are_not_added_up() {
        let movement = |amount: i64, uom: &str| Movement {
            place: "L4".to_owned(),
            amount: Decimal::from(amount),
            uom: Some(uom.to_owned()),
        };
        let stock = balance([movement(600, "XCS"), movement(-400, "XCS"), movement(5, "KGM")]);
        let rows: Vec<_> = stock.iter().map(|row| (row.uom.as_deref().unwrap(), row.amount.to_string())).collect();
        assert_eq!(rows, [("KGM", "5".to_owned()), ("XCS", "200".to_owned())]);
    }
}
