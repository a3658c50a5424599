//! The sheets of FDA's electronic sortable spreadsheet and their columns (template of June 2024).

use crate::layout;

/// A record sheet of the spreadsheet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Sheet {
    /// §1.1325(a).
    Harvesting,
    /// §1.1325(b).
    Cooling,
    /// §1.1330(a).
    InitialPacking,
    /// §1.1330(b).
    InitialPackingSprouts,
    /// §1.1330(c).
    InitialPackingFromExempt,
    /// §1.1335.
    FirstLandBasedReceiving,
    /// §1.1340.
    Shipping,
    /// §1.1345(a).
    Receiving,
    /// §1.1345(b).
    ReceivingFromExempt,
    /// §1.1350.
    Transformation,
    /// §1.1305(j).
    FarmPurchase,
    /// §1.1305(k).
    AdHocPurchase,
    /// §1.1305(l).
    FarmToSchool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// Text, also where it looks like a number.
    Text,
    /// A quantity.
    Number,
    /// A calendar date.
    Date,
}

/// Whether a record without the value is incomplete.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Always.
    Required,
    /// When the place is in the United States (or in no known country): State and ZIP code.
    Domestic,
    /// Never by itself: "if applicable".
    Conditional,
}

/// A column of a sheet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Column {
    /// What the block of columns is about, for location and product descriptions.
    pub block: Option<&'static str>,
    /// The component of the block, or the whole header.
    pub label: &'static str,
    /// What it holds.
    pub format: Format,
    /// Whether it must be there.
    pub need: Need,
    /// The paragraph of 21 CFR part 1 behind it.
    pub paragraph: &'static str,
}

impl Column {
    /// The text of the header cell: `{block} - ⏎{component}`, dates with the pattern on a line of its own. The
    /// template's help texts are left out; readers drop them before they compare.
    pub fn header(&self) -> String {
        let mut header = self.block.map_or_else(String::new, |block| format!("{block} - \n"));
        header.push_str(self.label);
        if self.format == Format::Date {
            header.push_str("\n(mm/dd/yyyy)");
        }
        header
    }

    /// The header on one line.
    pub fn title(&self) -> String {
        self.header().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Sheet {
    /// All record sheets in the template's order.
    pub const ALL: [Self; 13] = [
        Self::Harvesting,
        Self::Cooling,
        Self::InitialPacking,
        Self::InitialPackingSprouts,
        Self::InitialPackingFromExempt,
        Self::FirstLandBasedReceiving,
        Self::Shipping,
        Self::Receiving,
        Self::ReceivingFromExempt,
        Self::Transformation,
        Self::FarmPurchase,
        Self::AdHocPurchase,
        Self::FarmToSchool,
    ];

    /// The name of the sheet, exactly as in the template (one name ends with two spaces).
    pub fn name(self) -> &'static str {
        match self {
            Self::Harvesting => "Harvesting",
            Self::Cooling => "Cooling",
            Self::InitialPacking => "Initial Packing",
            Self::InitialPackingSprouts => "Initial Packing Sprouts",
            Self::InitialPackingFromExempt => "Initial Packing from Exempt",
            Self::FirstLandBasedReceiving => "First Land-Based Receiving",
            Self::Shipping => "Shipping",
            Self::Receiving => "Receiving",
            Self::ReceivingFromExempt => "Receiving From Exempt",
            Self::Transformation => "Transformation",
            Self::FarmPurchase => "Farm Purchase by RFE or Rest.  ",
            Self::AdHocPurchase => "Ad-hoc RFE or Rest. Purchase",
            Self::FarmToSchool => "Farm to School or Institution",
        }
    }

    /// What one row of the sheet is.
    pub fn one_row_is(self) -> &'static str {
        match self {
            Self::Harvesting => "one harvested load",
            Self::Cooling => "one cooled load",
            Self::InitialPacking => "one load received and one lot packed from it; the packed quantity repeats",
            Self::InitialPackingSprouts => "one seed lot and one packing of sprouts",
            Self::InitialPackingFromExempt => "one load received from an exempt person and one lot packed from it",
            Self::FirstLandBasedReceiving => "one lot landed",
            Self::Shipping => "one lot in one shipment",
            Self::Receiving => "one lot in one receipt",
            Self::ReceivingFromExempt => "one lot received from an exempt person",
            Self::Transformation => "one input lot and one output lot; quantities repeat and must not be added up",
            Self::FarmPurchase => "one food bought from the farm that grew it",
            Self::AdHocPurchase => "one purchase from another store or restaurant",
            Self::FarmToSchool => "one food obtained under a farm to school programme",
        }
    }

    /// The columns in the template's order.
    pub fn columns(self) -> &'static [Column] {
        layout::columns(self)
    }
}
