//! Cutting short texts at an ASCII character: several times faster than the standard library's way, which is made for
//! long ones.

/// `text` before and behind the first `at`, an ASCII character.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

/// The pieces of a text between its slashes.
pub(crate) struct Segments<'a>(pub Option<&'a str>);

impl<'a> Iterator for Segments<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let (segment, rest) = cut(text, b'/').map_or((text, None), |(segment, rest)| (segment, Some(rest)));
        self.0 = rest;
        Some(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_like_the_standard_library_does() {
        for text in ["", "/", "a", "a/b", "\u{e9}/\u{e9}//", "a//b/"] {
            assert_eq!(cut(text, b'/'), text.split_once('/'), "{text}");
            assert!(Segments(Some(text)).eq(text.split('/')), "{text}");
        }
    }
}
