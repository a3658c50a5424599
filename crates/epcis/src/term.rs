//! Vocabulary terms of the CBV, met in one spelling.

use serde::{Deserialize, Serialize};

use crate::cbv;

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
        cbv::any_word(&self.0).unwrap_or(&self.0)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word()
    }
}

impl Eq for Term {}
