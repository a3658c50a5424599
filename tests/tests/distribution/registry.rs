//! Several processes register organisations at one moment, without a lock that they share.

use std::collections::BTreeSet;

use app::{App, TenantRegistration};
use domain::SystemClock;
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

async fn ensure(store: Store) -> domain::TenantId {
    let app =
        App::new(store, std::sync::Arc::new(SystemClock), "https://gateway.example", app::CaptureLimits::default());
    let registration = TenantRegistration { slug: "grower", name: "Grower", identifiers: &[] };
    app.ensure_tenant(&registration).await.unwrap()
}
