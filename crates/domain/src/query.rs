//! What a window asks.

use crate::id::{
    BranchNumber, CardKey, CardNumber, CardSymbol, IdError, InsurerNumber, MedicalInstitutionCode, near_key,
};
use crate::{Date, date};

/// A field of the question, named by its element in the OQS interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// 資格確認日
    QualificationConfirmationDate,
    /// 医療機関コード
    MedicalInstitutionCode,
    /// 保険者番号
    InsurerNumber,
    /// 記号
    InsuredCardSymbol,
    /// 番号
    InsuredIdentificationNumber,
    /// 枝番
    InsuredBranchNumber,
    /// 生年月日
    Birthdate,
    /// 限度額適用認定証提供同意フラグ
    LimitApplicationCertificateRelatedConsFlg,
    /// 氏名
    Name,
    /// 氏名カナ
    NameKana,
    /// 性別1
    Sex1,
    /// 住所
    Address,
    /// Why somebody is searched for by name
    SearchReason,
}

impl Field {
    /// The element name.
    pub const fn element(self) -> &'static str {
        match self {
            Self::QualificationConfirmationDate => "QualificationConfirmationDate",
            Self::MedicalInstitutionCode => "MedicalInstitutionCode",
            Self::InsurerNumber => "InsurerNumber",
            Self::InsuredCardSymbol => "InsuredCardSymbol",
            Self::InsuredIdentificationNumber => "InsuredIdentificationNumber",
            Self::InsuredBranchNumber => "InsuredBranchNumber",
            Self::Birthdate => "Birthdate",
            Self::LimitApplicationCertificateRelatedConsFlg => "LimitApplicationCertificateRelatedConsFlg",
            Self::Name => "Name",
            Self::NameKana => "NameKana",
            Self::Sex1 => "Sex1",
            Self::Address => "Address",
            Self::SearchReason => "SearchReason",
        }
    }

    /// Whether it is a text of people, not printed on a card in a form of its own.
    const fn is_free_text(self) -> bool {
        matches!(self, Self::Name | Self::NameKana | Self::Address | Self::SearchReason)
    }

    /// The name that a desk reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::QualificationConfirmationDate => "資格確認日",
            Self::MedicalInstitutionCode => "医療機関コード",
            Self::InsurerNumber => "保険者番号",
            Self::InsuredCardSymbol => "記号",
            Self::InsuredIdentificationNumber => "番号",
            Self::InsuredBranchNumber => "枝番",
            Self::Birthdate => "生年月日",
            Self::LimitApplicationCertificateRelatedConsFlg => "限度額情報の提供同意",
            Self::Name => "氏名",
            Self::NameKana => "フリガナ",
            Self::Sex1 => "性別",
            Self::Address => "住所",
            Self::SearchReason => "照会の理由",
        }
    }
}

/// A field of the question that cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableField {
    /// Which field.
    pub field: Field,
    /// The stable code for vendors: `empty`, `character`, `length`, `check_digit`, `kind`, `no_such_day`, `value`; of a search
    /// by name also `one_of`, `municipality`, `too_short`.
    pub code: &'static str,
}

impl UnreadableField {
    /// The words for the desk: what is wrong and what to do.
    pub fn message(&self) -> String {
        let label = self.field.label();
        match self.code {
            "empty" => format!("{label}が入っていません。入力してください。"),
            "one_of" => "フリガナ・氏名・住所のうち、少なくとも一つを入れてください。".to_owned(),
            "municipality" => format!("{label}は市区町村まで入れてください。"),
            "too_short" => format!("{label}が短すぎます。患者さんが後で読んで分かるように書いてください。"),
            "character" | "length" if self.field.is_free_text() => {
                format!("{label}が長すぎるか、使えない文字があります。確かめてください。")
            }
            "character" => format!("{label}に使えない文字があります。カードの表記を見て入力し直してください。"),
            "length" => format!("{label}の桁数がちがいます。カードの表記を見て入力し直してください。"),
            "check_digit" => {
                format!(
                    "{label}の数字が一つちがうか、入れかわっています（検査番号が合いません）。カードを見て確かめてください。"
                )
            }
            "kind" => format!("{label}のはじめの数字がちがいます。カードを見て確かめてください。"),
            "no_such_day" => format!("{label}に、ない日付が入っています。確かめてください。"),
            _ => format!("{label}の値がちがいます。確かめてください。"),
        }
    }

    /// The same in English.
    pub fn message_en(&self) -> String {
        let element = self.field.element();
        match self.code {
            "empty" => format!("{element} is empty."),
            "one_of" => "Give at least one of NameKana, Name and Address.".to_owned(),
            "municipality" => format!("{element} has to name the municipality at least."),
            "too_short" => format!("{element} is too short; the patient will read it later."),
            "character" => format!("{element} has a character that does not belong there."),
            "length" => format!("{element} has a wrong number of digits or characters."),
            "check_digit" => format!("{element}: the check digit does not fit; a digit is misread or two are swapped."),
            "kind" => format!("{element}: the leading digits name nothing that exists."),
            "no_such_day" => format!("{element} names a day that does not exist."),
            _ => format!("{element} has a value that is not in its code table."),
        }
    }
}

/// The texts of a question as they were typed or dropped, not yet read.
#[derive(Clone, Copy, Default)]
pub struct RawQuery<'a> {
    /// 資格確認日
    pub qualification_confirmation_date: &'a str,
    /// 医療機関コード
    pub medical_institution_code: &'a str,
    /// 保険者番号
    pub insurer_number: &'a str,
    /// 記号
    pub insured_card_symbol: &'a str,
    /// 番号
    pub insured_identification_number: &'a str,
    /// 枝番
    pub insured_branch_number: &'a str,
    /// 生年月日
    pub birthdate: &'a str,
    /// 限度額適用認定証提供同意フラグ; empty counts as 0 (no consent)
    pub limit_application_certificate_related_cons_flg: &'a str,
}

/// A question that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibilityQuery {
    /// 資格確認日: the date asked for.
    pub qualification_confirmation_date: Date,
    /// 医療機関コード of who asks.
    pub medical_institution_code: MedicalInstitutionCode,
    /// 保険者番号.
    pub insurer_number: InsurerNumber,
    /// 記号.
    pub insured_card_symbol: Option<CardSymbol>,
    /// 番号.
    pub insured_identification_number: CardNumber,
    /// 枝番.
    pub insured_branch_number: Option<BranchNumber>,
    /// 生年月日.
    pub birthdate: Date,
    /// Whether the patient agreed to show the limit certificate.
    pub limit_consent: bool,
}

impl EligibilityQuery {
    /// Reads all fields and tells about every one that cannot be read, not only the first.
    ///
    /// # Errors
    /// The unreadable fields, in the order of the interface; never empty.
    pub fn parse(raw: &RawQuery<'_>) -> Result<Self, Vec<UnreadableField>> {
        let mut bad = Vec::new();
        let asked =
            take(&mut bad, Field::QualificationConfirmationDate, read_date(raw.qualification_confirmation_date));
        let institution = take(
            &mut bad,
            Field::MedicalInstitutionCode,
            MedicalInstitutionCode::parse(raw.medical_institution_code).map_err(IdError::code),
        );
        let insurer =
            take(&mut bad, Field::InsurerNumber, InsurerNumber::parse(raw.insurer_number).map_err(IdError::code));
        let symbol = take(&mut bad, Field::InsuredCardSymbol, optional(raw.insured_card_symbol, CardSymbol::parse));
        let number = take(
            &mut bad,
            Field::InsuredIdentificationNumber,
            CardNumber::parse(raw.insured_identification_number).map_err(IdError::code),
        );
        let branch =
            take(&mut bad, Field::InsuredBranchNumber, optional(raw.insured_branch_number, BranchNumber::parse));
        let birthdate = take(&mut bad, Field::Birthdate, read_date(raw.birthdate));
        let consent = take(
            &mut bad,
            Field::LimitApplicationCertificateRelatedConsFlg,
            read_flag(raw.limit_application_certificate_related_cons_flg),
        );
        match (asked, institution, insurer, symbol, number, branch, birthdate, consent) {
            (
                Some(asked),
                Some(inst),
                Some(insurer),
                Some(symbol),
                Some(number),
                Some(branch),
                Some(birth),
                Some(cons),
            ) => Ok(Self {
                qualification_confirmation_date: asked,
                medical_institution_code: inst,
                insurer_number: insurer,
                insured_card_symbol: symbol,
                insured_identification_number: number,
                insured_branch_number: branch,
                birthdate: birth,
                limit_consent: cons,
            }),
            _ => Err(bad),
        }
    }

    /// What the card is found by.
    pub fn card_key(&self) -> CardKey {
        CardKey::new(&self.insurer_number, self.insured_card_symbol.as_ref(), &self.insured_identification_number)
    }

    /// What near misses are found by.
    pub fn near_key(&self) -> i64 {
        near_key(&self.insurer_number, self.birthdate)
    }
}

/// The numbers of a card without a birth date: as the folders ask for a record (YZK, TKK). They name everybody on the card,
/// so whoever asks has to know from elsewhere which of them is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardQuery {
    /// The birth date in it is nobody's and is never read.
    numbers: EligibilityQuery,
}

impl CardQuery {
    /// Reads all fields but the birth date, in the manner of [`EligibilityQuery::parse`].
    ///
    /// # Errors
    /// The unreadable fields, in the order of the interface; never empty.
    pub fn parse(raw: &RawQuery<'_>) -> Result<Self, Vec<UnreadableField>> {
        let numbers = EligibilityQuery::parse(&RawQuery { birthdate: "19000101", ..*raw })?;
        Ok(Self { numbers })
    }

    /// 医療機関コード of who asks.
    pub const fn medical_institution_code(&self) -> MedicalInstitutionCode {
        self.numbers.medical_institution_code
    }

    /// What the card is found by.
    pub fn card_key(&self) -> CardKey {
        self.numbers.card_key()
    }

    /// Whether a coverage of this card fits: its branch is the one asked for, or one of both is missing.
    pub fn fits_branch(&self, held: Option<BranchNumber>) -> bool {
        match (self.numbers.insured_branch_number, held) {
            (Some(asked), Some(held)) => asked == held,
            (Some(_) | None, _) => true,
        }
    }

    /// The question about one person of the card.
    #[must_use]
    pub fn about(&self, birthdate: Date) -> EligibilityQuery {
        EligibilityQuery { birthdate, ..self.numbers.clone() }
    }
}

fn take<T>(bad: &mut Vec<UnreadableField>, field: Field, read: Result<T, &'static str>) -> Option<T> {
    read.map_err(|code| bad.push(UnreadableField { field, code })).ok()
}

fn optional<T>(raw: &str, parse: impl Fn(&str) -> Result<T, IdError>) -> Result<Option<T>, &'static str> {
    match parse(raw) {
        Ok(value) => Ok(Some(value)),
        Err(IdError::Empty) => Ok(None),
        Err(error) => Err(error.code()),
    }
}

fn read_date(raw: &str) -> Result<Date, &'static str> {
    date::parse(raw).map_err(|error| error.code())
}

fn read_flag(raw: &str) -> Result<bool, &'static str> {
    match raw.trim() {
        "" | "0" | "０" => Ok(false),
        "1" | "１" => Ok(true),
        _ => Err("value"),
    }
}
