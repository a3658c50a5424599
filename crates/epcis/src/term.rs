//! Vocabulary terms of the CBV, met in one spelling.

use serde::{Deserialize, Serialize};

/// A term of a standard or private vocabulary, as written.
///
/// Standard terms come as bare word (`shipping`), URN (`urn:epcglobal:cbv:bizstep:shipping`), Web URI
/// (`https://ref.gs1.org/cbv/BizStep-shipping`) or CURIE (`cbv:BizStep-shipping`); [`Term::word`] meets them in the
/// bare word.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Term(String);

impl Term {
    /// A term as written.
    pub fn new(spelled: impl Into<String>) -> Self {
        Self(spelled.into())
    }

    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        &self.0
    }

    /// The bare word of a standard term in any of its spellings; a private term stays whole.
    pub fn word(&self) -> &str {
        let term = self.0.as_str();
        if let Some(rest) = term.strip_prefix("urn:epcglobal:cbv:") {
            return rest.split_once(':').map_or(rest, |(_, word)| word);
        }
        let web = ["https://ref.gs1.org/cbv/", "https://gs1.org/cbv/", "http://ref.gs1.org/cbv/", "cbv:"]
            .iter()
            .find_map(|prefix| term.strip_prefix(prefix));
        match web {
            Some(rest) => rest.split_once('-').map_or(rest, |(_, word)| word),
            None => term,
        }
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word()
    }
}

impl Eq for Term {}
