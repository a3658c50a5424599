//! Keys written as EPC URNs.

use std::fmt::{self, Write};

use crate::{Digits, Key, percent};

/// The URN of a key whose company prefix has this length; `None` when it has no URN or the prefix does not fit.
///
/// A URN has no check digit. A wrong one would be corrected on the way, so that such a key has no URN either.
pub(crate) fn write(key: &Key, prefix_len: usize) -> Option<String> {
    if !(6..=12).contains(&prefix_len) || key.flaw().is_some() {
        return None;
    }
    let mut urn = Urn { text: String::with_capacity(64), prefix_len };
    match key {
        Key::Gtin { gtin } => urn.begin("idpat:sgtin")?.item(gtin)?.any(),
        Key::Lgtin { gtin, lot } => urn.begin("class:lgtin")?.item(gtin)?.text(lot)?,
        Key::Sgtin { gtin, serial } => urn.begin("id:sgtin")?.item(gtin)?.text(serial)?,
        Key::Upui { gtin, serial } => urn.begin("id:upui")?.item(gtin)?.text(serial)?,
        Key::Itip { lot: Some(_), .. } => return None,
        Key::Itip { gtin, piece, total, serial, .. } => {
            let scheme = urn.instance_or_class("itip", serial.is_some())?;
            scheme.item(gtin)?.text(piece)?.text(total)?.text_or_any(serial.as_deref())?
        }
        Key::Sscc { sscc } => urn.begin("id:sscc")?.item(sscc)?,
        Key::Gln { gln, extension } => urn.begin("id:sgln")?.digits(gln)?.text(extension.as_deref().unwrap_or("0"))?,
        Key::Pgln { gln } => urn.begin("id:pgln")?.digits(gln)?,
        Key::Grai { grai, serial } => {
            let scheme = urn.instance_or_class("grai", serial.is_some())?;
            scheme.digits(grai.get(1..)?)?.text_or_any(serial.as_deref())?
        }
        Key::Gdti { gdti, serial } => {
            urn.instance_or_class("gdti", serial.is_some())?.digits(gdti)?.text_or_any(serial.as_deref())?
        }
        Key::Gcn { gcn, serial } => {
            urn.instance_or_class("sgcn", serial.is_some())?.digits(gcn)?.text_or_any(serial.as_deref())?
        }
        Key::Cpi { cpid, serial } => {
            let scheme = urn.instance_or_class("cpi", serial.is_some())?;
            scheme.reference(cpid, serial.is_some())?.text_or_any(serial.as_deref())?
        }
        Key::Giai { giai } => urn.begin("id:giai")?.reference(giai, true)?,
        Key::Ginc { ginc } => urn.begin("id:ginc")?.reference(ginc, true)?,
        Key::Gsin { gsin } => urn.begin("id:gsin")?.digits(gsin)?,
        Key::Gsrn { gsrn, instance: None } => urn.begin("id:gsrn")?.digits(gsrn)?,
        Key::Gsrnp { gsrn, instance: None } => urn.begin("id:gsrnp")?.digits(gsrn)?,
        Key::Gsrn { .. } | Key::Gsrnp { .. } | Key::Uri(_) => return None,
    };
    Some(urn.text)
}

/// A URN while it is being written.
struct Urn {
    text: String,
    prefix_len: usize,
}

impl Urn {
    fn begin(&mut self, scheme: &str) -> Option<&mut Self> {
        self.push(format_args!("urn:epc:{scheme}:"))
    }

    fn instance_or_class(&mut self, scheme: &str, is_instance: bool) -> Option<&mut Self> {
        let kind = if is_instance { "id" } else { "idpat" };
        self.push(format_args!("urn:epc:{kind}:{scheme}:"))
    }

    fn push(&mut self, what: fmt::Arguments<'_>) -> Option<&mut Self> {
        self.text.write_fmt(what).ok()?;
        Some(self)
    }

    /// A key of which the first digit belongs to the reference: `Prefix.LeadReference`.
    fn item<const N: usize>(&mut self, key: &Digits<N>) -> Option<&mut Self> {
        let (lead, rest) = key.split_at_checked(1)?;
        let (prefix, rest) = rest.split_at_checked(self.prefix_len)?;
        let (reference, _check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        self.push(format_args!("{prefix}.{lead}{reference}"))
    }

    /// A key that begins with its company prefix and ends in a check digit: `Prefix.Reference`.
    fn digits(&mut self, key: &str) -> Option<&mut Self> {
        let (prefix, rest) = key.split_at_checked(self.prefix_len)?;
        let (reference, _check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        self.push(format_args!("{prefix}.{reference}"))
    }

    /// A key of a company prefix and an alphanumeric reference: `Prefix.Reference`.
    fn reference(&mut self, key: &str, needed: bool) -> Option<&mut Self> {
        let (prefix, reference) = key.split_at_checked(self.prefix_len)?;
        if !crate::digits::all_digits(prefix) || (needed && reference.is_empty()) {
            return None;
        }
        self.push(format_args!("{prefix}."))?;
        percent::write_component(reference, &mut self.text).ok()?;
        Some(self)
    }

    fn text(&mut self, text: &str) -> Option<&mut Self> {
        self.text.push('.');
        percent::write_component(text, &mut self.text).ok()?;
        Some(self)
    }

    fn any(&mut self) -> &mut Self {
        self.text.push_str(".*");
        self
    }

    fn text_or_any(&mut self, text: Option<&str>) -> Option<&mut Self> {
        match text {
            Some(text) => self.text(text),
            None => Some(self.any()),
        }
    }
}
