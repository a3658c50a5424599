//! PostgreSQL for tests: one throw-away cluster per process, one empty database per call.
//!
//! The cluster is run by a small shell script that waits for its standard input to end. The writing end is held
//! here, so the cluster is stopped and removed when the test process ends, in whatever way it ends.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::environment::{skip, variable};

const PROGRAMS: [&str; 5] = ["initdb", "pg_ctl", "postgres", "createdb", "psql"];
const SCRIPT: &str = include_str!("postgres.sh");

/// An empty database of its own.
#[derive(Clone, Debug)]
pub struct Database {
    url: String,
    psql: PathBuf,
}

impl Database {
    /// Connection URL of its owner, a superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL through `psql` and gives its answer: values alone, columns separated by `|`.
    pub fn psql(&self, sql: &str) -> io::Result<String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        run(psql.arg("--command").arg(sql).arg(&self.url))
    }
}

/// A fresh database in the cluster of this process, which is started on first use.
///
/// `None`, and a line on standard error, when the PostgreSQL programs are not on `PATH` and not in
/// `/usr/lib/postgresql/*/bin`.
///
/// # Panics
///
/// When the programs are absent and `CI` is `true`, or when they are there and do not work.
#[expect(clippy::panic, reason = "a test that cannot have its database must fail")]
pub fn database() -> Option<Database> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| {
        let programs = programs()?;
        let cluster = Cluster::start(programs, &std::env::temp_dir(), false);
        Some(cluster.unwrap_or_else(|error| panic!("PostgreSQL does not start: {error}")))
    });
    let Some(cluster) = cluster else {
        skip(NO_PROGRAMS);
        return None;
    };
    Some(cluster.database().unwrap_or_else(|error| panic!("PostgreSQL gives no database: {error}")))
}

/// A server of its own, which the test may crash and start again. What it acknowledges survives that, other than in the
/// cluster of [`database`].
///
/// Its files are in `folder`, which everybody must be able to write to; else where temporary files are. `None` as for
/// [`database`].
///
/// # Panics
///
/// As [`database`].
#[expect(clippy::panic, reason = "a test that cannot have its database must fail")]
pub fn server(folder: Option<&Path>) -> Option<Server> {
    let Some(programs) = programs() else {
        skip(NO_PROGRAMS);
        return None;
    };
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
    let cluster = Cluster::start(programs, &folder, true);
    Some(Server(cluster.unwrap_or_else(|error| panic!("PostgreSQL does not start: {error}"))))
}

/// A server of one test.
#[derive(Debug)]
pub struct Server(Cluster);

impl Server {
    /// A fresh database.
    pub fn database(&self) -> io::Result<Database> {
        self.0.database()
    }

    /// Ends the server without letting it finish anything.
    pub fn crash(&self) -> io::Result<()> {
        self.0.tell("crash")
    }

    /// Starts it again, and waits until it answers.
    pub fn start(&self) -> io::Result<()> {
        self.0.tell("start")
    }
}

const NO_PROGRAMS: &str = "no PostgreSQL programs on PATH or in /usr/lib/postgresql/*/bin";

struct Cluster {
    programs: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// The cluster runs as long as this is open.
    running: Mutex<Running>,
}

/// The two ends of the conversation with the script.
struct Running {
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Another program may take the free port first, hence the second and third attempt.
    fn start(programs: PathBuf, folder: &Path, keep: bool) -> io::Result<Self> {
        let attempt = || launch(&programs, folder, keep);
        let (port, running) = attempt().or_else(|_| attempt()).or_else(|_| attempt())?;
        Ok(Self { programs, port, databases: AtomicU32::new(0), running: Mutex::new(running) })
    }

    fn tell(&self, command: &str) -> io::Result<()> {
        let mut running = self.running.lock().map_err(|_| io::Error::other("the script is not listened to"))?;
        writeln!(running.commands, "{command}")?;
        let mut answer = String::new();
        running.answers.read_line(&mut answer)?;
        if answer == "done\n" { Ok(()) } else { Err(io::Error::other(format!("`{command}`: {answer}"))) }
    }

    fn database(&self) -> io::Result<Database> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut createdb = Command::new(self.programs.join("createdb"));
        createdb.args(["--host=127.0.0.1", "--username=postgres", "--no-password", "--maintenance-db=postgres"]);
        run(createdb.arg(format!("--port={}", self.port)).arg(&name))?;
        Ok(Database {
            url: format!("postgres://postgres@127.0.0.1:{}/{name}?sslmode=disable", self.port),
            psql: self.programs.join("psql"),
        })
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("port", &self.port).finish_non_exhaustive()
    }
}

fn launch(programs: &Path, folder: &Path, keep: bool) -> io::Result<(u16, Running)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut child = unprivileged_shell()?
        .env("TESTKIT_BIN", programs)
        .env("TESTKIT_TMP", folder)
        .env("TESTKIT_KEEP", if keep { "yes" } else { "" })
        .env("TESTKIT_PORT", port.to_string())
        .current_dir("/")
        // Its own group: an interrupt from the keyboard ends the tests first, and the script cleans up after them.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(commands), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the shell has no pipes"));
    };
    let mut answers = BufReader::new(output);
    let mut said = String::new();
    answers.read_line(&mut said)?;
    if said == "ready\n" {
        return Ok((port, Running { commands, answers }));
    }
    answers.read_to_string(&mut said)?;
    child.wait()?;
    Err(io::Error::other(said))
}

/// A shell that runs [`SCRIPT`], under another user when this is root, whom PostgreSQL refuses.
fn unprivileged_shell() -> io::Result<Command> {
    let id = |args: &[&str]| run(Command::new("id").args(args));
    if id(&["-u"])? != "0" {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT]);
        return Ok(shell);
    }
    let user = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
    if on_path("setpriv").is_none() {
        let mut su = Command::new("su");
        su.args(["-s", "/bin/sh", user, "-c", SCRIPT]);
        return Ok(su);
    }
    let mut setpriv = Command::new("setpriv");
    setpriv.arg(format!("--reuid={}", id(&["-u", user])?)).arg(format!("--regid={}", id(&["-g", user])?)).args([
        "--clear-groups",
        "sh",
        "-c",
        SCRIPT,
    ]);
    Ok(setpriv)
}

/// A fresh database where `LOTLINE_TEST_DATABASE` is `postgres`: how a suite that takes one database runs on the other
/// engine too. `None` where the variable does not ask for it.
///
/// # Panics
///
/// When it is asked for and cannot be had.
#[expect(clippy::panic, reason = "a test that cannot have its database must fail")]
pub fn chosen() -> Option<Database> {
    match variable("LOTLINE_TEST_DATABASE").as_deref()? {
        "sqlite" => None,
        "postgres" => Some(database().unwrap_or_else(|| panic!("there are no PostgreSQL programs"))),
        other => panic!("LOTLINE_TEST_DATABASE is `{other}`; write `sqlite` or `postgres`"),
    }
}

/// The directory that holds all [`PROGRAMS`].
fn programs() -> Option<PathBuf> {
    // Distributions link single programs into PATH; the others stand beside the file behind the link.
    let linked = on_path("initdb").and_then(|file| file.canonicalize().ok()?.parent().map(Path::to_path_buf));
    let mut candidates: Vec<PathBuf> = linked.into_iter().collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut installed: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
        installed.sort();
        candidates.extend(installed.into_iter().rev());
    }
    candidates.into_iter().find(|dir| PROGRAMS.iter().all(|program| dir.join(program).is_file()))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// The trimmed output of a program, or what it complained about.
fn run(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
}
