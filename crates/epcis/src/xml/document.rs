//! The elements around the events: which they are and what may stand in them.

use super::{
    grammar::{self, Grammar, SBDH_ROOT, Version},
    tree::At,
};
use crate::{DocumentKind, Section};

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
    /// The `extension` of an event list.
    EventListExtension,
    /// The `extension` in the `extension` of an event list of 1.x.
    EventListMore,
    QueryResults,
    ResultsBody,
    /// An element with no place in the document; nothing in it is looked at.
    Misplaced,
}

/// What a child of a container is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content {
    Container(Container),
    Event,
    VocabularyElement,
    /// An element outside the standard.
    Extension(Section),
    /// `extension`, which holds elements without namespace.
    Extensions(Section),
    QueryName,
    SubscriptionId,
}

/// What kind of document a root element begins, and in which generation.
pub(super) fn root(at: &At<'_>) -> Option<(Root, Version)> {
    let (root, stem) = match at.local() {
        "EPCISDocument" => (Root::Events, "urn:epcglobal:epcis:xsd:"),
        "EPCISMasterDataDocument" => (Root::MasterData, "urn:epcglobal:epcis-masterdata:xsd:"),
        "EPCISQueryDocument" => (Root::Query, "urn:epcglobal:epcis-query:xsd:"),
        _ => return None,
    };
    match at.namespace().strip_prefix(stem)? {
        "1" => Some((root, Version::V1)),
        "2" => Some((root, Version::V2)),
        _ => None,
    }
}

impl Root {
    pub(super) fn kind(self) -> DocumentKind {
        match self {
            Self::Events => DocumentKind::Events,
            Self::MasterData => DocumentKind::MasterData,
            Self::Query => DocumentKind::QueryResult,
        }
    }

    /// The namespace of the schema.
    pub(super) fn target(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Events, version) => version.target(),
            (Self::MasterData, Version::V1) => "urn:epcglobal:epcis-masterdata:xsd:1",
            (Self::MasterData, Version::V2) => "urn:epcglobal:epcis-masterdata:xsd:2",
            (Self::Query, Version::V1) => "urn:epcglobal:epcis-query:xsd:1",
            (Self::Query, Version::V2) => "urn:epcglobal:epcis-query:xsd:2",
        }
    }
}

impl Container {
    pub(super) fn grammar(self, version: Version) -> &'static Grammar {
        match (self, version) {
            (Self::Root(_), _) => &grammar::DOCUMENT,
            (Self::Header, Version::V1) => &grammar::HEADER_V1,
            (Self::Header, Version::V2) => &grammar::HEADER_V2,
            (Self::HeaderExtension, _) => &grammar::HEADER_EXTENSION,
            (Self::MasterData, _) => &grammar::MASTER_DATA,
            (Self::VocabularyList, _) => &grammar::VOCABULARY_LIST,
            (Self::Vocabulary, _) => &grammar::VOCABULARY,
            (Self::VocabularyElementList, _) => &grammar::VOCABULARY_ELEMENT_LIST,
            (Self::Body(Root::Events), _) => &grammar::BODY,
            (Self::Body(Root::MasterData), _) => &grammar::MASTER_DATA_BODY,
            (Self::Body(Root::Query), _) => &grammar::QUERY_BODY,
            (Self::EventList, Version::V1) => &grammar::EVENT_LIST_V1,
            (Self::EventList, Version::V2) => &grammar::EVENT_LIST_V2,
            (Self::EventListExtension, Version::V1) => &grammar::EVENT_LIST_EXTENSION_V1,
            (Self::EventListExtension, Version::V2) => &grammar::FOREIGN,
            (Self::EventListMore, _) => &grammar::EVENT_LIST_MORE_V1,
            (Self::QueryResults, _) => &grammar::QUERY_RESULTS,
            (Self::ResultsBody, _) => &grammar::RESULTS_BODY,
            (Self::Misplaced, _) => &grammar::ANYTHING,
        }
    }

    /// The namespace of the schema that the element belongs to.
    pub(super) fn target(self, version: Version) -> &'static str {
        match self {
            Self::Root(root) | Self::Body(root) => root.target(version),
            Self::QueryResults | Self::ResultsBody => Root::Query.target(version),
            _ => version.target(),
        }
    }

    /// Whether attributes outside the standard are allowed.
    pub(super) fn any_attribute(self, version: Version) -> bool {
        match self {
            Self::MasterData
            | Self::VocabularyList
            | Self::VocabularyElementList
            | Self::QueryResults
            | Self::ResultsBody => false,
            Self::EventList | Self::EventListExtension => version == Version::V2,
            _ => true,
        }
    }

    /// Whether a part may be repeated.
    pub(super) fn repeats(self, name: &str, version: Version) -> bool {
        self.holds_events() || self.grammar(version).parts.iter().any(|part| part.repeats && part.name == name)
    }

    /// Whether the events of a document stand here.
    pub(super) fn holds_events(self) -> bool {
        matches!(self, Self::EventList | Self::EventListExtension | Self::EventListMore)
    }

    /// Where an extension stands.
    pub(super) fn section(self) -> Section {
        match self {
            Self::Root(_) | Self::Misplaced => Section::Document,
            Self::Header | Self::HeaderExtension => Section::Header,
            Self::MasterData | Self::VocabularyList | Self::Vocabulary | Self::VocabularyElementList => {
                Section::MasterData
            }
            Self::QueryResults | Self::ResultsBody => Section::QueryResults,
            Self::Body(_) | Self::EventList | Self::EventListExtension | Self::EventListMore => Section::Body,
        }
    }

    /// What a part is.
    pub(super) fn content(self, name: &str) -> Content {
        let container = match (self, name) {
            (Self::Root(_), "EPCISHeader") => Self::Header,
            (Self::Root(root), "EPCISBody") => Self::Body(root),
            (Self::Header, "extension") => Self::HeaderExtension,
            (Self::Header, SBDH_ROOT) => return Content::Extension(Section::Header),
            (Self::HeaderExtension, "EPCISMasterData") => Self::MasterData,
            (_, "VocabularyList") => Self::VocabularyList,
            (Self::VocabularyList, "Vocabulary") => Self::Vocabulary,
            (Self::Vocabulary, "VocabularyElementList") => Self::VocabularyElementList,
            (Self::VocabularyElementList, _) => return Content::VocabularyElement,
            (_, "EventList") => Self::EventList,
            (Self::EventList, "extension") => Self::EventListExtension,
            (Self::EventListExtension | Self::EventListMore, "extension") => Self::EventListMore,
            (Self::EventList | Self::EventListExtension | Self::EventListMore, _) => return Content::Event,
            (Self::QueryResults, "queryName") => return Content::QueryName,
            (Self::QueryResults, "subscriptionID") => return Content::SubscriptionId,
            (Self::QueryResults, "resultsBody") => Self::ResultsBody,
            _ => return Content::Extensions(self.section()),
        };
        Content::Container(container)
    }
}
