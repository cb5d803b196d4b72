//! TKK-IF-002: every report with its items.

use domain::checkup::Side;
use domain::{Checkup, CheckupItem, CheckupValue, date};

use super::super::tree::elements;
use crate::api::RecordPatient;

/// `MessageHeader` of the result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckupResult {
    /// 処理実行日時.
    pub process_execution_time: Option<String>,
    /// 医療機関コード.
    pub medical_institution_code: Option<String>,
    /// 任意のファイル識別子 of the request.
    pub arbitrary_file_identifier: Option<String>,
    /// 文字コード識別 (OQSCD005).
    pub character_code_identifier: Option<String>,
    /// Whose record.
    pub qualifications_info: Option<QualificationsInfo>,
}

elements!(CheckupResult {
    optional process_execution_time = "ProcessExecutionTime";
    optional medical_institution_code = "MedicalInstitutionCode";
    optional arbitrary_file_identifier = "ArbitraryFileIdentifier";
    optional character_code_identifier = "CharacterCodeIdentifier";
    group qualifications_info = "QualificationsInfo";
});

/// Whose record it is. The names are not those of YZK.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct QualificationsInfo {
    /// 氏名.
    pub name: Option<String>,
    /// 氏名カナ.
    pub kanas_name: Option<String>,
    /// 生年月日.
    pub birthday: Option<String>,
    /// 性別 (OQSCD007).
    pub administrative_gender_code: Option<String>,
}

elements!(QualificationsInfo {
    optional name = "Name";
    optional kanas_name = "KanasName";
    optional birthday = "Birthday";
    optional administrative_gender_code = "AdministrativeGenderCode";
});

impl std::fmt::Debug for QualificationsInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QualificationsInfo(…)")
    }
}

impl From<&RecordPatient> for QualificationsInfo {
    fn from(patient: &RecordPatient) -> Self {
        Self {
            name: Some(patient.name.clone()),
            kanas_name: patient.name_kana.clone(),
            birthday: Some(patient.birthdate.clone()),
            administrative_gender_code: Some(patient.sex1.clone()),
        }
    }
}

/// `MessageBody` of the result.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CheckupRecord {
    /// 1 正常; see [`super`].
    pub result_code: Option<String>,
    /// What has to be said in words.
    pub message_contents: Option<String>,
    /// One for each report, the newest first.
    pub checkups: Vec<SpecificHealthCheckupInfo>,
}

elements!(CheckupRecord {
    optional result_code = "ResultCode";
    optional message_contents = "MessageContents";
    repeated checkups = "SpecificHealthCheckupInfo";
});

impl std::fmt::Debug for CheckupRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckupRecord(…)")
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpecificHealthCheckupInfo {
    /// 健診実施日.
    pub effective_time: Option<String>,
    /// Results and answers.
    pub items: Vec<HealthCheckupInfo>,
}

elements!(SpecificHealthCheckupInfo {
    optional effective_time = "EffectiveTime";
    list items = "HealthCheckupResultAndQuestionInfos" / "HealthCheckupResultAndQuestionInfo";
});

/// One result or answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthCheckupInfo {
    /// 項目コード, 17 characters (JLAC10).
    pub item_code: Option<String>,
    /// 項目名.
    pub item_name: Option<String>,
    /// PQ number, CD answer, CO grade, ST text.
    pub data_type: Option<String>,
    /// The number, the code of the answer, or the text; absent where it was not done.
    pub data_value: Option<String>,
    /// 単位 of a number.
    pub unit: Option<String>,
    /// The code system of an answer.
    pub oid: Option<String>,
    /// The words of an answer; 未実施 where it was not done.
    pub data_value_name: Option<String>,
}

elements!(HealthCheckupInfo {
    optional item_code = "ItemCode";
    optional item_name = "ItemName";
    optional data_type = "DataType";
    optional data_value = "DataValue";
    optional unit = "Unit";
    optional oid = "Oid";
    optional data_value_name = "DataValueName";
});

pub(super) fn report(checkup: &Checkup) -> SpecificHealthCheckupInfo {
    SpecificHealthCheckupInfo {
        effective_time: Some(date::format(checkup.date)),
        items: checkup.items.iter().map(item).collect(),
    }
}

fn item(item: &CheckupItem) -> HealthCheckupInfo {
    let bare = HealthCheckupInfo {
        item_code: Some(item.code.as_str().to_owned()),
        item_name: Some(item.name().to_owned()),
        ..HealthCheckupInfo::default()
    };
    let of_type = |data_type: &str| Some(data_type.to_owned());
    match &item.value {
        CheckupValue::Quantity { value, unit } => HealthCheckupInfo {
            data_type: of_type("PQ"),
            data_value: Some(value.to_string()),
            unit: Some(unit.clone()),
            ..bare
        },
        // As text: a program that reads numbers must not take the limit of the measurement for a value.
        CheckupValue::OutOfRange { side, limit, unit } => HealthCheckupInfo {
            data_type: of_type("ST"),
            data_value: Some(outside(*side, limit.map(|limit| limit.to_string()).as_deref())),
            unit: Some(unit.clone()),
            ..bare
        },
        CheckupValue::Coded { code, system, ordinal } => HealthCheckupInfo {
            data_type: of_type(if *ordinal { "CO" } else { "CD" }),
            data_value: Some(code.clone()),
            oid: Some(system.clone()),
            data_value_name: item.answer().map(str::to_owned),
            ..bare
        },
        CheckupValue::Text { text } => {
            HealthCheckupInfo { data_type: of_type("ST"), data_value: Some(text.clone()), ..bare }
        }
        CheckupValue::NotDone => HealthCheckupInfo { data_value_name: Some("未実施".to_owned()), ..bare },
    }
}

fn outside(side: Side, limit: Option<&str>) -> String {
    match (side, limit) {
        (Side::Below, Some(limit)) => format!("{limit}未満"),
        (Side::Above, Some(limit)) => format!("{limit}超"),
        (Side::Below, None) => "測定下限未満".to_owned(),
        (Side::Above, None) => "測定上限超過".to_owned(),
    }
}
