//! Chain A: romaine from two fields over cooling, packing and cutting to two stores.
//!
//! Every company tells only what it did itself, in the format and the spelling that it likes; the same lot stands as
//! an EPC URN in one file and as a Digital Link in the next. All companies, people and codes are invented.

use uuid::Uuid;

/// Media type of an XML document.
pub const XML: &str = "application/xml";
/// Media type of a JSON-LD document.
pub const JSON_LD: &str = "application/ld+json";

/// Lot harvested in field HM-07; a harvest lot has no traceability lot code.
pub const H1: &str = "https://id.gs1.org/01/09521001000109/10/HM07-28227";
/// Lot harvested in field HM-12; a harvest lot has no traceability lot code.
pub const H2: &str = "https://id.gs1.org/01/09521001000109/10/HM12-28227";
/// Romaine packed from [`H1`].
pub const T1: &str = "https://id.gs1.org/01/19521003000173/10/VV28228A";
/// Romaine packed from [`H2`].
pub const T2: &str = "https://id.gs1.org/01/19521003000173/10/VV28228B";
/// Fresh-cut blend made from [`T1`] and [`T2`].
pub const T3: &str = "https://id.gs1.org/01/19521004000318/10/BL28230-2A";
/// The carrots in [`T3`], which are not on the Food Traceability List.
pub const CARROTS: &str = "https://brightleaf.example/item/CAR-JUMBO/lot/C-2231";

/// Pallet of [`T1`] and [`T2`] from the packer to the distribution centre.
pub const S1: &str = "https://id.gs1.org/00/095210030000000015";
/// Pallet of [`T3`] from the processor to the distribution centre.
pub const S2: &str = "https://id.gs1.org/00/095210040000000021";
/// Mixed pallet for [`STORE_112`].
pub const S3: &str = "https://id.gs1.org/00/095210050000000037";
/// Mixed pallet for [`STORE_205`].
pub const S4: &str = "https://id.gs1.org/00/095210050000000044";

/// Harbor Mesa's farm.
pub const FARM: &str = "https://id.gs1.org/414/9521001000017";
/// Field of [`H1`].
pub const FIELD_HM_07: &str = "https://id.gs1.org/414/9521001000017/254/HM-07";
/// Field of [`H2`].
pub const FIELD_HM_12: &str = "https://id.gs1.org/414/9521001000017/254/HM-12";
/// Cold Ridge's cooler.
pub const COOLER: &str = "https://id.gs1.org/414/9521002000108";
/// Valle Verde's plant, source of [`T1`] and [`T2`].
pub const PACKER: &str = "https://id.gs1.org/414/9521003001005";
/// `BrightLeaf`'s plant, source of [`T3`].
pub const PROCESSOR: &str = "https://id.gs1.org/414/9521004002001";
/// Meridian's distribution centre.
pub const DISTRIBUTION_CENTRE: &str = "https://id.gs1.org/414/9521005007005";
/// Meridian's store in Sacramento.
pub const STORE_112: &str = "https://id.gs1.org/414/9521005011200";
/// Meridian's store in Fairfield.
pub const STORE_205: &str = "https://id.gs1.org/414/9521005020509";
/// The harvest crew that cut both fields; it keeps its records at Harbor Mesa and is no company of its own here.
pub const HARVESTER: &str = "https://id.gs1.org/417/9521011000007";

/// One company of the chain.
#[derive(Clone, Copy, Debug)]
pub struct Company {
    /// Short name for addresses and settings.
    pub slug: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Its places and its party, in canonical form.
    pub identifiers: &'static [&'static str],
    /// Its files, oldest first.
    pub documents: &'static [Document],
}

/// One EPCIS document of a company.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// File name.
    pub name: &'static str,
    /// Content.
    pub bytes: &'static [u8],
    /// [`XML`] or [`JSON_LD`].
    pub media_type: &'static str,
    /// Keys of its events in document order, see [`event_id`].
    pub events: &'static [&'static str],
}

/// The five companies of chain A, from the field to the store.
pub fn chain_a() -> &'static [Company] {
    &COMPANIES
}

/// The `eventID` of the event with this key, for example `A6`.
pub fn event_id(key: &str) -> String {
    let name = format!("https://example.org/tlc-fixtures/{key}");
    format!("urn:uuid:{}", Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
}

static COMPANIES: [Company; 5] = [
    Company {
        slug: "harbor-mesa",
        name: "Harbor Mesa Farms",
        identifiers: &[FARM, FIELD_HM_07, FIELD_HM_12, "https://id.gs1.org/417/9521001000017"],
        documents: &[Document {
            name: "harvest-2028-08-14.xml",
            bytes: include_bytes!("../fixtures/chain-a/harbor-mesa/harvest-2028-08-14.xml"),
            media_type: XML,
            events: &["A1a", "A1b", "A1c"],
        }],
    },
    Company {
        slug: "cold-ridge",
        name: "Cold Ridge Cooling",
        identifiers: &[COOLER, "https://id.gs1.org/417/9521002000108"],
        documents: &[Document {
            name: "cooling-2028-08-14.xml",
            bytes: include_bytes!("../fixtures/chain-a/cold-ridge/cooling-2028-08-14.xml"),
            media_type: XML,
            events: &["A2r", "A2a", "A2b", "A2t"],
        }],
    },
    Company {
        slug: "valle-verde",
        name: "Valle Verde Packing",
        identifiers: &[PACKER, "https://id.gs1.org/417/9521003001005"],
        documents: &[
            Document {
                name: "packing-2028-08-15.jsonld",
                bytes: include_bytes!("../fixtures/chain-a/valle-verde/packing-2028-08-15.jsonld"),
                media_type: JSON_LD,
                events: &["A3r", "A3a", "A3b", "A4b"],
            },
            Document {
                name: "shipping-2028-08-15.jsonld",
                bytes: include_bytes!("../fixtures/chain-a/valle-verde/shipping-2028-08-15.jsonld"),
                media_type: JSON_LD,
                events: &["A4c", "A4a"],
            },
        ],
    },
    Company {
        slug: "brightleaf",
        name: "BrightLeaf Fresh Foods",
        identifiers: &[PROCESSOR, "https://id.gs1.org/417/9521004002001"],
        documents: &[Document {
            name: "tracy-2028-08.xml",
            bytes: include_bytes!("../fixtures/chain-a/brightleaf/tracy-2028-08.xml"),
            media_type: XML,
            events: &["A5", "A6", "A7p", "A7"],
        }],
    },
    Company {
        slug: "meridian",
        name: "Meridian Grocers",
        identifiers: &[DISTRIBUTION_CENTRE, STORE_112, STORE_205, "https://id.gs1.org/417/9521005007005"],
        documents: &[
            Document {
                name: "dc07-2028-08.jsonld",
                bytes: include_bytes!("../fixtures/chain-a/meridian/dc07-2028-08.jsonld"),
                media_type: JSON_LD,
                events: &["A8a", "A8u", "A8b", "A9u", "A9p", "A9q", "A9a", "A9b"],
            },
            Document {
                name: "stores-2028-08-19.xml",
                bytes: include_bytes!("../fixtures/chain-a/meridian/stores-2028-08-19.xml"),
                media_type: XML,
                events: &["A10a", "A10b"],
            },
        ],
    },
];
