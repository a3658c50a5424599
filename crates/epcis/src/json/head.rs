//! What is known of a document beside its events: the members of its outer levels.

use std::collections::VecDeque;

use super::{
    context::{Context, describe},
    extension::{Names, plain},
    field::Field,
    masterdata::{header, vocabularies},
    report::{Report, Words},
    scalar::{text, time_text, uri, version},
    tape::{Member, Node},
};
use crate::{Document, DocumentKind, Item, Namespaces, Query, Section, input::Position, rule};

/// Where `@context` belongs.
pub(super) const FIRST: &str = "put `@context` before everything else";

/// The outer levels of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    Document,
    Body,
    QueryResults,
    ResultsBody,
    Events,
}

/// What was read of the outer levels so far.
pub(super) struct Head {
    pub(super) document: Document,
    /// `type` of the document.
    pub(super) doc_type: Option<String>,
    pub(super) context: Context<'static>,
    /// The prefixes that it declares.
    pub(super) namespaces: Namespaces,
    /// Whether a `@context` of the document was read or looked for.
    pub(super) settled: bool,
    /// The `@context` that was read before its turn, by its place.
    pub(super) read_before: Option<Position>,
    /// Whether the document was given away, because its events have begun.
    pub(super) given: bool,
}

impl Place {
    fn section(self) -> Section {
        match self {
            Self::Document => Section::Document,
            Self::Body => Section::Body,
            Self::QueryResults | Self::ResultsBody | Self::Events => Section::QueryResults,
        }
    }

    /// What a member of this level opens, when it holds the bracket that belongs there.
    pub(super) fn within(self, field: Field, bracket: u8) -> Option<Self> {
        match (self, field, bracket) {
            (Self::Document, Field::EpcisBody, b'{') => Some(Self::Body),
            (Self::Body, Field::QueryResults, b'{') => Some(Self::QueryResults),
            (Self::QueryResults, Field::ResultsBody, b'{') => Some(Self::ResultsBody),
            (Self::Body | Self::ResultsBody, Field::EventList, b'[') => Some(Self::Events),
            _ => None,
        }
    }

    /// The bracket that ends the level, and what may stand before it.
    pub(super) fn end(self) -> (u8, &'static str) {
        if self == Self::Events { (b']', "`,` or `]`") } else { (b'}', "`,` or `}`") }
    }
}

impl Head {
    pub(super) fn new() -> Self {
        let document = Document::new(DocumentKind::Events);
        let (context, namespaces) = (Context::default(), Namespaces::default());
        Self { document, doc_type: None, context, namespaces, settled: false, read_before: None, given: false }
    }

    pub(super) fn is_query(&self) -> bool {
        self.doc_type.as_deref() == Some("EPCISQueryDocument")
    }

    /// Reads a member of the outer levels that is not walked through.
    pub(super) fn read(
        &mut self,
        place: Place,
        report: &mut Report<'_>,
        member: Member<'_>,
        items: &mut VecDeque<Item>,
    ) {
        let node = member.value;
        match (place, member.field) {
            (Place::Document, Field::Context) => self.context(report, node),
            (Place::Document, Field::Type) => self.doc_type = text(report, node).map(str::to_owned),
            (Place::Document, Field::SchemaVersion) => {
                self.document.schema_version = version(report, node).map(str::to_owned);
            }
            (Place::Document, Field::CreationDate) => {
                time_text(report, node);
                self.document.creation_date = node.text().map(str::to_owned);
            }
            (Place::Document, Field::Id) => self.document.id = uri(report, node).map(str::to_owned),
            (Place::Document, Field::InstanceIdentifier | Field::Sender | Field::Receiver) if !self.is_query() => {
                text(report, node);
                items.push_back(Item::Extension(Section::Document, plain(member)));
            }
            (Place::Document, Field::EpcisHeader) => header(report, &mut Names::new(&self.context), node, items),
            (Place::QueryResults, Field::QueryName) => {
                self.query().name = text(report, node).unwrap_or_default().to_owned();
            }
            (Place::QueryResults, Field::SubscriptionId) => {
                self.query().subscription_id = text(report, node).map(str::to_owned);
            }
            (Place::ResultsBody, Field::VocabularyList) => {
                vocabularies(report, &mut Names::new(&self.context), node, items);
            }
            (Place::Document, Field::EpcisBody)
            | (Place::Body, Field::QueryResults | Field::EventList)
            | (Place::QueryResults, Field::ResultsBody)
            | (Place::ResultsBody, Field::EventList) => wrong_level(report, member),
            _ => return self.extension(place, report, member, items),
        }
        if self.given && !matches!(member.field, Field::Context | Field::EpcisHeader | Field::VocabularyList) {
            let help = format!("put `{}` before the events", member.field.name());
            report.info(member.name, Words::new(rule::CONTEXT_LATE, "the member follows the events", help));
        }
    }

    fn query(&mut self) -> &mut Query {
        self.document.query.get_or_insert_default()
    }

    /// Reads `@context`, unless what stands before it was resolved already.
    fn context(&mut self, report: &mut Report<'_>, node: Node<'_>) {
        self.settled = true;
        self.context.add(report, node);
        self.namespaces = self.context.namespaces();
        describe(&mut self.document, node);
        if self.given {
            let words = Words::new(rule::CONTEXT_LATE, "`@context` follows the events that need it", FIRST);
            report.reject(node, words);
        }
    }

    /// Reads the `@context` of a document before its turn.
    pub(super) fn context_ahead(&mut self, report: &mut Report<'_>, member: Member<'_>, position: Position) {
        self.read_before = Some(position);
        self.context(report, member.value);
        let words = Words::new(rule::CONTEXT_LATE, "`@context` follows what needs it, which waits for it", FIRST);
        report.info(member.value, words);
    }

    /// Reads the `@context` of an event that stands alone.
    pub(super) fn event_context(&mut self, report: &mut Report<'_>, event: Node<'_>) -> bool {
        let declared = event.members().find(|member| member.field == Field::Context);
        if let Some(declared) = declared {
            self.context(report, declared.value);
        }
        declared.is_some()
    }

    /// Keeps a member outside the standard. The schema leaves the body of a document open, and nothing else.
    fn extension(&self, place: Place, report: &mut Report<'_>, member: Member<'_>, items: &mut VecDeque<Item>) {
        let mut names = Names::new(&self.context);
        let owner = match place {
            Place::Document => "the document",
            Place::Body if self.is_query() => "the body of a query document",
            Place::Body => return items.push_back(Item::Extension(Section::Body, names.extension(report, member))),
            _ => "the result of a query",
        };
        let extension = names.private(report, member, owner);
        items.push_back(Item::Extension(place.section(), extension));
    }

    /// The document as it is known when its events begin.
    pub(super) fn give(&mut self, kind: DocumentKind) -> Box<Document> {
        self.given = true;
        let mut document = std::mem::replace(&mut self.document, Document::new(kind));
        document.kind = kind;
        document.namespaces.clone_from(&self.namespaces);
        if kind == DocumentKind::QueryResult {
            document.query.get_or_insert_default();
        } else {
            document.query = None;
        }
        Box::new(document)
    }
}

fn wrong_level(report: &mut Report<'_>, member: Member<'_>) {
    let wanted = if member.field == Field::EventList { "an array of events" } else { "an object" };
    let message = format!("`{}` is {}", member.field.name(), member.value.described());
    report.reject(member.value, Words::new(rule::FIELD_TYPE, message, format!("write {wanted}")));
}
