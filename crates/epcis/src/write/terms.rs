//! Standard terms as each binding spells them.

use super::CbvFormat;
use crate::Vocabulary;

/// A term as XML writes it, in two pieces: what comes before a standard word, and the word.
pub(super) fn in_xml(vocabulary: Vocabulary, spelled: &str, format: CbvFormat) -> (&'static str, &str) {
    match (vocabulary.bare(spelled), format) {
        (Some(word), CbvFormat::AlwaysUrn) => (urn(vocabulary), word),
        (Some(word), CbvFormat::AlwaysWebUri) => (web(vocabulary), word),
        // A bare word is no URI, and XML wants one.
        (Some(word), CbvFormat::NoPreference) if word == spelled => (urn(vocabulary), word),
        _ => ("", spelled),
    }
}

/// A term as JSON writes it; `None` when JSON refuses it.
pub(crate) fn in_json(vocabulary: Vocabulary, spelled: &str) -> Option<&str> {
    match vocabulary.bare(spelled) {
        Some(word) => Some(word),
        None => (is_iri(spelled) && !vocabulary.refuses(spelled)).then_some(spelled),
    }
}

/// Whether a string begins like a URI or a prefixed name, and has no character that a URI cannot have.
pub(crate) fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    crate::kept::name::is_json_prefix(scheme)
        && !rest.contains(|c: char| c.is_ascii_control() || " <>\"{}|\\^`".contains(c))
}

fn urn(vocabulary: Vocabulary) -> &'static str {
    match vocabulary {
        Vocabulary::BizStep => "urn:epcglobal:cbv:bizstep:",
        Vocabulary::Disposition => "urn:epcglobal:cbv:disp:",
        Vocabulary::SourceDest => "urn:epcglobal:cbv:sdt:",
        Vocabulary::BizTransaction => "urn:epcglobal:cbv:btt:",
        Vocabulary::ErrorReason => "urn:epcglobal:cbv:er:",
        // What came with EPCIS 2.0 never had URNs.
        Vocabulary::Measurement | Vocabulary::Alert => "gs1:",
        Vocabulary::Component => "cbv:Comp-",
    }
}

fn web(vocabulary: Vocabulary) -> &'static str {
    match vocabulary {
        Vocabulary::BizStep => "https://ref.gs1.org/cbv/BizStep-",
        Vocabulary::Disposition => "https://ref.gs1.org/cbv/Disp-",
        Vocabulary::SourceDest => "https://ref.gs1.org/cbv/SDT-",
        Vocabulary::BizTransaction => "https://ref.gs1.org/cbv/BTT-",
        Vocabulary::ErrorReason => "https://ref.gs1.org/cbv/ER-",
        Vocabulary::Measurement | Vocabulary::Alert => "https://gs1.org/voc/",
        Vocabulary::Component => "https://ref.gs1.org/cbv/Comp-",
    }
}
