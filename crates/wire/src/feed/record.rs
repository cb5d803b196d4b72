//! One coverage of one person, as an insurer writes it.

use domain::{
    BranchNumber, CardNumber, CardSymbol, Coverage, InsuredCardClassification, InsurerNumber, Person, PersonalFamily,
    PersonalNumber, ReasonOfLoss, RegistrationStatus, Sex, date,
};

use super::fault::RowFault;
use super::fields::Fields;
use super::lists;
use super::reader::CsvRow;
use super::writer::CsvWrite;
use crate::limits::{FEED_MAX_ADDRESS_CHARS, FEED_MAX_NAME_CHARS};

/// Defines the row with its columns, so that column names, their order and the fields of the struct cannot drift apart.
macro_rules! feed_columns {
    ($($(#[$doc:meta])* $constant:ident $field:ident = $name:literal;)+) => {
        /// The columns of an insurer feed, in the order written.
        pub const FEED_COLUMNS: &[&str] = &[$($name),+];

        #[derive(Clone, Copy)]
        enum Column { $($constant),+ }

        /// A row of an insurer feed as text, in the order of the columns. See [`FeedRecord`] for what a row means.
        #[derive(Clone, PartialEq, Eq, Default)]
        pub struct FeedRow { $($(#[$doc])* pub $field: String,)+ }

        impl CsvWrite for FeedRow {
            fn columns() -> &'static [&'static str] {
                FEED_COLUMNS
            }

            fn each(&self, field: &mut dyn FnMut(&str)) {
                $(field(&self.$field);)+
            }
        }
    };
}

feed_columns! {
    /// 保険者番号.
    InsurerNumber insurer_number = "InsurerNumber";
    /// 保険者名称.
    InsurerName insurer_name = "InsurerName";
    /// 記号.
    CardSymbol insured_card_symbol = "InsuredCardSymbol";
    /// 番号.
    CardNumber insured_identification_number = "InsuredIdentificationNumber";
    /// 枝番.
    BranchNumber insured_branch_number = "InsuredBranchNumber";
    /// 個人番号, 12 digits.
    PersonalNumber personal_number = "PersonalNumber";
    /// `registered`, `in_progress` or `deleted`; empty is `registered`.
    RegistrationStatus registration_status = "RegistrationStatus";
    /// 被保険者証区分 (OQSCD010).
    CardClassification insured_card_classification = "InsuredCardClassification";
    /// 本人・家族の別 (OQSCD009).
    PersonalFamily personal_family_classification = "PersonalFamilyClassification";
    /// 被保険者氏名(世帯主氏名).
    InsuredName insured_name = "InsuredName";
    /// 氏名.
    Name name = "Name";
    /// 氏名(その他).
    NameOfOther name_of_other = "NameOfOther";
    /// 氏名カナ.
    NameKana name_kana = "NameKana";
    /// 氏名カナ(その他).
    NameOfOtherKana name_of_other_kana = "NameOfOtherKana";
    /// 性別1 (OQSCD007).
    Sex1 sex1 = "Sex1";
    /// 性別2 (OQSCD007).
    Sex2 sex2 = "Sex2";
    /// 生年月日.
    Birthdate birthdate = "Birthdate";
    /// 住所.
    Address address = "Address";
    /// 郵便番号.
    PostNumber post_number = "PostNumber";
    /// 資格取得年月日, the first day insured.
    QualificationDate qualification_date = "QualificationDate";
    /// 資格喪失年月日, the first day not insured.
    DisqualificationDate disqualification_date = "DisqualificationDate";
    /// 資格喪失事由 (OQSCD008).
    ReasonOfLoss reason_of_loss = "ReasonOfLoss";
    /// 被保険者証交付年月日.
    IssuanceDate insured_certificate_issuance_date = "InsuredCertificateIssuanceDate";
    /// 有効開始年月日.
    ValidDate insured_card_valid_date = "InsuredCardValidDate";
    /// 有効終了年月日, the last valid day.
    ExpirationDate insured_card_expiration_date = "InsuredCardExpirationDate";
    /// 一部負担金割合, `ratio/start/end` joined with `;`.
    Ratios insured_partial_contribution_ratio = "InsuredPartialContributionRatio";
    /// 高齢受給者証, `issued/start/end/ratio` joined with `;`.
    Elderly elderly_recipient_certificates = "ElderlyRecipientCertificates";
    /// 限度額適用認定証, `classification/flag/issued/start/end/longterm` joined with `;`.
    Limits limit_application_certificates = "LimitApplicationCertificates";
    /// 特定疾病療養受療証, `category/issued/start/end/selfpay` joined with `;`.
    Diseases specific_diseases_certificates = "SpecificDiseasesCertificates";
    /// 医療券・調剤券, `type/start/end/issuenumber/month/institution/treatmenttype/selfpay` joined with `;`.
    Tickets medical_tickets = "MedicalTickets";
}

/// A row is personal data.
impl std::fmt::Debug for FeedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FeedRow(…)")
    }
}

impl FeedRow {
    /// The row that says this.
    pub fn new(coverage: &Coverage, personal_number: &PersonalNumber) -> Self {
        let person = &coverage.person;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |day: Option<domain::Date>| day.map(date::format).unwrap_or_default();
        Self {
            insurer_number: coverage.insurer_number.as_str().to_owned(),
            insurer_name: coverage.insurer_name.clone(),
            insured_card_symbol: coverage.insured_card_symbol.as_ref().map(ToString::to_string).unwrap_or_default(),
            insured_identification_number: coverage.insured_identification_number.to_string(),
            insured_branch_number: coverage.insured_branch_number.map(|b| b.to_string()).unwrap_or_default(),
            personal_number: personal_number.expose().iter().map(|digit| char::from(*digit)).collect(),
            registration_status: status_text(coverage.registration_status).to_owned(),
            insured_card_classification: coverage.insured_card_classification.code().to_owned(),
            personal_family_classification: coverage
                .personal_family_classification
                .map(|c| c.code().to_owned())
                .unwrap_or_default(),
            insured_name: text(&coverage.insured_name),
            name: person.name.clone(),
            name_of_other: text(&person.name_of_other),
            name_kana: text(&person.name_kana),
            name_of_other_kana: text(&person.name_of_other_kana),
            sex1: person.sex1.code().to_owned(),
            sex2: person.sex2.map(|sex| sex.code().to_owned()).unwrap_or_default(),
            birthdate: date::format(person.birthdate),
            address: text(&person.address),
            post_number: text(&person.post_number),
            qualification_date: date::format(coverage.qualification_date),
            disqualification_date: day(coverage.disqualification_date),
            reason_of_loss: coverage.reason_of_loss.map(|r| r.code().to_owned()).unwrap_or_default(),
            insured_certificate_issuance_date: day(coverage.insured_certificate_issuance_date),
            insured_card_valid_date: day(coverage.insured_card_valid_date),
            insured_card_expiration_date: day(coverage.insured_card_expiration_date),
            insured_partial_contribution_ratio: lists::write_ratios(&coverage.insured_partial_contribution_ratio),
            elderly_recipient_certificates: lists::write_elderly(&coverage.elderly_recipient_certificates),
            limit_application_certificates: lists::write_limits(&coverage.limit_application_certificates),
            specific_diseases_certificates: lists::write_diseases(&coverage.specific_diseases_certificates),
            medical_tickets: lists::write_tickets(&coverage.medical_tickets),
        }
    }
}

/// A row of an insurer feed, read: one coverage of one person. The natural key is (card key, branch, 資格取得年月日); a
/// later row with the same key replaces the earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRecord {
    /// The coverage, with the insurer's name and the registration status in it.
    pub coverage: Coverage,
    /// 個人番号, for deriving the person and for nothing else.
    pub personal_number: PersonalNumber,
}

/// The insurer of the row before: a feed names the same one again and again.
#[derive(Debug, Default)]
pub struct FeedMemo {
    insurer: Option<(String, InsurerNumber)>,
}

impl FeedMemo {
    fn insurer(&mut self, fields: &Fields<'_>) -> Result<InsurerNumber, (RowFault, &'static str)> {
        let raw = fields.get(Column::InsurerNumber as usize);
        if let Some((known, number)) = &self.insurer
            && known == raw
        {
            return Ok(number.clone());
        }
        let number = fields.id(Column::InsurerNumber as usize, InsurerNumber::parse)?;
        self.insurer = Some((raw.to_owned(), number.clone()));
        Ok(number)
    }
}

impl CsvRow for FeedRecord {
    const COLUMNS: &'static [&'static str] = FEED_COLUMNS;
    type Memo = FeedMemo;

    fn read(fields: &Fields<'_>, memo: &mut FeedMemo) -> Result<Self, (RowFault, &'static str)> {
        let list = |column: Column, fault| fields.fault(column as usize, fault);
        let coverage = Coverage {
            insurer_number: memo.insurer(fields)?,
            insurer_name: fields.required(Column::InsurerName as usize, FEED_MAX_NAME_CHARS)?,
            insured_card_symbol: fields.id_opt(Column::CardSymbol as usize, CardSymbol::parse)?,
            insured_identification_number: fields.id(Column::CardNumber as usize, CardNumber::parse)?,
            insured_branch_number: fields.id_opt(Column::BranchNumber as usize, BranchNumber::parse)?,
            registration_status: fields.code_opt(Column::RegistrationStatus as usize, status_of)?.unwrap_or_default(),
            insured_card_classification: fields
                .code(Column::CardClassification as usize, InsuredCardClassification::parse)?,
            personal_family_classification: fields.code_opt(Column::PersonalFamily as usize, PersonalFamily::parse)?,
            insured_name: fields.text_opt(Column::InsuredName as usize, FEED_MAX_NAME_CHARS)?,
            person: read_person(fields)?,
            qualification_date: fields.date(Column::QualificationDate as usize)?,
            disqualification_date: fields.date_opt(Column::DisqualificationDate as usize)?,
            reason_of_loss: fields.code_opt(Column::ReasonOfLoss as usize, ReasonOfLoss::parse)?,
            insured_certificate_issuance_date: fields.date_opt(Column::IssuanceDate as usize)?,
            insured_card_valid_date: fields.date_opt(Column::ValidDate as usize)?,
            insured_card_expiration_date: fields.date_opt(Column::ExpirationDate as usize)?,
            insured_partial_contribution_ratio: lists::read_ratios(fields.get(Column::Ratios as usize))
                .map_err(|fault| list(Column::Ratios, fault))?,
            elderly_recipient_certificates: lists::read_elderly(fields.get(Column::Elderly as usize))
                .map_err(|fault| list(Column::Elderly, fault))?,
            limit_application_certificates: lists::read_limits(fields.get(Column::Limits as usize))
                .map_err(|fault| list(Column::Limits, fault))?,
            specific_diseases_certificates: lists::read_diseases(fields.get(Column::Diseases as usize))
                .map_err(|fault| list(Column::Diseases, fault))?,
            medical_tickets: lists::read_tickets(fields.get(Column::Tickets as usize))
                .map_err(|fault| list(Column::Tickets, fault))?,
            status_index: None,
        };
        if coverage.disqualification_date.is_some_and(|lost| lost < coverage.qualification_date) {
            return Err(fields.fault(Column::DisqualificationDate as usize, RowFault::PeriodReversed));
        }
        if lists::reversed(coverage.insured_card_valid_date, coverage.insured_card_expiration_date) {
            return Err(fields.fault(Column::ExpirationDate as usize, RowFault::PeriodReversed));
        }
        let personal_number = fields.id(Column::PersonalNumber as usize, PersonalNumber::parse)?;
        Ok(Self { coverage, personal_number })
    }
}

fn read_person(fields: &Fields<'_>) -> Result<Person, (RowFault, &'static str)> {
    Ok(Person {
        name: fields.required(Column::Name as usize, FEED_MAX_NAME_CHARS)?,
        name_of_other: fields.text_opt(Column::NameOfOther as usize, FEED_MAX_NAME_CHARS)?,
        name_kana: fields.text_opt(Column::NameKana as usize, FEED_MAX_NAME_CHARS)?,
        name_of_other_kana: fields.text_opt(Column::NameOfOtherKana as usize, FEED_MAX_NAME_CHARS)?,
        sex1: fields.code(Column::Sex1 as usize, Sex::parse)?,
        sex2: fields.code_opt(Column::Sex2 as usize, Sex::parse)?,
        birthdate: fields.date(Column::Birthdate as usize)?,
        address: fields.text_opt(Column::Address as usize, FEED_MAX_ADDRESS_CHARS)?,
        post_number: fields.post_number(Column::PostNumber as usize)?,
    })
}

const fn status_text(status: RegistrationStatus) -> &'static str {
    match status {
        RegistrationStatus::Registered => "registered",
        RegistrationStatus::InProgress => "in_progress",
        RegistrationStatus::Deleted => "deleted",
    }
}

fn status_of(raw: &str) -> Result<RegistrationStatus, ()> {
    match raw {
        "registered" => Ok(RegistrationStatus::Registered),
        "in_progress" => Ok(RegistrationStatus::InProgress),
        "deleted" => Ok(RegistrationStatus::Deleted),
        _ => Err(()),
    }
}
