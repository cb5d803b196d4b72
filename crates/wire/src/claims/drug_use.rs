//! One drug of one day, whatever kind of claim told of it: what a drug history is made of (formats.md 1.9).

use std::fmt;

use domain::Date;

use super::kind::{ClaimKind, Section};
use super::receipt::Receipt;
use super::service::{Drug, Group, Prescription, Row};
use super::value::{Code, Decimal};

/// How a drug was meant to be taken, which says what its amount and its count mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DrugForm {
    /// 内服: amount for a day, count of days.
    Oral,
    /// 屯服: amount for a dose, count of doses.
    AsNeeded,
    /// 外用: amount in all.
    External,
    /// 注射: amount of one time, count of times.
    Injection,
    /// Anything else — at home, in an operation, for an examination: amount of one time, count of times.
    Other,
}

/// One drug of one day.
#[derive(Clone, Copy)]
pub struct DrugUse<'a> {
    /// 医薬品コード.
    pub code: Code<9>,
    /// Day on which it was handed out or given.
    pub dispensed_on: Date,
    /// Day of the prescription; of an institution's own drugs the same day.
    pub prescribed_on: Option<Date>,
    /// What amount and count mean.
    pub form: DrugForm,
    /// Amount for a day, a dose, a time, or in all: see [`DrugForm`].
    pub amount: Option<Decimal>,
    /// １回用量; pharmacy claims only.
    pub amount_per_dose: Option<Decimal>,
    /// Days, doses or times: see [`DrugForm`].
    pub count: u32,
    /// 診療識別; none in pharmacy claims.
    pub section: Option<Section>,
    /// The group it stands in: its comments tell the usage. None in pharmacy claims and coding data.
    pub group: Option<&'a Group>,
    /// The prescription it stands in: usage code and instruction. Pharmacy claims only.
    pub prescription: Option<&'a Prescription>,
    /// Whether it comes from coding data (CD), which may repeat what IY rows say.
    pub is_coding_data: bool,
    /// Line in the file.
    pub line: u64,
}

/// What a person takes is personal data.
impl fmt::Debug for DrugUse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrugUse").field("line", &self.line).field("form", &self.form).finish_non_exhaustive()
    }
}

impl Receipt {
    /// Every drug of every day that the receipt tells of, in the order of the file. Rows whose code or day could not be
    /// read are left out; they are among the findings.
    pub fn drug_uses(&self) -> Vec<DrugUse<'_>> {
        let mut uses = Vec::new();
        for group in &self.groups {
            for row in group.units.iter().flat_map(|unit| &unit.rows) {
                if let Row::Drug(drug) = row {
                    self.of_row(group, drug, &mut uses);
                }
            }
        }
        self.prescriptions.iter().for_each(|prescription| of_prescription(prescription, &mut uses));
        self.of_coding_data(&mut uses);
        uses
    }

    fn of_row<'a>(&self, group: &'a Group, drug: &Drug, uses: &mut Vec<DrugUse<'a>>) {
        let (Some(code), Some(month)) = (drug.code, self.month) else { return };
        for cell in &drug.service.days {
            let Some(date) = month.day(cell.day) else { continue };
            uses.push(DrugUse {
                code,
                dispensed_on: date,
                prescribed_on: Some(date),
                form: if self.kind == ClaimKind::Dental { dental_form(drug.class) } else { form_of(group.section) },
                amount: drug.amount,
                amount_per_dose: None,
                count: u32::from(cell.count),
                section: group.section,
                group: Some(group),
                prescription: None,
                is_coding_data: false,
                line: drug.service.line,
            });
        }
    }

    fn of_coding_data<'a>(&'a self, uses: &mut Vec<DrugUse<'a>>) {
        for row in &self.coding_data {
            let (Some(code), Some(date)) = (row.code, row.date) else { continue };
            if !code.as_str().starts_with('6') {
                continue;
            }
            uses.push(DrugUse {
                code,
                dispensed_on: date,
                prescribed_on: Some(date),
                form: form_of(row.section),
                amount: row.amount,
                amount_per_dose: None,
                count: row.times.unwrap_or(1),
                section: row.section,
                group: None,
                prescription: None,
                is_coding_data: true,
                line: row.line,
            });
        }
    }
}

fn of_prescription<'a>(prescription: &'a Prescription, uses: &mut Vec<DrugUse<'a>>) {
    let form = match prescription.form {
        Some(1 | 2 | 6 | 7) => DrugForm::Oral,
        Some(3) => DrugForm::AsNeeded,
        Some(4) => DrugForm::Injection,
        Some(5) => DrugForm::External,
        _ => DrugForm::Other,
    };
    for dispensing in &prescription.dispensings {
        let Some(dispensed_on) = dispensing.dispensed_on else { continue };
        for drug in &dispensing.drugs {
            let Some(code) = drug.code else { continue };
            uses.push(DrugUse {
                code,
                dispensed_on,
                prescribed_on: dispensing.prescribed_on,
                form,
                amount: drug.amount,
                amount_per_dose: drug.amount_per_dose,
                count: dispensing.quantity.unwrap_or(1),
                section: None,
                group: None,
                prescription: Some(prescription),
                is_coding_data: false,
                line: drug.line,
            });
        }
    }
}

const fn form_of(section: Option<Section>) -> DrugForm {
    match section {
        Some(Section::ORAL) => DrugForm::Oral,
        Some(Section::AS_NEEDED) => DrugForm::AsNeeded,
        Some(Section::EXTERNAL) => DrugForm::External,
        Some(section) if section.is_injection() => DrugForm::Injection,
        _ => DrugForm::Other,
    }
}

/// In dental claims section 21 is 投薬・注射 together; the 医薬品区分 tells them apart.
const fn dental_form(class: Option<u8>) -> DrugForm {
    match class {
        Some(1) => DrugForm::Oral,
        Some(2) => DrugForm::AsNeeded,
        Some(3) => DrugForm::External,
        Some(4) => DrugForm::Injection,
        _ => DrugForm::Other,
    }
}
