use std::{net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use gateway::Config;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

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

/// A gateway on a port of its own, until it is told to stop.
struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Served {
    async fn start(world: &World, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = world.router.clone();
        let server =
            tokio::spawn(
                async move { gateway::serve(listener, router, config, async { stopped.await.unwrap() }).await },
            );
        Self { address, stop, server }
    }

    async fn connect(&self, text: &str) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        client.write_all(text.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        client
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_finishes_what_it_began() {
    let world = World::new().await;
    let Served { address, stop, server } = Served::start(&world, Config::default()).await;

    let document = document(&packed("L1", 8));
    let (first, rest) = document.split_at(100);
    let head = format!(
        "POST /epcis/capture HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {}\r\nContent-Type: application/xml\r\n\
         Content-Length: {}\r\n\r\n{first}",
        world.staff(),
        document.len()
    );
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.send(()).unwrap();
    client.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn half_a_request_does_not_keep_a_server_from_stopping() {
    let world = World::new().await;
    let config = Config { drain_timeout: Duration::from_millis(300), ..Config::default() };
    let served = Served::start(&world, config).await;
    let _open = served.connect("GET /healthz HTTP/1.1\r\nHost: ").await;
    served.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), served.server).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_head_that_does_not_arrive_in_time_ends_its_connection() {
    let world = World::new().await;
    let config = Config { header_timeout: Duration::from_millis(300), ..Config::default() };
    let served = Served::start(&world, config).await;
    let mut open = served.connect("GET /healthz HTTP/1.1\r\nHost: ").await;
    let mut answer = String::new();
    tokio::time::timeout(Duration::from_secs(5), open.read_to_string(&mut answer)).await.unwrap().unwrap();
}
