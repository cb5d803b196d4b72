//! Sample messages that several tests write and read.

use jiff::Timestamp;
use uuid::Uuid;
use wire::api::{
    Answer, Basis, ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalTicketInfo,
    ResultOfQualificationConfirmation, SearchInfo, SpecificDiseasesCertificateInfo, Verdict,
};
use wire::oqs::{Encoding, MessageHeader, OutputEncoding};
use wire::text::Target;

pub const SHIFT_JIS: OutputEncoding = OutputEncoding::ShiftJis(Target::Cp932);

#[expect(clippy::unnecessary_wraps, reason = "it fills optional members")]
pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn search() -> SearchInfo {
    SearchInfo {
        insurer_number: "133066".to_owned(),
        insured_card_symbol: some("医国１２３"),
        insured_identification_number: "０１２３‐００１".to_owned(),
        insured_branch_number: some("01"),
        birthdate: "19800401".to_owned(),
        limit_application_certificate_related_cons_flg: some("1"),
        arbitrary_identifier: some("A<B>&\"'1"),
    }
}

pub fn request_header() -> MessageHeader {
    MessageHeader {
        qualification_confirmation_date: some("20261122"),
        medical_institution_code: some("1312345670"),
        arbitrary_file_identifier: some("20261122180000001-PC1"),
        ..MessageHeader::default()
    }
}

pub fn record() -> ResultOfQualificationConfirmation {
    ResultOfQualificationConfirmation {
        insured_card_classification: some("01"),
        insurer_number: some("133066"),
        insured_identification_number: some("1001"),
        name: some("𠮷田　花子"),
        name_kana: some("ヨシダ　ハナコ"),
        sex1: some("2"),
        birthdate: some("19800401"),
        qualification_date: some("20200401"),
        insurer_name: some("東京都国民健康保険組合"),
        elderly_recipient_certificate_info: Some(ElderlyRecipientCertificateInfo {
            elderly_recipient_contribution_ratio: some("020"),
            ..ElderlyRecipientCertificateInfo::default()
        }),
        limit_application_certificate_related_info: Some(LimitApplicationCertificateRelatedInfo {
            limit_application_certificate_classification_flag: some("A03"),
            ..LimitApplicationCertificateRelatedInfo::default()
        }),
        specific_diseases_certificate_list: vec![SpecificDiseasesCertificateInfo {
            specific_diseases_disease_category: some("1"),
            ..SpecificDiseasesCertificateInfo::default()
        }],
        public_expense_result_list: vec![MedicalTicketInfo {
            ticket_type: some("01"),
            status_of_infecton: some("02"),
            ..MedicalTicketInfo::default()
        }],
        reference_number: some("24434"),
        ..ResultOfQualificationConfirmation::default()
    }
}

pub fn answer(verdict: Verdict) -> Answer {
    Answer {
        verdict,
        reason: "in_force".to_owned(),
        process_execution_time: "20261122180001".to_owned(),
        qualification_confirmation_date: "20261122".to_owned(),
        medical_institution_code: "1312345670".to_owned(),
        arbitrary_file_identifier: None,
        request_id: Uuid::from_u128(7),
        basis: Basis::Live,
        as_of: Timestamp::UNIX_EPOCH,
        insurer_data_as_of: None,
        share: None,
        qualification_confirm_search_info: search(),
        result_list: vec![record()],
        hints: Vec::new(),
        reference_number: some("24434"),
        presence: None,
        consent: None,
    }
}

pub fn text_of(bytes: &[u8], encoding: OutputEncoding) -> String {
    match encoding.encoding() {
        Encoding::Utf8 => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        Encoding::ShiftJis => wire::text::decode_shift_jis(bytes).expect("Shift_JIS"),
    }
}
