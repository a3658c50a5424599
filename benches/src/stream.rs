//! Documents as a stream of bytes.

use std::io::{self, BufRead, Read};

use crate::{Layout, event::Event, json, xml, xml::Version};

/// How many places the master data of a document names.
const PLACES: u64 = 100;

/// The syntax of a document.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Syntax {
    /// EPCIS XML 1.2.
    Xml12,
    /// EPCIS XML 2.0.
    Xml20,
    /// EPCIS 2.0 JSON-LD.
    Json,
}

/// When a document is large enough.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Size {
    /// So many events.
    Events(u64),
    /// As many events as it takes to reach so many bytes.
    Bytes(u64),
}

/// Which document to generate. The same recipe gives the same bytes, and the same events in every syntax that has them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Recipe {
    /// Its syntax.
    pub syntax: Syntax,
    /// Its white space.
    pub layout: Layout,
    /// Its size.
    pub size: Size,
}

impl Recipe {
    /// The document, piece by piece.
    pub fn stream(self) -> Stream {
        Stream { recipe: self, piece: String::new(), read: 0, given: 0, events: 0, next: Piece::Head }
    }

    /// The whole document.
    pub fn document(self) -> Vec<u8> {
        let mut stream = self.stream();
        let mut document = Vec::new();
        while stream.refill() {
            document.extend_from_slice(stream.piece.as_bytes());
        }
        document
    }
}

/// A document that is made while it is read; it holds one event at a time.
#[derive(Debug)]
pub struct Stream {
    recipe: Recipe,
    piece: String,
    /// Bytes of the piece that were read.
    read: usize,
    /// Bytes of earlier pieces.
    given: u64,
    events: u64,
    next: Piece,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Piece {
    Head,
    Event,
    Nothing,
}

impl Stream {
    /// How many events were given so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Makes the next piece; `false` after the last one.
    fn refill(&mut self) -> bool {
        self.given += self.piece.len() as u64;
        self.piece.clear();
        self.read = 0;
        match self.next {
            Piece::Head => {
                self.head();
                self.next = Piece::Event;
            }
            Piece::Event if self.is_enough() => {
                self.tail();
                self.next = Piece::Nothing;
            }
            Piece::Event => self.event(),
            Piece::Nothing => return false,
        }
        true
    }

    fn is_enough(&self) -> bool {
        match self.recipe.size {
            Size::Events(events) => self.events >= events,
            Size::Bytes(bytes) => self.given >= bytes,
        }
    }

    fn head(&mut self) {
        let (out, layout) = (&mut self.piece, self.recipe.layout);
        match self.recipe.syntax {
            Syntax::Xml12 => xml::head(out, Version::V1_2, layout, PLACES),
            Syntax::Xml20 => xml::head(out, Version::V2_0, layout, PLACES),
            Syntax::Json => json::head(out, layout, PLACES),
        }
    }

    fn event(&mut self) {
        let (event, out, layout) = (Event::new(self.events), &mut self.piece, self.recipe.layout);
        match self.recipe.syntax {
            Syntax::Xml12 => xml::event(out, &event, Version::V1_2, layout),
            Syntax::Xml20 => xml::event(out, &event, Version::V2_0, layout),
            Syntax::Json => json::event(out, &event, self.events == 0, layout),
        }
        self.events += 1;
    }

    fn tail(&mut self) {
        let (out, layout) = (&mut self.piece, self.recipe.layout);
        match self.recipe.syntax {
            Syntax::Xml12 => xml::tail(out, Version::V1_2, layout),
            Syntax::Xml20 => xml::tail(out, Version::V2_0, layout),
            Syntax::Json => json::tail(out, layout),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.read >= self.piece.len() {
            if !self.refill() {
                break;
            }
        }
        Ok(self.piece.as_bytes().get(self.read..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount;
    }
}
