//! `GET /regulator/export`: the electronic sortable spreadsheet of 21 CFR 1.1455.

use app::{Export, Selection};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use domain::Viewer;
use fsma204::Sheet;
use jiff::civil::Date;
use serde::Deserialize;

use super::Parameters;
use crate::{bearer::Authenticated, incident, problem::Problem};

/// What to export: a lot, or a product between two dates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    lot: Option<String>,
    product: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
    place: Option<String>,
    #[serde(default)]
    format: Format,
    sheet: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Xlsx,
    Csv,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Sends the workbook, or one of its sheets as CSV.
pub(crate) async fn export(
    Authenticated(caller): Authenticated,
    parameters: Result<Parameters<Wanted>, Problem>,
) -> Result<Response, Problem> {
    // The spreadsheet needs events in full, which partners get one by one at most.
    if matches!(caller.principal().viewer, Viewer::Party(_)) {
        return Err(Problem::of_status(axum::http::StatusCode::NOT_FOUND));
    }
    let Parameters(parameters) = parameters?;
    let selection = parameters.selection()?;
    let sheet = parameters.sheet()?;
    let export = caller.export(&selection, parameters.place.as_deref()).await.map_err(|error| Problem::from(&error))?;
    // Writing a workbook is work for the processor alone.
    let written = tokio::task::spawn_blocking(move || write(&export, sheet)).await;
    let written = written.map_err(|error| Problem::internal(&incident::record(&error)))?;
    let (media_type, name, body) = written.map_err(|error| Problem::from(&error))?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body)
        .into_response())
}

fn write(export: &Export, sheet: Option<Sheet>) -> Result<(&'static str, String, Vec<u8>), app::AppError> {
    Ok(match sheet {
        None => (XLSX, "traceability-records.xlsx".to_owned(), export.xlsx()?),
        Some(sheet) => {
            let words: Vec<String> = sheet.name().split_whitespace().map(str::to_lowercase).collect();
            ("text/csv; charset=utf-8", format!("{}.csv", words.join("-")), export.csv(sheet)?)
        }
    })
}

impl Wanted {
    fn selection(&self) -> Result<Selection, Problem> {
        match (&self.lot, &self.product, self.from, self.to) {
            (Some(lot), None, None, None) => Ok(Selection::Lot(lot.clone())),
            (None, Some(product), Some(from), Some(to)) if from <= to => {
                Ok(Selection::Product { product: product.clone(), from, to })
            }
            (None, Some(_), Some(_), Some(_)) => Err(Problem::bad_request("`to` lies before `from`")),
            _ => Err(Problem::bad_request("give `lot`, or `product` with `from` and `to` as YYYY-MM-DD")),
        }
    }

    /// The sheet for CSV; `None` for the workbook.
    fn sheet(&self) -> Result<Option<Sheet>, Problem> {
        match (self.format, &self.sheet) {
            (Format::Xlsx, None) => Ok(None),
            (Format::Xlsx, Some(_)) => Err(Problem::bad_request("`sheet` goes with `format=csv`")),
            (Format::Csv, name) => {
                let wanted = name.as_deref().unwrap_or_default().trim();
                let sheet = Sheet::ALL.into_iter().find(|sheet| sheet.name().trim().eq_ignore_ascii_case(wanted));
                let names = || Sheet::ALL.map(|sheet| sheet.name().trim()).join(", ");
                let unknown = || Problem::bad_request(format!("`format=csv` needs `sheet`, one of: {}", names()));
                sheet.map(Some).ok_or_else(unknown)
            }
        }
    }
}
