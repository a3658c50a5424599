//! What an event says of its lots in the `fsma` extension vocabulary.

use epcis::{Event, Extension, Value};
use gs1::Identifier;

use crate::{Tlc, TlcSource};

/// The namespace of the `fsma` extension vocabulary, the same in XML and JSON-LD.
pub const FSMA: &str = "https://w3id.org/fsma204/kde/";

/// An entry of `fsma:lots`: the code of a lot where it differs from its identifier, and who assigned it.
#[derive(Clone, Debug, PartialEq)]
pub struct LotStatement {
    /// `lot`: the class or instance identifier that the statement is about.
    pub lot: Identifier,
    /// `tlc`.
    pub tlc: Option<Tlc>,
    /// `tlcSource`, else `tlcSourceReference`.
    pub source: Option<TlcSource>,
    /// `tlcSourceReference` as `ffrn:…`, `gln:…` or a URL, also where `tlcSource` is given.
    pub reference: Option<String>,
    /// `assignment`: `assigned`, `retained` or `preserved`.
    pub assignment: Option<String>,
    /// `inferred`: the link is an estimate, not a record.
    pub inferred: bool,
    /// `alternateTlcs`.
    pub alternates: Vec<Tlc>,
}

impl LotStatement {
    /// Whether it says only possibly which lot is meant: as an estimate, or as one of several.
    pub fn is_uncertain(&self) -> bool {
        self.inferred || !self.alternates.is_empty()
    }

    /// All statements of an event. Entries without a `lot` are skipped: they are about nothing.
    pub fn of(event: &Event) -> Vec<Self> {
        fsma_members(&event.extensions, "lots").into_iter().filter_map(Self::read).collect()
    }

    fn read(entry: &Value) -> Option<Self> {
        let members = entry.members();
        let lot = Identifier::new(fsma_text(members, "lot")?);
        let place = fsma_text(members, "tlcSource").map(|id| TlcSource::Place(Identifier::new(id).canonical()));
        let reference = fsma_members(members, "tlcSourceReference").into_iter().find_map(read_reference);
        Some(Self {
            lot,
            tlc: fsma_text(members, "tlc").map(Tlc::from),
            source: place.or_else(|| reference.clone().map(TlcSource::Reference)),
            reference,
            assignment: fsma_text(members, "assignment").map(str::to_owned),
            inferred: fsma_text(members, "inferred") == Some("true"),
            alternates: fsma_members(members, "alternateTlcs")
                .into_iter()
                .filter_map(|value| value.as_text().map(Tlc::from))
                .collect(),
        })
    }
}

/// `tlcSourceReference{kind,value}` or a bare URL.
fn read_reference(value: &Value) -> Option<String> {
    if let Some(url) = value.as_text() {
        return Some(url.to_owned());
    }
    let text = fsma_text(value.members(), "value")?;
    Some(match fsma_text(value.members(), "kind") {
        Some(kind @ ("ffrn" | "gln")) => format!("{kind}:{text}"),
        _ => text.to_owned(),
    })
}

/// All values of the `fsma` member `local`, with JSON arrays and repeated XML elements flattened alike.
///
/// Inside an `fsma` object the members may stand with or without the prefix.
pub fn fsma_members<'a>(members: &'a [Extension], local: &str) -> Vec<&'a Value> {
    let mut values = Vec::new();
    for member in members {
        let name = &member.name;
        let ours = name.namespace == FSMA || (name.namespace.is_empty() && matches!(name.prefix.as_str(), "fsma" | ""));
        if ours && name.local == local {
            match &member.value {
                Value::List(list) => values.extend(list),
                value => values.push(value),
            }
        }
    }
    values
}

/// The text of the first `fsma` member `local`.
pub fn fsma_text<'a>(members: &'a [Extension], local: &str) -> Option<&'a str> {
    fsma_members(members, local).into_iter().find_map(Value::as_text)
}
