//! What an event says of lots and units, before anything is looked up.

use domain::LotStatement;
use epcis::{Action, Event, EventKind, QuantityElement, SourceDest};
use gs1::{Identifier, Key};

/// What a thing is. A later, more precise reading refines an earlier one, never the other way round.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ThingKind {
    /// A lot of which is not yet known whether it is a traceability lot.
    Lot,
    /// An input that the event itself declares to be no listed food.
    OtherInput,
    /// A harvest or cooling lot, before initial packing: it has no traceability lot code.
    HarvestLot,
    /// A traceability lot (21 CFR 1.1310).
    TraceabilityLot,
    /// One serialised object.
    Instance,
    /// A logistic unit or another container.
    Unit,
}

/// The part a thing plays in an event.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// It is what the event is about.
    Object,
    /// Other things are put into it or taken out.
    Parent,
    /// It is put in or taken out.
    Child,
    /// It is consumed.
    Input,
    /// It is produced.
    Output,
}

/// One thing on an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Its part.
    pub role: Role,
    /// What it is, as far as this event tells.
    pub kind: ThingKind,
    /// How the event names it.
    pub identifier: Identifier,
    /// Amount and unit of measure as recorded; `None` for instances and units.
    pub quantity: Option<(String, Option<String>)>,
    /// What the event states of its lot code.
    pub statement: Option<LotStatement>,
    /// Whether this event brings the lot into being.
    pub creates: bool,
    /// The canonical place where it does.
    pub created_at: Option<String>,
}

/// A change of what a unit contains. The children are the mentions with [`Role::Child`]; none means all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Containment {
    /// What happened.
    pub action: Action,
}

/// Which end of a hand-over an event records.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CustodyKind {
    /// The goods left.
    Shipped,
    /// The goods arrived.
    Received,
}

/// A hand-over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Custody {
    /// Which end.
    pub kind: CustodyKind,
    /// Canonical place the goods left.
    pub from_place: Option<String>,
    /// Canonical place the goods went to.
    pub to_place: Option<String>,
}

/// An entry of `sourceList` or `destinationList`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamedEnd {
    /// `type`, a bare word where it is a standard one: `owning_party`, `possessing_party`, `location`.
    pub kind: String,
    /// Canonical identifier.
    pub id: String,
}

impl From<&SourceDest> for NamedEnd {
    fn from(end: &SourceDest) -> Self {
        Self { kind: end.kind.word().to_owned(), id: end.id.canonical() }
    }
}

/// Everything lineage needs to know of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The things on it, in the order of the event.
    pub mentions: Vec<Mention>,
    /// Whether it changes what a unit contains.
    pub containment: Option<Containment>,
    /// Whether it is an end of a hand-over.
    pub custody: Option<Custody>,
    /// `transformationID`, canonical: inputs and outputs of one process may come in several events.
    pub process: Option<String>,
    /// `sourceList`.
    pub sources: Vec<NamedEnd>,
    /// `destinationList`.
    pub destinations: Vec<NamedEnd>,
}

impl Reading {
    /// Whether the event names a lot only possibly: as an estimate, or as one of several that it may be.
    pub fn is_uncertain(&self) -> bool {
        let mut stated = self.mentions.iter().filter_map(|mention| mention.statement.as_ref());
        stated.any(LotStatement::is_uncertain)
    }
}

/// Reads an event. Total: an event without anything traceable gives an empty reading. What the lots on it are is not yet
/// known; [`Reading::prove`] says it.
pub fn read(event: &Event) -> Reading {
    let mut mentions = Mentions::new(event);
    match event.kind {
        EventKind::Object | EventKind::Transaction => {
            mentions.parent(event);
            mentions.instances(Role::Object, &event.epc_list);
            mentions.classes(Role::Object, &event.quantity_list);
        }
        EventKind::Aggregation | EventKind::Association => {
            mentions.parent(event);
            mentions.instances(Role::Child, &event.child_epcs);
            mentions.classes(Role::Child, &event.child_quantity_list);
        }
        EventKind::Transformation => {
            mentions.instances(Role::Input, &event.input_epc_list);
            mentions.classes(Role::Input, &event.input_quantity_list);
            mentions.instances(Role::Output, &event.output_epc_list);
            mentions.classes(Role::Output, &event.output_quantity_list);
        }
    }
    let holds_children = matches!(event.kind, EventKind::Aggregation | EventKind::Association);
    Reading {
        mentions: mentions.found,
        containment: match event.action {
            Some(action) if holds_children && event.parent_id.is_some() => Some(Containment { action }),
            _ => None,
        },
        custody: custody(event),
        process: event.transformation_id.as_deref().map(Identifier::canonical),
        sources: event.source_list.iter().map(NamedEnd::from).collect(),
        destinations: event.destination_list.iter().map(NamedEnd::from).collect(),
    }
}

/// Collects mentions of one event.
struct Mentions<'a> {
    found: Vec<Mention>,
    statements: Vec<LotStatement>,
    other_inputs: Vec<Identifier>,
    created_at: Option<String>,
    event: &'a Event,
}

impl<'a> Mentions<'a> {
    fn new(event: &'a Event) -> Self {
        let other_inputs = domain::fsma_members(&event.extensions, "nonFtlInputs")
            .into_iter()
            .filter_map(epcis::Value::as_text)
            .map(Identifier::new)
            .collect();
        Self {
            found: Vec::new(),
            statements: LotStatement::of(event),
            other_inputs,
            created_at: place_of(event),
            event,
        }
    }

    fn parent(&mut self, event: &Event) {
        if let Some(parent) = &event.parent_id {
            self.push(Role::Parent, ThingKind::Unit, parent, None);
        }
    }

    fn instances(&mut self, role: Role, epcs: &[Identifier]) {
        for epc in epcs {
            let kind = match epc.key() {
                // A crate that goes round holds goods like a pallet.
                Key::Sscc { .. } | Key::Grai { .. } => ThingKind::Unit,
                // A class written where an instance belongs is still that lot.
                Key::Lgtin { .. } => ThingKind::Lot,
                _ => ThingKind::Instance,
            };
            self.push(role, kind, epc, None);
        }
    }

    fn classes(&mut self, role: Role, elements: &[QuantityElement]) {
        for element in elements {
            // A GTIN without a lot is a product, not a thing that can be traced.
            if matches!(element.epc_class.key(), Key::Gtin { .. }) {
                continue;
            }
            let other = role == Role::Input && self.other_inputs.contains(&element.epc_class);
            let kind = if other { ThingKind::OtherInput } else { ThingKind::Lot };
            let quantity = element.quantity.as_ref().map(|amount| (amount.spelled().to_owned(), element.uom.clone()));
            self.push(role, kind, &element.epc_class, quantity);
        }
    }

    fn creates(&self, role: Role) -> bool {
        let step = self.event.biz_step.as_ref().map(epcis::Term::word);
        creates(self.event.kind, self.event.action, step, role)
    }

    fn push(
        &mut self,
        role: Role,
        kind: ThingKind,
        identifier: &Identifier,
        quantity: Option<(String, Option<String>)>,
    ) {
        let is_lot = !matches!(kind, ThingKind::Unit | ThingKind::Instance | ThingKind::OtherInput);
        let creates = is_lot && self.creates(role);
        self.found.push(Mention {
            role,
            kind,
            identifier: identifier.clone(),
            quantity,
            statement: self.statement(role, identifier),
            creates,
            created_at: self.created_at.clone().filter(|_| creates),
        });
    }

    /// A repacked lot may keep its identifier. What the event assigns is then said of what comes out, not of what goes
    /// in.
    fn statement(&self, role: Role, identifier: &Identifier) -> Option<LotStatement> {
        let of_output =
            |statement: &LotStatement| matches!(statement.assignment.as_deref(), Some("assigned" | "retained"));
        let mut about = self.statements.iter().filter(|statement| statement.lot == *identifier);
        about.find(|statement| role != Role::Input || !of_output(statement)).cloned()
    }
}

/// The `bizStep`s of what is added to the world (CBV 2.0 §7.1), bare words.
pub const CREATING_STEPS: &[&str] = &["creating_class_instance", "commissioning"];

/// Whether the event brings the lots in this role into being: what a transformation puts out, and what is added to the
/// world by `creating_class_instance` or `commissioning` (CBV 2.0 §7.1).
pub fn creates(kind: EventKind, action: Option<Action>, biz_step: Option<&str>, role: Role) -> bool {
    match kind {
        EventKind::Transformation => role == Role::Output,
        EventKind::Object => action == Some(Action::Add) && biz_step.is_some_and(|step| CREATING_STEPS.contains(&step)),
        EventKind::Aggregation | EventKind::Transaction | EventKind::Association => false,
    }
}

/// The canonical place where an event happened.
pub(crate) fn place_of(event: &Event) -> Option<String> {
    event.read_point.as_ref().or(event.biz_location.as_ref()).map(|place| place.id.canonical())
}

impl CustodyKind {
    /// The `bizStep`s of hand-overs, bare words.
    pub const STEPS: &[&str] = &["shipping", "departing", "consigning", "transporting", "receiving", "accepting"];

    /// Which end of a hand-over an event with this `bizStep` (a bare word) records.
    pub fn of_step(biz_step: &str) -> Option<Self> {
        match biz_step {
            "shipping" | "departing" | "consigning" | "transporting" => Some(Self::Shipped),
            "receiving" | "accepting" => Some(Self::Received),
            _ => None,
        }
    }
}

fn custody(event: &Event) -> Option<Custody> {
    // What is transformed is not handed over, whatever the step says.
    if event.kind == EventKind::Transformation {
        return None;
    }
    let kind = CustodyKind::of_step(event.biz_step.as_ref()?.word())?;
    let here = place_of(event);
    let (from_here, to_here) = match kind {
        CustodyKind::Shipped => (here, None),
        CustodyKind::Received => (None, here),
    };
    Some(Custody {
        kind,
        from_place: end(&event.source_list).or(from_here),
        to_place: end(&event.destination_list).or(to_here),
    })
}

/// The place of a source or destination list, else the possessing, else the owning party.
fn end(list: &[SourceDest]) -> Option<String> {
    ["location", "possessing_party", "owning_party"]
        .iter()
        .find_map(|wanted| list.iter().find(|end| end.kind.word() == *wanted))
        .map(|end| end.id.canonical())
}
