//! Bytes of any encoding become text, as they arrive.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A declaration that is longer than this is none.
const LONGEST_DECLARATION: usize = 512;

/// Turns bytes into text. The encoding is that of the byte order mark, or of the first bytes, or the declared one.
pub(super) struct Decoding(State);

enum State {
    /// The first bytes of the document, too few to know their encoding.
    Sniffing(Vec<u8>),
    Known(encoding_rs::Decoder),
    /// Nothing more is read.
    Failed,
}

/// Why the bytes are no text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum NoText {
    /// The declared encoding is not known.
    Unknown(String),
    /// The bytes behind the text read so far do not exist in the encoding named.
    Invalid(&'static str),
}

impl Decoding {
    pub(super) fn new() -> Self {
        Self(State::Sniffing(Vec::new()))
    }

    /// Decodes the next bytes behind `text`; `last` says that no others will come.
    pub(super) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) -> Result<(), NoText> {
        match &mut self.0 {
            State::Failed => Ok(()),
            State::Known(decoder) => {
                let result = decode(decoder, bytes, last, text);
                if result.is_err() {
                    self.0 = State::Failed;
                }
                result
            }
            State::Sniffing(head) => {
                head.extend_from_slice(bytes);
                let Some(sniffed) = sniff(head, last) else { return Ok(()) };
                let head = std::mem::take(head);
                match sniffed {
                    Ok((encoding, mark)) => {
                        self.0 = State::Known(encoding.new_decoder_without_bom_handling());
                        self.decode(head.get(mark..).unwrap_or_default(), last, text)
                    }
                    Err(label) => {
                        self.0 = State::Failed;
                        Err(NoText::Unknown(label))
                    }
                }
            }
        }
    }
}

fn decode(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: bool, text: &mut String) -> Result<(), NoText> {
    loop {
        text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len()));
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, text, last);
        bytes = bytes.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return Ok(()),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return Err(NoText::Invalid(decoder.encoding().name())),
        }
    }
}

/// The encoding of a document that begins with `head`, and the length of its mark; the label of an encoding that is
/// not known; `None` when more bytes must come first.
fn sniff(head: &[u8], last: bool) -> Option<Result<(&'static Encoding, usize), String>> {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Some(Ok((encoding, mark)));
    }
    if head.len() < 4 && !last {
        return None;
    }
    match head {
        [b'<', 0, ..] => return Some(Ok((UTF_16LE, 0))),
        [0, b'<', ..] => return Some(Ok((UTF_16BE, 0))),
        _ => {}
    }
    let begins = head.iter().zip(b"<?xml").all(|(found, expected)| found == expected);
    if !begins {
        return Some(Ok((UTF_8, 0)));
    }
    // What stands further on must not count: it may have arrived already, or not.
    let longest = head.get(..LONGEST_DECLARATION);
    let Some(end) = memchr::memchr(b'>', longest.unwrap_or(head)) else {
        return (last || longest.is_some()).then_some(Ok((UTF_8, 0)));
    };
    let Some(label) = declared(head.get(..end).unwrap_or_default()) else { return Some(Ok((UTF_8, 0))) };
    Some(match Encoding::for_label_no_replacement(label) {
        // The declaration could be read, so that these are bytes: many programs write UTF-8 under the label of the
        // strings they hold in memory.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok((UTF_8, 0)),
        Some(encoding) => Ok((encoding, 0)),
        None => Err(String::from_utf8_lossy(label).into_owned()),
    })
}

/// The label in `<?xml … encoding="label"`.
fn declared(declaration: &[u8]) -> Option<&[u8]> {
    let name = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration.get(name + b"encoding".len()..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    value.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], cut: usize) -> Result<String, NoText> {
        let mut text = String::new();
        let mut decoding = Decoding::new();
        decoding.decode(&bytes[..cut], false, &mut text)?;
        decoding.decode(&bytes[cut..], true, &mut text)?;
        Ok(text)
    }

    #[test]
    fn encodings_are_found_wherever_the_bytes_are_cut() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for (bytes, expected) in [
            ("\u{FEFF}<é/>".as_bytes().to_vec(), "<é/>"),
            (utf16("\u{FEFF}<é/>"), "<é/>"),
            (utf16("<é𝄞/>"), "<é𝄞/>"),
            (b"<?xml encoding='latin1'?>\xE9".to_vec(), "<?xml encoding='latin1'?>é"),
            (b"<?xml encoding = \"UTF-16\"?>e".to_vec(), "<?xml encoding = \"UTF-16\"?>e"),
            (b"<".to_vec(), "<"),
            (
                format!("<?xml encoding='x{}'?>", " ".repeat(600)).into_bytes(),
                &format!("<?xml encoding='x{}'?>", " ".repeat(600)),
            ),
            (Vec::new(), ""),
        ] {
            for cut in 0..=bytes.len() {
                assert_eq!(decoded(&bytes, cut).as_deref(), Ok(expected));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_found_out() {
        assert_eq!(decoded(b"ab\xFFcd", 1), Err(NoText::Invalid("UTF-8")));
        assert_eq!(decoded(b"ab\xC3", 1), Err(NoText::Invalid("UTF-8")));
        assert_eq!(decoded(b"<?xml encoding='x-y'?>", 9), Err(NoText::Unknown("x-y".to_owned())));
    }
}
