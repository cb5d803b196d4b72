//! From records to a receipt.

use std::borrow::Cow;

use domain::{MedicalInstitutionCode, Sex};

use super::finding::Finding;
use super::kind::{ClaimKind, Section, Side, Tag};
use super::layout::{self, RowPlaces};
use super::read;
use super::receipt::{
    Confirmation, Diagnosis, DpcSummary, Institution, Insurance, Outcome, PublicExpense, Receipt, ReceiptType,
    VisitDays,
};
use super::record::Record;
use super::service::{
    CodingData, Comment, Dispensing, Drug, Group, Material, PharmacyDrug, Prescription, Procedure, Row, Service, Unit,
};
use super::split::Place;
use super::value::{Code, DayCount, Decimal, Month};

/// Puts receipts together.
#[derive(Default)]
pub(super) struct Builder {
    institution: Institution,
    claim_month: Option<Month>,
    receipt: Option<Receipt>,
    /// The last unit has no points yet, so that the next row belongs to it.
    unit_open: bool,
    /// The last dispensings have no rows yet, so that the next row belongs to all of them.
    first_of_run: usize,
    run_has_rows: bool,
}

impl Builder {
    /// A record of the receipt that is open was set aside.
    pub(super) fn aside(&mut self, line: u64) {
        if let Some(receipt) = &mut self.receipt {
            receipt.records_set_aside += 1;
            receipt.last_line = line;
        }
    }

    /// The receipt that is open ends.
    pub(super) fn end(&mut self, kind: ClaimKind, findings: Vec<Finding>) -> Option<Receipt> {
        let mut receipt = self.receipt.take()?;
        receipt.kind = kind;
        receipt.findings = findings;
        Some(receipt)
    }

    /// A receipt begins, whether its first record can be taken or not.
    pub(super) fn open(&mut self, line: u64, side: Side, kind: ClaimKind, place: Place) {
        let mut receipt = Receipt::new(kind, side, line);
        receipt.has_head = place == Place::Opens;
        receipt.institution.clone_from(&self.institution);
        receipt.claim_month = self.claim_month;
        self.receipt = Some(receipt);
        self.unit_open = false;
        self.first_of_run = 0;
        self.run_has_rows = false;
    }

    pub(super) fn record(&mut self, record: &Record<'_>, kind: ClaimKind, place: Place) {
        if matches!(record.tag, Tag::IR | Tag::UK | Tag::YK) {
            self.institution(record, kind, place);
        }
        let Some(receipt) = &mut self.receipt else { return };
        receipt.last_line = record.number;
        match record.tag {
            Tag::MN => receipt.search_number = some(text(record, 4)),
            Tag::RE => receipt_record(receipt, record, kind),
            Tag::HO => insurance(receipt, record),
            Tag::KO => receipt.public_expenses.push(PublicExpense {
                payer_number: text(record, 2).trim().to_owned(),
                recipient_number: text(record, 3).into_owned(),
                days: read::number(record.field(5)),
                points: read::number(record.field(6)),
                line: record.number,
            }),
            Tag::SN => receipt.confirmations.push(confirmation(record)),
            Tag::JD => receipt.visit_days.push(VisitDays {
                payer: one(record, 2).map_or(0, |payer| payer.wrapping_sub(b'0')),
                days: (1..=31).filter(|day| record.field(usize::from(*day) + 2) == b"1").collect(),
            }),
            Tag::SY | Tag::HS | Tag::SB => receipt.diagnoses.push(diagnosis(record)),
            Tag::BU => receipt.dpc = Some(summary(record)),
            Tag::CD => receipt.coding_data.push(coding_data(record)),
            Tag::TK => receipt.comments.push(comment(record, 2)),
            Tag::SH => self.prescription(record),
            Tag::CZ => self.dispensing(record),
            Tag::IY | Tag::TO | Tag::CO if kind == ClaimKind::Pharmacy => self.pharmacy_row(record),
            Tag::CO => self.comment(record),
            Tag::SI | Tag::SS | Tag::IY | Tag::TO => self.row(record, kind),
            _ => {}
        }
    }

    fn institution(&mut self, record: &Record<'_>, kind: ClaimKind, place: Place) {
        let digits = [record.field(3), record.field(4), record.field(5)].concat();
        let code = std::str::from_utf8(&digits).ok().and_then(|digits| MedicalInstitutionCode::parse(digits).ok());
        // A dental IR has no name; a pharmacy's YK has no reserved field before it.
        let (name, month) = match record.tag {
            Tag::YK => (Some(6), 7),
            Tag::IR if kind == ClaimKind::Dental => (None, 7),
            _ => (Some(7), 8),
        };
        let name = match name {
            Some(field) => text(record, field).into_owned(),
            None => self.institution.name.clone(),
        };
        let institution = Institution { code, name };
        let claim_month = read::month(record.field(month)).ok().map(|read| read.value);
        if let Some(receipt) = &mut self.receipt {
            receipt.institution.clone_from(&institution);
            receipt.claim_month = claim_month;
        }
        if place == Place::Head || record.tag == Tag::IR && kind == ClaimKind::Dental {
            self.institution = institution;
            self.claim_month = claim_month;
        }
    }

    /// The group that the row belongs to: a new one when the row has a section.
    fn group(&mut self, record: &Record<'_>, section: usize) -> Option<&mut Group> {
        let groups = &mut self.receipt.as_mut()?.groups;
        let section = section_of(record.field(section));
        if section.is_some() || groups.is_empty() {
            groups.push(Group { section, units: Vec::new(), comments: Vec::new(), line: record.number });
            self.unit_open = false;
        }
        groups.last_mut()
    }

    fn comment(&mut self, record: &Record<'_>) {
        let comment = comment(record, 4);
        if let Some(group) = self.group(record, 2) {
            group.comments.push(comment);
        }
    }

    fn row(&mut self, record: &Record<'_>, kind: ClaimKind) {
        let Some(places) = layout::layout(kind, record.tag).and_then(|layout| layout.row) else { return };
        let row = row(record, &places, kind);
        let points = record.field(places.points);
        let continues = self.unit_open;
        let Some(group) = self.group(record, places.section) else { return };
        // Opening a group closes the unit of the one before.
        let continues = continues && !group.units.is_empty();
        if !continues {
            group.units.push(Unit { points: None, rows: Vec::new() });
        }
        if let Some(unit) = group.units.last_mut() {
            unit.rows.push(row);
            unit.points = read::number(points);
        }
        self.unit_open = points.is_empty();
    }

    fn prescription(&mut self, record: &Record<'_>) {
        let Some(receipt) = &mut self.receipt else { return };
        receipt.prescriptions.push(Prescription {
            number: text(record, 2).into_owned(),
            form: one(record, 3).filter(u8::is_ascii_digit).map(|form| form - b'0'),
            usage: Code::parse(record.field(4)),
            instruction: text(record, 5).into_owned(),
            dispensings: Vec::new(),
            line: record.number,
        });
        self.first_of_run = 0;
        self.run_has_rows = false;
    }

    fn dispensing(&mut self, record: &Record<'_>) {
        let Some(prescription) = self.receipt.as_mut().and_then(|receipt| receipt.prescriptions.last_mut()) else {
            return;
        };
        if std::mem::take(&mut self.run_has_rows) {
            self.first_of_run = prescription.dispensings.len();
        }
        prescription.dispensings.push(Dispensing {
            doctor: read::number(record.field(2)),
            prescribed_on: date(record, 3),
            dispensed_on: date(record, 4),
            quantity: read::number(record.field(6)),
            drugs: Vec::new(),
            materials: Vec::new(),
            comments: Vec::new(),
            line: record.number,
        });
    }

    fn pharmacy_row(&mut self, record: &Record<'_>) {
        let Some(receipt) = &mut self.receipt else { return };
        let run = receipt.prescriptions.last_mut().and_then(|it| it.dispensings.get_mut(self.first_of_run..));
        let Some(run) = run.filter(|run| !run.is_empty()) else {
            if record.tag == Tag::CO {
                receipt.comments.push(comment(record, 2));
            }
            return;
        };
        self.run_has_rows = true;
        for dispensing in run {
            match record.tag {
                Tag::IY => dispensing.drugs.push(PharmacyDrug {
                    code: Code::parse(record.field(3)),
                    amount: Decimal::parse(record.field(4)),
                    amount_per_dose: Decimal::parse(record.field(10)),
                    burden: one(record, 2),
                    line: record.number,
                }),
                Tag::TO => {
                    let places =
                        RowPlaces { burden: 2, code: 3, amount: 4, unit: 5, price: 6, name: 7, ..RowPlaces::default() };
                    dispensing.materials.push(material(record, &places));
                }
                _ => dispensing.comments.push(comment(record, 2)),
            }
        }
    }
}

/// A text; one that cannot be decoded is read with a replacement character, so that it is never taken for another.
fn text<'a>(record: &Record<'a>, field: usize) -> Cow<'a, str> {
    record.text(field).unwrap_or_else(|| Cow::Owned(String::from_utf8_lossy(record.field(field)).into_owned()))
}

fn some(text: Cow<'_, str>) -> Option<String> {
    (!text.is_empty()).then(|| text.into_owned())
}

fn one(record: &Record<'_>, field: usize) -> Option<u8> {
    match record.field(field) {
        [one] => Some(*one),
        _ => None,
    }
}

fn date(record: &Record<'_>, field: usize) -> Option<domain::Date> {
    read::day(record.field(field)).ok().map(|read| read.value)
}

fn section_of(raw: &[u8]) -> Option<Section> {
    read::number(raw).and_then(|section| u8::try_from(section).ok()).map(Section)
}

fn receipt_record(receipt: &mut Receipt, record: &Record<'_>, kind: ClaimKind) {
    let (notes, admitted, chart, search, kana) = match kind {
        ClaimKind::Medical | ClaimKind::Dpc => (12, 9, 14, 19, 37),
        ClaimKind::Dental => (14, 9, 16, 20, 26),
        ClaimKind::Pharmacy => (9, 0, 36, 38, 42),
    };
    receipt.number = read::number(record.field(2));
    receipt.receipt_type = Code::parse(record.field(3)).map(ReceiptType);
    receipt.month = read::month(record.field(4)).ok().map(|read| read.value);
    receipt.patient.name = text(record, 5).trim().to_owned();
    receipt.patient.sex = match record.field(6) {
        b"1" => Some(Sex::Male),
        b"2" => Some(Sex::Female),
        _ => None,
    };
    receipt.patient.birth_date = date(record, 7);
    receipt.patient.kana = text(record, kana).trim().to_owned();
    receipt.patient.chart_number = text(record, chart).trim().to_owned();
    receipt.admitted_on = if admitted > 0 { date(record, admitted) } else { None };
    receipt.special_notes = record
        .field(notes)
        .chunks_exact(2)
        .filter_map(|note| std::str::from_utf8(note).ok())
        .map(str::to_owned)
        .collect();
    if let Some(number) = some(text(record, search)) {
        receipt.search_number = Some(number);
    }
    if kind == ClaimKind::Pharmacy {
        let digits = [record.field(10), record.field(11), record.field(12)].concat();
        let code = std::str::from_utf8(&digits).ok().and_then(|digits| MedicalInstitutionCode::parse(digits).ok());
        receipt.prescriber = Some(Institution { code, name: text(record, 13).into_owned() });
        receipt.doctors = (15..35).map(|field| text(record, field).into_owned()).collect();
        while receipt.doctors.last().is_some_and(String::is_empty) {
            receipt.doctors.pop();
        }
    }
}

fn insurance(receipt: &mut Receipt, record: &Record<'_>) {
    // A row `2,n,0,HO` corrects the one that the institution wrote.
    if receipt.insurance.is_some() && record.origin != Some(b'2') {
        return;
    }
    receipt.insurance = Some(Insurance {
        insurer_number: text(record, 2).trim().to_owned(),
        symbol: text(record, 3).into_owned(),
        number: text(record, 4).into_owned(),
        days: read::number(record.field(5)),
        points: read::number(record.field(6)),
        line: record.number,
    });
}

fn confirmation(record: &Record<'_>) -> Confirmation {
    Confirmation {
        payer: one(record, 2).map_or(0, |payer| payer.wrapping_sub(b'0')),
        state: text(record, 3).into_owned(),
        insurer_number: text(record, 4).trim().to_owned(),
        symbol: text(record, 5).into_owned(),
        number: text(record, 6).into_owned(),
        branch: some(text(record, 7)),
        recipient_number: text(record, 8).into_owned(),
        line: record.number,
    }
}

fn diagnosis(record: &Record<'_>) -> Diagnosis {
    // Code, modifiers, name, from, outcome, main, comment.
    let (code, modifiers, name, from, outcome, main, note) = match record.tag {
        Tag::HS => (5, 6, 7, 2, 3, 10, 12),
        Tag::SB => (2, 3, 4, 0, 0, 0, 8),
        _ => (2, 5, 6, 3, 4, 7, 8),
    };
    let is_dpc = record.tag == Tag::SB;
    let class = is_dpc.then(|| text(record, 6).into_owned());
    Diagnosis {
        code: Code::parse(record.field(code)),
        modifiers: record.field(modifiers).chunks_exact(4).filter_map(Code::parse).collect(),
        name: text(record, name).into_owned(),
        from: if from > 0 { date(record, from) } else { None },
        outcome: match record.field(outcome.max(1)) {
            b"1" => Some(Outcome::Other),
            b"2" => Some(Outcome::Cured),
            b"3" => Some(Outcome::Died),
            b"4" => Some(Outcome::Stopped),
            _ => None,
        },
        is_main: if main > 0 { record.field(main) == b"01" } else { class.as_deref() == Some("11") },
        class,
        icd10: if is_dpc { some(text(record, 5)) } else { None },
        teeth: if record.tag == Tag::HS { some(text(record, 4)) } else { None },
        comment: text(record, note).into_owned(),
        line: record.number,
    }
}

fn summary(record: &Record<'_>) -> DpcSummary {
    DpcSummary {
        group: text(record, 2).into_owned(),
        admitted_on: date(record, 3),
        discharged_on: date(record, 4),
        outcome: text(record, 5).into_owned(),
        line: record.number,
    }
}

fn coding_data(record: &Record<'_>) -> CodingData {
    CodingData {
        date: date(record, 2),
        section: section_of(record.field(3)),
        sequence: read::number(record.field(4)),
        code: Code::parse(record.field(6)),
        amount: Decimal::parse(record.field(7)),
        quantity: Decimal::parse(record.field(8)),
        times: read::number(record.field(10)),
        line: record.number,
    }
}

fn comment(record: &Record<'_>, code: usize) -> Comment {
    Comment { code: Code::parse(record.field(code)), text: text(record, code + 1).into_owned(), line: record.number }
}

fn row(record: &Record<'_>, places: &RowPlaces, kind: ClaimKind) -> Row {
    match record.tag {
        Tag::IY => Row::Drug(Drug {
            service: service(record, places),
            code: Code::parse(record.field(places.code)),
            amount: Decimal::parse(record.field(places.amount)),
            class: if kind == ClaimKind::Dental {
                read::number(record.field(8)).and_then(|class| u8::try_from(class).ok())
            } else {
                None
            },
        }),
        Tag::TO => Row::Material(material(record, places)),
        tag => Row::Procedure(Procedure {
            service: service(record, places),
            code: Code::parse(record.field(places.code)),
            quantity: Decimal::parse(record.field(places.amount)),
            additions: if tag == Tag::SS { additions(record) } else { Vec::new() },
        }),
    }
}

fn additions(record: &Record<'_>) -> Vec<(String, Option<Decimal>)> {
    let pairs = (7..=75).step_by(2).filter(|field| !record.field(*field).is_empty());
    pairs.map(|field| (text(record, field).into_owned(), Decimal::parse(record.field(field + 1)))).collect()
}

fn material(record: &Record<'_>, places: &RowPlaces) -> Material {
    Material {
        service: service(record, places),
        code: Code::parse(record.field(places.code)),
        amount: Decimal::parse(record.field(places.amount)),
        unit: Code::parse(record.field(places.unit)),
        price: Decimal::parse(record.field(places.price)),
        name: text(record, places.name).into_owned(),
    }
}

fn service(record: &Record<'_>, places: &RowPlaces) -> Service {
    let mut comments = Vec::new();
    if places.comments > 0 {
        let pairs = (0..3).map(|nth| places.comments + 2 * nth);
        comments.extend(pairs.filter(|field| !record.field(*field).is_empty()).map(|field| comment(record, field)));
    }
    let mut days = Vec::new();
    if places.days > 0 {
        for day in 1..=31 {
            let count = read::number(record.field(places.days - 1 + usize::from(day)));
            if let Some(count) = count.and_then(|count| u16::try_from(count).ok()).filter(|count| *count > 0) {
                days.push(DayCount { day, count });
            }
        }
    }
    let times = if places.times > 0 { read::number(record.field(places.times)) } else { None };
    Service { line: record.number, burden: one(record, places.burden), times, days, comments }
}
