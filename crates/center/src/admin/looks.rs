//! Who looked into a person's record: the question that a patient may ask, answered by the operator. The question itself
//! goes on the access log before its answer is given.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::person_search::read_reason;
use domain::{BranchNumber, CardKey, Date, MedicalInstitutionCode, PersonId, RegistrationStatus};
use jiff::Timestamp;
use serde_json::json;
use trust::operator_event::OperatorAction;

use super::{Admin, AdminError};
use crate::limits;
use crate::store::coverage::read_record;
use crate::store::operator_event::NewOperatorEvent;
use crate::store::record_look::StoredRecordLook;
use crate::store::{Result as StoreResult, Tx};

/// Who is meant, from when to when, and who asks why.
#[derive(Clone)]
pub struct LooksAsked {
    /// The card.
    pub card: CardKey,
    /// 枝番, where several people have the card.
    pub branch: Option<BranchNumber>,
    /// 生年月日, where the numbers alone do not tell people apart.
    pub birthdate: Option<Date>,
    /// From when on.
    pub from: Timestamp,
    /// Until before when.
    pub until: Timestamp,
    /// Who asks; at most [`limits::OPERATOR_NAME_CHARS_MAX`] characters.
    pub asked_by: String,
    /// Why, as [`read_reason`] takes it.
    pub reason: String,
}

/// What came of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LooksFound {
    /// The numbers name nobody.
    Nobody,
    /// The numbers name several people.
    Several,
    /// The looks, the newest first.
    Looks {
        /// At most [`limits::RECORD_LOOKS_LISTED_MAX`].
        looks: Vec<NamedLook>,
        /// Whether there are older ones in the time asked for.
        more: bool,
    },
}

/// A look with the name of the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLook {
    /// The look.
    pub look: StoredRecordLook,
    /// Name of the institution; none where it is no longer on record.
    pub facility_name: Option<String>,
}

/// Reads the name of who acts for the operator.
///
/// # Errors
/// [`AdminError::OperatorName`]
pub fn read_operator(raw: &str) -> Result<String, AdminError> {
    let name = raw.trim();
    let fits = (1..=limits::OPERATOR_NAME_CHARS_MAX).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) { Ok(name.to_owned()) } else { Err(AdminError::OperatorName) }
}

impl Admin {
    /// Who looked into the record of a person, when, in which role, for what and which way, and what they saw. The question is
    /// on the access log before this gives anything.
    ///
    /// # Errors
    /// Name or reason cannot be taken, or the database.
    pub async fn record_looks(&self, asked: &LooksAsked) -> Result<LooksFound, AdminError> {
        let operator = read_operator(&asked.asked_by)?;
        let reason = read_reason(&asked.reason).map_err(|_| AdminError::Reason)?;
        let (person, found) = self
            .store
            .read("record_looks", async |mut tx| {
                let persons = tx.persons_of_card(asked).await?;
                match persons.as_slice() {
                    [] => Ok((None, LooksFound::Nobody)),
                    [person] => Ok((Some(*person), tx.looks_into(*person, asked).await?)),
                    _ => Ok((None, LooksFound::Several)),
                }
            })
            .await?;
        let (outcome, count) = match &found {
            LooksFound::Nobody => ("nobody", 0),
            LooksFound::Several => ("several", 0),
            LooksFound::Looks { looks, .. } => ("found", looks.len()),
        };
        let detail = json!({
            "reason": reason, "from": asked.from, "until": asked.until, "outcome": outcome, "looks": count,
        });
        let now = self.clock.now();
        let event = &NewOperatorEvent {
            action: OperatorAction::RecordLooksAsked,
            about: kit::random::uuid_v7(now, &*self.random),
            operator,
            person,
            detail: detail.to_string(),
        };
        self.store
            .operator_tx("record_looks_asked", async |mut tx| {
                self.log.put(&mut tx, event, None, now, &*self.random).await
            })
            .await?;
        tracing::info!(target: "audit", event = "center.record_looks_asked", operator = event.operator, about = %event.about, outcome, "who looked into a record was asked");
        Ok(found)
    }
}

impl Tx {
    /// The people whom the numbers fit, by any coverage that was not struck out.
    pub(super) async fn persons_of_card(&mut self, asked: &LooksAsked) -> StoreResult<Vec<PersonId>> {
        let mut persons = Vec::new();
        for row in self.coverages_of_cards(&[asked.card]).await? {
            let coverage = read_record(row.person, &row.record)?.coverage;
            let held = coverage.insured_branch_number;
            let fits = coverage.registration_status == RegistrationStatus::Registered
                && asked.branch.is_none_or(|branch| held.is_none_or(|held| held == branch))
                && asked.birthdate.is_none_or(|day| day == coverage.person.birthdate);
            if fits && !persons.contains(&row.person) {
                persons.push(row.person);
            }
        }
        Ok(persons)
    }

    async fn looks_into(&mut self, person: PersonId, asked: &LooksAsked) -> StoreResult<LooksFound> {
        let most = limits::RECORD_LOOKS_LISTED_MAX;
        let mut looks = self.record_looks_between(person, asked.from, asked.until, most + 1).await?;
        let more = looks.len() > most as usize;
        looks.truncate(most as usize);
        let mut names: HashMap<MedicalInstitutionCode, Option<String>> = HashMap::new();
        for look in &looks {
            if let Entry::Vacant(place) = names.entry(look.facility) {
                place.insert(self.facility(look.facility).await?.map(|facility| facility.name));
            }
        }
        let named =
            |look: StoredRecordLook| NamedLook { facility_name: names.get(&look.facility).cloned().flatten(), look };
        Ok(LooksFound::Looks { looks: looks.into_iter().map(named).collect(), more })
    }
}
