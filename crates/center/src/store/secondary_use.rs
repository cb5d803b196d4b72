//! `officer`, `export_request`, `export_month`, `export_cell`, `export_opt_out`: what leaves as counts, and who decided it.

use std::collections::HashSet;

use domain::PersonId;
use domain::record::Month;
use domain::secondary_use::{ExportPurpose, ExportRequest, ExportTable, GivenMonth, LegalGround};
use jiff::Timestamp;
use trust::operator_event::OperatorAction;
use uuid::Uuid;

use super::claim::month_number;
use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "export_request";

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// Another officer is to decide.
    Waiting,
    /// Another officer has approved.
    Approved,
    /// Refused by the rule or by an officer.
    Refused,
}

impl ExportState {
    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Approved, Self::Refused].into_iter().find(|state| state.code() == code)
    }
}

/// A request as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredExport {
    /// Its number.
    pub id: Uuid,
    /// What has become of it.
    pub state: ExportState,
    /// What was asked for.
    pub request: ExportRequest,
    /// Which officer asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Which officer decided; none: nobody yet, or the rule refused.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reasons: String,
}

/// An export that was made: its file has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeExport {
    /// When.
    pub made_at: Timestamp,
    /// What for.
    pub purpose: ExportPurpose,
    /// By which law.
    pub ground: LegalGround,
    /// To whom.
    pub recipient: String,
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
    /// Fewest persons of a number.
    pub k: u32,
}

/// A number that may leave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportCell {
    /// 1 to 47; 0: the whole country.
    pub prefecture: u8,
    /// First year of the class of age.
    pub age_class: u8,
    /// 性別1.
    pub sex: String,
    /// ATC code of ingredient or class.
    pub atc: String,
    /// Its name; empty for a class.
    pub drug_name: String,
    /// How many persons.
    pub persons: u64,
}

/// A claim of a month, as it is read for counting.
#[derive(Clone)]
pub struct CountedClaim {
    /// Whose.
    pub person: PersonId,
    /// Its key.
    pub key: [u8; 16],
    /// Source and entries, JSON.
    pub entries: String,
}

type RequestRow =
    (Vec<u8>, String, String, String, String, String, i64, i64, i64, String, i64, Option<String>, Option<i64>, String);
type CellRow = (i64, i64, String, String, String, i64);

impl Tx {
    /// Adds an officer. A name that was ever used is not given again: says whether it was free.
    pub async fn put_officer(&mut self, name: &str, secret_hash: &[u8; 32], now: Timestamp) -> Result<bool> {
        let added = execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO officer (name, secret_hash, added_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            )
            .bind(name)
            .bind(secret_hash.to_vec())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(added == 1)
    }

    /// Takes the right away. Says whether they had it.
    pub async fn remove_officer(&mut self, name: &str, now: Timestamp) -> Result<bool> {
        let removed = execute_on_both!(self, |c| {
            sqlx::query("UPDATE officer SET removed_at = $2 WHERE name = $1 AND removed_at IS NULL")
                .bind(name)
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })?;
        Ok(removed == 1)
    }

    /// Hash of the secret of an officer; none where there is no such officer (any more).
    pub async fn officer_secret(&mut self, name: &str) -> Result<Option<[u8; 32]>> {
        let row: Option<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT secret_hash FROM officer WHERE name = $1 AND removed_at IS NULL")
                .bind(name)
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(|(hash,)| time::fixed("officer", &hash)).transpose()
    }

    /// Puts a request on record.
    pub async fn put_export_request(&mut self, export: &StoredExport) -> Result<()> {
        let request = &export.request;
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO export_request (request_id, state, purpose, ground, recipient, export_table, first_month,
                     last_month, k, requested_by, requested_at, decided_by, decided_at, reasons)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            )
            .bind(export.id.as_bytes().to_vec())
            .bind(export.state.code())
            .bind(request.purpose.code())
            .bind(request.ground.code())
            .bind(request.recipient.as_str())
            .bind(request.table.code())
            .bind(month_number(request.first))
            .bind(month_number(request.last))
            .bind(i64::from(request.k))
            .bind(export.requested_by.as_str())
            .bind(time::ms(export.requested_at))
            .bind(export.decided_by.as_deref())
            .bind(export.decided_at.map(time::ms))
            .bind(export.reasons.as_str())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// A request by its number.
    pub async fn export_request(&mut self, id: Uuid) -> Result<Option<StoredExport>> {
        let row: Option<RequestRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT request_id, state, purpose, ground, recipient, export_table, first_month, last_month, k,
                     requested_by, requested_at, decided_by, decided_at, reasons
                 FROM export_request WHERE request_id = $1",
            )
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&mut *c)
            .await
        })?;
        row.map(read).transpose()
    }

    /// Requests, the newest first.
    pub async fn export_requests(&mut self, most: u32) -> Result<Vec<StoredExport>> {
        let rows: Vec<RequestRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT request_id, state, purpose, ground, recipient, export_table, first_month, last_month, k,
                     requested_by, requested_at, decided_by, decided_at, reasons
                 FROM export_request ORDER BY requested_at DESC, request_id DESC LIMIT $1",
            )
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// Decides about a request that waits. Says whether it did.
    pub async fn decide_export(
        &mut self,
        id: Uuid,
        state: ExportState,
        by: &str,
        reasons: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let decided = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE export_request SET state = $2, decided_by = $3, reasons = $4, decided_at = $5
                 WHERE request_id = $1 AND state = 'waiting'",
            )
            .bind(id.as_bytes().to_vec())
            .bind(state.code())
            .bind(by)
            .bind(reasons)
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(decided == 1)
    }

    /// What has left, the newest first: one for each file that was made.
    pub async fn exports_made(&mut self, most: u32) -> Result<Vec<MadeExport>> {
        type Row = (i64, String, String, String, i64, i64, i64);
        let rows: Vec<Row> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT e.done_at, r.purpose, r.ground, r.recipient, r.first_month, r.last_month, r.k
                 FROM operator_event e JOIN export_request r ON r.request_id = e.about
                 WHERE e.action = $1 ORDER BY e.done_at DESC, e.leaf DESC LIMIT $2",
            )
            .bind(OperatorAction::ExportMade.code())
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        let wrong = |what: &str| StoreError::inconsistent(TABLE, what.to_owned());
        rows.into_iter()
            .map(|(made_at, purpose, ground, recipient, first, last, k)| {
                Ok(MadeExport {
                    made_at: time::time(TABLE, made_at)?,
                    purpose: ExportPurpose::parse(&purpose).ok_or_else(|| wrong("purpose"))?,
                    ground: LegalGround::parse(&ground).ok_or_else(|| wrong("ground"))?,
                    recipient,
                    first: month_of(first).ok_or_else(|| wrong("first_month"))?,
                    last: month_of(last).ok_or_else(|| wrong("last_month"))?,
                    k: u32::try_from(k).map_err(|_| wrong("k"))?,
                })
            })
            .collect()
    }

    /// The months from one to another whose numbers were made.
    pub async fn given_months(&mut self, first: Month, last: Month) -> Result<Vec<GivenMonth>> {
        let rows: Vec<(i64, String, i64)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT month, export_table, k FROM export_month WHERE month BETWEEN $1 AND $2 ORDER BY month",
            )
            .bind(month_number(first))
            .bind(month_number(last))
            .fetch_all(&mut *c)
            .await
        })?;
        let wrong = |what: &str| StoreError::inconsistent("export_month", what.to_owned());
        rows.into_iter()
            .map(|(month, table, k)| {
                Ok(GivenMonth {
                    month: month_of(month).ok_or_else(|| wrong("month"))?,
                    table: ExportTable::parse(&table).ok_or_else(|| wrong("table"))?,
                    k: u32::try_from(k).map_err(|_| wrong("k"))?,
                })
            })
            .collect()
    }

    /// Keeps the numbers of a month, all at once; no two cells are the same.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where somebody else has made that month.
    pub async fn put_export_month(
        &mut self,
        given: &GivenMonth,
        id: Uuid,
        cells: &[ExportCell],
        now: Timestamp,
    ) -> Result<()> {
        let month = month_number(given.month);
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO export_month (month, export_table, k, request_id, made_at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(month)
            .bind(given.table.code())
            .bind(i64::from(given.k))
            .bind(id.as_bytes().to_vec())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        for some in cells.chunks(crate::limits::EXPORT_CELLS_PER_STATEMENT) {
            self.put_export_cells(month, some).await?;
        }
        Ok(())
    }

    async fn put_export_cells(&mut self, month: i64, cells: &[ExportCell]) -> Result<()> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let rows: Vec<_> = cells
                    .iter()
                    .map(|cell| {
                        serde_json::json!([
                            cell.prefecture,
                            cell.age_class,
                            cell.sex,
                            cell.atc,
                            cell.drug_name,
                            cell.persons
                        ])
                    })
                    .collect();
                sqlx::query(
                    "INSERT INTO export_cell (month, prefecture, age_class, sex, atc, drug_name, persons)
                     SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
                     FROM json_each($2)",
                )
                .bind(month)
                .bind(serde_json::Value::from(rows).to_string())
                .execute(&mut *c)
                .await?;
            }
            Raw::Postgres(c) => {
                sqlx::query(
                    "INSERT INTO export_cell (month, prefecture, age_class, sex, atc, drug_name, persons)
                     SELECT $1, r.* FROM UNNEST($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                         $7::bigint[]) AS r (prefecture, age_class, sex, atc, drug_name, persons)",
                )
                .bind(month)
                .bind(cells.iter().map(|cell| i64::from(cell.prefecture)).collect::<Vec<_>>())
                .bind(cells.iter().map(|cell| i64::from(cell.age_class)).collect::<Vec<_>>())
                .bind(cells.iter().map(|cell| cell.sex.as_str()).collect::<Vec<_>>())
                .bind(cells.iter().map(|cell| cell.atc.as_str()).collect::<Vec<_>>())
                .bind(cells.iter().map(|cell| cell.drug_name.as_str()).collect::<Vec<_>>())
                .bind(cells.iter().map(|cell| time::signed(cell.persons)).collect::<Vec<_>>())
                .execute(&mut *c)
                .await?;
            }
        }
        Ok(())
    }

    /// Numbers of a month behind a cell, in the order of prefecture, age, sex and code.
    pub async fn export_cells(
        &mut self,
        month: Month,
        after: Option<&ExportCell>,
        most: u32,
    ) -> Result<Vec<ExportCell>> {
        let rows: Vec<CellRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT prefecture, age_class, sex, atc, drug_name, persons FROM export_cell
                 WHERE month = $1 AND (prefecture, age_class, sex, atc) > ($2, $3, $4, $5)
                 ORDER BY prefecture, age_class, sex, atc LIMIT $6",
            )
            .bind(month_number(month))
            .bind(after.map_or(-1, |cell| i64::from(cell.prefecture)))
            .bind(after.map_or(0, |cell| i64::from(cell.age_class)))
            .bind(after.map_or("", |cell| cell.sex.as_str()))
            .bind(after.map_or("", |cell| cell.atc.as_str()))
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        let wrong = |_| StoreError::inconsistent("export_cell", "a number out of its range");
        rows.into_iter()
            .map(|(prefecture, age_class, sex, atc, drug_name, persons)| {
                Ok(ExportCell {
                    prefecture: u8::try_from(prefecture).map_err(wrong)?,
                    age_class: u8::try_from(age_class).map_err(wrong)?,
                    sex,
                    atc,
                    drug_name,
                    persons: time::count("export_cell", persons)?,
                })
            })
            .collect()
    }

    /// Claims of a month behind one of them, in the order of persons.
    pub async fn claims_of_month(
        &mut self,
        month: Month,
        after: Option<(PersonId, [u8; 16])>,
        most: u32,
    ) -> Result<Vec<CountedClaim>> {
        let (person, key) = after.unwrap_or((PersonId([0; 16]), [0; 16]));
        let rows: Vec<(Vec<u8>, Vec<u8>, String)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT person_id, claim_key, entries FROM claim
                 WHERE month = $1 AND state = 'taken' AND person_id >= $2 AND (person_id, claim_key) > ($2, $3)
                 ORDER BY person_id, claim_key LIMIT $4",
            )
            .bind(month_number(month))
            .bind(person.0.to_vec())
            .bind(key.to_vec())
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(person, key, entries)| {
                let person = PersonId(time::fixed("claim", &person)?);
                Ok(CountedClaim { person, key: time::fixed("claim", &key)?, entries })
            })
            .collect()
    }

    /// Leaves a person out of counts from now on, or takes them in again. Says whether that was new.
    pub async fn put_export_opt_out(&mut self, person: PersonId, out: bool, now: Timestamp) -> Result<bool> {
        let changed = if out {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO export_opt_out (person_id, opted_out_at) VALUES ($1, $2)
                     ON CONFLICT (person_id) DO NOTHING",
                )
                .bind(person.0.to_vec())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
            })?
        } else {
            execute_on_both!(self, |c| {
                sqlx::query("DELETE FROM export_opt_out WHERE person_id = $1")
                    .bind(person.0.to_vec())
                    .execute(&mut *c)
                    .await
            })?
        };
        Ok(changed == 1)
    }

    /// Who of these does not want to be counted.
    pub async fn opted_out_among(&mut self, persons: &[PersonId]) -> Result<HashSet<PersonId>> {
        let rows: Vec<(Vec<u8>,)> = match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(persons, |person, out| domain::hex::push(out, &person.0));
                sqlx::query_as(
                    "SELECT o.person_id FROM json_each($1) q CROSS JOIN export_opt_out o
                     WHERE o.person_id = unhex(q.value)",
                )
                .bind(keys)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = persons.iter().map(|person| person.0.as_slice()).collect();
                sqlx::query_as("SELECT person_id FROM export_opt_out WHERE person_id = ANY($1)")
                    .bind(keys)
                    .fetch_all(&mut *c)
                    .await?
            }
        };
        rows.into_iter().map(|(person,)| Ok(PersonId(time::fixed("export_opt_out", &person)?))).collect()
    }
}

fn month_of(number: i64) -> Option<Month> {
    Month::new(i16::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?)
}

fn read(row: RequestRow) -> Result<StoredExport> {
    let (id, state, purpose, ground, recipient, table, first, last, k, by, at, decided_by, decided_at, reasons) = row;
    let wrong = |what: &str| StoreError::inconsistent(TABLE, what.to_owned());
    Ok(StoredExport {
        id: Uuid::from_bytes(time::fixed(TABLE, &id)?),
        state: ExportState::parse(&state).ok_or_else(|| wrong("state"))?,
        request: ExportRequest {
            purpose: ExportPurpose::parse(&purpose).ok_or_else(|| wrong("purpose"))?,
            ground: LegalGround::parse(&ground).ok_or_else(|| wrong("ground"))?,
            recipient,
            first: month_of(first).ok_or_else(|| wrong("first_month"))?,
            last: month_of(last).ok_or_else(|| wrong("last_month"))?,
            table: ExportTable::parse(&table).ok_or_else(|| wrong("export_table"))?,
            k: u32::try_from(k).map_err(|_| wrong("k"))?,
        },
        requested_by: by,
        requested_at: time::time(TABLE, at)?,
        decided_by,
        decided_at: time::time_opt(TABLE, decided_at)?,
        reasons,
    })
}
