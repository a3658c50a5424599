//! Keys out of application identifiers and their values.

use crate::{Digits, Key, Text};

/// The qualifiers that were found beside a primary key.
#[derive(Clone, Default)]
pub(crate) struct Qualifiers {
    /// AI 10.
    pub lot: Option<Text<20>>,
    /// AI 21.
    pub serial: Option<Text<20>>,
    /// AI 235.
    pub tpx: Option<Text<28>>,
    /// AI 254.
    pub extension: Option<Text<20>>,
    /// AI 8011.
    pub part_serial: Option<Text<12>>,
    /// AI 8019.
    pub instance: Option<Text<10>>,
}

impl Qualifiers {
    /// Takes a value up; `None` when it is not one of the identifier `ai`.
    pub(crate) fn set(&mut self, ai: &str, value: &[u8]) -> Option<()> {
        match ai {
            "10" => self.lot = Some(Text::from_bytes(value)?),
            "21" => self.serial = Some(Text::from_bytes(value)?),
            // A variant of a product does not change which product it is.
            "22" => drop(Text::<20>::from_bytes(value)?),
            "235" => self.tpx = Some(Text::from_bytes(value)?),
            "254" => self.extension = Some(Text::from_bytes(value)?),
            "8011" => self.part_serial = Some(Text::from_bytes(value)?),
            "8019" => self.instance = Some(Text::from_bytes(value)?),
            _ => return None,
        }
        Some(())
    }
}

/// The key of a primary identifier, its decoded value and its qualifiers, the finest one first.
pub(crate) fn key(primary: &str, value: &[u8], with: &Qualifiers) -> Option<Key> {
    Some(match primary {
        "01" => item(Digits::gtin_bytes(value)?, with),
        "00" => Key::Sscc { sscc: Digits::from_bytes(value)? },
        "414" => {
            let extension = with.extension.filter(|extension| extension.as_str() != "0");
            Key::Gln { gln: Digits::from_bytes(value)?, extension }
        }
        "417" => Key::Pgln { gln: Digits::from_bytes(value)? },
        "8003" => {
            let (grai, serial) = serialised(value)?;
            Key::Grai { grai, serial }
        }
        "8004" => Key::Giai { giai: Text::with_hash(value)? },
        "253" => {
            let (gdti, serial) = serialised(value)?;
            Key::Gdti { gdti, serial }
        }
        "255" => {
            let (gcn, serial) = serialised(value)?;
            Key::Gcn { gcn, serial }
        }
        "8010" => Key::Cpi { cpid: Text::with_hash(value)?, serial: with.part_serial },
        "401" => Key::Ginc { ginc: Text::with_hash(value)? },
        "402" => Key::Gsin { gsin: Digits::from_bytes(value)? },
        "8018" => Key::Gsrn { gsrn: Digits::from_bytes(value)?, instance: with.instance },
        "8017" => Key::Gsrnp { gsrn: Digits::from_bytes(value)?, instance: with.instance },
        "8006" => piece(value, with)?,
        _ => return None,
    })
}

fn item(gtin: Digits<14>, with: &Qualifiers) -> Key {
    match (with.serial, with.lot, with.tpx) {
        (Some(serial), _, _) => Key::Sgtin { gtin, serial },
        (None, Some(lot), _) => Key::Lgtin { gtin, lot },
        (None, None, Some(serial)) => Key::Upui { gtin, serial },
        (None, None, None) => Key::Gtin { gtin },
    }
}

fn piece(value: &[u8], with: &Qualifiers) -> Option<Key> {
    let (gtin, rest) = value.split_at_checked(14)?;
    let (piece, total) = rest.split_at_checked(2)?;
    Some(Key::Itip {
        gtin: Digits::from_bytes(gtin)?,
        piece: Digits::from_bytes(piece)?,
        total: Digits::from_bytes(total)?,
        lot: with.lot.filter(|_| with.serial.is_none()),
        serial: with.serial,
    })
}

/// `N` digits and, when there is more, a serial number.
fn serialised<const N: usize, const MAX: usize>(value: &[u8]) -> Option<(Digits<N>, Option<Text<MAX>>)> {
    let (digits, serial) = value.split_at_checked(N)?;
    let serial = if serial.is_empty() { None } else { Some(Text::with_hash(serial)?) };
    Some((Digits::from_bytes(digits)?, serial))
}
