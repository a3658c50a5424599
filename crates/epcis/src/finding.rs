//! What is wrong with a partner's document, where, and what to write instead.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::Rule;

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Accepted, but will hurt.
    Warn,
    /// Not accepted.
    Reject,
}

/// A place in the input.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Location {
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1.
    pub column: u64,
    /// Index of the event in the document, from 0; `None` outside the event list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    /// JSON pointer, or an `XPath` of element names with positions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// Something about a document that its sender should know.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Finding {
    /// Stable code, for example `EPCIS-TIME-FORMAT`; [`Rule::of`] tells more.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub at: Location,
    /// What was found, lower case, no full stop.
    pub message: String,
    /// What was expected, or what to write instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The value that would have been right, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
}

impl Finding {
    /// A finding without advice.
    pub fn new(rule: &'static Rule, severity: Severity, at: Location, message: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(rule.code), severity, at, message: message.into(), help: None, corrected: None }
    }

    /// The finding with what was expected, or what to write instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The finding with the value that would have been right.
    #[must_use]
    pub fn with_corrected(mut self, corrected: impl Into<String>) -> Self {
        self.corrected = Some(corrected.into());
        self
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Reject => "reject",
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if let Some(event) = self.event {
            write!(f, ", event {event}")?;
        }
        if !self.path.is_empty() {
            write!(f, ", {}", self.path)?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.code, self.at, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}
