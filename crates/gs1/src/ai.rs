//! The application identifiers (GS1 General Specifications §3.2) and what their values look like.

use std::fmt;

use CharacterSet::{Base64Url, Digits, Set39, Set82};
use Content::{Anything, CheckDigit, Date, DateOrMonth};

/// Which characters a part of a value may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CharacterSet {
    /// `0` to `9`.
    Digits,
    /// GS1 character set 82, see [`Text`](crate::Text).
    Set82,
    /// GS1 character set 39: `A` to `Z`, digits, `#`, `-` and `/`.
    Set39,
    /// GS1 character set 64, which is base64 for URLs.
    Base64Url,
}

impl CharacterSet {
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Digits => byte.is_ascii_digit(),
            Set82 => crate::text::in_set82(byte),
            Set39 => byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'#' | b'-' | b'/'),
            Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='),
        }
    }
}

impl fmt::Display for CharacterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Digits => "digits",
            Set82 => "GS1 character set 82",
            Set39 => "A to Z, digits, `#`, `-` or `/`",
            Base64Url => "base64 for URLs",
        })
    }
}

/// What a part must be beyond its characters. A value that is not is kept and flagged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Content {
    Anything,
    /// The last digit is the check digit of the others.
    CheckDigit,
    /// `YYMMDD`.
    Date,
    /// `YYMMDD`, where the day `00` stands for the whole month.
    DateOrMonth,
}

/// A stretch of a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Part {
    pub set: CharacterSet,
    pub min: usize,
    pub max: usize,
    /// Whether the value may end before it.
    pub optional: bool,
    pub content: Content,
}

impl Part {
    const fn exactly(set: CharacterSet, len: usize) -> Self {
        Self { set, min: len, max: len, optional: false, content: Anything }
    }

    const fn up_to(set: CharacterSet, max: usize) -> Self {
        Self { set, min: 1, max, optional: false, content: Anything }
    }

    const fn or_nothing(self) -> Self {
        Self { optional: true, ..self }
    }

    const fn with(self, content: Content) -> Self {
        Self { content, ..self }
    }
}

/// Application identifiers that look alike.
#[derive(Clone, Copy)]
struct Row {
    /// The first and the last of them, without the decimal digit.
    from: u16,
    to: u16,
    /// How many digits they have.
    len: usize,
    /// The greatest last digit, where that digit is no part of the number but says how many decimals the value has.
    decimals: Option<u16>,
    /// What their values are made of.
    parts: &'static [Part],
    /// Whether the value needs no separator behind it, because its length is predefined (§7.8.5.2).
    predefined: bool,
}

const fn some(len: usize, from: u16, to: u16, parts: &'static [Part]) -> Row {
    Row { from, to, len, decimals: None, parts, predefined: false }
}

const fn one(len: usize, ai: u16, parts: &'static [Part]) -> Row {
    some(len, ai, ai, parts)
}

const fn decimal(from: u16, to: u16, most: u16, parts: &'static [Part]) -> Row {
    Row { decimals: Some(most), ..some(4, from, to, parts) }
}

const fn predefined(row: Row) -> Row {
    Row { predefined: true, ..row }
}

const fn n(len: usize) -> Part {
    Part::exactly(Digits, len)
}

const fn n_to(max: usize) -> Part {
    Part::up_to(Digits, max)
}

const fn x(len: usize) -> Part {
    Part::exactly(Set82, len)
}

const fn x_to(max: usize) -> Part {
    Part::up_to(Set82, max)
}

const fn key(len: usize) -> Part {
    n(len).with(CheckDigit)
}

const DAY: Part = n(6).with(Date);
const DAY_OR_MONTH: Part = n(6).with(DateOrMonth);
const COUNTRIES: &[Part] = &[n(3), n(3).or_nothing(), n(3).or_nothing(), n(3).or_nothing(), n(3).or_nothing()];

/// In the order of the General Specifications.
const TABLE: &[Row] = &[
    predefined(one(2, 0, &[key(18)])),
    predefined(some(2, 1, 3, &[key(14)])),
    one(2, 10, &[x_to(20)]),
    predefined(some(2, 11, 13, &[DAY_OR_MONTH])),
    predefined(some(2, 15, 17, &[DAY_OR_MONTH])),
    predefined(one(2, 20, &[n(2)])),
    some(2, 21, 22, &[x_to(20)]),
    one(3, 235, &[x_to(28)]),
    some(3, 240, 241, &[x_to(30)]),
    one(3, 242, &[n_to(6)]),
    one(3, 243, &[x_to(20)]),
    some(3, 250, 251, &[x_to(30)]),
    one(3, 253, &[key(13), x_to(17).or_nothing()]),
    one(3, 254, &[x_to(20)]),
    one(3, 255, &[key(13), n_to(12).or_nothing()]),
    one(2, 30, &[n_to(8)]),
    predefined(decimal(310, 316, 5, &[n(6)])),
    predefined(decimal(320, 337, 5, &[n(6)])),
    predefined(decimal(340, 357, 5, &[n(6)])),
    predefined(decimal(360, 369, 5, &[n(6)])),
    one(2, 37, &[n_to(8)]),
    decimal(390, 390, 9, &[n_to(15)]),
    decimal(391, 391, 9, &[n(3), n_to(15)]),
    decimal(392, 392, 9, &[n_to(15)]),
    decimal(393, 393, 9, &[n(3), n_to(15)]),
    decimal(394, 394, 3, &[n(4)]),
    decimal(395, 395, 5, &[n(6)]),
    some(3, 400, 401, &[x_to(30)]),
    one(3, 402, &[key(17)]),
    one(3, 403, &[x_to(30)]),
    predefined(some(3, 410, 417, &[key(13)])),
    one(3, 420, &[x_to(20)]),
    one(3, 421, &[n(3), x_to(9)]),
    one(3, 422, &[n(3)]),
    one(3, 423, COUNTRIES),
    one(3, 424, &[n(3)]),
    one(3, 425, COUNTRIES),
    one(3, 426, &[n(3)]),
    one(3, 427, &[x_to(3)]),
    some(4, 4300, 4301, &[x_to(35)]),
    some(4, 4302, 4306, &[x_to(70)]),
    one(4, 4307, &[x(2)]),
    one(4, 4308, &[x_to(30)]),
    one(4, 4309, &[n(10), n(10)]),
    some(4, 4310, 4311, &[x_to(35)]),
    some(4, 4312, 4316, &[x_to(70)]),
    one(4, 4317, &[x(2)]),
    one(4, 4318, &[x_to(20)]),
    one(4, 4319, &[x_to(30)]),
    one(4, 4320, &[x_to(35)]),
    some(4, 4321, 4323, &[n(1)]),
    some(4, 4324, 4325, &[DAY_OR_MONTH, n(4)]),
    one(4, 4326, &[DAY]),
    some(4, 4330, 4333, &[n(6), x(1).or_nothing()]),
    one(4, 7001, &[n(13)]),
    one(4, 7002, &[x_to(30)]),
    one(4, 7003, &[DAY, n(4)]),
    one(4, 7004, &[n_to(4)]),
    one(4, 7005, &[x_to(12)]),
    one(4, 7006, &[DAY]),
    one(4, 7007, &[DAY, DAY.or_nothing()]),
    one(4, 7008, &[x_to(3)]),
    one(4, 7009, &[x_to(10)]),
    one(4, 7010, &[x_to(2)]),
    one(4, 7011, &[DAY, n(4).or_nothing()]),
    some(4, 7020, 7022, &[x_to(20)]),
    one(4, 7023, &[x_to(30)]),
    some(4, 7030, 7039, &[n(3), x_to(27)]),
    one(4, 7040, &[n(1), x(1), x(1), x(1)]),
    one(4, 7041, &[x_to(4)]),
    some(3, 710, 717, &[x_to(20)]),
    some(4, 7230, 7239, &[x(2), x_to(28)]),
    one(4, 7240, &[x_to(20)]),
    one(4, 7241, &[n(2)]),
    one(4, 7242, &[x_to(25)]),
    one(4, 7250, &[n(8)]),
    one(4, 7251, &[n(8), n(4)]),
    one(4, 7252, &[n(1)]),
    some(4, 7253, 7254, &[x_to(40)]),
    one(4, 7255, &[x_to(10)]),
    one(4, 7256, &[x_to(90)]),
    one(4, 7257, &[x_to(70)]),
    one(4, 7258, &[x(3)]),
    one(4, 7259, &[x_to(40)]),
    one(4, 8001, &[n(4), n(5), n(3), n(1), n(1)]),
    one(4, 8002, &[x_to(20)]),
    one(4, 8003, &[n(1), key(13), x_to(16).or_nothing()]),
    one(4, 8004, &[x_to(30)]),
    one(4, 8005, &[n(6)]),
    one(4, 8006, &[key(14), n(4)]),
    one(4, 8007, &[x_to(34)]),
    one(4, 8008, &[DAY, n(2), n(2).or_nothing(), n(2).or_nothing()]),
    one(4, 8009, &[x_to(50)]),
    one(4, 8010, &[Part::up_to(Set39, 30)]),
    one(4, 8011, &[n_to(12)]),
    one(4, 8012, &[x_to(20)]),
    some(4, 8013, 8014, &[x_to(25)]),
    some(4, 8017, 8018, &[key(18)]),
    one(4, 8019, &[n_to(10)]),
    one(4, 8020, &[x_to(25)]),
    one(4, 8026, &[key(14), n(4)]),
    one(4, 8030, &[Part::up_to(Base64Url, 90)]),
    some(4, 8040, 8041, &[n(15)]),
    one(4, 8042, &[n(32)]),
    one(4, 8043, &[n(18), n_to(2).or_nothing()]),
    one(4, 8110, &[x_to(70)]),
    one(4, 8111, &[n(4)]),
    one(4, 8112, &[x_to(70)]),
    one(4, 8200, &[x_to(70)]),
    one(2, 90, &[x_to(30)]),
    some(2, 91, 99, &[x_to(90)]),
];

/// What the values of one application identifier look like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Format {
    pub parts: &'static [Part],
    /// Whether no separator is needed behind the value.
    pub predefined: bool,
}

impl Format {
    /// The format behind an application identifier; `None` when there is no such identifier.
    pub(crate) fn of(ai: &str) -> Option<Self> {
        if !(2..=4).contains(&ai.len()) || !crate::digits::all_digits(ai) {
            return None;
        }
        let number: u16 = ai.parse().ok()?;
        let row = TABLE.iter().find(|row| row.len == ai.len() && row.has(number))?;
        Some(Self { parts: row.parts, predefined: row.predefined })
    }

    /// The shortest and the longest value.
    pub(crate) fn lengths(self) -> (usize, usize) {
        let needed = self.parts.iter().filter(|part| !part.optional);
        (needed.map(|part| part.min).sum(), self.parts.iter().map(|part| part.max).sum())
    }
}

impl Row {
    fn has(&self, number: u16) -> bool {
        match self.decimals {
            Some(most) => (self.from..=self.to).contains(&(number / 10)) && number % 10 <= most,
            None => (self.from..=self.to).contains(&number),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;

    /// What the dictionary says of a component: `N13,csum,gcppos2`, `[X..17]`.
    fn part(component: &str) -> Part {
        let optional = component.starts_with('[');
        let plain: String = component.chars().filter(|character| !"[]".contains(*character)).collect();
        let mut words = plain.split(',');
        let (set, len) = words.next().unwrap().split_at(1);
        let set = match set {
            "N" => Digits,
            "X" => Set82,
            "Y" => Set39,
            "Z" => Base64Url,
            other => panic!("{other}"),
        };
        let content = words.find_map(|word| match word {
            "csum" => Some(CheckDigit),
            "yymmdd" => Some(Date),
            "yymmd0" => Some(DateOrMonth),
            _ => None,
        });
        let part = match len.strip_prefix("..") {
            Some(max) => Part::up_to(set, max.parse().unwrap()),
            None => Part::exactly(set, len.parse().unwrap()),
        };
        Part { optional, content: content.unwrap_or(Anything), ..part }
    }

    fn is_component(word: &str) -> bool {
        let plain = word.trim_start_matches('[');
        plain.starts_with(['N', 'X', 'Y', 'Z']) && plain.chars().nth(1).is_some_and(|c| c == '.' || c.is_ascii_digit())
    }

    fn dictionary(text: &str) -> BTreeMap<String, (bool, Vec<Part>)> {
        let mut found = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit())) {
            let entry = line.split('#').next().unwrap();
            let mut words = entry.split_whitespace();
            let range = words.next().unwrap();
            let words: Vec<&str> = words.collect();
            let predefined = words[0].contains('*');
            let parts: Vec<Part> = words.iter().filter(|word| is_component(word)).map(|word| part(word)).collect();
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            for ai in from.parse::<u16>().unwrap()..=to.parse().unwrap() {
                found.insert(format!("{ai:0len$}", len = from.len()), (predefined, parts.clone()));
            }
        }
        found
    }

    #[test]
    fn the_table_is_that_of_the_syntax_dictionary() {
        let Some(corpus) = testkit::corpus() else { return };
        let path = corpus.join("gs1/gs1-syntax-dictionary/gs1-syntax-dictionary.txt");
        let expected = dictionary(&fs::read_to_string(path).unwrap());
        let every =
            (2..=4).flat_map(|len| (0..10_u32.pow(len)).map(move |ai| format!("{ai:0len$}", len = len as usize)));
        let mut count = 0;
        for ai in every {
            let ours = Format::of(&ai).map(|format| (format.predefined, format.parts.to_vec()));
            assert_eq!(ours.as_ref(), expected.get(&ai), "({ai})");
            count += usize::from(ours.is_some());
        }
        println!("{count} application identifiers agree");
        assert_eq!(count, expected.len());
    }

    #[test]
    fn no_identifier_begins_another() {
        let every: Vec<String> = (2..=4)
            .flat_map(|len| (0..10_u32.pow(len)).map(move |ai| format!("{ai:0len$}", len = len as usize)))
            .filter(|ai| Format::of(ai).is_some())
            .collect();
        for ai in &every {
            assert!(!every.iter().any(|other| other != ai && other.starts_with(ai.as_str())), "({ai})");
        }
    }
}
