//! Which crate may depend on which, checked against what `cargo metadata` says.
//!
//! Only normal and build dependencies count: what a crate uses in its own tests decides nothing about the product.

use std::{collections::BTreeSet, fmt};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The layer of every crate. Dependencies point down, from a higher number to a lower one.
const LAYERS: &[(&str, u8)] = &[
    ("gs1", 0),
    ("epcis", 0),
    ("domain", 1),
    ("lineage", 2),
    ("policy", 2),
    ("fsma204", 2),
    ("migrations", 3),
    ("store", 3),
    ("auth", 3),
    ("app", 4),
    ("gateway", 5),
    ("lotline", 6),
];

/// The few arrows that are allowed inside one layer.
const INSIDE_A_LAYER: &[(&str, &str)] = &[("epcis", "gs1"), ("policy", "lineage"), ("store", "migrations")];

/// Arrows that point down and are refused all the same: a request reaches the database and the keys through `app` only.
const THROUGH_APP: (&str, &[&str]) = ("gateway", &["store", "migrations", "auth"]);

/// The crate with the fixtures and the only crate that may ship it: the demonstration is made of the fixtures.
const TESTKIT: (&str, &str) = ("testkit", "lotline");

/// The crate with the tests of the whole; nothing may depend on it.
const TESTS: &str = "lotline-tests";

/// The crate with the benchmarks; it is measured with, and nothing may depend on it.
const BENCHES: &str = "lotline-benches";

/// The crate with the tasks of the project; nothing may depend on it. It measures the product from outside, with whatever
/// that takes: a database of its own, an HTTP client, a throw-away server.
const XTASK: &str = "xtask";

/// The crate that invents a supply network, and the crates that use it: those that measure and test.
const NETWORK: (&str, &[&str]) = ("network", &[TESTS, BENCHES, XTASK]);

/// The highest layer that does no I/O, waits for nothing, draws nothing and logs nothing.
const LAST_PURE_LAYER: u8 = 2;

/// What a pure crate has no use for. A name stands for its family: `tokio` is also `tokio-util`.
const IMPURE: &[&str] = &["tokio", "sea-orm", "sqlx", "axum", "reqwest", "async-graphql", "tracing", "getrandom"];

/// Foreign technologies and the crates where they live. A name stands for its family.
const HOMES: &[(&str, &[&str])] = &[
    ("quick-xml", &["epcis"]),
    ("rust_xlsxwriter", &["fsma204"]),
    ("sea-orm", &["store", "migrations"]),
    ("sqlx", &["store", "migrations"]),
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("jsonwebtoken", &["auth"]),
    ("async-graphql", &["gateway"]),
    ("axum", &["gateway"]),
    ("reqwest", &["lotline"]),
];

/// One crate of the workspace names another crate, ours or a foreign one, in its manifest.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` -> `{}`", self.from, self.to)
    }
}

/// A rule that an edge, or a crate without a layer, breaks.
#[derive(Debug, Eq, PartialEq)]
enum Violation {
    NoLayer { name: String },
    Sideways { edge: String },
    Upwards { edge: String },
    PastApp { edge: String },
    ShipsTests { edge: String },
    Impure { edge: String },
    AwayFromHome { edge: String, homes: &'static [&'static str] },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLayer { name } => write!(f, "`{name}` has no layer; give it one in `LAYERS`"),
            Self::Sideways { edge } => {
                write!(f, "{edge}: both are in one layer, and `INSIDE_A_LAYER` does not list this arrow")
            }
            Self::Upwards { edge } => write!(f, "{edge}: points up; dependencies point to a lower layer"),
            Self::PastApp { edge } => write!(f, "{edge}: goes past `app`; ask its `Caller` instead"),
            Self::ShipsTests { edge } => write!(f, "{edge}: would ship test code; make it a dev-dependency"),
            Self::Impure { edge } => {
                write!(f, "{edge}: layers 0 to {LAST_PURE_LAYER} are pure; take it as an argument")
            }
            Self::AwayFromHome { edge, homes } => write!(f, "{edge}: its home is `{}`", homes.join("` and `")),
        }
    }
}

/// Every broken rule of a workspace: its own crates and the edges between them and to foreign crates.
fn violations(ours: &BTreeSet<String>, edges: &[Edge]) -> Vec<Violation> {
    let homeless = ours
        .iter()
        .filter(|name| layer(name).is_none() && !is_beside(name))
        .map(|name| Violation::NoLayer { name: name.clone() });
    let wrong = edges.iter().filter_map(|edge| if ours.contains(&edge.to) { inner(edge) } else { foreign(edge) });
    homeless.chain(wrong).collect()
}

/// The rule that an edge between two of our crates breaks.
fn inner(edge: &Edge) -> Option<Violation> {
    let (from, to) = (edge.from.as_str(), edge.to.as_str());
    let named = edge.to_string();
    let invented = to == NETWORK.0 && !NETWORK.1.contains(&from);
    if [TESTS, BENCHES, XTASK].contains(&to) || (to == TESTKIT.0 && ![TESTKIT.1, XTASK].contains(&from)) || invented {
        return Some(Violation::ShipsTests { edge: named });
    }
    if from == THROUGH_APP.0 && THROUGH_APP.1.contains(&to) {
        return Some(Violation::PastApp { edge: named });
    }
    if from == TESTKIT.0 && to == TESTKIT.1 {
        return Some(Violation::Upwards { edge: named });
    }
    // Crates beside the layers may look down on all of them; crates without a layer are reported as such.
    let (above, below) = (layer(from)?, layer(to)?);
    if above < below {
        Some(Violation::Upwards { edge: named })
    } else if above == below && !INSIDE_A_LAYER.contains(&(from, to)) {
        Some(Violation::Sideways { edge: named })
    } else {
        None
    }
}

/// The rule that an edge from one of our crates to a foreign crate breaks.
fn foreign(edge: &Edge) -> Option<Violation> {
    let (from, to) = (edge.from.as_str(), edge.to.as_str());
    let named = edge.to_string();
    if layer(from).is_some_and(|layer| layer <= LAST_PURE_LAYER) && IMPURE.iter().any(|name| is_of_family(to, name)) {
        return Some(Violation::Impure { edge: named });
    }
    let (_, homes) = HOMES.iter().find(|(name, _)| is_of_family(to, name)).filter(|_| from != XTASK)?;
    (!homes.contains(&from)).then_some(Violation::AwayFromHome { edge: named, homes })
}

fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer)
}

fn is_beside(name: &str) -> bool {
    [TESTKIT.0, TESTS, BENCHES, XTASK, NETWORK.0].contains(&name)
}

/// `tokio` and `tokio-util` are of the family `tokio`; `tokiography` is not.
fn is_of_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The crates of this workspace and what their manifests name.
fn workspace() -> Result<(BTreeSet<String>, Vec<Edge>), cargo_metadata::Error> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec()?;
    let ours = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let edges = metadata.packages.iter().flat_map(|package| {
        let counted = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        counted.map(|dependency| Edge { from: package.name.to_string(), to: dependency.name.clone() })
    });
    Ok((ours, edges.collect()))
}

#[test]
fn every_dependency_keeps_the_layers() {
    let (ours, edges) = workspace().expect("cargo describes the workspace");
    assert!(ours.contains("gs1") && edges.iter().any(|edge| edge.from == "epcis" && edge.to == "gs1"));

    let broken: Vec<String> = violations(&ours, &edges).iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What `violations` says about one edge of a workspace that is otherwise as it should be.
fn verdict(from: &str, to: &str) -> Vec<String> {
    let mut ours: BTreeSet<String> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    ours.extend([TESTKIT.0, TESTS, XTASK, NETWORK.0].map(str::to_owned));
    let edge = Edge { from: from.to_owned(), to: to.to_owned() };
    violations(&ours, &[edge]).iter().map(ToString::to_string).collect()
}

#[test]
fn arrows_that_keep_the_rules_pass() {
    let right = [
        ("lotline", "gateway"),
        ("gateway", "app"),
        ("epcis", "gs1"),
        ("policy", "lineage"),
        ("store", "migrations"),
        ("lotline", "testkit"),
        ("testkit", "epcis"),
        ("network", "domain"),
        ("xtask", "network"),
        ("lineage", "serde"),
        ("store", "sea-orm"),
        ("gateway", "async-graphql-axum"),
        ("gateway", "tokio"),
    ];
    for (from, to) in right {
        assert_eq!(verdict(from, to), [""; 0], "{from} -> {to}");
    }
}

#[test]
fn a_wrong_arrow_is_named_together_with_the_rule() {
    let wrong = [
        ("lineage", "store", "`lineage` -> `store`: points up; dependencies point to a lower layer"),
        (
            "lineage",
            "policy",
            "`lineage` -> `policy`: both are in one layer, and `INSIDE_A_LAYER` does not list this arrow",
        ),
        ("gateway", "store", "`gateway` -> `store`: goes past `app`; ask its `Caller` instead"),
        ("store", "testkit", "`store` -> `testkit`: would ship test code; make it a dev-dependency"),
        ("store", "network", "`store` -> `network`: would ship test code; make it a dev-dependency"),
        ("app", "xtask", "`app` -> `xtask`: would ship test code; make it a dev-dependency"),
        ("testkit", "lotline", "`testkit` -> `lotline`: points up; dependencies point to a lower layer"),
        ("app", "lotline-tests", "`app` -> `lotline-tests`: would ship test code; make it a dev-dependency"),
        ("domain", "tokio-util", "`domain` -> `tokio-util`: layers 0 to 2 are pure; take it as an argument"),
        ("app", "sea-orm", "`app` -> `sea-orm`: its home is `store` and `migrations`"),
        ("lotline", "axum", "`lotline` -> `axum`: its home is `gateway`"),
    ];
    for (from, to, said) in wrong {
        assert_eq!(verdict(from, to), [said]);
    }
}

#[test]
fn a_crate_without_a_layer_is_asked_for_one() {
    let ours = BTreeSet::from(["newcomer".to_owned()]);
    assert_eq!(violations(&ours, &[]), [Violation::NoLayer { name: "newcomer".to_owned() }]);
}
