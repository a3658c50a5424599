//! `lotline trace`: a question about a lot, and the answer as the gateway gives it.

use std::io::{IsTerminal, Write, stdout};

#[path = "trace_questions.rs"]
mod questions;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cli::TraceArgs,
    client::{Gateway, Schema},
    failure::{Failure, Outcome},
    tree::{Paint, tree},
};

/// The question, with everything that the tree shows.
pub(crate) const QUESTION: &str = "\
query Trace($lot: String!, $direction: Direction!, $hops: Int!, $asOf: DateTime, $knownAt: DateTime) {
  trace(lot: $lot, direction: $direction, hops: $hops, asOf: $asOf, knownAt: $knownAt) {
    complete isPartial
    starts
    nodes {
      id kind tlc certain identifiers tlcSource { name id reference }
      sightings {
        assertedBy role cte bizStep day time custody quantity { amount uom }
        readPoint { id name } bizLocation { id name } fromPlace { id name } toPlace { id name }
      }
    }
    edges { type from to basis }
    gaps { at reason counterparty }
  }
}";

/// Which way history is followed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Direction {
    Back,
    Forward,
    Both,
}

/// Where the history of a lot leads.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Trace {
    pub(crate) complete: bool,
    pub(crate) starts: Vec<String>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) gaps: Vec<Gap>,
}

/// A lot, a unit or an instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: NodeKind,
    pub(crate) tlc: Option<String>,
    pub(crate) tlc_source: Option<TlcSource>,
    #[serde(default = "certain")]
    pub(crate) certain: bool,
    pub(crate) identifiers: Vec<String>,
    pub(crate) sightings: Vec<Sighting>,
}

/// What a gateway that does not tell certain from possible means.
fn certain() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum NodeKind {
    TraceabilityLot,
    HarvestLot,
    Lot,
    OtherInput,
    Unit,
    Instance,
}

/// The place that assigned a lot code.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TlcSource {
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) reference: Option<String>,
}

/// An event as it touches a node.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sighting {
    pub(crate) asserted_by: String,
    pub(crate) role: Role,
    pub(crate) cte: Option<String>,
    pub(crate) biz_step: Option<String>,
    pub(crate) day: String,
    pub(crate) time: Option<String>,
    pub(crate) custody: Option<Custody>,
    pub(crate) quantity: Option<Quantity>,
    pub(crate) read_point: Option<Place>,
    pub(crate) biz_location: Option<Place>,
    pub(crate) from_place: Option<Place>,
    pub(crate) to_place: Option<Place>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Role {
    Object,
    Parent,
    Child,
    Input,
    Output,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Custody {
    Shipped,
    Received,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quantity {
    pub(crate) amount: String,
    pub(crate) uom: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

/// A connection between two nodes, or between two places.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Edge {
    #[serde(rename = "type")]
    pub(crate) kind: EdgeKind,
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum EdgeKind {
    Derived,
    Contained,
    HandedOver,
    MayBe,
}

/// A hole in the answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Gap {
    pub(crate) at: String,
    pub(crate) reason: String,
    pub(crate) counterparty: Option<String>,
}

/// The variables of [`QUESTION`].
pub(crate) fn variables(lot: &str, direction: Direction, hops: u32) -> Value {
    json!({ "lot": lot, "direction": direction, "hops": hops })
}

/// The answer, or `None` where there is no such lot or nothing of it may be seen.
pub(crate) fn read(data: &Value) -> Result<Option<Trace>, Failure> {
    use crate::failure::OrFail;
    let trace = data.get("trace").cloned().unwrap_or_default();
    serde_json::from_value(trace).or_fail(|| "the trace cannot be read".to_owned())
}

pub(crate) async fn trace(args: &TraceArgs, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let gateway = Gateway::new(&args.connection.url.0, args.connection.token()?)?;
    if let Some(question) = questions::Question::of(args) {
        return question.ask(&gateway, args, out).await;
    }
    let Some(lot) = args.lots.first() else { return Ok(Outcome::No) };
    let direction = match (args.both, args.forward) {
        (true, _) => Direction::Both,
        (false, true) => Direction::Forward,
        (false, false) => Direction::Back,
    };
    let mut asked = variables(lot, direction, args.hops);
    if let Value::Object(asked) = &mut asked {
        asked.insert("asOf".to_owned(), json!(args.as_of));
        asked.insert("knownAt".to_owned(), json!(args.known_at));
    }
    let data: Value = gateway.ask(Schema::Staff, QUESTION, &asked).await?;
    let trace = read(&data)?;
    match (&trace, args.json) {
        (_, true) => writeln!(out, "{}", data.get("trace").unwrap_or(&Value::Null))?,
        (Some(trace), false) => {
            let paint = Paint::when(stdout().is_terminal());
            for way in [Direction::Back, Direction::Forward] {
                if direction == way || direction == Direction::Both {
                    write!(out, "{}", tree(trace, way, paint))?;
                }
            }
        }
        (None, false) => writeln!(out, "There is no lot `{lot}`, or it is not shown to you.")?,
    }
    Ok(if trace.is_some() { Outcome::Done } else { Outcome::No })
}
