//! The messages of one person, and the short ones that ask for and confirm a bulk file.

use super::tree::{Group, elements};
use crate::api::{ReferenceNumberRegistrationInfo, ResultOfQualificationConfirmation, SearchInfo};

/// `MessageHeader` of every message; each message uses some of its elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageHeader {
    /// 処理実行日時, `yyyyMMddHHmmss`. Results only.
    pub process_execution_time: Option<String>,
    /// 資格確認日, `yyyyMMdd`.
    pub qualification_confirmation_date: Option<String>,
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: Option<String>,
    /// 任意のファイル識別子, given back.
    pub arbitrary_file_identifier: Option<String>,
    /// 受付番号. Bulk results only.
    pub reception_number: Option<String>,
    /// 照会区分 (OQSCD002). 002 only.
    pub reference_classification: Option<String>,
    /// 処理結果区分 (OQSCD003). Results only.
    pub segment_of_result: Option<String>,
    /// エラーコード, when the whole file failed.
    pub error_code: Option<String>,
    /// エラーメッセージ.
    pub error_message: Option<String>,
    /// 処理結果件数. 008 only.
    pub number_of_processing_result: Option<String>,
    /// 正常件数. 008 only.
    pub number_of_normal_processing: Option<String>,
    /// エラー件数. 008 only.
    pub number_of_error: Option<String>,
    /// 文字コード識別 (OQSCD005). Results only. Whatever is here, the writer writes what the file really is.
    pub character_code_identifier: Option<String>,
}

elements!(MessageHeader {
    optional process_execution_time = "ProcessExecutionTime";
    optional qualification_confirmation_date = "QualificationConfirmationDate";
    optional medical_institution_code = "MedicalInstitutionCode";
    optional arbitrary_file_identifier = "ArbitraryFileIdentifier";
    optional reception_number = "ReceptionNumber";
    optional reference_classification = "ReferenceClassification";
    optional segment_of_result = "SegmentOfResult";
    optional error_code = "ErrorCode";
    optional error_message = "ErrorMessage";
    optional number_of_processing_result = "NumberOfProcessingResult";
    optional number_of_normal_processing = "NumberOfNormalProcessing";
    optional number_of_error = "NumberOfError";
    optional character_code_identifier = "CharacterCodeIdentifier";
});

/// `MessageBody` of a message that is read and written as a whole.
pub trait Body: Group + Default {
    /// The element without which the message means nothing.
    const REQUIRED: Option<&'static str>;
}

/// 001 資格確認要求.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckQuestion {
    /// 資格確認照会用情報.
    pub search_info: Option<SearchInfo>,
}

elements!(CheckQuestion {
    group search_info = "QualificationConfirmSearchInfo";
});

impl Body for CheckQuestion {
    const REQUIRED: Option<&'static str> = Some("QualificationConfirmSearchInfo");
}

/// 002 資格確認結果, and the file of the card reader.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckResult {
    /// 処方箋発行形態 (OQSCD017).
    pub prescription_issue_select: Option<String>,
    /// 処理結果状況 (OQSCD004).
    pub processing_result_status: Option<String>,
    /// 処理結果コード.
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ.
    pub processing_result_message: Option<String>,
    /// 資格有効性 (OQSCD006).
    pub qualification_validity: Option<String>,
    /// The question, given back.
    pub search_info: Option<SearchInfo>,
    /// 資格確認結果リスト.
    pub result_list: Vec<ResultOfQualificationConfirmation>,
}

elements!(CheckResult {
    optional prescription_issue_select = "PrescriptionIssueSelect";
    optional processing_result_status = "ProcessingResultStatus";
    optional processing_result_code = "ProcessingResultCode";
    optional processing_result_message = "ProcessingResultMessage";
    optional qualification_validity = "QualificationValidity";
    group search_info = "QualificationConfirmSearchInfo";
    list result_list = "ResultList" / "ResultOfQualificationConfirmation";
});

impl Body for CheckResult {
    const REQUIRED: Option<&'static str> = None;
}

/// 003 照会番号登録要求.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistrationRequest {
    /// 照会番号登録情報.
    pub registration_info: Option<ReferenceNumberRegistrationInfo>,
}

elements!(RegistrationRequest {
    group registration_info = "ReferenceNumberRegistrationInfo";
});

impl Body for RegistrationRequest {
    const REQUIRED: Option<&'static str> = Some("ReferenceNumberRegistrationInfo");
}

/// 004 照会番号登録結果.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistrationResult {
    /// What was to be registered, given back.
    pub registration_info: Option<ReferenceNumberRegistrationInfo>,
    /// 処理結果状況 (OQSCD004).
    pub processing_result_status: Option<String>,
    /// 処理結果コード.
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ.
    pub processing_result_message: Option<String>,
    /// 照会番号 directly under the body, as some programs write it.
    pub reference_number: Option<String>,
}

elements!(RegistrationResult {
    group registration_info = "ReferenceNumberRegistrationInfo";
    optional processing_result_status = "ProcessingResultStatus";
    optional processing_result_code = "ProcessingResultCode";
    optional processing_result_message = "ProcessingResultMessage";
    optional reference_number = "ReferenceNumber";
});

impl Body for RegistrationResult {
    const REQUIRED: Option<&'static str> = None;
}

/// 006 and 010: the file was received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reception {
    /// 受付番号; absent when the file was refused.
    pub reception_number: Option<String>,
    /// 受付日時.
    pub reception_date_time: Option<String>,
}

elements!(Reception {
    optional reception_number = "ReceptionNumber";
    optional reception_date_time = "ReceptionDateTime";
});

impl Body for Reception {
    const REQUIRED: Option<&'static str> = None;
}

/// 007 and 011: is the file done?
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DownloadRequest {
    /// 受付番号.
    pub reception_number: Option<String>,
}

elements!(DownloadRequest {
    optional reception_number = "ReceptionNumber";
});

impl Body for DownloadRequest {
    const REQUIRED: Option<&'static str> = Some("ReceptionNumber");
}

/// One person of a bulk message.
pub trait Unit: Group + Default {
    /// The element of one person.
    const ELEMENT: &'static str;
}

/// 005: one question.
impl Unit for SearchInfo {
    const ELEMENT: &'static str = "QualificationConfirmSearchInfo";
}

/// 009: one number to register.
impl Unit for ReferenceNumberRegistrationInfo {
    const ELEMENT: &'static str = "ReferenceNumberRegistrationInfo";
}

/// 008 一括照会結果: one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkConfirmUnit {
    /// The question, given back.
    pub search_info: Option<SearchInfo>,
    /// 処理結果状況 (OQSCD004).
    pub processing_result_status: Option<String>,
    /// 処理結果コード.
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ.
    pub processing_result_message: Option<String>,
    /// 資格有効性 (OQSCD006).
    pub qualification_validity: Option<String>,
    /// 資格確認結果, short form, directly under the unit; a result list is read too.
    pub results: Vec<ResultOfQualificationConfirmation>,
    /// 照会番号.
    pub reference_number: Option<String>,
}

elements!(BulkConfirmUnit {
    group search_info = "QualificationConfirmSearchInfo";
    optional processing_result_status = "ProcessingResultStatus";
    optional processing_result_code = "ProcessingResultCode";
    optional processing_result_message = "ProcessingResultMessage";
    optional qualification_validity = "QualificationValidity";
    repeated results = "ResultOfQualificationConfirmation";
    also results = "ResultList" / "ResultOfQualificationConfirmation";
    optional reference_number = "ReferenceNumber";
});

impl Unit for BulkConfirmUnit {
    const ELEMENT: &'static str = "BulkConfirmUnit";
}

/// 012 照会番号一括登録結果: one registration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkRegistrationUnit {
    /// What was to be registered, given back.
    pub registration_info: Option<ReferenceNumberRegistrationInfo>,
    /// 処理結果状況 (OQSCD004).
    pub processing_result_status: Option<String>,
    /// 処理結果コード.
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ.
    pub processing_result_message: Option<String>,
}

elements!(BulkRegistrationUnit {
    group registration_info = "ReferenceNumberRegistrationInfo";
    optional processing_result_status = "ProcessingResultStatus";
    optional processing_result_code = "ProcessingResultCode";
    optional processing_result_message = "ProcessingResultMessage";
});

impl Unit for BulkRegistrationUnit {
    const ELEMENT: &'static str = "BulkRegistrationUnit";
}
