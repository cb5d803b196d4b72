//! `personal_certificate`: which certificates (資格確認書 with a code) were given out for which coverage.

use domain::{CardKey, Date, InsurerNumber, StatusIndex};
use jiff::Timestamp;

use super::coverage::read_record;
use super::coverage_put::{number, place};
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "personal_certificate";

/// What makes a coverage one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageKey {
    /// The card.
    pub card_key: CardKey,
    /// 枝番, or nothing.
    pub branch: String,
    /// 資格取得年月日.
    pub qualified_on: Date,
}

/// A coverage that stays as it is until the transaction ends.
#[derive(Debug, Clone)]
pub struct LockedCoverage {
    /// Its row.
    pub key: CoverageKey,
    /// What it says.
    pub coverage: domain::Coverage,
}

/// A certificate that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Its place.
    pub place: StatusIndex,
    /// The coverage that it tells.
    pub of: CoverageKey,
    /// Whose insured.
    pub insurer: InsurerNumber,
    /// When.
    pub issued_at: Timestamp,
    /// `operator`, or the insurer's number.
    pub issued_by: String,
    /// Its first day.
    pub valid_from: Date,
    /// Its last day.
    pub valid_until: Date,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Until when somebody may still believe it.
    pub keep_until: Timestamp,
}

type Row = (i64, Vec<u8>, String, i64, String, i64, String, i64, i64, Option<i64>, i64);

const COLUMNS: &str = "status_index, card_key, branch, qualified_on, insurer, issued_at, issued_by, valid_from, \
                       valid_until, revoked_at, keep_until";

impl Tx {
    /// The coverages of a card. Until this transaction ends nobody changes them, so that a certificate is either made of what
    /// they say in the end, or struck out by whoever changes them next.
    pub async fn lock_coverages_of_card(&mut self, card_key: CardKey) -> Result<Vec<LockedCoverage>> {
        const SELECT: &str = "SELECT branch, qualified_on, record FROM coverage WHERE card_key = $1";
        const LOCKING: &str = "SELECT branch, qualified_on, record FROM coverage WHERE card_key = $1 FOR UPDATE";
        let card = card_key.hash().to_vec();
        let rows: Vec<(String, i64, String)> = match self.raw() {
            // A writing transaction is alone.
            Raw::Sqlite(c) => sqlx::query_as(SELECT).bind(card).fetch_all(&mut *c).await?,
            Raw::Postgres(c) => sqlx::query_as(LOCKING).bind(card).fetch_all(&mut *c).await?,
        };
        let read = |(branch, qualified_on, record): (String, i64, String)| {
            let coverage = read_record(domain::PersonId([0; 16]), &record)?.coverage;
            let key = CoverageKey { card_key, branch, qualified_on: time::date("coverage", qualified_on)? };
            Ok(LockedCoverage { key, coverage })
        };
        rows.into_iter().map(read).collect()
    }

    /// Writes down that a certificate is given out.
    pub async fn put_personal_certificate(&mut self, issued: &IssuedCertificate) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO personal_certificate (status_index, card_key, branch, qualified_on, insurer, issued_at,
                     issued_by, valid_from, valid_until, revoked_at, keep_until, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $6)",
            )
            .bind(number(issued.place))
            .bind(issued.of.card_key.hash().to_vec())
            .bind(issued.of.branch.as_str())
            .bind(time::day(issued.of.qualified_on))
            .bind(issued.insurer.as_str())
            .bind(time::ms(issued.issued_at))
            .bind(issued.issued_by.as_str())
            .bind(time::day(issued.valid_from))
            .bind(time::day(issued.valid_until))
            .bind(issued.revoked_at.map(time::ms))
            .bind(time::ms(issued.keep_until))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// The certificates that were given out for a card, the newest first.
    pub async fn personal_certificates_of_card(&mut self, card_key: CardKey) -> Result<Vec<IssuedCertificate>> {
        let sql = format!("SELECT {COLUMNS} FROM personal_certificate WHERE card_key = $1 ORDER BY issued_at DESC");
        let rows: Vec<Row> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(card_key.hash().to_vec()).fetch_all(&mut *c).await
        })?;
        rows.into_iter().map(|row| read(row, card_key)).collect()
    }

    /// Whose certificate has this place, and until when it may be believed.
    pub async fn personal_certificate_at(&mut self, at: StatusIndex) -> Result<Option<(InsurerNumber, Timestamp)>> {
        let row: Option<(String, i64)> = on_both!(self, |c| {
            sqlx::query_as("SELECT insurer, keep_until FROM personal_certificate WHERE status_index = $1")
                .bind(number(at))
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(|(insurer, keep_until)| Ok((read_insurer(&insurer)?, time::time(TABLE, keep_until)?))).transpose()
    }

    /// Writes down that a certificate was taken back. Whether it was not before.
    pub async fn revoke_personal_certificate(&mut self, at: StatusIndex, now: Timestamp) -> Result<bool> {
        let changed = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE personal_certificate SET revoked_at = $2, updated_at = $2
                 WHERE status_index = $1 AND revoked_at IS NULL",
            )
            .bind(number(at))
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(changed > 0)
    }

    /// Forgets certificates that nobody believes any more.
    pub async fn forget_personal_certificates(&mut self, now: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM personal_certificate WHERE keep_until < $1")
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })
    }
}

fn read_insurer(text: &str) -> Result<InsurerNumber> {
    InsurerNumber::parse(text).map_err(|error| StoreError::inconsistent(TABLE, error))
}

fn read(row: Row, card_key: CardKey) -> Result<IssuedCertificate> {
    let (at, _, branch, qualified_on, insurer, issued_at, issued_by, valid_from, valid_until, revoked_at, keep_until) =
        row;
    Ok(IssuedCertificate {
        place: place(at)?,
        of: CoverageKey { card_key, branch, qualified_on: time::date(TABLE, qualified_on)? },
        insurer: read_insurer(&insurer)?,
        issued_at: time::time(TABLE, issued_at)?,
        issued_by,
        valid_from: time::date(TABLE, valid_from)?,
        valid_until: time::date(TABLE, valid_until)?,
        revoked_at: time::time_opt(TABLE, revoked_at)?,
        keep_until: time::time(TABLE, keep_until)?,
    })
}
