//! What an identifier names.

use std::fmt::{self, Write};

use crate::{Digits, Text, digits, percent};

/// What an identifier names, independent of its spelling.
///
/// `Display` gives the canonical form: a GS1 Digital Link URI on `https://id.gs1.org` for GS1 keys (it needs no
/// company-prefix length), otherwise the URI itself. Reading it again gives the same key.
///
/// Only the finest qualifier counts: a link with a lot and a serial number names the serialised item, and the consumer
/// product variant never matters. Digits are kept as given: a wrong check digit is flagged, never corrected, see
/// [`flaw`](Self::flaw) and [`corrected`](Self::corrected).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Key {
    /// A trade item class: `…/01/{gtin}`.
    Gtin {
        /// The GTIN in its 14-digit form.
        gtin: Digits<14>,
    },
    /// A batch or lot of a trade item: `…/01/{gtin}/10/{lot}`.
    Lgtin {
        /// The GTIN in its 14-digit form.
        gtin: Digits<14>,
        /// Decoded lot, case-sensitive.
        lot: Text<20>,
    },
    /// A serialised trade item: `…/01/{gtin}/21/{serial}`.
    Sgtin {
        /// The GTIN in its 14-digit form.
        gtin: Digits<14>,
        /// Decoded serial number.
        serial: Text<20>,
    },
    /// A unit package, serialised by a third party: `…/01/{gtin}/235/{serial}`.
    Upui {
        /// The GTIN in its 14-digit form.
        gtin: Digits<14>,
        /// Decoded third-party controlled serial number (TPX).
        serial: Text<28>,
    },
    /// A piece of a trade item that comes in several: `…/8006/{gtin}{piece}{total}`, then `/21/{serial}` or `/10/{lot}`.
    Itip {
        /// The GTIN in its 14-digit form.
        gtin: Digits<14>,
        /// Which piece it is.
        piece: Digits<2>,
        /// How many there are.
        total: Digits<2>,
        /// Decoded lot; `None` when there is a serial number.
        lot: Option<Text<20>>,
        /// Decoded serial number.
        serial: Option<Text<20>>,
    },
    /// A logistic unit: `…/00/{sscc}`.
    Sscc {
        /// 18 digits.
        sscc: Digits<18>,
    },
    /// A physical location: `…/414/{gln}` or `…/414/{gln}/254/{extension}`.
    Gln {
        /// 13 digits.
        gln: Digits<13>,
        /// Decoded extension; `None` when absent or `0`, which is how a URN writes its absence.
        extension: Option<Text<20>>,
    },
    /// A party: `…/417/{gln}`.
    Pgln {
        /// 13 digits.
        gln: Digits<13>,
    },
    /// A returnable asset, or its class: `…/8003/{grai}{serial}`.
    Grai {
        /// A zero and the 13 digits of the asset type.
        grai: Digits<14>,
        /// Decoded serial number; `None` for the class.
        serial: Option<Text<16>>,
    },
    /// An individual asset: `…/8004/{giai}`.
    Giai {
        /// Company prefix and reference.
        giai: Text<30>,
    },
    /// A document, or its class: `…/253/{gdti}{serial}`.
    Gdti {
        /// 13 digits.
        gdti: Digits<13>,
        /// Decoded serial number; `None` for the class.
        serial: Option<Text<17>>,
    },
    /// A coupon, or its class: `…/255/{gcn}{serial}`. The serialised one is called SGCN in EPC URNs.
    Gcn {
        /// 13 digits.
        gcn: Digits<13>,
        /// Serial number; `None` for the class.
        serial: Option<Text<12>>,
    },
    /// A component or part, or its class: `…/8010/{cpid}` or `…/8010/{cpid}/8011/{serial}`.
    Cpi {
        /// Company prefix and reference.
        cpid: Text<30>,
        /// Serial number; `None` for the class.
        serial: Option<Text<12>>,
    },
    /// A consignment: `…/401/{ginc}`.
    Ginc {
        /// Company prefix and reference.
        ginc: Text<30>,
    },
    /// A shipment: `…/402/{gsin}`.
    Gsin {
        /// 17 digits.
        gsin: Digits<17>,
    },
    /// A recipient of a service: `…/8018/{gsrn}` or `…/8018/{gsrn}/8019/{instance}`.
    Gsrn {
        /// 18 digits.
        gsrn: Digits<18>,
        /// Service relation instance number.
        instance: Option<Text<10>>,
    },
    /// A provider of a service: `…/8017/{gsrn}` or `…/8017/{gsrn}/8019/{instance}`.
    Gsrnp {
        /// 18 digits.
        gsrn: Digits<18>,
        /// Service relation instance number.
        instance: Option<Text<10>>,
    },
    /// Any other URI, opaque.
    Uri(String),
}

const CANONICAL_STEM: &str = "https://id.gs1.org";

impl Key {
    /// The trade item that this is a class, lot, piece or instance of.
    ///
    /// ```
    /// # use gs1::Identifier;
    /// let lot = Identifier::new("urn:epc:class:lgtin:9521003.100017.VV28228A");
    /// assert_eq!(lot.key().gtin().unwrap().as_str(), "19521003000173");
    /// ```
    pub fn gtin(&self) -> Option<Digits<14>> {
        match self {
            Self::Gtin { gtin }
            | Self::Lgtin { gtin, .. }
            | Self::Sgtin { gtin, .. }
            | Self::Upui { gtin, .. }
            | Self::Itip { gtin, .. } => Some(*gtin),
            _ => None,
        }
    }

    /// Whether this is a GS1 key and not an opaque URI.
    pub fn is_gs1(&self) -> bool {
        !matches!(self, Self::Uri(_))
    }

    /// Whether the check digit is the one that the other digits ask for; `None` when the key has none.
    pub fn check_digit_ok(&self) -> Option<bool> {
        let (last, rest) = self.checked_digits()?.as_bytes().split_last()?;
        Some(*last == digits::check_digit(rest))
    }

    /// The same key with the right check digit; `None` when it is right already or there is none.
    ///
    /// A wrong check digit is a sign that *some* digit is wrong: this is something to propose, not to apply.
    ///
    /// ```
    /// # use gs1::Identifier;
    /// let wrong = Identifier::new("https://id.gs1.org/414/4012345000053");
    /// assert_eq!(wrong.key().corrected().unwrap().to_string(), "https://id.gs1.org/414/4012345000054");
    /// ```
    pub fn corrected(&self) -> Option<Self> {
        if self.check_digit_ok() != Some(false) {
            return None;
        }
        let mut key = self.clone();
        match &mut key {
            Self::Gtin { gtin: digits }
            | Self::Lgtin { gtin: digits, .. }
            | Self::Sgtin { gtin: digits, .. }
            | Self::Upui { gtin: digits, .. }
            | Self::Itip { gtin: digits, .. }
            | Self::Grai { grai: digits, .. } => *digits = digits.with_right_check_digit(),
            Self::Sscc { sscc: digits } | Self::Gsrn { gsrn: digits, .. } | Self::Gsrnp { gsrn: digits, .. } => {
                *digits = digits.with_right_check_digit();
            }
            Self::Gln { gln: digits, .. }
            | Self::Pgln { gln: digits }
            | Self::Gdti { gdti: digits, .. }
            | Self::Gcn { gcn: digits, .. } => *digits = digits.with_right_check_digit(),
            Self::Gsin { gsin } => *gsin = gsin.with_right_check_digit(),
            Self::Giai { .. } | Self::Cpi { .. } | Self::Ginc { .. } | Self::Uri(_) => return None,
        }
        Some(key)
    }

    /// The digits of which the last one is a check digit.
    pub(crate) fn checked_digits(&self) -> Option<&str> {
        match self {
            Self::Gtin { gtin: digits }
            | Self::Lgtin { gtin: digits, .. }
            | Self::Sgtin { gtin: digits, .. }
            | Self::Upui { gtin: digits, .. }
            | Self::Itip { gtin: digits, .. }
            | Self::Grai { grai: digits, .. } => Some(digits),
            Self::Sscc { sscc: digits } | Self::Gsrn { gsrn: digits, .. } | Self::Gsrnp { gsrn: digits, .. } => {
                Some(digits)
            }
            Self::Gln { gln: digits, .. }
            | Self::Pgln { gln: digits }
            | Self::Gdti { gdti: digits, .. }
            | Self::Gcn { gcn: digits, .. } => Some(digits),
            Self::Gsin { gsin } => Some(gsin),
            Self::Giai { .. } | Self::Cpi { .. } | Self::Ginc { .. } | Self::Uri(_) => None,
        }
    }

    /// Writes the canonical form. It is the same as `Display`, without the formatting machinery.
    pub(crate) fn write_canonical(&self, into: &mut impl Write) -> fmt::Result {
        if let Self::Uri(uri) = self {
            return into.write_str(uri);
        }
        into.write_str(CANONICAL_STEM)?;
        self.write_path(into)
    }

    /// The path of the canonical form, from the slash before its primary key on; nothing for opaque URIs.
    pub(crate) fn write_path(&self, into: &mut impl Write) -> fmt::Result {
        let mut path = Path { into };
        match self {
            Self::Gtin { gtin } => path.value("01", gtin),
            Self::Lgtin { gtin, lot } => path.value("01", gtin)?.value("10", lot),
            Self::Sgtin { gtin, serial } => path.value("01", gtin)?.value("21", serial),
            Self::Upui { gtin, serial } => path.value("01", gtin)?.value("235", serial),
            Self::Itip { gtin, piece, total, lot, serial } => {
                let itip = path.value("8006", gtin)?.more(piece)?.more(total)?;
                if serial.is_some() {
                    itip.optional("21", serial.as_deref())
                } else {
                    itip.optional("10", lot.as_deref())
                }
            }
            Self::Sscc { sscc } => path.value("00", sscc),
            Self::Gln { gln, extension } => path.value("414", gln)?.optional("254", extension.as_deref()),
            Self::Pgln { gln } => path.value("417", gln),
            Self::Grai { grai, serial } => path.value("8003", grai)?.more(serial.as_deref().unwrap_or_default()),
            Self::Giai { giai } => path.value("8004", giai),
            Self::Gdti { gdti, serial } => path.value("253", gdti)?.more(serial.as_deref().unwrap_or_default()),
            Self::Gcn { gcn, serial } => path.value("255", gcn)?.more(serial.as_deref().unwrap_or_default()),
            Self::Cpi { cpid, serial } => path.value("8010", cpid)?.optional("8011", serial.as_deref()),
            Self::Ginc { ginc } => path.value("401", ginc),
            Self::Gsin { gsin } => path.value("402", gsin),
            Self::Gsrn { gsrn, instance } => path.value("8018", gsrn)?.optional("8019", instance.as_deref()),
            Self::Gsrnp { gsrn, instance } => path.value("8017", gsrn)?.optional("8019", instance.as_deref()),
            Self::Uri(_) => return Ok(()),
        }
        .map(|_| ())
    }
}

/// The path of a Digital Link while it is being written.
struct Path<'a, W> {
    into: &'a mut W,
}

impl<W: Write> Path<'_, W> {
    fn value(&mut self, ai: &str, value: &str) -> Result<&mut Self, fmt::Error> {
        self.into.write_char('/')?;
        self.into.write_str(ai)?;
        self.into.write_char('/')?;
        self.more(value)
    }

    fn more(&mut self, value: &str) -> Result<&mut Self, fmt::Error> {
        percent::write_segment(value, self.into)?;
        Ok(self)
    }

    fn optional(&mut self, ai: &str, value: Option<&str>) -> Result<&mut Self, fmt::Error> {
        match value {
            Some(value) => self.value(ai, value),
            None => Ok(self),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_canonical(f)
    }
}
