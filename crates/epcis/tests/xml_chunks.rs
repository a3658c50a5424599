//! A document is read the same however it is cut on its way.

#![expect(clippy::unwrap_used, reason = "a test")]

use epcis::{Binding, Decoder, Limits, Reader};

const HEAD: &str = "<eventTime>2028-01-02T03:04:05Z</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>";

fn whole(document: &[u8], limits: Limits) -> Vec<String> {
    Reader::with_limits(document, Binding::Xml, limits).map(|item| format!("{:?}", item.unwrap())).collect()
}

fn in_chunks<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Vec<String> {
    let mut decoder = Decoder::with_limits(Binding::Xml, limits);
    let mut items = Vec::new();
    for chunk in chunks {
        decoder.push(chunk);
        items.extend(std::iter::from_fn(|| decoder.next_item()).map(|item| format!("{item:?}")));
    }
    decoder.end();
    items.extend(std::iter::from_fn(|| decoder.next_item()).map(|item| format!("{item:?}")));
    assert!(decoder.is_done());
    items
}

fn document(events: &str) -> String {
    format!(
        "<?xml version='1.0'?>\r\n<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' xmlns:x='urn:x' schemaVersion='2.0' \
         creationDate='2028-01-01T00:00:00Z'>\n<!-- c --><EPCISBody><EventList>{events}</EventList></EPCISBody>\
         <x:more>é</x:more></e:EPCISDocument>\n"
    )
}

fn documents() -> Vec<Vec<u8>> {
    let good = format!(
        "<ObjectEvent x:a='1'>{HEAD}<epcList><epc>urn:x:1</epc></epcList><action>ADD</action><x:n k='&lt;'>a&amp;b<![CDATA[<]]>\
         <?p i?><!-- - --><x:m/>é</x:n></ObjectEvent>"
    );
    let mut all: Vec<_> = [
        document(&good),
        document("<ObjectEvent/><extension><x:Own><x:field>1</x:field></x:Own></extension>stray"),
        document(&good).replace("</x:n>", "</x:o>"),
        document(&good).replace("&amp;", "&nbsp;"),
        document(&good).replace("&amp;", "& "),
        document(&good).replace("- -->", "-- -->"),
        document(&good).replace("k='&lt;'", "k='<'"),
        document(&good).replace("<x:n", "<x:n k='2'"),
        document(&good).replace("<x:n", "<x:n j='2'i=\"3\""),
        document(&good).replace("<x:n", "<x:n j"),
        document(&good).replace("<x:n", "<x:n j='"),
        document(&good).replace("<epcList>", "<!-x--><![x]]>"),
        document(&good).replace("<epcList>", "<?><!-->"),
        document("\u{FEFF}\u{FEFF}a&amp;b&"),
        document(&good).replace("<?p", "<?xml"),
        document(&good).replace("<![CDATA[<]]>", "]]>"),
        document(&good).replace("<epcList>", "<1>"),
        document(&good).replace("<epcList>", "<!ELEMENT>"),
        document(&good).replace("<epcList>", "\u{1}"),
        document(&good).replace("\r\n", "<!DOCTYPE e [<!ENTITY a 'b'>]>"),
        document(&good).replace("\r\n", "<!DOCTYPE e>"),
        format!("<!DOCTYAE e>{}", document(&good)).replace("?>", "?'>"),
        "<!DOCTYAE project 'a' [".to_owned(),
        document(&good).replace("<epcList>", "<!DOCTYPE e 'a'><epcList>"),
        document(&good).replace("<EPCISBody>", "<!DOCTYPE e><EPCISBody>"),
        "<!DOCTYPE project 'a' [".to_owned(),
        document(&good) + "<again/>",
        document(&good) + "again",
        document(&good).replace("</e:EPCISDocument>", ""),
        document(&good).replace("<?xml version='1.0'?>", "\u{FEFF}<?xml version='1.0' encoding='UTF-16'?>"),
        format!("<ObjectEvent xmlns:x='urn:x'>{HEAD}<action>ADD</action><x:t>x:y</x:t></ObjectEvent>"),
        "<q:EPCISQueryDocument xmlns:q='urn:epcglobal:epcis-query:xsd:2' schemaVersion='2.0' \
         creationDate='2028-01-01T00:00:00Z'><EPCISBody><q:QueryResults><queryName>Simple</queryName><resultsBody>\
         <EventList/></resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
            .to_owned(),
        "<html/>".to_owned(),
        String::new(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    all.push(document(&good).encode_utf16().flat_map(u16::to_le_bytes).collect());
    all.push([document(&good).as_bytes(), b"\xFF<"].concat());
    all.push(document("<x>\u{E9}").replace("'1.0'", "'1.0' encoding='Latin1'").chars().map(|c| c as u8).collect());
    all
}

#[test]
fn small_documents_read_the_same_whatever_byte_they_are_cut_at() {
    for document in documents() {
        let expected = whole(&document, Limits::default());
        for cut in 0..=document.len() {
            let (left, right) = document.split_at(cut);
            assert_eq!(in_chunks([left, right], Limits::default()), expected, "{}", String::from_utf8_lossy(left));
        }
        assert_eq!(in_chunks(document.chunks(1), Limits::default()), expected);
    }
}

#[test]
fn limits_are_reached_at_the_same_place_however_the_document_is_cut() {
    let document = document(&format!(
        "<ObjectEvent>{HEAD}<action>ADD</action></ObjectEvent>  <ObjectEvent x:a='1' x:b='2'>{}<a/></ObjectEvent>",
        "<x:a><x:b/></x:a>".repeat(30)
    ));
    for limits in [
        Limits { max_event_bytes: 300, ..Limits::default() },
        Limits { max_depth: 5, ..Limits::default() },
        Limits { max_attributes: 1, ..Limits::default() },
        Limits { max_nodes: 12, ..Limits::default() },
    ] {
        let expected = whole(document.as_bytes(), limits);
        assert!(expected.last().unwrap().contains("XML-LIMIT"), "{expected:?}");
        for size in 1..document.len() {
            assert_eq!(in_chunks(document.as_bytes().chunks(size), limits), expected, "{size}");
        }
    }
}
