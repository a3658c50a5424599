//! GS1 element strings: what a barcode holds, and how people write it.

use std::fmt::{self, Write};

use crate::{
    CharacterSet, Flaw, Key, Text,
    ai::{Content, Format, Part},
    assemble::{self, Qualifiers},
    digital_link::qualifiers_of,
};

/// What scanners send for FNC1 between two elements.
const SEPARATOR: char = '\u{1d}';

/// How a scanner says that a symbol holds element strings: GS1-128, `DataBar` and composites, `DataMatrix`, QR, `DotCode`.
const SYMBOLOGIES: &[&str] = &["]C1", "]e0", "]d2", "]Q3", "]J1"];

/// Application identifiers and their values, as one symbol bears them.
///
/// `Display` writes them bracketed, [`raw`](Self::raw) as a scanner sends them; both are read again as the same.
///
/// ```
/// use gs1::ElementString;
///
/// let scanned = ElementString::parse("]d2010952123454321317280930").unwrap();
/// assert_eq!(scanned.to_string(), "(01)09521234543213(17)280930");
///
/// let label = ElementString::parse("(01)09521234543213(10)ABC").unwrap();
/// assert_eq!(label.value("10"), Some("ABC"));
/// assert_eq!(label.keys()[0].to_string(), "https://id.gs1.org/01/09521234543213/10/ABC");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ElementString {
    elements: Vec<Element>, // Invariant: not empty.
}

/// One application identifier and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Element {
    ai: Text<4>,
    value: String, // Invariant: fits the format of `ai`.
}

/// Why a text is not an element string. Places are counted in bytes from 0, in messages from 1.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidElementString {
    /// Nothing stands there.
    #[error("expected application identifiers, found nothing")]
    Empty,
    /// No application identifier where one must begin.
    #[error("at position {}: `{found}` begins no application identifier", at + 1)]
    UnknownIdentifier {
        /// Where it stands.
        at: usize,
        /// The up to four characters there.
        found: String,
    },
    /// A character that the value cannot have there.
    #[error("at position {}: `{}` cannot stand in ({ai}), expected {expected}", at + 1, found.escape_default())]
    Character {
        /// Where it stands.
        at: usize,
        /// The application identifier.
        ai: Text<4>,
        /// The character.
        found: char,
        /// What may stand there.
        expected: CharacterSet,
    },
    /// A value that is too short or too long; behind one that is too long a separator may be missing.
    #[error("at position {}: ({ai}) has {found} characters, expected {}", at + 1, Lengths(*min, *max))]
    Length {
        /// Where the value begins.
        at: usize,
        /// The application identifier.
        ai: Text<4>,
        /// How long the value is.
        found: usize,
        /// How long it is at least.
        min: usize,
        /// How long it is at most.
        max: usize,
    },
}

struct Lengths(usize, usize);

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == self.1 { write!(f, "{}", self.0) } else { write!(f, "{} to {}", self.0, self.1) }
    }
}

impl InvalidElementString {
    /// Where the text goes wrong, in bytes from 0.
    pub fn at(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::UnknownIdentifier { at, .. } | Self::Character { at, .. } | Self::Length { at, .. } => *at,
        }
    }
}

impl Element {
    /// The application identifier, two to four digits.
    pub fn ai(&self) -> &str {
        &self.ai
    }

    /// The value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What is wrong with the value although its form is right: check digits and dates.
    pub fn flaw(&self) -> Option<Flaw> {
        let mut rest = self.value.as_str();
        for part in Format::of(&self.ai)?.parts {
            let (head, tail) = rest.split_at_checked(part.max.min(rest.len()))?;
            if let Some(flaw) = flaw(*part, head) {
                return Some(flaw);
            }
            rest = tail;
        }
        None
    }
}

fn flaw(part: Part, value: &str) -> Option<Flaw> {
    match part.content {
        Content::Anything => None,
        _ if value.is_empty() => None,
        Content::CheckDigit => {
            let (found, rest) = value.as_bytes().split_last()?;
            let expected = crate::digits::check_digit(rest);
            (*found != expected).then(|| Flaw::CheckDigit { found: char::from(*found), expected: char::from(expected) })
        }
        Content::Date => (!is_day(value, 1)).then(|| Flaw::Date { found: value.to_owned() }),
        Content::DateOrMonth => (!is_day(value, 0)).then(|| Flaw::Date { found: value.to_owned() }),
    }
}

/// Whether `YYMMDD` is in the calendar. The century is not known, so every fourth year is a leap year.
fn is_day(value: &str, first_day: u8) -> bool {
    let two = |at: usize| value.get(at..at + 2).and_then(|digits| digits.parse::<u8>().ok());
    let (Some(year), Some(month), Some(day)) = (two(0), two(2), two(4)) else { return false };
    let last_day = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 => 29,
        2 => 28,
        _ => return false,
    };
    (first_day..=last_day).contains(&day)
}

impl ElementString {
    /// Reads element strings, bracketed as people write them or raw as scanners send them.
    ///
    /// In the bracketed form a `(` of a value is written `\(` where it could be taken for the next identifier, and
    /// spaces between the elements do not matter. The raw form may begin with a symbology identifier (`]C1`, `]d2`,
    /// `]Q3`, `]e0`, `]J1`) or FNC1; FNC1 is the control character GS, 0x1D.
    ///
    /// # Errors
    /// When something is no application identifier, or a value does not have its form; where, and what was expected.
    pub fn parse(text: &str) -> Result<Self, InvalidElementString> {
        let elements = if text.trim_start().starts_with('(') { bracketed(text)? } else { raw(text)? };
        if elements.is_empty() { Err(InvalidElementString::Empty) } else { Ok(Self { elements }) }
    }

    /// The elements in their order.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The value of the first element with this application identifier.
    pub fn value(&self, ai: &str) -> Option<&str> {
        self.elements.iter().find(|element| element.ai() == ai).map(Element::value)
    }

    /// What a scanner sends: no brackets, and GS behind every value of no predefined length but the last.
    pub fn raw(&self) -> String {
        let mut raw = String::new();
        let mut pending = false;
        for element in &self.elements {
            if pending {
                raw.push(SEPARATOR);
            }
            raw.push_str(&element.ai);
            raw.push_str(&element.value);
            pending = !Format::of(&element.ai).is_some_and(|format| format.predefined);
        }
        raw
    }

    /// The GS1 keys that it names, the finest one of each primary key first: a GTIN with a serial number and a lot names
    /// the instance and the lot. The content of a logistic unit (AI 02) is named too.
    ///
    /// ```
    /// # use gs1::ElementString;
    /// let label = ElementString::parse("(00)095210030000000015(02)19521003000173(37)24(10)A7").unwrap();
    /// let keys: Vec<String> = label.keys().iter().map(ToString::to_string).collect();
    /// assert_eq!(keys, ["https://id.gs1.org/00/095210030000000015", "https://id.gs1.org/01/19521003000173/10/A7"]);
    /// ```
    pub fn keys(&self) -> Vec<Key> {
        let mut beside = Qualifiers::default();
        for element in &self.elements {
            // What is no qualifier says nothing here.
            let _ = beside.set(element.ai(), element.value.as_bytes());
        }
        let mut keys = Vec::new();
        for element in &self.elements {
            for with in finest_first(element.ai(), &beside) {
                keys.extend(assemble::key(primary(element.ai()), element.value.as_bytes(), &with));
            }
        }
        keys.dedup();
        keys
    }

    /// The elements whose form is right and whose value is not, in order.
    pub fn flaws(&self) -> Vec<(&Element, Flaw)> {
        self.elements.iter().filter_map(|element| Some((element, element.flaw()?))).collect()
    }
}

/// The content of a logistic unit is a trade item.
fn primary(ai: &str) -> &str {
    if ai == "02" { "01" } else { ai }
}

/// With which of the qualifiers a primary key makes a key of its own.
fn finest_first(ai: &str, all: &Qualifiers) -> Vec<Qualifiers> {
    if qualifiers_of(primary(ai)).is_none() {
        return Vec::new();
    }
    if !matches!(ai, "01" | "02" | "8006") {
        return vec![all.clone()];
    }
    let is_content = ai == "02";
    let serial = all.serial.filter(|_| !is_content);
    let tpx = all.tpx.filter(|_| !is_content && ai == "01");
    let mut found = Vec::new();
    found.extend(serial.map(|serial| Qualifiers { serial: Some(serial), ..Qualifiers::default() }));
    found.extend(tpx.map(|tpx| Qualifiers { tpx: Some(tpx), ..Qualifiers::default() }));
    found.extend(all.lot.map(|lot| Qualifiers { lot: Some(lot), ..Qualifiers::default() }));
    if found.is_empty() {
        found.push(Qualifiers::default());
    }
    found
}

impl fmt::Display for ElementString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for element in &self.elements {
            write!(f, "({})", element.ai)?;
            for character in element.value.chars() {
                if character == '(' {
                    f.write_char('\\')?;
                }
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// `(01)09521234543213(10)ABC`.
fn bracketed(text: &str) -> Result<Vec<Element>, InvalidElementString> {
    let mut elements = Vec::new();
    let mut at = text.len() - text.trim_start().len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (ai, format) = bracketed_ai(rest).ok_or_else(|| unknown(at, rest))?;
        let start = at + ai.len() + 2;
        let end = start + next_bracketed(text.get(start..).unwrap_or_default());
        let spelled = text.get(start..end).unwrap_or_default();
        let from = start + (spelled.len() - spelled.trim_start().len());
        let value = spelled.trim().replace("\\(", "(");
        check(format, ai, &value, from).map_err(|error| error.behind_escapes(spelled.trim(), from))?;
        elements.push(Element { ai, value });
        at = end;
    }
    Ok(elements)
}

/// The identifier that `text` begins with, in brackets.
fn bracketed_ai(text: &str) -> Option<(Text<4>, Format)> {
    let (ai, _) = text.strip_prefix('(')?.split_once(')')?;
    Some((Text::new(ai)?, Format::of(ai)?))
}

/// Where the next identifier begins in `text`, or its end.
fn next_bracketed(text: &str) -> usize {
    let begins = |at: usize| {
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        !escaped && text.get(at..).is_some_and(|rest| bracketed_ai(rest).is_some())
    };
    text.match_indices('(').map(|(at, _)| at).find(|at| begins(*at)).unwrap_or(text.len())
}

/// What a scanner sends.
fn raw(text: &str) -> Result<Vec<Element>, InvalidElementString> {
    let symbology = SYMBOLOGIES.iter().find(|symbology| text.starts_with(**symbology));
    let mut at = symbology.map_or(0, |symbology| symbology.len());
    at += usize::from(text.get(at..).is_some_and(|rest| rest.starts_with(SEPARATOR)));
    let mut elements = Vec::new();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (ai, format) = leading_ai(rest).ok_or_else(|| unknown(at, rest))?;
        let start = at + ai.len();
        let rest = text.get(start..).unwrap_or_default();
        let separator = rest.find(SEPARATOR).unwrap_or(rest.len());
        let len = if format.predefined { separator.min(format.lengths().1) } else { separator };
        // A predefined length that ends inside a character ends in one that is not allowed.
        let value = rest.get(..len).unwrap_or(rest);
        check(format, ai, value, start)?;
        elements.push(Element { ai, value: value.to_owned() });
        at = start + value.len();
        at += usize::from(text.get(at..).is_some_and(|rest| rest.starts_with(SEPARATOR)));
    }
    Ok(elements)
}

/// The identifier that `text` begins with. None begins another, so there is one at most.
fn leading_ai(text: &str) -> Option<(Text<4>, Format)> {
    (2..=4).find_map(|len| {
        let ai = text.get(..len)?;
        Some((Text::new(ai)?, Format::of(ai)?))
    })
}

fn unknown(at: usize, rest: &str) -> InvalidElementString {
    let most = if rest.starts_with('(') { 6 } else { 4 };
    InvalidElementString::UnknownIdentifier { at, found: rest.chars().take(most).collect() }
}

/// Whether a value that begins at `at` has its form.
fn check(format: Format, ai: Text<4>, value: &str, at: usize) -> Result<(), InvalidElementString> {
    let (min, max) = format.lengths();
    let length = || InvalidElementString::Length { at, ai, found: value.chars().count(), min, max };
    let mut from = 0;
    for part in format.parts {
        let rest = value.as_bytes().get(from..).unwrap_or_default();
        if part.optional && rest.is_empty() {
            break;
        }
        let taken = rest.get(..part.max).unwrap_or(rest);
        if let Some(wrong) = taken.iter().position(|byte| !part.set.has(*byte)) {
            let found = value.get(from + wrong..).and_then(|rest| rest.chars().next()).unwrap_or_default();
            return Err(InvalidElementString::Character { at: at + from + wrong, ai, found, expected: part.set });
        }
        if taken.len() < part.min {
            return Err(length());
        }
        from += taken.len();
    }
    if from == value.len() { Ok(()) } else { Err(length()) }
}

impl InvalidElementString {
    /// The same where a value was spelled with escapes, which its own places do not count.
    fn behind_escapes(mut self, spelled: &str, from: usize) -> Self {
        if let Self::Character { at, .. } = &mut self {
            let mut passed = 0;
            for (escape, _) in spelled.match_indices("\\(") {
                // Each escape is one byte longer than what it stands for.
                passed += usize::from(from + escape < *at + passed);
            }
            *at += passed;
        }
        self
    }
}
