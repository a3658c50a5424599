//! Identifiers in the spelling that was asked for.

use std::borrow::Cow;

use gs1::{CompanyPrefixes, Identifier};

use super::{EpcFormat, notes::Notes};
use crate::{Event, Name, Value, VocabularyElement, rule};

/// The identifiers of an event that an EPC format is about. The event's own is not one of them: it would become the
/// identifier of another event.
fn of_event(event: &mut Event) -> impl Iterator<Item = &mut Identifier> {
    let places = event.read_point.iter_mut().chain(&mut event.biz_location).map(|place| &mut place.id);
    let lists = [&mut event.epc_list, &mut event.child_epcs, &mut event.input_epc_list, &mut event.output_epc_list];
    let quantities = [
        &mut event.quantity_list,
        &mut event.child_quantity_list,
        &mut event.input_quantity_list,
        &mut event.output_quantity_list,
    ];
    let parties = event.source_list.iter_mut().chain(&mut event.destination_list).map(|party| &mut party.id);
    event
        .parent_id
        .iter_mut()
        .chain(event.transformation_id.as_deref_mut())
        .chain(places)
        .chain(lists.into_iter().flatten())
        .chain(quantities.into_iter().flatten().map(|element| &mut element.epc_class))
        .chain(event.biz_transaction_list.iter_mut().map(|transaction| &mut transaction.id))
        .chain(parties)
}

/// What a sensor element says of the device. Other members that take a GS1 key are links that lead to something.
fn devices(event: &mut Event) -> impl Iterator<Item = &mut String> {
    let elements = event.sensor_element_list.iter_mut();
    let members = elements.flat_map(|element| element.metadata.iter_mut().chain(element.reports.iter_mut().flatten()));
    members.filter_map(|member| {
        let Name { namespace, prefix, local } = &member.name;
        match &mut member.value {
            Value::Text(id) if local == "deviceID" && prefix.is_empty() && namespace.is_empty() => Some(id),
            _ => None,
        }
    })
}

/// Spells identifiers in the format that was asked for.
pub(super) struct Identifiers {
    format: EpcFormat,
    prefixes: CompanyPrefixes,
}

impl Identifiers {
    pub(super) fn new(format: EpcFormat, prefixes: CompanyPrefixes) -> Self {
        Self { format, prefixes }
    }

    /// The company prefixes that were given or learned so far.
    pub(super) fn prefixes(&self) -> &CompanyPrefixes {
        &self.prefixes
    }

    /// Whether every identifier stays as it came.
    fn is_idle(&self) -> bool {
        matches!(self.format, EpcFormat::NoPreference | EpcFormat::NeverTranslates)
    }

    /// An event with its identifiers in the format.
    pub(super) fn event<'e>(&mut self, event: &'e Event, notes: &mut Notes) -> Cow<'e, Event> {
        if self.is_idle() {
            return Cow::Borrowed(event);
        }
        let mut event = event.clone();
        // What one identifier of an event shows helps with the others.
        of_event(&mut event).for_each(|id| self.learn(id));
        devices(&mut event).for_each(|device| self.learn(&Identifier::new(&**device)));
        of_event(&mut event).for_each(|id| self.translate(id, notes));
        for device in devices(&mut event) {
            let mut id = Identifier::new(&**device);
            self.translate(&mut id, notes);
            id.spelled().clone_into(device);
        }
        Cow::Owned(event)
    }

    /// An element of master data with its identifiers in the format.
    pub(super) fn vocabulary<'e>(
        &mut self,
        element: &'e VocabularyElement,
        notes: &mut Notes,
    ) -> Cow<'e, VocabularyElement> {
        if self.is_idle() {
            return Cow::Borrowed(element);
        }
        let mut element = element.clone();
        let VocabularyElement { id, children, .. } = &mut element;
        self.learn(id);
        self.translate(id, notes);
        for id in children {
            self.translate(id, notes);
        }
        Cow::Owned(element)
    }

    fn translate(&mut self, id: &mut Identifier, notes: &mut Notes) {
        let is_link = id.spelled().get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        if !id.key().is_gs1() {
            return;
        }
        match self.format {
            EpcFormat::AlwaysGs1DigitalLink if !is_link => *id = Identifier::new(id.canonical()),
            EpcFormat::AlwaysEpcUrn if is_link => {
                // The links of other hosts name the same thing; what else they say has no place in a URN.
                if let Some(urn) = id.to_urn(&self.prefixes).filter(|_| !id.says_more()) {
                    *id = Identifier::new(urn);
                } else {
                    let message = || format!("`{}` stays a Digital Link: {}", id.spelled(), self.why_no_urn(id));
                    notes.info(rule::NOT_TRANSLATED, message);
                }
            }
            _ => {}
        }
    }

    /// Why a Digital Link cannot become an EPC URN.
    fn why_no_urn(&self, id: &Identifier) -> String {
        if id.says_more() {
            return "it says more than its key".to_owned();
        }
        if let Some(flaw) = id.key().flaw() {
            return format!("its key is wrong: {flaw}");
        }
        let why = if self.prefixes.contradict(id.key()) {
            "what is known of its company prefix contradicts itself"
        } else if self.prefixes.length_of(id.key()).is_none() {
            "its company prefix is not known"
        } else {
            "its key has no URN with the company prefix that is known"
        };
        why.to_owned()
    }

    fn learn(&mut self, id: &Identifier) {
        if self.format == EpcFormat::AlwaysEpcUrn && id.spelled().starts_with("urn:") {
            self.prefixes.learn(id);
        }
    }
}
