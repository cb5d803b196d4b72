//! `card_registration`: which person a certificate on a card belongs to, as a history.

use domain::{MedicalInstitutionCode, PersonId, hex};
use jiff::Timestamp;
use trust::jpki::{CertificateSerial, PersonCertificate};

use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "card_registration";

/// A certificate on a card: its serial number and the authority that counts so. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardId {
    serial: CertificateSerial,
    ca_key_id: Vec<u8>,
}

impl CardId {
    /// From its parts: the serial number, and the key identifier of the authority.
    pub fn new(serial: CertificateSerial, ca_key_id: &[u8]) -> Self {
        Self { serial, ca_key_id: ca_key_id.to_vec() }
    }

    /// Key identifier of the authority and serial number in hexadecimal digits, a slash between them: for what is hashed,
    /// never for a log.
    pub fn to_hex(&self) -> String {
        let mut out = String::with_capacity(2 * self.ca_key_id.len() + 41);
        hex::push(&mut out, &self.ca_key_id);
        out.push('/');
        hex::push(&mut out, self.serial.as_bytes());
        out
    }
}

impl From<&PersonCertificate> for CardId {
    fn from(certificate: &PersonCertificate) -> Self {
        Self::new(certificate.serial(), certificate.ca_key_id().as_bytes())
    }
}

impl std::fmt::Debug for CardId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardId(…)")
    }
}

/// One stretch of a card's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRegistration {
    /// Whose card it was.
    pub person: PersonId,
    /// Since when.
    pub registered_at: Timestamp,
    /// Until when, and why it ended; none: it holds.
    pub ended: Option<(Timestamp, String)>,
}

impl Tx {
    /// To whom these cards belong now: (place in `cards`, person). A card that belongs to nobody is not among them.
    pub async fn persons_of_cards(&mut self, cards: &[CardId]) -> Result<Vec<(usize, PersonId)>> {
        let rows: Vec<(i64, Vec<u8>)> = match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(cards, |card, out| {
                    hex::push(out, card.serial.as_bytes());
                    out.push('/');
                    hex::push(out, &card.ca_key_id);
                });
                sqlx::query_as(
                    "SELECT q.key, r.person_id FROM json_each($1) q CROSS JOIN card_registration r
                     WHERE r.serial = unhex(substr(q.value, 1, instr(q.value, '/') - 1))
                       AND r.ca_key_id = unhex(substr(q.value, instr(q.value, '/') + 1)) AND r.ended_at IS NULL",
                )
                .bind(keys)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let serials: Vec<&[u8]> = cards.iter().map(|card| card.serial.as_bytes()).collect();
                let cas: Vec<&[u8]> = cards.iter().map(|card| card.ca_key_id.as_slice()).collect();
                sqlx::query_as(
                    "SELECT q.at - 1, r.person_id
                     FROM UNNEST($1::bytea[], $2::bytea[]) WITH ORDINALITY AS q (serial, ca_key_id, at)
                     JOIN card_registration r ON r.serial = q.serial AND r.ca_key_id = q.ca_key_id
                     WHERE r.ended_at IS NULL",
                )
                .bind(serials)
                .bind(cas)
                .fetch_all(&mut *c)
                .await?
            }
        };
        rows.into_iter()
            .map(|(at, person)| {
                let at = usize::try_from(at).map_err(|_| StoreError::inconsistent(TABLE, "place"))?;
                Ok((at, time::fixed(TABLE, &person).map(PersonId)?))
            })
            .collect()
    }

    /// Ties a card to a person. Gives whether that could be: a card that belongs to somebody stays theirs.
    pub async fn register_card(
        &mut self,
        card: &CardId,
        person: PersonId,
        facility: Option<MedicalInstitutionCode>,
        now: Timestamp,
    ) -> Result<bool> {
        let made = execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO card_registration (serial, ca_key_id, stretch, registered_at, person_id, facility)
                 VALUES ($1, $2, (SELECT COUNT(*) FROM card_registration WHERE serial = $1 AND ca_key_id = $2),
                         $3, $4, $5)
                 ON CONFLICT DO NOTHING",
            )
            .bind(card.serial.as_bytes().to_vec())
            .bind(card.ca_key_id.clone())
            .bind(time::ms(now))
            .bind(person.0.to_vec())
            .bind(facility.map_or_else(String::new, |code| code.as_str().to_owned()))
            .execute(&mut *c)
            .await
        })?;
        Ok(made == 1)
    }

    /// 解除: the card belongs to nobody from now on. Gives whether it did.
    pub async fn end_card(&mut self, card: &CardId, now: Timestamp) -> Result<bool> {
        let ended = execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE card_registration SET ended_at = $3, end_reason = 'patient'
                 WHERE serial = $1 AND ca_key_id = $2 AND ended_at IS NULL",
            )
            .bind(card.serial.as_bytes().to_vec())
            .bind(card.ca_key_id.clone())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(ended == 1)
    }

    /// A certificate was issued anew: whoever the old one belonged to, the new one belongs to from now on, unless it was
    /// registered by itself before. Gives the person; none when the old one belonged to nobody, and then nothing is
    /// changed.
    pub async fn reissue_card(&mut self, old: &CardId, new: &CardId, now: Timestamp) -> Result<Option<PersonId>> {
        let person = self.persons_of_cards(std::slice::from_ref(old)).await?.first().map(|(_, person)| *person);
        let Some(person) = person else { return Ok(None) };
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE card_registration
                 SET ended_at = $3, end_reason = 'superseded', successor = $4, successor_ca = $5
                 WHERE serial = $1 AND ca_key_id = $2 AND ended_at IS NULL",
            )
            .bind(old.serial.as_bytes().to_vec())
            .bind(old.ca_key_id.clone())
            .bind(time::ms(now))
            .bind(new.serial.as_bytes().to_vec())
            .bind(new.ca_key_id.clone())
            .execute(&mut *c)
            .await
        })?;
        self.register_card(new, person, None, now).await?;
        Ok(Some(person))
    }

    /// The history of a card, the oldest stretch first.
    pub async fn card_history(&mut self, card: &CardId) -> Result<Vec<CardRegistration>> {
        let rows: Vec<(Vec<u8>, i64, Option<i64>, String)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT person_id, registered_at, ended_at, end_reason FROM card_registration
                 WHERE serial = $1 AND ca_key_id = $2 ORDER BY stretch",
            )
            .bind(card.serial.as_bytes().to_vec())
            .bind(card.ca_key_id.clone())
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter()
            .map(|(person, registered_at, ended_at, reason)| {
                Ok(CardRegistration {
                    person: time::fixed(TABLE, &person).map(PersonId)?,
                    registered_at: time::time(TABLE, registered_at)?,
                    ended: time::time_opt(TABLE, ended_at)?.map(|at| (at, reason)),
                })
            })
            .collect()
    }
}
