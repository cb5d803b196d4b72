//! What an institution is told about each claim of a file that it submitted.

use std::io::Read;

use domain::MedicalInstitutionCode;
use domain::claim_routing::{RoutedDays, Routing};
use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;
use wire::api::{ClaimFileCounts, ClaimFinding, ClaimOutcome, ClaimPart, ClaimResult};
use wire::claims::{CheckReport, ClaimKind, Finding};

use super::again;
use super::import::{self, Aside, ClaimsError, Why};
use super::prepare::Prepared;
use super::take::{Fate, Taken, take_in, unmatched_words};
use crate::store::claim_file::ClaimFile;
use crate::store::{Result, Tx};

pub(crate) use super::import::Chunk;

/// Reads the claims of a sender in stretches; the first `skip` have their outcomes.
pub(crate) fn read<R: Read>(
    file: R,
    kind: Option<ClaimKind>,
    sender: MedicalInstitutionCode,
    skip: u64,
    chunks: &mpsc::Sender<Chunk>,
) -> std::result::Result<CheckReport, ClaimsError> {
    import::read(file, kind, Some(sender), skip, chunks)
}

/// Takes a stretch of claims and keeps what became of them, for the center that holds the file.
pub(crate) async fn take(tx: &mut Tx, file: &ClaimFile, owner: Uuid, chunk: &Chunk, now: Timestamp) -> Result<()> {
    let (_, fates) = take_in(tx, &chunk.ready, now).await?;
    again::note(tx, &chunk.ready, &fates, Some((&file.reception_number, file.results)), now).await?;
    let mut counts = counts_of(tx, file).await?;
    let lines = outcome_lines(chunk, &fates, &mut counts);
    tx.put_claim_outcomes(file, owner, chunk.len(), &counts, &lines, now).await
}

/// How many claims of a file came out how until now: a claim that fitted nobody may have been taken since.
pub(crate) async fn counts_of(tx: &mut Tx, file: &ClaimFile) -> Result<ClaimFileCounts> {
    let held = tx.claim_file(file.facility, &file.reception_number).await?;
    Ok(held.map_or(file.counts, |held| held.counts))
}

/// What became of a claim that fitted nobody when its file was taken; counted anew. What the check found stays told.
pub(super) fn told_anew(
    old: ClaimOutcome,
    claim: &Prepared,
    fate: &Fate,
    counts: &mut ClaimFileCounts,
) -> ClaimOutcome {
    let outcome =
        ClaimOutcome { receipt_number: old.receipt_number, finding_list: old.finding_list, ..of_fate(claim, fate) };
    counts.claims = counts.claims.saturating_sub(1);
    counts.unmatched = counts.unmatched.saturating_sub(1);
    count(counts, &outcome);
    outcome
}

/// Outcomes of a stretch of a file, as they are kept: one line of JSON each, in the order of the file. Counts them too.
fn outcome_lines(chunk: &Chunk, fates: &[Fate], counts: &mut ClaimFileCounts) -> Vec<u8> {
    let taken = chunk.ready.iter().zip(fates).map(|(claim, fate)| of_fate(claim, fate));
    let mut outcomes: Vec<ClaimOutcome> = taken.chain(chunk.aside.iter().map(of_aside)).collect();
    outcomes.sort_by_key(|outcome| outcome.line);
    let mut lines = Vec::with_capacity(outcomes.len() * 256);
    for outcome in &outcomes {
        count(counts, outcome);
        // Texts, numbers and lists: nothing that JSON could not hold.
        if serde_json::to_writer(&mut lines, outcome).is_ok() {
            lines.push(b'\n');
        }
    }
    lines
}

/// What the check of the whole file adds.
pub(crate) fn add_check(counts: &mut ClaimFileCounts, check: &CheckReport) {
    counts.records_set_aside = check.records_set_aside;
    counts.errors = check.errors;
    counts.warnings = check.warnings;
}

fn count(counts: &mut ClaimFileCounts, outcome: &ClaimOutcome) {
    counts.claims += 1;
    match outcome.result {
        ClaimResult::Accepted => counts.accepted += 1,
        ClaimResult::SameAgain => counts.same_again += 1,
        ClaimResult::Replaced => counts.replaced += 1,
        ClaimResult::Unmatched => counts.unmatched += 1,
        ClaimResult::Repeated => counts.repeated += 1,
        ClaimResult::SetAside => counts.set_aside += 1,
    }
    match outcome.routing.as_deref() {
        Some("redirected") => counts.redirected += 1,
        Some("split") => counts.split += 1,
        Some("not_insured") => counts.not_insured += 1,
        _ => {}
    }
}

fn empty(line: u64, number: Option<u32>, result: ClaimResult, errors: &[Finding]) -> ClaimOutcome {
    ClaimOutcome {
        line,
        receipt_number: number,
        result,
        claim_number: None,
        search_number: None,
        replaces: None,
        routing: None,
        part_list: Vec::new(),
        code: None,
        message: None,
        message_en: None,
        finding_list: errors.iter().map(finding).collect(),
    }
}

fn finding(found: &Finding) -> ClaimFinding {
    ClaimFinding {
        line: found.line,
        code: found.fault.code().to_owned(),
        message: found.message(),
        message_en: found.message_en(),
    }
}

fn of_fate(claim: &Prepared, fate: &Fate) -> ClaimOutcome {
    let result = match fate {
        Fate::Taken { how: Taken::New, .. } => ClaimResult::Accepted,
        Fate::Taken { how: Taken::Known, .. } => ClaimResult::SameAgain,
        Fate::Taken { how: Taken::Replaced, .. } => ClaimResult::Replaced,
        Fate::Unmatched(_) => ClaimResult::Unmatched,
    };
    let mut outcome = empty(claim.line, claim.number, result, &claim.errors);
    outcome.claim_number = Some(claim.row.key.to_string());
    outcome.search_number = Some(claim.row.key.search_number());
    match fate {
        Fate::Taken { replaces, routing, .. } => {
            outcome.replaces = replaces.map(|key| key.to_string());
            outcome.routing = Some(routing.code().to_owned());
            if *routing != Routing::AsClaimed {
                outcome.part_list = parts(claim, routing);
                outcome.message = Some(routing.message());
                outcome.message_en = Some(routing.message_en());
            }
        }
        Fate::Unmatched(reason) => {
            let (message, message_en) = unmatched_words(reason);
            outcome.code = Some(reason.clone());
            outcome.message = Some(message.to_owned());
            outcome.message_en = Some(message_en.to_owned());
        }
    }
    outcome
}

fn parts(claim: &Prepared, routing: &Routing) -> Vec<ClaimPart> {
    let part = |part: &RoutedDays| ClaimPart {
        first: domain::date::format(part.first),
        last: domain::date::format(part.last),
        insurer_number: part.insurer.as_ref().map(|insurer| insurer.as_str().to_owned()),
    };
    match routing {
        Routing::AsClaimed => Vec::new(),
        Routing::Split { parts } | Routing::NotInsured { parts } => parts.iter().map(part).collect(),
        Routing::Redirected { to } => {
            let (Some(first), Some(last)) = (claim.days.first(), claim.days.last()) else { return Vec::new() };
            vec![part(&RoutedDays { first: *first, last: *last, insurer: Some(to.clone()) })]
        }
    }
}

fn of_aside(aside: &Aside) -> ClaimOutcome {
    let (result, code, message, message_en) = match aside.why {
        Why::Repeated => (
            ClaimResult::Repeated,
            "same_claim",
            "同じ請求が、このファイルの前のほうにあります。1件として受け付けました。",
            "The same claim stands earlier in this file. They count as one.",
        ),
        Why::WithoutSource => (
            ClaimResult::SetAside,
            "no_source",
            "医療機関または診療年月が読めません。直して、もう一度送ってください。",
            "Institution or month cannot be read. Mend it and send it again.",
        ),
        Why::SetAside(why) => (ClaimResult::SetAside, why.code(), why.message(), why.message_en()),
    };
    ClaimOutcome {
        code: Some(code.to_owned()),
        message: Some(message.to_owned()),
        message_en: Some(message_en.to_owned()),
        ..empty(aside.line, aside.number, result, &aside.errors)
    }
}
