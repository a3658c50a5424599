//! What the system promises, on both databases, driven through its use cases.

#![allow(missing_docs, reason = "tests say what they show by their names")]

mod bed;
mod capture;
mod chain_a;
mod corpus;
mod sharing;
