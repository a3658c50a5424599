//! What stands beside the events of a document: extensions, master data, what a query was.

use super::{
    document::{Container, Content},
    grammar::{LOCAL, SBDH, SBDH_ROOT},
    masterdata,
    reading::Reading,
    sbdh,
    tree::At,
    walk::Walk,
};
use crate::{Finding, Item, Query, Section};

impl Reading {
    /// An element of another namespace, or the Standard Business Document Header.
    pub(super) fn extension(&mut self, at: &At<'_>, section: Section) {
        let path = self.path_of(at);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        if at.namespace() == SBDH && at.local() == SBDH_ROOT {
            sbdh::check(&mut walk, at);
        }
        self.findings(walk.into_findings());
        self.items.push(Item::Extension(section, at.to_extension()));
    }

    /// Elements without namespace in an `extension`.
    pub(super) fn extensions(&mut self, at: &At<'_>, section: Section) {
        let path = self.path_of(at);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        let extensions = walk.children(at, &LOCAL, |_, _, _| ());
        self.findings(walk.into_findings());
        for extension in extensions {
            self.items.push(Item::Extension(section, extension));
        }
    }

    pub(super) fn query(&mut self, content: Content, at: &At<'_>) {
        let text = at.text().trim().to_owned();
        let Some(document) = &mut self.items.document else { return };
        let query = document.query.get_or_insert_with(Query::default);
        match content {
            Content::QueryName => query.name = text,
            _ => query.subscription_id = Some(text),
        }
    }

    pub(super) fn vocabulary_element(&mut self, at: &At<'_>) {
        let path = self.path_of(at);
        let vocabulary = self.open.iter().rev().find(|open| open.container == Container::Vocabulary);
        let vocabulary = vocabulary.map_or("", |open| &open.vocabulary);
        let mut walk = Walk::new(self.version, *at, None, &path, &self.limits);
        walk.check_prefixes();
        let read = masterdata::read(&mut walk, at, vocabulary);
        self.findings(walk.into_findings());
        if let Some(element) = read {
            self.items.push(Item::Vocabulary(element));
        }
    }

    fn findings(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            self.items.push(Item::Finding(finding));
        }
    }
}
