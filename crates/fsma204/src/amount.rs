//! Quantities with units as people say them.

use epcis::{Quantity, QuantityElement};
use rust_decimal::Decimal;

/// How much, in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Amount {
    /// `None` when not known.
    pub(crate) quantity: Option<Quantity>,
    /// The unit in words.
    pub(crate) unit: String,
}

impl Amount {
    pub(crate) fn new(quantity: Option<Quantity>, uom: Option<&str>) -> Self {
        Self { quantity, unit: unit_in_words(uom).to_owned() }
    }

    pub(crate) fn of(element: &QuantityElement) -> Self {
        Self::new(element.quantity.clone(), element.uom.as_deref())
    }

    /// Adds an amount of the same unit. What is partly unknown is unknown.
    pub(crate) fn add(&mut self, other: &Self) {
        self.quantity = match (&self.quantity, &other.quantity) {
            (Some(mine), Some(theirs)) => sum(mine.value(), theirs.value()),
            _ => None,
        };
    }
}

fn sum(a: Decimal, b: Decimal) -> Option<Quantity> {
    a.checked_add(b)?.to_string().parse().ok()
}

/// The name of a unit of UN/ECE Recommendation 20 (or 21, without the `X`) as people say it. A code that is not in the
/// table stays as it is; no code means a count of trade items.
pub fn unit_in_words(uom: Option<&str>) -> &str {
    let Some(code) = uom.map(str::trim).filter(|code| !code.is_empty()) else { return "units" };
    match code {
        "KGM" => "kg",
        "GRM" => "g",
        "TNE" => "metric tons",
        "LBR" => "lbs",
        "ONZ" => "oz",
        "STN" => "short tons",
        "LTN" => "long tons",
        "CWA" => "hundredweights",
        "LTR" => "liters",
        "MLT" => "milliliters",
        "GLL" => "gallons",
        "QTL" => "quarts",
        "OZA" => "fl oz",
        "EA" | "H87" | "C62" => "each",
        "DZN" => "dozens",
        "DZP" => "dozen packs",
        "XCS" | "CS" => "cases",
        "XCT" | "CT" => "cartons",
        "XBX" | "BX" => "boxes",
        "XBI" | "BI" => "bins",
        "XCR" | "CR" => "crates",
        "XBG" | "BG" => "bags",
        "XPX" | "PX" => "pallets",
        "XTB" | "TB" => "tubs",
        "XPO" | "PO" => "pouches",
        "XPU" | "PU" => "trays",
        "XJR" | "JR" => "jars",
        "XTK" | "TK" | "XTY" | "TY" => "tanks",
        other => other,
    }
}
