use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use gateway::Config;

use crate::world::{World, document, packed};

#[tokio::test]
async fn the_gateway_says_that_it_lives_and_can_answer() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz", "").await.status, StatusCode::OK);
    assert_eq!(world.get("/readyz", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn metrics_count_by_route_and_name_nobody() {
    let world = World::new().await;
    let _second_router_of_this_process = World::new().await;
    world.capture(document(&packed("L-secret", 8))).await;
    world.get("/epcis/capture/L-secret", &world.staff()).await;
    let metrics = world.get("/metrics", "").await.text();
    assert!(metrics.contains(r#"route="/epcis/capture/{id}""#), "{metrics}");
    assert!(metrics.contains("lotline_captured_events_total"), "{metrics}");
    assert!(!metrics.contains("L-secret") && !metrics.contains("packer"), "{metrics}");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_explained() {
    let world = World::new().await;
    let absent = world.get("/nothing", "").await;
    assert_eq!(
        (absent.status, absent.header(header::CONTENT_TYPE)),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
    let request = Request::delete("/epcis/events").body(Body::empty()).unwrap();
    let wrong = world.send(request).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.json()["status"], 405);
    assert!(wrong.header(header::ALLOW).contains("GET"));
    assert_eq!(world.get("/partner/graphql", &world.partner()).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn graphiql_is_shown_only_where_it_is_switched_on() {
    let world = World::new().await;
    assert_eq!(world.get("/graphql", "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let world = World::with(Config { graphiql: true, ..Config::default() }).await;
    let page = world.get("/graphql", "").await;
    assert!(page.status.is_success() && page.text().contains("<html"), "{}", page.text());
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_finishes_what_it_began() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(gateway::serve(listener, world.router.clone(), async move {
        stopped.await.unwrap();
    }));

    let document = document(&packed("L1", 8));
    let (first, rest) = document.split_at(100);
    let head = format!(
        "POST /epcis/capture HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {}\r\nContent-Type: application/xml\r\n\
         Content-Length: {}\r\n\r\n{first}",
        world.staff(),
        document.len()
    );
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    client.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    stop.send(()).unwrap();
    client.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    server.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
