//! What stands around the events.

use super::{Grammar, SBDH_ROOT, many, may, must, open, sequence, some};

pub(in crate::xml) static DOCUMENT: Grammar = open(&[may("EPCISHeader"), must("EPCISBody"), may("extension")]);
pub(in crate::xml) static HEADER_V1: Grammar = Grammar { sbdh: true, ..open(&[must(SBDH_ROOT), may("extension")]) };
pub(in crate::xml) static HEADER_V2: Grammar = Grammar { sbdh: true, ..sequence(&[may(SBDH_ROOT), may("extension")]) };
pub(in crate::xml) static HEADER_EXTENSION: Grammar = sequence(&[may("EPCISMasterData"), may("extension")]);
pub(in crate::xml) static MASTER_DATA: Grammar = sequence(&[must("VocabularyList"), may("extension")]);
pub(in crate::xml) static VOCABULARY_LIST: Grammar = sequence(&[many("Vocabulary")]);
pub(in crate::xml) static VOCABULARY: Grammar = open(&[may("VocabularyElementList"), may("extension")]);
pub(in crate::xml) static VOCABULARY_ELEMENT_LIST: Grammar = sequence(&[some("VocabularyElement")]);
pub(in crate::xml) static BODY: Grammar = open(&[may("EventList"), may("extension")]);
pub(in crate::xml) static MASTER_DATA_BODY: Grammar = open(&[may("VocabularyList"), may("extension")]);
pub(in crate::xml) static QUERY_BODY: Grammar = Grammar { some: true, one: true, foreign: true, ..sequence(&[]) };
pub(in crate::xml) static QUERY_RESULTS: Grammar =
    open(&[must("queryName"), may("subscriptionID"), must("resultsBody"), may("extension")]);
pub(in crate::xml) static RESULTS_BODY: Grammar =
    Grammar { some: true, one: true, ..sequence(&[may("EventList"), may("VocabularyList")]) };

pub(in crate::xml) static EVENT_LIST_V1: Grammar = Grammar {
    ordered: false,
    ..open(&[
        many("ObjectEvent"),
        many("AggregationEvent"),
        many("TransactionEvent"),
        many("QuantityEvent"),
        many("extension"),
    ])
};
/// Holds one transformation, or the next extension.
pub(in crate::xml) static EVENT_LIST_EXTENSION_V1: Grammar =
    Grammar { some: true, one: true, ..sequence(&[may("TransformationEvent"), may("extension")]) };
/// Holds what later versions have added.
pub(in crate::xml) static EVENT_LIST_MORE_V1: Grammar = Grammar {
    some: true,
    ordered: false,
    any_local: true,
    ..sequence(&[many("TransformationEvent"), many("AssociationEvent"), many("extension")])
};
pub(in crate::xml) static EVENT_LIST_V2: Grammar = Grammar {
    ordered: false,
    ..sequence(&[
        many("ObjectEvent"),
        many("AggregationEvent"),
        many("TransactionEvent"),
        many("TransformationEvent"),
        many("AssociationEvent"),
        many("extension"),
    ])
};

/// What stands in an element that has no place itself.
pub(in crate::xml) static ANYTHING: Grammar =
    Grammar { ordered: false, foreign: true, any_local: true, ..sequence(&[]) };
