//! The one place that draws random numbers.

#![expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]

use uuid::Uuid;

use crate::AppError;

/// Random bytes from the operating system.
///
/// # Errors
/// [`AppError::Randomness`] when the operating system has none to give.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| AppError::Randomness)?;
    Ok(bytes)
}

/// A random UUID: names made here tell nothing about order or number.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}
