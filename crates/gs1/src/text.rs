//! Lots, serial numbers and other short texts of GS1 character set 82.

use std::{fmt, ops::Deref, str};

/// 1 to `MAX` characters of GS1 character set 82 (`A`–`Z`, `a`–`z`, `0`–`9` and `!"%&'()*+,-./:;<=>?_`), held in place.
///
/// It reads as a `&str`. Case and leading zeros matter. Component identifiers may hold a `#` too; such a text is only
/// made by reading one.
///
/// ```
/// use gs1::Text;
///
/// let lot = Text::<20>::new("L-17/a").unwrap();
/// assert_eq!(&*lot, "L-17/a");
/// assert_eq!(Text::<20>::new("L 17"), None);
/// assert_eq!(Text::<4>::new("L-17/a"), None);
/// ```
// The unused bytes are zero, so that the derived comparisons are those of the text. `len` stands behind for that reason.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Text<const MAX: usize> {
    bytes: [u8; MAX],
    len: u8,
}

impl<const MAX: usize> Text<MAX> {
    /// `text` when it is 1 to `MAX` characters of the set.
    pub fn new(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        Self::of(text, in_set82)
    }

    /// The same with `#`, which stands in character set 39 only.
    pub(crate) fn with_hash(text: &[u8]) -> Option<Self> {
        Self::of(text, in_set82_or_hash)
    }

    fn of(text: &[u8], allowed: impl Fn(u8) -> bool) -> Option<Self> {
        if text.is_empty() || !text.iter().fold(true, |all, byte| all & allowed(*byte)) {
            return None;
        }
        let mut bytes = [0; MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { bytes, len: u8::try_from(text.len()).ok()? })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

pub(crate) fn in_set82(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'%'..=b'?' | b'!' | b'"' | b'_')
}

pub(crate) fn in_set82_or_hash(byte: u8) -> bool {
    byte == b'#' || in_set82(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_are_bounded_and_of_one_character_set() {
        assert!(Text::<20>::new("L-17/a").is_some());
        for wrong in ["", "L 17", "L#17", "L\u{e9}", "123456789012345678901"] {
            assert_eq!(Text::<20>::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_set_has_eighty_two_characters() {
        let count = (0..=u8::MAX).filter(|byte| in_set82(*byte)).count();
        assert_eq!(count, 82);
        assert!(b"!\"%&'()*+,-./:;<=>?_".iter().all(|byte| in_set82(*byte)));
    }

    #[test]
    fn texts_sort_as_text() {
        let texts = ["1", "10", "1A", "A", "a"].map(|text| Text::<20>::new(text).unwrap());
        assert!(texts.is_sorted());
    }
}
