//! The eligibility decision: one pure function of what was asked and what is on record.
//!
//! The center calls it online, the terminal offline. Nothing else in the house decides about eligibility.

use crate::coverage::{LimitCertificate, MedicalTicket, RegistrationStatus, SpecificDiseaseCertificate};
use crate::hint::{Hint, HintCode};
use crate::near_miss::{number_is_near, symbol_is_same};
use crate::scheme::Scheme;
use crate::share::{Share, ShareReason, share};
use crate::{Coverage, Date, EligibilityQuery, InsurerNumber, MedicalInstitutionCode};
use serde::{Deserialize, Serialize};

/// An insurer must register within five days of receiving a notice (ordinance in force 2023-06-01); after a week of
/// silence the desk is told that the data may be behind.
pub const INSURER_FEED_LATE_AFTER_DAYS: u32 = 7;

/// What an answer says. The first six carry the codes of OQSCD006.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 有効
    Valid,
    /// 無効
    Invalid,
    /// 無効(新しい資格あり)
    InvalidNewCoverageExists,
    /// 該当資格なし
    NotFound,
    /// 複数該当
    Multiple,
    /// 有効(未登録): 医療扶助 without a ticket for this month and institution
    ValidUnregistered,
    /// 判定できない: only a terminal without line says so; never on the wire as OQSCD006
    Undetermined,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: &'static [Self] = &[
        Self::Valid,
        Self::Invalid,
        Self::InvalidNewCoverageExists,
        Self::NotFound,
        Self::Multiple,
        Self::ValidUnregistered,
        Self::Undetermined,
    ];

    /// 資格有効性 as in OQSCD006; none for [`Verdict::Undetermined`].
    pub const fn oqs_code(self) -> Option<&'static str> {
        match self {
            Self::Valid => Some("1"),
            Self::Invalid => Some("2"),
            Self::InvalidNewCoverageExists => Some("3"),
            Self::NotFound => Some("4"),
            Self::Multiple => Some("5"),
            Self::ValidUnregistered => Some("6"),
            Self::Undetermined => None,
        }
    }

    /// Reads a code of OQSCD006.
    pub fn from_oqs_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.oqs_code() == Some(code))
    }

    /// The stable name, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::InvalidNewCoverageExists => "invalid_new_coverage_exists",
            Self::NotFound => "not_found",
            Self::Multiple => "multiple",
            Self::ValidUnregistered => "valid_unregistered",
            Self::Undetermined => "undetermined",
        }
    }

    /// Reads a stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.code() == code)
    }

    /// The words for the desk.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Valid => "有効",
            Self::Invalid => "無効",
            Self::InvalidNewCoverageExists => "無効（新しい資格あり）",
            Self::NotFound => "該当資格なし",
            Self::Multiple => "複数該当",
            Self::ValidUnregistered => "有効（医療券 未登録）",
            Self::Undetermined => "判定できません",
        }
    }

    /// Whether the patient is insured on the date asked.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Valid | Self::ValidUnregistered)
    }
}

/// Why the verdict is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The coverage is in force.
    InForce,
    /// In force, no ticket of 医療扶助 for this month and institution.
    TicketMissing,
    /// The coverage ended before the date asked.
    Lost,
    /// The coverage begins after the date asked.
    NotStarted,
    /// The card ran out before the date asked.
    CardExpired,
    /// The card's own period begins after the date asked.
    CardNotStarted,
    /// No card like this is registered.
    NoSuchCard,
    /// The card is registered, with another birth date.
    BirthdateDiffers,
    /// The card is registered, with another branch.
    BranchDiffers,
    /// The enrolment is in progress.
    EnrolmentInProgress,
    /// More than one person fits.
    SeveralPersons,
    /// The terminal could neither ask nor tell.
    CouldNotTell,
}

/// A person of the register: a random-looking id that means nothing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub [u8; 16]);

/// A coverage on record with the person that it belongs to.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Whose.
    pub person: PersonId,
    /// What.
    pub coverage: Coverage,
}

/// What the register holds for one question. The caller gathers it; absent parts are empty.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// All coverages whose card key equals the question's.
    pub matched: Vec<Recorded>,
    /// Other coverages of the persons in `matched`; needed only when nothing in `matched` is in force.
    pub others: Vec<Recorded>,
    /// Coverages with the same insurer and birth date; needed only when `matched` is empty.
    pub near: Vec<Recorded>,
    /// Whether the insurer sends data to the center at all; looked up only when `matched` is empty, else true.
    pub insurer_known: bool,
    /// Days since the insurer's last feed, when known.
    pub insurer_feed_age_days: Option<u32>,
}

/// The answer to one question, borrowing from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'a> {
    /// What to say.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The coverage that the answer is about; none when nothing or several persons were found.
    pub coverage: Option<&'a Coverage>,
    /// What to collect; only with a valid verdict.
    pub share: Option<Share>,
    /// 限度額適用認定証 in force, only with consent and a valid verdict.
    pub limit: Option<&'a LimitCertificate>,
    /// 特定疾病療養受療証 in force, only with a valid verdict.
    pub specific_diseases: Vec<&'a SpecificDiseaseCertificate>,
    /// Tickets of 医療扶助 for this month and institution.
    pub tickets: Vec<&'a MedicalTicket>,
    /// Why and what next, most useful first.
    pub hints: Vec<Hint>,
}

impl<'a> Decision<'a> {
    fn of(verdict: Verdict, reason: Reason, hints: Vec<Hint>) -> Self {
        Self {
            verdict,
            reason,
            coverage: None,
            share: None,
            limit: None,
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
            hints,
        }
    }

    fn about(verdict: Verdict, reason: Reason, coverage: &'a Coverage, hints: Vec<Hint>) -> Self {
        Self { coverage: Some(coverage), ..Self::of(verdict, reason, hints) }
    }
}

/// Decides one question.
pub fn decide<'a>(query: &EligibilityQuery, facts: &'a Facts) -> Decision<'a> {
    let mut decision = match identify(query, facts) {
        Identified::Nobody(reason, hints) => Decision::of(Verdict::NotFound, reason, hints),
        Identified::Several(hints) => Decision::of(Verdict::Multiple, Reason::SeveralPersons, hints),
        Identified::One(coverages, hints) => judge(query, facts, &coverages, hints),
    };
    tell_late_feed(&mut decision, facts.insurer_feed_age_days);
    decision
}

fn tell_late_feed(decision: &mut Decision<'_>, feed_age_days: Option<u32>) {
    let late = feed_age_days.is_some_and(|days| days > INSURER_FEED_LATE_AFTER_DAYS);
    if late && !decision.verdict.is_valid() {
        decision.hints.push(HintCode::InsurerFeedLate.into());
    }
}

/// What is asked about a person whom a card of theirs names: nobody has to be found, so no number is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonQuery {
    /// 資格確認日: the date asked for.
    pub qualification_confirmation_date: Date,
    /// 医療機関コード of who asks.
    pub medical_institution_code: MedicalInstitutionCode,
    /// Whether the patient agreed to show the limit certificate.
    pub limit_consent: bool,
    /// Whether the patient agreed to show the specific disease certificate.
    pub disease_consent: bool,
}

/// Decides about a person who is here. `coverages` are all coverages of that person and of nobody else;
/// `feed_age_days` gives the days since an insurer's last feed, where known.
///
/// Of several that are in force, an insurance goes before 公費, and the one that began last before the others. The
/// verdict is never [`Verdict::InvalidNewCoverageExists`] or [`Verdict::Multiple`]: the new coverage is itself found.
pub fn decide_person<'a>(
    query: &PersonQuery,
    coverages: &'a [Recorded],
    feed_age_days: impl Fn(&InsurerNumber) -> Option<u32>,
) -> Decision<'a> {
    let on = query.qualification_confirmation_date;
    let of = |status| coverages.iter().filter(move |m| m.coverage.registration_status == status);
    let registered: Vec<&Recorded> = of(RegistrationStatus::Registered).collect();
    let in_force = registered
        .iter()
        .filter(|m| m.coverage.in_force(on))
        .max_by_key(|m| (!is_public_expense(m.coverage.scheme()), m.coverage.qualification_date));
    let mut decision = match in_force {
        Some(found) => {
            let mut decision =
                valid(on, query.medical_institution_code, query.limit_consent, &found.coverage, Vec::new());
            if !query.disease_consent {
                decision.specific_diseases.clear();
            }
            decision
        }
        None if registered.is_empty() && of(RegistrationStatus::InProgress).next().is_some() => {
            let hints = vec![HintCode::EnrolmentInProgress.into()];
            Decision::of(Verdict::NotFound, Reason::EnrolmentInProgress, hints)
        }
        None => not_in_force(on, &[], &registered, Vec::new()),
    };
    let age = decision.coverage.and_then(|coverage| feed_age_days(&coverage.insurer_number));
    tell_late_feed(&mut decision, age);
    decision
}

/// Whether the scheme pays beside or instead of an insurance.
const fn is_public_expense(scheme: Scheme) -> bool {
    matches!(scheme, Scheme::PublicAssistance | Scheme::OtherPublicExpense)
}

/// Whether the caller has to gather more facts: the other coverages of these persons, or near misses. Asking this first
/// keeps the common path at one look-up.
pub fn more_facts_needed(query: &EligibilityQuery, matched: &[Recorded]) -> MoreFacts {
    if matched.is_empty() {
        return MoreFacts::NearMisses;
    }
    let on = query.qualification_confirmation_date;
    if matched.iter().any(|m| m.coverage.person.birthdate == query.birthdate && m.coverage.in_force(on)) {
        MoreFacts::None
    } else {
        MoreFacts::OtherCoverages
    }
}

/// See [`more_facts_needed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoreFacts {
    /// The matched coverages are enough.
    None,
    /// Fetch [`Facts::others`].
    OtherCoverages,
    /// Fetch [`Facts::near`] and [`Facts::insurer_known`].
    NearMisses,
}

enum Identified<'a> {
    Nobody(Reason, Vec<Hint>),
    Several(Vec<Hint>),
    One(Vec<&'a Recorded>, Vec<Hint>),
}

/// The person that a question is about, found as [`decide`] finds them, whatever the date.
///
/// # Errors
/// Nobody, or more than one.
pub fn identify_person(query: &EligibilityQuery, facts: &Facts) -> Result<PersonId, Reason> {
    match identify(query, facts) {
        Identified::Nobody(reason, _) => Err(reason),
        Identified::Several(_) => Err(Reason::SeveralPersons),
        // Never empty: at least one coverage was found.
        Identified::One(coverages, _) => coverages.first().map(|found| found.person).ok_or(Reason::NoSuchCard),
    }
}

/// Finds the one person that the question is about: card, then birth date, then branch.
fn identify<'a>(query: &EligibilityQuery, facts: &'a Facts) -> Identified<'a> {
    let cards: Vec<&Recorded> =
        facts.matched.iter().filter(|m| m.coverage.registration_status != RegistrationStatus::Deleted).collect();
    if cards.is_empty() {
        return Identified::Nobody(Reason::NoSuchCard, why_no_card(query, facts));
    }
    let born: Vec<&Recorded> = cards.into_iter().filter(|m| m.coverage.person.birthdate == query.birthdate).collect();
    if born.is_empty() {
        return Identified::Nobody(Reason::BirthdateDiffers, vec![HintCode::BirthdateDiffers.into()]);
    }
    let mut hints = Vec::new();
    let branch_fits = |m: &&Recorded| match (query.insured_branch_number, m.coverage.insured_branch_number) {
        (Some(asked), Some(held)) => asked == held,
        _ => true,
    };
    let has_branch = born.iter().any(|m| m.coverage.insured_branch_number.is_some());
    let fitting: Vec<&Recorded> = born.into_iter().filter(branch_fits).collect();
    if fitting.is_empty() {
        return Identified::Nobody(Reason::BranchDiffers, vec![HintCode::BranchDiffers.into()]);
    }
    if query.insured_branch_number.is_none() && has_branch {
        hints.push(HintCode::BranchMissing.into());
    }
    let registered: Vec<&Recorded> =
        fitting.into_iter().filter(|m| m.coverage.registration_status == RegistrationStatus::Registered).collect();
    let Some(first) = registered.first() else {
        return Identified::Nobody(Reason::EnrolmentInProgress, vec![HintCode::EnrolmentInProgress.into()]);
    };
    if registered.iter().any(|m| m.person != first.person) {
        return Identified::Several(hints);
    }
    Identified::One(registered, hints)
}

fn why_no_card(query: &EligibilityQuery, facts: &Facts) -> Vec<Hint> {
    if !facts.insurer_known {
        return vec![HintCode::InsurerUnknown.into()];
    }
    let near = facts.near.iter().map(|n| &n.coverage).filter(|c| {
        c.registration_status == RegistrationStatus::Registered
            && c.insurer_number == query.insurer_number
            && c.person.birthdate == query.birthdate
    });
    let mut hints = Vec::new();
    for coverage in near {
        let symbol_same = symbol_is_same(query.insured_card_symbol.as_ref(), coverage.insured_card_symbol.as_ref());
        let number_same = query.insured_identification_number == coverage.insured_identification_number;
        let code = if number_same && !symbol_same {
            HintCode::SymbolNearMiss
        } else if symbol_same
            && number_is_near(&query.insured_identification_number, &coverage.insured_identification_number)
        {
            HintCode::NumberNearMiss
        } else {
            continue;
        };
        if !hints.iter().any(|h: &Hint| h.code == code) {
            hints.push(code.into());
        }
    }
    if hints.is_empty() {
        hints.push(HintCode::NoSuchCard.into());
    }
    hints.sort_by_key(|h| h.code);
    hints
}

/// Judges the coverages of one person under one card on the date asked.
fn judge<'a>(query: &EligibilityQuery, facts: &'a Facts, coverages: &[&'a Recorded], hints: Vec<Hint>) -> Decision<'a> {
    let on = query.qualification_confirmation_date;
    let in_force = coverages.iter().filter(|m| m.coverage.in_force(on)).max_by_key(|m| m.coverage.qualification_date);
    match in_force {
        Some(found) => valid(on, query.medical_institution_code, query.limit_consent, &found.coverage, hints),
        None => not_in_force(on, &facts.others, coverages, hints),
    }
}

fn valid(
    on: Date,
    institution: MedicalInstitutionCode,
    limit_consent: bool,
    coverage: &Coverage,
    mut hints: Vec<Hint>,
) -> Decision<'_> {
    let share = share(coverage, on);
    match share.reason {
        ShareReason::ElderlyCertificateMissing => hints.push(HintCode::ElderlyCertificateMissing.into()),
        ShareReason::LateElderlyRatioMissing => hints.push(HintCode::RatioMissing.into()),
        ShareReason::Preschool
        | ShareReason::General
        | ShareReason::ElderlyCertificate
        | ShareReason::LateElderly
        | ShareReason::SpecialMedicalExpense
        | ShareReason::PublicAssistance => {}
    }
    let tickets = coverage.tickets(institution, on);
    let (verdict, reason) = if coverage.is_public_assistance() && tickets.is_empty() {
        hints.insert(0, HintCode::TicketMissing.into());
        (Verdict::ValidUnregistered, Reason::TicketMissing)
    } else {
        (Verdict::Valid, Reason::InForce)
    };
    Decision {
        share: Some(share),
        limit: if limit_consent { coverage.limit_certificate(on) } else { None },
        specific_diseases: coverage.specific_diseases(on),
        tickets,
        ..Decision::about(verdict, reason, coverage, hints)
    }
}

fn not_in_force<'a>(
    on: Date,
    others: &'a [Recorded],
    coverages: &[&'a Recorded],
    mut hints: Vec<Hint>,
) -> Decision<'a> {
    // The latest that had begun speaks for the card; before any had begun, the first that will.
    let begun =
        coverages.iter().filter(|m| m.coverage.qualification_date <= on).max_by_key(|m| m.coverage.qualification_date);
    let found = begun.or_else(|| coverages.iter().min_by_key(|m| m.coverage.qualification_date));
    let Some(found) = found else {
        return Decision::of(Verdict::NotFound, Reason::NoSuchCard, hints);
    };
    let coverage = &found.coverage;
    let reason = why_not_in_force(coverage, on);
    let newer = others
        .iter()
        .filter(|o| o.person == found.person && o.coverage.in_force(on))
        .filter(|o| o.coverage.qualification_date >= coverage.qualification_date)
        .max_by_key(|o| o.coverage.qualification_date);
    if let Some(newer) = newer {
        let name = newer.coverage.insurer_name.clone();
        hints.insert(0, Hint { code: HintCode::NewInsurerKnown, insurer_name: Some(name) });
        return Decision::about(Verdict::InvalidNewCoverageExists, reason, coverage, hints);
    }
    hints.insert(0, hint_for(reason).into());
    Decision::about(Verdict::Invalid, reason, coverage, hints)
}

fn why_not_in_force(coverage: &Coverage, on: Date) -> Reason {
    if on < coverage.qualification_date {
        Reason::NotStarted
    } else if coverage.disqualification_date.is_some_and(|lost| lost <= on) {
        Reason::Lost
    } else if coverage.insured_card_valid_date.is_some_and(|from| on < from) {
        Reason::CardNotStarted
    } else {
        Reason::CardExpired
    }
}

fn hint_for(reason: Reason) -> HintCode {
    match reason {
        Reason::NotStarted | Reason::CardNotStarted => HintCode::CoverageNotStarted,
        Reason::CardExpired => HintCode::CardExpired,
        Reason::Lost
        | Reason::InForce
        | Reason::TicketMissing
        | Reason::NoSuchCard
        | Reason::BirthdateDiffers
        | Reason::BranchDiffers
        | Reason::EnrolmentInProgress
        | Reason::SeveralPersons
        | Reason::CouldNotTell => HintCode::CoverageLost,
    }
}
