//! The text of a row of `claim`: the claim, and its entries without what the claim says already. Most of a claim's entries are
//! of the institution that claims; written out in each, its name would be half of the text.
//!
//! Rows of before, which say everything in each entry, are read as well.

use std::borrow::Cow;

use domain::Date;
use domain::date;
use domain::record::{
    Diagnosis, DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, History, Institution, Medication, Month, Procedure,
    ProcedureCode, ProcedureKind, Quantity, Source, Supply, TreatmentVisit, Usage, VisitItem,
};
use serde::{Deserialize, Serialize};

/// What lies in a row.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row<'a> {
    source: Cow<'a, Source>,
    history: Entries<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entries<'a> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    medications: Vec<MedicationText<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    diagnoses: Vec<DiagnosisText<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    procedures: Vec<ProcedureText<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    visits: Vec<VisitText<'a>>,
}

/// Somebody else than the institution that claims; none: it is the one that claims.
type Other<'a> = Option<Cow<'a, Institution>>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MedicationText<'a> {
    drug: Cow<'a, Drug>,
    #[serde(with = "date::as_text")]
    dispensed_on: Date,
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    prescribed_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prescriber: Option<Cow<'a, Institution>>,
    /// The institution that claims prescribed; then there is no other prescriber.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    prescribed_here: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dispenser: Other<'a>,
    form: DosageForm,
    amount: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dose: Option<Quantity>,
    supply: Supply,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Cow<'a, Usage>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inpatient: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DiagnosisText<'a> {
    code: DiagnosisCode,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    modifiers: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icd10: Option<Cow<'a, str>>,
    #[serde(default, with = "date::as_text_opt", skip_serializing_if = "Option::is_none")]
    started_on: Option<Date>,
    /// None: the month of the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_month: Option<Month>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<DiagnosisOutcome>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    main: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Other<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcedureText<'a> {
    code: ProcedureCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    kind: ProcedureKind,
    #[serde(with = "date::as_text")]
    performed_on: Date,
    times: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Other<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VisitText<'a> {
    #[serde(with = "date::as_text")]
    day: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Other<'a>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inpatient: bool,
    #[serde(default, skip_serializing_if = "<[VisitItem]>::is_empty")]
    items: Cow<'a, [VisitItem]>,
}

/// The text of a row. The entries' own lists of sources are not kept: all have this one.
pub(super) fn write(source: &Source, history: &History) -> String {
    let other = |institution: &'_ Institution| *institution != source.institution;
    let entries = Entries {
        medications: history.medications.iter().map(|entry| medication_text(entry, source)).collect(),
        diagnoses: history
            .diagnoses
            .iter()
            .map(|entry| DiagnosisText {
                code: entry.code,
                modifiers: Cow::Borrowed(&entry.modifiers),
                name: entry.name.as_deref().map(Cow::Borrowed),
                icd10: entry.icd10.as_deref().map(Cow::Borrowed),
                started_on: entry.started_on,
                last_month: Some(entry.last_month).filter(|month| *month != source.month),
                outcome: entry.outcome,
                main: entry.main,
                institution: Some(&entry.institution).filter(|by| other(by)).map(Cow::Borrowed),
            })
            .collect(),
        procedures: history
            .procedures
            .iter()
            .map(|entry| ProcedureText {
                code: entry.code,
                name: entry.name.as_deref().map(Cow::Borrowed),
                kind: entry.kind,
                performed_on: entry.performed_on,
                times: entry.times,
                institution: Some(&entry.institution).filter(|by| other(by)).map(Cow::Borrowed),
            })
            .collect(),
        visits: history
            .visits
            .iter()
            .map(|entry| VisitText {
                day: entry.day,
                institution: Some(&entry.institution).filter(|by| other(by)).map(Cow::Borrowed),
                inpatient: entry.inpatient,
                items: Cow::Borrowed(&entry.items),
            })
            .collect(),
    };
    let row = Row { source: Cow::Borrowed(source), history: entries };
    serde_json::to_string(&row).expect("a claim's entries are plain data with texts as keys")
}

fn medication_text<'a>(entry: &'a Medication, source: &Source) -> MedicationText<'a> {
    let here = |institution: &Institution| *institution == source.institution;
    let prescribed_here = entry.prescriber.as_ref().is_some_and(here);
    MedicationText {
        drug: Cow::Borrowed(&entry.drug),
        dispensed_on: entry.dispensed_on,
        prescribed_on: entry.prescribed_on,
        prescriber: entry.prescriber.as_ref().filter(|_| !prescribed_here).map(Cow::Borrowed),
        prescribed_here,
        dispenser: Some(&entry.dispenser).filter(|by| !here(by)).map(Cow::Borrowed),
        form: entry.form,
        amount: entry.amount,
        unit: entry.unit.as_deref().map(Cow::Borrowed),
        dose: entry.dose,
        supply: entry.supply,
        usage: entry.usage.as_ref().map(Cow::Borrowed),
        inpatient: entry.inpatient,
    }
}

/// Reads the text of a row: the claim, and its entries, each with the claim as its source.
///
/// # Errors
/// A text that this program cannot have written.
pub(super) fn read(text: &str) -> Result<(Source, History), serde_json::Error> {
    let Row { source, history } = serde_json::from_str::<Row<'_>>(text)?;
    let source = source.into_owned();
    let by = |other: Other<'_>| other.map_or_else(|| source.institution.clone(), Cow::into_owned);
    let sources = || vec![source.clone()];
    let medications = history.medications.into_iter().map(|entry| Medication {
        drug: entry.drug.into_owned(),
        dispensed_on: entry.dispensed_on,
        prescribed_on: entry.prescribed_on,
        prescriber: if entry.prescribed_here {
            Some(source.institution.clone())
        } else {
            entry.prescriber.map(Cow::into_owned)
        },
        dispenser: by(entry.dispenser),
        form: entry.form,
        amount: entry.amount,
        unit: entry.unit.map(Cow::into_owned),
        dose: entry.dose,
        supply: entry.supply,
        usage: entry.usage.map(Cow::into_owned),
        inpatient: entry.inpatient,
        sources: sources(),
    });
    let diagnoses = history.diagnoses.into_iter().map(|entry| Diagnosis {
        code: entry.code,
        modifiers: entry.modifiers.into_owned(),
        name: entry.name.map(Cow::into_owned),
        icd10: entry.icd10.map(Cow::into_owned),
        started_on: entry.started_on,
        last_month: entry.last_month.unwrap_or(source.month),
        outcome: entry.outcome,
        main: entry.main,
        institution: by(entry.institution),
        sources: sources(),
    });
    let procedures = history.procedures.into_iter().map(|entry| Procedure {
        code: entry.code,
        name: entry.name.map(Cow::into_owned),
        kind: entry.kind,
        performed_on: entry.performed_on,
        times: entry.times,
        institution: by(entry.institution),
        sources: sources(),
    });
    let visits = history.visits.into_iter().map(|entry| TreatmentVisit {
        day: entry.day,
        institution: by(entry.institution),
        inpatient: entry.inpatient,
        items: entry.items.into_owned(),
        sources: sources(),
    });
    let history = History {
        medications: medications.collect(),
        diagnoses: diagnoses.collect(),
        procedures: procedures.collect(),
        visits: visits.collect(),
    };
    Ok((source, history))
}

#[cfg(test)]
mod tests {
    //! Proves that what is left out comes back, and that rows of before are read.
    use wire::claims::{ClaimReader, ReadOptions};
    use wire::history;

    use super::*;

    const CLINIC: &str = "IR,1,13,1,2345679,,確か診療所,202603,00,03-0000-0000\r\n\
        RE,1,1112,202602,髙橋　一,1,19800202\r\nHO,06139463,100,1,2,100\r\nSN,1,01,06139463,100,1,00\r\n\
        SY,8833421,20240401,1,,,01\r\nSI,12,1,112007410,,75,1,,,,,,,,1\r\n\
        IY,21,1,622947001,1,1,28,,,,,,,,,28\r\nSI,50,1,150003110,,100,1,,,,,,,,,1\r\nGO,1,100,99\r\n";
    const PHARMACY: &str = "YK,1,13,4,0000015,たしか薬局,202610,00,03-0000-0001\r\n\
        RE,1,4112,202609,髙橋　一,1,19800202,,,13,1,2345679,確か診療所,東京都,見本　医師\r\nHO,06139463,100,1,1,100\r\n\
        SN,1,01,06139463,100,1,00\r\nSH,01,1,006\r\nCZ,1,20260903,20260904,1,28\r\nIY,1,622947001,3,1\r\nGO,1,100,99\r\n";

    /// The claims of a file.
    fn claims(file: &str) -> Vec<history::ClaimHistory> {
        let mut reader = ClaimReader::new(file.as_bytes(), ReadOptions::default()).unwrap();
        let mut claims = Vec::new();
        while let Some(receipt) = reader.next_receipt().unwrap() {
            claims.extend(history::of_claim(&receipt));
        }
        claims
    }

    /// As it is read: each entry has the claim as its source.
    fn with_sources(claim: &history::ClaimHistory) -> History {
        let mut history = claim.history.clone();
        history.set_source(&claim.source);
        history
    }

    #[test]
    fn what_a_row_leaves_out_comes_back() {
        for (file, name) in [(CLINIC, "確か診療所"), (PHARMACY, "たしか薬局")] {
            for claim in claims(file) {
                assert!(!claim.history.medications.is_empty(), "{name}");
                let text = write(&claim.source, &claim.history);
                assert_eq!(text.matches(name).count(), 1, "{text}");
                let (source, history) = read(&text).unwrap();
                assert_eq!(source, claim.source);
                assert!(history == with_sources(&claim), "{name}");
            }
        }
    }

    #[test]
    fn a_row_that_says_everything_in_each_entry_is_read() {
        for claim in claims(CLINIC).iter().chain(&claims(PHARMACY)) {
            let text = serde_json::json!({ "Source": claim.source, "History": claim.history }).to_string();
            let (source, history) = read(&text).unwrap();
            assert_eq!(source, claim.source);
            assert!(history == with_sources(claim));
        }
    }
}
