//! The standard vocabularies of CBV 2.0: their words, and the ways to spell them.

mod words;

use crate::ContextVersion;

/// A field whose values are words of a standard vocabulary, or URIs of private terms.
///
/// ```
/// use epcis::{ContextVersion, Vocabulary};
///
/// let steps = Vocabulary::BizStep;
/// assert_eq!(steps.bare("urn:epcglobal:cbv:bizstep:shipping"), Some("shipping"));
/// assert_eq!(steps.bare("https://example.com/smoking"), None);
/// assert_eq!(steps.curie("shipping").as_deref(), Some("cbv:BizStep-shipping"));
/// assert_eq!(
///     Vocabulary::Measurement.web_uri("Temperature", ContextVersion::V2_0_1).as_deref(),
///     Some("https://ref.gs1.org/voc/Temperature"),
/// );
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Vocabulary {
    /// `bizStep`.
    BizStep,
    /// `disposition` and `persistentDisposition`.
    Disposition,
    /// `type` of a source or destination.
    SourceDest,
    /// `type` of a business transaction.
    BizTransaction,
    /// `reason` of an error declaration.
    ErrorReason,
    /// `type` of a sensor report.
    Measurement,
    /// `exception` of a sensor report.
    Alert,
    /// `component` of a sensor report.
    Component,
}

/// How the words of one vocabulary are written out.
struct Spec {
    words: &'static [&'static str],
    deprecated: &'static [(&'static str, &'static str)],
    /// What stands before the word in a URN; the vocabularies that came with CBV 2.0 have no URNs.
    urn: Option<&'static str>,
    /// What stands before the word in the last part of a Web URI; `None` for the GS1 Web Vocabulary.
    local: Option<&'static str>,
}

/// The address of the CBV in Web URIs.
pub(crate) const CBV: &str = "https://ref.gs1.org/cbv/";
/// Where Web URIs of the CBV and their CURIEs begin; the first is the standard's.
const CBV_BEGINNINGS: &[&str] = &[
    CBV,
    "cbv:",
    "http://ref.gs1.org/cbv/",
    "https://gs1.org/cbv/",
    "http://gs1.org/cbv/",
    "https://www.gs1.org/cbv/",
    "http://www.gs1.org/cbv/",
];
/// Where terms of the GS1 Web Vocabulary begin.
const WEB_BEGINNINGS: &[&str] = &[
    "gs1:",
    "https://gs1.org/voc/",
    "https://ref.gs1.org/voc/",
    "http://gs1.org/voc/",
    "http://ref.gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "http://www.gs1.org/voc/",
];

/// Beginnings that the JSON binding refuses because a standard word has to be bare there.
const CBV_REFUSED: &[&str] = &["urn:epcglobal:cbv", "http://ns.gs1.org/cbv/", "https://ns.gs1.org/cbv/"];
const WEB_REFUSED: &[&str] =
    &["http://gs1.org/voc/", "https://gs1.org/voc/", "http://www.gs1.org/voc/", "https://www.gs1.org/voc/"];

impl Vocabulary {
    /// Every vocabulary.
    pub const ALL: [Self; 8] = [
        Self::BizStep,
        Self::Disposition,
        Self::SourceDest,
        Self::BizTransaction,
        Self::ErrorReason,
        Self::Measurement,
        Self::Alert,
        Self::Component,
    ];

    fn spec(self) -> Spec {
        let cbv = |words, urn, local| Spec { words, deprecated: &[], urn, local: Some(local) };
        let web = |words| Spec { words, deprecated: &[], urn: None, local: None };
        match self {
            Self::BizStep => cbv(words::BIZ_STEPS, Some("urn:epcglobal:cbv:bizstep:"), "BizStep-"),
            Self::Disposition => Spec {
                deprecated: words::DEPRECATED_DISPOSITIONS,
                ..cbv(words::DISPOSITIONS, Some("urn:epcglobal:cbv:disp:"), "Disp-")
            },
            Self::SourceDest => cbv(words::SOURCE_DEST_TYPES, Some("urn:epcglobal:cbv:sdt:"), "SDT-"),
            Self::BizTransaction => cbv(words::BIZ_TRANSACTION_TYPES, Some("urn:epcglobal:cbv:btt:"), "BTT-"),
            Self::ErrorReason => cbv(words::ERROR_REASONS, Some("urn:epcglobal:cbv:er:"), "ER-"),
            Self::Measurement => web(words::MEASUREMENTS),
            Self::Alert => web(words::ALERTS),
            Self::Component => cbv(words::COMPONENTS, None, "Comp-"),
        }
    }

    /// The words in force, in alphabetical order: what JSON writes bare.
    pub fn words(self) -> &'static [&'static str] {
        self.spec().words
    }

    /// Words that older versions had and that may still come as URN or Web URI, each with the word that replaced it.
    pub fn deprecated(self) -> &'static [(&'static str, &'static str)] {
        self.spec().deprecated
    }

    /// The word in force that a term is, however it is spelled: bare, as URN, Web URI or CURIE. `None` for private terms
    /// and deprecated words.
    pub fn bare(self, spelled: &str) -> Option<&'static str> {
        let spec = self.spec();
        self.in_force(spec.strip(spelled).unwrap_or(spelled))
    }

    /// The word in force that a bare word is.
    pub(crate) fn in_force(self, word: &str) -> Option<&'static str> {
        // Nearly all others differ in length or in their ends, which costs less to see than an order of texts.
        let ends = |text: &str| (text.len(), text.as_bytes().first().copied(), text.as_bytes().last().copied());
        let wanted = ends(word);
        self.words().iter().copied().find(|known| ends(known) == wanted && *known == word)
    }

    /// The word that a term is, in force or deprecated, however it is spelled.
    pub fn word(self, spelled: &str) -> Option<&'static str> {
        let spec = self.spec();
        self.bare(spelled).or_else(|| {
            let word = spec.strip(spelled).unwrap_or(spelled);
            spec.deprecated.iter().map(|(old, _)| *old).find(|old| *old == word)
        })
    }

    /// Whether a term is a deprecated word, however it is spelled.
    pub fn is_deprecated(self, spelled: &str) -> bool {
        self.replacement(spelled).is_some()
    }

    /// The word in force that a deprecated one became.
    pub fn replacement(self, spelled: &str) -> Option<&'static str> {
        let spec = self.spec();
        let word = spec.strip(spelled).unwrap_or(spelled);
        spec.deprecated.iter().find(|(old, _)| *old == word).map(|(_, new)| *new)
    }

    /// The URN of a word; `None` for other terms, and where the vocabulary has no URNs.
    pub fn urn(self, spelled: &str) -> Option<String> {
        Some([self.spec().urn?, self.word(spelled)?].concat())
    }

    /// The Web URI of a word. The context tells where the GS1 Web Vocabulary is; the CBV has one address.
    pub fn web_uri(self, spelled: &str, context: ContextVersion) -> Option<String> {
        let (namespace, local) = self.web_beginning(context);
        Some([namespace, local, self.word(spelled)?].concat())
    }

    /// The CURIE of a word, with the prefix of the standard context.
    pub fn curie(self, spelled: &str) -> Option<String> {
        let word = self.word(spelled)?;
        Some(match self.spec().local {
            Some(local) => ["cbv:", local, word].concat(),
            None => ["gs1:", word].concat(),
        })
    }

    /// What stands before a word in its Web URI: the namespace, then the name of the vocabulary.
    pub(crate) fn web_beginning(self, context: ContextVersion) -> (&'static str, &'static str) {
        self.spec().local.map_or((context.web_vocabulary(), ""), |local| (CBV, local))
    }

    /// The term as XML writes it: standard words spelled out, others as they are.
    pub(crate) fn spelled_out(self, spelled: &str) -> String {
        let word = self.spec().words.binary_search(&spelled).is_ok();
        let written = word.then(|| self.urn(spelled).or_else(|| self.curie(spelled))).flatten();
        written.unwrap_or_else(|| spelled.to_owned())
    }

    /// Whether the JSON binding refuses this spelling: it belongs to the standard, where words have to be bare.
    pub(crate) fn refuses(self, spelled: &str) -> bool {
        let refused = if self.spec().local.is_some() { CBV_REFUSED } else { WEB_REFUSED };
        refused.iter().any(|beginning| spelled.starts_with(beginning))
    }
}

impl Spec {
    /// What stands behind the beginning of a spelled-out term of this vocabulary.
    fn strip<'s>(&self, spelled: &'s str) -> Option<&'s str> {
        // Bare words and most private terms are told by this alone.
        if !spelled.contains(':') {
            return None;
        }
        let after = |beginnings: &[&str]| beginnings.iter().find_map(|beginning| spelled.strip_prefix(beginning));
        match self.local {
            Some(local) => {
                let urn = self.urn.and_then(|urn| spelled.strip_prefix(urn));
                urn.or_else(|| after(CBV_BEGINNINGS)?.strip_prefix(local))
            }
            None => after(WEB_BEGINNINGS),
        }
    }
}

/// The name of the vocabulary that a spelled-out term is of, but for capitals; `None` for bare words and private terms.
pub(crate) fn vocabulary_name(spelled: &str) -> Option<&str> {
    if let Some(rest) = spelled.strip_prefix("urn:epcglobal:cbv:") {
        return rest.split_once(':').map(|(name, _)| name);
    }
    let rest = CBV_BEGINNINGS.iter().find_map(|beginning| spelled.strip_prefix(beginning))?;
    rest.split_once('-').map(|(name, _)| name)
}

/// The word of a term whose vocabulary is not known: what stands behind the beginning of any of them.
pub(crate) fn any_word(spelled: &str) -> Option<&str> {
    if let Some(rest) = spelled.strip_prefix("urn:epcglobal:cbv:") {
        return Some(rest.split_once(':').map_or(rest, |(_, word)| word));
    }
    let rest = CBV_BEGINNINGS.iter().find_map(|beginning| spelled.strip_prefix(beginning))?;
    Some(rest.split_once('-').map_or(rest, |(_, word)| word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_terms_meet_in_the_bare_word() {
        for spelled in [
            "shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "https://gs1.org/cbv/BizStep-shipping",
            "cbv:BizStep-shipping",
        ] {
            assert_eq!(Vocabulary::BizStep.bare(spelled), Some("shipping"), "{spelled}");
        }
        for spelled in ["Temperature", "gs1:Temperature", "https://gs1.org/voc/Temperature"] {
            assert_eq!(Vocabulary::Measurement.bare(spelled), Some("Temperature"), "{spelled}");
        }
        assert_eq!(Vocabulary::BizStep.bare("https://example.com/shipping"), None);
        assert_eq!(Vocabulary::Disposition.bare("shipping"), None);
        assert_eq!(Vocabulary::Disposition.bare("urn:epcglobal:cbv:bizstep:shipping"), None);
    }

    #[test]
    fn words_are_in_order_and_found() {
        for vocabulary in Vocabulary::ALL {
            assert!(vocabulary.words().is_sorted(), "{vocabulary:?}");
            assert!(vocabulary.words().iter().all(|word| vocabulary.bare(word) == Some(word)));
        }
    }

    #[test]
    fn deprecated_words_are_known_and_have_a_replacement_in_force() {
        let urn = "urn:epcglobal:cbv:disp:non_sellable_expired";
        let disposition = Vocabulary::Disposition;
        assert!(disposition.is_deprecated(urn) && !disposition.is_deprecated("expired"));
        assert_eq!((disposition.bare(urn), disposition.word(urn)), (None, Some("non_sellable_expired")));
        let web_uri = disposition.web_uri(urn, ContextVersion::V2_0_0);
        assert_eq!(web_uri.as_deref(), Some("https://ref.gs1.org/cbv/Disp-non_sellable_expired"));
        for (old, new) in disposition.deprecated() {
            assert!(disposition.bare(old).is_none() && disposition.bare(new).is_some(), "{old}");
        }
    }

    #[test]
    fn private_terms_have_no_other_spelling() {
        for vocabulary in Vocabulary::ALL {
            for private in ["https://example.com/smoking", "urn:example:smoking", "ex:smoking", "smoking", ""] {
                assert_eq!((vocabulary.word(private), vocabulary.urn(private)), (None, None));
                assert_eq!((vocabulary.curie(private), vocabulary.replacement(private)), (None, None));
                assert_eq!(vocabulary.web_uri(private, ContextVersion::V2_0_0), None);
            }
        }
    }

    #[test]
    fn xml_gets_words_spelled_out() {
        assert_eq!(Vocabulary::BizStep.spelled_out("shipping"), "urn:epcglobal:cbv:bizstep:shipping");
        assert_eq!(Vocabulary::Measurement.spelled_out("Temperature"), "gs1:Temperature");
        assert_eq!(Vocabulary::Component.spelled_out("x"), "cbv:Comp-x");
        assert_eq!(Vocabulary::BizStep.spelled_out("https://example.com/smoking"), "https://example.com/smoking");
    }
}
