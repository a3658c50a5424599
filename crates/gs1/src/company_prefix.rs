//! How long company prefixes are: what a Digital Link does not say and an EPC URN needs.

use std::collections::HashMap;

use crate::{Identifier, Key};

/// The lengths of GS1 company prefixes, as far as they are known.
///
/// Two kinds of knowledge meet here. A whole prefix, learned from a URN or added, says "these digits are one company
/// prefix". A range says "prefixes that begin with these digits have that length". A whole prefix is believed before
/// a range, a longer range before a shorter one. Where two whole prefixes fit the same key, or one range has two
/// lengths, somebody is wrong and the length counts as unknown.
///
/// ```
/// use gs1::{CompanyPrefixes, Identifier};
///
/// let link = Identifier::new("https://id.gs1.org/01/19521003000173/10/VV28228A");
/// let mut prefixes = CompanyPrefixes::new();
/// assert_eq!(link.to_urn(&prefixes), None);
///
/// prefixes.learn(&Identifier::new("urn:epc:id:sgln:9521003.00000.0"));
/// assert_eq!(link.to_urn(&prefixes).as_deref(), Some("urn:epc:class:lgtin:9521003.100017.VV28228A"));
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CompanyPrefixes {
    /// By leading digits, see [`code`].
    known: HashMap<u64, Known>,
    /// How many of them were learned.
    learned: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Known {
    Length(u8),
    /// Told to be of several lengths.
    Contradicting,
}

/// Why something says nothing about company prefixes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidCompanyPrefix {
    /// Not digits, or too many or too few of them.
    #[error("`{found}` is not the beginning of a company prefix, expected 1 to 12 digits")]
    Digits {
        /// What was given.
        found: String,
    },
    /// EPC URNs have company prefixes of 6 to 12 digits, and no prefix is shorter than its beginning.
    #[error("a company prefix that begins with `{begin}` cannot have {length} digits, expected {} to 12", begin.len().max(6))]
    Length {
        /// The leading digits.
        begin: String,
        /// The length that was given.
        length: usize,
    },
}

impl CompanyPrefixes {
    /// How many prefixes are learned at most, so that a document made of nothing but new companies cannot fill the
    /// memory.
    pub const MOST_LEARNED: usize = 1 << 16;

    /// A table that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds that prefixes beginning with `begin` have `length` digits. A whole prefix has its own length.
    ///
    /// ```
    /// let mut prefixes = gs1::CompanyPrefixes::new();
    /// prefixes.add("9521003", 7).unwrap();
    /// prefixes.add("061", 7).unwrap();
    /// assert!(prefixes.add("061", 5).is_err());
    /// ```
    ///
    /// # Errors
    /// When `begin` is not 1 to 12 digits, or `length` is not 6 to 12 or is less than the digits given.
    pub fn add(&mut self, begin: &str, length: usize) -> Result<(), InvalidCompanyPrefix> {
        let code = code(begin).ok_or_else(|| InvalidCompanyPrefix::Digits { found: begin.to_owned() })?;
        let wrong = || InvalidCompanyPrefix::Length { begin: begin.to_owned(), length };
        if length < begin.len() || !(6..=12).contains(&length) {
            return Err(wrong());
        }
        let length = u8::try_from(length).map_err(|_| wrong())?;
        let known = self.known.entry(code).or_insert(Known::Length(length));
        if *known != Known::Length(length) {
            *known = Known::Contradicting;
        }
        Ok(())
    }

    /// Learns the company prefix of an identifier that was spelled as a URN; of any other it learns nothing.
    pub fn learn(&mut self, identifier: &Identifier) {
        let Some(prefix) = identifier.company_prefix() else { return };
        let Some(code) = code(prefix) else { return };
        if self.learned >= Self::MOST_LEARNED || self.known.contains_key(&code) {
            return;
        }
        let Ok(length) = u8::try_from(prefix.len()) else { return };
        self.known.insert(code, Known::Length(length));
        self.learned += 1;
    }

    /// The length of a key's company prefix; `None` when it is unknown or the key has none.
    pub fn length_of(&self, key: &Key) -> Option<usize> {
        match self.known_of(key)? {
            Known::Length(length) => Some(usize::from(length)),
            Known::Contradicting => None,
        }
    }

    /// Whether the length of a key's company prefix is unknown because of what is known: of two whole prefixes that
    /// fit, or of two lengths of one range.
    pub fn contradict(&self, key: &Key) -> bool {
        self.known_of(key) == Some(Known::Contradicting)
    }

    fn known_of(&self, key: &Key) -> Option<Known> {
        if self.known.is_empty() {
            return None;
        }
        let (mut whole, mut wholes, mut range) = (None, 0, None);
        let mut code = 1;
        for (digit, count) in key.prefixed_text()?.bytes().zip(1..=12_u8) {
            if !digit.is_ascii_digit() {
                break;
            }
            code = code * 10 + u64::from(digit - b'0');
            match self.known.get(&code) {
                Some(Known::Length(length)) if *length == count => {
                    whole = Some(Known::Length(count));
                    wholes += 1;
                }
                Some(known) => range = Some(*known),
                None => {}
            }
        }
        match wholes {
            0 => range,
            1 => whole,
            _ => Some(Known::Contradicting),
        }
    }
}

/// Leading digits as a number, with a 1 in front so that zeros count.
fn code(begin: &str) -> Option<u64> {
    if begin.is_empty() || begin.len() > 12 {
        return None;
    }
    begin.bytes().try_fold(1, |code, byte| byte.is_ascii_digit().then(|| code * 10 + u64::from(byte - b'0')))
}

impl Key {
    /// What stands from the first digit of the company prefix on.
    fn prefixed_text(&self) -> Option<&str> {
        match self {
            Self::Gtin { gtin: digits }
            | Self::Lgtin { gtin: digits, .. }
            | Self::Sgtin { gtin: digits, .. }
            | Self::Upui { gtin: digits, .. }
            | Self::Itip { gtin: digits, .. }
            | Self::Grai { grai: digits, .. } => digits.as_str().get(1..),
            Self::Sscc { sscc } => sscc.as_str().get(1..),
            Self::Gln { gln: digits, .. }
            | Self::Pgln { gln: digits }
            | Self::Gdti { gdti: digits, .. }
            | Self::Gcn { gcn: digits, .. } => Some(digits),
            Self::Giai { giai: text } | Self::Cpi { cpid: text, .. } | Self::Ginc { ginc: text } => Some(text),
            Self::Gsin { gsin } => Some(gsin),
            Self::Gsrn { gsrn, .. } | Self::Gsrnp { gsrn, .. } => Some(gsrn),
            Self::Uri(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(prefixes: &CompanyPrefixes, identifier: &str) -> Option<usize> {
        prefixes.length_of(Identifier::new(identifier).key())
    }

    #[test]
    fn whole_prefixes_are_believed_before_ranges_and_long_ranges_before_short_ones() {
        let mut prefixes = CompanyPrefixes::new();
        prefixes.add("95", 9).unwrap();
        prefixes.add("9521", 8).unwrap();
        assert_eq!(length(&prefixes, "https://id.gs1.org/01/19521003000173"), Some(8));
        assert_eq!(length(&prefixes, "https://id.gs1.org/414/9590000000000"), Some(9));
        prefixes.learn(&Identifier::new("urn:epc:id:pgln:9521003.00000"));
        assert_eq!(length(&prefixes, "https://id.gs1.org/01/19521003000173"), Some(7));
        assert_eq!(length(&prefixes, "https://id.gs1.org/414/4012345000054"), None);
    }

    #[test]
    fn contradicting_prefixes_leave_the_length_unknown() {
        let mut prefixes = CompanyPrefixes::new();
        prefixes.learn(&Identifier::new("urn:epc:id:pgln:9521003.00000"));
        prefixes.learn(&Identifier::new("urn:epc:id:pgln:95210030.0000"));
        assert_eq!(length(&prefixes, "https://id.gs1.org/414/9521003000008"), None);
        assert_eq!(length(&prefixes, "https://id.gs1.org/414/9521003100003"), Some(7));
        assert!(prefixes.contradict(Identifier::new("https://id.gs1.org/414/9521003000008").key()));
        assert!(!prefixes.contradict(Identifier::new("https://id.gs1.org/414/4012345000054").key()));
        prefixes.add("40", 7).unwrap();
        prefixes.add("40", 8).unwrap();
        assert_eq!(length(&prefixes, "https://id.gs1.org/414/4012345000054"), None);
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        let mut prefixes = CompanyPrefixes::new();
        for (begin, length) in [("", 7), ("12A", 7), ("1234567890123", 12), ("123", 5), ("123", 13), ("1234567", 6)] {
            assert!(prefixes.add(begin, length).is_err(), "{begin}");
        }
        assert_eq!(prefixes, CompanyPrefixes::new());
    }
}
