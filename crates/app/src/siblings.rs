//! What else shares the exposure of a lot.

use std::collections::{BTreeMap, BTreeSet};

use domain::Direction;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use lineage::{Lineage, Node, NodeId, ThingKind};

use crate::{AppError, Caller, LotFilter, TraceQuestion, sources::is_making};

/// Why a lot is a sibling.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SiblingReason {
    /// It was made from a lot that this one was made from.
    SharedInput,
    /// It was harvested at the same place on the same day.
    SameFieldAndDay,
    /// It was made at the same place on the same day.
    SamePlaceAndDay,
}

/// A lot that shares the exposure.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Sibling {
    /// The lot.
    pub lot: NodeId,
    /// Why.
    pub reason: SiblingReason,
    /// The lot that both came from, or the canonical place that both were made at.
    pub through: String,
    /// The day, where it is part of the reason.
    pub day: Option<Date>,
    /// Whether facts alone say so.
    pub certain: bool,
}

/// Lots that share the exposure of a lot.
#[derive(Clone, Debug)]
pub struct Siblings {
    /// In order of lots.
    pub siblings: Vec<Sibling>,
    /// Whether more was there than one answer looks at.
    pub partial: bool,
}

/// Lots upstream, and lots of a place and day, that one answer looks at.
const MAX_LOTS: usize = 50;
/// Offsets from UTC at most.
const OFFSET: SignedDuration = SignedDuration::from_hours(14);

impl Caller {
    /// What else shares the exposure of a lot: an input at any distance up to `hops`, the field and day of a harvest,
    /// the place and day of making. `None` when the lot is not there or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn siblings(&self, lot: &str, hops: u32, as_of: Option<Timestamp>) -> Result<Option<Siblings>, AppError> {
        let ask = |lot: &str, direction, hops| TraceQuestion { lot: lot.to_owned(), direction, hops, as_of };
        let Some(back) = self.trace(&ask(lot, Direction::Back, hops)).await? else { return Ok(None) };
        let Some(forward) = self.trace(&ask(lot, Direction::Forward, hops)).await? else { return Ok(None) };
        let upstream = lots(&back.lineage);
        let mut own: BTreeSet<NodeId> = upstream.iter().map(|node| node.id.clone()).collect();
        own.extend(lots(&forward.lineage).into_iter().map(|node| node.id.clone()));
        let mut found = Found { partial: back.lineage.is_partial(), ..Found::default() };
        for ancestor in upstream.iter().filter(|node| node.hops > 0) {
            if !found.has_room() {
                break;
            }
            let down = self.trace(&ask(&ancestor.id.0, Direction::Forward, ancestor.hops.min(hops))).await?;
            let Some(down) = down else { continue };
            for node in lots(&down.lineage).into_iter().filter(|node| !own.contains(&node.id)) {
                let certain = node.certain && ancestor.certain;
                found.add(node.id.clone(), SiblingReason::SharedInput, ancestor.id.0.clone(), None, certain);
            }
        }
        for (place, day, reason) in makings(&upstream) {
            if !found.has_room() {
                break;
            }
            for lot in self.made_at(&place, day, as_of, &mut found).await? {
                if !own.contains(&lot) {
                    found.add(lot, reason, place.clone(), Some(day), true);
                }
            }
        }
        Ok(Some(Siblings { siblings: found.siblings.into_values().collect(), partial: found.partial }))
    }

    /// The lots that were made at a place on a day, as far as they are shown.
    async fn made_at(
        &self,
        place: &str,
        day: Date,
        as_of: Option<Timestamp>,
        found: &mut Found,
    ) -> Result<Vec<NodeId>, AppError> {
        let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN);
        let since = midnight.saturating_sub(OFFSET).ok();
        let until = midnight.saturating_add(OFFSET + SignedDuration::from_hours(24)).ok();
        let filter = LotFilter { place: Some(place.to_owned()), since, until, ..LotFilter::default() };
        let page = self.lots(&filter, None, 50).await?;
        found.partial |= page.has_next;
        let mut made = Vec::new();
        for (lot, _) in page.entries {
            let (lot, direction) = (lot.id.0, Direction::Back);
            let question = TraceQuestion { lot, direction, hops: 0, as_of };
            let Some(trace) = self.trace(&question).await? else { continue };
            let starts = trace.starts.iter().filter_map(|start| trace.lineage.node(start));
            let is_made = |node: &&Node| {
                node.sightings.iter().any(|seen| {
                    let here = [&seen.place, &seen.location].into_iter().flatten().any(|there| there == place);
                    here && seen.day == day && is_making(seen)
                })
            };
            made.extend(starts.filter(is_made).map(|node| node.id.clone()));
        }
        Ok(made)
    }
}

/// The siblings found so far, each reason once: the nearest lot in common goes first.
#[derive(Default)]
struct Found {
    siblings: BTreeMap<(NodeId, SiblingReason), Sibling>,
    looked: usize,
    partial: bool,
}

impl Found {
    /// Counts a look; `false` when there were enough.
    fn has_room(&mut self) -> bool {
        self.looked += 1;
        self.partial |= self.looked > MAX_LOTS;
        self.looked <= MAX_LOTS
    }

    fn add(&mut self, lot: NodeId, reason: SiblingReason, through: String, day: Option<Date>, certain: bool) {
        let sibling = Sibling { lot: lot.clone(), reason, through, day, certain };
        let known = self.siblings.entry((lot, reason)).or_insert_with(|| sibling.clone());
        if certain && !known.certain {
            *known = sibling;
        }
    }
}

/// The lots of an answer, the nearest first.
fn lots(lineage: &Lineage) -> Vec<&Node> {
    let is_lot = |node: &&Node| node.lot.is_some() && node.kind != ThingKind::OtherInput;
    let mut lots: Vec<&Node> = lineage.nodes().filter(is_lot).collect();
    lots.sort_by_key(|node| (node.hops, &node.id));
    lots
}

/// Where and when these lots were made: for harvest lots the field, for the lot itself its plant.
fn makings(upstream: &[&Node]) -> BTreeSet<(String, Date, SiblingReason)> {
    let mut found = BTreeSet::new();
    for node in upstream {
        let reason = match node.kind {
            ThingKind::HarvestLot => SiblingReason::SameFieldAndDay,
            _ if node.hops == 0 => SiblingReason::SamePlaceAndDay,
            _ => continue,
        };
        for seen in node.sightings.iter().filter(|seen| is_making(seen)) {
            let place = seen.location.as_ref().or(seen.place.as_ref());
            found.extend(place.map(|place| (place.clone(), seen.day, reason)));
        }
    }
    found
}
