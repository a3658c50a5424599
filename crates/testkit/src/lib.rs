#![doc = include_str!("../README.md")]

pub mod chain_a;
pub mod chains;
pub mod corpus;
mod environment;
// The demo, which has no need of it, should build elsewhere too.
#[cfg(unix)]
pub mod postgres;

pub use chain_a::chain_a;
pub use corpus::corpus;
pub use environment::{skip, tell};
