//! Location and product descriptions (21 CFR 1.1310).

use domain::{fsma_members, fsma_text};
use epcis::{Event, Value, VocabularyElement};
use gs1::Identifier;

/// Where food is handled, as the rule wants it described.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LocationDescription {
    /// Business name.
    pub business_name: Option<String>,
    /// Phone number, as given.
    pub phone: Option<String>,
    /// Street address.
    pub street_address: Option<String>,
    /// Latitude, which with the longitude may stand for the street address.
    pub latitude: Option<String>,
    /// Longitude.
    pub longitude: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or region.
    pub state: Option<String>,
    /// ZIP or postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}

/// A food, as the rule wants it described.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProductDescription {
    /// Product name.
    pub product_name: Option<String>,
    /// Brand name, if there is one.
    pub brand_name: Option<String>,
    /// Commodity, if it applies.
    pub commodity: Option<String>,
    /// Variety, if it applies.
    pub variety: Option<String>,
    /// Packaging size, for example `25 lb`.
    pub packaging_size: Option<String>,
    /// Packaging style, for example `carton`.
    pub packaging_style: Option<String>,
}

impl LocationDescription {
    /// Reads the master-data attributes of a location or a party.
    pub fn from_vocabulary(element: &VocabularyElement) -> Self {
        let get = |names: &[&str]| attribute(element, names);
        Self::from_lookup(get)
    }

    /// The description that an event itself carries in `fsma:locationDescriptions`: the place as it was that day.
    pub fn stated_in(event: &Event, id: &Identifier) -> Option<Self> {
        let entry = stated(event, "locationDescriptions", id)?;
        Some(Self::from_lookup(|names| members_text(entry, names)))
    }

    fn from_lookup(get: impl Fn(&[&str]) -> Option<String>) -> Self {
        let streets = ["streetAddressOne", "streetAddressTwo", "streetAddressThree"].map(|line| get(&[line]));
        let lines: Vec<String> = streets.into_iter().flatten().collect();
        let street = (!lines.is_empty()).then(|| lines.join(", "));
        Self {
            business_name: get(&["businessName", "name", "organizationName", "physicalLocationName"]),
            phone: get(&["phone", "telephone"]),
            street_address: get(&["streetAddress"]).or(street),
            latitude: get(&["latitude"]),
            longitude: get(&["longitude"]),
            city: get(&["city", "addressLocality"]),
            state: get(&["state", "addressRegion"]),
            postal_code: get(&["postalCode"]),
            country: get(&["country", "countryCode", "addressCountry"]),
        }
    }

    /// The street address, or the coordinates in its place.
    pub fn street_or_coordinates(&self) -> Option<String> {
        let coordinates = || Some(format!("{}, {}", self.latitude.as_ref()?, self.longitude.as_ref()?));
        self.street_address.clone().or_else(coordinates)
    }
}

impl ProductDescription {
    /// Reads the master-data attributes of a product.
    pub fn from_vocabulary(element: &VocabularyElement) -> Self {
        Self::from_lookup(|names| attribute(element, names))
    }

    /// The description that an event itself carries in `fsma:productDescriptions`.
    pub fn stated_in(event: &Event, id: &Identifier) -> Option<Self> {
        let entry = stated(event, "productDescriptions", id)?;
        Some(Self::from_lookup(|names| members_text(entry, names)))
    }

    fn from_lookup(get: impl Fn(&[&str]) -> Option<String>) -> Self {
        Self {
            product_name: get(&[
                "productName",
                "descriptionShort",
                "tradeItemDescription",
                "regulatedProductName",
                "functionalName",
                "name",
            ]),
            brand_name: get(&["brandName"]),
            commodity: get(&["commodity"]),
            variety: get(&["variety", "variantDescription"]),
            packaging_size: get(&["packagingSize", "netContentDescription", "netContent"]),
            packaging_style: get(&["packagingStyle", "packagingType"]),
        }
    }
}

/// The value of the first of `names` that the element has, in any spelling of the attribute's id: URN, CURIE, full IRI
/// or bare.
fn attribute(element: &VocabularyElement, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let mut of_that_name = element.attributes.iter().filter(|attribute| local_name(&attribute.id) == *name);
        of_that_name.find_map(|attribute| text(&attribute.value))
    })
}

/// What follows the last separator of `urn:epcglobal:cbv:mda#name`, `cbvmda:name`, `https://…/kde/phone` or `name`.
fn local_name(id: &str) -> &str {
    id.rsplit(['#', ':', '/']).next().unwrap_or(id)
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::List(values) => values.iter().find_map(Value::as_text),
        scalar => scalar.as_text(),
    };
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn stated<'a>(event: &'a Event, local: &str, id: &Identifier) -> Option<&'a Value> {
    let entries = fsma_members(&event.extensions, local).into_iter();
    entries
        .filter(|entry| fsma_text(entry.members(), "id").is_some_and(|text| &Identifier::new(text.trim()) == id))
        .find(|entry| !entry.members().is_empty())
}

fn members_text(entry: &Value, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| fsma_text(entry.members(), name));
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}
