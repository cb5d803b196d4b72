//! 資格確認書 with a code: an insurer has one made, and takes one back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::StatusListPlace;

/// `POST /v1/personal-certificates`: whose, and for how long.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonalCertificateRequest {
    /// 保険者番号: the insurer's own.
    #[schema(example = "06139463")]
    pub insurer_number: String,
    /// 記号, where the card has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<String>,
    /// 番号.
    #[schema(example = "4260")]
    pub insured_identification_number: String,
    /// 枝番, where several people have the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<String>,
    /// 生年月日, `yyyyMMdd`.
    #[schema(example = "19800401")]
    pub birthdate: String,
    /// The first day, `yyyyMMdd`; today where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The last day, `yyyyMMdd`, at most five years later; a year where it is absent, or as long as the coverage allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Whether the insured asked that the limit classification be written in.
    #[serde(default)]
    pub with_limit: bool,
}

/// Whose it is, is personal data.
impl std::fmt::Debug for PersonalCertificateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalCertificateRequest(…)")
    }
}

/// A certificate, for the insurer's print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonalCertificateAnswer {
    /// Its place in the status lists: its name for taking it back.
    pub status_list: StatusListPlace,
    /// What the QR code says: at most 470 characters, alphanumeric mode, level Q.
    pub text: String,
    /// The code as SVG.
    pub svg: String,
    /// The first day, `yyyyMMdd`.
    pub valid_from: String,
    /// The last day, `yyyyMMdd`.
    pub valid_until: String,
    /// What the code has no room for, and the print therefore has to say.
    pub left_out: Vec<String>,
}

/// Whose it is, is personal data.
impl std::fmt::Debug for PersonalCertificateAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalCertificateAnswer(…)")
    }
}

/// `POST /v1/personal-certificates/revoke`: which one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonalCertificateRevocation {
    /// Its place in the status lists.
    pub status_list: StatusListPlace,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PersonalCertificateRevoked {
    /// False: it was taken back before.
    pub is_new: bool,
}
