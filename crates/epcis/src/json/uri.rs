//! What a URI is (RFC 3986), which the JSON Schema asks of identifiers, terms and names of one's own.

/// Whether `text` is a URI by its characters.
pub(super) fn is_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Schemes are short.
    let Some(colon) = bytes.iter().position(|byte| *byte == b':') else { return false };
    let (scheme, rest) = bytes.split_at(colon);
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && is_tail(rest)
}

/// Whether all that follows the scheme may stand in a URI.
fn is_tail(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| PLAIN.get(usize::from(*byte)).copied().unwrap_or_default();
    // Without an early end, which the processor would have to guess.
    bytes.iter().fold(true, |all, byte| all & plain(byte)) || is_unusual_tail(bytes)
}

/// The same for a tail with escapes or a fragment.
fn is_unusual_tail(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    let mut fragments = 0;
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex = |digit: Option<&u8>| digit.is_some_and(u8::is_ascii_hexdigit);
                if !hex(rest.next()) || !hex(rest.next()) {
                    return false;
                }
            }
            b'#' => fragments += 1,
            _ if !is_plain(*byte) => return false,
            _ => {}
        }
    }
    fragments < 2
}

/// Every character of RFC 3986 but `%` and `#`.
const fn is_plain(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'$' | b'&'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'['
        | b']' | b'_' | b'~')
}

/// [`is_plain`] for every byte.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is below 256, and the compiler runs this")]
        {
            table[byte as usize] = is_plain(byte);
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_have_a_scheme_and_no_foreign_characters() {
        for good in [
            "urn:epc:id:sgtin:1.2.3",
            "https://id.gs1.org/01/1?a=b&c[]=d#e",
            "ex:a",
            "ni:///sha-256;ab?ver=CBV2.0",
            "urn:a:b%2Fc",
        ] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["", "plain", ":a", "1a:b", "a b:c", "urn:a b", "my_ext:a", "urn:a%2", "urn:é", "a:b#c#d", "a:{b}"]
        {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
