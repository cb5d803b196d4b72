//! Answers to questions, chosen by 番号, so that every test can ask for the verdict it needs.

use jiff::Timestamp;
use wire::api::{
    Answer, Basis, CheckRequest, Hint, ResultOfQualificationConfirmation, SearchInfo, Share, Verdict, japan_time,
};

/// 医療機関コード of the test clinic.
pub(super) const FACILITY: &str = "1310000012";

/// A name that Shift_JIS cannot hold.
pub(super) const NAME: &str = "𠮷田　髙子";

/// A question whose 番号 says what will be answered.
pub(super) fn search(number: &str) -> SearchInfo {
    SearchInfo {
        insurer_number: "01130012".to_owned(),
        insured_card_symbol: Some("1010".to_owned()),
        insured_identification_number: number.to_owned(),
        insured_branch_number: Some("01".to_owned()),
        birthdate: "19800401".to_owned(),
        limit_application_certificate_related_cons_flg: Some("1".to_owned()),
        arbitrary_identifier: None,
    }
}

/// The number that is answered with a verdict.
pub(super) const fn number_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "1",
        Verdict::Invalid => "2",
        Verdict::InvalidNewCoverageExists => "3",
        Verdict::NotFound => "4",
        Verdict::Multiple => "5",
        Verdict::ValidUnregistered => "6",
        Verdict::Undetermined => "7",
    }
}

fn verdict_of(number: &str) -> Verdict {
    Verdict::ALL.into_iter().find(|verdict| number_of(*verdict) == number).unwrap_or(Verdict::Valid)
}

/// The answer to a question.
pub(super) fn answer(request: &CheckRequest, now: Timestamp) -> Answer {
    let search = &request.qualification_confirm_search_info;
    let verdict = verdict_of(&search.insured_identification_number);
    let insured = matches!(verdict, Verdict::Valid | Verdict::ValidUnregistered);
    Answer {
        verdict,
        reason: "in_force".to_owned(),
        process_execution_time: japan_time(now),
        qualification_confirmation_date: request.qualification_confirmation_date.clone(),
        medical_institution_code: request.medical_institution_code.clone(),
        arbitrary_file_identifier: request.arbitrary_file_identifier.clone(),
        request_id: request.request_id,
        basis: Basis::Live,
        as_of: now,
        insurer_data_as_of: Some(now),
        share: insured.then(|| Share { percent: 30, reason: "general".to_owned() }),
        qualification_confirm_search_info: search.clone(),
        result_list: if matches!(verdict, Verdict::NotFound | Verdict::Multiple | Verdict::Undetermined) {
            Vec::new()
        } else {
            vec![record(search)]
        },
        hints: hints(verdict),
        reference_number: None,
        presence: None,
        consent: None,
    }
}

/// Nobody has these numbers any more.
pub(super) fn forget(answer: &mut Answer) {
    answer.verdict = Verdict::NotFound;
    answer.reason = "no_such_card".to_owned();
    answer.share = None;
    answer.result_list.clear();
}

/// The coverage ended on 1 April 2026.
pub(super) fn lose(answer: &mut Answer) {
    answer.verdict = Verdict::Invalid;
    answer.reason = "lost".to_owned();
    answer.share = None;
    for record in &mut answer.result_list {
        record.disqualification_date = Some("20260401".to_owned());
        record.reason_of_loss = Some("03".to_owned());
    }
}

fn hints(verdict: Verdict) -> Vec<Hint> {
    let code = match verdict {
        Verdict::NotFound => domain::HintCode::BirthdateDiffers,
        Verdict::Multiple => domain::HintCode::BranchMissing,
        Verdict::InvalidNewCoverageExists => domain::HintCode::NewInsurerKnown,
        Verdict::ValidUnregistered => domain::HintCode::TicketMissing,
        Verdict::Valid | Verdict::Invalid | Verdict::Undetermined => return Vec::new(),
    };
    vec![Hint::from(&domain::Hint::from(code))]
}

fn record(search: &SearchInfo) -> ResultOfQualificationConfirmation {
    ResultOfQualificationConfirmation {
        insured_card_classification: Some("01".to_owned()),
        insurer_number: Some(search.insurer_number.clone()),
        insured_card_symbol: search.insured_card_symbol.clone(),
        insured_identification_number: Some(search.insured_identification_number.clone()),
        insured_branch_number: search.insured_branch_number.clone(),
        personal_family_classification: Some("1".to_owned()),
        name: Some(NAME.to_owned()),
        name_kana: Some("ﾖｼﾀﾞ ﾀｶｺ".to_owned()),
        sex1: Some("2".to_owned()),
        birthdate: Some(search.birthdate.clone()),
        qualification_date: Some("20200401".to_owned()),
        insurer_name: Some("全国健康保険協会東京支部".to_owned()),
        limit_application_certificate_related_info: Some(wire::api::LimitApplicationCertificateRelatedInfo {
            limit_application_certificate_classification: Some("01".to_owned()),
            limit_application_certificate_classification_flag: Some("A03".to_owned()),
            limit_application_certificate_valid_start_date: Some("20250801".to_owned()),
            limit_application_certificate_valid_end_date: Some("20270731".to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// 001 as a receipt computer writes it.
pub(super) fn question_file(number: &str) -> String {
    question_file_of(FACILITY, number)
}

/// As [`question_file`], from another institution.
pub(super) fn question_file_of(facility: &str, number: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>20260407</QualificationConfirmationDate>\
         <MedicalInstitutionCode>{facility}</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>file-7</ArbitraryFileIdentifier></MessageHeader>\
         <MessageBody>{}</MessageBody></XmlMsg>\r\n",
        unit_xml(number, "p1")
    )
}

/// 005 with one person for each number.
pub(super) fn bulk_question_file(numbers: impl Iterator<Item = String>) -> String {
    let units: String = numbers.enumerate().map(|(at, number)| unit_xml(&number, &format!("p{at}"))).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>20260407</QualificationConfirmationDate>\
         <MedicalInstitutionCode>{FACILITY}</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>bulk-7</ArbitraryFileIdentifier></MessageHeader>\
         <MessageBody>{units}</MessageBody></XmlMsg>"
    )
}

fn unit_xml(number: &str, identifier: &str) -> String {
    format!(
        "<QualificationConfirmSearchInfo><InsurerNumber>01130012</InsurerNumber><InsuredCardSymbol>1010</InsuredCardSymbol>\
         <InsuredIdentificationNumber>{number}</InsuredIdentificationNumber><InsuredBranchNumber>01</InsuredBranchNumber>\
         <Birthdate>19800401</Birthdate>\
         <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>\
         <ArbitraryIdentifier>{identifier}</ArbitraryIdentifier></QualificationConfirmSearchInfo>"
    )
}

/// 003 with this 照会番号.
pub(super) fn registration_file(number: &str, reference: &str) -> String {
    format!("{REGISTRATION_HEAD}{}</MessageBody></XmlMsg>", registration_xml(number, reference))
}

/// 009 with one registration for each number.
pub(super) fn bulk_registration_file(numbers: impl Iterator<Item = String>) -> String {
    let units: String = numbers.enumerate().map(|(at, number)| registration_xml(&number, &format!("r{at}"))).collect();
    format!("{REGISTRATION_HEAD}{units}</MessageBody></XmlMsg>")
}

const REGISTRATION_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>\
    <MedicalInstitutionCode>1310000012</MedicalInstitutionCode>\
    <ArbitraryFileIdentifier>reg-7</ArbitraryFileIdentifier></MessageHeader><MessageBody>";

fn registration_xml(number: &str, reference: &str) -> String {
    format!(
        "<ReferenceNumberRegistrationInfo><ReferenceNumber>{reference}</ReferenceNumber>\
         <InsurerNumber>01130012</InsurerNumber><InsuredCardSymbol>1010</InsuredCardSymbol>\
         <InsuredIdentificationNumber>{number}</InsuredIdentificationNumber></ReferenceNumberRegistrationInfo>"
    )
}

/// 007 or 011.
pub(super) fn download_file(reception_number: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>{FACILITY}</MedicalInstitutionCode></MessageHeader>\
         <MessageBody><ReceptionNumber>{reception_number}</ReceptionNumber></MessageBody></XmlMsg>"
    )
}
