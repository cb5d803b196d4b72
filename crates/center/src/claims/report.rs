//! What came of a file of claims.

use std::collections::BTreeMap;

use serde::Serialize;
use wire::claims::CheckReport;

use crate::limits;

/// What became of one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Taken as it is.
    AsClaimed,
    /// Taken; another insurer pays (振替).
    Redirected,
    /// Taken; several insurers pay (分割).
    Split,
    /// Taken; nobody insured some of its days.
    NotInsured,
    /// Fits nobody: kept, and shown to nobody.
    Unmatched,
    /// The same claim stood in the file before.
    Repeated,
    /// Names no institution or no month.
    WithoutSource,
}

impl Outcome {
    /// As the command line says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AsClaimed => "請求どおり",
            Self::Redirected => "振替",
            Self::Split => "分割",
            Self::NotInsured => "資格なし",
            Self::Unmatched => "該当者なし",
            Self::Repeated => "同じ請求の重複",
            Self::WithoutSource => "医療機関・診療年月なし",
        }
    }
}

/// A claim that its sender is to be told of. Names no person: the line leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimNote {
    /// Its first line in the file.
    pub line: u64,
    /// 受付番号; none for one that was not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_number: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Stable code of the reason.
    pub code: String,
    /// In Japanese.
    pub message: String,
    /// In English.
    pub message_en: String,
}

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimsReport {
    /// Claims in it.
    pub claims: u64,
    /// Claims that were new.
    pub new: u64,
    /// Claims that replaced an earlier one.
    pub replaced: u64,
    /// Claims that were known and say the same.
    pub known: u64,
    /// How many came out how.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Those to be told of, in the order of the file, at most [`limits::CLAIMS_REPORT_MAX`].
    pub notes: Vec<ClaimNote>,
    /// Records that could not be read.
    pub records_set_aside: u64,
    /// Errors and warnings of the check.
    pub errors: u64,
    /// The same for warnings.
    pub warnings: u64,
}

impl ClaimsReport {
    pub(super) fn count(&mut self, outcome: Outcome) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    pub(super) fn note(&mut self, note: ClaimNote) {
        if self.notes.len() < limits::CLAIMS_REPORT_MAX {
            self.notes.push(note);
        }
    }

    /// How many came out so.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    pub(super) fn add_check(&mut self, check: &CheckReport) {
        self.records_set_aside += check.records_set_aside;
        self.errors += check.errors;
        self.warnings += check.warnings;
    }

    /// This report and that of another file as one.
    pub fn add(&mut self, other: Self) {
        self.claims += other.claims;
        self.new += other.new;
        self.replaced += other.replaced;
        self.known += other.known;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        other.notes.into_iter().for_each(|note| self.note(note));
        self.records_set_aside += other.records_set_aside;
        self.errors += other.errors;
        self.warnings += other.warnings;
    }
}
