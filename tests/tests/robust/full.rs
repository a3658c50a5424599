//! No room left: what was acknowledged stays, what cannot be stored is refused clearly, and with room it goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use testkit::tell;

use crate::{
    gateway::{Gateway, Site, wait_for},
    records::Document,
};

/// How many documents have to be refused before it is enough.
const REFUSED: usize = 4;

/// Sends documents until enough of them are refused; fails when there is room for all.
fn fill(gateway: &Gateway, name: &str) -> Vec<Document> {
    let mut sent = Vec::new();
    let mut refused = 0;
    for number in 0..400 {
        let mut document = Document::new(&format!("{name}-{number}"), 100);
        let outcome = document.send(gateway);
        sent.push(document);
        match outcome {
            // Small room comes back whenever the log is written over.
            Ok(()) => {}
            Err(Some(answer)) => {
                let text = answer.text();
                assert!(matches!(answer.status, 503 | 507), "{}: {text}\n{}", answer.status, gateway.log());
                assert_eq!(answer.header("content-type"), "application/problem+json", "{text}");
                assert_eq!(answer.header("retry-after"), "10", "{text}");
                refused += 1;
            }
            Err(None) => panic!("the gateway gave no answer: {}", gateway.log()),
        }
        if refused == REFUSED {
            return sent;
        }
    }
    panic!("there is always room: {}", gateway.log());
}

/// With room again, the same gateway stores again, and everything that it acknowledged is there.
fn goes_on(gateway: &Gateway, mut sent: Vec<Document>, what: &str) {
    let before = sent.iter().filter(|document| document.acknowledged.is_some()).count();
    for number in 0..5 {
        let mut document = Document::new(&format!("again-{number}"), 100);
        document.send(gateway).unwrap();
        sent.push(document);
    }
    gateway.has_not_panicked();
    gateway.settle();
    for document in &sent {
        document.check(gateway);
    }
    tell(&format!("{what}: {before} documents were acknowledged and are there; it goes on with room"));
}

#[test]
fn sqlite_at_its_quota_refuses_and_goes_on_when_the_quota_is_raised() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        testkit::skip("there is no `prlimit` to raise the quota of a running process");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // 512-byte blocks, the soft limit only; without the signal the write itself fails.
    let gateway = Site::sqlite(folder.path()).start_after("trap '' XFSZ; ulimit -S -f 6000");
    let sent = fill(&gateway, "quota");
    assert!(sent.len() > 1, "nothing was stored at all");
    // Reading goes on, and nobody waits for a job.
    for document in &sent {
        document.check(&gateway);
    }
    let raised = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &gateway.id().to_string()]).status();
    assert!(raised.unwrap().success());
    goes_on(&gateway, sent, "SQLite at its quota");
}

/// A small file system in memory, which only root can make.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=1777"), "none"]).arg(folder.path());
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        // Not `skip`: a build server without root is no mistake of anybody.
        tell("SKIPPED: a small file system needs root");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all room but some, until the file is removed.
    fn ballast(&self, leave_kilobytes: u64) -> PathBuf {
        let file = self.path().join("ballast");
        let free = Command::new("df").args(["--output=avail", "-k"]).arg(self.path()).output().unwrap();
        let free: u64 = String::from_utf8_lossy(&free.stdout).lines().nth(1).unwrap().trim().parse().unwrap();
        fs::write(&file, vec![1; usize::try_from((free - leave_kilobytes) << 10).unwrap()]).unwrap();
        file
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[test]
fn sqlite_on_a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new(16) else { return };
    let gateway = Site::sqlite(disk.path()).start();
    let ballast = disk.ballast(4_000);
    let sent = fill(&gateway, "disk");
    assert!(sent.len() > 1, "nothing was stored at all");
    for document in &sent {
        document.check(&gateway);
    }
    fs::remove_file(ballast).unwrap();
    goes_on(&gateway, sent, "SQLite on a full disk");
}

#[test]
fn postgresql_on_a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new(220) else { return };
    let Some(server) = testkit::postgres::server(Some(disk.path())) else { return };
    let database = server.database().unwrap();
    let gateway = Site::new(database.url()).start();
    let ballast = disk.ballast(6_000);
    let sent = fill(&gateway, "disk");
    assert!(sent.len() > 1, "nothing was stored at all");
    fs::remove_file(ballast).unwrap();
    // Without room for its log the server ends itself, and its operator starts it again.
    if database.psql("SELECT 1").is_err() {
        server.crash().unwrap();
        server.start().unwrap();
    }
    let mut document = Document::new("recovery", 1);
    wait_for("the database", Duration::from_secs(30), || document.send(&gateway).ok());
    goes_on(&gateway, sent, "PostgreSQL on a full disk");
}
