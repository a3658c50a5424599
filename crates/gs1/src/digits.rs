//! Digits, check digits and the character set of serial numbers.

/// Whether every character is an ASCII digit; false for the empty text.
pub(crate) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The check digit of `digits` (GS1 General Specifications §7.9.1): weights 3 and 1 from the right.
pub(crate) fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([3, 1].into_iter().cycle())
        .map(|(byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight)
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// `digits` with its check digit behind.
pub(crate) fn with_check_digit(mut digits: String) -> String {
    let check = check_digit(&digits);
    digits.push(check);
    digits
}

/// Whether the last digit of `digits` is the check digit of the others.
pub(crate) fn ends_in_check_digit(digits: &str) -> bool {
    let mut rest = digits.chars();
    rest.next_back().is_some_and(|last| last == check_digit(rest.as_str()))
}

/// A GTIN-8, -12, -13 or -14 as 14 digits; the check digit is not looked at.
pub(crate) fn gtin14(text: &str) -> Option<String> {
    (matches!(text.len(), 8 | 12 | 13 | 14) && all_digits(text)).then(|| format!("{text:0>14}"))
}

/// Exactly `len` digits.
pub(crate) fn digits(text: &str, len: usize) -> Option<String> {
    (text.len() == len && all_digits(text)).then(|| text.to_owned())
}

/// Whether `text` is 1 to `max` characters of GS1 character set 82.
pub(crate) fn is_set82(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(in_set82)
}

fn in_set82(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_general_specifications() {
        for (digits, check) in [("629104150021", '3'), ("37610425002123456", '9'), ("8061414112345", '8'), ("", '0')] {
            assert_eq!(check_digit(digits), check, "{digits}");
        }
    }

    #[test]
    fn short_gtins_are_padded() {
        assert_eq!(gtin14("97803111").as_deref(), Some("00000097803111"));
        assert_eq!(gtin14("012345678905").as_deref(), Some("00012345678905"));
        assert_eq!(gtin14("123456789"), None);
        assert_eq!(gtin14("1234567A"), None);
    }

    #[test]
    fn lots_are_bounded_and_of_one_character_set() {
        assert!(is_set82("L-17/a", 20));
        assert!(!is_set82("", 20));
        assert!(!is_set82("L 17", 20));
        assert!(!is_set82("123456789012345678901", 20));
    }
}
