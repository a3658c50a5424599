//! The columns of every sheet, written as the blocks they consist of.

use std::sync::LazyLock;

use crate::{
    Column, Format,
    Format::{Date, Number, Text},
    Need,
    Need::{Conditional, Domestic, Required},
    Sheet,
};

/// A run of columns.
enum Part {
    /// One column.
    One(&'static str, Format, Need, &'static str),
    /// The seven columns of a location description.
    Location(&'static str, Regions, Need, &'static str),
    /// The six columns of a product description.
    Product(&'static str, Need, &'static str),
    /// Two pairs of type and number.
    Documents(&'static str),
    /// The five columns of an address.
    Address(&'static str, &'static str),
}

use Part::{Address, Documents, Location, One, Product};

/// How a sheet spells the region and the postal code.
#[derive(Clone, Copy)]
enum Regions {
    /// `State or Region`.
    Or,
    /// `State/Region`.
    Slash,
}

use Regions::{Or, Slash};

impl Regions {
    fn labels(self) -> &'static [(&'static str, Need)] {
        match self {
            Or => &LOCATION_LABELS,
            Slash => &LOCATION_LABELS_SLASHED,
        }
    }
}

const RECIPIENT: &str = "Location Description for the Immediate Subsequent Recipient (other than a transporter)";
const PREVIOUS: &str = "Location Description for the Immediate Previous Source (other than a transporter)";
const FARM: &str = "Location Description for the Farm where the Food was Harvested";
const SOURCE: &str = "Location Description for the Traceability Lot Code Source";
const PACKED_AT: &str =
    "Location Description for where you Initially Packed the Food (i.e., the Traceability Lot Code Source)";
const SOURCE_REFERENCE: &str = "Traceability Lot Code Source Reference (if applicable)";
const SOURCE_REFERENCE_INSTEAD: &str = "Traceability Lot Code Source Reference (may be provided instead of the \
     location description for the TLC Source)";
const FARM_ADDRESS: &str = "Address of the Farm that was the source of the Food";
const FARM_NAME: &str = "Name of the Farm that was the source of the Food";

const HARVESTING: &[Part] = &[
    Location(RECIPIENT, Or, Required, "§1.1325(a)(1)(i)"),
    One("Commodity", Text, Required, "§1.1325(a)(1)(ii)"),
    One("Variety (if applicable)", Text, Conditional, "§1.1325(a)(1)(ii)"),
    One("Quantity", Number, Required, "§1.1325(a)(1)(iii)"),
    One("Unit of Measure", Text, Required, "§1.1325(a)(1)(iii)"),
    Location(FARM, Or, Required, "§1.1325(a)(1)(iv)"),
    One(
        "For produce, the name of the field or other growing area from which the food was harvested (which must \
         correspond to the name used by the grower)",
        Text,
        Conditional,
        "§1.1325(a)(1)(v)",
    ),
    One(
        "For aquacultured food, the name of the container (e.g., pond, pool, tank, cage) from which the food was \
         harvested (which must correspond to the container name used by the aquaculture farmer)",
        Text,
        Conditional,
        "§1.1325(a)(1)(vi)",
    ),
    One("Harvest Date", Date, Required, "§1.1325(a)(1)(vii)"),
    Documents("§1.1325(a)(1)(viii)"),
];

const COOLING: &[Part] = &[
    Location(RECIPIENT, Or, Required, "§1.1325(b)(1)(i)"),
    One("Commodity", Text, Required, "§1.1325(b)(1)(ii)"),
    One("Variety (if applicable)", Text, Conditional, "§1.1325(b)(1)(ii)"),
    One("Quantity", Number, Required, "§1.1325(b)(1)(iii)"),
    One("Unit of Measure", Text, Required, "§1.1325(b)(1)(iii)"),
    Location("Location Description for where the Food was Cooled", Or, Required, "§1.1325(b)(1)(iv)"),
    One("Cooling Date", Date, Required, "§1.1325(b)(1)(v)"),
    Location(FARM, Or, Required, "§1.1325(b)(1)(vi)"),
    Documents("§1.1325(b)(1)(vii)"),
];

const INITIAL_PACKING: &[Part] = &[
    One("Commodity of the food received", Text, Required, "§1.1330(a)(1)"),
    One("Variety (if applicable) of the food received", Text, Conditional, "§1.1330(a)(1)"),
    One("Receive Date", Date, Required, "§1.1330(a)(2)"),
    One("Quantity of the food received", Number, Required, "§1.1330(a)(3)"),
    One("Unit of Measure of the food received", Text, Required, "§1.1330(a)(3)"),
    Location(FARM, Or, Required, "§1.1330(a)(4)"),
    One(
        "For Produce, the Name of the Field or Other Growing Area from which the Food was Harvested (which must \
         correspond to the name used by the grower)",
        Text,
        Conditional,
        "§1.1330(a)(5)",
    ),
    One(
        "For Aquacultured food, the Name of the Container (e.g., pond, pool, tank, cage) from which the Food was \
         Harvested (which must correspond to the container name used by the aquaculture farmer)",
        Text,
        Conditional,
        "§1.1330(a)(6)",
    ),
    One("Harvester Business Name", Text, Required, "§1.1330(a)(7)"),
    One("Harvester Phone Number", Text, Required, "§1.1330(a)(7)"),
    One("Harvesting Date", Date, Required, "§1.1330(a)(8)"),
    Location("Location Description for where the Food was Cooled (if applicable)", Or, Conditional, "§1.1330(a)(9)"),
    One("Cooling Date (if applicable)", Date, Conditional, "§1.1330(a)(10)"),
    One("Traceability Lot Code", Text, Required, "§1.1330(a)(11)"),
    Product("Product Description of the Packed Food", Required, "§1.1330(a)(12)"),
    One("Quantity of Packed Food", Number, Required, "§1.1330(a)(13)"),
    One("Unit of Measure of Packed Food", Text, Required, "§1.1330(a)(13)"),
    Location(PACKED_AT, Or, Required, "§1.1330(a)(14)"),
    One(SOURCE_REFERENCE, Text, Conditional, "§1.1330(a)(14)"),
    One("Initial Packing Date", Date, Required, "§1.1330(a)(15)"),
    Documents("§1.1330(a)(16)"),
];

const SPROUTS: &[Part] = &[
    Location(
        "Location Description for the Grower of Seeds for Sprouting (if available)",
        Or,
        Conditional,
        "§1.1330(b)(1)",
    ),
    One("Seed Harvesting Date (if available)", Date, Conditional, "§1.1330(b)(1)"),
    Location("Location description for the seed conditioner or processor", Or, Required, "§1.1330(b)(2)"),
    One("Seed Lot Code Associated with Conditioning or Processing", Text, Required, "§1.1330(b)(2)"),
    One("Conditioning or Processing Date", Date, Required, "§1.1330(b)(2)"),
    Location("Location description for the seed packinghouse", Or, Required, "§1.1330(b)(3)"),
    One("Seed Packing Date", Date, Required, "§1.1330(b)(3)"),
    One("Seed Lot Code Assigned by the Seed Packinghouse", Text, Conditional, "§1.1330(b)(3)"),
    Location("Location description for the seed repacking facility (if applicable)", Or, Conditional, "§1.1330(b)(3)"),
    One("Seed Repacking Date (if applicable)", Date, Conditional, "§1.1330(b)(3)"),
    One("Seed Lot Code Assigned by the Repacker (if applicable)", Text, Conditional, "§1.1330(b)(3)"),
    Location("Location description for the seed supplier", Or, Required, "§1.1330(b)(4)"),
    One("Seed Lot Code Assigned by the Seed Supplier - Master Seed Lot", Text, Conditional, "§1.1330(b)(4)"),
    One("Seed Lot Code Assigned by the Seed Supplier - Sub-Lot Code", Text, Conditional, "§1.1330(b)(4)"),
    One("Seed Lot Code Assigned by the Sprouter - New Seed Lot", Text, Conditional, "§1.1330(b)(4)"),
    One("Description of the seeds - Type or Taxonomic name", Text, Required, "§1.1330(b)(5)"),
    One("Description of the seeds - Growing Specifications", Text, Required, "§1.1330(b)(5)"),
    One("Description of the seeds - Packaging", Text, Required, "§1.1330(b)(5)"),
    One("Description of the seeds - Antimicrobial Treatment (if applicable)", Text, Conditional, "§1.1330(b)(5)"),
    One("Receive Date of Seeds by Sprouter", Date, Required, "§1.1330(b)(6)"),
    Documents("§1.1330(b)(7)"),
];

const INITIAL_PACKING_FROM_EXEMPT: &[Part] = &[
    One("Commodity of the food received", Text, Required, "§1.1330(c)(1)"),
    One("Variety (if applicable) of the food received", Text, Conditional, "§1.1330(c)(1)"),
    One("Receive Date", Date, Required, "§1.1330(c)(2)"),
    One("Quantity of the food received", Number, Required, "§1.1330(c)(3)"),
    One("Unit of Measure of the food received", Text, Required, "§1.1330(c)(3)"),
    Location("Location Description for the Person from whom you Received the Food", Or, Required, "§1.1330(c)(4)"),
    One("Traceability Lot Code (you assigned)", Text, Required, "§1.1330(c)(5)"),
    Product("Product Description of the Packed Food", Required, "§1.1330(c)(6)"),
    One("Quantity of the Packed Food", Number, Required, "§1.1330(c)(7)"),
    One("Unit of Measure of the Packed Food", Text, Required, "§1.1330(c)(7)"),
    Location(PACKED_AT, Or, Required, "§1.1330(c)(8)"),
    One(SOURCE_REFERENCE, Text, Conditional, "§1.1330(c)(8)"),
    One("Initial Packing Date", Date, Required, "§1.1330(c)(9)"),
    Documents("§1.1330(c)(10)"),
];

/// The species stands for unpackaged and the product description for packaged food; [`crate::Row::missing`] asks for
/// one of the two.
const FIRST_LAND_BASED_RECEIVING: &[Part] = &[
    One("Traceability Lot Code (you assigned)", Text, Required, "§1.1335(a)"),
    One("Species and/or Acceptable Market Name, If the Food is Unpackaged", Text, Required, "§1.1335(b)"),
    Product("Product Description, If the Food is Packaged", Conditional, "§1.1335(b)"),
    One("Quantity", Number, Required, "§1.1335(c)"),
    One("Unit of Measure", Text, Required, "§1.1335(c)"),
    One("Harvest Date Start", Date, Required, "§1.1335(d)"),
    One("Harvest Date End", Date, Required, "§1.1335(d)"),
    One("Harvest Locations For the Trip", Text, Required, "§1.1335(d)"),
    Location(
        "Location Description for the First Land-Based Receiver (i.e., the Traceability Lot Code Source)",
        Or,
        Required,
        "§1.1335(e)",
    ),
    One(SOURCE_REFERENCE, Text, Conditional, "§1.1335(e)"),
    One("Landing Date", Date, Required, "§1.1335(f)"),
    Documents("§1.1335(g)"),
];

const SHIPPING: &[Part] = &[
    One("Traceability Lot Code", Text, Required, "§1.1340(a)(1)"),
    One("Quantity", Number, Required, "§1.1340(a)(2)"),
    One("Unit of Measure", Text, Required, "§1.1340(a)(2)"),
    Product("Product Description", Required, "§1.1340(a)(3)"),
    Location(RECIPIENT, Or, Required, "§1.1340(a)(4)"),
    Location("Location Description for the Location from which you Shipped the Food", Or, Required, "§1.1340(a)(5)"),
    One("Shipping Date", Date, Required, "§1.1340(a)(6)"),
    Location(SOURCE, Slash, Required, "§1.1340(a)(7)"),
    One(SOURCE_REFERENCE_INSTEAD, Text, Conditional, "§1.1340(a)(7)"),
    Documents("§1.1340(a)(8)"),
];

const RECEIVING: &[Part] = &[
    One("Traceability Lot Code", Text, Required, "§1.1345(a)(1)"),
    One("Quantity", Number, Required, "§1.1345(a)(2)"),
    One("Unit of Measure", Text, Required, "§1.1345(a)(2)"),
    Product("Product Description", Required, "§1.1345(a)(3)"),
    Location(PREVIOUS, Or, Required, "§1.1345(a)(4)"),
    Location("Location Description for where the Food was Received", Or, Required, "§1.1345(a)(5)"),
    One("Date you Received the Food", Date, Required, "§1.1345(a)(6)"),
    Location(SOURCE, Slash, Required, "§1.1345(a)(7)"),
    One(SOURCE_REFERENCE_INSTEAD, Text, Conditional, "§1.1345(a)(7)"),
    Documents("§1.1345(a)(8)"),
];

const RECEIVING_FROM_EXEMPT: &[Part] = &[
    One(
        "Traceability Lot Code (which you must assign if one has not already been assigned) (does not apply if you \
         are a Retail Food Establishment or Restaurant)",
        Text,
        Required,
        "§1.1345(b)(1)",
    ),
    One("Quantity", Number, Required, "§1.1345(b)(2)"),
    One("Unit of Measure", Text, Required, "§1.1345(b)(2)"),
    Product("Product Description", Required, "§1.1345(b)(3)"),
    Location(PREVIOUS, Or, Required, "§1.1345(b)(4)"),
    Location(
        "Location Description for where the Food was Received (i.e., the Traceability Lot Code Source)",
        Slash,
        Required,
        "§1.1345(b)(5)",
    ),
    One(SOURCE_REFERENCE, Text, Conditional, "§1.1345(b)(5)"),
    One("Receive Date", Date, Required, "§1.1345(b)(6)"),
    Documents("§1.1345(b)(7)"),
];

const TRANSFORMATION: &[Part] = &[
    One(
        "Traceability Lot Code for the FTL Food used in Transformation (if applicable)",
        Text,
        Required,
        "§1.1350(a)(1)(i)",
    ),
    Product(
        "Product Description for the Incoming FTL Food used in Transformation (if applicable)",
        Required,
        "§1.1350(a)(1)(ii)",
    ),
    One(
        "Quantity of the food from this traceability lot that was used in the transformation (if applicable)",
        Number,
        Required,
        "§1.1350(a)(1)(iii)",
    ),
    One(
        "Unit of measure for the food from this traceability lot that was used in the transformation (if applicable)",
        Text,
        Required,
        "§1.1350(a)(1)(iii)",
    ),
    One(
        "New Traceability Lot Code you assigned to the Food Produced Through Transformation",
        Text,
        Required,
        "§1.1350(a)(2)(i)",
    ),
    Location(
        "Location Description for where you Transformed the Food (i.e., the Traceability Lot Code Source)",
        Slash,
        Required,
        "§1.1350(a)(2)(ii)",
    ),
    One(SOURCE_REFERENCE, Text, Conditional, "§1.1350(a)(2)(ii)"),
    One("Transformation Completion Date", Date, Required, "§1.1350(a)(2)(iii)"),
    Product("Product Description for the Food Produced through Transformation", Required, "§1.1350(a)(2)(iv)"),
    One("Quantity of the Food Produced through Transformation", Number, Required, "§1.1350(a)(2)(v)"),
    One("Unit of Measure for the Food Produced through Transformation", Text, Required, "§1.1350(a)(2)(v)"),
    Documents("§1.1350(a)(2)(vi)"),
];

const FARM_PURCHASE: &[Part] = &[
    One("Name of the Food Directly Purchased from Farm", Text, Required, "§1.1305(j)(2)"),
    One(FARM_NAME, Text, Required, "§1.1305(j)(2)"),
    Address(FARM_ADDRESS, "§1.1305(j)(2)"),
];

const AD_HOC_PURCHASE: &[Part] = &[
    One("Name of the Product Purchased", Text, Required, "§1.1305(k)(2)"),
    One("Date of Purchase", Date, Required, "§1.1305(k)(2)"),
    One("Name of the Place of Purchase", Text, Required, "§1.1305(k)(2)"),
    Address("Address of the Place of Purchase", "§1.1305(k)(2)"),
];

const FARM_TO_SCHOOL: &[Part] = &[
    One(
        "Name of the Food Obtained from a Farm through a Farm to School or Farm to Institution Program",
        Text,
        Required,
        "§1.1305(l)(2)",
    ),
    One(FARM_NAME, Text, Required, "§1.1305(l)(2)"),
    Address(FARM_ADDRESS, "§1.1305(l)(2)"),
];

fn parts(sheet: Sheet) -> &'static [Part] {
    match sheet {
        Sheet::Harvesting => HARVESTING,
        Sheet::Cooling => COOLING,
        Sheet::InitialPacking => INITIAL_PACKING,
        Sheet::InitialPackingSprouts => SPROUTS,
        Sheet::InitialPackingFromExempt => INITIAL_PACKING_FROM_EXEMPT,
        Sheet::FirstLandBasedReceiving => FIRST_LAND_BASED_RECEIVING,
        Sheet::Shipping => SHIPPING,
        Sheet::Receiving => RECEIVING,
        Sheet::ReceivingFromExempt => RECEIVING_FROM_EXEMPT,
        Sheet::Transformation => TRANSFORMATION,
        Sheet::FarmPurchase => FARM_PURCHASE,
        Sheet::AdHocPurchase => AD_HOC_PURCHASE,
        Sheet::FarmToSchool => FARM_TO_SCHOOL,
    }
}

static COLUMNS: LazyLock<Vec<Vec<Column>>> = LazyLock::new(|| Sheet::ALL.into_iter().map(expand).collect());

/// The columns of a sheet. [`Sheet::ALL`] is in the order of the enum, so that a sheet finds its own.
pub(crate) fn columns(sheet: Sheet) -> &'static [Column] {
    COLUMNS.get(sheet as usize).map_or(&[], Vec::as_slice)
}

fn expand(sheet: Sheet) -> Vec<Column> {
    let mut columns = Vec::new();
    for part in parts(sheet) {
        part.expand(&mut columns);
    }
    columns
}

impl Part {
    fn expand(&self, columns: &mut Vec<Column>) {
        match *self {
            One(label, format, need, paragraph) => {
                columns.push(Column { block: None, label, format, need, paragraph });
            }
            Location(block, regions, need, paragraph) => {
                columns.extend(block_of(block, regions.labels(), need, paragraph));
            }
            Product(block, need, paragraph) => columns.extend(block_of(block, &PRODUCT_LABELS, need, paragraph)),
            Documents(paragraph) => columns.extend(DOCUMENT_LABELS.map(|(label, need)| Column {
                block: None,
                label,
                format: Text,
                need,
                paragraph,
            })),
            Address(block, paragraph) => columns.extend(block_of(block, &ADDRESS_LABELS, Required, paragraph)),
        }
    }
}

const PRODUCT_LABELS: [(&str, Need); 6] = [
    ("Product Name", Required),
    ("Brand Name (if applicable)", Conditional),
    ("Commodity (if applicable)", Conditional),
    ("Variety (if applicable)", Conditional),
    ("Packaging Size", Required),
    ("Packaging Style", Required),
];

const DOCUMENT_LABELS: [(&str, Need); 4] = [
    ("Reference Document Type", Required),
    ("Reference Document Number", Required),
    ("Reference Document Type2", Conditional),
    ("Reference Document Number2", Conditional),
];

const ADDRESS_LABELS: [(&str, Need); 5] = [
    ("Street Address or Geographic Coordinates", Required),
    ("City", Required),
    ("State/Region", Domestic),
    ("Zip/Postal Code", Domestic),
    ("Country", Required),
];

const LOCATION_LABELS: [(&str, Need); 7] = location_labels("State or Region", "ZIP or Postal Code");
const LOCATION_LABELS_SLASHED: [(&str, Need); 7] = location_labels("State/Region", "ZIP/Postal Code");

const fn location_labels(state: &'static str, zip: &'static str) -> [(&'static str, Need); 7] {
    [
        ("Business Name", Required),
        ("Phone Number", Required),
        ("Street Address or Geographic Coordinates", Required),
        ("City", Required),
        (state, Domestic),
        (zip, Domestic),
        ("Country", Required),
    ]
}

/// The columns of a block; in a conditional block no component is required.
fn block_of(
    block: &'static str,
    labels: &'static [(&'static str, Need)],
    need: Need,
    paragraph: &'static str,
) -> impl Iterator<Item = Column> {
    labels.iter().map(move |&(label, own)| Column {
        block: Some(block),
        label,
        format: Text,
        need: if need == Required { own } else { need },
        paragraph,
    })
}
