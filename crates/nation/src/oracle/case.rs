//! One query of the oracle with its right answer, and the table it stands in.

use std::path::Path;

use super::truth::{Answer, Hint, Query};
use crate::error::{Error, Result};
use crate::nation::Nation;

/// A query as typed at a window, and the right answer. The fields are the columns of `oracle.csv`, in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Case {
    /// `C00001` …, or the name of a visit.
    pub case_id: String,
    /// What is tried, such as `misread_number_digit`.
    pub kind: String,
    /// The day asked about, `yyyyMMdd`.
    pub qualification_confirmation_date: String,
    /// Who asks.
    pub medical_institution_code: String,
    /// 保険者番号 as typed.
    pub insurer_number: String,
    /// 記号 as typed.
    pub insured_card_symbol: String,
    /// 番号 as typed.
    pub insured_identification_number: String,
    /// 枝番 as typed.
    pub insured_branch_number: String,
    /// 生年月日 as typed.
    pub birthdate: String,
    /// `1` = the patient agrees that limits are shown, `0` = not.
    pub limit_application_certificate_related_cons_flg: String,
    /// The right verdict, or `unreadable`.
    pub verdict: String,
    /// Percent to collect, or empty.
    pub share: String,
    /// 限度額適用認定証区分 (OQSCD011) that must be shown, or empty.
    pub limit_classification: String,
    /// 限度額適用区分 (OQSCD012) that must be shown, or empty.
    pub limit_flag: String,
    /// 認定疾病区分 (OQSCD013) in force, joined with `;`.
    pub specific_diseases: String,
    /// A hint that must be among those given, or empty.
    pub hint: String,
    /// The element that cannot be read, or that the hint names.
    pub field: String,
}

impl Case {
    /// The columns of `oracle.csv`.
    pub const COLUMNS: [&'static str; 17] = [
        "CaseId",
        "Kind",
        "QualificationConfirmationDate",
        "MedicalInstitutionCode",
        "InsurerNumber",
        "InsuredCardSymbol",
        "InsuredIdentificationNumber",
        "InsuredBranchNumber",
        "Birthdate",
        "LimitApplicationCertificateRelatedConsFlg",
        "Verdict",
        "Share",
        "LimitClassification",
        "LimitFlag",
        "SpecificDiseases",
        "Hint",
        "Field",
    ];

    pub(crate) fn new(nation: &Nation, kind: &str, query: Query, answer: &Answer, hint: Option<Hint>) -> Case {
        let hint = hint.or_else(|| match answer.verdict {
            super::truth::Verdict::Valid => None,
            _ => answer.hints.first().copied(),
        });
        let field = if answer.field.is_empty() { hint.map_or("", Hint::field) } else { answer.field };
        let diseases: Vec<String> = answer.diseases.iter().map(ToString::to_string).collect();
        Case {
            case_id: String::new(),
            kind: kind.to_owned(),
            qualification_confirmation_date: query.date.text(),
            medical_institution_code: nation.facilities[query.facility as usize].code.clone(),
            insurer_number: query.insurer,
            insured_card_symbol: query.symbol,
            insured_identification_number: query.number,
            insured_branch_number: query.branch,
            birthdate: query.birthdate,
            limit_application_certificate_related_cons_flg: if query.consent { "1" } else { "0" }.to_owned(),
            verdict: answer.verdict.word().to_owned(),
            share: answer.share.map_or(String::new(), |share| share.to_string()),
            limit_classification: answer.limit.map_or("", |flag| flag.class_code()).to_owned(),
            limit_flag: answer.limit.map_or("", |flag| flag.code()).to_owned(),
            specific_diseases: diseases.join(";"),
            hint: hint.map_or("", Hint::code).to_owned(),
            field: field.to_owned(),
        }
    }

    /// The fields, in the order of [`Case::COLUMNS`].
    pub fn fields(&self) -> [&str; 17] {
        [
            &self.case_id,
            &self.kind,
            &self.qualification_confirmation_date,
            &self.medical_institution_code,
            &self.insurer_number,
            &self.insured_card_symbol,
            &self.insured_identification_number,
            &self.insured_branch_number,
            &self.birthdate,
            &self.limit_application_certificate_related_cons_flg,
            &self.verdict,
            &self.share,
            &self.limit_classification,
            &self.limit_flag,
            &self.specific_diseases,
            &self.hint,
            &self.field,
        ]
    }

    fn from_fields(fields: [String; 17]) -> Case {
        let [
            case_id,
            kind,
            qualification_confirmation_date,
            medical_institution_code,
            insurer_number,
            insured_card_symbol,
            insured_identification_number,
            insured_branch_number,
            birthdate,
            limit_application_certificate_related_cons_flg,
            verdict,
            share,
            limit_classification,
            limit_flag,
            specific_diseases,
            hint,
            field,
        ] = fields;
        Case {
            case_id,
            kind,
            qualification_confirmation_date,
            medical_institution_code,
            insurer_number,
            insured_card_symbol,
            insured_identification_number,
            insured_branch_number,
            birthdate,
            limit_application_certificate_related_cons_flg,
            verdict,
            share,
            limit_classification,
            limit_flag,
            specific_diseases,
            hint,
            field,
        }
    }
}

/// Reads the cases of a table together with other columns of it, both found by the names in the header.
pub(crate) fn read<const N: usize>(path: &Path, more: [&'static str; N]) -> Result<Vec<(Case, [String; N])>> {
    let table = |source| Error::Table { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().from_path(path).map_err(table)?;
    let header = reader.headers().map_err(table)?.clone();
    let place = |column: &'static str| {
        let missing = || Error::Column { path: path.to_owned(), column };
        header.iter().position(|name| name == column).ok_or_else(missing)
    };
    let places = Case::COLUMNS.into_iter().map(place).collect::<Result<Vec<_>>>()?;
    let more = more.into_iter().map(place).collect::<Result<Vec<_>>>()?;
    reader
        .records()
        .map(|record| {
            let record = record.map_err(table)?;
            let text = |place: usize| record.get(place).unwrap_or_default().to_owned();
            let case = Case::from_fields(std::array::from_fn(|column| text(places[column])));
            Ok((case, std::array::from_fn(|column| text(more[column]))))
        })
        .collect()
}
