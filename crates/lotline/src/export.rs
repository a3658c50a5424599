//! `lotline export`: the sortable spreadsheet from a gateway into files.

use std::{io::Write, path::Path};

use fsma204::Sheet;

use crate::{
    cli::ExportArgs,
    client::Gateway,
    failure::{Failure, OrFail, Outcome},
};

/// What to export, as parameters of the address.
pub(crate) type Selection = Vec<(&'static str, String)>;

/// A sheet that has rows.
pub(crate) struct FilledSheet {
    pub(crate) sheet: Sheet,
    pub(crate) rows: usize,
    csv: Vec<u8>,
}

pub(crate) async fn export(args: &ExportArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let gateway = Gateway::new(&args.connection.url.0, args.connection.token()?)?;
    let selection = selection(args);
    let sheets = filled_sheets(&gateway, &selection).await?;
    if sheets.is_empty() {
        writeln!(out, "Nothing matches, or nothing of it may be seen.")?;
        return Ok(Outcome::No);
    }
    if let Some(file) = &args.out {
        save_workbook(&gateway, &selection, file).await?;
        writeln!(out, "{}", file.display())?;
    }
    for FilledSheet { sheet, rows, csv } in &sheets {
        if let Some(folder) = &args.csv {
            save(&folder.join(file_name(*sheet)), csv)?;
        }
        writeln!(out, "{rows:>7}  {}", sheet.name().trim())?;
    }
    Ok(Outcome::Done)
}

fn selection(args: &ExportArgs) -> Selection {
    let given = [
        ("lot", args.lot.clone()),
        ("product", args.product.clone()),
        ("from", args.from.map(|date| date.to_string())),
        ("to", args.to.map(|date| date.to_string())),
        ("place", args.place.clone()),
    ];
    given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The sheets of a selection that have rows, in the order of the workbook.
pub(crate) async fn filled_sheets(gateway: &Gateway, selection: &Selection) -> Result<Vec<FilledSheet>, Failure> {
    let mut sheets = Vec::new();
    for sheet in Sheet::ALL {
        let mut parameters = selection.clone();
        parameters.extend([("format", "csv".to_owned()), ("sheet", sheet.name().trim().to_owned())]);
        let csv = gateway.export(&parameters).await?;
        // A header may run over several lines, so lines are not rows.
        let rows = csv::Reader::from_reader(csv.as_slice()).byte_records().count();
        if rows > 0 {
            sheets.push(FilledSheet { sheet, rows, csv });
        }
    }
    Ok(sheets)
}

/// Downloads the workbook into a file.
pub(crate) async fn save_workbook(gateway: &Gateway, selection: &Selection, file: &Path) -> Result<(), Failure> {
    save(file, &gateway.export(selection).await?)
}

fn save(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let unwritable = || format!("`{}` cannot be written", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).or_fail(unwritable)?;
    }
    std::fs::write(file, bytes).or_fail(unwritable)
}

/// The name of a sheet as the name of a file, for example `initial-packing.csv`.
fn file_name(sheet: Sheet) -> String {
    let words: Vec<String> = sheet
        .name()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    format!("{}.csv", words.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_has_a_file_name_of_its_own() {
        let names: std::collections::BTreeSet<String> = Sheet::ALL.into_iter().map(file_name).collect();
        assert_eq!(names.len(), Sheet::ALL.len());
        assert!(names.contains("first-land-based-receiving.csv"), "{names:?}");
    }
}
