//! `cargo xtask bench lineage`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use epcis::{VocabularyElement, write::Target};
pub(crate) use network::Way;
use network::{Network, Plan, Statement};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use serde_json::{Value, json};

use super::{Engine, Failure, Workshop, documents_in, engine::Database, gateway::Gateway, statement};
use crate::output::Series;

/// Measure lineage over GraphQL beside the recursive SQL that one would write by hand, on the same database.
///
/// The landmarks of the generated network have lineages of about 10, 100, 1,000 and 10,000 lots in either direction.
/// With two sizes, both are asked the same in turn, and the growth from the first to the last is told, too.
#[derive(Args, Debug)]
pub(crate) struct Lineage {
    /// How many events to store; of several sizes, each is a database of its own.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [820_000, 8_200_000])]
    events: Vec<u64>,
    /// Which engines; both by default.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engine: Vec<Engine>,
    /// How often each question is asked.
    #[arg(long, value_name = "N", default_value_t = 40)]
    rounds: usize,
}

/// Events of one generated document.
const PER_DOCUMENT: usize = 100_000;
/// Landmarks of each size and direction that are asked for.
const LANDMARKS: usize = 4;
/// Milliseconds of answers after which no further round begins.
const ENOUGH: f64 = 40_000.0;
/// What the SQL by hand takes when the planner has chosen another way than by index.
const ASTRAY: Duration = Duration::from_secs(5);
/// What is wanted at a thousand nodes, and of growth.
const WANTED_RATIO: f64 = 2.0;
const WANTED_GROWTH: f64 = 1.15;

const QUESTION: &str = "query($lot: String!, $way: Direction!) { trace(lot: $lot, direction: $way, hops: 50, nodes: 10000) { \
     nodes { id kind tlc tlcSource { name } hops identifiers } edges { type from to day event } \
     gaps { at reason } complete } }";

/// The name of a kind of question: direction and number of lots, to the nearest power of ten.
type Class = (Way, u32);

/// A database of so many events.
struct Stage {
    events: u64,
    database: Database,
}

/// Times of one question, in milliseconds: over GraphQL and in SQL.
#[derive(Debug, Default)]
struct Times {
    graphql: Vec<f64>,
    sql: Vec<f64>,
    /// Whether the SQL took so long that it is not run again.
    went_astray: bool,
    nodes: usize,
}

impl Times {
    fn add_answer(&mut self, nodes: usize, took: Duration) {
        self.graphql.push(took.as_secs_f64() * 1_000.0);
        self.nodes = self.nodes.max(nodes);
    }

    /// SQL that goes astray says nothing of the gateway: once is enough.
    fn add_sql(&mut self, took: Duration, counts: bool) {
        self.went_astray = took > ASTRAY;
        if counts || self.went_astray {
            self.sql.push(took.as_secs_f64() * 1_000.0);
        }
    }
}

impl Lineage {
    pub(crate) fn run(&self, workshop: &Workshop) -> Result<(), Failure> {
        let mut holds = true;
        for &engine in &self.engine {
            holds &= self.measure(workshop, engine)?;
        }
        if holds { Ok(()) } else { Err("a figure does not hold".into()) }
    }

    #[expect(clippy::print_stdout, reason = "a program whose output is the table")]
    fn measure(&self, workshop: &Workshop, engine: Engine) -> Result<bool, Failure> {
        let (stages, truth) = self.fill(workshop, engine)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        for stage in &stages {
            let each = stage.database.bytes()? / to_f64(stage.events);
            println!("{} at {} events, {each:.0} bytes each", engine.name(), stage.events);
        }
        println!(
            "{:<8} {:>6} {:>8} {:>7} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8} {:>7}",
            "way", "lots", "events", "nodes", "p50 ms", "p99 ms", "SQL p50", "SQL p99", "ratio", "µs/node", "growth"
        );
        let asked = runtime.block_on(self.ask(engine, workshop, &stages, &truth))?;
        let mut holds = true;
        for ((way, power), sizes) in asked {
            let mut first = None;
            for (stage, mut times) in stages.iter().zip(sizes) {
                let (p50, p99) = (quantile(&mut times.graphql, 0.5), quantile(&mut times.graphql, 0.99));
                let (sql50, sql99) = (quantile(&mut times.sql, 0.5), quantile(&mut times.sql, 0.99));
                let ratio = p50 / sql50;
                let growth = p50 / *first.get_or_insert(p50);
                holds &= (power != 3 || ratio <= WANTED_RATIO) && growth <= WANTED_GROWTH;
                println!(
                    "{:<8} {:>6} {:>8} {:>7} {p50:>9.2} {p99:>9.2} {sql50:>9.2} {sql99:>9.2} {ratio:>6.2} {:>8.1} {growth:>7.2}",
                    format!("{way:?}").to_lowercase(),
                    10_u32.pow(power),
                    stage.events,
                    times.nodes,
                    p50 * 1_000.0 / to_f64(u64::try_from(times.nodes)?),
                );
            }
        }
        println!("wanted: ratio at most {WANTED_RATIO} at 1000, growth at most {WANTED_GROWTH}");
        Ok(holds)
    }

    /// A database of each size; the smaller ones are what the largest one was on its way.
    fn fill(&self, workshop: &Workshop, engine: Engine) -> Result<(Vec<Stage>, Vec<Statement>), Failure> {
        let mut sizes = self.events.clone();
        sizes.sort_unstable();
        let last = sizes.pop().ok_or("how many events?")?;
        let mut network = Network::new(&Plan::new(1, last)).telling_truth();
        let (mut stages, mut truth, mut stored) = (Vec::new(), Vec::new(), 0);
        let database = Database::new(engine, &workshop.folder, "lineage")?;
        for events in sizes {
            let gateway = Gateway::start(workshop, &database.url())?;
            fill(workshop, &gateway, &mut network, &mut truth, events - stored)?;
            drop(gateway);
            stored = events;
            database.settle()?;
            stages.push(Stage { events, database: database.copy(&format!("lineage-{events}"))? });
        }
        let gateway = Gateway::start(workshop, &database.url())?;
        fill(workshop, &gateway, &mut network, &mut truth, last - stored)?;
        drop(gateway);
        database.settle()?;
        stages.push(Stage { events: last, database });
        Ok((stages, truth))
    }

    /// Asks all databases the same in turn, so that what else the machine does meets all of them.
    async fn ask(
        &self,
        engine: Engine,
        workshop: &Workshop,
        stages: &[Stage],
        truth: &[Statement],
    ) -> Result<BTreeMap<Class, Vec<Times>>, Failure> {
        let client = reqwest::Client::builder().timeout(Duration::from_mins(10)).build()?;
        let mut asked = Vec::new();
        for stage in stages {
            let url = stage.database.url();
            let mut options = sea_orm::ConnectOptions::new(&url);
            options.max_connections(1).sqlx_logging(false);
            asked.push((Gateway::start(workshop, &url)?, sea_orm::Database::connect(options).await?));
        }
        let (smallest, _) = asked.first().ok_or("how many events?")?;
        let landmarks = fitting(smallest, landmarks(truth)).await?;
        let mut answers: BTreeMap<Class, Vec<Times>> = BTreeMap::new();
        for ((way, power), lots) in landmarks {
            let sizes = answers.entry((way, power)).or_default();
            sizes.resize_with(asked.len(), Times::default);
            for round in 0..=self.rounds {
                for lot in &lots {
                    for ((gateway, db), times) in asked.iter().zip(&mut *sizes) {
                        let begun = Instant::now();
                        let nodes = graphql(&client, gateway, lot, way).await?;
                        let graphql = begun.elapsed();
                        // The first round fills the caches of both.
                        if round > 0 {
                            times.add_answer(nodes, graphql);
                        }
                        if times.went_astray {
                            continue;
                        }
                        let begun = Instant::now();
                        by_hand(db, engine, lot, way).await?;
                        times.add_sql(begun.elapsed(), round > 0);
                    }
                }
                // Enough of the slow ones.
                if sizes.iter().flat_map(|times| &times.graphql).sum::<f64>() > ENOUGH {
                    break;
                }
            }
        }
        Ok(answers)
    }
}

/// Generates and captures so many events, a document at a time, so that neither disk nor memory holds them all. The next one
/// is generated while one is captured.
fn fill(
    workshop: &Workshop,
    gateway: &Gateway,
    network: &mut Network,
    truth: &mut Vec<Statement>,
    events: u64,
) -> Result<(), Failure> {
    let mut left = usize::try_from(events)?;
    let mut vocabulary = network.vocabulary();
    let mut generated: Option<PathBuf> = None;
    while left > 0 || generated.is_some() {
        let folder = workshop.folder.join(if (left / PER_DOCUMENT).is_multiple_of(2) { "even" } else { "odd" });
        let captured = thread::scope(|scope| -> Result<(), Failure> {
            let ready = generated.take();
            let capture = ready.map(|ready| {
                scope.spawn(move || -> Result<(), String> {
                    let documents = documents_in(&ready).map_err(|error| error.to_string())?;
                    gateway.capture(&documents).map_err(|error| error.to_string())?;
                    fs::remove_dir_all(&ready).map_err(|error| error.to_string())
                })
            });
            if left > 0 {
                let count = left.min(PER_DOCUMENT);
                left -= count;
                generate(&folder, network, &mut vocabulary, count)?;
                let kept = network.take_truth().into_iter().filter(|said| matches!(said, Statement::Landmark(_)));
                truth.extend(kept);
                generated = Some(folder);
            }
            match capture.map(thread::ScopedJoinHandle::join) {
                None => Ok(()),
                Some(Ok(done)) => done.map_err(Failure::from),
                Some(Err(_)) => Err("the capture panicked".into()),
            }
        });
        captured?;
    }
    Ok(())
}

/// Writes so many events to a folder.
fn generate(
    folder: &Path,
    network: &mut Network,
    vocabulary: &mut Vec<VocabularyElement>,
    count: usize,
) -> Result<(), Failure> {
    let _absent = fs::remove_dir_all(folder);
    let mut series = Series::new(Some(folder), Target::Xml, None)?;
    series.set_vocabulary(std::mem::take(vocabulary));
    for mut recorded in network.by_ref().take(count) {
        series.event(&mut recorded.event)?;
    }
    series.finish()?;
    Ok(())
}

/// Some landmarks of every size, the earliest ones, so that every size of the database has the same.
fn landmarks(truth: &[Statement]) -> BTreeMap<Class, Vec<String>> {
    let mut found: BTreeMap<Class, Vec<String>> = BTreeMap::new();
    for statement in truth {
        if let Statement::Landmark(landmark) = statement {
            let power = landmark.lots.max(1).ilog10();
            // 9 lots are about 10.
            let power = if landmark.lots >= 8 * 10_usize.pow(power) { power + 1 } else { power };
            let lots = found.entry((landmark.way, power)).or_default();
            if lots.len() < LANDMARKS {
                lots.push(landmark.id.clone());
            }
        }
    }
    found
}

/// Those of these lots whose answers are about as large as their lineages. Stores say of some lots that they may be others; then
/// the answer goes on to the lineages of those, and the SQL by hand does not.
#[expect(clippy::print_stdout, reason = "a program whose output is the table")]
async fn fitting(
    gateway: &Gateway,
    landmarks: BTreeMap<Class, Vec<String>>,
) -> Result<BTreeMap<Class, Vec<String>>, Failure> {
    let client = reqwest::Client::builder().timeout(Duration::from_mins(10)).build()?;
    let mut fit: BTreeMap<Class, Vec<String>> = BTreeMap::new();
    for ((way, power), lots) in landmarks {
        for lot in lots {
            let nodes = graphql(&client, gateway, &lot, way).await?;
            // Units are nodes, too. The largest answers are cut at a number of nodes whatever they are about.
            if power == 4 || nodes <= 3 * 10_usize.pow(power) {
                fit.entry((way, power)).or_default().push(lot);
            } else {
                println!("{lot} is left out: {nodes} nodes for {} lots", 10_u32.pow(power));
            }
        }
    }
    match [Way::Back, Way::Forward].into_iter().find(|way| !fit.contains_key(&(*way, 3))) {
        Some(way) => Err(format!("no lot is left to ask for, {way:?}, of a thousand").into()),
        None => Ok(fit),
    }
}

async fn graphql(client: &reqwest::Client, gateway: &Gateway, lot: &str, way: Way) -> Result<usize, Failure> {
    let way = if way == Way::Back { "BACK" } else { "FORWARD" };
    let body = json!({ "query": QUESTION, "variables": { "lot": lot, "way": way } });
    let request = client.post(format!("{}/graphql", gateway.url)).bearer_auth(&gateway.token).json(&body);
    let answer = request.send().await?.bytes().await?;
    // A few bytes tell how many nodes there are without reading the answer as JSON.
    let text = std::str::from_utf8(&answer)?;
    let nodes = text.matches("\"identifiers\"").count();
    if nodes == 0 || text.contains("\"errors\"") {
        let answer: Value = serde_json::from_slice(&answer)?;
        return Err(format!("{lot}: {answer}").into());
    }
    Ok(nodes)
}

async fn by_hand(db: &DatabaseConnection, engine: Engine, lot: &str, way: Way) -> Result<usize, Failure> {
    let backend = if engine == Engine::Sqlite { DbBackend::Sqlite } else { DbBackend::Postgres };
    let mut rows = 0;
    for sql in [statement::nodes(engine, way), statement::edges(engine, way), statement::hand_overs(engine, way)] {
        let statement = sea_orm::Statement::from_sql_and_values(backend, sql, [1_i64.into(), lot.into()]);
        rows += db.query_all_raw(statement).await?.len();
    }
    Ok(rows)
}

fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a short list")]
    let place = (to_f64(times.len() as u64) * share) as usize;
    times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn to_f64(count: u64) -> f64 {
    count as f64
}
