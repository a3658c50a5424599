//! `cargo xtask truth`: is what the gateway says of a generated network true?

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
    fs::{self, File},
    io::BufReader,
    ops::AddAssign,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Args;
use network::{Truth as NetworkTruth, Way};
use serde::Deserialize;

use crate::bench::{Engine, Failure, Workshop, documents_in, engine::Database, gateway::Gateway};

/// Ask a gateway for the ancestors and the descendants of every lot of a generated network, and compare.
///
/// Generates the network, captures it in the order of its recording and in a random one, on each engine, and asks over
/// GraphQL. Every answer has to name exactly the lots that the generator names.
#[derive(Args, Debug)]
pub(crate) struct Truth {
    /// How many events to generate.
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    events: u64,
    /// Another seed gives another network.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many stores the retailer has.
    #[arg(long, value_name = "N", default_value_t = 100)]
    stores: u32,
    /// Which engines; both by default.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engine: Vec<Engine>,
    /// In which orders the events arrive; both by default.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Order::Recorded, Order::Shuffled])]
    order: Vec<Order>,
    /// Ask only for one lot in N.
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
}

/// An order of arrival.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum Order {
    /// That of the recording.
    Recorded,
    /// None.
    Shuffled,
}

/// Lots of one request. Each is asked for both ways, and more would wait for one another's connections.
const PER_REQUEST: usize = 1;
/// Requests at a time.
const AT_ONCE: usize = 4;
/// Differences that are told of each run.
const TOLD: usize = 20;

/// What is asked for of every trace.
const FIELDS: &str = "{ nodes { kind identifiers certain } cursor }";

impl Truth {
    /// Whether all answers were true.
    pub(crate) fn run(&self) -> Result<bool, Failure> {
        let workshop = Workshop::build()?;
        let mut holds = true;
        for &order in &self.order {
            let folder = self.generate(&workshop, order)?;
            let truth = NetworkTruth::read(BufReader::new(File::open(folder.join("truth.jsonl"))?))?;
            let truth = Arc::new(truth);
            for &engine in &self.engine {
                holds &= self.check(&workshop, engine, order, &folder, &truth)?;
            }
            fs::remove_dir_all(&folder)?;
        }
        Ok(holds)
    }

    /// Always anew: an older generator told another truth.
    fn generate(&self, workshop: &Workshop, order: Order) -> Result<PathBuf, Failure> {
        let name = format!("truth-{order:?}").to_lowercase();
        let _absent = fs::remove_dir_all(workshop.folder.join(&name));
        let (events, seed, stores) = (self.events.to_string(), self.seed.to_string(), self.stores.to_string());
        let mut arguments = vec!["--events", &events, "--seed", &seed, "--stores", &stores];
        arguments.extend(["--events-per-document", "20000"]);
        if order == Order::Shuffled {
            arguments.push("--shuffle");
        }
        workshop.documents(&name, &arguments)
    }

    #[expect(clippy::print_stdout, reason = "what the task is for")]
    fn check(
        &self,
        workshop: &Workshop,
        engine: Engine,
        order: Order,
        folder: &Path,
        truth: &Arc<NetworkTruth>,
    ) -> Result<bool, Failure> {
        let database = Database::new(engine, &workshop.folder, "truth")?;
        let gateway = Gateway::start(workshop, &database.url())?;
        let captured = gateway.capture(&documents_in(folder)?)?;
        let name = format!("{}, {}", engine.name(), format!("{order:?}").to_lowercase());
        println!("{name}: {} events stored in {:.0} s", captured.stored, captured.seconds);
        if engine == Engine::Postgres {
            database.sql("ANALYZE")?;
        }
        let begun = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let outcome = runtime.block_on(ask_all(&gateway, truth, self.every.max(1)))?;
        println!("{name}: {outcome} in {:.0} s", begun.elapsed().as_secs_f64());
        for difference in &outcome.told {
            println!("  {difference}");
        }
        Ok(outcome.different == 0)
    }
}

/// How answers compare.
#[derive(Debug, Default)]
struct Outcome {
    lots: usize,
    equal: usize,
    different: usize,
    told: Vec<String>,
}

impl Outcome {
    fn take(&mut self, question: &Question<'_>, difference: Option<String>) {
        match difference {
            None => self.equal += 1,
            Some(difference) => {
                self.different += 1;
                self.told.push(format!("{:?} from {}: {difference}", question.way, question.lot));
            }
        }
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.lots += other.lots;
        self.equal += other.equal;
        self.different += other.different;
        self.told.extend(other.told);
        self.told.truncate(TOLD);
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let questions = self.equal + self.different;
        write!(f, "{} lots, {questions} questions, {} equal, {} different", self.lots, self.equal, self.different)
    }
}

/// Asks for all lots, a few requests at a time.
async fn ask_all(gateway: &Gateway, truth: &Arc<NetworkTruth>, every: usize) -> Result<Outcome, Failure> {
    let client = reqwest::Client::builder().timeout(Duration::from_mins(30)).build()?;
    let next = Arc::new(AtomicUsize::new(0));
    let mut askers = Vec::new();
    for _ in 0..AT_ONCE {
        let asker = Asker {
            client: client.clone(),
            url: format!("{}/graphql", gateway.url),
            token: gateway.token.clone(),
            truth: Arc::clone(truth),
            every,
        };
        askers.push(tokio::spawn(asker.work(Arc::clone(&next))));
    }
    let mut outcome = Outcome::default();
    for asker in askers {
        outcome += asker.await?.map_err(|error| error.to_string())?;
    }
    Ok(outcome)
}

/// Asks one request after the other.
struct Asker {
    client: reqwest::Client,
    url: String,
    token: String,
    truth: Arc<NetworkTruth>,
    every: usize,
}

/// An error that may go from task to task.
type AskError = Box<dyn std::error::Error + Send + Sync>;

/// A question about one lot.
struct Question<'a> {
    lot: &'a str,
    way: Way,
    /// Continues a partial answer, which the next one holds as well.
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    data: Option<BTreeMap<String, Option<Trace>>>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Trace {
    nodes: Vec<Node>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Node {
    kind: String,
    identifiers: Vec<String>,
    certain: bool,
}

impl Asker {
    async fn work(self, next: Arc<AtomicUsize>) -> Result<Outcome, AskError> {
        let mut outcome = Outcome::default();
        loop {
            let first = next.fetch_add(PER_REQUEST, Ordering::Relaxed) * self.every;
            let lots = self.truth.lots().iter().skip(first).step_by(self.every).take(PER_REQUEST);
            let lots: Vec<&str> = lots.map(|lot| lot.id.as_str()).collect();
            if lots.is_empty() {
                return Ok(outcome);
            }
            outcome += self.compare(&lots).await?;
        }
    }

    async fn compare(&self, lots: &[&str]) -> Result<Outcome, AskError> {
        let mut outcome = Outcome { lots: lots.len(), ..Outcome::default() };
        let both = lots.iter().flat_map(|lot| [(lot, Way::Back), (lot, Way::Forward)]);
        let mut open: Vec<Question<'_>> = both.map(|(&lot, way)| Question { lot, way, after: None }).collect();
        while !open.is_empty() {
            let mut answers = self.ask(&open).await?;
            let mut partial = Vec::new();
            for (number, question) in open.into_iter().enumerate() {
                let trace = answers.remove(&format!("q{number}")).flatten();
                if let Some(cursor) = trace.as_ref().and_then(|trace| trace.cursor.clone()) {
                    partial.push(Question { after: Some(cursor), ..question });
                } else {
                    outcome.take(&question, self.difference(&question, trace.as_ref()));
                }
            }
            open = partial;
        }
        Ok(outcome)
    }

    /// One request for several questions.
    async fn ask(&self, questions: &[Question<'_>]) -> Result<BTreeMap<String, Option<Trace>>, AskError> {
        let mut query = String::from("{");
        for (number, Question { lot, way, after }) in questions.iter().enumerate() {
            let (lot, after) = (serde_json::to_string(lot)?, serde_json::to_string(after)?);
            let way = format!("{way:?}").to_uppercase();
            write!(query, " q{number}: trace(lot: {lot}, direction: {way}, hops: 50, after: {after}) {FIELDS}")?;
        }
        query.push('}');
        let body = serde_json::json!({ "query": query });
        let answer = self.client.post(&self.url).bearer_auth(&self.token).json(&body).send().await?;
        let answer: Answer = serde_json::from_slice(&answer.bytes().await?)?;
        match (answer.data, answer.errors.first()) {
            (Some(data), None) => Ok(data),
            (_, error) => Err(format!("{query}: {error:?}").into()),
        }
    }

    fn difference(&self, question: &Question<'_>, trace: Option<&Trace>) -> Option<String> {
        let expected = match question.way {
            Way::Back => self.truth.ancestors(question.lot),
            Way::Forward => self.truth.descendants(question.lot),
        };
        difference(trace, question.lot, &expected)
    }
}

/// What is wrong with an answer, if anything. Units are no lots, and what is only possible is not said to be so.
fn difference(trace: Option<&Trace>, lot: &str, expected: &BTreeSet<&str>) -> Option<String> {
    let Some(trace) = trace else { return Some("the lot is not known".to_owned()) };
    let lots = trace.nodes.iter().filter(|node| node.kind != "UNIT" && node.certain);
    let found: BTreeSet<&str> = lots.flat_map(|node| &node.identifiers).map(String::as_str).collect();
    let found: BTreeSet<&str> = found.into_iter().filter(|found| *found != lot).collect();
    if found == *expected {
        return None;
    }
    let listed = |these: &BTreeSet<&str>, those: &BTreeSet<&str>| {
        let only: Vec<&str> = these.difference(those).copied().collect();
        let some: Vec<&str> = only.iter().take(3).copied().collect();
        format!("{} {some:?}", only.len())
    };
    Some(format!(
        "{} lots instead of {}; missing {}; too many {}",
        found.len(),
        expected.len(),
        listed(expected, &found),
        listed(&found, expected)
    ))
}
