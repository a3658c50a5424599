//! `cargo xtask bench capture`.

use std::fs;

use clap::Args;

use super::{Engine, Failure, Workshop, documents_in, engine::Database, gateway::Gateway};

/// Measure documents captured over HTTP, durable and queryable, beside `COPY` and `.import` of the very rows that were
/// written, into the same tables with the same indexes.
#[derive(Args, Debug)]
pub(crate) struct Capture {
    /// Size of the document.
    #[arg(long, value_name = "N", default_value_t = 300)]
    megabytes: u64,
    /// Which engines; both by default.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engine: Vec<Engine>,
    /// How often each side is measured; the best of each counts.
    #[arg(long, value_name = "N", default_value_t = 2)]
    rounds: u32,
}

/// How many bytes the generator writes for an event, about.
const BYTES_PER_EVENT: [(&str, u64); 2] = [("xml", 1_650), ("json", 1_165)];
/// What is wanted of the speed of `COPY` and `.import`, and of memory in megabytes.
const WANTED_RATIO: f64 = 0.6;
const WANTED_MEMORY: f64 = 200.0;

impl Capture {
    #[expect(clippy::print_stdout, reason = "a program whose output is the table")]
    pub(crate) fn run(&self, workshop: &Workshop) -> Result<(), Failure> {
        println!(
            "{:<11} {:<5} {:>9} {:>9} {:>9} {:>11} {:>11} {:>6} {:>9} {:>9}",
            "engine", "as", "MB", "events", "s", "events/s", "loaded/s", "ratio", "peak MB", "B/event"
        );
        let mut holds = true;
        for (format, bytes) in BYTES_PER_EVENT {
            let events = (self.megabytes * 1_000_000 / bytes).to_string();
            let name = format!("capture-{format}-{}", self.megabytes);
            let folder = workshop.documents(&name, &["--events", &events, "--format", format])?;
            let documents = documents_in(&folder)?;
            let megabytes = documents.iter().map(|file| Ok(fs::metadata(file)?.len())).sum::<Result<u64, Failure>>()?;
            for &engine in &self.engine {
                let (mut captured, mut loaded, mut memory, mut size) = (f64::MAX, f64::MAX, 0.0_f64, 0.0);
                let mut stored = 0;
                for _ in 0..self.rounds {
                    let database = Database::new(engine, &workshop.folder, "captured")?;
                    let gateway = Gateway::start(workshop, &database.url())?;
                    let empty = database.bytes()?;
                    let capture = gateway.capture(&documents)?;
                    (captured, stored) = (captured.min(capture.seconds), capture.stored);
                    memory = memory.max(gateway.peak_memory()?);
                    drop(gateway);
                    size = database.bytes()? - empty;
                    let rows = workshop.folder.join("rows");
                    database.unload(&rows)?;
                    let beside = Database::new(engine, &workshop.folder, "loaded")?;
                    drop(Gateway::start(workshop, &beside.url())?);
                    loaded = loaded.min(beside.load(&rows)?);
                }
                #[expect(clippy::cast_precision_loss, reason = "counts of events and bytes are far below 2^52")]
                let (events, megabytes) = (stored as f64, megabytes as f64 / 1e6);
                let ratio = loaded / captured;
                holds &= ratio >= WANTED_RATIO && memory <= WANTED_MEMORY;
                println!(
                    "{:<11} {format:<5} {megabytes:>9.1} {stored:>9} {captured:>9.1} {:>11.0} {:>11.0} {ratio:>6.2} {memory:>9.1} {:>9.0}",
                    engine.name(),
                    events / captured,
                    events / loaded,
                    size / events,
                );
            }
        }
        println!("wanted: ratio at least {WANTED_RATIO}, peak memory at most {WANTED_MEMORY} MB");
        if holds { Ok(()) } else { Err("a figure does not hold".into()) }
    }
}
