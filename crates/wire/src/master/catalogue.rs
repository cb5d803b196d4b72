//! What is known of drugs, in memory: about 20,000 of them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::record::{Drug, DrugCode, Medication};

use super::{DrugMasterReader, DrugRow, IngredientTable, SYNTHETIC_DRUG_MASTER};
use crate::feed::CsvEncoding;

/// What is known of one drug.
#[derive(Debug)]
struct Known {
    /// The drug with its ingredients, as the newest master that has it tells. Every entry of a history shares it.
    drug: Arc<Drug>,
    /// 単位名称; none where it has none.
    unit: Option<Arc<str>>,
    /// Whether it is a drug: rows with 金額種別 7 are deductions.
    is_drug: bool,
}

impl Known {
    fn new(row: DrugRow, ingredients: &IngredientTable) -> Self {
        let ingredients = row.form.map_or(&[][..], |form| ingredients.ingredients(&row.name, form)).to_vec();
        let class = row.class();
        let DrugRow { code, name, price_list_code, unit, is_drug, .. } = row;
        let drug = Drug { code, name: Some(name), price_list_code, class, ingredients };
        Self { drug: Arc::new(drug), unit: unit.map(Arc::from), is_drug }
    }
}

/// Drugs by code.
#[derive(Debug, Default)]
pub struct DrugCatalogue {
    known: HashMap<DrugCode, Known>,
}

impl DrugCatalogue {
    /// A catalogue of rows; of rows with the same code the last one counts.
    pub fn new(rows: impl IntoIterator<Item = DrugRow>, ingredients: &IngredientTable) -> Self {
        Self { known: rows.into_iter().map(|row| (row.code, Known::new(row, ingredients))).collect() }
    }

    /// The catalogue of the synthetic master that ships with the program.
    pub fn synthetic() -> Self {
        let mut reader = DrugMasterReader::new(SYNTHETIC_DRUG_MASTER, CsvEncoding::ShiftJis);
        let mut rows = Vec::new();
        while let Ok(Some(row)) = reader.next_row() {
            rows.extend(row.ok());
        }
        Self::new(rows, &IngredientTable::of_house())
    }

    /// How many drugs are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no drug is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether a code stands for a drug. Deductions (薬剤料逓減) carry drug codes too; what nobody knows is a drug.
    pub fn is_drug(&self, code: DrugCode) -> bool {
        self.known.get(&code).is_none_or(|known| known.is_drug)
    }

    /// The drug of a code, as far as it is known.
    pub fn drug(&self, code: DrugCode) -> Arc<Drug> {
        self.known.get(&code).map_or_else(|| Drug::unknown(code).into(), |known| Arc::clone(&known.drug))
    }

    /// Fills in what the master tells of the drugs of a history, and leaves out what is no drug.
    pub fn name_drugs(&self, medications: &mut Vec<Medication>) {
        medications.retain_mut(|entry| {
            let Some(known) = self.known.get(&entry.drug.code) else { return true };
            entry.drug = Arc::clone(&known.drug);
            entry.unit.clone_from(&known.unit);
            known.is_drug
        });
    }
}

#[cfg(test)]
mod tests {
    //! Proves that the synthetic master is known with ingredients, and that unknown drugs stay drugs.
    use super::*;

    #[test]
    fn every_synthetic_drug_has_ingredients() {
        let catalogue = DrugCatalogue::synthetic();
        let without: Vec<&str> = catalogue
            .known
            .values()
            .filter(|known| known.is_drug && known.drug.ingredients.is_empty())
            .map(|known| known.drug.shown())
            .collect();
        assert_eq!(without, [""; 0]);
        assert_eq!(catalogue.len(), 356);
    }

    #[test]
    fn an_unknown_drug_is_shown_by_its_code_and_a_deduction_is_no_drug() {
        let catalogue = DrugCatalogue::synthetic();
        let unknown = DrugCode::parse("699999999").unwrap();
        assert!(catalogue.is_drug(unknown));
        assert_eq!(catalogue.drug(unknown).shown(), "699999999");
        assert!(!catalogue.is_drug(DrugCode::parse("630010002").unwrap()));
    }
}
