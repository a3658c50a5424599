//! Documents on their way to files.

use std::{
    cell::Cell,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    rc::Rc,
};

use epcis::{
    Event, VocabularyElement,
    write::{Options, Target, Writer},
};

/// When a document is full.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Size {
    Events(u64),
    Bytes(u64),
}

/// One series of documents: numbered files in a folder, or one document on standard output.
pub(crate) struct Series {
    folder: Option<PathBuf>,
    target: Target,
    size: Option<Size>,
    vocabulary: Vec<VocabularyElement>,
    open: Option<OpenDocument>,
    documents: u64,
    bytes: u64,
}

struct OpenDocument {
    writer: Writer<Counted>,
    written: Rc<Cell<u64>>,
    events: u64,
}

/// Counts what goes through.
struct Counted {
    output: BufWriter<Box<dyn Write>>,
    written: Rc<Cell<u64>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.written.set(self.written.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Series {
    /// Documents in a folder, which is made, or on standard output where there is none.
    pub(crate) fn new(folder: Option<&Path>, target: Target, size: Option<Size>) -> io::Result<Self> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
        }
        let folder = folder.map(Path::to_owned);
        Ok(Self { folder, target, size, vocabulary: Vec::new(), open: None, documents: 0, bytes: 0 })
    }

    /// Master data for the first document.
    pub(crate) fn set_vocabulary(&mut self, vocabulary: Vec<VocabularyElement>) {
        self.vocabulary = vocabulary;
    }

    /// Adds an event; begins a new document where the last one is full.
    pub(crate) fn event(&mut self, event: &mut Event) -> io::Result<()> {
        if self.is_full() {
            self.close()?;
        }
        if self.open.is_none() {
            self.open = Some(self.start(event)?);
        }
        let Some(document) = &mut self.open else { return Ok(()) };
        document.events += 1;
        if self.target == Target::Json {
            network::list_repeated(event);
        }
        document.writer.event(event)?;
        // What is there to say about generated events is known; it must not pile up.
        document.writer.take_findings();
        Ok(())
    }

    fn is_full(&self) -> bool {
        match (&self.open, self.size) {
            (Some(document), Some(Size::Events(events))) => document.events >= events,
            (Some(document), Some(Size::Bytes(bytes))) => document.written.get() >= bytes,
            _ => false,
        }
    }

    fn start(&mut self, event: &Event) -> io::Result<OpenDocument> {
        self.documents += 1;
        let output: Box<dyn Write> = match &self.folder {
            Some(folder) => {
                let ending = if self.target == Target::Json { "json" } else { "xml" };
                Box::new(File::create(folder.join(format!("{:04}.{ending}", self.documents)))?)
            }
            None => Box::new(io::stdout()),
        };
        let written = Rc::new(Cell::new(0));
        let output = Counted { output: BufWriter::with_capacity(1 << 18, output), written: Rc::clone(&written) };
        let time = event.record_time.as_ref().unwrap_or(&event.event_time);
        let document = network::document(time);
        let options = Options { target: self.target, ..Options::default() };
        let mut writer = Writer::start(output, &document, options)?;
        for element in self.vocabulary.drain(..) {
            writer.vocabulary(&element)?;
        }
        Ok(OpenDocument { writer, written, events: 0 })
    }

    fn close(&mut self) -> io::Result<()> {
        if let Some(document) = self.open.take() {
            document.writer.finish()?;
            self.bytes += document.written.get();
        }
        Ok(())
    }

    /// Ends the last document. Gives how many documents and bytes there are.
    pub(crate) fn finish(mut self) -> io::Result<(u64, u64)> {
        self.close()?;
        Ok((self.documents, self.bytes))
    }
}
