//! The spreadsheet as others read it.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod common;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use common::*;
use fsma204::{Cell, Cover, Row, Sheet, classify, rows, write_csv, write_xlsx};
use jiff::Timestamp;

fn all_rows() -> Vec<Row> {
    let events: Vec<_> = chain_a().into_iter().map(|(_, event)| event).collect();
    let records = Ledger { held: events.clone() };
    let of = |event| classify(event, &records).cte.map(|cte| rows(event, cte, &records)).unwrap_or_default();
    events.iter().flat_map(of).collect()
}

fn workbook(rows: &[Row]) -> Vec<u8> {
    let created: Timestamp = "2028-08-20T10:00:00Z".parse().unwrap();
    let cover = Cover { created, notes: vec!["Records of all keepers of chain A.".to_owned()] };
    let mut out = Cursor::new(Vec::new());
    write_xlsx(&cover, rows, &mut out).unwrap();
    out.into_inner()
}

#[test]
fn sheets_without_rows_are_left_out() {
    let book: Xlsx<_> = Xlsx::new(Cursor::new(workbook(&all_rows()))).unwrap();
    let expected = [
        "Introduction",
        "Definitions",
        "Harvesting",
        "Cooling",
        "Initial Packing",
        "Shipping",
        "Receiving",
        "Transformation",
    ];
    assert_eq!(book.sheet_names(), expected);
}

#[test]
fn cells_are_typed() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook(&all_rows()))).unwrap();
    let sheet = book.worksheet_range("Shipping").unwrap();
    assert_eq!(sheet.get((0, 0)), Some(&Data::String("Traceability Lot Code".to_owned())));
    assert_eq!(sheet.get((0, 3)), Some(&Data::String("Product Description - \nProduct Name".to_owned())));
    assert_eq!(sheet.get((0, 23)), Some(&Data::String("Shipping Date\n(mm/dd/yyyy)".to_owned())));
    let a4a = sheet.rows().find(|row| row[1] == Data::Float(600.0)).unwrap();
    assert_eq!(a4a[0], Data::String("(01)19521003000173(10)VV28228A".to_owned()));
    assert_eq!(a4a[10], Data::String("+1 209 555 0166".to_owned()));
    let Data::DateTime(day) = &a4a[23] else { panic!("a date, not {:?}", a4a[23]) };
    assert!((day.as_f64() - 46_980.0).abs() < f64::EPSILON, "2028-08-15, not {}", day.as_f64());
}

#[test]
fn every_sheet_has_as_many_columns_as_the_template() {
    let counts = Sheet::ALL.map(|sheet| sheet.columns().len());
    assert_eq!(counts, [25, 30, 47, 54, 34, 26, 36, 36, 29, 31, 7, 8, 7]);
}

#[test]
fn every_sheet_can_be_written() {
    let rows: Vec<Row> = Sheet::ALL.map(|sheet| Row::new(sheet, vec![Cell::Text("x".to_owned())])).into();
    let book: Xlsx<_> = Xlsx::new(Cursor::new(workbook(&rows))).unwrap();
    let names: Vec<_> = Sheet::ALL.map(|sheet| sheet.name().to_owned()).into();
    assert_eq!(book.sheet_names()[2..], names);
}

#[test]
fn the_same_records_give_the_same_bytes() {
    assert!(workbook(&all_rows()) == workbook(&all_rows()));
}

#[test]
fn csv_keeps_formulas_harmless_and_dates_american() {
    let mut out = Vec::new();
    write_csv(Sheet::Shipping, &all_rows(), &mut out).unwrap();
    let mut reader = csv::Reader::from_reader(out.as_slice());
    assert_eq!(&reader.headers().unwrap()[3], "Product Description - Product Name");
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 10);
    let a4a = records.iter().find(|record| &record[1] == "600").unwrap();
    assert_eq!(&a4a[0], "(01)19521003000173(10)VV28228A");
    assert_eq!(&a4a[10], "'+1 209 555 0166");
    assert_eq!(&a4a[23], "08/15/2028");
}
