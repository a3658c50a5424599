//! One database over several machines: what keeps every table and every statement within one tenant, and what is removed
//! when it is old.
//!
//! Citus itself is not asked: the rules are held against the catalogue of a freshly migrated PostgreSQL and against the
//! statements that its log recorded.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

#[allow(dead_code, reason = "shared with the tests of the system, which use all of it")]
#[path = "../system/bed.rs"]
mod bed;
mod catalogue;
mod command;
mod purge;
mod registry;
mod rules;
mod statements;
