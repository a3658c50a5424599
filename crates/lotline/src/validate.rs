//! `lotline validate`: what is wrong with documents, and where.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use domain::{Clock, SystemClock};
use epcis::{Finding, Item, Limits, Profile, Rule, Severity};
use serde_json::json;

use crate::{
    capture,
    cli::ValidateArgs,
    documents::{self, OpenDocument, finding_line},
    failure::{Failure, OrFail, Outcome},
};

pub(crate) fn validate(args: &ValidateArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let profile = profile(args)?;
    let latest = SystemClock.now().checked_add(app::CLOCK_DIFFERENCE).ok();
    let limits = Limits { latest, ..Limits::default() };
    let mut out = BufWriter::new(out);
    let mut total = Total::default();
    for file in capture::files(&args.files)? {
        match OpenDocument::open(&file, limits) {
            Ok(document) => {
                let mut validation = Validation { args, profile: &profile, file: &file, count: Count::default() };
                let read = validation.document(document, &mut out)?;
                total.add(&validation.count, read);
            }
            Err(failure) => {
                total.unread += 1;
                out.flush()?;
                documents::eprint_line(&failure.full_text());
            }
        }
    }
    if !args.json && args.quiet < 2 && total.documents + total.unread > 1 {
        writeln!(out, "{}", total.text())?;
    }
    out.flush()?;
    total.outcome()
}

/// What was asked for: the strict rules, then what the file says.
fn profile(args: &ValidateArgs) -> Result<Profile, Failure> {
    let profile = if args.strict { Profile::strict() } else { Profile::default() };
    match &args.profile {
        Some(file) => Ok(profile.with(read_profile(file)?)),
        None => Ok(profile),
    }
}

fn read_profile(file: &Path) -> Result<Profile, Failure> {
    let text = fs::read_to_string(file).or_fail(|| format!("the profile `{}` cannot be read", file.display()))?;
    toml::from_str(&text).or_fail(|| format!("the profile `{}` cannot be used", file.display()))
}

/// The validation of one document.
struct Validation<'a> {
    args: &'a ValidateArgs,
    profile: &'a Profile,
    file: &'a PathBuf,
    count: Count,
}

impl Validation<'_> {
    /// Writes its findings and a summary; says whether the document could be read to its end.
    fn document(&mut self, mut document: OpenDocument, out: &mut dyn Write) -> Result<bool, Failure> {
        let mut read = true;
        while let Some(item) = document.next() {
            match item {
                Ok(item) => self.item(&document, item, out)?,
                Err(failure) => {
                    out.flush()?;
                    document.complain(&failure.full_text());
                    read = false;
                }
            }
        }
        if read {
            self.summary(document.name(), out)?;
        }
        Ok(read)
    }

    fn item(&mut self, document: &OpenDocument, item: Item, out: &mut dyn Write) -> Result<(), Failure> {
        let findings = match self.profile.apply(item) {
            Some(Item::Event { findings, .. } | Item::Foreign { findings, .. }) => {
                self.count.events += 1;
                findings
            }
            Some(Item::Rejected { findings, .. }) => {
                self.count.events += 1;
                self.count.rejected += 1;
                findings
            }
            Some(Item::Finding(finding)) => {
                self.count.document_rejected |= finding.severity == Severity::Reject;
                vec![finding]
            }
            Some(Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_)) | None => return Ok(()),
        };
        for finding in &findings {
            self.count.warnings += u64::from(finding.severity == Severity::Warn);
            self.finding(document, finding, out)?;
        }
        Ok(())
    }

    fn finding(&self, document: &OpenDocument, finding: &Finding, out: &mut dyn Write) -> Result<(), Failure> {
        let wanted = match self.args.quiet {
            0 => true,
            1 => finding.severity == Severity::Reject,
            _ => false,
        };
        if !wanted {
            return Ok(());
        }
        let line = if self.args.json { json_line(self.file, finding) } else { finding_line(document.name(), finding) };
        document.suspended(|| writeln!(out, "{line}"))?;
        Ok(())
    }

    fn summary(&self, name: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let Count { events, rejected, warnings, .. } = self.count;
        if self.args.json {
            let accepted = self.count.is_accepted();
            let line = json!({
                "file": self.file, "accepted": accepted, "events": events, "rejected": rejected, "warnings": warnings,
            });
            writeln!(out, "{line}")?;
        } else if self.args.quiet == 0 || (self.args.quiet == 1 && !self.count.is_accepted()) {
            let verdict = if self.count.is_accepted() { "accepted" } else { "rejected" };
            writeln!(out, "{name}: {verdict}, events {events}, of these rejected {rejected}, warnings {warnings}")?;
        }
        Ok(())
    }
}

fn json_line(file: &Path, finding: &Finding) -> String {
    let Finding { code, severity, at, message, help, corrected } = finding;
    let section = Rule::of(code).map(|rule| rule.section).filter(|section| !section.is_empty());
    let mut line = json!({
        "file": file, "line": at.line, "column": at.column, "severity": severity, "code": code, "message": message,
    });
    let optional = [
        ("event", at.event.map(Into::into)),
        ("path", (!at.path.is_empty()).then(|| at.path.as_str().into())),
        ("help", help.as_deref().map(Into::into)),
        ("corrected", corrected.as_deref().map(Into::into)),
        ("section", section.map(Into::into)),
    ];
    if let Some(line) = line.as_object_mut() {
        line.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    line.to_string()
}

/// What was found in one document.
#[derive(Debug, Default)]
struct Count {
    events: u64,
    rejected: u64,
    warnings: u64,
    /// Whether the document as a whole is rejected.
    document_rejected: bool,
}

impl Count {
    fn is_accepted(&self) -> bool {
        self.rejected == 0 && !self.document_rejected
    }
}

/// What was found in all of them.
#[derive(Debug, Default)]
struct Total {
    documents: u64,
    rejected: u64,
    unread: u64,
    events: u64,
    warnings: u64,
}

impl Total {
    fn add(&mut self, count: &Count, read: bool) {
        self.documents += u64::from(read);
        self.unread += u64::from(!read);
        self.rejected += u64::from(read && !count.is_accepted());
        self.events += count.events;
        self.warnings += count.warnings;
    }

    fn text(&self) -> String {
        let Self { documents, rejected, unread, events, warnings } = self;
        let unread = if *unread == 0 { String::new() } else { format!(", not read {unread}") };
        format!("Documents: {documents}, rejected {rejected}{unread}. Events: {events}. Warnings: {warnings}.")
    }

    fn outcome(&self) -> Result<Outcome, Failure> {
        match (self.unread, self.rejected) {
            (0, 0) => Ok(Outcome::Done),
            (0, _) => Ok(Outcome::No),
            _ => Err(Failure::new("not every document could be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/profile.toml");

    /// Exit and output of `lotline validate` with these arguments, the folder of the documents left out.
    fn validated(documents: &[(&str, &str)], change: impl FnOnce(&mut ValidateArgs)) -> (Option<Outcome>, String) {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, text): &(&str, &str)| {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            file
        };
        let files = documents.iter().map(write).collect();
        let mut args = ValidateArgs { files, strict: false, profile: None, json: false, quiet: 0 };
        change(&mut args);
        let mut out = Vec::new();
        let outcome = validate(&args, &mut out).ok();
        (outcome, String::from_utf8(out).unwrap().replace(&format!("{}/", folder.path().display()), ""))
    }

    const XML: &str = "<ObjectEvent>\n<eventTime>2028-08-15T22:30:00Z</eventTime>\
        <eventTimeZoneOffset>-07:00</eventTimeZoneOffset>\n<epcList><epc>urn:x:1</epc></epcList>\
        <action>OBSERVE</action>\n<bizStep>STEP</bizStep></ObjectEvent>";

    #[test]
    fn a_document_without_findings_has_one_line() {
        let document = XML.replace("2028", "2008").replace("STEP", "urn:epcglobal:cbv:bizstep:shipping");
        let (outcome, text) = validated(&[("a.xml", &document)], |_| ());
        assert_eq!(text, "a.xml: accepted, events 1, of these rejected 0, warnings 0\n");
        assert_eq!(outcome, Some(Outcome::Done));
    }

    #[test]
    fn findings_stand_behind_file_line_and_column() {
        let document = XML.replace("2028", "2008").replace("STEP", "shiping");
        let (_, text) = validated(&[("a.xml", &document)], |_| ());
        let first = text.lines().next().unwrap();
        assert!(first.starts_with("a.xml:4:1: warn EPCIS-TERM-UNKNOWN: `shiping` is neither"), "{text}");
    }

    #[test]
    fn times_in_the_future_are_found() {
        let document = XML.replace("2028", "2999").replace("STEP", "urn:epcglobal:cbv:bizstep:shipping");
        let (outcome, text) = validated(&[("a.xml", &document)], |_| ());
        assert!(text.contains("warn EPCIS-TIME-FUTURE"), "{text}");
        assert_eq!(outcome, Some(Outcome::Done));
    }

    #[test]
    fn a_rejected_document_and_an_unread_one_have_their_exit_status() {
        let (outcome, text) = validated(&[("a.xml", "<a/>"), ("b.json", "{}")], |args| args.quiet = 1);
        assert_eq!(outcome, Some(Outcome::No));
        assert!(text.ends_with("Documents: 2, rejected 2. Events: 0. Warnings: 0.\n"), "{text}");
        assert_eq!(validated(&[("a.xml", "no document")], |_| ()).0, None);
        assert_eq!(validated(&[], |args| args.files = vec!["no-such.xml".into()]).0, None);
    }

    #[test]
    fn quietness_leaves_out_what_is_accepted_and_then_all() {
        let document = XML.replace("STEP", "shiping");
        let rejected = document.replace("OBSERVE", "SEE");
        let documents = [("a.xml", document.as_str()), ("b.xml", rejected.as_str())];
        let (_, text) = validated(&documents, |args| args.quiet = 1);
        assert!(!text.contains("a.xml") && text.starts_with("b.xml:3:"), "{text}");
        assert_eq!(validated(&documents, |args| args.quiet = 2), (Some(Outcome::No), String::new()));
    }

    #[test]
    fn with_json_every_line_is_an_object() {
        let (_, text) = validated(&[("a.xml", &XML.replace("STEP", "shiping"))], |args| args.json = true);
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let finding = lines.iter().find(|line| line["code"] == "EPCIS-TERM-UNKNOWN").unwrap();
        assert_eq!(finding["corrected"], "urn:epcglobal:cbv:bizstep:shipping");
        assert_eq!(lines.last().unwrap()["accepted"], true);
    }

    #[test]
    fn profiles_raise_and_lower() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("partner.toml");
        fs::write(&file, "[rules.\"EPCIS-TERM-UNKNOWN\"]\nseverity = \"reject\"\nexplain = \"see the handbook\"\n")
            .unwrap();
        let document = XML.replace("STEP", "shiping");
        let (outcome, text) = validated(&[("a.xml", &document)], |args| args.profile = Some(file));
        assert_eq!(outcome, Some(Outcome::No));
        assert!(text.contains("; see the handbook\n"), "{text}");
    }

    #[test]
    fn a_broken_profile_is_refused_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("partner.toml");
        for (text, line, words) in [
            ("[rules.\"GS1-CHECK-DIGIT\"]\nlevel = \"warn\"\n", "line 2", "unknown field `level`"),
            ("\n[rules.\"GS1-CHECK\"]\nseverity = \"warn\"\n", "line 2", "there is no rule `GS1-CHECK`"),
            ("[rules.\"JSON-SYNTAX\"]\nseverity = \"warn\"\n", "line 1", "stays rejected"),
            ("[rules.\"GS1-CHECK-DIGIT\"]\nseverity = \"warning\"\n", "line 2", "unknown variant `warning`"),
        ] {
            fs::write(&file, text).unwrap();
            let failure = read_profile(&file).unwrap_err().full_text();
            assert!(failure.contains(line) && failure.contains(words), "{failure}");
        }
    }

    #[test]
    fn the_profile_of_the_guide_can_be_used() {
        assert!(read_profile(Path::new(EXAMPLE)).is_ok());
    }
}
