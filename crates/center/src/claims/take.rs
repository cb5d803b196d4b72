//! Gives claims to their persons: whose, who pays, and into the store, in one transaction.

use std::collections::{HashMap, HashSet};

use domain::claim_routing::{Routing, route};
use domain::{CardKey, Facts, MedicalInstitutionCode, PersonId, Reason, Recorded};
use jiff::Timestamp;

use super::Prepared;
use super::again;
use super::report::{ClaimNote, ClaimsReport, Outcome};
use crate::store::claim::{ClaimKey, ClaimRow, ClaimsPut, PersonClaim};
use crate::store::claim_search::Withdrawal;
use crate::store::coverage::read_record;
use crate::store::{Result, Store, Tx};

/// Whose a claim is and who pays, or why that is not known.
pub(super) type Routed = Result<(PersonId, Routing), String>;

/// What became of one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stands in a record.
    Taken {
        /// New, in place of another, or as it was.
        how: Taken,
        /// The claim of another key that it took the place of.
        replaces: Option<ClaimKey>,
        /// Who pays.
        routing: Routing,
    },
    /// It fits nobody; the stable code says why.
    Unmatched(String),
}

/// How a claim came into a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// There was none.
    New,
    /// In place of an earlier one.
    Replaced,
    /// It said the same.
    Known,
}

/// Takes claims within a transaction, and says what came of them all and of each, in their order.
pub(crate) async fn take_in(tx: &mut Tx, claims: &[Prepared], now: Timestamp) -> Result<(ClaimsReport, Vec<Fate>)> {
    let routed = routes(tx, claims).await?;
    put(tx, claims, routed, now).await
}

/// Whose claims are and who pays, read beside whoever writes. A claim whose person is found so is taken as if it had come a
/// moment earlier: what a feed changes after that moment changes nothing of a claim in either case.
pub(super) async fn look_up(store: &Store, claims: &[Prepared]) -> Result<Vec<Routed>> {
    store.read("claims_route", async |mut tx| routes(&mut tx, claims).await).await
}

/// Takes claims whose persons were found, in one transaction.
pub(super) async fn put_routed(
    store: &Store,
    claims: &[Prepared],
    routed: &[Routed],
    now: Timestamp,
) -> Result<ClaimsReport> {
    store
        .tx("claims_take", async |mut tx| {
            let (report, fates) = put(&mut tx, claims, routed.to_vec(), now).await?;
            again::note(&mut tx, claims, &fates, None, now).await?;
            Ok(report)
        })
        .await
}

async fn put(
    tx: &mut Tx,
    claims: &[Prepared],
    routed: Vec<Routed>,
    now: Timestamp,
) -> Result<(ClaimsReport, Vec<Fate>)> {
    let mut report = ClaimsReport { claims: claims.len() as u64, ..ClaimsReport::default() };
    let mut rows = Vec::with_capacity(claims.len());
    let mut unmatched: Vec<(&ClaimRow, String)> = Vec::new();
    for (claim, routed) in claims.iter().zip(&routed) {
        match routed {
            Ok((person, routing)) => {
                tell(&mut report, claim, routing);
                rows.push((*person, serde_json::to_string(routing).unwrap_or_default(), &claim.row));
            }
            Err(reason) => {
                report.count(Outcome::Unmatched);
                report.note(unmatched_note(claim, reason));
                unmatched.push((&claim.row, reason.clone()));
            }
        }
    }
    // Neighbours in the index are written together.
    rows.sort_unstable_by_key(|row| (row.0, row.2.month, row.2.key));
    let to_put: Vec<PersonClaim<'_>> =
        rows.iter().map(|(person, routing, row)| PersonClaim { person: *person, routing, row }).collect();
    let replaces = take_places(tx, &to_put, now).await?;
    let put = tx.put_claims(&to_put, now).await?;
    tx.put_unmatched(&unmatched, now).await?;
    forget_unmatched(tx, &to_put).await?;
    let fates: Vec<Fate> =
        claims.iter().zip(routed).map(|(claim, routed)| fate(claim.row.key, routed, &put, &replaces)).collect();
    for fate in &fates {
        match fate {
            Fate::Taken { how: Taken::New, .. } => report.new += 1,
            Fate::Taken { how: Taken::Replaced, .. } => report.replaced += 1,
            Fate::Taken { how: Taken::Known, .. } => report.known += 1,
            Fate::Unmatched(_) => {}
        }
    }
    Ok((report, fates))
}

fn fate(key: ClaimKey, routed: Routed, put: &ClaimsPut, replaces: &HashMap<ClaimKey, ClaimKey>) -> Fate {
    let routing = match routed {
        Ok((_, routing)) => routing,
        Err(reason) => return Fate::Unmatched(reason),
    };
    let replaces = replaces.get(&key).copied();
    let how = match (put.replaced.contains(&key) || replaces.is_some(), put.new.contains(&key)) {
        (true, _) => Taken::Replaced,
        (false, true) => Taken::New,
        (false, false) => Taken::Known,
    };
    Fate::Taken { how, replaces, routing }
}

/// Claims that are made again name the claim that was sent back by its 検索番号. Where that one has another key — its card
/// number was corrected, mostly — it is withdrawn, so that nothing stands twice. Gives new keys with the earlier ones.
async fn take_places(tx: &mut Tx, claims: &[PersonClaim<'_>], now: Timestamp) -> Result<HashMap<ClaimKey, ClaimKey>> {
    let again: Vec<(MedicalInstitutionCode, &str, ClaimKey)> = claims
        .iter()
        .filter_map(|claim| Some((claim.row.institution, claim.row.search_number.as_deref()?, claim.row.key)))
        .collect();
    if again.is_empty() {
        return Ok(HashMap::new());
    }
    let numbers: Vec<_> = again.iter().map(|(institution, number, _)| (*institution, *number)).collect();
    let stood = tx.claims_by_search_number(&numbers).await?;
    let mut replaces = HashMap::new();
    for (institution, number, key) in &again {
        if let Some(earlier) = stood.get(&(*institution, (*number).to_owned()))
            && earlier != key
            && tx.withdraw_claim_of(*institution, *earlier, now).await? == Withdrawal::Done
        {
            replaces.insert(*key, *earlier);
        }
    }
    tx.note_search_numbers(&again).await?;
    Ok(replaces)
}

/// Lets go what was kept as fitting nobody and fits somebody now.
async fn forget_unmatched(tx: &mut Tx, claims: &[PersonClaim<'_>]) -> Result<()> {
    let institutions: HashSet<MedicalInstitutionCode> = claims.iter().map(|claim| claim.row.institution).collect();
    for institution in institutions {
        let kept = tx.unmatched_among(institution).await?;
        if kept.is_empty() {
            continue;
        }
        let taken: HashSet<ClaimKey> = claims.iter().map(|claim| claim.row.key).collect();
        let gone: Vec<ClaimKey> = kept.into_iter().filter(|key| taken.contains(key)).collect();
        tx.forget_unmatched(institution, &gone).await?;
    }
    Ok(())
}

/// Whose each claim is and who pays. Most cards counted on every day: one look-up for all. For the others the further
/// coverages of their persons are looked up, once for all of them too.
async fn routes(tx: &mut Tx, claims: &[Prepared]) -> Result<Vec<Routed>> {
    let mut places: HashMap<CardKey, usize> = HashMap::new();
    let mut cards: Vec<CardKey> = Vec::new();
    let mut card_of: Vec<Option<usize>> = Vec::with_capacity(claims.len());
    for claim in claims {
        card_of.push(claim.query.as_ref().ok().map(|query| {
            *places.entry(query.card_key()).or_insert_with_key(|card| {
                cards.push(*card);
                cards.len() - 1
            })
        }));
    }
    let mut facts: Vec<Facts> = vec![Facts { insurer_known: true, ..Facts::default() }; cards.len()];
    for found in tx.coverages_of_cards(&cards).await? {
        if let Some(facts) = facts.get_mut(found.at) {
            facts.matched.push(read_record(found.person, &found.record)?);
        }
    }
    let mut routed: Vec<Routed> = claims.iter().zip(&card_of).map(|(claim, card)| one(claim, *card, &facts)).collect();
    let elsewhere = |routed: &Routed| matches!(routed, Ok((_, routing)) if *routing != Routing::AsClaimed);
    let persons: HashSet<PersonId> = routed
        .iter()
        .filter(|routed| elsewhere(routed))
        .filter_map(|routed| routed.as_ref().ok())
        .map(|r| r.0)
        .collect();
    if persons.is_empty() {
        return Ok(routed);
    }
    let persons: Vec<PersonId> = persons.into_iter().collect();
    let mut others: HashMap<PersonId, Vec<Recorded>> = HashMap::new();
    for (person, record) in tx.coverages_of_persons(&persons).await? {
        others.entry(person).or_default().push(read_record(person, &record)?);
    }
    for (at, claim) in claims.iter().enumerate() {
        if !elsewhere(&routed[at]) {
            continue;
        }
        let (Ok((person, _)), Some(card)) = (&routed[at], card_of[at]) else { continue };
        facts[card].others = others.get(person).cloned().unwrap_or_default();
        routed[at] = one(claim, Some(card), &facts);
    }
    Ok(routed)
}

fn one(claim: &Prepared, card: Option<usize>, facts: &[Facts]) -> Routed {
    let query = claim.query.as_ref().map_err(|reason| (*reason).to_owned())?;
    let none = Facts::default();
    let facts = card.and_then(|at| facts.get(at)).unwrap_or(&none);
    route(query, &claim.days, facts).map_err(|reason| reason_code(reason).to_owned())
}

const fn reason_code(reason: Reason) -> &'static str {
    match reason {
        Reason::NoSuchCard => "no_such_card",
        Reason::BirthdateDiffers => "birthdate_differs",
        Reason::BranchDiffers => "branch_differs",
        Reason::EnrolmentInProgress => "enrolment_in_progress",
        Reason::SeveralPersons => "several_persons",
        // Whose a claim is never depends on the day.
        Reason::InForce
        | Reason::TicketMissing
        | Reason::Lost
        | Reason::NotStarted
        | Reason::CardExpired
        | Reason::CardNotStarted
        | Reason::CouldNotTell => "could_not_tell",
    }
}

fn tell(report: &mut ClaimsReport, claim: &Prepared, routing: &Routing) {
    let outcome = match routing {
        Routing::AsClaimed => Outcome::AsClaimed,
        Routing::Redirected { .. } => Outcome::Redirected,
        Routing::Split { .. } => Outcome::Split,
        Routing::NotInsured { .. } => Outcome::NotInsured,
    };
    report.count(outcome);
    if outcome != Outcome::AsClaimed {
        report.note(ClaimNote {
            line: claim.line,
            receipt_number: Some(claim.row.key.to_string()),
            outcome,
            code: routing.code().to_owned(),
            message: routing.message(),
            message_en: routing.message_en(),
        });
    }
}

/// Why a claim fits nobody and what to do, in Japanese and English.
pub(crate) fn unmatched_words(reason: &str) -> (&'static str, &'static str) {
    match reason {
        "no_such_card" => (
            "この記号・番号の資格は登録されていません。資格確認の結果と見比べて、再請求してください。",
            "No such card is registered. Compare with the answer of the check and claim again.",
        ),
        "birthdate_differs" => (
            "この記号・番号の人は、生年月日がちがいます。生年月日を確かめて、再請求してください。",
            "The card belongs to somebody born on another day. Check the birth date and claim again.",
        ),
        "branch_differs" => (
            "枝番のちがう人です。枝番を確かめて、再請求してください。",
            "The branch number is another. Check it and claim again.",
        ),
        "several_persons" => (
            "当てはまる人が複数います。枝番（SN）を入れて、再請求してください。",
            "Several persons fit. Give the branch number (SN) and claim again.",
        ),
        "enrolment_in_progress" => (
            "保険者で加入の手続き中です。登録されると自動で受け付けます。結果はあとで確かめてください。",
            "The insurer is still processing the enrolment. It is taken by itself afterwards; look at the results again.",
        ),
        _ => (
            "保険者番号・記号・番号・枝番・生年月日のどれかが読めません。該当の行を直して、もう一度送ってください。",
            "One of insurer number, symbol, number, branch and birth date cannot be read. Mend the line and send it again.",
        ),
    }
}

fn unmatched_note(claim: &Prepared, reason: &str) -> ClaimNote {
    let (message, message_en) = unmatched_words(reason);
    ClaimNote {
        line: claim.line,
        receipt_number: Some(claim.row.key.to_string()),
        outcome: Outcome::Unmatched,
        code: reason.to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    }
}
