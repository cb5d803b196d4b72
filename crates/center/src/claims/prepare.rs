//! A receipt made ready for the store: what it is, whose it says it is, and its entries as text. Runs on the reading thread.

use std::collections::HashMap;

use domain::record::History;
use domain::{BranchNumber, CardNumber, CardSymbol, Date, EligibilityQuery, InsurerNumber, record::Source};
use wire::claims::{Finding, Receipt, Severity, Side};
use wire::history;

use super::stored;
use crate::digest;
use crate::limits;
use crate::store::claim::{ClaimKey, ClaimRow};

/// A claim that is ready to be given to its person. `Debug` shows its line only.
pub struct Prepared {
    /// Its first line in the file.
    pub line: u64,
    /// レセプト番号 in the file.
    pub number: Option<u32>,
    /// Errors that the check found in it.
    pub errors: Vec<Finding>,
    /// What is stored of it.
    pub row: ClaimRow,
    /// Whose it says it is; else `unreadable_` and the field that cannot be read.
    pub query: Result<EligibilityQuery, &'static str>,
    /// Its days of service; empty where it tells none.
    pub days: Vec<Date>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("line", &self.line).finish_non_exhaustive()
    }
}

/// What became of a receipt.
#[derive(Debug)]
pub enum Preparing {
    /// It goes on.
    Ready(Box<Prepared>),
    /// The file holds the same claim twice; this is the second.
    Repeated,
    /// It names no institution or no month, so that nothing of it has a source.
    WithoutSource,
}

/// Makes receipts of one file ready, and remembers which it saw.
#[derive(Debug, Default)]
pub struct Preparer {
    seen: HashMap<[u8; 16], Vec<[u8; 16]>>,
}

impl Preparer {
    /// Makes a receipt ready.
    pub fn prepare(&mut self, receipt: &Receipt) -> Preparing {
        let Some(claim) = history::of_claim(receipt) else { return Preparing::WithoutSource };
        let entries = stored::write(&claim.source, &claim.history);
        let days = days_of_service(receipt, &claim.history);
        let query = query(receipt, &claim.source);
        let digest = digest::of_parts([entries.as_bytes(), said_days(&days).as_bytes()]);
        let same = self.place(base_key(receipt, &claim.source), digest);
        let Some((base, place)) = same else { return Preparing::Repeated };
        let key = if place == 0 { base } else { digest::of_parts([base.as_slice(), &[place]]) };
        let row = ClaimRow {
            key: ClaimKey(key),
            digest,
            search_number: again(receipt),
            month: claim.source.month,
            institution: claim.source.institution.code,
            kind: claim.source.kind,
            entries,
        };
        Preparing::Ready(Box::new(Prepared {
            line: receipt.first_line,
            number: receipt.number,
            errors: errors_of(receipt),
            row,
            query,
            days,
        }))
    }

    /// The place of a claim among those of the file that are the same; none when one of them says the same.
    fn place(&mut self, base: [u8; 16], digest: [u8; 16]) -> Option<([u8; 16], u8)> {
        if self.seen.len() >= limits::CLAIMS_REMEMBERED && !self.seen.contains_key(&base) {
            self.seen.clear();
        }
        let seen = self.seen.entry(base).or_default();
        if seen.contains(&digest) || seen.len() >= usize::from(u8::MAX) {
            return None;
        }
        seen.push(digest);
        Some((base, u8::try_from(seen.len() - 1).unwrap_or(u8::MAX)))
    }
}

/// 検索番号 that an institution wrote. On the insurer side every claim has one, and it says nothing about an earlier claim.
fn again(receipt: &Receipt) -> Option<String> {
    let number = receipt.search_number.as_deref().map(str::trim).filter(|number| !number.is_empty())?;
    (receipt.side == Side::Provider).then(|| number.to_owned())
}

/// What its sender has to mend.
pub(super) fn errors_of(receipt: &Receipt) -> Vec<Finding> {
    receipt.findings.iter().filter(|finding| finding.fault.severity() == Severity::Error).cloned().collect()
}

fn said_days(days: &[Date]) -> String {
    days.iter().map(|day| domain::date::format(*day)).collect()
}

/// What makes two claims the same; see the head of this room.
fn base_key(receipt: &Receipt, source: &Source) -> [u8; 16] {
    let (insurer, symbol, number) = numbers(receipt);
    let inpatient = receipt.receipt_type.is_some_and(wire::claims::ReceiptType::is_inpatient);
    let prescriber = receipt.prescriber.as_ref().and_then(|by| by.code);
    digest::of_parts([
        source.institution.code.as_str().as_bytes(),
        source.kind.code().as_bytes(),
        source.month.to_string().as_bytes(),
        insurer.trim().as_bytes(),
        domain::text::canonical_card_text(symbol).as_bytes(),
        domain::text::canonical_card_text(number).as_bytes(),
        receipt.branch().unwrap_or_default().as_bytes(),
        &[u8::from(inpatient)],
        prescriber.as_ref().map(domain::MedicalInstitutionCode::as_str).unwrap_or_default().as_bytes(),
    ])
}

/// Insurer, symbol and number of the health insurance, or of the first public expense where that alone pays.
fn numbers(receipt: &Receipt) -> (&str, &str, &str) {
    match (&receipt.insurance, receipt.public_expenses.first()) {
        (Some(insurance), _) => (&insurance.insurer_number, &insurance.symbol, &insurance.number),
        (None, Some(expense)) => (&expense.payer_number, "", &expense.recipient_number),
        (None, None) => ("", "", ""),
    }
}

fn query(receipt: &Receipt, source: &Source) -> Result<EligibilityQuery, &'static str> {
    let (insurer, symbol, number) = numbers(receipt);
    let symbol = match symbol.trim() {
        "" => None,
        symbol => Some(CardSymbol::parse(symbol).map_err(|_| "unreadable_symbol")?),
    };
    let branch = match receipt.branch().map(str::trim) {
        None | Some("") => None,
        Some(branch) => Some(BranchNumber::parse(branch).map_err(|_| "unreadable_branch")?),
    };
    Ok(EligibilityQuery {
        qualification_confirmation_date: source.month.first_day(),
        medical_institution_code: source.institution.code,
        insurer_number: InsurerNumber::parse(insurer).map_err(|_| "unreadable_insurer_number")?,
        insured_card_symbol: symbol,
        insured_identification_number: CardNumber::parse(number).map_err(|_| "unreadable_number")?,
        insured_branch_number: branch,
        birthdate: receipt.patient.birth_date.ok_or("unreadable_birthdate")?,
        limit_consent: false,
    })
}

/// Days on which the patient came, something was done or a drug was handed out, within the month of the claim.
fn days_of_service(receipt: &Receipt, history: &History) -> Vec<Date> {
    let came = receipt.visit_days.iter().flat_map(|row| &row.days);
    let mut days: Vec<Date> = came.filter_map(|day| receipt.month?.day(*day)).collect();
    days.extend(history.visits.iter().map(|visit| visit.day));
    days.extend(history.medications.iter().map(|entry| entry.dispensed_on));
    days.sort_unstable();
    days.dedup();
    days
}
