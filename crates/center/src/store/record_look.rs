//! `record_look`: looks into health records beside their access events.

use domain::record::{LookPurpose, LookRole, LookWay};
use domain::{ConsentChoice, MedicalInstitutionCode, PersonId};
use jiff::Timestamp;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "record_look";

type LookRow = (i64, i64, String, String, i64, i64, i64, String, String, String, String);

/// A look that is to be put on record with its access event.
#[derive(Clone)]
pub struct NewRecordLook {
    /// Place of its access event.
    pub leaf: u64,
    /// Who looked.
    pub facility: MedicalInstitutionCode,
    /// Into whose record; none where nobody was found.
    pub person: Option<PersonId>,
    /// Who looked, as the institution names its staff.
    pub user_identifier: String,
    /// In which role.
    pub role: LookRole,
    /// What for.
    pub purpose: LookPurpose,
    /// Which way it was shown.
    pub way: LookWay,
    /// Kinds of FHIR resources, names with commas; empty where it was not through FHIR.
    pub resources: String,
    /// What they wanted to see.
    pub wanted: ConsentChoice,
    /// What they were shown.
    pub allowed: ConsentChoice,
}

/// A look as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecordLook {
    /// Which log.
    pub log_id: i64,
    /// Place of its access event.
    pub leaf: u64,
    /// Who looked.
    pub facility: MedicalInstitutionCode,
    /// Who looked, as the institution names its staff.
    pub user_identifier: String,
    /// In which role.
    pub role: LookRole,
    /// What for.
    pub purpose: LookPurpose,
    /// Which way it was shown.
    pub way: LookWay,
    /// Kinds of FHIR resources, names with commas; empty where it was not through FHIR.
    pub resources: String,
    /// What they wanted to see.
    pub wanted: ConsentChoice,
    /// What they were shown.
    pub allowed: ConsentChoice,
    /// When.
    pub looked_at: Timestamp,
}

/// The query of looks that fit a condition, the newest first.
macro_rules! looks {
    ($condition:literal, $most:literal) => {
        concat!(
            "SELECT log_id, leaf, facility, user_identifier, wanted, allowed, looked_at, role, resources, purpose, way
             FROM record_look WHERE ",
            $condition,
            " ORDER BY looked_at DESC, leaf DESC LIMIT ",
            $most
        )
    };
}

impl Tx {
    /// Puts looks on record. For the batch of answers, before its events.
    pub async fn put_record_looks(&mut self, log_id: i64, looks: &[NewRecordLook], now: Timestamp) -> Result<()> {
        for look in looks {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO record_look
                         (log_id, leaf, facility, person_id, user_identifier, wanted, allowed, looked_at,
                          role, resources, purpose, way)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                )
                .bind(log_id)
                .bind(time::signed(look.leaf))
                .bind(look.facility.as_str())
                .bind(look.person.map(|person| person.0.to_vec()))
                .bind(look.user_identifier.as_str())
                .bind(i64::from(look.wanted.bits()))
                .bind(i64::from(look.allowed.bits()))
                .bind(time::ms(now))
                .bind(look.role.code())
                .bind(look.resources.as_str())
                .bind(look.purpose.code().unwrap_or_default())
                .bind(look.way.code())
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Looks into a person's record from one time until before another, the newest first.
    pub async fn record_looks_between(
        &mut self,
        person: PersonId,
        from: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<StoredRecordLook>> {
        let rows: Vec<LookRow> = on_both!(self, |c| {
            sqlx::query_as(looks!("person_id = $1 AND looked_at >= $2 AND looked_at < $3", "$4"))
                .bind(person.0.to_vec())
                .bind(time::ms(from))
                .bind(time::ms(until))
                .bind(i64::from(most))
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// Looks of one institution into a person's record, the newest first.
    pub async fn record_looks_at(
        &mut self,
        person: PersonId,
        facility: MedicalInstitutionCode,
        most: u32,
    ) -> Result<Vec<StoredRecordLook>> {
        let rows: Vec<LookRow> = on_both!(self, |c| {
            sqlx::query_as(looks!("person_id = $1 AND facility = $2", "$3"))
                .bind(person.0.to_vec())
                .bind(facility.as_str())
                .bind(i64::from(most))
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: LookRow) -> Result<StoredRecordLook> {
    let (log_id, leaf, facility, user_identifier, wanted, allowed, looked_at, role, resources, purpose, way) = row;
    let choice = |bits: i64, what| {
        let choice = u8::try_from(bits).ok().and_then(ConsentChoice::from_bits);
        choice.ok_or_else(|| StoreError::inconsistent(TABLE, what))
    };
    let way = LookWay::parse(&way).ok_or_else(|| StoreError::inconsistent(TABLE, "way"))?;
    Ok(StoredRecordLook {
        log_id,
        leaf: u64::try_from(leaf).map_err(|_| StoreError::inconsistent(TABLE, "leaf"))?,
        facility: MedicalInstitutionCode::parse(&facility).map_err(|e| StoreError::inconsistent(TABLE, e))?,
        user_identifier,
        role: LookRole::parse(&role).ok_or_else(|| StoreError::inconsistent(TABLE, "role"))?,
        purpose: LookPurpose::parse(&purpose),
        // A look of a program that did not yet tell the way, but named resources, was one through FHIR.
        way: if resources.is_empty() { way } else { LookWay::Fhir },
        resources,
        wanted: choice(wanted, "wanted")?,
        allowed: choice(allowed, "allowed")?,
        looked_at: time::time(TABLE, looked_at)?,
    })
}
