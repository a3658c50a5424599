//! What stands beside the events is as plain as what stands in them.

use epcis::{
    Binding, DocumentKind,
    write::{Options, Target},
};

use crate::{Content, binding, difference, read, schema::assert_valid, write};

const SBDH: &str = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

/// A document with a header whose prefix, which may be none, only the header declares.
fn document(declared: &str, prefix: &str) -> Content {
    let element = |name: &str, content: &str| format!("<{prefix}{name}>{content}</{prefix}{name}>");
    let party = |name: &str, id: &str| {
        let id = format!("<{prefix}Identifier Authority='GS1'>{id}</{prefix}Identifier>");
        element(name, &id)
    };
    let said = ["Standard", "TypeVersion", "InstanceIdentifier", "Type"].map(|name| element(name, "1.0"));
    let about = format!("{}{}", said.concat(), element("CreationDateAndTime", "2028-08-15T22:30:00Z"));
    let header = [
        element("HeaderVersion", "1.0"),
        party("Sender", "urn:epc:id:sgln:0614141.00001.0"),
        party("Receiver", "urn:epc:id:sgln:0614141.00002.0"),
        party("Receiver", "urn:epc:id:sgln:0614141.00003.0"),
        element("DocumentIdentification", &about),
    ];
    let text = format!(
        "<epcis:EPCISDocument xmlns:epcis='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' \
         creationDate='2028-08-15T22:30:00Z'><EPCISHeader><{prefix}StandardBusinessDocumentHeader {declared}>{}\
         </{prefix}StandardBusinessDocumentHeader></EPCISHeader><EPCISBody><EventList/></EPCISBody>\
         </epcis:EPCISDocument>",
        header.concat()
    );
    let content = read(text.as_bytes(), Binding::Xml);
    assert_eq!((content.beside.len(), content.rejections.as_slice()), (1, [].as_slice()));
    content
}

/// What becomes of a document in JSON, and there and back in every other target.
fn in_json(content: &Content) -> String {
    let (text, _) = write(content, Options::default());
    assert_valid(Target::Json, DocumentKind::Events, &text);
    let after = read(text.as_bytes(), Binding::Json);
    assert_eq!(difference(content, &after), None, "{text}");
    for target in crate::TARGETS {
        let (text, _) = write(&after, Options { target, ..Options::default() });
        assert_eq!(difference(content, &read(text.as_bytes(), binding(target))), None, "{text}");
    }
    text
}

#[test]
fn a_business_document_header_is_a_tree_in_json() {
    let text = in_json(&document(&format!("xmlns:sbdh='{SBDH}'"), "sbdh:"));
    let root: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(root["@context"].as_array().unwrap().iter().any(|context| context["sbdh"] == SBDH), "{text}");
    let header = &root["epcisHeader"]["sbdh:StandardBusinessDocumentHeader"];
    assert_eq!(header["sbdh:HeaderVersion"], "1.0");
    assert_eq!(header["sbdh:DocumentIdentification"]["sbdh:Standard"], "1.0");
    let sender = &header["sbdh:Sender"]["sbdh:Identifier"];
    assert_eq!(sender["kept:value"], "urn:epc:id:sgln:0614141.00001.0");
    assert_eq!(sender["kept:attributes"]["Authority"], "GS1");
    assert_eq!(header["sbdh:Receiver"].as_array().unwrap().len(), 2);
    assert!(!text.contains("stored"), "{text}");
}

#[test]
fn a_header_without_prefix_gets_one_in_json() {
    let text = in_json(&document(&format!("xmlns='{SBDH}'"), ""));
    assert!(text.contains("\"kept-1:StandardBusinessDocumentHeader\":{\"kept-1:HeaderVersion\":\"1.0\""), "{text}");
    assert!(!text.contains("stored"), "{text}");
}

#[test]
fn extensions_of_one_name_stay_trees_in_json() {
    let mut content = document(&format!("xmlns:sbdh='{SBDH}'"), "sbdh:");
    let (_, header) = content.beside[0].clone();
    let mut other = header.clone();
    other.name.namespace = "https://example.com/ns/".to_owned();
    for section in [epcis::Section::Document, epcis::Section::Body] {
        content.beside.extend([(section, header.clone()), (section, header.clone()), (section, other.clone())]);
    }
    // What comes before the events can still be declared.
    let mut writer =
        epcis::write::Writer::start(Vec::new(), content.document.as_ref().unwrap(), Options::default()).unwrap();
    content.beside.iter().for_each(|(section, extension)| writer.extension(*section, extension).unwrap());
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(!text.contains("stored") && text.contains("\"kept-1-sbdh\":\"https://example.com/ns/\""), "{text}");
    assert_valid(Target::Json, DocumentKind::Events, &text);
    assert_eq!(difference(&content, &read(text.as_bytes(), Binding::Json)), None, "{text}");
}
