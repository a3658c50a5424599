//! The words of the tree: codes of the standards as a person says them.

use crate::trace::{Custody, Gap, Node, NodeKind, Place, Quantity, Role, Sighting};

/// What a node is, in front of its code.
pub(crate) fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::TraceabilityLot | NodeKind::Lot => "lot ",
        NodeKind::HarvestLot => "harvest lot ",
        NodeKind::OtherInput => "other input ",
        NodeKind::Unit => "unit ",
        NodeKind::Instance => "item ",
    }
}

/// The code of a node as it stands on a label.
pub(crate) fn code(node: &Node) -> String {
    let code = node.tlc.clone().or_else(|| node.identifiers.first().map(|identifier| label(identifier)));
    code.unwrap_or_else(|| node.id.clone())
}

/// A GS1 Digital Link as element string, `(01)…(10)…`; anything else as it is.
fn label(identifier: &str) -> String {
    let Some(path) = identifier.strip_prefix("https://id.gs1.org/") else { return identifier.to_owned() };
    let parts: Vec<&str> = path.split('/').collect();
    let pairs = parts.chunks(2).map(|pair| match pair {
        [key, value] => format!("({key}){value}"),
        rest => rest.concat(),
    });
    pairs.collect::<Vec<_>>().concat()
}

/// The place that assigned the code of a node.
pub(crate) fn source(node: &Node) -> Option<String> {
    let source = node.tlc_source.as_ref().filter(|_| node.tlc.is_some())?;
    let named = source.id.clone().map(|id| place(&Place { id, name: source.name.clone() }));
    named.or_else(|| source.reference.clone())
}

/// A place by its name, with the part of it that the GLN extension names.
pub(crate) fn place(place: &Place) -> String {
    let (gln, extension) = match place.id.split_once("/254/") {
        Some((gln, extension)) => (gln, Some(extension)),
        None => (place.id.as_str(), None),
    };
    let name = place.name.clone().unwrap_or_else(|| label(gln));
    match extension {
        Some(extension) if !name.contains(extension) => format!("{name}, {extension}"),
        _ => name,
    }
}

/// What happened, in the past tense.
pub(crate) fn step(sighting: &Sighting) -> String {
    let word = match (sighting.cte.as_deref(), sighting.role) {
        (_, Role::Input) => "used",
        (Some("initialPacking" | "initialPackingFromExempt"), _) => "packed",
        (Some("harvesting"), _) => "harvested",
        (Some("cooling"), _) => "cooled",
        (Some("firstLandBasedReceiving"), _) => "landed",
        (Some("shipping"), _) => "shipped",
        (Some("receiving" | "receivingFromExempt"), _) => "received",
        (_, Role::Output) => "made",
        _ => return other_step(sighting),
    };
    word.to_owned()
}

fn other_step(sighting: &Sighting) -> String {
    let word = match (sighting.biz_step.as_deref(), sighting.custody) {
        (Some("packing"), _) => "put in a unit",
        (Some("unpacking"), _) => "taken out",
        (Some("transporting"), _) => "transported",
        (_, Some(Custody::Shipped)) => "shipped",
        (_, Some(Custody::Received)) => "received",
        (Some(step), None) => return step.replace('_', " "),
        (None, None) => "recorded",
    };
    word.to_owned()
}

/// An amount with its unit. A count of trade items has none.
pub(crate) fn quantity(quantity: &Quantity) -> String {
    let unit = match quantity.uom.as_deref() {
        None => return quantity.amount.clone(),
        Some("XCS") => "cases",
        Some("XBX") => "boxes",
        Some("LBR") => "lb",
        Some("KGM") => "kg",
        Some(code) => code,
    };
    format!("{} {unit}", quantity.amount)
}

/// Why something is missing.
pub(crate) fn gap(gap: &Gap) -> String {
    let who = gap.counterparty.as_deref().unwrap_or("the other side");
    match gap.reason.as_str() {
        "UNREACHABLE" => format!("{who} could not be reached"),
        "TIMED_OUT" => format!("{who} did not answer in time"),
        "NOT_AVAILABLE" => format!("{who} shows nothing more of it"),
        "WITHHELD" => format!("{who} says that it goes on, but not where"),
        "NO_GATEWAY" => format!("{who} has no gateway that could be asked"),
        "LIMIT" => "the question goes no further than this".to_owned(),
        "LOOP" => "the history comes back to where it was".to_owned(),
        "INVALID" => format!("{who} gave an answer that does not fit the question"),
        "STALE" => format!("the answer of {who} is too old"),
        _ => format!("{who} gave no more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digital_link_is_written_as_on_the_label() {
        assert_eq!(label("https://id.gs1.org/01/19521004000318/10/BL28230-2A"), "(01)19521004000318(10)BL28230-2A");
        assert_eq!(label("urn:example:1"), "urn:example:1");
    }

    #[test]
    fn a_field_is_named_with_its_farm() {
        let id = "https://id.gs1.org/414/9521001000017/254/HM-07".to_owned();
        assert_eq!(place(&Place { id: id.clone(), name: Some("Harbor Mesa".to_owned()) }), "Harbor Mesa, HM-07");
        assert_eq!(place(&Place { id, name: None }), "(414)9521001000017, HM-07");
    }
}
