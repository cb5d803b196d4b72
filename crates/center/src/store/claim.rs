//! `claim` and `claim_unmatched`: what claims told, hundreds of them in one statement.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use domain::record::{ClaimKind, Month};
use domain::{MedicalInstitutionCode, PersonId};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::coverage::json_of;
use super::error::Result;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "claim";

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

/// A claim out of the store. Not read yet: its entries are JSON.
#[derive(Clone)]
pub struct StoredClaim {
    /// What makes it the same as another; its 受付番号.
    pub key: ClaimKey,
    /// Source and entries.
    pub entries: String,
}

/// `yyyymm` as a number.
pub(super) fn month_number(month: Month) -> i64 {
    i64::from(month.year()) * 100 + i64::from(month.month())
}

const HEAD: &str = "INSERT INTO claim (person_id, month, claim_key, digest, institution, kind, state, routing, version,
    entries, received_at, changed_at) ";
// The same claim again changes nothing; a withdrawn one that is made again counts as another.
const TAIL: &str = " ON CONFLICT (person_id, month, claim_key) DO UPDATE SET
    digest = excluded.digest, state = excluded.state, routing = excluded.routing, version = claim.version + 1,
    entries = excluded.entries, changed_at = excluded.changed_at
    WHERE claim.digest <> excluded.digest OR claim.state <> excluded.state OR claim.routing <> excluded.routing
    RETURNING claim_key, version";

/// One statement for each power of two, as for coverages.
static SQLITE: LazyLock<Vec<(usize, Arc<str>)>> = LazyLock::new(|| {
    std::iter::successors(Some(limits::SQLITE_ROWS_PER_STATEMENT), |n| (*n > 1).then_some(n / 2))
        .map(|rows| {
            let values = vec!["(?,?,?,?,?,?,'taken',?,1,?,?,?)"; rows].join(",");
            (rows, Arc::from(format!("{HEAD}VALUES {values}{TAIL}")))
        })
        .collect()
});

static POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{HEAD}SELECT r.person_id, r.month, r.claim_key, r.digest, r.institution, r.kind, 'taken', r.routing, 1,
             r.entries, $9, $9
         FROM UNNEST($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS r (person_id, month, claim_key, digest, institution, kind, routing, entries){TAIL}"
    )
});

async fn put_sqlite(
    c: &mut sqlx::SqliteConnection,
    claims: &[PersonClaim<'_>],
    now: i64,
) -> Result<Vec<(Vec<u8>, i64)>> {
    let mut rest = claims;
    let mut versions = Vec::with_capacity(claims.len());
    for (size, statement) in SQLITE.iter() {
        while let Some((together, others)) = rest.split_at_checked(*size) {
            rest = others;
            let mut query = sqlx::query_as::<_, (Vec<u8>, i64)>(AssertSqlSafe(Arc::clone(statement)));
            for claim in together {
                query = query
                    .bind(claim.person.0.to_vec())
                    .bind(month_number(claim.row.month))
                    .bind(claim.row.key.0.to_vec())
                    .bind(claim.row.digest.to_vec())
                    .bind(claim.row.institution.as_str())
                    .bind(claim.row.kind.code())
                    .bind(claim.routing)
                    .bind(claim.row.entries.as_str())
                    .bind(now)
                    .bind(now);
            }
            versions.extend(query.fetch_all(&mut *c).await?);
        }
    }
    Ok(versions)
}

async fn put_postgres(c: &mut sqlx::PgConnection, claims: &[PersonClaim<'_>], now: i64) -> Result<Vec<(Vec<u8>, i64)>> {
    let query = sqlx::query_as::<_, (Vec<u8>, i64)>(POSTGRES.as_str())
        .bind(claims.iter().map(|claim| claim.person.0.as_slice()).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| month_number(claim.row.month)).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.row.key.0.as_slice()).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.row.digest.as_slice()).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.row.institution.as_str()).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.row.kind.code()).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.routing).collect::<Vec<_>>())
        .bind(claims.iter().map(|claim| claim.row.entries.as_str()).collect::<Vec<_>>())
        .bind(now);
    Ok(query.fetch_all(&mut *c).await?)
}

impl Tx {
    /// Stores claims, no two with the same key. One that is known and says the same is left alone; one that says something
    /// else replaces all entries of the earlier one.
    pub async fn put_claims(&mut self, claims: &[PersonClaim<'_>], now: Timestamp) -> Result<ClaimsPut> {
        let versions = match self.raw() {
            Raw::Sqlite(c) => put_sqlite(c, claims, time::ms(now)).await?,
            Raw::Postgres(c) => put_postgres(c, claims, time::ms(now)).await?,
        };
        let mut put = ClaimsPut::default();
        for (key, version) in versions {
            let key = ClaimKey(time::fixed(TABLE, &key)?);
            if version == 1 {
                put.new.insert(key)
            } else {
                put.replaced.insert(key)
            };
        }
        Ok(put)
    }

    /// Takes away what of these claims stands with somebody else: the register was corrected since. Gives how many it were.
    pub async fn drop_claims_of_others(&mut self, claims: &[PersonClaim<'_>]) -> Result<u64> {
        let held: Vec<(Vec<u8>, Vec<u8>)> = match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(claims, |claim, out| domain::hex::push(out, &claim.row.key.0));
                sqlx::query_as(
                    "SELECT c.claim_key, c.person_id FROM json_each($1) q CROSS JOIN claim c
                     WHERE c.claim_key = unhex(q.value)",
                )
                .bind(keys)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = claims.iter().map(|claim| claim.row.key.0.as_slice()).collect();
                sqlx::query_as("SELECT claim_key, person_id FROM claim WHERE claim_key = ANY($1)")
                    .bind(keys)
                    .fetch_all(&mut *c)
                    .await?
            }
        };
        let owners: HashMap<&[u8], PersonId> =
            claims.iter().map(|claim| (claim.row.key.0.as_slice(), claim.person)).collect();
        let mut dropped = 0;
        for (key, person) in held {
            if owners.get(key.as_slice()).is_some_and(|owner| owner.0.as_slice() != person) {
                dropped += execute_on_both!(self, |c| {
                    sqlx::query("DELETE FROM claim WHERE claim_key = $1 AND person_id = $2")
                        .bind(&key)
                        .bind(&person)
                        .execute(&mut *c)
                        .await
                })?;
            }
        }
        Ok(dropped)
    }

    /// Every claim of a person since a month, in the order of months.
    pub async fn claims_of(&mut self, person: PersonId, since: Month) -> Result<Vec<StoredClaim>> {
        let rows: Vec<(Vec<u8>, String)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT claim_key, entries FROM claim WHERE person_id = $1 AND month >= $2 AND state = 'taken'
                 ORDER BY month, claim_key",
            )
            .bind(person.0.to_vec())
            .bind(month_number(since))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(key, entries)| Ok(StoredClaim { key: ClaimKey(time::fixed(TABLE, &key)?), entries }))
            .collect()
    }

    /// Withdraws a claim (取下げ): none of its entries is kept. Says whether there was one that was not withdrawn yet.
    pub async fn withdraw_claim(&mut self, key: ClaimKey, now: Timestamp) -> Result<bool> {
        let changed = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim SET state = 'withdrawn', entries = '', changed_at = $2
                 WHERE claim_key = $1 AND state = 'taken'",
            )
            .bind(key.0.to_vec())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        let unmatched = execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM claim_unmatched WHERE claim_key = $1").bind(key.0.to_vec()).execute(&mut *c).await
        })?;
        Ok(changed + unmatched > 0)
    }

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
