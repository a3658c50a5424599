//! Rows of the spreadsheet, and what is missing in them.

use epcis::Quantity;
use jiff::civil::Date;

use crate::{Column, LocationDescription, Need, ProductDescription, Sheet, document::ReferenceDocument};

/// One cell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Cell {
    /// Text, also where it looks like a number or a formula.
    Text(String),
    /// A number with its digits as written.
    Number(Quantity),
    /// A calendar date at the place of the event.
    Date(Date),
    /// Nothing known.
    #[default]
    Empty,
}

/// One record: a cell for every column of the sheet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    sheet: Sheet,
    cells: Vec<Cell>, // Invariant: as many as the sheet has columns.
}

/// A key data element that a record must have and has not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Missing {
    /// The sheet.
    pub sheet: Sheet,
    /// The column.
    pub column: Column,
    /// The paragraph that asks for it.
    pub paragraph: &'static str,
}

impl Row {
    /// A row of `sheet`. Cells beyond its columns are dropped, cells that lack are empty.
    pub fn new(sheet: Sheet, mut cells: Vec<Cell>) -> Self {
        cells.resize(sheet.columns().len(), Cell::Empty);
        Self { sheet, cells }
    }

    /// The sheet it belongs to.
    pub fn sheet(&self) -> Sheet {
        self.sheet
    }

    /// Its cells in column order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The required key data elements that are empty, in column order.
    ///
    /// State and ZIP code are asked for in the United States only. At first land-based receiving a product description
    /// takes the place of the species.
    pub fn missing(&self) -> Vec<Missing> {
        let columns = self.sheet.columns();
        let empty = |index: usize| self.cells.get(index).is_none_or(Cell::is_empty);
        let mut missing = Vec::new();
        for (index, column) in columns.iter().enumerate().filter(|&(index, _)| empty(index)) {
            let needed = match column.need {
                Need::Required => !self.is_species(index) || empty(index + 1),
                Need::Domestic => self.is_domestic(columns, index),
                Need::Conditional => false,
            };
            if needed {
                missing.push(Missing { sheet: self.sheet, column: *column, paragraph: column.paragraph });
            }
        }
        missing
    }

    /// Whether the column is the species of unpackaged fish; the product name stands beside it.
    fn is_species(&self, index: usize) -> bool {
        self.sheet == Sheet::FirstLandBasedReceiving && index == 1
    }

    /// Whether the place that the column belongs to is in the United States, as far as its country says.
    fn is_domestic(&self, columns: &[Column], index: usize) -> bool {
        let country = columns.iter().zip(&self.cells).skip(index).find(|(column, _)| column.label == "Country");
        match country {
            Some((_, Cell::Text(country))) => {
                matches!(country.to_ascii_uppercase().as_str(), "US" | "USA" | "UNITED STATES" | "840")
            }
            _ => true,
        }
    }
}

impl Cell {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(crate) fn text(text: Option<impl Into<String>>) -> Self {
        text.map(Into::into).filter(|text| !text.trim().is_empty()).map_or(Self::Empty, Self::Text)
    }
}

/// A row in the making, column after column.
pub(crate) struct RowBuilder {
    sheet: Sheet,
    cells: Vec<Cell>,
}

impl RowBuilder {
    pub(crate) fn new(sheet: Sheet) -> Self {
        Self { sheet, cells: Vec::new() }
    }

    pub(crate) fn text(mut self, text: Option<impl Into<String>>) -> Self {
        self.cells.push(Cell::text(text));
        self
    }

    pub(crate) fn date(mut self, date: Option<Date>) -> Self {
        self.cells.push(date.map_or(Cell::Empty, Cell::Date));
        self
    }

    /// Quantity and unit of measure.
    pub(crate) fn amount(mut self, amount: Option<&crate::amount::Amount>) -> Self {
        let quantity = amount.and_then(|amount| amount.quantity.clone());
        self.cells.push(quantity.map_or(Cell::Empty, Cell::Number));
        self.text(amount.map(|amount| amount.unit.clone()))
    }

    pub(crate) fn location(self, location: Option<&LocationDescription>) -> Self {
        let Some(location) = location else { return self.skip(7) };
        self.text(location.business_name.clone())
            .text(location.phone.clone())
            .text(location.street_or_coordinates())
            .text(location.city.clone())
            .text(location.state.clone())
            .text(location.postal_code.clone())
            .text(location.country.clone())
    }

    pub(crate) fn product(self, product: Option<&ProductDescription>) -> Self {
        let Some(product) = product else { return self.skip(6) };
        self.text(product.product_name.clone())
            .text(product.brand_name.clone())
            .text(product.commodity.clone())
            .text(product.variety.clone())
            .text(product.packaging_size.clone())
            .text(product.packaging_style.clone())
    }

    /// Two pairs of type and number. The sheet has room for two documents: the second pair takes all further ones,
    /// separated by `; `.
    pub(crate) fn documents(self, documents: &[ReferenceDocument]) -> Self {
        let (first, others) = match documents.split_first() {
            Some((first, others)) => (Some(first), others),
            None => (None, documents),
        };
        let joined = |texts: Vec<&str>| (!texts.is_empty()).then(|| texts.join("; "));
        self.text(first.and_then(|document| document.kind.clone()))
            .text(first.map(|document| document.number.clone()))
            .text(joined(others.iter().filter_map(|document| document.kind.as_deref()).collect()))
            .text(joined(others.iter().map(|document| document.number.as_str()).collect()))
    }

    pub(crate) fn repeat(mut self, text: &str, count: usize) -> Self {
        self.cells.extend(std::iter::repeat_n(Cell::Text(text.to_owned()), count));
        self
    }

    pub(crate) fn skip(mut self, count: usize) -> Self {
        self.cells.extend(std::iter::repeat_n(Cell::Empty, count));
        self
    }

    pub(crate) fn finish(self) -> Row {
        debug_assert_eq!(self.cells.len(), self.sheet.columns().len(), "cells of {}", self.sheet.name());
        Row::new(self.sheet, self.cells)
    }
}
