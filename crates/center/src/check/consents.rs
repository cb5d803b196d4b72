//! What patients allow, in the transaction of a batch: kept in one statement for all, and looked up in one.

use std::collections::HashMap;

use domain::consent::WithdrawnBy;
use domain::{Consent, MedicalInstitutionCode, PersonId};
use jiff::Timestamp;

use super::memory::Memory;
use crate::store::{Result, Tx};

/// Answers of patients that are kept with this batch. One statement keeps them all, so it waits until the end, or until
/// somebody takes something back.
#[derive(Debug, Default)]
pub(super) struct Given {
    waiting: Vec<Consent>,
}

impl Given {
    /// Adds an answer, if there was one.
    pub(super) fn extend(&mut self, consent: Option<Consent>) {
        self.waiting.extend(consent);
    }

    /// Keeps what waits.
    pub(super) async fn keep(&mut self, tx: &mut Tx, memory: &mut Memory) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        tx.put_consents(&self.waiting).await?;
        memory.note_consents(self.waiting.drain(..).map(|consent| consent.facility));
        Ok(())
    }

    /// Takes back whatever holds, also what was given in this very batch. Gives how many answers that were.
    pub(super) async fn withdraw(
        &mut self,
        tx: &mut Tx,
        memory: &mut Memory,
        (person, facility): (PersonId, MedicalInstitutionCode),
        by: WithdrawnBy,
        now: Timestamp,
    ) -> Result<u64> {
        self.keep(tx, memory).await?;
        tx.withdraw_consents(person, facility, by, now).await
    }
}

/// What is on record for those who were found and not asked now, by their place; looked for only where the institution has
/// ever asked anybody.
pub(super) async fn on_record(
    tx: &mut Tx,
    memory: &Memory,
    found: impl Iterator<Item = (usize, MedicalInstitutionCode, PersonId)>,
) -> Result<HashMap<usize, Consent>> {
    let (places, keys): (Vec<_>, Vec<_>) = found
        .filter(|(_, facility, _)| memory.has_consents(*facility))
        .map(|(place, facility, person)| (place, (facility, person)))
        .unzip();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let consents = tx.latest_consents(&keys).await?;
    Ok(consents.into_iter().map(|(at, consent)| (places[at], consent)).collect())
}
