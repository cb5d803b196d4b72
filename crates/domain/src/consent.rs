//! What a patient allows an institution to see: item by item, nothing ticked beforehand, for a day, and withdrawn at any
//! time.
//!
//! The items are those of the reader's screen in the national system, with the members of OQS-IF-002 that carry them. A
//! patient who is asked and says no to everything has answered; that is something else than never having been asked, and
//! both are something else than a consent that has run out. [`state`] keeps the three apart.

use jiff::{SignedDuration, Timestamp};

use crate::presence::PresenceMeans;
use crate::{MedicalInstitutionCode, PersonId, Purpose};

/// How long a consent given at the window lasts: 閲覧有効期限 is 24 hours behind 同意日時 (oqs-interface.md 4.2, 7.5).
pub const CONSENT_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// One thing that a patient may allow an institution to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConsentItem {
    /// 限度額適用認定証
    LimitCertificate,
    /// 特定疾病療養受療証
    SpecificDisease,
    /// 薬剤情報
    Drugs,
    /// 診療情報
    Diagnosis,
    /// 手術情報
    Surgery,
    /// 特定健診情報
    Checkups,
}

impl ConsentItem {
    /// Every item, in the order in which it is asked.
    pub const ALL: &'static [Self] =
        &[Self::LimitCertificate, Self::SpecificDisease, Self::Drugs, Self::Diagnosis, Self::Surgery, Self::Checkups];

    /// The stable word, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LimitCertificate => "limit_certificate",
            Self::SpecificDisease => "specific_disease",
            Self::Drugs => "drugs",
            Self::Diagnosis => "diagnosis",
            Self::Surgery => "surgery",
            Self::Checkups => "checkups",
        }
    }

    /// The words that a patient reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LimitCertificate => "限度額（窓口で払う上限）の情報",
            Self::SpecificDisease => "特定疾病療養受療証の情報",
            Self::Drugs => "過去のお薬の情報",
            Self::Diagnosis => "過去の診療の情報",
            Self::Surgery => "過去の手術の情報",
            Self::Checkups => "過去の健診の情報",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::LimitCertificate => "the upper limit of what you pay at the window",
            Self::SpecificDisease => "your specific disease certificate",
            Self::Drugs => "medicines you were given before",
            Self::Diagnosis => "examinations and treatments you had before",
            Self::Surgery => "operations you had before",
            Self::Checkups => "results of your health checkups",
        }
    }

    /// Whether it is about the person's health and not only about what is to be collected. Such items need more than an
    /// expired certificate (jpki-card.md 1.8).
    pub const fn is_medical(self) -> bool {
        match self {
            Self::LimitCertificate | Self::SpecificDisease => false,
            Self::Drugs | Self::Diagnosis | Self::Surgery | Self::Checkups => true,
        }
    }

    /// Its place in [`ConsentChoice::bits`]. Never changes: access events hold it.
    const fn bit(self) -> u8 {
        match self {
            Self::LimitCertificate => 1,
            Self::SpecificDisease => 1 << 1,
            Self::Drugs => 1 << 2,
            Self::Diagnosis => 1 << 3,
            Self::Surgery => 1 << 4,
            Self::Checkups => 1 << 5,
        }
    }
}

/// 処方箋発行形態 (OQSCD017): how the patient wants a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrescriptionForm {
    /// 電子処方箋
    Electronic,
    /// 紙の処方箋
    Paper,
}

impl PrescriptionForm {
    /// The code of OQSCD017.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Electronic => "1",
            Self::Paper => "2",
        }
    }

    /// Reads a code of OQSCD017.
    pub fn parse(code: &str) -> Option<Self> {
        match code.trim() {
            "1" => Some(Self::Electronic),
            "2" => Some(Self::Paper),
            _ => None,
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Electronic => 1 << 6,
            Self::Paper => 1 << 7,
        }
    }
}

/// What a patient chose on the screen. The default is what the screen shows at first: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ConsentChoice(u8);

impl ConsentChoice {
    /// Nothing may be seen.
    pub const NOTHING: Self = Self(0);

    /// Every item may be seen; the form of a prescription stays open.
    pub fn everything() -> Self {
        ConsentItem::ALL.iter().fold(Self::NOTHING, |choice, item| choice.with(*item))
    }

    /// The same and this item.
    #[must_use]
    pub const fn with(self, item: ConsentItem) -> Self {
        Self(self.0 | item.bit())
    }

    /// The same with this form of a prescription in place of any other.
    #[must_use]
    pub const fn with_prescription(self, form: PrescriptionForm) -> Self {
        let items = self.0 & !(PrescriptionForm::Electronic.bit() | PrescriptionForm::Paper.bit());
        Self(items | form.bit())
    }

    /// Whether this item may be seen.
    pub const fn allows(self, item: ConsentItem) -> bool {
        self.0 & item.bit() != 0
    }

    /// How the patient wants a prescription, if that was said.
    pub const fn prescription(self) -> Option<PrescriptionForm> {
        if self.0 & PrescriptionForm::Electronic.bit() != 0 {
            Some(PrescriptionForm::Electronic)
        } else if self.0 & PrescriptionForm::Paper.bit() != 0 {
            Some(PrescriptionForm::Paper)
        } else {
            None
        }
    }

    /// The same without what is about the person's health.
    #[must_use]
    pub fn without_medical(self) -> Self {
        let medical = ConsentItem::ALL.iter().filter(|item| item.is_medical()).fold(0, |bits, item| bits | item.bit());
        Self(self.0 & !medical)
    }

    /// One bit each, as access events and the store hold it: 1 limit certificate, 2 specific disease, 4 drugs,
    /// 8 diagnosis, 16 surgery, 32 checkups, 64 electronic prescription, 128 paper prescription.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Reads [`Self::bits`]. None for both forms of a prescription at once, which nobody can choose.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        let both = PrescriptionForm::Electronic.bit() | PrescriptionForm::Paper.bit();
        if bits & both == both { None } else { Some(Self(bits)) }
    }
}

/// Who ended a consent before its time (OQSCD031 1 and 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WithdrawnBy {
    /// 医療機関取消
    Institution,
    /// 患者取消
    Patient,
}

impl WithdrawnBy {
    /// The stable word, as it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Institution => "institution",
            Self::Patient => "patient",
        }
    }

    /// Reads the word.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Institution, Self::Patient].into_iter().find(|by| by.code() == code)
    }
}

/// What one patient answered at one institution: who, to whom, what, why, from, until, how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Whose data.
    pub person: PersonId,
    /// Who may see it.
    pub facility: MedicalInstitutionCode,
    /// What may be seen.
    pub choice: ConsentChoice,
    /// What for.
    pub purpose: Purpose,
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// 同意日時.
    pub given_at: Timestamp,
    /// 閲覧有効期限: the first moment at which it no longer holds.
    pub valid_until: Timestamp,
    /// When it was taken back, and by whom.
    pub withdrawn: Option<(Timestamp, WithdrawnBy)>,
}

impl Consent {
    /// A consent given now, for [`CONSENT_LIFE`].
    pub fn given(
        person: PersonId,
        facility: MedicalInstitutionCode,
        choice: ConsentChoice,
        means: PresenceMeans,
        now: Timestamp,
    ) -> Self {
        let valid_until = now.saturating_add(CONSENT_LIFE).unwrap_or(Timestamp::MAX);
        Self { person, facility, choice, purpose: Purpose::Check, means, given_at: now, valid_until, withdrawn: None }
    }

    /// The same, taken back. One that was taken back before stays as it is.
    #[must_use]
    pub fn withdrawn(mut self, by: WithdrawnBy, now: Timestamp) -> Self {
        self.withdrawn.get_or_insert((now, by));
        self
    }
}

/// How things stand with one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// The patient has not been asked here.
    NothingRecorded,
    /// Asked, and not allowed; or allowed and taken back.
    NotConsented,
    /// Allowed.
    Consented {
        /// Since when.
        given_at: Timestamp,
        /// The first moment at which it no longer holds.
        valid_until: Timestamp,
    },
    /// Was allowed, and has run out: the patient is to be asked anew.
    Expired {
        /// Since when.
        since: Timestamp,
    },
}

impl ConsentState {
    /// The stable word, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingRecorded => "nothing_recorded",
            Self::NotConsented => "not_consented",
            Self::Consented { .. } => "consented",
            Self::Expired { .. } => "expired",
        }
    }

    /// The words for the desk.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NothingRecorded => "同意の記録なし（まだたずねていません）",
            Self::NotConsented => "同意なし",
            Self::Consented { .. } => "同意あり",
            Self::Expired { .. } => "同意の期限切れ（もう一度たずねてください）",
        }
    }

    /// The same in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::NothingRecorded => "Nothing recorded: the patient has not been asked",
            Self::NotConsented => "Not consented",
            Self::Consented { .. } => "Consented",
            Self::Expired { .. } => "Consent has expired: ask again",
        }
    }
}

/// How things stand with `item`, by the patient's latest answer at this institution.
///
/// A later answer replaces an earlier one as a whole, so only the latest counts.
pub fn state(latest: Option<&Consent>, item: ConsentItem, now: Timestamp) -> ConsentState {
    let Some(consent) = latest else { return ConsentState::NothingRecorded };
    if consent.withdrawn.is_some() || !consent.choice.allows(item) {
        ConsentState::NotConsented
    } else if now < consent.valid_until {
        ConsentState::Consented { given_at: consent.given_at, valid_until: consent.valid_until }
    } else {
        ConsentState::Expired { since: consent.valid_until }
    }
}
