//! 照会番号: the institution's own patient number, registered once and given back with every later answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/reference-numbers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ReferenceNumberRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits.
    #[serde(default)]
    #[schema(required)]
    pub medical_institution_code: String,
    /// 任意のファイル識別子, given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// What is to be registered.
    pub reference_number_registration_info: ReferenceNumberRegistrationInfo,
}

/// 照会番号登録情報: a card and the number to remember for it, as typed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferenceNumberRegistrationInfo {
    /// 照会番号, at most 50 characters, usually the 院内患者番号.
    #[schema(required, example = "24434")]
    pub reference_number: String,
    /// 保険者番号.
    #[schema(required, example = "01130012")]
    pub insurer_number: String,
    /// 被保険者証記号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<String>,
    /// 被保険者証番号.
    #[schema(required)]
    pub insured_identification_number: String,
    /// 枝番.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<String>,
}

/// Numbers of a card are personal data, so the debug form shows none of them.
impl std::fmt::Debug for ReferenceNumberRegistrationInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReferenceNumberRegistrationInfo(…)")
    }
}

/// 200: the number is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ReferenceNumberAnswer {
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// 任意のファイル識別子 of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// What was registered, as sent.
    pub reference_number_registration_info: ReferenceNumberRegistrationInfo,
}

/// First line of the NDJSON body of `POST /v1/bulk-reference-numbers`; every other line is a
/// [`ReferenceNumberRegistrationInfo`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkReferenceHeader {
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: String,
    /// 任意のファイル識別子, given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrary_file_identifier: Option<String>,
    /// UUID version 7.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
}

/// One line of `GET /v1/bulk-reference-numbers/{ReceptionNumber}/results`, in the order sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct BulkReferenceUnit {
    /// What was to be registered, as sent.
    pub reference_number_registration_info: ReferenceNumberRegistrationInfo,
    /// 処理結果状況 (OQSCD004): `1` registered, `2` not.
    pub processing_result_status: String,
    /// 処理結果コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_result_code: Option<String>,
    /// 処理結果メッセージ, Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_result_message: Option<String>,
}
