//! `reference_number`: 照会番号, an institution's own number of a person.
//!
//! It is tied to the person, not to the card, so that it stays when the person changes insurer.

use std::collections::HashSet;

use domain::{MedicalInstitutionCode, PersonId, ReferenceNumber};
use jiff::Timestamp;

use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "reference_number";

/// A 照会番号 that is to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Whose number it is.
    pub facility: MedicalInstitutionCode,
    /// Whom it names.
    pub person: PersonId,
    /// The number.
    pub number: ReferenceNumber,
}

impl Tx {
    /// The facilities that have registered any number.
    pub async fn reference_facilities(&mut self) -> Result<HashSet<MedicalInstitutionCode>> {
        let rows: Vec<(String,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT DISTINCT facility FROM reference_number").fetch_all(&mut *c).await
        })?;
        rows.into_iter()
            .map(|(code,)| MedicalInstitutionCode::parse(&code).map_err(|e| StoreError::inconsistent(TABLE, e)))
            .collect()
    }

    /// The numbers that these facilities have for these persons: (place in `asked`, number).
    pub async fn reference_numbers(
        &mut self,
        asked: &[(MedicalInstitutionCode, PersonId)],
    ) -> Result<Vec<(usize, String)>> {
        let rows: Vec<(i64, String)> = match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(asked, |(facility, person), out| {
                    out.push_str(facility.as_str());
                    domain::hex::push(out, &person.0);
                });
                sqlx::query_as(
                    "SELECT q.key, r.reference_number FROM json_each($1) q CROSS JOIN reference_number r
                     WHERE r.facility = substr(q.value, 1, 10) AND r.person_id = unhex(substr(q.value, 11))",
                )
                .bind(keys)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let facilities: Vec<&str> = asked.iter().map(|(facility, _)| facility.as_str()).collect();
                let persons: Vec<&[u8]> = asked.iter().map(|(_, person)| person.0.as_slice()).collect();
                sqlx::query_as(
                    "SELECT q.at - 1, r.reference_number
                     FROM UNNEST($1::text[], $2::bytea[]) WITH ORDINALITY AS q (facility, person_id, at)
                     JOIN reference_number r ON r.facility = q.facility AND r.person_id = q.person_id",
                )
                .bind(facilities)
                .bind(persons)
                .fetch_all(&mut *c)
                .await?
            }
        };
        rows.into_iter()
            .map(|(at, number)| {
                Ok((usize::try_from(at).map_err(|_| StoreError::inconsistent(TABLE, "place"))?, number))
            })
            .collect()
    }

    /// Remembers a number, in place of an older one of the same person.
    pub async fn put_reference_number(&mut self, registration: &Registration, now: Timestamp) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO reference_number (facility, person_id, reference_number, updated_at)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (facility, person_id) DO UPDATE SET
                     reference_number = excluded.reference_number, updated_at = excluded.updated_at",
            )
            .bind(registration.facility.as_str())
            .bind(registration.person.0.to_vec())
            .bind(registration.number.as_str())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// Tells readers that the set of [`Self::reference_facilities`] has changed.
    pub async fn set_reference_facilities(&mut self, log_id: i64, facilities: u64) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query("UPDATE log_head SET reference_facilities = $2 WHERE log_id = $1")
                .bind(log_id)
                .bind(time::signed(facilities))
                .execute(&mut *c)
                .await
        })
        .map(drop)
    }
}
