//! An event as it touches a lot.

use fsma204::classify;
use gs1::Identifier;
use lineage::{Basis, Reading, Role, Sighting, Stage};
use store::SeenEvent;

use crate::capture::Kinds;

/// Amount and unit of measure.
pub(crate) type Amount = (String, Option<String>);

/// What lineage reads in an event.
pub(crate) fn reading(event: &SeenEvent) -> Reading {
    lineage::read(&event.event, Stage::Unknown)
}

/// An event as it touches a thing as a fact, uncut: only [`policy::project`] may decide what of it is shown.
pub(crate) fn sighting(
    asserter: &str,
    event: &SeenEvent,
    role: Role,
    quantity: Option<Amount>,
    kinds: &Kinds,
) -> Sighting {
    let stated = &event.event;
    let custody = reading(event).custody;
    let place = |place: &Option<epcis::Place>| place.as_ref().map(|place| place.id.canonical());
    let document = |document: &epcis::BizTransaction| {
        (document.kind.as_ref().map(|kind| kind.word().to_owned()), number(&document.id))
    };
    Sighting {
        event: event.reference.clone(),
        asserter: asserter.to_owned(),
        role,
        cte: classify(stated, kinds).cte.map(|cte| cte.word().to_owned()),
        biz_step: stated.biz_step.as_ref().map(|step| step.word().to_owned()),
        day: stated.event_time_zone_offset.local_date(stated.event_time.instant()),
        time: Some(stated.event_time.instant()),
        place: place(&stated.read_point),
        location: place(&stated.biz_location),
        custody: custody.as_ref().map(|custody| custody.kind),
        from_place: custody.as_ref().and_then(|custody| custody.from_place.clone()),
        to_place: custody.and_then(|custody| custody.to_place),
        quantity,
        documents: stated.biz_transaction_list.iter().map(document).collect(),
        basis: Basis::Recorded,
    }
}

/// The number of a business document: what follows the issuer in `urn:epcglobal:cbv:bt:{issuer}:{number}`.
fn number(id: &Identifier) -> String {
    let text = id.spelled();
    let tail = text.strip_prefix("urn:epcglobal:cbv:bt:").and_then(|rest| rest.split_once(':'));
    tail.map_or(text, |(_, number)| number).to_owned()
}
