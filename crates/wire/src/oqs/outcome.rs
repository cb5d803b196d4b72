//! From answers to the results that a receipt computer reads.
//!
//! | what happened | SegmentOfResult | ProcessingResultStatus | code | QualificationValidity |
//! |---|---|---|---|---|
//! | answered | 1 | 1 | of the first hint, `TSK-H-…`, or of additional information, `TSK-I-…` | OQSCD006 |
//! | the question cannot be read | 1 | 2 | `TSK-E-…` of the first fault | – |
//! | bulk file still being worked on | 2 | – | – | – |
//! | the whole request failed | 9 + ErrorCode, ErrorMessage | 2 | – | – |
//!
//! With status 1 a code is additional information (付帯情報) and never an error; the message tells all hints in Japanese.
//! Where Shift_JIS lacks a character of a record, the record holds the standard character, and the message says which
//! code point it stands for, so that nobody takes the folded name for the registered one.

use super::codes::{
    self, CERTIFICATE, CHARACTER_FOLDED, ProcessingResultStatus, QualificationValidity, ReferenceClassification,
    SIGNED_COPY, SegmentOfResult, UNDETERMINED,
};
use super::message::{
    BulkConfirmUnit, BulkRegistrationUnit, CheckResult, MessageHeader, Reception, RegistrationResult,
};
use super::write::{ElementFold, OutputEncoding, Written, folds_of, write};
use crate::api::{
    Answer, Basis, BulkReception, BulkReferenceUnit, BulkStatus, BulkUnit, FieldError, ReferenceNumberAnswer,
    ReferenceNumberRegistrationInfo, ResultOfQualificationConfirmation, SearchInfo,
};

/// A code and its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The stable code, `TSK-…`.
    pub code: String,
    /// In Japanese.
    pub message: String,
}

/// The request that a result answers, as far as it could be read.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The header of the request.
    pub header: &'a MessageHeader,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan ([`crate::api::japan_time`]).
    pub process_execution_time: &'a str,
}

impl Asked<'_> {
    /// The header of the result: what is given back, and how it went.
    fn header(&self, segment: SegmentOfResult, error: Option<&Told>) -> MessageHeader {
        MessageHeader {
            process_execution_time: Some(self.process_execution_time.to_owned()),
            qualification_confirmation_date: self.header.qualification_confirmation_date.clone(),
            medical_institution_code: self.header.medical_institution_code.clone(),
            arbitrary_file_identifier: self.header.arbitrary_file_identifier.clone(),
            segment_of_result: Some(segment.code().to_owned()),
            error_code: error.map(|told| told.code.clone()),
            error_message: error.map(|told| told.message.clone()),
            ..MessageHeader::default()
        }
    }

    fn check_header(&self, segment: SegmentOfResult, error: Option<&Told>) -> MessageHeader {
        MessageHeader {
            reference_classification: Some(ReferenceClassification::InsuranceNumbers.code().to_owned()),
            ..self.header(segment, error)
        }
    }

    fn registration_header(&self, segment: SegmentOfResult, error: Option<&Told>) -> MessageHeader {
        MessageHeader { qualification_confirmation_date: None, ..self.header(segment, error) }
    }
}

/// 002 of an answer, written. Folds are told in the file and returned.
pub fn write_check_result(asked: &Asked<'_>, answer: &Answer, encoding: OutputEncoding) -> Written {
    let search = &answer.qualification_confirm_search_info;
    let Some(body) = result_of(answer, Some(search), encoding) else {
        return write_check_failure(asked, &told_undetermined(answer), Some(search), encoding);
    };
    let mut header = asked.check_header(SegmentOfResult::Normal, None);
    header.process_execution_time = Some(answer.process_execution_time.clone());
    write(&header, &body, encoding)
}

/// 002 of a check by card, as it appears in the `face` folder: there is no request, so everything in it comes out of the
/// answer, and the same answer always gives the same bytes. `None` for an answer that tells nothing; a check by card has
/// none of those.
pub fn write_face_result(answer: &Answer, encoding: OutputEncoding) -> Option<Written> {
    let body = result_of(answer, None, encoding)?;
    let header = MessageHeader {
        process_execution_time: Some(answer.process_execution_time.clone()),
        qualification_confirmation_date: Some(answer.qualification_confirmation_date.clone()),
        medical_institution_code: Some(answer.medical_institution_code.clone()),
        arbitrary_file_identifier: answer.arbitrary_file_identifier.clone(),
        reference_classification: Some(ReferenceClassification::Card.code().to_owned()),
        segment_of_result: Some(SegmentOfResult::Normal.code().to_owned()),
        ..MessageHeader::default()
    };
    Some(write(&header, &body, encoding))
}

/// The body of 002; none when the answer tells nothing about the person.
fn result_of(answer: &Answer, search: Option<&SearchInfo>, encoding: OutputEncoding) -> Option<CheckResult> {
    let (validity, told) = tell(answer);
    let mut body = CheckResult {
        // What was chosen holds as long as the consent itself.
        prescription_issue_select: answer
            .consent
            .as_ref()
            .filter(|consent| !consent.terms().is_over(answer.as_of))
            .and_then(|consent| consent.consents.prescription_issue_select.clone()),
        processing_result_status: Some(ProcessingResultStatus::Normal.code().to_owned()),
        qualification_validity: Some(validity?.code().to_owned()),
        search_info: search.cloned(),
        result_list: answer.result_list.clone(),
        ..CheckResult::default()
    };
    let told = with_folds(told, &folds_of(&body, encoding));
    (body.processing_result_code, body.processing_result_message) = split(told);
    Some(body)
}

fn told_undetermined(answer: &Answer) -> Told {
    tell(answer).1.unwrap_or_else(undetermined)
}

/// 002 of a question that cannot be read.
pub fn write_check_unreadable(
    asked: &Asked<'_>,
    errors: &[FieldError],
    search: &SearchInfo,
    encoding: OutputEncoding,
) -> Written {
    let told = unreadable(errors);
    let body = CheckResult {
        processing_result_status: Some(ProcessingResultStatus::Error.code().to_owned()),
        processing_result_code: Some(told.code),
        processing_result_message: Some(told.message),
        search_info: Some(search.clone()),
        ..CheckResult::default()
    };
    write(&asked.check_header(SegmentOfResult::Normal, None), &body, encoding)
}

/// 002 of a request that failed as a whole, or that could neither be asked nor told.
pub fn write_check_failure(
    asked: &Asked<'_>,
    told: &Told,
    search: Option<&SearchInfo>,
    encoding: OutputEncoding,
) -> Written {
    let body = CheckResult {
        processing_result_status: Some(ProcessingResultStatus::Error.code().to_owned()),
        search_info: search.cloned(),
        ..CheckResult::default()
    };
    write(&asked.check_header(SegmentOfResult::Failed, Some(told)), &body, encoding)
}

/// 004 of a number that was registered.
pub fn write_registration_result(
    asked: &Asked<'_>,
    answer: &ReferenceNumberAnswer,
    encoding: OutputEncoding,
) -> Written {
    let body = RegistrationResult {
        registration_info: Some(answer.reference_number_registration_info.clone()),
        processing_result_status: Some(ProcessingResultStatus::Normal.code().to_owned()),
        ..RegistrationResult::default()
    };
    let mut header = asked.registration_header(SegmentOfResult::Normal, None);
    header.process_execution_time = Some(answer.process_execution_time.clone());
    write(&header, &body, encoding)
}

/// 004 of a number that could not be registered: nobody has this card, or the card cannot be read.
pub fn write_registration_refused(
    asked: &Asked<'_>,
    told: &Told,
    info: &ReferenceNumberRegistrationInfo,
    encoding: OutputEncoding,
) -> Written {
    let body = RegistrationResult {
        registration_info: Some(info.clone()),
        processing_result_status: Some(ProcessingResultStatus::Error.code().to_owned()),
        processing_result_code: Some(told.code.clone()),
        processing_result_message: Some(told.message.clone()),
        ..RegistrationResult::default()
    };
    write(&asked.registration_header(SegmentOfResult::Normal, None), &body, encoding)
}

/// 004 of a request that failed as a whole.
pub fn write_registration_failure(
    asked: &Asked<'_>,
    told: &Told,
    info: Option<&ReferenceNumberRegistrationInfo>,
    encoding: OutputEncoding,
) -> Written {
    let body = RegistrationResult {
        registration_info: info.cloned(),
        processing_result_status: Some(ProcessingResultStatus::Error.code().to_owned()),
        ..RegistrationResult::default()
    };
    write(&asked.registration_header(SegmentOfResult::Failed, Some(told)), &body, encoding)
}

/// 006 or 010 of a file that was received.
pub fn write_reception(asked: &Asked<'_>, reception: &BulkReception, encoding: OutputEncoding) -> Written {
    let body = Reception {
        reception_number: Some(reception.reception_number.clone()),
        reception_date_time: Some(reception.reception_date_time.clone()),
    };
    write(&asked.registration_header(SegmentOfResult::Normal, None), &body, encoding)
}

/// 006 or 010 of a file that was not received.
pub fn write_reception_failure(asked: &Asked<'_>, told: &Told, encoding: OutputEncoding) -> Written {
    write(&asked.registration_header(SegmentOfResult::Failed, Some(told)), &Reception::default(), encoding)
}

/// Header of 008 or 012 for a file that is done: write the units behind it with [`super::BulkWriter`].
pub fn bulk_result_header(asked: &Asked<'_>, status: &BulkStatus) -> MessageHeader {
    MessageHeader {
        reception_number: Some(status.reception_number.clone()),
        number_of_processing_result: Some(status.number_of_processing_result.to_string()),
        number_of_normal_processing: Some(status.number_of_normal_processing.to_string()),
        number_of_error: Some(status.number_of_error.to_string()),
        ..asked.header(SegmentOfResult::Normal, None)
    }
}

/// 008 or 012 of a file that is still being worked on (処理中).
pub fn write_bulk_processing(asked: &Asked<'_>, reception_number: &str, encoding: OutputEncoding) -> Written {
    let header = MessageHeader {
        reception_number: Some(reception_number.to_owned()),
        ..asked.header(SegmentOfResult::Processing, None)
    };
    write(&header, &Reception::default(), encoding)
}

/// 008 or 012 of a request that failed: no such number, or the center does not answer.
pub fn write_bulk_failure(
    asked: &Asked<'_>,
    reception_number: Option<&str>,
    told: &Told,
    encoding: OutputEncoding,
) -> Written {
    let header = MessageHeader {
        reception_number: reception_number.map(str::to_owned),
        ..asked.header(SegmentOfResult::Failed, Some(told))
    };
    write(&header, &Reception::default(), encoding)
}

/// One unit of 008, in the short form of the record.
///
/// # Errors
/// The answer in it cannot be parsed.
pub fn confirm_unit(unit: &BulkUnit, encoding: OutputEncoding) -> Result<BulkConfirmUnit, serde_json::Error> {
    let mut confirmed = BulkConfirmUnit {
        search_info: Some(unit.search_info.clone()),
        processing_result_status: Some(unit.processing_result_status.clone()),
        processing_result_code: unit.processing_result_code.clone(),
        processing_result_message: unit.processing_result_message.clone(),
        ..BulkConfirmUnit::default()
    };
    let Some(response) = &unit.response else { return Ok(confirmed) };
    let answer = response.parse_answer()?;
    let (validity, told) = tell(&answer);
    let Some(validity) = validity else {
        confirmed.processing_result_status = Some(ProcessingResultStatus::Error.code().to_owned());
        (confirmed.processing_result_code, confirmed.processing_result_message) =
            split(Some(told.unwrap_or_else(undetermined)));
        return Ok(confirmed);
    };
    confirmed.qualification_validity = Some(validity.code().to_owned());
    confirmed.reference_number.clone_from(&answer.reference_number);
    confirmed.results = answer.result_list.into_iter().map(short_form).collect();
    let told = with_folds(told, &folds_of(&confirmed, encoding));
    if told.is_some() {
        (confirmed.processing_result_code, confirmed.processing_result_message) = split(told);
    }
    Ok(confirmed)
}

/// One unit of 012.
pub fn registration_unit(unit: &BulkReferenceUnit) -> BulkRegistrationUnit {
    BulkRegistrationUnit {
        registration_info: Some(unit.reference_number_registration_info.clone()),
        processing_result_status: Some(unit.processing_result_status.clone()),
        processing_result_code: unit.processing_result_code.clone(),
        processing_result_message: unit.processing_result_message.clone(),
    }
}

/// The short form of 008: no qualification dates, no limit and disease certificates, no tickets, no consents.
fn short_form(record: ResultOfQualificationConfirmation) -> ResultOfQualificationConfirmation {
    ResultOfQualificationConfirmation {
        qualification_date: None,
        disqualification_date: None,
        limit_application_certificate_related_cons_flg: None,
        limit_application_certificate_related_cons_time: None,
        limit_application_certificate_related_info: None,
        specific_diseases_certificate_related_cons_flg: None,
        specific_diseases_certificate_related_cons_time: None,
        specific_diseases_certificate_list: Vec::new(),
        public_expense_result_list: Vec::new(),
        specific_health_checkups_info_cons_flg: None,
        specific_health_checkups_info_cons_time: None,
        specific_health_checkups_info_available_time: None,
        pharmacists_info_cons_flg: None,
        pharmacists_info_cons_time: None,
        pharmacists_info_available_time: None,
        diagnosis_info_cons_flg: None,
        diagnosis_info_cons_time: None,
        diagnosis_info_available_time: None,
        operation_info_cons_flg: None,
        operation_info_cons_time: None,
        operation_info_available_time: None,
        // It stands beside the record in 008.
        reference_number: None,
        // OQSCD014 1: "changed, or cannot be told". What the institution saw last is not on record here.
        limit_application_certificate_changed: Some("1".to_owned()),
        ..record
    }
}

/// The code and message of fields that cannot be read: the code of the first, the words of all.
pub fn unreadable(errors: &[FieldError]) -> Told {
    Told {
        code: codes::error_code(errors.first().map_or("unreadable", |error| &error.code)),
        message: errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" "),
    }
}

fn undetermined() -> Told {
    Told {
        code: UNDETERMINED.to_owned(),
        message: "オンラインで確認できず、保存された資格情報もないため、有効かどうか判定できません。無効という意味ではありません。"
            .to_owned(),
    }
}

/// What an answer says in the interface's terms, and what it tells beside.
fn tell(answer: &Answer) -> (Option<QualificationValidity>, Option<Told>) {
    let validity = QualificationValidity::of(answer.verdict);
    let mut codes_told = Vec::new();
    let mut words = Vec::new();
    if validity.is_none() {
        let told = undetermined();
        codes_told.push(told.code);
        words.push(told.message);
    }
    match answer.basis {
        Basis::Live => {}
        Basis::SignedCopy => {
            codes_told.push(SIGNED_COPY.to_owned());
            words.push(format!("回線不通のため、{}に確認した結果です。", moment(answer)));
        }
        Basis::Certificate => {
            codes_told.push(CERTIFICATE.to_owned());
            words.push(format!("回線不通のため、患者の証明書（{}現在）による結果です。", moment(answer)));
        }
    }
    for hint in &answer.hints {
        codes_told.push(codes::hint_code(&hint.code));
        words.push(hint.message.clone());
    }
    let told = codes_told.into_iter().next().map(|code| Told { code, message: words.join(" ") });
    (validity, told)
}

/// `2026年11月22日 05時00分` in Japan.
fn moment(answer: &Answer) -> String {
    let at = crate::api::japan_time(answer.as_of);
    match (at.get(..4), at.get(4..6), at.get(6..8), at.get(8..10), at.get(10..12)) {
        (Some(year), Some(month), Some(day), Some(hour), Some(minute)) => {
            format!("{year}年{month}月{day}日 {hour}時{minute}分")
        }
        _ => at,
    }
}

/// Adds what was folded to what is told. The code of a hint is more useful than that of a fold, so it stays.
fn with_folds(told: Option<Told>, folds: &[ElementFold]) -> Option<Told> {
    let Some(note) = folds_told(folds) else { return told };
    Some(match told {
        None => Told { code: CHARACTER_FOLDED.to_owned(), message: note },
        Some(told) => Told { code: told.code, message: format!("{} {note}", told.message) },
    })
}

/// What was folded, in words; none where nothing is worth telling.
pub(super) fn folds_told(folds: &[ElementFold]) -> Option<String> {
    let mut pairs: Vec<String> = Vec::new();
    for fold in folds.iter().filter(|f| f.fold.kind.is_worth_telling() && f.element != "ArbitraryIdentifier") {
        let points: Vec<String> = fold.fold.original.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        let pair = format!("{}→「{}」", points.join(" "), fold.fold.written);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    (!pairs.is_empty()).then(|| {
        format!(
            "この文字コードにない文字を置き換えて出力しました（{}）。元の字は資格確認端末の画面で確認できます。",
            pairs.join("、")
        )
    })
}

fn split(told: Option<Told>) -> (Option<String>, Option<String>) {
    told.map_or((None, None), |told| (Some(told.code), Some(told.message)))
}
