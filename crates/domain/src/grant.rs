//! What one organisation lets another one learn.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GrantId, Purpose, Viewer};

/// How much of a visible thing is shown. Each level includes the ones before it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Profile {
    /// Lot, GTIN, kind, day, TLC source, who asserts it.
    TraceMin,
    /// And business step, time, the owner's own places, edges.
    Trace,
    /// And quantities, business documents and both parties, on events that name the viewer.
    Trade,
    /// The event itself.
    Full,
}

/// Which way lineage is followed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// Towards the origin.
    Back,
    /// Towards the consumer.
    Forward,
}

/// What the viewer learns where the history leaves the owner's records.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Continuation {
    /// Nothing.
    #[default]
    None,
    /// That it goes on, not where.
    Withheld,
    /// The next party, so that the viewer can ask it itself.
    Refer,
}

/// How far the viewer may pass on what it learns.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Onward {
    /// Not at all.
    #[default]
    None,
    /// To a regulator.
    Regulator,
    /// To its own direct partners.
    OneHop,
    /// Along the chain.
    Chain,
}

/// Which lots a grant starts from. An empty list does not restrict; all restrictions must hold.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// Canonical lot identifiers or lot codes.
    pub lots: BTreeSet<String>,
    /// 14-digit GTINs.
    pub gtins: BTreeSet<String>,
    /// Canonical places where an event of the lot happened.
    pub places: BTreeSet<String>,
    /// Lots with an event at or after this instant.
    pub since: Option<Timestamp>,
    /// Lots with an event before this instant.
    pub until: Option<Timestamp>,
}

/// An explicit permission, on top of the default rules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// Its number within the tenant.
    pub id: GrantId,
    /// Who may see.
    pub viewer: Viewer,
    /// From which lots.
    pub selector: Selector,
    /// How many derivations back.
    pub hops_back: u32,
    /// How many derivations forward.
    pub hops_forward: u32,
    /// How much of each.
    pub profile: Profile,
    /// What is said where the history goes on elsewhere.
    pub continuation: Continuation,
    /// How far it may be passed on.
    pub onward: Onward,
    /// For which purposes; empty means any.
    pub purposes: BTreeSet<Purpose>,
    /// Valid from.
    pub valid_from: Timestamp,
    /// Valid until, exclusive.
    pub valid_to: Option<Timestamp>,
    /// Why it was given.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// Whether the grant holds at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        // Whoever compares clocks with the one who revoked would still see what was taken away.
        self.revoked_at.is_none() && self.valid_from <= now && self.valid_to.is_none_or(|to| now < to)
    }
}
