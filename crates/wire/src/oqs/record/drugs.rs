//! YZK-IF-002: drugs by institution, month and day, and what was done on those days.
//!
//! Everything here comes out of claims (`MeTrMonthInf`). The branches of electronic prescriptions (`ShPrInf`, `CzDiInf`) are
//! never written: there are none here. Codes that no public source tells are ours: `DiOrg` is the 点数表 digit of the
//! institution's code (1 医科, 3 歯科, 4 調剤), `InOut` is 1 入院, 2 入院外, `PrIsOrg` is 1 自院, 2 他院.

use domain::MedicalInstitutionCode;
use domain::record::{
    DosageForm, Institution, Medication, Month, Procedure, ProcedureCode, ProcedureKind, TreatmentVisit,
};
use domain::{Date, date};

use super::super::tree::elements;
use crate::api::{RecordAnswer, RecordPatient};

/// `MessageHeader` of the result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrugResult {
    /// 処理実行日時.
    pub process_execution_time: Option<String>,
    /// 医療機関コード.
    pub medical_institution_code: Option<String>,
    /// 任意のファイル識別子 of the request.
    pub arbitrary_file_identifier: Option<String>,
    /// 文字コード識別 (OQSCD005).
    pub character_code_identifier: Option<String>,
    /// Whose record.
    pub qua_inf: Option<QuaInf>,
}

elements!(DrugResult {
    optional process_execution_time = "ProcessExecutionTime";
    optional medical_institution_code = "MedicalInstitutionCode";
    optional arbitrary_file_identifier = "ArbitraryFileIdentifier";
    optional character_code_identifier = "CharacterCodeIdentifier";
    group qua_inf = "QuaInf";
});

/// Whose record it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct QuaInf {
    /// 氏名.
    pub name: Option<String>,
    /// 氏名カナ.
    pub kana_name: Option<String>,
    /// 生年月日.
    pub birth: Option<String>,
    /// 性別 (OQSCD007).
    pub adm_gend_code: Option<String>,
}

elements!(QuaInf {
    optional name = "Name";
    optional kana_name = "KanaName";
    optional birth = "Birth";
    optional adm_gend_code = "AdmGendCode";
});

impl std::fmt::Debug for QuaInf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QuaInf(…)")
    }
}

impl From<&RecordPatient> for QuaInf {
    fn from(patient: &RecordPatient) -> Self {
        Self {
            name: Some(patient.name.clone()),
            kana_name: patient.name_kana.clone(),
            birth: Some(patient.birthdate.clone()),
            adm_gend_code: Some(patient.sex1.clone()),
        }
    }
}

/// `MessageBody` of the result.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DrugRecord {
    /// 1 正常; see [`super`].
    pub result_code: Option<String>,
    /// What has to be said in words.
    pub message_contents: Option<String>,
    /// By institution and month, the newest first.
    pub months: Vec<MeTrMonthInf>,
}

elements!(DrugRecord {
    optional result_code = "ResultCode";
    optional message_contents = "MessageContents";
    repeated months = "MeTrMonthInf";
});

impl std::fmt::Debug for DrugRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DrugRecord(…)")
    }
}

/// What one institution dispensed or did in one month, on the prescription of one institution.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeTrMonthInf {
    /// 機関種別: 1 医科, 3 歯科, 4 調剤.
    pub di_org: Option<String>,
    /// 調剤・診療機関コード.
    pub me_tr_di_h_cd: Option<String>,
    /// 調剤・診療機関名称.
    pub me_tr_di_h_nm: Option<String>,
    /// 診療・調剤年月.
    pub me_tr_month: Option<String>,
    /// 処方機関コード, where another institution prescribed.
    pub prls_h_cd: Option<String>,
    /// 処方機関名称.
    pub prls_h_nm: Option<String>,
    /// 自院 1, 他院 2: whether the institution that asks is the one that prescribed or treated.
    pub pr_is_org: Option<String>,
    /// 入外: 1 入院, 2 入院外.
    pub in_out: Option<String>,
    /// By day.
    pub days: Vec<DiDateInf>,
}

elements!(MeTrMonthInf {
    optional di_org = "DiOrg";
    optional me_tr_di_h_cd = "MeTrDiHCd";
    optional me_tr_di_h_nm = "MeTrDiHNm";
    optional me_tr_month = "MeTrMonth";
    optional prls_h_cd = "PrlsHCd";
    optional prls_h_nm = "PrlsHNm";
    optional pr_is_org = "PrIsOrg";
    optional in_out = "InOut";
    list days = "DiDateInfs" / "DiDateInf";
});

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiDateInf {
    /// 調剤日, 診療日.
    pub di_date: Option<String>,
    /// 処方日.
    pub pr_date: Option<String>,
    /// Drugs.
    pub drugs: Vec<DrugInf>,
    /// 診療情報.
    pub treatments: Vec<MeTrInf>,
}

elements!(DiDateInf {
    optional di_date = "DiDate";
    optional pr_date = "PrDate";
    list drugs = "DrugInfs" / "DrugInf";
    list treatments = "MeTrInfs" / "MeTrInf";
});

/// One drug.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrugInf {
    /// 薬剤コード, nine digits.
    pub drug_c: Option<String>,
    /// 薬剤名; a drug that no master knows has its code here too.
    pub drug_n: Option<String>,
    /// 数量: of one day (内服), of one dose (屯服), or in all.
    pub qua1: Option<String>,
    /// 単位.
    pub unit: Option<String>,
    /// 用法.
    pub usage_n: Option<String>,
    /// 特別指示; claims tell none.
    pub sp_inst: Option<String>,
    /// 日数・回数.
    pub times: Option<String>,
    /// 一般名.
    pub ingre_n: Option<String>,
    /// 診療識別: 21 内服, 22 屯服, 23 外用, 30 注射; absent where a claim does not tell.
    pub me_tr_id_cl: Option<String>,
}

elements!(DrugInf {
    optional drug_c = "DrugC";
    optional drug_n = "DrugN";
    optional qua1 = "Qua1";
    optional unit = "Unit";
    optional usage_n = "UsageN";
    optional sp_inst = "SpInst";
    optional times = "Times";
    optional ingre_n = "IngreN";
    optional me_tr_id_cl = "MeTrIdCl";
});

/// One thing done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeTrInf {
    /// 診療行為名称; without a name its code.
    pub sin_inf_n: Option<String>,
    /// 診療行為コード.
    pub sin_inf_cd: Option<String>,
    /// 診療識別; where a claim's entry does not tell which of several, the first of its tens.
    pub me_tr_id_cl: Option<String>,
    /// 数量; claims count times only.
    pub qua1: Option<String>,
    /// 回数.
    pub times: Option<String>,
    /// 単位.
    pub unit: Option<String>,
}

elements!(MeTrInf {
    optional sin_inf_n = "SinInfN";
    optional sin_inf_cd = "SinInfCd";
    optional me_tr_id_cl = "MeTrIdCl";
    optional qua1 = "Qua1";
    optional times = "Times";
    optional unit = "Unit";
});

/// The months of an answer, the newest first; within a month, in the order of the answer.
pub(super) fn months(answer: &RecordAnswer) -> Vec<MeTrMonthInf> {
    let mut groups = Groups { own: answer.medical_institution_code.as_str(), found: Vec::new() };
    for entry in &answer.medication_list {
        groups.drug(entry);
    }
    for visit in &answer.treatment_visit_list {
        groups.visit(visit);
    }
    for procedure in &answer.procedure_list {
        groups.procedure(procedure);
    }
    // Stable: what stood first in its month stays first.
    groups.found.sort_by_key(|(key, _)| std::cmp::Reverse(key.month));
    groups.found.into_iter().map(|(_, month)| month).collect()
}

/// What makes a `MeTrMonthInf`.
#[derive(PartialEq, Eq)]
struct Key {
    month: Month,
    institution: MedicalInstitutionCode,
    prescriber: Option<MedicalInstitutionCode>,
    inpatient: bool,
}

struct Groups<'a> {
    /// Who asks.
    own: &'a str,
    found: Vec<(Key, MeTrMonthInf)>,
}

impl Groups<'_> {
    fn month(
        &mut self,
        day: Date,
        institution: &Institution,
        prescriber: Option<&Institution>,
        inpatient: bool,
    ) -> &mut MeTrMonthInf {
        let month = Month::of(day);
        let key =
            Key { month, institution: institution.code, prescriber: prescriber.map(|found| found.code), inpatient };
        let at = self.found.iter().position(|(found, _)| *found == key).unwrap_or_else(|| {
            let own = prescriber.unwrap_or(institution).code.as_str() == self.own;
            let code = institution.code.as_str();
            let group = MeTrMonthInf {
                di_org: code.get(2..3).map(str::to_owned),
                me_tr_di_h_cd: Some(code.to_owned()),
                me_tr_di_h_nm: institution.name.clone(),
                me_tr_month: Some(month.to_string()),
                prls_h_cd: prescriber.map(|found| found.code.as_str().to_owned()),
                prls_h_nm: prescriber.and_then(|found| found.name.clone()),
                pr_is_org: Some(if own { "1" } else { "2" }.to_owned()),
                in_out: Some(if inpatient { "1" } else { "2" }.to_owned()),
                days: Vec::new(),
            };
            self.found.push((key, group));
            self.found.len() - 1
        });
        &mut self.found[at].1
    }

    fn drug(&mut self, entry: &Medication) {
        // In house, prescriber and dispenser are the same, and clients take an empty prescriber for that.
        let prescriber = entry.prescriber.as_deref().filter(|found| found.code != entry.dispenser.code);
        let month = self.month(entry.dispensed_on, &entry.dispenser, prescriber, entry.inpatient);
        day_of(month, entry.dispensed_on, entry.prescribed_on).drugs.push(drug(entry));
    }

    fn visit(&mut self, visit: &TreatmentVisit) {
        let day = day_of(self.month(visit.day, &visit.institution, None, visit.inpatient), visit.day, None);
        for item in &visit.items {
            day.treatments.push(treatment(&item.code, item.name.as_deref(), item.kind, item.times));
        }
    }

    /// Surgery, unless the day of treatment names it already.
    fn procedure(&mut self, done: &Procedure) {
        let code = done.code.as_str();
        let told = self.found.iter().filter(|(key, _)| key.institution == done.institution.code).any(|(_, month)| {
            let on = date::format(done.performed_on);
            let same_day = month.days.iter().filter(|day| day.di_date.as_deref() == Some(on.as_str()));
            same_day.flat_map(|day| &day.treatments).any(|told| told.sin_inf_cd.as_deref() == Some(code))
        });
        if !told {
            let month = self.month(done.performed_on, &done.institution, None, false);
            let made = treatment(&done.code, done.name.as_deref(), done.kind, done.times);
            day_of(month, done.performed_on, None).treatments.push(made);
        }
    }
}

fn day_of(month: &mut MeTrMonthInf, day: Date, prescribed: Option<Date>) -> &mut DiDateInf {
    let (di_date, pr_date) = (Some(date::format(day)), prescribed.map(date::format));
    let same = |found: &DiDateInf| found.di_date == di_date && (pr_date.is_none() || found.pr_date == pr_date);
    let at = month.days.iter().position(same).unwrap_or_else(|| {
        month.days.push(DiDateInf { di_date, pr_date, ..DiDateInf::default() });
        month.days.len() - 1
    });
    &mut month.days[at]
}

fn drug(entry: &Medication) -> DrugInf {
    let ingredients: Vec<&str> = entry.drug.ingredients.iter().map(|ingredient| ingredient.name.as_str()).collect();
    DrugInf {
        drug_c: Some(entry.drug.code.as_str().to_owned()),
        drug_n: Some(entry.drug.shown().to_owned()),
        qua1: Some(entry.amount.to_string()),
        unit: entry.unit.as_deref().map(str::to_owned),
        usage_n: entry.usage.as_ref().map(|usage| usage.text.clone()),
        sp_inst: None,
        times: Some(entry.supply.count().to_string()),
        ingre_n: (!ingredients.is_empty()).then(|| ingredients.join("・")),
        me_tr_id_cl: drug_class(entry.form).map(str::to_owned),
    }
}

const fn drug_class(form: DosageForm) -> Option<&'static str> {
    match form {
        DosageForm::Oral | DosageForm::OralDrops | DosageForm::Infusion | DosageForm::Decoction => Some("21"),
        DosageForm::AsNeeded => Some("22"),
        DosageForm::External => Some("23"),
        DosageForm::Injection => Some("30"),
        DosageForm::Other => None,
    }
}

fn treatment(code: &ProcedureCode, name: Option<&str>, kind: ProcedureKind, times: u16) -> MeTrInf {
    MeTrInf {
        sin_inf_n: Some(name.unwrap_or(code.as_str()).to_owned()),
        sin_inf_cd: Some(code.as_str().to_owned()),
        me_tr_id_cl: procedure_class(code, kind).map(str::to_owned),
        qua1: None,
        times: Some(times.to_string()),
        unit: None,
    }
}

fn procedure_class(code: &ProcedureCode, kind: ProcedureKind) -> Option<&'static str> {
    match kind {
        // 111 初診, 112 再診.
        ProcedureKind::Visit if code.as_str().starts_with("111") => Some("11"),
        ProcedureKind::Visit => Some("12"),
        ProcedureKind::Management => Some("13"),
        ProcedureKind::HomeCare => Some("14"),
        ProcedureKind::Prescribing => Some("20"),
        ProcedureKind::Injection => Some("30"),
        ProcedureKind::Treatment => Some("40"),
        ProcedureKind::Surgery => Some("50"),
        ProcedureKind::Anaesthesia => Some("54"),
        ProcedureKind::Examination => Some("60"),
        ProcedureKind::Imaging => Some("70"),
        ProcedureKind::Hospitalisation => Some("90"),
        ProcedureKind::Other => None,
    }
}
