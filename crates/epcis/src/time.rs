//! Event times that keep their spelling, and the local date at the place of the event.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

/// An instant with the spelling it came in. Equality and order are those of the instant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventTime {
    spelled: String,
    instant: Timestamp,
}

/// `eventTimeZoneOffset`, for example `-07:00`, with the spelling it came in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneOffset {
    spelled: String,
    offset: Offset,
}

/// Why a string is not a time or an offset.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidTime {
    /// Not an instant.
    #[error("`{0}` is not a date and time with an offset, such as `2028-08-15T22:30:00-07:00`")]
    Instant(String),
    /// Not an offset.
    #[error("`{0}` is not an offset such as `-07:00`")]
    Offset(String),
}

impl EventTime {
    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The instant.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }
}

impl ZoneOffset {
    /// No offset from UTC.
    pub fn utc() -> Self {
        Self { spelled: "+00:00".to_owned(), offset: Offset::UTC }
    }

    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The calendar date of `instant` at the place of the event.
    ///
    /// FSMA 204 asks for the date where it happened, not the date in Greenwich (domain rule: 21 CFR 1.1310).
    pub fn local_date(&self, instant: Timestamp) -> Date {
        self.offset.to_datetime(instant).date()
    }
}

impl From<Timestamp> for EventTime {
    /// An instant spelled in UTC.
    fn from(instant: Timestamp) -> Self {
        Self { spelled: instant.to_string(), instant }
    }
}

impl FromStr for EventTime {
    type Err = InvalidTime;

    fn from_str(spelled: &str) -> Result<Self, Self::Err> {
        let text = spelled.trim();
        to_nanoseconds(text)
            .parse()
            .map(|instant| Self { spelled: text.to_owned(), instant })
            .map_err(|_| InvalidTime::Instant(text.to_owned()))
    }
}

impl FromStr for ZoneOffset {
    type Err = InvalidTime;

    fn from_str(spelled: &str) -> Result<Self, Self::Err> {
        let text = spelled.trim();
        let invalid = || InvalidTime::Offset(text.to_owned());
        let seconds = if text == "Z" {
            0
        } else {
            let (sign, rest) = match text.split_at_checked(1) {
                Some(("+", rest)) => (1, rest),
                Some(("-", rest)) => (-1, rest),
                _ => return Err(invalid()),
            };
            let (hours, minutes) = rest.split_once(':').ok_or_else(invalid)?;
            if hours.len() != 2 || minutes.len() != 2 {
                return Err(invalid());
            }
            let hours: i32 = hours.parse().map_err(|_| invalid())?;
            let minutes: i32 = minutes.parse().map_err(|_| invalid())?;
            if hours > 14 || minutes > 59 || (hours == 14 && minutes > 0) {
                return Err(invalid());
            }
            sign * (hours * 3600 + minutes * 60)
        };
        let offset = Offset::from_seconds(seconds).map_err(|_| invalid())?;
        Ok(Self { spelled: text.to_owned(), offset })
    }
}

/// `text` without the digits behind the ninth of the fraction; the standard allows any number of them.
fn to_nanoseconds(text: &str) -> Cow<'_, str> {
    let Some((seconds, rest)) = text.split_once('.') else { return Cow::Borrowed(text) };
    let zone = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    match rest.get(..9) {
        Some(fraction) if rest.len() - zone.len() > 9 => Cow::Owned(format!("{seconds}.{fraction}{zone}")),
        _ => Cow::Borrowed(text),
    }
}

macro_rules! string_form {
    ($type:ty) => {
        impl TryFrom<String> for $type {
            type Error = InvalidTime;

            fn try_from(spelled: String) -> Result<Self, Self::Error> {
                spelled.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.spelled
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.spelled)
            }
        }
    };
}

string_form!(EventTime);
string_form!(ZoneOffset);

impl PartialEq for EventTime {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for EventTime {}

impl PartialEq for ZoneOffset {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset
    }
}

impl Eq for ZoneOffset {}
