//! `cargo xtask generate`: a supply network as EPCIS documents, with the truth about it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use clap::{Args, ValueEnum};
use epcis::write::Target;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use network::{Network, Plan, Recorded, Statement};

use crate::{
    output::{Series, Size},
    shuffle::Shuffled,
};

/// Write an invented supply network as EPCIS documents.
///
/// Farms, coolers, packers, docks, processors, kitchens, distribution centres and stores of one retailer pass food on to
/// each other for as many days as the wanted number of events takes. The same arguments give the same bytes on every
/// machine. All companies, places and codes are invented.
///
/// Some events come late, twice, from both sides of a hand-over, or are declared wrong and corrected. Some lots are made
/// to have lineages of 10, 100, 1,000 and 10,000 lots; the truth names them.
#[derive(Args, Debug)]
pub(crate) struct Generate {
    /// How many events to write.
    #[arg(long, value_name = "N")]
    events: u64,
    /// Another seed gives another network of the same shape.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many stores the retailer has; everything else is sized after them.
    #[arg(long, value_name = "N", default_value_t = 100)]
    stores: u32,
    /// The syntax of the documents: EPCIS 2.0 in XML or JSON-LD, or EPCIS 1.2 in XML.
    #[arg(long, value_enum, default_value_t = Format::Xml)]
    format: Format,
    /// The folder to write numbered documents to, or `-` for one document on standard output.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Begin a new document after so many events.
    #[arg(long, value_name = "N", conflicts_with = "megabytes_per_document")]
    events_per_document: Option<u64>,
    /// Begin a new document after so many megabytes.
    #[arg(long, value_name = "N")]
    megabytes_per_document: Option<u64>,
    /// The file to write the truth to, one JSON object on each line.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Tell the events of each company in a folder of its own.
    #[arg(long)]
    parties: bool,
    /// Write events in another order than that of their recording: an event comes up to N events too early, or, without
    /// a number, anywhere. The latter holds all events in memory and is for up to 300,000.
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    shuffle: Option<usize>,
    /// Leave out the lots that are made to have lineages of certain sizes.
    #[arg(long)]
    no_landmarks: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// EPCIS 2.0 XML.
    Xml,
    /// EPCIS 2.0 JSON-LD.
    Json,
    /// EPCIS 1.2 XML.
    Xml12,
}

/// The most events that a full shuffle holds.
const MOST_SHUFFLED: u64 = 300_000;

/// Events between two looks at the progress.
const STEP: u64 = 1_000;

impl From<Format> for Target {
    fn from(format: Format) -> Self {
        match format {
            Format::Xml => Self::Xml,
            Format::Json => Self::Json,
            Format::Xml12 => Self::Xml12,
        }
    }
}

impl Generate {
    pub(crate) fn run(&self) -> io::Result<()> {
        self.check()?;
        let mut plan = Plan { stores: self.stores, ..Plan::new(self.seed, self.events) };
        if self.no_landmarks {
            plan.landmarks_every = 0;
        }
        let network = Network::new(&plan);
        let mut library = Library::new(self, &network)?;
        let told = Told::new(network, self.truth.as_deref())?;
        let progress = progress(self.events);
        let begun = Instant::now();
        let mut truth = match self.shuffle {
            None => write_all(told, |told| told.next().transpose(), &mut library, &progress)?,
            Some(room) => {
                let room = if room == 0 { usize::MAX } else { room };
                let shuffled = Shuffled::new(told, room, self.seed);
                write_all(shuffled, |shuffled| shuffled.next().transpose(), &mut library, &progress)?.into_source()
            }
        };
        truth.finish()?;
        progress.finish_and_clear();
        let (documents, bytes) = library.finish()?;
        report(self.events, documents, bytes, begun);
        Ok(())
    }

    fn check(&self) -> io::Result<()> {
        let wrong = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        if self.stores == 0 {
            return wrong("a network has at least one store".to_owned());
        }
        if self.shuffle == Some(0) && self.events > MOST_SHUFFLED {
            return wrong(format!("{} events are too many to shuffle all of them; use `--shuffle=N`", self.events));
        }
        let splits = self.parties || self.events_per_document.is_some() || self.megabytes_per_document.is_some();
        if self.out == Path::new("-") && splits {
            return wrong("standard output takes one document; give a folder for several".to_owned());
        }
        Ok(())
    }

    fn size(&self) -> Option<Size> {
        let events = self.events_per_document.map(|events| Size::Events(events.max(1)));
        events.or_else(|| self.megabytes_per_document.map(|megabytes| Size::Bytes(megabytes.max(1) * 1_000_000)))
    }
}

/// Writes every event; gives the source back.
fn write_all<S>(
    mut source: S,
    mut next: impl FnMut(&mut S) -> io::Result<Option<Recorded>>,
    library: &mut Library,
    progress: &ProgressBar,
) -> io::Result<S> {
    let mut count = 0;
    while let Some(mut recorded) = next(&mut source)? {
        library.add(&mut recorded)?;
        count += 1;
        if u64::is_multiple_of(count, STEP) {
            progress.set_position(count);
        }
    }
    Ok(source)
}

/// The events of a network; their truth goes to a file on the way.
struct Told {
    network: Network,
    truth: Option<BufWriter<File>>,
    since: u64,
}

impl Told {
    fn new(network: Network, truth: Option<&Path>) -> io::Result<Self> {
        let Some(path) = truth else { return Ok(Self { network, truth: None, since: 0 }) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let truth = Some(BufWriter::with_capacity(1 << 18, File::create(path)?));
        Ok(Self { network: network.telling_truth(), truth, since: 0 })
    }

    fn tell(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.truth else { return Ok(()) };
        for statement in self.network.take_truth() {
            line(file, &statement)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.tell()?;
        self.truth.as_mut().map_or(Ok(()), Write::flush)
    }
}

fn line(file: &mut impl Write, statement: &Statement) -> io::Result<()> {
    serde_json::to_writer(&mut *file, statement)?;
    file.write_all(b"\n")
}

impl Iterator for Told {
    type Item = io::Result<Recorded>;

    fn next(&mut self) -> Option<Self::Item> {
        let recorded = self.network.next()?;
        self.since += 1;
        if self.since.is_multiple_of(STEP)
            && let Err(error) = self.tell()
        {
            return Some(Err(error));
        }
        Some(Ok(recorded))
    }
}

/// Where the documents go: one series for all, or one for each company.
struct Library {
    series: BTreeMap<usize, Series>,
    by_company: bool,
}

impl Library {
    fn new(wanted: &Generate, network: &Network) -> io::Result<Self> {
        let folder = (wanted.out != Path::new("-")).then_some(wanted.out.as_path());
        let new = |folder: Option<&Path>| Series::new(folder, wanted.format.into(), wanted.size());
        let mut series = BTreeMap::new();
        if wanted.parties {
            for (index, company) in network.companies().iter().enumerate() {
                let folder = folder.map(|folder| folder.join(&company.slug));
                series.insert(index, new(folder.as_deref())?);
            }
        } else {
            series.insert(0, new(folder)?);
        }
        // The retailer comes last. Master data are its business, also where it is alone.
        if let Some(mut last) = series.last_entry() {
            last.get_mut().set_vocabulary(network.vocabulary());
        }
        Ok(Self { series, by_company: wanted.parties })
    }

    fn add(&mut self, recorded: &mut Recorded) -> io::Result<()> {
        let key = if self.by_company { recorded.company } else { 0 };
        self.series.get_mut(&key).map_or(Ok(()), |series| series.event(&mut recorded.event))
    }

    fn finish(self) -> io::Result<(u64, u64)> {
        self.series.into_values().try_fold((0, 0), |(documents, bytes), series| {
            let (more, longer) = series.finish()?;
            Ok((documents + more, bytes + longer))
        })
    }
}

fn progress(events: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} left");
    ProgressBar::new(events).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[expect(clippy::print_stderr, reason = "documents may go to standard output")]
fn report(events: u64, documents: u64, bytes: u64, begun: Instant) {
    let took = begun.elapsed();
    let rate = u128::from(events) * 1_000 / took.as_millis().max(1);
    eprintln!(
        "{} events in {documents} documents, {}, {:.1} s, {} events/s",
        HumanCount(events),
        HumanBytes(bytes),
        took.as_secs_f64(),
        HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)),
    );
}
