//! The XML files of the national interface (OQS-IF-001 to 012, YZK and TKK), read and written.
//!
//! | file | interface | read | written |
//! |---|---|---|---|
//! | `OQSsiquc01req_` / `res_` | 001/002 資格確認 | [`read`]`::<`[`CheckQuestion`]`>` / `<`[`CheckResult`]`>` | [`write_check_result`] and its sisters |
//! | `OQSsiquc01res_face_` | 002 of a check by card | `<`[`CheckResult`]`>` | [`write_face_result`], name by [`face_file_name`] |
//! | `OQSsiimm01req_` / `res_` | 003/004 照会番号登録 | `<`[`RegistrationRequest`]`>` / `<`[`RegistrationResult`]`>` | [`write_registration_result`] … |
//! | `OQSmuquc01req_` / `res_` | 005/006 一括照会 | [`BulkReader`] of [`SearchInfo`](crate::api::SearchInfo) / `<`[`Reception`]`>` | [`write_reception`] … |
//! | `OQSmuquc02req_` / `res_` | 007/008 | `<`[`DownloadRequest`]`>` / [`BulkReader`] of [`BulkConfirmUnit`] | [`bulk_result_header`], [`confirm_unit`], [`BulkWriter`] |
//! | `OQSmuimm01req_` / `res_` | 009/010 照会番号一括登録 | [`BulkReader`] of `ReferenceNumberRegistrationInfo` / `<`[`Reception`]`>` | [`write_reception`] … |
//! | `OQSmuimm02req_` / `res_` | 011/012 | `<`[`DownloadRequest`]`>` / [`BulkReader`] of [`BulkRegistrationUnit`] | [`registration_unit`], [`BulkWriter`] |
//! | `YZKsiquc01`, `TKKsiquc01` | records | [`record`] | [`record`] |
//!
//! **Reading** takes UTF-8 and Shift_JIS, any order, unknown elements; it refuses whatever a message never needs and an
//! attack might use, and says where. **Writing** keeps the order of the layout and never writes a character that the
//! encoding lacks: the character is folded ([`crate::text`]), the fold is told in ProcessingResultMessage with its code
//! point and handed to the caller as [`ElementFold`], who keeps the original. The official trees get no element of ours.

mod bulk;
pub mod codes;
mod err_file;
mod error;
mod file_name;
mod layout;
mod message;
mod outcome;
mod read;
pub mod record;
mod source;
mod tree;
mod write;
mod xml;

pub use bulk::{BulkItem, BulkReader, read_bulk_header};
pub use err_file::err_file;
pub use error::{OqsError, OqsErrorCode, Warning, WarningKind};
pub use file_name::{ApiId, Direction, FileName, FileNameError, face_file_name};
pub use message::{
    Body, BulkConfirmUnit, BulkRegistrationUnit, CheckQuestion, CheckResult, DownloadRequest, MessageHeader, Reception,
    RegistrationRequest, RegistrationResult, Unit,
};
pub use outcome::{
    Asked, Told, bulk_result_header, confirm_unit, registration_unit, unreadable, write_bulk_failure,
    write_bulk_processing, write_check_failure, write_check_result, write_check_unreadable, write_face_result,
    write_reception, write_reception_failure, write_registration_failure, write_registration_refused,
    write_registration_result,
};
pub use read::{Message, read};
pub(crate) use source::choose as choose_encoding;
pub use source::{Encoding, EncodingPolicy};
pub use tree::{Group, List, Slot, Value};
pub use write::{BulkWriter, ElementFold, OutputEncoding, Written, write};
