//! Where a document is cut into chunks changes nothing of what is read from it.

#![expect(clippy::unwrap_used, reason = "test helpers stop the test")]

use std::fs;

use epcis::{Binding, Decoder};
use lotline_benches::Random;

/// Documents up to this size are cut in two at every byte.
const SMALL: usize = 900;
/// Larger ones say nothing new about cuts.
const LARGE: usize = 24_000;

/// Everything that a decoder gives for a document that arrives in pieces of the given lengths, and then the rest.
fn items(document: &[u8], binding: Binding, lengths: impl IntoIterator<Item = usize>) -> Vec<String> {
    let (mut decoder, mut items, mut rest) = (Decoder::new(binding), Vec::new(), document);
    let mut take = |decoder: &mut Decoder| {
        while let Some(item) = decoder.next_item() {
            items.push(format!("{item:?}"));
        }
    };
    for length in lengths {
        let (chunk, behind) = rest.split_at(length.min(rest.len()));
        decoder.push(chunk);
        take(&mut decoder);
        rest = behind;
    }
    decoder.push(rest);
    take(&mut decoder);
    decoder.end();
    take(&mut decoder);
    assert!(decoder.is_done(), "a document that has ended is done");
    items
}

/// The documents of the corpus by name, acceptable or not.
fn documents() -> Vec<(String, Binding, Vec<u8>)> {
    let Some(root) = testkit::corpus() else { return Vec::new() };
    let entries = testkit::corpus::manifest(&root).unwrap();
    let documents = entries.into_iter().filter(|entry| entry.events.is_some()).map(|entry| {
        let binding = if entry.format == "xml" { Binding::Xml } else { Binding::Json };
        (entry.path.display().to_string(), binding, fs::read(root.join(&entry.path)).unwrap())
    });
    documents.filter(|(_, _, bytes)| bytes.len() <= LARGE).collect()
}

#[test]
fn a_document_in_pieces_gives_the_items_of_the_whole() {
    let mut random = Random::new(42);
    for (name, binding, bytes) in documents() {
        let whole = items(&bytes, binding, []);
        assert_eq!(items(&bytes, binding, vec![1; bytes.len()]), whole, "{name}, byte by byte");
        for _ in 0..3 {
            let longest = [3, 40, 700][random.index(3)];
            let lengths: Vec<_> = (0..bytes.len()).map(|_| random.index(longest) + 1).collect();
            assert_eq!(items(&bytes, binding, lengths), whole, "{name}, in pieces of up to {longest} bytes");
        }
    }
}

#[test]
fn a_small_document_in_two_gives_the_items_of_the_whole() {
    for (name, binding, bytes) in documents().iter().filter(|(_, _, bytes)| bytes.len() <= SMALL) {
        let whole = items(bytes, *binding, []);
        for cut in 0..=bytes.len() {
            assert_eq!(items(bytes, *binding, [cut]), whole, "{name}, cut at {cut}");
        }
    }
}
