//! Where events are recorded: what they are called, when they are told, how often, and what goes wrong with it.

use std::{collections::BTreeMap, sync::Arc};

use domain::FSMA;
use epcis::{ContextVersion, ErrorDeclaration, Event, EventTime, Namespaces, QuantityElement, Term, hash::Hasher};
use gs1::Identifier;

use crate::{
    LotKind, Plan, Statement,
    atlas::{Atlas, Site},
    draft::{Draft, spelled},
    lot::{Lot, Pallet, Parcel},
    random::Random,
    truth::{LotTruth, UnitTruth},
};

/// An event as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// Who tells it: an index into [`Network::companies`](crate::Network::companies).
    pub company: usize,
    /// When it was recorded, in seconds since 1970; events come in this order.
    pub recorded: i64,
}

/// The most events that one draft can become: itself, told again, told by the receiver, declared wrong and corrected.
const MOST_OF_ONE: u64 = 5;

/// Takes drafts, gives events.
pub(crate) struct Desk {
    pub(crate) plan: Plan,
    pub(crate) random: Random,
    namespaces: Namespaces,
    hasher: Hasher,
    /// Where in `room` what waits to be told is, in the order of its telling.
    pending: BTreeMap<(i64, u64), usize>,
    /// Events that wait. Places are used again: that is much faster than a box for each.
    room: Vec<Option<Recorded>>,
    empty: Vec<usize>,
    sequence: u64,
    ids: u64,
    left: u64,
    full: bool,
    pub(crate) truth: Option<Vec<Statement>>,
}

impl Desk {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut namespaces = Namespaces::default();
        namespaces.declare("fsma", FSMA);
        Self {
            plan: plan.clone(),
            random: Random::new(plan.seed),
            namespaces,
            hasher: Hasher::new(ContextVersion::V2_0_0),
            pending: BTreeMap::new(),
            room: Vec::new(),
            empty: Vec::new(),
            sequence: 0,
            ids: 0,
            left: plan.events,
            full: plan.events == 0,
            truth: None,
        }
    }

    /// Whether what takes so many drafts can still be told whole. From the first that cannot, nothing new begins.
    pub(crate) fn has_room(&mut self, drafts: usize) -> bool {
        self.full |= self.left < drafts as u64 * MOST_OF_ONE;
        !self.full
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Events that are still to be told after everything has stopped.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Events told so far.
    pub(crate) fn told(&self) -> u64 {
        self.sequence
    }

    /// The next event that was recorded before `time`.
    pub(crate) fn next_before(&mut self, time: i64) -> Option<Recorded> {
        let entry = self.pending.first_entry().filter(|entry| entry.key().0 < time)?;
        let place = entry.remove();
        self.empty.push(place);
        self.room.get_mut(place)?.take()
    }

    /// Records an event just as it is and once, in time.
    pub(crate) fn put_alone(&mut self, draft: Draft<'_>) {
        let Draft { mut event, site, time, .. } = draft;
        event.record_time = spelled(time + 60, site.offset_seconds);
        event.event_id = Some(self.next_id());
        self.push(event, site.company, time + 60);
    }

    /// Records an event in time.
    pub(crate) fn put_plainly(&mut self, draft: Draft<'_>) {
        let delay = self.random.seconds(60, 600);
        self.put_with(draft, delay);
    }

    /// Records an event, in time or late, once or more often, rightly or wrongly at first.
    pub(crate) fn put(&mut self, draft: Draft<'_>) {
        let late = self.random.chance(self.plan.shares.late);
        let delay = if late { self.random.seconds(6 * 3600, 4 * 86_400) } else { self.random.seconds(60, 600) };
        self.put_with(draft, delay);
    }

    fn put_with(&mut self, draft: Draft<'_>, delay: i64) {
        let Draft { mut event, site, time, receiver, correctable, decoy, .. } = draft;
        let recorded = time + delay;
        event.record_time = spelled(recorded, site.offset_seconds);
        let shares = &self.plan.shares;
        let (without, hash, duplicate) = (shares.without_id, shares.hash_id, shares.duplicate);
        let (both, corrected) = (shares.both_sides, shares.corrected);
        let way = self.random.below(10_000);
        let is_named = way >= without + hash;
        if is_named {
            event.event_id = Some(self.next_id());
        } else if way >= without {
            let hash = self.hasher.hash(&event, &self.namespaces);
            event.event_id = Some(Identifier::new(hash.to_string()));
        }
        let again = self.random.chance(duplicate).then(|| recorded + self.random.seconds(3_600, 3 * 86_400));
        if let Some(receiver) = receiver.filter(|_| is_named && self.random.chance(both)) {
            let mut other = event.clone();
            let later = recorded + self.random.seconds(600, 86_400);
            other.event_id = Some(self.next_id());
            other.record_time = spelled(later, site.offset_seconds);
            self.push(other, receiver, later);
        }
        let event = if correctable && is_named && self.random.chance(corrected) {
            self.correct(event, site, recorded, decoy)
        } else {
            event
        };
        // What comes again is what was told at first, be it wrong.
        if let Some(again) = again {
            self.push(event.clone(), site.company, again);
        }
        self.push(event, site.company, recorded);
    }

    /// Makes an event wrong, which is told at first; later it is declared wrong and told as it is.
    fn correct(&mut self, right: Event, site: &Site, recorded: i64, decoy: Option<Identifier>) -> Event {
        let later = recorded + self.random.seconds(7_200, 3 * 86_400);
        let mut wrong = right.clone();
        let mut corrective = right;
        let corrective_id = self.next_id();
        corrective.event_id = Some(corrective_id.clone());
        corrective.record_time = spelled(later, site.offset_seconds);
        spoil(&mut wrong, decoy);
        let mut declaration = wrong.clone();
        if let Some(time) = spelled(later, site.offset_seconds) {
            declaration.error_declaration = Some(Box::new(incorrect(time, corrective_id)));
        }
        self.push(declaration, site.company, later);
        self.push(corrective, site.company, later);
        wrong
    }

    fn push(&mut self, event: Event, company: usize, recorded: i64) {
        let place = self.empty.pop().unwrap_or_else(|| {
            self.room.push(None);
            self.room.len() - 1
        });
        if let Some(room) = self.room.get_mut(place) {
            *room = Some(Recorded { event, company, recorded });
        }
        self.pending.insert((recorded, self.sequence), place);
        self.sequence += 1;
        self.left = self.left.saturating_sub(1);
    }

    /// A UUID of version 8 (RFC 9562, section 5.8) that depends on the seed and on what came before.
    fn next_id(&mut self) -> Identifier {
        self.ids += 1;
        let mut mixed = Random::new(self.plan.seed ^ self.ids.rotate_left(32));
        let (high, low) = (mixed.draw(), mixed.draw());
        let (first, second) = (high >> 32, high >> 16 & 0xFFFF);
        let (third, fourth) = (high & 0xFFF | 0x8000, low >> 48 & 0x3FFF | 0x8000);
        let last = low & 0xFFFF_FFFF_FFFF;
        Identifier::new(format!("urn:uuid:{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{last:012x}"))
    }

    /// Tells the truth of a new lot.
    pub(crate) fn born<'p>(
        &mut self,
        atlas: &Atlas,
        lot: &Lot,
        kind: LotKind,
        parents: impl IntoIterator<Item = &'p Arc<Lot>>,
    ) {
        let Some(truth) = &mut self.truth else { return };
        let mut parents: Vec<String> = parents.into_iter().map(|parent| parent.name.canonical()).collect();
        parents.sort_unstable();
        parents.dedup();
        let source = atlas.site(lot.source).map(|site| site.place.canonical()).unwrap_or_default();
        let lot = LotTruth { id: lot.name.canonical(), kind, tlc: lot.tlc.clone(), source, parents };
        truth.push(Statement::Lot(lot));
    }

    /// Tells the truth of a new pallet.
    pub(crate) fn built(&mut self, pallet: &Pallet, built: i64) {
        let Some(truth) = &mut self.truth else { return };
        let lots = pallet.parcels.iter().map(|parcel| parcel.lot.name.canonical());
        let stacked = pallet.stacked.iter().map(|pallet| pallet.name.canonical());
        let holds = lots.chain(stacked).collect();
        truth.push(Statement::Unit(UnitTruth { id: pallet.name.canonical(), built, holds }));
    }

    /// Tells any other truth.
    pub(crate) fn truth(&mut self, statement: impl FnOnce() -> Statement) {
        if let Some(truth) = &mut self.truth {
            truth.push(statement());
        }
    }
}

/// Makes something of an event wrong: the first input where there is another one to confuse it with, else an amount.
fn spoil(event: &mut Event, decoy: Option<Identifier>) {
    if let (Some(decoy), Some(input)) = (decoy, event.input_quantity_list.first_mut()) {
        input.epc_class = decoy;
        return;
    }
    let lists = [&mut event.quantity_list, &mut event.child_quantity_list, &mut event.output_quantity_list];
    let first = lists.into_iter().find_map(|list| list.first_mut());
    if let Some(QuantityElement { quantity: Some(quantity), .. }) = first {
        let wrong = format!("{}0", quantity.spelled());
        if let Ok(wrong) = wrong.parse() {
            *quantity = wrong;
        }
    }
}

fn incorrect(declaration_time: EventTime, corrective: Identifier) -> ErrorDeclaration {
    ErrorDeclaration {
        declaration_time,
        reason: Some(Term::new("incorrect_data")),
        corrective_event_ids: vec![corrective],
        extensions: Vec::new(),
    }
}

/// Lots of parcels, each once.
pub(crate) fn lots_of<'p>(parcels: impl IntoIterator<Item = &'p Parcel>) -> Vec<&'p Arc<Lot>> {
    let mut lots: Vec<&Arc<Lot>> = Vec::new();
    for parcel in parcels {
        if !lots.iter().any(|lot| Arc::ptr_eq(lot, &parcel.lot)) {
            lots.push(&parcel.lot);
        }
    }
    lots
}
