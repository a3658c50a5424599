//! GS1 codes and their spellings. All company prefixes are of the range that GS1 keeps for examples.

use gs1::Identifier;

/// One thing in both spellings that companies use.
#[derive(Clone, Debug)]
pub(crate) struct Spelled {
    /// EPC URN.
    pub(crate) urn: Identifier,
    /// GS1 Digital Link.
    pub(crate) link: Identifier,
}

/// Which spelling a company uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    Urn,
    Link,
}

impl Spelled {
    pub(crate) fn new(urn: String, link: String) -> Self {
        Self { urn: Identifier::new(urn), link: Identifier::new(link) }
    }

    /// A private URI, which has one spelling.
    pub(crate) fn private(uri: String) -> Self {
        let id = Identifier::new(uri);
        Self { urn: id.clone(), link: id }
    }

    pub(crate) fn of(&self, style: Style) -> &Identifier {
        match style {
            Style::Urn => &self.urn,
            Style::Link => &self.link,
        }
    }

    /// The canonical form, which is the Digital Link for GS1 keys.
    pub(crate) fn canonical(&self) -> String {
        self.link.canonical()
    }
}

/// `digits` with their GS1 check digit.
pub(crate) fn checked(digits: &str) -> String {
    let weighed = digits.bytes().rev().zip([3_u32, 1].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A place of a company: `reference` has five digits.
pub(crate) fn place(prefix: &str, reference: u32) -> Spelled {
    let gln = gln(prefix, reference);
    Spelled::new(format!("urn:epc:id:sgln:{prefix}.{reference:05}.0"), format!("https://id.gs1.org/414/{gln}"))
}

/// A field of a farm.
pub(crate) fn field(prefix: &str, reference: u32, name: &str) -> Spelled {
    let gln = gln(prefix, reference);
    Spelled::new(
        format!("urn:epc:id:sgln:{prefix}.{reference:05}.{name}"),
        format!("https://id.gs1.org/414/{gln}/254/{name}"),
    )
}

/// A company as a party.
pub(crate) fn party(prefix: &str) -> Spelled {
    let gln = gln(prefix, 0);
    Spelled::new(format!("urn:epc:id:pgln:{prefix}.00000"), format!("https://id.gs1.org/417/{gln}"))
}

/// The number of a place.
pub(crate) fn gln(prefix: &str, reference: u32) -> String {
    checked(&format!("{prefix}{reference:05}"))
}

/// The number of a product in cases.
pub(crate) fn gtin(prefix: &str, item: u32) -> String {
    checked(&format!("1{prefix}{item:05}"))
}

/// A lot of a product.
pub(crate) fn lot(prefix: &str, item: u32, code: &str) -> Spelled {
    let gtin = gtin(prefix, item);
    Spelled::new(
        format!("urn:epc:class:lgtin:{prefix}.1{item:05}.{code}"),
        format!("https://id.gs1.org/01/{gtin}/10/{code}"),
    )
}

/// A pallet: `serial` has nine digits.
pub(crate) fn sscc(prefix: &str, serial: u32) -> Spelled {
    let digits = checked(&format!("0{prefix}{serial:09}"));
    Spelled::new(format!("urn:epc:id:sscc:{prefix}.0{serial:09}"), format!("https://id.gs1.org/00/{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_name_the_same_thing() {
        let things = [
            place("9521004", 200),
            field("9521001", 1, "HM-07"),
            party("9521004"),
            lot("9521003", 17, "VV28228A"),
            sscc("9521003", 1),
        ];
        for thing in things {
            assert_eq!(thing.urn, thing.link);
            assert_ne!(thing.urn.check_digit_ok(), Some(false), "{thing:?}");
        }
    }
}
