//! `facility` and `enrolment_code`: who may ask, and the one-time codes with which they join.

use domain::MedicalInstitutionCode;
use jiff::Timestamp;

use super::certificate::Holder;
use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

/// What an institution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FacilityKind {
    /// 病院
    Hospital,
    /// 診療所
    Clinic,
    /// 歯科診療所
    Dental,
    /// 薬局
    Pharmacy,
}

impl FacilityKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Hospital, Self::Clinic, Self::Dental, Self::Pharmacy];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::Dental => "dental",
            Self::Pharmacy => "pharmacy",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An institution that may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// 医療機関コード.
    pub code: MedicalInstitutionCode,
    /// 医療機関名.
    pub name: String,
    /// What it is.
    pub kind: FacilityKind,
    /// 住所, may be empty.
    pub address: String,
    /// 郵便番号, may be empty.
    pub post_number: String,
}

/// A one-time code, known by the hash of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// SHA-256 of the secret part.
    pub hash: [u8; 32],
    /// Who may join with it.
    pub holder: Holder,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

/// What came of a one-time code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeUse {
    /// It was good and is now used.
    Taken(Holder),
    /// Nobody was given such a code.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used before.
    Used,
}

type FacilityRow = (String, String, String, String, String);

impl Tx {
    /// Adds an institution, or changes what is known of it. Gives whether it is new.
    pub async fn put_facility(&mut self, facility: &Facility, now: Timestamp) -> Result<bool> {
        let new = self.facility(facility.code).await?.is_none();
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO facility (facility, name, kind, address, post_number, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6)
                 ON CONFLICT (facility) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                     address = excluded.address, post_number = excluded.post_number, updated_at = excluded.updated_at",
            )
            .bind(facility.code.as_str())
            .bind(&facility.name)
            .bind(facility.kind.as_str())
            .bind(&facility.address)
            .bind(&facility.post_number)
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(new)
    }

    /// An institution by its code.
    pub async fn facility(&mut self, code: MedicalInstitutionCode) -> Result<Option<Facility>> {
        let row: Option<FacilityRow> = on_both!(self, |c| {
            sqlx::query_as("SELECT facility, name, kind, address, post_number FROM facility WHERE facility = $1")
                .bind(code.as_str())
                .fetch_optional(&mut *c)
                .await
        })?;
        row.map(facility).transpose()
    }

    /// Institutions in the order of their codes, `most` of them behind `after`.
    pub async fn facilities(&mut self, after: Option<MedicalInstitutionCode>, most: u32) -> Result<Vec<Facility>> {
        let after = after.map_or_else(String::new, |code| code.as_str().to_owned());
        let rows: Vec<FacilityRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT facility, name, kind, address, post_number FROM facility
                 WHERE facility > $1 ORDER BY facility LIMIT $2",
            )
            .bind(&after)
            .bind(i64::from(most))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(facility).collect()
    }

    /// Makes a one-time code known.
    pub async fn put_enrolment_code(&mut self, code: &EnrolmentCode, now: Timestamp) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO enrolment_code (code_hash, holder_kind, holder, created_at, expires_at, used_at)
                 VALUES ($1, $2, $3, $4, $5, NULL)",
            )
            .bind(code.hash.to_vec())
            .bind(code.holder.kind())
            .bind(code.holder.number())
            .bind(time::ms(now))
            .bind(time::ms(code.expires_at))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// Uses a one-time code up. Of two that try at once, one gets it.
    pub async fn use_enrolment_code(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<CodeUse> {
        const TABLE: &str = "enrolment_code";
        let row: Option<(String, String, i64, Option<i64>)> = on_both!(self, |c| {
            sqlx::query_as("SELECT holder_kind, holder, expires_at, used_at FROM enrolment_code WHERE code_hash = $1")
                .bind(hash.to_vec())
                .fetch_optional(&mut *c)
                .await
        })?;
        let Some((kind, holder, expires_at, used_at)) = row else {
            return Ok(CodeUse::Unknown);
        };
        if used_at.is_some() {
            return Ok(CodeUse::Used);
        }
        if expires_at <= time::ms(now) {
            return Ok(CodeUse::Expired);
        }
        let changed = execute_on_both!(self, |c| {
            sqlx::query("UPDATE enrolment_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL")
                .bind(hash.to_vec())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })?;
        match changed {
            1 => Holder::read(TABLE, &kind, &holder).map(CodeUse::Taken),
            _ => Ok(CodeUse::Used),
        }
    }

    /// Forgets codes that ran out before `before`.
    pub async fn forget_enrolment_codes(&mut self, before: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM enrolment_code WHERE expires_at < $1")
                .bind(time::ms(before))
                .execute(&mut *c)
                .await
        })
    }
}

fn facility((code, name, kind, address, post_number): FacilityRow) -> Result<Facility> {
    const TABLE: &str = "facility";
    Ok(Facility {
        code: MedicalInstitutionCode::parse(&code).map_err(|e| StoreError::inconsistent(TABLE, e))?,
        name,
        kind: FacilityKind::parse(&kind).ok_or_else(|| StoreError::inconsistent(TABLE, "unknown kind"))?,
        address,
        post_number,
    })
}
