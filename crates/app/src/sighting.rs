//! An event as it touches a lot.

use std::sync::Arc;

use fsma204::classify;
use gs1::Identifier;
use lineage::{Basis, Reading, Role, Sighting};
use store::{EventHead, SeenEvent};

use crate::stages::Kinds;

/// Amount and unit of measure.
pub(crate) type Amount = (String, Option<String>);

/// What lineage reads in an event.
pub(crate) fn reading(event: &SeenEvent) -> Reading {
    lineage::read(&event.event)
}

/// An event as it touches a thing as a fact, as far as its columns tell; the rest is [`Details`]. Uncut: only
/// [`policy::project`] may decide what of it is shown.
pub(crate) fn sighting(asserter: &str, event: &EventHead, role: Role, quantity: Option<Amount>) -> Sighting {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    Sighting {
        event: event.reference.clone(),
        asserter: asserter.to_owned(),
        role,
        cte: None,
        biz_step: text(&event.biz_step),
        day: event.day,
        time: Some(event.time),
        place: text(&event.read_point),
        location: text(&event.biz_location),
        custody: event.custody,
        from_place: text(&event.from_place),
        to_place: text(&event.to_place),
        quantity,
        documents: Vec::new(),
        basis: Basis::Recorded,
    }
}

/// What only the event itself tells.
#[derive(Clone, Debug)]
pub(crate) struct Details {
    cte: Option<String>,
    documents: Vec<(Option<String>, String)>,
}

impl Details {
    pub(crate) fn of(event: &SeenEvent, kinds: &Kinds) -> Self {
        let stated = &event.event;
        let document = |document: &epcis::BizTransaction| {
            (document.kind.as_ref().map(|kind| kind.word().to_owned()), number(&document.id))
        };
        Self {
            cte: classify(stated, kinds).cte.map(|cte| cte.word().to_owned()),
            documents: stated.biz_transaction_list.iter().map(document).collect(),
        }
    }

    pub(crate) fn complete(&self, sighting: Sighting) -> Sighting {
        Sighting { cte: self.cte.clone(), documents: self.documents.clone(), ..sighting }
    }
}

/// The number of a business document: what follows the issuer in `urn:epcglobal:cbv:bt:{issuer}:{number}`.
fn number(id: &Identifier) -> String {
    let text = id.spelled();
    let tail = text.strip_prefix("urn:epcglobal:cbv:bt:").and_then(|rest| rest.split_once(':'));
    tail.map_or(text, |(_, number)| number).to_owned()
}
