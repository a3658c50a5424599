use axum::http::{StatusCode, header};
use gateway::Config;
use serde_json::Value;

use crate::world::{GROCER_PLACE, World, document, lot, packed, shipped};

async fn three_lots() -> World {
    let world = World::new().await;
    let events: String = (1..=3).map(|number| packed(&format!("L{number}"), number)).collect();
    let events = events + &shipped("L1", 9, GROCER_PLACE);
    assert_eq!(world.capture(document(&events)).await.status, StatusCode::ACCEPTED);
    world
}

fn ids(answer: &Value) -> Vec<String> {
    let list = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap();
    list.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_until_there_is_no_next_one() {
    let world = three_lots().await;
    let mut path = "/epcis/events?perPage=2&eventType=ObjectEvent".to_owned();
    let mut found = Vec::new();
    for _ in 0..3 {
        let answer = world.get(&path, &world.staff()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        found.push(ids(&answer.json()).len());
        let link = answer.header(header::LINK);
        let Some((next, _)) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        path = next.to_owned();
    }
    assert_eq!(found, [2, 2]);
}

#[tokio::test]
async fn a_token_of_another_query_is_refused() {
    let world = three_lots().await;
    let answer = world.get("/epcis/events?perPage=2", &world.staff()).await;
    let token = answer.header(header::LINK).split("nextPageToken=").nth(1).unwrap().split('>').next().unwrap();
    let token = token.to_owned();
    let path = format!("/epcis/events?perPage=2&EQ_action=ADD&nextPageToken={}", token.trim());
    let answer = world.get(&path, &world.staff()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["parameter"], "nextPageToken");
}

#[tokio::test]
async fn parameters_narrow_the_answer() {
    let world = three_lots().await;
    let cases = [
        ("EQ_bizStep=shipping", 1),
        ("EQ_bizStep=shipping|commissioning", 1),
        ("EQ_action=ADD&LT_eventTime=2028-08-15T02:00:00Z", 1),
        ("GE_eventTime=2028-08-15T02:00:00Z", 3),
        (&format!("MATCH_anyEPCClass={}", lot("L1")), 2),
        (&format!("MATCH_epc={}", lot("L1")), 0),
        (&format!("MATCH_epcClass={}|{}", lot("L2"), lot("L3")), 2),
        ("EQ_eventID=urn:example:L2-2-creating_class_instance", 1),
        ("EQ_readPoint=urn:epc:id:sgln:9521003.00100.0", 4),
    ];
    for (parameters, expected) in cases {
        let answer = world.get(&format!("/epcis/events?{parameters}"), &world.staff()).await;
        assert_eq!(answer.status, StatusCode::OK, "{parameters}: {}", answer.text());
        assert_eq!(ids(&answer.json()).len(), expected, "{parameters}");
    }
}

#[tokio::test]
async fn an_unknown_parameter_is_refused_by_name() {
    let world = World::new().await;
    let answer = world.get("/epcis/events?EQ_bizstep=shipping", &world.staff()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let problem = answer.json();
    assert_eq!(
        (&problem["type"], &problem["parameter"]),
        (&"epcisException:QueryParameterException".into(), &"EQ_bizstep".into())
    );
}

#[tokio::test]
async fn the_answer_is_in_a_syntax_that_the_client_accepts() {
    let world = three_lots().await;
    let request = axum::http::Request::get("/epcis/events")
        .header(header::AUTHORIZATION, format!("Bearer {}", world.staff()))
        .header(header::ACCEPT, "application/xml");
    let answer = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/xml");
    assert!(answer.text().contains("EPCISQueryDocument"), "{}", answer.text());

    let request = axum::http::Request::get("/epcis/events")
        .header(header::AUTHORIZATION, format!("Bearer {}", world.staff()))
        .header(header::ACCEPT, "text/html");
    let answer = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn identifiers_and_terms_are_spelled_as_the_client_wishes() {
    let mut prefixes = gs1::CompanyPrefixes::new();
    prefixes.add("9521003", 7).unwrap();
    let world = World::with(Config { company_prefixes: prefixes.into(), ..Config::default() }).await;
    assert_eq!(world.capture(document(&packed("L1", 1))).await.status, StatusCode::ACCEPTED);
    let ask = async |epc_format: &str| {
        let request = axum::http::Request::get("/epcis/events")
            .header(header::AUTHORIZATION, format!("Bearer {}", world.staff()))
            .header(header::ACCEPT, "application/xml")
            .header("GS1-EPC-Format", epc_format)
            .header("GS1-CBV-XML-Format", "Always_Web_URI");
        world.send(request.body(axum::body::Body::empty()).unwrap()).await
    };
    let answer = ask("Always_EPC_URN").await;
    assert_eq!((answer.status, answer.header("GS1-EPC-Format")), (StatusCode::OK, "Always_EPC_URN"));
    let text = answer.text();
    assert!(text.contains("urn:epc:class:lgtin:9521003.") && !text.contains("/10/L1"), "{text}");
    assert!(text.contains("https://ref.gs1.org/cbv/BizStep-"), "{text}");
    let text = ask("Always_GS1_Digital_Link").await.text();
    assert!(text.contains("/10/L1<") && !text.contains("urn:epc:"), "{text}");

    let refused = ask("Sometimes").await;
    assert_eq!((refused.status, &refused.json()["parameter"]), (StatusCode::BAD_REQUEST, &"gs1-epc-format".into()));
}

#[tokio::test]
async fn partners_get_only_events_in_full() {
    let world = three_lots().await;
    let answer = world.get("/epcis/events", &world.partner()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(ids(&answer.json()), Vec::<String>::new());
}
