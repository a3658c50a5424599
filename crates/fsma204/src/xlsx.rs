//! The workbook.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::{Cell, ExportError, Row, Sheet};

/// What the workbook says about itself.
#[derive(Clone, Debug)]
pub struct Cover {
    /// When it was made; the same rows and the same cover give the same bytes.
    pub created: Timestamp,
    /// Lines for the introduction: whose records they are, for which request, what is known to be missing.
    pub notes: Vec<String>,
}

/// Writes the workbook: `Introduction`, `Definitions`, then every sheet that has rows, in the template's order and with
/// the rows in the order given.
///
/// Dates are true dates shown as `mm/dd/yyyy`, quantities are numbers (with the 15 digits that a spreadsheet holds),
/// lot codes and phone numbers are text cells and thus never formulas.
pub fn write_xlsx<'a, W: io::Write + io::Seek + Send>(
    cover: &Cover,
    rows: impl IntoIterator<Item = &'a Row>,
    out: W,
) -> Result<(), ExportError> {
    let mut by_sheet: Vec<(Sheet, Vec<&Row>)> = Sheet::ALL.into_iter().map(|sheet| (sheet, Vec::new())).collect();
    for row in rows {
        if let Some((_, list)) = by_sheet.iter_mut().find(|(sheet, _)| *sheet == row.sheet()) {
            list.push(row);
        }
    }
    by_sheet.retain(|(_, rows)| !rows.is_empty());
    let sheets: Vec<Sheet> = by_sheet.iter().map(|(sheet, _)| *sheet).collect();
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&instant(cover.created)?));
    introduction(workbook.add_worksheet(), cover)?;
    definitions(workbook.add_worksheet(), &sheets)?;
    for (sheet, rows) in by_sheet {
        records(workbook.add_worksheet(), sheet, &rows)?;
    }
    workbook.save_to_writer(out)?;
    Ok(())
}

fn introduction(worksheet: &mut Worksheet, cover: &Cover) -> Result<(), XlsxError> {
    const TEXT: [&str; 6] = [
        "Traceability records under 21 CFR part 1 subpart S (Food Traceability Rule), one sheet per kind of critical \
         tracking event; kinds without records have no sheet.",
        "Dates are calendar dates at the place of the event.",
        "Transformation: one row for each pair of input lot and output lot. Quantities repeat over the rows of one \
         transformation and must not be added up. Inputs that are not on the Food Traceability List have no row.",
        "Initial packing: one row for each pair of received load and packed lot; the packed quantity repeats.",
        "An empty cell means that the record has no value. `n/a` means that the value does not apply.",
        "Where a traceability lot code source reference is given, it stands for the location description of the \
         source.",
    ];
    worksheet.set_name("Introduction")?.set_column_width(0, 120)?;
    let wrap = Format::new().set_text_wrap();
    for (row, text) in (0_u32..).zip(TEXT.into_iter().chain(cover.notes.iter().map(String::as_str))) {
        worksheet.write_string_with_format(row, 0, text, &wrap)?;
    }
    Ok(())
}

fn definitions(worksheet: &mut Worksheet, sheets: &[Sheet]) -> Result<(), XlsxError> {
    worksheet.set_name("Definitions")?.set_column_width(0, 30)?.set_column_width(1, 90)?.set_column_width(2, 22)?;
    let bold = Format::new().set_bold();
    let mut line = 0;
    for (column, text) in (0_u16..).zip(["Sheet", "Column", "21 CFR"]) {
        worksheet.write_string_with_format(line, column, text, &bold)?;
    }
    for sheet in sheets {
        line += 1;
        worksheet.write_string(line, 0, sheet.name())?;
        worksheet.write_string(line, 1, format!("One row is {}.", sheet.one_row_is()))?;
        for column in sheet.columns() {
            line += 1;
            worksheet.write_string(line, 0, sheet.name())?;
            worksheet.write_string(line, 1, column.title())?;
            worksheet.write_string(line, 2, column.paragraph)?;
        }
    }
    Ok(())
}

fn records(worksheet: &mut Worksheet, sheet: Sheet, rows: &[&Row]) -> Result<(), XlsxError> {
    worksheet.set_name(sheet.name())?;
    let bold = Format::new().set_bold().set_text_wrap();
    let text = Format::new().set_num_format("@");
    let date = Format::new().set_num_format("mm/dd/yyyy");
    for (column, header) in (0_u16..).zip(sheet.columns()) {
        worksheet.set_column_width(column, 18)?;
        worksheet.write_string_with_format(0, column, header.header(), &bold)?;
    }
    worksheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row.cells()) {
            match cell {
                Cell::Text(value) => worksheet.write_string_with_format(line, column, value, &text)?,
                Cell::Number(quantity) => match quantity.value().to_f64() {
                    Some(number) => worksheet.write_number(line, column, number)?,
                    None => worksheet.write_string(line, column, quantity.spelled())?,
                },
                Cell::Date(day) => worksheet.write_datetime_with_format(line, column, &civil(*day)?, &date)?,
                Cell::Empty => worksheet,
            };
        }
    }
    Ok(())
}

fn civil(day: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

fn instant(at: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    let utc = at.to_zoned(TimeZone::UTC);
    civil(utc.date())?.and_hms(
        utc.hour().unsigned_abs().into(),
        utc.minute().unsigned_abs(),
        utc.second().unsigned_abs(),
    )
}
