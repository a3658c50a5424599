//! The rows that say what an event is, and what it speaks of.

use std::collections::BTreeSet;

use domain::TenantId;
use epcis::Action;
use lineage::{ChangeKind, CustodyKind, Mention, Reading, Role, Stages, ThingKind};

use crate::{
    Asserted, Capture, StoreError,
    asserted::Head,
    bulk::{Cell, Rows},
    resolve::{Meant, Resolved, Thing},
    tables,
    text::{Code, End, Side, micros, pack_ids, source_columns},
};

/// Rows on their way into the database.
pub(crate) struct Batch {
    pub(crate) items: Rows,
    /// Things that have no row yet, and others.
    pub(crate) new_things: Rows,
    pub(crate) things: Rows,
    pub(crate) events: Rows,
    pub(crate) bodies: Rows,
    pub(crate) mentions: Rows,
    pub(crate) ends: Rows,
    /// Codes of things that have no row yet, and of others.
    pub(crate) new_codes: Rows,
    pub(crate) codes: Rows,
    pub(crate) sides: Rows,
    pub(crate) containment: Rows,
}

impl Batch {
    pub(crate) fn of(tenant: TenantId) -> Self {
        Self {
            items: Rows::of(&tables::ITEM, tenant),
            new_things: Rows::of(&tables::NEW_THING, tenant),
            things: Rows::of(&tables::THING, tenant),
            events: Rows::of(&tables::EVENT, tenant),
            bodies: Rows::of(&tables::EVENT_BODY, tenant),
            mentions: Rows::of(&tables::EVENT_THING, tenant),
            ends: Rows::of(&tables::EVENT_END, tenant),
            new_codes: Rows::of(&tables::NEW_THING_CODE, tenant),
            codes: Rows::of(&tables::THING_CODE, tenant),
            sides: Rows::of(&tables::PROCESS_SIDE, tenant),
            containment: Rows::of(&tables::CONTAINMENT, tenant),
        }
    }

    /// The rows of each table.
    pub(crate) fn into_tables(self) -> Vec<Rows> {
        let Self { items, new_things, things, events, bodies, mentions, ends, new_codes, codes, sides, containment } =
            self;
        vec![items, new_things, things, events, bodies, mentions, ends, new_codes, codes, sides, containment]
    }

    /// Adds what is known of a thing.
    pub(crate) fn thing(&mut self, thing: &Thing) {
        let (source_kind, source) = source_columns(&thing.source);
        let rows = if thing.is_stored { &mut self.things } else { &mut self.new_things };
        rows.push([
            thing.id.into(),
            thing.item.into(),
            Cell::Code(Some(thing.kind.code())),
            Cell::Code(Some(source_kind)),
            Cell::Text(thing.tlc.clone().map(String::from)),
            Cell::Text(source.map(str::to_owned)),
            Cell::Text(thing.reference.clone()),
            Cell::Flag(thing.uncertain),
        ]);
    }
}

impl Capture {
    /// Adds the rows of one event; gives the items of the things on it.
    pub(crate) fn rows(&mut self, mut asserted: Asserted, is_fact: bool) -> Result<Vec<i64>, StoreError> {
        let id = self.next_id;
        self.next_id += 1;
        // Nothing else that was learned of a lot decides what is learned of others, or it would matter what came first.
        let is_packed = |uri: &str| self.dictionary.get(uri).is_some_and(|item| self.things.is_traceability_lot(item));
        let stage = asserted.stages.given(is_packed);
        let Stages { decided_by, unknown, packed } = &asserted.stages;
        if unknown != packed {
            self.things.decide(decided_by.iter().filter_map(|uri| self.dictionary.get(uri)));
        }
        asserted.reading.prove(stage);
        let Asserted { identity, body, head, reading, things, .. } = asserted;
        let mut items = Vec::with_capacity(things.len());
        let mut mentions: Vec<Resolved<'_>> = Vec::with_capacity(things.len());
        let mut inputs = BTreeSet::new();
        for (mention, uri) in reading.mentions.iter().zip(&things) {
            let item = self.item(uri)?;
            let Meant { thing, is_new, codes } =
                self.things.resolve(mention, item, &mut self.next_id, &inputs, is_fact);
            let rows = if is_new { &mut self.next.new_codes } else { &mut self.next.codes };
            for code in codes {
                rows.push([Cell::Text(Some(code)), thing.into()]);
            }
            if mention.role == Role::Input {
                inputs.insert(thing);
            }
            items.push(item);
            mentions.push(Resolved { mention, thing });
        }
        self.mention_rows(id, &mentions, &reading)?;
        if is_fact {
            let process = reading.process.as_ref().map(|uri| self.item(uri)).transpose()?;
            sides(id, process.unwrap_or(id), &mentions, &mut self.next.sides);
            changes(id, &reading, &mentions, &mut self.next.containment);
        }
        let things = pack_ids(mentions.iter().map(|resolved| resolved.thing));
        self.next.bodies.push([id.into(), Cell::Bytes(body)]);
        self.event_row(id, &head, &reading, identity.0, things, is_fact)?;
        Ok(items)
    }

    fn event_row(
        &mut self,
        id: i64,
        head: &Head,
        reading: &Reading,
        identity: Vec<u8>,
        things: Vec<u8>,
        is_fact: bool,
    ) -> Result<(), StoreError> {
        let item = |text: Option<&String>| text.map(|text| self.item(text)).transpose().map(Cell::Int);
        let custody = reading.custody.as_ref();
        let row = [
            id.into(),
            micros(head.time).into(),
            micros(self.now).into(),
            Cell::Int((!is_fact).then(|| micros(self.now))),
            item(head.biz_step.as_ref())?,
            item(head.disposition.as_ref())?,
            item(head.read_point.as_ref())?,
            item(head.biz_location.as_ref())?,
            item(custody.and_then(|custody| custody.from_place.as_ref()))?,
            item(custody.and_then(|custody| custody.to_place.as_ref()))?,
            Cell::Code(Some(head.zone)),
            Cell::Code(Some(head.kind.code())),
            Cell::Code(head.action.map(Code::code)),
            Cell::Flag(reading.is_uncertain()),
            Cell::Bytes(identity),
            Cell::Bytes(things),
        ];
        self.next.events.push(row);
        Ok(())
    }

    /// The rows that say which things, parties and places are on an event.
    fn mention_rows(&mut self, event: i64, mentions: &[Resolved<'_>], reading: &Reading) -> Result<(), StoreError> {
        for (ordinal, Resolved { mention, thing }) in (0i32..).zip(mentions) {
            let (quantity, uom) = amount(mention);
            let role = Cell::Code(Some(mention.role.code()));
            self.next.mentions.push([(*thing).into(), event.into(), Cell::Number(ordinal), role, quantity, uom]);
        }
        let mut ends = BTreeSet::new();
        for (is_destination, list) in [(false, &reading.sources), (true, &reading.destinations)] {
            for end in list {
                if let Some(side) = End::new(is_destination, &end.kind) {
                    ends.insert((self.item(&end.id)?, side));
                }
            }
        }
        for (item, side) in ends {
            self.next.ends.push([item.into(), event.into(), Cell::Code(Some(side.code()))]);
        }
        Ok(())
    }
}

/// Amount and unit of measure.
fn amount(mention: &Mention) -> (Cell, Cell) {
    match &mention.quantity {
        Some((quantity, uom)) => (Cell::Text(Some(quantity.clone())), Cell::Text(uom.clone())),
        None => (Cell::Text(None), Cell::Text(None)),
    }
}

/// Which lots went into a process and which came out of it.
pub(crate) fn sides(event: i64, process: i64, mentions: &[Resolved<'_>], rows: &mut Rows) {
    let mut seen = BTreeSet::new();
    for Resolved { mention, thing } in mentions {
        let side = match mention.role {
            Role::Input => Side::In.code(),
            Role::Output => Side::Out.code(),
            Role::Object | Role::Parent | Role::Child => continue,
        };
        if seen.insert((side, *thing)) {
            let side = Cell::Code(Some(side));
            rows.push([process.into(), side, (*thing).into(), event.into()]);
        }
    }
}

/// What an event asserts of the contents of units.
pub(crate) fn changes(event: i64, reading: &Reading, mentions: &[Resolved<'_>], rows: &mut Rows) {
    let mut row = |parent: i64, ordinal: i32, change: ChangeKind, child: Option<&Resolved<'_>>| {
        let (quantity, uom) = child.map_or((Cell::Text(None), Cell::Text(None)), |child| amount(child.mention));
        rows.push([
            parent.into(),
            event.into(),
            Cell::Number(ordinal),
            Cell::Code(Some(change.code())),
            Cell::Int(child.map(|child| child.thing)),
            quantity,
            uom,
        ]);
    };
    // Units that leave: what is found in them later says nothing of what they held before.
    if reading.custody.as_ref().is_some_and(|custody| custody.kind == CustodyKind::Shipped) {
        let units = mentions.iter().filter(|resolved| resolved.mention.kind == ThingKind::Unit);
        for unit in units.map(|resolved| resolved.thing).collect::<BTreeSet<_>>() {
            // Before every child of the same event.
            row(unit, -1, ChangeKind::Left, None);
        }
    }
    let parent = mentions.iter().find(|resolved| resolved.mention.role == Role::Parent);
    let (Some(containment), Some(&Resolved { thing: parent, .. })) = (reading.containment, parent) else { return };
    let change = match containment.action {
        Action::Add => ChangeKind::Add,
        Action::Observe => ChangeKind::Observe,
        Action::Delete => ChangeKind::Delete,
    };
    let children: Vec<_> = mentions.iter().filter(|resolved| resolved.mention.role == Role::Child).collect();
    if children.is_empty() && change == ChangeKind::Delete {
        row(parent, 0, ChangeKind::Empty, None);
    }
    for (ordinal, child) in (0i32..).zip(children) {
        row(parent, ordinal, change, Some(child));
    }
}
