//! The code tables of the OQS interface that this room decides with (OQSCDnnn, oqs-interface.md 5).

/// Why a text is not a value of a code table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table} has no code {code:?}")]
pub struct UnknownCode {
    /// The table, such as `OQSCD007`.
    pub table: &'static str,
    /// The text found (shortened).
    pub code: String,
}

macro_rules! code_table {
    ($(#[$doc:meta])* $name:ident, $table:literal, { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $ja:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// The number of the table in the interface.
            pub const TABLE: &'static str = $table;
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as it stands in a file.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }

            /// The name of the value in Japanese, as a desk reads it.
            pub const fn label(self) -> &'static str { match self { $(Self::$variant => $ja,)+ } }

            /// Reads a code; white space around it is allowed.
            pub fn parse(raw: &str) -> Result<Self, UnknownCode> {
                match raw.trim() {
                    $($code => Ok(Self::$variant),)+
                    other => Err(UnknownCode { table: $table, code: other.chars().take(8).collect() }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.code()) }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::written::read_text(d, Self::parse)
            }
        }
    };
}

code_table! {
    /// 性別 (OQSCD007).
    Sex, "OQSCD007", {
        /// 男
        Male = "1", "男";
        /// 女
        Female = "2", "女";
        /// 未設定
        Unset = "3", "未設定";
    }
}

code_table! {
    /// 資格喪失事由 (OQSCD008).
    ReasonOfLoss, "OQSCD008", {
        /// 死亡
        Death = "01", "死亡";
        /// 生活保護受給開始
        PublicAssistance = "02", "生活保護受給開始";
        /// 医療保険等の資格取得
        OtherInsurance = "03", "他の医療保険の資格取得";
        /// その他
        Other = "99", "その他";
    }
}

code_table! {
    /// 本人・家族の別 (OQSCD009).
    PersonalFamily, "OQSCD009", {
        /// 本人
        Insured = "1", "本人";
        /// 家族
        Dependent = "2", "家族";
    }
}

code_table! {
    /// 被保険者証区分 (OQSCD010).
    InsuredCardClassification, "OQSCD010", {
        /// 被保険者証(一般)
        General = "01", "被保険者証（一般）";
        /// 退職
        Retired = "02", "被保険者証（退職）";
        /// 短期(一般)
        ShortTermGeneral = "03", "短期被保険者証（一般）";
        /// 短期(退職)
        ShortTermRetired = "04", "短期被保険者証（退職）";
        /// 特別療養費支給対象者 (formerly 被保険者資格証明書): pays everything at the window and is paid back later
        SpecialMedicalExpense = "05", "特別療養費支給対象者";
        /// 特例退職
        SpecialRetired = "06", "特例退職被保険者証";
        /// 自衛官診療証
        SelfDefenseForces = "07", "自衛官診療証";
        /// 医療扶助
        PublicAssistance = "A1", "医療扶助";
    }
}

code_table! {
    /// 限度額適用認定証区分 (OQSCD011).
    LimitClassification, "OQSCD011", {
        /// 限度額適用認定証
        Limit = "01", "限度額適用認定証";
        /// 限度額適用・標準負担額減額認定証
        LimitAndReduction = "02", "限度額適用・標準負担額減額認定証";
        /// 標準負担額減額認定証
        Reduction = "03", "標準負担額減額認定証";
    }
}

code_table! {
    /// 限度額適用区分 (OQSCD012). A01–A06 below 70 years, B01–B10 from 70.
    LimitFlag, "OQSCD012", {
        /// ア
        A01 = "A01", "区分ア";
        /// イ
        A02 = "A02", "区分イ";
        /// ウ
        A03 = "A03", "区分ウ";
        /// エ
        A04 = "A04", "区分エ";
        /// オ
        A05 = "A05", "区分オ";
        /// オ(境)
        A06 = "A06", "区分オ（境）";
        /// 現役並みⅢ
        B01 = "B01", "現役並みⅢ";
        /// 現役並みⅡ
        B02 = "B02", "現役並みⅡ";
        /// 現役並みⅠ
        B03 = "B03", "現役並みⅠ";
        /// 一般(70–74)
        B04 = "B04", "一般";
        /// 低所得Ⅱ
        B05 = "B05", "低所得Ⅱ";
        /// 低所得Ⅰ
        B06 = "B06", "低所得Ⅰ";
        /// 低所得Ⅰ(老福)
        B07 = "B07", "低所得Ⅰ（老福）";
        /// 低所得Ⅰ(境)
        B08 = "B08", "低所得Ⅰ（境）";
        /// 一般Ⅱ(後期)
        B09 = "B09", "一般Ⅱ";
        /// 一般Ⅰ(後期)
        B10 = "B10", "一般Ⅰ";
    }
}

code_table! {
    /// 特定疾病 認定疾病区分 (OQSCD013).
    SpecificDiseaseCategory, "OQSCD013", {
        /// 人工透析を要する慢性腎不全
        Dialysis = "1", "人工透析を要する慢性腎不全";
        /// 先天性血液凝固因子障害
        Haemophilia = "2", "先天性血液凝固因子障害";
        /// 血液凝固因子製剤に起因するHIV
        Hiv = "3", "血液凝固因子製剤に起因するHIV";
    }
}

code_table! {
    /// 医療扶助 券種別 (OQSCD018).
    TicketType, "OQSCD018", {
        /// 医療券
        Medical = "01", "医療券";
        /// 調剤券
        Dispensing = "02", "調剤券";
    }
}

code_table! {
    /// 医療扶助 診療別 (OQSCD019).
    MedicalTreatmentType, "OQSCD019", {
        /// 入院
        Inpatient = "01", "入院";
        /// 入院外
        Outpatient = "02", "入院外";
        /// 歯科
        Dental = "03", "歯科";
        /// 調剤
        Pharmacy = "04", "調剤";
        /// 訪問看護
        HomeNursing = "05", "訪問看護";
    }
}

#[cfg(test)]
mod tests {
    //! Proves that codes read back and that nothing else is taken for a code.
    use super::*;

    #[test]
    fn every_code_reads_back_and_others_do_not() {
        for card in InsuredCardClassification::ALL {
            assert_eq!(InsuredCardClassification::parse(card.code()), Ok(*card));
        }
        for flag in LimitFlag::ALL {
            assert_eq!(LimitFlag::parse(&format!(" {} ", flag.code())), Ok(*flag));
        }
        assert_eq!(Sex::parse("4").unwrap_err().to_string(), "OQSCD007 has no code \"4\"");
        assert!(InsuredCardClassification::parse("1").is_err());
    }
}
