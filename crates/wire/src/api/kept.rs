//! From an answer that was kept back to the coverage that it was about, as far as it tells: for a window that cannot ask.

use domain::code::{
    InsuredCardClassification, LimitClassification, LimitFlag, MedicalTreatmentType, PersonalFamily, ReasonOfLoss, Sex,
    SpecificDiseaseCategory, TicketType,
};
use domain::coverage::{
    ContributionRatio, ElderlyRecipientCertificate, LimitCertificate, MedicalTicket, SpecificDiseaseCertificate,
};
use domain::{
    BranchNumber, CardNumber, CardSymbol, Coverage, Date, InsurerNumber, MedicalInstitutionCode, Person,
    RegistrationStatus, date,
};

use super::record::{
    ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalTicketInfo,
    ResultOfQualificationConfirmation, SpecificDiseasesCertificateInfo, StatusListPlace,
};

/// A value that is missing or that cannot be read.
struct Broken;

type Read<T> = Result<T, Broken>;

impl ResultOfQualificationConfirmation {
    /// The coverage that this record tells about, for the day `on` of the question. None where it is not whole: an answer
    /// that was kept is proven, so that is an answer of a newer program than this one.
    ///
    /// An answer tells what counted on its day, so that of several 高齢受給者証 the one that follows is missing; they carry
    /// their periods. The share of 後期高齢者 comes without a period: it is set anew each August (高齢者の医療の確保に関する法律
    /// 施行令 7条), so it holds until the next 31 July.
    pub fn to_coverage(&self, on: Date) -> Option<Coverage> {
        self.read(on).ok()
    }

    fn read(&self, on: Date) -> Read<Coverage> {
        Ok(Coverage {
            insurer_number: need(self.insurer_number.as_deref(), InsurerNumber::parse)?,
            insurer_name: self.insurer_name.clone().unwrap_or_default(),
            insured_card_symbol: may(self.insured_card_symbol.as_deref(), CardSymbol::parse)?,
            insured_identification_number: need(self.insured_identification_number.as_deref(), CardNumber::parse)?,
            insured_branch_number: may(self.insured_branch_number.as_deref(), BranchNumber::parse)?,
            registration_status: RegistrationStatus::Registered,
            insured_card_classification: need(
                self.insured_card_classification.as_deref(),
                InsuredCardClassification::parse,
            )?,
            personal_family_classification: may(self.personal_family_classification.as_deref(), PersonalFamily::parse)?,
            insured_name: self.insured_name.clone(),
            person: self.person()?,
            qualification_date: need(self.qualification_date.as_deref(), date::parse)?,
            disqualification_date: day(self.disqualification_date.as_deref())?,
            reason_of_loss: may(self.reason_of_loss.as_deref(), ReasonOfLoss::parse)?,
            insured_certificate_issuance_date: day(self.insured_certificate_issuance_date.as_deref())?,
            insured_card_valid_date: day(self.insured_card_valid_date.as_deref())?,
            insured_card_expiration_date: day(self.insured_card_expiration_date.as_deref())?,
            insured_partial_contribution_ratio: self.late_elderly_ratio(on)?,
            elderly_recipient_certificates: list(self.elderly_recipient_certificate_info.as_ref(), elderly)?,
            limit_application_certificates: list(self.limit_application_certificate_related_info.as_ref(), limit)?,
            specific_diseases_certificates: list(&self.specific_diseases_certificate_list, disease)?,
            medical_tickets: list(&self.public_expense_result_list, ticket)?,
            status_index: self.status_list.as_ref().and_then(StatusListPlace::place),
        })
    }

    fn person(&self) -> Read<Person> {
        Ok(Person {
            name: self.name.clone().ok_or(Broken)?,
            name_of_other: self.name_of_other.clone(),
            name_kana: self.name_kana.clone(),
            name_of_other_kana: self.name_of_other_kana.clone(),
            sex1: need(self.sex1.as_deref(), Sex::parse)?,
            sex2: may(self.sex2.as_deref(), Sex::parse)?,
            birthdate: need(self.birthdate.as_deref(), date::parse)?,
            address: self.address.clone(),
            post_number: self.post_number.clone(),
        })
    }

    fn late_elderly_ratio(&self, on: Date) -> Read<Vec<ContributionRatio>> {
        let Some(percent) = may(self.insured_partial_contribution_ratio.as_deref(), percent)? else {
            return Ok(Vec::new());
        };
        let year = if on.month() < 8 { on.year() } else { on.year() + 1 };
        Ok(vec![ContributionRatio { percent, start: Some(on), end: Date::new(year, 7, 31).ok() }])
    }
}

fn need<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Read<T> {
    may(text, parse)?.ok_or(Broken)
}

/// Absent stays absent; what cannot be read makes the whole unreadable.
fn may<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Read<Option<T>> {
    text.map(parse).transpose().map_err(|_| Broken)
}

fn day(text: Option<&str>) -> Read<Option<Date>> {
    may(text, date::parse)
}

/// `020`.
fn percent(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.trim().parse()
}

fn list<'a, A: 'a, B>(items: impl IntoIterator<Item = &'a A>, read: impl Fn(&A) -> Read<B>) -> Read<Vec<B>> {
    items.into_iter().map(read).collect()
}

fn elderly(info: &ElderlyRecipientCertificateInfo) -> Read<ElderlyRecipientCertificate> {
    Ok(ElderlyRecipientCertificate {
        issued: day(info.elderly_recipient_certificate_date.as_deref())?,
        ratio: ContributionRatio {
            percent: need(info.elderly_recipient_contribution_ratio.as_deref(), percent)?,
            start: day(info.elderly_recipient_valid_start_date.as_deref())?,
            end: day(info.elderly_recipient_valid_end_date.as_deref())?,
        },
    })
}

fn limit(info: &LimitApplicationCertificateRelatedInfo) -> Read<LimitCertificate> {
    Ok(LimitCertificate {
        classification: need(info.limit_application_certificate_classification.as_deref(), LimitClassification::parse)?,
        flag: need(info.limit_application_certificate_classification_flag.as_deref(), LimitFlag::parse)?,
        issued: day(info.limit_application_certificate_date.as_deref())?,
        start: day(info.limit_application_certificate_valid_start_date.as_deref())?,
        end: day(info.limit_application_certificate_valid_end_date.as_deref())?,
        long_term: day(info.limit_application_certificate_long_term_date.as_deref())?,
    })
}

fn disease(info: &SpecificDiseasesCertificateInfo) -> Read<SpecificDiseaseCertificate> {
    Ok(SpecificDiseaseCertificate {
        category: need(info.specific_diseases_disease_category.as_deref(), SpecificDiseaseCategory::parse)?,
        issued: day(info.specific_diseases_certificate_date.as_deref())?,
        start: day(info.specific_diseases_valid_start_date.as_deref())?,
        end: day(info.specific_diseases_valid_end_date.as_deref())?,
        self_pay_yen: may(info.specific_diseases_self_pay.as_deref(), str::parse::<u32>)?,
    })
}

fn ticket(info: &MedicalTicketInfo) -> Read<MedicalTicket> {
    Ok(MedicalTicket {
        ticket_type: need(info.ticket_type.as_deref(), TicketType::parse)?,
        start: day(info.medical_ticket_valid_date.as_deref())?,
        end: day(info.medical_ticket_expiration_date.as_deref())?,
        issue_number: info.issue_number.clone(),
        month: info.medical_treatment_month.clone().ok_or(Broken)?,
        institution: need(info.designated_medical_institution_code.as_deref(), MedicalInstitutionCode::parse)?,
        treatment_type: may(info.medical_treatment_type.as_deref(), MedicalTreatmentType::parse)?,
        self_pay_yen: may(info.self_pay_amount.as_deref(), str::parse::<u32>)?,
    })
}
