//! Programs of others: installed below `target/` when their interpreter and their registry are there, or else skipped.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use lotline_benches::{Layout, Recipe, Size, Syntax};

use crate::{
    Failure,
    table::{Row, Table},
    workshop::{self, Workshop},
};

/// The version of the reference hash program.
const REFERENCE: &str = "epcis-event-hash-generator==1.9.3";
/// The document that JavaScript reads; it holds the whole of it several times over.
const EVENTS: u64 = 20_000;
const XSD: &str =
    "ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema/epcis_2_0/epcglobal-epcis-2_0.xsd";
const JSON_SCHEMA: &str = "openepcis/openepcis-event-sentry/src/epcis/epcis-json-schema.json";

/// Why a peer cannot be measured.
type Missing = String;

/// What could be installed.
pub(crate) struct Peers {
    python: Result<PathBuf, Missing>,
    node: Result<PathBuf, Missing>,
    serde_json: Result<PathBuf, Missing>,
}

impl Peers {
    pub(crate) fn install(workshop: &Workshop<'_>) -> io::Result<Self> {
        let folder = workshop.folder.join("peers");
        fs::create_dir_all(&folder)?;
        Ok(Self { python: python(&folder), node: node(&folder), serde_json: serde_json(&folder) })
    }

    /// What the reference program prints for a document.
    pub(crate) fn reference_hashes(&self, workshop: &Workshop<'_>, document: &Path) -> Result<String, Failure> {
        let mut measurement = workshop.pinned(self.python.clone()?);
        let rounds = workshop.options.rounds.min(3).to_string();
        workshop::output(measurement.arg(sources().join("hash.py")).arg(document).arg(rounds))
    }

    pub(crate) fn table(&self, workshop: &Workshop<'_>, table: &mut Table) -> Result<(), Failure> {
        let recipe = |syntax| Recipe { syntax, layout: Layout::Compact, size: Size::Events(EVENTS) };
        let document = workshop.write("peers.jsonld", recipe(Syntax::Json))?;
        let ours = Ours::of(workshop, Syntax::Json, &document)?;
        ours.beside("serde_json::Value, default features", self.plain_serde_json(workshop, &document), table);
        let node = self.javascript(workshop, &document);
        for (name, peer) in
            [("parse", "JSON.parse of Node.js"), ("epcis2.js", "epcis2.js"), ("ajv", "JSON.parse and AJV, JSON Schema")]
        {
            let theirs = node.as_ref().map_err(ToString::to_string);
            ours.beside(peer, theirs.and_then(|output| seconds(output, name)), table);
        }
        fs::remove_file(document)?;
        let document = workshop.write("peers.xml", recipe(Syntax::Xml20))?;
        let ours = Ours::of(workshop, Syntax::Xml20, &document)?;
        ours.beside("xmllint --stream --schema, XSD", xmllint(workshop, &document), table);
        fs::remove_file(document)?;
        Ok(())
    }

    fn plain_serde_json(&self, workshop: &Workshop<'_>, document: &Path) -> Result<f64, Missing> {
        let mut measurement = workshop.pinned(self.serde_json.clone()?);
        measurement.arg(document).arg(workshop.options.rounds.to_string());
        seconds(&workshop::output(&mut measurement).map_err(|error| error.to_string())?, "value")
    }

    fn javascript(&self, workshop: &Workshop<'_>, document: &Path) -> Result<String, Missing> {
        let mut measurement = workshop.pinned("node");
        measurement.arg(self.node.clone()?.join("documents.js")).arg(document);
        measurement.arg(workshop.options.rounds.to_string());
        if let Some(corpus) = testkit::corpus() {
            measurement.arg(corpus.join(JSON_SCHEMA));
        }
        workshop::output(&mut measurement).map_err(|error| error.to_string())
    }
}

/// How fast we read a document that a peer reads too.
struct Ours {
    what: &'static str,
    megabytes: f64,
    per_second: f64,
}

impl Ours {
    fn of(workshop: &Workshop<'_>, syntax: Syntax, document: &Path) -> Result<Self, Failure> {
        let megabytes = workshop::exact(fs::metadata(document)?.len()) / 1e6;
        let mut measurement = workshop.measurement()?;
        measurement.args(["measure-reading", workshop::name(syntax)]).arg(document);
        let output = workshop::output(measurement.arg(workshop.options.rounds.to_string()))?;
        let seconds: f64 = workshop::figure(&output, "reader")?;
        Ok(Self { what: workshop::name(syntax), megabytes, per_second: megabytes / seconds })
    }

    fn beside(&self, peer: &'static str, theirs: Result<f64, Missing>, table: &mut Table) {
        let what = format!("{} to events, compact, {:.0} MB", self.what, self.megabytes);
        match theirs {
            Ok(seconds) => table.add(Row {
                what,
                unit: "MB/s",
                ours: self.per_second,
                theirs: Some((peer, self.megabytes / seconds)),
                hold: None,
            }),
            Err(missing) => table.skip(peer, &missing),
        }
    }
}

fn seconds(output: &str, name: &str) -> Result<f64, Missing> {
    workshop::figure(output, name).map_err(|error| error.to_string())
}

/// The folder with the programs that drive the peers.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Runs a command of an installation; what it says goes nowhere unless it fails.
fn run(command: &mut Command) -> Result<(), Missing> {
    let output = command.stdin(Stdio::null()).output();
    let program = command.get_program().to_string_lossy().into_owned();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("`{program}` failed: {}", said.lines().rev().find(|line| !line.is_empty()).unwrap_or_default()))
        }
        Err(error) => Err(format!("`{program}`: {error}")),
    }
}

/// A Python with the reference program.
fn python(folder: &Path) -> Result<PathBuf, Missing> {
    let home = folder.join("python");
    let python = home.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    }
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", REFERENCE]))?;
    Ok(python)
}

/// A folder with the packages of npm and the program that drives them.
fn node(folder: &Path) -> Result<PathBuf, Missing> {
    let home = folder.join("node");
    let copy = |name: &str| {
        let to = home.join(name);
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::copy(sources().join(name), to)
    };
    for name in ["package.json", "nothing/package.json", "documents.js"] {
        copy(name).map_err(|error| error.to_string())?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&home).args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]);
    run(&mut npm)?;
    Ok(home)
}

/// `serde_json` as everybody else builds it.
fn serde_json(folder: &Path) -> Result<PathBuf, Missing> {
    let target = folder.join("serde-json");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(sources().join("serde-json/Cargo.toml"));
    run(cargo.arg("--target-dir").arg(&target))?;
    Ok(target.join("release/serde-json-peer"))
}

/// Seconds that `xmllint` takes, as the shell counts them.
fn xmllint(workshop: &Workshop<'_>, document: &Path) -> Result<f64, Missing> {
    let corpus = testkit::corpus().ok_or("the XSD is in the public corpus, and that is not there")?;
    run(Command::new("xmllint").arg("--version"))?;
    let mut measured = Vec::new();
    for _ in 0..workshop.options.rounds {
        let mut shell = workshop.pinned("sh");
        shell.args(["-c", "xmllint --noout --nonet --stream --schema \"$1\" \"$2\" 2>&1; times", "sh"]);
        let output = workshop::output(shell.arg(corpus.join(XSD)).arg(document)).map_err(|error| error.to_string())?;
        if !output.contains(" validates") {
            return Err(format!("xmllint says {output}"));
        }
        let children = output.lines().next_back().unwrap_or_default();
        measured.push(children.split_whitespace().filter_map(minutes_and_seconds).sum());
    }
    Ok(crate::clock::median(measured))
}

/// `0m1.250s`
fn minutes_and_seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}
