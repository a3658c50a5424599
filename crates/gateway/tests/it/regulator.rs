use app::{GrantTerms, GrantViewer};
use axum::http::{StatusCode, header};
use domain::{Continuation, Onward, Profile, Selector};

use crate::world::{AUTHORITY, GROCER_PLACE, PACKER, World, document, lot, packed, shipped};

async fn world() -> World {
    let world = World::new().await;
    world.capture(document(&(packed("L1", 8) + &shipped("L1", 9, GROCER_PLACE)))).await;
    world
}

#[tokio::test]
async fn an_officer_with_a_grant_gets_the_spreadsheet() {
    let world = world().await;
    let terms = GrantTerms {
        viewer: GrantViewer::Regulator { issuer: AUTHORITY.to_owned(), officer: "ana".to_owned() },
        selector: Selector::default(),
        hops_back: 5,
        hops_forward: 5,
        profile: Profile::Full,
        continuation: Continuation::None,
        onward: Onward::None,
        purposes: [].into(),
        valid_from: None,
        valid_to: None,
        reason: "outbreak".to_owned(),
        approver: "quality".to_owned(),
    };
    world.app.add_grant(world.packer, &terms).await.unwrap();
    let officer = world.sign(&world.claims(AUTHORITY, PACKER));
    let path = format!("/regulator/export?lot={}", lot("L1"));
    let answer = world.get(&path, &officer).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    assert!(answer.body.starts_with(b"PK"), "a workbook is a ZIP archive");

    let csv = world.get(&format!("{path}&format=csv&sheet=Shipping"), &officer).await;
    assert!(csv.text().contains("L1"), "{}", csv.text());
}

#[tokio::test]
async fn a_product_is_exported_between_two_days() {
    let world = world().await;
    let lines = async |days: &str| {
        let path = format!("/regulator/export?product=19521003000173&{days}&format=csv&sheet=Shipping");
        let answer = world.get(&path, &world.staff()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.text().matches("(10)L1").count()
    };
    assert_ne!(lines("from=2028-08-15&to=2028-08-15").await, 0);
    assert_eq!(lines("from=2028-08-16&to=2028-08-20").await, 0);
}

#[tokio::test]
async fn to_a_partner_there_is_no_export() {
    let world = world().await;
    let export = world.get("/regulator/export?lot=L1", &world.partner()).await;
    let absent = world.get("/regulator/none", &world.partner()).await;
    assert_eq!((export.status, export.body), (absent.status, absent.body));
}

#[tokio::test]
async fn a_selection_that_cannot_be_is_explained() {
    let world = world().await;
    for query in ["", "lot=a&product=b", "product=a&from=2028-08-16&to=2028-08-15", "lot=a&format=csv", "lot=a&x=1"] {
        let answer = world.get(&format!("/regulator/export?{query}"), &world.staff()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
    }
}
