//! What issuing a certificate adds to `enrolment_code` and `certificate`: which key it was for, the chain that was handed
//! out, why it was revoked.
//!
//! A code is used once, but an answer can be lost on the line. So the code remembers the certificate that it gave, and
//! who asks again with the same code *and the same key* is given the same certificate; with another key the code is used.

use jiff::Timestamp;

use super::certificate::Holder;
use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "certificate";

/// A certificate together with what it is for and what was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Who holds it.
    pub holder: Holder,
    /// Which terminal; empty for an insurer.
    pub terminal_id: String,
    /// SHA-256 of its public key.
    pub key_hash: Vec<u8>,
    /// The certificate and its issuer, PEM; empty when it was put on record but never signed.
    pub chain: String,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Changes whenever something was revoked: how many certificates are, and when the last was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RevocationStamp {
    /// How many certificates are revoked.
    pub count: u64,
    /// When the last was, milliseconds since 1970.
    pub last_ms: i64,
}

type IssuedRow = (Vec<u8>, String, String, String, Option<Vec<u8>>, String, Option<i64>);

const COLUMNS: &str = "serial, holder_kind, holder, terminal_id, key_hash, chain, revoked_at";

impl Tx {
    /// Notes for which key a certificate on record is, before it is signed.
    pub async fn note_certificate_key(&mut self, serial: &[u8], key_hash: &[u8; 32]) -> Result<()> {
        let found = execute_on_both!(self, |c| {
            sqlx::query("UPDATE certificate SET key_hash = $2 WHERE serial = $1")
                .bind(serial.to_vec())
                .bind(key_hash.to_vec())
                .execute(&mut *c)
                .await
        })?;
        one_row("note the key of a certificate", found)
    }

    /// Keeps the chain that is handed out, once it is signed.
    pub async fn keep_certificate_chain(&mut self, serial: &[u8], chain: &str, expires_at: Timestamp) -> Result<()> {
        let found = execute_on_both!(self, |c| {
            sqlx::query("UPDATE certificate SET chain = $2, expires_at = $3 WHERE serial = $1")
                .bind(serial.to_vec())
                .bind(chain)
                .bind(time::ms(expires_at))
                .execute(&mut *c)
                .await
        })?;
        one_row("keep a certificate", found)
    }

    /// A certificate with its key and chain.
    pub async fn issued_certificate(&mut self, serial: &[u8]) -> Result<Option<Issued>> {
        let row: Option<IssuedRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM certificate WHERE serial = $1")))
                .bind(serial.to_vec())
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(read).transpose()
    }

    /// Remembers which certificate a code gave.
    pub async fn note_code_certificate(&mut self, hash: &[u8; 32], serial: &[u8]) -> Result<()> {
        let found = execute_on_both!(self, |c| {
            sqlx::query("UPDATE enrolment_code SET used_serial = $2 WHERE code_hash = $1")
                .bind(hash.to_vec())
                .bind(serial.to_vec())
                .execute(&mut *c)
                .await
        })?;
        one_row("note what a code gave", found)
    }

    /// The certificate that a used code gave, while the code would still be in time.
    pub async fn certificate_of_code(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Issued>> {
        let row: Option<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT used_serial FROM enrolment_code
                 WHERE code_hash = $1 AND used_serial IS NOT NULL AND expires_at > $2",
            )
            .bind(hash.to_vec())
            .bind(time::ms(now))
            .fetch_optional(&mut *c)
            .await
        })?;
        match row {
            Some((serial,)) => self.issued_certificate(&serial).await,
            None => Ok(None),
        }
    }

    /// Takes back the codes of a holder that nobody has used yet. Gives how many.
    pub async fn withdraw_enrolment_codes(&mut self, holder: &Holder) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM enrolment_code WHERE holder = $1 AND holder_kind = $2 AND used_at IS NULL")
                .bind(holder.number())
                .bind(holder.kind())
                .execute(&mut *c)
                .await
        })
    }

    /// Writes down why a certificate was revoked, as a word of RFC 5280.
    pub async fn note_revocation_reason(&mut self, serial: &[u8], reason: &str) -> Result<()> {
        let found = execute_on_both!(self, |c| {
            sqlx::query("UPDATE certificate SET reason = $2 WHERE serial = $1 AND revoked_at IS NOT NULL")
                .bind(serial.to_vec())
                .bind(reason)
                .execute(&mut *c)
                .await
        })?;
        one_row("note why a certificate was revoked", found)
    }

    /// Why certificates were revoked: serial, time and reason of all whose end lies after `ended_after`.
    pub async fn revocations(&mut self, ended_after: Timestamp) -> Result<Vec<(Vec<u8>, Timestamp, String)>> {
        let rows: Vec<(Vec<u8>, i64, String)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT serial, revoked_at, reason FROM certificate
                 WHERE revoked_at IS NOT NULL AND expires_at > $1 ORDER BY revoked_at, serial",
            )
            .bind(time::ms(ended_after))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(|(serial, at, reason)| Ok((serial, time::time(TABLE, at)?, reason))).collect()
    }

    /// Tells cheaply whether anything was revoked since the last look.
    pub async fn revocation_stamp(&mut self) -> Result<RevocationStamp> {
        let (count, last_ms): (i64, i64) = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT COUNT(*), COALESCE(MAX(revoked_at), 0) FROM certificate WHERE revoked_at IS NOT NULL",
            )
            .fetch_one(&mut *c)
            .await
        })?;
        Ok(RevocationStamp { count: time::count(TABLE, count)?, last_ms })
    }

    /// How many certificates that count end between two moments.
    pub async fn certificates_ending(&mut self, from: Timestamp, until: Timestamp) -> Result<u64> {
        let (count,): (i64,) = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT COUNT(*) FROM certificate WHERE revoked_at IS NULL AND expires_at > $1 AND expires_at <= $2",
            )
            .bind(time::ms(from))
            .bind(time::ms(until))
            .fetch_one(&mut *c)
            .await
        })?;
        time::count(TABLE, count)
    }

    /// The name of an insurer, if it is known.
    pub async fn insurer_name(&mut self, number: &domain::InsurerNumber) -> Result<Option<String>> {
        let row: Option<(String,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT name FROM insurer WHERE insurer_number = $1")
                .bind(number.as_str())
                .fetch_optional(&mut *c)
                .await
        })?;
        Ok(row.map(|(name,)| name))
    }
}

fn read((serial, kind, holder, terminal_id, key_hash, chain, revoked_at): IssuedRow) -> Result<Issued> {
    Ok(Issued {
        serial,
        holder: Holder::read(TABLE, &kind, &holder)?,
        terminal_id,
        key_hash: key_hash.unwrap_or_default(),
        chain,
        revoked: revoked_at.is_some(),
    })
}

fn one_row(what: &'static str, found: u64) -> Result<()> {
    if found == 1 { Ok(()) } else { Err(StoreError::RowsAffected { what, expected: 1, found }) }
}
