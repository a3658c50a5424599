use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;

use crate::world::{AUTHORITY, GROCER, PACKER, STAFF, World, noon};

const ME: &str = "{ me { actor organisation roles } }";

#[tokio::test]
async fn a_good_token_says_who_calls() {
    let world = World::new().await;
    let answer = world.ask(ME).await;
    let me = serde_json::json!({ "actor": "ana", "organisation": "packer", "roles": ["READ", "CAPTURE", "ADMIN"] });
    assert_eq!(answer.json()["data"]["me"], me);
}

#[tokio::test]
async fn every_token_that_is_not_accepted_gets_the_same_answer() {
    let world = World::new().await;
    let mut expired = world.claims(STAFF, PACKER);
    expired.exp = noon() - SignedDuration::from_secs(120);
    expired.iat = noon() - SignedDuration::from_secs(600);
    let stranger = world.claims("https://stranger.example", PACKER);
    let elsewhere = world.claims(STAFF, "nobody");
    let officer_without_grant = world.claims(AUTHORITY, PACKER);
    let mut tokens: Vec<String> =
        [expired, stranger, elsewhere, officer_without_grant].iter().map(|claims| world.sign(claims)).collect();
    tokens.push("not a token".to_owned());
    tokens.push(format!("{}x", world.staff()));
    tokens.push(world.partner());
    for token in tokens {
        let answer = world.post("/graphql", &token, "application/json", r#"{"query":"{me{actor}}"}"#).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
        let expected =
            r#"{"errors":[{"extensions":{"code":"UNAUTHENTICATED"},"message":"the token is not accepted here"}]}"#;
        assert_eq!(answer.text(), expected);
    }
}

#[tokio::test]
async fn a_request_without_a_token_is_told_to_send_one() {
    let world = World::new().await;
    for path in ["/graphql", "/partner/graphql", "/epcis/capture"] {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let answer = world.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
        assert!(answer.text().contains("Authorization: Bearer"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_staff_token_opens_nothing_for_partners() {
    let world = World::new().await;
    let query = r#"{"query":"{lots{nodes{id}}}"}"#;
    let answer = world.post("/partner/graphql", &world.staff(), "application/json", query).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_token_without_the_role_is_refused_by_name() {
    let world = World::new().await;
    let mut claims = world.claims(STAFF, GROCER);
    claims.scope = vec!["read".to_owned()];
    let token = world.sign(&claims);
    let query = r#"{"query":"mutation{grantRevoke(id:\"1\"){revoked}}"}"#;
    let answer = world.post("/graphql", &token, "application/json", query).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    let answer = world.post("/epcis/capture", &token, "application/xml", "<x/>").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["type"], "epcisException:SecurityException");
}
