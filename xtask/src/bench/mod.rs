//! `cargo xtask bench`: how fast records are captured and lineage is answered, beside what the database does by itself.

mod capture;
pub(crate) mod engine;
pub(crate) mod gateway;
mod lineage;
mod statement;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use clap::{Args, Subcommand, ValueEnum};

/// Anything that ends a benchmark.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Measure capture and lineage, each beside what the database does by itself in the same run.
///
/// Builds the gateway, generates what it needs below `target/bench`, and starts its own servers. `PostgreSQL` is measured
/// where its programs are found, `SQLite` always; the baseline of the latter needs `sqlite3`.
#[derive(Args, Debug)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Capture(capture::Capture),
    Lineage(lineage::Lineage),
}

/// A database engine.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Engine {
    /// One file.
    Sqlite,
    /// A server that is started for the benchmark.
    Postgres,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl Bench {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let workshop = Workshop::build()?;
        match &self.what {
            What::Capture(capture) => capture.run(&workshop),
            What::Lineage(lineage) => lineage.run(&workshop),
        }
    }
}

/// The programs, and the folder for what they make.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// The gateway's program.
    lotline: PathBuf,
    /// This program: it generates the documents.
    xtask: PathBuf,
    pub(crate) folder: PathBuf,
}

impl Workshop {
    pub(crate) fn build() -> Result<Self, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the workspace has no folder")?;
        // Before it may be built anew.
        let xtask = std::env::current_exe()?;
        // With this program: for the gateway alone its dependencies would be built anew, with other features.
        let packages = ["--package", "lotline", "--package", "xtask"];
        succeed(Command::new("cargo").args(["build", "--release"]).args(packages).current_dir(root))?;
        let folder = root.join("target/bench");
        std::fs::create_dir_all(&folder)?;
        Ok(Self { lotline: xtask.with_file_name("lotline"), xtask, folder })
    }

    /// Generated documents, made once and kept.
    pub(crate) fn documents(&self, name: &str, arguments: &[&str]) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        if !folder.join("truth.jsonl").exists() {
            let _absent = std::fs::remove_dir_all(&folder);
            let unfinished = folder.join("truth.unfinished");
            std::fs::create_dir_all(&folder)?;
            let mut generate = Command::new(&self.xtask);
            generate.arg("generate").args(arguments).arg("--out").arg(&folder).arg("--truth").arg(&unfinished);
            succeed(&mut generate)?;
            std::fs::rename(unfinished, folder.join("truth.jsonl"))?;
        }
        Ok(folder)
    }
}

/// Runs a command to its end, or says how it ended.
fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

/// The standard output of a command.
fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}{}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The documents of a folder in their order.
pub(crate) fn documents_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failure>>()?;
    found.retain(|path| path.extension().is_some_and(|end| end == "xml" || end == "json"));
    found.sort();
    Ok(found)
}
