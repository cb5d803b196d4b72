//! `person_look` and `notice`: searches by name beside their access events, and whom they are still to be told.

use domain::{MedicalInstitutionCode, PersonId, SearchOutcome, SearchPurpose};
use jiff::Timestamp;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "person_look";

type LookRow = (i64, i64, String, String, String, String, i64);

/// A search by name that is to be put on record with its access event.
#[derive(Clone)]
pub struct NewLook {
    /// Place of its access event.
    pub leaf: u64,
    /// Who looked.
    pub facility: MedicalInstitutionCode,
    /// What for.
    pub purpose: SearchPurpose,
    /// Why, in the words of staff.
    pub reason: String,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// Those who were shown, each of whom is to be told.
    pub shown: Vec<PersonId>,
}

/// A search by name as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLook {
    /// Which log.
    pub log_id: i64,
    /// Place of its access event.
    pub leaf: u64,
    /// Who looked.
    pub facility: MedicalInstitutionCode,
    /// What for.
    pub purpose: SearchPurpose,
    /// Why, in the words of staff.
    pub reason: String,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// When.
    pub looked_at: Timestamp,
}

/// A search as the operator sees it: nothing about the persons but how many wait to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookWaiting {
    /// The search.
    pub look: StoredLook,
    /// How many of those who were shown have not been told.
    pub waiting: u64,
}

/// Which searches are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// All.
    All,
    /// Those of which somebody has not been told.
    Waiting,
}

/// What a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The search that showed them.
    pub look: StoredLook,
    /// When they have seen it; none: not yet.
    pub told_at: Option<Timestamp>,
}

/// A row of `person_look`, and something about its notices.
type LookAndNotices<T> = (i64, i64, String, String, String, String, i64, T);

impl Tx {
    /// Puts searches on record, and notes whom they are to be told. For the batch of answers, before its events.
    pub async fn put_person_looks(&mut self, log_id: i64, looks: &[NewLook], now: Timestamp) -> Result<()> {
        for look in looks {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO person_look (log_id, leaf, facility, purpose, reason, outcome, looked_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(log_id)
                .bind(time::signed(look.leaf))
                .bind(look.facility.as_str())
                .bind(look.purpose.code())
                .bind(look.reason.as_str())
                .bind(look.outcome.code())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
            })?;
            // Five at most.
            for person in &look.shown {
                execute_on_both!(self, |c| {
                    sqlx::query("INSERT INTO notice (person_id, log_id, leaf, noted_at) VALUES ($1, $2, $3, $4)")
                        .bind(person.0.to_vec())
                        .bind(log_id)
                        .bind(time::signed(look.leaf))
                        .bind(time::ms(now))
                        .execute(&mut *c)
                        .await
                })?;
            }
        }
        Ok(())
    }

    /// Searches, the newest first, with how many people wait to be told of each.
    pub async fn person_looks(&mut self, which: Looks, most: u32) -> Result<Vec<LookWaiting>> {
        let only_waiting = i64::from(which == Looks::Waiting);
        let rows: Vec<LookAndNotices<i64>> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT * FROM (
                     SELECT l.log_id, l.leaf, l.facility, l.purpose, l.reason, l.outcome, l.looked_at,
                         (SELECT COUNT(*) FROM notice n
                          WHERE n.log_id = l.log_id AND n.leaf = l.leaf AND n.told_at IS NULL) AS waiting
                     FROM person_look l
                 ) AS looks WHERE waiting >= $1 ORDER BY looked_at DESC, leaf DESC LIMIT $2",
            )
            .bind(only_waiting)
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(log_id, leaf, facility, purpose, reason, outcome, looked_at, waiting)| {
                let look = look((log_id, leaf, facility, purpose, reason, outcome, looked_at))?;
                Ok(LookWaiting { look, waiting: time::count("notice", waiting)? })
            })
            .collect()
    }

    /// What a person is told, the newest first.
    pub async fn notices_of(&mut self, person: PersonId) -> Result<Vec<Notice>> {
        let rows: Vec<LookAndNotices<Option<i64>>> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT l.log_id, l.leaf, l.facility, l.purpose, l.reason, l.outcome, l.looked_at, n.told_at
                 FROM notice n JOIN person_look l ON l.log_id = n.log_id AND l.leaf = n.leaf
                 WHERE n.person_id = $1 ORDER BY l.looked_at DESC, l.leaf DESC",
            )
            .bind(person.0.to_vec())
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(log_id, leaf, facility, purpose, reason, outcome, looked_at, told_at)| {
                let look = look((log_id, leaf, facility, purpose, reason, outcome, looked_at))?;
                Ok(Notice { look, told_at: time::time_opt("notice", told_at)? })
            })
            .collect()
    }

    /// Notes that a person has seen everything that they are to be told. Gives how much of it was new.
    pub async fn notices_told(&mut self, person: PersonId, now: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("UPDATE notice SET told_at = $2 WHERE person_id = $1 AND told_at IS NULL")
                .bind(person.0.to_vec())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })
    }
}

fn look((log_id, leaf, facility, purpose, reason, outcome, looked_at): LookRow) -> Result<StoredLook> {
    let unknown = |what: &str| StoreError::inconsistent(TABLE, format!("no such {what}"));
    Ok(StoredLook {
        log_id,
        leaf: time::count(TABLE, leaf)?,
        facility: MedicalInstitutionCode::parse(&facility).map_err(|e| StoreError::inconsistent(TABLE, e))?,
        purpose: SearchPurpose::parse(&purpose).ok_or_else(|| unknown("purpose"))?,
        reason,
        outcome: SearchOutcome::parse(&outcome).ok_or_else(|| unknown("outcome"))?,
        looked_at: time::time(TABLE, looked_at)?,
    })
}
