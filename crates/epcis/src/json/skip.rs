//! Passes over a value without reading it, across chunks.

use super::parse::plain_length;

/// How far the way through a value has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Skip {
    depth: usize,
    within: Within,
    escaped: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Within {
    #[default]
    Nothing,
    String,
    /// A number or a word.
    Bare,
}

impl Skip {
    /// How many of the next bytes belong to the value, and whether it ends with them.
    pub(super) fn over(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match (self.within, byte) {
                (Within::String, _) => {
                    at += self.in_string(bytes.get(at..).unwrap_or_default());
                    if self.within == Within::Nothing && self.depth == 0 {
                        return (at, true);
                    }
                    continue;
                }
                (Within::Nothing, b'"') => self.within = Within::String,
                (Within::Nothing, b'{' | b'[') => self.depth += 1,
                (Within::Nothing, b'}' | b']') if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                (_, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') if self.depth == 0 => return (at, true),
                (Within::Nothing, _) if self.depth == 0 => self.within = Within::Bare,
                _ => {}
            }
            at += 1;
        }
        (at, false)
    }

    fn in_string(&mut self, bytes: &[u8]) -> usize {
        if self.escaped {
            self.escaped = false;
            return 1;
        }
        let plain = plain_length(bytes);
        match bytes.get(plain) {
            Some(b'"') => self.within = Within::Nothing,
            Some(b'\\') => self.escaped = true,
            Some(_) => {}
            None => return plain,
        }
        plain + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_value_is_found_wherever_it_is_cut() {
        for value in [r#"{"a}\"":[{},"]"],"b":1}"#, r#""x\\""#, "-1.5e3", "true", "[]"] {
            let text = format!("{value} ,{{");
            for cut in 0..=value.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let mut skip = Skip::default();
                let end = match skip.over(first) {
                    (end, true) => end,
                    (passed, false) => passed + skip.over(second).0,
                };
                assert_eq!(end, value.len(), "{value} cut at {cut}");
            }
        }
    }
}
