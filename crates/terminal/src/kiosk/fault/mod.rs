//! What can go wrong at the kiosk: one code for vendors, one sentence for the patient, one for the staff with the way on,
//! and the ways on that the patient is offered. `docs/KIOSK.md` holds the table; a test keeps the two equal.

mod center;
mod here;

use card::CardError;
use domain::Spoken;
use kit::text::Text;
use wire::api::ProblemCode;

use crate::asking::outcome::{Outcome, Why};

/// A way on that the patient is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The same once more.
    Again,
    /// The PIN of the card.
    Pin,
    /// The camera.
    Face,
    /// Staff look at the photo of the card.
    Staff,
    /// The numbers, told to staff.
    Number,
}

impl Way {
    /// The word in the form, and in the table.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Pin => "pin",
            Self::Face => "face",
            Self::Staff => "staff",
            Self::Number => "number",
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// With the card.
    Card(CardError),
    /// Two cards lie on the readers.
    TwoCards,
    /// With the face.
    Face(FaceFault),
    /// The center says no.
    Center(ProblemCode),
    /// The center could not be asked.
    CouldNotAsk(Why),
    /// With what staff do at the kiosk.
    Staff(StaffFault),
    /// What was typed cannot be what was asked for.
    Typed(TypedFault),
}

/// What went wrong with a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaceFault {
    /// The kiosk has no camera, or the browser may not use it.
    CameraMissing,
    /// Nobody is in the picture.
    NoFace,
    /// More than one person is in the picture.
    TwoFaces,
    /// It is not the person on the photo.
    Differs,
    /// It was not the person on the photo too often.
    Locked,
    /// The photo of the card shows no face that could be compared.
    PhotoUnusable,
    /// The model did not run.
    ModelFailed,
}

/// What went wrong with what staff do at the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaffFault {
    /// The facility password is wrong.
    PasswordWrong,
    /// It was wrong too often: everybody waits.
    PasswordWait,
    /// None is set.
    PasswordNotSet,
    /// Staff said that it is not the person on the photo.
    Declined,
}

/// What cannot be what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypedFault {
    /// Not four digits.
    Pin,
    /// Not the digits of a card.
    Digits,
    /// Numbers of an insurance card that cannot be right.
    Numbers,
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Telling {
    pub(crate) patient: Spoken,
    pub(crate) staff: Text,
}

const fn telling(patient: Spoken, staff_ja: &'static str, staff_en: &'static str) -> Telling {
    Telling { patient, staff: Text::new(staff_ja, staff_en) }
}

impl Fault {
    /// What a question that was not answered means here. An answer is no fault.
    pub(crate) fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered(_) => None,
            Outcome::Unreadable(_) => Some(Self::Typed(TypedFault::Numbers)),
            Outcome::Refused(document) => Some(Self::Center(document.code)),
            Outcome::CouldNotAsk(could_not) => Some(Self::CouldNotAsk(could_not.why)),
        }
    }

    /// The stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Card(error) => error.code(),
            Self::TwoCards => "two-cards",
            Self::Face(fault) => fault.code(),
            Self::Center(code) => code.as_str(),
            Self::CouldNotAsk(why) => why.code(),
            Self::Staff(fault) => fault.code(),
            Self::Typed(fault) => fault.code(),
        }
    }

    /// The sentences.
    pub(crate) const fn telling(&self) -> Telling {
        match self {
            Self::Card(error) => {
                let words = error.words();
                telling(words.patient, words.staff_ja, words.staff_en)
            }
            Self::TwoCards => TWO_CARDS,
            Self::Face(fault) => fault.telling(),
            Self::Center(code) => center::of_center(*code),
            Self::CouldNotAsk(why) => center::of_why(*why),
            Self::Staff(fault) => fault.telling(),
            Self::Typed(fault) => fault.telling(),
        }
    }

    /// The ways on, the likeliest first. Those that this kiosk or this card does not have are left out by the visit.
    pub(crate) const fn ways(&self) -> &'static [Way] {
        match self {
            Self::Card(error) => of_card(error),
            Self::TwoCards => &[Way::Number],
            Self::Face(FaceFault::CameraMissing | FaceFault::NoFace | FaceFault::TwoFaces) => {
                &[Way::Face, Way::Pin, Way::Staff]
            }
            Self::Face(_) => &[Way::Pin, Way::Staff],
            Self::Center(code) => center_ways(*code),
            Self::CouldNotAsk(_) | Self::Typed(_) => &[Way::Again, Way::Number],
            Self::Staff(_) => &[Way::Pin, Way::Face, Way::Number],
        }
    }
}

const fn of_card(error: &CardError) -> &'static [Way] {
    use card::ChannelError;
    match error {
        CardError::PinLocked | CardError::NotAllowed { .. } => &[Way::Face, Way::Staff],
        CardError::PinWrong { .. } => &[Way::Pin, Way::Face, Way::Staff],
        CardError::NumberBWrong { .. }
        | CardError::NumberBLocked
        | CardError::NoPhoto
        | CardError::MakersReaderNeeded
        | CardError::TerminalRefused => &[Way::Pin, Way::Staff],
        CardError::NotThisCard
        | CardError::OldCard
        | CardError::FileNotFound { .. }
        | CardError::Channel(ChannelError::NoService | ChannelError::NoReader) => &[Way::Number],
        CardError::Channel(_)
        | CardError::FileTooShort { .. }
        | CardError::FileTooLarge { .. }
        | CardError::FileUnreadable { .. }
        | CardError::NotASignature { .. }
        | CardError::Unexpected { .. } => &[Way::Again, Way::Staff, Way::Number],
    }
}

const fn center_ways(code: ProblemCode) -> &'static [Way] {
    match code {
        ProblemCode::CardNotRegistered => &[Way::Pin, Way::Number],
        ProblemCode::CardCertificateRefused
        | ProblemCode::CardCertificateNotYetValid
        | ProblemCode::CardCertificateOver
        | ProblemCode::CardCertificateRevoked
        | ProblemCode::CardCertificateUnknown
        | ProblemCode::CardRegisteredToAnother
        | ProblemCode::CardsNotTaken => &[Way::Number],
        _ => &[Way::Again, Way::Number],
    }
}

const TWO_CARDS: Telling = telling(
    Spoken::new(
        "カードが2枚置かれています。1枚だけにしてください。",
        "Two cards are on the readers. Please leave only one.",
        "放置了两张卡片。请只留一张。",
        "Có hai thẻ trên đầu đọc. Vui lòng chỉ để lại một thẻ.",
        "Há dois cartões nos leitores. Deixe apenas um.",
    ),
    "カードが2枚置かれています。患者さんのカード1枚だけを残してください。取りちがえを防ぐため、どちらも使いません",
    "Two cards lie on the readers. Leave the patient's only; neither is used until then.",
);

/// Every fault that has sentences of its own, for the table and for tests.
#[cfg(test)]
pub(crate) fn all() -> Vec<Fault> {
    // What only a recording says never reaches a kiosk.
    let is_of_a_card = |error: &CardError| error.code() != "not-in-transcript";
    let center = [
        ProblemCode::CardCertificateOver,
        ProblemCode::CardCertificateRevoked,
        ProblemCode::CardCertificateUnknown,
        ProblemCode::CardCertificateNotYetValid,
        ProblemCode::CardCertificateRefused,
        ProblemCode::CardNotRegistered,
        ProblemCode::CardRegisteredToAnother,
        ProblemCode::CardsNotTaken,
        ProblemCode::PatientNotFound,
        ProblemCode::ChallengeExpired,
        ProblemCode::CardSignatureInvalid,
        ProblemCode::FacilityUnknown,
    ];
    CardError::one_of_each()
        .into_iter()
        .filter(is_of_a_card)
        .map(Fault::Card)
        .chain([Fault::TwoCards])
        .chain(FaceFault::ALL.into_iter().map(Fault::Face))
        .chain(center.into_iter().map(Fault::Center))
        .chain(Why::ALL.into_iter().map(Fault::CouldNotAsk))
        .chain(StaffFault::ALL.into_iter().map(Fault::Staff))
        .chain(TypedFault::ALL.into_iter().map(Fault::Typed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../../docs/KIOSK.md");

    /// One row for each code, in the order of [`all`].
    fn table() -> String {
        let mut rows: Vec<(&str, String)> = Vec::new();
        for fault in all() {
            let Telling { patient, staff } = fault.telling();
            let ways: Vec<_> = fault.ways().iter().map(|way| way.code()).collect();
            let (code, patient) = (fault.code(), patient.of(domain::Tongue::Ja));
            let row = format!("| `{code}` | {patient} | {} | {} |", staff.ja, ways.join(", "));
            match rows.iter().find(|(known, _)| *known == code) {
                Some((_, known)) => assert_eq!(*known, row, "one code says two things"),
                None => rows.push((code, row)),
            }
        }
        rows.into_iter().fold(String::new(), |table, (_, row)| table + &row + "\n")
    }

    #[test]
    fn the_page_and_the_program_say_the_same_of_each_fault() {
        let table = table();
        assert!(PAGE.contains(&table), "docs/KIOSK.md holds another table than:\n{table}");
    }
}
