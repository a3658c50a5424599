#![doc = include_str!("../README.md")]

mod ai;
mod assemble;
mod company_prefix;
mod convenience;
mod cut;
mod digital_link;
mod digits;
mod element_string;
mod flaw;
mod identifier;
mod key;
mod percent;
mod repair;
mod scan;
mod text;
mod urn;

pub use ai::CharacterSet;
pub use company_prefix::{CompanyPrefixes, InvalidCompanyPrefix};
pub use convenience::without_convenience_names;
pub use digits::Digits;
pub use element_string::{Element, ElementString, InvalidElementString};
pub use flaw::Flaw;
pub use identifier::Identifier;
pub use key::Key;
pub use scan::scan;
pub use text::Text;
