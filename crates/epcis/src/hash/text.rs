//! The text that is hashed while it grows, with lists that are put in order in place.

/// A growing text. Lists are written into it as they come and sorted when they end.
#[derive(Debug, Default)]
pub(super) struct Text {
    written: String,
    /// Where the items of the open lists begin and end; inner lists behind outer ones.
    items: Vec<(usize, usize)>,
    /// Kept for the next list that is out of order.
    sorted: String,
}

/// A list that is being written.
pub(super) struct List {
    /// How many items of outer lists there are.
    outer: usize,
    /// Where its text begins.
    start: usize,
}

impl Text {
    pub(super) fn clear(&mut self) {
        self.written.clear();
        self.items.clear();
    }

    pub(super) fn as_str(&self) -> &str {
        &self.written
    }

    pub(super) fn len(&self) -> usize {
        self.written.len()
    }

    pub(super) fn push(&mut self, text: &str) {
        self.written.push_str(text);
    }

    /// Everything from `start` on.
    pub(super) fn since(&self, start: usize) -> &str {
        self.written.get(start..).unwrap_or_default()
    }

    /// Takes back everything from `start` on, which must be where something was pushed.
    pub(super) fn truncate(&mut self, start: usize) {
        self.written.truncate(start);
    }

    /// Writes the items of a list, which end up in the order of their bytes.
    pub(super) fn sorted<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        let list = self.begin();
        for item in items {
            self.item(|text| write(text, item));
        }
        self.end(&list);
    }

    /// Begins a list whose items are of several kinds.
    pub(super) fn begin(&mut self) -> List {
        List { outer: self.items.len(), start: self.len() }
    }

    /// Writes one item of the innermost list.
    pub(super) fn item(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.len();
        write(self);
        if self.len() > start {
            self.items.push((start, self.len()));
        }
    }

    /// Ends the innermost list.
    pub(super) fn end(&mut self, list: &List) {
        let Self { written, items, sorted } = self;
        let text = |item: &(usize, usize)| written.get(item.0..item.1).unwrap_or_default();
        let own = items.get_mut(list.outer..).unwrap_or_default();
        if !own.is_sorted_by(|a, b| text(a) <= text(b)) {
            own.sort_unstable_by(|a, b| text(a).cmp(text(b)));
            sorted.clear();
            for item in own {
                sorted.push_str(text(item));
            }
            written.truncate(list.start);
            written.push_str(sorted);
        }
        items.truncate(list.outer);
    }
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_inside_out() {
        let mut text = Text::default();
        text.push("x");
        text.sorted([vec!["d", "c"], vec![], vec!["b", "a"]], |text, inner| {
            text.sorted(inner, Text::push);
        });
        text.push("y");
        assert_eq!(text.as_str(), "xabcdy");
    }

    #[test]
    fn order_is_that_of_bytes() {
        let mut text = Text::default();
        text.sorted(["é", "a", "B", "107", "98", "{", "~"], Text::push);
        assert_eq!(text.as_str(), "10798Ba{~é");
    }
}
