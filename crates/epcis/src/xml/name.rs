//! Names of elements and attributes.

/// A name as written: a local part, perhaps with a prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct QName<'a> {
    written: &'a str,
    /// Where the local part begins.
    local: usize,
}

impl<'a> QName<'a> {
    /// Reads a name; `None` when it is none (Namespaces in XML §3).
    pub(super) fn parse(written: &'a str) -> Option<Self> {
        let local = match memchr::memchr(b':', written.as_bytes()) {
            None => 0,
            Some(colon) => colon + 1,
        };
        let name = Self { written, local };
        let begins = |part: &str| part.chars().next().is_some_and(begins_name);
        let well_formed = begins(name.local())
            && (local == 0 || begins(name.prefix()) && !name.local().contains(':'))
            && written.bytes().all(is_name_byte)
            && (written.is_ascii() || written.chars().all(is_name_character));
        well_formed.then_some(name)
    }

    pub(super) fn written(self) -> &'a str {
        self.written
    }

    /// The prefix; empty when there is none.
    pub(super) fn prefix(self) -> &'a str {
        self.written.get(..self.local.saturating_sub(1)).unwrap_or_default()
    }

    pub(super) fn local(self) -> &'a str {
        self.written.get(self.local..).unwrap_or_default()
    }
}

/// Whether a byte can stand in a name; what lies beyond ASCII is looked at as a character.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..)
}

/// Whether a character can begin a name (XML 1.0 §2.3, without the colon).
fn begins_name(character: char) -> bool {
    match character {
        'A'..='Z' | 'a'..='z' | '_' => true,
        '\0'..='\u{BF}' | '×' | '÷' => false,
        _ => matches!(
            character,
            '\u{C0}'..='\u{2FF}'
                | '\u{370}'..='\u{37D}'
                | '\u{37F}'..='\u{1FFF}'
                | '\u{200C}'..='\u{200D}'
                | '\u{2070}'..='\u{218F}'
                | '\u{2C00}'..='\u{2FEF}'
                | '\u{3001}'..='\u{D7FF}'
                | '\u{F900}'..='\u{FDCF}'
                | '\u{FDF0}'..='\u{FFFD}'
                | '\u{10000}'..='\u{EFFFF}'
        ),
    }
}

/// Whether a character can stand in a name.
pub(super) fn is_name_character(character: char) -> bool {
    begins_name(character)
        || character.is_ascii_digit()
        || matches!(character, '-' | '.' | ':' | '·' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
