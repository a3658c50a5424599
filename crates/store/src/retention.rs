//! How long records are kept, whatever anybody asks for.

use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};

/// Months that records are kept at least: "2 years from the date you created or obtained the records" (21 CFR 1.1455(d)).
const REQUIRED_MONTHS: u16 = 24;

/// What has to be written to keep records for less.
const OVERRIDE: &str = "yes, these records are not under the rule";

/// How long records are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    // Invariant: at least `REQUIRED_MONTHS`, or somebody wrote `OVERRIDE`; never 0.
    months: u16,
}

/// Why a retention is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidRetention {
    /// Shorter than the rule asks for.
    #[error(
        "records are kept {REQUIRED_MONTHS} months at least (21 CFR 1.1455(d)), and {months} is less; where the rule does \
         not apply to any of them, write `less_than_the_rule_requires = \"{OVERRIDE}\"`"
    )]
    TooShort {
        /// What was asked for.
        months: u16,
    },
    /// Nothing would be kept.
    #[error("records are kept one month at least")]
    Nothing,
    /// The confirmation has another text.
    #[error("`less_than_the_rule_requires` has one value, \"{OVERRIDE}\"")]
    Confirmation,
    /// The calendar does not go back so far.
    #[error("there is no day {months} months ago")]
    TooLong {
        /// What was asked for.
        months: u16,
    },
}

/// Why records cannot be purged up to a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("records from {earliest} on are kept; choose that day or an earlier one")]
pub struct TooYoung {
    /// The first day that is kept.
    pub earliest: Date,
}

/// The instant from which on everything is kept. Only [`Retention`] makes one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Cutoff(Timestamp);

impl Default for Retention {
    fn default() -> Self {
        Self { months: REQUIRED_MONTHS }
    }
}

impl Retention {
    /// `confirmation` is what stands under `less_than_the_rule_requires`.
    ///
    /// # Errors
    /// [`InvalidRetention`].
    pub fn new(months: u16, confirmation: Option<&str>) -> Result<Self, InvalidRetention> {
        match confirmation {
            Some(OVERRIDE) if months > 0 => Ok(Self { months }),
            None if months >= REQUIRED_MONTHS => Ok(Self { months }),
            Some(OVERRIDE) => Err(InvalidRetention::Nothing),
            Some(_) => Err(InvalidRetention::Confirmation),
            None => Err(InvalidRetention::TooShort { months }),
        }
    }

    /// How many months.
    pub fn months(self) -> u16 {
        self.months
    }

    /// The beginning, in UTC, of the first day that has to be kept.
    ///
    /// # Errors
    /// [`InvalidRetention::TooLong`].
    pub fn cutoff(self, now: Timestamp) -> Result<Cutoff, InvalidRetention> {
        let today = Offset::UTC.to_datetime(now).date();
        let too_long = |_| InvalidRetention::TooLong { months: self.months };
        let day = today.checked_sub(i32::from(self.months).months()).map_err(too_long)?;
        Cutoff::at(day).ok_or(InvalidRetention::TooLong { months: self.months })
    }
}

impl Cutoff {
    fn at(day: Date) -> Option<Self> {
        Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok().map(Self)
    }

    /// The first day that is kept.
    pub fn day(self) -> Date {
        Offset::UTC.to_datetime(self.0).date()
    }

    /// The beginning of an earlier day instead.
    ///
    /// # Errors
    /// [`TooYoung`] for a later day.
    pub fn before(self, day: Date) -> Result<Self, TooYoung> {
        Self::at(day).filter(|cutoff| *cutoff <= self).ok_or(TooYoung { earliest: self.day() })
    }

    pub(crate) fn instant(self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn now() -> Timestamp {
        "2030-02-28T23:59:59Z".parse().unwrap()
    }

    #[test]
    fn two_years_are_kept_to_the_day() {
        let cutoff = Retention::default().cutoff(now()).unwrap();
        assert_eq!(cutoff.day(), date(2028, 2, 28));
        assert_eq!(cutoff.instant().to_string(), "2028-02-28T00:00:00Z");
    }

    #[test]
    fn a_leap_day_is_kept_a_day_longer_rather_than_shorter() {
        let leap: Timestamp = "2028-02-29T12:00:00Z".parse().unwrap();
        let kept = Retention::new(12 * 2 + 12, None).unwrap().cutoff(leap).unwrap();
        assert_eq!(kept.day(), date(2025, 2, 28));
    }

    #[test]
    fn less_than_the_rule_asks_for_has_to_be_said_in_full() {
        assert_eq!(Retention::new(23, None), Err(InvalidRetention::TooShort { months: 23 }));
        assert_eq!(Retention::new(6, Some("yes")), Err(InvalidRetention::Confirmation));
        assert_eq!(Retention::new(0, Some(OVERRIDE)), Err(InvalidRetention::Nothing));
        assert_eq!(Retention::new(6, Some(OVERRIDE)).unwrap().months(), 6);
    }

    #[test]
    fn a_later_day_than_the_retention_allows_is_refused_with_the_first_day_that_is_kept() {
        let cutoff = Retention::default().cutoff(now()).unwrap();
        assert_eq!(cutoff.before(date(2027, 1, 1)).unwrap().day(), date(2027, 1, 1));
        let refused = cutoff.before(date(2028, 2, 29)).unwrap_err();
        assert_eq!(refused.to_string(), "records from 2028-02-28 on are kept; choose that day or an earlier one");
    }
}
