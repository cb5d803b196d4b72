//! What came of an archive of checkups.

use std::collections::BTreeMap;

use serde::Serialize;
use wire::checkups::CheckupReport;

use crate::limits;

/// A report that its sender is to be told of. Names no person: the file leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupNote {
    /// Its file, with its folders in the archive.
    pub file: String,
    /// Stable code: of [`domain::checkup::NoOwner`], or `not_insured`.
    pub code: &'static str,
    /// In Japanese.
    pub message: &'static str,
    /// In English.
    pub message_en: &'static str,
}

/// What came of an archive. Nothing in it tells who anybody is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupsReport {
    /// Reports that were new.
    pub new: u64,
    /// Reports that replaced an earlier one, deletions among them.
    pub replaced: u64,
    /// Reports that were known and say the same, or whose file is older than what is known.
    pub known: u64,
    /// Of all these, deletions (報告区分 19).
    pub deletions: u64,
    /// Of all these, reports of people whose card did not count on the day of the checkup.
    pub not_insured: u64,
    /// Reports that fit nobody, by reason: kept, and shown to nobody.
    pub unmatched: BTreeMap<&'static str, u64>,
    /// Those to be told of, in the order of the archive, at most [`limits::CHECKUPS_REPORT_MAX`].
    pub notes: Vec<CheckupNote>,
    /// What the reader found: how many people and items, who was set aside, and why.
    pub read: CheckupReport,
}

impl CheckupsReport {
    /// Reports that fit nobody.
    pub fn unmatched_total(&self) -> u64 {
        self.unmatched.values().sum()
    }

    pub(super) fn note(&mut self, note: CheckupNote) {
        if self.notes.len() < limits::CHECKUPS_REPORT_MAX {
            self.notes.push(note);
        }
    }

    /// This report and that of another stretch of the same archive as one.
    pub(super) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.replaced += other.replaced;
        self.known += other.known;
        self.deletions += other.deletions;
        self.not_insured += other.not_insured;
        for (reason, count) in other.unmatched {
            *self.unmatched.entry(reason).or_default() += count;
        }
        other.notes.into_iter().for_each(|note| self.note(note));
    }
}
