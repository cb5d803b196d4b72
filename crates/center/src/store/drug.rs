//! `drug`: what the codes of drugs mean, as in the newest master that has them.

use domain::Date;
use domain::record::DrugCode;
use sqlx::AssertSqlSafe;
use std::sync::{Arc, LazyLock};
use wire::master::{DrugChange, DrugRow, MasterForm};

use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "drug";

type Stored = (String, String, Option<String>, Option<String>, i64, Option<String>, Option<i64>);

const HEAD: &str = "INSERT INTO drug (code, edition, name, unit, form, is_drug, price_list_code, abolished_on) ";
// A file that leaves columns blank must not take away what a fuller one told.
const TAIL: &str = " ON CONFLICT (code) DO UPDATE SET edition = excluded.edition, name = excluded.name,
    unit = COALESCE(excluded.unit, drug.unit), form = COALESCE(excluded.form, drug.form), is_drug = excluded.is_drug,
    price_list_code = COALESCE(excluded.price_list_code, drug.price_list_code), abolished_on = excluded.abolished_on
    WHERE drug.edition <= excluded.edition";

static SQLITE: LazyLock<Vec<(usize, Arc<str>)>> = LazyLock::new(|| {
    std::iter::successors(Some(limits::SQLITE_ROWS_PER_STATEMENT), |n| (*n > 1).then_some(n / 2))
        .map(|rows| (rows, Arc::from(format!("{HEAD}VALUES {}{TAIL}", vec!["(?,?,?,?,?,?,?,?)"; rows].join(",")))))
        .collect()
});

static POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{HEAD}SELECT r.code, $1, r.name, r.unit, r.form, r.is_drug, r.price_list_code, r.abolished_on
         FROM UNNEST($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[])
         AS r (code, name, unit, form, is_drug, price_list_code, abolished_on){TAIL}"
    )
});

fn form(row: &DrugRow) -> Option<&'static str> {
    row.form.map(MasterForm::code)
}

impl Tx {
    /// Stores the drugs of a master of this day, no two with the same code. What an older master tells of a drug that a
    /// newer one told of changes nothing. Gives how many drugs were new or told again.
    pub async fn put_drugs(&mut self, rows: &[DrugRow], edition: Date) -> Result<u64> {
        let changed = self.put_rows(rows, time::day(edition)).await?;
        if changed > 0 {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO master_version (master, version) VALUES ('drug', 1)
                     ON CONFLICT (master) DO UPDATE SET version = master_version.version + 1",
                )
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(changed)
    }

    /// A number that is another one after each transaction that changed a drug; 0 before the first.
    pub async fn drug_version(&mut self) -> Result<u64> {
        let row: Option<(i64,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT version FROM master_version WHERE master = 'drug'").fetch_optional(&mut *c).await
        })?;
        row.map_or(Ok(0), |(version,)| time::count("master_version", version))
    }

    async fn put_rows(&mut self, rows: &[DrugRow], edition: i64) -> Result<u64> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let (mut rest, mut changed) = (rows, 0);
                for (size, statement) in SQLITE.iter() {
                    while let Some((together, others)) = rest.split_at_checked(*size) {
                        rest = others;
                        let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
                        for row in together {
                            query = query
                                .bind(row.code.as_str())
                                .bind(edition)
                                .bind(row.name.as_str())
                                .bind(row.unit.as_deref())
                                .bind(form(row))
                                .bind(i64::from(row.is_drug))
                                .bind(row.price_list_code.as_deref())
                                .bind(row.abolished_on.map(time::day));
                        }
                        changed += query.execute(&mut *c).await?.rows_affected();
                    }
                }
                Ok(changed)
            }
            Raw::Postgres(c) => {
                let query = sqlx::query(POSTGRES.as_str())
                    .bind(edition)
                    .bind(rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| row.unit.as_deref()).collect::<Vec<_>>())
                    .bind(rows.iter().map(form).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| i64::from(row.is_drug)).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| row.price_list_code.as_deref()).collect::<Vec<_>>())
                    .bind(rows.iter().map(|row| row.abolished_on.map(time::day)).collect::<Vec<_>>());
                Ok(query.execute(&mut *c).await?.rows_affected())
            }
        }
    }

    /// Every drug that any master told of.
    pub async fn drugs(&mut self) -> Result<Vec<DrugRow>> {
        let rows: Vec<Stored> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT code, name, unit, form, is_drug, price_list_code, abolished_on FROM drug ORDER BY code",
            )
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(code, name, unit, form, is_drug, price_list_code, abolished_on)| {
                Ok(DrugRow {
                    code: DrugCode::parse(&code).map_err(|e| StoreError::inconsistent(TABLE, e))?,
                    name,
                    unit,
                    form: form.as_deref().and_then(MasterForm::parse),
                    is_drug: is_drug != 0,
                    price_list_code,
                    change: DrugChange::None,
                    changed_on: None,
                    abolished_on: abolished_on.map(|day| time::date(TABLE, day)).transpose()?,
                })
            })
            .collect()
    }

    /// The day of the newest master, and how many drugs are known; none without any.
    pub async fn drug_edition(&mut self) -> Result<Option<(Date, u64)>> {
        let (newest, count): (Option<i64>, i64) =
            on_both!(self, |c| { sqlx::query_as("SELECT MAX(edition), COUNT(*) FROM drug").fetch_one(&mut *c).await })?;
        newest.map(|day| Ok((time::date(TABLE, day)?, time::count(TABLE, count)?))).transpose()
    }
}
