//! What an event says of one thing.

use async_graphql::{Enum, ID, SimpleObject};

use super::{
    place::Place,
    scalar::{Date, DateTime},
    trace::Basis,
};

/// The part that a thing plays in an event.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "lineage::Role")]
pub(crate) enum MentionRole {
    /// It is what the event is about.
    Object,
    /// Other things are put into it or taken out of it.
    Parent,
    /// It is put in or taken out.
    Child,
    /// It is consumed.
    Input,
    /// It is produced.
    Output,
}

/// Which end of a hand-over an event records.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "lineage::CustodyKind")]
pub(crate) enum CustodyKind {
    /// The goods left.
    Shipped,
    /// The goods arrived.
    Received,
}

/// An amount as it was recorded.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Quantity {
    /// The number with its digits as recorded.
    amount: String,
    /// Unit of measure, a code of UN/ECE Recommendation 20; without one it is a count of trade items.
    uom: Option<String>,
}

impl Quantity {
    pub(crate) fn of(quantity: Option<(String, Option<String>)>) -> Option<Self> {
        quantity.map(|(amount, uom)| Self { amount, uom })
    }
}

/// A business document that an event belongs to.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct BusinessDocument {
    /// Its type, for example `po` or `bol`.
    #[graphql(name = "type")]
    kind: Option<String>,
    /// Its number.
    number: String,
}

pub(crate) fn documents(documents: Vec<(Option<String>, String)>) -> Vec<BusinessDocument> {
    documents.into_iter().map(|(kind, number)| BusinessDocument { kind, number }).collect()
}

/// An event as it touches one thing, with what may be shown of it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Sighting {
    /// Reference of the event, good for `event`.
    event: ID,
    /// The organisation that asserts it.
    asserted_by: String,
    /// The part that the thing plays in it.
    role: MentionRole,
    /// The critical tracking event of 21 CFR 1.1310, for example `initialPacking`.
    cte: Option<String>,
    /// Business step, the bare word of the core business vocabulary.
    biz_step: Option<String>,
    /// Date at the place of the event.
    day: Date,
    /// The instant.
    time: Option<DateTime>,
    /// Where it was read.
    read_point: Option<Place>,
    /// Where the thing was afterwards.
    biz_location: Option<Place>,
    /// Which end of a hand-over it is.
    custody: Option<CustodyKind>,
    /// The place that the goods left.
    from_place: Option<Place>,
    /// The place that the goods went to.
    to_place: Option<Place>,
    /// Amount of this thing.
    quantity: Option<Quantity>,
    /// Business documents.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    documents: Vec<BusinessDocument>,
    /// Whether the event is about this thing as a fact, or only possibly.
    basis: Basis,
}

impl From<lineage::Sighting> for Sighting {
    fn from(sighting: lineage::Sighting) -> Self {
        Self {
            event: ID(sighting.event),
            asserted_by: sighting.asserter,
            role: sighting.role.into(),
            cte: sighting.cte,
            biz_step: sighting.biz_step,
            day: Date(sighting.day),
            time: sighting.time.map(DateTime),
            read_point: Place::of(sighting.place),
            biz_location: Place::of(sighting.location),
            custody: sighting.custody.map(Into::into),
            from_place: Place::of(sighting.from_place),
            to_place: Place::of(sighting.to_place),
            quantity: Quantity::of(sighting.quantity),
            documents: documents(sighting.documents),
            basis: sighting.basis.into(),
        }
    }
}
