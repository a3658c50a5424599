//! Reads over the mapper's connections to `PostgreSQL`, by the places of columns.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, QueryResult, RuntimeErr, sea_query::SelectStatement, sqlx,
    sqlx::Row as _,
};

use super::{Cell, Kind, Row};

/// Runs a query of the mapper; gives its rows by their columns.
pub(super) async fn rows(db: &DatabaseConnection, select: &SelectStatement, shape: &[Kind]) -> Result<Vec<Row>, DbErr> {
    db.query_all(select).await?.iter().map(|row| read(row, shape)).collect()
}

fn read(row: &QueryResult, shape: &[Kind]) -> Result<Row, DbErr> {
    let row = row.try_as_pg_row().ok_or_else(|| DbErr::Type("a row of another engine".to_owned()))?;
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            // Numbers of any width.
            Kind::Int => Cell::Int(row.try_get_unchecked(column)?),
            Kind::Flag => Cell::Int(row.try_get::<Option<bool>, _>(column)?.map(i64::from)),
            Kind::Text => Cell::Text(row.try_get(column)?),
            Kind::Bytes => Cell::Bytes(row.try_get::<Option<_>, _>(column)?.unwrap_or_default()),
        })
    };
    let cells: Result<_, sqlx::Error> = shape.iter().enumerate().map(cell).collect();
    cells.map(Row).map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
}
