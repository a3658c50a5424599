#![doc = include_str!("../README.md")]

mod claims;
mod key;
mod object;
mod pem;
mod refusal;
mod signing;
mod token;
mod verify;

pub use claims::{Claim, Claims};
pub use key::{Algorithm, InvalidKey, PublicKey, RegisteredKey};
pub use refusal::{Part, Refusal};
pub use signing::SigningKey;
pub use token::{MAX_TOKEN_BYTES, Unverified};
pub use verify::{DEFAULT_LIFETIME, LEEWAY, RegisteredIssuer};
