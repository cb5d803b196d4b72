//! `certificate` and `crl_state`: what was issued to whom, and what no longer counts.

use domain::{InsurerNumber, MedicalInstitutionCode};
use jiff::Timestamp;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "certificate";

/// Who holds a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A terminal of an institution.
    Facility(MedicalInstitutionCode),
    /// An insurer.
    Insurer(InsurerNumber),
}

impl Holder {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Facility(_) => "facility",
            Self::Insurer(_) => "insurer",
        }
    }

    pub(super) fn number(&self) -> &str {
        match self {
            Self::Facility(code) => code.as_str(),
            Self::Insurer(number) => number.as_str(),
        }
    }

    pub(super) fn read(table: &'static str, kind: &str, number: &str) -> Result<Self> {
        let read = match kind {
            "facility" => MedicalInstitutionCode::parse(number).map(Self::Facility),
            "insurer" => InsurerNumber::parse(number).map(Self::Insurer),
            _ => return Err(StoreError::inconsistent(table, "unknown kind of holder")),
        };
        read.map_err(|e| StoreError::inconsistent(table, e))
    }
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Serial number, big-endian, as in the certificate.
    pub serial: Vec<u8>,
    /// Who holds it.
    pub holder: Holder,
    /// Which terminal; empty for an insurer.
    pub terminal_id: String,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// notAfter.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// A list of revoked certificates, as it was issued last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCrl {
    /// Grows with every list.
    pub number: u64,
    /// thisUpdate.
    pub issued_at: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// DER.
    pub der: Vec<u8>,
}

type CertificateRow = (Vec<u8>, String, String, String, i64, i64, Option<i64>);

const COLUMNS: &str = "serial, holder_kind, holder, terminal_id, issued_at, expires_at, revoked_at";

impl Tx {
    /// Writes down a certificate that is about to be handed out.
    pub async fn add_certificate(&mut self, certificate: &IssuedCertificate) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO certificate (serial, holder_kind, holder, terminal_id, issued_at, expires_at, revoked_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(certificate.serial.clone())
            .bind(certificate.holder.kind())
            .bind(certificate.holder.number())
            .bind(&certificate.terminal_id)
            .bind(time::ms(certificate.issued_at))
            .bind(time::ms(certificate.expires_at))
            .bind(certificate.revoked_at.map(time::ms))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// A certificate by its serial number.
    pub async fn certificate(&mut self, serial: &[u8]) -> Result<Option<IssuedCertificate>> {
        let row: Option<CertificateRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM certificate WHERE serial = $1")))
                .bind(serial.to_vec())
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(issued).transpose()
    }

    /// The certificates of a holder, newest first.
    pub async fn certificates_of(&mut self, holder: &Holder) -> Result<Vec<IssuedCertificate>> {
        let rows: Vec<CertificateRow> = on_both!(self, |c| {
            sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT {COLUMNS} FROM certificate WHERE holder = $1 AND holder_kind = $2
                 ORDER BY issued_at DESC, serial"
            )))
            .bind(holder.number())
            .bind(holder.kind())
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(issued).collect()
    }

    /// Revokes a certificate. Gives whether there was one that counted.
    pub async fn revoke_certificate(&mut self, serial: &[u8], now: Timestamp) -> Result<bool> {
        on_both!(self, |c| {
            sqlx::query("UPDATE certificate SET revoked_at = $2 WHERE serial = $1 AND revoked_at IS NULL")
                .bind(serial.to_vec())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
                .map(|done| done.rows_affected() > 0)
        })
    }

    /// Revokes every certificate of a holder that still counts, or those of one of its terminals. Gives their serials.
    pub async fn revoke_certificates_of(
        &mut self,
        holder: &Holder,
        terminal_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Vec<u8>>> {
        let mut revoked = Vec::new();
        for certificate in self.certificates_of(holder).await? {
            let meant = terminal_id.is_none_or(|id| id == certificate.terminal_id);
            if meant && certificate.expires_at > now && self.revoke_certificate(&certificate.serial, now).await? {
                revoked.push(certificate.serial);
            }
        }
        Ok(revoked)
    }

    /// Serial and time of everything revoked that would still count otherwise: the content of the next list.
    pub async fn revoked_certificates(&mut self, now: Timestamp) -> Result<Vec<(Vec<u8>, Timestamp)>> {
        let rows: Vec<(Vec<u8>, i64)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT serial, revoked_at FROM certificate WHERE revoked_at IS NOT NULL AND expires_at > $1
                 ORDER BY revoked_at, serial",
            )
            .bind(time::ms(now))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(|(serial, at)| Ok((serial, time::time(TABLE, at)?))).collect()
    }

    /// The newest list of an issuing key.
    pub async fn crl(&mut self, issuer: &str) -> Result<Option<StoredCrl>> {
        let row: Option<(i64, i64, i64, Vec<u8>)> = on_both!(self, |c| {
            sqlx::query_as("SELECT crl_number, issued_at, next_update, crl FROM crl_state WHERE issuer = $1")
                .bind(issuer)
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(|(number, issued_at, next_update, der)| {
            Ok(StoredCrl {
                number: time::count("crl_state", number)?,
                issued_at: time::time("crl_state", issued_at)?,
                next_update: time::time("crl_state", next_update)?,
                der,
            })
        })
        .transpose()
    }

    /// Keeps a list, unless a newer one is there. Gives whether it was kept.
    pub async fn put_crl(&mut self, issuer: &str, crl: &StoredCrl) -> Result<bool> {
        on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO crl_state (issuer, crl_number, issued_at, next_update, crl) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (issuer) DO UPDATE SET crl_number = excluded.crl_number, issued_at = excluded.issued_at,
                     next_update = excluded.next_update, crl = excluded.crl
                 WHERE crl_state.crl_number < excluded.crl_number",
            )
            .bind(issuer)
            .bind(time::signed(crl.number))
            .bind(time::ms(crl.issued_at))
            .bind(time::ms(crl.next_update))
            .bind(crl.der.clone())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected() > 0)
        })
    }
}

fn issued((serial, kind, holder, terminal_id, issued, expires, revoked): CertificateRow) -> Result<IssuedCertificate> {
    Ok(IssuedCertificate {
        serial,
        holder: Holder::read(TABLE, &kind, &holder)?,
        terminal_id,
        issued_at: time::time(TABLE, issued)?,
        expires_at: time::time(TABLE, expires)?,
        revoked_at: time::time_opt(TABLE, revoked)?,
    })
}
