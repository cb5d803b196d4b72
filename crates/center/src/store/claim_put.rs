//! Claims into the table `claim`, hundreds of them in one statement.
//!
//! A claim that is known and says the same is left alone; one that says something else replaces all entries of the earlier
//! one; what stands of it with somebody else goes, because the register was corrected since.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use domain::PersonId;
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::claim::{ClaimKey, ClaimsPut, PersonClaim, month_number};
use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::Raw;
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "claim";
const HEAD: &str = "INSERT INTO claim (person_id, month, claim_key, digest, institution, kind, state, routing, version,
    entries, received_at, changed_at) ";
const TAIL: &str = " ON CONFLICT (person_id, month, claim_key) DO UPDATE SET
    digest = excluded.digest, state = excluded.state, routing = excluded.routing, version = claim.version + 1,
    entries = excluded.entries, changed_at = excluded.changed_at";

impl Tx {
    /// Stores claims, no two with the same key.
    pub async fn put_claims(&mut self, claims: &[PersonClaim<'_>], now: Timestamp) -> Result<ClaimsPut> {
        match self.raw() {
            Raw::Sqlite(c) => put_sqlite(c, claims, time::ms(now)).await,
            Raw::Postgres(c) => put_postgres(c, claims, time::ms(now)).await,
        }
    }
}

/// What stands under the key of a claim.
struct Held {
    person: PersonId,
    digest: [u8; 16],
    is_taken: bool,
    routing: String,
}

impl Held {
    fn says(&self, claim: &PersonClaim<'_>) -> bool {
        self.is_taken && self.digest == claim.row.digest && self.routing == claim.routing
    }
}

/// One statement for each power of two, as for coverages.
static SQLITE: LazyLock<Vec<(usize, Arc<str>)>> = LazyLock::new(|| {
    std::iter::successors(Some(limits::SQLITE_ROWS_PER_STATEMENT), |n| (*n > 1).then_some(n / 2))
        .map(|rows| {
            let values = vec!["(?,?,?,?,?,?,'taken',?,1,?,?,?)"; rows].join(",");
            (rows, Arc::from(format!("{HEAD}VALUES {values}{TAIL}")))
        })
        .collect()
});

/// Nobody else writes meanwhile: what stands is looked up once, and only what is new or says something else is written.
async fn put_sqlite(c: &mut sqlx::SqliteConnection, claims: &[PersonClaim<'_>], now: i64) -> Result<ClaimsPut> {
    let held = held_sqlite(c, claims).await?;
    let mut put = ClaimsPut::default();
    let mut to_write = Vec::with_capacity(claims.len());
    for claim in claims {
        let key = claim.row.key;
        let mut own = None;
        for held in held.get(&key).into_iter().flatten() {
            if held.person == claim.person {
                own = Some(held);
            } else {
                sqlx::query("DELETE FROM claim WHERE claim_key = $1 AND person_id = $2")
                    .bind(key.0.to_vec())
                    .bind(held.person.0.to_vec())
                    .execute(&mut *c)
                    .await?;
            }
        }
        match own {
            Some(held) if held.says(claim) => continue,
            Some(_) => put.replaced.insert(key),
            None => put.new.insert(key),
        };
        to_write.push(claim);
    }
    write_sqlite(c, &to_write, now).await?;
    Ok(put)
}

// One text for all, a line each: key, person, digest, whether it is taken, and who pays. See `coverage`. Asked by
// institution, month and key, the order in which a file's claims lie together.
const HELD_SQLITE: &str =
    "SELECT group_concat(hex(c.claim_key) || ' ' || hex(c.person_id) || ' ' || hex(c.digest) || ' ' ||
    (c.state = 'taken') || ' ' || c.routing, char(10))
    FROM json_each($1) q CROSS JOIN claim c
    WHERE c.institution = substr(q.value, 1, 10) AND c.month = CAST(substr(q.value, 11, 6) AS INTEGER)
        AND c.claim_key = unhex(substr(q.value, 17))";

async fn held_sqlite(
    c: &mut sqlx::SqliteConnection,
    claims: &[PersonClaim<'_>],
) -> Result<HashMap<ClaimKey, Vec<Held>>> {
    let keys = json_of(claims, |claim, out| {
        let _ = write!(out, "{}{}", claim.row.institution.as_str(), month_number(claim.row.month));
        domain::hex::push(out, &claim.row.key.0);
    });
    let text: Option<String> = sqlx::query_scalar(HELD_SQLITE).bind(keys).fetch_one(&mut *c).await?;
    let mut held: HashMap<ClaimKey, Vec<Held>> = HashMap::new();
    for line in text.as_deref().unwrap_or_default().lines() {
        let broken = || StoreError::inconsistent(TABLE, "a line of the claims that stand is broken");
        let (key, row) = held_line(line).ok_or_else(broken)?;
        held.entry(key).or_default().push(row);
    }
    Ok(held)
}

fn held_line(line: &str) -> Option<(ClaimKey, Held)> {
    let mut parts = line.splitn(5, ' ');
    let mut bytes = || Some(u128::from_str_radix(parts.next()?, 16).ok()?.to_be_bytes());
    let (key, person, digest) = (ClaimKey(bytes()?), PersonId(bytes()?), bytes()?);
    let is_taken = parts.next()? == "1";
    Some((key, Held { person, digest, is_taken, routing: parts.next()?.to_owned() }))
}

async fn write_sqlite(c: &mut sqlx::SqliteConnection, claims: &[&PersonClaim<'_>], now: i64) -> Result<()> {
    let mut rest = claims;
    for (size, statement) in SQLITE.iter() {
        while let Some((together, others)) = rest.split_at_checked(*size) {
            rest = others;
            let mut query = sqlx::query(AssertSqlSafe(Arc::clone(statement)));
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
            query.execute(&mut *c).await?;
        }
    }
    Ok(())
}

// Another center may write at this moment: what stood is decided in the statement that writes. The same claim again changes
// nothing; a withdrawn one that is made again counts as another.
static POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{HEAD}SELECT r.person_id, r.month, r.claim_key, r.digest, r.institution, r.kind, 'taken', r.routing, 1,
             r.entries, $9, $9
         FROM UNNEST($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS r (person_id, month, claim_key, digest, institution, kind, routing, entries){TAIL}
         WHERE claim.digest <> excluded.digest OR claim.state <> excluded.state OR claim.routing <> excluded.routing
         RETURNING claim_key, version"
    )
});

async fn put_postgres(c: &mut sqlx::PgConnection, claims: &[PersonClaim<'_>], now: i64) -> Result<ClaimsPut> {
    drop_of_others_postgres(c, claims).await?;
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
    let mut put = ClaimsPut::default();
    for (key, version) in query.fetch_all(&mut *c).await? {
        let key = ClaimKey(time::fixed(TABLE, &key)?);
        let of: &mut HashSet<ClaimKey> = if version == 1 { &mut put.new } else { &mut put.replaced };
        of.insert(key);
    }
    Ok(put)
}

async fn drop_of_others_postgres(c: &mut sqlx::PgConnection, claims: &[PersonClaim<'_>]) -> Result<()> {
    let keys: Vec<&[u8]> = claims.iter().map(|claim| claim.row.key.0.as_slice()).collect();
    let persons: Vec<&[u8]> = claims.iter().map(|claim| claim.person.0.as_slice()).collect();
    sqlx::query(
        "DELETE FROM claim c
         USING UNNEST($1::text[], $2::bigint[], $3::bytea[], $4::bytea[]) AS r (institution, month, claim_key, person_id)
         WHERE c.institution = r.institution AND c.month = r.month AND c.claim_key = r.claim_key
             AND c.person_id <> r.person_id",
    )
    .bind(claims.iter().map(|claim| claim.row.institution.as_str()).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| month_number(claim.row.month)).collect::<Vec<_>>())
    .bind(keys)
    .bind(persons)
    .execute(&mut *c)
    .await?;
    Ok(())
}
