//! 二次利用: a patient says that they do not want to be counted, or takes that back; and what has left as counts, for
//! everybody to see.

use domain::record::Month;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::presence::CardPresence;

/// `POST /v1/secondary-use-refusals`: the patient of this card does not want to be counted (停止の申出), or takes that back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct SecondaryUseRefusalRequest {
    /// UUID version 7 made by the asking side.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits. Must be the one in the certificate of the connection.
    #[serde(default)]
    #[schema(required, example = "1312345670")]
    pub medical_institution_code: String,
    /// `true`: they refuse. `false`: they take it back, for which the card must have signed.
    pub refuses: bool,
    /// The card.
    pub presence: CardPresence,
}

/// 200: it is so from now on. Counts that have left stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct SecondaryUseRefusalAnswer {
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
    /// 医療機関コード.
    pub medical_institution_code: String,
    /// The number of the request.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// How it is now, as the patient wished.
    pub refuses: bool,
    /// Whether it was otherwise before.
    pub is_new: bool,
}

/// `GET /v1/secondary-use-exports`, 200: the counts that have left, the newest first. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct SecondaryUseExports {
    /// As of when.
    #[schema(value_type = String, format = "date-time")]
    pub as_of: Timestamp,
    /// The exports.
    pub export_list: Vec<SecondaryUseExport>,
    /// Whether there are older ones that are not listed.
    pub has_more: bool,
}

/// Counts that have left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct SecondaryUseExport {
    /// When.
    #[schema(value_type = String, format = "date-time")]
    pub exported_at: Timestamp,
    /// 利用目的, in Japanese.
    #[schema(example = "学術研究")]
    pub purpose: String,
    /// 法的根拠, in Japanese.
    pub ground: String,
    /// 提供先.
    pub recipient: String,
    /// The first month that is counted.
    #[schema(value_type = String, example = "202604")]
    pub first_month: Month,
    /// The last.
    #[schema(value_type = String, example = "202609")]
    pub last_month: Month,
    /// Fewest persons of a number.
    pub k: u32,
}
