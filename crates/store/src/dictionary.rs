//! The dictionary: every text that many rows name stands once, and the rows name its number.

use std::collections::{BTreeSet, HashMap};

use domain::TenantId;

use crate::{
    StoreError,
    bulk::{Arg, Cell, Kind, Rows, Transaction},
};

/// The entries that a capture has met.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    known: HashMap<String, i64>,
}

impl Dictionary {
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    pub(crate) fn get(&self, text: &str) -> Option<i64> {
        self.known.get(text).copied()
    }

    /// Makes sure that all these texts are known, with rows for those that are new. Gives the numbers that were in the
    /// database and had not been met yet.
    pub(crate) async fn define<'t>(
        &mut self,
        tx: &mut Transaction,
        tenant: TenantId,
        texts: impl Iterator<Item = &'t str>,
        next_id: &mut i64,
        new: &mut Rows,
    ) -> Result<Vec<i64>, StoreError> {
        let wanted: BTreeSet<&str> = texts.filter(|text| !self.known.contains_key(*text)).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let sql = tx.each(Kind::Text, "SELECT id, uri FROM item WHERE tenant = $1 AND uri", "");
        let list = Arg::Texts(wanted.iter().map(|&text| text.to_owned()).collect());
        let mut found = Vec::new();
        for mut row in tx.select("capture.item", sql, vec![tenant.0.into(), list], &[Kind::Int, Kind::Text]).await? {
            let id = row.int(0)?;
            self.known.insert(row.text(1).unwrap_or_default(), id);
            found.push(id);
        }
        for text in wanted {
            if !self.known.contains_key(text) {
                self.known.insert(text.to_owned(), *next_id);
                new.push([(*next_id).into(), Cell::from(text)]);
                *next_id += 1;
            }
        }
        Ok(found)
    }
}
