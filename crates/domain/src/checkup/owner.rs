//! Whose report it is: a document names a card, a birth date, a branch, a name and a sex, and all of them have to fit one
//! person of the register.
//!
//! The card is looked at as at a window ([`crate::eligibility`]). A window has the patient before it; a report comes from far
//! away and its numbers may be typed. So name and sex decide too: they tell apart people who share a card and a birthday
//! (reports of before 2024 carry no branch), and where they disagree the report is nobody's. Better a report that is not
//! shown than one that is shown with the wrong person.

use super::CheckupPatient;
use crate::{Date, PersonId, Recorded, RegistrationStatus, Sex, text};

/// Letters from which on a name in a report may be the beginning of a longer one: fields of 40 bytes hold 20 letters of full
/// width, and names of foreign residents are longer.
const CUT_NAME_CHARS_MIN: usize = 20;

/// Why a report is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoOwner {
    /// No coverage has this insurer, symbol and number.
    NoSuchCard,
    /// The card belongs to people born on other days.
    BirthdateDiffers,
    /// The card and the birth date fit, the branch does not.
    BranchDiffers,
    /// The insurer has not registered the person yet.
    EnrolmentInProgress,
    /// The numbers fit somebody of another sex.
    SexDiffers,
    /// The numbers fit somebody of another name.
    NameDiffers,
    /// The register has no name in kana to compare with.
    NameNotOnRecord,
    /// Several persons fit in everything.
    SeveralPersons,
}

impl NoOwner {
    /// Every reason, in the order in which they are looked at.
    pub const ALL: &'static [Self] = &[
        Self::NoSuchCard,
        Self::BirthdateDiffers,
        Self::BranchDiffers,
        Self::EnrolmentInProgress,
        Self::SexDiffers,
        Self::NameDiffers,
        Self::NameNotOnRecord,
        Self::SeveralPersons,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSuchCard => "no_such_card",
            Self::BirthdateDiffers => "birthdate_differs",
            Self::BranchDiffers => "branch_differs",
            Self::EnrolmentInProgress => "enrolment_in_progress",
            Self::SexDiffers => "sex_differs",
            Self::NameDiffers => "name_differs",
            Self::NameNotOnRecord => "name_not_on_record",
            Self::SeveralPersons => "several_persons",
        }
    }

    /// In words, with the way out.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoSuchCard => {
                "この保険者番号・記号・番号の資格は登録されていません。受診者の資格を確かめて、送り直してください。"
            }
            Self::BirthdateDiffers => "この記号・番号の人は、生年月日がちがいます。確かめて、送り直してください。",
            Self::BranchDiffers => "枝番のちがう人です。枝番を確かめて、送り直してください。",
            Self::EnrolmentInProgress => "保険者で加入の手続き中です。登録のあとに、もう一度取り込んでください。",
            Self::SexDiffers => "記号・番号の人と性別がちがいます。別の人の結果でないか確かめてください。",
            Self::NameDiffers => "記号・番号の人と氏名がちがいます。別の人の結果でないか確かめてください。",
            Self::NameNotOnRecord => {
                "資格に氏名カナの登録がなく、氏名を確かめられません。保険者の登録のあとに、もう一度取り込んでください。"
            }
            Self::SeveralPersons => "当てはまる人が複数います。枝番を入れて、送り直してください。",
        }
    }

    /// The same in English.
    pub const fn words_en(self) -> &'static str {
        match self {
            Self::NoSuchCard => "No such card is registered. Check whom the report is about and send it again.",
            Self::BirthdateDiffers => "The card belongs to somebody born on another day. Check and send it again.",
            Self::BranchDiffers => "The branch number is another. Check it and send it again.",
            Self::EnrolmentInProgress => "The insurer is still processing the enrolment. Take the file in again later.",
            Self::SexDiffers => "The numbers fit somebody of another sex. Check whether the report is somebody else's.",
            Self::NameDiffers => {
                "The numbers fit somebody of another name. Check whether the report is somebody else's."
            }
            Self::NameNotOnRecord => "The register has no name in kana to compare. Take the file in again when it has.",
            Self::SeveralPersons => "Several persons fit. Give the branch number and send it again.",
        }
    }
}

/// Whose report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Whose.
    pub person: PersonId,
    /// Whether the card that the report names counted on the day of the checkup. A report of somebody whose insurance had
    /// ended is theirs all the same: what was measured was measured.
    pub insured: bool,
}

/// Finds the one person that a report is about, among the coverages that its card has.
///
/// # Errors
/// Nobody fits, or more than one.
pub fn owner(patient: &CheckupPatient, on: Date, matched: &[Recorded]) -> Result<Owner, NoOwner> {
    let cards: Vec<&Recorded> =
        matched.iter().filter(|m| m.coverage.registration_status != RegistrationStatus::Deleted).collect();
    let cards = kept(cards, NoOwner::NoSuchCard)?;
    let born = |m: &&Recorded| m.coverage.person.birthdate == patient.birthdate;
    let fitting = kept(cards.into_iter().filter(born).collect(), NoOwner::BirthdateDiffers)?;
    let branch = |m: &&Recorded| match (patient.insured_branch_number, m.coverage.insured_branch_number) {
        (Some(told), Some(held)) => told == held,
        _ => true,
    };
    let fitting = kept(fitting.into_iter().filter(branch).collect(), NoOwner::BranchDiffers)?;
    let registered = |m: &&Recorded| m.coverage.registration_status == RegistrationStatus::Registered;
    let fitting = kept(fitting.into_iter().filter(registered).collect(), NoOwner::EnrolmentInProgress)?;
    let fitting = kept(fitting.into_iter().filter(|m| sex_fits(patient, m)).collect(), NoOwner::SexDiffers)?;
    let nameless = fitting.iter().all(|m| m.coverage.person.name_kana.is_none());
    let why = if nameless { NoOwner::NameNotOnRecord } else { NoOwner::NameDiffers };
    let told = TellsName::of(patient);
    let fitting = kept(fitting.into_iter().filter(|m| told.fits(m)).collect(), why)?;
    let Some(first) = fitting.first() else { return Err(NoOwner::NoSuchCard) };
    if fitting.iter().any(|m| m.person != first.person) {
        return Err(NoOwner::SeveralPersons);
    }
    Ok(Owner { person: first.person, insured: fitting.iter().any(|m| m.coverage.in_force(on)) })
}

fn kept(fitting: Vec<&Recorded>, why: NoOwner) -> Result<Vec<&Recorded>, NoOwner> {
    if fitting.is_empty() { Err(why) } else { Ok(fitting) }
}

/// A sex that the register leaves open fits either.
fn sex_fits(patient: &CheckupPatient, recorded: &Recorded) -> bool {
    let person = &recorded.coverage.person;
    [Some(person.sex1), person.sex2].into_iter().flatten().any(|sex| sex == patient.sex || sex == Sex::Unset)
}

/// The name that a report tells, folded.
struct TellsName {
    name: String,
    /// Whether it is so long that programs of senders cut it.
    may_be_cut: bool,
}

impl TellsName {
    fn of(patient: &CheckupPatient) -> Self {
        let written = patient.name_kana.chars().filter(|c| !c.is_whitespace()).count();
        Self { name: text::canonical_kana(&patient.name_kana), may_be_cut: written >= CUT_NAME_CHARS_MIN }
    }

    /// Any of the names that an insurer registered: kana, that of the 通称, or the name itself where a sender wrote that.
    fn fits(&self, recorded: &Recorded) -> bool {
        let person = &recorded.coverage.person;
        let names = [
            person.name_kana.as_deref(),
            person.name_of_other_kana.as_deref(),
            Some(person.name.as_str()),
            person.name_of_other.as_deref(),
        ];
        let is_told = |name: &str| {
            let held = text::canonical_kana(name);
            held == self.name || (self.may_be_cut && held.starts_with(&self.name))
        };
        !self.name.is_empty() && names.into_iter().flatten().any(is_told)
    }
}
