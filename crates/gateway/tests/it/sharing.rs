use crate::world::{GROCER_PLACE, World, document, lot, packed, shipped};

/// Lot L1 went to the grocer, lot L2 to somebody else.
async fn two_lots() -> World {
    let world = World::new().await;
    let elsewhere = "https://id.gs1.org/414/9521009000000";
    let events = packed("L1", 8) + &shipped("L1", 9, GROCER_PLACE) + &packed("L2", 8) + &shipped("L2", 9, elsewhere);
    world.capture(document(&events)).await;
    world
}

#[tokio::test]
async fn a_partner_sees_the_lot_it_received() {
    let world = two_lots().await;
    let answer = world.ask_as_partner("{ lots { nodes { identifier } } }").await.json();
    let nodes = answer["data"]["lots"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.iter().map(|node| node["identifier"].as_str().unwrap()).collect::<Vec<_>>(), [lot("L1")]);
}

#[tokio::test]
async fn hidden_lot_answers_like_an_absent_one() {
    let world = two_lots().await;
    let questions = [
        r#"{ lot(id: "LOT") { id tlc } }"#,
        r#"{ lots(tlc: "LOT") { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }"#,
        r#"{ events(filter: {epc: "LOT"}) { nodes { id } } }"#,
        r#"{ events(filter: {lot: "LOT"}) { nodes { id } } }"#,
        r#"{ trace(lot: "LOT", direction: BACK) { starts nodes { id } gaps { reason } complete } }"#,
        r#"{ event(id: "urn:example:LOT-8-creating_class_instance") { id } }"#,
    ];
    for question in questions {
        for name in [lot("CODE"), "CODE".to_owned()] {
            let ask = async |code: &str| {
                world.ask_as_partner(&question.replace("LOT", &name.replace("CODE", code))).await.body
            };
            let (hidden, absent) = (ask("L2").await, ask("L9").await);
            assert_eq!(String::from_utf8(hidden), String::from_utf8(absent), "{question}");
        }
    }
}

#[tokio::test]
async fn the_partner_schema_has_nothing_of_the_staff() {
    let world = two_lots().await;
    for query in [
        "{ me { actor } }",
        "{ captureJobs { id } }",
        "{ stock(lot: \"L1\") { amount } }",
        "{ grants { id } }",
        "{ lots(product: \"romaine\") { nodes { id } } }",
        "mutation { grantRevoke(id: \"1\") { revoked } }",
        "{ _service { sdl } }",
    ] {
        assert_eq!(world.ask_as_partner(query).await.code(), "BAD_REQUEST", "{query}");
    }
}
