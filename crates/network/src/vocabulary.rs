//! What stands in a document beside the events: names and master data.

use epcis::{Attribute, Document, DocumentKind, Event, EventTime, Extension, Value, VocabularyElement};
use gs1::Identifier;

use crate::{
    atlas::{Atlas, BLENDS, Company, KITS, Site, SiteKind},
    code,
    world::crop,
};

/// The GS1 Web Vocabulary.
pub(crate) const GS1: &str = "https://gs1.org/voc/";

const LOCATION: &str = "urn:epcglobal:epcis:vtype:Location";
const PARTY: &str = "urn:epcglobal:epcis:vtype:Party";
const CLASS: &str = "urn:epcglobal:epcis:vtype:EPCClass";

/// The beginning of a document for events of a network.
pub fn document(created: &EventTime) -> Document {
    let mut document = Document::new(DocumentKind::Events);
    document.schema_version = Some("2.0".to_owned());
    document.creation_date = Some(created.spelled().to_owned());
    document.namespaces.declare("fsma", domain::FSMA);
    document.namespaces.declare("gs1", GS1);
    document
}

/// Gives an event the shape that it has in JSON: XML repeats an element, JSON has a list.
pub fn list_repeated(event: &mut Event) {
    list(&mut event.extensions);
}

fn list(members: &mut Vec<Extension>) {
    let mut listed: Vec<Extension> = Vec::with_capacity(members.len());
    for mut member in members.drain(..) {
        if let Value::Members(inner) = &mut member.value {
            list(inner);
        }
        match listed.iter_mut().find(|known| known.name == member.name) {
            Some(Extension { value: Value::List(values), .. }) => values.push(member.value),
            Some(known) => {
                let first = std::mem::replace(&mut known.value, Value::Null);
                known.value = Value::List(vec![first, member.value]);
            }
            None => listed.push(member),
        }
    }
    *members = listed;
}

/// Places, then parties, then products.
pub(crate) fn of(atlas: &Atlas) -> Vec<VocabularyElement> {
    let places = atlas.sites.iter().enumerate().flat_map(|(index, site)| place(index, site));
    let parties = atlas.companies.iter().enumerate().map(|(index, company)| {
        let attributes = vec![standard("name", &company.name), ours("phone", &phone(index))];
        element(PARTY, company.party.link.clone(), attributes)
    });
    let products = atlas.sites.iter().filter_map(|site| Some((site, atlas.companies.get(site.company)?)));
    places.chain(parties).chain(products.flat_map(|(site, company)| classes(site, company))).collect()
}

fn place(index: usize, site: &Site) -> Vec<VocabularyElement> {
    let city = if site.kind == SiteKind::Dock { ("Gulfport", "MS", "39501") } else { ("Salinas", "CA", "93901") };
    let described = |name: &str| {
        vec![
            standard("name", name),
            ours("phone", &phone(index)),
            standard("streetAddressOne", &format!("{} Old Stage Rd", 100 + index)),
            standard("city", city.0),
            standard("state", city.1),
            standard("postalCode", city.2),
            standard("countryCode", "US"),
        ]
    };
    let fields = site.fields.iter().zip(1..);
    let fields = fields.map(|(field, number)| {
        element(LOCATION, field.link.clone(), described(&format!("{} – field {number}", site.name)))
    });
    std::iter::once(element(LOCATION, site.place.link.clone(), described(&site.name))).chain(fields).collect()
}

/// The products with a GTIN that a site makes.
fn classes(site: &Site, company: &Company) -> Vec<VocabularyElement> {
    let (commodity, variety, pounds) = crop(site);
    let product = |item: u32, name: &str, size: &str| {
        let gtin = code::gtin(&company.prefix, item);
        let attributes = vec![
            standard("descriptionShort", &format!("{name}, {size}")),
            ours("productName", name),
            ours("brandName", &company.name),
            ours("packagingSize", size),
            ours("packagingStyle", "case"),
        ];
        element(CLASS, Identifier::new(format!("https://id.gs1.org/01/{gtin}")), attributes)
    };
    match site.kind {
        SiteKind::Farm => {
            let item = 10 + u32::try_from(site.grows).unwrap_or_default();
            vec![product(item, &format!("{commodity}, {variety}, field-cut bulk"), "bin")]
        }
        SiteKind::Packer => {
            let crops = crate::atlas::CROPS.iter().zip(100..);
            let sizes = crops.flat_map(|(crop, item)| [(crop, item, crop.2), (crop, item + 50, crop.2)]);
            sizes
                .map(|(crop, item, size)| product(item, &format!("{} {}", crop.0, crop.1), &format!("{size} lb")))
                .collect()
        }
        SiteKind::Processor => BLENDS.iter().zip(300..).map(|(name, item)| product(item, name, "12 × 10 oz")).collect(),
        SiteKind::Kitchen => KITS.iter().zip(500..).map(|(name, item)| product(item, name, "8 × 12 oz")).collect(),
        SiteKind::Ingredients => (700..705).map(|item| product(item, "Seasoning", &format!("{pounds} lb"))).collect(),
        // The retailer's products stand at its first site.
        SiteKind::Centre if site.code == "M0" => vec![product(800, "Repacked produce", "tray")],
        _ => Vec::new(),
    }
}

fn phone(index: usize) -> String {
    format!("+1 831 555 {:04}", 100 + index % 100)
}

fn element(vocabulary: &str, id: Identifier, attributes: Vec<Attribute>) -> VocabularyElement {
    VocabularyElement {
        vocabulary: vocabulary.to_owned(),
        vocabulary_extensions: Vec::new(),
        id,
        attributes,
        children: Vec::new(),
        extensions: Vec::new(),
        field_attributes: Vec::new(),
    }
}

fn standard(name: &str, value: &str) -> Attribute {
    attribute(format!("urn:epcglobal:cbv:mda#{name}"), value)
}

fn ours(name: &str, value: &str) -> Attribute {
    attribute(format!("{}{name}", domain::FSMA), value)
}

fn attribute(id: String, value: &str) -> Attribute {
    Attribute { id, value: Value::Text(value.to_owned()), extensions: Vec::new() }
}
