//! What a patient allows an institution to see: item by item, nothing ticked beforehand, for a day, and withdrawn at any
//! time.
//!
//! The items are those of the reader's screen in the national system, with the members of OQS-IF-002 that carry them. A
//! patient who is asked and says no to everything has answered; that is something else than never having been asked, and
//! both are something else than a consent that has run out. [`state`] keeps the three apart.

use jiff::{SignedDuration, Timestamp};

use crate::presence::PresenceMeans;
use crate::{MedicalInstitutionCode, PersonId, Purpose, Spoken};

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

    /// Its name on the patient's screen, short.
    pub const fn name(self) -> Spoken {
        match self {
            Self::LimitCertificate => {
                Spoken::new("限度額", "Payment limit", "自付限额", "Mức trả tối đa", "Limite de pagamento")
            }
            Self::SpecificDisease => Spoken::new(
                "特定疾病の証明",
                "Specific disease certificate",
                "特定疾病证明",
                "Chứng nhận bệnh đặc định",
                "Certificado de doença específica",
            ),
            Self::Drugs => Spoken::new("お薬", "Medicines", "用药", "Thuốc", "Remédios"),
            Self::Diagnosis => Spoken::new(
                "診察と治療",
                "Examinations and treatment",
                "诊察与治疗",
                "Khám và điều trị",
                "Consultas e tratamentos",
            ),
            Self::Surgery => Spoken::new("手術", "Operations", "手术", "Phẫu thuật", "Cirurgias"),
            Self::Checkups => {
                Spoken::new("健康診断", "Health checkups", "健康体检", "Khám sức khỏe", "Exames de saúde")
            }
        }
    }

    /// What it means to allow it, in one plain sentence.
    pub const fn sentence(self) -> Spoken {
        match self {
            Self::LimitCertificate => Spoken::new(
                "窓口で払う金額の上限を、ここで確認できるようになります。",
                "They can see the upper limit of what you pay at the window.",
                "他们可以查看您在窗口付款的上限。",
                "Nơi này được xem mức tối đa mà bạn phải trả tại quầy.",
                "Aqui podem ver o valor máximo que você paga no balcão.",
            ),
            Self::SpecificDisease => Spoken::new(
                "人工透析などで支払いが軽くなる証明を、ここで確認できるようになります。",
                "They can see your certificate that lowers what you pay, such as for dialysis.",
                "他们可以查看减轻您付款的证明，例如人工透析。",
                "Nơi này được xem giấy chứng nhận giúp giảm tiền trả, chẳng hạn cho chạy thận nhân tạo.",
                "Aqui podem ver o certificado que diminui o que você paga, por exemplo para diálise.",
            ),
            Self::Drugs => Spoken::new(
                "これまでに出されたお薬を、ここの医師や薬剤師が見られるようになります。",
                "The doctors and pharmacists here can see the medicines you were given before.",
                "这里的医生和药剂师可以查看您以前使用的药品。",
                "Bác sĩ và dược sĩ ở đây được xem các thuốc bạn đã được cấp trước đây.",
                "Os médicos e farmacêuticos daqui podem ver os remédios que você já recebeu.",
            ),
            Self::Diagnosis => Spoken::new(
                "これまでに受けた診察・検査・治療を、ここの医師などが見られるようになります。",
                "The doctors here can see the examinations and treatments you had before.",
                "这里的医生可以查看您以前接受的诊察、检查和治疗。",
                "Bác sĩ ở đây được xem các lần khám, xét nghiệm và điều trị trước đây của bạn.",
                "Os médicos daqui podem ver as consultas, os exames e os tratamentos que você já fez.",
            ),
            Self::Surgery => Spoken::new(
                "これまでに受けた手術を、ここの医師などが見られるようになります。",
                "The doctors here can see the operations you had before.",
                "这里的医生可以查看您以前接受的手术。",
                "Bác sĩ ở đây được xem các ca phẫu thuật trước đây của bạn.",
                "Os médicos daqui podem ver as cirurgias que você já fez.",
            ),
            Self::Checkups => Spoken::new(
                "これまでの健康診断の結果を、ここの医師などが見られるようになります。",
                "The doctors here can see the results of your health checkups.",
                "这里的医生可以查看您以往健康体检的结果。",
                "Bác sĩ ở đây được xem kết quả các lần khám sức khỏe của bạn.",
                "Os médicos daqui podem ver os resultados dos seus exames de saúde.",
            ),
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|item| item.code() == code)
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

    /// The question's answer as the patient reads it.
    pub const fn name(self) -> Spoken {
        match self {
            Self::Electronic => Spoken::new(
                "電子処方箋",
                "Electronic prescription",
                "电子处方",
                "Đơn thuốc điện tử",
                "Receita eletrônica",
            ),
            Self::Paper => {
                Spoken::new("紙の処方箋", "Paper prescription", "纸质处方", "Đơn thuốc giấy", "Receita em papel")
            }
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

/// What matters of an answer for whether something may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What was allowed.
    pub choice: ConsentChoice,
    /// 同意日時.
    pub given_at: Timestamp,
    /// 閲覧有効期限: the first moment at which it no longer holds.
    pub valid_until: Timestamp,
    /// Whether it was taken back.
    pub is_withdrawn: bool,
}

impl Terms {
    /// How things stand with `item`.
    pub fn state(&self, item: ConsentItem, now: Timestamp) -> ConsentState {
        if self.is_withdrawn || !self.choice.allows(item) {
            ConsentState::NotConsented
        } else if now < self.valid_until {
            ConsentState::Consented { given_at: self.given_at, valid_until: self.valid_until }
        } else {
            ConsentState::Expired { since: self.valid_until }
        }
    }

    /// Whether the patient has to be asked anew: the answer has run out, or was taken back.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.is_withdrawn || now >= self.valid_until
    }
}

impl Consent {
    /// What matters of it for whether something may be seen.
    pub fn terms(&self) -> Terms {
        Terms {
            choice: self.choice,
            given_at: self.given_at,
            valid_until: self.valid_until,
            is_withdrawn: self.withdrawn.is_some(),
        }
    }
}

/// How things stand with `item`, by the patient's latest answer at this institution.
///
/// A later answer replaces an earlier one as a whole, so only the latest counts.
pub fn state(latest: Option<&Consent>, item: ConsentItem, now: Timestamp) -> ConsentState {
    latest.map_or(ConsentState::NothingRecorded, |consent| consent.terms().state(item, now))
}
