//! Who and what there is: companies, their sites, their products. Fixed for one plan.

use epcis::{Place, ZoneOffset};

use crate::{
    Plan,
    code::{self, Spelled, Style},
};

/// What happens at a site.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum SiteKind {
    Farm,
    Cooler,
    Packer,
    Dock,
    Processor,
    Kitchen,
    /// Makes ingredients that go far and products that come from many; only the landmarks are made there.
    Ingredients,
    Centre,
    Store,
}

impl SiteKind {
    const ALL: [Self; 9] = [
        Self::Farm,
        Self::Cooler,
        Self::Packer,
        Self::Dock,
        Self::Processor,
        Self::Kitchen,
        Self::Ingredients,
        Self::Centre,
        Self::Store,
    ];

    /// How many there are for so many stores.
    fn count(self, stores: u32) -> u32 {
        match self {
            Self::Farm => stores / 4 + 2,
            Self::Cooler => stores / 20 + 1,
            Self::Packer | Self::Processor => stores / 12 + 2,
            Self::Dock => stores / 50 + 1,
            Self::Kitchen => stores / 25 + 1,
            Self::Ingredients => 1,
            Self::Centre => stores / 34 + 1,
            Self::Store => stores,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Farm => 'F',
            Self::Cooler => 'C',
            Self::Packer => 'P',
            Self::Dock => 'D',
            Self::Processor => 'B',
            Self::Kitchen => 'K',
            Self::Ingredients => 'N',
            Self::Centre => 'M',
            Self::Store => 'S',
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Farm => "Farms",
            Self::Cooler => "Cooling",
            Self::Packer => "Packing",
            Self::Dock => "Landing Co.",
            Self::Processor => "Fresh Cut",
            Self::Kitchen => "Kitchens",
            Self::Ingredients => "Ingredients",
            Self::Centre | Self::Store => "Grocers",
        }
    }
}

/// A company: it asserts what happens at its sites.
#[derive(Clone, Debug)]
pub struct Company {
    /// Short name for folders and settings.
    pub slug: String,
    /// Name for people.
    pub name: String,
    pub(crate) prefix: String,
    pub(crate) style: Style,
    pub(crate) party: Spelled,
    /// The number of its food facility registration, where it tells that instead of its address.
    pub(crate) registration: Option<String>,
}

/// A place where food is handled.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) company: usize,
    pub(crate) kind: SiteKind,
    pub(crate) name: String,
    pub(crate) place: Spelled,
    /// The place as `readPoint` and `bizLocation`.
    pub(crate) point: Place,
    pub(crate) gln: String,
    /// What its lot codes begin with.
    pub(crate) code: String,
    pub(crate) offset: ZoneOffset,
    pub(crate) offset_seconds: i64,
    pub(crate) fields: Vec<Spelled>,
    /// For [`SiteKind::Farm`] what it grows.
    pub(crate) grows: usize,
}

/// Fields of a farm.
const FIELDS: u32 = 4;

/// Something grown: name, variety, weight of a packed case in pounds.
pub(crate) const CROPS: [(&str, &str, u32); 8] = [
    ("Lettuce", "Romaine", 25),
    ("Spinach", "Savoy", 10),
    ("Tomatoes", "Round", 25),
    ("Cucumbers", "Slicer", 24),
    ("Peppers", "Bell", 25),
    ("Cilantro", "Santo", 5),
    ("Melons", "Cantaloupe", 40),
    ("Lettuce", "Iceberg", 30),
];

/// Fish by FAO code and name.
pub(crate) const FISH: [(&str, &str); 3] = [("yft", "Yellowfin tuna"), ("swo", "Swordfish"), ("mah", "Mahi-mahi")];

/// What processors cut.
pub(crate) const BLENDS: [&str; 6] =
    ["Garden Romaine Blend", "Baby Spinach", "Diced Tomatoes", "Cucumber Slices", "Pepper Strips", "Melon Chunks"];

/// What kitchens cook.
pub(crate) const KITS: [&str; 4] = ["Caesar Salad Kit", "Fruit Bowl", "Tuna Salad", "Garden Bowl"];

/// Everything that there is.
#[derive(Debug)]
pub(crate) struct Atlas {
    pub(crate) companies: Vec<Company>,
    pub(crate) sites: Vec<Site>,
}

const NAMES: [&str; 12] = [
    "Harbor Mesa",
    "Cold Ridge",
    "Valle Verde",
    "Bright Leaf",
    "Anchor Point",
    "Red Barn",
    "Dry Creek",
    "Northgate",
    "Sunridge",
    "Stone Mill",
    "Willow Bend",
    "Eagle Pass",
];

impl Atlas {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut atlas = Self { companies: Vec::new(), sites: Vec::new() };
        for kind in SiteKind::ALL {
            for index in 0..kind.count(plan.stores) {
                atlas.add(kind, index);
            }
        }
        atlas
    }

    /// All sites of a kind.
    pub(crate) fn of(&self, kind: SiteKind) -> Vec<usize> {
        (0..self.sites.len()).filter(|&site| self.site(site).is_some_and(|site| site.kind == kind)).collect()
    }

    pub(crate) fn site(&self, site: usize) -> Option<&Site> {
        self.sites.get(site)
    }

    fn add(&mut self, kind: SiteKind, index: u32) {
        let retail = matches!(kind, SiteKind::Centre | SiteKind::Store);
        let company = match self.companies.len() {
            // The retailer's sites come last, so its company is the last one once it is there.
            count if retail && self.sites.iter().any(|site| site.kind == SiteKind::Centre) => count - 1,
            count => {
                self.companies.push(company(kind, index, count));
                count
            }
        };
        let Some(owner) = self.companies.get(company) else { return };
        let reference = match kind {
            SiteKind::Centre => 100 + index,
            SiteKind::Store => 1_000 + index,
            _ => 1,
        };
        let (offset, offset_seconds) =
            if kind == SiteKind::Dock { ("-05:00", -5 * 3600) } else { ("-07:00", -7 * 3600) };
        let place = code::place(&owner.prefix, reference);
        let name = match kind {
            SiteKind::Centre => format!("{} – DC {:02}", owner.name, index + 1),
            SiteKind::Store => format!("{} – Store {}", owner.name, index + 1),
            _ => owner.name.clone(),
        };
        let fields = if kind == SiteKind::Farm { FIELDS } else { 0 };
        let fields =
            (1..=fields).map(|field| code::field(&owner.prefix, reference, &format!("FD{field:02}"))).collect();
        self.sites.push(Site {
            company,
            kind,
            name,
            point: Place { id: place.of(owner.style).clone(), extensions: Vec::new() },
            place,
            gln: code::gln(&owner.prefix, reference),
            code: format!("{}{index}", kind.letter()),
            offset: offset.parse().unwrap_or_else(|_| ZoneOffset::utc()),
            offset_seconds,
            fields,
            grows: usize::try_from(index).unwrap_or_default() % CROPS.len(),
        });
    }
}

fn company(kind: SiteKind, index: u32, count: usize) -> Company {
    let names = usize::try_from(index).unwrap_or_default();
    let first = NAMES.get(names % NAMES.len()).copied().unwrap_or_default();
    let again = names / NAMES.len();
    let numbered = if again == 0 { String::new() } else { format!(" {}", again + 1) };
    let name = if kind == SiteKind::Centre {
        "Meridian Grocers".to_owned()
    } else {
        format!("{first}{numbered} {}", kind.noun())
    };
    let prefix = format!("952{count:04}");
    Company {
        slug: name.to_lowercase().replace('.', "").replace(' ', "-"),
        party: code::party(&prefix),
        style: if count.is_multiple_of(2) { Style::Link } else { Style::Urn },
        registration: (kind == SiteKind::Packer && index % 3 == 1).then(|| format!("1999{count:07}")),
        name,
        prefix,
    }
}
