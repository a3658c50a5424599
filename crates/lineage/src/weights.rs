//! What a package of a product weighs, as master data and declarations tell.

use std::collections::{BTreeMap, BTreeSet};

use epcis::{Extension, Value, VocabularyElement};
use gs1::Identifier;
use rust_decimal::Decimal;

use crate::units::{KILOGRAM, Measure, Unit, mass_in};

/// How an amount was brought to another unit.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Rule {
    /// By the factor between two units of the same kind.
    Factor,
    /// The name of the unit says what it holds: `400kg Bin`.
    SaidByUnit,
    /// By the net weight that stands on the goods: application identifiers 310n and 320n.
    Identifier,
    /// By `netWeight` of the product's master data.
    NetWeight,
    /// By the packaging size of the product's master data.
    PackagingSize,
    /// By the net weight of what the package holds, and how many of it.
    Hierarchy,
    /// By a conversion that the place declares for itself.
    SiteConversion,
}

/// An amount in another unit than the recorded one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Converted {
    /// How much.
    pub amount: Decimal,
    /// Code of the unit.
    pub uom: String,
    /// How it was reached.
    pub rule: Rule,
    /// By what the recorded amount was multiplied.
    pub factor: Decimal,
}

/// What trade items of one product weigh, and what places declare of their units.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    item: Option<(Decimal, Rule)>,
    sites: BTreeMap<(String, String), Decimal>,
}

/// Packages in packages at most.
const MAX_LEVELS: u32 = 4;

impl Weights {
    /// Reads the weight of a product, known by any of these identifiers, from master data.
    pub fn of_product(products: &[String], described: &BTreeMap<String, Vec<VocabularyElement>>) -> Self {
        let item = products.iter().find_map(|product| item_weight(product, described, MAX_LEVELS));
        Self { item, sites: BTreeMap::new() }
    }

    /// Adds what these places declare in `fsma:unitConversion`.
    #[must_use]
    pub fn with_sites(mut self, products: &[String], described: &BTreeMap<String, Vec<VocabularyElement>>) -> Self {
        for (place, elements) in described {
            for declared in elements.iter().flat_map(|element| values(element, "unitConversion")) {
                if let Some((code, kilograms)) = site_conversion(declared.members(), products) {
                    self.sites.insert((place.clone(), code), kilograms);
                }
            }
        }
        self
    }

    /// Adds what stands on the goods themselves; it goes before master data.
    #[must_use]
    pub fn with_identifier(mut self, spelled: &str) -> Self {
        self.item = weight_on_goods(spelled).map(|kilograms| (kilograms, Rule::Identifier)).or(self.item);
        self
    }

    /// An amount recorded at a place as kilograms, by the first rule that applies. `None` where nothing tells: no
    /// density is ever assumed.
    pub fn kilograms(&self, amount: Decimal, uom: Option<&str>, place: &str) -> Option<Converted> {
        let unit = Unit::read(uom);
        let (factor, rule) = match unit.measure {
            Measure::Mass(factor) => (factor, Rule::Factor),
            Measure::Package(Some(holds)) => (holds, Rule::SaidByUnit),
            _ => self.package(&unit, place)?,
        };
        let amount = amount.checked_mul(factor)?.normalize();
        Some(Converted { amount, uom: KILOGRAM.to_owned(), rule, factor: factor.normalize() })
    }

    fn package(&self, unit: &Unit, place: &str) -> Option<(Decimal, Rule)> {
        let of_item = |items: Decimal| {
            let (kilograms, rule) = self.item?;
            Some((kilograms.checked_mul(items)?, rule))
        };
        let by_item = match unit.measure {
            Measure::Count(items) => of_item(items),
            // A pallet is never the trade item itself.
            Measure::Package(_) if unit.code != "XPX" => of_item(Decimal::ONE),
            _ => None,
        };
        let declared = || self.sites.get(&(place.to_owned(), unit.code.clone()));
        by_item.or_else(|| Some((*declared()?, Rule::SiteConversion)))
    }
}

/// The identifiers under which master data may describe the product of a lot, the nearest first.
pub fn products_of(lot: &str) -> Vec<String> {
    let mut products = vec![lot.to_owned()];
    match Identifier::new(lot).key() {
        gs1::Key::Lgtin { gtin, .. } | gs1::Key::Sgtin { gtin, .. } => {
            products.push(gs1::Key::Gtin { gtin: *gtin }.to_string());
        }
        _ => {
            let cuts = lot.match_indices(['/', '.', '#']).map(|(at, _)| at);
            let shorter =
                cuts.filter_map(|at| lot.get(..at)).filter(|text| text.contains("://") || text.contains("urn:"));
            products.extend(shorter.map(str::to_owned).collect::<Vec<_>>().into_iter().rev());
        }
    }
    products
}

fn item_weight(
    product: &str,
    described: &BTreeMap<String, Vec<VocabularyElement>>,
    levels: u32,
) -> Option<(Decimal, Rule)> {
    let elements = described.get(product)?;
    let stated = |name: &'static str| elements.iter().flat_map(|element| values(element, name)).find_map(mass);
    let by_contents = || {
        let inner = elements.iter().flat_map(|element| values(element, "contains"));
        let weights: Option<Vec<Decimal>> = inner
            .map(|value| {
                let levels = levels.checked_sub(1)?;
                let id = Identifier::new(member(value.members(), "id")?).canonical();
                let (kilograms, _) = item_weight(&id, described, levels)?;
                kilograms.checked_mul(number(member(value.members(), "quantity")?)?)
            })
            .collect();
        weights.filter(|weights| !weights.is_empty()).map(|weights| weights.into_iter().sum())
    };
    stated("netWeight")
        .map(|kilograms| (kilograms, Rule::NetWeight))
        .or_else(|| stated("packagingSize").or_else(|| stated("netContent")).map(|mass| (mass, Rule::PackagingSize)))
        .or_else(|| by_contents().map(|kilograms| (kilograms, Rule::Hierarchy)))
}

/// The products that master data says are inside these ones.
pub fn products_inside(described: &BTreeMap<String, Vec<VocabularyElement>>) -> BTreeSet<String> {
    let inner = described.values().flatten().flat_map(|element| values(element, "contains"));
    inner.filter_map(|value| Some(Identifier::new(member(value.members(), "id")?).canonical())).collect()
}

/// A mass as text (`25 lb`), or as a number with its unit beside it.
fn mass(value: &Value) -> Option<Decimal> {
    if let Some(text) = value.as_text() {
        return mass_in(text);
    }
    let members = value.members();
    let amount = number(member(members, "value")?)?;
    let unit = ["unitCode", "measurementUnitCode", "uom"].iter().find_map(|name| member(members, name))?;
    match Unit::read(Some(unit)).measure {
        Measure::Mass(factor) => amount.checked_mul(factor).filter(|mass| !mass.is_zero()),
        _ => None,
    }
}

/// `{uom, quantity, toUom, product?}`: one of a unit of this place is a quantity of a mass.
fn site_conversion(members: &[Extension], products: &[String]) -> Option<(String, Decimal)> {
    let of_other = |product: &str| !products.contains(&Identifier::new(product).canonical());
    if member(members, "product").is_some_and(of_other) {
        return None;
    }
    let Measure::Mass(factor) = Unit::read(Some(member(members, "toUom")?)).measure else { return None };
    let kilograms = number(member(members, "quantity")?)?.checked_mul(factor)?;
    Some((Unit::read(Some(member(members, "uom")?)).code, kilograms))
}

/// Net weight in the application identifiers 310n (kilograms) and 320n (pounds) of a Digital Link.
fn weight_on_goods(spelled: &str) -> Option<Decimal> {
    let (_, query) = spelled.split_once('?')?;
    query.split(['&', ';']).find_map(|pair| {
        let (ai, digits) = pair.split_once('=')?;
        let factor = match ai.get(..3)? {
            "310" => Decimal::ONE,
            "320" => Decimal::new(45_359_237, 8),
            _ => return None,
        };
        let places: u32 = ai.get(3..)?.parse().ok().filter(|places| *places < 6 && ai.len() == 4)?;
        let digits: i64 = digits.parse().ok().filter(|_| digits.len() == 6)?;
        (digits > 0).then(|| Decimal::new(digits, places) * factor)
    })
}

/// The values of the attributes of a name, in any spelling of the attribute's id.
fn values<'a>(element: &'a VocabularyElement, name: &'static str) -> impl Iterator<Item = &'a Value> {
    let of_name = element.attributes.iter().filter(move |attribute| local_name(&attribute.id) == name);
    of_name.flat_map(|attribute| match &attribute.value {
        Value::List(list) => list.iter().collect::<Vec<_>>(),
        value => vec![value],
    })
}

fn local_name(id: &str) -> &str {
    id.rsplit(['#', ':', '/']).next().unwrap_or(id)
}

fn member<'a>(members: &'a [Extension], name: &str) -> Option<&'a str> {
    members.iter().find(|member| member.name.local == name).and_then(|member| member.value.as_text())
}

fn number(text: &str) -> Option<Decimal> {
    text.parse::<epcis::Quantity>().ok().map(|quantity| quantity.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARTON: &str = "https://id.gs1.org/01/19521003000173";

    fn described(id: &str, attributes: &serde_json::Value) -> BTreeMap<String, Vec<VocabularyElement>> {
        let element = serde_json::json!({ "id": id, "vocabulary": "v", "attributes": attributes });
        BTreeMap::from([(id.to_owned(), vec![serde_json::from_value(element).unwrap()])])
    }

    fn text(id: &str, value: &str) -> serde_json::Value {
        serde_json::json!({ "id": id, "value": { "Text": value } })
    }

    fn kilograms(weights: &Weights, amount: i64, uom: Option<&str>) -> Option<(String, Rule)> {
        let converted = weights.kilograms(Decimal::from(amount), uom, "L5")?;
        Some((converted.amount.to_string(), converted.rule))
    }

    #[test]
    fn a_carton_weighs_what_its_master_data_says() {
        let size = described(CARTON, &serde_json::json!([text("fsma:packagingSize", "25 lb")]));
        let weights = Weights::of_product(&[CARTON.to_owned()], &size);
        let expected = Some(("6803.88555".to_owned(), Rule::PackagingSize));
        assert_eq!(kilograms(&weights, 600, Some("XCS")), expected);
        assert_eq!(kilograms(&weights, 600, None), expected);
        assert_eq!(kilograms(&weights, 1, Some("XPX")), None, "a pallet is no carton");
        assert_eq!(kilograms(&weights, 1, Some("LTR")), None, "no density is assumed");

        let both =
            serde_json::json!([text("fsma:packagingSize", "25 lb"), text("urn:epcglobal:cbv:mda#netWeight", "11 kg")]);
        let weights = Weights::of_product(&[CARTON.to_owned()], &described(CARTON, &both));
        assert_eq!(kilograms(&weights, 2, Some("cases")), Some(("22".to_owned(), Rule::NetWeight)));
    }

    #[test]
    fn mass_needs_no_master_data() {
        let weights = Weights::default();
        assert_eq!(kilograms(&weights, 2_000, Some("LBR")), Some(("907.18474".to_owned(), Rule::Factor)));
        assert_eq!(kilograms(&weights, 3, Some("400kg Bin")), Some(("1200".to_owned(), Rule::SaidByUnit)));
        assert_eq!(kilograms(&weights, 3, Some("XCS")), None);
    }

    #[test]
    fn the_weight_on_the_goods_goes_first() {
        let size = described(CARTON, &serde_json::json!([text("fsma:packagingSize", "25 lb")]));
        let weights = Weights::of_product(&[CARTON.to_owned()], &size)
            .with_identifier("https://id.gs1.org/01/19521003000173/10/A?3102=001050");
        assert_eq!(kilograms(&weights, 2, None), Some(("21".to_owned(), Rule::Identifier)));
    }

    #[test]
    fn the_product_of_a_private_lot_is_found_by_what_its_name_begins_with() {
        let lot = "https://northgate.example/item/NG-8009/lot/NG-1";
        assert!(products_of(lot).contains(&"https://northgate.example/item/NG-8009".to_owned()));
        assert_eq!(products_of("https://id.gs1.org/01/19521003000173/10/A")[1], CARTON);
    }
}
