//! EPCIS REST and the regulator's download.

pub(crate) mod capture;
pub(crate) mod events;
pub(crate) mod query;
pub(crate) mod regulator;
