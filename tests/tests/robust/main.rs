//! Real gateways as real processes, and what happens to them: killed, cut off from their database, out of room, four at
//! once. What was acknowledged is there, what was not acknowledged is there whole or not at all, and no job is stuck.
//!
//! `LOTLINE_KILLS` says how often a gateway is killed on each engine; the default suits a test run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

mod crash;
mod full;
mod gateway;
mod http;
mod jobs;
mod records;
mod together;
