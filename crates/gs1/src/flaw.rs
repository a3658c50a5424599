//! What is wrong with a key that was read all the same.

use crate::{Digits, Key, digits::all_digits, text::in_set82};

/// Why a key cannot be right, although everyone can see which key is meant.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The last digit is not the check digit of the others (GS1 General Specifications §7.9.1).
    #[error("check digit is {found}, expected {expected}")]
    CheckDigit {
        /// The digit that stands there.
        found: char,
        /// The digit that the others ask for.
        expected: char,
    },
    /// A character that this part of this key cannot have.
    #[error("`{found}` cannot stand in {part}, expected {expected}")]
    Character {
        /// The part, in words: "a coupon's serial number".
        part: &'static str,
        /// The first such character.
        found: char,
        /// What may stand there, in words.
        expected: &'static str,
    },
    /// The key begins with fewer digits than the shortest company prefix has.
    #[error("begins with {digits} digits, expected a company prefix of at least 4")]
    CompanyPrefix {
        /// How many digits it begins with.
        digits: usize,
    },
    /// A returnable asset's key begins with a zero (General Specifications §3.9, AI 8003).
    #[error("begins with `{found}`, expected `0`")]
    LeadingZero {
        /// What it begins with.
        found: char,
    },
    /// A date that no calendar has.
    #[error("`{found}` is not a date, expected YYMMDD")]
    Date {
        /// What stands there.
        found: String,
    },
    /// A piece that is none of the pieces.
    #[error("piece {piece} of {total} does not exist")]
    Piece {
        /// Which piece it claims to be.
        piece: Digits<2>,
        /// How many there are.
        total: Digits<2>,
    },
}

const DIGITS: &str = "digits";
const SET_39: &str = "A to Z, digits, `#`, `-` or `/`";
const SET_82: &str = "GS1 character set 82";

impl Key {
    /// The first thing that is wrong with a key; `None` for a sound key and for an opaque URI.
    ///
    /// ```
    /// use gs1::{Flaw, Identifier};
    ///
    /// let wrong = Identifier::new("https://id.gs1.org/00/095210030000000016");
    /// assert_eq!(wrong.key().flaw(), Some(Flaw::CheckDigit { found: '6', expected: '5' }));
    /// assert_eq!(wrong.key().flaw().unwrap().to_string(), "check digit is 6, expected 5");
    /// ```
    pub fn flaw(&self) -> Option<Flaw> {
        match self {
            Self::Gtin { gtin } | Self::Lgtin { gtin, .. } | Self::Sgtin { gtin, .. } | Self::Upui { gtin, .. } => {
                check_digit(*gtin)
            }
            Self::Itip { gtin, piece, total, .. } => check_digit(*gtin).or_else(|| no_piece(*piece, *total)),
            Self::Sscc { sscc } => check_digit(*sscc),
            Self::Gln { gln, .. } | Self::Pgln { gln } => check_digit(*gln),
            Self::Grai { grai, serial } => leading_zero(*grai)
                .or_else(|| check_digit(*grai))
                .or_else(|| character("an asset's serial number", serial.as_deref()?, SET_82)),
            Self::Gdti { gdti, serial } => {
                check_digit(*gdti).or_else(|| character("a document's serial number", serial.as_deref()?, SET_82))
            }
            Self::Gcn { gcn, serial } => {
                check_digit(*gcn).or_else(|| character("a coupon's serial number", serial.as_deref()?, DIGITS))
            }
            Self::Giai { giai } => {
                company_prefix(giai).or_else(|| character("an individual asset identifier", giai, SET_82))
            }
            Self::Ginc { ginc } => company_prefix(ginc).or_else(|| character("a consignment number", ginc, SET_82)),
            Self::Cpi { cpid, serial } => company_prefix(cpid)
                .or_else(|| character("a component identifier", cpid, SET_39))
                .or_else(|| character("a component's serial number", serial.as_deref()?, DIGITS)),
            Self::Gsin { gsin } => check_digit(*gsin),
            Self::Gsrn { gsrn, instance } | Self::Gsrnp { gsrn, instance } => {
                check_digit(*gsrn).or_else(|| character("a service relation instance", instance.as_deref()?, DIGITS))
            }
            Self::Uri(_) => None,
        }
    }
}

fn check_digit<const N: usize>(digits: Digits<N>) -> Option<Flaw> {
    let right = digits.with_right_check_digit();
    let last = |digits: Digits<N>| digits.chars().next_back();
    if digits == right { None } else { Some(Flaw::CheckDigit { found: last(digits)?, expected: last(right)? }) }
}

fn leading_zero(grai: Digits<14>) -> Option<Flaw> {
    grai.chars().next().filter(|first| *first != '0').map(|found| Flaw::LeadingZero { found })
}

fn no_piece(piece: Digits<2>, total: Digits<2>) -> Option<Flaw> {
    (piece.as_str() == "00" || piece > total).then_some(Flaw::Piece { piece, total })
}

fn company_prefix(text: &str) -> Option<Flaw> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (digits < 4).then_some(Flaw::CompanyPrefix { digits })
}

fn character(part: &'static str, text: &str, expected: &'static str) -> Option<Flaw> {
    let fits = |byte: u8| match expected {
        DIGITS => byte.is_ascii_digit(),
        SET_39 => byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'#' | b'-' | b'/'),
        _ => in_set82(byte),
    };
    if all_digits(text) {
        return None;
    }
    let found = text.bytes().find(|byte| !fits(*byte)).map(char::from)?;
    Some(Flaw::Character { part, found, expected })
}
