//! Time spent, and the middle of several measurements.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Seconds that `work` keeps the core busy, so that what others do on the machine does not count; where the kernel does
/// not tell, seconds on the wall.
pub(crate) fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (wall, processor) = (Instant::now(), processor_time());
    let result = work();
    let elapsed = wall.elapsed();
    let spent = match (processor, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => elapsed,
    };
    (spent.as_secs_f64(), result)
}

/// Which clock [`seconds`] reads, in words.
#[allow(dead_code, reason = "a peer that is built with this file has no table")]
pub(crate) fn name() -> &'static str {
    if processor_time().is_some() { "processor time" } else { "wall-clock time" }
}

/// The first number of `schedstat` is the nanoseconds that the thread has run.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The middle one of several measurements; 0 of none.
pub(crate) fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied().unwrap_or_default()
}
