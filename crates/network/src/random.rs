//! Numbers that look drawn and are the same on every machine.

/// `SplitMix64` (Steele, Lea, Flood 2014): one addition and three mixing steps for a number.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.draw().checked_rem(u64::from(bound)).unwrap_or_default()).unwrap_or_default()
    }

    /// A number of a range, both ends included.
    pub(crate) fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// Seconds of a range, both ends included.
    pub(crate) fn seconds(&mut self, least: u32, most: u32) -> i64 {
        i64::from(self.between(least, most))
    }

    /// An index into something of this length; 0 when it is empty.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.draw().checked_rem(length as u64).unwrap_or_default()).unwrap_or_default()
    }

    /// Whether one of so many cases in ten thousand has come.
    pub(crate) fn chance(&mut self, per_ten_thousand: u32) -> bool {
        self.below(10_000) < per_ten_thousand
    }
}
