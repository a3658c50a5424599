//! Keys of a fixed number of digits, and check digits.

use std::{fmt, ops::Deref, str};

/// Exactly `N` digits, held in place.
///
/// It reads as a `&str`. The last digit of most GS1 keys is a check digit; whether it is right is asked with
/// [`ends_in_check_digit`](Self::ends_in_check_digit), because a label may bear a wrong one and is still that label.
///
/// ```
/// use gs1::Digits;
///
/// let gln = Digits::<13>::new("4012345000054").unwrap();
/// assert_eq!(&*gln, "4012345000054");
/// assert!(gln.ends_in_check_digit());
/// assert_eq!(Digits::<13>::new("401234500005"), None);
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digits<const N: usize>([u8; N]); // Invariant: ASCII digits.

impl<const N: usize> Digits<N> {
    /// `text` when it is `N` digits.
    pub fn new(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let digits: [u8; N] = bytes.try_into().ok()?;
        // Without an early end, which the processor would have to guess.
        digits.iter().fold(true, |all, digit| all & digit.is_ascii_digit()).then_some(Self(digits))
    }

    /// `text` behind as many zeros as are missing.
    pub(crate) fn padded(text: &[u8]) -> Option<Self> {
        let mut digits = [b'0'; N];
        digits.get_mut(N.checked_sub(text.len())?..)?.copy_from_slice(text);
        Self::from_bytes(&digits)
    }

    /// The digits of `parts` in a row, and their check digit. `None` unless they are `N - 1` digits together.
    pub(crate) fn joined(parts: &[&str]) -> Option<Self> {
        let mut digits = [0; N];
        let mut bytes = parts.iter().flat_map(|part| part.bytes());
        let (last, rest) = digits.split_last_mut()?;
        for digit in &mut *rest {
            *digit = bytes.next().filter(u8::is_ascii_digit)?;
        }
        *last = check_digit(rest);
        bytes.next().is_none().then_some(Self(digits))
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether the last digit is the check digit of the others.
    pub fn ends_in_check_digit(&self) -> bool {
        *self == self.with_right_check_digit()
    }

    /// The same digits with the last one replaced by the check digit of the others.
    #[must_use]
    pub fn with_right_check_digit(mut self) -> Self {
        if let Some((last, rest)) = self.0.split_last_mut() {
            *last = check_digit(rest);
        }
        self
    }
}

impl Digits<14> {
    /// A GTIN-8, -12, -13 or -14 as 14 digits; the check digit is not looked at.
    ///
    /// ```
    /// # use gs1::Digits;
    /// assert_eq!(Digits::gtin("97803111").unwrap().as_str(), "00000097803111");
    /// ```
    pub fn gtin(text: &str) -> Option<Self> {
        Self::gtin_bytes(text.as_bytes())
    }

    pub(crate) fn gtin_bytes(bytes: &[u8]) -> Option<Self> {
        matches!(bytes.len(), 8 | 12 | 13 | 14).then(|| Self::padded(bytes)).flatten()
    }
}

impl<const N: usize> Deref for Digits<N> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Whether every character is an ASCII digit; false for the empty text.
pub(crate) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The check digit of `digits` (GS1 General Specifications §7.9.1): weights 3 and 1 from the right.
pub(crate) fn check_digit(digits: &[u8]) -> u8 {
    let value = |digit: Option<&u8>| digit.map_or(0, |digit| usize::from(digit.wrapping_sub(b'0')));
    let sum: usize =
        digits.rchunks(2).map(|pair| value(pair.last()) * 3 + value(pair.first().filter(|_| pair.len() > 1))).sum();
    b"0987654321".get(sum % 10).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_general_specifications() {
        for (digits, check) in [("629104150021", '3'), ("37610425002123456", '9'), ("8061414112345", '8'), ("", '0')] {
            assert_eq!(char::from(check_digit(digits.as_bytes())), check, "{digits}");
        }
    }

    #[test]
    fn short_gtins_are_padded() {
        assert_eq!(Digits::gtin("97803111").unwrap().as_str(), "00000097803111");
        assert_eq!(Digits::gtin("012345678905").unwrap().as_str(), "00012345678905");
        assert_eq!(Digits::gtin("123456789"), None);
        assert_eq!(Digits::gtin("1234567A"), None);
    }

    #[test]
    fn parts_are_joined_only_when_they_fill_the_key() {
        assert_eq!(Digits::<13>::joined(&["4012345", "00005"]).unwrap().as_str(), "4012345000054");
        assert_eq!(Digits::<13>::joined(&["4012345", "0005"]), None);
        assert_eq!(Digits::<13>::joined(&["4012345", "000055"]), None);
        assert_eq!(Digits::<13>::joined(&["4012345", "000055", "1"]), None);
        assert_eq!(Digits::<13>::joined(&["401234A", "00005"]), None);
    }
}
