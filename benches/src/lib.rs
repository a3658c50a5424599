#![doc = include_str!("../README.md")]

mod event;
mod json;
mod layout;
mod random;
mod stream;
mod xml;

pub use layout::Layout;
pub use random::Random;
pub use stream::{Recipe, Size, Stream, Syntax};
