//! Which lot, unit or instance an event means.
//!
//! A class identifier is an alias; the lot is (code, source). A lot seen before its source is known is held under a
//! provisional key and becomes the full lot, in place, when an event of the same tenant names or creates it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{LotStatement, Tlc, TlcSource, gs1_tlc};
use gs1::{Identifier, Key};
use lineage::{Mention, Role, ThingKind};

use crate::{
    StoreError,
    bulk::Row,
    text::{Code, source_from},
};

/// A mention with the thing that it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolved<'a> {
    pub(crate) mention: &'a Mention,
    pub(crate) thing: i64,
}

/// What a mention means.
pub(crate) struct Meant {
    pub(crate) thing: i64,
    /// Whether there is no row of it yet.
    pub(crate) is_new: bool,
    /// The codes of it that may not be written yet, each once. Of a new thing, none is.
    pub(crate) codes: Vec<String>,
}

/// A row of `thing` on its way in or out.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing, in any combination")]
pub(crate) struct Thing {
    pub(crate) id: i64,
    pub(crate) kind: ThingKind,
    pub(crate) item: i64,
    pub(crate) tlc: Option<Tlc>,
    pub(crate) source: TlcSource,
    pub(crate) reference: Option<String>,
    /// Whether some event said only possibly that it is about this thing. Never forgotten: it tells where to look.
    pub(crate) uncertain: bool,
    /// Whether there is a row of it, and whether that has to be written.
    pub(crate) is_stored: bool,
    is_dirty: bool,
    /// Whether the codes that its identifier spells are written, and which others are known to be.
    is_spelled: bool,
    codes: BTreeSet<String>,
}

/// The things that a capture has met, by the item that names them.
#[derive(Debug)]
pub(crate) struct Things {
    /// The tenant: who says of a lot what is not known of it.
    reporter: String,
    by_item: HashMap<i64, Vec<Thing>>,
    /// The item of each of them.
    item_of: HashMap<i64, i64>,
    /// Items with things that have to be written.
    dirty: BTreeSet<i64>,
    /// Items that have turned out to be traceability lots after they had been mentioned, or not to be.
    turned: BTreeSet<i64>,
    /// Items that an event may depend on: what it proves of its lots is another thing when they are traceability lots.
    /// Nobody has looked at the events of earlier captures.
    deciding: HashSet<i64>,
}

impl Things {
    pub(crate) fn new(reporter: String) -> Self {
        Self {
            reporter,
            by_item: HashMap::new(),
            item_of: HashMap::new(),
            dirty: BTreeSet::new(),
            turned: BTreeSet::new(),
            deciding: HashSet::new(),
        }
    }

    /// Takes in what the database holds.
    pub(crate) fn load(&mut self, mut row: Row) -> Result<(), StoreError> {
        let (id, item) = (row.int(0)?, row.int(1)?);
        let thing = Thing {
            id,
            kind: ThingKind::of_code(row.cell(2)?)?,
            item,
            tlc: row.text(4).map(Tlc::from),
            source: source_from(row.cell(3)?, row.text(5), &self.reporter)?,
            reference: row.text(6),
            uncertain: row.cell(7)?,
            is_stored: true,
            is_dirty: false,
            is_spelled: true,
            codes: BTreeSet::new(),
        };
        self.item_of.insert(id, item);
        self.deciding.insert(item);
        let things = self.by_item.entry(item).or_default();
        // The choice among several lots of one item must not depend on the order of rows.
        if let Err(place) = things.binary_search_by_key(&id, |thing| thing.id) {
            things.insert(place, thing);
        }
        Ok(())
    }

    /// What is known of what an item names.
    pub(crate) fn kind_of(&self, item: i64) -> Option<ThingKind> {
        self.by_item.get(&item)?.iter().map(|thing| thing.kind).max()
    }

    /// The thing that a mention means, made with an id of `next_id` if it is new.
    ///
    /// `inputs` are the things that go into the same event: what comes out of it is another lot, even under the same
    /// identifier. An event that is no fact (`learn` is false) teaches nothing about the thing but whether it is a lot, an object
    /// or a unit.
    pub(crate) fn resolve(
        &mut self,
        mention: &Mention,
        item: i64,
        next_id: &mut i64,
        inputs: &BTreeSet<i64>,
        learn: bool,
    ) -> Meant {
        let before = self.kind_of(item);
        let things = self.by_item.entry(item).or_default();
        let source = stated_source(mention);
        let candidates: Vec<usize> = (0..things.len())
            .filter(|&index| mention.role != Role::Output || things.get(index).is_some_and(|t| !inputs.contains(&t.id)))
            .collect();
        let index = choose(things, &candidates, source.as_ref()).unwrap_or_else(|| {
            things.push(Thing {
                id: *next_id,
                kind: unlearned(mention.kind),
                item,
                tlc: gs1_tlc(&mention.identifier).filter(|_| is_lot(mention.kind)),
                source: TlcSource::Unknown { reporter: self.reporter.clone() },
                reference: None,
                uncertain: false,
                is_stored: false,
                is_dirty: true,
                is_spelled: false,
                codes: BTreeSet::new(),
            });
            self.item_of.insert(*next_id, item);
            *next_id += 1;
            things.len() - 1
        });
        // `choose` gives an index of `things`, and the other arm has just pushed one.
        let Some(thing) = things.get_mut(index) else { return Meant { thing: 0, is_new: false, codes: Vec::new() } };
        if learn {
            refine(thing, mention, source);
        } else if unlearned(mention.kind) > thing.kind {
            thing.kind = unlearned(mention.kind);
            thing.is_dirty = true;
        }
        if thing.is_dirty {
            self.dirty.insert(item);
        }
        let mut codes = Vec::new();
        if !std::mem::replace(&mut thing.is_spelled, true) {
            codes = spelled_codes(&mention.identifier);
            codes.retain(|code| thing.codes.insert(code.clone()));
        }
        let stated = mention.statement.iter().filter(|_| learn).flat_map(stated_codes);
        codes.extend(stated.filter(|code| thing.codes.insert((*code).to_owned())).map(str::to_owned));
        let (id, is_new) = (thing.id, !thing.is_stored);
        if before.is_some_and(|kind| is_traceability_lot(kind) != self.is_traceability_lot(item)) {
            self.turned.insert(item);
        }
        Meant { thing: id, is_new, codes }
    }

    /// Whether an item is known to name a traceability lot.
    pub(crate) fn is_traceability_lot(&self, item: i64) -> bool {
        self.kind_of(item).is_some_and(is_traceability_lot)
    }

    /// Whether what an item names is known, and is lots.
    pub(crate) fn names_lots(&self, item: i64) -> bool {
        self.kind_of(item).is_some_and(is_lot)
    }

    /// Notes that these items have turned out to be traceability lots, or not to be.
    pub(crate) fn turn(&mut self, items: BTreeSet<i64>) {
        self.turned.extend(items);
    }

    /// The items that have turned out to be traceability lots since they were first mentioned, or not to be; each once.
    pub(crate) fn take_turned(&mut self) -> BTreeSet<i64> {
        std::mem::take(&mut self.turned)
    }

    /// Notes that what an event proves of its lots depends on whether these items are traceability lots.
    pub(crate) fn decide(&mut self, items: impl Iterator<Item = i64>) {
        self.deciding.extend(items);
    }

    /// Whether an event may depend on what an item is.
    pub(crate) fn decides(&self, item: i64) -> bool {
        self.deciding.contains(&item)
    }

    /// Says anew what an item names.
    pub(crate) fn set_kind(&mut self, item: i64, kind: ThingKind) {
        for thing in self.by_item.get_mut(&item).into_iter().flatten().filter(|thing| thing.kind != kind) {
            thing.kind = kind;
            thing.is_dirty = true;
            self.dirty.insert(item);
        }
    }

    /// The items of which several lots are known, of these.
    pub(crate) fn crowded(&self, items: &BTreeSet<i64>) -> Vec<i64> {
        let several = |item: &&i64| self.by_item.get(item).is_some_and(|things| things.len() > 1);
        items.iter().filter(several).copied().collect()
    }

    /// The lots of an item.
    pub(crate) fn of_item(&self, item: i64) -> &[Thing] {
        self.by_item.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Begins anew with the lots of an item: of these ids, with nothing learned yet.
    pub(crate) fn restart(&mut self, item: i64, ids: &BTreeSet<i64>) {
        let known = self.by_item.remove(&item).unwrap_or_default();
        let Some(kind) = known.iter().map(|thing| thing.kind).max() else { return };
        let uncertain = known.iter().any(|thing| thing.uncertain);
        let start = |&id: &i64| Thing {
            id,
            kind,
            item,
            tlc: None,
            source: TlcSource::Unknown { reporter: self.reporter.clone() },
            reference: None,
            uncertain,
            // All but a new one.
            is_stored: true,
            is_dirty: true,
            is_spelled: true,
            codes: BTreeSet::new(),
        };
        let things = ids.iter().map(start).collect();
        for gone in known.iter().filter(|thing| !ids.contains(&thing.id)) {
            self.item_of.remove(&gone.id);
        }
        self.item_of.extend(ids.iter().map(|&id| (id, item)));
        self.by_item.insert(item, things);
        self.dirty.insert(item);
    }

    /// The item that names a thing, if that was met.
    pub(crate) fn item_of(&self, thing: i64) -> Option<i64> {
        self.item_of.get(&thing).copied()
    }

    /// Forgets everything that is written.
    pub(crate) fn clear(&mut self) {
        self.by_item.clear();
        self.item_of.clear();
        self.deciding.clear();
    }

    /// Forgets code and source of a thing and learns them anew from the mentions of the events that are still facts.
    pub(crate) fn relearn<'m>(&mut self, item: i64, id: i64, mentions: impl IntoIterator<Item = &'m Mention>) {
        let reporter = self.reporter.clone();
        let Some(thing) = self.by_item.get_mut(&item).and_then(|things| things.iter_mut().find(|t| t.id == id)) else {
            return;
        };
        let before = thing.clone();
        thing.source = TlcSource::Unknown { reporter };
        thing.reference = None;
        let mut first = true;
        for mention in mentions {
            if std::mem::take(&mut first) {
                thing.tlc = gs1_tlc(&mention.identifier).filter(|_| is_lot(mention.kind));
            }
            refine(thing, mention, stated_source(mention));
        }
        thing.is_dirty = before.is_dirty;
        thing.is_dirty |= *thing != before;
        if thing.is_dirty {
            self.dirty.insert(item);
        }
    }

    /// Hands over what has to be written; after this, nothing has.
    pub(crate) fn take_dirty(&mut self, mut write: impl FnMut(&Thing)) {
        for item in std::mem::take(&mut self.dirty) {
            for thing in self.by_item.get_mut(&item).into_iter().flatten() {
                if std::mem::take(&mut thing.is_dirty) {
                    write(thing);
                    thing.is_stored = true;
                }
            }
        }
    }
}

/// What a thing is before any event has said more: a lot, unless its identifier is one of an object or a unit.
pub(crate) fn unlearned(kind: ThingKind) -> ThingKind {
    if is_lot(kind) { ThingKind::Lot } else { kind }
}

fn is_traceability_lot(kind: ThingKind) -> bool {
    kind == ThingKind::TraceabilityLot
}

/// Harvest lots have a source too, the farm: it tells them apart, though they have no traceability lot code.
fn is_lot(kind: ThingKind) -> bool {
    !matches!(kind, ThingKind::Unit | ThingKind::Instance)
}

fn stated_source(mention: &Mention) -> Option<TlcSource> {
    if !is_lot(mention.kind) {
        return None;
    }
    let stated = mention.statement.as_ref().and_then(|statement| statement.source.clone());
    stated.or_else(|| mention.created_at.clone().map(TlcSource::Place))
}

/// The lot of the stated source; else the one whose source is still open; without a stated source, the only one.
///
/// A reference (an FDA registration number, a URL) leads to the source's place, so it never contradicts the one place
/// that is known. Two different places are two lots.
fn choose(things: &[Thing], candidates: &[usize], source: Option<&TlcSource>) -> Option<usize> {
    let find = |wanted: &dyn Fn(&Thing) -> bool| {
        candidates.iter().copied().find(|&index| things.get(index).is_some_and(wanted))
    };
    let is_open = |thing: &Thing| matches!(thing.source, TlcSource::Unknown { .. });
    let only = || match candidates {
        [one] => Some(*one),
        _ => None,
    };
    let Some(source) = source else { return only().or_else(|| find(&is_open)) };
    let referred = || {
        let one = only()?;
        let known = &things.get(one)?.source;
        let leads_there =
            matches!((source, known), (TlcSource::Reference(_), _) | (TlcSource::Place(_), TlcSource::Reference(_)));
        leads_there.then_some(one)
    };
    find(&|thing| thing.source == *source).or_else(|| find(&is_open)).or_else(referred)
}

/// Adds what the mention knows better.
fn refine(thing: &mut Thing, mention: &Mention, source: Option<TlcSource>) {
    // A declared input of another food is so only as an input; where the same lot is traced, that wins.
    let mut changed = mention.kind > thing.kind;
    thing.kind = thing.kind.max(mention.kind);
    if let Some(source) = source {
        let is_open = match (&thing.source, &source) {
            (TlcSource::Unknown { .. }, _) | (TlcSource::Reference(_), TlcSource::Place(_)) => true,
            // Of two references the same one is kept whichever came first.
            (TlcSource::Reference(known), TlcSource::Reference(said)) => said < known,
            _ => false,
        };
        if is_open {
            changed |= thing.source != source;
            thing.source = source;
        }
    }
    if let Some(statement) = &mention.statement {
        changed |= statement.is_uncertain() && !thing.uncertain;
        thing.uncertain |= statement.is_uncertain();
        let spelled = gs1_tlc(&mention.identifier);
        // A declared code goes before the one that the identifier spells; of two declared ones the same is kept
        // whichever came first.
        if let Some(said) = statement.tlc.as_ref().filter(|said| Some(*said) != spelled.as_ref())
            && (thing.tlc == spelled || thing.tlc.as_ref().is_none_or(|known| said < known))
        {
            changed |= thing.tlc.as_ref() != Some(said);
            thing.tlc = Some(said.clone());
        }
        let said = statement.reference.as_ref();
        if let Some(said) = said.filter(|said| thing.reference.as_ref().is_none_or(|known| *said < known)) {
            changed = true;
            thing.reference = Some(said.clone());
        }
    }
    thing.is_dirty |= changed;
}

/// A mention of an item, with its event and whether the event is a fact.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) event: i64,
    pub(crate) ordinal: usize,
    pub(crate) mention: Mention,
    pub(crate) is_fact: bool,
}

/// One of the lots of an item.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Lot {
    /// The source that tells it apart; `None` where no event says it.
    pub(crate) source: Option<TlcSource>,
    /// Made from a lot of the same item, and no event says where.
    pub(crate) made_of_itself: bool,
}

/// Which of the lots of one item each mention is about: by the source that it states, whatever came first.
///
/// What says no source is about the only lot, where there is one and it was not made from a lot of the same identifier;
/// else about a lot of its own, whose source is not known. A reference is about the place that is stated beside it
/// somewhere, or about the only place.
pub(crate) fn partition(said: &[Said]) -> Vec<Lot> {
    let facts = || said.iter().filter(|said| said.is_fact);
    let stated = |said: &Said| stated_source(&said.mention);
    let places: BTreeSet<TlcSource> =
        facts().filter_map(stated).filter(|source| matches!(source, TlcSource::Place(_))).collect();
    let references: BTreeSet<TlcSource> =
        facts().filter_map(stated).filter(|source| !places.contains(source)).collect();
    let events_of = |role| facts().filter(move |said| said.mention.role == role).map(|said| said.event);
    let inputs: BTreeSet<i64> = events_of(Role::Input).collect();
    let made_of_itself = events_of(Role::Output).any(|event| inputs.contains(&event));
    let only = match (places.len(), references.first()) {
        (0, reference) => reference.cloned(),
        (1, _) => places.first().cloned(),
        _ => None,
    };
    let beside: BTreeMap<&String, TlcSource> = facts()
        .filter_map(|said| Some((said.mention.statement.as_ref()?.reference.as_ref()?, stated(said)?)))
        .filter(|(_, source)| places.contains(source))
        .collect();
    let source_of = |said: &Said| match stated(said) {
        Some(TlcSource::Reference(reference)) => {
            let place = beside.get(&reference).cloned().or_else(|| only.clone());
            Some(place.unwrap_or(TlcSource::Reference(reference)))
        }
        Some(source) if places.contains(&source) => Some(source),
        // What was declared wrong founds no lot.
        _ if made_of_itself => None,
        _ => only.clone(),
    };
    let lot_of = |said: &Said| {
        let source = source_of(said);
        let made_of_itself = source.is_none() && said.mention.role == Role::Output && inputs.contains(&said.event);
        Lot { source, made_of_itself }
    };
    said.iter().map(lot_of).collect()
}

/// Every spelling under which a thing may be looked up, its identifier aside: the declared codes, and what the identifier
/// spells.
pub(crate) fn codes(mention: &Mention) -> Vec<String> {
    let mut codes = spelled_codes(&mention.identifier);
    codes.extend(mention.statement.iter().flat_map(stated_codes).map(str::to_owned));
    codes.sort();
    codes.dedup();
    codes
}

/// The codes that a statement gives to a lot.
pub(crate) fn stated_codes(statement: &LotStatement) -> impl Iterator<Item = &str> {
    statement.tlc.iter().chain(&statement.alternates).map(Tlc::as_str)
}

/// The codes that an identifier spells beside itself: the GS1 form of the lot code, the bare batch, the SSCC.
pub(crate) fn spelled_codes(identifier: &Identifier) -> Vec<String> {
    let mut codes: Vec<String> = gs1_tlc(identifier).map(String::from).into_iter().collect();
    match identifier.key() {
        Key::Lgtin { lot, .. } => codes.push(lot.to_string()),
        Key::Sscc { sscc } => codes.push(sscc.to_string()),
        _ => {}
    }
    codes
}

#[cfg(test)]
mod tests {

    use super::*;

    fn mention(kind: ThingKind, source: Option<TlcSource>, created_at: Option<&str>) -> Mention {
        let identifier = Identifier::new("https://northgate.example/item/NG-8009/lot/NG-EX-28229-017");
        let statement = source.map(|source| LotStatement {
            lot: identifier.clone(),
            tlc: Some(Tlc::from("NG-EX-28229-017")),
            source: Some(source),
            reference: None,
            assignment: None,
            inferred: false,
            alternates: vec![],
        });
        Mention {
            role: Role::Object,
            kind,
            identifier,
            quantity: None,
            statement,
            creates: created_at.is_some(),
            created_at: created_at.map(str::to_owned),
        }
    }

    fn place(text: &str) -> TlcSource {
        TlcSource::Place(text.to_owned())
    }

    /// Resolves mentions of one item in order and gives the ids and what the lots became.
    fn resolve(mentions: &[Mention]) -> (Vec<i64>, Vec<TlcSource>) {
        let mut things = Things::new("us".to_owned());
        let mut next_id = 1;
        let ids = mentions
            .iter()
            .map(|mention| things.resolve(mention, 7, &mut next_id, &BTreeSet::new(), true).thing)
            .collect();
        let mut sources = Vec::new();
        things.take_dirty(|thing| sources.push(thing.source.clone()));
        (ids, sources)
    }

    #[test]
    fn a_provisional_lot_becomes_the_full_one_in_place() {
        let lot = ThingKind::TraceabilityLot;
        let (ids, sources) = resolve(&[mention(lot, None, None), mention(lot, None, Some("L21"))]);
        assert_eq!((ids, sources), (vec![1, 1], vec![place("L21")]));
    }

    #[test]
    fn two_places_are_two_lots_of_one_code() {
        let lot = ThingKind::TraceabilityLot;
        let (ids, _) = resolve(&[mention(lot, Some(place("L30")), None), mention(lot, Some(place("L21")), None)]);
        assert_eq!(ids, [1, 2]);
    }

    #[test]
    fn a_reference_does_not_contradict_the_place_it_leads_to() {
        let lot = ThingKind::TraceabilityLot;
        let ffrn = TlcSource::Reference("ffrn:19990000003".to_owned());
        let (ids, sources) = resolve(&[mention(lot, Some(ffrn.clone()), None), mention(lot, Some(place("L3")), None)]);
        assert_eq!((ids, sources), (vec![1, 1], vec![place("L3")]));
        let (ids, sources) = resolve(&[mention(lot, Some(place("L3")), None), mention(lot, Some(ffrn), None)]);
        assert_eq!((ids, sources), (vec![1, 1], vec![place("L3")]));
    }

    #[test]
    fn an_unsourced_mention_among_several_lots_stays_apart() {
        let lot = ThingKind::TraceabilityLot;
        let (ids, _) = resolve(&[
            mention(lot, Some(place("L30")), None),
            mention(lot, Some(place("L21")), None),
            mention(lot, None, None),
        ]);
        assert_eq!(ids, [1, 2, 3]);
    }

    #[test]
    fn what_comes_out_under_the_identifier_of_what_went_in_is_another_lot() {
        let mut things = Things::new("us".to_owned());
        let mut next_id = 1;
        let lot = ThingKind::TraceabilityLot;
        let input = Mention { role: Role::Input, ..mention(lot, None, None) };
        let output = Mention { role: Role::Output, ..mention(lot, None, Some("L21")) };
        let consumed = things.resolve(&input, 7, &mut next_id, &BTreeSet::new(), true).thing;
        let produced = things.resolve(&output, 7, &mut next_id, &BTreeSet::from([consumed]), true).thing;
        assert_ne!(consumed, produced);
    }

    #[test]
    fn what_says_no_source_is_about_the_only_lot_or_about_one_of_its_own() {
        let lot = ThingKind::TraceabilityLot;
        let said = |event, mention| Said { event, ordinal: 0, mention, is_fact: true };
        let sources = |said: &[Said]| partition(said).into_iter().map(|lot| lot.source).collect::<Vec<_>>();
        let (here, there) = (Some(place("L30")), Some(place("L21")));
        let unsaid = said(1, mention(lot, None, None));
        let of_farm = said(2, mention(lot, here.clone(), None));
        let of_packer = said(3, mention(lot, there.clone(), None));
        assert_eq!(sources(&[unsaid.clone(), of_farm.clone()]), [here.clone(), here.clone()]);
        assert_eq!(sources(&[unsaid.clone(), of_farm.clone(), of_packer]), [None, here, there.clone()]);
        let used = said(4, Mention { role: Role::Input, ..mention(lot, None, None) });
        let repacked = said(4, Mention { role: Role::Output, ..mention(lot, None, Some("L21")) });
        assert_eq!(sources(&[unsaid, used, repacked]), [None, None, there]);
    }

    #[test]
    fn a_declared_error_is_forgotten_and_leaves_what_others_said() {
        let lot = ThingKind::TraceabilityLot;
        let mut things = Things::new("us".to_owned());
        let mut next_id = 1;
        let wrong = mention(lot, Some(place("L9")), None);
        let id = things.resolve(&wrong, 7, &mut next_id, &BTreeSet::new(), true).thing;
        let right = mention(ThingKind::Lot, None, None);
        things.relearn(7, id, [&right]);
        let mut left = Vec::new();
        things.take_dirty(|thing| left.push((thing.kind, thing.source.clone())));
        assert_eq!(left, [(lot, TlcSource::Unknown { reporter: "us".to_owned() })]);
    }
}
