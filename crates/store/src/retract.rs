//! Error declarations: an event that was wrong from the start stays, and stops being a fact.

use std::collections::{BTreeMap, BTreeSet};

use lineage::Mention;

use crate::{
    Capture, StoreError,
    bulk::{Arg, Kind},
    identity::Identity,
    kinds::Told,
    text::{micros, unpack_ids},
};

impl Capture {
    /// An event that an error declaration names stays, and stops being a fact. What followed from it stays, too, for
    /// whoever asks what was known before; what it said of its lots is forgotten. Gives the items that it spoke of.
    ///
    /// `wrong` are the names of such events, as far as there are any. Everything that was taken has to be written.
    pub(crate) async fn retract(&mut self, wrong: &[Identity]) -> Result<BTreeSet<i64>, StoreError> {
        const WHAT: &str = "capture.retract";
        let mut tx = self.writer.tx().await?;
        let query = "SELECT id, things FROM event WHERE tenant = $1 AND identity";
        let sql = tx.each(Kind::Bytes, query, "AND retracted_at IS NULL");
        let args = vec![self.tenant.0.into(), Arg::Blobs(wrong.iter().map(|name| name.0.clone()).collect())];
        let mut ids = Vec::new();
        let mut things = BTreeSet::new();
        for mut row in tx.select(WHAT, sql, args, &[Kind::Int, Kind::Bytes]).await? {
            ids.push(row.int(0)?);
            things.extend(unpack_ids(&row.bytes(1)));
        }
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = format!("UPDATE event SET retracted_at = $3 WHERE tenant = $1 AND id {}", tx.any(2));
        let args = vec![self.tenant.0.into(), Arg::Ints(ids), micros(self.now).into()];
        tx.execute(WHAT, sql, args).await?;
        drop(tx);
        self.relearn(things).await
    }

    /// Learns anew what these things are, from the events that mention them and are still facts.
    async fn relearn(&mut self, things: BTreeSet<i64>) -> Result<BTreeSet<i64>, StoreError> {
        self.load_beside(things.clone()).await?;
        let items: BTreeSet<i64> = things.iter().filter_map(|thing| self.things.item_of(*thing)).collect();
        let is_of_lots = |thing: &i64| self.things.item_of(*thing).is_some_and(|item| self.things.names_lots(item));
        // Units may stand on very many events; what else is on those is of no interest.
        let others: Vec<i64> = things.iter().copied().filter(|thing| !is_of_lots(thing)).collect();
        let lots = items.iter().copied().filter(|item| self.things.names_lots(*item)).collect();
        let told = self.told_of(&lots).await?;
        let mut said: BTreeMap<i64, Vec<Mention>> = BTreeMap::new();
        for about in told.iter().flat_map(Told::mentions) {
            said.entry(about.thing).or_default().push(about.mention.clone());
        }
        for fact in self.recorded(others.clone()).await?.values().filter(|recorded| recorded.is_fact) {
            let mentions = fact.things.iter().zip(lineage::read(&fact.event()?).mentions);
            for (&thing, mention) in mentions.filter(|(thing, _)| others.contains(thing)) {
                said.entry(thing).or_default().push(mention);
            }
        }
        for thing in things {
            if let Some(item) = self.things.item_of(thing) {
                self.things.relearn(item, thing, said.get(&thing).into_iter().flatten());
            }
        }
        let turned = self.learn_kinds(&told, &lots);
        self.things.turn(turned);
        self.flush().await?;
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use epcis::{ErrorDeclaration, Event, EventKind, ZoneOffset};
    use jiff::Timestamp;
    use lineage::{Stage, Stages};
    use sea_orm::{ConnectionTrait, DbBackend, Statement};

    use crate::{Asserted, NewTenant, Store};

    #[tokio::test]
    async fn an_event_and_the_declaration_that_it_is_wrong_may_come_in_one_document() {
        for together in [true, false] {
            assert_eq!(facts_after(together).await, 0, "in one batch: {together}");
        }
    }

    /// How many facts there are after an event and its declaration, in one batch or in two.
    async fn facts_after(together: bool) -> i64 {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite://{}/l.db?mode=rwc", folder.path().display())).await.unwrap();
        store.migrate().await.unwrap();
        let new = NewTenant { slug: "dc", name: "Meridian", identifiers: BTreeSet::new(), secret: [7; 32] };
        let tenant = store.add_tenant(new).await.unwrap();
        let time: epcis::EventTime = "2028-08-15T22:30:00-07:00".parse().unwrap();
        let mut event = Event::new(EventKind::Object, time.clone(), ZoneOffset::utc());
        event.event_id = Some(gs1::Identifier::new("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
        let mut declaration = event.clone();
        declaration.error_declaration = Some(Box::new(ErrorDeclaration {
            declaration_time: time,
            reason: None,
            corrective_event_ids: vec![],
            extensions: vec![],
        }));
        let mut capture =
            store.capture(&tenant, |_| Stages::always(Stage::Unknown), Timestamp::UNIX_EPOCH).await.unwrap();
        let asserted = [event, declaration].map(|event| Asserted::new(&event, Stages::always(Stage::Unknown)).unwrap());
        for batch in asserted.chunks(if together { 2 } else { 1 }) {
            capture.write(batch.to_vec()).await.unwrap();
        }
        capture.settle().await.unwrap();
        capture.writer.finish().await.unwrap().commit("test").await.unwrap();
        let facts = "SELECT count(*) FROM event WHERE retracted_at IS NULL".to_owned();
        let row = store.db.query_one_raw(Statement::from_string(DbBackend::Sqlite, facts)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}
