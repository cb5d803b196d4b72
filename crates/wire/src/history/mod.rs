//! From a claim to entries of a health record (formats.md 1.9).
//!
//! What a claim tells of one patient's month becomes drugs with their days, diagnoses, days of treatment and surgery, each
//! with its source. Names of drugs and procedures are not filled in: codes are kept, and whoever reads asks the newest
//! master ([`crate::master`]).
//!
//! Left out are materials, deductions (診療識別 39; rows of 金額種別 7 when the master is asked), and what a DPC claim tells
//! twice: coding data (CD) that repeat an IY row of the same day, code and amount.

mod drugs;
mod treatment;

use std::sync::Arc;

use domain::MedicalInstitutionCode;
use domain::record::{ClaimKind, History, Institution, Source};

use crate::claims::{self, Receipt};

/// What one claim tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimHistory {
    /// The claim.
    pub source: Source,
    /// Its entries; their own lists of sources are empty, because all have this one.
    pub history: History,
}

/// Reads the entries of a claim. None where the claim names no institution or no month: then nothing of it has a source.
pub fn of_claim(receipt: &Receipt) -> Option<ClaimHistory> {
    let source = Source { month: receipt.month?, kind: receipt.kind, institution: institution(&receipt.institution)? };
    let history = History {
        medications: drugs::medications(receipt, &source),
        diagnoses: treatment::diagnoses(receipt, &source),
        procedures: treatment::surgery(receipt, &source),
        visits: treatment::visits(receipt, &source),
    };
    Some(ClaimHistory { source, history })
}

fn institution(named: &claims::Institution) -> Option<Arc<Institution>> {
    let code: MedicalInstitutionCode = named.code?;
    let name = named.name.trim();
    Some(Arc::new(Institution { code, name: (!name.is_empty()).then(|| name.to_owned()) }))
}

fn is_inpatient(receipt: &Receipt) -> bool {
    receipt.receipt_type.is_some_and(claims::ReceiptType::is_inpatient) || receipt.kind == ClaimKind::Dpc
}
