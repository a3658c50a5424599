//! Where the public documents are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("LOTLINE_CORPUS").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert_ne!(std::env::var_os("CI").as_deref(), Some("true".as_ref()), "no corpus at {}", path.display());
    println!("skipped: no corpus at {}", path.display());
    None
}

/// A document and what the manifest says of it.
pub(crate) struct Case {
    pub(crate) path: String,
    pub(crate) expect: String,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn cases() -> Vec<Case> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(&fs::read(corpus.join("manifest.json")).unwrap()).unwrap();
    let entries = manifest.as_array().or_else(|| manifest.get("files")?.as_array()).unwrap();
    let is = |entry: &Value, member: &str, values: &[&str]| {
        entry.get(member).and_then(Value::as_str).is_some_and(|v| values.contains(&v))
    };
    entries
        .iter()
        .filter(|entry| is(entry, "format", &["json", "json-ld"]))
        .filter(|entry| is(entry, "kind", &["epcis-document", "single-event", "epcis-query-document"]))
        .map(|entry| {
            let path = entry["path"].as_str().unwrap().to_owned();
            let bytes = fs::read(corpus.join(&path)).unwrap();
            Case { path, expect: entry["expect"].as_str().unwrap().to_owned(), bytes }
        })
        .collect()
}
