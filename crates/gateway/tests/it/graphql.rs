use axum::http::StatusCode;
use serde_json::json;

use crate::world::{GROCER_PLACE, PACKER_PLACE, World, document, lot, packed, shipped};

async fn shipped_lot() -> World {
    let world = World::new().await;
    let answer =
        world.capture(document(&(packed("L1", 8) + &shipped("L1", 9, GROCER_PLACE) + &packed("L2", 10)))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    world
}

#[tokio::test]
async fn a_lot_is_found_by_code_by_identifier_and_by_its_name() {
    let world = shipped_lot().await;
    let by = async |name: &str| {
        let query = "query ($id: String!) { lot(id: $id) { id kind tlc provisional identifier gtin } }";
        world.ask_with(query, json!({ "id": name })).await.json()["data"]["lot"].clone()
    };
    let found = by(&lot("L1")).await;
    assert_eq!((&found["identifier"], &found["gtin"]), (&json!(lot("L1")), &json!("19521003000173")));
    assert_eq!(by("urn:epc:class:lgtin:9521003.100017.L1").await, found);
    assert_eq!(by("(01)19521003000173(10)L1").await, found);
    assert_eq!(by(found["id"].as_str().unwrap()).await, found);
    assert_eq!(by("L99").await, json!(null));
}

#[tokio::test]
async fn lots_come_in_pages_whose_cursors_belong_to_their_question() {
    let world = shipped_lot().await;
    let page =
        world.ask("{ lots(first: 1) { edges { cursor node { tlc } } pageInfo { hasNextPage endCursor } } }").await;
    let page = &page.json()["data"]["lots"];
    assert_eq!(page["pageInfo"]["hasNextPage"], json!(true));
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();

    let next = "query ($c: String!, $g: String) { lots(first: 1, after: $c, gtin: $g) { nodes { identifier } pageInfo { hasNextPage } } }";
    let second = world.ask_with(next, json!({ "c": cursor })).await.json();
    assert_eq!(
        second["data"]["lots"],
        json!({ "nodes": [{ "identifier": lot("L2") }], "pageInfo": { "hasNextPage": false } })
    );
    let other = world.ask_with(next, json!({ "c": cursor, "g": "19521003000173" })).await;
    assert_eq!(other.code(), "BAD_CURSOR");
    assert_eq!(world.ask_with(next, json!({ "c": "made up" })).await.code(), "BAD_CURSOR");
}

#[tokio::test]
async fn events_are_filtered_by_lot_and_step() {
    let world = shipped_lot().await;
    let query = r#"{ events(filter: {lot: "(01)19521003000173(10)L1", bizStep: "shipping"}) {
        nodes { id type day bizStep readPoint { id } mentions { role quantity { amount uom } lot { identifier } } } } }"#;
    let answer = world.ask(query).await.json();
    let node = &answer["data"]["events"]["nodes"][0];
    assert_eq!(answer["data"]["events"]["nodes"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!((&node["type"], &node["day"]), (&json!("OBJECT_EVENT"), &json!("2028-08-15")));
    assert_eq!(node["mentions"][0]["quantity"], json!({ "amount": "10", "uom": "XCS" }));
    let id = node["id"].as_str().unwrap();
    let event = world.ask_with("query ($id: String!) { event(id: $id) { id disposition } }", json!({ "id": id })).await;
    assert_eq!(event.json()["data"]["event"], json!({ "id": id, "disposition": "active" }));
}

#[tokio::test]
async fn a_trace_shows_where_a_lot_was_handed_over_and_what_is_missing() {
    let world = shipped_lot().await;
    let query = r#"{ trace(lot: "https://id.gs1.org/01/19521003000173/10/L1", direction: FORWARD) {
        starts complete nodes { id kind hops sightings { bizStep day custody } } gaps { at reason }
        edges { type from to lot day event assertedBy } } }"#;
    let answer = world.ask(query).await.json();
    let trace = &answer["data"]["trace"];
    assert_eq!(trace["starts"][0], trace["nodes"][0]["id"], "{answer}");
    let edge = &trace["edges"][0];
    assert_eq!(
        (&edge["type"], &edge["from"], &edge["to"]),
        (&json!("HANDED_OVER"), &json!(PACKER_PLACE), &json!(GROCER_PLACE))
    );
    assert_eq!((&edge["lot"], &edge["assertedBy"]), (&trace["starts"][0], &json!("packer")));
    // The grocer has captured nothing of it.
    assert_eq!((&trace["complete"], &trace["gaps"][0]["reason"]), (&json!(false), &json!("NOT_AVAILABLE")), "{answer}");
}

#[tokio::test]
async fn stock_is_what_came_less_what_left() {
    let world = shipped_lot().await;
    let answer = world.ask(&format!(r#"{{ stock(lot: "{}") {{ place {{ id }} amount uom }} }}"#, lot("L2"))).await;
    let row = json!([{ "place": { "id": PACKER_PLACE }, "amount": "10", "uom": "XCS" }]);
    assert_eq!(answer.json()["data"]["stock"], row);
    assert_eq!(world.ask(r#"{ stock(lot: "L99") { amount } }"#).await.json()["data"]["stock"], json!(null));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let world = World::new().await;
    let unknown = world.ask("{ me { password } }").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::OK, "BAD_REQUEST"));
    let message = unknown.json()["errors"][0]["message"].to_string();
    assert!(message.contains("password") && !message.contains("Did you mean"), "{message}");

    let bodies = [
        ("{\"query\":", "no GraphQL request in JSON"),
        (r#"[{"query":"{me{actor}}"}]"#, "one by one"),
        (r#"{"query":"{me{actor}}","more":1}"#, "unknown field `more`"),
        (r#"{"variables":{}}"#, "missing field `query`"),
    ];
    for (body, expected) in bodies {
        let answer = world.post("/graphql", &world.staff(), "application/json", body).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
        assert!(answer.text().contains(expected), "{}", answer.text());
    }
    let answer = world.post("/graphql", &world.staff(), "text/plain", "{}").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(world.ask("{ me { actor } }").await.status, StatusCode::OK);
}

#[tokio::test]
async fn grants_are_given_listed_and_revoked() {
    let world = World::new().await;
    let party = world.grocer_at_packer.0;
    let input = json!({ "input": { "viewer": { "party": party.to_string() }, "lots": [lot("L1")], "hopsBack": 1,
        "hopsForward": 1, "profile": "FULL", "reason": "audit of 2028", "approver": "quality" } });
    let add = "mutation ($input: GrantInput!) { grantAdd(input: $input) { id party { name } profile onward } }";
    let grant = world.ask_with(add, input).await.json()["data"]["grantAdd"].clone();
    assert_eq!((&grant["party"]["name"], &grant["onward"]), (&json!("Grocer"), &json!("NONE")), "{grant}");
    let revoke = "mutation ($id: ID!) { grantRevoke(id: $id) { revoked } }";
    let revoked = world.ask_with(revoke, json!({ "id": grant["id"] })).await.json();
    assert_eq!(revoked["data"]["grantRevoke"]["revoked"], json!(true));
    let grants = world.ask("{ grants { id revokedAt } parties { name hosted } }").await.json();
    assert_eq!(grants["data"]["grants"][0]["revokedAt"], json!("2028-08-20T12:00:00Z"));
    assert_eq!(grants["data"]["parties"], json!([{ "name": "Grocer", "hosted": true }]));
    assert_eq!(world.ask_with(revoke, json!({ "id": "x" })).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn the_first_question_of_the_readme_is_one_that_can_be_asked() {
    let readme = include_str!("../../../../README.md");
    let question = readme.split("```graphql\n").nth(1).unwrap().split("```").next().unwrap();
    let answer = World::new().await.ask(question).await.json();
    assert_eq!(answer["errors"], serde_json::Value::Null, "{answer}");
    assert_eq!(answer["data"]["trace"], serde_json::Value::Null);
}

/// Lists of edges are answered in two ways: by plain values, and as every list where anything else is asked, too.
#[tokio::test]
async fn an_edge_says_the_same_whichever_way_it_is_answered() {
    let world = shipped_lot().await;
    let schema = world.ask(r#"{ __type(name: "Edge") { fields { name } } }"#).await.json();
    let fields = schema["data"]["__type"]["fields"].as_array().unwrap();
    let mut fields: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    fields.sort_unstable();
    // One that is not among the plain ones would be answered in the second way only.
    assert_eq!(fields, ["assertedBy", "basis", "day", "event", "from", "lot", "to", "type"]);
    let edges = async |fields: &str| {
        let query = format!(r#"{{ trace(lot: "{}", direction: FORWARD) {{ edges {{ {fields} }} }} }}"#, lot("L1"));
        world.ask(&query).await.json()["data"]["trace"]["edges"].clone()
    };
    let plain = edges(&fields.join(" ")).await;
    let mut other = edges(&format!("{} __typename", fields.join(" "))).await;
    for edge in other.as_array_mut().unwrap() {
        assert_eq!(edge.as_object_mut().unwrap().remove("__typename"), Some(json!("Edge")));
    }
    assert!(!plain.as_array().unwrap().is_empty());
    assert_eq!(plain, other);
    assert_eq!(edges("day: event event: day").await[0]["event"], plain[0]["day"]);
}
