//! Chain A (romaine from two fields to two stores) as events in memory, and the records behind them.

#![allow(dead_code, reason = "every test file uses another part of it")]
#![expect(clippy::unwrap_used, reason = "fixtures are right or the test fails")]

use domain::{FSMA, Tlc, TlcSource};
use epcis::{
    Action, BizTransaction, Event, EventKind, Extension, Name, Place, Quantity, QuantityElement, SensorElement,
    SourceDest, Term, Value,
};
use fsma204::{LocationDescription, LotRecord, LotState, LotStates, ProductDescription, Records};
use gs1::Identifier;
use jiff::Timestamp;

pub(crate) const FARM: &str = "https://id.gs1.org/414/9521001000017";
pub(crate) const COOLER: &str = "https://id.gs1.org/414/9521002000108";
pub(crate) const PACKER: &str = "https://id.gs1.org/414/9521003001005";
pub(crate) const PROCESSOR: &str = "https://id.gs1.org/414/9521004002001";
pub(crate) const DC: &str = "https://id.gs1.org/414/9521005007005";
pub(crate) const STORE_112: &str = "https://id.gs1.org/414/9521005011200";
pub(crate) const STORE_205: &str = "https://id.gs1.org/414/9521005020509";
pub(crate) const CREW: &str = "https://id.gs1.org/417/9521011000007";

pub(crate) const H1: &str = "https://id.gs1.org/01/09521001000109/10/HM07-28227";
pub(crate) const H2: &str = "https://id.gs1.org/01/09521001000109/10/HM12-28227";
pub(crate) const T1: &str = "https://id.gs1.org/01/19521003000173/10/VV28228A";
pub(crate) const T2: &str = "https://id.gs1.org/01/19521003000173/10/VV28228B";
pub(crate) const T3: &str = "https://id.gs1.org/01/19521004000318/10/BL28230-2A";
pub(crate) const CARROTS: &str = "https://brightleaf.example/item/CAR-JUMBO/lot/C-2231";

pub(crate) const S1: &str = "https://id.gs1.org/00/095210030000000015";
pub(crate) const S2: &str = "https://id.gs1.org/00/095210040000000021";
pub(crate) const S3: &str = "https://id.gs1.org/00/095210050000000037";
pub(crate) const S4: &str = "https://id.gs1.org/00/095210050000000044";

/// An event in the making.
#[derive(Clone)]
pub(crate) struct Build(pub(crate) Event);

pub(crate) fn event(kind: EventKind, time: &str) -> Build {
    Build(Event::new(kind, time.parse().unwrap(), "-07:00".parse().unwrap()))
}

pub(crate) fn object(action: Action, step: &str, time: &str) -> Build {
    event(EventKind::Object, time).action(action).step(step)
}

pub(crate) fn observe(step: &str, time: &str) -> Build {
    object(Action::Observe, step, time)
}

pub(crate) fn transformation(time: &str) -> Build {
    event(EventKind::Transformation, time).step("creating_class_instance")
}

fn place(id: &str) -> Place {
    Place { id: Identifier::new(id), extensions: vec![] }
}

pub(crate) fn element(class: &str, quantity: &str, uom: &str) -> QuantityElement {
    QuantityElement {
        epc_class: Identifier::new(class),
        quantity: Some(quantity.parse::<Quantity>().unwrap()),
        uom: (!uom.is_empty()).then(|| uom.to_owned()),
    }
}

pub(crate) fn named(local: &str, value: Value) -> Extension {
    let name = Name { namespace: FSMA.to_owned(), prefix: "fsma".to_owned(), local: local.to_owned() };
    Extension { name, attributes: vec![], value }
}

pub(crate) fn text(local: &str, text: &str) -> Extension {
    named(local, Value::Text(text.to_owned()))
}

pub(crate) fn tree(local: &str, members: &[(&str, &str)]) -> Extension {
    named(local, members_of(members))
}

pub(crate) fn members_of(members: &[(&str, &str)]) -> Value {
    Value::Members(members.iter().map(|(local, value)| text(local, value)).collect())
}

impl Build {
    pub(crate) fn action(mut self, action: Action) -> Self {
        self.0.action = Some(action);
        self
    }
    pub(crate) fn step(mut self, step: &str) -> Self {
        self.0.biz_step = Some(Term::new(step));
        self
    }
    pub(crate) fn at(mut self, id: &str) -> Self {
        self.0.read_point = Some(place(id));
        self
    }
    pub(crate) fn located(mut self, id: &str) -> Self {
        self.0.biz_location = Some(place(id));
        self
    }
    pub(crate) fn lot(mut self, class: &str, quantity: &str, uom: &str) -> Self {
        self.0.quantity_list.push(element(class, quantity, uom));
        self
    }
    pub(crate) fn epc(mut self, epc: &str) -> Self {
        self.0.epc_list.push(Identifier::new(epc));
        self
    }
    pub(crate) fn parent(mut self, epc: &str) -> Self {
        self.0.parent_id = Some(Identifier::new(epc));
        self
    }
    pub(crate) fn child(mut self, class: &str, quantity: &str) -> Self {
        self.0.child_quantity_list.push(element(class, quantity, "XCS"));
        self
    }
    pub(crate) fn input(mut self, class: &str, quantity: &str, uom: &str) -> Self {
        self.0.input_quantity_list.push(element(class, quantity, uom));
        self
    }
    pub(crate) fn output(mut self, class: &str, quantity: &str, uom: &str) -> Self {
        self.0.output_quantity_list.push(element(class, quantity, uom));
        self
    }
    pub(crate) fn from(self, id: &str) -> Self {
        self.source("location", id)
    }
    pub(crate) fn source(mut self, kind: &str, id: &str) -> Self {
        self.0.source_list.push(SourceDest { kind: Term::new(kind), id: Identifier::new(id) });
        self
    }
    pub(crate) fn to(mut self, id: &str) -> Self {
        self.0.destination_list.push(SourceDest { kind: Term::new("location"), id: Identifier::new(id) });
        self
    }
    pub(crate) fn transaction(mut self, kind: &str, id: &str) -> Self {
        self.0.biz_transaction_list.push(BizTransaction { kind: Some(Term::new(kind)), id: Identifier::new(id) });
        self
    }
    pub(crate) fn with(mut self, extension: Extension) -> Self {
        self.0.extensions.push(extension);
        self
    }
    pub(crate) fn ilmd(mut self, extension: Extension) -> Self {
        self.0.ilmd.push(extension);
        self
    }
    pub(crate) fn document(self, kind: &str, number: &str) -> Self {
        self.with(tree("referenceDocuments", &[("type", kind), ("number", number)]))
    }
    pub(crate) fn cte(self, word: &str) -> Self {
        self.with(text("cte", word))
    }
    pub(crate) fn source_of(self, lot: &str, place: &str) -> Self {
        self.with(tree("lots", &[("lot", lot), ("tlcSource", place)]))
    }
    pub(crate) fn reference_of(self, lot: &str, kind: &str, value: &str) -> Self {
        let reference = named("tlcSourceReference", members_of(&[("kind", kind), ("value", value)]));
        self.with(named("lots", Value::Members(vec![text("lot", lot), reference])))
    }
    pub(crate) fn temperature(mut self) -> Self {
        let report = vec![Extension {
            name: Name { namespace: String::new(), prefix: String::new(), local: "type".to_owned() },
            attributes: vec![],
            value: Value::Text("gs1:Temperature".to_owned()),
        }];
        self.0.sensor_element_list.push(SensorElement { reports: vec![report], ..SensorElement::default() });
        self
    }
}

/// The events of chain A by their key. Nothing states which critical tracking event it is.
pub(crate) fn chain_a() -> Vec<(&'static str, Event)> {
    let mut events = before_packing();
    events.extend(from_packer_to_processor());
    events.extend(from_distribution_centre_to_stores());
    events.into_iter().map(|(key, build)| (key, build.0)).collect()
}

pub(crate) fn a(key: &str) -> Event {
    chain_a().into_iter().find(|(found, _)| *found == key).unwrap().1
}

fn before_packing() -> Vec<(&'static str, Build)> {
    let harvest = |time, lot, quantity, field, log| {
        object(Action::Add, "creating_class_instance", time)
            .at(FARM)
            .located(FARM)
            .lot(lot, quantity, "LBR")
            .with(text("growingAreaName", field))
            .document("Harvest Log", log)
    };
    let both = |step, time, place| observe(step, time).at(place).lot(H1, "18000", "LBR").lot(H2, "9600", "LBR");
    let cooling = |time, lot, quantity, log| {
        observe("other", time).at(COOLER).located(COOLER).lot(lot, quantity, "LBR").document("Cooling Log", log)
    };
    vec![
        ("A1a", harvest("2028-08-14T09:30:00-07:00", H1, "18000", "HM-07", "HL-0814-07")),
        ("A1b", harvest("2028-08-14T10:45:00-07:00", H2, "9600", "HM-12", "HL-0814-12")),
        (
            "A1c",
            both("transporting", "2028-08-14T11:30:00-07:00", FARM).from(FARM).source("owning_party", CREW).to(COOLER),
        ),
        ("A2r", both("receiving", "2028-08-14T12:10:00-07:00", COOLER).from(FARM)),
        ("A2a", cooling("2028-08-14T13:20:00-07:00", H1, "18000", "CL-28227-3")),
        ("A2b", cooling("2028-08-14T14:05:00-07:00", H2, "9600", "CL-28227-4")),
        ("A2t", both("transporting", "2028-08-15T04:50:00-07:00", COOLER).to(PACKER)),
        ("A3r", both("receiving", "2028-08-15T06:10:00-07:00", PACKER).from(COOLER)),
    ]
}

fn packing(time: &str, load: (&str, &str, &str), lot: (&str, &str), order: &str) -> Build {
    transformation(time)
        .at(PACKER)
        .located(PACKER)
        .input(load.0, load.1, "LBR")
        .output(lot.0, lot.1, "XCS")
        .document("Packing Order", order)
        .with(tree("harvester", &[("businessName", "Tres Robles Harvest Crew, Inc."), ("phone", "+1 831 555 0133")]))
        .with(text("harvestDate", "2028-08-14"))
        .with(text("coolingDate", "2028-08-14"))
        .with(text("coolingLocation", COOLER))
        .with(text("farm", FARM))
        .with(text("growingAreaName", load.2))
        .reference_of(lot.0, "ffrn", "19990000003")
}

fn from_packer_to_processor() -> Vec<(&'static str, Build)> {
    let reference = |build: Build| {
        let url = "https://id.gs1.org/414/9521003001005";
        build.reference_of(T1, "url", url).reference_of(T2, "url", url)
    };
    vec![
        ("A3a", packing("2028-08-15T11:20:00-07:00", (H1, "18000", "HM-07"), (T1, "690"), "PK-0815-1")),
        ("A3b", packing("2028-08-15T13:05:00-07:00", (H2, "9600", "HM-12"), (T2, "368"), "PK-0815-2")),
        (
            "A4c",
            reference(observe("shipping", "2028-08-15T14:30:00-07:00").at(PACKER).epc(S1).from(PACKER).to(DC))
                .document("Bill of Lading", "BOL-VV-50912")
                .transaction("po", "urn:epcglobal:cbv:bt:9521005007005:PO-MG-44120"),
        ),
        (
            "A4a",
            observe("shipping", "2028-08-16T05:30:00Z")
                .at(PACKER)
                .lot(T1, "600", "XCS")
                .lot(T2, "300", "XCS")
                .from(PACKER)
                .to(PROCESSOR)
                .source_of(T1, PACKER)
                .source_of(T2, PACKER)
                .transaction("bol", "urn:epcglobal:cbv:bt:9521003001005:BOL-VV-50911")
                .transaction("po", "urn:epcglobal:cbv:bt:9521004002001:PO-BL-7781"),
        ),
        (
            "A5",
            observe("receiving", "2028-08-16T05:40:00-07:00")
                .at(PROCESSOR)
                .lot(T1, "600", "XCS")
                .lot(T2, "300", "XCS")
                .from(PACKER)
                .to(PROCESSOR)
                .transaction("recadv", "urn:epcglobal:cbv:bt:9521004002001:GR-BL-1902"),
        ),
        (
            "A6",
            transformation("2028-08-17T14:30:00-07:00")
                .at(PROCESSOR)
                .located(PROCESSOR)
                .input(T1, "400", "XCS")
                .input(T2, "100", "XCS")
                .input(CARROTS, "1500", "LBR")
                .output(T3, "1600", "XCS")
                .with(named("nonFtlInputs", Value::List(vec![Value::Text(CARROTS.to_owned())])))
                .document("Work Order", "WO-BL-28230-2")
                .transaction("prodorder", "urn:epcglobal:cbv:bt:9521004002001:WO-BL-28230-2"),
        ),
        (
            "A7",
            observe("shipping", "2028-08-18T03:15:00Z")
                .at(PROCESSOR)
                .epc(S2)
                .lot(T3, "1120", "XCS")
                .from(PROCESSOR)
                .to(DC)
                .document("Advance Shipping Notice", "ASN-BL-60017"),
        ),
    ]
}

fn from_distribution_centre_to_stores() -> Vec<(&'static str, Build)> {
    let receiving = |time, unit, from, to| {
        event(EventKind::Aggregation, time).action(Action::Observe).step("receiving").at(to).parent(unit).from(from)
    };
    let ffrn = |build: Build, lots: &[&str]| {
        lots.iter().fold(build, |build, lot| build.reference_of(lot, "ffrn", "19990000003"))
    };
    vec![
        (
            "A8a",
            receiving("2028-08-16T09:15:00-07:00", S1, PACKER, DC)
                .child(T1, "30")
                .child(T2, "18")
                .document("Receipt of Goods", "GR-MG-81640"),
        ),
        (
            "A8b",
            observe("receiving", "2028-08-18T06:05:00-07:00")
                .at(DC)
                .epc(S2)
                .lot(T3, "1118", "XCS")
                .from(PROCESSOR)
                .document("Receipt of Goods", "GR-MG-81702"),
        ),
        (
            "A9p",
            event(EventKind::Aggregation, "2028-08-19T01:30:00-07:00")
                .action(Action::Add)
                .step("packing")
                .at(DC)
                .parent(S3)
                .child(T3, "40"),
        ),
        (
            "A9a",
            ffrn(observe("shipping", "2028-08-19T03:30:00-07:00").at(DC).epc(S3).from(DC).to(STORE_112), &[T1, T2])
                .document("Transfer Order", "TO-112-0819"),
        ),
        (
            "A9b",
            ffrn(observe("shipping", "2028-08-19T04:10:00-07:00").at(DC).epc(S4).from(DC).to(STORE_205), &[T1])
                .document("Transfer Order", "TO-205-0819"),
        ),
        // The store names what it found on the pallet.
        (
            "A10a",
            receiving("2028-08-19T05:25:00-07:00", S3, DC, STORE_112)
                .child(T3, "40")
                .child(T1, "10")
                .child(T2, "6")
                .document("Receipt", "RCV-112-0819"),
        ),
        // The store scanned the pallet and nothing else.
        ("A10b", receiving("2028-08-19T05:50:00-07:00", S4, DC, STORE_205).document("Receipt", "RCV-205-0819")),
    ]
}

/// Records that know the whole chain; `held` are the events of loads that the keeper holds.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) held: Vec<Event>,
}

impl Ledger {
    pub(crate) fn holding(keys: &[&str]) -> Self {
        Self { held: keys.iter().map(|key| a(key)).collect() }
    }
}

impl LotStates for Ledger {
    fn state(&self, identifier: &Identifier) -> LotState {
        match identifier.canonical().as_str() {
            H1 | H2 => LotState::PrePack,
            T1 | T2 | T3 => LotState::Traceability,
            _ => LotState::Unknown,
        }
    }
}

impl Records for Ledger {
    fn lot(&self, class: &Identifier) -> Option<LotRecord> {
        let (tlc, source, reference) = match class.canonical().as_str() {
            T1 => ("(01)19521003000173(10)VV28228A", PACKER, Some("ffrn:19990000003")),
            T2 => ("(01)19521003000173(10)VV28228B", PACKER, Some("ffrn:19990000003")),
            T3 => ("(01)19521004000318(10)BL28230-2A", PROCESSOR, None),
            _ => return None,
        };
        let source = TlcSource::Place(source.to_owned());
        Some(LotRecord { tlc: Tlc::from(tlc), source, reference: reference.map(str::to_owned) })
    }

    fn contents(&self, unit: &Identifier, _: Timestamp) -> Vec<QuantityElement> {
        match unit.canonical().as_str() {
            S1 => vec![element(T1, "30", "XCS"), element(T2, "18", "XCS")],
            S2 => vec![element(T3, "80", "XCS")],
            S3 => vec![element(T3, "40", "XCS"), element(T1, "10", "XCS"), element(T2, "6", "XCS")],
            S4 => vec![element(T3, "60", "XCS"), element(T1, "12", "XCS")],
            _ => vec![],
        }
    }

    fn place(&self, id: &Identifier) -> Option<LocationDescription> {
        let known = |name: &str, phone: &str, street: &str, city: &str, zip: &str| {
            Some(LocationDescription {
                business_name: Some(name.to_owned()),
                phone: Some(phone.to_owned()),
                street_address: Some(street.to_owned()),
                city: Some(city.to_owned()),
                state: Some("CA".to_owned()),
                postal_code: Some(zip.to_owned()),
                country: Some("US".to_owned()),
                ..LocationDescription::default()
            })
        };
        match id.canonical().as_str() {
            FARM => known("Harbor Mesa Farms – Home Ranch", "+1 831 555 0101", "2100 Old Stage Rd", "Salinas", "93908"),
            COOLER => known("Cold Ridge Cooling", "+1 831 555 0122", "45 Harkins Rd", "Salinas", "93901"),
            PACKER => known("Valle Verde Packing – Plant 1", "+1 831 555 0144", "780 Abbott St", "Salinas", "93901"),
            PROCESSOR => {
                known("BrightLeaf Fresh Foods – Tracy", "+1 209 555 0166", "2600 Grant Line Rd", "Tracy", "95377")
            }
            DC => known("Meridian Grocers – DC 07", "+1 916 555 0177", "9000 Power Inn Rd", "Sacramento", "95829"),
            STORE_112 => {
                known("Meridian Grocers – Store 112", "+1 916 555 0112", "1500 Alhambra Blvd", "Sacramento", "95816")
            }
            STORE_205 => {
                known("Meridian Grocers – Store 205", "+1 707 555 0205", "620 Travis Blvd", "Fairfield", "94533")
            }
            CREW => Some(LocationDescription {
                business_name: Some("Tres Robles Harvest Crew, Inc.".to_owned()),
                phone: Some("+1 831 555 0133".to_owned()),
                ..LocationDescription::default()
            }),
            _ => None,
        }
    }

    fn product(&self, class: &Identifier) -> Option<ProductDescription> {
        let [name, brand, commodity, variety, size, style] = match class.canonical().as_str() {
            H1 | H2 => ["Romaine, field-cut bulk", "", "Lettuce", "Romaine", "250 lb", "field bin"],
            T1 | T2 => ["Romaine Lettuce 24 ct", "Valle Verde", "Lettuce", "Romaine", "25 lb", "carton"],
            T3 => [
                "Garden Romaine Blend",
                "BrightLeaf",
                "Leafy greens, fresh-cut",
                "Romaine + carrot",
                "12 × 10 oz (7.5 lb)",
                "case of bags",
            ],
            _ => return None,
        }
        .map(|text| (!text.is_empty()).then(|| text.to_owned()));
        Some(ProductDescription {
            product_name: name,
            brand_name: brand,
            commodity,
            variety,
            packaging_size: size,
            packaging_style: style,
        })
    }

    fn events_of(&self, class: &Identifier) -> Vec<Event> {
        let about = |event: &&Event| event.quantity_list.iter().any(|element| &element.epc_class == class);
        self.held.iter().filter(about).cloned().collect()
    }
}
