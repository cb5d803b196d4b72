//! `coverage_copy`: which kept answer tells about which person of which card, the last one of each.

use domain::{BranchNumber, CardKey, Date, EligibilityQuery, date};
use sqlx::Row;
use uuid::Uuid;
use wire::api::{Answer, Verdict};

use super::answers::Way;
use super::vault::Vault;
use super::{Store, StoreError, Tx, millis};
use crate::limits;

type Mac = [u8; 32];

pub(super) fn card_mac(vault: &Vault, card: &CardKey, birthdate: Date) -> Mac {
    vault.mac(&[b"copy card", &card.hash(), date::format(birthdate).as_bytes()])
}

pub(super) fn member_mac(vault: &Vault, branch: Option<BranchNumber>) -> Mac {
    vault.mac(&[b"copy member", branch.as_ref().map_or("", BranchNumber::as_str).as_bytes()])
}

impl Store {
    /// Remembers what an answer told of a person, in place of what an earlier one told; or forgets it, where the center
    /// knows nobody like this any more.
    pub(super) async fn remember_on(&self, tx: &mut Tx, answer: &Answer, way: Way) -> Result<(), StoreError> {
        let Ok(on) = date::parse(&answer.qualification_confirmation_date) else { return Ok(()) };
        match answer.verdict {
            Verdict::Valid | Verdict::Invalid | Verdict::InvalidNewCoverageExists | Verdict::ValidUnregistered => {
                let Some(coverage) = answer.result_list.first().and_then(|record| record.to_coverage(on)) else {
                    return Ok(());
                };
                let card = card_mac(self.vault(), &coverage.card_key(), coverage.person.birthdate);
                let member = member_mac(self.vault(), coverage.insured_branch_number);
                if way.is_visit() {
                    self.seen_on(tx, &card, &member, answer.as_of).await?;
                }
                put_copy_on(tx, &card, &member, answer).await
            }
            Verdict::NotFound => {
                let search = &answer.qualification_confirm_search_info;
                let asked = search.parse(&answer.qualification_confirmation_date, &answer.medical_institution_code);
                match asked {
                    Ok(query) => self.forget_on(tx, &query, answer).await,
                    Err(_) => Ok(()),
                }
            }
            Verdict::Multiple | Verdict::Undetermined => Ok(()),
        }
    }

    async fn forget_on(&self, tx: &mut Tx, query: &EligibilityQuery, answer: &Answer) -> Result<(), StoreError> {
        let card = card_mac(self.vault(), &query.card_key(), query.birthdate);
        // A branch that is wrong says nothing about the others of the card.
        let member = query.insured_branch_number.map(|branch| member_mac(self.vault(), Some(branch)).to_vec());
        sqlx::query(
            "DELETE FROM coverage_copy WHERE card_mac = ?1 AND (?2 IS NULL OR member_mac = ?2) AND as_of <= ?3",
        )
        .bind(card.to_vec())
        .bind(member)
        .bind(millis(answer.as_of))
        .execute(tx.on())
        .await?;
        Ok(())
    }

    /// Numbers of the questions whose answers tell about whom a question may mean.
    pub async fn copies(&self, query: &EligibilityQuery) -> Result<Vec<Uuid>, StoreError> {
        let card = card_mac(self.vault(), &query.card_key(), query.birthdate);
        let rows = sqlx::query("SELECT request_id FROM coverage_copy WHERE card_mac = ?1 ORDER BY as_of DESC LIMIT ?2")
            .bind(card.to_vec())
            .bind(limits::COPIES_OF_ONE_CARD_MAX)
            .fetch_all(self.pool())
            .await?;
        let damaged = || StoreError::Damaged { table: "coverage_copy", column: "request_id" };
        rows.iter().map(|row| row.try_get::<&str, _>("request_id")?.parse().map_err(|_| damaged())).collect()
    }
}

async fn put_copy_on(tx: &mut Tx, card: &Mac, member: &Mac, answer: &Answer) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO coverage_copy (card_mac, member_mac, request_id, as_of) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (card_mac, member_mac) DO UPDATE SET request_id = excluded.request_id, as_of = excluded.as_of
         WHERE excluded.as_of >= as_of",
    )
    .bind(card.to_vec())
    .bind(member.to_vec())
    .bind(answer.request_id.to_string())
    .bind(millis(answer.as_of))
    .execute(tx.on())
    .await?;
    Ok(())
}
