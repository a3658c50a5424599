//! `lotline convert`: a document in another binding, another version, another spelling.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use domain::{Clock, SystemClock};
use epcis::{
    EventTime, Finding, Item, Limits, Severity,
    write::{EpcFormat, Options, Writer},
};
use gs1::CompanyPrefixes;

use crate::{
    cli::ConvertArgs,
    documents::{OpenDocument, finding_line},
    failure::{Failure, OrFail, Outcome},
};

pub(crate) fn convert(args: &ConvertArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let mut prefixes = args.company_prefixes()?;
    if args.epc_format == EpcFormat::AlwaysEpcUrn && args.input != Path::new("-") {
        prefixes = learned(args, prefixes)?;
    }
    let options = Options { created: Some(EventTime::from(SystemClock.now())), ..args.options(prefixes) };
    match &args.output {
        None => Ok(Conversion::run(args, options, BufWriter::new(out))?.1),
        Some(path) => into_file(args, options, path),
    }
}

/// Writes beside the file and takes its name in the end: nobody ever finds half a document there.
fn into_file(args: &ConvertArgs, options: Options, path: &Path) -> Result<Outcome, Failure> {
    let cannot = || format!("`{}` cannot be written", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = tempfile::NamedTempFile::new_in(folder).or_fail(cannot)?;
    let (written, outcome) = Conversion::run(args, options, BufWriter::new(beside))?;
    let beside = written.into_inner().map_err(io::IntoInnerError::into_error).or_fail(cannot)?;
    if outcome == Outcome::Done {
        beside.persist(path).map_err(|failed| failed.error).or_fail(cannot)?;
    }
    Ok(outcome)
}

/// The company prefixes that the URNs of a file show, so that its Digital Links before them can be told as well.
fn learned(args: &ConvertArgs, prefixes: CompanyPrefixes) -> Result<CompanyPrefixes, Failure> {
    let mut writer = None;
    for item in OpenDocument::open(&args.input, Limits::default())? {
        match (item?, &mut writer) {
            (Item::Document(document), _) => {
                writer = Some(Writer::start(io::sink(), &document, args.options(prefixes.clone()))?);
            }
            (item, Some(writer)) => {
                write(writer, &item)?;
                writer.take_findings();
            }
            (_, None) => {}
        }
    }
    Ok(writer.map_or(prefixes, |writer| writer.company_prefixes().clone()))
}

/// One document on its way.
struct Conversion<'a> {
    args: &'a ConvertArgs,
    document: OpenDocument,
    outcome: Outcome,
}

impl Conversion<'_> {
    /// Gives the output back, and `No` when something was not accepted and is therefore left out.
    fn run<W: Write>(args: &ConvertArgs, options: Options, out: W) -> Result<(W, Outcome), Failure> {
        let document = OpenDocument::open(&args.input, Limits::default())?;
        let mut conversion = Conversion { args, document, outcome: Outcome::Done };
        let Some(beginning) = conversion.beginning()? else { return Ok((out, Outcome::No)) };
        let mut writer = Writer::start(out, &beginning, options)?;
        conversion.tell(&writer.take_findings());
        while let Some(item) = conversion.document.next() {
            let item = item?;
            conversion.tell(findings(&item));
            write(&mut writer, &item)?;
            conversion.tell(&writer.take_findings());
        }
        Ok((writer.finish()?, conversion.outcome))
    }

    /// The document itself, which comes before what stands in it; `None` when it has no acceptable root.
    fn beginning(&mut self) -> Result<Option<Box<epcis::Document>>, Failure> {
        while let Some(item) = self.document.next() {
            match item? {
                Item::Document(document) => return Ok(Some(document)),
                item => self.tell(findings(&item)),
            }
        }
        Ok(None)
    }

    fn tell(&mut self, findings: &[Finding]) {
        for finding in findings {
            if finding.severity == Severity::Reject {
                self.outcome = Outcome::No;
            }
            if !self.args.quiet || finding.severity == Severity::Reject {
                self.document.complain(&finding_line(self.document.name(), finding));
            }
        }
    }
}

fn findings(item: &Item) -> &[Finding] {
    match item {
        Item::Event { findings, .. } | Item::Foreign { findings, .. } | Item::Rejected { findings, .. } => findings,
        Item::Finding(finding) => std::slice::from_ref(finding),
        Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => &[],
    }
}

fn write<W: Write>(writer: &mut Writer<W>, item: &Item) -> io::Result<()> {
    if let Item::Event { at, .. } | Item::Foreign { at, .. } = item {
        writer.at(at);
    }
    match item {
        Item::Event { event, .. } => writer.event(event),
        Item::Foreign { event, .. } => writer.foreign(event),
        Item::Vocabulary(element) => writer.vocabulary(element),
        Item::Extension(section, extension) => writer.extension(*section, extension),
        Item::Document(_) | Item::Rejected { .. } | Item::Finding(_) => Ok(()),
    }
}
