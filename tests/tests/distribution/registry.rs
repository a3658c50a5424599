//! Several processes register organisations at one moment, without a lock that they share.

use std::collections::BTreeSet;

use app::{App, IssuerKind, IssuerRegistration, KeyRegistration, TenantRegistration};
use domain::SystemClock;
use jiff::Timestamp;
use store::{NewTenant, Store, StoreError};

use crate::bed::{Engine, engines};

/// Two processes on one database.
async fn processes(engine: &Engine) -> [Store; 2] {
    let open = async || App::open_store(&engine.url()).await.unwrap();
    let first = open().await;
    first.migrate().await.unwrap();
    [first, open().await]
}

async fn add(store: Store, slug: String) -> Result<i64, StoreError> {
    let new = NewTenant { slug: &slug, name: "Packer", identifiers: BTreeSet::new(), secret: [7; 32] };
    Ok(store.add_tenant(new).await?.id.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_tenant_gets_a_number_of_its_own() {
    for engine in engines() {
        let stores = processes(&engine).await;
        let adding = |number: usize| tokio::spawn(add(stores[number % 2].clone(), format!("packer-{number}")));
        let adding: Vec<_> = (0..12).map(adding).collect();
        let mut ids = BTreeSet::new();
        for added in adding {
            ids.insert(added.await.unwrap().unwrap());
        }
        assert_eq!(ids, (1..=12).collect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_name_is_registered_once_and_whoever_comes_second_finds_it() {
    for engine in engines() {
        let stores = processes(&engine).await;
        let adding: Vec<_> =
            (0..8).map(|number| tokio::spawn(add(stores[number % 2].clone(), "packer".to_owned()))).collect();
        let (mut added, mut refused) = (0, 0);
        for outcome in adding {
            match outcome.await.unwrap() {
                Ok(_) => added += 1,
                Err(StoreError::AlreadyRegistered(slug)) if slug == "packer" => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((added, refused), (1, 7));
        let ensuring: Vec<_> = (0..8).map(|number| tokio::spawn(ensure(stores[number % 2].clone()))).collect();
        let mut ids = BTreeSet::new();
        for ensured in ensuring {
            ids.insert(ensured.await.unwrap());
        }
        assert_eq!(ids.len(), 1);
    }
}

fn app(store: Store) -> App {
    App::new(store, std::sync::Arc::new(SystemClock), "https://gateway.example", app::CaptureLimits::default())
}

async fn ensure(store: Store) -> domain::TenantId {
    let registration = TenantRegistration { slug: "grower", name: "Grower", identifiers: &[] };
    app(store).ensure_tenant(&registration).await.unwrap()
}

/// What every process does at its start with what stands in its configuration.
async fn start(store: Store, public_key: String) -> domain::PartyId {
    let tenant = ensure(store.clone()).await;
    let app = app(store);
    let party = app.ensure_party(tenant, "Packer", &["urn:example:packer".to_owned()], None).await.unwrap();
    let key = KeyRegistration {
        kid: None,
        alg: "EdDSA".to_owned(),
        public_key,
        valid_from: Timestamp::UNIX_EPOCH,
        valid_to: None,
    };
    let registration = IssuerRegistration {
        issuer: "https://login.packer.example",
        kind: IssuerKind::Partner(party),
        roles: &[],
        max_lifetime_seconds: 3_600,
        keys: vec![key],
    };
    app.register_issuer(tenant, &registration).await.unwrap();
    party
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_of_one_configuration_can_start_at_one_moment() {
    let key = auth::SigningKey::generate_ed25519().unwrap().public_pem();
    for engine in engines() {
        let stores = processes(&engine).await;
        let starting: Vec<_> =
            (0..8).map(|number| tokio::spawn(start(stores[number % 2].clone(), key.clone()))).collect();
        let mut parties = BTreeSet::new();
        for started in starting {
            parties.insert(started.await.unwrap());
        }
        assert_eq!(parties.len(), 1);
    }
}
