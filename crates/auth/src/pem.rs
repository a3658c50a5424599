//! The textual envelope of DER (RFC 7468), in its strict form: one block, no headers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LINE: usize = 64;

/// The bytes inside the one block that the text is, if its label is the one expected.
pub(crate) fn decode(text: &str, label: &str) -> Option<Vec<u8>> {
    let body = text
        .trim_ascii()
        .strip_prefix(&format!("-----BEGIN {label}-----"))?
        .strip_suffix(&format!("-----END {label}-----"))?;
    let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(base64).ok()
}

/// The block for the bytes.
pub(crate) fn encode(der: &[u8], label: &str) -> String {
    let mut lines = String::new();
    for (i, c) in STANDARD.encode(der).chars().enumerate() {
        if i > 0 && i % LINE == 0 {
            lines.push('\n');
        }
        lines.push(c);
    }
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}
