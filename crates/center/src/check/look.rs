//! A look that was made beside the batches, a search by name or into a record: it may take long, and windows are not to wait
//! for it. What the batch does is put it on record, so that it leaves with its access event and its proof like every other
//! answer.

use domain::record::{LookPurpose, LookRole, LookWay};
use domain::{ConsentChoice, MedicalInstitutionCode, PersonId, Purpose, SearchOutcome, SearchPurpose, Verdict};
use jiff::Timestamp;
use trust::event::{AccessEvent, salted_hash};
use uuid::Uuid;

use super::batch::{Look, Made, since_1970};

/// A look that was made and is to be answered.
#[derive(Clone)]
pub struct LookBeside {
    /// Which look.
    pub asked: AskedBeside,
    /// The persons who are shown.
    pub shown: Vec<PersonId>,
    /// What the access event says.
    pub verdict: Verdict,
    /// JSON of `wire::api::PersonSearchAnswer`, `RecordAnswer` or `FhirAnswer`.
    pub answer: String,
    /// When it was true.
    pub as_of: Timestamp,
    /// What stands on record beside the access event.
    pub note: LookNote,
}

/// What stands on record beside the access event.
#[derive(Clone)]
pub enum LookNote {
    /// Of a search by name. Each person who is shown is to be told.
    Search {
        /// What for.
        purpose: SearchPurpose,
        /// Why, in the words of staff.
        reason: String,
        /// What came of it.
        outcome: SearchOutcome,
    },
    /// Of a look into a record.
    Record {
        /// Who looked, as the institution names its staff.
        user_identifier: String,
        /// In which role.
        role: LookRole,
        /// What for.
        purpose: LookPurpose,
        /// Which way it is shown.
        way: LookWay,
        /// Kinds of FHIR resources, names with commas; empty where it was not through FHIR.
        resources: String,
        /// What they wanted to see.
        wanted: ConsentChoice,
        /// What they were shown.
        allowed: ConsentChoice,
    },
}

impl LookNote {
    const fn purpose(&self) -> Purpose {
        match self {
            Self::Search { purpose, .. } => purpose.purpose(),
            Self::Record { .. } => Purpose::RecordLook,
        }
    }
}

/// What makes two looks the same one.
#[derive(Clone, PartialEq, Eq)]
pub struct AskedBeside {
    /// Who asks.
    pub facility: MedicalInstitutionCode,
    /// The number of the search.
    pub request_id: Uuid,
    /// The one way to write it: what the access event's query hash covers.
    pub canonical: String,
}

/// The note and whom it is about.
pub(super) struct Beside {
    pub(super) note: LookNote,
    pub(super) shown: Vec<PersonId>,
}

pub(super) fn make(look: &LookBeside, salt: [u8; 16]) -> (Made, Look) {
    let facility = look.asked.facility;
    let event = AccessEvent {
        facility,
        query_hash: salted_hash(&salt, look.asked.canonical.as_bytes()),
        verdict: look.verdict,
        answer_hash: salted_hash(&salt, look.answer.as_bytes()),
        as_of_ms: since_1970(look.as_of),
        purpose: look.note.purpose(),
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
    let beside = Beside { note: look.note.clone(), shown: look.shown.clone() };
    let made = Made::Beside { event: event.clone(), verdict: look.verdict };
    (made, Look { facility, person, event, beside: Some(beside) })
}

/// It names people.
impl std::fmt::Debug for LookBeside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LookBeside({:?}, {:?})", self.note.purpose(), self.verdict)
    }
}

/// It names a person.
impl std::fmt::Debug for AskedBeside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AskedBeside({})", self.request_id)
    }
}
