//! What a window may still say of a patient while the center cannot be asked, from answers that it kept.
//!
//! The decision itself is [`decide`], the same that the center calls: here its facts are what the center said on an earlier
//! day. What changes is how far the result may be believed, and that is a rule of this house:
//!
//! | the kept answer says | and | so |
//! |---|---|---|
//! | in force on the day asked | it is at most [`COPY_GOOD_DAYS`] old | [`Standing::ValidAsOf`] |
//! | in force on the day asked | it is older | cannot tell |
//! | lost on or before the day asked | | [`Standing::LostSince`]: the center itself said so |
//! | the card's own period is over, or begins later | a new card is usual then | cannot tell |
//! | 医療扶助, no ticket for this month | the ticket may have come since | cannot tell |
//! | nothing, another birth date or branch, several people | | cannot tell |
//!
//! "Cannot tell" is never "not insured", and never a reason to collect everything: the share that was right last is given
//! where one is known.

use crate::eligibility::{Decision, Facts, PersonId, Reason, Recorded, Verdict, decide};
use crate::hint::HintCode;
use crate::share::{Share, ShareReason, share};
use crate::{Coverage, Date, EligibilityQuery};

/// Days for which a kept answer is believed. Institutions have always looked at a card once a month (保険医療機関及び保険医
/// 療養担当規則 3条 asks at each visit; once in a calendar month is the custom), so a month, at its longest.
pub const COPY_GOOD_DAYS: i32 = 31;

/// Answers that were kept about people who fit a question, made ready for the decision.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    facts: Facts,
    as_of: Vec<Date>,
}

impl Copies {
    /// Each kept coverage, of one person each, with the day in Japan on which the center said it.
    pub fn new(kept: impl IntoIterator<Item = (Coverage, Date)>) -> Self {
        let mut copies = Self { facts: Facts { insurer_known: true, ..Facts::default() }, as_of: Vec::new() };
        for (place, (coverage, as_of)) in kept.into_iter().enumerate() {
            // The center's ids of people never leave it; here it only matters who is not who.
            let person = PersonId((place as u128).to_be_bytes());
            copies.facts.matched.push(Recorded { person, coverage });
            copies.as_of.push(as_of);
        }
        copies
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.as_of.is_empty()
    }
}

/// How a patient stands, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Insured, as the center said on this day.
    ValidAsOf(Date),
    /// The center said that the coverage ends, and this is the first day without it.
    LostSince(Date),
    /// It cannot be told.
    CannotTell(CannotTell),
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CannotTell {
    /// No answer about this card was kept.
    NothingKept,
    /// The kept answer is older than [`COPY_GOOD_DAYS`].
    TooOld,
    /// The period of the card itself does not hold the day; a new card is usual then.
    OtherPeriod,
    /// A ticket of 医療扶助 for this month is not known here.
    TicketUnknown,
    /// The kept answer is about this card, with another birth date or branch.
    DoesNotFit,
    /// More than one person fits; the branch is missing.
    Several,
}

impl CannotTell {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::NothingKept, Self::TooOld, Self::OtherPeriod, Self::TicketUnknown, Self::DoesNotFit, Self::Several];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingKept => "nothing_kept",
            Self::TooOld => "copy_too_old",
            Self::OtherPeriod => "card_period_over",
            Self::TicketUnknown => "ticket_unknown",
            Self::DoesNotFit => "copy_does_not_fit",
            Self::Several => "several_persons",
        }
    }
}

/// What can be said without asking, borrowing from the copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offline<'a> {
    /// How the patient stands.
    pub standing: Standing,
    /// As the center would say it: [`Verdict::Undetermined`] where it cannot be told. Its share stands only with
    /// [`Standing::ValidAsOf`], and only where the copy tells it for the day asked: a certificate that ran out since the
    /// copy was made has a successor that the copy does not know.
    pub decision: Decision<'a>,
    /// What was right last, where the share is not known and a coverage fits.
    pub last_share: Option<Share>,
    /// The place of its coverage among the copies.
    pub copy: Option<usize>,
}

/// Decides one question from what was kept.
pub fn decide_offline<'a>(query: &EligibilityQuery, copies: &'a Copies) -> Offline<'a> {
    let mut decision = decide(query, &copies.facts);
    let about = decision.coverage.and_then(|coverage| {
        let place = copies.facts.matched.iter().position(|kept| std::ptr::eq(&raw const kept.coverage, coverage))?;
        Some((place, coverage))
    });
    let standing = standing(query, &decision, about.map(|(place, _)| copies.as_of[place]));
    // Of a coverage that had not begun then, the center did not tell the share.
    let last = about.filter(|(place, coverage)| coverage.in_force(copies.as_of[*place]));
    let last = last.map(|(place, coverage)| share(coverage, copies.as_of[place]));
    let known = decision.share.filter(|now| !is_missing(*now) || last.is_some_and(|last| last.reason == now.reason));
    let (share, last_share) = match standing {
        Standing::ValidAsOf(_) if known.is_some() => (known, None),
        Standing::ValidAsOf(_) | Standing::CannotTell(_) => (None, known.or(last)),
        Standing::LostSince(_) => (None, None),
    };
    decision.share = share;
    if share.is_none() {
        decision
            .hints
            .retain(|hint| !matches!(hint.code, HintCode::ElderlyCertificateMissing | HintCode::RatioMissing));
    }
    if let Standing::CannotTell(_) = standing {
        (decision.verdict, decision.reason) = (Verdict::Undetermined, Reason::CouldNotTell);
        // They speak of what the register does not hold; here nobody looked into the register.
        decision.hints.clear();
    }
    Offline { standing, decision, last_share, copy: about.map(|(place, _)| place) }
}

/// Whether it is the share for want of a certificate.
const fn is_missing(share: Share) -> bool {
    matches!(share.reason, ShareReason::ElderlyCertificateMissing | ShareReason::LateElderlyRatioMissing)
}

fn standing(query: &EligibilityQuery, decision: &Decision<'_>, as_of: Option<Date>) -> Standing {
    let cannot = Standing::CannotTell;
    let lost = decision.coverage.and_then(|coverage| coverage.disqualification_date);
    match (decision.reason, as_of) {
        (Reason::InForce, Some(as_of)) if is_good(as_of, query.qualification_confirmation_date) => {
            Standing::ValidAsOf(as_of)
        }
        (Reason::InForce, Some(_)) => cannot(CannotTell::TooOld),
        (Reason::Lost, Some(_)) => lost.map_or(cannot(CannotTell::OtherPeriod), Standing::LostSince),
        (Reason::TicketMissing, _) => cannot(CannotTell::TicketUnknown),
        (Reason::NotStarted | Reason::CardExpired | Reason::CardNotStarted, _) => cannot(CannotTell::OtherPeriod),
        (Reason::BirthdateDiffers | Reason::BranchDiffers, _) => cannot(CannotTell::DoesNotFit),
        (Reason::SeveralPersons, _) => cannot(CannotTell::Several),
        (Reason::NoSuchCard | Reason::EnrolmentInProgress | Reason::CouldNotTell, _)
        | (Reason::InForce | Reason::Lost, None) => cannot(CannotTell::NothingKept),
    }
}

/// Whether what was said on `as_of` is believed about `on`. What is said about days before it was said does not age.
fn is_good(as_of: Date, on: Date) -> bool {
    as_of.until(on).is_ok_and(|age| age.get_days() <= COPY_GOOD_DAYS)
}
