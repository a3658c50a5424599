//! Vocabulary terms of the CBV, met in one spelling.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::cbv;

/// A term of a standard or private vocabulary, as written.
///
/// Standard terms come as bare word (`shipping`), URN (`urn:epcglobal:cbv:bizstep:shipping`), Web URI
/// (`https://ref.gs1.org/cbv/BizStep-shipping`) or CURIE (`cbv:BizStep-shipping`); [`Term::word`] meets them in the
/// bare word. Words of two vocabularies are two terms; a bare word is one of every vocabulary.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Term(Cow<'static, str>);

impl Term {
    /// A term as written.
    pub fn new(spelled: impl Into<String>) -> Self {
        Self(Cow::Owned(spelled.into()))
    }

    /// A term that is a bare standard word of its field.
    pub(crate) fn of_word(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// Whether it was read as a bare standard word of its field, so that nothing can be wrong with it in JSON.
    pub(crate) fn is_known_word(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_))
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
        let vocabularies = (cbv::vocabulary_name(&self.0), cbv::vocabulary_name(&other.0));
        let same = match vocabularies {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => true,
        };
        same && self.word() == other.word()
    }
}

impl Eq for Term {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_two_vocabularies_are_not_equal() {
        let step = Term::new("urn:epcglobal:cbv:bizstep:destroying");
        let disposition = Term::new("urn:epcglobal:cbv:disp:destroying");
        assert_ne!(step, disposition);
        for equal in ["destroying", "https://ref.gs1.org/cbv/BizStep-destroying", "cbv:BizStep-destroying"] {
            assert_eq!(step, Term::new(equal));
        }
        assert_ne!(step, Term::new("https://ref.gs1.org/cbv/Disp-destroying"));
        assert_eq!(disposition, Term::new("destroying"));
        assert_ne!(Term::new("https://example.com/destroying"), Term::new("destroying"));
    }
}
