//! Claims (レセプト電算処理, "UKE"): the monthly bills of medical, DPC and dental institutions and of pharmacies.
//!
//! Two layers. Below, a file is a stream of [`Record`]s: a [`Tag`] of two letters and fields by position, borrowed from
//! the line that is being read. Above, a [`Receipt`] (one レセプト) is one patient's month at one institution, with its
//! payers, diagnoses, groups (剤), prescriptions and coding data as owned values. Positions and rules are those of
//! 記録条件仕様 (formats.md 1); what is known only from other programs says so where it stands.
//!
//! | what | where |
//! |---|---|
//! | [`ClaimKind`], [`Side`], [`Tag`] | what a file and a record are |
//! | [`Record`] | one record as it stands |
//! | [`Receipt`] and what it holds | one claim as it is meant |
//! | [`ClaimReader`] | receipts of a file, as a stream, with what is wrong with each |
//! | [`check`](check()) and [`CheckReport`] | what is wrong with a file, without putting receipts together |
//! | [`RecordReader`], [`ClaimWriter`] | records in, tolerantly; records out, strictly |
//! | [`Finding`], [`ClaimFault`] | what a check says, with line, record, field, stable code, Japanese and English |
//! | [`SetAside`] | why a claim of a submitted file is not taken |
//! | [`DrugUse`] | one drug of one day, whatever kind of claim it came in |

mod build;
mod charset;
mod check;
mod drug_use;
mod finding;
mod kind;
mod layout;
mod lines;
mod master;
mod read;
mod reader;
mod receipt;
mod record;
mod service;
mod split;
mod submission;
pub mod synthetic;
mod value;
mod writer;

pub use check::{CheckReport, Totals};
pub use drug_use::{DrugForm, DrugUse};
pub use finding::{ClaimFault, Finding, Severity};
pub use kind::{ClaimKind, Section, Side, Tag};
pub use lines::ClaimFileError;
pub use master::{ClaimMaster, CodeKind};
pub use reader::{ClaimReader, ReadOptions, RecordReader, check};
pub use receipt::{
    Confirmation, Diagnosis, DpcSummary, Institution, Insurance, Outcome, Patient, PublicExpense, Receipt, ReceiptType,
    VisitDays,
};
pub use record::{Charset, Record};
pub use service::{
    CodingData, Comment, Dispensing, Drug, Group, Material, PharmacyDrug, Prescription, Procedure, Row, Service, Unit,
};
pub use submission::SetAside;
pub use value::{Code, DayCount, Decimal, Month};
pub use writer::{ClaimWriteError, ClaimWriter, FieldFold};
