//! What was done and given: the health record that a patient may let a window see.
//!
//! It comes out of monthly claims, so it lags one to two months, and it says what was *billed*: a drug that was handed out,
//! not one that was taken. Every entry carries its day and its source. Names are those of JP Core and of the claims.
//!
//! * [`medication`] — drugs handed out: who prescribed, who dispensed, how much, for how long.
//! * [`diagnosis`], [`procedure`], [`visit`] — diagnoses, surgery and other procedures, and days of treatment.
//! * [`history`] — all of it of one person, put together from claims.
//! * [`drug`] — what is known of a drug by its code; an unknown drug is shown by its code and is never an error.
//! * [`danger`] — what of it matters: duplicates, interactions, kidneys, long use.
//! * [`consented`] — what an institution may see of it; [`scope`] — what a program may read of it in FHIR;
//!   [`look_way`] — which way somebody saw it.
//! * [`source`] — from which claim an entry comes; [`month`] and [`quantity`] — months, and amounts without rounding;
//!   [`usage`] — how codes of usage read.
#![doc(alias = "薬剤情報")]

pub mod consented;
pub mod danger;
pub mod diagnosis;
pub mod drug;
pub mod history;
pub mod look_way;
pub mod medication;
pub mod month;
pub mod procedure;
pub mod quantity;
pub mod scope;
pub mod source;
pub mod usage;
pub mod visit;

pub use consented::{HealthRecord, MaySee};
pub use diagnosis::{Diagnosis, DiagnosisCode, DiagnosisOutcome};
pub use drug::{Drug, DrugClass, DrugCode, Ingredient};
pub use history::History;
pub use look_way::LookWay;
pub use medication::{DosageForm, Medication, Supply, Usage};
pub use month::Month;
pub use procedure::{Procedure, ProcedureCode, ProcedureKind};
pub use quantity::Quantity;
pub use scope::{LookPurpose, LookRole, NotReadable, PatientResource, Readable, may_read};
pub use source::{ClaimKind, Institution, Source};
pub use usage::usage_text;
pub use visit::{TreatmentVisit, VisitItem};
