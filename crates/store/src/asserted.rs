//! An event on its way into the store, with everything that can be worked out without the database.

use epcis::Event;
use lineage::{Reading, Stage};

use crate::{
    StoreError, body,
    identity::{DIGEST_BYTES, Identity},
    resolve::codes,
};

/// Longest identifier, code or unit that is stored: it has to fit into the key of an index on either engine.
const MAX_TEXT: usize = 1_000;

/// An event ready to be stored. Making it is most of the work of a capture, and needs no database: it can be done on
/// another thread.
#[derive(Clone, Debug)]
pub struct Asserted {
    /// The event as asserted.
    pub event: Event,
    pub(crate) identity: Identity,
    pub(crate) digest: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// What lineage reads while nothing is known of the lots. The identifiers in it do not depend on what is known.
    pub(crate) reading: Reading,
    /// The canonical identifiers of the mentions, by their position.
    pub(crate) things: Vec<String>,
    /// Canonical `readPoint` and `bizLocation`.
    pub(crate) places: [Option<String>; 2],
}

/// Why an event cannot be stored: a text in it that no database takes, or that no index can hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{start}…` is longer than {MAX_TEXT} bytes, or holds a character that cannot be stored")]
pub struct Unstorable {
    /// How the text begins.
    pub start: String,
}

impl Asserted {
    /// Works out what the store needs of an event.
    ///
    /// # Errors
    /// [`Unstorable`] for identifiers, codes and units that are absurdly long or hold a NUL character.
    pub fn new(event: Event) -> Result<Self, Unstorable> {
        let reading = lineage::read(&event, Stage::Unknown);
        let things: Vec<String> = reading.mentions.iter().map(|mention| mention.identifier.canonical()).collect();
        let place = |place: &Option<epcis::Place>| place.as_ref().map(|place| place.id.canonical());
        let places = [place(&event.read_point), place(&event.biz_location)];
        let subject = Identity::of_subject(&event);
        let identity = if event.error_declaration.is_some() { subject.counterpart() } else { subject };
        let digest = event.digest().get(..DIGEST_BYTES).unwrap_or_default().to_vec();
        let body = body::pack(&event).map_err(|error: StoreError| Unstorable { start: error.to_string() })?;
        let asserted = Self { event, identity, digest, body, reading, things, places };
        asserted.check()?;
        Ok(asserted)
    }

    /// Everything of the event that has a place in the dictionary.
    pub(crate) fn items(&self) -> impl Iterator<Item = &str> {
        let Reading { sources, destinations, process, custody, .. } = &self.reading;
        let ends = sources.iter().chain(destinations).map(|end| end.id.as_str());
        let hand_over = custody.iter().flat_map(|custody| [&custody.from_place, &custody.to_place]).flatten();
        let steps = [&self.event.biz_step, &self.event.disposition].into_iter().flatten().map(epcis::Term::word);
        let things = self.things.iter().chain(self.places.iter().flatten()).map(String::as_str);
        things.chain(ends).chain(hand_over.map(String::as_str)).chain(process.as_deref()).chain(steps)
    }

    fn check(&self) -> Result<(), Unstorable> {
        let is_storable = |text: &str| text.len() <= MAX_TEXT && !text.contains('\0');
        let refused = |text: &str| Unstorable { start: text.chars().take(40).collect() };
        let wrong = self.items().find(|text| !is_storable(text)).map(refused);
        let of_mentions = || {
            let mut texts = self.reading.mentions.iter().flat_map(|mention| {
                let quantity = mention.quantity.clone().into_iter().flat_map(|(amount, uom)| [Some(amount), uom]);
                let reference = mention.statement.iter().map(|statement| statement.reference.clone());
                codes(mention).into_iter().map(Some).chain(quantity).chain(reference).flatten()
            });
            texts.find(|text| !is_storable(text)).map(|text| refused(&text))
        };
        wrong.or_else(of_mentions).map_or(Ok(()), Err)
    }
}
