//! What stands around the events of a document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ContextVersion, Extension, Name};

/// What a document is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DocumentKind {
    /// `EPCISDocument`.
    Events,
    /// `EPCISMasterDataDocument` (XML only).
    MasterData,
    /// `EPCISQueryDocument` with the result of a query.
    QueryResult,
    /// One event by itself.
    Event,
    /// An array of events (JSON only).
    EventList,
}

/// The beginning of a document: everything about it that is neither event, nor master data, nor extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is for.
    pub kind: DocumentKind,
    /// `schemaVersion` as written.
    pub schema_version: Option<String>,
    /// `creationDate` as written.
    pub creation_date: Option<String>,
    /// `id` (JSON only).
    pub id: Option<String>,
    /// Which query it answers; with [`DocumentKind::QueryResult`] only.
    pub query: Option<Query>,
    /// Addresses in `@context` (JSON only), in order.
    pub contexts: Vec<String>,
    /// Prefixes declared for the whole document.
    pub namespaces: Namespaces,
    /// Terms in `@context` that say more than what a prefix stands for (JSON only), as they are written.
    pub terms: Vec<Extension>,
    /// XML attributes of the root element outside the standard, with namespace declarations left out.
    pub attributes: Vec<(Name, String)>,
}

/// What `QueryResults` says of the query.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Query {
    /// `queryName`.
    pub name: String,
    /// `subscriptionID`, for answers that a subscription asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
}

/// Where an extension beside the events stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Section {
    /// In the document itself, beside header and body.
    Document,
    /// In `EPCISHeader`; the Standard Business Document Header is one of these.
    Header,
    /// In `EPCISMasterData`.
    MasterData,
    /// In `EPCISBody`.
    Body,
    /// In `QueryResults`.
    QueryResults,
}

impl Document {
    /// A document of a kind, with nothing else known of it.
    pub fn new(kind: DocumentKind) -> Self {
        Self {
            kind,
            schema_version: None,
            creation_date: None,
            id: None,
            query: None,
            contexts: Vec::new(),
            namespaces: Namespaces::default(),
            terms: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// The version of the EPCIS context that it names, the last one when it names several.
    pub fn context_version(&self) -> Option<ContextVersion> {
        self.contexts.iter().rev().find_map(|address| ContextVersion::of_address(address))
    }
}

/// Prefixes and what they stand for. The first namespace that claims a prefix keeps it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Namespaces(BTreeMap<String, String>);

impl Namespaces {
    /// Adds a prefix unless it is taken.
    pub fn declare(&mut self, prefix: impl Into<String>, namespace: impl Into<String>) {
        self.0.entry(prefix.into()).or_insert_with(|| namespace.into());
    }

    /// Takes prefixes away.
    pub(crate) fn forget(&mut self, unwanted: impl Fn(&str, &str) -> bool) {
        self.0.retain(|prefix, namespace| !unwanted(prefix, namespace));
    }

    /// What a prefix stands for.
    pub fn get(&self, prefix: &str) -> Option<&str> {
        self.0.get(prefix).map(String::as_str)
    }

    /// The prefixes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(prefix, namespace)| (&**prefix, &**namespace))
    }
}
