//! Quantities and their units.

use super::{
    Findings, Words,
    place::Step::{Field, Item},
    shown,
};
use crate::{Event, QuantityElement, rule, unit};

pub(super) fn check(event: &Event, findings: &mut Findings<'_>) {
    for (name, list) in [
        ("quantityList", &event.quantity_list),
        ("childQuantityList", &event.child_quantity_list),
        ("inputQuantityList", &event.input_quantity_list),
        ("outputQuantityList", &event.output_quantity_list),
    ] {
        for (i, element) in list.iter().enumerate() {
            amount(name, i, element, findings);
            unit_of(name, i, element, findings);
        }
    }
}

fn amount(list: &'static str, index: usize, element: &QuantityElement, findings: &mut Findings<'_>) {
    let Some(quantity) = &element.quantity else { return };
    let value = quantity.value();
    let words = if value.is_sign_negative() && !value.is_zero() {
        Words::new(format!("`{quantity}` is less than nothing"), "write the amount without a sign")
    } else if element.uom.is_none() && !value.is_integer() {
        let message = format!("`{quantity}` is a count of trade items, but not whole");
        Words::new(message, "add `uom`, such as `KGM`, or count whole items")
    } else {
        return;
    };
    findings.add(rule::QUANTITY_COUNT, &[Field(list), Item(index), Field("quantity")], words);
}

fn unit_of(list: &'static str, index: usize, element: &QuantityElement, findings: &mut Findings<'_>) {
    let Some(uom) = element.uom.as_deref() else { return };
    if unit::is_known(uom) {
        return;
    }
    let meant = unit::meant(uom);
    let help = match meant {
        Some(code) => format!("write `{code}`"),
        None => "write a common code of UN/ECE Recommendation 20, such as `KGM`, `LTR` or `XBX`".to_owned(),
    };
    let words = Words::new(format!("`{}` is not a unit of measure", shown(uom)), help);
    let steps = [Field(list), Item(index), Field("uom")];
    findings.add(rule::UNIT_UNKNOWN, &steps, words.corrected(meant.map(str::to_owned)));
}
