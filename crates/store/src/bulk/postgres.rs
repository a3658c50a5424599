//! `PostgreSQL`: `COPY` in its binary format.

use sea_orm::sqlx::{
    self, Arguments as _, AssertSqlSafe, Row as _,
    postgres::{PgArguments, PgPool, PgRow},
};

use super::{Arg, Bulk, Cell, Kind, Row, Rows, Table};

/// A transaction on one connection.
pub(crate) struct Postgres(sqlx::Transaction<'static, sqlx::Postgres>);

impl Postgres {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self(pool.begin().await?))
    }
}

impl Bulk for Postgres {
    async fn insert(&mut self, rows: Rows) -> Result<(), sqlx::Error> {
        let Table { name, columns } = rows.table;
        let statement = format!("COPY {name} ({}) FROM STDIN (FORMAT binary)", columns.join(", "));
        let mut copy = self.0.copy_in_raw(&statement).await?;
        copy.send(binary(&rows)).await?;
        copy.finish().await?;
        Ok(())
    }

    async fn execute(&mut self, sql: String, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?).execute(&mut *self.0).await?;
        Ok(done.rows_affected())
    }

    async fn select(&mut self, sql: String, args: Vec<Arg>, shape: &'static [Kind]) -> Result<Vec<Row>, sqlx::Error> {
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?).fetch_all(&mut *self.0).await?;
        rows.iter().map(|row| read(row, shape)).collect()
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.commit().await
    }
}

/// The signature, flags and an empty extension (`PostgreSQL` documentation, `COPY`, "Binary Format").
const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Rows in the binary format of `COPY`: for each row the number of fields, for each field its length and its bytes,
/// numbers with the highest byte first; at the end -1.
fn binary(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER.len() + rows.cells.len() * 16);
    out.extend(HEADER);
    let width = rows.table.columns.len();
    for row in rows.cells.chunks_exact(width) {
        // A table has a few dozen columns at most.
        out.extend(i16::try_from(width).unwrap_or(i16::MAX).to_be_bytes());
        for cell in row {
            match cell {
                Cell::Int(Some(number)) => field(&mut out, &number.to_be_bytes()),
                Cell::Number(number) => field(&mut out, &number.to_be_bytes()),
                Cell::Code(Some(code)) => field(&mut out, &code.to_be_bytes()),
                Cell::Flag(flag) => field(&mut out, &[u8::from(*flag)]),
                Cell::Text(Some(text)) => field(&mut out, text.as_bytes()),
                Cell::Bytes(bytes) => field(&mut out, bytes),
                Cell::Int(None) | Cell::Code(None) | Cell::Text(None) => out.extend((-1i32).to_be_bytes()),
            }
        }
    }
    out.extend((-1i16).to_be_bytes());
    out
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nothing near 2 GiB gets here: a document's events are bounded far below.
    out.extend(i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn arguments(args: Vec<Arg>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Cell(Cell::Int(number)) => arguments.add(number),
            Arg::Cell(Cell::Number(number)) => arguments.add(number),
            Arg::Cell(Cell::Code(code)) => arguments.add(code),
            Arg::Cell(Cell::Flag(flag)) => arguments.add(flag),
            Arg::Cell(Cell::Text(text)) => arguments.add(text),
            Arg::Cell(Cell::Bytes(bytes)) => arguments.add(bytes),
            Arg::Ints(numbers) => arguments.add(numbers),
            Arg::Texts(texts) => arguments.add(texts),
            Arg::Blobs(blobs) => arguments.add(blobs),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn read(row: &PgRow, shape: &[Kind]) -> Result<Row, sqlx::Error> {
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            // Numbers of any width.
            Kind::Int => Cell::Int(row.try_get_unchecked(column)?),
            Kind::Text => Cell::Text(row.try_get(column)?),
            Kind::Bytes => Cell::Bytes(row.try_get(column)?),
        })
    };
    Ok(Row(shape.iter().enumerate().map(cell).collect::<Result<_, sqlx::Error>>()?))
}
