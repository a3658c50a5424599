//! Cutting what is shown to the viewer's profile.

use domain::Profile;
use lineage::{Basis, Sighting};

/// How a viewer sees an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen {
    /// How much of it.
    pub profile: Profile,
    /// Whether the event names the viewer as source or destination.
    pub named: bool,
}

impl Seen {
    /// How the tenant's own staff see everything.
    pub const OWN: Self = Self { profile: Profile::Full, named: true };
}

/// Something that has passed the policy and may be shown to the viewer it was projected for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Visible<T>(T);

impl<T> Visible<T> {
    /// What may be shown.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// What may be shown.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Cuts a sighting to what `seen` allows: an allow-list, so that a new field is hidden until it is listed here.
///
/// `is_own` tells the owner's own places: whom else the owner deals with is for those who are named on the event.
pub fn project(full: Sighting, seen: Seen, is_own: impl Fn(&str) -> bool) -> Visible<Sighting> {
    if seen.profile == Profile::Full {
        return Visible(full);
    }
    let mut shown = Sighting {
        event: full.event,
        asserter: full.asserter,
        role: full.role,
        day: full.day,
        cte: None,
        biz_step: None,
        time: None,
        place: None,
        location: None,
        custody: None,
        from_place: None,
        to_place: None,
        quantity: None,
        documents: Vec::new(),
        basis: Basis::Recorded,
    };
    let whole = seen.profile >= Profile::Trade && seen.named;
    let shown_place = |place: Option<String>| place.filter(|place| whole || is_own(place));
    if seen.profile >= Profile::Trace {
        shown.cte = full.cte;
        shown.basis = full.basis;
        shown.biz_step = full.biz_step;
        shown.time = full.time;
        shown.place = shown_place(full.place);
        shown.location = shown_place(full.location);
        shown.custody = full.custody;
    }
    if whole {
        shown.from_place = full.from_place;
        shown.to_place = full.to_place;
        shown.quantity = full.quantity;
        shown.documents = full.documents;
    }
    Visible(shown)
}

/// An edge is visible when its event and both its ends are, each with at least [`Profile::Trace`].
pub fn edge_is_visible(event: Seen, from: Profile, to: Profile) -> bool {
    event.profile >= Profile::Trace && from >= Profile::Trace && to >= Profile::Trace
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::Date};
    use lineage::{CustodyKind, Role};

    use super::*;

    fn full() -> Sighting {
        let some = |text: &str| Some(text.to_owned());
        Sighting {
            event: "e".to_owned(),
            asserter: "packer".to_owned(),
            role: Role::Object,
            cte: some("shipping"),
            biz_step: some("shipping"),
            day: Date::constant(2028, 8, 15),
            time: Some(Timestamp::UNIX_EPOCH),
            place: some("L3"),
            location: some("L3"),
            custody: Some(CustodyKind::Shipped),
            from_place: some("L3"),
            to_place: some("L4"),
            quantity: Some(("600".to_owned(), some("XCS"))),
            documents: vec![(some("bol"), "BOL-1".to_owned())],
            basis: Basis::Inferred,
        }
    }

    fn shown(profile: Profile, named: bool) -> Sighting {
        project(full(), Seen { profile, named }, |place| place == "L3").into_inner()
    }

    #[test]
    fn the_smallest_profile_shows_the_day_and_nothing_more() {
        let seen = shown(Profile::TraceMin, true);
        assert_eq!((seen.day, seen.time, &seen.place, &seen.biz_step), (full().day, None, &None, &None));
    }

    #[test]
    fn tracing_shows_the_owners_place_but_neither_party_nor_amount() {
        let seen = shown(Profile::Trace, true);
        assert_eq!(seen.place, full().place);
        assert_eq!((seen.to_place, seen.quantity, seen.documents), (None, None, vec![]));
    }

    #[test]
    fn tracing_hides_the_places_of_others() {
        let seen = Seen { profile: Profile::Trace, named: true };
        let shown = project(full(), seen, |_| false).into_inner();
        assert_eq!((shown.place, shown.location), (None, None));
    }

    #[test]
    fn trade_shows_parties_and_amounts_only_on_events_that_name_the_viewer() {
        assert_eq!(shown(Profile::Trade, true), full());
        assert_eq!(shown(Profile::Trade, false), shown(Profile::Trace, false));
    }

    #[test]
    fn an_edge_needs_its_event_and_both_ends() {
        let trace = Seen { profile: Profile::Trace, named: false };
        assert!(edge_is_visible(trace, Profile::Trace, Profile::Full));
        assert!(!edge_is_visible(trace, Profile::TraceMin, Profile::Full));
        assert!(!edge_is_visible(Seen { profile: Profile::TraceMin, named: true }, Profile::Full, Profile::Full));
    }
}
