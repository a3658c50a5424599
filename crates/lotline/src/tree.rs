//! A trace as a tree that a person can read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use crate::{
    trace::{Custody, Direction, EdgeKind, Gap, Node, Place, Sighting, Trace},
    words,
};

/// No line is longer than this.
const WIDTH: usize = 100;
/// Room for the word of what happened.
const STEP: usize = 13;

/// Whether colours are used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(bool);

impl Paint {
    /// Colours on a terminal, and where nobody asked for none (`https://no-color.org`).
    #[expect(clippy::disallowed_methods, reason = "this is the program: it may read its environment")]
    pub(crate) fn when(terminal: bool) -> Self {
        Self(terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The tree of a trace, from the lots that were asked about.
pub(crate) fn tree(trace: &Trace, direction: Direction, paint: Paint) -> String {
    let mut printer = Printer::new(trace, direction, paint);
    for start in &trace.starts {
        printer.node(start, "", Branch::Root);
    }
    printer.end();
    printer.text
}

/// Where a node hangs.
#[derive(Clone, Copy)]
enum Branch {
    Root,
    Middle(Link),
    Last(Link),
}

/// Why a node hangs below another one.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Link {
    MadeFrom,
    MadeInto,
    Holds,
    PutInto,
    MayBe,
    MayBeCalled,
}

impl Link {
    fn words(self) -> &'static str {
        match self {
            Self::MadeFrom => "made from ",
            Self::MadeInto => "made into ",
            Self::Holds => "holds ",
            Self::PutInto => "put into ",
            Self::MayBe => "may be ",
            Self::MayBeCalled => "may be in ",
        }
    }
}

struct Printer<'a> {
    trace: &'a Trace,
    nodes: BTreeMap<&'a str, &'a Node>,
    direction: Direction,
    paint: Paint,
    shown: BTreeSet<&'a str>,
    text: String,
}

impl<'a> Printer<'a> {
    fn new(trace: &'a Trace, direction: Direction, paint: Paint) -> Self {
        let nodes = trace.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        Self { trace, nodes, direction, paint, shown: BTreeSet::new(), text: String::new() }
    }

    fn node(&mut self, id: &str, indent: &str, branch: Branch) {
        let Some(&node) = self.nodes.get(id) else { return };
        let (fork, below, link) = match branch {
            Branch::Root => ("", "", ""),
            Branch::Middle(link) => ("├─ ", "│  ", link.words()),
            Branch::Last(link) => ("└─ ", "   ", link.words()),
        };
        let again = !self.shown.insert(node.id.as_str());
        let name = format!("{}{}", words::kind(node.kind), words::code(node));
        let room = WIDTH.saturating_sub(length(indent) + length(fork) + length(link) + length(SEEN));
        let name = self.paint.bold(&clip(&name, room));
        let seen = if again { SEEN } else { "" };
        self.line(&format!("{indent}{fork}{link}{name}{seen}"));
        if again {
            return;
        }
        let indent = format!("{indent}{below}");
        let children = self.children(node);
        let bar = if children.is_empty() { "   " } else { "│  " };
        self.details(node, &format!("{indent}{bar}"));
        let last = children.len().saturating_sub(1);
        for (position, (link, child)) in children.into_iter().enumerate() {
            let branch = if position == last { Branch::Last(link) } else { Branch::Middle(link) };
            self.node(child, &indent, branch);
        }
    }

    /// What hangs below a node, the derivations first.
    fn children(&self, node: &Node) -> BTreeSet<(Link, &'a str)> {
        let below = |edge: &'a crate::trace::Edge| match (edge.kind, self.direction) {
            (EdgeKind::Derived, Direction::Back) if edge.to == node.id => Some((Link::MadeFrom, edge.from.as_str())),
            (EdgeKind::Derived, Direction::Forward) if edge.from == node.id => Some((Link::MadeInto, edge.to.as_str())),
            (EdgeKind::Contained, Direction::Back) if edge.to == node.id => Some((Link::Holds, edge.from.as_str())),
            (EdgeKind::Contained, Direction::Forward) if edge.from == node.id => {
                Some((Link::PutInto, edge.to.as_str()))
            }
            (EdgeKind::MayBe, Direction::Back) if edge.to == node.id => Some((Link::MayBe, edge.from.as_str())),
            (EdgeKind::MayBe, Direction::Forward) if edge.from == node.id => {
                Some((Link::MayBeCalled, edge.to.as_str()))
            }
            _ => None,
        };
        self.trace.edges.iter().filter_map(below).collect()
    }

    fn details(&mut self, node: &Node, indent: &str) {
        if !node.certain {
            let text = "only possible: events state it as an estimate, or as one of several lots";
            let text = self.paint.bad(&clip(text, WIDTH.saturating_sub(length(indent))));
            self.line(&format!("{indent}{text}"));
        }
        if let Some(source) = words::source(node) {
            let text = format!("code assigned by {source}");
            let room = WIDTH.saturating_sub(length(indent));
            let text = self.paint.dim(&clip(&text, room));
            self.line(&format!("{indent}{text}"));
        }
        for row in rows(&node.sightings) {
            self.row(&row, indent);
        }
        let trace = self.trace;
        for gap in trace.gaps.iter().filter(|gap| gap.at == node.id) {
            self.gap(gap, indent);
        }
    }

    /// Date, what happened, where, how much.
    fn row(&mut self, row: &Row, indent: &str) {
        let Row { day, step, place, quantity } = row;
        let used = length(indent) + length(day) + STEP + length(quantity) + 5;
        let place = pad(&clip(place, WIDTH.saturating_sub(used)), WIDTH.saturating_sub(used));
        let (day, step) = (self.paint.dim(day), pad(&clip(step, STEP), STEP));
        self.line(format!("{indent}{day}  {step}  {place} {quantity}").trim_end());
    }

    fn gap(&mut self, gap: &Gap, indent: &str) {
        let text = format!("✗ {} ({})", words::gap(gap), gap.reason);
        let text = self.paint.bad(&clip(&text, WIDTH.saturating_sub(length(indent))));
        self.line(&format!("{indent}{text}"));
    }

    /// How many holes there are.
    fn end(&mut self) {
        let gaps = self.trace.gaps.len();
        let text = match (self.trace.complete, gaps) {
            (true, _) => self.paint.good("No gaps."),
            (false, 1) => self.paint.bad("1 gap: the history goes on, or may go on, where ✗ stands."),
            (false, gaps) => self.paint.bad(&format!("{gaps} gaps: the history goes on, or may, where ✗ stands.")),
        };
        self.line(&text);
    }

    fn line(&mut self, text: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.text, "{text}");
    }
}

const SEEN: &str = " (see above)";

/// A line of a node: what happened to it on a day at a place.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Row {
    day: String,
    step: String,
    place: String,
    quantity: String,
}

/// The sightings in order of time. Several of one kind on one day at one place, such as cases on two pallets of one
/// shipment, are told apart by their quantities; the same line is not written twice.
fn rows(sightings: &[Sighting]) -> Vec<Row> {
    let mut sorted: Vec<&Sighting> = sightings.iter().collect();
    sorted.sort_by_key(|sighting| (&sighting.day, &sighting.time));
    let mut rows: Vec<Row> = Vec::new();
    for sighting in sorted {
        let row = Row {
            day: sighting.day.clone(),
            step: words::step(sighting),
            place: place(sighting),
            quantity: sighting.quantity.as_ref().map(words::quantity).unwrap_or_default(),
        };
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// Where it happened; for a hand-over from where to where.
fn place(sighting: &Sighting) -> String {
    let name = |place: &Option<Place>| place.as_ref().map(words::place);
    let here = name(&sighting.biz_location).or_else(|| name(&sighting.read_point));
    let (from, to) = (name(&sighting.from_place), name(&sighting.to_place));
    let (from, to) = match sighting.custody {
        Some(Custody::Shipped) => (from.or(here), to),
        Some(Custody::Received) => (from, to.or(here)),
        None => (None, here),
    };
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        // The other end is not shown; the word of what happened says which end this is.
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => sighting.asserted_by.clone(),
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

fn clip(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::trace::read;

    fn sighting(day: &str, cte: &str, place: &str, more: &Value) -> Value {
        let mut sighting = json!({
            "event": "e", "assertedBy": "Mill", "role": "OBJECT", "cte": cte, "bizStep": null, "day": day,
            "time": null, "custody": null, "quantity": null, "fromPlace": null, "toPlace": null,
            "readPoint": { "id": place, "name": null }, "bizLocation": null,
        });
        sighting.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sighting
    }

    fn node(id: &str, kind: &str, tlc: Option<&str>, sightings: &[Value]) -> Value {
        json!({ "id": id, "kind": kind, "tlc": tlc, "identifiers": [id], "sightings": sightings,
                "tlcSource": { "name": "Mill", "id": "https://id.gs1.org/414/9521001000017", "reference": null } })
    }

    fn fixed_answer() -> Trace {
        let field = json!({ "bizLocation": { "id": "https://id.gs1.org/414/9521001000017/254/F-1", "name": "Mill" } });
        let made = json!({ "role": "OUTPUT", "quantity": { "amount": "1600", "uom": "XCS" } });
        let sent = json!({ "custody": "SHIPPED", "fromPlace": { "id": "urn:a", "name": "Mill" },
                           "toPlace": { "id": "urn:b", "name": "Bakery" } });
        let edge = |from: &str, to: &str| json!({ "type": "DERIVED", "from": from, "to": to });
        let bread = [
            sighting("2028-08-17", "transformation", "urn:bakery", &made),
            sighting("2028-08-16", "shipping", "urn:mill", &sent),
        ];
        let wheat = [sighting("2028-08-14", "harvesting", "urn:farm", &field)];
        read(&json!({ "trace": {
            "complete": false,
            "starts": ["bread"],
            "nodes": [
                node("bread", "TRACEABILITY_LOT", Some("BREAD-1"), &bread),
                node("flour", "LOT", Some("FLOUR-1"), &[]),
                node("https://id.gs1.org/01/09521001000109/10/W1", "HARVEST_LOT", None, &wheat),
            ],
            "edges": [
                edge("flour", "bread"),
                edge("https://id.gs1.org/01/09521001000109/10/W1", "bread"),
                edge("https://id.gs1.org/01/09521001000109/10/W1", "flour"),
            ],
            "gaps": [
                { "at": "flour", "direction": "BACK", "reason": "WITHHELD", "counterparty": "Mill", "retryable": false },
            ],
        }}))
        .unwrap()
        .unwrap()
    }

    #[test]
    fn the_tree_shows_lots_events_and_gaps() {
        insta::assert_snapshot!(tree(&fixed_answer(), Direction::Back, Paint(false)), @r"
        lot BREAD-1
        │  code assigned by Mill
        │  2028-08-16  shipped        Mill → Bakery
        │  2028-08-17  made           urn:bakery                                                  1600 cases
        ├─ made from lot FLOUR-1
        │  │  code assigned by Mill
        │  │  ✗ Mill says that it goes on, but not where (WITHHELD)
        │  └─ made from harvest lot (01)09521001000109(10)W1
        │        2028-08-14  harvested      Mill, F-1
        └─ made from harvest lot (01)09521001000109(10)W1 (see above)
        1 gap: the history goes on, or may go on, where ✗ stands.
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let mut trace = fixed_answer();
        for node in &mut trace.nodes {
            node.identifiers = vec!["x".repeat(200)];
            node.tlc = Some("L".repeat(200));
            for place in node.sightings.iter_mut().filter_map(|sighting| sighting.to_place.as_mut()) {
                place.name = Some("Bakery ".repeat(30));
            }
        }
        let text = tree(&trace, Direction::Back, Paint(false));
        assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
    }
}
