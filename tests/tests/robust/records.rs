//! What was sent, what was acknowledged, and what is there.

use std::{collections::BTreeMap, time::Duration};

use crate::{gateway::Gateway, http::Answer};

/// A document of events that nobody else sends.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) events: Vec<String>,
    /// Whether it is sent with `proceed`, behind an event that cannot be accepted.
    pub(crate) proceed: bool,
    /// The address of its job, once it was acknowledged as stored.
    pub(crate) acknowledged: Option<String>,
}

impl Document {
    pub(crate) fn new(name: &str, size: usize) -> Self {
        let events = (0..size).map(|number| format!("urn:example:{name}:{number}")).collect();
        Self { events, proceed: false, acknowledged: None }
    }

    /// Sends it; `Err` when nothing is known of its outcome, or the gateway could not do it.
    pub(crate) fn send(&mut self, gateway: &Gateway) -> Result<(), Option<Answer>> {
        let behaviour = if self.proceed { "proceed" } else { "rollback" };
        match gateway.capture(&json_ld(&self.events, self.proceed), behaviour) {
            Ok(answer) if answer.status == 202 => {
                self.acknowledged = Some(answer.header("location").to_owned());
                Ok(())
            }
            Ok(answer) => Err(Some(answer)),
            Err(_) => Err(None),
        }
    }

    /// Everything that was acknowledged is there, and what was not is there whole or not at all.
    pub(crate) fn check(&self, gateway: &Gateway) {
        let size = self.events.len();
        if let Some(job) = &self.acknowledged {
            assert_eq!(found(gateway, &self.events), size, "acknowledged and not there: {job}");
            let job = gateway.get(job).unwrap().json();
            assert_eq!(
                (job["running"].as_bool(), job["success"].as_bool()),
                (Some(false), Some(!self.proceed)),
                "{job}"
            );
            return;
        }
        let mut count = found(gateway, &self.events);
        if count != 0 && count != size {
            // A commit that a database server had begun may have come between two questions.
            std::thread::sleep(Duration::from_secs(1));
            count = found(gateway, &self.events);
        }
        assert!(count == 0 || count == size, "{count} of {size} events of a document are there");
    }
}

/// How many of these events are there. Each is there once at most.
pub(crate) fn found(gateway: &Gateway, ids: &[String]) -> usize {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for chunk in ids.chunks(50) {
        let mut path = format!("/epcis/events?perPage=100&EQ_eventID={}", chunk.join("%7C"));
        loop {
            let answer = gateway.get(&path).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            let document = answer.json();
            let events = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array();
            for event in events.unwrap_or_else(|| panic!("{document}")) {
                *found.entry(event["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let Some(next) = answer.header("link").strip_prefix('<').and_then(|link| link.split('>').next()) else {
                break;
            };
            next.clone_into(&mut path);
        }
    }
    let twice: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "stored more than once: {twice:?}");
    found.len()
}

/// A document of these events, each about a lot of its own.
pub(crate) fn json_ld(ids: &[String], with_a_bad_one: bool) -> String {
    let event = |id: &String| {
        // What an event says follows from its id, in whichever document it stands.
        let number = id.rsplit(':').next().unwrap_or_default();
        format!(
            r#"{{"type":"ObjectEvent","eventID":"{id}","eventTime":"2025-08-15T12:00:00Z","eventTimeZoneOffset":"-07:00",
"action":"OBSERVE","bizStep":"storing","readPoint":{{"id":"https://id.gs1.org/414/9521003001005"}},
"quantityList":[{{"epcClass":"https://id.gs1.org/01/19521003000173/10/L{number}","quantity":{number}.5,"uom":"KGM"}}]}}"#
        )
    };
    let bad = with_a_bad_one.then(|| r#"{"type":"ObjectEvent","action":"MOVE"}"#.to_owned());
    let events: Vec<String> = bad.into_iter().chain(ids.iter().map(event)).collect();
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument",
"schemaVersion":"2.0","creationDate":"2025-08-15T12:00:00Z","epcisBody":{{"eventList":[{}]}}}}"#,
        events.join(",")
    )
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from `low` up to and without `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        // Knuth's multiplier; the upper bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (self.0 >> 33) % (high - low)
    }
}
