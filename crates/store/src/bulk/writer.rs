//! Rows that are written while the next ones are made.

use tokio::task::JoinHandle;

use super::{Rows, Transaction};
use crate::StoreError;

/// A transaction that writes rows in the background. Dropping it ends the writing and leaves nothing behind.
pub(crate) struct Writer {
    state: State,
}

enum State {
    Idle(Transaction),
    Writing(JoinHandle<Result<Transaction, StoreError>>),
    /// Something failed: the transaction is gone.
    Broken,
}

const WHAT: &str = "capture.write";

impl Writer {
    pub(crate) fn new(tx: Transaction) -> Self {
        Self { state: State::Idle(tx) }
    }

    /// The transaction, after everything that was given to [`write`](Self::write) is written.
    pub(crate) async fn tx(&mut self) -> Result<&mut Transaction, StoreError> {
        // A caller that gives up while it waits leaves the task as it is; the next one waits for it again.
        if let State::Writing(task) = &mut self.state {
            let written = task.await.map_err(|_| StoreError::Broken(WHAT));
            self.state = State::Broken;
            self.state = State::Idle(written??);
        }
        match &mut self.state {
            State::Idle(tx) => Ok(tx),
            State::Writing(_) | State::Broken => Err(StoreError::Broken(WHAT)),
        }
    }

    /// Begins to write rows, in this order.
    pub(crate) async fn write(&mut self, rows: Vec<Rows>) -> Result<(), StoreError> {
        let mut tx = self.take().await?;
        self.state = State::Writing(tokio::spawn(async move {
            for rows in rows {
                tx.insert(rows).await?;
            }
            Ok(tx)
        }));
        // A task that was just made waits for the one that made it to stop for a moment; no other thread takes it over.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// The transaction, to be committed.
    pub(crate) async fn finish(mut self) -> Result<Transaction, StoreError> {
        self.take().await
    }

    async fn take(&mut self) -> Result<Transaction, StoreError> {
        self.tx().await?;
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Idle(tx) => Ok(tx),
            State::Writing(_) | State::Broken => Err(StoreError::Broken(WHAT)),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The transaction goes with the task, and the lock of the tenant with it.
        if let State::Writing(task) = &self.state {
            task.abort();
        }
    }
}
