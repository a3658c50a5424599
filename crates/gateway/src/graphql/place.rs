//! Places.

use async_graphql::{ComplexObject, Context, Result, SimpleObject};

use super::session::Session;

/// A place where something happened or is kept.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Place {
    /// Its identifier in canonical form, usually a GS1 Digital Link with a GLN.
    pub(crate) id: String,
}

#[ComplexObject]
impl Place {
    /// Its name, where your records or your registry know it.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Session::of(ctx)?.place_name(&self.id).await
    }
}

impl Place {
    pub(crate) fn of(id: Option<String>) -> Option<Self> {
        id.map(|id| Self { id })
    }
}
