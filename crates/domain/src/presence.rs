//! Somebody is here with a card: what that proves, and what it is enough for.
//!
//! A certificate on the card says which card it is. A signature says that the card is here now and was unlocked. The
//! means says how: the patient typed the PIN, a face was compared, or staff looked at the photo. [`what_may_be_shown`] is
//! the whole rule; the center gathers the evidence and asks it.
//!
//! The rule never makes the card a worse way than the number printed on a paper: whoever brings a real card that was not
//! given up sees at least the eligibility, because the numbers alone would show that too. What needs more is everything
//! about the person's health: a card that signed, or a member of the staff who made sure who the patient is and answers
//! for it. With a card or without, that word is worth the same ([`StaffWord`]).

use jiff::ToSpan as _;

use crate::Date;
use crate::consent::ConsentChoice;

/// How the patient was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PresenceMeans {
    /// The patient typed the PIN of the card.
    Pin,
    /// A camera compared the face with the photo of the card.
    Face,
    /// 目視: staff compared the face with the photo and answer for it.
    StaffEyes,
    /// No card: the patient gave the numbers, and staff made sure who they are and answer for it.
    Number,
}

impl PresenceMeans {
    /// Every means.
    pub const ALL: &'static [Self] = &[Self::Pin, Self::Face, Self::StaffEyes, Self::Number];

    /// The stable word, as in JSON and in the access event.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Face => "face",
            Self::StaffEyes => "staff_eyes",
            Self::Number => "number",
        }
    }

    /// Reads the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|means| means.code() == code)
    }

    /// The words for the desk and for the patient's list of looks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pin => "マイナンバーカード（暗証番号）",
            Self::Face => "マイナンバーカード（顔認証）",
            Self::StaffEyes => "マイナンバーカード（職員による目視）",
            Self::Number => "資格確認書などの番号（職員による本人確認）",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Pin => "card with PIN",
            Self::Face => "card with face",
            Self::StaffEyes => "card, face seen by staff",
            Self::Number => "numbers, identity confirmed by staff",
        }
    }
}

/// Where today lies in the life of a certificate (jpki-card.md 1.8, 1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificatePeriod {
    /// Before its first moment.
    NotYet,
    /// Valid.
    Within,
    /// Run out, and not more than three months have passed since the end of that month.
    Grace,
    /// Run out for longer.
    Over,
}

/// What is known about a certificate having been given up before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// Its issuer says that it is good, now or minutes ago.
    Good,
    /// Its issuer says that it was revoked.
    Revoked,
    /// Its issuer does not know it.
    Unknown,
    /// The issuer could not be asked; it is not on the last list, which is not older than a day.
    NotOnRecentList,
    /// The issuer could not be asked, and there is no list that is recent enough.
    CannotTell,
}

/// Whether the card proved that it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyProof {
    /// It signed the center's challenge, and the signature fits the certificate.
    Signed,
    /// The certificate was read, and nothing was signed: the card was not unlocked.
    OnlyRead,
}

/// All that is known about somebody who is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// Whether the card signed.
    pub proof: KeyProof,
    /// Where today lies in the life of the certificate.
    pub period: CertificatePeriod,
    /// Whether it was given up.
    pub revocation: Revocation,
}

/// How much may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Eligibility and whatever the patient allows.
    Everything,
    /// Eligibility, and what belongs to it where the patient allows it; nothing about the person's health.
    EligibilityOnly,
}

impl Extent {
    /// The stable word, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::EligibilityOnly => "eligibility_only",
        }
    }

    /// What is left of a patient's choice.
    pub fn limits(self, choice: ConsentChoice) -> ConsentChoice {
        match self {
            Self::Everything => choice,
            Self::EligibilityOnly => choice.without_medical(),
        }
    }
}

/// Why less is shown than could be. The code is stable; the words may get better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PresenceNote {
    /// The certificate has run out and is in its grace.
    CertificateInGrace,
    /// Whether the certificate was revoked could not be found out.
    RevocationNotKnown,
    /// The card did not sign: staff looked at the photo.
    CardNotUnlocked,
    /// No card was there: staff made sure who the patient is.
    NoCardShown,
    /// The operator of the center lets the word of staff open no more than eligibility.
    StaffWordNotEnough,
    /// The certificate ends within three months; nothing is shown less.
    CertificateEndsSoon,
    /// The person is registered with the card and has no coverage on record.
    NoCoverage,
}

impl PresenceNote {
    /// Every note.
    pub const ALL: &'static [Self] = &[
        Self::CertificateInGrace,
        Self::RevocationNotKnown,
        Self::CardNotUnlocked,
        Self::NoCardShown,
        Self::StaffWordNotEnough,
        Self::CertificateEndsSoon,
        Self::NoCoverage,
    ];

    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CertificateInGrace => "certificate_in_grace",
            Self::RevocationNotKnown => "revocation_not_known",
            Self::CardNotUnlocked => "card_not_unlocked",
            Self::NoCardShown => "no_card_shown",
            Self::StaffWordNotEnough => "staff_word_not_enough",
            Self::CertificateEndsSoon => "certificate_ends_soon",
            Self::NoCoverage => "no_coverage_on_record",
        }
    }

    /// The words for the desk: what is so, and what to do next.
    pub const fn message(self) -> &'static str {
        match self {
            Self::CertificateInGrace => {
                "カードの電子証明書の期限が切れています。期限の月の末から3か月間は資格の確認だけできます（お薬などの情報は見られません）。市区町村での更新をおすすめしてください。"
            }
            Self::RevocationNotKnown => {
                "電子証明書が失効していないかを、いま確かめられません。資格の確認だけ行いました。あとでもう一度お試しください。"
            }
            Self::CardNotUnlocked => {
                "暗証番号も顔認証も使わず、職員の目視で確認しました。そのことが記録され、患者さんからも見えます。"
            }
            Self::NoCardShown => {
                "カードを使わず、番号と職員による本人確認で確認しました。そのことが記録され、患者さんからも見えます。"
            }
            Self::StaffWordNotEnough => {
                "センターの決まりにより、職員の確認だけで見られるのは資格までです（お薬などの情報は見られません）。"
            }
            Self::CertificateEndsSoon => {
                "カードの電子証明書の期限が3か月以内に切れます。市区町村での更新をおすすめしてください。"
            }
            Self::NoCoverage => {
                "カードの方は登録されていますが、いまの保険の登録がありません。患者さんに保険の変更がなかったかたずねてください。"
            }
        }
    }

    /// Whether less is shown because of it.
    pub const fn limits(self) -> bool {
        match self {
            Self::CertificateInGrace | Self::RevocationNotKnown | Self::StaffWordNotEnough => true,
            Self::CardNotUnlocked | Self::NoCardShown | Self::CertificateEndsSoon | Self::NoCoverage => false,
        }
    }

    /// The same in English.
    pub const fn message_en(self) -> &'static str {
        match self {
            Self::CertificateInGrace => {
                "The certificate of the card has run out. For three months from the end of that month it shows eligibility only."
            }
            Self::RevocationNotKnown => {
                "Whether the certificate was revoked cannot be found out now. Eligibility only; try again later for more."
            }
            Self::CardNotUnlocked => {
                "Neither PIN nor face was used, staff looked at the photo. That is on record, and the patient sees it."
            }
            Self::NoCardShown => {
                "No card was used, staff made sure who the patient is. That is on record, and the patient sees it."
            }
            Self::StaffWordNotEnough => {
                "By the rule of this center, the word of staff opens eligibility only, nothing about the person's health."
            }
            Self::CertificateEndsSoon => "The certificate of the card ends within three months; advise renewal.",
            Self::NoCoverage => "The card is registered, but no coverage of the person is on record.",
        }
    }
}

/// Why nothing is shown. The code is stable; the words may get better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PresenceRefusal {
    /// The certificate is not valid yet: a clock is wrong.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// The certificate has run out, and its grace too.
    #[error("the certificate has run out, and its grace too")]
    Over,
    /// The certificate was revoked.
    #[error("the certificate was revoked")]
    Revoked,
    /// Its issuer does not know the certificate.
    #[error("the issuer does not know the certificate")]
    UnknownToIssuer,
    /// PIN or face is claimed, and the card signed nothing.
    #[error("the card did not sign although PIN or face is claimed")]
    NotSigned,
}

impl PresenceRefusal {
    /// Every refusal.
    pub const ALL: &'static [Self] =
        &[Self::NotYetValid, Self::Over, Self::Revoked, Self::UnknownToIssuer, Self::NotSigned];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYetValid => "certificate_not_yet_valid",
            Self::Over => "certificate_over",
            Self::Revoked => "certificate_revoked",
            Self::UnknownToIssuer => "certificate_unknown",
            Self::NotSigned => "card_not_signed",
        }
    }

    /// The words for the window: what is so, and the way on.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotYetValid => {
                "電子証明書の有効期間がまだ始まっていません。受付の端末の時計を確かめ、番号での確認に切りかえてください。"
            }
            Self::Over => {
                "電子証明書の期限が切れてから3か月を過ぎています。資格確認書などの番号で確認し、市区町村での更新をお願いしてください。"
            }
            Self::Revoked => {
                "この電子証明書は失効しています（再発行や紛失の届け出など）。新しいカードか、資格確認書などの番号で確認してください。"
            }
            Self::UnknownToIssuer => "この電子証明書は発行元で確認できません。資格確認書などの番号で確認してください。",
            Self::NotSigned => "カードの確認が終わっていません。カードを置き直して、はじめからやり直してください。",
        }
    }

    /// The same in English.
    pub const fn message_en(self) -> &'static str {
        match self {
            Self::NotYetValid => "The certificate is not valid yet. Check the clock; go on with the numbers.",
            Self::Over => "The certificate ran out more than three months ago. Go on with the numbers.",
            Self::Revoked => "The certificate was revoked. Use the new card or go on with the numbers.",
            Self::UnknownToIssuer => "The issuer does not know the certificate. Go on with the numbers.",
            Self::NotSigned => "The card did not sign. Put the card down again and start over.",
        }
    }
}

/// What may be shown, and why not more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// How much.
    pub extent: Extent,
    /// Why not more, and what else is worth saying, in the order of [`PresenceNote`].
    pub notes: Vec<PresenceNote>,
}

impl Showing {
    fn of(mut notes: Vec<PresenceNote>) -> Self {
        notes.sort_unstable();
        let limited = notes.iter().any(|note| note.limits());
        Self { extent: if limited { Extent::EligibilityOnly } else { Extent::Everything }, notes }
    }
}

/// What the word of staff opens when neither PIN nor face was used. The operator of a center decides (decision 0018).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StaffWord {
    /// Whatever the patient allows, as in the national system's 目視確認モード. It is flagged in the answer and in the
    /// access event, and the patient sees it.
    #[default]
    Enough,
    /// Eligibility, and nothing about the person's health.
    EligibilityOnly,
}

impl StaffWord {
    fn notes(self) -> &'static [PresenceNote] {
        match self {
            Self::Enough => &[],
            Self::EligibilityOnly => &[PresenceNote::StaffWordNotEnough],
        }
    }
}

/// Decides what somebody who is here with a card may be shown.
///
/// | | shows |
/// |---|---|
/// | revoked, or not known to its issuer | nothing |
/// | not yet valid, or out of its grace | nothing |
/// | PIN or face claimed, and nothing signed | nothing |
/// | in its grace | eligibility only |
/// | revocation cannot be found out | eligibility only |
/// | staff looked, and nothing signed | what `word` says |
/// | everything else | everything |
///
/// # Errors
/// Why nothing may be shown; the gravest reason of several.
pub fn what_may_be_shown(evidence: Evidence, word: StaffWord) -> Result<Showing, PresenceRefusal> {
    let mut notes = Vec::new();
    match evidence.revocation {
        Revocation::Revoked => return Err(PresenceRefusal::Revoked),
        Revocation::Unknown => return Err(PresenceRefusal::UnknownToIssuer),
        Revocation::Good | Revocation::NotOnRecentList => {}
        Revocation::CannotTell => notes.push(PresenceNote::RevocationNotKnown),
    }
    match evidence.period {
        CertificatePeriod::NotYet => return Err(PresenceRefusal::NotYetValid),
        CertificatePeriod::Over => return Err(PresenceRefusal::Over),
        CertificatePeriod::Within => {}
        CertificatePeriod::Grace => notes.push(PresenceNote::CertificateInGrace),
    }
    match (evidence.proof, evidence.means) {
        (KeyProof::Signed, _) => {}
        (KeyProof::OnlyRead, PresenceMeans::StaffEyes | PresenceMeans::Number) => {
            notes.push(PresenceNote::CardNotUnlocked);
            notes.extend(word.notes());
        }
        (KeyProof::OnlyRead, PresenceMeans::Pin | PresenceMeans::Face) => return Err(PresenceRefusal::NotSigned),
    }
    Ok(Showing::of(notes))
}

/// Decides what may be shown of somebody who gave the numbers and of whom staff made sure who they are.
///
/// It is what a card brings whose holder staff looked at: two people at the window answer for the same thing, with a card
/// or without.
pub fn shown_on_the_word_of_staff(word: StaffWord) -> Showing {
    Showing::of([&[PresenceNote::NoCardShown], word.notes()].concat())
}

/// Whether a certificate whose last day this is ends within three months: then the patient is told (付帯情報 of OQS-IF-002,
/// oqs-interface.md 4.2).
pub fn certificate_ends_soon(last_day: Date, today: Date) -> bool {
    today.checked_add(3.months()).is_ok_and(|soon| last_day <= soon)
}

/// How a look was made, as the access event holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PresenceRecord {
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// What the patient allowed, as far as the extent went; none when they were not asked.
    pub choice: Option<ConsentChoice>,
}
