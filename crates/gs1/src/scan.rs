//! Whatever comes from a scanner or a form.

use crate::{Digits, ElementString, Identifier, InvalidElementString, Key, digital_link};

/// The keys that a scanned or typed text may name.
///
/// Takes whatever comes from a scanner or a form: element strings in both spellings, bare GTIN-8, -12, -13 and -14, GLN
/// and SSCC, EPC URNs and Digital Links. 13 digits may be a GTIN or a GLN: both are given, the GTIN first. Check digits
/// are not looked at, see [`Key::flaw`].
///
/// ```
/// let keys = gs1::scan("9521003000008").unwrap();
/// assert_eq!(keys[0].to_string(), "https://id.gs1.org/01/09521003000008");
/// assert_eq!(keys[1].to_string(), "https://id.gs1.org/414/9521003000008");
/// assert_eq!(gs1::scan("]C100095210030000000015").unwrap()[0].to_string(), "https://id.gs1.org/00/095210030000000015");
/// assert_eq!(
///     gs1::scan("(01)0952123454321X").unwrap_err().to_string(),
///     "at position 18: `X` cannot stand in (01), expected digits",
/// );
/// ```
///
/// # Errors
/// When the text is none of these, why it is no element string.
pub fn scan(text: &str) -> Result<Vec<Key>, InvalidElementString> {
    let text = text.trim_matches(' ');
    let link =
        digital_link::after_scheme(text).is_some() || text.get(..4).is_some_and(|urn| urn.eq_ignore_ascii_case("urn:"));
    if link {
        return Ok(vec![Identifier::new(text).key().clone()]);
    }
    if let Some(keys) = bare(text) {
        return Ok(keys);
    }
    ElementString::parse(text).map(|elements| elements.keys())
}

/// EAN/UPC and ITF-14 symbols hold nothing but a GTIN.
const BARE_SYMBOLOGIES: &[&str] = &["]E0", "]E4", "]I1"];

fn bare(text: &str) -> Option<Vec<Key>> {
    if let Some(symbology) = BARE_SYMBOLOGIES.iter().find_map(|symbology| text.strip_prefix(symbology)) {
        return Some(vec![Key::Gtin { gtin: Digits::gtin(symbology)? }]);
    }
    if let Some(sscc) = Digits::new(text) {
        return Some(vec![Key::Sscc { sscc }]);
    }
    let mut keys = vec![Key::Gtin { gtin: Digits::gtin(text)? }];
    keys.extend(Digits::new(text).map(|gln| Key::Gln { gln, extension: None }));
    Some(keys)
}
