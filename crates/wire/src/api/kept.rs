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
    ResultOfQualificationConfirmation, SpecificDiseasesCertificateInfo,
};

impl ResultOfQualificationConfirmation {
    /// The coverage that this record tells about, for the day `on` of the question. None where it is not whole: an answer
    /// that was kept is proven, so that is an answer of a newer program than this one.
    ///
    /// An answer tells what counted on its day, so that of several 高齢受給者証 the one that follows is missing; they carry
    /// their periods. The share of 後期高齢者 comes without a period: it is set anew each August (高齢者の医療の確保に関する法律
    /// 施行令 7条), so it holds until the next 31 July.
    pub fn to_coverage(&self, on: Date) -> Option<Coverage> {
        Some(Coverage {
            insurer_number: InsurerNumber::parse(self.insurer_number.as_deref()?).ok()?,
            insurer_name: self.insurer_name.clone().unwrap_or_default(),
            insured_card_symbol: parsed(self.insured_card_symbol.as_deref(), CardSymbol::parse)?,
            insured_identification_number: CardNumber::parse(self.insured_identification_number.as_deref()?).ok()?,
            insured_branch_number: parsed(self.insured_branch_number.as_deref(), BranchNumber::parse)?,
            registration_status: RegistrationStatus::Registered,
            insured_card_classification: InsuredCardClassification::parse(self.insured_card_classification.as_deref()?)
                .ok()?,
            personal_family_classification: parsed(
                self.personal_family_classification.as_deref(),
                PersonalFamily::parse,
            )?,
            insured_name: self.insured_name.clone(),
            person: self.person()?,
            qualification_date: date::parse(self.qualification_date.as_deref()?).ok()?,
            disqualification_date: day(self.disqualification_date.as_deref())?,
            reason_of_loss: parsed(self.reason_of_loss.as_deref(), ReasonOfLoss::parse)?,
            insured_certificate_issuance_date: day(self.insured_certificate_issuance_date.as_deref())?,
            insured_card_valid_date: day(self.insured_card_valid_date.as_deref())?,
            insured_card_expiration_date: day(self.insured_card_expiration_date.as_deref())?,
            insured_partial_contribution_ratio: self.late_elderly_ratio(on)?,
            elderly_recipient_certificates: list(self.elderly_recipient_certificate_info.as_ref(), elderly)?,
            limit_application_certificates: list(self.limit_application_certificate_related_info.as_ref(), limit)?,
            specific_diseases_certificates: list(&self.specific_diseases_certificate_list, disease)?,
            medical_tickets: list(&self.public_expense_result_list, ticket)?,
        })
    }

    fn person(&self) -> Option<Person> {
        Some(Person {
            name: self.name.clone()?,
            name_of_other: self.name_of_other.clone(),
            name_kana: self.name_kana.clone(),
            name_of_other_kana: self.name_of_other_kana.clone(),
            sex1: Sex::parse(self.sex1.as_deref()?).ok()?,
            sex2: parsed(self.sex2.as_deref(), Sex::parse)?,
            birthdate: date::parse(self.birthdate.as_deref()?).ok()?,
            address: self.address.clone(),
            post_number: self.post_number.clone(),
        })
    }

    fn late_elderly_ratio(&self, on: Date) -> Option<Vec<ContributionRatio>> {
        let Some(ratio) = self.insured_partial_contribution_ratio.as_deref() else { return Some(Vec::new()) };
        let year = if on.month() < 8 { on.year() } else { on.year() + 1 };
        let end = Date::new(year, 7, 31).ok();
        Some(vec![ContributionRatio { percent: ratio.trim().parse().ok()?, start: Some(on), end }])
    }
}

/// Absent stays absent; what cannot be read makes the whole unreadable.
fn parsed<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Option<Option<T>> {
    text.map_or(Some(None), |text| parse(text).ok().map(Some))
}

fn day(text: Option<&str>) -> Option<Option<Date>> {
    parsed(text, date::parse)
}

fn list<'a, A: 'a, B>(items: impl IntoIterator<Item = &'a A>, read: impl Fn(&A) -> Option<B>) -> Option<Vec<B>> {
    items.into_iter().map(read).collect()
}

fn elderly(info: &ElderlyRecipientCertificateInfo) -> Option<ElderlyRecipientCertificate> {
    Some(ElderlyRecipientCertificate {
        issued: day(info.elderly_recipient_certificate_date.as_deref())?,
        ratio: ContributionRatio {
            percent: info.elderly_recipient_contribution_ratio.as_deref()?.trim().parse().ok()?,
            start: day(info.elderly_recipient_valid_start_date.as_deref())?,
            end: day(info.elderly_recipient_valid_end_date.as_deref())?,
        },
    })
}

fn limit(info: &LimitApplicationCertificateRelatedInfo) -> Option<LimitCertificate> {
    Some(LimitCertificate {
        classification: LimitClassification::parse(info.limit_application_certificate_classification.as_deref()?)
            .ok()?,
        flag: LimitFlag::parse(info.limit_application_certificate_classification_flag.as_deref()?).ok()?,
        issued: day(info.limit_application_certificate_date.as_deref())?,
        start: day(info.limit_application_certificate_valid_start_date.as_deref())?,
        end: day(info.limit_application_certificate_valid_end_date.as_deref())?,
        long_term: day(info.limit_application_certificate_long_term_date.as_deref())?,
    })
}

fn disease(info: &SpecificDiseasesCertificateInfo) -> Option<SpecificDiseaseCertificate> {
    Some(SpecificDiseaseCertificate {
        category: SpecificDiseaseCategory::parse(info.specific_diseases_disease_category.as_deref()?).ok()?,
        issued: day(info.specific_diseases_certificate_date.as_deref())?,
        start: day(info.specific_diseases_valid_start_date.as_deref())?,
        end: day(info.specific_diseases_valid_end_date.as_deref())?,
        self_pay_yen: parsed(info.specific_diseases_self_pay.as_deref(), str::parse::<u32>)?,
    })
}

fn ticket(info: &MedicalTicketInfo) -> Option<MedicalTicket> {
    Some(MedicalTicket {
        ticket_type: TicketType::parse(info.ticket_type.as_deref()?).ok()?,
        start: day(info.medical_ticket_valid_date.as_deref())?,
        end: day(info.medical_ticket_expiration_date.as_deref())?,
        issue_number: info.issue_number.clone(),
        month: info.medical_treatment_month.clone()?,
        institution: MedicalInstitutionCode::parse(info.designated_medical_institution_code.as_deref()?).ok()?,
        treatment_type: parsed(info.medical_treatment_type.as_deref(), MedicalTreatmentType::parse)?,
        self_pay_yen: parsed(info.self_pay_amount.as_deref(), str::parse::<u32>)?,
    })
}
