use serde_json::json;

use super::*;

/// What is found about an event of these fields, one line each; the three fields that all events have are added.
fn found_in(binding: Binding, fields: serde_json::Value) -> Vec<String> {
    let mut event = json!({
        "type": "ObjectEvent",
        "event_time": "2028-08-15T22:30:00-07:00",
        "event_time_zone_offset": "-07:00",
        "action": "OBSERVE",
        "epc_list": ["urn:epc:id:sgtin:9521003.100017.1"],
    });
    let serde_json::Value::Object(fields) = fields else { panic!("not fields") };
    event.as_object_mut().unwrap().extend(fields);
    let event = serde_json::from_value(event).unwrap();
    let latest = Some("2029-01-01T00:00:00Z".parse().unwrap());
    let checks = Checks { binding, latest, whole: true, namespaces: &Namespaces::default() };
    let found = check(&event, &Location::default(), checks);
    found
        .iter()
        .map(|finding| {
            let corrected = finding.corrected.as_ref().map(|value| format!(" => {value}")).unwrap_or_default();
            format!("{} {}: {}{corrected}", finding.code, finding.at.path, finding.message)
        })
        .collect()
}

fn found(fields: serde_json::Value) -> String {
    found_in(Binding::Json, fields).join("\n")
}

#[test]
fn an_ordinary_event_has_no_findings() {
    assert_eq!(found(json!({})), "");
    assert_eq!(
        found(json!({
            "biz_step": "shipping", "disposition": "in_transit", "event_id": "urn:uuid:0d3e9f2e-1d5f-4b7a-9f5c-111111111111",
            "read_point": { "id": "urn:epc:id:sgln:9521003.00001.0" },
            "quantity_list": [{ "epc_class": "urn:epc:class:lgtin:9521003.100017.L1", "quantity": "12.5", "uom": "KGM" }],
            "biz_transaction_list": [{ "type": "po", "id": "urn:epcglobal:cbv:bt:9521003000010:1" }],
            "source_list": [{ "type": "owning_party", "id": "urn:epc:id:pgln:9521003.00001" }],
        })),
        ""
    );
}

#[test]
fn aggregations_need_a_parent_unless_they_observe() {
    let aggregation = |action: &str| {
        found(
            json!({ "type": "AggregationEvent", "action": action, "child_epcs": ["urn:epc:id:sgtin:9521003.100017.1"] }),
        )
    };
    assert_eq!(aggregation("ADD"), "EPCIS-PARENT-MISSING : the event has no `parentID`");
    assert_eq!(aggregation("DELETE"), "EPCIS-PARENT-MISSING : the event has no `parentID`");
    assert_eq!(aggregation("OBSERVE"), "");
}

#[test]
fn events_are_about_something() {
    assert_eq!(found(json!({ "epc_list": [] })), "EPCIS-OBJECTS-MISSING : the event names no objects");
    let transformation = |fields| {
        let mut all = json!({
            "type": "TransformationEvent", "action": null, "epc_list": [],
            "input_epc_list": ["urn:epc:id:sgtin:9521003.100017.1"],
        });
        let serde_json::Value::Object(fields) = fields else { panic!("not fields") };
        all.as_object_mut().unwrap().extend(fields);
        found(all)
    };
    let lacking = "EPCIS-OBJECTS-MISSING : the transformation lacks inputs or outputs";
    assert_eq!(transformation(json!({})), lacking);
    assert_eq!(transformation(json!({ "transformation_id": "urn:epc:id:gdti:9521003.00002.1" })), "");
    assert_eq!(transformation(json!({ "output_epc_list": ["urn:epc:id:sgtin:9521003.100018.1"] })), "");
}

#[test]
fn master_data_come_with_creation_and_declarations_with_a_reason() {
    let ilmd = json!([{ "name": { "local": "x" }, "value": { "Text": "1" } }]);
    assert!(found(json!({ "ilmd": ilmd })).starts_with("EPCIS-ILMD-ACTION /ilmd"));
    assert_eq!(found(json!({ "ilmd": ilmd, "action": "ADD" })), "");
    let declaration = json!({ "declaration_time": "2028-08-16T00:00:00Z" });
    assert_eq!(
        found(json!({ "error_declaration": declaration })),
        "EPCIS-ERROR-REASON /errorDeclaration: the event is declared wrong without a reason"
    );
}

#[test]
fn times_fit_each_other_and_the_present() {
    for (fields, expected) in [
        (
            json!({ "event_time": "2029-08-15T22:30:00-07:00" }),
            "EPCIS-TIME-FUTURE /eventTime: `2029-08-15T22:30:00-07:00` is in the future",
        ),
        (
            json!({ "record_time": "2028-08-15T22:29:59-07:00" }),
            "EPCIS-TIME-RECORDED /recordTime: recorded at `2028-08-15T22:29:59-07:00`, before `2028-08-15T22:30:00-07:00`",
        ),
        (json!({ "record_time": "2028-08-15T22:30:00-07:00" }), ""),
        (
            json!({ "event_time": "2028-08-15T22:30:00+02:00" }),
            "EPCIS-TIME-OFFSET /eventTimeZoneOffset: `eventTime` has the offset `+02:00`, `eventTimeZoneOffset` is `-07:00`",
        ),
        (json!({ "event_time": "2028-08-15T22:30:00Z" }), ""),
        (json!({ "event_time": "2028-08-15T22:30:00.123+00:00" }), ""),
    ] {
        assert_eq!(found(fields), expected);
    }
}

#[test]
fn measurements_are_older_than_their_report() {
    let text = |name: &str, value: &str| json!({ "name": { "local": name }, "value": { "Text": value } });
    let late = json!({ "sensor_element_list": [{
        "metadata": [text("startTime", "2028-08-15T12:00:00Z"), text("endTime", "2028-08-15T11:00:00Z")],
        "reports": [[text("type", "Temperature")], [text("time", "2028-08-16T05:30:01Z")]],
    }] });
    assert_eq!(
        found(late.clone()),
        "EPCIS-SENSOR-PERIOD /sensorElementList/0/sensorMetadata/endTime: the measuring ends at `2028-08-15T11:00:00Z`, before it starts\n\
         EPCIS-SENSOR-TIME /sensorElementList/0/sensorReport/1/time: measured at `2028-08-16T05:30:01Z`, after the event at `2028-08-15T22:30:00-07:00`"
    );
    let paths = found_in(Binding::Xml, late);
    assert!(paths[1].contains("/sensorElementList/sensorElement[1]/sensorReport[2]/@time"), "{paths:?}");
}

#[test]
fn check_digits_are_verified_and_given_right() {
    for (id, expected) in [
        ("https://id.gs1.org/01/19521003000174/21/1", "https://id.gs1.org/01/19521003000173/21/1"),
        ("https://shop.example/gtin/9521003000179/ser/1?x=1", "https://shop.example/gtin/9521003000176/ser/1?x=1"),
        ("https://id.gs1.org/00/095210030000000016", "https://id.gs1.org/00/095210030000000015"),
    ] {
        let found = found(json!({ "epc_list": [id] }));
        let (message, corrected) = found.split_once(" => ").unwrap();
        assert_eq!(message, format!("GS1-CHECK-DIGIT /epcList/0: the check digit of `{id}` is wrong"));
        assert_eq!(corrected, expected);
    }
}

#[test]
fn identifiers_follow_their_grammar() {
    for (binding, id, expected) in [
        (Binding::Json, "urn:epc:id:sgtin:9521003.1.1", "GS1-URN-FORMAT /epcList/0"),
        (Binding::Json, "urn:epc:id:grai:95.1.1", "GS1-URN-FORMAT /epcList/0"),
        (Binding::Json, "https://id.gs1.org/01/123/21/1", "GS1-LINK-FORMAT /epcList/0"),
        (Binding::Xml, "Pallet 4", "EPCIS-URI-FORMAT /epcList/epc[1]"),
    ] {
        let found = found_in(binding, json!({ "epc_list": [id] })).join("\n");
        assert_eq!(found.split_once(": ").map(|(place, _)| place), Some(expected), "{found}");
    }
    assert_eq!(found(json!({ "epc_list": ["urn:epc:id:gid:95100000.12345.400", "urn:x:1"] })), "");
}

#[test]
fn classes_and_instances_stand_where_they_belong() {
    for class in [
        "urn:epc:class:lgtin:9521003.100017.L1",
        "https://id.gs1.org/01/19521003000173",
        "urn:epc:idpat:sgtin:9521003.100017.*",
    ] {
        assert!(found(json!({ "epc_list": [class] })).starts_with("EPCIS-INSTANCE-EXPECTED /epcList/0"), "{class}");
        assert_eq!(found(json!({ "quantity_list": [{ "epc_class": class }] })), "", "{class}");
    }
    for instance in ["urn:epc:id:sgtin:9521003.100017.1", "urn:epc:id:sscc:9521003.0000000001"] {
        let found = found(json!({ "quantity_list": [{ "epc_class": instance }] }));
        assert!(found.starts_with("EPCIS-CLASS-EXPECTED /quantityList/0/epcClass"), "{found}");
    }
}

#[test]
fn an_object_stands_once_in_a_list() {
    let list = |count: usize, extra: &str| {
        let mut list: Vec<_> = (0..count).rev().map(|i| format!("urn:epc:id:sgtin:9521003.100017.{i}")).collect();
        list.push(extra.to_owned());
        found(json!({ "epc_list": list }))
    };
    for count in [3, 30] {
        assert_eq!(list(count, "urn:epc:id:sgtin:9521003.100017.A"), "");
        // The same object in another spelling.
        let found = list(count, "https://id.gs1.org/01/19521003000173/21/1");
        assert!(found.starts_with(&format!("EPCIS-EPC-DUPLICATE /epcList/{count}: ")), "{found}");
    }
}

#[test]
fn quantities_are_counts_or_have_units() {
    let one = |quantity: &str, uom: Option<&str>| {
        let mut element = json!({ "epc_class": "urn:epc:class:lgtin:9521003.100017.L1", "quantity": quantity });
        if let Some(uom) = uom {
            element["uom"] = json!(uom);
        }
        found(json!({ "quantity_list": [element] }))
    };
    assert_eq!(one("12", None), "");
    assert_eq!(one("12.0", None), "");
    assert_eq!(
        one("12.5", None),
        "EPCIS-QUANTITY-COUNT /quantityList/0/quantity: `12.5` is a count of trade items, but not whole"
    );
    assert_eq!(one("-1", None), "EPCIS-QUANTITY-COUNT /quantityList/0/quantity: `-1` is less than nothing");
    assert_eq!(one("1", Some("KG")), "EPCIS-UNIT-UNKNOWN /quantityList/0/uom: `KG` is not a unit of measure => KGM");
    assert_eq!(one("1", Some("EUR")), "EPCIS-UNIT-UNKNOWN /quantityList/0/uom: `EUR` is not a unit of measure");
}

#[test]
fn terms_are_standard_or_ones_own() {
    let urn = "urn:epcglobal:cbv:bizstep:shiping";
    for (binding, term, expected) in [
        (Binding::Json, "shipping", ""),
        (Binding::Json, "https://example.com/smoking", ""),
        (
            Binding::Json,
            "cbv:BizStep-shiping",
            "EPCIS-TERM-UNKNOWN /bizStep: `cbv:BizStep-shiping` looks like a standard term, but there is none of this name => shipping",
        ),
        (
            Binding::Xml,
            urn,
            "EPCIS-TERM-UNKNOWN /bizStep: `urn:epcglobal:cbv:bizstep:shiping` looks like a standard term, but there is none of this name => urn:epcglobal:cbv:bizstep:shipping",
        ),
        (
            Binding::Json,
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "EPCIS-TERM-SPELLING /bizStep: `https://ref.gs1.org/cbv/BizStep-shipping` is a standard term in the wrong form => shipping",
        ),
        (
            Binding::Xml,
            "shipping",
            "EPCIS-TERM-SPELLING /bizStep: `shipping` is a standard term in the wrong form => urn:epcglobal:cbv:bizstep:shipping",
        ),
        (Binding::Xml, "https://ref.gs1.org/cbv/BizStep-shipping", ""),
        (Binding::Xml, "smoking", "EPCIS-TERM-UNKNOWN /bizStep: `smoking` is neither a standard term nor a URI"),
    ] {
        assert_eq!(found_in(binding, json!({ "biz_step": term })).join("\n"), expected);
    }
    assert_eq!(
        found_in(Binding::Xml, json!({ "disposition": "urn:epcglobal:cbv:disp:non_sellable_expired" })).join("\n"),
        "EPCIS-TERM-DEPRECATED /disposition: `urn:epcglobal:cbv:disp:non_sellable_expired` is deprecated => urn:epcglobal:cbv:disp:expired"
    );
    let types = json!({
        "source_list": [{ "type": "owning-party", "id": "urn:epc:id:pgln:9521003.00001" }],
        "biz_transaction_list": [{ "type": "bol" , "id": "urn:x:1" }, { "type": "invoice" , "id": "urn:x:1" }],
        "persistent_disposition": { "set": ["damaged"], "unset": ["Damaged"] },
    });
    let found = found_in(Binding::Xml, types).join("\n");
    for expected in [
        "/persistentDisposition/unset[1]: `Damaged` is neither a standard term nor a URI => urn:epcglobal:cbv:disp:damaged",
        "/bizTransactionList/bizTransaction[2]/@type: `invoice` is neither a standard term nor a URI\n",
        "/sourceList/source[1]/@type: `owning-party` is neither a standard term nor a URI => urn:epcglobal:cbv:sdt:owning_party",
    ] {
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn an_event_id_that_is_a_hash_is_the_hash_of_its_event() {
    let wrong = "ni:///sha-256;0000000000000000000000000000000000000000000000000000000000000000?ver=CBV2.0";
    let found_once = found(json!({ "event_id": wrong }));
    let (message, right) = found_once.split_once(" => ").unwrap();
    assert_eq!(message, "EPCIS-EVENT-HASH /eventID: the event id is not the hash of the event");
    assert_eq!(found(json!({ "event_id": right })), "");
}

#[test]
fn the_number_of_findings_is_bounded() {
    let list: Vec<_> = (0..1_000).map(|i| format!("Pallet {i}")).collect();
    assert_eq!(found_in(Binding::Xml, json!({ "epc_list": list })).len(), MOST_FINDINGS);
}

#[test]
fn an_event_that_could_not_be_read_whole_is_not_blamed_for_what_is_missing() {
    let event =
        Event::new(crate::EventKind::Aggregation, "2030-01-01T00:00:00Z".parse().unwrap(), crate::ZoneOffset::utc());
    let checks = Checks {
        binding: Binding::Xml,
        latest: Some(Timestamp::UNIX_EPOCH),
        whole: false,
        namespaces: &Namespaces::default(),
    };
    assert_eq!(check(&event, &Location::default(), checks), []);
}
