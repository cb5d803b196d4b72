// SPDX-License-Identifier: Apache-2.0
//! Words and rules of Japan's public health insurance.
//!
//! Everything here is a pure function or a value that cannot be wrong: no I/O, no clock, no randomness. A caller brings
//! what was typed ([`EligibilityQuery`]) and what the register holds ([`Facts`]); [`decide`] says what is true on the date
//! asked. The center calls it online, the terminal calls the same function offline, so both can only agree.
//!
//! How to find your way:
//!
//! * [`id`] — numbers printed on cards, each parsed once and right from then on.
//! * [`date`] — dates in Western and era form; [`age`] — when a person attains an age in law.
//! * [`coverage`] — what an insurer tells us about one enrolment of one person.
//! * [`query`] — what a window asks; [`eligibility`] — the decision; [`share`] — what to collect; [`hint`] — why, and what
//!   to do next.
//! * [`offline`] — what a window may still say while nobody can be asked; [`status`] — whether what was said still stands;
//!   [`personal_certificate`] — what a patient carries.
//! * [`presence`] — what a card proves that is here, and what that is enough for; [`consent`] — what the patient allows.
//! * [`disaster`] — who may search for a person by name; [`person_search`] — whom a search finds.
//! * [`checkup`] — what was measured of a person on a day, eGFR, and the same item over the years.
//! * [`record`] — what was done and given, out of claims, and what of it is dangerous.
//! * [`claim_routing`] — whose claim it is, and which insurer pays.
//! * [`code`] — the code tables of the OQS interface (OQSCDnnn), one enum each.
//! * [`spoken`] — words for patients, in five languages.
//!
//! Rules for additions: parse, don't validate; a rule names its source; a rule comes with a table of cases.
#![warn(missing_docs)]

pub mod age;
pub mod check_digit;
pub mod checkup;
pub mod claim_routing;
pub mod code;
pub mod consent;
pub mod coverage;
pub mod date;
pub mod disaster;
pub mod eligibility;
pub mod hex;
pub mod hint;
pub mod id;
pub mod limits;
mod near_miss;
pub mod offline;
pub mod person;
pub mod person_search;
pub mod personal_certificate;
pub mod prefecture;
pub mod presence;
pub mod purpose;
pub mod query;
pub mod record;
pub mod scheme;
pub mod secondary_use;
pub mod share;
pub mod spoken;
pub mod status;
pub mod text;
mod written;

pub use checkup::{Checkup, CheckupItem, CheckupPatient, CheckupValue, ItemCode};
pub use code::{InsuredCardClassification, LimitClassification, LimitFlag, PersonalFamily, ReasonOfLoss, Sex};
pub use consent::{Consent, ConsentChoice, ConsentItem, ConsentState, PrescriptionForm};
pub use coverage::{Coverage, RegistrationStatus};
pub use date::Date;
pub use disaster::SearchPurpose;
pub use eligibility::{Decision, Facts, PersonId, PersonQuery, Reason, Recorded, Verdict, decide, decide_person};
pub use hint::{Hint, HintCode};
pub use id::{
    BranchNumber, CardKey, CardNumber, CardSymbol, IdError, InsurerNumber, MedicalInstitutionCode, PersonalNumber,
    ReferenceNumber,
};
pub use person::Person;
pub use person_search::{PersonSearch, SearchOutcome};
pub use personal_certificate::PersonalCertificate;
pub use prefecture::Prefecture;
pub use presence::{PresenceMeans, PresenceRecord};
pub use purpose::Purpose;
pub use query::{CardQuery, EligibilityQuery, Field, UnreadableField};
pub use scheme::Scheme;
pub use share::{Share, ShareReason};
pub use spoken::{Spoken, Tongue};
pub use status::{Status, StatusIndex};
