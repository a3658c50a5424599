//! What is recorded of things: the events that mention them, read again.

use std::collections::{BTreeMap, BTreeSet};

use epcis::Event;

use crate::{
    Capture, StoreError, body,
    bulk::{Arg, Kind},
    text::unpack_ids,
};

/// An event that was captured before.
pub(crate) struct Recorded {
    /// Whether it is a fact, and whether it ever was one.
    pub(crate) is_fact: bool,
    pub(crate) was_fact: bool,
    /// The things of its mentions, in their order.
    pub(crate) things: Vec<i64>,
    body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn event(&self) -> Result<Event, StoreError> {
        body::unpack(&self.body)
    }
}

impl Capture {
    /// The events that mention any of these things, by their numbers. Everything that was taken has to be written.
    pub(crate) async fn recorded(&mut self, things: Vec<i64>) -> Result<BTreeMap<i64, Recorded>, StoreError> {
        // The same event may mention a thing several times.
        let events: BTreeSet<i64> = self.events_on(things).await?.into_iter().collect();
        let mut tx = self.writer.tx().await?;
        let query = "SELECT id, recorded_at, retracted_at, things, body FROM event \
                     JOIN event_body b ON b.tenant = $1 AND b.event = event.id WHERE event.tenant = $1 AND id";
        let sql = tx.each(Kind::Int, query, "");
        let args = vec![self.tenant.0.into(), Arg::Ints(events.into_iter().collect())];
        let shape = &[Kind::Int, Kind::Int, Kind::Int, Kind::Bytes, Kind::Bytes];
        let mut recorded = BTreeMap::new();
        for mut row in tx.select("capture.recorded", sql, args, shape).await? {
            let (recorded_at, retracted_at) = (row.int(1)?, row.cell::<Option<i64>>(2)?);
            let event = Recorded {
                is_fact: retracted_at.is_none(),
                // What was declared wrong before it came never was one.
                was_fact: retracted_at.is_none_or(|retracted| retracted > recorded_at),
                things: unpack_ids(&row.bytes(3)),
                body: row.bytes(4),
            };
            recorded.insert(row.int(0)?, event);
        }
        Ok(recorded)
    }

    async fn events_on(&mut self, things: Vec<i64>) -> Result<Vec<i64>, StoreError> {
        let mut tx = self.writer.tx().await?;
        let sql = tx.each(Kind::Int, "SELECT event FROM event_thing WHERE tenant = $1 AND thing", "");
        let args = vec![self.tenant.0.into(), Arg::Ints(things)];
        tx.select("capture.mentioned", sql, args, &[Kind::Int]).await?.iter().map(|row| row.int(0)).collect()
    }
}
