//! Many questions in one file: sent as NDJSON, answered later under a reception number.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{CheckResponse, SearchInfo};

/// First line of the NDJSON body of `POST /v1/bulk-eligibility-checks`; every other line is a [`SearchInfo`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkHeader {
    /// 資格確認日 of every question, `yyyyMMdd`.
    pub qualification_confirmation_date: String,
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: String,
    /// 任意のファイル識別子, given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// UUID version 7. Sending the file again with the same number gives the same reception number.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
}

/// 202: the file was taken, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkReception {
    /// 受付番号, at most 100 characters, no meaning of its own.
    pub reception_number: String,
    /// 受付日時, `yyyyMMddHHmmss` in Japan.
    pub reception_date_time: String,
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkState {
    /// 処理中.
    Processing,
    /// All questions are answered and can be fetched.
    Done,
}

/// `GET …/{ReceptionNumber}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkStatus {
    /// 受付番号.
    pub reception_number: String,
    /// How far the file is.
    pub state: BulkState,
    /// 処理結果件数: how many are answered so far.
    pub number_of_processing_result: u64,
    /// 正常件数.
    pub number_of_normal_processing: u64,
    /// エラー件数.
    pub number_of_error: u64,
}

/// One line of `GET …/{ReceptionNumber}/results`, in the order of the questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkUnit {
    /// The question, as asked.
    pub search_info: SearchInfo,
    /// 処理結果状況 (OQSCD004): `1` answered, `2` could not be read.
    pub processing_result_status: String,
    /// 処理結果コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ, Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_result_message: Option<String>,
    /// The answer with its proof; absent when the status is `2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<CheckResponse>,
}
