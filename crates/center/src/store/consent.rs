//! `consent`: what a patient answered when asked what an institution may see.

use std::collections::HashSet;

use domain::consent::WithdrawnBy;
use domain::{Consent, ConsentChoice, MedicalInstitutionCode, PersonId, PresenceMeans, Purpose};
use jiff::Timestamp;

use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "consent";

pub(super) type ConsentRow = (i64, i64, i64, String, Option<i64>, Option<String>);
/// The same behind the place of what was asked.
type PlacedRow = (i64, i64, i64, i64, String, Option<i64>, Option<String>);

/// The columns of an answer in the order in which SQLite takes them out of an array.
fn columns(consent: &Consent) -> (String, &str, i64, i64, u8, &'static str, &'static str) {
    let mut person = String::with_capacity(32);
    domain::hex::push(&mut person, &consent.person.0);
    (
        person,
        consent.facility.as_str(),
        time::ms(consent.given_at),
        time::ms(consent.valid_until),
        consent.choice.bits(),
        consent.purpose.code(),
        consent.means.code(),
    )
}

/// PostgreSQL refuses to replace a row twice in one statement, so of several answers of one moment the last counts here.
fn latest_of_each(consents: &[Consent]) -> Vec<&Consent> {
    let mut seen = HashSet::with_capacity(consents.len());
    consents.iter().rev().filter(|c| seen.insert((c.person, c.facility, time::ms(c.given_at)))).collect()
}

impl Tx {
    /// Keeps answers, and remembers the institutions as such that have any. One of the same moment at the same
    /// institution is replaced.
    pub async fn put_consents(&mut self, consents: &[Consent]) -> Result<()> {
        if consents.is_empty() {
            return Ok(());
        }
        match self.raw() {
            Raw::Sqlite(c) => {
                let rows = serde_json::to_string(&consents.iter().map(columns).collect::<Vec<_>>())
                    .map_err(|e| StoreError::inconsistent(TABLE, e))?;
                // Without the WHERE, SQLite takes ON for the beginning of a join.
                sqlx::query(
                    "INSERT INTO consent (person_id, facility, given_at, valid_until, choice, purpose, means)
                     SELECT unhex(q.value ->> 0), q.value ->> 1, q.value ->> 2, q.value ->> 3, q.value ->> 4,
                            q.value ->> 5, q.value ->> 6
                     FROM json_each($1) q WHERE true
                     ON CONFLICT (person_id, facility, given_at) DO UPDATE SET
                         valid_until = excluded.valid_until, choice = excluded.choice, means = excluded.means",
                )
                .bind(&rows)
                .execute(&mut *c)
                .await?;
                sqlx::query(
                    "INSERT INTO consent_facility (facility, noted_at)
                     SELECT q.value ->> 1, q.value ->> 2 FROM json_each($1) q WHERE true
                     ON CONFLICT (facility) DO NOTHING",
                )
                .bind(&rows)
                .execute(&mut *c)
                .await?;
            }
            Raw::Postgres(c) => {
                let latest = latest_of_each(consents);
                let persons: Vec<&[u8]> = latest.iter().map(|consent| consent.person.0.as_slice()).collect();
                let facilities: Vec<&str> = latest.iter().map(|consent| consent.facility.as_str()).collect();
                let given: Vec<i64> = latest.iter().map(|consent| time::ms(consent.given_at)).collect();
                let until: Vec<i64> = latest.iter().map(|consent| time::ms(consent.valid_until)).collect();
                let choices: Vec<i64> = latest.iter().map(|consent| i64::from(consent.choice.bits())).collect();
                let purposes: Vec<&str> = latest.iter().map(|consent| consent.purpose.code()).collect();
                let means: Vec<&str> = latest.iter().map(|consent| consent.means.code()).collect();
                sqlx::query(
                    "INSERT INTO consent (person_id, facility, given_at, valid_until, choice, purpose, means)
                     SELECT * FROM UNNEST($1::bytea[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                                          $7::text[])
                     ON CONFLICT (person_id, facility, given_at) DO UPDATE SET
                         valid_until = excluded.valid_until, choice = excluded.choice, means = excluded.means",
                )
                .bind(persons)
                .bind(&facilities)
                .bind(&given)
                .bind(until)
                .bind(choices)
                .bind(purposes)
                .bind(means)
                .execute(&mut *c)
                .await?;
                sqlx::query(
                    "INSERT INTO consent_facility (facility, noted_at)
                     SELECT q.facility, MIN(q.given_at) FROM UNNEST($1::text[], $2::bigint[]) AS q (facility, given_at)
                     GROUP BY q.facility ON CONFLICT (facility) DO NOTHING",
                )
                .bind(facilities)
                .bind(given)
                .execute(&mut *c)
                .await?;
            }
        }
        Ok(())
    }

    /// Institutions whose first consent was kept at this time or later.
    pub async fn consent_facilities(&mut self, since: Timestamp) -> Result<Vec<MedicalInstitutionCode>> {
        let rows: Vec<(String,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT facility FROM consent_facility WHERE noted_at >= $1")
                .bind(time::ms(since))
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter()
            .map(|(code,)| {
                MedicalInstitutionCode::parse(&code).map_err(|e| StoreError::inconsistent("consent_facility", e))
            })
            .collect()
    }

    /// The latest answers of these patients at these institutions: (place in `asked`, answer). Who was not asked is not
    /// among them.
    pub async fn latest_consents(
        &mut self,
        asked: &[(MedicalInstitutionCode, PersonId)],
    ) -> Result<Vec<(usize, Consent)>> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<PlacedRow> = match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(asked, |(facility, person), out| {
                    out.push_str(facility.as_str());
                    domain::hex::push(out, &person.0);
                });
                sqlx::query_as(
                    "SELECT q.key, c.given_at, c.valid_until, c.choice, c.means, c.withdrawn_at, c.withdrawn_by
                     FROM json_each($1) q CROSS JOIN consent c
                     WHERE c.person_id = unhex(substr(q.value, 11)) AND c.facility = substr(q.value, 1, 10)
                       AND c.given_at = (SELECT MAX(l.given_at) FROM consent l
                                         WHERE l.person_id = c.person_id AND l.facility = c.facility)",
                )
                .bind(keys)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let facilities: Vec<&str> = asked.iter().map(|(facility, _)| facility.as_str()).collect();
                let persons: Vec<&[u8]> = asked.iter().map(|(_, person)| person.0.as_slice()).collect();
                sqlx::query_as(
                    "SELECT q.at - 1, c.given_at, c.valid_until, c.choice, c.means, c.withdrawn_at, c.withdrawn_by
                     FROM UNNEST($1::text[], $2::bytea[]) WITH ORDINALITY AS q (facility, person_id, at)
                     CROSS JOIN LATERAL (
                         SELECT * FROM consent l WHERE l.person_id = q.person_id AND l.facility = q.facility
                         ORDER BY l.given_at DESC LIMIT 1
                     ) c",
                )
                .bind(facilities)
                .bind(persons)
                .fetch_all(&mut *c)
                .await?
            }
        };
        rows.into_iter()
            .map(|(at, given_at, valid_until, choice, means, withdrawn_at, withdrawn_by)| {
                let at = usize::try_from(at).map_err(|_| StoreError::inconsistent(TABLE, "place"))?;
                let (facility, person) = *asked.get(at).ok_or_else(|| StoreError::inconsistent(TABLE, "place"))?;
                let row = (given_at, valid_until, choice, means, withdrawn_at, withdrawn_by);
                Ok((at, read(person, facility, row)?))
            })
            .collect()
    }

    /// The latest answer of a patient at an institution.
    pub async fn latest_consent(
        &mut self,
        person: PersonId,
        facility: MedicalInstitutionCode,
    ) -> Result<Option<Consent>> {
        Ok(self.latest_consents(&[(facility, person)]).await?.pop().map(|(_, consent)| consent))
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

pub(super) fn read(person: PersonId, facility: MedicalInstitutionCode, row: ConsentRow) -> Result<Consent> {
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
