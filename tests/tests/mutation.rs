//! Damaged documents: each is accepted or refused with a place, whatever the damage, and costs no more than its size.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers stop the test")]

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::{Duration, Instant},
};

use epcis::{Binding, Finding, Item, Reader, Severity};
use lotline_benches::Random;

/// Documents up to this size are cut at every byte.
const SMALL: usize = 1_200;
/// Larger ones are not mutated: what can go wrong in them can go wrong in smaller ones, sooner.
const LARGE: usize = 24_000;
/// How many damaged copies of every document are made besides the cuts.
const COPIES: usize = 80;
/// No damaged document may take longer than this, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(10);

struct Original {
    name: String,
    binding: Binding,
    bytes: Vec<u8>,
}

/// The EPCIS documents of the corpus, acceptable or not.
fn originals() -> Vec<Original> {
    let Some(root) = testkit::corpus() else { return Vec::new() };
    let entries = testkit::corpus::manifest(&root).unwrap();
    let documents = entries.into_iter().filter(|entry| entry.events.is_some());
    let originals = documents.filter_map(|entry| {
        let binding = match entry.format.as_str() {
            "xml" => Binding::Xml,
            "json" | "json-ld" => Binding::Json,
            _ => return None,
        };
        let bytes = fs::read(root.join(&entry.path)).unwrap();
        (bytes.len() <= LARGE).then(|| Original { name: entry.path.display().to_string(), binding, bytes })
    });
    originals.collect()
}

/// What became of damaged documents.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    slowest: Duration,
    wrong: Vec<String>,
}

impl Tally {
    fn read(&mut self, original: &Original, damage: &str, bytes: &[u8]) {
        let started = Instant::now();
        let read = panic::catch_unwind(AssertUnwindSafe(|| outcome(bytes, original.binding)));
        let took = started.elapsed();
        self.slowest = self.slowest.max(took);
        let wrong = match read {
            Err(_) => "panics".to_owned(),
            Ok(Err(why)) => why,
            Ok(Ok(_)) if took > PATIENCE => format!("takes {took:?}"),
            Ok(Ok(true)) => return self.accepted += 1,
            Ok(Ok(false)) => return self.refused += 1,
        };
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-{}", self.wrong.len()));
        fs::write(&kept, bytes).unwrap();
        self.wrong.push(format!("{}, {damage}: {wrong}; it is kept in {}", original.name, kept.display()));
    }

    fn finish(self, what: &str) {
        let Self { accepted, refused, slowest, wrong } = self;
        testkit::tell(&format!("{what}: {accepted} accepted, {refused} refused, {slowest:?} for the slowest"));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Whether a document is accepted; `Err` when its findings stand nowhere or there are more of them than bytes.
fn outcome(bytes: &[u8], binding: Binding) -> Result<bool, String> {
    let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
    let (mut items, mut accepted) = (0, true);
    for item in Reader::new(bytes, binding) {
        items += 1;
        let findings = match item.map_err(|error| error.to_string())? {
            Item::Event { findings, .. } | Item::Foreign { findings, .. } => findings,
            Item::Rejected { findings, .. } => {
                let reasons = findings.iter().filter(|finding| finding.severity == Severity::Reject).count();
                if reasons == 0 {
                    return Err("an event is refused without a reason".to_owned());
                }
                findings
            }
            Item::Finding(finding) => vec![finding],
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => Vec::new(),
        };
        items += findings.len();
        for Finding { severity, at, .. } in &findings {
            accepted &= *severity != Severity::Reject;
            if at.line == 0 || at.column == 0 || at.line > lines {
                return Err(format!("a finding stands at {at}, of {lines} lines"));
            }
        }
    }
    // The shortest thing to complain about is a byte or two; what is missing is named once.
    if items > bytes.len() + 100 {
        return Err(format!("{items} items and findings come out of {} bytes", bytes.len()));
    }
    Ok(accepted)
}

#[test]
fn documents_cut_at_every_byte_are_refused_with_a_place() {
    let mut tally = Tally::default();
    for original in originals().iter().filter(|original| original.bytes.len() <= SMALL) {
        for end in 0..original.bytes.len() {
            tally.read(original, &format!("cut at {end}"), &original.bytes[..end]);
        }
    }
    tally.finish("cut documents");
}

#[test]
fn damaged_documents_are_accepted_or_refused_with_a_place() {
    let mut random = Random::new(2028);
    let mut tally = Tally::default();
    let originals = originals();
    for original in &originals {
        for _ in 0..COPIES {
            let mut bytes = original.bytes.clone();
            let damages: Vec<_> = (0..=random.index(2)).map(|_| damage(&mut bytes, &mut random)).collect();
            tally.read(original, &damages.join(", "), &bytes);
        }
    }
    let made = tally.accepted + tally.refused + tally.wrong.len();
    assert!(originals.is_empty() || made >= 10_000, "only {made} documents were made");
    tally.finish("damaged documents");
}

/// Bytes that mean something in either syntax, or in the encoding.
const MEANINGFUL: &[u8] = b"<>&\"'/=:{}[],\\-0eE.\0\t\n \x7f\x80\xc3\xed\xff";

/// Pieces that a parser has to look at twice.
const PIECES: &[&str] = &[
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x ?>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&#0;",
    "&#x110000;",
    "&b;",
    " xmlns=\"\"",
    " xmlns:epcis=\"x\"",
    "\\ud800",
    "1e999999999",
    "-",
    "null",
    "{\"@context\":[",
    "\u{feff}",
    "9999-99-99T99:99:99Z",
    "urn:epc:id:sgtin:",
    "https://id.gs1.org/01/",
];

/// Damages the bytes in one of several ways and says which.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let at = random.index(bytes.len());
    let Some(there) = bytes.get(at).copied() else { return "nothing left".to_owned() };
    match random.below(8) {
        0 => {
            bytes[at] = there ^ (1 << random.below(8));
            format!("bit flipped at {at}")
        }
        1 => {
            bytes[at] = *random.one_of(MEANINGFUL).unwrap();
            format!("byte set at {at}")
        }
        2 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        3 => {
            let piece = random.one_of(PIECES).unwrap();
            bytes.splice(at..at, piece.bytes());
            format!("`{piece}` put in at {at}")
        }
        4 => {
            bytes.drain(token(bytes, at));
            format!("token deleted at {at}")
        }
        5 => {
            let range = token(bytes, at);
            let copy = bytes[range.clone()].to_vec();
            let times = if random.one_in(10) { 200 } else { 1 };
            bytes.splice(range.start..range.start, copy.repeat(times));
            format!("token repeated {times} times at {at}")
        }
        6 => {
            let other = random.index(bytes.len());
            let (first, second) = (token(bytes, at.min(other)), token(bytes, at.max(other)));
            if first.end <= second.start {
                let (early, late) = (bytes[first.clone()].to_vec(), bytes[second.clone()].to_vec());
                bytes.splice(second, early);
                bytes.splice(first, late);
            }
            format!("tokens swapped at {at} and {other}")
        }
        _ => {
            let end = (at + random.index(200)).min(bytes.len());
            bytes.drain(at..end);
            format!("bytes deleted from {at} to {end}")
        }
    }
}

/// The tag, string, bracket or text that a byte stands in, about.
fn token(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let begins = |byte: u8| b"<{[,\"".contains(&byte);
    let ends = |byte: u8| b">}],\"".contains(&byte);
    let start = bytes[..at].iter().rposition(|byte| begins(*byte)).unwrap_or(0);
    let end = bytes[at..].iter().position(|byte| ends(*byte)).map_or(bytes.len(), |length| at + length + 1);
    start..end
}
