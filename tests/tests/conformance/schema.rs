//! The ratified schemas, asked by programs that are not ours.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use epcis::{DocumentKind, write::Target};
use jsonschema::Validator;

const XSD: &str = "ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema";
const JSON_SCHEMA: &str = "openepcis/openepcis-event-sentry/src/epcis/epcis-json-schema.json";

/// The JSON Schema of EPCIS 2.0 with `format` asserted.
pub(crate) fn json(root: &Path) -> Validator {
    let schema = serde_json::from_slice(&fs::read(root.join(JSON_SCHEMA)).unwrap()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What the JSON Schema has against a document.
pub(crate) fn json_verdict(validator: &Validator, document: &[u8]) -> Result<(), String> {
    let document = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    match validator.iter_errors(&document).next() {
        None => Ok(()),
        Some(error) => {
            let what: String = error.to_string().chars().take(300).collect();
            Err(format!("{}: {what}", error.instance_path()))
        }
    }
}

/// Documents on their way to `xmllint`, which reads many with one schema.
pub(crate) struct Xml {
    root: PathBuf,
    folder: PathBuf,
    by_schema: BTreeMap<&'static str, Vec<(String, PathBuf)>>,
    count: usize,
}

impl Xml {
    /// `None` where the program is missing.
    pub(crate) fn new(root: &Path) -> Option<Self> {
        let runs = Command::new("xmllint").arg("--version").stderr(Stdio::null()).status();
        if runs.is_err() {
            testkit::skip("xmllint is not installed, XML is not validated");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("converted");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Some(Self { root: root.to_owned(), folder, by_schema: BTreeMap::new(), count: 0 })
    }

    /// Takes a document for later; a bare event is put into a document, as the schemas know no other root.
    pub(crate) fn add(&mut self, name: &str, kind: DocumentKind, target: Target, document: &[u8]) {
        let schema = match (kind, target) {
            (DocumentKind::QueryResult, Target::Xml12) => "epcis_1_2/EPCglobal-epcis-query-1_2.xsd",
            (DocumentKind::MasterData, Target::Xml12) => "epcis_1_2/EPCglobal-epcis-masterdata-1_2.xsd",
            (_, Target::Xml12) => "epcis_1_2/EPCglobal-epcis-1_2.xsd",
            (DocumentKind::QueryResult, _) => "epcis_2_0/epcglobal-epcis-query-2_0.xsd",
            (DocumentKind::MasterData, _) => "epcis_2_0/epcglobal-epcis-masterdata-2_0.xsd",
            _ => "epcis_2_0/epcglobal-epcis-2_0.xsd",
        };
        self.count += 1;
        let path = self.folder.join(format!("{}.xml", self.count));
        fs::write(&path, document).unwrap();
        self.by_schema.entry(schema).or_default().push((name.to_owned(), path));
    }

    /// The verdict of the schema on every document, by name.
    pub(crate) fn verdicts(self) -> BTreeMap<String, Result<(), String>> {
        let mut verdicts = BTreeMap::new();
        for (schema, documents) in &self.by_schema {
            let mut lint = Command::new("xmllint");
            lint.args(["--noout", "--nonet", "--schema"]).arg(self.root.join(XSD).join(schema));
            let output = lint.args(documents.iter().map(|(_, path)| path)).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            for (name, path) in documents {
                verdicts.insert(name.clone(), verdict(&said, &path.to_string_lossy()));
            }
        }
        verdicts
    }
}

fn verdict(said: &str, path: &str) -> Result<(), String> {
    if said.lines().any(|line| line.strip_prefix(path) == Some(" validates")) {
        return Ok(());
    }
    let about = said.lines().find_map(|line| line.strip_prefix(path)?.strip_prefix(':'));
    Err(format!("{} ({path})", about.unwrap_or("xmllint says nothing")))
}
