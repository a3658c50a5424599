#![doc = include_str!("../README.md")]

mod clock;
mod grant;
mod id;
mod lot;
mod principal;
mod statement;

pub use clock::{Clock, SystemClock};
pub use grant::{Continuation, Direction, Grant, Onward, Profile, Selector};
pub use id::{EventId, GrantId, PartyId, TenantId, ThingId};
pub use lot::{LotKey, Tlc, TlcSource, gs1_tlc};
pub use principal::{Principal, Purpose, Role, Viewer};
pub use statement::{FSMA, LotStatement, fsma_members, fsma_text};
