//! `claim_search`, and claims by their numbers: which earlier claim one that is made again stands for, and withdrawal by the
//! institution that claimed.

use std::collections::HashMap;

use domain::MedicalInstitutionCode;
use jiff::Timestamp;

use super::claim::ClaimKey;
use super::error::Result;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "claim_search";
/// Bytes of a key that stand in a 検索番号 of this center. 96 bits: nobody meets another's by chance.
const NUMBER_BYTES: usize = 12;
/// Digits of such a number: as many as the greatest of 96 bits has, within the 17 to 30 of the specification.
const NUMBER_DIGITS: usize = 29;

impl ClaimKey {
    /// 検索番号 of a claim, 29 digits: an institution that makes it again writes it into RE.
    pub fn search_number(&self) -> String {
        let mut number = 0_u128;
        for byte in &self.0[..NUMBER_BYTES] {
            number = number << 8 | u128::from(*byte);
        }
        format!("{number:0NUMBER_DIGITS$}")
    }

    /// The first and the last key that a number of [`ClaimKey::search_number`] can mean; none for a number of another hand.
    fn range_of(search_number: &str) -> Option<(Self, Self)> {
        if search_number.len() != NUMBER_DIGITS || !search_number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u128 = search_number.parse().ok()?;
        let bytes = number.to_be_bytes();
        let (lead, prefix) = bytes.split_at(bytes.len() - NUMBER_BYTES);
        if lead.iter().any(|byte| *byte != 0) {
            return None;
        }
        let (mut first, mut last) = ([0; 16], [0xFF; 16]);
        first[..NUMBER_BYTES].copy_from_slice(prefix);
        last[..NUMBER_BYTES].copy_from_slice(prefix);
        Some((Self(first), Self(last)))
    }
}

/// What is known of a claim by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is withdrawn now.
    Done,
    /// It was before.
    Before,
    /// The institution has no such claim.
    Unknown,
}

impl Tx {
    /// The claim that each 検索番号 of an institution stands for; only those that stand for one.
    pub async fn claims_by_search_number(
        &mut self,
        numbers: &[(MedicalInstitutionCode, &str)],
    ) -> Result<HashMap<(MedicalInstitutionCode, String), ClaimKey>> {
        let mut found = HashMap::new();
        for (institution, number) in numbers {
            let noted: Option<(Vec<u8>,)> = on_both!(self, |c| {
                sqlx::query_as("SELECT claim_key FROM claim_search WHERE institution = $1 AND search_number = $2")
                    .bind(institution.as_str())
                    .bind(*number)
                    .fetch_optional(&mut *c)
                    .await
            })?;
            let key = match (noted, ClaimKey::range_of(number)) {
                (Some(key), _) => Some(key),
                (None, Some((first, last))) => self.claim_between(*institution, first, last).await?,
                (None, None) => None,
            };
            if let Some((key,)) = key {
                found.insert((*institution, (*number).to_owned()), ClaimKey(time::fixed(TABLE, &key)?));
            }
        }
        Ok(found)
    }

    async fn claim_between(
        &mut self,
        institution: MedicalInstitutionCode,
        first: ClaimKey,
        last: ClaimKey,
    ) -> Result<Option<(Vec<u8>,)>> {
        on_both!(self, |c| {
            sqlx::query_as(
                "SELECT claim_key FROM claim WHERE claim_key BETWEEN $1 AND $2 AND institution = $3
                 UNION SELECT claim_key FROM claim_unmatched
                     WHERE institution = $3 AND claim_key BETWEEN $1 AND $2 LIMIT 1",
            )
            .bind(first.0.to_vec())
            .bind(last.0.to_vec())
            .bind(institution.as_str())
            .fetch_optional(&mut *c)
            .await
        })
    }

    /// From now on a 検索番号 stands for this claim.
    pub async fn note_search_numbers(&mut self, numbers: &[(MedicalInstitutionCode, &str, ClaimKey)]) -> Result<()> {
        for (institution, number, key) in numbers {
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO claim_search (institution, search_number, claim_key) VALUES ($1, $2, $3)
                     ON CONFLICT (institution, search_number) DO UPDATE SET claim_key = excluded.claim_key",
                )
                .bind(institution.as_str())
                .bind(*number)
                .bind(key.0.to_vec())
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Withdraws a claim of an institution (取下げ): none of its entries is kept.
    pub async fn withdraw_claim_of(
        &mut self,
        institution: MedicalInstitutionCode,
        key: ClaimKey,
        now: Timestamp,
    ) -> Result<Withdrawal> {
        let states: Vec<(String,)> = match self.raw() {
            Raw::Sqlite(c) => {
                sqlx::query_as("SELECT state FROM claim WHERE claim_key = $1 AND institution = $2")
                    .bind(key.0.to_vec())
                    .bind(institution.as_str())
                    .fetch_all(&mut *c)
                    .await?
            }
            Raw::Postgres(c) => {
                // Locked: the same claim may be replaced at this moment.
                sqlx::query_as("SELECT state FROM claim WHERE claim_key = $1 AND institution = $2 FOR UPDATE")
                    .bind(key.0.to_vec())
                    .bind(institution.as_str())
                    .fetch_all(&mut *c)
                    .await?
            }
        };
        let unmatched = execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM claim_unmatched WHERE institution = $1 AND claim_key = $2")
                .bind(institution.as_str())
                .bind(key.0.to_vec())
                .execute(&mut *c)
                .await
        })?;
        if unmatched > 0 || states.iter().any(|(state,)| state == "taken") {
            self.withdraw_claim(key, now).await?;
            return Ok(Withdrawal::Done);
        }
        Ok(if states.is_empty() { Withdrawal::Unknown } else { Withdrawal::Before })
    }
}

#[cfg(test)]
mod tests {
    //! Proves that a number leads back to its claim and that numbers of other hands lead nowhere.
    use super::*;

    #[test]
    fn a_search_number_leads_back_to_its_claim() {
        for key in [ClaimKey([0; 16]), ClaimKey([0xFF; 16]), ClaimKey(*b"0123456789abcdef")] {
            let number = key.search_number();
            assert_eq!(number.len(), NUMBER_DIGITS);
            let (first, last) = ClaimKey::range_of(&number).unwrap();
            assert!(first <= key && key <= last);
        }
        let too_great = "9".repeat(NUMBER_DIGITS);
        for other in ["", "12345678901234567", &too_great, "0000000000000000000000000000x"] {
            assert_eq!(ClaimKey::range_of(other), None, "{other}");
        }
    }
}
