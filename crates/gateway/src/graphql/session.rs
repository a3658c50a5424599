//! What belongs to one request: its caller, and what was looked up for it already.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::{Caller, Party};
use async_graphql::{Context, Result};
use tokio::sync::OnceCell;

use super::error::from_app;

/// One GraphQL request. Nothing of it outlives the request, so nothing of it can reach another caller.
pub(crate) struct Session {
    pub(crate) caller: Arc<Caller>,
    places: OnceCell<BTreeMap<String, String>>,
    /// Names that other answers brought along.
    known_places: Mutex<BTreeMap<String, String>>,
    parties: OnceCell<Vec<Party>>,
}

impl Session {
    pub(crate) fn new(caller: Caller) -> Self {
        Self {
            caller: Arc::new(caller),
            places: OnceCell::new(),
            known_places: Mutex::default(),
            parties: OnceCell::new(),
        }
    }

    /// The session of the request that a field belongs to.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data::<Self>()
    }

    /// The name of a place for people.
    pub(crate) async fn place_name(&self, place: &str) -> Result<Option<String>> {
        let known = self.known_places.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let look_up = || self.caller.names_of_places();
        let names = self.places.get_or_try_init(look_up).await.map_err(|error| from_app(&error))?;
        Ok(names.get(place).cloned())
    }

    /// The names of some places are known from another answer.
    pub(crate) fn know_places(&self, names: BTreeMap<String, String>) {
        self.known_places.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
    }

    /// The parties in the registry.
    pub(crate) async fn parties(&self) -> Result<&[Party]> {
        let look_up = || self.caller.parties();
        let parties = self.parties.get_or_try_init(look_up).await.map_err(|error| from_app(&error))?;
        Ok(parties)
    }
}
