//! `lotline capture`: documents from files to a gateway.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Body;
use serde_json::json;
use tokio_util::io::ReaderStream;

use crate::{
    cli::CaptureArgs,
    client::{CaptureJob, Captured, Gateway, Problem},
    failure::{Failure, OrFail, Outcome},
};

/// Media types by the ends of file names.
const MEDIA_TYPES: [(&str, &str); 3] =
    [("xml", "application/xml"), ("json", "application/ld+json"), ("jsonld", "application/ld+json")];

/// Bytes that are read and sent at once: each piece is read by another thread.
const PIECE: usize = 1 << 18;

fn in_pieces(document: tokio::fs::File) -> Body {
    Body::wrap_stream(ReaderStream::with_capacity(document, PIECE))
}

pub(crate) async fn capture(args: &CaptureArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let files = documents(&args.paths)?;
    let gateway = Gateway::new(&args.connection.url.0, args.connection.token()?)?;
    let bar = progress(files.len());
    let mut summary = Summary::default();
    let mut stopped = None;
    for (file, media_type) in &files {
        bar.set_message(file.display().to_string());
        let report = match tokio::fs::File::open(file).await {
            // Read while it is sent.
            Ok(document) => match gateway.capture(in_pieces(document), media_type).await {
                Ok(sent) => Report::new(file, sent),
                Err(failure) => {
                    stopped = Some(failure);
                    break;
                }
            },
            Err(error) => Report::unread(file, &error),
        };
        let text = if args.json { report.json() } else { report.text() };
        bar.suspend(|| out.write_all(text.as_bytes()))?;
        summary.add(&report);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !args.json {
        writeln!(out, "{}", summary.text())?;
    }
    stopped.map_or_else(|| summary.outcome(), Err)
}

/// A bar on standard error; it hides itself where that is no terminal.
fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(files).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta} {msg}");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The documents that the paths name, each once: files as named, folders with everything in them, sorted.
fn documents(paths: &[PathBuf]) -> Result<Vec<(PathBuf, &'static str)>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = BTreeSet::new();
            collect(path, &mut files)?;
            found.extend(files.into_iter().filter_map(|file| media_type(&file).map(|kind| (file, kind))));
        } else {
            let kind = media_type(path).ok_or_else(|| {
                Failure::new(format!("`{}`: only .xml, .json and .jsonld files are documents", path.display()))
            })?;
            found.push((path.clone(), kind));
        }
    }
    if found.is_empty() {
        return Err(Failure::new("there is no .xml, .json or .jsonld file in the folders"));
    }
    Ok(found)
}

/// The files that the paths name, whatever they are called, and the documents in the folders.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = BTreeSet::new();
            collect(path, &mut files)?;
            found.extend(files.into_iter().filter(|file| media_type(file).is_some()));
        } else {
            found.push(path.clone());
        }
    }
    if found.is_empty() {
        return Err(Failure::new("there is no .xml, .json or .jsonld file in the folders"));
    }
    Ok(found)
}

fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let unreadable = || format!("the folder `{}` cannot be read", folder.display());
    for entry in std::fs::read_dir(folder).or_fail(unreadable)? {
        let entry = entry.or_fail(unreadable)?;
        // Not through links: they may lead back to where we are.
        let kind = entry.file_type().or_fail(unreadable)?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.insert(entry.path());
        }
    }
    Ok(())
}

/// The media type of a document by the end of its name.
fn media_type(file: &Path) -> Option<&'static str> {
    let end = file.extension()?.to_str()?.to_ascii_lowercase();
    MEDIA_TYPES.iter().find(|(known, _)| *known == end).map(|(_, kind)| *kind)
}

/// What became of one file.
struct Report<'a> {
    file: &'a Path,
    /// Whether the file could be read.
    read: bool,
    job: CaptureJob,
}

impl<'a> Report<'a> {
    fn new(file: &'a Path, captured: Captured) -> Self {
        let job = match captured {
            Captured::Job(job) => job,
            Captured::Refused(problem) => CaptureJob::refused(problem),
        };
        Self { file, read: true, job }
    }

    fn unread(file: &'a Path, error: &io::Error) -> Self {
        let problem = Problem { detail: format!("cannot be read: {error}"), ..Problem::default() };
        Self { file, read: false, job: CaptureJob::refused(problem) }
    }

    fn json(&self) -> String {
        let CaptureJob { success, stored, duplicates, rejected, errors, warnings, .. } = &self.job;
        let findings: Vec<&Problem> = errors.iter().chain(warnings).collect();
        let line = json!({
            "file": self.file,
            "captured": success,
            "stored": stored,
            "duplicates": duplicates,
            "rejected": rejected,
            "findings": findings,
        });
        format!("{line}\n")
    }

    /// Nothing for a document that is stored; otherwise what is wrong and where.
    fn text(&self) -> String {
        if self.job.success {
            return String::new();
        }
        let what = if self.read { "rejected" } else { "not sent" };
        let mut text = format!("{}: {what}\n", self.file.display());
        for finding in &self.job.errors {
            text.push_str(&finding_line(self.file, finding));
        }
        text
    }
}

fn finding_line(file: &Path, finding: &Problem) -> String {
    let numbers = [finding.line, finding.column].into_iter().flatten();
    let place = numbers.map(|number| format!(":{number}")).collect::<Vec<_>>().concat();
    let code = finding.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}{place}{code} {}{help}\n", file.display(), finding.detail)
}

#[derive(Default)]
struct Summary {
    documents: u64,
    rejected_documents: u64,
    unread_documents: u64,
    stored: u64,
    duplicates: u64,
}

impl Summary {
    fn add(&mut self, report: &Report<'_>) {
        self.documents += 1;
        self.rejected_documents += u64::from(report.read && !report.job.success);
        self.unread_documents += u64::from(!report.read);
        self.stored += report.job.stored;
        self.duplicates += report.job.duplicates;
    }

    fn text(&self) -> String {
        let Self { documents, rejected_documents, unread_documents, stored, duplicates } = self;
        let unread = if *unread_documents == 0 { String::new() } else { format!(", not sent {unread_documents}") };
        format!(
            "Documents: {documents}, rejected {rejected_documents}{unread}. Events: {stored} stored, {duplicates} there \
             already."
        )
    }

    fn outcome(&self) -> Result<Outcome, Failure> {
        match (self.unread_documents, self.rejected_documents) {
            (0, 0) => Ok(Outcome::Done),
            (0, _) => Ok(Outcome::No),
            _ => Err(Failure::new("not every file could be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["b.xml", "a/2.json", "a/1.JSONLD", "readme.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = documents(&[folder.path().to_owned()]).unwrap();
        let names: Vec<_> =
            found.iter().map(|(file, _)| file.strip_prefix(folder.path()).unwrap().display().to_string()).collect();
        assert_eq!(names, ["a/1.JSONLD", "a/2.json", "b.xml"]);
    }

    #[test]
    fn a_file_that_is_no_document_is_refused_by_name() {
        assert!(documents(&["notes.txt".into()]).unwrap_err().to_string().contains("notes.txt"));
    }

    #[test]
    fn a_finding_stands_behind_its_file_line_and_column() {
        let finding = Problem {
            detail: "there is no time".to_owned(),
            code: Some("EPCIS-TIME".to_owned()),
            line: Some(3),
            column: Some(7),
            help: Some("add eventTime".to_owned()),
            ..Problem::default()
        };
        let line = finding_line(Path::new("a.xml"), &finding);
        assert_eq!(line, "a.xml:3:7 EPCIS-TIME there is no time; add eventTime\n");
    }
}
