//! What the XML reader says about documents that are wrong, and where.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::io::BufRead;

use epcis::{Binding, Item, Limits, Reader};

/// Everything found in a document, one line each.
fn read(input: impl BufRead, limits: Limits) -> Vec<String> {
    let mut lines = Vec::new();
    for item in Reader::with_limits(input, Binding::Xml, limits) {
        match item.unwrap() {
            Item::Event { findings, .. } => {
                lines.push("event".to_owned());
                lines.extend(findings.iter().map(ToString::to_string));
            }
            Item::Rejected { findings, .. } | Item::Foreign { findings, .. } => {
                lines.extend(findings.iter().map(ToString::to_string));
            }
            Item::Vocabulary(element) => lines.push(format!("{} {}", element.vocabulary, element.id.spelled())),
            Item::Finding(finding) => lines.push(finding.to_string()),
            Item::Document(_) | Item::Extension(..) => {}
        }
    }
    lines
}

fn found(document: &str) -> String {
    read(document.as_bytes(), Limits::default()).join("\n")
}

/// A document of version 2.0 around `events`, which begin in line 3.
fn document(events: &str) -> String {
    format!(
        "<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:2\" schemaVersion=\"2.0\" creationDate=\"2028-01-01T00:00:00Z\">\n\
         <EPCISBody><EventList>\n{events}\n</EventList></EPCISBody></e:EPCISDocument>"
    )
}

const HEAD: &str = "<eventTime>2028-01-02T03:04:05Z</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>";
const EPC: &str = "<epcList><epc>urn:epc:id:sgtin:9521003.100017.1</epc></epcList>";

/// Findings of one event, with the common beginning of their places cut off.
fn event(event: &str) -> String {
    found(&document(event)).replace("/e:EPCISDocument/EPCISBody/EventList", "")
}

fn object(fields: &str) -> String {
    event(&format!("<ObjectEvent>{HEAD}{EPC}<action>ADD</action>\n{fields}</ObjectEvent>"))
}

#[test]
fn fields_must_be_complete_known_single_and_in_order() {
    for (found, expected) in [
        (event(&format!("<ObjectEvent>{HEAD}{EPC}<action>ADD</action></ObjectEvent>")), "event"),
        (
            event(&format!(
                "<ObjectEvent><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>{EPC}<action>ADD</action></ObjectEvent>"
            )),
            "EPCIS-FIELD-MISSING: line 3, column 1, event 0, /ObjectEvent[1]: `ObjectEvent` has no `eventTime`; add `eventTime`",
        ),
        (
            event(&format!("<ObjectEvent>{HEAD}<action>ADD</action>\n{EPC}</ObjectEvent>")),
            "EPCIS-FIELD-ORDER: line 4, column 1, event 0, /ObjectEvent[1]/epcList: `epcList` stands behind `action`; write `epcList` before `action`",
        ),
        (
            object("<bizStep>urn:x:12</bizStep><bizStep>urn:x:12</bizStep>"),
            "EPCIS-FIELD-DUPLICATE: line 4, column 28, event 0, /ObjectEvent[1]/bizStep[2]: `bizStep` stands here twice; leave one of them out",
        ),
        (
            object("<madeUp>1</madeUp>"),
            "EPCIS-FIELD-UNKNOWN: line 4, column 1, event 0, /ObjectEvent[1]/madeUp: `madeUp` has no place here; use a field of the standard, or an element of a namespace of your own",
        ),
        (
            object("<x:y xmlns:x='urn:x'>1</x:y><bizStep>urn:x:12</bizStep>"),
            "EPCIS-FIELD-ORDER: line 4, column 29, event 0, /ObjectEvent[1]/bizStep: `bizStep` stands behind elements of other namespaces; write `bizStep` before elements of other namespaces",
        ),
        (
            object("<e:bizStep>shipping</e:bizStep>"),
            "EPCIS-FIELD-UNKNOWN: line 4, column 1, event 0, /ObjectEvent[1]/e:bizStep: `e:bizStep` has no place here; use a field of the standard, or an element of a namespace of your own",
        ),
        (
            object("<quantityList><quantityElement><quantity>1</quantity></quantityElement></quantityList>"),
            "EPCIS-FIELD-MISSING: line 4, column 15, event 0, /ObjectEvent[1]/quantityList/quantityElement: `quantityElement` has no `epcClass`; add `epcClass`",
        ),
        (
            object(
                "<quantityList>\n<quantityElement><epcClass>urn:x:1</epcClass></quantityElement>\n<quantityElement><epcClass>urn:x:1</epcClass><uom>KGM</uom></quantityElement></quantityList>",
            ),
            "EPCIS-FIELD-MISSING: line 6, column 1, event 0, /ObjectEvent[1]/quantityList/quantityElement[2]: `quantityElement` has `uom` without `quantity`; add `quantity`",
        ),
        (
            object("<sourceList><source>urn:x:1</source></sourceList>"),
            "EPCIS-FIELD-MISSING: line 4, column 13, event 0, /ObjectEvent[1]/sourceList/source: `source` has no attribute `type`; add `type`, for example `owning_party`",
        ),
        (
            object("<bizTransactionList/>"),
            "EPCIS-FIELD-MISSING: line 4, column 1, event 0, /ObjectEvent[1]/bizTransactionList: `bizTransactionList` has no `bizTransaction`; add `bizTransaction`",
        ),
        (
            object("stray"),
            "EPCIS-FIELD-TYPE: line 3, column 1, event 0, /ObjectEvent[1]: `ObjectEvent` holds the text `stray`; leave the text out",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn values_must_have_their_type() {
    for (found, expected) in [
        (
            event(&format!("<ObjectEvent>{}{EPC}<action>ADD</action></ObjectEvent>", HEAD.replace("05Z", "05"))),
            "EPCIS-TIME-FORMAT: line 3, column 14, event 0, /ObjectEvent[1]/eventTime: `2028-01-02T03:04:05` is not a date and time with an offset; write it like `2028-08-15T22:30:00-07:00`",
        ),
        (
            event(&format!("<ObjectEvent>{}{EPC}<action>ADD</action></ObjectEvent>", HEAD.replace("01-02", "02-30"))),
            "EPCIS-TIME-FORMAT: line 3, column 14, event 0, /ObjectEvent[1]/eventTime: `2028-02-30T03:04:05Z` is not a date and time with an offset; write it like `2028-08-15T22:30:00-07:00`",
        ),
        (
            event(&format!("<ObjectEvent>{}{EPC}<action>ADD</action></ObjectEvent>", HEAD.replace("-07:00", "-7"))),
            "EPCIS-TIME-FORMAT: line 3, column 57, event 0, /ObjectEvent[1]/eventTimeZoneOffset: `-7` is not an offset from UTC; write it like `-07:00`",
        ),
        (
            event(&format!("<ObjectEvent>{HEAD}{EPC}<action>CREATE</action></ObjectEvent>")),
            "EPCIS-FIELD-VALUE: line 3, column 169, event 0, /ObjectEvent[1]/action: `CREATE` is not an action; write `ADD`, `OBSERVE` or `DELETE`",
        ),
        (
            object("<bizStep> </bizStep>"),
            "event\nEPCIS-FIELD-VALUE: line 4, column 1, event 0, /ObjectEvent[1]/bizStep: `bizStep` is empty; leave the element out or give it a value",
        ),
        (
            object("<bizStep><b/></bizStep>"),
            "EPCIS-FIELD-TYPE: line 4, column 1, event 0, /ObjectEvent[1]/bizStep: `bizStep` holds the element `b`; write text only",
        ),
        (
            object(
                "<quantityList><quantityElement><epcClass>urn:x:1</epcClass><quantity>1,5</quantity></quantityElement></quantityList>",
            ),
            "EPCIS-FIELD-VALUE: line 4, column 60, event 0, /ObjectEvent[1]/quantityList/quantityElement/quantity: `1,5` is not a decimal number; write it like `10.5`",
        ),
        (
            object(
                "<sensorElementList><sensorElement>\n<sensorReport value='x' booleanValue='yes' time='noon' hexBinaryValue='0g'/></sensorElement></sensorElementList>",
            ),
            concat!(
                "EPCIS-FIELD-VALUE: line 5, column 1, event 0, /ObjectEvent[1]/sensorElementList/sensorElement/sensorReport: `x` is not a decimal number; write it like `10.5`\n",
                "EPCIS-FIELD-VALUE: line 5, column 1, event 0, /ObjectEvent[1]/sensorElementList/sensorElement/sensorReport: `yes` is not a boolean; write `true` or `false`\n",
                "EPCIS-TIME-FORMAT: line 5, column 1, event 0, /ObjectEvent[1]/sensorElementList/sensorElement/sensorReport: `noon` is not a date and time with an offset; write it like `2028-08-15T22:30:00-07:00`\n",
                "EPCIS-FIELD-VALUE: line 5, column 1, event 0, /ObjectEvent[1]/sensorElementList/sensorElement/sensorReport: `0g` is not hexadecimal; write an even number of digits `0` to `F`"
            ),
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn rules_of_the_standard_are_checked_behind_the_schema() {
    for (found, expected) in [
        (
            event(&format!("<AggregationEvent>{HEAD}<childEPCs/><action>ADD</action></AggregationEvent>")),
            concat!(
                "EPCIS-PARENT-MISSING: line 3, column 1, event 0, /AggregationEvent[1]: the event has no `parentID`; add `parentID`\n",
                "EPCIS-OBJECTS-MISSING: line 3, column 1, event 0, /AggregationEvent[1]: the event names no objects; add `childEPCs` or `childQuantityList`"
            ),
        ),
        (event(&format!("<AggregationEvent>{HEAD}<childEPCs/><action>OBSERVE</action></AggregationEvent>")), "event"),
        (
            object("<bizLocation><id>https://id.gs1.org/414/4012345000055</id></bizLocation>"),
            concat!(
                "event\n",
                "GS1-CHECK-DIGIT: line 4, column 14, event 0, /ObjectEvent[1]/bizLocation/id: the check digit of `https://id.gs1.org/414/4012345000055` is wrong; compare it with the label; with its check digit it is `https://id.gs1.org/414/4012345000054`"
            ),
        ),
        (
            object("<bizLocation><id>Dock 4</id></bizLocation>"),
            concat!(
                "event\n",
                "EPCIS-URI-FORMAT: line 4, column 14, event 0, /ObjectEvent[1]/bizLocation/id: `Dock 4` is not a URI; write a Digital Link, a URN or another URI"
            ),
        ),
        (
            object("<bizLocation><id>urn:epc:id:sgln:4012345.5.0</id></bizLocation>"),
            concat!(
                "event\n",
                "GS1-URN-FORMAT: line 4, column 14, event 0, /ObjectEvent[1]/bizLocation/id: `urn:epc:id:sgln:4012345.5.0` does not follow the grammar of its EPC URN; compare company prefix and reference with the Tag Data Standard"
            ),
        ),
        (
            event(&format!(
                "<ObjectEvent>{HEAD}{EPC}<action>OBSERVE</action><ilmd><x:y xmlns:x='urn:x'/></ilmd></ObjectEvent>"
            )),
            concat!(
                "event\n",
                "EPCIS-ILMD-ACTION: line 3, column 193, event 0, /ObjectEvent[1]/ilmd: `ilmd` stands on an event that creates nothing; give `ilmd` with action `ADD` only"
            ),
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn documents_of_another_kind_are_refused() {
    for (found, expected) in [
        (
            found("<html><body/></html>"),
            "EPCIS-DOCUMENT-KIND: line 1, column 1, /html: `html` in namespace `` is not an EPCIS document; begin with `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:2`",
        ),
        (
            found(&document("").replace("xsd:2", "xsd:3")),
            "EPCIS-DOCUMENT-KIND: line 1, column 1, /e:EPCISDocument: `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:3` is not an EPCIS document; begin with `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:2`",
        ),
        (
            found(&document("").replace(" schemaVersion=\"2.0\"", "").replace("2028-01-01T", "today ")),
            concat!(
                "EPCIS-FIELD-MISSING: line 1, column 1, /e:EPCISDocument: the document has no `schemaVersion`; write it like `2.0`\n",
                "EPCIS-FIELD-VALUE: line 1, column 1, /e:EPCISDocument: `today 00:00:00Z` is not a `creationDate`; write it like `2028-08-15T22:30:00-07:00`"
            ),
        ),
        (
            found(
                "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' creationDate='2028-01-01T00:00:00Z'/>",
            ),
            "EPCIS-FIELD-MISSING: line 1, column 1, /e:EPCISDocument: `EPCISDocument` has no `EPCISBody`; add `EPCISBody`",
        ),
        (
            found(&document("<QuantityEvent/>")),
            "EPCIS-EVENT-TYPE: line 3, column 1, event 0, /e:EPCISDocument/EPCISBody/EventList/QuantityEvent[1]: `QuantityEvent` is no longer an event of the standard; write an `ObjectEvent` with a `quantityList`",
        ),
        (
            found(&document("<x:Event xmlns:x='urn:x'/>")),
            "EPCIS-EVENT-TYPE: line 3, column 1, event 0, /e:EPCISDocument/EPCISBody/EventList/x:Event: `x:Event` is not an event of the standard; write it in the `extension` of the event list",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn input_that_is_not_well_formed_ends_the_reading() {
    for (found, expected) in [
        (found(""), "XML-SYNTAX: line 1, column 1: the document has no root element; send well-formed XML"),
        (
            found("<a>"),
            "EPCIS-DOCUMENT-KIND: line 1, column 1, /a: `a` in namespace `` is not an EPCIS document; begin with `EPCISDocument` in namespace `urn:epcglobal:epcis:xsd:2`",
        ),
        (
            found(&document("<ObjectEvent>\n</AggregationEvent>")),
            "XML-SYNTAX: line 4, column 1, /e:EPCISDocument/EPCISBody/EventList: `</ObjectEvent>` was expected, not `</AggregationEvent>`; send well-formed XML",
        ),
        (
            found(&document("<ObjectEvent a='1' a='2'/>")),
            "XML-SYNTAX: line 3, column 23, /e:EPCISDocument/EPCISBody/EventList: the attribute `a` stands twice; send well-formed XML",
        ),
        (
            found(&document("&nbsp;")),
            "XML-ENTITY: line 3, column 1, /e:EPCISDocument/EPCISBody/EventList: `&nbsp;` is not defined; write the character itself; only `&lt; &gt; &amp; &apos; &quot;` and numbers can be referred to",
        ),
        (
            found(&(document("") + "<again/>")),
            "XML-SYNTAX: line 4, column 43: a second root element; send well-formed XML",
        ),
        (
            found(&(document("") + "again")),
            "XML-SYNTAX: line 4, column 43: text outside the root element; send well-formed XML",
        ),
        (
            found(&format!("<!DOCTYPE e:EPCISDocument [<!ENTITY a \"b\">]>{}", document(""))),
            "XML-DOCTYPE: line 1, column 1: the document has a document type declaration; leave `<!DOCTYPE …>` out",
        ),
        (
            found(&format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{}", document(""))),
            "XML-DOCTYPE: line 1, column 1: the document has a document type declaration; leave `<!DOCTYPE …>` out",
        ),
        (
            found(&format!("<!DOCTYPE x>{}", document(""))),
            "XML-DOCTYPE: line 1, column 1: the document type `x` declares nothing; leave `<!DOCTYPE …>` out",
        ),
        (
            found(&format!("<?xml version=\"1.0\" encoding=\"EBCDIC-X\"?>{}", document(""))),
            "XML-ENCODING: line 1, column 1: the encoding `EBCDIC-X` is not known; send UTF-8",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn markup_that_is_not_well_formed_is_refused() {
    for markup in [
        "<x:a b='1'c='2'/>",
        "<x:a b='<'/>",
        "<x:a b/>",
        "<x:a b=1/>",
        "<x:a b=/>",
        "<x:a 1='1'/>",
        "<x:a b*='1'/>",
        "<x:a b='1' b='2'/>",
        "<x:a b='&'/>",
        "<x:a/ >",
        "<x:a*/>",
        "<1/>",
        "<x:a:b/>",
        "< x:a/>",
        "<>",
        "<!-- -- -->",
        "<!-- --->",
        "<!-x-->",
        "<!doctype x>",
        "<!DOCTYPE>",
        "<!ELEMENT x>",
        "<![cdata[]]>",
        "<x:a></x:b>",
        "<x:a></ x:a>",
        "<x:a></x:a b='1'>",
        "<?xml version='1.0'?>",
        "<?>",
        "<? x?>",
        "a & b",
        "&;",
        "]]>",
    ] {
        let lines = read(document(&format!("<ObjectEvent>{markup}</ObjectEvent>")).as_bytes(), Limits::default());
        assert!(lines.iter().any(|line| line.starts_with("XML-SYNTAX: ")), "{markup}: {lines:?}");
    }
    for reference in ["&#0;", "&#1;", "&#xD800;", "&#x110000;", "&#+65;", "&#;", "&x;", "&LT;"] {
        let lines = read(document(&format!("<x:a>{reference}</x:a>")).as_bytes(), Limits::default());
        assert!(lines.iter().any(|line| line.starts_with("XML-ENTITY: ")), "{reference}: {lines:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_an_encoding_error() {
    let mut input = document("<ObjectEvent/>").into_bytes();
    input[150] = 0xFF;
    let lines = read(input.as_slice(), Limits::default());
    assert!(lines.iter().any(|line| line.starts_with("XML-ENCODING: ")), "{lines:?}");
}

#[test]
fn a_prefix_that_was_never_declared_is_refused_where_it_stands() {
    let lines = object("<y:z>1</y:z>");
    assert!(lines.contains("XML-PREFIX-UNDECLARED: line 4, column 1, event 0, /ObjectEvent[1]/y:z: "), "{lines}");
}

#[test]
fn fields_in_the_namespace_of_the_document_are_told_apart_from_extensions() {
    let input = document(&format!("<ObjectEvent>{HEAD}{EPC}<action>ADD</action></ObjectEvent>"))
        .replace("xmlns:e=", "xmlns=")
        .replace("e:EPCISDocument", "EPCISDocument");
    assert_eq!(
        found(&input),
        "EPCIS-FIELD-UNKNOWN: line 2, column 1, /EPCISDocument/EPCISBody: `EPCISBody` has no place here; only the root \
         element has a namespace\nEPCIS-FIELD-MISSING: line 1, column 1, /EPCISDocument: `EPCISDocument` has no \
         `EPCISBody`; add `EPCISBody`"
    );
}

#[test]
fn what_the_schema_has_once_or_says_nothing_is_told() {
    let twice = object("<quantityList/><ilmd/>").replace('\n', " | ");
    assert!(twice.starts_with("event | EPCIS-EMPTY: ") && twice.matches("EPCIS-EMPTY").count() == 1, "{twice}");
    let certificates = "<certificationInfo>urn:x:1</certificationInfo><certificationInfo>urn:x:2</certificationInfo>";
    let found = event(&format!("<ObjectEvent>{HEAD}{certificates}{EPC}<action>ADD</action></ObjectEvent>"));
    assert!(found.starts_with("event\nEPCIS-FIELD-DUPLICATE: ") && found.contains("certificationInfo[2]"), "{found}");
    let found = event(&format!("<ObjectEvent>{}{EPC}<action>ADD</action></ObjectEvent>", HEAD.replace("-07:00", "Z")));
    assert!(found.starts_with("event\nEPCIS-TIME-FORMAT: ") && found.ends_with("write `+00:00`"), "{found}");
}

#[test]
fn amounts_beyond_what_can_be_held_are_told_from_what_is_no_number() {
    for amount in ["1E40", "123456789012345678901234567890"] {
        let list = format!(
            "<quantityList><quantityElement><epcClass>urn:x:1</epcClass><quantity>{amount}</quantity></quantityElement></quantityList>"
        );
        let found = object(&list);
        assert!(found.contains("EPCIS-FIELD-VALUE") && found.contains("more than the 28 digits"), "{found}");
    }
}

#[test]
fn an_event_without_its_time_is_checked_all_the_same() {
    let found = event(&format!(
        "<ObjectEvent><eventTime>2028-01-02T03:04:05Z</eventTime>{EPC}<action>ADD</action><bizStep>shipping</bizStep></ObjectEvent>"
    ));
    assert!(found.contains("has no `eventTimeZoneOffset`") && found.contains("EPCIS-TERM-SPELLING"), "{found}");
}

#[test]
fn versions_and_declarations_are_what_they_can_be() {
    let event = format!("<ObjectEvent>{HEAD}{EPC}<action>ADD</action></ObjectEvent>");
    for version in ["2.1", "3", "1.2"] {
        let wrong = found(&document(&event).replace("schemaVersion=\"2.0\"", &format!("schemaVersion=\"{version}\"")));
        assert!(wrong.starts_with("EPCIS-SCHEMA-VERSION: ") && wrong.ends_with("event"), "{wrong}");
    }
    for beginning in ["<?xml version='1.0' standalone='maybe'?>", "<?a:b c?>"] {
        let wrong = found(&format!("{beginning}{}", document(&event)));
        assert!(wrong.starts_with("XML-SYNTAX: "), "{wrong}");
    }
    assert_eq!(found(&format!("<?xml version='1.0' standalone='yes'?>{}", document(&event))), "event");
}
