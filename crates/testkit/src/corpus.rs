//! The public EPCIS test corpus and its manifest.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::environment::{skip, variable};

/// What the official schema says about a file.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Valid.
    Accept,
    /// Invalid.
    Reject,
    /// Valid unless the `format` keywords of the JSON Schema are asserted.
    Policy,
}

/// One file of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Path below the root of the corpus.
    pub path: PathBuf,
    /// What the file is, for example `epcis-document` or `single-event`.
    pub kind: String,
    /// `xml`, `json`, `json-ld`, …
    pub format: String,
    /// `schemaVersion` as written in the file.
    #[serde(default)]
    pub epcis_version: Option<String>,
    /// The verdict of the official schema; `None` for files that are no EPCIS documents.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// The first complaint of the official schema.
    #[serde(default)]
    pub first_error: Option<String>,
    /// The first complaint of the JSON Schema when the `format` keywords are asserted.
    #[serde(default)]
    pub first_error_formats_asserted: Option<String>,
    /// How many events it has; `None` for files that are no EPCIS documents.
    #[serde(default)]
    pub events: Option<usize>,
    /// The file with the same events in the other syntax, by its publisher's naming.
    #[serde(default)]
    pub twin: Option<PathBuf>,
    /// Files in another syntax or version that contain the same events, by their reference hash.
    #[serde(default)]
    pub same_events_in: Vec<SameEvents>,
}

/// Another file with events of this one.
#[derive(Clone, Debug, Deserialize)]
pub struct SameEvents {
    /// Its path below the root of the corpus.
    pub path: PathBuf,
    /// Indexes of equal events, the one here and the one there.
    pub pairs: Vec<(usize, usize)>,
}

/// The root of the corpus: `LOTLINE_CORPUS`, else `../shared/corpus` beside the workspace.
///
/// `None`, and a line on standard error, when it is not there.
///
/// # Panics
///
/// When it is not there and `CI` is `true`.
pub fn corpus() -> Option<PathBuf> {
    let root = variable("LOTLINE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    if root.join("manifest.json").is_file() {
        return Some(root);
    }
    skip(&format!("no EPCIS corpus at `{}`; name one in LOTLINE_CORPUS", root.display()));
    None
}

/// The entries of `manifest.json` in the order of the file.
pub fn manifest(root: &Path) -> io::Result<Vec<Entry>> {
    let file = File::open(root.join("manifest.json"))?;
    Ok(serde_json::from_reader(BufReader::new(file))?)
}
