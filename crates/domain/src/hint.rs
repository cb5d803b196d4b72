//! Why an answer is what it is and what to do next, in words for the desk and a code for vendors.
//!
//! A hint never reveals another person, and never the right value of a field that was typed wrong: it names the field.

use crate::query::Field;

/// The kind of a hint. The code is stable; the words may get better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HintCode {
    /// The card is registered, the birth date is another.
    BirthdateDiffers,
    /// A card that differs by one slip in the number is registered with this birth date.
    NumberNearMiss,
    /// A card with this number and another symbol is registered with this birth date.
    SymbolNearMiss,
    /// The branch number was not given.
    BranchMissing,
    /// Card and birth date are registered, the branch number is another.
    BranchDiffers,
    /// No such insurer sends data to the center.
    InsurerUnknown,
    /// The insurer is known, the card is not, and nothing near it is either.
    NoSuchCard,
    /// The insurer is still working on the enrolment.
    EnrolmentInProgress,
    /// The person is insured elsewhere now; the insurer is named where the register knows it.
    NewInsurerKnown,
    /// The coverage begins after the date asked.
    CoverageNotStarted,
    /// The coverage ended.
    CoverageLost,
    /// The card ran out, the coverage itself did not.
    CardExpired,
    /// 70–74 and no 高齢受給者証 on record.
    ElderlyCertificateMissing,
    /// 後期高齢者 and no ratio on record.
    RatioMissing,
    /// 医療扶助 without a ticket for this month and institution.
    TicketMissing,
    /// The insurer has sent nothing for longer than the law allows.
    InsurerFeedLate,
}

impl HintCode {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::BirthdateDiffers,
        Self::NumberNearMiss,
        Self::SymbolNearMiss,
        Self::BranchMissing,
        Self::BranchDiffers,
        Self::InsurerUnknown,
        Self::NoSuchCard,
        Self::EnrolmentInProgress,
        Self::NewInsurerKnown,
        Self::CoverageNotStarted,
        Self::CoverageLost,
        Self::CardExpired,
        Self::ElderlyCertificateMissing,
        Self::RatioMissing,
        Self::TicketMissing,
        Self::InsurerFeedLate,
    ];

    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BirthdateDiffers => "birthdate_differs",
            Self::NumberNearMiss => "number_near_miss",
            Self::SymbolNearMiss => "symbol_near_miss",
            Self::BranchMissing => "branch_missing",
            Self::BranchDiffers => "branch_differs",
            Self::InsurerUnknown => "insurer_unknown",
            Self::NoSuchCard => "no_such_card",
            Self::EnrolmentInProgress => "enrolment_in_progress",
            Self::NewInsurerKnown => "new_insurer_known",
            Self::CoverageNotStarted => "coverage_not_started",
            Self::CoverageLost => "coverage_lost",
            Self::CardExpired => "card_expired",
            Self::ElderlyCertificateMissing => "elderly_certificate_missing",
            Self::RatioMissing => "ratio_missing",
            Self::TicketMissing => "ticket_missing",
            Self::InsurerFeedLate => "insurer_feed_late",
        }
    }

    /// Reads a code back.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|h| h.code() == code)
    }

    /// The field that the hint speaks of.
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::BirthdateDiffers => Some(Field::Birthdate),
            Self::NumberNearMiss => Some(Field::InsuredIdentificationNumber),
            Self::SymbolNearMiss => Some(Field::InsuredCardSymbol),
            Self::BranchMissing | Self::BranchDiffers => Some(Field::InsuredBranchNumber),
            Self::InsurerUnknown => Some(Field::InsurerNumber),
            Self::CoverageNotStarted => Some(Field::QualificationConfirmationDate),
            Self::NoSuchCard
            | Self::EnrolmentInProgress
            | Self::NewInsurerKnown
            | Self::CoverageLost
            | Self::CardExpired
            | Self::ElderlyCertificateMissing
            | Self::RatioMissing
            | Self::TicketMissing
            | Self::InsurerFeedLate => None,
        }
    }
}

/// One hint of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The kind.
    pub code: HintCode,
    /// For [`HintCode::NewInsurerKnown`]: the name of the insurer, never its card numbers.
    pub insurer_name: Option<String>,
}

impl From<HintCode> for Hint {
    fn from(code: HintCode) -> Self {
        Self { code, insurer_name: None }
    }
}

impl Hint {
    /// The words for the desk: what is probably so, and what to do next.
    pub fn message(&self) -> String {
        match self.code {
            HintCode::BirthdateDiffers => {
                "このカードは登録されていますが、生年月日が登録とちがいます。生年月日を確かめて、もう一度お試しください。"
            }
            HintCode::NumberNearMiss => {
                "番号の数字が一つちがうか、入れかわっているようです。カードの番号を見て、もう一度お試しください。"
            }
            HintCode::SymbolNearMiss => "記号がちがうか、抜けているようです。カードの記号を見て、もう一度お試しください。",
            HintCode::BranchMissing => "枝番が入っていません。カードに2桁の枝番があれば入力すると確実です。",
            HintCode::BranchDiffers => "枝番がちがうようです。カードの2桁の枝番を見て、もう一度お試しください。",
            HintCode::InsurerUnknown => {
                "この保険者番号の保険者は登録されていません。保険者番号をカードで確かめてください。"
            }
            HintCode::NoSuchCard => {
                "この番号の資格は登録されていません。記号・番号・生年月日をカードで確かめ、ちがいがなければ、ほかの保険に入っていないか患者さんにたずねてください。"
            }
            HintCode::EnrolmentInProgress => {
                "保険者で加入の手続き中です。資格確認書などの紙があれば見せてもらい、後日もう一度確認してください。"
            }
            HintCode::NewInsurerKnown => {
                return match &self.insurer_name {
                    Some(name) => format!("新しい保険に変わっています（{name}）。新しい資格確認書かマイナンバーカードを見せてもらってください。"),
                    None => "新しい保険に変わっています。新しい資格確認書かマイナンバーカードを見せてもらってください。".to_owned(),
                };
            }
            HintCode::CoverageNotStarted => {
                "資格はまだ始まっていません。資格確認日と、資格取得日より前に使う保険を確かめてください。"
            }
            HintCode::CoverageLost => "この資格はなくなっています。いまの保険を患者さんにたずねてください。",
            HintCode::CardExpired => {
                "カードの有効期限が切れています。新しい資格確認書か、保険者への連絡を患者さんにお願いしてください。"
            }
            HintCode::ElderlyCertificateMissing => {
                "70歳以上ですが高齢受給者証の登録がありません。証を見せてもらえれば、その割合で受け取ってください。"
            }
            HintCode::RatioMissing => {
                "負担割合の登録がありません。資格確認書の割合を見せてもらえれば、その割合で受け取ってください。"
            }
            HintCode::TicketMissing => {
                "医療扶助の資格はありますが、今月のこの医療機関の医療券・調剤券が登録されていません。福祉事務所に連絡してください。"
            }
            HintCode::InsurerFeedLate => "保険者からのデータが遅れています。最近の変更がまだ入っていないことがあります。",
        }
        .to_owned()
    }

    /// The same in English, for vendors and for screens beside the Japanese.
    pub fn message_en(&self) -> String {
        match self.code {
            HintCode::BirthdateDiffers => {
                "The card is registered, but with another birth date. Check the birth date and try again."
            }
            HintCode::NumberNearMiss => {
                "One digit of the number seems misread or two are swapped. Check the card and try again."
            }
            HintCode::SymbolNearMiss => "The symbol seems to be another or is missing. Check the card and try again.",
            HintCode::BranchMissing => "The branch number was not given; with it the answer is certain.",
            HintCode::BranchDiffers => "The branch number seems to be another. Check the two digits on the card.",
            HintCode::InsurerUnknown => {
                "No insurer with this number is registered. Check the insurer number on the card."
            }
            HintCode::NoSuchCard => {
                "No such card is registered. Check symbol, number and birth date; if they are right, ask about another insurance."
            }
            HintCode::EnrolmentInProgress => {
                "The insurer is still processing the enrolment. Ask for a paper and check again later."
            }
            HintCode::NewInsurerKnown => {
                return match &self.insurer_name {
                    Some(name) => format!("The person has a newer coverage ({name}). Ask for the new certificate."),
                    None => "The person has a newer coverage. Ask for the new certificate.".to_owned(),
                };
            }
            HintCode::CoverageNotStarted => "The coverage had not begun on the date asked.",
            HintCode::CoverageLost => "The coverage has ended. Ask the patient about the present insurance.",
            HintCode::CardExpired => "The card has expired. Ask the patient for the new certificate.",
            HintCode::ElderlyCertificateMissing => {
                "Aged 70 or over without an elderly recipient certificate on record."
            }
            HintCode::RatioMissing => "No contribution ratio is on record.",
            HintCode::TicketMissing => {
                "No medical ticket of this month and institution is on record. Contact the welfare office."
            }
            HintCode::InsurerFeedLate => "The insurer's data is late; recent changes may be missing.",
        }
        .to_owned()
    }
}
