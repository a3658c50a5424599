//! The other questions of `lotline trace`: balance, recall, siblings, common sources, stock on a day.

use std::io::Write;

use serde_json::{Value, json};

use crate::{
    cli::TraceArgs,
    client::{Gateway, Schema},
    failure::{Failure, Outcome},
};

/// A question that is no trace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Question {
    Balance,
    Recall,
    Siblings,
    Common,
    Stock,
}

impl Question {
    /// The question that the arguments ask, if it is no trace.
    pub(crate) fn of(args: &TraceArgs) -> Option<Self> {
        let asked = [
            (args.balance, Self::Balance),
            (args.recall, Self::Recall),
            (args.siblings, Self::Siblings),
            (args.common, Self::Common),
            (args.stock_at.is_some(), Self::Stock),
        ];
        asked.into_iter().find(|(is_asked, _)| *is_asked).map(|(_, question)| question)
    }

    /// Asks it and shows the answer.
    pub(crate) async fn ask(
        self,
        gateway: &Gateway,
        args: &TraceArgs,
        out: &mut dyn Write,
    ) -> Result<Outcome, Failure> {
        let data: Value = gateway.ask(Schema::Staff, self.text(), &self.variables(args)).await?;
        let answer = data.get(self.field()).unwrap_or(&Value::Null);
        if args.json {
            writeln!(out, "{answer}")?;
        } else if answer.is_null() {
            let lot = args.lots.first().map(String::as_str).unwrap_or_default();
            writeln!(out, "There is no lot `{lot}`, or it is not shown to you.")?;
        } else {
            self.show(answer, out)?;
        }
        Ok(if answer.is_null() { Outcome::No } else { Outcome::Done })
    }

    fn field(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Recall => "recallScope",
            Self::Siblings => "siblings",
            Self::Common => "commonSources",
            Self::Stock => "stockAt",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Balance => {
                "query Balance($lot: String!, $asOf: DateTime, $knownAt: DateTime) {
  balance(lot: $lot, asOf: $asOf, knownAt: $knownAt) {
    uom produced entered onHand consumed removed unaccounted left
    places { place { id name } received produced consumed shipped removed onHand }
    conversions { from to factor rule } possible { event amount }
  }
}"
            }
            Self::Recall => {
                "query Recall($lot: String!, $hops: Int!, $asOf: DateTime, $knownAt: DateTime) {
  recallScope(lot: $lot, hops: $hops, asOf: $asOf, knownAt: $knownAt) {
    certain { id kind places { id name } } possible { id kind places { id name } }
    evidence { kind at event counterparty } isPartial
  }
}"
            }
            Self::Siblings => {
                "query Siblings($lot: String!, $hops: Int!, $asOf: DateTime) {
  siblings(lot: $lot, hops: $hops, asOf: $asOf) { lots { lot reason through day certain } isPartial }
}"
            }
            Self::Common => {
                "query Common($cases: [CaseInput!]!, $hops: Int!, $asOf: DateTime) {
  commonSources(cases: $cases, hops: $hops, asOf: $asOf) {
    sources { kind lot place { id name } day coverage certain unexplained } cases alone isPartial
  }
}"
            }
            Self::Stock => {
                "query Stock($place: String!, $day: Date!, $knownAt: DateTime) {
  stockAt(place: $place, day: $day, knownAt: $knownAt) {
    lots { lot { id } opening added closing uom presence } isPartial
  }
}"
            }
        }
    }

    fn variables(self, args: &TraceArgs) -> Value {
        let cases: Vec<Value> = args.lots.iter().map(|lot| json!({ "lots": [lot] })).collect();
        let hops = if self == Self::Siblings { args.hops.min(10) } else { args.hops };
        let all = json!({
            "lot": args.lots.first(), "hops": hops, "asOf": args.as_of, "knownAt": args.known_at,
            "cases": cases, "place": args.stock_at, "day": args.day.map(|day| day.to_string()),
        });
        let used = |name: &str| self.text().contains(&format!("${name}:"));
        let members = all.as_object().into_iter().flatten().filter(|(name, _)| used(name));
        Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn show(self, answer: &Value, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Balance => {
                for balance in list(answer) {
                    show_balance(balance, out)?;
                }
            }
            Self::Recall => {
                for part in ["certain", "possible"] {
                    for affected in list(&answer[part]) {
                        let places: Vec<String> = list(&affected["places"]).iter().map(place).collect();
                        writeln!(out, "{part:<9} {}  {}", text(&affected["id"]), places.join(", "))?;
                    }
                }
                for needed in list(&answer["evidence"]) {
                    let who = text(&needed["counterparty"]);
                    writeln!(out, "open      {}  {} {who}", text(&needed["at"]), text(&needed["kind"]))?;
                }
            }
            Self::Siblings => {
                for sibling in list(&answer["lots"]) {
                    let [lot, reason, through] = ["lot", "reason", "through"].map(|name| text(&sibling[name]));
                    writeln!(out, "{lot}  {reason} {through} {}", text(&sibling["day"]))?;
                }
            }
            Self::Common => {
                let cases = text(&answer["cases"]);
                for source in list(&answer["sources"]) {
                    let what = if source["lot"].is_null() { place(&source["place"]) } else { text(&source["lot"]) };
                    let (coverage, kind, day) =
                        (text(&source["coverage"]), text(&source["kind"]), text(&source["day"]));
                    writeln!(out, "{coverage} of {cases}  {kind:<14} {what} {day}")?;
                }
            }
            Self::Stock => {
                for row in list(&answer["lots"]) {
                    let [opening, added, closing, uom, presence] =
                        ["opening", "added", "closing", "uom", "presence"].map(|name| text(&row[name]));
                    writeln!(
                        out,
                        "{}  {opening} + {added}, {closing} {uom} at the end  {presence}",
                        text(row.pointer("/lot/id").unwrap_or(&Value::Null))
                    )?;
                }
            }
        }
        if answer["isPartial"].as_bool() == Some(true) {
            writeln!(out, "This is a part: the limits of the gateway ended the answer.")?;
        }
        Ok(())
    }
}

fn show_balance(balance: &Value, out: &mut dyn Write) -> Result<(), Failure> {
    let columns = ["received", "produced", "consumed", "shipped", "removed", "onHand"];
    writeln!(out, "in {}", if balance["uom"].is_null() { "trade items".to_owned() } else { text(&balance["uom"]) })?;
    for row in list(&balance["places"]) {
        let amounts: Vec<String> = columns.iter().map(|name| format!("{name} {}", text(&row[*name]))).collect();
        writeln!(out, "  {}: {}", place(&row["place"]), amounts.join(", "))?;
    }
    let totals = ["produced", "entered", "onHand", "consumed", "removed", "unaccounted", "left"];
    let amounts: Vec<String> = totals.iter().map(|name| format!("{name} {}", text(&balance[*name]))).collect();
    writeln!(out, "  all: {}", amounts.join(", "))?;
    for used in list(&balance["conversions"]) {
        let [from, to, factor, rule] = ["from", "to", "factor", "rule"].map(|name| text(&used[name]));
        writeln!(out, "  1 {from} = {factor} {to} ({rule})")?;
    }
    for possible in list(&balance["possible"]) {
        writeln!(
            out,
            "  not counted: {} may have been this lot ({})",
            text(&possible["amount"]),
            text(&possible["event"])
        )?;
    }
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The name of a place, else its identifier.
fn place(value: &Value) -> String {
    let named = text(&value["name"]);
    if named.is_empty() { text(&value["id"]) } else { named }
}
