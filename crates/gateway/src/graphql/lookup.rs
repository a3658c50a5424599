//! What everybody may ask; the caller's view decides what is answered.

use app::{Budget, EventFilter, LotFilter, Telling, TraceOptions, TraceQuestion};
use async_graphql::{Context, Object, Result, connection::Connection};
use domain::Direction as Way;

use super::{
    error::from_app,
    event::{Event, EventFilterInput},
    lot::Lot,
    page::connection,
    scalar::DateTime,
    session::Session,
    trace::{Direction, Trace},
};

/// Questions about events, lots and their history.
#[derive(Default)]
pub(crate) struct Lookups;

#[Object]
impl Lookups {
    /// An event by its reference. Null when it is not there or not to be seen.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Reference of the event: an id of an answer, or for staff its `eventID`.")] id: String,
    ) -> Result<Option<Event>> {
        let found = Session::of(ctx)?.caller.event(&id).await.map_err(|error| from_app(&error))?;
        Ok(found.map(Event::from))
    }

    /// Events in order of event time.
    #[graphql(complexity = "1 + usize::from(first) * child_complexity")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events. Everything given must hold.", default)] filter: EventFilterInput,
        #[graphql(desc = "Events of the page, up to 100.", default = 20, validator(minimum = 1, maximum = 100))]
        first: u16,
        #[graphql(desc = "Continues after this cursor of the same question.")] after: Option<String>,
    ) -> Result<Connection<String, Event>> {
        let caller = &Session::of(ctx)?.caller;
        let filter: EventFilter = filter.resolve(caller).await?;
        let page = caller.events(&filter, after.as_deref(), first).await.map_err(|error| from_app(&error))?;
        Ok(connection(page, after.as_deref(), Event::from))
    }

    /// A lot, unit or instance. Null when it is not there or not to be seen, and when a code names several: `lots`
    /// lists them.
    async fn lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] id: String,
    ) -> Result<Option<Lot>> {
        let mut found = Session::of(ctx)?.caller.lots_named(&id).await.map_err(|error| from_app(&error))?;
        let lot = found.pop();
        Ok(lot.filter(|_| found.is_empty()).map(Lot::from))
    }

    /// The history of a lot: its whole path, with events, dates, quantities as recorded and documents. Null when the
    /// lot is not there or not to be seen.
    #[graphql(complexity = "1 + usize::from(hops) * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn trace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] lot: String,
        #[graphql(desc = "Which way.")] direction: Direction,
        #[graphql(desc = "Derivations from the lot, up to 50.", default = 10, validator(maximum = 50))] hops: u16,
        #[graphql(desc = "What was the case at this instant; everything known when it is not given.")] as_of: Option<
            DateTime,
        >,
        #[graphql(
            desc = "What the organisation's own records knew at this instant, for its own staff; everything when it is not given."
        )]
        known_at: Option<DateTime>,
        #[graphql(
            desc = "Nodes of the answer each way, up to 10,000, before it is partial.",
            default = 5000,
            validator(minimum = 1, maximum = 10000)
        )]
        nodes: u32,
        #[graphql(desc = "Continues a partial answer to the same question.")] after: Option<String>,
    ) -> Result<Option<Trace>> {
        let session = Session::of(ctx)?;
        let question = TraceQuestion {
            lot,
            direction: if direction == Direction::Forward { Way::Forward } else { Way::Back },
            hops: u32::from(hops),
            as_of: as_of.map(|as_of| as_of.0),
        };
        let nodes = usize::try_from(nodes).unwrap_or(usize::MAX);
        let with_sightings = ctx.look_ahead().field("nodes").field("sightings").exists();
        let options = TraceOptions {
            both_ways: direction == Direction::Both,
            known_at: known_at.map(|at| at.0),
            budget: Budget { nodes, ..Budget::default() },
            telling: if with_sightings { Telling::Details } else { Telling::Connections },
            after,
        };
        let trace = session.caller.trace_within(&question, &options).await.map_err(|error| from_app(&error))?;
        let Some(trace) = trace else { return Ok(None) };
        session.know_places(trace.places.clone());
        Ok(Some(Trace::from(trace)))
    }
}

/// A page of lots.
async fn lots(
    ctx: &Context<'_>,
    filter: LotFilter,
    first: u16,
    after: Option<String>,
) -> Result<Connection<String, Lot>> {
    let caller = &Session::of(ctx)?.caller;
    let page = caller.lots(&filter, after.as_deref(), first).await.map_err(|error| from_app(&error))?;
    Ok(connection(page, after.as_deref(), Lot::from))
}

/// The list of lots as staff may filter it.
#[derive(Default)]
pub(crate) struct StaffLots;

#[Object]
impl StaffLots {
    /// Lots in a stable order. Everything given must hold.
    #[graphql(complexity = "1 + usize::from(first) * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A lot code in any of its spellings, or an identifier.")] tlc: Option<String>,
        #[graphql(desc = "A GTIN of 8, 12, 13 or 14 digits.")] gtin: Option<String>,
        #[graphql(desc = "An identifier of a product class, or part of the product's name in your master data.")]
        product: Option<String>,
        #[graphql(desc = "A place where an event of the lot happened, in any spelling.")] place: Option<String>,
        #[graphql(desc = "With an event at this instant or later.")] since: Option<DateTime>,
        #[graphql(desc = "With an event before this instant.")] until: Option<DateTime>,
        #[graphql(desc = "Lots of the page, up to 100.", default = 20, validator(minimum = 1, maximum = 100))]
        first: u16,
        #[graphql(desc = "Continues after this cursor of the same question.")] after: Option<String>,
    ) -> Result<Connection<String, Lot>> {
        let (since, until) = (since.map(|since| since.0), until.map(|until| until.0));
        lots(ctx, LotFilter { tlc, gtin, product, place, since, until }, first, after).await
    }
}

/// The list of lots as partners may filter it: without the product's name, which is its owner's master data.
#[derive(Default)]
pub(crate) struct PartnerLots;

#[Object]
impl PartnerLots {
    /// Lots in a stable order. Everything given must hold.
    #[graphql(complexity = "1 + usize::from(first) * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A lot code in any of its spellings, or an identifier.")] tlc: Option<String>,
        #[graphql(desc = "A GTIN of 8, 12, 13 or 14 digits.")] gtin: Option<String>,
        #[graphql(desc = "A place where an event of the lot happened, in any spelling.")] place: Option<String>,
        #[graphql(desc = "With an event at this instant or later.")] since: Option<DateTime>,
        #[graphql(desc = "With an event before this instant.")] until: Option<DateTime>,
        #[graphql(desc = "Lots of the page, up to 100.", default = 20, validator(minimum = 1, maximum = 100))]
        first: u16,
        #[graphql(desc = "Continues after this cursor of the same question.")] after: Option<String>,
    ) -> Result<Connection<String, Lot>> {
        let (since, until) = (since.map(|since| since.0), until.map(|until| until.0));
        lots(ctx, LotFilter { tlc, gtin, product: None, place, since, until }, first, after).await
    }
}
