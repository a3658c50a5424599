//! Error declarations: an event that was wrong from the start stays, and stops being a fact.

#![expect(clippy::disallowed_methods, reason = "capture reads only what it has to compare its own events with")]

use std::collections::{BTreeMap, BTreeSet};

use epcis::Event;
use lineage::{Mention, Stage};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, SimpleExpr},
};

use crate::{
    Capture, IDS_PER_QUERY, Prepared, StoreError,
    capture::{declaration_of, subject},
    entity,
    resolve::Things,
};

impl Capture {
    /// Which of these events were declared wrong before they arrived.
    pub(crate) async fn declared_wrong(
        &self,
        fresh: &[(String, [u8; 32], Prepared)],
    ) -> Result<BTreeSet<String>, StoreError> {
        let declarations = fresh.iter().map(|(identity, ..)| declaration_of(identity)).collect::<Vec<_>>();
        let known = self.known_identities(declarations.iter()).await?;
        let here = fresh.iter().map(|(identity, ..)| identity.as_str()).collect::<BTreeSet<_>>();
        let declared = fresh
            .iter()
            .map(|(identity, ..)| identity)
            .filter(|identity| {
                let declaration = declaration_of(identity);
                known.contains_key(&declaration) || here.contains(declaration.as_str())
            })
            .cloned();
        Ok(declared.collect())
    }

    /// An event that an error declaration names stays, and stops being a fact: what followed from it goes, and what it
    /// said of its lots is forgotten. Gives the items that it spoke of.
    pub(crate) async fn retract(&self, fresh: &[(String, [u8; 32], Prepared)]) -> Result<BTreeSet<i64>, StoreError> {
        const WHAT: &str = "capture.retract";
        let declared = fresh.iter().filter(|(_, _, prepared)| prepared.event.error_declaration.is_some());
        let wrong: Vec<String> = declared.map(|(_, _, prepared)| subject(&prepared.event)).collect();
        if wrong.is_empty() {
            return Ok(BTreeSet::new());
        }
        let rows = entity::event::Entity::find()
            .filter(entity::event::Column::Tenant.eq(self.tenant.0))
            .filter(entity::event::Column::Identity.is_in(wrong))
            .all(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        let ids: Vec<i64> = rows.into_iter().map(|row| row.id).collect();
        entity::event::Entity::update_many()
            .col_expr(entity::event::Column::Retracted, Expr::value(true))
            .filter(entity::event::Column::Tenant.eq(self.tenant.0))
            .filter(entity::event::Column::Id.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::process_side::Entity::delete_many()
            .filter(entity::process_side::Column::Tenant.eq(self.tenant.0))
            .filter(entity::process_side::Column::Event.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        entity::containment::Entity::delete_many()
            .filter(entity::containment::Column::Tenant.eq(self.tenant.0))
            .filter(entity::containment::Column::Event.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        self.relearn(&ids).await
    }

    /// Learns anew what the things on these events are, from the other events that mention them.
    async fn relearn(&self, retracted: &[i64]) -> Result<BTreeSet<i64>, StoreError> {
        const WHAT: &str = "capture.relearn";
        use entity::event_thing::Column;
        let of = |condition: SimpleExpr| {
            entity::event_thing::Entity::find().filter(Column::Tenant.eq(self.tenant.0)).filter(condition)
        };
        let touched = of(Column::Event.is_in(retracted.iter().copied()));
        let touched = touched.all(&self.tx).await.map_err(StoreError::database(WHAT))?;
        let ids: BTreeSet<i64> = touched.into_iter().map(|row| row.thing).collect();
        let elsewhere = of(Column::Thing.is_in(ids.iter().copied()));
        let elsewhere = elsewhere.all(&self.tx).await.map_err(StoreError::database(WHAT))?;
        let ids_of_events: BTreeSet<i64> = elsewhere.iter().map(|row| row.event).collect();
        let mut events = Vec::new();
        for chunk in ids_of_events.into_iter().collect::<Vec<_>>().chunks(IDS_PER_QUERY) {
            let found = entity::event::Entity::find()
                .filter(entity::event::Column::Tenant.eq(self.tenant.0))
                .filter(entity::event::Column::Retracted.eq(false))
                .filter(entity::event::Column::Id.is_in(chunk.iter().copied()))
                .order_by_asc(entity::event::Column::Id);
            events.extend(found.all(&self.tx).await.map_err(StoreError::database(WHAT))?);
        }
        let mut said: BTreeMap<i64, Vec<Mention>> = BTreeMap::new();
        for row in events {
            let event: Event = serde_json::from_slice(&row.body)
                .map_err(|_| StoreError::inconsistent("event", "body", row.identity.as_str()))?;
            let mentions = lineage::read(&event, Stage::Unknown).mentions;
            for mention in elsewhere.iter().filter(|mention| mention.event == row.id) {
                let index = usize::try_from(mention.ordinal).unwrap_or(usize::MAX);
                said.entry(mention.thing).or_default().extend(mentions.get(index).cloned());
            }
        }
        let known = self.things_where(entity::thing::Column::Id, &ids).await?;
        let items: Vec<(i64, i64)> = known.iter().map(|thing| (thing.id, thing.item)).collect();
        let touched_items = items.iter().map(|(_, item)| *item).collect();
        let mut things = Things::new(&self.reporter, known);
        for (id, item) in items {
            things.relearn(item, id, said.get(&id).into_iter().flatten());
        }
        self.write_things(&things).await?;
        Ok(touched_items)
    }
}
