//! The rules that findings cite.

use crate::Severity;

/// A rule of the standard, or of what this reader can hold.
///
/// Sections are those of EPCIS 2.0 (June 2022), CBV 2.0 (June 2022), the GS1 General Specifications and the Tag Data
/// Standard, named as finely as they are the same in every printing.
#[derive(Debug, Eq, PartialEq)]
pub struct Rule {
    /// Stable code, for example `EPCIS-TIME-FORMAT`.
    pub code: &'static str,
    /// The section that says so, for example `EPCIS 2.0 §7.4`; empty for a rule of this library alone.
    pub section: &'static str,
    /// The rule in one sentence.
    pub about: &'static str,
    /// How much breaking it matters; `None` where that depends on what was broken.
    pub severity: Option<Severity>,
    /// Whether the JSON Schema of EPCIS 2.0 forbids it once its `format` keywords are asserted, and only then.
    /// [`Profile::strict`](crate::Profile::strict) rejects what breaks such a rule.
    pub strict: bool,
    /// Whether a document that breaks it cannot be read without guessing. No [`Profile`](crate::Profile) can make a
    /// rejection by such a rule anything less.
    pub structural: bool,
}

impl Rule {
    /// The rule with a code.
    pub fn of(code: &str) -> Option<&'static Rule> {
        ALL.iter().find(|rule| rule.code == code).copied()
    }
}

/// `NAME "CODE" severity kind "section" "about";` with `varies` for a severity that depends, and the kinds `structural`,
/// `strict` and `plain`.
macro_rules! rules {
    ($($name:ident $code:literal $severity:ident $kind:ident $section:literal $about:literal;)*) => {
        $(
            #[doc = $about]
            pub const $name: &Rule = &Rule {
                code: $code,
                section: $section,
                about: $about,
                severity: rules!(@severity $severity),
                strict: rules!(@strict $kind),
                structural: rules!(@structural $kind),
            };
        )*
        /// Every rule, in order of their codes.
        pub const ALL: &[&Rule] = &[$($name),*];
    };
    (@severity reject) => { Some(Severity::Reject) };
    (@severity warn) => { Some(Severity::Warn) };
    (@severity info) => { Some(Severity::Info) };
    (@severity varies) => { None };
    (@strict strict) => { true };
    (@strict $other:ident) => { false };
    (@structural structural) => { true };
    (@structural $other:ident) => { false };
}

rules! {
    CLASS_EXPECTED "EPCIS-CLASS-EXPECTED" warn plain "EPCIS 2.0 §7.3.3, CBV 2.0 §8" "What is counted in a quantity list is named by a class.";
    DOCUMENT_KIND "EPCIS-DOCUMENT-KIND" reject structural "EPCIS 2.0 §9, §10" "A document is an EPCIS document, query document, master data document or event.";
    EMPTY "EPCIS-EMPTY" info plain "EPCIS 2.0 §7.4" "What says nothing is left out.";
    EPC_DUPLICATE "EPCIS-EPC-DUPLICATE" warn plain "EPCIS 2.0 §7.4" "An object stands once in a list.";
    ERROR_REASON "EPCIS-ERROR-REASON" info plain "EPCIS 2.0 §7.4.1, CBV 2.0 §7" "An error declaration says why.";
    EVENT_HASH "EPCIS-EVENT-HASH" info plain "CBV 2.0 §8" "An event id that is an event hash is the hash of its event.";
    EVENT_TYPE "EPCIS-EVENT-TYPE" varies structural "EPCIS 2.0 §7.4" "An event has one of the five types of the standard.";
    EXTENSION_UNPREFIXED "EPCIS-EXTENSION-UNPREFIXED" warn plain "EPCIS 2.0 §9.1" "An extension has a namespace of its own.";
    FIELD_DUPLICATE "EPCIS-FIELD-DUPLICATE" varies structural "EPCIS 2.0 §9.5" "A field that is no list stands once.";
    FIELD_MISSING "EPCIS-FIELD-MISSING" reject structural "EPCIS 2.0 §7.4" "A required field is there.";
    FIELD_ORDER "EPCIS-FIELD-ORDER" reject plain "EPCIS 2.0 §9.5" "In XML the fields stand in the order of the schema.";
    FIELD_TYPE "EPCIS-FIELD-TYPE" reject structural "EPCIS 2.0 §9.5, §10" "A field has the shape that the binding gives it.";
    FIELD_UNKNOWN "EPCIS-FIELD-UNKNOWN" varies plain "EPCIS 2.0 §7.4" "A field is one of the standard or an extension.";
    FIELD_VALUE "EPCIS-FIELD-VALUE" varies structural "EPCIS 2.0 §7.3" "A field has a value of its type.";
    ILMD_ACTION "EPCIS-ILMD-ACTION" warn plain "EPCIS 2.0 §7.4.2" "Instance and lot master data come when something begins to be.";
    INSTANCE_EXPECTED "EPCIS-INSTANCE-EXPECTED" warn plain "EPCIS 2.0 §7.3.3, CBV 2.0 §8" "What is listed as a single object is named by an instance.";
    KEPT "EPCIS-KEPT" info plain "" "What a binding cannot say is kept in annotations of a namespace of their own.";
    KEPT_CONTRADICTS "EPCIS-KEPT-CONTRADICTS" reject structural "" "What is kept in an annotation adds to what its event says, and contradicts none of it.";
    LEFT_OUT "EPCIS-LEFT-OUT" warn plain "" "What a target cannot hold at all is left out of it.";
    NOT_TRANSLATED "EPCIS-NOT-TRANSLATED" info plain "TDS 2.0 §6" "A Digital Link becomes an EPC URN where the length of its company prefix is known and nothing of it is lost.";
    OBJECTS_MISSING "EPCIS-OBJECTS-MISSING" warn plain "EPCIS 2.0 §7.4" "An event is about something.";
    PARENT_MISSING "EPCIS-PARENT-MISSING" reject plain "EPCIS 2.0 §7.4.3" "Only an observation may leave the parent open.";
    QUANTITY_COUNT "EPCIS-QUANTITY-COUNT" warn plain "EPCIS 2.0 §7.3.3" "A quantity is not negative, and whole where it has no unit.";
    REFUSED "EPCIS-REFUSED" warn plain "" "What the schema of a target refuses is written to it all the same.";
    SCHEMA_VERSION "EPCIS-SCHEMA-VERSION" info plain "EPCIS 2.0 §9, §10" "The version that a document names is that of its schema.";
    SENSOR_PERIOD "EPCIS-SENSOR-PERIOD" warn plain "EPCIS 2.0 §7.3" "A period of measuring begins before it ends.";
    SENSOR_TIME "EPCIS-SENSOR-TIME" warn plain "EPCIS 2.0 §7.3" "What an event reports was measured before it.";
    TERM_DEPRECATED "EPCIS-TERM-DEPRECATED" warn plain "CBV 2.0 §7" "A term that the vocabulary has withdrawn is written as the one that replaced it.";
    TERM_SPELLING "EPCIS-TERM-SPELLING" varies plain "CBV 2.0 §6, §7" "A standard term is a bare word in JSON, and a URN or Web URI in XML.";
    TERM_UNKNOWN "EPCIS-TERM-UNKNOWN" varies plain "CBV 2.0 §7" "What looks like a standard term is one; a term of one's own is a URI of one's own.";
    TIME_FORMAT "EPCIS-TIME-FORMAT" reject structural "EPCIS 2.0 §7.3" "A time is a date and time with an offset.";
    TIME_FUTURE "EPCIS-TIME-FUTURE" warn plain "EPCIS 2.0 §7.4.1" "An event has happened.";
    TIME_OFFSET "EPCIS-TIME-OFFSET" info plain "EPCIS 2.0 §7.4.1" "The offset within `eventTime` is the one in `eventTimeZoneOffset`, or `Z`.";
    TIME_RECORDED "EPCIS-TIME-RECORDED" warn plain "EPCIS 2.0 §7.4.1" "An event is recorded after it has happened.";
    UNIT_UNKNOWN "EPCIS-UNIT-UNKNOWN" warn plain "EPCIS 2.0 §7.3.3, UN/ECE Recommendation 20" "A unit is a common code of UN/ECE Recommendation 20.";
    URI_FORMAT "EPCIS-URI-FORMAT" warn plain "EPCIS 2.0 §6.4" "An identifier is a URI.";
    CHECK_DIGIT "GS1-CHECK-DIGIT" warn plain "GS1 General Specifications §7.9" "The check digit follows from the other digits.";
    LINK_FORMAT "GS1-LINK-FORMAT" warn plain "GS1 Digital Link, URI Syntax" "A Digital Link on id.gs1.org follows the grammar of its key.";
    URN_FORMAT "GS1-URN-FORMAT" warn plain "TDS 2.0 §6" "An EPC URN follows the grammar of its key.";
    CONTEXT_LATE "JSON-CONTEXT-LATE" varies plain "EPCIS 2.0 §10" "The context stands before what needs it, or near enough to be waited for.";
    JSON_CONTEXT_PROTECTED "JSON-CONTEXT-PROTECTED" warn plain "EPCIS 2.0 §10, JSON-LD 1.1 §4.1.11" "What the EPCIS context declares is not declared again.";
    JSON_ENCODING "JSON-ENCODING" reject structural "RFC 8259 §8.1" "JSON is UTF-8.";
    JSON_LIMIT "JSON-LIMIT" reject structural "" "A document keeps within the limits of its reader.";
    MEMBER_REPEATED "JSON-MEMBER-REPEATED" varies structural "RFC 8259 §4" "A member stands once in its object.";
    JSON_NAME_FORMAT "JSON-NAME-FORMAT" warn strict "EPCIS 2.0 §10" "A member of one's own has a prefix, as in `example:temperature`.";
    JSON_PREFIX_UNDECLARED "JSON-PREFIX-UNDECLARED" warn plain "EPCIS 2.0 §10" "A prefix is declared in the context.";
    JSON_SYNTAX "JSON-SYNTAX" reject structural "RFC 8259" "The document is JSON.";
    JSON_TERM_FORMAT "JSON-TERM-FORMAT" warn strict "EPCIS 2.0 §10, CBV 2.0 §7" "A term is a word of the vocabulary, or a URI.";
    JSON_TIME_FORMAT "JSON-TIME-FORMAT" warn strict "EPCIS 2.0 §10, RFC 3339 §5.6" "A time has a date, `T`, a time of day to the second, and an offset.";
    JSON_URI_FORMAT "JSON-URI-FORMAT" warn strict "EPCIS 2.0 §10, §6.4" "An identifier is a URI.";
    DOCTYPE "XML-DOCTYPE" varies structural "XML 1.0 §2.8" "EPCIS needs no document type declaration.";
    XML_ENCODING "XML-ENCODING" reject structural "XML 1.0 §4.3.3" "The encoding is declared and known.";
    ENTITY "XML-ENTITY" reject structural "XML 1.0 §4.6" "Only the five predefined entities exist.";
    XML_LIMIT "XML-LIMIT" reject structural "" "A document keeps within the limits of its reader.";
    XML_PREFIX_UNDECLARED "XML-PREFIX-UNDECLARED" warn plain "Namespaces in XML §5" "A prefix is declared.";
    XML_SYNTAX "XML-SYNTAX" reject structural "XML 1.0" "The document is well-formed XML.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_in_order_and_stand_for_one_rule() {
        let codes: Vec<_> = ALL.iter().map(|rule| rule.code).collect();
        assert_eq!(codes, codes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        assert!(ALL.iter().all(|rule| Rule::of(rule.code) == Some(*rule)));
    }

    #[test]
    fn what_strictness_rejects_is_accepted_otherwise() {
        for rule in ALL.iter().filter(|rule| rule.strict) {
            assert_eq!((rule.severity, rule.structural), (Some(Severity::Warn), false), "{}", rule.code);
        }
    }
}
