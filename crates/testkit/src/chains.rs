//! Chains B, C and D: tuna from the dock to a restaurant, food from exempt suppliers, a repack that keeps the lot code,
//! and a kill step. Each chain is one JSON-LD document. All companies, people and codes are invented.

use crate::chain_a::{chain_a, event_id};

/// Dock where the tuna landed, source of [`T4`].
pub const DOCK: &str = "https://id.gs1.org/414/9521007000035";
/// Processor of the tuna, source of [`T5`].
pub const FISH_PROCESSOR: &str = "https://id.gs1.org/414/9521008000010";
/// Distributor of the tuna.
pub const FISH_DISTRIBUTOR: &str = "https://id.gs1.org/414/9521009000422";
/// Restaurant that serves the tuna.
pub const RESTAURANT: &str = "https://id.gs1.org/414/9521013000012";
/// Farm whose peppers need no records.
pub const EXEMPT_FARM: &str = "https://northgate.example/loc/SUP-0417";
/// Distributor that assigned the code of the peppers, and repacked the tomatoes.
pub const DISTRIBUTOR: &str = "https://id.gs1.org/414/0614141002108";
/// A market.
pub const MARKET: &str = "https://id.gs1.org/414/9521014000011";
/// Packer of the cilantro.
pub const HERB_PACKER: &str = "https://id.gs1.org/414/9521015000058";
/// Farm and packer of the tomatoes.
pub const TOMATO_FARM: &str = "https://id.gs1.org/414/9521016000095";
/// Field of the first tomatoes.
pub const FIELD_R4: &str = "https://id.gs1.org/414/9521016000095/254/R4";
/// Field of the other tomatoes.
pub const FIELD_R1: &str = "https://id.gs1.org/414/9521016000095/254/R1";
/// Maker of salsa, with a kill step.
pub const SALSA_KITCHEN: &str = "https://id.gs1.org/414/9521017000018";

/// Tuna as it landed; it has no GTIN.
pub const T4: &str = "urn:gdst:gulfport-landing.example:product:lot:class:yft-hg.PS20280810-01";
/// Tuna loins made from [`T4`].
pub const T5: &str = "https://id.gs1.org/01/19521008000550/10/AP28224Y1";
/// Peppers from a farm that keeps no records.
pub const T6: &str = "https://northgate.example/item/NG-8009/lot/NG-EX-28229-017";
/// Cilantro from a person who keeps no records.
pub const T7: &str = "https://id.gs1.org/01/19521015000604/10/IH28231C";
/// Tomatoes.
pub const T8: &str = "https://redbarn.example/item/TOM25/lot/TOM-8230-R4";
/// [`T8`] repacked: another lot that keeps the code.
pub const T8_REPACKED: &str = "https://northgate.example/item/NG-TOM5/lot/TOM-8230-R4";
/// The code of [`T8`] and of [`T8_REPACKED`].
pub const T8_CODE: &str = "TOM-8230-R4";
/// Tomatoes that a market bought at the farm.
pub const T9: &str = "https://redbarn.example/item/TOM25/lot/TOM-8231-R1";

/// Every place of all chains, for a company that is all of them.
pub fn places() -> Vec<&'static str> {
    let others = [
        DOCK,
        FISH_PROCESSOR,
        FISH_DISTRIBUTOR,
        RESTAURANT,
        EXEMPT_FARM,
        DISTRIBUTOR,
        MARKET,
        HERB_PACKER,
        TOMATO_FARM,
        FIELD_R4,
        FIELD_R1,
        SALSA_KITCHEN,
    ];
    chain_a().iter().flat_map(|company| company.identifiers.iter().copied()).chain(others).collect()
}

/// Chain B: the tuna.
pub fn chain_b() -> String {
    let dock = said(T4, "PS-20280810-YFT-01", DOCK, Some("assigned"));
    let landed = said(T4, "PS-20280810-YFT-01", DOCK, None);
    let made = said(T5, "(01)19521008000550(10)AP28224Y1", FISH_PROCESSOR, Some("assigned"));
    let loins = |amount| [(T5, amount, "XBX")];
    let tuna = [(T4, "2400", "KGM")];
    document(&[
        created("B1", "2028-08-10T07:30:00-05:00", DOCK, DOCK, &tuna, &(cte("firstLandBasedReceiving") + &dock)),
        moved("B2", "shipping", "2028-08-10T11:00:00-05:00", (DOCK, FISH_PROCESSOR), &tuna, &landed),
        moved("B3", "receiving", "2028-08-10T14:20:00-05:00", (DOCK, FISH_PROCESSOR), &tuna, &landed),
        made_of(
            "B4",
            "2028-08-11T15:45:00-05:00",
            FISH_PROCESSOR,
            &tuna,
            &loins("320"),
            &(cte("transformation") + &made),
        ),
        moved("B5", "shipping", "2028-08-12T06:00:00-05:00", (FISH_PROCESSOR, FISH_DISTRIBUTOR), &loins("300"), ""),
        moved("B6", "receiving", "2028-08-12T18:30:00-04:00", (FISH_PROCESSOR, FISH_DISTRIBUTOR), &loins("300"), ""),
        moved("B7", "shipping", "2028-08-14T05:10:00-04:00", (FISH_DISTRIBUTOR, RESTAURANT), &loins("6"), ""),
        moved("B8", "receiving", "2028-08-14T07:40:00-04:00", (FISH_DISTRIBUTOR, RESTAURANT), &loins("6"), ""),
    ])
}

/// Chain C: peppers and cilantro from exempt suppliers, tomatoes that a market buys at the farm. The purchase at the farm
/// is no event: the market keeps a receipt.
pub fn chain_c() -> String {
    let peppers = |amount| [(T6, amount, "XCS")];
    let assigned = said(T6, "NG-EX-28229-017", DISTRIBUTOR, Some("assigned"));
    let picked = [("https://redbarn.example/item/TOM-BULK/lot/R1-8231", "125", "LBR")];
    let cilantro = [("https://inlandherb.example/item/CIL-BULK/lot/R014-0818", "600", "LBR")];
    let of_farm = said(T9, "TOM-8231-R1", TOMATO_FARM, Some("assigned"));
    document(&[
        created(
            "C1",
            "2028-08-16T08:00:00-07:00",
            DISTRIBUTOR,
            DISTRIBUTOR,
            &peppers("60"),
            &(cte("receivingFromExempt") + &assigned),
        ),
        moved("C2", "shipping", "2028-08-17T05:30:00-07:00", (DISTRIBUTOR, MARKET), &peppers("40"), ""),
        moved("C3", "receiving", "2028-08-17T07:15:00-07:00", (DISTRIBUTOR, MARKET), &peppers("40"), ""),
        created("C4h", "2028-08-18T05:30:00-07:00", TOMATO_FARM, FIELD_R1, &picked, &cte("harvesting")),
        made_of(
            "C4p",
            "2028-08-18T06:30:00-07:00",
            TOMATO_FARM,
            &picked,
            &[(T9, "5", "XCS")],
            &(cte("initialPacking") + &of_farm),
        ),
        moved("C4s", "shipping", "2028-08-18T08:00:00-07:00", (TOMATO_FARM, MARKET), &[(T9, "5", "XCS")], ""),
        made_of(
            "C5",
            "2028-08-18T10:30:00-07:00",
            HERB_PACKER,
            &cilantro,
            &[(T7, "110", "XCS")],
            &cte("initialPackingFromExempt"),
        ),
    ])
}

/// Chain D: tomatoes, repacked under the same code, cooked into salsa.
pub fn chain_d() -> String {
    let picked = [("https://redbarn.example/item/TOM-BULK/lot/R4-8230", "2600", "LBR")];
    let boxes = [(T8, "100", "XCS")];
    let trays = |amount| [(T8_REPACKED, amount, "XPU")];
    let of_farm = said(T8, T8_CODE, TOMATO_FARM, Some("assigned"));
    let kept = said(T8_REPACKED, T8_CODE, DISTRIBUTOR, Some("retained"));
    let killed = r#","fsma:killStep":{"fsma:applied":true,"fsma:process":"hot fill 95 °C"}"#;
    document(&[
        created("D0a", "2028-08-17T06:00:00-07:00", TOMATO_FARM, FIELD_R4, &picked, &cte("harvesting")),
        made_of("D0b", "2028-08-17T09:00:00-07:00", TOMATO_FARM, &picked, &boxes, &(cte("initialPacking") + &of_farm)),
        moved("D0s", "shipping", "2028-08-17T11:00:00-07:00", (TOMATO_FARM, DISTRIBUTOR), &boxes, ""),
        moved("D0r", "receiving", "2028-08-17T13:30:00-07:00", (TOMATO_FARM, DISTRIBUTOR), &boxes, ""),
        made_of(
            "D1",
            "2028-08-18T11:00:00-07:00",
            DISTRIBUTOR,
            &boxes,
            &trays("490"),
            &(cte("transformation") + &kept),
        ),
        moved("D2", "shipping", "2028-08-19T05:00:00-07:00", (DISTRIBUTOR, SALSA_KITCHEN), &trays("100"), ""),
        moved("E1", "receiving", "2028-08-19T06:20:00-07:00", (DISTRIBUTOR, SALSA_KITCHEN), &trays("100"), ""),
        object(
            "E2",
            "2028-08-20T09:00:00-07:00",
            SALSA_KITCHEN,
            &trays("100"),
            &format!(r#""action":"OBSERVE","bizStep":"other"{killed}"#),
        ),
    ])
}

/// A lot, an amount and its unit of measure.
pub type Amount<'a> = (&'a str, &'a str, &'a str);

/// A JSON-LD document of these events.
pub fn document(events: &[String]) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{"fsma":"https://w3id.org/fsma204/kde/"}}],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-21T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",\n")
    )
}

/// Something brought into being at a place.
pub fn created(key: &str, time: &str, place: &str, location: &str, lots: &[Amount<'_>], more: &str) -> String {
    let rest = format!(
        r#""action":"ADD","bizStep":"creating_class_instance","disposition":"active","bizLocation":{{"id":"{location}"}}{more}"#
    );
    object(key, time, place, lots, &rest)
}

/// Either end of a hand-over: `shipping` happens where the goods leave, `receiving` where they arrive.
pub fn moved(key: &str, step: &str, time: &str, (from, to): (&str, &str), lots: &[Amount<'_>], more: &str) -> String {
    let place = if step == "shipping" { from } else { to };
    let rest = format!(
        r#""action":"OBSERVE","bizStep":"{step}","sourceList":[{{"type":"location","source":"{from}"}}],
"destinationList":[{{"type":"location","destination":"{to}"}}]{more}"#
    );
    object(key, time, place, lots, &rest)
}

/// A transformation.
pub fn made_of(
    key: &str,
    time: &str,
    place: &str,
    inputs: &[Amount<'_>],
    outputs: &[Amount<'_>],
    more: &str,
) -> String {
    let (inputs, outputs) = (quantities(inputs), quantities(outputs));
    let rest = format!(
        r#""bizStep":"creating_class_instance","disposition":"active","bizLocation":{{"id":"{place}"}},
"inputQuantityList":[{inputs}],"outputQuantityList":[{outputs}]{more}"#
    );
    event("TransformationEvent", key, time, place, &rest)
}

/// An object event; `rest` are further members.
pub fn object(key: &str, time: &str, place: &str, lots: &[Amount<'_>], rest: &str) -> String {
    event("ObjectEvent", key, time, place, &format!(r#""quantityList":[{}],{rest}"#, quantities(lots)))
}

/// An event of any kind; `rest` are further members.
pub fn event(kind: &str, key: &str, time: &str, place: &str, rest: &str) -> String {
    let id = event_id(key);
    let offset = time.get(19..).filter(|offset| *offset != "Z").unwrap_or("+00:00");
    format!(
        r#"{{"type":"{kind}","eventID":"{id}","eventTime":"{time}","eventTimeZoneOffset":"{offset}","readPoint":{{"id":"{place}"}},{rest}}}"#
    )
}

/// Elements of a quantity list.
pub fn quantities(lots: &[Amount<'_>]) -> String {
    let one = |(lot, amount, uom): &Amount<'_>| format!(r#"{{"epcClass":"{lot}","quantity":{amount},"uom":"{uom}"}}"#);
    lots.iter().map(one).collect::<Vec<_>>().join(",")
}

/// `fsma:cte`, to be appended to an event.
pub fn cte(word: &str) -> String {
    format!(r#","fsma:cte":"{word}""#)
}

/// `fsma:lots` with one statement, to be appended to an event.
pub fn said(lot: &str, tlc: &str, source: &str, assignment: Option<&str>) -> String {
    let assignment = assignment.map(|word| format!(r#","fsma:assignment":"{word}""#)).unwrap_or_default();
    format!(r#","fsma:lots":[{{"fsma:lot":"{lot}","fsma:tlc":"{tlc}","fsma:tlcSource":"{source}"{assignment}}}]"#)
}
