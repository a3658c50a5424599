//! Which lot, unit or instance an event means.
//!
//! A class identifier is an alias; the lot is (code, source). A lot seen before its source is known is held under a
//! provisional key and becomes the full lot, in place, when an event of the same tenant names or creates it.

use std::collections::BTreeMap;

use domain::{LotStatement, Tlc, TlcSource, gs1_tlc};
use gs1::Key;
use lineage::{Mention, ThingKind};

/// A row of `thing` on its way in or out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    pub(crate) id: i64,
    pub(crate) kind: ThingKind,
    pub(crate) item: i64,
    pub(crate) tlc: Option<Tlc>,
    pub(crate) source: TlcSource,
    pub(crate) reference: Option<String>,
    pub(crate) state: State,
}

/// What has to be written of a [`Thing`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Unchanged,
    Changed,
    New,
}

/// The things of the items that a batch of events mentions.
#[derive(Debug)]
pub(crate) struct Things<'a> {
    reporter: &'a str,
    by_item: BTreeMap<i64, Vec<Thing>>,
}

impl<'a> Things<'a> {
    /// Starts from what the database holds.
    pub(crate) fn new(reporter: &'a str, known: Vec<Thing>) -> Self {
        let mut by_item: BTreeMap<i64, Vec<Thing>> = BTreeMap::new();
        for thing in known {
            by_item.entry(thing.item).or_default().push(thing);
        }
        // The choice among several lots of one item must not depend on the order of rows.
        for things in by_item.values_mut() {
            things.sort_by_key(|thing| thing.id);
        }
        Self { reporter, by_item }
    }

    /// The thing that a mention means, made with an id of `next_id` if it is new.
    pub(crate) fn resolve(&mut self, mention: &Mention, item: i64, next_id: &mut i64) -> i64 {
        let reporter = self.reporter;
        let things = self.by_item.entry(item).or_default();
        let source = stated_source(mention);
        let index = choose(things, source.as_ref()).unwrap_or_else(|| {
            things.push(Thing {
                id: *next_id,
                kind: mention.kind,
                item,
                tlc: gs1_tlc(&mention.identifier).filter(|_| is_lot(mention.kind)),
                source: TlcSource::Unknown { reporter: reporter.to_owned() },
                reference: None,
                state: State::New,
            });
            *next_id += 1;
            things.len() - 1
        });
        // `choose` gives an index of `things`, and the other arm has just pushed one.
        let Some(thing) = things.get_mut(index) else { return 0 };
        refine(thing, mention, source);
        thing.id
    }

    /// What has to be written.
    pub(crate) fn dirty(&self) -> impl Iterator<Item = &Thing> {
        self.by_item.values().flatten().filter(|thing| thing.state != State::Unchanged)
    }
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
fn choose(things: &[Thing], source: Option<&TlcSource>) -> Option<usize> {
    let Some(source) = source else {
        return match things {
            [] => None,
            [_] => Some(0),
            several => several.iter().position(|thing| matches!(thing.source, TlcSource::Unknown { .. })),
        };
    };
    let exact = things.iter().position(|thing| thing.source == *source);
    let open = || things.iter().position(|thing| matches!(thing.source, TlcSource::Unknown { .. }));
    let referred = || match (source, things) {
        (TlcSource::Reference(_), [_]) => Some(0),
        (TlcSource::Place(_), [thing]) if matches!(thing.source, TlcSource::Reference(_)) => Some(0),
        _ => None,
    };
    exact.or_else(open).or_else(referred)
}

/// Adds what the mention knows better.
fn refine(thing: &mut Thing, mention: &Mention, source: Option<TlcSource>) {
    let before = thing.clone();
    // A declared input of another food is so only as an input; where the same lot is traced, that wins.
    thing.kind = thing.kind.max(mention.kind);
    if let Some(source) = source {
        let is_open = match &thing.source {
            TlcSource::Unknown { .. } => true,
            TlcSource::Reference(_) => matches!(source, TlcSource::Place(_)),
            TlcSource::Place(_) => false,
        };
        if is_open {
            thing.source = source;
        }
    }
    if let Some(statement) = &mention.statement {
        thing.tlc = statement.tlc.clone().or(thing.tlc.take());
        thing.reference = statement.reference.clone().or(thing.reference.take());
    }
    if *thing != before && thing.state == State::Unchanged {
        thing.state = State::Changed;
    }
}

/// Every spelling under which a thing may be looked up: the declared code, the GS1 form, the bare batch, the identifier.
pub(crate) fn codes(mention: &Mention) -> Vec<String> {
    let mut codes = vec![mention.identifier.canonical()];
    codes.extend(gs1_tlc(&mention.identifier).map(String::from));
    match mention.identifier.key() {
        Key::Lgtin { lot, .. } => codes.push(lot.clone()),
        Key::Sscc { sscc } => codes.push(sscc.clone()),
        _ => {}
    }
    if let Some(LotStatement { tlc, alternates, .. }) = &mention.statement {
        codes.extend(tlc.iter().chain(alternates).map(|tlc| tlc.as_str().to_owned()));
    }
    codes.sort();
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests {
    use gs1::Identifier;
    use lineage::Role;

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
            created_at: created_at.map(str::to_owned),
        }
    }

    fn place(text: &str) -> TlcSource {
        TlcSource::Place(text.to_owned())
    }

    /// Resolves mentions of one item in order and gives the ids and what the lots became.
    fn resolve(mentions: &[Mention]) -> (Vec<i64>, Vec<TlcSource>) {
        let mut things = Things::new("us", vec![]);
        let mut next_id = 1;
        let ids = mentions.iter().map(|mention| things.resolve(mention, 7, &mut next_id)).collect();
        (ids, things.dirty().map(|thing| thing.source.clone()).collect())
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
}
