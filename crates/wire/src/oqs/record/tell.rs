//! From an answer of the center to a result file, or to the reason why there is none.

use domain::ConsentItem;

use super::super::codes::{CONSENT_EXPIRED, CONSENT_NOT_ASKED, MULTIPLE, NOT_CONSENTED, NOT_FOUND, RecordResultCode};
use super::super::outcome::{Told, folds_told};
use super::super::write::{OutputEncoding, Written, folds_of, write_groups};
use super::checkups::{CheckupRecord, CheckupResult, report};
use super::drugs::{DrugRecord, DrugResult, months};
use super::request::{RecordHeader, RecordKind};
use crate::api::{RecordAnswer, Verdict};

/// The request that a result answers.
#[derive(Debug, Clone, Copy)]
pub struct AskedRecord<'a> {
    /// The header of the request.
    pub header: &'a RecordHeader,
    /// 処理実行日時, `yyyyMMddHHmmss` in Japan ([`crate::api::japan_time`]).
    pub process_execution_time: &'a str,
    /// Which record.
    pub kind: RecordKind,
}

impl AskedRecord<'_> {
    fn drug_header(&self, encoding: OutputEncoding) -> DrugResult {
        DrugResult {
            process_execution_time: Some(self.process_execution_time.to_owned()),
            medical_institution_code: self.header.medical_institution_code.clone(),
            arbitrary_file_identifier: self.header.arbitrary_file_identifier.clone(),
            character_code_identifier: Some(encoding.character_code().code().to_owned()),
            qua_inf: None,
        }
    }

    fn checkup_header(&self, encoding: OutputEncoding) -> CheckupResult {
        let DrugResult {
            process_execution_time,
            medical_institution_code,
            arbitrary_file_identifier,
            character_code_identifier,
            qua_inf: _,
        } = self.drug_header(encoding);
        CheckupResult {
            process_execution_time,
            medical_institution_code,
            arbitrary_file_identifier,
            character_code_identifier,
            qualifications_info: None,
        }
    }
}

/// Why an answer shows none of `items`: nobody was found, or none of them may be seen. None where one may be seen. The reason
/// of the first item is told, and its consent is what has to be asked for.
pub fn why_not_shown(answer: &RecordAnswer, items: &[ConsentItem]) -> Option<Told> {
    let told = |code: &str, message: String| Some(Told { code: code.to_owned(), message });
    match answer.verdict {
        Verdict::NotFound => {
            return told(
                NOT_FOUND,
                "この記号・番号に当てはまる方が見つかりません。資格をもう一度確認してください。".to_owned(),
            );
        }
        Verdict::Multiple => {
            return told(
                MULTIPLE,
                "この記号・番号に当てはまる方が複数います。枝番を付けて、もう一度要求してください。".to_owned(),
            );
        }
        Verdict::Valid
        | Verdict::Invalid
        | Verdict::InvalidNewCoverageExists
        | Verdict::ValidUnregistered
        | Verdict::Undetermined => {}
    }
    if items.iter().any(|item| answer.shows(*item)) {
        return None;
    }
    let first = items.first()?;
    let (code, message) = hidden(answer, *first);
    told(code, message)
}

/// What the interface calls a part of a record; a screen for patients has simpler words.
pub const fn part_name(item: ConsentItem) -> &'static str {
    match item {
        ConsentItem::Drugs => "薬剤情報",
        ConsentItem::Diagnosis => "診療情報",
        ConsentItem::Surgery => "手術情報",
        ConsentItem::Checkups => "特定健診情報",
        ConsentItem::LimitCertificate => "限度額適用認定証",
        ConsentItem::SpecificDisease => "特定疾病療養受療証",
    }
}

/// Why one part may not be seen.
fn hidden(answer: &RecordAnswer, item: ConsentItem) -> (&'static str, String) {
    let name = part_name(item);
    let part = answer.part_list.iter().find(|part| part.consent_item() == Some(item));
    match part.map(|part| part.consent_state.as_str()) {
        Some("expired") => (
            CONSENT_EXPIRED,
            format!(
                "{name}の閲覧の同意は期限が切れています。患者さんにもう一度たずねてください。記録がないという意味ではありません。"
            ),
        ),
        Some("nothing_recorded") => (
            CONSENT_NOT_ASKED,
            format!(
                "{name}の閲覧の同意を、患者さんにまだたずねていません。カードリーダーか窓口でたずねてください。記録がないという意味ではありません。"
            ),
        ),
        _ => (
            NOT_CONSENTED,
            format!("患者さんが{name}の閲覧に同意していないため、出力しません。記録がないという意味ではありません。"),
        ),
    }
}

/// YZK result in XML. The tree has no place that could say "drugs may not be seen", and programs show what is not there as
/// an empty list; so without consent to drugs the result is the reason alone. What else is left out stands in
/// MessageContents.
pub fn write_drug_result(asked: &AskedRecord<'_>, answer: &RecordAnswer, encoding: OutputEncoding) -> Written {
    if let Some(told) = why_not_shown(answer, &[ConsentItem::Drugs]) {
        return write_record_failure(asked, RecordResultCode::Error, &told, encoding);
    }
    let mut notes = Vec::new();
    if answer.medication_list.is_empty() {
        notes.push("対象期間に薬剤情報の記録はありません。".to_owned());
    }
    for item in [ConsentItem::Diagnosis, ConsentItem::Surgery] {
        if !answer.shows(item) {
            let (code, message) = hidden(answer, item);
            notes.push(format!("{message}（{code}）"));
        }
    }
    if let Some(newest) = answer.newest_month {
        notes.push(format!("レセプトは{}年{}月分まで届いています。", newest.year(), newest.month()));
    }
    let mut header = asked.drug_header(encoding);
    header.qua_inf = answer.patient.as_ref().map(Into::into);
    let mut body = DrugRecord { months: months(answer), ..DrugRecord::default() };
    let mut folds = folds_of(&body, encoding);
    folds.extend(folds_of(&header, encoding));
    notes.extend(folds_told(&folds));
    body.result_code = Some(RecordResultCode::Normal.code().to_owned());
    body.message_contents = joined(&notes);
    write_groups(&header, &body, encoding)
}

/// TKK result in XML.
pub fn write_checkup_result(asked: &AskedRecord<'_>, answer: &RecordAnswer, encoding: OutputEncoding) -> Written {
    if let Some(told) = why_not_shown(answer, &[ConsentItem::Checkups]) {
        return write_record_failure(asked, RecordResultCode::Error, &told, encoding);
    }
    let mut notes = Vec::new();
    if answer.checkup_list.is_empty() {
        notes.push("健診の記録はありません。受けていないという意味ではありません。".to_owned());
    }
    let mut header = asked.checkup_header(encoding);
    header.qualifications_info = answer.patient.as_ref().map(Into::into);
    let mut body =
        CheckupRecord { checkups: answer.checkup_list.iter().map(report).collect(), ..CheckupRecord::default() };
    let mut folds = folds_of(&body, encoding);
    folds.extend(folds_of(&header, encoding));
    notes.extend(folds_told(&folds));
    body.result_code = Some(RecordResultCode::Normal.code().to_owned());
    body.message_contents = joined(&notes);
    write_groups(&header, &body, encoding)
}

/// The result of a request that shows nothing: the reason and nothing else.
pub fn write_record_failure(
    asked: &AskedRecord<'_>,
    code: RecordResultCode,
    told: &Told,
    encoding: OutputEncoding,
) -> Written {
    let (result_code, message_contents) =
        (Some(code.code().to_owned()), Some(format!("{}（{}）", told.message, told.code)));
    match asked.kind {
        RecordKind::Drugs => {
            let body = DrugRecord { result_code, message_contents, months: Vec::new() };
            write_groups(&asked.drug_header(encoding), &body, encoding)
        }
        RecordKind::Checkups => {
            let body = CheckupRecord { result_code, message_contents, checkups: Vec::new() };
            write_groups(&asked.checkup_header(encoding), &body, encoding)
        }
    }
}

fn joined(notes: &[String]) -> Option<String> {
    (!notes.is_empty()).then(|| notes.join(" "))
}
