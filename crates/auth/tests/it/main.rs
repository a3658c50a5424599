//! Which tokens and keys are believed, and which rule stops the others.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails the test")]

mod accepted;
mod keys;
mod refused;
mod tokens;
