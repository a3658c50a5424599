//! Short texts that cost no allocation.

use std::{fmt, ops::Deref, str};

/// A text that is held in place when it is at most `N` bytes long.
#[derive(Clone)]
pub(crate) enum Short<const N: usize> {
    Here { bytes: [u8; N], len: u8 },
    Elsewhere(Box<str>),
}

impl<const N: usize> From<&str> for Short<N> {
    fn from(text: &str) -> Self {
        let mut bytes = [0; N];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Here { bytes, len }
            }
            _ => Self::Elsewhere(text.into()),
        }
    }
}

impl<const N: usize> Deref for Short<N> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            // It was copied from a text: the check cannot fail.
            Self::Here { bytes, len } => {
                bytes.get(..usize::from(*len)).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
            }
            Self::Elsewhere(text) => text,
        }
    }
}

impl<const N: usize> fmt::Debug for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_come_back() {
        for text in ["", "a", "1234", "12345", "\u{e9}\u{e9}", "\u{e9}\u{e9}\u{e9}"] {
            let short = Short::<4>::from(text);
            assert_eq!((&*short, matches!(short, Short::Here { .. })), (text, text.len() <= 4));
        }
    }
}
