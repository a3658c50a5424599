//! What is written is what was read.

use epcis::{
    Binding, Document, Event, Extension, Finding, Item, Reader, Section, Severity, VocabularyElement, rule,
    write::{Options, Target, Writer},
};

use crate::{binding, limits};

/// What a document says, without what is the reader's opinion of it.
#[derive(Debug, PartialEq)]
enum Said {
    Extension(Section, Extension),
    Vocabulary(VocabularyElement),
    Event(Box<Event>),
    Foreign(Box<Extension>),
}

impl Said {
    /// Each binding has its own order of places; the order within a place is kept.
    fn place(&self) -> u8 {
        match self {
            Self::Extension(section, _) => *section as u8,
            Self::Vocabulary(_) => 10,
            Self::Event(_) => 11,
            Self::Foreign(_) => 12,
        }
    }

    /// A private event that does not say when it happened comes behind the others.
    fn order(&self) -> String {
        match self {
            Self::Foreign(event) => format!("{event:?}"),
            _ => String::new(),
        }
    }
}

#[derive(Debug)]
struct Content {
    document: Document,
    said: Vec<Said>,
}

impl Content {
    /// The content of a document that is acceptable as a whole; `Err` with the reason of another one.
    fn of<R: std::io::BufRead>(reader: Reader<R>) -> Result<Self, String> {
        let (mut document, mut said) = (None, Vec::new());
        for item in reader {
            match item.expect("bytes in memory can be read") {
                Item::Document(found) => document = Some(*found),
                Item::Extension(section, extension) => said.push(Said::Extension(section, extension)),
                Item::Vocabulary(element) => said.push(Said::Vocabulary(element)),
                Item::Event { event, .. } => said.push(Said::Event(event)),
                Item::Foreign { event, .. } => said.push(Said::Foreign(event)),
                Item::Rejected { findings, .. } => return Err(format!("{findings:?}")),
                Item::Finding(finding) if finding.severity == Severity::Reject => return Err(finding.to_string()),
                Item::Finding(_) => {}
            }
        }
        said.sort_by_cached_key(|said| (said.place(), said.order()));
        Ok(Self { document: document.ok_or("there is no document")?, said })
    }

    /// The document in a syntax, and whether a finding says that something had to be left out.
    fn written(&self, target: Target) -> (Vec<u8>, bool) {
        const MEMORY: &str = "memory can be written to";
        let options = Options { target, ..Options::default() };
        let mut writer = Writer::start(Vec::new(), &self.document, options).expect(MEMORY);
        let mut left_out = false;
        for said in &self.said {
            match said {
                Said::Extension(section, extension) => writer.extension(*section, extension),
                Said::Vocabulary(element) => writer.vocabulary(element),
                Said::Event(event) => writer.event(event),
                Said::Foreign(event) => writer.foreign(event),
            }
            .expect(MEMORY);
            let told = |finding: &Finding| [rule::LEFT_OUT.code, rule::REFUSED.code].contains(&&*finding.code);
            left_out |= writer.take_findings().iter().any(told);
        }
        (writer.finish().expect(MEMORY), left_out)
    }
}

/// An acceptable document comes back from every target as it was, unless a finding says that it is not whole, or that the
/// schema of the target refuses it.
pub fn writing(data: &[u8]) {
    let Ok(before) = Content::of(Reader::with_limits(data, binding(data), limits())) else { return };
    for target in [Target::Json, Target::Xml, Target::Xml12] {
        let (bytes, left_out) = before.written(target);
        if left_out {
            continue;
        }
        let syntax = if target == Target::Json { Binding::Json } else { Binding::Xml };
        let text = String::from_utf8_lossy(&bytes);
        let after = match Content::of(Reader::new(bytes.as_slice(), syntax)) {
            Ok(after) => after,
            Err(why) => panic!("{target} is refused: {why}\n{text}"),
        };
        assert_eq!(before.said, after.said, "{target}\n{text}");
        let (before, after) = (&before.document, &after.document);
        assert_eq!(before.kind, after.kind, "{target}\n{text}");
        assert_eq!(before.creation_date, after.creation_date, "{target}\n{text}");
        assert_eq!((&before.id, &before.query), (&after.id, &after.query), "{target}\n{text}");
        assert_eq!((&before.terms, &before.attributes), (&after.terms, &after.attributes), "{target}\n{text}");
    }
}
