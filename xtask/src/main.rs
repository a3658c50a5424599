//! The tasks of the project, for people and for continuous integration: `cargo xtask --help`.

mod bench;
mod generate;
mod output;
mod shuffle;
mod truth;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Generate(generate::Generate),
    Bench(bench::Bench),
    Truth(truth::Truth),
}

#[expect(clippy::print_stderr, reason = "a program tells people why it stopped")]
fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Generate(generate) => generate.run().map(|()| true).map_err(Into::into),
        Task::Bench(bench) => bench.run().map(|()| true),
        Task::Truth(truth) => truth.run(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
