//! From the words of [`domain`] to the messages and back.

use domain::coverage::{ElderlyRecipientCertificate, LimitCertificate, MedicalTicket, SpecificDiseaseCertificate};
use domain::presence::Showing;
use domain::query::RawQuery;
use domain::{CardQuery, Consent, Coverage, Date, Decision, EligibilityQuery, UnreadableField, age, date};
use jiff::Timestamp;
use uuid::Uuid;

use super::check::{Answer, Basis, Hint, Purpose, SearchInfo, Share, Verdict};
use super::consent::{self, ConsentInfo};
use super::presence::{PresenceInfo, PresenceMeans};
use super::problem::FieldError;
use super::record::{
    ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalTicketInfo,
    ResultOfQualificationConfirmation, SpecificDiseasesCertificateInfo, StatusListPlace,
};

/// `yyyyMMddHHmmss` in Japan, as every time in the national interface is written.
pub fn japan_time(at: Timestamp) -> String {
    let local = domain::date::in_japan(at);
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

impl SearchInfo {
    /// Reads the question; every field that cannot be right is named, not only the first.
    ///
    /// # Errors
    /// One entry per unreadable field, in the order of the interface; never empty.
    pub fn parse(
        &self,
        qualification_confirmation_date: &str,
        medical_institution_code: &str,
    ) -> Result<EligibilityQuery, Vec<FieldError>> {
        let raw = self.raw(qualification_confirmation_date, medical_institution_code);
        EligibilityQuery::parse(&raw).map_err(|fields| fields.iter().map(FieldError::from).collect())
    }

    /// The same without the birth date, which the folders do not name when they ask for a record.
    ///
    /// # Errors
    /// One entry for each unreadable field.
    pub fn parse_card(
        &self,
        qualification_confirmation_date: &str,
        medical_institution_code: &str,
    ) -> Result<CardQuery, Vec<FieldError>> {
        let raw = self.raw(qualification_confirmation_date, medical_institution_code);
        CardQuery::parse(&raw).map_err(|fields| fields.iter().map(FieldError::from).collect())
    }

    fn raw<'a>(&'a self, qualification_confirmation_date: &'a str, medical_institution_code: &'a str) -> RawQuery<'a> {
        RawQuery {
            qualification_confirmation_date,
            medical_institution_code,
            insurer_number: &self.insurer_number,
            insured_card_symbol: self.insured_card_symbol.as_deref().unwrap_or_default(),
            insured_identification_number: &self.insured_identification_number,
            insured_branch_number: self.insured_branch_number.as_deref().unwrap_or_default(),
            birthdate: &self.birthdate,
            limit_application_certificate_related_cons_flg: self
                .limit_application_certificate_related_cons_flg
                .as_deref()
                .unwrap_or_default(),
        }
    }
}

impl From<&UnreadableField> for FieldError {
    fn from(unreadable: &UnreadableField) -> Self {
        // A wrong check digit of the insurer is by far the most common slip, so it has a code of its own.
        let code = match (unreadable.field, unreadable.code) {
            (domain::Field::InsurerNumber, "check_digit") => "insurer_check_digit",
            (_, code) => code,
        };
        Self {
            field: unreadable.field.element().to_owned(),
            code: code.to_owned(),
            message: unreadable.message(),
            message_en: unreadable.message_en(),
        }
    }
}

impl From<Purpose> for domain::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Check => Self::Check,
            Purpose::BulkCheck => Self::BulkCheck,
        }
    }
}

impl From<domain::Verdict> for Verdict {
    fn from(verdict: domain::Verdict) -> Self {
        match verdict {
            domain::Verdict::Valid => Self::Valid,
            domain::Verdict::Invalid => Self::Invalid,
            domain::Verdict::InvalidNewCoverageExists => Self::InvalidNewCoverageExists,
            domain::Verdict::NotFound => Self::NotFound,
            domain::Verdict::Multiple => Self::Multiple,
            domain::Verdict::ValidUnregistered => Self::ValidUnregistered,
            domain::Verdict::Undetermined => Self::Undetermined,
        }
    }
}

impl From<Verdict> for domain::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Invalid => Self::Invalid,
            Verdict::InvalidNewCoverageExists => Self::InvalidNewCoverageExists,
            Verdict::NotFound => Self::NotFound,
            Verdict::Multiple => Self::Multiple,
            Verdict::ValidUnregistered => Self::ValidUnregistered,
            Verdict::Undetermined => Self::Undetermined,
        }
    }
}

impl From<domain::Share> for Share {
    fn from(share: domain::Share) -> Self {
        Self { percent: share.percent, reason: word_of(share.reason) }
    }
}

impl From<&domain::Hint> for Hint {
    fn from(hint: &domain::Hint) -> Self {
        Self {
            code: hint.code.code().to_owned(),
            field: hint.code.field().map(|field| field.element().to_owned()),
            message: hint.message(),
            message_en: hint.message_en(),
        }
    }
}

/// The snake_case word of one of domain's plain enums, as its serde form says.
pub(super) fn word_of(word: impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(text)) => text,
        // A plain enum always serializes to a string; an empty word is the honest answer to anything else.
        _ => String::new(),
    }
}

/// Everything around a decision that an answer tells too.
#[derive(Debug, Clone, Copy)]
pub struct AnswerContext<'a> {
    /// The number of the question.
    pub request_id: Uuid,
    /// 任意のファイル識別子 of the question.
    pub arbitrary_file_identifier: Option<&'a str>,
    /// The question as asked, to be given back.
    pub search: &'a SearchInfo,
    /// The question as read.
    pub query: &'a EligibilityQuery,
    /// Now: 処理実行日時.
    pub now: Timestamp,
    /// Where the answer comes from.
    pub basis: Basis,
    /// The moment for which it is true.
    pub as_of: Timestamp,
    /// When the insurer last sent data.
    pub insurer_data_as_of: Option<Timestamp>,
    /// 照会番号 that this institution registered for the card.
    pub reference_number: Option<&'a str>,
    /// What staff asked the patient, where they did.
    pub by_staff: Option<ByStaff<'a>>,
    /// What is on record of earlier visits, where the patient was not asked now.
    pub recorded: Option<&'a Consent>,
}

/// A patient of whom staff made sure who they are, and whom they asked what may be seen.
#[derive(Debug, Clone, Copy)]
pub struct ByStaff<'a> {
    /// How much may be shown, and why not more.
    pub showing: &'a Showing,
    /// What the patient allowed; none when no person was found to whom it could belong.
    pub consent: Option<&'a Consent>,
}

impl Answer {
    /// The answer that tells a decision.
    pub fn from_decision(decision: &Decision<'_>, context: &AnswerContext<'_>) -> Self {
        let reference_number = context.reference_number.map(str::to_owned);
        let result_list = decision
            .coverage
            .map(|coverage| ResultOfQualificationConfirmation {
                reference_number: reference_number.clone(),
                ..ResultOfQualificationConfirmation::from_decision(coverage, decision, context)
            })
            .into_iter()
            .collect();
        Self {
            verdict: decision.verdict.into(),
            reason: word_of(decision.reason),
            process_execution_time: japan_time(context.now),
            qualification_confirmation_date: date::format(context.query.qualification_confirmation_date),
            medical_institution_code: context.query.medical_institution_code.as_str().to_owned(),
            arbitrary_file_identifier: context.arbitrary_file_identifier.map(str::to_owned),
            request_id: context.request_id,
            basis: context.basis,
            as_of: context.as_of,
            insurer_data_as_of: context.insurer_data_as_of,
            share: decision.share.map(Share::from),
            qualification_confirm_search_info: context.search.clone(),
            result_list,
            hints: decision.hints.iter().map(Hint::from).chain(context.notes()).collect(),
            reference_number,
            presence: context.by_staff.map(|by| PresenceInfo {
                means: PresenceMeans::Number,
                extent: by.showing.extent.code().to_owned(),
                certificate_last_day: None,
            }),
            consent: context.by_staff.and_then(|by| by.consent).or(context.recorded).map(ConsentInfo::from),
        }
    }
}

impl AnswerContext<'_> {
    /// What is worth saying about how the patient was recognised.
    fn notes(&self) -> impl Iterator<Item = Hint> {
        let notes = self.by_staff.map(|by| by.showing.notes.as_slice()).unwrap_or_default();
        notes.iter().map(|note| Hint::from(*note))
    }

    fn with_consent(&self, record: ResultOfQualificationConfirmation) -> ResultOfQualificationConfirmation {
        match (self.by_staff.and_then(|by| by.consent), self.recorded) {
            (Some(given), _) => consent::given(record, given, self.now),
            (None, Some(recorded)) => consent::recorded(record, recorded, self.now),
            (None, None) => record,
        }
    }
}

impl ResultOfQualificationConfirmation {
    fn from_decision(coverage: &Coverage, decision: &Decision<'_>, context: &AnswerContext<'_>) -> Self {
        let consent = context.query.limit_consent;
        context.with_consent(Self {
            limit_application_certificate_related_cons_flg: Some(if consent { "1" } else { "0" }.to_owned()),
            limit_application_certificate_related_cons_time: consent.then(|| japan_time(context.now)),
            limit_application_certificate_related_info: decision.limit.map(Into::into),
            specific_diseases_certificate_list: decision.specific_diseases.iter().map(|&d| d.into()).collect(),
            public_expense_result_list: decision.tickets.iter().map(|&ticket| ticket.into()).collect(),
            ..Self::from_coverage(coverage, context.query.qualification_confirmation_date)
        })
    }

    /// What a coverage says on a day by itself: everything but consents, certificates that need one, and tickets.
    pub fn from_coverage(coverage: &Coverage, on: Date) -> Self {
        let person = &coverage.person;
        Self {
            insured_card_classification: Some(coverage.insured_card_classification.code().to_owned()),
            insurer_number: Some(coverage.insurer_number.as_str().to_owned()),
            insured_card_symbol: coverage.insured_card_symbol.as_ref().map(|s| s.as_str().to_owned()),
            insured_identification_number: Some(coverage.insured_identification_number.as_str().to_owned()),
            insured_branch_number: coverage.insured_branch_number.as_ref().map(|b| b.as_str().to_owned()),
            personal_family_classification: coverage.personal_family_classification.map(|c| c.code().to_owned()),
            insured_name: coverage.insured_name.clone(),
            name: Some(person.name.clone()),
            name_of_other: person.name_of_other.clone(),
            name_kana: person.name_kana.clone(),
            name_of_other_kana: person.name_of_other_kana.clone(),
            sex1: Some(person.sex1.code().to_owned()),
            sex2: person.sex2.map(|sex| sex.code().to_owned()),
            birthdate: Some(date::format(person.birthdate)),
            address: person.address.clone(),
            post_number: person.post_number.clone(),
            qualification_date: Some(date::format(coverage.qualification_date)),
            disqualification_date: coverage.disqualification_date.map(date::format),
            insured_certificate_issuance_date: coverage.insured_certificate_issuance_date.map(date::format),
            insured_card_valid_date: coverage.insured_card_valid_date.map(date::format),
            insured_card_expiration_date: coverage.insured_card_expiration_date.map(date::format),
            insured_partial_contribution_ratio: coverage.late_elderly_percent(on).map(ratio_text),
            preschool_classification: age::is_preschool(person.birthdate, on).then(|| "1".to_owned()),
            reason_of_loss: coverage.reason_of_loss.map(|reason| reason.code().to_owned()),
            insurer_name: Some(coverage.insurer_name.clone()),
            status_list: coverage.status_index.map(StatusListPlace::from),
            elderly_recipient_certificate_info: coverage.elderly_certificate(on).map(Into::into),
            ..Self::default()
        }
    }
}

/// `010`, `020` or `030`.
fn ratio_text(percent: u8) -> String {
    format!("{percent:03}")
}

impl From<&ElderlyRecipientCertificate> for ElderlyRecipientCertificateInfo {
    fn from(certificate: &ElderlyRecipientCertificate) -> Self {
        Self {
            elderly_recipient_certificate_date: certificate.issued.map(date::format),
            elderly_recipient_valid_start_date: certificate.ratio.start.map(date::format),
            elderly_recipient_valid_end_date: certificate.ratio.end.map(date::format),
            elderly_recipient_contribution_ratio: Some(ratio_text(certificate.ratio.percent)),
        }
    }
}

impl From<&LimitCertificate> for LimitApplicationCertificateRelatedInfo {
    fn from(certificate: &LimitCertificate) -> Self {
        Self {
            limit_application_certificate_classification: Some(certificate.classification.code().to_owned()),
            limit_application_certificate_classification_flag: Some(certificate.flag.code().to_owned()),
            limit_application_certificate_date: certificate.issued.map(date::format),
            limit_application_certificate_valid_start_date: certificate.start.map(date::format),
            limit_application_certificate_valid_end_date: certificate.end.map(date::format),
            limit_application_certificate_long_term_date: certificate.long_term.map(date::format),
        }
    }
}

impl From<&SpecificDiseaseCertificate> for SpecificDiseasesCertificateInfo {
    fn from(certificate: &SpecificDiseaseCertificate) -> Self {
        Self {
            specific_diseases_disease_category: Some(certificate.category.code().to_owned()),
            specific_diseases_certificate_date: certificate.issued.map(date::format),
            specific_diseases_valid_start_date: certificate.start.map(date::format),
            specific_diseases_valid_end_date: certificate.end.map(date::format),
            specific_diseases_self_pay: certificate.self_pay_yen.map(|yen| yen.to_string()),
        }
    }
}

impl From<&MedicalTicket> for MedicalTicketInfo {
    fn from(ticket: &MedicalTicket) -> Self {
        Self {
            ticket_type: Some(ticket.ticket_type.code().to_owned()),
            medical_ticket_valid_date: ticket.start.map(date::format),
            medical_ticket_expiration_date: ticket.end.map(date::format),
            issue_number: ticket.issue_number.clone(),
            medical_treatment_month: Some(ticket.month.clone()),
            designated_medical_institution_code: Some(ticket.institution.as_str().to_owned()),
            // OQSCD026 0: only tickets of the asking institution are ever given out.
            designated_medical_institution_flag: Some("0".to_owned()),
            medical_treatment_type: ticket.treatment_type.map(|kind| kind.code().to_owned()),
            self_pay_amount: ticket.self_pay_yen.map(|yen| yen.to_string()),
            ..Self::default()
        }
    }
}
