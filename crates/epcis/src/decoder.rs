//! Bytes in as they arrive, events out.

use crate::{Binding, Item, Limits, json::JsonCore, kept, xml::XmlDecoder};

/// A decoder of one binding without any input of its own: bytes go in, cut anywhere, items come out.
pub(crate) trait Decode {
    /// Takes the next bytes of the document.
    fn push(&mut self, chunk: &[u8]);
    /// Says that the document ends here.
    fn end(&mut self);
    /// The next item; `None` when more bytes are needed first, or when the document has ended.
    fn next_item(&mut self) -> Option<Item>;
    /// Whether nothing can follow, whatever bytes come.
    fn is_done(&self) -> bool;
}

/// Decodes a document from bytes that are pushed in as they arrive, cut anywhere.
///
/// What it finds is what a [`Reader`](crate::Reader) finds in the same bytes. Between two pushes at most one event is held.
///
/// ```
/// use epcis::{Binding, Decoder, Item};
///
/// let mut decoder = Decoder::new(Binding::Xml);
/// for chunk in [b"<ObjectEvent><event".as_slice(), b"Time/></ObjectEvent>"] {
///     decoder.push(chunk);
///     while let Some(item) = decoder.next_item() {
///         assert!(matches!(item, Item::Document(_) | Item::Rejected { .. }));
///     }
/// }
/// decoder.end();
/// assert!(decoder.next_item().is_none() && decoder.is_done());
/// ```
pub struct Decoder {
    core: Box<dyn Decode + Send>,
    binding: Binding,
}

impl Decoder {
    /// A decoder with default limits.
    pub fn new(binding: Binding) -> Self {
        Self::with_limits(binding, Limits::default())
    }

    /// A decoder with given limits.
    pub fn with_limits(binding: Binding, limits: Limits) -> Self {
        let core: Box<dyn Decode + Send> = match binding {
            Binding::Xml => Box::new(XmlDecoder::new(limits)),
            Binding::Json => Box::new(JsonCore::new(limits)),
        };
        Self { core, binding }
    }

    /// Takes the next bytes of the document.
    pub fn push(&mut self, chunk: &[u8]) {
        self.core.push(chunk);
    }

    /// Says that the document ends here.
    pub fn end(&mut self) {
        self.core.end();
    }

    /// The next item; `None` when more bytes are needed first, or when the document has ended.
    pub fn next_item(&mut self) -> Option<Item> {
        loop {
            let item = kept::restored(self.core.next_item()?, self.binding);
            if item.is_some() {
                return item;
            }
        }
    }

    /// Whether nothing can follow, whatever bytes come.
    pub fn is_done(&self) -> bool {
        self.core.is_done()
    }
}
