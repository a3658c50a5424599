//! Rows that are written while the next ones are made.

use std::sync::Arc;

use tokio::{
    sync::{Mutex, MutexGuard},
    task::JoinSet,
};

use super::{Packed, Rows, Transaction};
use crate::StoreError;

/// A transaction that writes rows in the background. Dropping it ends the writing and leaves nothing behind.
pub(crate) struct Writer {
    tx: Arc<Mutex<Transaction>>,
    pack: fn(Rows) -> Packed,
    /// One task at most.
    writing: JoinSet<Result<(), StoreError>>,
    /// Whether something failed: nothing more is done then.
    is_broken: bool,
}

const WHAT: &str = "capture.write";

impl Writer {
    pub(crate) fn new(tx: Transaction) -> Self {
        Self { pack: tx.packing(), tx: Arc::new(Mutex::new(tx)), writing: JoinSet::new(), is_broken: false }
    }

    /// The transaction, after everything that was given to [`write`](Self::write) is written.
    pub(crate) async fn tx(&mut self) -> Result<MutexGuard<'_, Transaction>, StoreError> {
        // A caller that gives up while it waits leaves the task as it is; the next one waits for it again.
        while let Some(written) = self.writing.join_next().await {
            self.is_broken |= !matches!(written, Ok(Ok(())));
            written.map_err(|_| StoreError::Broken(WHAT))??;
        }
        self.beside().await
    }

    /// The transaction between two tables: of what was given to [`write`](Self::write), some may not be there yet. Whoever
    /// asks so leaves the database something to do while it thinks.
    pub(crate) async fn beside(&self) -> Result<MutexGuard<'_, Transaction>, StoreError> {
        if self.is_broken { Err(StoreError::Broken(WHAT)) } else { Ok(self.tx.lock().await) }
    }

    /// Why something failed that was done [`beside`](Self::beside) the writing: that writing failed before it, where it did.
    pub(crate) async fn cause(&mut self, error: StoreError) -> StoreError {
        self.is_broken = true;
        match self.writing.join_next().await {
            Some(Ok(Err(first))) => first,
            _ => error,
        }
    }

    /// Begins to write rows, in this order, when those before are written.
    pub(crate) async fn write(&mut self, rows: Vec<Rows>) -> Result<(), StoreError> {
        let packed: Vec<Packed> = rows.into_iter().filter(|rows| !rows.is_empty()).map(self.pack).collect();
        drop(self.tx().await?);
        let tx = Arc::clone(&self.tx);
        self.writing.spawn(async move {
            for rows in packed {
                tx.lock().await.insert(rows).await?;
            }
            Ok(())
        });
        // A task that was just made waits for the one that made it to stop for a moment; no other thread takes it over.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// The transaction, to be committed.
    pub(crate) async fn finish(mut self) -> Result<Transaction, StoreError> {
        drop(self.tx().await?);
        // The task that wrote has ended, and nobody else has it.
        Arc::into_inner(self.tx).map(Mutex::into_inner).ok_or(StoreError::Broken(WHAT))
    }
}
