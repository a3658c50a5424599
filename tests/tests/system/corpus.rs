//! The public corpus, captured.

use std::{collections::BTreeSet, fs, path::Path};

use app::{JobStatus, TraceQuestion};
use domain::Direction;
use epcis::Severity;
use testkit::{chain_a, corpus::Expect};

use crate::bed::{Bed, engines};

/// Documents that the manifest calls invalid and the ratified schema does not, unless it asserts formats.
const CAPTURED_ALL_THE_SAME: [&str; 2] =
    ["ObjectEvent_with_ilmd_field_without_namespace.json", "ObjectEvent_with_non_standard_bizStep.json"];

const KINDS: [&str; 4] = ["epcis-document", "single-event", "epcis-masterdata-document", "epcis-query-document"];

fn media_type(path: &Path) -> &'static str {
    if path.extension().is_some_and(|extension| extension == "xml") { chain_a::XML } else { chain_a::JSON_LD }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acceptable_document_is_captured_and_every_other_one_is_refused_with_its_place() {
    let Some(root) = testkit::corpus() else { return };
    let entries = testkit::corpus::manifest(&root).unwrap();
    for engine in engines() {
        let mut bed = Bed::new(engine).await;
        let (mut captured, mut refused, mut wrong) = ([0, 0], [0, 0], Vec::new());
        for (number, entry) in entries.iter().filter(|entry| KINDS.contains(&entry.kind.as_str())).enumerate() {
            // Many of these documents reuse each other's event ids: each is a company of its own.
            let slug = format!("sender-{number}");
            bed.add_company(&slug, &slug, &[]).await;
            let document = fs::read(root.join(&entry.path)).unwrap();
            let job = bed.capture(&slug, &document, media_type(&entry.path)).await;
            let listed = CAPTURED_ALL_THE_SAME.iter().any(|name| entry.path.ends_with(name));
            let finished = job.status == JobStatus::Finished;
            match entry.expect {
                Some(Expect::Accept) => {
                    captured[1] += 1;
                    captured[0] += usize::from(finished);
                    if !finished {
                        wrong.push(format!("{}: {:?}", entry.path.display(), job.findings.first()));
                    }
                }
                Some(Expect::Reject) => {
                    refused[1] += 1;
                    let places = job.findings.iter().filter(|finding| finding.severity == Severity::Reject);
                    let placed = places.clone().count() > 0 && places.clone().all(|finding| finding.at.line > 0);
                    refused[0] += usize::from(!finished && placed && job.stored == 0);
                    if finished != listed || (!finished && !placed) {
                        wrong.push(format!("{}: {:?}", entry.path.display(), job.status));
                    }
                }
                Some(Expect::Policy) | None => {}
            }
        }
        println!("captured {} of {}, refused {} of {}", captured[0], captured[1], refused[0], refused[1]);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guideline_example_traces_to_its_harvest_lot_and_into_its_pallet() {
    const FOLDER: &str = "openepcis/openepcis-dpp-ready/extensions/us/fsma204/epcis";
    const PACKED: &str = "https://id.gs1.org/01/10860009999920/10/ABC1234";
    const HARVESTED: &str = "https://id.gs1.org/01/00860009999923/10/ABC1234";
    const PALLET: &str = "https://id.gs1.org/00/008600099999850000";
    let Some(root) = testkit::corpus() else { return };
    for engine in engines() {
        let bed = Bed::companies(engine).await;
        let mut files: Vec<_> = fs::read_dir(root.join(FOLDER)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), 4);
        for file in &files {
            let job = bed.capture("valle-verde", &fs::read(file).unwrap(), chain_a::JSON_LD).await;
            assert_eq!(job.status, JobStatus::Finished, "{:?}", job.findings);
        }
        let staff = bed.staff("valle-verde").await;
        for (direction, reached) in [(Direction::Back, HARVESTED), (Direction::Forward, PALLET)] {
            let question = TraceQuestion { lot: PACKED.to_owned(), direction, hops: 10, as_of: None };
            let trace = staff.trace(&question).await.unwrap().unwrap();
            let found: BTreeSet<_> =
                trace.lineage.nodes().flat_map(|node| &node.identifiers).map(String::as_str).collect();
            assert_eq!(found, BTreeSet::from([PACKED, reached]));
        }
    }
}
