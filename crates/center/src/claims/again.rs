//! Claims that fitted nobody, looked at again when the register of their card changed.
//!
//! What a claim says of its patient lies beside it as long as it waits, and no longer than
//! [`limits::CLAIM_AGAIN_TIME`](crate::limits::CLAIM_AGAIN_TIME). One that fits somebody now is taken as if it came now, by
//! the same function, and in the same transaction the institution's results of that file say so.

use std::collections::HashMap;

use domain::{BranchNumber, CardNumber, CardSymbol, Date, EligibilityQuery, InsurerNumber, MedicalInstitutionCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::api::{ClaimFileCounts, ClaimOutcome, ClaimResult};

use super::Prepared;
use super::submitted;
use super::take::{Fate, take_in};
use crate::limits;
use crate::store::claim::ClaimKey;
use crate::store::claim_again::{AgainRule, FilePlace, UnmatchedKey, UnmatchedNote, WaitingClaim};
use crate::store::{Result, StoreError, Tx};

/// A part of the results of a file: whose, 受付番号, and which.
type Part<'a> = (MedicalInstitutionCode, &'a str, u64);

/// What a claim says of its patient, as it waits.
#[derive(Serialize, Deserialize)]
struct Question {
    insurer: InsurerNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    symbol: Option<CardSymbol>,
    number: CardNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<BranchNumber>,
    /// `yyyyMMdd`, as are the days.
    birthdate: String,
    days: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search_number: Option<String>,
}

impl Question {
    fn of(claim: &Prepared, query: &EligibilityQuery) -> Self {
        Self {
            insurer: query.insurer_number.clone(),
            symbol: query.insured_card_symbol.clone(),
            number: query.insured_identification_number.clone(),
            branch: query.insured_branch_number,
            birthdate: domain::date::format(query.birthdate),
            days: claim.days.iter().map(|day| domain::date::format(*day)).collect(),
            search_number: claim.row.search_number.clone(),
        }
    }
}

/// What came of looking at some claims again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LookedAgain {
    /// How many were looked at.
    pub looked_at: u64,
    /// How many fit somebody now.
    pub taken: u64,
}

/// Claims that may be looked at now.
pub fn rule(now: Timestamp) -> AgainRule {
    AgainRule {
        since: now.saturating_sub(limits::CLAIM_AGAIN_TIME).unwrap_or(Timestamp::MIN),
        tries: limits::CLAIM_AGAIN_TRIES_MAX,
        overlap: limits::CLAIM_AGAIN_OVERLAP,
    }
}

/// Writes down what is needed to look again at those that fit nobody. `part` is where the results of a file tell of them:
/// 受付番号 and number of the part.
pub(super) async fn note(
    tx: &mut Tx,
    claims: &[Prepared],
    fates: &[Fate],
    part: Option<(&str, u64)>,
    now: Timestamp,
) -> Result<()> {
    let mut kept = Vec::new();
    for (claim, fate) in claims.iter().zip(fates) {
        let (Fate::Unmatched(_), Ok(query)) = (fate, &claim.query) else { continue };
        let question = serde_json::to_string(&Question::of(claim, query))
            .map_err(|_| StoreError::inconsistent("claim_unmatched", "a question that JSON cannot hold"))?;
        let file = part.map(|(number, part)| FilePlace { reception_number: number.to_owned(), part, line: claim.line });
        kept.push((claim, query.card_key(), question, file));
    }
    let notes: Vec<UnmatchedNote<'_>> = kept
        .iter()
        .map(|(claim, card, question, file)| UnmatchedNote {
            of: (claim.row.institution, claim.row.key),
            card: *card,
            question,
            tries: 0,
            received_at: None,
            file: file.clone(),
        })
        .collect();
    tx.note_unmatched(&notes, now).await
}

/// Looks again at these claims, in one transaction.
///
/// # Errors
/// The database; then nothing changed.
pub async fn look(tx: &mut Tx, of: &[UnmatchedKey], now: Timestamp) -> Result<LookedAgain> {
    let waiting = tx.unmatched_waiting(of).await?;
    let mut claims = Vec::with_capacity(waiting.len());
    let mut held = Vec::with_capacity(waiting.len());
    for waits in waiting {
        let claim = prepared(&waits)?;
        if is_overtaken(tx, &claim, waits.received_at).await? {
            tx.leave_unmatched((claim.row.institution, claim.row.key)).await?;
            continue;
        }
        claims.push(claim);
        held.push(waits);
    }
    let (_, fates) = take_in(tx, &claims, now).await?;
    let notes: Vec<UnmatchedNote<'_>> = claims
        .iter()
        .zip(&held)
        .zip(&fates)
        .filter(|(_, fate)| matches!(fate, Fate::Unmatched(_)))
        .filter_map(|((claim, waits), _)| {
            Some(UnmatchedNote {
                of: (claim.row.institution, claim.row.key),
                card: claim.query.as_ref().ok()?.card_key(),
                question: &waits.question,
                tries: waits.tries.saturating_add(u32::from(is_another_look(waits, now))),
                received_at: Some(waits.received_at),
                file: None,
            })
        })
        .collect();
    tx.note_unmatched(&notes, now).await?;
    let told: Vec<(&Prepared, &Fate, &FilePlace)> = claims
        .iter()
        .zip(&fates)
        .zip(&held)
        .filter(|((_, fate), _)| matches!(fate, Fate::Taken { .. }))
        .filter_map(|((claim, fate), waits)| Some((claim, fate, waits.file.as_ref()?)))
        .collect();
    tell(tx, &told).await?;
    let taken = fates.iter().filter(|fate| matches!(fate, Fate::Taken { .. })).count() as u64;
    Ok(LookedAgain { looked_at: claims.len() as u64, taken })
}

/// Looks that follow each other closely are about the same change.
fn is_another_look(waits: &WaitingClaim, now: Timestamp) -> bool {
    now.duration_since(waits.tried_at) > limits::CLAIM_AGAIN_OVERLAP
}

/// Whether the claim that this one was to take the place of stands in another wording since.
async fn is_overtaken(tx: &mut Tx, claim: &Prepared, received_at: Timestamp) -> Result<bool> {
    let Some(number) = claim.row.search_number.as_deref() else { return Ok(false) };
    let institution = claim.row.institution;
    let stands = tx.claims_by_search_number(&[(institution, number)]).await?;
    match stands.get(&(institution, number.to_owned())) {
        Some(key) if *key != claim.row.key => tx.is_claim_newer(institution, *key, received_at).await,
        Some(_) | None => Ok(false),
    }
}

fn prepared(waits: &WaitingClaim) -> Result<Prepared> {
    let wrong = || StoreError::inconsistent("claim_unmatched", "a question that cannot be read");
    let question: Question = serde_json::from_str(&waits.question).map_err(|_| wrong())?;
    let day = |text: &String| domain::date::parse(text).map_err(|_| wrong());
    let days: Vec<Date> = question.days.iter().map(day).collect::<Result<_>>()?;
    let query = EligibilityQuery {
        qualification_confirmation_date: waits.row.month.first_day(),
        medical_institution_code: waits.row.institution,
        insurer_number: question.insurer,
        insured_card_symbol: question.symbol,
        insured_identification_number: question.number,
        insured_branch_number: question.branch,
        birthdate: day(&question.birthdate)?,
        limit_consent: false,
    };
    let row = crate::store::claim::ClaimRow { search_number: question.search_number, ..waits.row.clone() };
    let line = waits.file.as_ref().map_or(0, |file| file.line);
    Ok(Prepared { line, number: None, errors: Vec::new(), row, query: Ok(query), days })
}

/// Changes what the institutions read about these claims. A file whose results are forgotten is passed over.
async fn tell(tx: &mut Tx, told: &[(&Prepared, &Fate, &FilePlace)]) -> Result<()> {
    let mut parts: HashMap<Part<'_>, Vec<(&Prepared, &Fate)>> = HashMap::new();
    for (claim, fate, file) in told {
        let part = (claim.row.institution, file.reception_number.as_str(), file.part);
        parts.entry(part).or_default().push((claim, fate));
    }
    for ((facility, number, part), claims) in parts {
        let Some(file) = tx.claim_file(facility, number).await? else { continue };
        let Some(lines) = tx.claim_outcomes(facility, number, part).await? else { continue };
        let mut counts = file.counts;
        let lines = with_fates(&lines, &claims, &mut counts)?;
        let place = FilePlace { reception_number: number.to_owned(), part, line: 0 };
        tx.change_claim_outcomes(facility, &place, &counts, &lines).await?;
    }
    Ok(())
}

/// The same outcomes, those of these claims anew; all others byte by byte as they were.
fn with_fates(lines: &[u8], claims: &[(&Prepared, &Fate)], counts: &mut ClaimFileCounts) -> Result<Vec<u8>> {
    let new: HashMap<(u64, ClaimKey), (&Prepared, &Fate)> =
        claims.iter().map(|(claim, fate)| ((claim.line, claim.row.key), (*claim, *fate))).collect();
    let mut out = Vec::with_capacity(lines.len() + claims.len() * 256);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let wrong = || StoreError::inconsistent("claim_file_result", "an outcome that cannot be read");
        let old: ClaimOutcome = serde_json::from_slice(line).map_err(|_| wrong())?;
        let key = old.claim_number.as_deref().and_then(ClaimKey::parse);
        match key.and_then(|key| new.get(&(old.line, key))) {
            Some((claim, fate)) if old.result == ClaimResult::Unmatched => {
                let outcome = submitted::told_anew(old, claim, fate, counts);
                serde_json::to_writer(&mut out, &outcome).map_err(|_| wrong())?;
                out.push(b'\n');
            }
            Some(_) | None => out.extend_from_slice(line),
        }
    }
    Ok(out)
}
