//! The set of facts that one viewer may learn.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Continuation, EventId, Grant, Onward, PartyId, Profile, Purpose, Selector, ThingId, Viewer};
use jiff::Timestamp;
use lineage::{Limits, Step, Walk};

use crate::{EventFact, Facts, HandOver, Seen, ThingFact};

/// The default rules of a tenant.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// R0: a counterparty sees the hand-over events that name it and the lots on them, with `Profile::Trade`; a pure
    /// carrier sees only the logistic units on them.
    pub counterparty: bool,
    /// R1: a recipient sees the identity and the TLC source of the lots it was sent, with `Profile::TraceMin`.
    pub identity: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { counterparty: true, identity: true }
    }
}

/// How a viewer sees a lot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LotView {
    /// How much of it.
    pub profile: Profile,
    /// What is said where its history goes on elsewhere.
    pub continuation: Continuation,
    /// How far it may be passed on.
    pub onward: Onward,
}

/// Everything a viewer may learn of at one instant.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct View {
    /// Visible lots, units and instances.
    pub lots: BTreeMap<ThingId, LotView>,
    /// Visible events.
    pub events: BTreeMap<EventId, Seen>,
    /// When a grant begins or ends next: from then on this view is out of date.
    pub valid_until: Option<Timestamp>,
}

/// Computes a view: `closure(rules and grants)` at `now` for the stated purpose.
///
/// The tenant's own staff do not need a view; for [`Viewer::Own`] the result is empty.
pub fn view(facts: &Facts, rules: Rules, grants: &[Grant], viewer: Viewer, purpose: Purpose, now: Timestamp) -> View {
    let mut view = View::default();
    if let Viewer::Party(party) = viewer {
        for event in &facts.events {
            if let Some(ends) = &event.hand_over {
                hand_over(&mut view, rules, event, ends, party);
            }
        }
    }
    for grant in grants.iter().filter(|grant| grant.viewer == viewer) {
        view.valid_until = [view.valid_until, next_boundary(grant, now)].into_iter().flatten().min();
        if grant.is_active(now) && (grant.purposes.is_empty() || grant.purposes.contains(&purpose)) {
            apply(&mut view, facts, grant);
        }
    }
    view
}

fn hand_over(view: &mut View, rules: Rules, event: &EventFact, ends: &HandOver, party: PartyId) {
    if rules.counterparty && ends.counterparties.contains(&party) {
        see_event(view, event.id, Seen { profile: Profile::Trade, named: true });
        for &thing in &event.things {
            see_lot(view, thing, plain(Profile::Trade));
        }
    } else if rules.counterparty && ends.carriers.contains(&party) {
        see_event(view, event.id, Seen { profile: Profile::Trace, named: false });
        for &unit in &ends.units {
            see_lot(view, unit, plain(Profile::Trace));
        }
    }
    if rules.identity && ends.recipients.contains(&party) {
        for &thing in &event.things {
            see_lot(view, thing, plain(Profile::TraceMin));
        }
    }
}

fn apply(view: &mut View, facts: &Facts, grant: &Grant) {
    let starts = select(facts, &grant.selector);
    let mut lots = closure(facts, &starts, grant.hops_back, |edge| (edge.output, edge.input));
    lots.extend(closure(facts, &starts, grant.hops_forward, |edge| (edge.input, edge.output)));
    for event in facts.events.iter().filter(|event| !event.things.is_disjoint(&lots)) {
        let named = match grant.viewer {
            Viewer::Party(party) => event.hand_over.as_ref().is_some_and(|ends| ends.counterparties.contains(&party)),
            Viewer::Own | Viewer::Regulator(_) => false,
        };
        see_event(view, event.id, Seen { profile: grant.profile, named });
    }
    for lot in lots {
        let seen = LotView { profile: grant.profile, continuation: grant.continuation, onward: grant.onward };
        see_lot(view, lot, seen);
    }
}

fn plain(profile: Profile) -> LotView {
    LotView { profile, continuation: Continuation::None, onward: Onward::None }
}

/// Several reasons to see a thing give the most that any of them gives.
fn see_lot(view: &mut View, thing: ThingId, seen: LotView) {
    let known = view.lots.entry(thing).or_insert(seen);
    known.profile = known.profile.max(seen.profile);
    known.continuation = known.continuation.max(seen.continuation);
    known.onward = known.onward.max(seen.onward);
}

fn see_event(view: &mut View, event: EventId, seen: Seen) {
    let known = view.events.entry(event).or_insert(seen);
    known.profile = known.profile.max(seen.profile);
    known.named |= seen.named;
}

fn closure(
    facts: &Facts,
    starts: &BTreeSet<ThingId>,
    hops: u32,
    along: impl Fn(&crate::Derivation) -> (ThingId, ThingId),
) -> BTreeSet<ThingId> {
    let mut next: BTreeMap<ThingId, BTreeSet<ThingId>> = BTreeMap::new();
    for (from, to) in facts.derivations.iter().map(along) {
        next.entry(from).or_default().insert(to);
    }
    let mut walk = Walk::new(starts.iter().copied(), Limits { hops, nodes: usize::MAX });
    loop {
        let wanted = walk.wants();
        if wanted.is_empty() {
            return walk.finish().reached.into_keys().collect();
        }
        let steps: Vec<_> = wanted
            .iter()
            .flat_map(|(from, _)| next.get(from).into_iter().flatten().map(|&to| Step { from: *from, to, hops: 1 }))
            .collect();
        walk.absorb(steps);
    }
}

/// The things that a selector names.
fn select(facts: &Facts, selector: &Selector) -> BTreeSet<ThingId> {
    let by_name = facts.things.iter().filter(|thing| named(thing, selector)).map(|thing| thing.id);
    if selector.places.is_empty() && selector.since.is_none() && selector.until.is_none() {
        return by_name.collect();
    }
    let happened: BTreeSet<ThingId> = facts
        .events
        .iter()
        .filter(|event| selector.places.is_empty() || !event.places.is_disjoint(&selector.places))
        .filter(|event| selector.since.is_none_or(|since| since <= event.time))
        .filter(|event| selector.until.is_none_or(|until| event.time < until))
        .flat_map(|event| event.things.iter().copied())
        .collect();
    by_name.filter(|thing| happened.contains(thing)).collect()
}

fn named(thing: &ThingFact, selector: &Selector) -> bool {
    (selector.lots.is_empty() || !thing.codes.is_disjoint(&selector.lots))
        && (selector.gtins.is_empty() || thing.gtin.as_ref().is_some_and(|gtin| selector.gtins.contains(gtin)))
}

fn next_boundary(grant: &Grant, now: Timestamp) -> Option<Timestamp> {
    [Some(grant.valid_from), grant.valid_to].into_iter().flatten().filter(|at| *at > now).min()
}

#[cfg(test)]
mod tests {
    use domain::GrantId;

    use super::*;

    const GROCER: PartyId = PartyId(1);
    const OTHER: PartyId = PartyId(2);
    const ORE: ThingId = ThingId(1);
    const DOUGH: ThingId = ThingId(2);
    const BREAD: ThingId = ThingId(3);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn event(id: i64, recipients: &[PartyId], things: &[ThingId]) -> EventFact {
        EventFact {
            id: EventId(id),
            time: at(id),
            day: jiff::civil::Date::constant(2028, 8, 14),
            hand_over: (!recipients.is_empty()).then(|| HandOver {
                counterparties: recipients.iter().copied().collect(),
                recipients: recipients.iter().copied().collect(),
                ..HandOver::default()
            }),
            places: BTreeSet::new(),
            things: things.iter().copied().collect(),
        }
    }

    /// Ore becomes dough (event 1), dough becomes bread (event 2), bread is sent to the grocer (event 3).
    fn bakery() -> Facts {
        let thing = |id: ThingId| ThingFact {
            id,
            codes: BTreeSet::from([format!("lot-{}", id.0)]),
            names: BTreeSet::new(),
            gtin: None,
        };
        Facts {
            events: vec![event(1, &[], &[ORE, DOUGH]), event(2, &[], &[DOUGH, BREAD]), event(3, &[GROCER], &[BREAD])],
            things: vec![thing(ORE), thing(DOUGH), thing(BREAD)],
            derivations: vec![
                crate::Derivation { input: ORE, output: DOUGH },
                crate::Derivation { input: DOUGH, output: BREAD },
            ],
        }
    }

    fn grant(hops_back: u32, profile: Profile) -> Grant {
        Grant {
            id: GrantId(1),
            viewer: Viewer::Party(GROCER),
            selector: Selector { lots: BTreeSet::from(["lot-3".to_owned()]), ..Selector::default() },
            hops_back,
            hops_forward: 0,
            profile,
            continuation: Continuation::Refer,
            onward: Onward::None,
            purposes: BTreeSet::new(),
            valid_from: at(10),
            valid_to: Some(at(20)),
            reason: "trace programme".to_owned(),
            approver: "owner".to_owned(),
            revoked_at: None,
        }
    }

    fn grocer(rules: Rules, grants: &[Grant], second: i64) -> View {
        view(&bakery(), rules, grants, Viewer::Party(GROCER), Purpose::Trace, at(second))
    }

    #[test]
    fn a_counterparty_sees_its_hand_over_and_the_lots_on_it_only() {
        let seen = grocer(Rules::default(), &[], 0);
        assert_eq!(seen.lots.keys().collect::<Vec<_>>(), [&BREAD]);
        assert_eq!(seen.events, BTreeMap::from([(EventId(3), Seen { profile: Profile::Trade, named: true })]));
    }

    #[test]
    fn a_recipient_learns_identity_even_without_the_counterparty_rule() {
        let seen = grocer(Rules { counterparty: false, identity: true }, &[], 0);
        assert_eq!(seen.lots.get(&BREAD).unwrap().profile, Profile::TraceMin);
        assert!(seen.events.is_empty());
    }

    #[test]
    fn a_carrier_sees_the_pallet_and_not_what_is_on_it() {
        const PALLET: ThingId = ThingId(4);
        let mut facts = bakery();
        let carried = HandOver {
            carriers: BTreeSet::from([OTHER]),
            units: BTreeSet::from([PALLET]),
            ..facts.events[2].hand_over.clone().unwrap()
        };
        facts.events[2].hand_over = Some(carried);
        facts.events[2].things.insert(PALLET);
        let seen = view(&facts, Rules::default(), &[], Viewer::Party(OTHER), Purpose::Trace, at(0));
        assert_eq!(seen.lots.keys().collect::<Vec<_>>(), [&PALLET]);
        assert_eq!(seen.events.get(&EventId(3)), Some(&Seen { profile: Profile::Trace, named: false }));
    }

    #[test]
    fn a_stranger_sees_nothing() {
        let seen = view(&bakery(), Rules::default(), &[], Viewer::Party(OTHER), Purpose::Trace, at(0));
        assert_eq!(seen, View::default());
    }

    #[test]
    fn a_grant_opens_as_many_hops_as_it_says() {
        let seen = grocer(Rules::default(), &[grant(1, Profile::Trace)], 15);
        assert_eq!(seen.lots.keys().collect::<Vec<_>>(), [&DOUGH, &BREAD]);
        assert_eq!(seen.lots.get(&DOUGH).unwrap().continuation, Continuation::Refer);
        let deeper = grocer(Rules::default(), &[grant(2, Profile::Trace)], 15);
        assert!(deeper.lots.contains_key(&ORE));
    }

    #[test]
    fn a_grant_holds_only_within_its_time_and_the_view_says_when_that_changes() {
        let rules = Rules::default();
        let before = grocer(rules, &[grant(2, Profile::Trace)], 5);
        assert_eq!((before.lots.len(), before.valid_until), (1, Some(at(10))));
        let during = grocer(rules, &[grant(2, Profile::Trace)], 10);
        assert_eq!((during.lots.len(), during.valid_until), (3, Some(at(20))));
        let after = grocer(rules, &[grant(2, Profile::Trace)], 20);
        assert_eq!((after.lots.len(), after.valid_until), (1, None));
    }

    #[test]
    fn a_revoked_grant_gives_nothing() {
        let revoked = Grant { revoked_at: Some(at(12)), ..grant(2, Profile::Trace) };
        assert_eq!(grocer(Rules::default(), &[revoked], 15).lots.len(), 1);
    }

    #[test]
    fn a_grant_for_another_purpose_gives_nothing() {
        let recall = Grant { purposes: BTreeSet::from([Purpose::Recall]), ..grant(2, Profile::Trace) };
        assert_eq!(grocer(Rules::default(), std::slice::from_ref(&recall), 15).lots.len(), 1);
        let seen = view(&bakery(), Rules::default(), &[recall], Viewer::Party(GROCER), Purpose::Recall, at(15));
        assert_eq!(seen.lots.len(), 3);
    }

    #[test]
    fn a_selector_that_matches_nothing_opens_nothing() {
        let mut wrong = grant(2, Profile::Full);
        wrong.selector.lots = BTreeSet::from(["lot-9".to_owned()]);
        assert_eq!(grocer(Rules::default(), &[wrong], 15).lots.len(), 1);
    }
}
