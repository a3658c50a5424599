//! The elements around the events: which they are and what may stand in them.

use super::{
    grammar::{self, Grammar, Version},
    tree::Element,
};

/// What a document is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Root {
    Events,
    MasterData,
    Query,
}

/// An element of the document that is read piece by piece.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Container {
    Root(Root),
    Header,
    HeaderExtension,
    MasterData,
    VocabularyList,
    Vocabulary,
    VocabularyElementList,
    Body(Root),
    EventList,
    EventListExtension,
    QueryResults,
    ResultsBody,
}

/// What a child of a container is.
pub(super) enum Content {
    Container(Container),
    Event,
    VocabularyElement,
    /// Nothing that we keep.
    Skipped,
}

/// What kind of document a root element begins, and in which generation.
pub(super) fn root(element: &Element) -> Option<(Root, Version)> {
    let (root, stem) = match element.name.local.as_str() {
        "EPCISDocument" => (Root::Events, "urn:epcglobal:epcis:xsd:"),
        "EPCISMasterDataDocument" => (Root::MasterData, "urn:epcglobal:epcis-masterdata:xsd:"),
        "EPCISQueryDocument" => (Root::Query, "urn:epcglobal:epcis-query:xsd:"),
        _ => return None,
    };
    match element.name.namespace.strip_prefix(stem)? {
        "1" => Some((root, Version::V1)),
        "2" => Some((root, Version::V2)),
        _ => None,
    }
}

/// The namespace of the results in a query document.
pub(super) fn is_query_results(element: &Element) -> bool {
    element.name.local == "QueryResults" && element.name.namespace.starts_with("urn:epcglobal:epcis-query:xsd:")
}

impl Container {
    pub(super) fn grammar(self) -> &'static Grammar {
        match self {
            Self::Root(_) => &grammar::DOCUMENT,
            Self::Header => &grammar::HEADER,
            Self::HeaderExtension => &grammar::HEADER_EXTENSION,
            Self::MasterData => &grammar::MASTER_DATA,
            Self::VocabularyList => &grammar::VOCABULARY_LIST,
            Self::Vocabulary => &grammar::VOCABULARY,
            Self::VocabularyElementList => &grammar::VOCABULARY_ELEMENT_LIST,
            Self::Body(Root::Events) => &grammar::BODY,
            Self::Body(Root::MasterData) => &grammar::MASTER_DATA_BODY,
            Self::Body(Root::Query) => &grammar::QUERY_BODY,
            Self::EventList | Self::EventListExtension => &grammar::EVENT_LIST,
            Self::QueryResults => &grammar::QUERY_RESULTS,
            Self::ResultsBody => &grammar::RESULTS_BODY,
        }
    }

    /// What a child that fits the grammar is.
    pub(super) fn content(self, local: &str) -> Content {
        let container = match (self, local) {
            (Self::Root(_), "EPCISHeader") => Self::Header,
            (Self::Root(root), "EPCISBody") => Self::Body(root),
            (Self::Header, "extension") => Self::HeaderExtension,
            (Self::HeaderExtension, "EPCISMasterData") => Self::MasterData,
            (_, "VocabularyList") => Self::VocabularyList,
            (Self::VocabularyList, "Vocabulary") => Self::Vocabulary,
            (Self::Vocabulary, "VocabularyElementList") => Self::VocabularyElementList,
            (Self::VocabularyElementList, _) => return Content::VocabularyElement,
            (_, "EventList") => Self::EventList,
            (Self::EventList | Self::EventListExtension, "extension") => Self::EventListExtension,
            (Self::EventList | Self::EventListExtension, _) => return Content::Event,
            (Self::QueryResults, "resultsBody") => Self::ResultsBody,
            _ => return Content::Skipped,
        };
        Content::Container(container)
    }
}
