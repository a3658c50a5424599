//! Where all of a lot went, in amounts.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::{
    error::from_app,
    lot::Lot,
    place::Place,
    scalar::{Date, DateTime},
    session::Session,
};

/// How an amount was brought to another unit of measure.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "lineage::Rule")]
pub(crate) enum ConversionRule {
    /// By the factor between two units of the same kind.
    Factor,
    /// The name of the unit says what it holds, for example `400kg Bin`.
    SaidByUnit,
    /// By the net weight that stands on the goods: application identifiers 310n and 320n.
    Identifier,
    /// By `netWeight` of the product's master data.
    NetWeight,
    /// By the packaging size of the product's master data.
    PackagingSize,
    /// By the net weight of what the package holds, and how many of it.
    Hierarchy,
    /// By a conversion that the place declares for itself.
    SiteConversion,
}

/// How amounts in one unit were brought to the unit of a balance. The recorded amounts stay as they are.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Conversion {
    /// Unit of measure as recorded; null for a count of trade items.
    from: Option<String>,
    /// Unit of measure of the balance.
    to: String,
    /// By what recorded amounts were multiplied.
    factor: String,
    /// How the factor is known.
    rule: ConversionRule,
    /// The place that declared it, for a conversion of its own.
    place: Option<Place>,
}

/// What the records of one place come to.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PlaceBalance {
    /// The place.
    place: Place,
    /// Came from other places.
    received: String,
    /// Was brought into being.
    produced: String,
    /// Was used up.
    consumed: String,
    /// Left for other places.
    shipped: String,
    /// Was sold to consumers or destroyed.
    removed: String,
    /// What should be there; negative where more left than came.
    on_hand: String,
}

/// A shipment and what arrived of it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Shipment {
    /// Reference of the shipping event, good for `event`.
    event: ID,
    /// Date of the shipping event at its place.
    day: Date,
    /// The place that the goods left.
    from: Place,
    /// The place that the goods went to, where it is told.
    to: Option<Place>,
    /// How much left.
    shipped: String,
    /// How much arrived; null where your records have no receipt.
    received: Option<String>,
    /// What left and did not arrive, though some of it did.
    unaccounted: String,
}

/// An amount that may have been of the lot, and is in no sum.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PossibleMovement {
    /// Reference of the event, good for `event`.
    event: ID,
    /// Date of the event at its place.
    day: Date,
    /// The place.
    place: Place,
    /// The amount, in the unit of the balance.
    amount: String,
}

/// Where all of a lot went, in one unit of measure: `produced + entered` is always
/// `onHand + consumed + removed + unaccounted + left`.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LotBalance {
    /// Unit of measure of all amounts; null for a count of trade items.
    uom: Option<String>,
    /// Was brought into being, at all places.
    produced: String,
    /// Arrived from where your records have no shipment.
    entered: String,
    /// Should be on hand, at all places.
    on_hand: String,
    /// Was used up, at all places.
    consumed: String,
    /// Was sold to consumers or destroyed, at all places.
    removed: String,
    /// Was lost on the way.
    unaccounted: String,
    /// Left for where your records have no receipt.
    left: String,
    /// Per place.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    places: Vec<PlaceBalance>,
    /// Per shipment, in order of time.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    shipments: Vec<Shipment>,
    /// How amounts in other units were brought to this one.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    conversions: Vec<Conversion>,
    /// What may have been this lot: events state it as an estimate, or as one of several.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    possible: Vec<PossibleMovement>,
}

/// How sure it is that a lot was in stock.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "app::Presence")]
pub(crate) enum Presence {
    /// The records say so, in amounts that can be compared.
    Certain,
    /// The records leave it open: amounts that cannot be compared, or that do not add up.
    Possible,
    /// Events name the lot as an estimate, or as an alternate, only.
    Inferred,
}

/// A lot at a place on a day.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockOfDay {
    /// The lot.
    lot: Lot,
    /// On hand when the day began.
    opening: String,
    /// Received and produced during the day.
    added: String,
    /// On hand when the day ended.
    closing: String,
    /// Unit of measure; null for a count of trade items.
    uom: Option<String>,
    /// How sure it is that it was there.
    presence: Presence,
}

/// The stock of a place on a day.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockAt {
    /// In order of lots.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    lots: Vec<StockOfDay>,
    /// Whether the place has more events than one answer looks at; ask for fewer days then.
    is_partial: bool,
}

/// Questions about amounts: they are the organisation's own business.
#[derive(Default)]
pub(crate) struct Amounts;

#[Object]
impl Amounts {
    /// Where all of a lot went, from your own records: a balance for each unit of measure that amounts can be brought
    /// to; more than one means that they cannot be compared. Null when there is no such lot.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] lot: String,
        #[graphql(desc = "What was the case at this instant; everything known when it is not given.")] as_of: Option<
            DateTime,
        >,
        #[graphql(desc = "What your records knew at this instant; everything when it is not given.")] known_at: Option<
            DateTime,
        >,
    ) -> Result<Option<Vec<LotBalance>>> {
        let caller = &Session::of(ctx)?.caller;
        let (as_of, known_at) = (as_of.map(|at| at.0), known_at.map(|at| at.0));
        let ledgers = caller.balance(&lot, as_of, known_at).await.map_err(|error| from_app(&error))?;
        Ok(ledgers.map(|ledgers| ledgers.into_iter().map(LotBalance::from).collect()))
    }

    /// What was in stock at one of your places on a day.
    #[graphql(complexity = "100 + child_complexity")]
    async fn stock_at(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The place, in any spelling.")] place: String,
        #[graphql(desc = "The calendar date at the place.")] day: Date,
        #[graphql(
            desc = "How many days before it events of the place count, up to 731.",
            default = 90,
            validator(maximum = 731)
        )]
        look_back: u16,
        #[graphql(desc = "What your records knew at this instant; everything when it is not given.")] known_at: Option<
            DateTime,
        >,
    ) -> Result<StockAt> {
        let question = app::StockQuestion { place, day: day.0, look_back, known_at: known_at.map(|at| at.0) };
        let stock = Session::of(ctx)?.caller.stock_at(&question).await.map_err(|error| from_app(&error))?;
        Ok(StockAt { lots: stock.rows.into_iter().map(StockOfDay::from).collect(), is_partial: stock.partial })
    }
}

impl From<app::StockRow> for StockOfDay {
    fn from(row: app::StockRow) -> Self {
        Self {
            lot: row.lot.into(),
            opening: row.opening.to_string(),
            added: row.added.to_string(),
            closing: row.closing.to_string(),
            uom: row.uom,
            presence: row.presence.into(),
        }
    }
}

impl From<lineage::Ledger> for LotBalance {
    fn from(ledger: lineage::Ledger) -> Self {
        let total = |column: fn(&lineage::PlaceBalance) -> _| ledger.total(column).normalize().to_string();
        Self {
            produced: total(|place| place.produced),
            on_hand: total(|place| place.on_hand),
            consumed: total(|place| place.consumed),
            removed: total(|place| place.removed),
            unaccounted: ledger.unaccounted().normalize().to_string(),
            entered: ledger.entered.to_string(),
            left: ledger.left.to_string(),
            uom: ledger.uom,
            places: ledger.places.into_iter().map(PlaceBalance::from).collect(),
            shipments: ledger.shipments.into_iter().map(Into::into).collect(),
            conversions: ledger.conversions.into_iter().map(Into::into).collect(),
            possible: ledger.possible.into_iter().map(PossibleMovement::from).collect(),
        }
    }
}

impl From<lineage::PlaceBalance> for PlaceBalance {
    fn from(row: lineage::PlaceBalance) -> Self {
        Self {
            place: Place { id: row.place },
            received: row.received.to_string(),
            produced: row.produced.to_string(),
            consumed: row.consumed.to_string(),
            shipped: row.shipped.to_string(),
            removed: row.removed.to_string(),
            on_hand: row.on_hand.to_string(),
        }
    }
}

impl From<lineage::Shipment> for Shipment {
    fn from(shipment: lineage::Shipment) -> Self {
        Self {
            unaccounted: shipment.unaccounted().normalize().to_string(),
            event: ID(shipment.event),
            day: Date(shipment.day),
            from: Place { id: shipment.from },
            to: Place::of(shipment.to),
            shipped: shipment.shipped.to_string(),
            received: shipment.received.map(|received| received.to_string()),
        }
    }
}

impl From<lineage::Conversion> for Conversion {
    fn from(used: lineage::Conversion) -> Self {
        Self {
            from: used.from,
            to: used.to,
            factor: used.factor.to_string(),
            rule: used.rule.into(),
            place: Place::of(used.place),
        }
    }
}

impl From<lineage::Entry> for PossibleMovement {
    fn from(entry: lineage::Entry) -> Self {
        Self {
            event: ID(entry.event),
            day: Date(entry.day),
            amount: entry.movement.amount.normalize().to_string(),
            place: Place { id: entry.movement.place },
        }
    }
}
