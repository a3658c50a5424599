//! Items found but not yet handed out.

use std::collections::VecDeque;

use crate::{Document, Item, Severity, kept};

/// The items in order. What is found before the document is known waits for it.
#[derive(Default)]
pub(super) struct Items {
    ready: VecDeque<Item>,
    /// The document, as long as it is not complete.
    pub(super) document: Option<Box<Document>>,
    waiting: VecDeque<Item>,
    released: bool,
    rejections: usize,
}

impl Items {
    pub(super) fn push(&mut self, item: Item) {
        let rejects = match &item {
            Item::Rejected { .. } => true,
            Item::Finding(finding) => finding.severity == Severity::Reject,
            _ => false,
        };
        self.rejections += usize::from(rejects);
        if self.released { self.ready.push_back(item) } else { self.waiting.push_back(item) }
    }

    /// Hands out the document as it is known now, and all that was found.
    pub(super) fn release(&mut self) {
        if let Some(mut document) = self.document.take() {
            kept::restore_document(&mut document, None);
            self.ready.push_back(Item::Document(document));
        }
        self.ready.append(&mut self.waiting);
        self.released = true;
    }

    pub(super) fn next(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// How many items wait for the document.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many rejecting findings and rejected events there were.
    pub(super) fn rejections(&self) -> usize {
        self.rejections
    }
}
