//! Looking after the database: distributing it, and removing what need not be kept any longer.

use std::{io::Write, path::Path};

use app::App;
use domain::{Clock, SystemClock};
use jiff::tz::Offset;
use store::{Cutoff, Purgeable, Store, Tenant};

use crate::{
    cli::{DistributeArgs, PurgeArgs},
    config::{Config, DEFAULT_FILE, DatabaseUrl},
    failure::{Failure, OrFail, Outcome},
};

/// Spreads the tables over the machines of a Citus cluster, or says what that would take.
pub(crate) async fn distribute(args: &DistributeArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let store = open(&args.database).await?;
    let not_done = || "the tables could not be distributed".to_owned();
    if !args.dry_run {
        // The last thing written before a failure is the statement that failed.
        let said = store.distribute(|step| drop(writeln!(out, "{};", step.statement).and_then(|()| out.flush()))).await;
        said.or_fail(not_done)?;
        writeln!(out, "-- every table is where it belongs")?;
        return Ok(Outcome::Done);
    }
    let plan = store.distribution().await.or_fail(not_done)?;
    match &plan.citus {
        Some(version) => writeln!(out, "-- Citus {version}")?,
        None => writeln!(out, "-- Citus is not installed in this database: these statements need it")?,
    }
    for step in &plan.steps {
        writeln!(out, "{}{};", if step.done { "-- done: " } else { "" }, step.statement)?;
    }
    Ok(Outcome::Done)
}

/// Shows which records are old enough to be removed, and with `--yes` removes them.
pub(crate) async fn purge(args: &PurgeArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let config = args.config()?;
    let cutoff = cutoff(args, &config)?;
    let store = open(&config.database.url).await?;
    let tenants = store.tenants().await.or_fail(|| "the tenants cannot be read".to_owned())?;
    let wanted = |tenant: &Tenant| args.tenant.as_ref().is_none_or(|slug| *slug == tenant.slug);
    let tenants: Vec<Tenant> = tenants.into_iter().filter(wanted).collect();
    if let (Some(slug), true) = (&args.tenant, tenants.is_empty()) {
        return Err(Failure::new(format!("there is no tenant `{slug}`")));
    }
    writeln!(out, "Recorded, and happened, before {}:", cutoff.day())?;
    for tenant in &tenants {
        let found = store.purgeable(tenant.id, cutoff).await;
        let found = found.or_fail(|| format!("the records of `{}` cannot be counted", tenant.slug))?;
        write_found(&tenant.slug, &found, out)?;
    }
    if !args.yes {
        writeln!(out, "Nothing was removed. With --yes it is, and cannot be brought back except from a backup.")?;
        return Ok(Outcome::Done);
    }
    for tenant in &tenants {
        let slug = &tenant.slug;
        let purged = store.purge(tenant.id, cutoff, |_| {}).await;
        let purged = purged.or_fail(|| format!("the records of `{slug}` could not all be removed; run it again"))?;
        writeln!(
            out,
            "{slug}: removed {} events, {} lots, units and items, {} dictionary entries, {} pieces of master data",
            purged.events, purged.things, purged.items, purged.vocabulary
        )?;
    }
    Ok(Outcome::Done)
}

fn write_found(slug: &str, found: &Purgeable, out: &mut dyn Write) -> Result<(), Failure> {
    let Some((oldest, newest)) = found.recorded else {
        writeln!(out, "{slug}: nothing")?;
        return Ok(());
    };
    let day = |time| Offset::UTC.to_datetime(time).date();
    writeln!(
        out,
        "{slug}: {} events, recorded from {} to {}; about {} lots, units and items, {} dictionary entries and {:.1} MiB",
        found.events,
        day(oldest),
        day(newest),
        found.things,
        found.items,
        mebibytes(found.bytes)
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn cutoff(args: &PurgeArgs, config: &Config) -> Result<Cutoff, Failure> {
    let retention = config.retention.checked()?;
    let cutoff = retention.cutoff(SystemClock.now()).or_fail(|| "nothing is old enough".to_owned())?;
    match args.before {
        Some(day) => cutoff.before(day).or_fail(|| format!("records from before {day} cannot be purged")),
        None => Ok(cutoff),
    }
}

impl PurgeArgs {
    /// The file with variables and flags on top.
    fn config(&self) -> Result<Config, Failure> {
        let mut config = match &self.config {
            Some(file) => Config::read(file)?,
            None if Path::new(DEFAULT_FILE).exists() => Config::read(Path::new(DEFAULT_FILE))?,
            None => Config::default(),
        };
        if let Some(database) = &self.database {
            config.database.url.clone_from(database);
        }
        let retention = &mut config.retention;
        retention.months = self.months.unwrap_or(retention.months);
        retention.less_than_the_rule_requires =
            self.less_than_the_rule_requires.clone().or(retention.less_than_the_rule_requires.take());
        Ok(config)
    }
}

async fn open(url: &DatabaseUrl) -> Result<Store, Failure> {
    if url.is_new() {
        return Err(Failure::new("there is no such database"));
    }
    App::open_store(&url.0).await.or_fail(|| "the database cannot be opened".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command, DbCommand};

    async fn run(line: &str, folder: &Path) -> Result<String, String> {
        let url = format!("sqlite://{}/test.db?mode=rwc", folder.display());
        App::open_store(&url).await.unwrap().migrate().await.unwrap();
        let line = format!("lotline db {line} --database {url}");
        let cli = Cli::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        match &cli.command {
            Command::Db(DbCommand::Distribute(args)) => distribute(args, &mut out).await,
            Command::Db(DbCommand::Purge(args)) => purge(args, &mut out).await,
            _ => panic!("another command"),
        }
        .map_err(|failure| failure.full_text())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[tokio::test]
    async fn a_sqlite_file_cannot_be_distributed() {
        let folder = tempfile::tempdir().unwrap();
        for line in ["distribute", "distribute --dry-run"] {
            let refused = run(line, folder.path()).await.unwrap_err();
            assert!(refused.contains("only PostgreSQL with the extension `citus`"), "{refused}");
        }
    }

    #[tokio::test]
    async fn records_of_the_last_two_years_cannot_be_purged() {
        let folder = tempfile::tempdir().unwrap();
        let refused = run("purge --yes --before 9999-01-01", folder.path()).await.unwrap_err();
        assert!(refused.contains("on are kept; choose that day or an earlier one"), "{refused}");
        let refused = run("purge --retention-months 23", folder.path()).await.unwrap_err();
        assert!(refused.contains("21 CFR 1.1455(d)"), "{refused}");
        let shown = run("purge --before 2020-01-01", folder.path()).await.unwrap();
        assert!(shown.starts_with("Recorded, and happened, before 2020-01-01:\nNothing was removed."), "{shown}");
    }

    #[tokio::test]
    async fn a_tenant_that_is_not_there_is_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            run("purge --tenant packer", folder.path()).await.unwrap_err(),
            "error: there is no tenant `packer`"
        );
    }
}
