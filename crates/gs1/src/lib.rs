#![doc = include_str!("../README.md")]

mod assemble;
mod company_prefix;
mod convenience;
mod digital_link;
mod digits;
mod flaw;
mod identifier;
mod key;
mod percent;
mod text;
mod urn;

pub use company_prefix::{CompanyPrefixes, InvalidCompanyPrefix};
pub use convenience::without_convenience_names;
pub use digits::Digits;
pub use flaw::Flaw;
pub use identifier::Identifier;
pub use key::Key;
pub use text::Text;
