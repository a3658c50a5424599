//! Events.

use app::{Caller, EventFilter, ShownEvent, ShownMention};
use async_graphql::{ComplexObject, Enum, Error, ID, InputObject, Result, SimpleObject};
use gs1::Identifier;

use super::{
    error::{Code, from_app},
    lot::Lot,
    place::Place,
    scalar::{Date, DateTime},
    sighting::{BusinessDocument, CustodyKind, MentionRole, Quantity, documents},
};

/// The five types of EPCIS events.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "epcis::EventKind")]
pub(crate) enum EventType {
    /// Something happened to objects.
    #[graphql(name = "OBJECT_EVENT")]
    Object,
    /// Objects were put into or taken out of a parent.
    #[graphql(name = "AGGREGATION_EVENT")]
    Aggregation,
    /// Objects were linked to business documents.
    #[graphql(name = "TRANSACTION_EVENT")]
    Transaction,
    /// Inputs were consumed, outputs produced.
    #[graphql(name = "TRANSFORMATION_EVENT")]
    Transformation,
    /// Objects were tied to another object or a place for a while.
    #[graphql(name = "ASSOCIATION_EVENT")]
    Association,
}

/// A lot, unit or instance on an event.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Mention {
    /// Which.
    lot: Lot,
    /// In which part.
    role: MentionRole,
    /// How much of it, where it may be shown.
    quantity: Option<Quantity>,
}

impl From<ShownMention> for Mention {
    fn from(mention: ShownMention) -> Self {
        Self { lot: mention.lot.into(), role: mention.role.into(), quantity: Quantity::of(mention.quantity) }
    }
}

/// An event, with what may be shown of it. What may not be shown is null, like what was never recorded.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Event {
    /// Its reference: the `eventID` for your own records, otherwise a name that is good for you alone.
    id: ID,
    /// Its type.
    #[graphql(name = "type")]
    kind: Option<EventType>,
    /// The organisation that asserts it.
    asserted_by: String,
    /// The critical tracking event of 21 CFR 1.1310, for example `initialPacking`.
    cte: Option<String>,
    /// Business step, the bare word of the core business vocabulary.
    biz_step: Option<String>,
    /// Disposition, the bare word of the core business vocabulary, where the whole event may be shown.
    disposition: Option<String>,
    /// Date at the place of the event.
    day: Date,
    /// The instant.
    time: Option<DateTime>,
    /// When it was recorded here, where the whole event may be shown.
    recorded_at: Option<DateTime>,
    /// Where it was read.
    read_point: Option<Place>,
    /// Where the objects were afterwards.
    biz_location: Option<Place>,
    /// Which end of a hand-over it is.
    custody: Option<CustodyKind>,
    /// The place that the goods left.
    from_place: Option<Place>,
    /// The place that the goods went to.
    to_place: Option<Place>,
    /// Whether it was declared wrong later.
    retracted: bool,
    #[graphql(skip)]
    documents: Vec<(Option<String>, String)>,
    #[graphql(skip)]
    mentions: Vec<ShownMention>,
}

/// Things on one event that an answer lists at most.
const MAX_MENTIONS: u16 = 1_000;

#[ComplexObject]
impl Event {
    /// Business documents.
    #[graphql(complexity = "1 + 2 * child_complexity")]
    async fn documents(&self) -> Vec<BusinessDocument> {
        documents(self.documents.clone())
    }

    /// The lots, units and instances on it that may be seen, in the order of the event.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn mentions(
        &self,
        #[graphql(desc = "How many of them at most, up to 1,000.", default = 100, validator(maximum = 1000))]
        first: u16,
    ) -> Vec<Mention> {
        let shown = usize::from(first.min(MAX_MENTIONS));
        self.mentions.iter().take(shown).cloned().map(Mention::from).collect()
    }
}

impl From<ShownEvent> for Event {
    fn from(shown: ShownEvent) -> Self {
        let about = shown.about.into_inner();
        Self {
            id: ID(about.event),
            kind: shown.kind.map(EventType::from),
            asserted_by: about.asserter,
            cte: about.cte,
            biz_step: about.biz_step,
            disposition: shown.event.and_then(|event| event.disposition).map(|term| term.word().to_owned()),
            day: Date(about.day),
            time: about.time.map(DateTime),
            recorded_at: shown.recorded_at.map(DateTime),
            read_point: Place::of(about.place),
            biz_location: Place::of(about.location),
            custody: about.custody.map(Into::into),
            from_place: Place::of(about.from_place),
            to_place: Place::of(about.to_place),
            retracted: shown.retracted,
            documents: about.documents,
            mentions: shown.mentions,
        }
    }
}

/// Which events to list. Everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "EventFilter")]
pub(crate) struct EventFilterInput {
    /// Of this type.
    event_type: Option<EventType>,
    /// With this business step, in any spelling.
    biz_step: Option<String>,
    /// With this disposition, in any spelling.
    disposition: Option<String>,
    /// That name this object or class, in any spelling of its identifier. Not together with `lot`.
    epc: Option<String>,
    /// That name this lot: a name of an answer, a lot code or an identifier. Not together with `epc`.
    lot: Option<String>,
    /// Read at this place, in any spelling of its identifier.
    read_point: Option<String>,
    /// With this business location, in any spelling of its identifier.
    biz_location: Option<String>,
    /// At this instant or later.
    since: Option<DateTime>,
    /// Before this instant.
    until: Option<DateTime>,
}

impl EventFilterInput {
    pub(crate) async fn resolve(self, caller: &Caller) -> Result<EventFilter> {
        let canonical = |text: String| Identifier::new(text).canonical();
        let word = |text: String| epcis::Term::new(text).word().to_owned();
        let things = match (self.epc, self.lot) {
            (Some(_), Some(_)) => return Err(Code::BadRequest.error("give `epc` or `lot`, not both")),
            (Some(epc), None) => vec![canonical(epc)],
            (None, Some(lot)) => things_named(caller, &lot).await?,
            (None, None) => Vec::new(),
        };
        Ok(EventFilter {
            kinds: self.event_type.map(|kind| epcis::EventKind::from(kind).name().to_owned()).into_iter().collect(),
            biz_steps: self.biz_step.map(word).into_iter().collect(),
            dispositions: self.disposition.map(word).into_iter().collect(),
            actions: Vec::new(),
            things,
            read_points: self.read_point.map(canonical).into_iter().collect(),
            biz_locations: self.biz_location.map(canonical).into_iter().collect(),
            since: self.since.map(|since| since.0),
            until: self.until.map(|until| until.0),
            references: Vec::new(),
        })
    }
}

/// The identifiers of a lot. An unknown lot stands for itself, and no event names it.
async fn things_named(caller: &Caller, lot: &str) -> Result<Vec<String>, Error> {
    let lots = caller.lots_named(lot).await.map_err(|error| from_app(&error))?;
    if lots.is_empty() {
        return Ok(vec![Identifier::new(lot).canonical()]);
    }
    Ok(lots.into_iter().map(|lot| lot.identifier).collect())
}
