//! The record of one person, put together from claims.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClaimKind, Diagnosis, Medication, Procedure, ProcedureKind, Source, TreatmentVisit};
use crate::Date;

/// Drugs, diagnoses and treatments: of one claim, or of a person. `Debug` is blank.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct History {
    /// 薬剤情報.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub medications: Vec<Medication>,
    /// 傷病名.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Diagnosis>,
    /// 手術情報: surgery and its anaesthesia.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Procedure>,
    /// 診療情報.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<TreatmentVisit>,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("medications", &self.medications.len()).finish_non_exhaustive()
    }
}

impl History {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.medications.is_empty() && self.diagnoses.is_empty() && self.procedures.is_empty() && self.visits.is_empty()
    }

    /// Notes the claim from which every entry comes.
    pub fn set_source(&mut self, source: &Source) {
        let one = || vec![source.clone()];
        self.medications.iter_mut().for_each(|entry| entry.sources = one());
        self.diagnoses.iter_mut().for_each(|entry| entry.sources = one());
        self.procedures.iter_mut().for_each(|entry| entry.sources = one());
        self.visits.iter_mut().for_each(|entry| entry.sources = one());
    }

    /// The record of a person out of the entries of their claims: what two claims tell is one entry with two sources, and
    /// the order is that of time, the newest first.
    #[must_use]
    pub fn assemble(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.medications.extend(part.medications);
            all.diagnoses.extend(part.diagnoses);
            all.procedures.extend(part.procedures);
            all.visits.extend(part.visits);
        }
        all.medications = medications(all.medications);
        all.diagnoses = diagnoses(all.diagnoses);
        all.procedures = procedures(all.procedures);
        all.visits = visits(all.visits);
        all
    }
}

impl History {
    /// Everything that was done, each thing once, the newest day first: surgery and anaesthesia, and of the days of treatment
    /// what is neither. A day tells of its surgery too, and that is the same surgery. A day of which a claim tells nothing but
    /// that the patient came adds nothing.
    pub fn everything_done(&self) -> Vec<Procedure> {
        let of_visit = |visit: &TreatmentVisit| {
            let (day, institution, sources) = (visit.day, visit.institution.clone(), visit.sources.clone());
            let items = visit.items.iter().filter(|item| !item.kind.is_surgery());
            items
                .map(|item| Procedure {
                    code: item.code,
                    name: item.name.clone(),
                    kind: item.kind,
                    performed_on: day,
                    times: item.times,
                    institution: institution.clone(),
                    sources: sources.clone(),
                })
                .collect::<Vec<_>>()
        };
        procedures(self.procedures.iter().cloned().chain(self.visits.iter().flat_map(of_visit)).collect())
    }
}

fn add_sources(held: &mut Vec<Source>, more: Vec<Source>) {
    for source in more {
        if !held.contains(&source) {
            held.push(source);
        }
    }
}

/// A pharmacy tells by whom and when a drug was prescribed. Where the claim of that prescriber names the same drug, day and
/// count as its own, it is the same dispensing, seen twice.
///
/// Within one kind of claim two equal entries are two: a claim may well hold two equal lines.
fn medications(entries: Vec<Medication>) -> Vec<Medication> {
    let is_pharmacy = |entry: &Medication| entry.sources.iter().any(|source| source.kind == ClaimKind::Pharmacy);
    let (mut kept, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_pharmacy);
    let from_pharmacies = kept.len();
    let mut places: BTreeMap<(&str, Date), Vec<usize>> = BTreeMap::new();
    let keys: Vec<_> = kept.iter().map(|entry| (entry.drug.code, entry.dispensed_on, entry.prescribed_on)).collect();
    for (at, (code, dispensed, prescribed)) in keys.iter().enumerate() {
        places.entry((code.as_str(), *dispensed)).or_default().push(at);
        if let Some(prescribed) = prescribed.filter(|day| day != dispensed) {
            places.entry((code.as_str(), prescribed)).or_default().push(at);
        }
    }
    let mut taken = vec![false; from_pharmacies];
    for other in others {
        let same = |at: &&usize| {
            let one: &Medication = &kept[**at];
            !taken[**at]
                && one.responsible().code == other.responsible().code
                && one.amount == other.amount
                && one.supply == other.supply
        };
        let found = places.get(&(other.drug.code.as_str(), other.dispensed_on));
        match found.and_then(|places| places.iter().find(same)).copied() {
            Some(at) => {
                taken[at] = true;
                add_sources(&mut kept[at].sources, other.sources);
            }
            None => kept.push(other),
        }
    }
    kept.sort_by(|a, b| b.dispensed_on.cmp(&a.dispensed_on).then_with(|| a.drug.code.cmp(&b.drug.code)));
    kept
}

/// A diagnosis goes on from month to month: the same one of the same institution since the same day is one entry, with the
/// outcome of its last month. Of two claims of that month — the insurer changed in it — one may still say that it goes on:
/// the end counts.
fn diagnoses(mut entries: Vec<Diagnosis>) -> Vec<Diagnosis> {
    entries.sort_by_key(|entry| entry.last_month);
    let mut kept: Vec<Diagnosis> = Vec::with_capacity(entries.len());
    let mut places = BTreeMap::new();
    for entry in entries {
        // The name belongs to the key: diagnoses without a code differ by it.
        let name = if entry.code == super::DiagnosisCode::UNCODED { entry.name.clone() } else { None };
        let key = (entry.institution.code, entry.code, entry.modifiers.clone(), name, entry.started_on);
        if let Some(at) = places.get(&key) {
            let held: &mut Diagnosis = &mut kept[*at];
            if entry.last_month > held.last_month {
                (held.last_month, held.outcome, held.main) = (entry.last_month, entry.outcome, entry.main);
            } else {
                held.main |= entry.main;
                if !held.has_ended() {
                    held.outcome = entry.outcome.or(held.outcome);
                }
            }
            add_sources(&mut held.sources, entry.sources);
        } else {
            places.insert(key, kept.len());
            kept.push(entry);
        }
    }
    kept.sort_by(|a, b| {
        b.last_month.cmp(&a.last_month).then_with(|| b.main.cmp(&a.main)).then_with(|| b.started_on.cmp(&a.started_on))
    });
    kept
}

fn procedures(mut entries: Vec<Procedure>) -> Vec<Procedure> {
    entries.sort_by(|a, b| b.performed_on.cmp(&a.performed_on).then_with(|| a.code.cmp(&b.code)));
    entries
}

/// Several claims of one institution may tell of one day (a second payer): that is one visit.
fn visits(entries: Vec<TreatmentVisit>) -> Vec<TreatmentVisit> {
    let mut kept: Vec<TreatmentVisit> = Vec::with_capacity(entries.len());
    let mut places = BTreeMap::new();
    for entry in entries {
        let key = (entry.day, entry.institution.code, entry.inpatient);
        if let Some(at) = places.get(&key) {
            let held: &mut TreatmentVisit = &mut kept[*at];
            held.items.extend(entry.items);
            add_sources(&mut held.sources, entry.sources);
        } else {
            places.insert(key, kept.len());
            kept.push(entry);
        }
    }
    kept.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.institution.code.cmp(&b.institution.code)));
    kept
}

impl ProcedureKind {
    /// Whether it belongs to 手術情報.
    pub const fn is_surgery(self) -> bool {
        match self {
            Self::Surgery | Self::Anaesthesia => true,
            Self::Visit
            | Self::Management
            | Self::HomeCare
            | Self::Prescribing
            | Self::Injection
            | Self::Treatment
            | Self::Examination
            | Self::Imaging
            | Self::Hospitalisation
            | Self::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    //! Proves that what two claims tell is one entry, and that nothing else is.
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::MedicalInstitutionCode;
    use crate::record::{
        DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, DrugCode, Institution, Month, Quantity, Supply,
    };

    const CLINIC: &str = "1310000001";
    const PHARMACY: &str = "1340000001";
    const DAY: Date = date(2026, 9, 3);

    fn institution(code: &str) -> Arc<Institution> {
        Institution { code: MedicalInstitutionCode::parse(code).unwrap(), name: None }.into()
    }

    fn source(kind: ClaimKind, month: &str) -> Source {
        let code = if kind == ClaimKind::Pharmacy { PHARMACY } else { CLINIC };
        Source { month: Month::parse(month).unwrap(), kind, institution: institution(code) }
    }

    fn drug(kind: ClaimKind, days: u16) -> Medication {
        let pharmacy = kind == ClaimKind::Pharmacy;
        Medication {
            drug: Drug::unknown(DrugCode::parse("622947001").unwrap()).into(),
            dispensed_on: if pharmacy { date(2026, 9, 4) } else { DAY },
            prescribed_on: Some(DAY),
            prescriber: Some(institution(CLINIC)),
            dispenser: institution(if pharmacy { PHARMACY } else { CLINIC }),
            form: DosageForm::Oral,
            amount: Quantity::from(1),
            unit: None,
            dose: None,
            supply: Supply::Days(days),
            usage: None,
            inpatient: false,
            sources: vec![source(kind, "202609")],
        }
    }

    fn of_drugs(medications: Vec<Medication>) -> History {
        History { medications, ..History::default() }
    }

    #[test]
    fn one_dispensing_that_two_claims_tell_is_one_entry_with_two_sources() {
        let parts = [of_drugs(vec![drug(ClaimKind::Medical, 28)]), of_drugs(vec![drug(ClaimKind::Pharmacy, 28)])];
        let history = History::assemble(parts);
        assert_eq!(history.medications.len(), 1);
        let entry = &history.medications[0];
        assert_eq!(entry.dispenser, institution(PHARMACY));
        let kinds: Vec<ClaimKind> = entry.sources.iter().map(|source| source.kind).collect();
        assert_eq!(kinds, [ClaimKind::Pharmacy, ClaimKind::Medical]);
    }

    #[test]
    fn other_dispensings_stay_apart() {
        for (name, parts, entries) in [
            ("other days", vec![drug(ClaimKind::Medical, 14), drug(ClaimKind::Pharmacy, 28)], 2),
            ("two lines of one claim", vec![drug(ClaimKind::Medical, 28), drug(ClaimKind::Medical, 28)], 2),
            (
                "two lines of a pharmacy, one of the clinic",
                vec![drug(ClaimKind::Pharmacy, 28), drug(ClaimKind::Pharmacy, 28), drug(ClaimKind::Medical, 28)],
                2,
            ),
        ] {
            assert_eq!(History::assemble([of_drugs(parts)]).medications.len(), entries, "{name}");
        }
    }

    #[test]
    fn a_diagnosis_goes_on_from_month_to_month() {
        let diagnosis = |month: &str, outcome| Diagnosis {
            code: DiagnosisCode::parse("8833421").unwrap(),
            modifiers: Vec::new(),
            name: None,
            icd10: None,
            started_on: Some(date(2024, 4, 1)),
            last_month: Month::parse(month).unwrap(),
            outcome,
            main: false,
            institution: institution(CLINIC),
            sources: vec![source(ClaimKind::Medical, month)],
        };
        let part = |month, outcome| History { diagnoses: vec![diagnosis(month, outcome)], ..History::default() };
        let history = History::assemble([
            part("202609", Some(DiagnosisOutcome::Cured)),
            part("202607", None),
            part("202608", None),
        ]);
        assert_eq!(history.diagnoses.len(), 1);
        let entry = &history.diagnoses[0];
        assert_eq!(entry.outcome, Some(DiagnosisOutcome::Cured));
        assert_eq!(entry.last_month.to_string(), "202609");
        assert_eq!(entry.sources.len(), 3);
        // Two claims of one month, whichever is read first.
        let (goes_on, ended) = (Some(DiagnosisOutcome::Continued), Some(DiagnosisOutcome::Cured));
        for (one, other) in [(goes_on, ended), (ended, goes_on), (ended, None), (None, ended)] {
            let history = History::assemble([part("202609", one), part("202609", other)]);
            let outcomes: Vec<_> = history.diagnoses.iter().map(|diagnosis| diagnosis.outcome).collect();
            assert_eq!(outcomes, [ended], "{one:?} {other:?}");
        }
    }
}
