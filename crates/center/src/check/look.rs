//! A search by name, which is looked up before it waits: it may take long, and windows are not to wait for it. What the
//! batch does is put it on record, so that it leaves with its access event and its proof like every other answer.

use domain::{MedicalInstitutionCode, PersonId, SearchOutcome, SearchPurpose, Verdict};
use jiff::Timestamp;
use trust::event::{AccessEvent, salted_hash};
use uuid::Uuid;

use super::batch::{Look, Made, since_1970};

/// A search that was made and is to be answered.
#[derive(Clone)]
pub struct PersonLook {
    /// Which search.
    pub asked: AskedByName,
    /// What for.
    pub purpose: SearchPurpose,
    /// Why, in the words of staff.
    pub reason: String,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// Those who are shown, each of whom is to be told.
    pub shown: Vec<PersonId>,
    /// What the access event says.
    pub verdict: Verdict,
    /// JSON of `wire::api::PersonSearchAnswer`.
    pub answer: String,
    /// When it was true.
    pub as_of: Timestamp,
}

/// What makes two searches the same one.
#[derive(Clone, PartialEq, Eq)]
pub struct AskedByName {
    /// Who asks.
    pub facility: MedicalInstitutionCode,
    /// The number of the search.
    pub request_id: Uuid,
    /// The one way to write it: what the access event's query hash covers.
    pub canonical: String,
}

/// What stands on record beside the access event.
pub(super) struct Beside {
    pub(super) purpose: SearchPurpose,
    pub(super) reason: String,
    pub(super) outcome: SearchOutcome,
    pub(super) shown: Vec<PersonId>,
}

pub(super) fn make(look: &PersonLook, salt: [u8; 16]) -> (Made, Look) {
    let facility = look.asked.facility;
    let event = AccessEvent {
        facility,
        query_hash: salted_hash(&salt, look.asked.canonical.as_bytes()),
        verdict: look.verdict,
        answer_hash: salted_hash(&salt, look.answer.as_bytes()),
        as_of_ms: since_1970(look.as_of),
        purpose: look.purpose.purpose(),
        request_id: *look.asked.request_id.as_bytes(),
        salt,
        presence: None,
        decided_at_ms: None,
    };
    let event = event.encode();
    let person = match look.shown.as_slice() {
        [person] => Some(*person),
        _ => None,
    };
    let beside =
        Beside { purpose: look.purpose, reason: look.reason.clone(), outcome: look.outcome, shown: look.shown.clone() };
    let made = Made::Answer { answer: look.answer.clone(), event: event.clone(), verdict: look.verdict };
    (made, Look { facility, person, event, beside: Some(beside) })
}

/// It names people.
impl std::fmt::Debug for PersonLook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonLook({:?}, {:?})", self.purpose, self.outcome)
    }
}

/// It names a person.
impl std::fmt::Debug for AskedByName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AskedByName({})", self.request_id)
    }
}
