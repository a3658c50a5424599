//! What an event says in the `fsma` vocabulary, wherever it may stand.

use domain::{fsma_members, fsma_text};
use epcis::{Event, Extension, Value};
use gs1::Identifier;
use jiff::civil::Date;

/// The extension members of an event: its own, then those of `ilmd`, `readPoint` and `bizLocation`.
#[derive(Clone, Copy)]
pub(crate) struct Stated<'a>(pub(crate) &'a Event);

impl<'a> Stated<'a> {
    fn places(self) -> [&'a [Extension]; 4] {
        let of = |place: &'a Option<epcis::Place>| place.as_ref().map_or(&[][..], |place| &place.extensions);
        [&self.0.extensions, &self.0.ilmd, of(&self.0.read_point), of(&self.0.biz_location)]
    }

    /// All values of the `fsma` member.
    pub(crate) fn all(self, local: &str) -> Vec<&'a Value> {
        self.places().into_iter().flat_map(|members| fsma_members(members, local)).collect()
    }

    /// The text of the first `fsma` member.
    pub(crate) fn text(self, local: &str) -> Option<&'a str> {
        self.places().into_iter().find_map(|members| fsma_text(members, local)).map(str::trim).filter(|t| !t.is_empty())
    }

    /// The first `fsma` member that is a tree.
    pub(crate) fn tree(self, local: &str) -> Option<&'a [Extension]> {
        self.all(local).into_iter().map(Value::members).find(|members| !members.is_empty())
    }

    /// The first `fsma` member that names something.
    pub(crate) fn identifier(self, local: &str) -> Option<Identifier> {
        self.text(local).map(Identifier::new)
    }

    /// The text of the first `fsma` member that is a date.
    pub(crate) fn date(self, local: &str) -> Option<Date> {
        self.text(local).and_then(date)
    }

    /// Whether the `fsma` member is there at all.
    pub(crate) fn has(self, local: &str) -> bool {
        !self.all(local).is_empty()
    }

    /// The texts of lot master data of this local name in any vocabulary (`gs1:`, `cbvmda:`, …).
    pub(crate) fn master_data(self, local: &str) -> Vec<&'a str> {
        let mut texts = Vec::new();
        for member in self.0.ilmd.iter().filter(|member| member.name.local == local) {
            collect_texts(&member.value, &mut texts);
        }
        texts
    }

    /// The catch areas of `cbvmda:vesselCatchInformationList`.
    pub(crate) fn catch_areas(self) -> Vec<&'a str> {
        let mut texts = Vec::new();
        self.0.ilmd.iter().for_each(|member| collect_named(member, "catchArea", &mut texts));
        texts
    }

    /// The party of `fsma:exemption`.
    pub(crate) fn exempt_party(self) -> Option<Identifier> {
        self.tree("exemption").and_then(|exemption| fsma_text(exemption, "party")).map(Identifier::new)
    }

    /// Whether lot master data or the event has a member of this local name in any vocabulary.
    pub(crate) fn mentions(self, local: &str) -> bool {
        self.0.ilmd.iter().chain(&self.0.extensions).any(|member| member.name.local == local)
    }
}

fn collect_named<'a>(member: &'a Extension, local: &str, texts: &mut Vec<&'a str>) {
    if member.name.local == local {
        collect_texts(&member.value, texts);
        return;
    }
    let nested = match &member.value {
        Value::List(values) => values.iter().flat_map(Value::members).collect(),
        value => value.members().iter().collect::<Vec<_>>(),
    };
    for member in nested {
        collect_named(member, local, texts);
    }
}

fn collect_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::List(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        Value::Members(members) => members.iter().for_each(|member| collect_texts(&member.value, texts)),
        scalar => texts.extend(scalar.as_text().map(str::trim).filter(|text| !text.is_empty())),
    }
}

/// The calendar date that a date, or a date and time, is written with: it is the date where it was written.
pub(crate) fn date(text: &str) -> Option<Date> {
    text.trim().get(..10)?.parse().ok()
}
