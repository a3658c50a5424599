//! `lotline`: the gateway as a program, and the commands around it.

mod capture;
mod cli;
mod client;
mod config;
mod convert;
mod db;
mod demo;
mod documents;
mod export;
mod failure;
mod hash;
mod schema;
mod serve;
mod token;
mod trace;
mod tree;
mod validate;
mod words;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

/// Captures and answers are made of many small texts, which are often freed on another thread than they were made on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use crate::{
    cli::{Cli, Command, DbCommand},
    failure::{Failure, OrFail, Outcome},
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{}", failure.full_text());
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<Outcome, Failure> {
    cli::check_variables(std::env::vars_os().map(|(name, _)| name))?;
    let runtime = tokio::runtime::Runtime::new().or_fail(|| "no threads can be started".to_owned())?;
    let mut out = io::stdout();
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::serve(&args).await,
            Command::Demo(args) => demo::demo(&args, &mut out).await,
            Command::Capture(args) => capture::capture(&args, &mut out).await,
            Command::Trace(args) => trace::trace(&args, &mut out).await,
            Command::Export(args) => export::export(&args, &mut out).await,
            Command::Hash(args) => documents::allow_closed_pipe(hash::hash(&args, &mut out)),
            Command::Token(args) => token::token(&args, &mut out),
            Command::Convert(args) => documents::allow_closed_pipe(convert::convert(&args, &mut out)),
            Command::Validate(args) => documents::allow_closed_pipe(validate::validate(&args, &mut out)),
            Command::Db(DbCommand::Migrate { database }) => serve::migrate(&database).await,
            Command::Db(DbCommand::Distribute(args)) => db::distribute(&args, &mut out).await,
            Command::Db(DbCommand::Purge(args)) => db::purge(&args, &mut out).await,
            Command::Schema(args) => schema::schema(&args, &mut out),
        }
    })
}
