//! White space between elements or members.

/// How a document is laid out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Layout {
    /// As programs write it: nothing but a line break between events.
    Compact,
    /// As people read it: a line for every element or member, two blanks for every level.
    Indented,
}

impl Layout {
    /// A new line on the given level, where the layout has one.
    pub(crate) fn line(self, out: &mut String, depth: usize) {
        if self == Self::Indented {
            out.push('\n');
            for _ in 0..depth {
                out.push_str("  ");
            }
        }
    }
}
