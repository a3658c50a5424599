//! Event times that keep their spelling, and the local date at the place of the event.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use serde::{Deserialize, Serialize};

use crate::short::Short;

/// An instant with the spelling it came in. Equality and order are those of the instant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventTime {
    spelled: Short<30>,
    instant: Timestamp,
}

/// `eventTimeZoneOffset`, for example `-07:00`, with the spelling it came in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneOffset {
    spelled: Short<6>,
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

    /// A time in the usual spelling, which is right in both bindings; `None` for all others.
    pub(crate) fn usual(text: &str) -> Option<Self> {
        usual(text).filter(has_year).map(|instant| Self { spelled: text.into(), instant })
    }
}

impl ZoneOffset {
    /// No offset from UTC.
    pub fn utc() -> Self {
        Self { spelled: "+00:00".into(), offset: Offset::UTC }
    }

    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// Minutes east of Greenwich.
    pub fn minutes(&self) -> i16 {
        // An offset is 14 hours at most.
        i16::try_from(self.offset.seconds() / 60).unwrap_or_default()
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
        Self { spelled: instant.to_string().as_str().into(), instant }
    }
}

impl FromStr for EventTime {
    type Err = InvalidTime;

    fn from_str(spelled: &str) -> Result<Self, Self::Err> {
        let text = spelled.trim();
        match instant(text).filter(has_year) {
            Some(instant) => Ok(Self { spelled: text.into(), instant }),
            None => Err(InvalidTime::Instant(text.to_owned())),
        }
    }
}

impl FromStr for ZoneOffset {
    type Err = InvalidTime;

    fn from_str(spelled: &str) -> Result<Self, Self::Err> {
        let text = spelled.trim();
        let invalid = || InvalidTime::Offset(text.to_owned());
        let offset = offset(text.as_bytes()).ok_or_else(invalid)?;
        Ok(Self { spelled: text.into(), offset })
    }
}

/// The instant that a text without white space around it is, in any spelling.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    usual(text).or_else(|| to_nanoseconds(text).parse().ok())
}

/// `Z` or `±hh:mm`, up to fourteen hours.
fn offset(text: &[u8]) -> Option<Offset> {
    let (sign, hours, minutes) = match text {
        [b'Z'] => return Some(Offset::UTC),
        [b'+', h1, h2, b':', m1, m2] => (1, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        [b'-', h1, h2, b':', m1, m2] => (-1, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    let total = i32::from(hours) * 60 + i32::from(minutes);
    (minutes < 60 && total <= 14 * 60).then(|| Offset::from_seconds(sign * total * 60).ok()).flatten()
}

/// Whether an instant has a year in UTC: XML has no year 0 (XML Schema 1.0 part 2, §3.2.7).
fn has_year(instant: &Timestamp) -> bool {
    const BEGINNING_OF_YEAR_1: i64 = -62_135_596_800;
    instant.as_second() >= BEGINNING_OF_YEAR_1
}

/// The instant of the usual spelling, `YYYY-MM-DDThh:mm:ss[.fffffffff](Z|±hh:mm)`, several times as fast as reading
/// every spelling there is; `None` for all others.
fn usual(text: &str) -> Option<Timestamp> {
    let ([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', rest @ ..], zone) =
        text.as_bytes().split_first_chunk::<19>()?
    else {
        return None;
    };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = rest else { return None };
    let small = |digit: &u8, next: &u8| digits(&[*digit, *next]).and_then(|number| i8::try_from(number).ok());
    let (fraction, zone) = match zone {
        [b'.', rest @ ..] => {
            let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, zone) = rest.split_at_checked(length)?;
            (nanoseconds(fraction)?, zone)
        }
        zone => (0, zone),
    };
    let date = Date::new(digits(&[*y1, *y2, *y3, *y4])?, small(m1, m2)?, small(d1, d2)?).ok()?;
    let time = Time::new(small(h1, h2)?, small(n1, n2)?, small(s1, s2)?, fraction).ok()?;
    offset(zone)?.to_timestamp(date.to_datetime(time)).ok()
}

/// The number that up to four digits are.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0_i16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0')))
}

/// The nanoseconds of a fraction of a second, up to nine digits.
fn nanoseconds(digits: &[u8]) -> Option<i32> {
    let scale = 10_i32.pow(u32::try_from(9_usize.checked_sub(digits.len())?).ok()?);
    let number = digits.iter().fold(0_i32, |number, byte| number * 10 + i32::from(byte - b'0'));
    (!digits.is_empty()).then_some(number * scale)
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
                str::to_owned(&value.spelled)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_before_the_first_year_is_none() {
        for text in ["0000-12-02T16:40:43+01:00", "0001-01-01T00:30:00+01:00", "-0001-12-02T16:40:43Z"] {
            assert!(text.parse::<EventTime>().is_err(), "{text}");
        }
        assert_eq!("0001-01-01T00:00:00Z".parse::<EventTime>().unwrap().spelled(), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn the_usual_spelling_is_read_as_any_other() {
        for text in [
            "2028-02-29T23:59:59Z",
            "2028-08-15T22:30:00-07:00",
            "1969-12-31T23:59:59.5+14:00",
            "2028-08-15T22:30:00.123456789-00:30",
            "0001-01-01T00:00:00.1Z",
        ] {
            assert_eq!(usual(text), Some(text.parse().unwrap()), "{text}");
        }
        for text in [
            "2027-02-29T00:00:00Z",
            "2028-08-15T24:00:00Z",
            "2028-08-15T22:30:60Z",
            "2028-08-15T22:30:00",
            "2028-08-15T22:30:00.Z",
            "2028-08-15T22:30:00.1234567890Z",
            "2028-08-15T22:30:00+14:01",
            "2028-08-15 22:30:00Z",
        ] {
            assert_eq!(usual(text), None, "{text}");
        }
    }
}
