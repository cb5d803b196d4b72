//! `checkup` and `checkup_unmatched`: reports of checkups, hundreds of them in one statement.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use domain::{Date, PersonId};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::coverage::json_of;
use super::error::Result;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "checkup";

/// What is stored of a report. `Debug` is blank: it tells of a person's health.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckupRow {
    /// 実施日.
    pub checked_on: Date,
    /// What makes it the same as another report of the same person and day.
    pub key: [u8; 16],
    /// What makes it the same document, whoever it is given to.
    pub document: [u8; 16],
    /// What tells whether it says the same.
    pub digest: [u8; 16],
    /// The day on which its file was made.
    pub written_on: Date,
    /// 健診機関番号.
    pub institution: String,
    /// Whether it takes an earlier report back (報告区分 19).
    pub is_deletion: bool,
    /// The report, packed; empty for a deletion.
    pub report: Vec<u8>,
}

impl std::fmt::Debug for CheckupRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckupRow(…)")
    }
}

impl CheckupRow {
    const fn state(&self) -> &'static str {
        if self.is_deletion { "deleted" } else { "taken" }
    }
}

/// A report of a person, ready to be stored.
#[derive(Debug, Clone, Copy)]
pub struct PersonCheckup<'a> {
    /// Whose.
    pub person: PersonId,
    /// The report.
    pub row: &'a CheckupRow,
}

/// What came of storing reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CheckupsPut {
    /// New ones.
    pub new: u64,
    /// Those that replaced an earlier one.
    pub replaced: u64,
}

const HEAD: &str = "INSERT INTO checkup (person_id, checked_on, checkup_key, document_key, digest, written_on, state,
    version, report, received_at, changed_at) ";
// The same report again changes nothing, nor does one of an older file.
const TAIL: &str = " ON CONFLICT (person_id, checked_on, checkup_key) DO UPDATE SET
    document_key = excluded.document_key, digest = excluded.digest, written_on = excluded.written_on,
    state = excluded.state, version = checkup.version + 1, report = excluded.report, changed_at = excluded.changed_at
    WHERE excluded.written_on >= checkup.written_on
        AND (checkup.digest <> excluded.digest OR checkup.state <> excluded.state)";

/// One statement for each power of two, as for coverages.
static SQLITE: LazyLock<Vec<(usize, Arc<str>)>> = LazyLock::new(|| {
    std::iter::successors(Some(limits::SQLITE_ROWS_PER_STATEMENT), |n| (*n > 1).then_some(n / 2))
        .map(|rows| {
            let values = vec!["(?,?,?,?,?,?,?,1,?,?,?)"; rows].join(",");
            (rows, Arc::from(format!("{HEAD}VALUES {values}{TAIL}")))
        })
        .collect()
});

static POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{HEAD}SELECT r.person_id, r.checked_on, r.checkup_key, r.document_key, r.digest, r.written_on, r.state, 1,
             r.report, $9, $9
         FROM UNNEST($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::text[],
             $8::bytea[])
         AS r (person_id, checked_on, checkup_key, document_key, digest, written_on, state, report){TAIL} RETURNING version"
    )
});

// How many of these reports are known: one number, because a row that changes over costs more than finding it.
const KNOWN_SQLITE: &str = "SELECT count(*) FROM json_each($1) q CROSS JOIN checkup c
    WHERE c.person_id = unhex(substr(q.value, 1, 32)) AND c.checkup_key = unhex(substr(q.value, 33, 32))
    AND c.checked_on = CAST(substr(q.value, 65) AS INTEGER)";

/// Nobody else writes meanwhile: whatever is not known is new, and what else was written replaced another.
async fn put_sqlite(c: &mut sqlx::SqliteConnection, checkups: &[PersonCheckup<'_>], now: i64) -> Result<CheckupsPut> {
    let places = json_of(checkups, |PersonCheckup { person, row }, out| {
        domain::hex::push(out, &person.0);
        domain::hex::push(out, &row.key);
        let _ = write!(out, "{}", time::day(row.checked_on));
    });
    let known: i64 = sqlx::query_scalar(KNOWN_SQLITE).bind(places).fetch_one(&mut *c).await?;
    let new = (checkups.len() as u64).saturating_sub(time::count(TABLE, known)?);
    let mut rest = checkups;
    let mut written = 0;
    for (size, statement) in SQLITE.iter() {
        while let Some((together, others)) = rest.split_at_checked(*size) {
            rest = others;
            let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
            for PersonCheckup { person, row } in together {
                query = query
                    .bind(person.0.to_vec())
                    .bind(time::day(row.checked_on))
                    .bind(row.key.to_vec())
                    .bind(row.document.to_vec())
                    .bind(row.digest.to_vec())
                    .bind(time::day(row.written_on))
                    .bind(row.state())
                    .bind(row.report.as_slice())
                    .bind(now)
                    .bind(now);
            }
            written += query.execute(&mut *c).await?.rows_affected();
        }
    }
    Ok(CheckupsPut { new, replaced: written.saturating_sub(new) })
}

async fn put_postgres(c: &mut sqlx::PgConnection, checkups: &[PersonCheckup<'_>], now: i64) -> Result<CheckupsPut> {
    let rows = || checkups.iter().map(|checkup| checkup.row);
    let query = sqlx::query_scalar::<_, i64>(POSTGRES.as_str())
        .bind(checkups.iter().map(|checkup| checkup.person.0.as_slice()).collect::<Vec<_>>())
        .bind(rows().map(|row| time::day(row.checked_on)).collect::<Vec<_>>())
        .bind(rows().map(|row| row.key.as_slice()).collect::<Vec<_>>())
        .bind(rows().map(|row| row.document.as_slice()).collect::<Vec<_>>())
        .bind(rows().map(|row| row.digest.as_slice()).collect::<Vec<_>>())
        .bind(rows().map(|row| time::day(row.written_on)).collect::<Vec<_>>())
        .bind(rows().map(CheckupRow::state).collect::<Vec<_>>())
        .bind(rows().map(|row| row.report.as_slice()).collect::<Vec<_>>())
        .bind(now);
    let versions = query.fetch_all(&mut *c).await?;
    let new = versions.iter().filter(|version| **version == 1).count() as u64;
    Ok(CheckupsPut { new, replaced: versions.len() as u64 - new })
}

fn documents(checkups: &[PersonCheckup<'_>]) -> String {
    json_of(checkups, |checkup, out| domain::hex::push(out, &checkup.row.document))
}

impl Tx {
    /// Stores reports, no two of the same person, day and key. One that is known and says the same is left alone, and so is
    /// everything for a report of an older file; one that says something else replaces the earlier one.
    pub async fn put_checkups(&mut self, checkups: &[PersonCheckup<'_>], now: Timestamp) -> Result<CheckupsPut> {
        match self.raw() {
            Raw::Sqlite(c) => put_sqlite(c, checkups, time::ms(now)).await,
            Raw::Postgres(c) => put_postgres(c, checkups, time::ms(now)).await,
        }
    }

    /// Takes away what of these reports stands with somebody else: the register was corrected since. Gives how many it were.
    pub async fn drop_checkups_of_others(&mut self, checkups: &[PersonCheckup<'_>]) -> Result<u64> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(checkups, |checkup, out| {
                    domain::hex::push(out, &checkup.row.document);
                    domain::hex::push(out, &checkup.person.0);
                });
                let query = sqlx::query(
                    "DELETE FROM checkup WHERE rowid IN (
                         SELECT c.rowid FROM json_each($1) q CROSS JOIN checkup c
                         WHERE c.document_key = unhex(substr(q.value, 1, 32))
                             AND c.person_id <> unhex(substr(q.value, 33))
                     )",
                );
                Ok(query.bind(keys).execute(&mut *c).await?.rows_affected())
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = checkups.iter().map(|checkup| checkup.row.document.as_slice()).collect();
                let persons: Vec<&[u8]> = checkups.iter().map(|checkup| checkup.person.0.as_slice()).collect();
                let query = sqlx::query(
                    "DELETE FROM checkup c USING UNNEST($1::bytea[], $2::bytea[]) AS r (document_key, person_id)
                     WHERE c.document_key = r.document_key AND c.person_id <> r.person_id",
                );
                Ok(query.bind(keys).bind(persons).execute(&mut *c).await?.rows_affected())
            }
        }
    }

    /// Keeps reports that fit nobody, each with its reason. One that takes an earlier report back takes away what was kept.
    pub async fn put_unmatched_checkups(&mut self, checkups: &[(&CheckupRow, &str)], now: Timestamp) -> Result<()> {
        for (row, reason) in checkups {
            if row.is_deletion {
                execute_on_both!(self, |c| {
                    sqlx::query("DELETE FROM checkup_unmatched WHERE document_key = $1 AND written_on <= $2")
                        .bind(row.document.to_vec())
                        .bind(time::day(row.written_on))
                        .execute(&mut *c)
                        .await
                })?;
                continue;
            }
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO checkup_unmatched (document_key, checked_on, written_on, institution, reason, report,
                         received_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                     ON CONFLICT (document_key) DO UPDATE SET written_on = excluded.written_on,
                         reason = excluded.reason, report = excluded.report, received_at = excluded.received_at
                     WHERE excluded.written_on >= checkup_unmatched.written_on",
                )
                .bind(row.document.to_vec())
                .bind(time::day(row.checked_on))
                .bind(time::day(row.written_on))
                .bind(row.institution.as_str())
                .bind(*reason)
                .bind(row.report.as_slice())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Lets reports go that were kept as fitting nobody and fit somebody now.
    pub async fn forget_unmatched_checkups(&mut self, checkups: &[PersonCheckup<'_>]) -> Result<()> {
        match self.raw() {
            Raw::Sqlite(c) => {
                sqlx::query(
                    "DELETE FROM checkup_unmatched WHERE document_key IN (SELECT unhex(value) FROM json_each($1))",
                )
                .bind(documents(checkups))
                .execute(&mut *c)
                .await?;
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = checkups.iter().map(|checkup| checkup.row.document.as_slice()).collect();
                sqlx::query("DELETE FROM checkup_unmatched WHERE document_key = ANY($1)")
                    .bind(keys)
                    .execute(&mut *c)
                    .await?;
            }
        }
        Ok(())
    }

    /// How many reports are kept as fitting nobody, by reason.
    pub async fn unmatched_checkups_by_reason(&mut self) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> = on_both!(self, |c| {
            sqlx::query_as("SELECT reason, COUNT(*) FROM checkup_unmatched GROUP BY reason ORDER BY reason")
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(|(reason, count)| Ok((reason, time::count("checkup_unmatched", count)?))).collect()
    }
}
