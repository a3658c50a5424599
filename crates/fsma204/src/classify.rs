//! Which critical tracking event an EPCIS event is.

use std::fmt;

use domain::fsma_text;
use epcis::{Action, Event, EventKind};
use gs1::Identifier;

use crate::{Cte, stated::Stated};

/// What is known of a lot when an event about it is classified.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum LotState {
    /// Harvested or cooled, not yet packed: it has no traceability lot code.
    PrePack,
    /// A traceability lot.
    Traceability,
    /// Never heard of.
    #[default]
    Unknown,
}

/// Where the state of a lot comes from.
pub trait LotStates {
    /// The state of the lot that a class identifier names, or of what is in the unit that an EPC names.
    fn state(&self, identifier: &Identifier) -> LotState;
}

/// The answer, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Classification {
    /// The critical tracking event; `None` when the rule asks for no record.
    pub cte: Option<Cte>,
    /// What decided.
    pub evidence: Evidence,
}

/// What decided about an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// The event retracts another one.
    ErrorDeclaration,
    /// `fsma:cte`.
    Stated,
    /// `fsma:killStep` (§1.1305(d)).
    KillStep,
    /// A business step of the seafood industry's vocabulary, as spelled.
    Gdst(String),
    /// The shape of the event together with what is known of its lots.
    Shape {
        /// The event type.
        kind: EventKind,
        /// Its action.
        action: Option<Action>,
        /// Its business step as bare word, or empty.
        step: String,
        /// What tipped the scales.
        fact: &'static str,
    },
    /// A business step outside the standard vocabulary, as spelled.
    Hint(String),
    /// No rule speaks about such an event.
    Nothing,
}

/// Says which critical tracking event `event` is.
///
/// In this order: an error declaration is never one; `fsma:cte`; `fsma:killStep`; GDST business steps; the shape of the
/// event with the state of its lots; business steps that are no CBV terms.
///
/// Where the state of the lots is unknown, shipping and receiving are taken for records of traceability lots (a record
/// too many does less harm than one too few), and `other` is cooling only with a temperature or with cooling fields:
/// `storing` and `sensor_reporting` of an unknown lot are the daily watch over any cold store.
pub fn classify(event: &Event, lots: &impl LotStates) -> Classification {
    let stated = Stated(event);
    if event.error_declaration.is_some() {
        return Classification { cte: None, evidence: Evidence::ErrorDeclaration };
    }
    if let Some(cte) = stated.text("cte").and_then(|word| word.parse().ok()) {
        return Classification { cte: Some(cte), evidence: Evidence::Stated };
    }
    if stated.tree("killStep").is_some_and(|step| fsma_text(step, "applied") == Some("true")) {
        return Classification { cte: None, evidence: Evidence::KillStep };
    }
    gdst(event, lots)
        .or_else(|| shape(event, lots))
        .or_else(|| hint(event, lots))
        .unwrap_or(Classification { cte: None, evidence: Evidence::Nothing })
}

fn gdst(event: &Event, lots: &impl LotStates) -> Option<Classification> {
    let spelled = event.biz_step.as_ref()?.spelled();
    let word = spelled.strip_prefix("urn:gdst:bizStep:").or_else(|| spelled.strip_prefix("urn:gdst:bizstep:"))?;
    let cte = match word {
        "fishingEvent" | "transshipment" | "hatching" | "feeding" => None,
        "farmHarvest" => Some(Cte::Harvesting),
        "landing" => Some(Cte::FirstLandBasedReceiving),
        "commingling" | "freezing" | "packaging" if state_of_inputs(event, lots) != LotState::PrePack => {
            Some(Cte::Transformation)
        }
        _ => return None,
    };
    Some(Classification { cte, evidence: Evidence::Gdst(spelled.to_owned()) })
}

fn shape(event: &Event, lots: &impl LotStates) -> Option<Classification> {
    let step = event.biz_step.as_ref().map_or("", |step| step.word());
    let (cte, fact) = match (event.kind, event.action, step) {
        (EventKind::Transformation, _, _) => transformation(event, lots),
        (EventKind::Object, Some(Action::Add), "creating_class_instance" | "commissioning") => new_lot(event, lots)?,
        (EventKind::Object, Some(Action::Observe), "other" | "storing" | "sensor_reporting") => {
            cooling(event, step, lots)?
        }
        (EventKind::Association, ..) => return None,
        (_, Some(Action::Observe), "shipping" | "departing" | "consigning") => moved(event, lots, Cte::Shipping),
        (_, Some(Action::Observe), "receiving" | "accepting") => moved(event, lots, received(event)),
        _ => return None,
    };
    let evidence = Evidence::Shape { kind: event.kind, action: event.action, step: step.to_owned(), fact };
    Some(Classification { cte, evidence })
}

fn transformation(event: &Event, lots: &impl LotStates) -> (Option<Cte>, &'static str) {
    let exempt = Stated(event).has("exemption");
    match state_of_inputs(event, lots) {
        LotState::PrePack if exempt => (Some(Cte::InitialPackingFromExempt), "no input packed before, exempt supplier"),
        LotState::PrePack => (Some(Cte::InitialPacking), "no input packed before"),
        LotState::Unknown if exempt && has_received_fields(event) => {
            (Some(Cte::InitialPackingFromExempt), "inputs unknown, exempt supplier and fields of food received")
        }
        LotState::Unknown if has_harvest_fields(event) => {
            (Some(Cte::InitialPacking), "inputs unknown, fields of harvest or cooling")
        }
        LotState::Unknown => (Some(Cte::Transformation), "no input known as not yet packed"),
        LotState::Traceability => (Some(Cte::Transformation), "an input is a traceability lot"),
    }
}

/// A class identifier that comes into being. An event of instances or logistic units alone creates no lot.
fn new_lot(event: &Event, lots: &impl LotStates) -> Option<(Option<Cte>, &'static str)> {
    if event.quantity_list.is_empty() {
        return None;
    }
    Some(if has_catch_area(event) {
        (Some(Cte::FirstLandBasedReceiving), "new lot, catch area")
    } else if Stated(event).has("exemption") {
        (Some(Cte::ReceivingFromExempt), "new lot, exempt supplier")
    } else if state_of_objects(event, lots) == LotState::Traceability {
        (None, "the lot is a traceability lot already")
    } else {
        (Some(Cte::Harvesting), "new lot, no catch area")
    })
}

fn cooling(event: &Event, step: &str, lots: &impl LotStates) -> Option<(Option<Cte>, &'static str)> {
    match state_of_objects(event, lots) {
        LotState::PrePack => Some((Some(Cte::Cooling), "lot not yet packed")),
        LotState::Traceability => Some((None, "traceability lot")),
        LotState::Unknown if Stated(event).has("coolingDate") => {
            Some((Some(Cte::Cooling), "unknown lot, cooling date"))
        }
        LotState::Unknown if step == "other" && has_temperature(event) => {
            Some((Some(Cte::Cooling), "unknown lot, temperature"))
        }
        LotState::Unknown => None,
    }
}

fn moved(event: &Event, lots: &impl LotStates, cte: Cte) -> (Option<Cte>, &'static str) {
    match state_of_objects(event, lots) {
        LotState::PrePack => (None, "lot not yet packed"),
        LotState::Traceability => (Some(cte), "traceability lot"),
        LotState::Unknown => (Some(cte), "lot not known as not yet packed"),
    }
}

fn received(event: &Event) -> Cte {
    if Stated(event).has("exemption") { Cte::ReceivingFromExempt } else { Cte::Receiving }
}

/// Words that circulate as business steps although CBV does not have them.
fn hint(event: &Event, lots: &impl LotStates) -> Option<Classification> {
    let term = event.biz_step.as_ref()?;
    let foreign = term.spelled().strip_prefix("urn:fsma:traceability:");
    let word = foreign.unwrap_or(term.word());
    let pre_pack = state_of_objects(event, lots) == LotState::PrePack;
    let cte = match word {
        "harvesting" => Some(Cte::Harvesting),
        "cooling" => Some(Cte::Cooling),
        "initial_packing" => Some(Cte::InitialPacking),
        "transforming" | "transformation" => Some(Cte::Transformation),
        "landing" | "first_land_based_receiving" => Some(Cte::FirstLandBasedReceiving),
        "shipping" if foreign.is_some() => (!pre_pack).then_some(Cte::Shipping),
        "receiving" if foreign.is_some() => (!pre_pack).then_some(Cte::Receiving),
        "observing" | "planting" | "growing" => None,
        _ => return None,
    };
    Some(Classification { cte, evidence: Evidence::Hint(term.spelled().to_owned()) })
}

/// One state for many lots: pre-pack when all are, traceability when one is.
fn common_state<'a>(lots: &impl LotStates, identifiers: impl Iterator<Item = &'a Identifier>) -> LotState {
    let states: Vec<LotState> = identifiers.map(|identifier| lots.state(identifier)).collect();
    if states.contains(&LotState::Traceability) {
        LotState::Traceability
    } else if states.is_empty() || states.contains(&LotState::Unknown) {
        LotState::Unknown
    } else {
        LotState::PrePack
    }
}

fn state_of_objects(event: &Event, lots: &impl LotStates) -> LotState {
    let classes = event.quantity_list.iter().chain(&event.child_quantity_list).map(|element| &element.epc_class);
    let epcs = event.epc_list.iter().chain(&event.child_epcs);
    let mut objects = classes.chain(epcs).peekable();
    if objects.peek().is_some() { common_state(lots, objects) } else { common_state(lots, event.parent_id.iter()) }
}

fn state_of_inputs(event: &Event, lots: &impl LotStates) -> LotState {
    let not_listed = non_ftl_inputs(event);
    let classes = event.input_quantity_list.iter().map(|element| &element.epc_class);
    common_state(lots, classes.chain(&event.input_epc_list).filter(|input| !not_listed.contains(input)))
}

/// The inputs that are not on the Food Traceability List, as the event says.
pub(crate) fn non_ftl_inputs(event: &Event) -> Vec<Identifier> {
    let texts = Stated(event).all("nonFtlInputs").into_iter();
    texts.filter_map(|value| value.as_text().map(Identifier::new)).collect()
}

/// Where a fish was caught. A range of harvest dates of the CBV alone says nothing: produce has it too.
fn has_catch_area(event: &Event) -> bool {
    let signs = ["catchZone", "catchArea", "vesselCatchInformationList", "catchLocations", "harvestDateStart"];
    signs.into_iter().chain(["landingDate", "landingStartDate"]).any(|local| Stated(event).mentions(local))
}

fn has_received_fields(event: &Event) -> bool {
    ["dateReceived", "quantityReceived", "commodity"].into_iter().any(|local| Stated(event).has(local))
}

fn has_harvest_fields(event: &Event) -> bool {
    ["harvestDate", "harvester", "farm", "coolingDate"].into_iter().any(|local| Stated(event).has(local))
}

fn has_temperature(event: &Event) -> bool {
    let members = event.sensor_element_list.iter().flat_map(|element| element.reports.iter().flatten());
    members.filter(|member| member.name.local == "type").filter_map(|member| member.value.as_text()).any(|kind| {
        let word = kind.rsplit([':', '/', '-']).next().unwrap_or(kind);
        word == "Temperature"
    })
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ErrorDeclaration => f.write_str("declares another event an error"),
            Self::Stated => f.write_str("stated in fsma:cte"),
            Self::KillStep => f.write_str("stated in fsma:killStep"),
            Self::Gdst(step) => write!(f, "business step `{step}`"),
            Self::Shape { kind, action, step, fact } => {
                write!(f, "shape: {kind:?}Event")?;
                match action {
                    Some(Action::Add) => f.write_str(" ADD")?,
                    Some(Action::Observe) => f.write_str(" OBSERVE")?,
                    Some(Action::Delete) => f.write_str(" DELETE")?,
                    None => {}
                }
                if !step.is_empty() {
                    write!(f, " {step}")?;
                }
                write!(f, ", {fact}")
            }
            Self::Hint(step) => write!(f, "hint: business step `{step}`, which is no CBV term"),
            Self::Nothing => f.write_str("no rule applies"),
        }
    }
}
