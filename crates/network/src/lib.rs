#![doc = include_str!("../README.md")]

mod atlas;
mod code;
mod desk;
mod draft;
mod field;
mod landmark;
mod lot;
mod network;
mod plan;
mod plant;
mod random;
mod retail;
mod road;
mod truth;
mod vocabulary;
mod world;

pub use atlas::Company;
pub use desk::Recorded;
pub use network::Network;
pub use plan::{Plan, Shares};
pub use truth::{
    LandmarkTruth, LotKind, LotTruth, PossibleTruth, Statement, StockTruth, Truth, TruthError, UnitTruth, Way,
};
pub use vocabulary::{document, list_repeated};
