//! One sheet as CSV.

use std::{borrow::Cow, io};

use crate::{Cell, Column, Row, Sheet};

/// Why a spreadsheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The CSV writer failed.
    #[error("the CSV file could not be written")]
    Csv(#[from] csv::Error),
    /// The workbook writer failed.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// Writes the header (on one line) and the rows of one sheet; rows of other sheets are passed over. UTF-8, RFC 4180, dates as
/// `mm/dd/yyyy`.
///
/// A text that a spreadsheet program could take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage
/// return) gets an apostrophe in front, phone numbers such as `+1 831 555 0101` among them: a reader takes one leading
/// apostrophe away when one of those characters follows. Numbers never get one.
pub fn write_csv<'a>(
    sheet: Sheet,
    rows: impl IntoIterator<Item = &'a Row>,
    out: impl io::Write,
) -> Result<(), ExportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(sheet.columns().iter().map(Column::title))?;
    for row in rows.into_iter().filter(|row| row.sheet() == sheet) {
        for cell in row.cells() {
            writer.write_field(field(cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn field(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => Cow::Owned(format!("'{text}")),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Number(quantity) => Cow::Borrowed(quantity.spelled()),
        Cell::Date(date) => Cow::Owned(date.strftime("%m/%d/%Y").to_string()),
        Cell::Empty => Cow::Borrowed(""),
    }
}
