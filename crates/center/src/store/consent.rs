//! `consent`: what a patient answered when asked what an institution may see.

use domain::consent::WithdrawnBy;
use domain::{Consent, ConsentChoice, MedicalInstitutionCode, PersonId, PresenceMeans, Purpose};
use jiff::Timestamp;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "consent";

type ConsentRow = (i64, i64, i64, String, Option<i64>, Option<String>);

impl Tx {
    /// Keeps an answer. One of the same moment at the same institution is replaced.
    pub async fn put_consent(&mut self, consent: &Consent) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO consent (person_id, facility, given_at, valid_until, choice, purpose, means)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (person_id, facility, given_at) DO UPDATE SET
                     valid_until = excluded.valid_until, choice = excluded.choice, means = excluded.means",
            )
            .bind(consent.person.0.to_vec())
            .bind(consent.facility.as_str())
            .bind(time::ms(consent.given_at))
            .bind(time::ms(consent.valid_until))
            .bind(i64::from(consent.choice.bits()))
            .bind(consent.purpose.code())
            .bind(consent.means.code())
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// The latest answer of a patient at an institution.
    pub async fn latest_consent(
        &mut self,
        person: PersonId,
        facility: MedicalInstitutionCode,
    ) -> Result<Option<Consent>> {
        let row: Option<ConsentRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT given_at, valid_until, choice, means, withdrawn_at, withdrawn_by FROM consent
                 WHERE person_id = $1 AND facility = $2 ORDER BY given_at DESC LIMIT 1",
            )
            .bind(person.0.to_vec())
            .bind(facility.as_str())
            .fetch_optional(&mut *c)
            .await
        })?;
        row.map(|row| read(person, facility, row)).transpose()
    }

    /// Takes back whatever holds of a patient's answers at an institution. Gives how many answers that were.
    pub async fn withdraw_consents(
        &mut self,
        person: PersonId,
        facility: MedicalInstitutionCode,
        by: WithdrawnBy,
        now: Timestamp,
    ) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE consent SET withdrawn_at = $3, withdrawn_by = $4
                 WHERE person_id = $1 AND facility = $2 AND withdrawn_at IS NULL AND valid_until > $3",
            )
            .bind(person.0.to_vec())
            .bind(facility.as_str())
            .bind(time::ms(now))
            .bind(by.code())
            .execute(&mut *c)
            .await
        })
    }
}

fn read(person: PersonId, facility: MedicalInstitutionCode, row: ConsentRow) -> Result<Consent> {
    let (given_at, valid_until, choice, means, withdrawn_at, withdrawn_by) = row;
    let wrong = |what: &'static str| StoreError::inconsistent(TABLE, what);
    let bits = u8::try_from(choice).map_err(|_| wrong("choice"))?;
    let withdrawn = match (time::time_opt(TABLE, withdrawn_at)?, withdrawn_by) {
        (Some(at), Some(by)) => Some((at, WithdrawnBy::parse(&by).ok_or_else(|| wrong("withdrawn_by"))?)),
        _ => None,
    };
    Ok(Consent {
        person,
        facility,
        choice: ConsentChoice::from_bits(bits).ok_or_else(|| wrong("choice"))?,
        // The one purpose for which consents are asked so far.
        purpose: Purpose::Check,
        means: PresenceMeans::parse(&means).ok_or_else(|| wrong("means"))?,
        given_at: time::time(TABLE, given_at)?,
        valid_until: time::time(TABLE, valid_until)?,
        withdrawn,
    })
}
