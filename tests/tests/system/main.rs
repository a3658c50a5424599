//! What the system promises, on both databases, driven through its use cases.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]
#![expect(clippy::similar_names, reason = "things that differ in one respect have names that differ in one respect")]

mod balance;
mod bed;
mod capture;
mod chain_a;
mod corpus;
mod lineage;
mod oddities;
mod order;
mod possible;
mod sharing;
