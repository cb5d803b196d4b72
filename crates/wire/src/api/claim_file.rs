//! Claims (レセプト) that an institution submits: a file in pieces, a receipt number for it, and what became of each claim.
//!
//! Begin with [`ClaimFileRequest`]; send pieces from the byte that [`ClaimFileStatus::received_bytes`] tells, which is also
//! what every piece is answered with: after a line that was cut the same question tells where to go on. When all bytes are
//! there the file is the center's; when its state is done there is one [`ClaimOutcome`] for each claim.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/claim-files`: a file will come.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimFileRequest {
    /// UUID version 7. The same number again gives the same file, as far as it is.
    #[schema(value_type = String, format = "uuid")]
    pub request_id: Uuid,
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: String,
    /// Name of the file, such as `RECEIPTC.UKE`: tells the kind of claims where the file itself does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// SHA-256 of the file, 64 hexadecimal digits in lower case.
    pub file_digest: String,
    /// Length of the file in bytes.
    pub file_bytes: u64,
}

/// File names are chosen by people and may hold a name.
impl std::fmt::Debug for ClaimFileRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimFileRequest")
            .field("request_id", &self.request_id)
            .field("file_bytes", &self.file_bytes)
            .finish_non_exhaustive()
    }
}

/// How far a claim file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimFileState {
    /// Pieces are missing.
    Receiving,
    /// 受付済み: all of it is at the center, durably; its claims are being taken.
    Processing,
    /// Every claim has an outcome.
    Done,
    /// The file as a whole could not be taken; nothing of it was.
    Refused,
}

/// How far a claim file is: the answer to its beginning, to each piece, and to `GET …/{ReceptionNumber}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimFileStatus {
    /// 受付番号 of the file, at most 100 characters, no meaning of its own.
    pub reception_number: String,
    /// 受付日時, `yyyyMMddHHmmss` in Japan: when the file was begun.
    pub reception_date_time: String,
    /// How far.
    pub state: ClaimFileState,
    /// Bytes that are at the center: the next piece begins here.
    pub received_bytes: u64,
    /// How many claims came out how, so far.
    pub counts: ClaimFileCounts,
    /// Why the file was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ClaimRefusal>,
}

/// Why a file as a whole was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimRefusal {
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do, in Japanese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

/// How many claims of a file came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClaimFileCounts {
    /// Claims in the file so far. The next six add up to it.
    pub claims: u64,
    /// 受付: new ones.
    pub accepted: u64,
    /// 変更なし: known, and saying the same.
    pub same_again: u64,
    /// 差替え: in place of an earlier one.
    pub replaced: u64,
    /// 該当者なし: kept, and shown to nobody.
    pub unmatched: u64,
    /// 重複: the same claim stood in the file before.
    pub repeated: u64,
    /// 取り込めない: see [`ClaimOutcome::code`].
    pub set_aside: u64,
    /// 振替, among those that were taken.
    pub redirected: u64,
    /// 分割, among those that were taken.
    pub split: u64,
    /// 資格なし on some day, among those that were taken.
    pub not_insured: u64,
    /// Records that could not be read.
    pub records_set_aside: u64,
    /// Errors of the check; told when the file is done.
    pub errors: u64,
    /// Warnings of the check; told when the file is done.
    pub warnings: u64,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimResult {
    /// 受付.
    Accepted,
    /// 変更なし: the center had it already; nothing was changed.
    SameAgain,
    /// 差替え: it stands in place of an earlier one.
    Replaced,
    /// 該当者なし: fits nobody; kept until it does, and shown to nobody.
    Unmatched,
    /// 重複: stood in the file before.
    Repeated,
    /// 取り込めない.
    SetAside,
}

impl ClaimResult {
    /// As the window reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accepted => "受付",
            Self::SameAgain => "変更なし",
            Self::Replaced => "差替え",
            Self::Unmatched => "該当者なし",
            Self::Repeated => "重複",
            Self::SetAside => "取り込めません",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::SameAgain => "same again",
            Self::Replaced => "replaced",
            Self::Unmatched => "fits nobody",
            Self::Repeated => "twice in the file",
            Self::SetAside => "set aside",
        }
    }
}

/// A stretch of days of service and who insured them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimPart {
    /// First day of service, `yyyyMMdd`.
    pub first: String,
    /// Last day of service, `yyyyMMdd`.
    pub last: String,
    /// 保険者番号; absent where nobody insured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer_number: Option<String>,
}

/// Something that the check found in a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimFinding {
    /// Line in the file.
    pub line: u64,
    /// Stable code (docs/CLAIMS.md).
    pub code: String,
    /// Place, what is wrong and what to do, in Japanese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

/// One line of `GET …/{ReceptionNumber}/results`, in the order of the file. Names no person: line and レセプト番号 lead to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimOutcome {
    /// First line of the claim in the file.
    pub line: u64,
    /// レセプト番号 in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_number: Option<u32>,
    /// What became of it.
    pub result: ClaimResult,
    /// 受付番号 of the claim, 32 hexadecimal digits: withdraws it. Absent where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_number: Option<String>,
    /// 検索番号, 29 digits: written into RE of a claim that is made again, it leads to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_number: Option<String>,
    /// 受付番号 of the earlier claim in whose place it stands, where its 検索番号 led there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Who pays: `as_claimed`, `redirected` (振替), `split` (分割) or `not_insured`; absent where it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<String>,
    /// Who pays which days, where that is not the insurer that was claimed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub part_list: Vec<ClaimPart>,
    /// Stable code of the reason, where it is unmatched or set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to know and what to do, in Japanese; absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_en: Option<String>,
    /// Errors of the check in this claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finding_list: Vec<ClaimFinding>,
}

/// `POST /v1/claim-withdrawals`: a claim is taken back (取下げ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimWithdrawalRequest {
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: String,
    /// 受付番号 of the claim, 32 hexadecimal digits.
    pub claim_number: String,
}

/// Whether a claim was there to be withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimWithdrawalState {
    /// It is withdrawn now.
    Withdrawn,
    /// It was withdrawn, or another one stands in its place, before.
    WithdrawnBefore,
}

/// What came of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimWithdrawalAnswer {
    /// 受付番号 of the claim.
    pub claim_number: String,
    /// What came of it.
    pub state: ClaimWithdrawalState,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan.
    pub process_execution_time: String,
}
