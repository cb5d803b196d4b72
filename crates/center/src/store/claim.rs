//! `claim` and `claim_unmatched`: what claims told, and what of it stands. How they are put is in `claim_put`.

use std::collections::HashSet;

use super::coverage::json_of;
use super::error::Result;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};
use domain::record::{ClaimKind, Month};
use domain::{MedicalInstitutionCode, PersonId};
use jiff::Timestamp;

/// What makes two claims the same, and the 受付番号 in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimKey(pub [u8; 16]);

impl ClaimKey {
    /// Reads a 受付番号: 32 hexadecimal digits.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let digits = raw.len() == 32 && raw.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| u128::from_str_radix(raw, 16).ok()).flatten().map(|number| Self(number.to_be_bytes()))
    }
}

impl std::fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for ClaimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClaimKey({self})")
    }
}

/// What is stored of any claim.
#[derive(Clone)]
pub struct ClaimRow {
    /// What makes it the same as another.
    pub key: ClaimKey,
    /// What tells whether it says the same.
    pub digest: [u8; 16],
    /// 診療年月.
    pub month: Month,
    /// Who claimed.
    pub institution: MedicalInstitutionCode,
    /// Which kind.
    pub kind: ClaimKind,
    /// 検索番号 that an institution wrote into a claim that is made again.
    pub search_number: Option<String>,
    /// Source and entries as JSON.
    pub entries: String,
}

/// A claim of a person, ready to be stored.
#[derive(Clone, Copy)]
pub struct PersonClaim<'a> {
    /// Whose.
    pub person: PersonId,
    /// Who pays, as JSON.
    pub routing: &'a str,
    /// The claim.
    pub row: &'a ClaimRow,
}

/// What came of storing claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimsPut {
    /// New ones.
    pub new: HashSet<ClaimKey>,
    /// Those that replaced an earlier one. What is in neither was known and says the same.
    pub replaced: HashSet<ClaimKey>,
}

/// `yyyymm` as a number.
pub(super) fn month_number(month: Month) -> i64 {
    i64::from(month.year()) * 100 + i64::from(month.month())
}

impl Tx {
    /// Keeps claims that fit nobody, each with its reason.
    pub async fn put_unmatched(&mut self, claims: &[(&ClaimRow, String)], now: Timestamp) -> Result<()> {
        for (row, reason) in claims {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO claim_unmatched (institution, claim_key, digest, month, kind, reason, entries, received_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                     ON CONFLICT (institution, claim_key) DO UPDATE SET digest = excluded.digest,
                         reason = excluded.reason, entries = excluded.entries, received_at = excluded.received_at",
                )
                .bind(row.institution.as_str())
                .bind(row.key.0.to_vec())
                .bind(row.digest.to_vec())
                .bind(month_number(row.month))
                .bind(row.kind.code())
                .bind(reason.as_str())
                .bind(row.entries.as_str())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Which of these claims are kept as fitting nobody.
    pub async fn unmatched_among(&mut self, institution: MedicalInstitutionCode) -> Result<Vec<ClaimKey>> {
        let rows: Vec<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT claim_key FROM claim_unmatched WHERE institution = $1")
                .bind(institution.as_str())
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(|(key,)| Ok(ClaimKey(time::fixed("claim_unmatched", &key)?))).collect()
    }

    /// Lets claims go that fit somebody now.
    pub async fn forget_unmatched(&mut self, institution: MedicalInstitutionCode, keys: &[ClaimKey]) -> Result<()> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(keys, |key, out| domain::hex::push(out, &key.0));
                sqlx::query(
                    "DELETE FROM claim_unmatched WHERE institution = $1
                     AND claim_key IN (SELECT unhex(value) FROM json_each($2))",
                )
                .bind(institution.as_str())
                .bind(keys)
                .execute(&mut *c)
                .await?;
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = keys.iter().map(|key| key.0.as_slice()).collect();
                sqlx::query("DELETE FROM claim_unmatched WHERE institution = $1 AND claim_key = ANY($2)")
                    .bind(institution.as_str())
                    .bind(keys)
                    .execute(&mut *c)
                    .await?;
            }
        }
        Ok(())
    }

    /// How many claims are kept as fitting nobody, by reason.
    pub async fn unmatched_by_reason(&mut self) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> = on_both!(self, |c| {
            sqlx::query_as("SELECT reason, COUNT(*) FROM claim_unmatched GROUP BY reason ORDER BY reason")
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(|(reason, count)| Ok((reason, time::count("claim_unmatched", count)?))).collect()
    }
}
