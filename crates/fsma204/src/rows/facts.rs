//! Questions about one event, answered by the event first and by the records after it.

use domain::{LotStatement, Tlc, TlcSource, gs1_tlc};
use epcis::{Event, QuantityElement, SourceDest};
use gs1::Identifier;
use jiff::civil::Date;

use crate::{LocationDescription, ProductDescription, Records, amount::Amount, stated::Stated};

/// An event beside the records of its keeper.
pub(crate) struct Facts<'a, R> {
    pub(crate) event: &'a Event,
    pub(crate) records: &'a R,
    statements: Vec<LotStatement>,
}

/// A lot and how much of it.
pub(crate) struct Part {
    pub(crate) class: Identifier,
    pub(crate) amount: Amount,
}

/// The source of a lot code: its location description, a reference to it, or both.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) location: Option<LocationDescription>,
    pub(crate) reference: Option<String>,
}

impl<'a, R: Records> Facts<'a, R> {
    pub(crate) fn new(event: &'a Event, records: &'a R) -> Self {
        Self { event, records, statements: LotStatement::of(event) }
    }

    pub(crate) fn stated(&self) -> Stated<'a> {
        Stated(self.event)
    }

    /// The date at the place of the event.
    pub(crate) fn date(&self) -> Date {
        local_date(self.event)
    }

    fn statement(&self, class: &Identifier) -> Option<&LotStatement> {
        self.statements.iter().find(|statement| &statement.lot == class)
    }

    /// The lot code: as the event states it, as the records have it, as the identifier spells it.
    pub(crate) fn tlc(&self, class: &Identifier) -> Option<String> {
        let stated = self.statement(class).and_then(|statement| statement.tlc.clone());
        let known = || self.records.lot(class).map(|lot| lot.tlc);
        stated.or_else(known).or_else(|| gs1_tlc(class)).map(|tlc: Tlc| tlc.as_str().to_owned())
    }

    /// Who assigned the lot code: as the event states it, else as the records have it.
    pub(crate) fn source(&self, class: &Identifier) -> Source {
        let lot = self.records.lot(class);
        let statement = self.statement(class);
        match statement.and_then(|statement| Some((statement.source.as_ref()?, statement.reference.as_ref()))) {
            Some((source, reference)) => self.source_from(source, reference),
            None => lot.map_or_else(Source::default, |lot| self.source_from(&lot.source, lot.reference.as_ref())),
        }
    }

    fn source_from(&self, source: &TlcSource, reference: Option<&String>) -> Source {
        let reference = reference.map(|text| reference_in_words(text));
        match source {
            TlcSource::Place(place) => Source { location: self.place(&Identifier::new(place.as_str())), reference },
            TlcSource::Reference(text) => Source { location: None, reference: Some(reference_in_words(text)) },
            TlcSource::Unknown { .. } => Source { location: None, reference },
        }
    }

    /// The reference to the source of a lot code, whether or not its location is known.
    pub(crate) fn source_reference(&self, class: &Identifier) -> Option<String> {
        let stated = self.statement(class).and_then(|statement| statement.reference.clone());
        let known = || self.records.lot(class).and_then(|lot| lot.reference);
        stated.or_else(known).map(|text| reference_in_words(&text))
    }

    pub(crate) fn place(&self, id: &Identifier) -> Option<LocationDescription> {
        LocationDescription::stated_in(self.event, id).or_else(|| self.records.place(id))
    }

    pub(crate) fn product(&self, class: &Identifier) -> Option<ProductDescription> {
        ProductDescription::stated_in(self.event, class).or_else(|| self.records.product(class))
    }

    /// Where the event happened: `readPoint`, else `bizLocation`.
    pub(crate) fn here(&self) -> Option<LocationDescription> {
        self.described(here(self.event))
    }

    /// Where the objects came from.
    pub(crate) fn from(&self) -> Option<LocationDescription> {
        self.described(source_of(self.event))
    }

    /// Where the objects go.
    pub(crate) fn to(&self) -> Option<LocationDescription> {
        self.described(destination_of(self.event))
    }

    pub(crate) fn described(&self, id: Option<Identifier>) -> Option<LocationDescription> {
        id.and_then(|id| self.place(&id))
    }

    /// The lots behind EPCs and quantities: units stand for what is in them, and a lot that occurs several times in one
    /// unit of measure is one part with the sum. A unit of unknown content stands for itself.
    pub(crate) fn parts<'b>(
        &self,
        epcs: impl IntoIterator<Item = &'b Identifier>,
        quantities: &[QuantityElement],
    ) -> Vec<Part> {
        let at = self.event.event_time.instant();
        let mut parts = Vec::new();
        for epc in epcs {
            let contents = self.records.contents(epc, at);
            if contents.is_empty() {
                merge(&mut parts, epc, Amount { quantity: None, unit: String::new() });
            }
            for element in &contents {
                merge(&mut parts, &element.epc_class, Amount::of(element));
            }
        }
        for element in quantities {
            merge(&mut parts, &element.epc_class, Amount::of(element));
        }
        parts
    }
}

fn merge(parts: &mut Vec<Part>, class: &Identifier, amount: Amount) {
    match parts.iter_mut().find(|part| &part.class == class && part.amount.unit == amount.unit) {
        Some(part) => part.amount.add(&amount),
        None => parts.push(Part { class: class.clone(), amount }),
    }
}

pub(crate) fn local_date(event: &Event) -> Date {
    event.event_time_zone_offset.local_date(event.event_time.instant())
}

pub(crate) fn here(event: &Event) -> Option<Identifier> {
    event.read_point.as_ref().or(event.biz_location.as_ref()).map(|place| place.id.clone())
}

pub(crate) fn source_of(event: &Event) -> Option<Identifier> {
    location_or_party(&event.source_list)
}

pub(crate) fn destination_of(event: &Event) -> Option<Identifier> {
    location_or_party(&event.destination_list)
}

/// The `location`, else the owning, else the possessing party.
fn location_or_party(list: &[SourceDest]) -> Option<Identifier> {
    ["location", "owning_party", "possessing_party"].into_iter().find_map(|kind| party(list, kind))
}

/// The first entry of a kind.
pub(crate) fn party(list: &[SourceDest], kind: &str) -> Option<Identifier> {
    list.iter().find(|entry| entry.kind.word() == kind).map(|entry| entry.id.clone())
}

/// `FFRN:19990000003` and `GLN:…`; URLs stay as they are.
fn reference_in_words(reference: &str) -> String {
    match reference.split_once(':') {
        Some((kind @ ("ffrn" | "gln"), number)) => format!("{}:{number}", kind.to_ascii_uppercase()),
        _ => reference.to_owned(),
    }
}
