//! Numbers in one spelling.

/// Numbers with larger exponents are beyond what computers call a number, and stay as they are.
const LARGEST_EXPONENT: i32 = 308;

/// Writes `text` in its one spelling if it is a decimal number: no leading and trailing zeros, no `+`, no exponent unless
/// the number is below 0.0001. Says whether it was one.
pub(super) fn write(text: &str, mut push: impl FnMut(&str)) -> bool {
    let Some(number) = parse(text) else { return false };
    let Number { negative, whole, fraction, point } = number;
    if whole.is_empty() && fraction.is_empty() {
        push("0");
        return true;
    }
    if negative {
        push("-");
    }
    let digits = Digits { whole, fraction };
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if point >= length {
        digits.write(0, digits.len(), &mut push);
        zeros(point - length, &mut push);
    } else if point > 0 {
        let point = usize::try_from(point).unwrap_or_default();
        digits.write(0, point, &mut push);
        push(".");
        digits.write(point, digits.len(), &mut push);
    } else if point > -4 {
        push("0.");
        zeros(-point, &mut push);
        digits.write(0, digits.len(), &mut push);
    } else {
        digits.write(0, 1, &mut push);
        if length > 1 {
            push(".");
            digits.write(1, digits.len(), &mut push);
        }
        push(&format!("e-{:02}", 1 - point));
    }
    true
}

/// A number: its significant digits without zeros at either end, and how many of them stand before the decimal point.
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    point: i32,
}

fn parse(text: &str) -> Option<Number<'_>> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        b'0'..=b'9' | b'.' => (false, text),
        _ => return None,
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let (mut whole, mut fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let mut point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if whole.is_empty() {
        let significant = fraction.trim_start_matches('0');
        point = point.checked_sub(i32::try_from(fraction.len() - significant.len()).ok()?)?;
        fraction = significant;
    } else if fraction.is_empty() {
        whole = whole.trim_end_matches('0');
    }
    (point.abs() <= LARGEST_EXPONENT).then_some(Number { negative, whole, fraction, point })
}

fn exponent_of(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let numeric = matches!(digits.len(), 1..=4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then(|| text.parse().ok()).flatten()
}

/// Digits that stand in two pieces.
struct Digits<'a> {
    whole: &'a str,
    fraction: &'a str,
}

impl Digits<'_> {
    fn len(&self) -> usize {
        self.whole.len() + self.fraction.len()
    }

    fn write(&self, start: usize, end: usize, push: &mut impl FnMut(&str)) {
        let split = self.whole.len();
        push(self.whole.get(start.min(split)..end.min(split)).unwrap_or_default());
        push(self.fraction.get(start.saturating_sub(split)..end.saturating_sub(split)).unwrap_or_default());
    }
}

fn zeros(count: i32, push: &mut impl FnMut(&str)) {
    for _ in 0..count {
        push("0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let mut written = String::new();
        if write(text, |part| written.push_str(part)) { written } else { format!("text {text}") }
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (spelled, one) in [
            ("1.0", "1"),
            ("0.3434000", "0.3434"),
            ("0012", "12"),
            ("+5", "5"),
            ("-0.50", "-0.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("12.5E1", "125"),
            ("1.25e-2", "0.0125"),
            ("100", "100"),
            ("0", "0"),
            ("-0.0", "0"),
            ("0e9", "0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("0.000012300", "1.23e-05"),
            ("340123451111111111", "340123451111111111"),
            ("1e22", "10000000000000000000000"),
        ] {
            assert_eq!(canonical(spelled), one, "{spelled}");
        }
    }

    #[test]
    fn what_is_no_number_stays_as_it_is() {
        for text in
            ["", "-", ".", "1.2.3", "1e", "1e+", "e5", "0x10", "1 2", "2020-11-10", "INF", "NaN", "1_000", "1e999"]
        {
            assert_eq!(canonical(text), format!("text {text}"));
        }
    }
}
