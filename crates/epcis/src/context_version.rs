//! Which edition of the JSON-LD context.

use std::{fmt, str::FromStr};

/// An edition of the JSON-LD context of EPCIS 2.0.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ContextVersion {
    /// As ratified.
    #[default]
    V2_0_0,
    /// With the errata of the maintenance release.
    V2_0_1,
}

/// A version of the context that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not `2.0.0` or `2.0.1`")]
pub struct UnknownContextVersion(String);

impl FromStr for ContextVersion {
    type Err = UnknownContextVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "2.0.0" => Ok(Self::V2_0_0),
            "2.0.1" => Ok(Self::V2_0_1),
            other => Err(UnknownContextVersion(other.to_owned())),
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
