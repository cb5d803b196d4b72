//! Storing what a feed says, hundreds of rows in one statement.

use std::sync::{Arc, LazyLock};

use domain::StatusIndex;
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::coverage::CoverageRow;
use super::error::{Result, StoreError};
use super::tx::Raw;
use super::{Tx, time};
use crate::limits;

/// Rows to store, each with a place in the status lists for the case that it is new or changes something.
#[derive(Clone, Copy)]
pub struct RowsToPut<'a> {
    /// The rows; no two with the same natural key.
    pub rows: &'a [CoverageRow],
    /// As many places, each in the list of its row's prefecture.
    pub places: &'a [StatusIndex],
    /// Whether it is worth the time to say which places were used. Without it, all count as used.
    pub tell_places: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct RowsPut {
    /// How many rows were new or changed.
    pub changed: u64,
    /// The places that they got, where that was asked for.
    pub used: Vec<StatusIndex>,
}

impl Tx {
    /// Stores coverages; one that says what is known already is left alone, and keeps its place.
    pub async fn put_coverages(&mut self, put: RowsToPut<'_>, now: Timestamp) -> Result<RowsPut> {
        if put.rows.len() != put.places.len() {
            return Err(StoreError::Misused("each row needs a place"));
        }
        match self.raw() {
            Raw::Sqlite(c) => put_sqlite(c, put, time::ms(now)).await,
            Raw::Postgres(c) => put_postgres(c, put, time::ms(now)).await,
        }
    }
}

const HEAD: &str =
    "INSERT INTO coverage (card_key, branch, qualified_on, person_id, near_key, record, status_index, updated_at) ";
const TAIL: &str = " ON CONFLICT (card_key, branch, qualified_on) DO UPDATE SET
    person_id = excluded.person_id, near_key = excluded.near_key, record = excluded.record,
    status_index = excluded.status_index, updated_at = excluded.updated_at
WHERE coverage.record <> excluded.record OR coverage.person_id <> excluded.person_id";
const TELLING: &str = " RETURNING status_index";

/// The statement without and with the places that were used.
struct Statement {
    silent: Arc<str>,
    telling: Arc<str>,
}

impl Statement {
    fn new(rows: &str) -> Self {
        let silent = format!("{HEAD}{rows}{TAIL}");
        let telling = format!("{silent}{TELLING}");
        Self { silent: Arc::from(silent), telling: Arc::from(telling) }
    }

    fn sql(&self, tell_places: bool) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(if tell_places { &self.telling } else { &self.silent }))
    }
}

/// One statement for each power of two, so that any number of rows takes few statements and few are prepared.
static SQLITE: LazyLock<Vec<(usize, Statement)>> = LazyLock::new(|| {
    std::iter::successors(Some(limits::SQLITE_ROWS_PER_STATEMENT), |n| (*n > 1).then_some(n / 2))
        .map(|rows| (rows, Statement::new(&format!("VALUES {}", vec!["(?,?,?,?,?,?,?,?)"; rows].join(",")))))
        .collect()
});

static POSTGRES: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(
        "SELECT r.card_key, r.branch, r.qualified_on, r.person_id, r.near_key, r.record, r.status_index, $8
         FROM UNNEST($1::bytea[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::text[], $7::bigint[])
         AS r (card_key, branch, qualified_on, person_id, near_key, record, status_index)",
    )
});

async fn put_sqlite(c: &mut sqlx::SqliteConnection, put: RowsToPut<'_>, now: i64) -> Result<RowsPut> {
    let (mut rows, mut places) = (put.rows, put.places);
    let mut done = RowsPut::default();
    for (size, statement) in SQLITE.iter() {
        while let (Some((together, rest)), Some((their_places, rest_places))) =
            (rows.split_at_checked(*size), places.split_at_checked(*size))
        {
            (rows, places) = (rest, rest_places);
            let mut query = sqlx::query_scalar(statement.sql(put.tell_places));
            for (row, place) in together.iter().zip(their_places) {
                query = query
                    .bind(row.card_key.hash().to_vec())
                    .bind(row.branch.as_str())
                    .bind(row.qualified_on)
                    .bind(row.person.0.to_vec())
                    .bind(row.near_key)
                    .bind(row.record.as_str())
                    .bind(number(*place))
                    .bind(now);
            }
            if put.tell_places {
                done.take(query.fetch_all(&mut *c).await?)?;
            } else {
                done.changed += sqlx::Executor::execute(&mut *c, query).await?.rows_affected();
            }
        }
    }
    Ok(done)
}

async fn put_postgres(c: &mut sqlx::PgConnection, put: RowsToPut<'_>, now: i64) -> Result<RowsPut> {
    let rows = put.rows;
    let cards: Vec<Vec<u8>> = rows.iter().map(|r| r.card_key.hash().to_vec()).collect();
    let persons: Vec<&[u8]> = rows.iter().map(|r| r.person.0.as_slice()).collect();
    let branches: Vec<&str> = rows.iter().map(|r| r.branch.as_str()).collect();
    let records: Vec<&str> = rows.iter().map(|r| r.record.as_str()).collect();
    let query = sqlx::query_scalar(POSTGRES.sql(put.tell_places))
        .bind(cards)
        .bind(branches)
        .bind(rows.iter().map(|r| r.qualified_on).collect::<Vec<_>>())
        .bind(persons)
        .bind(rows.iter().map(|r| r.near_key).collect::<Vec<_>>())
        .bind(records)
        .bind(put.places.iter().map(|place| number(*place)).collect::<Vec<_>>())
        .bind(now);
    let mut done = RowsPut::default();
    if put.tell_places {
        done.take(query.fetch_all(&mut *c).await?)?;
    } else {
        done.changed = sqlx::Executor::execute(&mut *c, query).await?.rows_affected();
    }
    Ok(done)
}

impl RowsPut {
    fn take(&mut self, numbers: Vec<i64>) -> Result<()> {
        self.changed += numbers.len() as u64;
        for number in numbers {
            self.used.push(place(number)?);
        }
        Ok(())
    }
}

/// A place as the tables hold it.
pub(super) fn number(place: StatusIndex) -> i64 {
    time::signed(place.number())
}

/// A place out of a table.
pub(super) fn place(number: i64) -> Result<StatusIndex> {
    u64::try_from(number)
        .ok()
        .and_then(StatusIndex::from_number)
        .ok_or_else(|| StoreError::inconsistent("coverage", "a number that is no place of a status list"))
}
