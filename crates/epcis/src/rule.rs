//! The rules that findings cite.

/// A rule of the standard, or of what this reader can hold.
#[derive(Debug, Eq, PartialEq)]
pub struct Rule {
    /// Stable code, for example `EPCIS-TIME-FORMAT`.
    pub code: &'static str,
    /// The section that says so, for example `EPCIS 2.0 §7.3.3.1`.
    pub section: &'static str,
    /// The rule in one sentence.
    pub about: &'static str,
}

impl Rule {
    /// The rule with a code.
    pub fn of(code: &str) -> Option<&'static Rule> {
        ALL.iter().find(|rule| rule.code == code).copied()
    }
}

macro_rules! rules {
    ($($name:ident $code:literal $section:literal $about:literal;)*) => {
        $(
            #[doc = $about]
            pub const $name: &Rule = &Rule { code: $code, section: $section, about: $about };
        )*
        /// Every rule, in order of their codes.
        pub const ALL: &[&Rule] = &[$($name),*];
    };
}

rules! {
    DOCUMENT_KIND "EPCIS-DOCUMENT-KIND" "EPCIS 2.0 §9.3, §10.1" "A document is an EPCIS document, query document, master data document or event.";
    EVENT_TYPE "EPCIS-EVENT-TYPE" "EPCIS 2.0 §7.4" "An event has one of the five types of the standard.";
    EXTENSION_UNPREFIXED "EPCIS-EXTENSION-UNPREFIXED" "EPCIS 2.0 §9.1" "An extension has a namespace of its own.";
    FIELD_DUPLICATE "EPCIS-FIELD-DUPLICATE" "EPCIS 2.0 §9.5" "A field that is no list stands once.";
    FIELD_MISSING "EPCIS-FIELD-MISSING" "EPCIS 2.0 §7.4" "A required field is there.";
    FIELD_ORDER "EPCIS-FIELD-ORDER" "EPCIS 2.0 §9.5" "In XML the fields stand in the order of the schema.";
    FIELD_TYPE "EPCIS-FIELD-TYPE" "EPCIS 2.0 §9.5, §10.2" "A field has the shape that the binding gives it.";
    FIELD_UNKNOWN "EPCIS-FIELD-UNKNOWN" "EPCIS 2.0 §7.4" "A field is one of the standard or an extension.";
    FIELD_VALUE "EPCIS-FIELD-VALUE" "EPCIS 2.0 §7.3" "A field has a value of its type.";
    ILMD_ACTION "EPCIS-ILMD-ACTION" "EPCIS 2.0 §7.4.2" "Instance and lot master data come when something begins to be.";
    KEPT "EPCIS-KEPT" "" "What a binding cannot say is kept in annotations of its own namespace.";
    LEFT_OUT "EPCIS-LEFT-OUT" "" "What a target cannot hold at all is left out of it.";
    NOT_TRANSLATED "EPCIS-NOT-TRANSLATED" "TDS 2.0 §6" "A Digital Link becomes an EPC URN where the length of its company prefix is known.";
    OBJECTS_MISSING "EPCIS-OBJECTS-MISSING" "EPCIS 2.0 §7.4" "An event is about something.";
    PARENT_MISSING "EPCIS-PARENT-MISSING" "EPCIS 2.0 §7.4.3" "Only an observation may leave the parent open.";
    TIME_FORMAT "EPCIS-TIME-FORMAT" "EPCIS 2.0 §7.3.3" "A time is a date and time with an offset.";
    URI_FORMAT "EPCIS-URI-FORMAT" "EPCIS 2.0 §6.4" "An identifier is a URI.";
    CHECK_DIGIT "GS1-CHECK-DIGIT" "GS1 General Specifications §7.9" "The check digit follows from the other digits.";
    URN_FORMAT "GS1-URN-FORMAT" "TDS 2.0 §6" "An EPC URN follows the grammar of its key.";
    CONTEXT_LATE "JSON-CONTEXT-LATE" "EPCIS 2.0 §10.2" "The context stands before what needs it.";
    JSON_ENCODING "JSON-ENCODING" "RFC 8259 §8.1" "JSON is UTF-8.";
    JSON_LIMIT "JSON-LIMIT" "" "A document keeps within the limits of its reader.";
    MEMBER_REPEATED "JSON-MEMBER-REPEATED" "RFC 8259 §4" "A member stands once in its object.";
    JSON_PREFIX_UNDECLARED "JSON-PREFIX-UNDECLARED" "EPCIS 2.0 §10.2" "A prefix is declared in the context.";
    JSON_SYNTAX "JSON-SYNTAX" "RFC 8259" "The document is JSON.";
    DOCTYPE "XML-DOCTYPE" "XML 1.0 §2.8" "EPCIS needs no document type declaration.";
    XML_ENCODING "XML-ENCODING" "XML 1.0 §4.3.3" "The encoding is declared and known.";
    ENTITY "XML-ENTITY" "XML 1.0 §4.6" "Only the five predefined entities exist.";
    XML_LIMIT "XML-LIMIT" "" "A document keeps within the limits of its reader.";
    XML_PREFIX_UNDECLARED "XML-PREFIX-UNDECLARED" "Namespaces in XML §5" "A prefix is declared.";
    XML_SYNTAX "XML-SYNTAX" "XML 1.0" "The document is well-formed XML.";
}
