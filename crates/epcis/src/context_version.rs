//! The versions of the JSON-LD context that the standard has published.

use std::{fmt, str::FromStr};

/// A version of the EPCIS JSON-LD context. Their one difference is what the prefix `gs1` stands for: the address of the
/// GS1 Web Vocabulary was `https://gs1.org/voc/` first and is `https://ref.gs1.org/voc/` now.
///
/// ```
/// use epcis::ContextVersion;
///
/// assert_eq!("2.0.1".parse(), Ok(ContextVersion::V2_0_1));
/// assert_eq!(ContextVersion::default().to_string(), "2.0.0");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ContextVersion {
    /// 2.0.0, of June 2022.
    #[default]
    V2_0_0,
    /// 2.0.1, which is also what the address without a version gives.
    V2_0_1,
}

/// Why a string is not a [`ContextVersion`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a version of the EPCIS context; write `2.0.0` or `2.0.1`")]
pub struct InvalidContextVersion(String);

impl ContextVersion {
    /// The version that the address of a context names; `None` when it is not that of the EPCIS context.
    ///
    /// ```
    /// use epcis::ContextVersion;
    ///
    /// let address = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld";
    /// assert_eq!(ContextVersion::of_address(address), Some(ContextVersion::V2_0_1));
    /// ```
    pub fn of_address(address: &str) -> Option<Self> {
        let place = address.strip_suffix("/epcis-context.jsonld")?;
        let newest = place.ends_with("://ref.gs1.org/standards/epcis") || place.ends_with("/2.0.1");
        Some(if newest { Self::V2_0_1 } else { Self::V2_0_0 })
    }

    /// The namespace of the GS1 Web Vocabulary.
    pub fn web_vocabulary(self) -> &'static str {
        match self {
            Self::V2_0_0 => "https://gs1.org/voc/",
            Self::V2_0_1 => "https://ref.gs1.org/voc/",
        }
    }
}

impl fmt::Display for ContextVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2_0_0 => "2.0.0",
            Self::V2_0_1 => "2.0.1",
        })
    }
}

impl FromStr for ContextVersion {
    type Err = InvalidContextVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "2.0.0" => Ok(Self::V2_0_0),
            "2.0.1" => Ok(Self::V2_0_1),
            _ => Err(InvalidContextVersion(text.to_owned())),
        }
    }
}
