//! The form of arrays: what a value means is told by its place. Names of fields would be two thirds of the text, and a record
//! of five years is read out of a hundred of them.
//!
//! Places never change their meaning. What is seldom there stands in an object behind them, to which fields can be added;
//! another order is another [`FORM`].

use std::borrow::Cow;
use std::sync::Arc;

use domain::record::{
    ClaimKind, Diagnosis, DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, DrugCode, History, Institution,
    Medication, Month, Procedure, ProcedureCode, ProcedureKind, Quantity, Source, Supply, TreatmentVisit, Usage,
    VisitItem,
};
use domain::{Date, MedicalInstitutionCode};
use serde::{Deserialize, Serialize};

use super::RowError;

/// The number of this form. 1 were objects.
const FORM: u8 = 2;

/// Form, month, kind, institutions (the one that claims is the first), medications, diagnoses, procedures, visits.
#[derive(Serialize, Deserialize)]
struct Row<'a>(
    u8,
    Month,
    ClaimKind,
    Vec<InstitutionText<'a>>,
    Vec<MedicationText<'a>>,
    Vec<DiagnosisText<'a>>,
    Vec<ProcedureText<'a>>,
    Vec<VisitText<'a>>,
);

/// Code and name.
#[derive(Serialize, Deserialize)]
struct InstitutionText<'a>(MedicalInstitutionCode, #[serde(default, skip_serializing_if = "Option::is_none")] Text<'a>);

type Text<'a> = Option<Cow<'a, str>>;

/// A place in the list of institutions.
type Place = u16;

/// The number of a day in the month of the claim, else `yyyymmdd`.
type Day = u32;

/// Drug, dispensed on, form, amount, supply (1 days, 2 doses, 3 times) and its count, dispenser, prescriber, prescribed on.
#[derive(Serialize, Deserialize)]
struct MedicationText<'a>(
    DrugCode,
    Day,
    DosageForm,
    Quantity,
    u8,
    u16,
    Place,
    Option<Place>,
    Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<MoreOfMedication<'a>>,
);

#[derive(Serialize, Deserialize, Default, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct MoreOfMedication<'a> {
    /// Where more than its code is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drug: Option<Cow<'a, Drug>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dose: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Cow<'a, Usage>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inpatient: bool,
}

/// Code, started on, outcome, whether it is the main one.
#[derive(Serialize, Deserialize)]
struct DiagnosisText<'a>(
    DiagnosisCode,
    Option<Day>,
    Option<DiagnosisOutcome>,
    bool,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<MoreOfDiagnosis<'a>>,
);

#[derive(Serialize, Deserialize, Default, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct MoreOfDiagnosis<'a> {
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    modifiers: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icd10: Text<'a>,
    /// None: the month of the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_month: Option<Month>,
    /// None: the one that claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Option<Place>,
}

/// Code, kind, performed on, times.
#[derive(Serialize, Deserialize)]
struct ProcedureText<'a>(
    ProcedureCode,
    ProcedureKind,
    Day,
    u16,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<MoreOfProcedure<'a>>,
);

#[derive(Serialize, Deserialize, Default, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct MoreOfProcedure<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Text<'a>,
    /// None: the one that claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Option<Place>,
}

/// Day and what was done.
#[derive(Serialize, Deserialize)]
struct VisitText<'a>(
    Day,
    Vec<VisitItemText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<MoreOfVisit>,
);

#[derive(Serialize, Deserialize, Default, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct MoreOfVisit {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inpatient: bool,
    /// None: the one that claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Option<Place>,
}

/// Code, kind, times, name.
#[derive(Serialize, Deserialize)]
struct VisitItemText<'a>(
    ProcedureCode,
    ProcedureKind,
    u16,
    #[serde(default, skip_serializing_if = "Option::is_none")] Text<'a>,
);

/// What is seldom there, or nothing.
fn more<T: Default + PartialEq>(more: T) -> Option<T> {
    Some(more).filter(|more| *more != T::default())
}

fn borrowed(text: Option<&str>) -> Text<'_> {
    text.map(Cow::Borrowed)
}

fn shared(text: Text<'_>) -> Option<Arc<str>> {
    text.map(Arc::from)
}

/// Writes the entries of one claim.
struct Writing<'a> {
    month: Month,
    institutions: Vec<&'a Institution>,
}

/// The text of a row.
pub(super) fn write(source: &Source, history: &History) -> String {
    let mut writing = Writing { month: source.month, institutions: vec![&source.institution] };
    let medications = history.medications.iter().map(|entry| writing.medication(entry)).collect();
    let diagnoses = history.diagnoses.iter().map(|entry| writing.diagnosis(entry)).collect();
    let procedures = history.procedures.iter().map(|entry| writing.procedure(entry)).collect();
    let visits = history.visits.iter().map(|entry| writing.visit(entry)).collect();
    let institutions = writing.institutions.iter().map(|by| InstitutionText(by.code, borrowed(by.name.as_deref())));
    let institutions = institutions.collect();
    let row = Row(FORM, source.month, source.kind, institutions, medications, diagnoses, procedures, visits);
    serde_json::to_string(&row).expect("a claim's entries are plain data with texts as keys")
}

impl<'a> Writing<'a> {
    fn place(&mut self, institution: &'a Institution) -> Place {
        let known = self.institutions.iter().position(|known| *known == institution);
        let at = known.unwrap_or_else(|| {
            self.institutions.push(institution);
            self.institutions.len() - 1
        });
        Place::try_from(at).expect("a claim has at most 20,000 rows, and each names one institution")
    }

    /// None: the one that claims.
    fn other(&mut self, institution: &'a Institution) -> Option<Place> {
        Some(self.place(institution)).filter(|place| *place != 0)
    }

    fn day(&self, date: Date) -> Day {
        let number = |part: i8| Day::from(part.unsigned_abs());
        if Month::of(date) == self.month {
            number(date.day())
        } else {
            Day::from(date.year().unsigned_abs()) * 10_000 + number(date.month()) * 100 + number(date.day())
        }
    }

    fn medication(&mut self, entry: &'a Medication) -> MedicationText<'a> {
        let (supply, count) = match entry.supply {
            Supply::Days(count) => (1, count),
            Supply::Doses(count) => (2, count),
            Supply::Times(count) => (3, count),
        };
        let more = more(MoreOfMedication {
            drug: Some(&*entry.drug).filter(|drug| **drug != Drug::unknown(drug.code)).map(Cow::Borrowed),
            unit: borrowed(entry.unit.as_deref()),
            dose: entry.dose,
            usage: entry.usage.as_ref().map(Cow::Borrowed),
            inpatient: entry.inpatient,
        });
        MedicationText(
            entry.drug.code,
            self.day(entry.dispensed_on),
            entry.form,
            entry.amount,
            supply,
            count,
            self.place(&entry.dispenser),
            entry.prescriber.as_ref().map(|by| self.place(by)),
            entry.prescribed_on.map(|date| self.day(date)),
            more,
        )
    }

    fn diagnosis(&mut self, entry: &'a Diagnosis) -> DiagnosisText<'a> {
        let more = more(MoreOfDiagnosis {
            modifiers: Cow::Borrowed(&entry.modifiers),
            name: borrowed(entry.name.as_deref()),
            icd10: borrowed(entry.icd10.as_deref()),
            last_month: Some(entry.last_month).filter(|month| *month != self.month),
            institution: self.other(&entry.institution),
        });
        DiagnosisText(entry.code, entry.started_on.map(|date| self.day(date)), entry.outcome, entry.main, more)
    }

    fn procedure(&mut self, entry: &'a Procedure) -> ProcedureText<'a> {
        let institution = self.other(&entry.institution);
        let more = more(MoreOfProcedure { name: borrowed(entry.name.as_deref()), institution });
        ProcedureText(entry.code, entry.kind, self.day(entry.performed_on), entry.times, more)
    }

    fn visit(&mut self, entry: &'a TreatmentVisit) -> VisitText<'a> {
        let item =
            |item: &'a VisitItem| VisitItemText(item.code, item.kind, item.times, borrowed(item.name.as_deref()));
        let institution = self.other(&entry.institution);
        let more = more(MoreOfVisit { inpatient: entry.inpatient, institution });
        VisitText(self.day(entry.day), entry.items.iter().map(item).collect(), more)
    }
}

/// Reads the entries of one claim.
struct Reading {
    source: Source,
    institutions: Vec<Arc<Institution>>,
}

/// Reads the text of a row.
pub(super) fn read(text: &str) -> Result<(Source, History), RowError> {
    let Row(form, month, kind, institutions, medications, diagnoses, procedures, visits) =
        match serde_json::from_str(text) {
            Ok(row) => row,
            Err(error) => return Err(another_form(text).map_or(RowError::Json(error), RowError::Form)),
        };
    if form != FORM {
        return Err(RowError::Form(form));
    }
    let named = |InstitutionText(code, name)| Arc::new(Institution { code, name: name.map(Cow::into_owned) });
    let institutions: Vec<Arc<Institution>> = institutions.into_iter().map(named).collect();
    let institution = institutions.first().ok_or(RowError::Number("no institution"))?.clone();
    let reading = Reading { source: Source { month, kind, institution }, institutions };
    let history = History {
        medications: medications.into_iter().map(|entry| reading.medication(entry)).collect::<Result<_, _>>()?,
        diagnoses: diagnoses.into_iter().map(|entry| reading.diagnosis(entry)).collect::<Result<_, _>>()?,
        procedures: procedures.into_iter().map(|entry| reading.procedure(entry)).collect::<Result<_, _>>()?,
        visits: visits.into_iter().map(|entry| reading.visit(entry)).collect::<Result<_, _>>()?,
    };
    Ok((reading.source, history))
}

/// The number of a form that is not this one.
fn another_form(text: &str) -> Option<u8> {
    let number: u8 = text.strip_prefix('[')?.split(',').next()?.parse().ok()?;
    (number != FORM).then_some(number)
}

impl Reading {
    fn institution(&self, place: Option<Place>) -> Result<Arc<Institution>, RowError> {
        let found = self.institutions.get(usize::from(place.unwrap_or_default()));
        found.cloned().ok_or(RowError::Number("a place outside of the list of institutions"))
    }

    fn date(&self, day: Day) -> Result<Date, RowError> {
        let part = |number: Day| i8::try_from(number % 100).ok();
        let date = match u8::try_from(day) {
            Ok(day) => self.source.month.day(day),
            Err(_) => (|| Date::new(i16::try_from(day / 10_000).ok()?, part(day / 100)?, part(day)?).ok())(),
        };
        date.ok_or(RowError::Number("a number that is no day"))
    }

    fn sources(&self) -> Vec<Source> {
        vec![self.source.clone()]
    }

    fn medication(&self, entry: MedicationText<'_>) -> Result<Medication, RowError> {
        let MedicationText(code, day, form, amount, supply, count, dispenser, prescriber, prescribed, more) = entry;
        let more = more.unwrap_or_default();
        Ok(Medication {
            drug: more.drug.map_or_else(|| Drug::unknown(code), Cow::into_owned).into(),
            dispensed_on: self.date(day)?,
            prescribed_on: prescribed.map(|day| self.date(day)).transpose()?,
            prescriber: prescriber.map(|place| self.institution(Some(place))).transpose()?,
            dispenser: self.institution(Some(dispenser))?,
            form,
            amount,
            unit: shared(more.unit),
            dose: more.dose,
            supply: match supply {
                1 => Supply::Days(count),
                2 => Supply::Doses(count),
                3 => Supply::Times(count),
                _ => return Err(RowError::Number("a number that is no supply")),
            },
            usage: more.usage.map(Cow::into_owned),
            inpatient: more.inpatient,
            sources: self.sources(),
        })
    }

    fn diagnosis(&self, entry: DiagnosisText<'_>) -> Result<Diagnosis, RowError> {
        let DiagnosisText(code, started, outcome, main, more) = entry;
        let more = more.unwrap_or_default();
        Ok(Diagnosis {
            code,
            modifiers: more.modifiers.into_owned(),
            name: shared(more.name),
            icd10: more.icd10.map(Cow::into_owned),
            started_on: started.map(|day| self.date(day)).transpose()?,
            last_month: more.last_month.unwrap_or(self.source.month),
            outcome,
            main,
            institution: self.institution(more.institution)?,
            sources: self.sources(),
        })
    }

    fn procedure(&self, entry: ProcedureText<'_>) -> Result<Procedure, RowError> {
        let ProcedureText(code, kind, day, times, more) = entry;
        let more = more.unwrap_or_default();
        Ok(Procedure {
            code,
            name: shared(more.name),
            kind,
            performed_on: self.date(day)?,
            times,
            institution: self.institution(more.institution)?,
            sources: self.sources(),
        })
    }

    fn visit(&self, entry: VisitText<'_>) -> Result<TreatmentVisit, RowError> {
        let VisitText(day, items, more) = entry;
        let more = more.unwrap_or_default();
        let item = |VisitItemText(code, kind, times, name)| VisitItem { code, name: shared(name), kind, times };
        Ok(TreatmentVisit {
            day: self.date(day)?,
            institution: self.institution(more.institution)?,
            inpatient: more.inpatient,
            items: items.into_iter().map(item).collect(),
            sources: self.sources(),
        })
    }
}
