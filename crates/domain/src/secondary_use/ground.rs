//! Purposes and legal grounds of secondary use: closed lists, each ground with the law that it cites.

/// What counts of people's records are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportPurpose {
    /// 学術研究: research into diseases, their prevention and treatment.
    Research,
    /// 保健医療施策: planning of public health and of health services by the state, a prefecture or a municipality.
    HealthPlanning,
    /// 医薬品等の安全対策・研究開発: drugs, their safety and development.
    DrugSafety,
    /// 統計の作成: official statistics.
    Statistics,
}

impl ExportPurpose {
    /// Every purpose.
    pub const ALL: [Self; 4] = [Self::Research, Self::HealthPlanning, Self::DrugSafety, Self::Statistics];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::HealthPlanning => "health_planning",
            Self::DrugSafety => "drug_safety",
            Self::Statistics => "statistics",
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Research => "学術研究",
            Self::HealthPlanning => "保健医療施策の企画・立案",
            Self::DrugSafety => "医薬品等の安全対策・研究開発",
            Self::Statistics => "統計の作成",
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// On which ground they may leave. To be reviewed by a lawyer: the list is this house's reading of the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalGround {
    /// 高齢者の医療の確保に関する法律 第16条の2: 匿名医療保険等関連情報 for research and planning of considerable public interest.
    ElderlyHealthcare16Of2,
    /// 高齢者の医療の確保に関する法律 第16条: investigation and analysis for the plans of the state and the prefectures.
    ElderlyHealthcare16,
    /// 個人情報の保護に関する法律 第69条第2項第4号: statistics and academic research alone.
    PersonalInformation69,
}

impl LegalGround {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::ElderlyHealthcare16Of2, Self::ElderlyHealthcare16, Self::PersonalInformation69];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ElderlyHealthcare16Of2 => "elderly_healthcare_act_16_2",
            Self::ElderlyHealthcare16 => "elderly_healthcare_act_16",
            Self::PersonalInformation69 => "personal_information_act_69_2_4",
        }
    }

    /// The law that it cites.
    pub const fn law(self) -> &'static str {
        match self {
            Self::ElderlyHealthcare16Of2 => "高齢者の医療の確保に関する法律（昭和57年法律第80号）第16条の2",
            Self::ElderlyHealthcare16 => "高齢者の医療の確保に関する法律（昭和57年法律第80号）第16条",
            Self::PersonalInformation69 => "個人情報の保護に関する法律（平成15年法律第57号）第69条第2項第4号",
        }
    }

    /// Whether it carries a purpose.
    pub const fn carries(self, purpose: ExportPurpose) -> bool {
        use ExportPurpose as P;
        match (self, purpose) {
            (Self::ElderlyHealthcare16Of2, P::Research | P::HealthPlanning | P::DrugSafety)
            | (Self::ElderlyHealthcare16, P::HealthPlanning)
            | (Self::PersonalInformation69, P::Research | P::Statistics) => true,
            (Self::ElderlyHealthcare16Of2, P::Statistics)
            | (Self::ElderlyHealthcare16, P::Research | P::DrugSafety | P::Statistics)
            | (Self::PersonalInformation69, P::HealthPlanning | P::DrugSafety) => false,
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that words are read back, and that every purpose has a ground and no ground has all.
    use super::*;

    #[test]
    fn every_purpose_has_a_ground_and_no_ground_carries_all() {
        for purpose in ExportPurpose::ALL {
            assert_eq!(ExportPurpose::parse(purpose.code()), Some(purpose));
            assert!(LegalGround::ALL.iter().any(|ground| ground.carries(purpose)), "{purpose:?}");
        }
        for ground in LegalGround::ALL {
            assert_eq!(LegalGround::parse(ground.code()), Some(ground));
            assert!(ExportPurpose::ALL.iter().any(|purpose| !ground.carries(*purpose)), "{ground:?}");
            assert!(ground.law().contains('第'), "{ground:?} cites an article");
        }
        assert_eq!((LegalGround::parse("consent"), ExportPurpose::parse("marketing")), (None, None));
    }
}
