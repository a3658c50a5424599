//! An event on its way into the store, with everything that can be worked out without the database.

use epcis::{Action, Event, EventKind, Term};
use jiff::Timestamp;
use lineage::{Mention, Reading, Stages};

use crate::{
    StoreError, body,
    identity::Identity,
    resolve::{spelled_codes, stated_codes},
    text::source_columns,
};

/// Longest identifier, code or unit that is stored: it has to fit into the key of an index on either engine.
const MAX_TEXT: usize = 1_000;

/// An event ready to be stored. Making it is most of the work of a capture, and needs no database: it can be done on
/// another thread. Of the event itself only the stored form is left, so that many fit into memory.
#[derive(Clone, Debug)]
pub struct Asserted {
    /// `eventID` as it was spelled.
    pub event_id: Option<String>,
    pub(crate) identity: Identity,
    pub(crate) is_declaration: bool,
    pub(crate) body: Vec<u8>,
    pub(crate) head: Head,
    /// What lineage reads while nothing is known of the lots. The identifiers in it do not depend on what is known.
    pub(crate) reading: Reading,
    pub(crate) stages: Stages,
    /// The canonical identifiers of the mentions, by their position.
    pub(crate) things: Vec<String>,
}

/// The columns of an event that are its own.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) kind: EventKind,
    pub(crate) action: Option<Action>,
    pub(crate) time: Timestamp,
    /// Minutes.
    pub(crate) zone: i16,
    /// Bare words.
    pub(crate) biz_step: Option<String>,
    pub(crate) disposition: Option<String>,
    /// Canonical.
    pub(crate) read_point: Option<String>,
    pub(crate) biz_location: Option<String>,
}

/// Why an event cannot be stored: a text in it that no database takes, or that no index can hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{start}…` is longer than {MAX_TEXT} bytes, or holds a character that cannot be stored")]
pub struct Unstorable {
    /// How the text begins.
    pub start: String,
}

impl Asserted {
    /// Works out what the store needs of an event. `stages` are those that its classification may turn out to prove.
    ///
    /// # Errors
    /// [`Unstorable`] for identifiers, codes and units that are absurdly long or hold a NUL character.
    pub fn new(event: &Event, stages: Stages) -> Result<Self, Unstorable> {
        let reading = lineage::read(event);
        let asserted = Self {
            event_id: event.event_id.as_ref().map(|id| id.spelled().to_owned()),
            identity: Identity::of(event),
            is_declaration: event.error_declaration.is_some(),
            body: body::pack(event).map_err(|error: StoreError| Unstorable { start: error.to_string() })?,
            head: Head::of(event),
            things: reading.mentions.iter().map(|mention| mention.identifier.canonical()).collect(),
            reading,
            stages,
        };
        asserted.check()?;
        Ok(asserted)
    }

    /// Everything of the event that has a place in the dictionary.
    pub(crate) fn items(&self) -> impl Iterator<Item = &str> {
        let Reading { sources, destinations, process, custody, .. } = &self.reading;
        let Head { biz_step, disposition, read_point, biz_location, .. } = &self.head;
        let ends = sources.iter().chain(destinations).map(|end| &end.id);
        let hand_over = custody.iter().flat_map(|custody| [&custody.from_place, &custody.to_place]).flatten();
        let own = [biz_step, disposition, read_point, biz_location, process].into_iter().flatten();
        self.things.iter().chain(ends).chain(hand_over).chain(own).map(String::as_str)
    }

    fn check(&self) -> Result<(), Unstorable> {
        let is_storable = |text: &str| text.len() <= MAX_TEXT && !text.contains('\0');
        let refused = |text: &str| Unstorable { start: text.chars().take(40).collect() };
        if let Some(wrong) = self.items().find(|text| !is_storable(text)) {
            return Err(refused(wrong));
        }
        for (mention, uri) in self.reading.mentions.iter().zip(&self.things) {
            if let Some(wrong) = stated_texts(mention).find(|text| !is_storable(text)) {
                return Err(refused(wrong));
            }
            // What an identifier spells is no longer than itself, as long as Unicode does not compose it anew.
            let spelled = if uri.is_ascii() { Vec::new() } else { spelled_codes(&mention.identifier) };
            if let Some(wrong) = spelled.iter().find(|text| !is_storable(text)) {
                return Err(refused(wrong));
            }
        }
        Ok(())
    }
}

/// The texts of a mention, its identifier aside, that are stored.
fn stated_texts(mention: &Mention) -> impl Iterator<Item = &str> {
    let quantity = mention.quantity.iter().flat_map(|(amount, uom)| [Some(amount), uom.as_ref()]).flatten();
    let statement = mention.statement.iter();
    let codes = statement.clone().flat_map(stated_codes);
    let references = statement.clone().filter_map(|stated| stated.reference.as_ref());
    let sources = statement.filter_map(|stated| source_columns(stated.source.as_ref()?).1);
    quantity.chain(references).map(String::as_str).chain(codes).chain(sources)
}

impl Head {
    fn of(event: &Event) -> Self {
        let word = |term: &Option<Term>| term.as_ref().map(|term| term.word().to_owned());
        let place = |place: &Option<epcis::Place>| place.as_ref().map(|place| place.id.canonical());
        Self {
            kind: event.kind,
            action: event.action,
            time: event.event_time.instant(),
            zone: event.event_time_zone_offset.minutes(),
            biz_step: word(&event.biz_step),
            disposition: word(&event.disposition),
            read_point: place(&event.read_point),
            biz_location: place(&event.biz_location),
        }
    }
}
