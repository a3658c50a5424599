//! A gateway process of the benchmark's own.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{Failure, Workshop, output};

/// A running gateway with one tenant. It ends with this value.
#[derive(Debug)]
pub(crate) struct Gateway {
    process: Child,
    lotline: PathBuf,
    pub(crate) url: String,
    pub(crate) token: String,
    /// Its configuration and keys.
    _folder: TempDir,
}

/// What a capture said and took.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) seconds: f64,
    pub(crate) stored: u64,
}

impl Gateway {
    /// Starts a gateway on a database, which it brings up to date.
    pub(crate) fn start(workshop: &Workshop, database: &str) -> Result<Self, Failure> {
        let temporary = tempfile::tempdir_in(&workshop.folder)?;
        let folder = temporary.path();
        let key = folder.join("key.pem");
        let made = output(Command::new(&workshop.lotline).args(["token", "keygen", "--out"]).arg(&key))?;
        let public: String =
            made.lines().filter(|line| !line.starts_with("kid")).flat_map(|line| [line, "\n"]).collect();
        fs::write(folder.join("key.pub.pem"), public)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"{url}\"\nrequest_timeout = \"3600s\"\n\
             [database]\nurl = \"{database}\"\n[capture]\nmax_document = \"2 GiB\"\n[log]\nlevel = \"warn\"\n\
             [[tenant]]\nslug = \"retail\"\nname = \"Retail\"\n\
             [[tenant.issuer]]\nissuer = \"https://login.example\"\nkind = \"staff\"\n\
             roles = [\"read\", \"capture\", \"admin\"]\nmax_lifetime = \"24h\"\npublic_key_file = \"key.pub.pem\"\n"
        );
        let file = folder.join("lotline.toml");
        fs::write(&file, config)?;
        let process = Command::new(&workshop.lotline)
            .args(["serve", "--migrate", "--config"])
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()?;
        let audience = format!("{url}/o/retail");
        let token = output(
            Command::new(&workshop.lotline)
                .args(["token", "--issuer", "https://login.example", "--subject", "bench", "--lifetime", "24h"])
                .args(["--audience", &audience, "--key"])
                .arg(&key),
        );
        let (lotline, token) = (workshop.lotline.clone(), token?.trim().to_owned());
        let gateway = Self { process, lotline, url, token, _folder: temporary };
        let patience = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() > patience {
                return Err("the gateway does not start".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(gateway)
    }

    /// Sends documents over HTTP, one after the other; when this returns they are durable.
    pub(crate) fn capture(&self, documents: &[PathBuf]) -> Result<Captured, Failure> {
        let begun = Instant::now();
        let said = output(
            Command::new(&self.lotline)
                .args(["capture", "--json", "--url", &self.url, "--token", &self.token])
                .args(documents),
        )?;
        let seconds = begun.elapsed().as_secs_f64();
        let mut stored = 0;
        for line in said.lines() {
            let report: serde_json::Value = serde_json::from_str(line)?;
            stored += report.pointer("/stored").and_then(serde_json::Value::as_u64).unwrap_or_default();
        }
        Ok(Captured { seconds, stored })
    }

    /// The most memory that the process ever had, in megabytes.
    pub(crate) fn peak_memory(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(Path::new("/proc").join(self.process.id().to_string()).join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel tells no peak")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1_000.0)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}
