//! One enrolment of one person with one insurer: what an answer is made from.

use crate::code::{
    InsuredCardClassification, LimitClassification, LimitFlag, MedicalTreatmentType, PersonalFamily, ReasonOfLoss,
    SpecificDiseaseCategory, TicketType,
};
use crate::id::{BranchNumber, CardKey, CardNumber, CardSymbol, InsurerNumber, MedicalInstitutionCode};
use crate::{Date, Person, Scheme, StatusIndex, date};
use serde::{Deserialize, Serialize};

/// How far the insurer has come with an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    /// Registered: the coverage counts.
    #[default]
    Registered,
    /// The notice has arrived, the insurer has not decided yet: no coverage, but worth a word to the desk.
    InProgress,
    /// Registered by mistake and withdrawn: as if it had never been.
    Deleted,
}

/// A share of the cost within a period, both days inclusive; an open side has no bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContributionRatio {
    /// Percent to collect: 10, 20 or 30.
    pub percent: u8,
    /// First day.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// Last day.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
}

/// 高齢受給者証 (70–74).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ElderlyRecipientCertificate {
    /// 交付年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// 有効開始 to 有効終了 with the ratio.
    pub ratio: ContributionRatio,
}

/// 限度額適用認定証.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LimitCertificate {
    /// 証区分.
    pub classification: LimitClassification,
    /// 適用区分.
    pub flag: LimitFlag,
    /// 交付年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// 有効開始(発効期日).
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// 有効終了.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
    /// 長期入院該当年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub long_term: Option<Date>,
}

/// 特定疾病療養受療証.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SpecificDiseaseCertificate {
    /// 認定疾病区分.
    pub category: SpecificDiseaseCategory,
    /// 交付年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// 有効開始.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// 有効終了.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
    /// 自己負担限度額 in yen a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_pay_yen: Option<u32>,
}

/// 医療券 or 調剤券 of 医療扶助: one month at one institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MedicalTicket {
    /// 券種別.
    pub ticket_type: TicketType,
    /// 有効期間 開始.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// 有効期間 終了.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
    /// 交付番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_number: Option<String>,
    /// 診療年月 as `yyyyMM`.
    pub month: String,
    /// 指定医療機関コード.
    pub institution: MedicalInstitutionCode,
    /// 診療別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment_type: Option<MedicalTreatmentType>,
    /// 本人支払額 in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_pay_yen: Option<u32>,
}

/// Whether `on` lies within `start..=end`, an absent side being open.
pub fn within(start: Option<Date>, end: Option<Date>, on: Date) -> bool {
    start.is_none_or(|s| s <= on) && end.is_none_or(|e| on <= e)
}

/// One enrolment. Its JSON form is also the stored record, so fields only ever get added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Coverage {
    /// 保険者番号 or 公費負担者番号.
    pub insurer_number: InsurerNumber,
    /// 保険者名称, or the welfare office.
    pub insurer_name: String,
    /// 記号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<CardSymbol>,
    /// 番号.
    pub insured_identification_number: CardNumber,
    /// 枝番.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<BranchNumber>,
    /// How far the insurer has come.
    #[serde(default)]
    pub registration_status: RegistrationStatus,
    /// 被保険者証区分.
    pub insured_card_classification: InsuredCardClassification,
    /// 本人・家族の別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_family_classification: Option<PersonalFamily>,
    /// 被保険者氏名(世帯主氏名).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured_name: Option<String>,
    /// The person.
    pub person: Person,
    /// 資格取得年月日: the first day insured.
    #[serde(with = "date::as_text")]
    pub qualification_date: Date,
    /// 資格喪失年月日: the first day no longer insured.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub disqualification_date: Option<Date>,
    /// 資格喪失事由.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_of_loss: Option<ReasonOfLoss>,
    /// 被保険者証交付年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub insured_certificate_issuance_date: Option<Date>,
    /// 有効開始年月日.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub insured_card_valid_date: Option<Date>,
    /// 有効終了年月日: the last day on which the card counts; none is open-ended.
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    pub insured_card_expiration_date: Option<Date>,
    /// 一部負担金割合 (後期高齢者), by period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insured_partial_contribution_ratio: Vec<ContributionRatio>,
    /// 高齢受給者証, by period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elderly_recipient_certificates: Vec<ElderlyRecipientCertificate>,
    /// 限度額適用認定証, by period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limit_application_certificates: Vec<LimitCertificate>,
    /// 特定疾病療養受療証, by disease and period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specific_diseases_certificates: Vec<SpecificDiseaseCertificate>,
    /// 医療券・調剤券.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub medical_tickets: Vec<MedicalTicket>,
    /// Its place in the published lists. The center gives it; no feed brings one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_index: Option<StatusIndex>,
}

impl Coverage {
    /// What the card is found by.
    pub fn card_key(&self) -> CardKey {
        CardKey::new(&self.insurer_number, self.insured_card_symbol.as_ref(), &self.insured_identification_number)
    }

    /// Whether the enrolment counts on `on`: registered, begun, not lost, and the card within its own period.
    pub fn in_force(&self, on: Date) -> bool {
        self.registration_status == RegistrationStatus::Registered
            && self.qualification_date <= on
            && self.disqualification_date.is_none_or(|lost| on < lost)
            && within(self.insured_card_valid_date, self.insured_card_expiration_date, on)
    }

    /// The scheme of the insurer.
    pub const fn scheme(&self) -> Scheme {
        self.insurer_number.scheme()
    }

    /// Whether this is 医療扶助.
    pub fn is_public_assistance(&self) -> bool {
        self.insured_card_classification == InsuredCardClassification::PublicAssistance
    }

    /// The share of the 後期高齢者 certificate on `on`, in percent.
    pub fn late_elderly_percent(&self, on: Date) -> Option<u8> {
        newest(self.insured_partial_contribution_ratio.iter().filter(|r| within(r.start, r.end, on)), |r| r.start)
            .map(|r| r.percent)
    }

    /// The 高齢受給者証 in force on `on`.
    pub fn elderly_certificate(&self, on: Date) -> Option<&ElderlyRecipientCertificate> {
        newest(self.elderly_recipient_certificates.iter().filter(|c| within(c.ratio.start, c.ratio.end, on)), |c| {
            c.ratio.start
        })
    }

    /// The 限度額適用認定証 in force on `on`.
    pub fn limit_certificate(&self, on: Date) -> Option<&LimitCertificate> {
        newest(self.limit_application_certificates.iter().filter(|c| within(c.start, c.end, on)), |c| c.start)
    }

    /// The 特定疾病療養受療証 in force on `on`, in the order of the table.
    pub fn specific_diseases(&self, on: Date) -> Vec<&SpecificDiseaseCertificate> {
        let mut found: Vec<_> =
            self.specific_diseases_certificates.iter().filter(|c| within(c.start, c.end, on)).collect();
        found.sort_by_key(|c| c.category);
        found
    }

    /// The tickets of 医療扶助 that `institution` holds for the month of `on` and whose period covers `on`.
    pub fn tickets(&self, institution: MedicalInstitutionCode, on: Date) -> Vec<&MedicalTicket> {
        let month = format!("{:04}{:02}", on.year(), on.month());
        self.medical_tickets
            .iter()
            .filter(|t| t.institution == institution && t.month == month && within(t.start, t.end, on))
            .collect()
    }
}

/// Of several that count at once, the one that began last: it replaced the others.
fn newest<'a, T>(items: impl Iterator<Item = &'a T>, start: impl Fn(&T) -> Option<Date>) -> Option<&'a T> {
    items.max_by_key(|item| start(item))
}

/// Days before the end of an insurance card at which the window asks for the next one.
const CARD_ENDS_SOON_DAYS: i64 = 30;

/// Whether an insurance card (資格確認書) that is good on this day ends so soon that the next one should be asked for.
pub fn card_ends_soon(last_day: Date, on: Date) -> bool {
    let soon = on.saturating_add(jiff::Span::new().days(CARD_ENDS_SOON_DAYS));
    on <= last_day && last_day < soon
}

#[cfg(test)]
mod card_ends_tests {
    use jiff::civil::date;

    use super::card_ends_soon;

    #[test]
    fn a_card_is_asked_about_in_its_last_thirty_days_and_not_after() {
        let on = date(2026, 11, 22);
        for (last_day, soon) in [
            (date(2026, 11, 21), false),
            (date(2026, 11, 22), true),
            (date(2026, 12, 21), true),
            (date(2026, 12, 22), false),
            (date(2030, 3, 31), false),
        ] {
            assert_eq!(card_ends_soon(last_day, on), soon, "{last_day}");
        }
    }
}
