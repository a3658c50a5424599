//! The event as asserted, in the form that is stored.
//!
//! JSON of our own model, compressed with a dictionary of what most events have in common: an event of 1.5 kB takes a
//! few hundred bytes. The first byte is the number of the dictionary, the rest a frame of Zstandard (RFC 8878).

use std::{cell::RefCell, sync::LazyLock};

use epcis::Event;
use zstd::{
    bulk::{Compressor, Decompressor},
    dict::{DecoderDictionary, EncoderDictionary},
    zstd_safe::{CParameter, get_frame_content_size},
};

use crate::StoreError;

/// What most events have in common. Bodies in databases refer to it: it never changes, a better one gets a new number.
const TYPICAL: &[u8] = include_bytes!("body.dictionary.json");
/// How often which byte and which length comes in events like those of `network` (RFC 8878 §5, as `ZDICT_finalizeDictionary`
/// counts them). Counting anew for each event takes longer than all the rest, and the counts have to be stored with it.
const FREQUENT: &[u8] = include_bytes!("body.dictionary.entropy");
const NUMBER: u8 = 1;
/// Fast, and near the best that so short texts allow.
const LEVEL: i32 = 1;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(&[FREQUENT, TYPICAL].concat(), LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(&[FREQUENT, TYPICAL].concat()));

thread_local! {
    // A context costs far more than an event; each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The stored form of an event.
pub(crate) fn pack(event: &Event) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(event).map_err(|error| refused(&error))?;
    COMPRESSOR.with_borrow_mut(|kept| {
        let frame = compressor(kept).and_then(|compressor| compressor.compress(&json));
        let mut body = frame.map_err(|error| refused(&error))?;
        body.insert(0, NUMBER);
        Ok(body)
    })
}

/// The event of a stored form.
pub(crate) fn unpack(body: &[u8]) -> Result<Event, StoreError> {
    let Some((&NUMBER, frame)) = body.split_first() else {
        return Err(refused(&format!("dictionary {:?}", body.first())));
    };
    let length = get_frame_content_size(frame).ok().flatten().and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| refused(&"no length"))?;
    let json = DECOMPRESSOR
        .with_borrow_mut(|kept| decompressor(kept).and_then(|decompressor| decompressor.decompress(frame, length)));
    serde_json::from_slice(&json.map_err(|error| refused(&error))?).map_err(|error| refused(&error))
}

fn refused(why: &dyn std::fmt::Display) -> StoreError {
    StoreError::inconsistent("event_body", "body", why.to_string())
}

fn compressor<'a>(kept: &'a mut Option<Compressor<'static>>) -> std::io::Result<&'a mut Compressor<'static>> {
    if kept.is_none() {
        let mut compressor = Compressor::with_prepared_dictionary(&ENCODER)?;
        // There is one dictionary for each first byte.
        compressor.set_parameter(CParameter::DictIdFlag(false))?;
        *kept = Some(compressor);
    }
    kept.as_mut().ok_or_else(|| std::io::ErrorKind::OutOfMemory.into())
}

fn decompressor<'a>(kept: &'a mut Option<Decompressor<'static>>) -> std::io::Result<&'a mut Decompressor<'static>> {
    if kept.is_none() {
        *kept = Some(Decompressor::with_prepared_dictionary(&DECODER)?);
    }
    kept.as_mut().ok_or_else(|| std::io::ErrorKind::OutOfMemory.into())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::text::hex;

    /// Bodies that were stored with it could not be read any more.
    #[test]
    fn a_dictionary_with_a_number_never_changes() {
        let now = [TYPICAL, FREQUENT].map(|part| hex(&Sha256::digest(part)));
        let one = [
            "af838beca613faf513a14d20c826120f200d3169fd863cb8484d56753e2c1bd1",
            "4735b965c580b9d9b13308036ebff245b2bf9c54dc1613174c92e6b80425c2df",
        ];
        assert_eq!((NUMBER, now.each_ref().map(String::as_str)), (1, one));
    }
}
