//! The requests: one layout for both, the months only in YZK.

use std::io::Read;

use domain::record::{LookWay, Month};
use domain::{ConsentItem, date};
use uuid::Uuid;

use super::super::codes::{FileCategory, MedicalTreatmentFlag};
use super::super::error::OqsError;
use super::super::file_name::ApiId;
use super::super::read::{Message, read_with};
use super::super::source::EncodingPolicy;
use super::super::tree::elements;
use super::super::write::{OutputEncoding, Written, write_groups};
use crate::api::{FieldError, RecordRequest, SearchInfo};

/// Which record is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// YZK: drugs, and treatment and surgery beside them.
    Drugs,
    /// TKK: checkups.
    Checkups,
}

impl RecordKind {
    /// The kind of an interface; none for those that are no record.
    pub const fn of(api: ApiId) -> Option<Self> {
        match api {
            ApiId::DrugRecord => Some(Self::Drugs),
            ApiId::CheckupRecord => Some(Self::Checkups),
            ApiId::Check
            | ApiId::Registration
            | ApiId::BulkCheckUpload
            | ApiId::BulkCheckDownload
            | ApiId::BulkRegistrationUpload
            | ApiId::BulkRegistrationDownload => None,
        }
    }

    /// The parts that are asked for, the one without which there is no XML result first.
    pub const fn items(self) -> &'static [ConsentItem] {
        match self {
            Self::Drugs => &[ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery],
            Self::Checkups => &[ConsentItem::Checkups],
        }
    }
}

/// `MessageHeader` of a request: whose record. The names of the numbers are not those of OQS.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RecordHeader {
    /// 医療機関コード, 10 digits.
    pub medical_institution_code: Option<String>,
    /// 保険者番号.
    pub insurer_number: Option<String>,
    /// 記号.
    pub insurance_card_symbol: Option<String>,
    /// 番号.
    pub insured_person_identification_number: Option<String>,
    /// 枝番.
    pub branch_number: Option<String>,
    /// 任意のファイル識別子, given back.
    pub arbitrary_file_identifier: Option<String>,
}

elements!(RecordHeader {
    optional medical_institution_code = "MedicalInstitutionCode";
    optional insurer_number = "InsurerNumber";
    optional insurance_card_symbol = "InsuranceCardSymbol";
    optional insured_person_identification_number = "InsuredPersonIdentificationNumber";
    optional branch_number = "BranchNumber";
    optional arbitrary_file_identifier = "ArbitraryFileIdentifier";
});

/// Numbers of a card are personal data.
impl std::fmt::Debug for RecordHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordHeader(…)")
    }
}

/// `MessageBody` of a request: which months, in which form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordQuestion {
    /// 対象期間 開始年月, `yyyyMM`. YZK only.
    pub start_date: Option<String>,
    /// 対象期間 終了年月, `yyyyMM`. YZK only.
    pub end_date: Option<String>,
    /// 出力形式: 1 PDF, 2 XML.
    pub file_category: Option<String>,
    /// 処方・調剤情報表示 (OQSCD030). Read and without effect: there is no electronic prescription here whose data could be
    /// shown beside the claims.
    pub pr_di_inf_classification: Option<String>,
    /// 診療形態 (OQSCD028).
    pub medical_treatment_flag: Option<String>,
}

elements!(RecordQuestion {
    optional start_date = "StartDate";
    optional end_date = "EndDate";
    optional file_category = "FileCategory";
    optional pr_di_inf_classification = "PrDiInfClassification";
    optional medical_treatment_flag = "MedicalTreatmentFlag";
});

/// Reads a YZK or TKK request, at most 4 MiB, in the manner of [`super::super::read`].
///
/// # Errors
/// What is wrong with the file, and where. Values are looked at later ([`RecordAsked::parse`]).
pub fn read_record_request(
    input: impl Read,
    policy: EncodingPolicy,
) -> Result<Message<RecordQuestion, RecordHeader>, OqsError> {
    read_with(input, policy, None)
}

/// Writes a request, as a receipt computer does.
pub fn write_record_request(header: &RecordHeader, body: &RecordQuestion, encoding: OutputEncoding) -> Written {
    write_groups(header, body, encoding)
}

/// What a request asks for, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAsked {
    /// Which record.
    pub kind: RecordKind,
    /// In which form.
    pub file: FileCategory,
    /// The first month.
    pub first: Option<Month>,
    /// The last month.
    pub last: Option<Month>,
}

impl RecordAsked {
    /// Reads the values of a request.
    ///
    /// # Errors
    /// Every value that cannot be read; never empty.
    pub fn parse(kind: RecordKind, body: &RecordQuestion) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let file = file_category(body.file_category.as_deref(), &mut wrong);
        treatment_flag(body.medical_treatment_flag.as_deref(), &mut wrong);
        if !matches!(body.pr_di_inf_classification.as_deref().map(str::trim), None | Some("" | "0" | "1")) {
            wrong.push(value("PrDiInfClassification", "0 か 1 を指定してください。", "0 or 1."));
        }
        let (first, last) = match kind {
            RecordKind::Drugs => (
                month("StartDate", body.start_date.as_deref(), &mut wrong),
                month("EndDate", body.end_date.as_deref(), &mut wrong),
            ),
            // The layout of TKK has no months.
            RecordKind::Checkups => (None, None),
        };
        if first.zip(last).is_some_and(|(first, last)| first > last) {
            wrong.push(value("EndDate", "終わりの年月が始まりより前です。", "The last month lies before the first."));
        }
        match file {
            Some(file) if wrong.is_empty() => Ok(Self { kind, file, first, last }),
            _ => Err(wrong),
        }
    }

    /// The question to the center. The file names no birth date, so the center finds the person by card and consent.
    pub fn request(&self, header: &RecordHeader, request_id: Uuid, facility: &str, user: &str) -> RecordRequest {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        RecordRequest {
            request_id,
            medical_institution_code: facility.to_owned(),
            user_identifier: user.to_owned(),
            // The folder has no profession.
            user_role: None,
            way: Some(LookWay::File.code().to_owned()),
            items: self.kind.items().iter().map(|item| item.code().to_owned()).collect(),
            start_date: self.first.map(|month| month.to_string()),
            end_date: self.last.map(|month| month.to_string()),
            qualification_confirm_search_info: SearchInfo {
                insurer_number: text(&header.insurer_number).trim().to_owned(),
                insured_card_symbol: header.insurance_card_symbol.clone(),
                insured_identification_number: text(&header.insured_person_identification_number),
                insured_branch_number: header.branch_number.clone(),
                ..SearchInfo::default()
            },
        }
    }
}

fn file_category(raw: Option<&str>, wrong: &mut Vec<FieldError>) -> Option<FileCategory> {
    let read = raw.and_then(FileCategory::parse);
    if read.is_none() {
        wrong.push(value("FileCategory", "1（PDF）か 2（XML）を指定してください。", "1 (PDF) or 2 (XML)."));
    }
    read
}

/// A look in an emergency goes without consent and has ways of its own; it is not opened by a flag in a file.
fn treatment_flag(raw: Option<&str>, wrong: &mut Vec<FieldError>) {
    let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else { return };
    match MedicalTreatmentFlag::parse(raw) {
        Some(MedicalTreatmentFlag::Outpatient | MedicalTreatmentFlag::Visiting | MedicalTreatmentFlag::Online) => {}
        Some(MedicalTreatmentFlag::Emergency) => wrong.push(value(
            "MedicalTreatmentFlag",
            "救急時（4）の閲覧は、フォルダーからはできません。端末の「災害・救急」の画面を使ってください。",
            "A look in an emergency is made on the terminal's own page, not through a file.",
        )),
        None => wrong.push(value("MedicalTreatmentFlag", "1、2、3 のどれかを指定してください。", "1, 2 or 3.")),
    }
}

/// `yyyyMM`; a whole day `yyyyMMdd` counts as its month.
fn month(field: &str, raw: Option<&str>, wrong: &mut Vec<FieldError>) -> Option<Month> {
    let raw = raw.map(str::trim).filter(|raw| !raw.is_empty())?;
    let read = if raw.len() == 8 { date::parse(raw).map(Month::of) } else { Month::parse(raw) };
    if read.is_err() {
        wrong.push(value(field, "年月を6桁（例 202611）で指定してください。", "A month is yyyyMM."));
    }
    read.ok()
}

fn value(field: &str, message: &str, message_en: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: "value".to_owned(),
        message: format!("{field}: {message}"),
        message_en: format!("{field}: {message_en}"),
    }
}
