//! Identifiers in the spelling that was asked for.

use std::borrow::Cow;

use gs1::Identifier;

use super::{EpcFormat, notes::Notes};
use crate::{Event, VocabularyElement, rule};

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
        .chain(&mut event.transformation_id)
        .chain(places)
        .chain(lists.into_iter().flatten())
        .chain(quantities.into_iter().flatten().map(|element| &mut element.epc_class))
        .chain(event.biz_transaction_list.iter_mut().map(|transaction| &mut transaction.id))
        .chain(parties)
}

/// An event with its identifiers in a format.
pub(super) fn event<'e>(event: &'e Event, format: EpcFormat, notes: &mut Notes) -> Cow<'e, Event> {
    if matches!(format, EpcFormat::NoPreference | EpcFormat::NeverTranslates) {
        return Cow::Borrowed(event);
    }
    let mut event = event.clone();
    of_event(&mut event).for_each(|id| translate(id, format, notes));
    Cow::Owned(event)
}

/// An element of master data with its identifiers in a format.
pub(super) fn vocabulary<'e>(
    element: &'e VocabularyElement,
    format: EpcFormat,
    notes: &mut Notes,
) -> Cow<'e, VocabularyElement> {
    if matches!(format, EpcFormat::NoPreference | EpcFormat::NeverTranslates) {
        return Cow::Borrowed(element);
    }
    let mut element = element.clone();
    translate(&mut element.id, format, notes);
    element.children.iter_mut().for_each(|id| translate(id, format, notes));
    Cow::Owned(element)
}

fn translate(id: &mut Identifier, format: EpcFormat, notes: &mut Notes) {
    let spelled = id.spelled();
    let is_link = spelled.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
    let translated = match format {
        EpcFormat::AlwaysGs1DigitalLink if !is_link => Some(id.canonical()),
        EpcFormat::AlwaysEpcUrn if is_link => urn(id, notes),
        _ => None,
    };
    if let Some(translated) = translated.filter(|translated| translated != spelled) {
        *id = Identifier::new(translated);
    }
}

/// The URN of a Digital Link.
fn urn(id: &Identifier, notes: &mut Notes) -> Option<String> {
    let is_key = !matches!(id.key(), gs1::Key::Uri(_));
    if is_key {
        let message = format!("`{}` stays as it is: the length of its company prefix is not known", id.spelled());
        notes.info(rule::NOT_TRANSLATED, "", message);
    }
    None
}
