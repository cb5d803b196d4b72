//! YZK and TKK: what a patient lets an institution see of their record, asked for and answered in files.
//!
//! | file | interface | read | written |
//! |---|---|---|---|
//! | `YZKsiquc01req_` / `res_` | YZK-IF-001/002 薬剤情報・診療情報 | [`read_record_request`] | [`write_drug_result`] |
//! | `TKKsiquc01req_` / `res_` | TKK-IF-001/002 特定健診情報 | [`read_record_request`] | [`write_checkup_result`] |
//!
//! The trees are those that public clients read; their names differ from those of OQS and from each other
//! (`InsuranceCardSymbol`, `KanaName` and `KanasName`). What happened stands in two elements:
//!
//! | what happened | ResultCode | MessageContents |
//! |---|---|---|
//! | may be seen | 1 | what is left out and why, how far claims have come; absent where there is nothing to say |
//! | nobody, several people, no consent, consent run out, a field that cannot be read | 2 | words and `TSK-E-…`; nothing else |
//! | could not ask, refused | 9 | words and `TSK-E-…`; nothing else |
//!
//! A list is empty only where it may be seen and is empty, and then MessageContents says so.

mod checkups;
mod drugs;
mod request;
mod tell;
#[cfg(test)]
mod tests;

pub use checkups::{CheckupRecord, CheckupResult, HealthCheckupInfo, QualificationsInfo, SpecificHealthCheckupInfo};
pub use drugs::{DiDateInf, DrugInf, DrugRecord, DrugResult, MeTrInf, MeTrMonthInf, QuaInf};
pub use request::{RecordAsked, RecordHeader, RecordKind, RecordQuestion, read_record_request, write_record_request};
pub use tell::{AskedRecord, part_name, why_not_shown, write_checkup_result, write_drug_result, write_record_failure};
