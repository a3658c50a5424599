//! What is on hand where.

use domain::Role as StaffRole;
use jiff::Timestamp;
use lineage::{Balance, Ledger, Weights, balance, ledgers, products_inside, products_of, without_repeated_steps};
use store::{Scope, SeenThing};

use crate::{
    AppError, Caller,
    lots::named,
    movements::{Movements, in_codes, movements},
    records::Records,
};

impl Caller {
    /// What should be on hand of a lot at each of the tenant's places: produced and received, less consumed, shipped
    /// and destroyed, from the tenant's own records. `None` when there is no such lot.
    ///
    /// # Errors
    /// [`AppError::StaffOnly`]: volumes are nobody else's business.
    pub async fn stock(&self, lot: &str) -> Result<Option<Vec<Balance>>, AppError> {
        self.require(StaffRole::Read)?;
        let scope = self.scope().await?;
        let lots = named(scope, lot).await?;
        if lots.is_empty() {
            return Ok(None);
        }
        let found = movements(&Records::new(scope, None, None), &lots).await?;
        let entries = found.entries.into_iter().map(|(_, entry)| entry);
        let facts = without_repeated_steps(entries.filter(|entry| entry.recorded).collect());
        Ok(Some(balance(facts.into_iter().map(|entry| in_codes(entry.movement)))))
    }

    /// Where all of a lot went, by the tenant's own records: a ledger for each unit of measure that amounts can be
    /// brought to. `None` when there is no such lot.
    ///
    /// # Errors
    /// [`AppError::StaffOnly`]: volumes are nobody else's business.
    pub async fn balance(
        &self,
        lot: &str,
        as_of: Option<Timestamp>,
        known_at: Option<Timestamp>,
    ) -> Result<Option<Vec<Ledger>>, AppError> {
        self.require(StaffRole::Read)?;
        let scope = self.scope().await?;
        let lots = named(scope, lot).await?;
        if lots.is_empty() {
            return Ok(None);
        }
        let found = movements(&Records::new(scope, as_of, known_at), &lots).await?;
        let weights = weights(scope, &lots, &found).await?;
        Ok(Some(ledgers(found.entries.into_iter().map(|(_, entry)| entry).collect(), &weights)))
    }
}

/// What the master data says that one of these lots weighs, and what the places of its movements declare.
pub(crate) async fn weights(scope: &Scope, lots: &[SeenThing], found: &Movements) -> Result<Weights, AppError> {
    let all = lots.iter().chain(found.things.values());
    let products: Vec<String> = all.flat_map(|thing| products_of(&thing.identifier)).collect();
    let mut described = scope.vocabulary(Some(&products.iter().cloned().collect())).await?;
    let inside = products_inside(&described);
    if !inside.is_empty() {
        described.extend(scope.vocabulary(Some(&inside)).await?);
    }
    let places = found.entries.iter().map(|(_, entry)| entry.movement.place.clone()).collect();
    let declared = scope.vocabulary(Some(&places)).await?;
    Ok(Weights::of_product(&products, &described).with_sites(&products, &declared))
}
