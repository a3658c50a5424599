use serde_json::json;

use crate::world::{GROCER_PLACE, PACKER_PLACE, World, document, lot, packed, shipped};

async fn shipped_lot() -> World {
    let world = World::new().await;
    world.capture(document(&(packed("L1", 8) + &shipped("L1", 9, GROCER_PLACE) + &packed("L2", 10)))).await;
    world
}

#[tokio::test]
async fn a_balance_says_where_all_of_a_lot_went() {
    let world = shipped_lot().await;
    let query = "query ($lot: String!) { balance(lot: $lot) { uom produced onHand left
        places { place { id } shipped onHand } shipments { from { id } to { id } shipped received } } }";
    let answer = world.ask_with(query, json!({ "lot": lot("L1") })).await.json();
    let expected = json!([{
        "uom": "XCS", "produced": "10", "onHand": "0", "left": "10",
        "places": [{ "place": { "id": PACKER_PLACE }, "shipped": "10", "onHand": "0" }],
        "shipments": [{ "from": { "id": PACKER_PLACE }, "to": { "id": GROCER_PLACE }, "shipped": "10", "received": null }],
    }]);
    assert_eq!(answer["data"]["balance"], expected, "{answer}");
    let absent = world.ask_with(query, json!({ "lot": "L99" })).await.json();
    assert_eq!(absent["data"]["balance"], json!(null));
}

#[tokio::test]
async fn the_stock_of_a_place_on_a_day_is_listed() {
    let world = shipped_lot().await;
    let query = "query ($place: String!) { stockAt(place: $place, day: \"2028-08-15\") {
        isPartial lots { lot { identifier } opening added closing presence } } }";
    let answer = world.ask_with(query, json!({ "place": PACKER_PLACE })).await.json();
    let row = |name: &str, closing: &str| json!({ "lot": { "identifier": lot(name) }, "opening": "0", "added": "10", "closing": closing, "presence": "CERTAIN" });
    let expected = json!({ "isPartial": false, "lots": [row("L1", "0"), row("L2", "10")] });
    assert_eq!(answer["data"]["stockAt"], expected, "{answer}");
}

#[tokio::test]
async fn a_trace_goes_both_ways_within_a_budget_and_on_from_its_cursor() {
    let world = shipped_lot().await;
    let query = "query ($lot: String!, $after: String) { trace(lot: $lot, direction: BOTH, nodes: 1, after: $after) {
        isPartial cursor nodes { id certain sightings { basis } } edges { basis } } }";
    let answer = world.ask_with(query, json!({ "lot": lot("L1") })).await.json();
    // The budget has no room to ask the grocer.
    assert_eq!(answer["data"]["trace"]["isPartial"], json!(true), "{answer}");
    let cursor = &answer["data"]["trace"]["cursor"];
    let answer = world.ask_with(query, json!({ "lot": lot("L1"), "after": cursor })).await.json();
    let trace = &answer["data"]["trace"];
    assert_eq!((&trace["isPartial"], &trace["cursor"]), (&json!(false), &json!(null)), "{answer}");
    assert_eq!(trace["nodes"][0]["certain"], json!(true));
    assert_eq!(trace["edges"][0]["basis"], json!("RECORDED"));
    let foreign = world.ask_with(query, json!({ "lot": lot("L1"), "after": "made up" })).await;
    assert_eq!(foreign.code(), "BAD_CURSOR");
}

#[tokio::test]
async fn a_recall_names_the_records_that_are_missing() {
    let world = shipped_lot().await;
    let query = "query ($lot: String!) { recallScope(lot: $lot) {
        certain { id places { id } } possible { id } evidence { kind } isPartial } }";
    let answer = world.ask_with(query, json!({ "lot": lot("L1") })).await.json();
    let scope = &answer["data"]["recallScope"];
    assert_eq!(scope["certain"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!((&scope["possible"], &scope["evidence"][0]["kind"]), (&json!([]), &json!("MISSING_RECORDS")));
}

#[tokio::test]
async fn cases_and_siblings_are_asked_by_lot() {
    let world = shipped_lot().await;
    let query = "query ($a: String!, $b: String!) {
        commonSources(cases: [{ lots: [$a] }, { lots: [$b] }]) { cases alone sources { kind coverage place { id } } }
        siblings(lot: $a) { lots { reason through day } } }";
    let answer = world.ask_with(query, json!({ "a": lot("L1"), "b": lot("L2") })).await.json();
    let common = &answer["data"]["commonSources"];
    assert_eq!((&common["cases"], &common["alone"]), (&json!(2), &json!([])), "{answer}");
    let first = &common["sources"][0];
    assert_eq!((&first["coverage"], &first["place"]["id"]), (&json!(2), &json!(PACKER_PLACE)));
    assert_eq!(answer["data"]["siblings"]["lots"][0]["through"], json!(PACKER_PLACE));
}

#[tokio::test]
async fn partners_have_no_questions_about_amounts_and_none_about_what_was_known() {
    let world = shipped_lot().await;
    let balance = world.ask_as_partner("{ balance(lot: \"L1\") { uom } }").await;
    assert_eq!(balance.code(), "BAD_REQUEST", "the field is not in their schema");
    for name in [lot("L1"), lot("L99")] {
        let query =
            format!("{{ trace(lot: \"{name}\", direction: BACK, knownAt: \"2028-08-15T00:00:00Z\") {{ complete }} }}");
        assert_eq!(world.ask_as_partner(&query).await.code(), "NOT_AVAILABLE");
    }
}
