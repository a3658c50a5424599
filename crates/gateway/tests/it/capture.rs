use auth::Claims;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use crate::world::{MAX_DOCUMENT, MAX_EVENTS, PACKER, STAFF, World, document, packed};

#[tokio::test]
async fn a_document_is_captured_when_it_is_answered() {
    let world = World::new().await;
    let answer = world.capture(document(&packed("L1", 8))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    assert_eq!(answer.header("gs1-epcis-version"), "2.0.0");

    let job = world.get(answer.header(header::LOCATION), &world.staff()).await.json();
    assert_eq!((&job["running"], &job["success"]), (&json!(false), &json!(true)), "{job}");
    assert_eq!((&job["captureErrorBehaviour"], &job["stored"]), (&json!("rollback"), &json!(1)));
    let jobs = world.ask("{ captureJobs { id status stored } }").await.json();
    assert_eq!(jobs["data"]["captureJobs"][0]["id"], job["captureID"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_stands() {
    let world = World::new().await;
    let events = packed("L1", 8).replace("2028-08-15T08:00:00Z", "yesterday");
    let answer = world.capture(document(&events)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let job = world.get(answer.header(header::LOCATION), &world.staff()).await.json();
    assert_eq!(job["success"], json!(false));
    let error = &job["errors"][0];
    assert_eq!(error["type"], "epcisException:ValidationException");
    assert_eq!(error["eventIndex"], json!(0), "{error}");
    assert!(error["line"].as_u64().unwrap() > 1 && error["code"].is_string(), "{error}");
}

#[tokio::test]
async fn a_media_type_that_cannot_be_read_is_refused_with_those_that_can() {
    let world = World::new().await;
    let answer = world.post("/epcis/capture", &world.staff(), "text/csv", "a,b").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], "epcisException:UnsupportedMediaTypeException");
    assert_eq!(problem["accepted"], json!(["application/xml", "text/xml", "application/ld+json", "application/json"]));
}

#[tokio::test]
async fn a_document_beyond_the_limit_is_refused() {
    let world = World::new().await;
    let document = " ".repeat(usize::try_from(MAX_DOCUMENT).unwrap() + 1);
    // Once with its length declared, once in pieces of which nobody knows the number.
    let declared = world.capture(document.clone()).await;
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(document)]);
    let body = axum::body::Body::from_stream(pieces);
    let streamed = world.post("/epcis/capture", &world.staff(), "application/xml", body).await;
    for answer in [declared, streamed] {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.json()["limitBytes"], json!(MAX_DOCUMENT));
    }
}

#[tokio::test]
async fn a_capture_by_mutation_tells_new_from_known_from_wrong() {
    let world = World::new().await;
    let mutation = "mutation ($document: String!) {
        capture(document: $document, mediaType: XML) { status job { stored duplicates } findings { code line } } }";
    let capture = async |text: String| {
        world.ask_with(mutation, json!({ "document": text })).await.json()["data"]["capture"].clone()
    };
    let good = document(&packed("L1", 8));
    assert_eq!(capture(good.clone()).await["status"], "CAPTURED");
    let again = capture(good).await;
    assert_eq!((&again["status"], &again["job"]["duplicates"]), (&json!("DUPLICATE"), &json!(1)));
    let wrong = capture("<not-epcis/>".to_owned()).await;
    assert_eq!(wrong["status"], "REJECTED");
    assert_ne!(wrong["findings"], json!([]));
}

#[tokio::test]
async fn partners_neither_capture_nor_see_jobs() {
    let world = World::new().await;
    let answer = world.post("/epcis/capture", &world.partner(), "application/xml", document("")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let captured = world.capture(document(&packed("L1", 8))).await;
    let existing = world.get(captured.header(header::LOCATION), &world.partner()).await;
    let absent = world.get("/epcis/capture/none", &world.partner()).await;
    assert_eq!((existing.status, &existing.body), (absent.status, &absent.body));
}

#[tokio::test]
async fn json_ld_is_captured_and_given_back() {
    let world = World::new().await;
    let company = testkit::chain_a().iter().find(|company| company.slug == "valle-verde").unwrap();
    let document = company.documents.first().unwrap();
    let answer = world.post("/epcis/capture", &world.staff(), document.media_type, document.bytes).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let job = world.get(answer.header(header::LOCATION), &world.staff()).await.json();
    assert_eq!((&job["success"], &job["stored"]), (&json!(true), &json!(document.events.len())), "{job}");

    let events = world.get("/epcis/events", &world.staff()).await;
    assert_eq!(events.header(header::CONTENT_TYPE), "application/ld+json");
    let again = world.post("/epcis/capture", &world.staff(), "application/ld+json", events.body).await;
    let job = world.get(again.header(header::LOCATION), &world.staff()).await.json();
    assert_eq!(job["duplicates"], json!(document.events.len()), "{job}");
}

#[tokio::test]
async fn who_may_only_capture_sees_what_became_of_it() {
    let world = World::new().await;
    let claims = Claims { scope: vec!["capture".to_owned()], ..world.claims(STAFF, PACKER) };
    let token = world.sign(&claims);
    let captured = world.post("/epcis/capture", &token, "application/xml", document(&packed("L1", 8))).await;
    let job = world.get(captured.header(header::LOCATION), &token).await;
    assert_eq!(job.status, StatusCode::OK, "{}", job.text());
    assert_eq!(world.get("/epcis/events", &token).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_compressed_or_of_no_media_type_is_refused() {
    let world = World::new().await;
    let post = async |name: &str, value: &str| {
        let token = format!("Bearer {}", world.staff());
        let request = Request::post("/epcis/capture").header(header::AUTHORIZATION, token).header(name, value);
        world.send(request.body(document("").into()).unwrap()).await
    };
    for (name, value, detail) in [
        ("content-encoding", "gzip", "send it uncompressed"),
        ("content-encoding", "identity", "no media type is given"),
    ] {
        let answer = post(name, value).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(answer.text().contains(detail), "{}", answer.text());
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_with_a_problem() {
    let world = World::new().await;
    for (path, status) in [
        ("/epcis/capture/%ff", StatusCode::NOT_FOUND),
        ("/epcis/events?EQ_bizStep=%ff", StatusCode::BAD_REQUEST),
        ("/regulator/export?lot=%ff", StatusCode::BAD_REQUEST),
    ] {
        let answer = world.get(path, &world.staff()).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{path}");
    }
}

/// The job behind an answer.
async fn job(world: &World, answer: &crate::world::Answer) -> serde_json::Value {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    world.get(answer.header(header::LOCATION), &world.staff()).await.json()
}

fn without_a_time(code: &str) -> String {
    packed(code, 8).replace("2028-08-15T08:00:00Z", "yesterday")
}

#[tokio::test]
async fn proceed_stores_the_good_events_and_names_the_bad_ones() {
    let world = World::new().await;
    let events = [packed("L1", 8), without_a_time("L2"), packed("L3", 9), without_a_time("L4")].concat();
    let refused = job(&world, &world.capture_with("rollback", document(&events)).await).await;
    assert_eq!((&refused["stored"], &refused["captureErrorBehaviour"]), (&json!(0), &json!("rollback")), "{refused}");

    let job = job(&world, &world.capture_with("proceed", document(&events)).await).await;
    assert_eq!((&job["running"], &job["success"]), (&json!(false), &json!(false)), "{job}");
    assert_eq!(job["captureErrorBehaviour"], "proceed");
    assert_eq!((&job["stored"], &job["rejected"], &job["findingsOmitted"]), (&json!(2), &json!(2), &json!(0)), "{job}");
    let errors = job["errors"].as_array().unwrap();
    let places: Vec<_> = errors.iter().filter_map(|error| error["eventIndex"].as_u64()).collect();
    assert!(places.contains(&1) && places.contains(&3), "{errors:?}");
    assert!(errors.iter().all(|error| error["type"].is_string() && error["title"].is_string()), "{errors:?}");
    assert!(job["createdAt"].is_string() && job["finishedAt"].is_string(), "{job}");
    let jobs = world.ask("{ captureJobs { status errorBehaviour stored rejected findingsOmitted } }").await.json();
    let expected = json!({ "status": "FINISHED", "errorBehaviour": "PROCEED", "stored": 2, "rejected": 2,
        "findingsOmitted": 0 });
    assert!(jobs["data"]["captureJobs"].as_array().unwrap().contains(&expected), "{jobs}");
}

#[tokio::test]
async fn proceed_never_overwrites_an_event_with_another_of_its_id() {
    let world = World::new().await;
    world.capture(document(&packed("L1", 8))).await;
    let events = [packed("L1", 8).replace("<quantity>10<", "<quantity>11<"), packed("L2", 9), packed("L1", 8)].concat();
    let job = job(&world, &world.capture_with("proceed", document(&events)).await).await;
    assert_eq!((&job["stored"], &job["duplicates"], &job["rejected"]), (&json!(1), &json!(1), &json!(1)), "{job}");
    assert_eq!(
        (&job["errors"][0]["code"], &job["errors"][0]["eventIndex"]),
        (&json!("CAPTURE-EVENT-ID-CONFLICT"), &json!(0))
    );
    let events = world.get("/epcis/events", &world.staff()).await.text();
    assert!(!events.contains("\"quantity\":11"), "{events}");
}

#[tokio::test]
async fn proceed_stores_what_came_before_the_point_where_a_document_breaks_off() {
    let world = World::new().await;
    let whole = document(&[packed("L1", 8), packed("L2", 9)].concat());
    // Inside the second event.
    let cut = whole[..whole.rfind("<quantity>").unwrap()].to_owned();
    let refused = job(&world, &world.capture_with("rollback", cut.clone()).await).await;
    assert_eq!((&refused["success"], &refused["stored"]), (&json!(false), &json!(0)));
    let job = job(&world, &world.capture_with("proceed", cut).await).await;
    assert_eq!((&job["success"], &job["stored"]), (&json!(false), &json!(1)), "{job}");
    assert_ne!(job["errors"], json!([]));
}

#[tokio::test]
async fn a_capture_by_mutation_may_proceed() {
    let world = World::new().await;
    let mutation = "mutation ($document: String!) { capture(document: $document, mediaType: XML,
        errorBehaviour: PROCEED) { status job { errorBehaviour stored } } }";
    let capture = async |events: String| {
        let answer = world.ask_with(mutation, json!({ "document": document(&events) })).await.json();
        answer["data"]["capture"].clone()
    };
    let mixed = capture([packed("L1", 8), without_a_time("L2")].concat()).await;
    assert_eq!(mixed, json!({ "status": "PARTIAL", "job": { "errorBehaviour": "PROCEED", "stored": 1 } }));
    assert_eq!(capture(without_a_time("L3")).await["status"], "REJECTED");
    assert_eq!(capture(packed("L1", 8)).await["status"], "DUPLICATE");
}

#[tokio::test]
async fn an_error_behaviour_that_does_not_exist_is_refused_with_those_that_do() {
    let world = World::new().await;
    for behaviour in ["all", "Rollback", "", "rollback, proceed"] {
        let answer = world.capture_with(behaviour, document(&packed("L1", 8))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{behaviour}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
        assert!(answer.text().contains("`rollback`") && answer.text().contains("`proceed`"), "{}", answer.text());
    }
    assert_eq!(world.ask("{ captureJobs { id } }").await.json()["data"]["captureJobs"], json!([]));
}

#[tokio::test]
async fn the_limits_of_capture_are_announced() {
    let world = World::new().await;
    let token = format!("Bearer {}", world.staff());
    let request = Request::options("/epcis/capture").header(header::AUTHORIZATION, token);
    let asked = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((asked.status, asked.body.len()), (StatusCode::NO_CONTENT, 0), "{}", asked.text());
    let captured = world.capture(document(&packed("L1", 8))).await;
    let refused = world.capture_with("perhaps", document("")).await;
    for answer in [&asked, &captured, &refused] {
        assert_eq!(answer.header("gs1-epcis-capture-limit"), MAX_EVENTS.to_string());
        assert_eq!(answer.header("gs1-epcis-capture-file-size-limit"), MAX_DOCUMENT.to_string());
        assert_eq!(answer.header("gs1-capture-error-behaviour"), "all", "the standard's word for both of them");
        assert_eq!((answer.header("gs1-epcis-version"), answer.header("gs1-cbv-version")), ("2.0.0", "2.0.0"));
    }
}

#[tokio::test]
async fn a_document_of_too_many_events_is_refused_and_nothing_of_it_is_stored() {
    let world = World::new().await;
    let count = usize::try_from(MAX_EVENTS).unwrap();
    let events: Vec<String> = (0..=count).map(|number| packed(&format!("L{number}"), 8)).collect();
    for behaviour in ["rollback", "proceed"] {
        let answer = world.capture_with(behaviour, document(&events.concat())).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text());
        assert_eq!(answer.json()["type"], "epcisException:CaptureLimitExceededException");
        assert_eq!(answer.json()["limitEvents"], json!(MAX_EVENTS));
    }
    let jobs = world.ask("{ captureJobs { status stored findings { code } } }").await.json();
    let failed = json!({ "status": "FAILED", "stored": 0, "findings": [{ "code": "CAPTURE-LIMIT" }] });
    assert_eq!(jobs["data"]["captureJobs"], json!([failed, failed]));
    let job = job(&world, &world.capture(document(&events[..count].concat())).await).await;
    assert_eq!(job["stored"], json!(MAX_EVENTS), "{job}");
}

#[tokio::test]
async fn a_job_lists_a_thousand_findings_and_counts_the_rest() {
    let limits = app::CaptureLimits { max_document_bytes: 1 << 20, ..app::CaptureLimits::default() };
    let world = World::limited(limits).await;
    let events = "<ObjectEvent/>".repeat(1_500);
    let job = job(&world, &world.capture_with("proceed", document(&events)).await).await;
    assert_eq!((&job["stored"], &job["rejected"]), (&json!(0), &json!(1_500)));
    let listed = job["errors"].as_array().unwrap().len() + job["warnings"].as_array().unwrap().len();
    assert_eq!(listed, app::MAX_FINDINGS);
    assert!(job["findingsOmitted"].as_u64().unwrap() >= 500, "{}", job["findingsOmitted"]);
}
