#![doc = include_str!("../README.md")]

mod digital_link;
mod digits;
mod identifier;
mod percent;
mod urn;

pub use identifier::{Identifier, Key};
