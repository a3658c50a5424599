use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::world::World;

/// Compares a schema with the file that is checked in, or writes it when `UPDATE_SCHEMA` is `1`.
#[expect(
    clippy::disallowed_methods,
    reason = "whether to refresh the files is the developer's choice, not configuration"
)]
fn check(file: &str, sdl: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if std::env::var("UPDATE_SCHEMA").as_deref() == Ok("1") {
        fs::write(&path, sdl).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == sdl,
        "`{file}` is stale; refresh it with `cargo run -p lotline -- schema --write` or with UPDATE_SCHEMA=1 and this test"
    );
}

#[test]
fn the_staff_schema_is_checked_in() {
    check("schema.graphql", &gateway::staff_sdl());
}

#[test]
fn the_partner_schema_is_checked_in() {
    check("schema.partner.graphql", &gateway::partner_sdl());
}

#[tokio::test]
async fn everything_in_the_schemas_is_described() {
    let world = World::new().await;
    let query = "{ __schema { types { name description fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    for answer in [world.ask(query).await, world.ask_as_partner(query).await] {
        let schema = answer.json();
        let types = schema["data"]["__schema"]["types"].as_array().unwrap().iter();
        let mut missing = Vec::new();
        // What GraphQL itself brings along is not ours to describe.
        let foreign = |name: &str| name.starts_with("__") || name == "ID";
        for described in types.filter(|described| !foreign(described["name"].as_str().unwrap())) {
            undescribed(described, "", &mut missing);
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}

fn undescribed(thing: &Value, within: &str, missing: &mut Vec<String>) {
    let name = format!("{within}{}", thing["name"].as_str().unwrap());
    if thing["description"].as_str().is_none_or(str::is_empty) {
        missing.push(name.clone());
    }
    for part in ["fields", "args", "inputFields", "enumValues"] {
        for inner in thing[part].as_array().into_iter().flatten() {
            undescribed(inner, &format!("{name}."), missing);
        }
    }
}
