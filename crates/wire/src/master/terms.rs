//! Small tables of names for codes: diagnoses with their ICD-10, and procedures.

use std::collections::HashMap;
use std::sync::Arc;

use domain::record::{Diagnosis, Procedure, TreatmentVisit};

use crate::feed::{CsvEncoding, CsvReader, CsvRow, Fields, RowFault};
use crate::limits;

/// What a code means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The code: 傷病名コード of 7 digits, or 診療行為コード of 9.
    pub code: String,
    /// Its name.
    pub name: Arc<str>,
    /// ICD-10 of a diagnosis, without a point.
    pub icd10: Option<String>,
}

impl CsvRow for Term {
    const COLUMNS: &'static [&'static str] = &["Code", "Name", "Icd10"];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        let code = fields.required(0, 9)?;
        if !matches!(code.len(), 7 | 9) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fields.fault(0, RowFault::Length));
        }
        Ok(Self {
            code,
            name: fields.required(1, limits::MASTER_MAX_NAME_CHARS)?.into(),
            icd10: fields.text_opt(2, 8)?,
        })
    }
}

/// Terms by code.
#[derive(Debug, Default)]
pub struct TermTable {
    known: HashMap<String, Term>,
}

impl TermTable {
    /// A table of these terms.
    pub fn new(terms: impl IntoIterator<Item = Term>) -> Self {
        Self { known: terms.into_iter().map(|term| (term.code.clone(), term)).collect() }
    }

    /// The table of this house: the diagnoses and procedures of the synthetic nation.
    pub fn of_house() -> Self {
        let file = include_bytes!("../../data/terms.csv");
        let Ok(mut reader) = CsvReader::<_, Term>::new(&file[..], CsvEncoding::Utf8) else { return Self::default() };
        let mut terms = Vec::new();
        while let Ok(Some(row)) = reader.next_row() {
            terms.extend(row.ok());
        }
        Self::new(terms)
    }

    /// What a code means.
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.known.get(code)
    }

    /// Fills in names and ICD-10 where the claim tells none.
    pub fn name_diagnoses(&self, diagnoses: &mut [Diagnosis]) {
        for diagnosis in diagnoses {
            let Some(term) = self.known.get(diagnosis.code.as_str()) else { continue };
            diagnosis.name.get_or_insert_with(|| Arc::clone(&term.name));
            if diagnosis.icd10.is_none() {
                diagnosis.icd10.clone_from(&term.icd10);
            }
        }
    }

    /// Fills in names of procedures.
    pub fn name_procedures(&self, procedures: &mut [Procedure], visits: &mut [TreatmentVisit]) {
        let name = |code: &str| self.known.get(code).map(|term| Arc::clone(&term.name));
        for procedure in procedures {
            procedure.name = name(procedure.code.as_str());
        }
        for item in visits.iter_mut().flat_map(|visit| &mut visit.items) {
            item.name = name(item.code.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    //! Proves that the table of the house is read whole.
    use super::*;

    #[test]
    fn every_term_of_the_house_is_read() {
        let table = TermTable::of_house();
        let file = include_str!("../../data/terms.csv");
        assert_eq!(table.known.len(), file.lines().count() - 1);
        assert_eq!(table.term("8833421").and_then(|term| term.icd10.as_deref()), Some("I10"));
        assert_eq!(table.term("112007410").map(|term| &*term.name), Some("再診料"));
        assert_eq!(table.term("9999999"), None);
    }
}
