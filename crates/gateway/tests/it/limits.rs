use axum::http::StatusCode;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_query_that_asks_for_too_much_is_refused() {
    let world = World::new().await;
    let repeat = |number: usize, field: &str| {
        let fields: Vec<_> = (0..number).map(|index| format!("a{index}: {field}")).collect();
        fields.join(" ")
    };
    let roots = repeat(11, "me { actor }");
    let mention = "mentions { role lot { id tlc identifier gtin } quantity { amount uom } }";
    let dear = repeat(10, &format!("events(first: 100) {{ nodes {{ id day {mention} }} }}"));
    let queries = [
        format!("{{ {roots} }}"),
        format!("{{ {dear} }}"),
        format!("{{ __type(name: \"Lot\") {} name {} }}", "{ ofType ".repeat(20), "}".repeat(20)),
        format!("{{ me {} }}", "{ a ".repeat(100_000)),
        "{ me { ...f } } fragment f on Me { ...g ...g } fragment g on Me { ...h ...h } fragment h on Me { actor }"
            .replace("actor", &"x: actor ".repeat(2_000)),
    ];
    for query in queries {
        let answer = world.ask(&query).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::OK, "LIMIT"), "{}", answer.text());
    }
    assert_eq!(world.ask("{ lots(first: 101) { nodes { id } } }").await.code(), "BAD_REQUEST");
    assert_eq!(world.ask("{ me { actor } }").await.json()["data"]["me"]["actor"], json!("ana"));
}

#[tokio::test]
async fn a_request_beyond_its_size_is_refused() {
    let world = World::new().await;
    let query = format!("{{\"query\":\"{{me{{actor}}}}{}\"}}", " ".repeat(70_000));
    let answer = world.post("/partner/graphql", &world.partner(), "application/json", query.clone()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "LIMIT"));
    assert_eq!(world.post("/graphql", &world.staff(), "application/json", query).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_introspection_of_common_tools_is_answered() {
    let world = World::new().await;
    let of_type = "ofType { kind name ".repeat(9) + &"}".repeat(9);
    let query = format!(
        "{{ __schema {{ queryType {{ name }} types {{ kind name fields(includeDeprecated: true) {{ name args {{ name
         type {{ kind name {of_type} }} }} type {{ kind name {of_type} }} }} }} }} }}"
    );
    for answer in [world.ask(&query).await, world.ask_as_partner(&query).await] {
        assert_eq!(answer.json()["data"]["__schema"]["queryType"]["name"], json!("Query"), "{}", answer.text());
    }
}
