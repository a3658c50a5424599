//! The story that is shown, act by act. Everything in it is asked over HTTP, and every answer is checked: a
//! demonstration that shows something else than it says fails.

use std::io::Write;

use serde_json::{Value, json};
use testkit::chain_a::{self, Company, chain_a};

use super::stage::{AUTHORITY, OFFICER, OWNER, Stage, at_owner};
use crate::{
    client::{Captured, Schema},
    export::{filled_sheets, save_workbook},
    failure::{Failure, OrFail},
    trace::{Direction, QUESTION, Trace, read, variables},
    tree::{Paint, tree},
};

/// The company that asks.
const ASKER: &str = "meridian";
/// A company that BrightLeaf never dealt with.
const STRANGER: &str = "harbor-mesa";
/// The salad, as it stands on the label.
const SALAD: &str = "(01)19521004000318(10)BL28230-2A";
/// A code that nobody ever gave to a lot.
const NO_LOT: &str = "(01)19521004000318(10)BL28230-9Z";
/// Derivations that are asked for.
const HOPS: u32 = 10;
/// Derivations that a grant covers at most.
const MAX_HOPS: u32 = 100;
/// The file with the question that can be asked again.
const QUESTION_FILE: &str = "where-from.json";
const WORKBOOK: &str = "salad.xlsx";

const PARTIES: &str = "{ parties { id name } }";
const GRANT: &str = "mutation Grant($input: GrantInput!) { grantAdd(input: $input) { id } }";

pub(super) struct Story<'a> {
    stage: &'a Stage,
    out: &'a mut dyn Write,
    paint: Paint,
}

impl<'a> Story<'a> {
    pub(super) fn new(stage: &'a Stage, out: &'a mut dyn Write, paint: Paint) -> Self {
        Self { stage, out, paint }
    }

    /// Everything, from the field to the regulator.
    pub(super) async fn tell(&mut self) -> Result<(), Failure> {
        self.capture().await?;
        self.ask_by_default().await?;
        self.show_partner().await?;
        self.hide().await?;
        self.grant().await?;
        self.ask_with_grants().await?;
        self.export().await
    }

    async fn capture(&mut self) -> Result<(), Failure> {
        self.heading("1. Five companies send their own records to a gateway")?;
        for company in chain_a() {
            let mut events = 0;
            for document in company.documents {
                let gateway = self.stage.gateway(company.slug)?;
                let captured = gateway.capture(document.bytes.into(), document.media_type).await?;
                events += stored(document, &captured)?;
            }
            let files: Vec<&str> = company.documents.iter().map(|document| document.name).collect();
            let line = format!("   {:<24}{events:>2} events  {}", company.name, files.join(", "));
            self.line(line.trim_end())?;
        }
        self.text("Each tells only what it did itself. All companies, people and codes are invented.")
    }

    async fn ask_by_default(&mut self) -> Result<(), Failure> {
        self.heading("2. Meridian Grocers asks where a salad in its store came from")?;
        self.text("Nobody has granted anything yet: it sees its own records, what BrightLeaf recorded of the")?;
        self.text("hand-over to it, and who assigned the lot code. There its view ends, and the answer says so.")?;
        let trace = self.trace(ASKER, Schema::Staff).await?;
        self.tree(&trace)?;
        check(!trace.complete, "the first answer has a gap")?;
        check(!shows(&trace, chain_a::T1), "nothing of BrightLeaf's recipe is shown without a grant")
    }

    async fn show_partner(&mut self) -> Result<(), Failure> {
        self.heading("3. What Meridian may see at BrightLeaf itself, as a trading partner")?;
        let trace = self.trace(&at_owner(ASKER), Schema::Partner).await?;
        self.tree(&trace)?;
        self.text("The places stand there by number: their names are BrightLeaf's master data, and stay with it.")?;
        check(shows(&trace, chain_a::T3) && !shows(&trace, chain_a::T1), "a partner sees the hand-over and no more")
    }

    async fn hide(&mut self) -> Result<(), Failure> {
        self.heading("4. Harbor Mesa Farms never dealt with BrightLeaf, and asks it about the same salad")?;
        let stranger = self.stage.gateway(&at_owner(STRANGER))?;
        let ask = |lot| stranger.ask_raw(Schema::Partner, QUESTION, lot);
        let (salad, nothing) = (question(SALAD), question(NO_LOT));
        let (hidden, absent) = (ask(&salad).await?, ask(&nothing).await?);
        self.line(&format!("   {SALAD}, which is there:   {hidden}"))?;
        self.line(&format!("   {NO_LOT}, which is not:     {absent}"))?;
        self.text("What may not be seen is answered like what does not exist, byte for byte.")?;
        check(hidden == absent, "a hidden lot is answered like an absent one")
    }

    async fn grant(&mut self) -> Result<(), Failure> {
        self.heading("5. The others join a trace programme: each grants Meridian the history of its lots")?;
        let asker = company(ASKER)?;
        for owner in chain_a().iter().filter(|owner| owner.slug != ASKER) {
            let gateway = self.stage.gateway(owner.slug)?;
            let parties: Value = gateway.ask(Schema::Staff, PARTIES, &json!({})).await?;
            let party = party(&parties, asker.name).ok_or_else(|| Failure::new("a company does not know Meridian"))?;
            let terms = terms(&json!({ "party": party }), 0, "TRACE", "REFER", "trace programme");
            let _granted: Value = gateway.ask(Schema::Staff, GRANT, &terms).await?;
            self.line(&format!("   {:<24}all lots, {MAX_HOPS} derivations back, profile TRACE", owner.name))?;
        }
        self.text("That opens what happened when and where. Quantities stay closed, but on what was sent to it.")
    }

    async fn ask_with_grants(&mut self) -> Result<(), Failure> {
        self.heading("6. Meridian asks again, and each company answers for itself")?;
        let trace = self.trace(ASKER, Schema::Staff).await?;
        self.tree(&trace)?;
        check(trace.complete, "nothing is missing with the grants")?;
        for (lot, field) in [(chain_a::H1, chain_a::FIELD_HM_07), (chain_a::H2, chain_a::FIELD_HM_12)] {
            check(happened(&trace, lot, "harvesting", field), "the trace leads to the fields HM-07 and HM-12")?;
            check(happened(&trace, lot, "cooling", chain_a::COOLER), "both harvests were cooled at Cold Ridge")?;
        }
        Ok(())
    }

    async fn export(&mut self) -> Result<(), Failure> {
        self.heading("7. An officer of FDA asks BrightLeaf for its records of the salad (21 CFR 1.1455)")?;
        let viewer = json!({ "officer": { "issuer": AUTHORITY, "officer": OFFICER } });
        let terms = terms(&viewer, MAX_HOPS, "FULL", "NONE", "FDA request under 21 CFR 1.1455(c)");
        let _granted: Value = self.stage.gateway(OWNER)?.ask(Schema::Staff, GRANT, &terms).await?;
        self.text("BrightLeaf grants the officer its records in full; the officer downloads the workbook.")?;
        let officer = self.stage.gateway(OFFICER)?;
        let selection = vec![("lot", SALAD.to_owned())];
        let sheets = filled_sheets(&officer, &selection).await?;
        for filled in &sheets {
            self.line(&format!("   {:<24}rows: {}", filled.sheet.name().trim(), filled.rows))?;
        }
        let file = self.stage.folder.join(WORKBOOK);
        save_workbook(&officer, &selection, &file).await?;
        self.line(&format!("   {}", file.display()))?;
        let wanted = ["Receiving", "Transformation", "Shipping"];
        let has = |name: &str| sheets.iter().any(|filled| filled.sheet.name() == name);
        check(wanted.into_iter().all(has), "the workbook has BrightLeaf's receipts, work order and shipment")
    }

    /// How to ask by hand.
    pub(super) fn invite(&mut self, over: bool) -> Result<(), Failure> {
        let url = &self.stage.base_url;
        let folder = self.stage.folder.display();
        let file = self.stage.folder.join(QUESTION_FILE);
        let body = json!({ "query": QUESTION, "variables": question(SALAD) }).to_string();
        std::fs::write(&file, body).or_fail(|| format!("`{}` cannot be written", file.display()))?;
        let heading = if over {
            "How to ask it yourself: without --exit the gateway goes on, and answers to these lines"
        } else {
            "Ask it yourself: the gateway goes on until Ctrl-C"
        };
        self.heading(heading)?;
        let partner = at_owner(ASKER);
        let lines = [
            format!("D=\"{folder}\""),
            format!("lotline trace '{SALAD}' \\"),
            format!("  --url {url} --token-file \"$D/{ASKER}.token\""),
            String::new(),
            format!("curl {url}/graphql -H 'Content-Type: application/json' \\"),
            format!("  -H \"Authorization: Bearer $(cat \"$D/{ASKER}.token\")\" -d @\"$D/{QUESTION_FILE}\""),
            String::new(),
            format!("curl {url}/partner/graphql -H 'Content-Type: application/json' \\"),
            format!("  -H \"Authorization: Bearer $(cat \"$D/{partner}.token\")\" -d @\"$D/{QUESTION_FILE}\""),
            String::new(),
            format!("curl -G {url}/regulator/export -o again.xlsx \\"),
            format!("  -H \"Authorization: Bearer $(cat \"$D/{OFFICER}.token\")\" \\"),
            format!("  --data-urlencode 'lot={SALAD}'"),
        ];
        for line in lines {
            self.line(&line)?;
        }
        if over {
            self.line("")?;
            self.line(
                "The demonstration is over, and every answer was as it has to be. The workbook and the tokens are in",
            )?;
            self.line(&folder.to_string())?;
        }
        self.out.flush()?;
        Ok(())
    }

    async fn trace(&self, token: &str, schema: Schema) -> Result<Trace, Failure> {
        let data: Value = self.stage.gateway(token)?.ask(schema, QUESTION, &question(SALAD)).await?;
        read(&data)?.ok_or_else(|| unexpected("the salad is known"))
    }

    fn tree(&mut self, trace: &Trace) -> Result<(), Failure> {
        self.line("")?;
        Ok(write!(self.out, "{}", tree(trace, Direction::Back, self.paint))?)
    }

    fn heading(&mut self, text: &str) -> Result<(), Failure> {
        let heading = self.paint.bold(text);
        self.line("")?;
        self.line(&heading)
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        let text = self.paint.dim(text);
        self.line(&format!("   {text}"))
    }

    fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }
}

fn company(slug: &str) -> Result<&'static Company, Failure> {
    chain_a().iter().find(|company| company.slug == slug).ok_or_else(|| unexpected("every company is in the chain"))
}

fn question(lot: &str) -> Value {
    variables(lot, Direction::Back, HOPS)
}

/// The number of events of a document that was stored whole.
fn stored(document: &chain_a::Document, captured: &Captured) -> Result<u64, Failure> {
    match captured {
        Captured::Job(job) if job.success && usize::try_from(job.stored) == Ok(document.events.len()) => Ok(job.stored),
        other => Err(Failure::new(format!("{} was not stored as it should be: {other:?}", document.name))),
    }
}

/// The variables of [`GRANT`]: every lot, as far back as anybody may be given.
fn terms(viewer: &Value, forward: u32, profile: &str, continuation: &str, reason: &str) -> Value {
    json!({ "input": {
        "viewer": viewer,
        "hopsBack": MAX_HOPS,
        "hopsForward": forward,
        "profile": profile,
        "continuation": continuation,
        "reason": reason,
        "approver": "quality manager",
    }})
}

fn party(parties: &Value, name: &str) -> Option<String> {
    let parties = parties.get("parties")?.as_array()?;
    let found = parties.iter().find(|party| party.get("name").and_then(Value::as_str) == Some(name))?;
    found.get("id")?.as_str().map(str::to_owned)
}

/// Whether a lot is in an answer.
fn shows(trace: &Trace, lot: &str) -> bool {
    trace.nodes.iter().any(|node| node.identifiers.iter().any(|identifier| identifier == lot))
}

/// Whether an answer says that something happened to a lot at a place.
fn happened(trace: &Trace, lot: &str, cte: &str, at: &str) -> bool {
    let of_lot = trace.nodes.iter().filter(|node| node.identifiers.iter().any(|identifier| identifier == lot));
    of_lot.flat_map(|node| &node.sightings).any(|sighting| {
        let places = [&sighting.read_point, &sighting.biz_location];
        sighting.cte.as_deref() == Some(cte) && places.into_iter().flatten().any(|place| place.id == at)
    })
}

fn check(holds: bool, claim: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(unexpected(claim)) }
}

fn unexpected(claim: &str) -> Failure {
    Failure::new(format!("the demonstration does not show what it has to: {claim}"))
}
