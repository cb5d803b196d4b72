//! Why somebody looked. The purpose is part of every access event and of its proof.

/// The purpose of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A patient stands at the window (資格確認 単件).
    Check,
    /// The institution asks for its booked patients at once (資格確認 一括).
    BulkCheck,
    /// The institution ties its own patient number to a person (照会番号登録).
    ReferenceRegistration,
    /// The patient ties a card to the insurance, so that the card alone is enough from then on (利用登録).
    CardRegistration,
    /// The patient takes that back (解除).
    CardRegistrationEnd,
    /// The patient takes back what the institution may see.
    ConsentWithdrawal,
    /// The patient does not want to be counted for secondary use (二次利用の停止の申出).
    SecondaryUseRefusal,
    /// The patient takes that back.
    SecondaryUseRefusalEnd,
    /// Somebody without card or numbers is searched for by name in a disaster (災害時医療情報閲覧).
    DisasterSearch,
    /// A patient who cannot speak is searched for by name in a hospital (救急時医療情報閲覧).
    EmergencySearch,
    /// Somebody looks at drugs, treatment, surgery or checkups that the patient allowed to be seen (診療情報等の閲覧).
    RecordLook,
}

impl Purpose {
    /// The stable name, as in JSON and in the access event.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::BulkCheck => "bulk_check",
            Self::ReferenceRegistration => "reference_registration",
            Self::CardRegistration => "card_registration",
            Self::CardRegistrationEnd => "card_registration_end",
            Self::ConsentWithdrawal => "consent_withdrawal",
            Self::SecondaryUseRefusal => "secondary_use_refusal",
            Self::SecondaryUseRefusalEnd => "secondary_use_refusal_end",
            Self::DisasterSearch => "disaster_search",
            Self::EmergencySearch => "emergency_search",
            Self::RecordLook => "record_look",
        }
    }

    /// The words that a patient reads in the list of looks.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Check => "窓口での資格確認",
            Self::BulkCheck => "予約患者の一括資格確認",
            Self::ReferenceRegistration => "照会番号（患者番号）の登録",
            Self::CardRegistration => "マイナンバーカードの保険証利用登録",
            Self::CardRegistrationEnd => "マイナンバーカードの保険証利用登録の解除",
            Self::ConsentWithdrawal => "情報を見せることへの同意の取り消し",
            Self::SecondaryUseRefusal => "二次利用の停止の申出",
            Self::SecondaryUseRefusalEnd => "二次利用の停止の申出の取り消し",
            Self::DisasterSearch => "災害時の、氏名などによる照会",
            Self::EmergencySearch => "救急時の、氏名などによる照会",
            Self::RecordLook => "薬剤・診療・手術・健診の情報の閲覧",
        }
    }
}
