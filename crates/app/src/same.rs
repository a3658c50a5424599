//! Which rows are one lot, and which may be: identifiers that share a key, and what events state as possible.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventId, ThingId, Tlc, gs1_tlc};
use gs1::{Identifier, Key};
use lineage::Basis;
use store::{Mentioned, Scope, SeenEvent, SeenThing};

use crate::{AppError, sighting::reading};

/// Codes of one query at most, so that the many lots of one code do not crowd out the others.
const CODES_AT_ONCE: usize = 50;

/// The other things with the code of one of these lots, and with `possibly` those that may be one of them, too.
pub(crate) async fn sharing_codes(
    scope: &Scope,
    lots: &BTreeMap<ThingId, SeenThing>,
    possibly: bool,
) -> Result<BTreeMap<ThingId, SeenThing>, AppError> {
    let own = |thing: &SeenThing| thing.lot.as_ref().map(|lot| String::from(lot.tlc.clone()));
    let own: BTreeSet<String> = lots.values().filter_map(own).collect();
    let identifiers: BTreeSet<&str> = lots.values().map(|thing| thing.identifier.as_str()).collect();
    // A code that is somebody's identifier stands in no list of codes.
    let foreign = |code: &&String| code.contains(':') && !identifiers.contains(code.as_str());
    let mut found = named_by(scope, own.iter().filter(foreign).cloned().collect()).await?;
    let lots_of = || lots.values().filter(|thing| thing.lot.is_some());
    let codes = if possibly { lots_of().flat_map(codes_of).collect() } else { own };
    let sharing = scope.sharing(&codes, possibly, &lots.keys().copied().collect()).await?;
    found.extend(sharing.into_iter().map(|thing| (thing.id, thing)));
    found.retain(|id, _| !lots.contains_key(id));
    Ok(found)
}

/// The things that any of these codes names.
pub(crate) async fn named_by(scope: &Scope, codes: BTreeSet<String>) -> Result<BTreeMap<ThingId, SeenThing>, AppError> {
    let codes: Vec<String> = codes.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in codes.chunks(CODES_AT_ONCE) {
        found.extend(scope.things_named(some).await?.into_iter().map(|thing| (thing.id, thing)));
    }
    Ok(found)
}

/// Whether two rows are one lot: a code and the place that assigned it identify a lot, whatever identifiers name it.
pub(crate) fn is_same_lot(a: &SeenThing, b: &SeenThing) -> bool {
    let is_known = |thing: &SeenThing| thing.lot.as_ref().is_some_and(|key| !key.is_provisional());
    a.id != b.id && is_known(a) && a.lot == b.lot
}

/// How an event states that a thing on it is this one.
pub(crate) fn basis(event: &SeenEvent, thing: &SeenThing) -> Basis {
    let mentions = reading(event).mentions;
    let mut about = mentions.iter().filter(|mention| mention.identifier.canonical() == thing.identifier);
    let is_inferred = |mention: &lineage::Mention| mention.statement.as_ref().is_some_and(|stated| stated.inferred);
    if about.any(is_inferred) { Basis::Inferred } else { Basis::Recorded }
}

/// The other lots that an event says a thing on it may be, by their codes.
pub(crate) fn alternates(event: &SeenEvent, thing: &SeenThing) -> BTreeSet<Tlc> {
    let mentions = reading(event).mentions.into_iter();
    let about = mentions.filter(|mention| mention.identifier.canonical() == thing.identifier);
    about.filter_map(|mention| mention.statement).flat_map(|stated| stated.alternates).collect()
}

/// Whether a code may stand for a lot.
pub(crate) fn may_mean(code: &Tlc, thing: &SeenThing) -> bool {
    codes_of(thing).contains(code.as_str()) || Identifier::new(code.as_str()).canonical() == thing.identifier
}

/// The codes by which others may name a thing: its own code, its identifier, and what the identifier spells. Not those
/// that it is only said to be possibly.
pub(crate) fn codes_of(thing: &SeenThing) -> BTreeSet<String> {
    let identifier = Identifier::new(thing.identifier.as_str());
    let spelled = match identifier.key() {
        Key::Lgtin { lot, .. } => Some(lot.to_string()),
        Key::Sscc { sscc } => Some(sscc.to_string()),
        _ => None,
    };
    let tlc = thing.lot.as_ref().map(|key| key.tlc.clone()).into_iter().chain(gs1_tlc(&identifier));
    tlc.map(String::from).chain([Some(thing.identifier.clone()), spelled].into_iter().flatten()).collect()
}

/// A lot that an event says another one may be.
#[derive(Clone, Debug)]
pub(crate) struct MayBe {
    /// The lot that it may be in truth.
    pub(crate) truth: ThingId,
    /// The mention that says so, of what the event calls it.
    pub(crate) mention: Mentioned,
}

/// What events state of the lots that things on them may be: the mention, and the code of the other lot.
pub(crate) fn stated_alternates(
    mentions: &[Mentioned],
    things: &BTreeMap<ThingId, SeenThing>,
    events: &BTreeMap<EventId, SeenEvent>,
) -> Vec<(Mentioned, Tlc)> {
    let stated = mentions.iter().flat_map(|mention| {
        let on = events.get(&mention.event).zip(things.get(&mention.thing));
        let codes = on.map(|(event, thing)| alternates(event, thing)).unwrap_or_default();
        codes.into_iter().map(|code| (mention.clone(), code))
    });
    stated.collect()
}

/// Looks up which lots are meant, and adds them to the things that are known.
pub(crate) async fn look_up_alternates(
    scope: &Scope,
    stated: Vec<(Mentioned, Tlc)>,
    things: &mut BTreeMap<ThingId, SeenThing>,
) -> Result<Vec<MayBe>, AppError> {
    let spellings = |code: &Tlc| [code.as_str().to_owned(), Identifier::new(code.as_str()).canonical()];
    let named = named_by(scope, stated.iter().flat_map(|(_, code)| spellings(code)).collect()).await?;
    let mut found = Vec::new();
    for (mention, code) in stated {
        let meant = named.values().filter(|thing| thing.id != mention.thing && may_mean(&code, thing));
        found.extend(meant.map(|thing| MayBe { truth: thing.id, mention: mention.clone() }));
    }
    things.extend(named);
    Ok(found)
}
