#![doc = include_str!("../README.md")]

mod identifier;

pub use identifier::{Identifier, Key};
