//! What happened to a load before it was packed, as far as its events are held.

use epcis::{Event, Extension};
use gs1::Identifier;
use jiff::civil::Date;

use crate::{
    Cte, LotState, LotStates,
    amount::Amount,
    classify,
    rows::facts::{destination_of, here, local_date, party, source_of},
    stated::Stated,
};

/// The events of one load beside the event that is recorded, in order of time.
pub(crate) struct Origin<'a> {
    event: &'a Event,
    history: Vec<&'a Event>,
}

/// Every lot of the history of a load is a load.
struct Loads;

impl LotStates for Loads {
    fn state(&self, _: &Identifier) -> LotState {
        LotState::PrePack
    }
}

impl<'a> Origin<'a> {
    pub(crate) fn new(event: &'a Event, history: &'a [Event]) -> Self {
        let mut history: Vec<&Event> = history.iter().filter(|past| past.error_declaration.is_none()).collect();
        history.sort_by_key(|past| past.event_time.instant());
        Self { event, history }
    }

    fn before(&self) -> impl DoubleEndedIterator<Item = &'a Event> + '_ {
        let now = self.event.event_time.instant();
        self.history.iter().copied().filter(move |past| past.event_time.instant() <= now)
    }

    fn first_of(&self, cte: Cte) -> Option<&'a Event> {
        self.before().find(|past| classify(past, &Loads).cte == Some(cte))
    }

    pub(crate) fn harvest(&self) -> Option<&'a Event> {
        self.first_of(Cte::Harvesting)
    }

    fn cooling(&self) -> Option<&'a Event> {
        self.first_of(Cte::Cooling)
    }

    /// The last receipt where the recorded event happened.
    fn receipt(&self) -> Option<&'a Event> {
        let place = here(self.event);
        self.before().rev().find(|past| is_receipt(past) && (here(past) == place || destination_of(past) == place))
    }

    /// The farm: where the load was harvested, else where the first receipt says that it came from (unless that is the
    /// cooler).
    pub(crate) fn farm(&self) -> Option<Identifier> {
        let first = || self.before().find(|past| is_receipt(past)).and_then(source_of);
        self.harvest().and_then(here).or_else(|| first().filter(|place| Some(place) != self.cooled_at().as_ref()))
    }

    /// Who the load came from at the last receipt.
    pub(crate) fn supplier(&self) -> Option<Identifier> {
        self.receipt().and_then(source_of)
    }

    /// Where the load went next from `place`, at or after the recorded event.
    pub(crate) fn sent_on_from(&self, place: Option<&Identifier>) -> Option<Identifier> {
        let now = self.event.event_time.instant();
        let later = self.history.iter().filter(|next| next.event_time.instant() >= now && is_departure(next));
        later.filter(|next| here(next).as_ref() == place).find_map(|next| destination_of(next))
    }

    pub(crate) fn harvested_on(&self) -> Option<Date> {
        self.harvest().map(|harvest| Stated(harvest).date("harvestDate").unwrap_or_else(|| local_date(harvest)))
    }

    pub(crate) fn container(&self) -> Option<&'a str> {
        self.harvest().and_then(|harvest| Stated(harvest).text("aquacultureContainerName"))
    }

    pub(crate) fn harvester(&self) -> Option<&'a [Extension]> {
        self.harvest().and_then(|harvest| Stated(harvest).tree("harvester"))
    }

    /// The owner that the load left the farm with.
    pub(crate) fn harvesting_party(&self) -> Option<Identifier> {
        let farm = self.harvest().and_then(here)?;
        let left = self.before().filter(|past| is_departure(past) && here(past).as_ref() == Some(&farm));
        left.into_iter().find_map(|past| {
            party(&past.source_list, "owning_party").or_else(|| party(&past.source_list, "possessing_party"))
        })
    }

    pub(crate) fn cooled_at(&self) -> Option<Identifier> {
        self.cooling().and_then(here)
    }

    pub(crate) fn cooled_on(&self) -> Option<Date> {
        self.cooling().map(|cooling| Stated(cooling).date("coolingDate").unwrap_or_else(|| local_date(cooling)))
    }

    /// The date of receipt; what is packed where it was harvested is received by being harvested.
    pub(crate) fn received_on(&self) -> Option<Date> {
        let packed_on_the_farm = self.harvest().and_then(here) == here(self.event);
        self.receipt().map(local_date).or_else(|| self.harvested_on().filter(|_| packed_on_the_farm))
    }

    pub(crate) fn received_amount(&self, load: &Identifier) -> Option<Amount> {
        let receipt = self.receipt()?;
        receipt.quantity_list.iter().find(|element| &element.epc_class == load).map(Amount::of)
    }
}

fn step(event: &Event) -> &str {
    event.biz_step.as_ref().map_or("", |step| step.word())
}

fn is_receipt(event: &Event) -> bool {
    matches!(step(event), "receiving" | "accepting")
}

fn is_departure(event: &Event) -> bool {
    matches!(step(event), "transporting" | "shipping" | "departing" | "consigning")
}
