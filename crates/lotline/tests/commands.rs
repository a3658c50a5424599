//! The program as people and scripts meet it: arguments in, text and exit status out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use tempfile::TempDir;

const SALAD: &str = "(01)19521004000318(10)BL28230-2A";

fn lotline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lotline"));
    command.args(arguments).env_remove("LOTLINE_TOKEN").env_remove("LOTLINE_TOKEN_FILE").env_remove("LOTLINE_CONFIG");
    command
}

/// Exit status and standard output.
fn run(arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, .. } = lotline(arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A demonstration that goes on serving.
struct Demo {
    url: String,
    folder: TempDir,
    // Kept open: the demonstration fails when nobody listens to it.
    _out: BufReader<ChildStdout>,
    _process: Running,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let mut command = lotline(&["demo", "--listen", "127.0.0.1:0", "--dir", dir]);
        let mut process = Running(command.stdout(Stdio::piped()).spawn().unwrap());
        let mut out = BufReader::new(process.0.stdout.take().unwrap());
        let mut lines = out.by_ref().lines().map(Result::unwrap);
        let url = lines.find_map(|line| Some(line.split_once("--url ")?.1.split(' ').next()?.to_owned()));
        Self { url: url.unwrap(), folder, _out: out, _process: process }
    }

    fn run(&self, who: &str, arguments: &[&str]) -> (i32, String) {
        let token = self.folder.path().join(format!("{who}.token"));
        let connection = ["--url", &self.url, "--token-file", token.to_str().unwrap()];
        run(&[arguments, &connection].concat())
    }
}

#[test]
fn a_gateway_is_asked_from_the_command_line() {
    let demo = Demo::start();
    let folder = tempfile::tempdir().unwrap();

    let (status, tree) = demo.run("meridian", &["trace", SALAD]);
    assert_eq!(status, 0, "{tree}");
    assert!(tree.contains("HM-07") && tree.contains("HM-12"), "{tree}");
    assert_eq!(demo.run("harbor-mesa", &["trace", SALAD]).0, 1, "a lot that is not shown");

    let (status, json) = demo.run("meridian", &["trace", SALAD, "--json"]);
    assert_eq!((status, json.lines().count()), (0, 1));

    let (again, known) = (folder.path().join("again"), folder.path().join("again/tracy.xml"));
    fs::create_dir(&again).unwrap();
    fs::write(known, testkit::chain_a()[3].documents[0].bytes).unwrap();
    let (status, summary) = demo.run("brightleaf", &["capture", again.to_str().unwrap()]);
    assert_eq!(status, 0, "{summary}");
    assert!(summary.contains("0 stored, 4 there already"), "{summary}");

    let broken = folder.path().join("broken.json");
    fs::write(&broken, "{\n  \"type\": 7").unwrap();
    let (status, findings) = demo.run("brightleaf", &["capture", broken.to_str().unwrap()]);
    assert_eq!(status, 1, "{findings}");
    assert!(findings.contains("broken.json:"), "{findings}");

    let (gone, there) = (folder.path().join("gone.xml"), again.to_str().unwrap());
    let (status, summary) = demo.run("brightleaf", &["capture", gone.to_str().unwrap(), there]);
    assert_eq!(status, 2, "{summary}");
    assert!(summary.contains("not sent 1") && summary.contains("0 stored, 4 there already"), "{summary}");

    let csv = folder.path().join("csv");
    let (status, sheets) = demo.run("officer-7", &["export", "--lot", SALAD, "--csv", csv.to_str().unwrap()]);
    assert_eq!(status, 0, "{sheets}");
    assert!(fs::read_to_string(csv.join("transformation.csv")).unwrap().contains("WO-BL-28230-2"));
    let book = folder.path().join("none.xlsx");
    assert_eq!(demo.run("officer-7", &["export", "--lot", "none", "--out", book.to_str().unwrap()]).0, 1);
    assert!(!book.exists());
}

#[test]
fn the_documents_of_the_guideline_are_captured_and_traced_from_the_command_line() {
    let Some(corpus) = testkit::corpus() else { return };
    let folder = corpus.join("openepcis/openepcis-dpp-ready/extensions/us/fsma204/epcis");
    let lot = "https://id.gs1.org/01/10860009999920/10/ABC1234";
    let demo = Demo::start();
    let (status, summary) = demo.run("valle-verde", &["capture", folder.to_str().unwrap()]);
    assert_eq!(status, 0, "{summary}");
    assert!(summary.contains("Documents: 4, rejected 0"), "{summary}");
    let (status, tree) = demo.run("valle-verde", &["trace", lot]);
    assert_eq!(status, 0, "{tree}");
    assert!(tree.contains("made from harvest lot (01)00860009999923(10)ABC1234"), "{tree}");
    let (status, tree) = demo.run("valle-verde", &["trace", lot, "--forward"]);
    assert_eq!(status, 0, "{tree}");
    assert!(tree.contains("put into") && tree.contains("008600099999850000"), "{tree}");
}

#[test]
fn a_gateway_that_cannot_be_reached_is_a_failure() {
    assert_eq!(run(&["trace", SALAD, "--url", "http://127.0.0.1:1", "--token", "x"]).0, 2);
    assert_eq!(run(&["trace", SALAD]).0, 2, "no token");
    assert_eq!(run(&["trace"]).0, 2, "no lot");
}

/// One event in either binding.
const EVENT_XML: &str = r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"
    creationDate="2028-08-16T00:00:00Z"><EPCISBody><EventList><ObjectEvent>
    <eventTime>2028-08-15T22:30:00-07:00</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>
    <epcList><epc>urn:epc:id:sscc:4012345.0000000333</epc></epcList><action>OBSERVE</action>
    <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
    </ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"#;
const EVENT_JSON: &str = r#"{
    "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "type": "ObjectEvent", "eventTime": "2028-08-16T05:30:00.000Z", "eventTimeZoneOffset": "-07:00",
    "epcList": ["https://id.gs1.org/00/040123450000003338"], "action": "OBSERVE", "bizStep": "shipping"
}"#;

#[test]
fn an_event_has_one_hash_in_either_binding_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (xml, json) = (file("event.xml", EVENT_XML), file("event.json", EVENT_JSON));
    let (status, hashes) = run(&["hash", &xml, &json]);
    let lines: Vec<&str> = hashes.lines().collect();
    assert_eq!((status, lines.len()), (0, 2), "{hashes}");
    assert!(lines[0] == lines[1] && lines[0].starts_with("ni:///sha-256;"), "{hashes}");

    let piped = lotline(&["hash", "--json", "--prehash", "--context", "2.0.1", "-"])
        .stdin(fs::File::open(&json).unwrap())
        .output()
        .unwrap();
    let line: serde_json::Value = serde_json::from_slice(&piped.stdout).unwrap();
    assert_eq!((&line["file"], &line["event"], &line["hash"]), (&"-".into(), &0.into(), &lines[0].into()));
    assert!(line["prehash"].as_str().unwrap().starts_with("eventType=ObjectEventeventTime=2028-08-16T05:30:00.000Z"));

    let rejected = file("rejected.json", &EVENT_JSON.replace("shipping", "urn:epcglobal:cbv:bizstep:shipping"));
    assert_eq!(run(&["hash", &rejected, &xml]).0, 1);
    let table = file("table.csv", "eventTime;action");
    let (status, hashes) = run(&["hash", &table, &xml]);
    assert_eq!((status, hashes.lines().count()), (2, 1), "the readable one is hashed all the same");
    assert_eq!(run(&["hash", "--context", "3", &xml]).0, 2);
}

#[test]
fn an_event_that_could_not_be_read_whole_has_no_hash() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.jsonld");
    let event = |fields: &str| {
        let text = format!(
            r#"{{"@context":"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld","type":"AggregationEvent",
            "eventTime":"2028-08-15T22:30:00-07:00","eventTimeZoneOffset":"-07:00",
            "childEPCs":["https://id.gs1.org/00/095210030000000015"],{fields}}}"#
        );
        fs::write(&file, text).unwrap();
        run(&["hash", "--json", file.to_str().unwrap()])
    };
    let (status, line) = event(r#""action":"ADD""#);
    assert!(status == 1 && line.contains("ni:///sha-256;"), "nothing but the parent is missing: {line}");
    let (status, line) = event(r#""action":"OBSERVE","childQuantityList":[{"quantity":1}]"#);
    assert!(status == 1 && !line.contains("ni:") && line.contains("\"reason\":\"not all"), "{line}");
}

/// Makes a key for a tenant's staff and writes a configuration that knows it.
#[test]
fn a_document_is_converted_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let json = r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"ex":"https://ex.org/"}],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{"eventList":[
        {"type":"ObjectEvent","eventTime":"2028-08-15T22:30:00-07:00","eventTimeZoneOffset":"-07:00","action":"OBSERVE",
         "bizStep":"shipping","epcList":["https://id.gs1.org/00/095210030000000015"],"ex:crates":12}]}}"#;
    fs::write(path("a.jsonld"), json).unwrap();
    let xml = ["convert", "--to", "xml-1.2", "--epc-format", "Always_EPC_URN", "--company-prefix", "9521003"];
    let (status, _) = run(&[&xml[..], &["-o", &path("a.xml"), &path("a.jsonld")]].concat());
    let written = fs::read_to_string(path("a.xml")).unwrap();
    assert_eq!(status, 0);
    assert!(written.contains("urn:epc:id:sscc:9521003.0000000001"), "{written}");
    assert!(written.contains("urn:epcglobal:cbv:bizstep:shipping"), "{written}");

    let (status, back) = run(&["convert", &path("a.xml")]);
    assert_eq!(status, 0);
    assert!(back.contains(r#""bizStep":"shipping""#) && back.contains(r#""ex:crates":12"#), "{back}");
    let hash = |name: &str| run(&["hash", &path(name)]);
    assert_eq!(hash("a.xml"), hash("a.jsonld"));

    let Output { stderr, .. } = lotline(&["convert", "--to", "xml", &path("a.jsonld")]).output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert!(told.contains("a.jsonld:3:9: info EPCIS-KEPT: XML cannot say `ex:crates`"), "{told}");

    fs::write(path("dateless.xml"), written.replace(" creationDate=\"2028-08-15T22:30:00Z\"", "")).unwrap();
    let (_, dated) = run(&["convert", "--to", "xml", &path("dateless.xml")]);
    assert!(dated.contains(" creationDate=\"20") && !dated.contains("1970"), "{dated}");

    fs::write(path("bad.jsonld"), json.replace("OBSERVE", "LOOK")).unwrap();
    assert_eq!(run(&["convert", "--to", "xml", "-o", &path("bad.xml"), &path("bad.jsonld")]), (1, String::new()));
    assert!(!Path::new(&path("bad.xml")).exists(), "half a document was written");
    assert_eq!(run(&["convert", &path("nowhere.xml")]).0, 2);
}

/// Makes a key for a tenant's staff and writes a configuration that knows it.
fn configure(folder: &Path) {
    let (status, printed) = run(&["token", "keygen", "--out", folder.join("key.pem").to_str().unwrap()]);
    assert_eq!(status, 0);
    let (public, _kid) = printed.split_once("kid: ").unwrap();
    fs::write(folder.join("public.pem"), public).unwrap();
    let configuration = format!(
        "[server]\nbase_url = \"https://gateway.example\"\n[database]\nurl = \"sqlite://{}/lotline.db?mode=rwc\"\n\
         [[tenant]]\nslug = \"packer\"\nname = \"Packer\"\n\
         [[tenant.issuer]]\nissuer = \"https://login.packer.example\"\nkind = \"staff\"\nroles = [\"read\"]\n\
         public_key_file = \"public.pem\"\n",
        folder.display()
    );
    fs::write(folder.join("lotline.toml"), configuration).unwrap();
}

#[test]
fn a_token_of_a_configured_issuer_is_accepted_by_a_gateway_that_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let config = path("lotline.toml");
    let serve = ["serve", "--config", &config, "--migrate", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut gateway = Running(lotline(&serve).stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(gateway.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let serving: serde_json::Value = serde_json::from_str(&log.find(|line| line.contains("serving")).unwrap()).unwrap();
    let url = format!("http://{}", serving["fields"]["server.listen"].as_str().unwrap());

    let key = path("key.pem");
    let sign = ["token", "--key", &key, "--issuer", "https://login.packer.example", "--subject", "anna"];
    let token = run(&[&sign[..], &["--audience", "https://gateway.example/o/packer"]].concat()).1;
    assert_eq!(run(&["trace", "L1", "--url", &url, "--token", token.trim()]).0, 1, "signed in, but there is no lot");
    let elsewhere = run(&[&sign[..], &["--audience", "https://gateway.example/o/grocer"]].concat()).1;
    assert_eq!(run(&["trace", "L1", "--url", &url, "--token", elsewhere.trim()]).0, 2, "not for this tenant");

    let id = gateway.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(gateway.0.wait().unwrap().success());
}

#[test]
fn both_schemas_are_written() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["schema", "--write", folder.path().to_str().unwrap()]).0, 0);
    let partner = fs::read_to_string(folder.path().join("schema.partner.graphql")).unwrap();
    assert_eq!(run(&["schema", "--partner"]).1, partner);
    assert!(fs::read_to_string(folder.path().join("schema.graphql")).unwrap().contains("type Mutation"));
}
