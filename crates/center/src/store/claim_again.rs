//! `claim_unmatched`, looked at again: which of its claims name a card whose register changed since, and what the institution
//! is told when one fits somebody.

use domain::record::{ClaimKind, Month};
use domain::{CardKey, MedicalInstitutionCode};
use jiff::{SignedDuration, Timestamp};
use wire::api::ClaimFileCounts;

use super::claim::{ClaimKey, ClaimRow};
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "claim_unmatched";

/// Which claim: institution and key.
pub type UnmatchedKey = (MedicalInstitutionCode, ClaimKey);

/// Where an institution reads what became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// 受付番号 of the file.
    pub reception_number: String,
    /// Part of its results, from 0.
    pub part: u64,
    /// First line of the claim in the file.
    pub line: u64,
}

/// What is written beside a claim that fits nobody.
pub struct UnmatchedNote<'a> {
    /// Which claim.
    pub of: UnmatchedKey,
    /// The card that it names.
    pub card: CardKey,
    /// Whose it says it is, as JSON.
    pub question: &'a str,
    /// How often it was looked at again.
    pub tries: u32,
    /// When it came, where that is earlier than its row says.
    pub received_at: Option<Timestamp>,
    /// Who is told; none leaves what is there.
    pub file: Option<FilePlace>,
}

/// A claim that fitted nobody.
pub struct WaitingClaim {
    /// The claim, without its 検索番号.
    pub row: ClaimRow,
    /// Whose it says it is, as JSON.
    pub question: String,
    /// How often it was looked at again.
    pub tries: u32,
    /// When it was looked at last.
    pub tried_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// Who is told.
    pub file: Option<FilePlace>,
}

/// Which claims are looked at.
#[derive(Debug, Clone, Copy)]
pub struct AgainRule {
    /// Those that came since.
    pub since: Timestamp,
    /// Those that were looked at less often.
    pub tries: u32,
    /// How much earlier than the last look a change may say it was.
    pub overlap: SignedDuration,
}

type WaitingRow =
    (String, Vec<u8>, Vec<u8>, i64, String, String, String, i64, i64, i64, Option<String>, Option<i64>, Option<i64>);

const WAITING: &str =
    "SELECT institution, claim_key, digest, month, kind, entries, question, tries, tried_at, received_at, file_number,
    file_part, file_line FROM claim_unmatched WHERE institution = $1 AND claim_key = $2 AND question IS NOT NULL";

impl Tx {
    /// When a part of any feed was taken last.
    pub async fn newest_import_at(&mut self) -> Result<Option<Timestamp>> {
        let (newest,): (Option<i64>,) =
            on_both!(self, |c| sqlx::query_as("SELECT MAX(updated_at) FROM import_job").fetch_one(&mut *c).await)?;
        time::time_opt("import_job", newest)
    }

    /// Writes down what is needed to look at claims again. Those that are not kept are passed over.
    pub async fn note_unmatched(&mut self, notes: &[UnmatchedNote<'_>], now: Timestamp) -> Result<()> {
        for note in notes {
            let file = note.file.as_ref();
            execute_on_both!(self, |c| {
                sqlx::query(
                    "UPDATE claim_unmatched SET card_key = $3, question = $4, tried_at = $5, tries = $6,
                         received_at = COALESCE($7, received_at), file_number = COALESCE($8, file_number),
                         file_part = COALESCE($9, file_part), file_line = COALESCE($10, file_line)
                     WHERE institution = $1 AND claim_key = $2",
                )
                .bind(note.of.0.as_str())
                .bind(note.of.1.0.to_vec())
                .bind(note.card.hash().to_vec())
                .bind(note.question)
                .bind(time::ms(now))
                .bind(i64::from(note.tries))
                .bind(note.received_at.map(time::ms))
                .bind(file.map(|file| file.reception_number.as_str()))
                .bind(file.map(|file| time::signed(file.part)))
                .bind(file.map(|file| time::signed(file.line)))
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Of the next `most` claims behind `after`: those whose card changed since they were looked at; and the last one of all
    /// that were passed, none at the end.
    pub async fn unmatched_due(
        &mut self,
        after: Option<UnmatchedKey>,
        rule: AgainRule,
        most: u32,
    ) -> Result<(Vec<UnmatchedKey>, Option<UnmatchedKey>)> {
        let (institution, key) = after.map_or((String::new(), Vec::new()), |(institution, key)| {
            (institution.as_str().to_owned(), key.0.to_vec())
        });
        let rows: Vec<(String, Vec<u8>, i64)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT u.institution, u.claim_key, CAST(CASE WHEN u.card_key IS NOT NULL AND u.tries < $3
                     AND u.received_at >= $4 AND EXISTS (SELECT 1 FROM coverage c WHERE c.card_key = u.card_key
                         AND c.updated_at >= u.tried_at - $5) THEN 1 ELSE 0 END AS BIGINT)
                 FROM (SELECT institution, claim_key, card_key, tries, received_at, tried_at FROM claim_unmatched
                     WHERE (institution, claim_key) > ($1, $2) ORDER BY institution, claim_key LIMIT $6) u
                 ORDER BY u.institution, u.claim_key",
            )
            .bind(&institution)
            .bind(&key)
            .bind(i64::from(rule.tries))
            .bind(time::ms(rule.since))
            .bind(i64::try_from(rule.overlap.as_millis()).unwrap_or(i64::MAX))
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        let is_end = rows.len() < usize::try_from(most).unwrap_or(usize::MAX);
        let (mut due, mut last) = (Vec::new(), None);
        for (institution, key, is_due) in rows {
            let of = (read_institution(&institution)?, ClaimKey(time::fixed(TABLE, &key)?));
            if is_due != 0 {
                due.push(of);
            }
            last = Some(of);
        }
        Ok((due, last.filter(|_| !is_end)))
    }

    /// Claims that still fit nobody, for this transaction alone: on PostgreSQL those that another center looks at are passed
    /// over.
    pub async fn unmatched_waiting(&mut self, of: &[UnmatchedKey]) -> Result<Vec<WaitingClaim>> {
        let mut waiting = Vec::with_capacity(of.len());
        for (institution, key) in of {
            let row: Option<WaitingRow> = match self.raw() {
                Raw::Sqlite(c) => {
                    sqlx::query_as(WAITING)
                        .bind(institution.as_str())
                        .bind(key.0.to_vec())
                        .fetch_optional(&mut *c)
                        .await?
                }
                Raw::Postgres(c) => {
                    let locking = format!("{WAITING} FOR UPDATE SKIP LOCKED");
                    sqlx::query_as(sqlx::AssertSqlSafe(locking))
                        .bind(institution.as_str())
                        .bind(key.0.to_vec())
                        .fetch_optional(&mut *c)
                        .await?
                }
            };
            waiting.extend(row.map(read_waiting).transpose()?);
        }
        Ok(waiting)
    }

    /// A claim is not looked at again, and forgets whose it said it is.
    pub async fn leave_unmatched(&mut self, of: UnmatchedKey) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_unmatched SET card_key = NULL, question = NULL WHERE institution = $1 AND claim_key = $2",
            )
            .bind(of.0.as_str())
            .bind(of.1.0.to_vec())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// The same for all that came before a time.
    pub async fn leave_old_unmatched(&mut self, before: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_unmatched SET card_key = NULL, question = NULL
                 WHERE card_key IS NOT NULL AND received_at < $1",
            )
            .bind(time::ms(before))
            .execute(&mut *c)
            .await
        })
    }

    /// Writes anew what became of a stretch of claims of a file, and how many came out how.
    pub async fn change_claim_outcomes(
        &mut self,
        facility: MedicalInstitutionCode,
        file: &FilePlace,
        counts: &ClaimFileCounts,
        outcomes: &[u8],
    ) -> Result<()> {
        let counts = serde_json::to_string(counts).map_err(|error| StoreError::inconsistent("claim_file", error))?;
        execute_on_both!(self, |c| {
            sqlx::query("UPDATE claim_file SET counts = $3 WHERE facility = $1 AND reception_number = $2")
                .bind(facility.as_str())
                .bind(&file.reception_number)
                .bind(&counts)
                .execute(&mut *c)
                .await
        })?;
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file_result SET outcomes = $4 WHERE facility = $1 AND reception_number = $2 AND part = $3",
            )
            .bind(facility.as_str())
            .bind(&file.reception_number)
            .bind(time::signed(file.part))
            .bind(outcomes.to_vec())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }
}

fn read_institution(code: &str) -> Result<MedicalInstitutionCode> {
    MedicalInstitutionCode::parse(code).map_err(|_| StoreError::inconsistent(TABLE, "no institution"))
}

fn read_waiting(row: WaitingRow) -> Result<WaitingClaim> {
    let (institution, key, digest, month, kind, entries, question, tries, tried_at, received_at, ..) = row;
    let (number, part, line) = (row.10, row.11, row.12);
    let wrong = |what: &'static str| StoreError::inconsistent(TABLE, what);
    let file = match (number, part, line) {
        (Some(reception_number), Some(part), Some(line)) => {
            Some(FilePlace { reception_number, part: time::count(TABLE, part)?, line: time::count(TABLE, line)? })
        }
        _ => None,
    };
    Ok(WaitingClaim {
        row: ClaimRow {
            key: ClaimKey(time::fixed(TABLE, &key)?),
            digest: time::fixed(TABLE, &digest)?,
            month: Month::parse(&month.to_string()).map_err(|_| wrong("no month"))?,
            institution: read_institution(&institution)?,
            kind: ClaimKind::parse(&kind).ok_or_else(|| wrong("unknown kind"))?,
            search_number: None,
            entries,
        },
        question,
        tries: u32::try_from(tries).map_err(|_| wrong("a count that is none"))?,
        tried_at: time::time(TABLE, tried_at)?,
        received_at: time::time(TABLE, received_at)?,
        file,
    })
}
