//! Units of measure: what people write, which unit that is, and what it comes to.
//!
//! The text as recorded stays where it is; everything here is derived from it.

use rust_decimal::Decimal;

/// What can be compared with what.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Measure {
    /// A mass, by kilograms in one of it.
    Mass(Decimal),
    /// A volume, by litres in one of it. Nothing is known of what a litre weighs.
    Volume(Decimal),
    /// A count of trade items, by items in one of it.
    Count(Decimal),
    /// A package, by the kilograms that its own name says it holds.
    Package(Option<Decimal>),
    /// A unit that is not known: the same text is the same unit.
    Unknown,
}

/// A unit of measure as somebody wrote it, understood.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Unit {
    /// Code of UN/ECE Recommendation 20 (or 21, with its `X`); the text itself where the unit is not known, and empty
    /// for a count of trade items without a unit.
    pub code: String,
    /// What it measures.
    pub measure: Measure,
}

impl Unit {
    /// Understands `uom` of an event, a code or free text. Without one an amount is a count of trade items.
    pub fn read(uom: Option<&str>) -> Self {
        let text = uom.unwrap_or_default().trim();
        if text.is_empty() {
            return Self { code: String::new(), measure: Measure::Count(Decimal::ONE) };
        }
        let unknown = || Self { code: text.to_owned(), measure: Measure::Unknown };
        known(text).or_else(|| package_that_says_its_weight(text)).unwrap_or_else(unknown)
    }

    /// The code and the factor of the unit that all amounts of this kind can be brought to without knowing the product.
    pub fn base(&self) -> Option<(&'static str, Decimal)> {
        match self.measure {
            Measure::Mass(factor) => Some((KILOGRAM, factor)),
            Measure::Volume(factor) => Some(("LTR", factor)),
            Measure::Count(factor) => Some(("EA", factor)),
            Measure::Package(_) | Measure::Unknown => None,
        }
    }
}

/// The code of the kilogram.
pub const KILOGRAM: &str = "KGM";

#[derive(Clone, Copy)]
enum Kind {
    Mass,
    Volume,
    Count,
    Package,
}

/// Code, what it measures, digits and decimal places of its factor, and what people write for it in lower case.
type Row = (&'static str, Kind, (i64, u32), &'static [&'static str]);

const UNITS: &[Row] = &[
    ("KGM", Kind::Mass, (1, 0), &["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramme"]),
    ("GRM", Kind::Mass, (1, 3), &["g", "gram", "grams"]),
    ("TNE", Kind::Mass, (1_000, 0), &["mt", "metric ton", "metric tons", "tonne", "tonnes"]),
    ("LBR", Kind::Mass, (45_359_237, 8), &["lb", "lbs", "lb.", "lbs.", "pound", "pounds"]),
    ("ONZ", Kind::Mass, (28_349_523_125, 12), &["oz", "oz.", "ounce", "ounces"]),
    ("STN", Kind::Mass, (90_718_474, 5), &["us ton", "us tons", "short ton", "short tons"]),
    ("LTN", Kind::Mass, (10_160_469_088, 7), &["long ton", "long tons"]),
    ("CWA", Kind::Mass, (45_359_237, 6), &["cwt", "hundredweight", "hundredweights"]),
    ("LTR", Kind::Volume, (1, 0), &["l", "liter", "liters", "litre", "litres"]),
    ("MLT", Kind::Volume, (1, 3), &["ml", "milliliter", "milliliters", "millilitre", "millilitres"]),
    ("GLL", Kind::Volume, (3_785_411_784, 9), &["gal", "gallon", "gallons"]),
    ("QTL", Kind::Volume, (946_352_946, 9), &["qt", "quart", "quarts"]),
    ("OZA", Kind::Volume, (295_735_295_625, 13), &["fl oz", "fluid ounce", "fluid ounces"]),
    ("EA", Kind::Count, (1, 0), &["each", "eaches", "h87", "c62", "piece", "pieces", "pcs", "unit", "units"]),
    ("DZN", Kind::Count, (12, 0), &["dozen", "dozens"]),
    ("DZP", Kind::Count, (12, 0), &["dozen packs"]),
    ("XCS", Kind::Package, (0, 0), &["cs", "case", "cases"]),
    ("XCT", Kind::Package, (0, 0), &["ct", "carton", "cartons"]),
    ("XBX", Kind::Package, (0, 0), &["bx", "box", "boxes"]),
    ("XBI", Kind::Package, (0, 0), &["bi", "bin", "bins"]),
    ("XCR", Kind::Package, (0, 0), &["cr", "crate", "crates", "rpc", "rpcs", "reusable plastic containers"]),
    ("XBG", Kind::Package, (0, 0), &["bg", "bag", "bags"]),
    ("XPX", Kind::Package, (0, 0), &["px", "pallet", "pallets"]),
    ("XTB", Kind::Package, (0, 0), &["tb", "tub", "tubs"]),
    ("XPO", Kind::Package, (0, 0), &["po", "pouch", "pouches"]),
    ("XPU", Kind::Package, (0, 0), &["pu", "tray", "trays"]),
    ("XJR", Kind::Package, (0, 0), &["jr", "jar", "jars"]),
    ("XTK", Kind::Package, (0, 0), &["tk", "tank", "tanks"]),
    ("XTY", Kind::Package, (0, 0), &["ty"]),
];

/// A code, or a word that people write for it.
fn known(text: &str) -> Option<Unit> {
    // Most of them are codes, as they are to be written.
    let by_word = || {
        let lower = text.to_lowercase();
        UNITS.iter().find(|row| row.0.eq_ignore_ascii_case(text) || row.3.contains(&lower.as_str()))
    };
    let (code, kind, (digits, places), _) = UNITS.iter().find(|row| row.0 == text).or_else(by_word)?;
    let factor = Decimal::new(*digits, *places);
    let measure = match kind {
        Kind::Mass => Measure::Mass(factor),
        Kind::Volume => Measure::Volume(factor),
        Kind::Count => Measure::Count(factor),
        Kind::Package => Measure::Package(None),
    };
    Some(Unit { code: (*code).to_owned(), measure })
}

/// `400kg Bin`, `Bins (1MT)`, `RPCs (reusable packaging containers)`: a package, with the weight that its name says.
fn package_that_says_its_weight(text: &str) -> Option<Unit> {
    let (outside, inside) = match text.split_once('(') {
        Some((outside, rest)) => (outside.trim(), rest.trim_end().strip_suffix(')')?),
        None => (text.trim_start_matches(|char: char| !char.is_whitespace()).trim(), text),
    };
    let package = known(outside).filter(|unit| matches!(unit.measure, Measure::Package(_)))?;
    let holds = mass_in(inside);
    // Without parentheses the words before the package are its weight, or the unit is not known.
    (text.contains('(') || holds.is_some()).then_some(Unit { measure: Measure::Package(holds), ..package })
}

/// The one mass, in kilograms, that a text such as `25 lb`, `12 × 10 oz` or `30 bunches (5 lb)` states. What stands in
/// parentheses is the sum of what stands before them. `None` where the text says more than one thing.
pub fn mass_in(text: &str) -> Option<Decimal> {
    if let Some((before, rest)) = text.split_once('(') {
        let inside = rest.split(')').next().unwrap_or_default();
        return mass_in(inside).or_else(|| mass_in(before));
    }
    let tokens = tokens(text)?;
    let mut found = None;
    let mut number = None;
    let mut times = None;
    for token in tokens {
        match token {
            Token::Number(value) if number.is_none() => number = Some(value),
            Token::Times => times = Some(number.take()?),
            Token::Word(word) => {
                if let (Some(value), Some(Measure::Mass(factor))) = (number, known(&word).map(|unit| unit.measure)) {
                    let mass = value.checked_mul(factor)?.checked_mul(times.unwrap_or(Decimal::ONE))?;
                    if found.is_some_and(|found| found != mass) {
                        return None;
                    }
                    found = Some(mass);
                }
                (number, times) = (None, None);
            }
            // Two numbers beside each other are a range, a fraction, or a spelling that is not known.
            Token::Number(_) => return None,
        }
    }
    found.filter(|mass| !mass.is_zero()).map(|mass| mass.normalize())
}

enum Token {
    Number(Decimal),
    Word(String),
    Times,
}

/// `None` for a number that is none.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_number = |char: char| char.is_ascii_digit() || matches!(char, '.' | ',');
        let part = if first.is_ascii_digit() {
            let part = rest.split(|char| !is_number(char)).next().unwrap_or_default();
            tokens.push(Token::Number(part.trim_end_matches([',', '.']).parse().ok()?));
            part
        } else if first.is_alphabetic() {
            let part = rest.split(|char: char| !char.is_alphabetic() && char != '.').next().unwrap_or_default();
            let is_times = part.eq_ignore_ascii_case("x");
            tokens.push(if is_times { Token::Times } else { Token::Word(part.to_owned()) });
            part
        } else {
            if matches!(first, '×' | '*') {
                tokens.push(Token::Times);
            }
            rest.get(..first.len_utf8())?
        };
        rest = rest.get(part.len()..)?.trim_start();
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Unit::read(Some(text)).code
    }

    #[test]
    fn what_people_write_is_understood() {
        for text in ["lb", "LB", "lbs", "LBS", "pounds", " LBR "] {
            assert_eq!(code(text), "LBR", "{text}");
        }
        for text in ["case", "Case", "cases", "Cases", "CS", "XCS"] {
            assert_eq!(code(text), "XCS", "{text}");
        }
        for (text, expected) in [("kg", "KGM"), ("MT", "TNE"), ("US Tons", "STN"), ("H87", "EA"), ("eaches", "EA")] {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn a_package_may_say_what_it_holds() {
        let read = |text| Unit::read(Some(text));
        let bin =
            |kilograms: i64| Unit { code: "XBI".to_owned(), measure: Measure::Package(Some(Decimal::from(kilograms))) };
        assert_eq!(read("400kg Bin"), bin(400));
        assert_eq!(read("Bins (1MT)"), bin(1000));
        let crates = Unit { code: "XCR".to_owned(), measure: Measure::Package(None) };
        assert_eq!(read("RPCs (reusable packaging containers)"), crates);
        assert_eq!(read("reusable plastic containers"), crates);
        assert_eq!(read("odd Bin"), Unit { code: "odd Bin".to_owned(), measure: Measure::Unknown });
    }

    #[test]
    fn a_size_in_words_gives_the_mass_it_states() {
        for (text, kilograms) in [
            ("25 lb", "11.33980925"),
            ("12 × 10 oz (7.5 lb)", "3.401942775"),
            ("12 x 10 oz", "3.401942775"),
            ("30 bunches (5 lb)", "2.26796185"),
            ("400 kg", "400"),
            ("250 lb", "113.3980925"),
            ("2.5kg bag", "2.5"),
        ] {
            assert_eq!(mass_in(text).map(|mass| mass.to_string()).as_deref(), Some(kilograms), "{text}");
        }
    }

    #[test]
    fn a_size_that_is_no_single_mass_is_not_guessed() {
        for text in ["24 ct", "10-12 lb", "1/2 lb", "5 lb or 10 lb", "3 gal", "1.2.3 lb", "", "lb", "12 × lb", "0 lb"]
        {
            assert_eq!(mass_in(text), None, "{text}");
        }
    }

    #[test]
    fn an_amount_without_a_unit_counts_trade_items() {
        assert_eq!(Unit::read(None).base(), Some(("EA", Decimal::ONE)));
        assert_eq!(Unit::read(Some("DZN")).base(), Some(("EA", Decimal::from(12))));
        assert_eq!(Unit::read(Some("XCS")).base(), None);
    }
}
