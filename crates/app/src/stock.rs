//! What is on hand where.

use std::collections::BTreeSet;

use domain::{Role as StaffRole, ThingId};
use lineage::{Balance, Movement, Role, Stage, balance, contents_handed_over};
use rust_decimal::Decimal;
use store::Scope;

use crate::{AppError, Caller, lots::named};

impl Caller {
    /// What should be on hand of a lot at each of the tenant's places: produced and received, less consumed, shipped
    /// and destroyed, from the tenant's own records. `None` when there is no such lot.
    ///
    /// A unit and a quantity of the lot side by side on one event are different goods: what is in the unit, and what
    /// is loose.
    ///
    /// # Errors
    /// [`AppError::StaffOnly`]: volumes are nobody else's business.
    pub async fn stock(&self, lot: &str) -> Result<Option<Vec<Balance>>, AppError> {
        self.require(StaffRole::Read)?;
        let scope = self.scope().await?;
        let things: BTreeSet<ThingId> = named(scope, lot).await?.into_iter().map(|thing| thing.id).collect();
        if things.is_empty() {
            return Ok(None);
        }
        Ok(Some(balance(movements(scope, &things).await?)))
    }
}

/// Every movement of these lots, by themselves and inside units.
async fn movements(scope: &Scope, lots: &BTreeSet<ThingId>) -> Result<Vec<Movement>, AppError> {
    let direct = scope.mentions_of(lots).await?;
    let around = scope.units_around(lots).await?;
    let through = scope.mentions_of(&around.keys().copied().collect()).await?;
    let ids = direct.iter().chain(&through).map(|mention| mention.event).collect();
    let events: std::collections::BTreeMap<_, _> =
        scope.events_by_id(&ids).await?.into_iter().map(|event| (event.id, event.event)).collect();
    let as_child: BTreeSet<_> =
        direct.iter().filter(|mention| mention.role == Role::Child).map(|mention| mention.event).collect();
    let mut movements = Vec::new();
    for mention in &direct {
        let Some(event) = events.get(&mention.event) else { continue };
        let amount = mention.quantity.as_ref().and_then(|(text, uom)| Some((decimal(text)?, uom.clone())));
        let Some((amount, uom)) = amount else { continue };
        let reading = lineage::read(event, Stage::Unknown);
        movements.extend(Movement::of(event, &reading, mention.role, amount, uom));
    }
    for mention in through.iter().filter(|mention| !as_child.contains(&mention.event)) {
        let Some(event) = events.get(&mention.event) else { continue };
        let Some(changes) = around.get(&mention.thing) else { continue };
        let changes: Vec<_> = changes.iter().map(|(_, change)| change.clone()).collect();
        let reading = lineage::read(event, Stage::Unknown);
        for content in contents_handed_over(&changes, event.event_time.instant()) {
            let Some(amount) = content.amount.filter(|_| lots.contains(&content.child)) else { continue };
            movements.extend(Movement::of(event, &reading, mention.role, amount, content.uom));
        }
    }
    Ok(movements)
}

fn decimal(text: &str) -> Option<Decimal> {
    text.parse::<epcis::Quantity>().ok().map(|quantity| quantity.value())
}
