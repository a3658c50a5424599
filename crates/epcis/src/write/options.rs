//! What a document is written as.

use std::{fmt, str::FromStr};

use gs1::CompanyPrefixes;

use crate::{ContextVersion, EventTime};

/// The syntax and version to write.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Target {
    /// EPCIS 2.0 JSON-LD.
    #[default]
    Json,
    /// EPCIS 2.0 XML.
    Xml,
    /// EPCIS 1.2 XML.
    Xml12,
}

/// How identifiers are spelled (header `GS1-EPC-Format`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EpcFormat {
    /// As they came.
    #[default]
    NoPreference,
    /// GS1 keys as GS1 Digital Link.
    AlwaysGs1DigitalLink,
    /// GS1 keys as EPC URN.
    AlwaysEpcUrn,
    /// As they came, by wish.
    NeverTranslates,
}

/// How standard terms are spelled in XML (header `GS1-CBV-XML-Format`); JSON has bare words always.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum CbvFormat {
    /// As they came; bare words become URNs.
    #[default]
    NoPreference,
    /// As URN.
    AlwaysUrn,
    /// As Web URI.
    AlwaysWebUri,
}

/// How to write a document.
///
/// ```
/// use epcis::write::{EpcFormat, Options, Target};
///
/// let options = Options { target: Target::Xml, epc_format: "Always_EPC_URN".parse()?, ..Options::default() };
/// assert_eq!(options.epc_format, EpcFormat::AlwaysEpcUrn);
/// # Ok::<(), epcis::write::UnknownOption>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The syntax and version.
    pub target: Target,
    /// How identifiers are spelled.
    pub epc_format: EpcFormat,
    /// How standard terms are spelled in XML.
    pub cbv_format: CbvFormat,
    /// Which version of the context JSON-LD refers to; `None` for the one that the document names, 2.0.0 where it names none.
    pub context: Option<ContextVersion>,
    /// Lengths of company prefixes, for [`EpcFormat::AlwaysEpcUrn`]; those that URNs in the document show are learned.
    pub company_prefixes: CompanyPrefixes,
    /// `creationDate` for a document that has none, because both syntaxes want one; it reads back as none. Usually the
    /// present, which the library does not know: without it, the beginning of 1970 is written.
    pub created: Option<EventTime>,
}

/// A spelling that no option has.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{found}` is not one of {}", expected.join(", "))]
pub struct UnknownOption {
    found: String,
    expected: &'static [&'static str],
}

macro_rules! spellings {
    ($type:ident { $($variant:ident = $spelling:literal),* $(,)? }) => {
        impl FromStr for $type {
            type Err = UnknownOption;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($spelling => Ok(Self::$variant),)*
                    other => Err(UnknownOption { found: other.to_owned(), expected: &[$($spelling),*] }),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $spelling,)*
                })
            }
        }
    };
}

spellings!(Target { Json = "json", Xml = "xml", Xml12 = "xml-1.2" });
spellings!(EpcFormat {
    NoPreference = "No_Preference",
    AlwaysGs1DigitalLink = "Always_GS1_Digital_Link",
    AlwaysEpcUrn = "Always_EPC_URN",
    NeverTranslates = "Never_Translates",
});
spellings!(CbvFormat {
    NoPreference = "No_Preference",
    AlwaysUrn = "Always_URN",
    AlwaysWebUri = "Always_Web_URI",
});
