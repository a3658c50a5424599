//! Lots, units and instances.

use app::ShownLot;
use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use domain::{LotKey, TlcSource as Source};
use lineage::ThingKind;

use super::session::Session;

/// What a thing in the records is.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub(crate) enum NodeKind {
    /// A traceability lot in the sense of 21 CFR 1.1310.
    TraceabilityLot,
    /// A harvest or cooling lot, before initial packing; it has no traceability lot code.
    HarvestLot,
    /// A lot of which is not known yet whether it is a traceability lot.
    Lot,
    /// An input that is declared to be no food on the Food Traceability List.
    OtherInput,
    /// A logistic unit or another container.
    Unit,
    /// One serialised object.
    Instance,
}

impl From<ThingKind> for NodeKind {
    fn from(kind: ThingKind) -> Self {
        match kind {
            ThingKind::TraceabilityLot => Self::TraceabilityLot,
            ThingKind::HarvestLot => Self::HarvestLot,
            ThingKind::Lot => Self::Lot,
            ThingKind::OtherInput => Self::OtherInput,
            ThingKind::Unit => Self::Unit,
            ThingKind::Instance => Self::Instance,
        }
    }
}

/// The place that assigned a traceability lot code.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct TlcSource {
    /// The place in canonical form, where it is known.
    id: Option<String>,
    /// A reference that leads to the place: `ffrn:…`, `gln:…` or a URL.
    reference: Option<String>,
}

#[ComplexObject]
impl TlcSource {
    /// The name of the place, where your records or your registry know it.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(id) = &self.id else { return Ok(None) };
        Session::of(ctx)?.place_name(id).await
    }
}

impl TlcSource {
    /// `None` where nothing is known.
    pub(crate) fn of(key: Option<&LotKey>, reference: Option<String>) -> Option<Self> {
        let (id, stated) = match key.map(|key| &key.source) {
            Some(Source::Place(place)) => (Some(place.clone()), None),
            Some(Source::Reference(reference)) => (None, Some(reference.clone())),
            Some(Source::Unknown { .. }) | None => (None, None),
        };
        let reference = reference.or(stated);
        (id.is_some() || reference.is_some()).then_some(Self { id, reference })
    }
}

/// The traceability lot code of a key. Harvest lots, units and instances have none.
pub(crate) fn tlc(key: Option<&LotKey>, kind: ThingKind) -> Option<String> {
    let has_code = !matches!(kind, ThingKind::HarvestLot | ThingKind::Unit | ThingKind::Instance);
    key.filter(|_| has_code).map(|key| key.tlc.to_string())
}

/// A lot, a logistic unit or an instance in the records.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Lot {
    /// Its name, good for `lot` and `trace`.
    id: ID,
    /// What it is.
    kind: NodeKind,
    /// The traceability lot code; harvest lots, units and instances have none.
    tlc: Option<String>,
    /// The place that assigned the code, where it is known.
    tlc_source: Option<TlcSource>,
    /// Whether the source of the code is unknown, so that the same code may name another lot elsewhere.
    provisional: bool,
    /// Canonical identifier.
    identifier: String,
    /// 14-digit GTIN, where the identifier has one.
    gtin: Option<String>,
}

impl From<ShownLot> for Lot {
    fn from(lot: ShownLot) -> Self {
        Self {
            kind: lot.kind.into(),
            tlc: tlc(lot.key.as_ref(), lot.kind),
            tlc_source: TlcSource::of(lot.key.as_ref(), lot.source_reference),
            provisional: lot.key.as_ref().is_some_and(LotKey::is_provisional),
            id: ID(lot.id.0),
            identifier: lot.identifier,
            gtin: lot.gtin,
        }
    }
}
