//! What a window may still say of a patient while the center cannot be asked, from answers that it kept.
//!
//! The decision itself is [`decide`], the same that the center calls: here its facts are what the center said on an earlier
//! day. What changes is how far the result may be believed, and that is a rule of this house:
//!
//! | the kept answer says | and | so |
//! |---|---|---|
//! | in force on the day asked | a list says that it stands, and it is at most [`COPY_GOOD_DAYS_LISTED`] old | [`Standing::ListedValid`] |
//! | in force on the day asked | no list, and it is at most [`COPY_GOOD_DAYS`] old | [`Standing::ValidAsOf`] |
//! | in force on the day asked | it is older | cannot tell |
//! | in force on the day asked | a list of that day or before says that it ended | [`Standing::ListedLost`] |
//! | anything | a list says that the register says something else now | cannot tell |
//! | lost on or before the day asked | | [`Standing::LostSince`]: the center itself said so |
//! | the card's own period is over, or begins later | a new card is usual then | cannot tell |
//! | 医療扶助, no ticket for this month | the ticket may have come since | cannot tell |
//! | nothing, another birth date or branch, several people | | cannot tell |
//!
//! "Cannot tell" is never "not insured", and never a reason to collect everything: the share that was right last is given
//! where one is known.

use jiff::civil::DateTime;

use crate::eligibility::{Decision, Facts, PersonId, Reason, Recorded, Verdict, decide};
use crate::hint::HintCode;
use crate::share::{Share, ShareReason, share};
use crate::{Coverage, Date, EligibilityQuery, Status};

/// Days for which a kept answer is believed where a list says that it still stands. The list is of hours ago, so this bounds
/// only what no list tells: that an announced card never came, or that the answer was about somebody else's card.
pub const COPY_GOOD_DAYS_LISTED: i32 = 92;

/// Days for which a kept answer is believed where no list tells. Institutions have always looked at a card once a month (保険医療機関及び保険医
/// 療養担当規則 3条 asks at each visit; once in a calendar month is the custom), so a month, at its longest.
pub const COPY_GOOD_DAYS: i32 = 31;

/// What a published list says about a kept answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSays {
    /// About its place.
    pub status: Status,
    /// When the list was made, in Japan.
    pub as_of: DateTime,
}

/// One kept answer about one person.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The coverage that it tells.
    pub coverage: Coverage,
    /// The day in Japan on which the center said it.
    pub as_of: Date,
    /// What a list says about it since; none where there is no list of these days, or the answer has no place in it.
    pub listed: Option<ListSays>,
}

/// Answers that were kept about people who fit a question, made ready for the decision.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    facts: Facts,
    kept: Vec<(Date, Option<ListSays>)>,
}

impl Copies {
    /// Kept answers, of one person each.
    pub fn new(kept: impl IntoIterator<Item = Copy>) -> Self {
        let mut copies = Self { facts: Facts { insurer_known: true, ..Facts::default() }, kept: Vec::new() };
        for (place, Copy { coverage, as_of, listed }) in kept.into_iter().enumerate() {
            // The center's ids of people never leave it; here it only matters who is not who.
            let person = PersonId((place as u128).to_be_bytes());
            copies.facts.matched.push(Recorded { person, coverage });
            copies.kept.push((as_of, listed));
        }
        copies
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// How a patient stands, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Insured, as the center said on this day.
    ValidAsOf(Date),
    /// Insured, as the center said earlier, and its list of this time (in Japan) says that it still stands.
    ListedValid(DateTime),
    /// The center said that the coverage ends, and this is the first day without it.
    LostSince(Date),
    /// The coverage ended between the kept answer and the list of this time (in Japan).
    ListedLost(DateTime),
    /// It cannot be told.
    CannotTell(CannotTell),
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CannotTell {
    /// No answer about this card was kept.
    NothingKept,
    /// The kept answer is older than [`COPY_GOOD_DAYS`], or with a list than [`COPY_GOOD_DAYS_LISTED`].
    TooOld,
    /// A list says that the register says something else since the answer was kept.
    Changed,
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
    pub const ALL: [Self; 7] = [
        Self::NothingKept,
        Self::TooOld,
        Self::Changed,
        Self::OtherPeriod,
        Self::TicketUnknown,
        Self::DoesNotFit,
        Self::Several,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingKept => "nothing_kept",
            Self::TooOld => "copy_too_old",
            Self::Changed => "copy_changed",
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
    /// [`Standing::ValidAsOf`] and [`Standing::ListedValid`], and only where the copy tells it for the day asked: a certificate that ran out since the
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
    let standing = standing(query, &decision, about.map(|(place, _)| copies.kept[place]));
    // Of a coverage that had not begun then, the center did not tell the share.
    let last = about.filter(|(place, coverage)| coverage.in_force(copies.kept[*place].0));
    let last = last.map(|(place, coverage)| share(coverage, copies.kept[place].0));
    let known = decision.share.filter(|now| !is_missing(*now) || last.is_some_and(|last| last.reason == now.reason));
    let (share, last_share) = match standing {
        Standing::ValidAsOf(_) | Standing::ListedValid(_) if known.is_some() => (known, None),
        Standing::ValidAsOf(_) | Standing::ListedValid(_) | Standing::CannotTell(_) => (None, known.or(last)),
        Standing::LostSince(_) | Standing::ListedLost(_) => (None, None),
    };
    decision.share = share;
    if share.is_none() {
        decision
            .hints
            .retain(|hint| !matches!(hint.code, HintCode::ElderlyCertificateMissing | HintCode::RatioMissing));
    }
    if let Standing::ListedLost(_) = standing {
        // The day of the loss is not in the list.
        (decision.verdict, decision.reason) = (Verdict::Invalid, Reason::Lost);
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

fn standing(query: &EligibilityQuery, decision: &Decision<'_>, kept: Option<(Date, Option<ListSays>)>) -> Standing {
    let cannot = Standing::CannotTell;
    let lost = decision.coverage.and_then(|coverage| coverage.disqualification_date);
    // Whatever the copy says, the register says something else now.
    if let Some((_, Some(ListSays { status: Status::Changed | Status::Suspended, .. }))) = kept {
        return cannot(CannotTell::Changed);
    }
    match (decision.reason, kept) {
        (Reason::InForce, Some((as_of, listed))) => in_force(query.qualification_confirmation_date, as_of, listed),
        (Reason::Lost, Some(_)) => lost.map_or(cannot(CannotTell::OtherPeriod), Standing::LostSince),
        (Reason::TicketMissing, _) => cannot(CannotTell::TicketUnknown),
        (Reason::NotStarted | Reason::CardExpired | Reason::CardNotStarted, _) => cannot(CannotTell::OtherPeriod),
        (Reason::BirthdateDiffers | Reason::BranchDiffers, _) => cannot(CannotTell::DoesNotFit),
        (Reason::SeveralPersons, _) => cannot(CannotTell::Several),
        (Reason::NoSuchCard | Reason::EnrolmentInProgress | Reason::CouldNotTell, _)
        | (Reason::InForce | Reason::Lost, None) => cannot(CannotTell::NothingKept),
    }
}

/// A copy that has the coverage in force on the day asked.
fn in_force(on: Date, as_of: Date, listed: Option<ListSays>) -> Standing {
    match listed {
        // Lost on a day between the copy and the list: what held on an earlier day than the list's is not known.
        Some(says) if says.status == Status::Invalid && on >= says.as_of.date() => Standing::ListedLost(says.as_of),
        Some(says) if says.status == Status::Invalid => Standing::CannotTell(CannotTell::Changed),
        Some(says) if is_good(as_of, on, COPY_GOOD_DAYS_LISTED) => Standing::ListedValid(says.as_of),
        None if is_good(as_of, on, COPY_GOOD_DAYS) => Standing::ValidAsOf(as_of),
        Some(_) | None => Standing::CannotTell(CannotTell::TooOld),
    }
}

/// Whether what was said on `as_of` is believed about `on`. What is said about days before it was said does not age.
fn is_good(as_of: Date, on: Date, days: i32) -> bool {
    as_of.until(on).is_ok_and(|age| age.get_days() <= days)
}
