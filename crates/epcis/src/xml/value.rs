//! Times, offsets and numbers in elements and attributes.

use std::str::FromStr;

use super::{
    grammar::Version,
    tree::At,
    walk::{Walk, excerpt},
};
use crate::{EventTime, Finding, Quantity, Severity, Value, ZoneOffset, rule};

impl<'t> Walk<'t> {
    pub(super) fn time(&mut self, at: &At<'t>) -> Option<EventTime> {
        let text = self.text(at)?;
        if self.version == Version::V1
            && let Some(time) = self.local_time(at, text)
        {
            return Some(time);
        }
        self.time_of(at, text)
    }

    /// A time with an offset, as `DateTimeStamp` of the schema has it.
    pub(super) fn time_of(&mut self, at: &At<'t>, text: &str) -> Option<EventTime> {
        let time = is_date_time_stamp(text).then(|| EventTime::from_str(text).ok()).flatten();
        if time.is_none() {
            let message = format!("`{}` is not a date and time with an offset", excerpt(text));
            self.reject(at, rule::TIME_FORMAT, message, "write it like `2028-08-15T22:30:00-07:00`");
        }
        time
    }

    /// The schema of 1.x allows times without an offset; that of the event is theirs.
    fn local_time(&mut self, at: &At<'t>, text: &str) -> Option<EventTime> {
        if !is_date_time_stamp(&format!("{text}Z")) {
            return None;
        }
        let offset = self.root.children().find(|child| child.local() == "eventTimeZoneOffset")?;
        let offset: ZoneOffset = offset.text().parse().ok()?;
        let spelled = format!("{text}{}", offset.spelled());
        let time = EventTime::from_str(&spelled).ok()?;
        let message = format!("`{text}` has no offset; that of the event is taken");
        let finding = Finding::new(rule::TIME_FORMAT, Severity::Warn, self.location(at), message);
        self.add(finding.with_help(format!("write `{spelled}`")).with_corrected(spelled));
        Some(time)
    }

    pub(super) fn offset(&mut self, at: &At<'t>) -> Option<ZoneOffset> {
        let text = self.text(at)?;
        let offset = text.parse().ok();
        if text == "Z" {
            let finding =
                Finding::new(rule::TIME_FORMAT, Severity::Warn, self.location(at), "`Z` is no offset with digits");
            self.add(finding.with_help("write `+00:00`").with_corrected("+00:00"));
        }
        if offset.is_none() {
            let message = format!("`{}` is not an offset from UTC", excerpt(text));
            self.reject(at, rule::TIME_FORMAT, message, "write it like `-07:00`");
        }
        offset
    }

    /// An amount: a decimal number in 1.x, a double in 2.0, which also has exponents.
    pub(super) fn quantity(&mut self, at: &At<'t>) -> Option<Quantity> {
        if at.is_nil() {
            if !at.text().is_empty() || at.children().next().is_some() {
                let message = format!("`{}` has both a value and `xsi:nil`", at.local());
                self.reject(at, rule::FIELD_VALUE, message, "leave one of them out");
            }
            return None;
        }
        let text = self.text(at)?;
        if !is_number(text, self.version == Version::V2) {
            self.not_a_number(at, text);
            return None;
        }
        let quantity = text.parse().ok();
        if quantity.is_none() {
            let message = format!("`{}` has more than the 28 digits that an amount can have", excerpt(text));
            self.reject(at, rule::FIELD_VALUE, message, "write it with fewer digits, or in a larger unit");
        }
        quantity
    }

    /// A value of an attribute that the schema calls a double.
    pub(super) fn number(&mut self, at: &At<'t>, text: &str) -> Value {
        let text = text.trim();
        if is_number(text, true) && !text.starts_with('+') {
            return Value::Number(text.to_owned());
        }
        if !is_number(text, true) && !matches!(text, "INF" | "-INF" | "NaN") {
            self.not_a_number(at, text);
        }
        Value::Text(text.to_owned())
    }

    fn not_a_number(&mut self, at: &At<'t>, text: &str) {
        let message = format!("`{}` is not a decimal number", excerpt(text));
        self.reject(at, rule::FIELD_VALUE, message, "write it like `10.5`");
    }
}

/// Whether a text is a decimal number, or one with an exponent where that is allowed.
pub(crate) fn is_number(text: &str, exponents: bool) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let signless = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(signless(exponent))),
        None => (text, None),
    };
    let mantissa = signless(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|exponent| exponents && !exponent.is_empty() && digits(exponent));
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// Whether a text is an `xsd:dateTime`, which needs no offset.
pub(crate) fn is_date_time(text: &str) -> bool {
    // The end of a day is the beginning of the next.
    let text = text.trim().replacen("T24:00:00", "T00:00:00", 1);
    [text.clone(), text + "Z"].iter().any(|text| is_date_time_stamp(text) && EventTime::from_str(text).is_ok())
}

/// The value of an `xsd:boolean`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`; that the day exists is checked where it is read.
pub(crate) fn is_date_time_stamp(text: &str) -> bool {
    let Some((seconds, rest)) = text.split_at_checked(19) else { return false };
    let digits = seconds.bytes().zip("0000-00-00T00:00:00".bytes());
    let shaped = digits.fold(true, |shaped, (found, pattern)| {
        shaped & if pattern == b'0' { found.is_ascii_digit() } else { found == pattern }
    });
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    shaped
        && !seconds.starts_with("0000")
        && !seconds.ends_with(":60")
        && (zone == "Z" || zone.parse::<ZoneOffset>().is_ok())
}
