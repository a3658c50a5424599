//! Events in the house vocabulary, before it is decided how they are recorded.

use domain::FSMA;
use epcis::{
    Action, BizTransaction, Event, EventKind, EventTime, Extension, Name, QuantityElement, SourceDest, Term, Value,
};
use gs1::Identifier;
use jiff::tz::Offset;

use crate::{
    atlas::{Atlas, Company, Site},
    code::Style,
    lot::{Lot, Parcel},
};

/// An event of a site that is not yet recorded.
pub(crate) struct Draft<'a> {
    pub(crate) event: Event,
    pub(crate) site: &'a Site,
    pub(crate) company: &'a Company,
    /// Seconds since 1970.
    pub(crate) time: i64,
    /// Who records the same hand-over from the other side.
    pub(crate) receiver: Option<usize>,
    /// Whether it may be recorded wrongly at first.
    pub(crate) correctable: bool,
    /// A wrong input that a wrong recording may name instead of the first one.
    pub(crate) decoy: Option<Identifier>,
}

/// Why a lot is stated on an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Assignment {
    None,
    Assigned,
    Retained,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(atlas: &'a Atlas, site: usize, kind: EventKind, time: i64, step: &str) -> Option<Self> {
        let site = atlas.site(site)?;
        let company = atlas.companies.get(site.company)?;
        let mut event = Event::new(kind, spelled(time, site.offset_seconds)?, site.offset.clone());
        event.biz_step = Some(Term::new(step));
        event.read_point = Some(site.point.clone());
        event.biz_location = Some(site.point.clone());
        Some(Self { event, site, company, time, receiver: None, correctable: false, decoy: None })
    }

    pub(crate) fn style(&self) -> Style {
        self.company.style
    }

    pub(crate) fn action(mut self, action: Action, disposition: &str) -> Self {
        self.event.action = Some(action);
        self.disposition(disposition)
    }

    pub(crate) fn disposition(mut self, disposition: &str) -> Self {
        self.event.disposition = Some(Term::new(disposition));
        self
    }

    pub(crate) fn objects<'p>(mut self, parcels: impl IntoIterator<Item = &'p Parcel>) -> Self {
        self.event.quantity_list = amounts(parcels, self.style());
        self
    }

    pub(crate) fn children<'p>(mut self, parcels: impl IntoIterator<Item = &'p Parcel>) -> Self {
        self.event.child_quantity_list = amounts(parcels, self.style());
        self
    }

    pub(crate) fn inputs<'p>(mut self, parcels: impl IntoIterator<Item = &'p Parcel>) -> Self {
        self.event.input_quantity_list = amounts(parcels, self.style());
        self
    }

    pub(crate) fn outputs<'p>(mut self, parcels: impl IntoIterator<Item = &'p Parcel>) -> Self {
        self.event.output_quantity_list = amounts(parcels, self.style());
        self
    }

    /// `fsma:cte`.
    pub(crate) fn cte(mut self, cte: &str) -> Self {
        self.event.extensions.push(text("cte", cte));
        self
    }

    /// One `fsma:lots` for each lot.
    pub(crate) fn states<'p>(
        mut self,
        atlas: &Atlas,
        lots: impl IntoIterator<Item = &'p Lot>,
        assignment: Assignment,
    ) -> Self {
        let style = self.style();
        let statements = lots.into_iter().map(|lot| members("lots", statement(atlas, lot, style, assignment)));
        self.event.extensions.extend(statements);
        self
    }

    /// A lot of which the site only infers which it is.
    pub(crate) fn infers(mut self, atlas: &Atlas, lot: &Lot, alternates: &[&Lot]) -> Self {
        let mut said = statement(atlas, lot, self.style(), Assignment::None);
        said.push(text("inferred", "true"));
        said.extend(alternates.iter().filter_map(|lot| Some(text("alternateTlcs", lot.tlc.as_deref()?))));
        self.event.extensions.push(members("lots", said));
        self
    }

    /// A business document, as the standard and as people name it.
    pub(crate) fn document(mut self, kind: &str, name: &str, issuer_gln: &str, number: &str) -> Self {
        self.event.biz_transaction_list.push(BizTransaction {
            kind: Some(Term::new(kind)),
            id: Identifier::new(format!("urn:epcglobal:cbv:bt:{issuer_gln}:{number}")),
        });
        let said = vec![text("type", name), text("number", number)];
        self.event.extensions.push(members("referenceDocuments", said));
        self
    }

    /// The two ends of a hand-over.
    pub(crate) fn ends(mut self, atlas: &Atlas, from: usize, to: usize) -> Self {
        self.event.source_list = end(atlas, from, self.style());
        self.event.destination_list = end(atlas, to, self.style());
        self
    }

    pub(crate) fn says(mut self, local: &str, value: &str) -> Self {
        self.event.extensions.push(text(local, value));
        self
    }

    pub(crate) fn correctable(mut self) -> Self {
        self.correctable = true;
        self
    }
}

fn end(atlas: &Atlas, site: usize, style: Style) -> Vec<SourceDest> {
    let Some(site) = atlas.site(site) else { return Vec::new() };
    let Some(company) = atlas.companies.get(site.company) else { return Vec::new() };
    vec![
        SourceDest { kind: Term::new("location"), id: site.place.of(style).clone() },
        SourceDest { kind: Term::new("owning_party"), id: company.party.of(style).clone() },
    ]
}

fn amounts<'p>(parcels: impl IntoIterator<Item = &'p Parcel>, style: Style) -> Vec<QuantityElement> {
    let amount = |parcel: &Parcel| QuantityElement {
        epc_class: parcel.lot.name.of(style).clone(),
        quantity: parcel.amount.to_string().parse().ok(),
        uom: Some(parcel.lot.uom.to_owned()),
    };
    parcels.into_iter().map(amount).collect()
}

/// What an event says of a lot: its code, and where it was assigned or how to find that out.
fn statement(atlas: &Atlas, lot: &Lot, style: Style, assignment: Assignment) -> Vec<Extension> {
    let mut said = vec![text("lot", lot.name.of(style).spelled())];
    said.extend(lot.tlc.as_deref().map(|tlc| text("tlc", tlc)));
    let source = atlas.site(lot.source);
    let registration = source.and_then(|site| atlas.companies.get(site.company)?.registration.as_deref());
    match (registration, source) {
        (Some(number), _) if assignment == Assignment::None => {
            said.push(members("tlcSourceReference", vec![text("kind", "ffrn"), text("value", number)]));
        }
        (_, Some(site)) => said.push(text("tlcSource", site.place.of(style).spelled())),
        (_, None) => {}
    }
    match assignment {
        Assignment::None => {}
        Assignment::Assigned => said.push(text("assignment", "assigned")),
        Assignment::Retained => said.push(text("assignment", "retained")),
    }
    said
}

pub(crate) fn name(local: &str) -> Name {
    Name { namespace: FSMA.to_owned(), prefix: "fsma".to_owned(), local: local.to_owned() }
}

pub(crate) fn text(local: &str, value: &str) -> Extension {
    Extension { name: name(local), attributes: Vec::new(), value: Value::Text(value.to_owned()) }
}

pub(crate) fn members(local: &str, members: Vec<Extension>) -> Extension {
    Extension { name: name(local), attributes: Vec::new(), value: Value::Members(members) }
}

/// An instant in the local time of a place.
pub(crate) fn spelled(time: i64, offset_seconds: i64) -> Option<EventTime> {
    let offset = Offset::from_seconds(i32::try_from(offset_seconds).ok()?).ok()?;
    let local = offset.to_datetime(jiff::Timestamp::from_second(time).ok()?);
    let (date, clock) = (local.date(), local.time());
    let (sign, ahead) = if offset_seconds < 0 { ('-', -offset_seconds) } else { ('+', offset_seconds) };
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (hour, minute, second) = (clock.hour(), clock.minute(), clock.second());
    let zone = format!("{sign}{:02}:{:02}", ahead / 3600, ahead / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}").parse().ok()
}
