//! 法別番号: which law a person is insured under, as the first two digits of an insurer number tell.

/// The scheme behind an insurer number (formats.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// 01 全国健康保険協会管掌健康保険 (協会けんぽ)
    HealthInsuranceAssociation,
    /// 02 船員保険
    Seamen,
    /// 03, 04 日雇特例
    DayLabourer,
    /// 06 組合管掌健康保険
    HealthInsuranceSociety,
    /// 07 自衛官等
    SelfDefenseForces,
    /// 31–34 共済組合
    MutualAid,
    /// 39 後期高齢者医療
    LateElderly,
    /// 63, 72–75 特例退職被保険者
    SpecialRetired,
    /// 67 国民健康保険 退職
    NationalRetired,
    /// 6 digits: 国民健康保険 (市町村)
    National,
    /// 6 digits, 保険者別 300s: 国民健康保険組合
    NationalSociety,
    /// 12 生活保護 医療扶助 (公費負担者番号)
    PublicAssistance,
    /// A public-expense payer other than 12, such as 54 難病 or a local scheme.
    OtherPublicExpense,
}

impl Scheme {
    /// The name that a desk reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::HealthInsuranceAssociation => "協会けんぽ",
            Self::Seamen => "船員保険",
            Self::DayLabourer => "日雇特例",
            Self::HealthInsuranceSociety => "健康保険組合",
            Self::SelfDefenseForces => "自衛官等",
            Self::MutualAid => "共済組合",
            Self::LateElderly => "後期高齢者医療",
            Self::SpecialRetired => "特例退職",
            Self::NationalRetired => "国保（退職）",
            Self::National => "国民健康保険",
            Self::NationalSociety => "国民健康保険組合",
            Self::PublicAssistance => "生活保護（医療扶助）",
            Self::OtherPublicExpense => "公費負担",
        }
    }

    /// The scheme of an 8-digit number by its first two digits, or none when no such 法別 exists.
    pub(crate) fn of_eight(law: &str) -> Option<Self> {
        Some(match law {
            "01" => Self::HealthInsuranceAssociation,
            "02" => Self::Seamen,
            "03" | "04" => Self::DayLabourer,
            "06" => Self::HealthInsuranceSociety,
            "07" => Self::SelfDefenseForces,
            "31" | "32" | "33" | "34" => Self::MutualAid,
            "39" => Self::LateElderly,
            "63" | "72" | "73" | "74" | "75" => Self::SpecialRetired,
            "67" => Self::NationalRetired,
            "12" => Self::PublicAssistance,
            _ if is_public_expense(law) => Self::OtherPublicExpense,
            _ => return None,
        })
    }

    /// The scheme of a 6-digit number: 保険者別 (third to fifth digit) in the 300s is a 国保組合.
    pub(crate) fn of_six(number: &str) -> Self {
        if number.as_bytes().get(2) == Some(&b'3') { Self::NationalSociety } else { Self::National }
    }
}

/// 公費 法別 (formats.md 2.2): national ones and 80–99 for local schemes.
fn is_public_expense(law: &str) -> bool {
    matches!(law.parse::<u8>(), Ok(10..=25 | 28..=30 | 38 | 51..=54 | 62 | 66 | 79..=99))
}
