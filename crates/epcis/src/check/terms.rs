//! Terms of vocabularies: standard ones in the spelling of the binding, and nothing that only looks like one.

use super::{
    Findings, Words,
    place::Step::{self, Field, Item},
    shown,
};
use crate::{Binding, Event, Term, Vocabulary, cbv, rule};

pub(super) fn check(event: &Event, findings: &mut Findings<'_>) {
    let fields = [
        ("bizStep", &event.biz_step, Vocabulary::BizStep),
        ("disposition", &event.disposition, Vocabulary::Disposition),
    ];
    for (name, term, vocabulary) in fields {
        if let Some(term) = term {
            check_term(term, vocabulary, &[Field(name)], findings);
        }
    }
    if let Some(persistent) = &event.persistent_disposition {
        for (name, list) in [("set", &persistent.set), ("unset", &persistent.unset)] {
            for (i, term) in list.iter().enumerate() {
                let steps = [Field("persistentDisposition"), Field(name), Item(i)];
                check_term(term, Vocabulary::Disposition, &steps, findings);
            }
        }
    }
    for (i, transaction) in event.biz_transaction_list.iter().enumerate() {
        if let Some(term) = &transaction.kind {
            let steps = [Field("bizTransactionList"), Item(i), Field("type")];
            check_term(term, Vocabulary::BizTransaction, &steps, findings);
        }
    }
    for (name, list) in [("sourceList", &event.source_list), ("destinationList", &event.destination_list)] {
        for (i, end) in list.iter().enumerate() {
            check_term(&end.kind, Vocabulary::SourceDest, &[Field(name), Item(i), Field("type")], findings);
        }
    }
    if let Some(reason) = event.error_declaration.as_ref().and_then(|declaration| declaration.reason.as_ref()) {
        check_term(reason, Vocabulary::ErrorReason, &[Field("errorDeclaration"), Field("reason")], findings);
    }
}

fn check_term(term: &Term, vocabulary: Vocabulary, steps: &[Step], findings: &mut Findings<'_>) {
    if term.is_known_word() && findings.checks.binding == Binding::Json {
        return;
    }
    let spelled = term.spelled();
    let binding = findings.checks.binding;
    if let Some(word) = vocabulary.bare(spelled) {
        let is_bare = word.len() == spelled.len();
        match binding {
            Binding::Xml if is_bare => {
                spelling(spelled, &vocabulary.spelled_out(word), "XML takes standard terms as URN", steps, findings);
            }
            // What the JSON Schema forbids in JSON is for the reader to refuse.
            Binding::Json if !is_bare && !vocabulary.refuses(spelled) => {
                spelling(spelled, word, "JSON takes standard terms as bare words", steps, findings);
            }
            _ => {}
        }
    } else if let Some(replacement) = vocabulary.replacement(spelled) {
        let right = in_binding(vocabulary, replacement, binding);
        let words = Words::new(format!("`{spelled}` is deprecated"), format!("write `{right}`"));
        findings.add(rule::TERM_DEPRECATED, steps, words.corrected(Some(right)));
    } else if !is_private(spelled) && !is_said(spelled, vocabulary, binding) {
        unknown(spelled, vocabulary, steps, findings);
    }
}

/// Whether the reader has said already that something is no term: what JSON forbids, it says in its place.
fn is_said(spelled: &str, vocabulary: Vocabulary, binding: Binding) -> bool {
    binding == Binding::Json && (!spelled.contains(':') || vocabulary.refuses(spelled))
}

fn spelling(spelled: &str, right: &str, why: &str, steps: &[Step], findings: &mut Findings<'_>) {
    let words = Words::new(format!("`{}` is a standard term in the wrong form", shown(spelled)), {
        format!("write `{right}`: {why}")
    });
    findings.add(rule::TERM_SPELLING, steps, words.corrected(Some(right.to_owned())));
}

fn unknown(spelled: &str, vocabulary: Vocabulary, steps: &[Step], findings: &mut Findings<'_>) {
    let binding = findings.checks.binding;
    let right = nearest(spelled, vocabulary).map(|word| in_binding(vocabulary, word, binding));
    let bare = !spelled.contains(':');
    let message = if bare {
        format!("`{}` is neither a standard term nor a URI", shown(spelled))
    } else {
        format!("`{}` looks like a standard term, but there is none of this name", shown(spelled))
    };
    let help = match &right {
        Some(right) => format!("write `{right}`, or the URI of your own term"),
        None => "write a term of the Core Business Vocabulary, or the URI of your own term".to_owned(),
    };
    findings.add(rule::TERM_UNKNOWN, steps, Words::new(message, help).corrected(right));
}

/// A standard word as the binding writes it.
fn in_binding(vocabulary: Vocabulary, word: &str, binding: Binding) -> String {
    match binding {
        Binding::Json => word.to_owned(),
        Binding::Xml => vocabulary.spelled_out(word),
    }
}

/// Whether a term is a URI outside the namespaces of the standard.
fn is_private(spelled: &str) -> bool {
    spelled.contains(':') && cbv::any_word(spelled).is_none()
}

/// The one standard word that somebody meant who wrote `spelled`: one slip of the pen away, or none but for case and hyphens.
pub(crate) fn nearest(spelled: &str, vocabulary: Vocabulary) -> Option<&'static str> {
    const LONGEST: usize = 64;
    let found = cbv::any_word(spelled).unwrap_or(spelled).trim();
    if found.len() > LONGEST {
        return None;
    }
    let found: String =
        found.chars().map(|c| if c == '-' || c == ' ' { '_' } else { c.to_ascii_lowercase() }).collect();
    // Words of quite another length are more than one slip away.
    let length = found.chars().count();
    let close = vocabulary.words().iter().filter(|word| word.len().abs_diff(length) <= 1);
    let mut distances: Vec<_> = close.map(|word| (distance(&found, &word.to_ascii_lowercase()), *word)).collect();
    distances.sort_unstable();
    match distances.as_slice() {
        [(nearest, word), (next, _), ..] if *nearest <= 1 && nearest < next => Some(word),
        [(nearest, word)] if *nearest <= 1 => Some(word),
        _ => None,
    }
}

/// How many characters have to be inserted, left out, replaced or exchanged with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (i, c) in from.chars().enumerate() {
        let mut row = Vec::with_capacity(to.len() + 1);
        row.push(i + 1);
        for (j, d) in to.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&last, j) + usize::from(c != *d)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let exchanged = j.checked_sub(1).and_then(|k| to.get(k)) == Some(&c) && previous == Some(*d);
            if exchanged && j > 0 {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
        previous = Some(c);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_or_none() {
        for (found, expected) in [
            ("shiping", Some("shipping")),
            ("Shipping", Some("shipping")),
            ("shpiping", Some("shipping")),
            ("retail selling", Some("retail_selling")),
            ("receving", Some("receiving")),
            ("transforming", None),
            ("smoking", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, Vocabulary::BizStep), expected, "{found}");
        }
    }
}
