//! Gateways as processes, which end with the test.

use std::{
    fs, io,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::{Duration, Instant},
};

use auth::{Claims, SigningKey};
use domain::{Clock, SystemClock};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{self, Answer};

const ISSUER: &str = "https://login.packer.example";
/// How long a capture is held for alive without a word from its process.
pub(crate) const LEASE: Duration = Duration::from_secs(2);

/// The program, built from what stands here.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        // target/debug/deps/robust-…
        let folder = test.parent().and_then(Path::parent).unwrap();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "lotline", "--bin", "lotline"]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        build.arg("--target-dir").arg(folder.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().unwrap().success(), "the program does not build");
        folder.join("lotline")
    })
}

/// One configuration and one database, for any number of gateways.
pub(crate) struct Site {
    folder: TempDir,
    key: SigningKey,
}

impl Site {
    /// With a database that `url` names.
    pub(crate) fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generate_ed25519().unwrap();
        let configuration = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nbase_url = \"https://gateway.example\"\n[database]\nurl = \"{url}\"\n\
             [capture]\nlease = \"{}s\"\n[log]\nformat = \"json\"\n[[tenant]]\nslug = \"packer\"\nname = \"Packer\"\n\
             [[tenant.issuer]]\nissuer = \"{ISSUER}\"\nkind = \"staff\"\nroles = [\"read\", \"capture\", \"admin\"]\n\
             public_key = '''{}'''\n",
            LEASE.as_secs(),
            key.public_pem()
        );
        fs::write(folder.path().join("lotline.toml"), configuration).unwrap();
        Self { folder, key }
    }

    /// With a database in a file of `folder`.
    pub(crate) fn sqlite(folder: &Path) -> Self {
        Self::new(&format!("sqlite://{}/lotline.db?mode=rwc", folder.display()))
    }

    pub(crate) fn start(&self) -> Gateway {
        self.start_under(&mut Command::new(program()))
    }

    /// Starts a gateway by a shell that first does something else.
    pub(crate) fn start_after(&self, shell: &str) -> Gateway {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")]).arg(program());
        self.start_under(&mut command)
    }

    fn start_under(&self, command: &mut Command) -> Gateway {
        command.args(["serve", "--migrate", "--config"]).arg(self.folder.path().join("lotline.toml"));
        // It reads its variables, and refuses those that it does not know.
        command.env_clear();
        let mut process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = process.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                writer.lock().unwrap().push(line);
            }
        });
        let process = Mutex::new(process);
        let mut gateway = Gateway { process, log, address: SocketAddr::from(([0; 4], 0)), token: self.token() };
        let serving = wait_for("a gateway that serves", Duration::from_secs(30), || {
            assert!(gateway.is_running(), "{}", gateway.log());
            gateway.log.lock().unwrap().iter().find_map(|line| listening(line))
        });
        gateway.address = serving;
        gateway
    }

    fn token(&self) -> String {
        let now = SystemClock.now();
        self.key.sign(&Claims {
            iss: ISSUER.to_owned(),
            sub: "anna".to_owned(),
            aud: "https://gateway.example/o/packer".to_owned(),
            client_id: None,
            iat: now,
            nbf: None,
            exp: now + SignedDuration::from_mins(55),
            jti: "jti".to_owned(),
            scope: vec![],
            purpose: None,
        })
    }
}

/// Where a gateway listens, from the line of its log that says so.
fn listening(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    line["fields"]["server.listen"].as_str()?.parse().ok()
}

/// Asks until there is an answer.
pub(crate) fn wait_for<T>(what: &str, patience: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < patience, "waited too long for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A gateway that is killed with the test.
pub(crate) struct Gateway {
    process: Mutex<Child>,
    log: Arc<Mutex<Vec<String>>>,
    address: SocketAddr,
    token: String,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Gateway {
    /// Ends it in the middle of whatever it does.
    pub(crate) fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        let _ended_already = process.kill();
        let _reaped = process.wait();
    }

    pub(crate) fn is_running(&self) -> bool {
        self.process.lock().unwrap().try_wait().unwrap().is_none()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.lock().unwrap().id()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Sends a JSON-LD document; an error means that nothing is known of its outcome.
    pub(crate) fn capture(&self, document: &str, behaviour: &str) -> io::Result<Answer> {
        let head = format!(
            "POST /epcis/capture HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/ld+json\r\n\
             GS1-Capture-Error-Behaviour: {behaviour}",
            self.token
        );
        http::send(self.address, &head, document.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> io::Result<Answer> {
        http::send(self.address, &format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {}", self.token), b"")
    }

    /// A GraphQL question of the staff.
    pub(crate) fn ask(&self, query: &str) -> Value {
        let head =
            format!("POST /graphql HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json", self.token);
        http::send(self.address, &head, json!({ "query": query }).to_string().as_bytes()).unwrap().json()
    }

    /// How many of the latest hundred jobs are said to be running.
    pub(crate) fn running_jobs(&self) -> usize {
        let answer = self.ask("{ captureJobs(first: 100) { status } }");
        let jobs = answer["data"]["captureJobs"].as_array().unwrap_or_else(|| panic!("{answer}"));
        jobs.iter().filter(|job| job["status"] == "RUNNING").count()
    }

    /// Waits until no job is running; fails when one is stuck.
    pub(crate) fn settle(&self) {
        wait_for("the end of every job", 5 * LEASE, || (self.running_jobs() == 0).then_some(()));
    }

    pub(crate) fn has_not_panicked(&self) {
        let log = self.log();
        assert!(self.is_running() && !log.contains("panicked"), "{log}");
    }
}
