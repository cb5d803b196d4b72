//! `claim_search`, and claims by their numbers: which earlier claim one that is made again stands for, and withdrawal.
//!
//! A claim is found by institution, month and key, because a file brings what lies together in that order. Who knows only
//! the institution goes through its months, of which there are some sixty, one step of the index each.

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

/// The months of which an institution (`$1`) has claims.
macro_rules! in_its_months {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE months (month) AS (
                 SELECT (SELECT min(month) FROM claim WHERE institution = $1)
                 UNION ALL SELECT (SELECT min(c.month) FROM claim c WHERE c.institution = $1 AND c.month > months.month)
                 FROM months WHERE months.month IS NOT NULL
             ) ",
            $query
        )
    };
}

const BETWEEN: &str = in_its_months!(
    "SELECT c.claim_key FROM months JOIN claim c
         ON c.institution = $1 AND c.month = months.month AND c.claim_key BETWEEN $2 AND $3
     UNION SELECT claim_key FROM claim_unmatched WHERE institution = $1 AND claim_key BETWEEN $2 AND $3 LIMIT 1"
);
const STATES_SQLITE: &str = in_its_months!(
    "SELECT c.month, c.state FROM months JOIN claim c
         ON c.institution = $1 AND c.month = months.month AND c.claim_key = $2"
);
// Locked: the same claim may be replaced at this moment.
const STATES_POSTGRES: &str = in_its_months!(
    "SELECT c.month, c.state FROM months JOIN claim c
         ON c.institution = $1 AND c.month = months.month AND c.claim_key = $2 FOR UPDATE OF c"
);

const NEWER: &str = in_its_months!(
    "SELECT COUNT(*) FROM months JOIN claim c ON c.institution = $1 AND c.month = months.month AND c.claim_key = $2
     WHERE c.state = 'taken' AND c.changed_at > $3"
);

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
            sqlx::query_as(BETWEEN)
                .bind(institution.as_str())
                .bind(first.0.to_vec())
                .bind(last.0.to_vec())
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

    /// Whether a claim stands in a record since after a time.
    pub async fn is_claim_newer(
        &mut self,
        institution: MedicalInstitutionCode,
        key: ClaimKey,
        than: Timestamp,
    ) -> Result<bool> {
        let (newer,): (i64,) = on_both!(self, |c| {
            sqlx::query_as(NEWER)
                .bind(institution.as_str())
                .bind(key.0.to_vec())
                .bind(time::ms(than))
                .fetch_one(&mut *c)
                .await
        })?;
        Ok(newer > 0)
    }

    /// Withdraws a claim of an institution (取下げ): none of its entries is kept.
    pub async fn withdraw_claim_of(
        &mut self,
        institution: MedicalInstitutionCode,
        key: ClaimKey,
        now: Timestamp,
    ) -> Result<Withdrawal> {
        let states: Vec<(i64, String)> = match self.raw() {
            Raw::Sqlite(c) => {
                let query = sqlx::query_as(STATES_SQLITE).bind(institution.as_str());
                query.bind(key.0.to_vec()).fetch_all(&mut *c).await?
            }
            Raw::Postgres(c) => {
                let query = sqlx::query_as(STATES_POSTGRES).bind(institution.as_str());
                query.bind(key.0.to_vec()).fetch_all(&mut *c).await?
            }
        };
        let unmatched = execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM claim_unmatched WHERE institution = $1 AND claim_key = $2")
                .bind(institution.as_str())
                .bind(key.0.to_vec())
                .execute(&mut *c)
                .await
        })?;
        let mut withdrawn = unmatched;
        for (month, _) in states.iter().filter(|(_, state)| state == "taken") {
            withdrawn += execute_on_both!(self, |c| {
                sqlx::query(
                    "UPDATE claim SET state = 'withdrawn', entries = '', changed_at = $4
                     WHERE institution = $1 AND month = $2 AND claim_key = $3 AND state = 'taken'",
                )
                .bind(institution.as_str())
                .bind(*month)
                .bind(key.0.to_vec())
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(match (withdrawn, states.is_empty()) {
            (1.., _) => Withdrawal::Done,
            (0, true) => Withdrawal::Unknown,
            (0, false) => Withdrawal::Before,
        })
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
