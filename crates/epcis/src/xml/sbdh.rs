//! The Standard Business Document Header, which the schema of EPCIS brings with it.

use super::{
    grammar::{Grammar, SBDH, SBDH_ROOT, many, may, must, sequence, some},
    sequence::{Fit, Sequence},
    tree::At,
    value::{boolean, is_date_time},
    walk::Walk,
};
use crate::rule;

static HEADER: Grammar = sequence(&[
    must("HeaderVersion"),
    some("Sender"),
    some("Receiver"),
    must("DocumentIdentification"),
    may("Manifest"),
    may("BusinessScope"),
]);
static PARTNER: Grammar = sequence(&[must("Identifier"), many("ContactInformation")]);
static CONTACT: Grammar = sequence(&[
    must("Contact"),
    may("EmailAddress"),
    may("FaxNumber"),
    may("TelephoneNumber"),
    may("ContactTypeIdentifier"),
]);
static IDENTIFICATION: Grammar = sequence(&[
    must("Standard"),
    must("TypeVersion"),
    must("InstanceIdentifier"),
    must("Type"),
    may("MultipleType"),
    must("CreationDateAndTime"),
]);
static MANIFEST: Grammar = sequence(&[must("NumberOfItems"), some("ManifestItem")]);
static MANIFEST_ITEM: Grammar = sequence(&[
    must("MimeTypeQualifierCode"),
    must("UniformResourceIdentifier"),
    may("Description"),
    may("LanguageCode"),
]);
static BUSINESS_SCOPE: Grammar = sequence(&[many("Scope")]);
static SCOPE: Grammar = Grammar {
    ordered: false,
    ..sequence(&[
        must("Type"),
        must("InstanceIdentifier"),
        may("Identifier"),
        many("CorrelationInformation"),
        many("BusinessService"),
    ])
};
static CORRELATION: Grammar = sequence(&[
    may("RequestingDocumentCreationDateTime"),
    may("RequestingDocumentInstanceIdentifier"),
    may("ExpectedResponseDateTime"),
]);
static SERVICE: Grammar = sequence(&[may("BusinessServiceName"), may("ServiceTransaction")]);

/// What an element holds; `None` for one that holds a value.
fn content(name: &str) -> Option<&'static Grammar> {
    Some(match name {
        SBDH_ROOT => &HEADER,
        "Sender" | "Receiver" => &PARTNER,
        "ContactInformation" => &CONTACT,
        "DocumentIdentification" => &IDENTIFICATION,
        "Manifest" => &MANIFEST,
        "ManifestItem" => &MANIFEST_ITEM,
        "BusinessScope" => &BUSINESS_SCOPE,
        "Scope" => &SCOPE,
        "CorrelationInformation" => &CORRELATION,
        "BusinessService" => &SERVICE,
        _ => return None,
    })
}

/// Whether a value is of its type.
fn is_valid(name: &str, value: &str) -> bool {
    match name {
        "CreationDateAndTime" | "RequestingDocumentCreationDateTime" | "ExpectedResponseDateTime" => {
            is_date_time(value)
        }
        "MultipleType" => boolean(value).is_some(),
        "NumberOfItems" => value.parse::<i128>().is_ok(),
        _ => true,
    }
}

/// Notes what is wrong with the header, or with an element of it.
pub(super) fn check<'t>(walk: &mut Walk<'t>, at: &At<'t>) {
    let Some(grammar) = content(at.local()) else {
        let value = at.text().trim();
        if !is_valid(at.local(), value) {
            let message = format!("`{value}` is not a `{}`", at.local());
            walk.reject(at, rule::FIELD_VALUE, message, "write a value of its type, such as `2028-08-15T22:30:00Z`");
        }
        return;
    };
    let mut sequence = Sequence::new(grammar, SBDH);
    for child in at.children().filter(At::is_element) {
        let fit = if child.namespace() == SBDH { sequence.fit_name(child.local()) } else { Fit::Unknown };
        walk.note_fit(&child, fit);
        if matches!(fit, Fit::Part(_) | Fit::Late(..)) {
            check(walk, &child);
        }
    }
    walk.note_missing(at, &sequence);
}
