//! From what happened in a month to claims: one per institution, payers, and setting; a pharmacy's one per prescribing
//! institution.

use super::directory::{Directory, Payers};
use super::life::Life;
use super::month::{self, Encounter, Setting};
use crate::day::Day;
use crate::dice::{Dice, Stream};
use crate::model::PersonId;
use crate::nation::Nation;

/// People who still show the card of the insurer of yesterday, per thousand of those who changed.
const OLD_CARD_PERMILLE: u32 = 450;
/// Days after a change in which the old card is still shown.
const OLD_CARD_DAYS: i32 = 60;
/// Claims per ten thousand that are sent back and claimed again, sent twice, or withdrawn.
const FATES: [(Fate, u32); 3] = [(Fate::Corrected, 80), (Fate::Repeated, 40), (Fate::Withdrawn, 30)];

/// Which claim file a claim stands in.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Medical,
    Dpc,
    Dental,
    Pharmacy,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Medical => "medical",
            Kind::Dpc => "dpc",
            Kind::Dental => "dental",
            Kind::Pharmacy => "pharmacy",
        }
    }

    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Kind::Medical => "RECEIPTC.UKE",
            Kind::Dpc => "RECEIPTD.UKE",
            Kind::Dental => "RECEIPTS.UKE",
            Kind::Pharmacy => "RECEIPTY.CYO",
        }
    }
}

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Fate {
    Stands,
    /// Sent once more, unchanged, a month later: it counts once.
    Repeated,
    /// Wrong at first, sent back, claimed again a month later: the second one counts.
    Corrected,
    /// 取下げ: it counts not at all.
    Withdrawn,
}

impl Fate {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Fate::Stands => "stands",
            Fate::Repeated => "repeated",
            Fate::Corrected => "corrected",
            Fate::Withdrawn => "withdrawn",
        }
    }
}

/// One claim before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) kind: Kind,
    pub(crate) inpatient: bool,
    /// Who claims.
    pub(crate) facility: u32,
    /// Who prescribed; the same but for pharmacies.
    pub(crate) prescriber: u32,
    /// To whom it is sent.
    pub(crate) billed: Payers,
    /// Who has to pay, by encounter.
    pub(crate) right: Vec<Payers>,
    /// Places in [`PersonMonth::encounters`].
    pub(crate) encounters: Vec<usize>,
    pub(crate) fate: Fate,
}

impl Receipt {
    /// `stays`, `reroute` if all of it belongs to another insurer, `split` if a part does.
    pub(crate) fn routing(&self) -> &'static str {
        let wrong = self.right.iter().filter(|payers| **payers != self.billed).count();
        match wrong {
            0 => "stays",
            all if all == self.right.len() => "reroute",
            _ => "split",
        }
    }
}

/// What happened to one person in one month, and the claims for it.
pub(crate) struct PersonMonth {
    pub(crate) person: PersonId,
    /// First day of the month.
    pub(crate) first: Day,
    pub(crate) encounters: Vec<Encounter>,
    pub(crate) receipts: Vec<Receipt>,
}

/// Days for which claims are written.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    /// First day of the first month.
    pub(crate) first: Day,
    /// First day of the last month.
    pub(crate) last: Day,
}

impl Span {
    /// The last `months` months that ended before the nation's day.
    pub(crate) fn before(as_of: Day, months: u32) -> Span {
        let last = as_of.first_of_month().before().first_of_month();
        let first = (1..months).fold(last, |first, _| first.before().first_of_month());
        Span { first, last }
    }

    pub(crate) fn months(self) -> impl Iterator<Item = Day> {
        std::iter::successors(Some(self.first), |first| Some(first.first_of_next_month()))
            .take_while(move |first| *first <= self.last)
    }
}

/// The claims of one person for one month.
pub(crate) fn of(nation: &Nation, directory: &Directory, life: &Life, span: Span, first: Day) -> PersonMonth {
    let encounters = month::encounters(nation, directory, life, first);
    let mut receipts: Vec<Receipt> = Vec::new();
    let old_card = old_card(nation, directory, life.person, first);
    for (place, encounter) in encounters.iter().enumerate() {
        let Some(right) = directory.payers(nation, life.person, encounter.day) else {
            continue;
        };
        let billed = match old_card {
            Some((old, until)) if encounter.day >= until && right.health.is_some() => {
                Payers { health: Some(old), ..right }
            }
            _ => right,
        };
        let kind = match encounter.setting {
            Setting::Outpatient | Setting::Inpatient => Kind::Medical,
            Setting::Dpc => Kind::Dpc,
            Setting::Dental => Kind::Dental,
        };
        let institution = Receipt {
            kind,
            inpatient: encounter.stay.is_some(),
            facility: encounter.facility,
            prescriber: encounter.facility,
            billed,
            right: Vec::new(),
            encounters: Vec::new(),
            fate: Fate::Stands,
        };
        let pharmacy = encounter.pharmacy.map(|facility| Receipt {
            kind: Kind::Pharmacy,
            inpatient: false,
            facility,
            ..institution.clone()
        });
        for wanted in [Some(institution), pharmacy].into_iter().flatten() {
            file(&mut receipts, wanted, place, right);
        }
    }
    for receipt in &mut receipts {
        receipt.fate = fate(nation, life.person, first, span, receipt);
    }
    PersonMonth { person: life.person, first, encounters, receipts }
}

/// Puts an encounter on the claim that is like this one, or begins it.
fn file(receipts: &mut Vec<Receipt>, wanted: Receipt, place: usize, right: Payers) {
    let same = |other: &Receipt| {
        other.kind == wanted.kind
            && other.inpatient == wanted.inpatient
            && other.facility == wanted.facility
            && other.prescriber == wanted.prescriber
            && other.billed == wanted.billed
    };
    let found = receipts.iter().position(same).unwrap_or(receipts.len());
    if found == receipts.len() {
        receipts.push(wanted);
    }
    receipts[found].encounters.push(place);
    receipts[found].right.push(right);
}

/// The insurer whose card is still shown although it ended, and from when on that is wrong.
fn old_card(nation: &Nation, directory: &Directory, person: PersonId, first: Day) -> Option<(u32, Day)> {
    let ended = directory.coverages_of(person).find_map(|id| {
        let coverage = &nation.coverages[id as usize];
        let end = coverage.end_day()?;
        let recent = end <= first.last_of_month() && first.since(end) < OLD_CARD_DAYS;
        let usable = coverage.in_force(end.before());
        (recent && usable && !super::directory::is_assistance(nation, coverage)).then_some((id, end))
    })?;
    let occasion = u64::from(ended.1.month_number());
    let mut dice = Dice::of_occasion(nation.options.seed, Stream::Claims, person, occasion);
    dice.permille(OLD_CARD_PERMILLE).then_some(ended)
}

/// Nothing happens to the claims of the last month that a later file would have to tell.
fn fate(nation: &Nation, person: PersonId, first: Day, span: Span, receipt: &Receipt) -> Fate {
    let occasion = u64::from(first.month_number()) << 32
        | u64::from(receipt.facility ^ receipt.prescriber << 16) << 4
        | (receipt.kind as u64) << 1
        | u64::from(receipt.inpatient);
    let mut dice = Dice::of_occasion(nation.options.seed, Stream::Claims, person, occasion);
    let mut left = dice.below(10_000);
    for (fate, share) in FATES {
        if left < share {
            let is_told_later = fate != Fate::Withdrawn && first == span.last;
            return if is_told_later { Fate::Stands } else { fate };
        }
        left -= share;
    }
    Fate::Stands
}
