//! What the reader accepts is what the ratified schemas accept: small documents that vary one thing each. Where
//! `xmllint` and the schemas are at hand, the table itself is held against them.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{fs, process::Command};

use epcis::{Binding, Finding, Item, Reader, Severity};

const TIME: &str = "<eventTime>2028-01-02T03:04:05Z</eventTime>";
const ZONE: &str = "<eventTimeZoneOffset>-07:00</eventTimeZoneOffset>";
const SBDH: &str = "<s:StandardBusinessDocumentHeader><s:HeaderVersion>1</s:HeaderVersion><s:Sender><s:Identifier/></s:Sender>\
    <s:Receiver><s:Identifier/></s:Receiver><s:DocumentIdentification><s:Standard/><s:TypeVersion/><s:InstanceIdentifier/>\
    <s:Type/><s:CreationDateAndTime>2028-01-01T00:00:00</s:CreationDateAndTime></s:DocumentIdentification>\
    </s:StandardBusinessDocumentHeader>";

/// Where a fragment stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Behind the `action` of an `ObjectEvent`.
    Fields,
    /// Behind the head of an `ObjectEvent`.
    Head,
    /// As the `eventTime`.
    Time,
    /// As the `eventTimeZoneOffset`.
    Zone,
    /// As the `action`.
    Action,
    /// In the start tag of an `ObjectEvent`.
    EventTag,
    /// In the `epcList`.
    Epcs,
    /// In a `quantityElement`, behind `epcClass`.
    Quantity,
    /// In the `EventList`.
    List,
    /// As the header.
    Header,
    /// As the `VocabularyList` of the header.
    MasterData,
    /// Behind the `EventList`.
    Body,
    /// Behind the body.
    Document,
    /// As the attributes of the root.
    Root,
}

use Place::{
    Action, Body, Document, Epcs, EventTag, Fields, Head, Header, List, MasterData, Quantity, Root, Time, Zone,
};

/// Place, fragment, and whether the schemas of 1.2 and of 2.0 accept it.
const TABLE: &[(Place, &str, bool, bool)] = &[
    (Fields, "", true, true),
    (Fields, "<x:a/>", true, true),
    (Fields, "<a/>", false, false),
    (Fields, "<x:a/><bizStep>b</bizStep>", false, false),
    (Fields, "<bizStep/>", true, true),
    (Fields, "<bizStep>a</bizStep><bizStep>a</bizStep>", false, false),
    (Fields, "<disposition>a</disposition><bizStep>a</bizStep>", false, false),
    (Fields, "<extension/>", true, false),
    (Fields, "<extension><x:a/></extension>", false, true),
    (Fields, "<extension><a/></extension>", false, false),
    (Fields, "<extension><extension><a/><a/></extension></extension>", true, false),
    (Fields, "<extension><extension><x:a/></extension></extension>", false, false),
    (Fields, "<extension><extension/></extension>", false, false),
    (Fields, "<extension x:a='1'><quantityList/></extension>", true, false),
    (Fields, "<quantityList/>", false, true),
    (Fields, "<quantityList x:a='1'/>", false, false),
    (Fields, "<readPoint><id>a</id><extension><a/></extension><x:b/></readPoint>", true, true),
    (Fields, "<readPoint><id>a</id><extension><x:a/></extension></readPoint>", false, false),
    (Fields, "<readPoint><id>a</id><extension/></readPoint>", false, false),
    (Fields, "<readPoint><id>a</id><b/></readPoint>", false, false),
    (Fields, "<readPoint/>", false, false),
    (Fields, "<readPoint>t<id>a</id></readPoint>", false, false),
    (Fields, "<readPoint x:a='1'><id>a</id></readPoint>", false, false),
    (Fields, "<bizTransactionList/>", false, false),
    (Fields, "<bizTransactionList><bizTransaction>a</bizTransaction></bizTransactionList>", true, true),
    (Fields, "<bizTransactionList><bizTransaction x:a='1'>a</bizTransaction></bizTransactionList>", false, false),
    (Fields, "<sourceList><source type='a'>b</source></sourceList>", false, true),
    (Fields, "<sourceList><source>b</source></sourceList>", false, false),
    (Fields, "<ilmd/>", false, true),
    (Fields, "<ilmd a='1' x:b='2'><extension><a/></extension><x:b/></ilmd>", false, true),
    (Fields, "<ilmd><a/></ilmd>", false, false),
    (Fields, "<persistentDisposition/>", false, true),
    (Fields, "<persistentDisposition><unset>a</unset><set>b</set></persistentDisposition>", false, true),
    (Fields, "<persistentDisposition><set>b</set><unset>a</unset></persistentDisposition>", false, false),
    (Fields, "<sensorElementList/>", false, false),
    (Fields, "<sensorElementList><sensorElement><sensorMetadata/></sensorElement></sensorElementList>", false, false),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport>t</sensorReport></sensorElement></sensorElementList>",
        false,
        true,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement x:a='1'><sensorReport/></sensorElement></sensorElementList>",
        false,
        false,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport x:a='1' b='2'/></sensorElement></sensorElementList>",
        false,
        true,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport value='NaN' sDev='1E3'/></sensorElement></sensorElementList>",
        false,
        true,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport value=''/></sensorElement></sensorElementList>",
        false,
        false,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport booleanValue=' 1 '/></sensorElement></sensorElementList>",
        false,
        true,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport booleanValue='TRUE'/></sensorElement></sensorElementList>",
        false,
        false,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport hexBinaryValue=' 0aF0 '/></sensorElement></sensorElementList>",
        false,
        true,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport hexBinaryValue='0'/></sensorElement></sensorElementList>",
        false,
        false,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport time='2028-01-02T03:04:05'/></sensorElement></sensorElementList>",
        false,
        false,
    ),
    (
        Fields,
        "<sensorElementList><sensorElement><sensorReport/><extension><a/></extension><x:b/></sensorElement><extension><a/></extension></sensorElementList>",
        false,
        true,
    ),
    (Head, "<baseExtension/>", true, false),
    (Head, "<baseExtension><x:a/></baseExtension>", false, true),
    (Head, "<baseExtension><eventID>a</eventID></baseExtension>", true, false),
    (Head, "<baseExtension><extension><a/></extension></baseExtension>", true, false),
    (Head, "<eventID>a</eventID>", false, true),
    (Head, "<recordTime>2028-01-02T03:04:05Z</recordTime>", false, false),
    (Head, "<certificationInfo>a</certificationInfo>", false, true),
    (
        Head,
        "<errorDeclaration x:a='1'><reason>a</reason><declarationTime>2028-01-02T03:04:05Z</declarationTime></errorDeclaration>",
        false,
        true,
    ),
    (
        Head,
        "<baseExtension><errorDeclaration><reason>a</reason><declarationTime>2028-01-02T03:04:05Z</declarationTime></errorDeclaration></baseExtension>",
        false,
        false,
    ),
    (Time, "2028-01-02T03:04:05", true, false),
    (Time, "2028-01-02T03:04:05.123456789123+14:00", true, true),
    (Time, "2028-01-02T03:04:05.Z", false, false),
    (Time, "2028-01-02T03:04:60Z", false, false),
    (Time, "2028-01-02T03:04:05+14:30", false, false),
    (Time, "2027-02-29T03:04:05Z", false, false),
    (Time, "2028-01-02t03:04:05z", false, false),
    (Time, "0000-01-02T03:04:05Z", false, false),
    (Action, "add", false, false),
    (Action, " ADD ", false, false),
    (EventTag, " a='1' x:b='2' xml:lang='en'", true, true),
    (EventTag, " xsi:nil='false'", false, false),
    (EventTag, " xsi:type='e:ObjectEventType'", true, true),
    (EventTag, " a='1' a='2'", false, false),
    (EventTag, " y:a='1'", false, false),
    (Epcs, "<epc/><epc>a</epc>", true, true),
    (Epcs, "<epc x:a='1'>a</epc>", false, false),
    (Epcs, "<x:epc/>", false, false),
    (Epcs, "a", false, false),
    (Quantity, "", true, true),
    (Quantity, "<uom>KGM</uom>", false, false),
    (Quantity, "<quantity>+5.</quantity><uom>KGM</uom>", true, true),
    (Quantity, "<quantity>.5</quantity>", true, true),
    (Quantity, "<quantity>1e3</quantity>", false, true),
    (Quantity, "<quantity>.</quantity>", false, false),
    (Quantity, "<quantity/>", false, false),
    (Quantity, "<quantity xsi:nil='true'/><uom>KGM</uom>", false, true),
    (Quantity, "<quantity xsi:nil='true'>5</quantity>", false, false),
    (List, "", true, true),
    (List, "text", false, false),
    (List, "<E/>", false, false),
    (List, "<x:E/>", true, false),
    (List, "<extension/>", false, false),
    (List, "<extension><x:E/></extension>", false, true),
    (List, "<extension><E/></extension>", false, false),
    (List, "<extension><extension><E/></extension></extension>", true, false),
    (List, "<TransformationEvent>HEAD<transformationID>a</transformationID></TransformationEvent>", false, true),
    (
        List,
        "<extension><TransformationEvent>HEAD<transformationID>a</transformationID></TransformationEvent></extension>",
        true,
        false,
    ),
    (
        List,
        "<extension><TransformationEvent>HEAD</TransformationEvent><TransformationEvent>HEAD</TransformationEvent></extension>",
        false,
        false,
    ),
    (List, "<AssociationEvent>HEAD<parentID>a</parentID><action>ADD</action></AssociationEvent>", false, true),
    (List, "<AggregationEvent>HEAD<parentID>a</parentID><action>ADD</action></AggregationEvent>", false, true),
    (List, "<TransactionEvent>HEAD<epcList/><action>ADD</action></TransactionEvent>", false, false),
    (List, "<QuantityEvent>HEAD<epcClass>a</epcClass><quantity>5</quantity></QuantityEvent>", true, false),
    (List, "<QuantityEvent>HEAD<epcClass>a</epcClass><quantity>5.5</quantity></QuantityEvent>", false, false),
    (Header, "<EPCISHeader/>", false, true),
    (Header, "<EPCISHeader><x:a/></EPCISHeader>", false, false),
    (Header, "<EPCISHeader x:a='1'>SBDH<extension/></EPCISHeader>", true, true),
    (Header, "<EPCISHeader>SBDH<x:a/></EPCISHeader>", true, false),
    (Header, "<EPCISHeader><s:StandardBusinessDocumentHeader/></EPCISHeader>", false, false),
    (Header, "<EPCISHeader>SBDH<extension><extension><a/></extension></extension></EPCISHeader>", true, true),
    (MasterData, "", false, false),
    (MasterData, "<VocabularyList/>", true, true),
    (MasterData, "<VocabularyList/><VocabularyList/>", false, false),
    (MasterData, "<VocabularyList x:a='1'/>", false, false),
    (MasterData, "<VocabularyList/><extension><a/></extension>", true, true),
    (MasterData, "<VocabularyList><Vocabulary/></VocabularyList>", false, false),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t' x:a='1'><extension><a/></extension><x:a/></Vocabulary></VocabularyList>",
        true,
        true,
    ),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t'><VocabularyElementList/></Vocabulary></VocabularyList>",
        false,
        false,
    ),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t'><VocabularyElementList><VocabularyElement/></VocabularyElementList></Vocabulary></VocabularyList>",
        false,
        false,
    ),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t'><VocabularyElementList><VocabularyElement id='a' x:a='1'><attribute id='b' x:a='1'>c<d/></attribute><children x:a='1'><id>e</id></children><extension><a/></extension><x:b/></VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList>",
        true,
        true,
    ),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t'><VocabularyElementList><VocabularyElement id='a'><attribute/></VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList>",
        false,
        false,
    ),
    (
        MasterData,
        "<VocabularyList><Vocabulary type='t'><VocabularyElementList><VocabularyElement id='a'><children><id x:a='1'/></children></VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList>",
        false,
        false,
    ),
    (Body, "<extension><a/></extension><x:b/>", true, true),
    (Body, "<extension><x:a/></extension>", false, false),
    (Body, "<EventList/>", false, false),
    (Document, "<extension><a/></extension><x:b/>", true, true),
    (Document, "<e:a/>", false, false),
    (Document, "<a/>", false, false),
    (Document, "<EPCISHeader>SBDH</EPCISHeader>", false, false),
    (Root, "schemaVersion='+2.' creationDate='2028-01-01T24:00:00' a='1' x:b='2'", true, true),
    (Root, "schemaVersion='2.0.0' creationDate='2028-01-01T00:00:00Z'", false, false),
    (Root, "schemaVersion='2' creationDate='2028-01-01'", false, false),
    (Root, "schemaVersion='2' creationDate='2027-02-29T00:00:00'", false, false),
    (Root, "schemaVersion='2'", false, false),
];

/// Where we differ on purpose, and why; the flags are again those of the schemas.
const DIFFERENT: &[(Place, &str, bool, bool, &str)] = &[
    (Fields, "<readPoint><id/></readPoint>", true, true, "an empty identifier would make different places one"),
    (Head, "<errorDeclaration/>", false, true, "the standard asks for the time of the declaration"),
    (
        Head,
        "<certificationInfo>a</certificationInfo><certificationInfo>b</certificationInfo>",
        false,
        false,
        "the standard and JSON have a list",
    ),
    (Quantity, "<quantity>NaN</quantity>", false, true, "an amount is a number"),
    (Quantity, "<quantity>1e300</quantity>", false, true, "an amount is a decimal number of a size that exists"),
    (Time, "9999-12-31T23:59:59Z", true, true, "instants end a day earlier"),
    (Time, "2028-01-02T24:00:00Z", true, false, "2.0 has dropped it"),
    (Zone, "-7:00", true, true, "the schema calls it a string, the standard an offset"),
    (
        EventTag,
        " xsi:type='e:AggregationEventType'",
        false,
        false,
        "types are not derived in documents; it is kept as it is",
    ),
    (
        List,
        "<AggregationEvent>HEAD<parentID/><childEPCs/><action>ADD</action></AggregationEvent>",
        true,
        true,
        "the standard asks for a parent",
    ),
];

fn document(version: u8, place: Place, fragment: &str) -> String {
    let at = |here: fn(Place) -> bool, usual: &str| if here(place) { fragment.to_owned() } else { usual.to_owned() };
    let time = at(|place| matches!(place, Time), "2028-01-02T03:04:05Z");
    let zone = at(|place| matches!(place, Zone), "-07:00");
    let quantity =
        format!("<quantityList><quantityElement><epcClass>a</epcClass>{fragment}</quantityElement></quantityList>");
    let fields = match (place, version) {
        (Fields, _) => fragment.to_owned(),
        (Quantity, 1) => format!("<extension>{quantity}</extension>"),
        (Quantity, _) => quantity,
        _ => String::new(),
    };
    let event = format!(
        "<ObjectEvent{}><eventTime>{time}</eventTime><eventTimeZoneOffset>{zone}</eventTimeZoneOffset>{}<epcList>{}</epcList>\
         <action>{}</action>{fields}</ObjectEvent>",
        at(|place| matches!(place, EventTag), ""),
        at(|place| matches!(place, Head), ""),
        at(|place| matches!(place, Epcs), ""),
        at(|place| matches!(place, Action), "ADD"),
    );
    let header = match place {
        MasterData => format!(
            "<EPCISHeader>SBDH<extension><EPCISMasterData>{fragment}</EPCISMasterData></extension></EPCISHeader>"
        ),
        _ => at(|place| matches!(place, Header), ""),
    };
    let root = at(|place| matches!(place, Root), "schemaVersion='1' creationDate='2028-01-01T00:00:00Z'");
    let text = format!(
        "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:{version}' xmlns:x='urn:x' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
         xmlns:s='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader' {root}>{header}<EPCISBody><EventList>{}\
         </EventList>{}</EPCISBody>{}</e:EPCISDocument>",
        at(|place| matches!(place, List), &event),
        at(|place| matches!(place, Body), ""),
        at(|place| matches!(place, Document), ""),
    );
    text.replace("SBDH", SBDH).replace("HEAD", &format!("{TIME}{ZONE}"))
}

/// The first thing for which a document is refused.
fn rejection(document: &str) -> Option<Finding> {
    let findings = |item: std::io::Result<Item>| match item.unwrap() {
        Item::Event { findings, .. } | Item::Foreign { findings, .. } | Item::Rejected { findings, .. } => findings,
        Item::Finding(finding) => vec![finding],
        Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => Vec::new(),
    };
    Reader::new(document.as_bytes(), Binding::Xml)
        .flat_map(findings)
        .find(|finding| finding.severity == Severity::Reject)
}

#[test]
fn documents_are_accepted_as_the_schemas_have_it() {
    for (place, fragment, first, second) in TABLE {
        for (version, accepted) in [(1, first), (2, second)] {
            let rejection = rejection(&document(version, *place, fragment));
            assert_eq!(rejection.is_none(), *accepted, "{version} {place:?} {fragment} {rejection:?}");
            assert!(rejection.is_none_or(|finding| finding.at.line > 0 && finding.help.is_some()), "{fragment}");
        }
    }
    for (place, fragment, first, second, why) in DIFFERENT {
        let differs = [(1, first), (2, second)]
            .map(|(version, accepted)| rejection(&document(version, *place, fragment)).is_none() != *accepted);
        assert!(differs.contains(&true), "{place:?} {fragment}: {why}");
    }
}

#[test]
fn the_table_is_what_the_schemas_say() {
    let Some(corpus) = testkit::corpus() else { return };
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: xmllint is not installed");
        return;
    }
    let schemas = corpus.join("ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema");
    let directory = std::env::temp_dir().join(format!("epcis-schema-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let different = DIFFERENT.iter().map(|(place, fragment, first, second, _)| (*place, *fragment, *first, *second));
    let all: Vec<_> = TABLE.iter().copied().chain(different).collect();
    for (version, schema) in [(1, "epcis_1_2/EPCglobal-epcis-1_2.xsd"), (2, "epcis_2_0/epcglobal-epcis-2_0.xsd")] {
        let mut lint = Command::new("xmllint");
        lint.args(["--noout", "--nonet", "--schema"]).arg(schemas.join(schema)).current_dir(&directory);
        for (index, (place, fragment, ..)) in all.iter().enumerate() {
            let name = format!("{version}-{index}.xml");
            fs::write(directory.join(&name), document(version, *place, fragment)).unwrap();
            lint.arg(name);
        }
        let said = String::from_utf8(lint.output().unwrap().stderr).unwrap();
        for (index, (place, fragment, first, second)) in all.iter().enumerate() {
            let name = format!("{version}-{index}.xml");
            let accepted = said.lines().any(|line| line == format!("{name} validates"))
                && !said.lines().any(|line| line.starts_with(&name) && line.contains("namespace error"));
            assert_eq!(accepted, if version == 1 { *first } else { *second }, "{version} {place:?} {fragment}");
        }
    }
    fs::remove_dir_all(&directory).unwrap();
}
