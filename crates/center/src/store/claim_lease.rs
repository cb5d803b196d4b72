//! `claim_file`: which of several centers on one database works on a file.
//!
//! A center takes a file for a time and says again and again that it is still at it. One that does not say so any more — it
//! was killed, or cannot reach the database — is followed by another one when its time is over; what it does late is refused
//! with the transaction that does it ([`Tx::put_claim_outcomes`]).

use jiff::Timestamp;
use uuid::Uuid;

use super::claim_file::ClaimFile;
use super::error::Result;
use super::tx::execute_on_both;
use super::{Tx, time};

/// Who takes a file, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// A run of a center.
    pub owner: Uuid,
    /// Now.
    pub now: Timestamp,
    /// When the time is over.
    pub until: Timestamp,
    /// Whoever held it is no more: a SQLite file has one center, so that was an earlier run of this one.
    pub alone: bool,
}

impl Tx {
    /// Takes a file, or takes it for longer. False where another center works on it, or where nothing is left to do.
    pub async fn lease_claim_file(&mut self, file: &ClaimFile, lease: Lease) -> Result<bool> {
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file SET lease_owner = $3, lease_until = $5
                 WHERE facility = $1 AND reception_number = $2 AND state = 'processing'
                     AND (lease_owner IS NULL OR lease_owner = $3 OR lease_until <= $4 OR $6 = 1)",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(lease.owner.as_bytes().to_vec())
            .bind(time::ms(lease.now))
            .bind(time::ms(lease.until))
            .bind(i64::from(lease.alone))
            .execute(&mut *c)
            .await
        })?;
        Ok(found == 1)
    }

    /// Takes a file for longer that this center holds. False where another one has taken it over.
    pub async fn renew_claim_file(&mut self, file: &ClaimFile, lease: Lease) -> Result<bool> {
        let found = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE claim_file SET lease_until = $4
                 WHERE facility = $1 AND reception_number = $2 AND lease_owner = $3 AND state = 'processing'",
            )
            .bind(file.facility.as_str())
            .bind(&file.reception_number)
            .bind(lease.owner.as_bytes().to_vec())
            .bind(time::ms(lease.until))
            .execute(&mut *c)
            .await
        })?;
        Ok(found == 1)
    }

    /// Gives back what a run of a center holds: it stops in order.
    pub async fn release_claim_files(&mut self, owner: Uuid) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("UPDATE claim_file SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = $1")
                .bind(owner.as_bytes().to_vec())
                .execute(&mut *c)
                .await
        })
    }
}
