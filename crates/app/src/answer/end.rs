//! Where an answer ends, and why.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Continuation as Share, Direction, EventId, Viewer};
use epcis::EventKind;
use jiff::Timestamp;
use lineage::{Answer, Continuation, CustodyKind, Gap, GapReason, Role, Sighting, ThingKind};
use policy::Visible;
use store::{EventHead, SeenThing};

use super::{Local, node_id};

/// How the history of one thing ends in this answer.
pub(super) struct End<'a> {
    pub(super) local: &'a Local<'a>,
    pub(super) thing: &'a SeenThing,
    pub(super) sightings: &'a [(EventId, Visible<Sighting>)],
    /// Whether the limits forbade to go on from here.
    pub(super) cut: bool,
}

impl End<'_> {
    /// Adds the gaps and continuations at this thing.
    pub(super) fn judge(&self, hops: u32, answer: &mut Answer) {
        let direction = self.local.question.direction;
        let at = node_id(self.thing);
        let gap = |reason| Gap { at: at.clone(), direction, reason, counterparty: None, retryable: false };
        if self.cut {
            answer.gaps.push(gap(GapReason::Limit));
        }
        let elsewhere = self.elsewhere();
        let is_told = !elsewhere.is_empty() && self.thing.continuation != Share::None;
        if is_told && self.thing.continuation == Share::Withheld {
            answer.gaps.push(gap(GapReason::Withheld));
        } else if is_told {
            let when = |instant| (self.thing.kind == ThingKind::Unit).then_some(instant);
            let onward = elsewhere.into_iter();
            answer.continuations.extend(onward.map(|(party, instant)| Continuation {
                at: at.clone(),
                party,
                hops,
                when: when(instant),
            }));
        }
        if !self.cut && self.is_open(is_told) {
            answer.gaps.push(gap(GapReason::NotAvailable));
        }
    }

    /// The places of others where the history goes on, with the instant of the latest hand-over, as far as events
    /// that the viewer sees well enough tell.
    fn elsewhere(&self) -> BTreeMap<String, Timestamp> {
        let wanted = match self.local.question.direction {
            Direction::Back => CustodyKind::Received,
            Direction::Forward => CustodyKind::Shipped,
        };
        let mut places = BTreeMap::new();
        for event in self.hand_overs(wanted) {
            let place = if wanted == CustodyKind::Received { &event.from_place } else { &event.to_place };
            places.extend(place.as_deref().map(|place| (place.to_owned(), event.time)));
        }
        // Staff know who assigned the code even where nobody recorded the hand-over.
        if self.local.on.records.scope.viewer() == Viewer::Own
            && self.local.question.direction == Direction::Back
            && !self.is_made_here()
            && let Some(domain::TlcSource::Place(place)) = self.thing.lot.as_ref().map(|lot| &lot.source)
        {
            places.entry(place.clone()).or_insert(self.local.on.records.as_of);
        }
        // Where the records have its making, nothing before that is to be asked for.
        let made_at: BTreeSet<String> = self.creations().filter_map(place_of).collect();
        places.retain(|place, _| !self.local.own.contains(place) && !made_at.contains(place));
        places
    }

    /// The events at one end of a hand-over, in order of time.
    fn hand_overs(&self, kind: CustodyKind) -> impl Iterator<Item = &EventHead> {
        let seen = self.sightings.iter().filter(move |(_, sighting)| sighting.get().custody == Some(kind));
        seen.filter_map(|(event, _)| self.local.on.events.get(event))
    }

    /// Whether the history evidently goes on beyond what is shown.
    fn is_open(&self, is_told: bool) -> bool {
        if matches!(self.thing.kind, ThingKind::Unit | ThingKind::OtherInput) {
            return false;
        }
        match self.local.question.direction {
            Direction::Back => !is_told && !self.local.made.contains(&self.thing.id) && !self.is_origin(),
            // The end of a chain is where the goods are.
            Direction::Forward => {
                self.is_sent_nowhere(is_told) || self.is_used_for_something_hidden() || self.is_lost_after_hand_over()
            }
        }
    }

    /// Whether a shipment went to where nobody says, or to where the viewer is not told.
    fn is_sent_nowhere(&self, is_told: bool) -> bool {
        // Transport on the way to where a shipment goes needs no destination of its own.
        let unsaid = |event: &EventHead| event.biz_step.as_deref() == Some("shipping") && event.to_place.is_none();
        let untold = |sighting: &Sighting| {
            sighting.custody == Some(CustodyKind::Shipped) && sighting.to_place.is_none() && !is_told
        };
        self.hand_overs(CustodyKind::Shipped).any(unsaid)
            || self.sightings.iter().any(|(_, sighting)| untold(sighting.get()))
    }

    /// Whether it was used up for something that the viewer does not see.
    fn is_used_for_something_hidden(&self) -> bool {
        let is_used = self.sightings.iter().any(|(_, sighting)| sighting.get().role == Role::Input);
        is_used && self.local.on.records.scope.viewer() != Viewer::Own && !self.local.used.contains(&self.thing.id)
    }

    /// Whether a partner sees that it handed the goods over, and nothing of what became of them.
    fn is_lost_after_hand_over(&self) -> bool {
        let is_partner = matches!(self.local.on.records.scope.viewer(), Viewer::Party(_));
        let received_from_viewer = |(event, sighting): &(EventId, Visible<Sighting>)| {
            let is_named = self.local.on.events.get(event).is_some_and(|event| event.seen.named);
            is_named && sighting.get().custody == Some(CustodyKind::Received)
        };
        is_partner
            && self.thing.continuation == Share::None
            && self.sightings.iter().all(received_from_viewer)
            && !self.local.used.contains(&self.thing.id)
    }

    /// Whether the walk back ends here for good.
    fn is_origin(&self) -> bool {
        self.local.question.direction == Direction::Back && self.is_made_here() && !self.is_transformed_here()
    }

    fn is_made_here(&self) -> bool {
        self.creations().next().is_some()
    }

    fn is_transformed_here(&self) -> bool {
        self.creations().any(|event| event.kind == EventKind::Transformation)
    }

    /// The events that brought it into being, as far as the viewer sees them well enough.
    fn creations(&self) -> impl Iterator<Item = &EventHead> {
        self.sightings.iter().filter_map(|(event, sighting)| {
            let sighting = sighting.get();
            let event = self.local.on.events.get(event).filter(|_| sighting.time.is_some())?;
            lineage::creates(event.kind, event.action, event.biz_step.as_deref(), sighting.role).then_some(event)
        })
    }
}

/// The canonical place of an event.
fn place_of(event: &EventHead) -> Option<String> {
    event.read_point.as_deref().or(event.biz_location.as_deref()).map(str::to_owned)
}
