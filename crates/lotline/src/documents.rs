//! EPCIS documents from files or standard input, item by item, in either binding.

use std::{
    error::Error,
    fs::File,
    io::{self, BufReader, Chain, Cursor, IsTerminal, Read},
    path::Path,
};

use epcis::{Binding, Finding, Item, Limits, Reader};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::{Failure, OrFail, Outcome};

/// Files from this size on get a bar.
const LARGE: u64 = 16 << 20;

/// What a document is read through: the bytes that told the binding, then the rest.
type Source = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read>>>;

/// A document that is being read.
pub(crate) struct OpenDocument {
    name: String,
    reader: Reader<Source>,
    progress: ProgressBar,
}

impl OpenDocument {
    /// Opens a file, or standard input for `-`, and finds out which binding it is written in.
    pub(crate) fn open(path: &Path, limits: Limits) -> Result<Self, Failure> {
        let name = name(path);
        let (input, progress): (Box<dyn Read>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), ProgressBar::hidden())
        } else {
            let file = File::open(path).or_fail(|| format!("{name} cannot be opened"))?;
            let size = file.metadata().map_or(0, |metadata| metadata.len());
            let progress = progress(size, &name);
            (Box::new(progress.wrap_read(file)), progress)
        };
        Self::read(name, input, progress, limits)
    }

    fn read(name: String, mut input: Box<dyn Read>, progress: ProgressBar, limits: Limits) -> Result<Self, Failure> {
        let beginning = beginning(&mut input).or_fail(|| format!("{name} cannot be read"))?;
        let binding = binding_of(&beginning).ok_or_else(|| Failure::new(format!("{name} is neither XML nor JSON")))?;
        let source = BufReader::with_capacity(1 << 16, Cursor::new(beginning).chain(input));
        Ok(Self { name, reader: Reader::with_limits(source, binding, limits), progress })
    }

    /// What the document is called in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Writes to standard error without disturbing the bar.
    pub(crate) fn complain(&self, text: &str) {
        // Nobody is left to tell when standard error is closed.
        self.suspended(|| eprint_line(text));
    }

    /// Does something on the terminal without disturbing the bar.
    pub(crate) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        self.progress.suspend(write)
    }
}

impl Iterator for OpenDocument {
    type Item = Result<Item, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.reader.next();
        if item.is_none() {
            self.progress.finish_and_clear();
        }
        Some(item?.or_fail(|| format!("{} cannot be read", self.name)))
    }
}

/// What a file is called in messages.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// One line to standard error.
pub(crate) fn eprint_line(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{text}\n"));
}

/// A finding as compilers write them, so that editors can go there.
pub(crate) fn finding_line(document: &str, finding: &Finding) -> String {
    let Finding { code, severity, at, message, help, .. } = finding;
    let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{document}:{}:{}: {severity} {code}: {message}{help}", at.line, at.column)
}

/// Whoever reads only the beginning of an answer, as in `lotline hash big.xml | head -1`, has what they wanted.
pub(crate) fn allow_closed_pipe(result: Result<Outcome, Failure>) -> Result<Outcome, Failure> {
    let closed = |failure: &Failure| {
        let cause = failure.source().and_then(|cause| cause.downcast_ref::<io::Error>());
        cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    };
    result.or_else(|failure| if closed(&failure) { Ok(Outcome::Done) } else { Err(failure) })
}

/// A bar on standard error for large files; none where the answer goes to the same terminal.
fn progress(size: u64, name: &str) -> ProgressBar {
    if size < LARGE || io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size).with_message(name.to_owned());
    match ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Reads until something other than white space stands there.
fn beginning(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    while first_character(&bytes).is_none() {
        let size = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            size => size?,
        };
        bytes.extend_from_slice(chunk.get(..size).unwrap_or_default());
        if size == 0 {
            break;
        }
    }
    Ok(bytes)
}

/// The binding that a document begins with.
fn binding_of(beginning: &[u8]) -> Option<Binding> {
    match first_character(beginning)? {
        b'<' => Some(Binding::Xml),
        b'{' | b'[' => Some(Binding::Json),
        _ => None,
    }
}

/// What stands behind byte order mark and white space; the zeros are those of UTF-16.
fn first_character(bytes: &[u8]) -> Option<u8> {
    let passed = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF);
    bytes.iter().copied().find(|byte| !passed(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_tells_the_binding() {
        for xml in ["<a/>", "\u{feff}<a/>", "\n\t <?xml version='1.0'?>"] {
            assert_eq!(binding_of(xml.as_bytes()), Some(Binding::Xml), "{xml:?}");
        }
        assert_eq!(binding_of(b"\xFF\xFE<\0a\0"), Some(Binding::Xml));
        assert_eq!(binding_of(b"\xFE\xFF\0<\0a"), Some(Binding::Xml));
        for json in ["{}", " [", "\u{feff}{"] {
            assert_eq!(binding_of(json.as_bytes()), Some(Binding::Json), "{json:?}");
        }
        for neither in ["", "  ", "eventTime;action"] {
            assert_eq!(binding_of(neither.as_bytes()), None, "{neither:?}");
        }
    }

    #[test]
    fn a_document_behind_much_white_space_is_read() {
        let text = format!("{}<EPCISDocument/>", " ".repeat(5000));
        let document = OpenDocument::read(
            "a".to_owned(),
            Box::new(Cursor::new(text.into_bytes())),
            ProgressBar::hidden(),
            Limits::default(),
        );
        assert!(document.is_ok());
        let words = "eventTime;action\n".repeat(1000);
        let failure = OpenDocument::read(
            "a".to_owned(),
            Box::new(Cursor::new(words.into_bytes())),
            ProgressBar::hidden(),
            Limits::default(),
        );
        assert!(failure.err().unwrap().to_string().contains("neither XML nor JSON"));
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let gone: Result<Outcome, Failure> = Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        assert_eq!(allow_closed_pipe(gone).unwrap(), Outcome::Done);
        let full: Result<Outcome, Failure> = Err(io::Error::from(io::ErrorKind::StorageFull).into());
        assert!(allow_closed_pipe(full).is_err());
    }
}
