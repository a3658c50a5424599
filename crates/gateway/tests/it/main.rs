//! The surfaces as their clients meet them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a fixture or an answer does not hold fails the test"
)]

mod capture;
mod events;
mod graphql;
mod limits;
mod lineage;
mod operations;
mod regulator;
mod schema;
mod sharing;
mod tokens;
mod world;
