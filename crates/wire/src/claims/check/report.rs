//! What a check says about a whole file.

use std::collections::BTreeMap;

use crate::claims::finding::{ClaimFault, Finding, Severity};
use crate::claims::kind::{ClaimKind, Side};
use crate::claims::record::Charset;
use crate::limits;

/// What GO says, or what the receipts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// 総件数: HO and KO records, not receipts.
    pub count: u64,
    /// 総合計点数.
    pub points: u64,
}

/// The report of a file.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// Which kind of claims.
    pub kind: ClaimKind,
    /// From which side; none when no record could be read.
    pub side: Option<Side>,
    /// What it is written in; Shift_JIS when it is ASCII alone.
    pub charset: Charset,
    /// Records that were read, good and bad, without empty lines.
    pub records: u64,
    /// Records that could not be taken.
    pub records_set_aside: u64,
    /// Receipts.
    pub receipts: u64,
    /// Receipts with an error or a record set aside.
    pub receipts_with_errors: u64,
    /// What the receipts come to.
    pub computed: Totals,
    /// What GO says, of all volumes together; none without GO.
    pub declared: Option<Totals>,
    /// Errors, also those that are not listed.
    pub errors: u64,
    /// Warnings, also those that are not listed.
    pub warnings: u64,
    /// How often each fault was found.
    pub by_fault: BTreeMap<ClaimFault, u64>,
    /// The first findings, in the order in which they were made, at most [`limits::CLAIM_REPORT_MAX_FINDINGS`].
    pub findings: Vec<Finding>,
}

impl CheckReport {
    pub(super) fn new(kind: ClaimKind, charset: Charset) -> Self {
        Self {
            kind,
            side: None,
            charset,
            records: 0,
            records_set_aside: 0,
            receipts: 0,
            receipts_with_errors: 0,
            computed: Totals::default(),
            declared: None,
            errors: 0,
            warnings: 0,
            by_fault: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// Whether nothing is an error.
    pub const fn is_clean(&self) -> bool {
        self.errors == 0
    }

    pub(super) fn add(&mut self, finding: &Finding) {
        match finding.fault.severity() {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        *self.by_fault.entry(finding.fault).or_default() += 1;
        if self.findings.len() < limits::CLAIM_REPORT_MAX_FINDINGS {
            self.findings.push(finding.clone());
        }
    }
}
