//! What was inside a unit, and which events say so.

use domain::{EventId, ThingId};
use jiff::Timestamp;
use lineage::{Change, Content, Stay, contents, stays};
use store::Inside;

use crate::sighting::Amount;

/// A child of a unit, an event that put it there (or proves that it was there), and how much of it.
pub(crate) type Held = (ThingId, EventId, Option<Amount>);

/// What is inside a unit at an instant.
pub(crate) fn contents_at(inside: &Inside, unit: ThingId, at: Timestamp) -> Vec<Held> {
    contents_by(contents, inside, unit, at)
}

/// Adds what is asserted of other things to what is known of the units around some.
pub(crate) fn join_around(known: &mut Inside, more: Inside) {
    for (unit, changes) in more {
        let all = known.entry(unit).or_default();
        // Of a unit as a whole everything is known already.
        let is_known = !all.is_empty();
        all.extend(changes.into_iter().filter(|(_, change)| !is_known || change.child.is_some()));
        all.sort_by_key(|(event, change)| (change.time, *event));
    }
}

/// A way to fold what was asserted of a unit.
type Fold = fn(&[Change<ThingId>], Timestamp) -> Vec<Content<ThingId>>;

/// What is inside a unit at an instant, by this fold. Several events that say so at the same instant are all named.
pub(crate) fn contents_by(fold: Fold, inside: &Inside, unit: ThingId, at: Timestamp) -> Vec<Held> {
    let Some(changes) = inside.get(&unit) else { return Vec::new() };
    let plain: Vec<Change<ThingId>> = changes.iter().map(|(_, change)| change.clone()).collect();
    let mut held = Vec::new();
    for content in fold(&plain, at) {
        let amount = content.amount.map(|amount| (amount.normalize().to_string(), content.uom.clone()));
        for event in evidence(changes, content.child, at) {
            held.push((content.child, event, amount.clone()));
        }
    }
    held
}

/// When a child was inside a unit, each time with the events that say so.
pub(super) fn stays_in(inside: &Inside, unit: ThingId, child: ThingId) -> Vec<(Stay, Vec<EventId>)> {
    let asserted = || inside.get(&unit).into_iter().flatten();
    let evidence = |stay: Stay| {
        let of_child = asserted().filter(|(_, change)| change.child == Some(child));
        let mut events: Vec<EventId> =
            of_child.filter(|(_, change)| stay.was_handed_over(change.time)).map(|(event, _)| *event).collect();
        events.dedup();
        events
    };
    let found = stays(asserted().map(|(_, change)| change), &child);
    found.into_iter().map(|stay| (stay, evidence(stay))).collect()
}

/// The events of the latest instant up to `at` that speak of the child; else those of the first instant after it.
fn evidence(changes: &[(EventId, Change<ThingId>)], child: ThingId, at: Timestamp) -> Vec<EventId> {
    let times = || changes.iter().filter(|(_, change)| change.child == Some(child)).map(|(_, change)| change.time);
    let instant = times().filter(|time| *time <= at).max().or_else(|| times().min());
    let of_instant = changes.iter().filter(|(_, change)| change.child == Some(child) && Some(change.time) == instant);
    let mut events: Vec<EventId> = of_instant.map(|(event, _)| *event).collect();
    events.dedup();
    events
}
