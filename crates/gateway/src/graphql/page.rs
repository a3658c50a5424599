//! Pages of lists.

use app::Page;
use async_graphql::{
    OutputType,
    connection::{Connection, Edge},
};

/// A page as a connection.
pub(crate) fn connection<T, O: OutputType>(
    page: Page<T>,
    after: Option<&str>,
    wrap: impl Fn(T) -> O,
) -> Connection<String, O> {
    let mut connection = Connection::new(after.is_some(), page.has_next);
    connection.edges.extend(page.entries.into_iter().map(|(entry, cursor)| Edge::new(cursor, wrap(entry))));
    connection
}
