//! The right answer to a query, from what the generator knows. This is the second implementation of the rules; it
//! shares no code with the one it judges.

use super::index::Index;
use super::typed;
use crate::day::{Day, preschool_until, seventy_from};
use crate::insurers::InsurerKind;
use crate::model::{Certificate, Class, Coverage, LimitFlag, Status};
use crate::nation::Nation;

/// A query as typed.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) date: Day,
    pub(crate) facility: u32,
    pub(crate) insurer: String,
    pub(crate) symbol: String,
    pub(crate) number: String,
    pub(crate) branch: String,
    pub(crate) birthdate: String,
    pub(crate) consent: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Valid,
    Invalid,
    InvalidNewCoverageExists,
    NotFound,
    Multiple,
    ValidUnregistered,
    Unreadable,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Valid => "valid",
            Verdict::Invalid => "invalid",
            Verdict::InvalidNewCoverageExists => "invalid_new_coverage_exists",
            Verdict::NotFound => "not_found",
            Verdict::Multiple => "multiple",
            Verdict::ValidUnregistered => "valid_unregistered",
            Verdict::Unreadable => "unreadable",
        }
    }
}

/// Why a query failed, or what the desk should know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hint {
    BirthdateDiffers,
    NumberNearMiss,
    SymbolNearMiss,
    BranchMissing,
    BranchDiffers,
    InsurerCheckDigit,
    InsurerUnknown,
    EnrolmentInProgress,
    NewInsurerKnown,
    CoverageNotStarted,
    CoverageLost,
    CardExpired,
    ElderlyCertificateMissing,
    RatioMissing,
    TicketMissing,
}

impl Hint {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Hint::BirthdateDiffers => "birthdate_differs",
            Hint::NumberNearMiss => "number_near_miss",
            Hint::SymbolNearMiss => "symbol_near_miss",
            Hint::BranchMissing => "branch_missing",
            Hint::BranchDiffers => "branch_differs",
            Hint::InsurerCheckDigit => "insurer_check_digit",
            Hint::InsurerUnknown => "insurer_unknown",
            Hint::EnrolmentInProgress => "enrolment_in_progress",
            Hint::NewInsurerKnown => "new_insurer_known",
            Hint::CoverageNotStarted => "coverage_not_started",
            Hint::CoverageLost => "coverage_lost",
            Hint::CardExpired => "card_expired",
            Hint::ElderlyCertificateMissing => "elderly_certificate_missing",
            Hint::RatioMissing => "ratio_missing",
            Hint::TicketMissing => "ticket_missing",
        }
    }

    /// The element that a near miss names.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Hint::NumberNearMiss => "InsuredIdentificationNumber",
            Hint::SymbolNearMiss => "InsuredCardSymbol",
            _ => "",
        }
    }
}

/// The right answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    /// Percent to collect.
    pub(crate) share: Option<u8>,
    pub(crate) limit: Option<LimitFlag>,
    pub(crate) diseases: Vec<u8>,
    /// Hints that must be given; others may be given too.
    pub(crate) hints: Vec<Hint>,
    /// The element that could not be read.
    pub(crate) field: &'static str,
    /// The coverage that was found, if exactly one person was.
    pub(crate) coverage: Option<u32>,
}

impl Answer {
    fn new(verdict: Verdict) -> Answer {
        Answer { verdict, share: None, limit: None, diseases: Vec::new(), hints: Vec::new(), field: "", coverage: None }
    }

    fn unreadable(field: &'static str) -> Answer {
        Answer { field, ..Answer::new(Verdict::Unreadable) }
    }

    fn with(mut self, hint: Hint) -> Answer {
        self.hints.push(hint);
        self
    }
}

/// Judges a query. `None` where the rules leave the answer open, so that the oracle does not ask.
pub(crate) fn judge(nation: &Nation, index: &Index, query: &Query) -> Option<Answer> {
    let Some(insurer_number) = typed::insurer_number(&query.insurer) else {
        return Some(Answer::unreadable("InsurerNumber").with(Hint::InsurerCheckDigit));
    };
    let Some(birth) = typed::birthdate(&query.birthdate) else {
        return Some(Answer::unreadable("Birthdate"));
    };
    let branch = typed::branch(&query.branch).ok()?;
    let insurer = nation.insurers.all.iter().position(|insurer| insurer.number == insurer_number);
    let Some(insurer) = insurer else {
        return Some(Answer::new(Verdict::NotFound).with(Hint::InsurerUnknown));
    };
    let insurer = insurer as u16;

    let (symbol, number) = (typed::canonical(&query.symbol), typed::canonical(&query.number));
    let row = |id: &u32| &nation.coverages[*id as usize];
    let with_card: Vec<u32> = index.by_card(nation, insurer, &symbol, &number).collect();
    if with_card.is_empty() {
        return Some(near_misses(nation, index, insurer, birth, &symbol, &number));
    }
    let open = |ids: &[u32]| ids.iter().any(|id| row(id).status == Status::Registered);
    let born: Vec<u32> = with_card.iter().copied().filter(|id| nation.person(row(id)).birth == birth).collect();
    if born.is_empty() {
        return open(&with_card).then(|| Answer::new(Verdict::NotFound).with(Hint::BirthdateDiffers));
    }
    let fits = |id: &u32| branch.is_none() || row(id).branch.is_none() || row(id).branch == branch;
    let mut matched: Vec<u32> = born.iter().copied().filter(fits).collect();
    if matched.is_empty() {
        return open(&born).then(|| Answer::new(Verdict::NotFound).with(Hint::BranchDiffers));
    }
    if !open(&matched) {
        let one = matched.iter().all(|id| row(id).person == row(&matched[0]).person);
        return one.then(|| Answer::new(Verdict::NotFound).with(Hint::EnrolmentInProgress));
    }
    matched.retain(|id| row(id).status == Status::Registered);
    let branch_missing = branch.is_none() && row(&matched[0]).branch.is_some();
    let mut answer = if matched.iter().any(|id| row(id).person != row(&matched[0]).person) {
        Answer::new(Verdict::Multiple)
    } else {
        of_one_person(nation, index, query, &matched)?
    };
    if branch_missing {
        answer.hints.push(Hint::BranchMissing);
    }
    Some(answer)
}

/// Nothing has this card: what was probably meant.
fn near_misses(nation: &Nation, index: &Index, insurer: u16, birth: Day, symbol: &str, number: &str) -> Answer {
    let mut answer = Answer::new(Verdict::NotFound);
    for id in index.by_birth(insurer, birth) {
        let coverage = &nation.coverages[id as usize];
        if coverage.status != Status::Registered {
            continue;
        }
        let (its_symbol, its_number) = nation.printed(coverage);
        let same_symbol = typed::canonical(&its_symbol) == symbol;
        let its_number = typed::canonical(&its_number);
        let hint = if same_symbol && typed::at_most_one_edit(&its_number, number) {
            Hint::NumberNearMiss
        } else if !same_symbol && its_number == number {
            Hint::SymbolNearMiss
        } else {
            continue;
        };
        if !answer.hints.contains(&hint) {
            answer.hints.push(hint);
        }
    }
    answer
}

/// One person, one or several registered rows of the same card.
fn of_one_person(nation: &Nation, index: &Index, query: &Query, matched: &[u32]) -> Option<Answer> {
    let day = query.date;
    let row = |id: &u32| &nation.coverages[*id as usize];
    if let Some(id) = matched.iter().find(|id| row(id).in_force(day)) {
        return Some(in_force(nation, query, *id));
    }
    let first = matched.iter().map(|id| row(id).start).min()?;
    let last = matched.iter().map(|id| row(id).start).max()?;
    let newer_than = |begin: Day| {
        index
            .by_person(row(&matched[0]).person)
            .filter(|id| !matched.contains(id))
            .any(|id| row(&id).in_force(day) && row(&id).start >= begin)
    };
    let newer = newer_than(first);
    // Rows of one card in two spells: where it matters which spell is meant, the rules do not say.
    if newer != newer_than(last) {
        return None;
    }
    let mut answer = Answer::new(if newer { Verdict::InvalidNewCoverageExists } else { Verdict::Invalid });
    if newer {
        answer.hints.push(Hint::NewInsurerKnown);
    }
    if let [id] = matched {
        answer.coverage = Some(*id);
        answer.hints.extend(why_not(row(id), day));
    }
    Some(answer)
}

/// Why a registered coverage is not in force, where there is exactly one reason.
fn why_not(coverage: &Coverage, day: Day) -> Option<Hint> {
    let lost = coverage.end_day().is_some_and(|end| end <= day);
    let expired = coverage.expires.is_some_and(|last| last < day);
    match (day < coverage.start, lost, expired) {
        (true, _, _) => Some(Hint::CoverageNotStarted),
        (false, true, false) => Some(Hint::CoverageLost),
        (false, false, true) => Some(Hint::CardExpired),
        (false, ..) => None,
    }
}

fn in_force(nation: &Nation, query: &Query, id: u32) -> Answer {
    let coverage = &nation.coverages[id as usize];
    let certificates = nation.certificates_of(coverage);
    let day = query.date;
    let mut answer = Answer::new(Verdict::Valid);
    answer.coverage = Some(id);
    let (share, hint) = share(nation, coverage, day);
    answer.share = Some(share);
    answer.hints.extend(hint);
    if coverage.class == Class::PublicAssistance {
        let has_ticket = certificates.iter().any(|certificate| match certificate {
            Certificate::Ticket { start, end, facility, .. } => {
                *facility == query.facility
                    && end.month_number() == day.month_number()
                    && (*start..=*end).contains(&day)
            }
            _ => false,
        });
        if !has_ticket {
            answer.verdict = Verdict::ValidUnregistered;
            answer.hints.push(Hint::TicketMissing);
        }
    }
    for certificate in certificates {
        match certificate {
            Certificate::Limit { flag, start, end, .. } if query.consent && (*start..=*end).contains(&day) => {
                answer.limit = Some(*flag);
            }
            Certificate::SpecificDisease { category, start, end, .. } if (*start..=*end).contains(&day) => {
                answer.diseases.push(*category);
            }
            _ => {}
        }
    }
    answer
}

/// Percent to collect on a day, and what is missing where a default had to be taken.
fn share(nation: &Nation, coverage: &Coverage, day: Day) -> (u8, Option<Hint>) {
    if coverage.class == Class::PublicAssistance {
        return (0, None);
    }
    if coverage.class == Class::FullCharge {
        return (100, None);
    }
    let certificates = nation.certificates_of(coverage);
    if nation.insurers.get(coverage.insurer).kind == InsurerKind::LateElderly {
        let ratio = certificates.iter().find_map(|certificate| match certificate {
            Certificate::Ratio { percent, start, end } if (*start..=*end).contains(&day) => Some(*percent),
            _ => None,
        });
        return ratio.map_or((30, Some(Hint::RatioMissing)), |percent| (percent, None));
    }
    let birth = nation.person(coverage).birth;
    if day <= preschool_until(birth) {
        return (20, None);
    }
    if day < seventy_from(birth) {
        return (30, None);
    }
    let ratio = certificates.iter().find_map(|certificate| match certificate {
        Certificate::Elderly { percent, start, end, .. } if (*start..=*end).contains(&day) => Some(*percent),
        _ => None,
    });
    ratio.map_or((30, Some(Hint::ElderlyCertificateMissing)), |percent| (percent, None))
}
