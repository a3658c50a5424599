//! Reference documents: their type in words, and their number.

use domain::{fsma_members, fsma_text};
use epcis::{BizTransaction, Event, Extension, Value};

/// A reference document type and number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReferenceDocument {
    /// The type in words.
    pub kind: Option<String>,
    /// The number.
    pub number: String,
}

impl ReferenceDocument {
    /// The documents of an event: those of `fsma:referenceDocuments`, whose free-text type survives, then those of
    /// `bizTransactionList` whose number was not among them.
    pub fn of(event: &Event) -> Vec<Self> {
        let mut documents = Self::stated(&event.extensions);
        for transaction in event.biz_transaction_list.iter().map(Self::read) {
            if !documents.iter().any(|document| document.number == transaction.number) {
                documents.push(transaction);
            }
        }
        documents
    }

    /// The documents of the `fsma:referenceDocuments` among `members`.
    pub(crate) fn stated(members: &[Extension]) -> Vec<Self> {
        let entries = fsma_members(members, "referenceDocuments").into_iter().map(Value::members);
        let documents = entries.filter_map(|entry| {
            let number = fsma_text(entry, "number")?.trim().to_owned();
            let kind = fsma_text(entry, "type").map(|kind| kind.trim().to_owned());
            Some(Self { kind, number })
        });
        documents.collect()
    }

    fn read(transaction: &BizTransaction) -> Self {
        let kind = transaction.kind.as_ref().map(|term| words(term.word()).unwrap_or(term.spelled()).to_owned());
        Self { kind, number: number(transaction.id.spelled()).to_owned() }
    }
}

/// The number inside `urn:epcglobal:cbv:bt:{gln}:{number}`; any other identifier is its own number.
fn number(id: &str) -> &str {
    match id.strip_prefix("urn:epcglobal:cbv:bt:") {
        Some(rest) => rest.rsplit(':').next().unwrap_or(rest),
        None => id,
    }
}

/// What people call a business transaction type of the CBV.
fn words(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "po" => "Purchase Order",
        "poc" => "Purchase Order Confirmation",
        "inv" => "Invoice",
        "rma" => "Return Merchandise Authorization",
        "recadv" => "Receipt of Goods",
        "desadv" => "Advance Shipping Notice",
        "bol" => "Bill of Lading",
        "cert" => "Certificate",
        "prodorder" => "Production Order",
        "pedigree" => "Pedigree",
        "testprd" => "Test Procedure",
        "testres" => "Test Result",
        "upevt" => "Unexpected Event Report",
        _ => return None,
    })
}
