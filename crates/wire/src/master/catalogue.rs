//! What is known of drugs, in memory: about 20,000 of them.

use std::collections::HashMap;

use domain::record::{Drug, DrugCode, Ingredient, Medication};

use super::{DrugMasterReader, DrugRow, IngredientTable, SYNTHETIC_DRUG_MASTER};
use crate::feed::CsvEncoding;

/// What is known of one drug.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its row in the newest master that has it.
    pub row: DrugRow,
    /// Its ingredients.
    pub ingredients: Vec<Ingredient>,
}

/// Drugs by code.
#[derive(Debug, Default)]
pub struct DrugCatalogue {
    known: HashMap<DrugCode, Known>,
}

impl DrugCatalogue {
    /// A catalogue of rows; of rows with the same code the last one counts.
    pub fn new(rows: impl IntoIterator<Item = DrugRow>, ingredients: &IngredientTable) -> Self {
        let known = |row: DrugRow| {
            let ingredients = row.form.map_or(&[][..], |form| ingredients.ingredients(&row.name, form)).to_vec();
            (row.code, Known { row, ingredients })
        };
        Self { known: rows.into_iter().map(known).collect() }
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

    /// What is known of a drug.
    pub fn known(&self, code: DrugCode) -> Option<&Known> {
        self.known.get(&code)
    }

    /// Whether a code stands for a drug. Deductions (薬剤料逓減) carry drug codes too; what nobody knows is a drug.
    pub fn is_drug(&self, code: DrugCode) -> bool {
        self.known.get(&code).is_none_or(|known| known.row.is_drug)
    }

    /// The drug of a code, as far as it is known.
    pub fn drug(&self, code: DrugCode) -> Drug {
        let Some(known) = self.known.get(&code) else { return Drug::unknown(code) };
        Drug {
            code,
            name: Some(known.row.name.clone()),
            price_list_code: known.row.price_list_code.clone(),
            class: known.row.class(),
            ingredients: known.ingredients.clone(),
        }
    }

    /// Fills in what the master tells of the drugs of a history, and leaves out what is no drug.
    pub fn name_drugs(&self, medications: &mut Vec<Medication>) {
        medications.retain(|entry| self.is_drug(entry.drug.code));
        for entry in medications {
            entry.drug = self.drug(entry.drug.code);
            if let Some(known) = self.known.get(&entry.drug.code) {
                entry.unit.clone_from(&known.row.unit);
            }
        }
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
            .filter(|known| known.row.is_drug && known.ingredients.is_empty())
            .map(|known| known.row.name.as_str())
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
