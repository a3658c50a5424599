//! What has to hold for any bytes whatever.

mod writing;

use epcis::{Binding, ContextVersion, Decoder, Event, Finding, Item, Limits, Namespaces, Reader, Severity};

pub use writing::writing;

/// Limits small enough for the fuzzer to reach.
fn limits() -> Limits {
    Limits { max_event_bytes: 16 << 10, max_depth: 12, ..Limits::default() }
}

fn read(input: &[u8], binding: Binding) -> Vec<Item> {
    Reader::with_limits(input, binding, limits()).map(|item| item.expect("bytes in memory can be read")).collect()
}

/// The syntax that a document looks like.
pub fn binding(data: &[u8]) -> Binding {
    if data.trim_ascii_start().starts_with(b"<") { Binding::Xml } else { Binding::Json }
}

/// The items of a document that arrives in pieces, of which every other one has the same length.
fn pieces(mut document: &[u8], binding: Binding, lengths: [usize; 2]) -> Vec<Item> {
    let mut decoder = Decoder::with_limits(binding, limits());
    let mut items = Vec::new();
    for length in lengths.into_iter().cycle() {
        if document.is_empty() {
            break;
        }
        let (piece, behind) = document.split_at(length.min(document.len()));
        decoder.push(piece);
        items.extend(std::iter::from_fn(|| decoder.next_item()));
        document = behind;
    }
    decoder.end();
    items.extend(std::iter::from_fn(|| decoder.next_item()));
    assert!(decoder.is_done(), "a document that has ended is done");
    items
}

/// A document of either syntax: every finding has a place, every event survives, and where the input is cut into chunks
/// makes no difference. The sum of the bytes says where, so that a document of the corpus is one here too.
pub fn document(document: &[u8], binding: Binding) {
    let cut = document.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let items = read(document, binding);
    let lengths = [usize::from(cut & 7) + 1, usize::from(cut >> 3) + 1];
    let pushed = pieces(document, binding, lengths);
    assert_eq!(format!("{items:?}"), format!("{pushed:?}"), "pushed in pieces of {lengths:?} bytes");
    for item in &items {
        match item {
            Item::Event { event, findings, .. } => {
                placed(findings);
                survives(event);
            }
            Item::Rejected { event, findings, .. } => {
                placed(findings);
                assert!(findings.iter().any(|finding| finding.severity == Severity::Reject), "no reason: {item:?}");
                event.iter().for_each(|event| survives(event));
            }
            Item::Foreign { findings, .. } => placed(findings),
            Item::Finding(finding) => placed(std::slice::from_ref(finding)),
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => {}
        }
    }
}

fn placed(findings: &[Finding]) {
    assert!(findings.iter().all(|finding| finding.at.line > 0 && finding.at.column > 0), "{findings:?}");
}

/// The store keeps an event as serde writes it.
fn survives(event: &Event) {
    let stored = serde_json::to_string(event).expect("an event can be stored");
    let again: Event = serde_json::from_str(&stored).expect("a stored event can be read");
    assert_eq!(*event, again, "{stored}");
}

/// The hash of an event does not depend on what the standard leaves out of it.
pub fn hashes(data: &[u8]) {
    let mut namespaces = Namespaces::default();
    for item in read(data, binding(data)) {
        let event = match item {
            Item::Document(document) => {
                namespaces = document.namespaces;
                continue;
            }
            Item::Event { event, .. } | Item::Rejected { event: Some(event), .. } => event,
            _ => continue,
        };
        for context in [ContextVersion::V2_0_0, ContextVersion::V2_0_1] {
            let hash = event.hash(context, &namespaces);
            assert_eq!(hash.to_string().parse(), Ok(hash));
            let mut other = event.clone();
            other.record_time = None;
            other.event_id = None;
            other.error_declaration = None;
            for list in
                [&mut other.epc_list, &mut other.child_epcs, &mut other.input_epc_list, &mut other.output_epc_list]
            {
                list.reverse();
            }
            assert_eq!(event.prehash(context, &namespaces), other.prehash(context, &namespaces));
        }
        let _ = event.check_event_id(&namespaces);
    }
}
