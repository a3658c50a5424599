//! Events in another order than that of their recording.

/// Gives what it is given in another order, the same for the same seed. Everything waits in a room of a certain size
/// and leaves it by lot, so an event can be as late as it likes but only as early as the room is large.
#[derive(Debug)]
pub(crate) struct Shuffled<I: Iterator> {
    source: I,
    room: Vec<I::Item>,
    size: usize,
    state: u64,
}

impl<I: Iterator> Shuffled<I> {
    /// A room for `size` items; with one for all of them every order is possible.
    pub(crate) fn new(source: I, size: usize, seed: u64) -> Self {
        Self { source, room: Vec::new(), size: size.max(1), state: seed }
    }

    /// What is shuffled.
    pub(crate) fn into_source(self) -> I {
        self.source
    }

    /// A short mix of a counter, which is enough to choose a place in a room.
    fn place(&mut self) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let mixed = mixed ^ (mixed >> 32);
        usize::try_from(mixed % self.room.len().max(1) as u64).unwrap_or_default()
    }
}

impl<I: Iterator> Iterator for Shuffled<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        while self.room.len() < self.size
            && let Some(item) = self.source.next()
        {
            self.room.push(item);
        }
        let place = self.place();
        (place < self.room.len()).then(|| self.room.swap_remove(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_once_and_none_earlier_than_the_room_allows() {
        for size in [1, 10, usize::MAX] {
            let order: Vec<usize> = Shuffled::new(0..1_000, size, 5).collect();
            assert!(order == Shuffled::new(0..1_000, size, 5).collect::<Vec<_>>());
            assert!(order.iter().enumerate().all(|(place, &item)| item < place.saturating_add(size)));
            assert_eq!(order.is_sorted(), size == 1);
            let mut sorted = order;
            sorted.sort_unstable();
            assert!(sorted == (0..1_000).collect::<Vec<_>>());
        }
    }
}
