//! The surfaces as their clients meet them.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails the test")]

mod capture;
mod events;
mod graphql;
mod limits;
mod operations;
mod regulator;
mod schema;
mod sharing;
mod tokens;
mod world;
