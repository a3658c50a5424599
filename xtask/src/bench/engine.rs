//! Databases of the benchmark's own, and their own way of loading rows.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use super::{Engine, Failure, output, succeed};

/// The tables that a capture fills, in the order in which they are loaded.
pub(crate) const TABLES: [&str; 10] = [
    "item",
    "thing",
    "event",
    "event_body",
    "event_thing",
    "event_end",
    "process_side",
    "containment",
    "thing_code",
    "vocabulary",
];

/// An empty database.
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(testkit::postgres::Database),
}

impl Database {
    pub(crate) fn new(engine: Engine, folder: &Path, name: &str) -> Result<Self, Failure> {
        match engine {
            Engine::Sqlite => {
                let file = folder.join(format!("{name}.db"));
                for end in ["", "-wal", "-shm"] {
                    let _absent = fs::remove_file(format!("{}{end}", file.display()));
                }
                Ok(Self::Sqlite(file))
            }
            Engine::Postgres => {
                let database = testkit::postgres::database().ok_or("there are no PostgreSQL programs")?;
                // The throw-away cluster waits for no disk; this one has to.
                for setting in ["fsync = on", "full_page_writes = on", "synchronous_commit = on", "jit = off"] {
                    database.psql(&format!("ALTER SYSTEM SET {setting}"))?;
                }
                for setting in ["max_wal_size = '4GB'", "shared_buffers = '128MB'"] {
                    database.psql(&format!("ALTER SYSTEM SET {setting}"))?;
                }
                database.psql("SELECT pg_reload_conf()")?;
                Ok(Self::Postgres(database))
            }
        }
    }

    /// The same database once more, under another name. Nobody may be at work on it.
    pub(crate) fn copy(&self, name: &str) -> Result<Self, Failure> {
        match self {
            Self::Sqlite(file) => {
                let copy = Self::new(Engine::Sqlite, file.parent().ok_or("the file is in no folder")?, name)?;
                if let Self::Sqlite(copy) = &copy {
                    fs::copy(file, copy)?;
                }
                Ok(copy)
            }
            Self::Postgres(database) => {
                let none = "there are no PostgreSQL programs";
                let (copy, aside) =
                    (testkit::postgres::database().ok_or(none)?, testkit::postgres::database().ok_or(none)?);
                aside.psql(&format!("DROP DATABASE {}", name_in(copy.url())))?;
                aside.psql(&format!("CREATE DATABASE {} TEMPLATE {}", name_in(copy.url()), name_in(database.url())))?;
                Ok(Self::Postgres(copy))
            }
        }
    }

    /// Brings the database into the state that it is in when nobody has written for a while.
    pub(crate) fn settle(&self) -> Result<(), Failure> {
        let sql = if matches!(self, Self::Sqlite(_)) { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "VACUUM ANALYZE" };
        self.sql(sql).map(drop)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite://{}?mode=rwc", file.display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    /// Runs SQL that changes or tells something.
    pub(crate) fn sql(&self, sql: &str) -> Result<String, Failure> {
        match self {
            Self::Sqlite(file) => output(Command::new("sqlite3").arg(file).arg(sql)),
            Self::Postgres(database) => Ok(database.psql(sql)?),
        }
    }

    /// Bytes that the tables and their indexes take.
    pub(crate) fn bytes(&self) -> Result<f64, Failure> {
        let told = match self {
            Self::Sqlite(file) => {
                self.settle()?;
                fs::metadata(file)?.len().to_string()
            }
            Self::Postgres(_) => self.sql("SELECT pg_database_size(current_database())")?,
        };
        Ok(told.trim().parse()?)
    }

    /// Writes the rows of every table to files, for [`load`](Self::load).
    pub(crate) fn unload(&self, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        for table in TABLES {
            let file = File::create(folder.join(table))?;
            match self {
                // `.import` takes text only, so bytes travel as hexadecimal digits.
                Self::Sqlite(path) => {
                    let columns = self.sql(&format!(
                        "SELECT group_concat(CASE type WHEN 'blob' THEN 'hex(' || name || ')' ELSE name END) \
                         FROM pragma_table_info('{table}')"
                    ))?;
                    let select = format!("SELECT {} FROM {table}", columns.trim());
                    succeed(Command::new("sqlite3").arg("-csv").arg(path).arg(select).stdout(Stdio::from(file)))?;
                }
                Self::Postgres(database) => {
                    let copy = format!("COPY {table} TO STDOUT (FORMAT binary)");
                    succeed(Command::new("psql").args(["-qX", "-c", &copy, database.url()]).stdout(Stdio::from(file)))?;
                }
            }
        }
        Ok(())
    }

    /// Loads what [`unload`](Self::unload) wrote, on the engine's own fastest way and in one transaction; gives the
    /// seconds that it took.
    pub(crate) fn load(&self, folder: &Path) -> Result<f64, Failure> {
        let mut commands: Vec<String> = Vec::new();
        let begun;
        match self {
            Self::Sqlite(path) => {
                commands.extend([
                    "PRAGMA journal_mode = WAL".to_owned(),
                    "PRAGMA synchronous = FULL".to_owned(),
                    "BEGIN".to_owned(),
                    ".mode csv".to_owned(),
                ]);
                for table in TABLES {
                    commands.push(format!(".import \"{}\" {table}", folder.join(table).display()));
                }
                commands.push("COMMIT".to_owned());
                begun = Instant::now();
                output(Command::new("sqlite3").arg(path).args(&commands))?;
            }
            Self::Postgres(database) => {
                let mut psql = Command::new("psql");
                psql.args(["-qX", "--single-transaction", "--set=ON_ERROR_STOP=1"]);
                for table in TABLES {
                    let from = folder.join(table);
                    psql.arg("-c").arg(format!("\\copy {table} FROM '{}' (FORMAT binary)", from.display()));
                }
                psql.arg(database.url());
                begun = Instant::now();
                output(&mut psql)?;
            }
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}

/// The name of the database in a URL.
fn name_in(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
