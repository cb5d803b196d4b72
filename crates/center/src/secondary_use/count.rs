//! Counting a month: persons by prefecture, class of age, sex and drug.

use std::collections::{BTreeMap, HashMap};

use domain::record::{Medication, Month};
use domain::secondary_use::{AgeClass, ExportTable, GivenMonth, may_be_given};
use domain::{Date, MedicalInstitutionCode, PersonId, Prefecture, RegistrationStatus};

use crate::claims::records::{Masters, put_together};
use crate::limits;
use crate::store::coverage::read_record;
use crate::store::secondary_use::{CountedClaim, ExportCell};
use crate::store::{Result as StoreResult, Store, StoreError};

/// Why a month was not counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More cells than memory is meant to hold.
    #[error("the table has more than {} cells in a month", limits::EXPORT_CELLS_MAX)]
    TooManyCells,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct CellKey {
    /// 0: the whole country.
    prefecture: u8,
    age_class: AgeClass,
    sex: &'static str,
    atc: String,
}

/// How many persons, and the first institutions behind them: as many as are needed to know that there are enough.
#[derive(Default)]
struct Cell {
    persons: u64,
    institutions: Vec<MedicalInstitutionCode>,
}

impl Cell {
    fn note(&mut self, institution: MedicalInstitutionCode) {
        if self.institutions.len() < domain::limits::EXPORT_INSTITUTIONS_MIN
            && !self.institutions.contains(&institution)
        {
            self.institutions.push(institution);
        }
    }
}

/// The cells of a month.
struct Counter {
    month: Month,
    table: ExportTable,
    cells: HashMap<CellKey, Cell>,
    names: HashMap<String, String>,
}

impl Counter {
    fn new(month: Month, table: ExportTable) -> Self {
        Self { month, table, cells: HashMap::new(), names: HashMap::new() }
    }

    /// Counts a person once in each cell in which they belong.
    fn add(&mut self, who: &Counted, medications: &[Medication]) -> Result<(), CountError> {
        let Some(age_class) = AgeClass::of(who.birthdate, self.month) else { return Ok(()) };
        let mut mine: BTreeMap<(u8, &str), Vec<MedicalInstitutionCode>> = BTreeMap::new();
        for medication in medications.iter().filter(|medication| Month::of(medication.dispensed_on) == self.month) {
            let institution = medication.dispenser.code;
            let prefecture =
                if self.table.by_prefecture() { Prefecture::of_institution(institution).number() } else { 0 };
            for atc in self.table.codes_of(&medication.drug) {
                mine.entry((prefecture, atc)).or_default().push(institution);
            }
            for ingredient in &medication.drug.ingredients {
                self.names.entry(ingredient.atc.clone()).or_insert_with(|| ingredient.name.clone());
            }
        }
        for ((prefecture, atc), institutions) in mine {
            let key = CellKey { prefecture, age_class, sex: who.sex, atc: atc.to_owned() };
            let cell = self.cells.entry(key).or_default();
            cell.persons += 1;
            for institution in institutions {
                cell.note(institution);
            }
        }
        if self.cells.len() > limits::EXPORT_CELLS_MAX { Err(CountError::TooManyCells) } else { Ok(()) }
    }

    /// The cells that may be given, in order. The others are gone with this.
    fn given(self, k: u32) -> Vec<ExportCell> {
        let Self { cells, names, .. } = self;
        let mut given: Vec<ExportCell> = cells
            .into_iter()
            .filter(|(_, cell)| may_be_given(cell.persons, cell.institutions.len(), k))
            .map(|(key, cell)| ExportCell {
                prefecture: key.prefecture,
                age_class: key.age_class.first_year(),
                sex: key.sex.to_owned(),
                // A class has no name of its own.
                drug_name: names.get(&key.atc).cloned().unwrap_or_default(),
                atc: key.atc,
                persons: cell.persons,
            })
            .collect();
        given.sort_unstable();
        given
    }
}

/// What is needed of a person, and no more.
struct Counted {
    birthdate: Date,
    sex: &'static str,
}

/// Counts a month and gives what may leave. Who does not want to be counted is not, and neither is who has no coverage on
/// record any more.
///
/// # Errors
/// See [`CountError`].
pub async fn count_month(store: &Store, masters: &Masters, wanted: &GivenMonth) -> Result<Vec<ExportCell>, CountError> {
    let mut counter = Counter::new(wanted.month, wanted.table);
    let mut after = None;
    let mut people: BTreeMap<PersonId, Vec<String>> = BTreeMap::new();
    loop {
        let page = async |mut tx: crate::store::Tx| {
            tx.claims_of_month(wanted.month, after, limits::EXPORT_CLAIMS_PER_PAGE).await
        };
        let page: Vec<CountedClaim> = store.read("export_claims", page).await?;
        let is_last = page.len() < limits::EXPORT_CLAIMS_PER_PAGE as usize;
        after = page.last().map(|claim| (claim.person, claim.key));
        for CountedClaim { person, entries, .. } in page {
            people.entry(person).or_default().push(entries);
        }
        // The claims of the last one may go on behind the page.
        let carried = if is_last { None } else { people.pop_last() };
        count_people(store, masters, &mut counter, std::mem::take(&mut people)).await?;
        people.extend(carried);
        if is_last {
            return Ok(counter.given(wanted.k));
        }
    }
}

async fn count_people(
    store: &Store,
    masters: &Masters,
    counter: &mut Counter,
    people: BTreeMap<PersonId, Vec<String>>,
) -> Result<(), CountError> {
    let persons: Vec<PersonId> = people.keys().copied().collect();
    let known = store.read("export_people", async |mut tx| tx.people_to_count(&persons).await).await?;
    for (person, claims) in people {
        let Some(who) = known.get(&person) else { continue };
        let (mut history, _) = put_together(claims.iter().map(String::as_str), None)?;
        masters.drugs.name_drugs(&mut history.medications);
        counter.add(who, &history.medications)?;
    }
    Ok(())
}

impl crate::store::Tx {
    /// Birth date and sex of those of these persons who are counted, by the newest coverage of each.
    async fn people_to_count(&mut self, persons: &[PersonId]) -> StoreResult<HashMap<PersonId, Counted>> {
        let out = self.opted_out_among(persons).await?;
        let mut newest: HashMap<PersonId, (Date, Counted)> = HashMap::new();
        for (person, record) in self.coverages_of_persons(persons).await? {
            let coverage = read_record(person, &record)?.coverage;
            let since = coverage.qualification_date;
            let counts = coverage.registration_status == RegistrationStatus::Registered && !out.contains(&person);
            if counts && newest.get(&person).is_none_or(|(held, _)| *held < since) {
                let counted = Counted { birthdate: coverage.person.birthdate, sex: coverage.person.sex1.code() };
                newest.insert(person, (since, counted));
            }
        }
        Ok(newest.into_iter().map(|(person, (_, counted))| (person, counted)).collect())
    }
}

#[cfg(test)]
mod tests {
    //! Proves how persons are counted: once in a cell, in the month of the day, and not at all below k.
    use super::*;
    use domain::record::{DosageForm, Drug, DrugCode, Ingredient, Institution, Quantity, Supply};

    fn medication(day: &str, institution: &str, atc: &[&str]) -> Medication {
        let ingredient =
            |atc: &&str| Ingredient { atc: (*atc).to_owned(), name: format!("成分{atc}"), name_en: String::new() };
        let mut drug = Drug::unknown(DrugCode::parse("622947001").unwrap());
        drug.ingredients = atc.iter().map(ingredient).collect();
        Medication {
            drug: drug.into(),
            dispensed_on: domain::date::parse(day).unwrap(),
            prescribed_on: None,
            prescriber: None,
            dispenser: Institution { code: MedicalInstitutionCode::parse(institution).unwrap(), name: None }.into(),
            form: DosageForm::Oral,
            amount: Quantity::parse("1").unwrap(),
            unit: None,
            dose: None,
            supply: Supply::Days(7),
            usage: None,
            inpatient: false,
            sources: Vec::new(),
        }
    }

    const PHARMACIES: [&str; 3] = ["1340000015", "1340000023", "2740000019"];

    fn counter(table: ExportTable) -> Counter {
        Counter::new(Month::parse("202602").unwrap(), table)
    }

    fn who(birthdate: &str) -> Counted {
        Counted { birthdate: domain::date::parse(birthdate).unwrap(), sex: "1" }
    }

    #[test]
    fn a_person_counts_once_in_a_cell_and_only_in_the_month_of_the_day() {
        let mut counter = counter(ExportTable::Ingredients);
        for at in 0..12 {
            let twice = [
                medication("20260203", PHARMACIES[at % 3], &["C08CA01"]),
                medication("20260217", PHARMACIES[at % 3], &["C08CA01"]),
                medication("20260301", PHARMACIES[at % 3], &["A02BC01"]),
            ];
            counter.add(&who("19500101"), &twice).unwrap();
        }
        let given = counter.given(10);
        assert_eq!(given.len(), 1, "the drug of March belongs to March");
        let cell = &given[0];
        assert_eq!((cell.prefecture, cell.age_class, cell.sex.as_str(), cell.persons), (0, 70, "1", 12));
        assert_eq!((cell.atc.as_str(), cell.drug_name.as_str()), ("C08CA01", "成分C08CA01"));
    }

    #[test]
    fn nine_persons_and_two_institutions_leave_nothing() {
        for (persons, pharmacies, cells) in [(9, 3, 0), (10, 3, 1), (500, 2, 0), (500, 1, 0)] {
            let mut counter = counter(ExportTable::Classes);
            for at in 0..persons {
                counter
                    .add(&who("20200101"), &[medication("20260203", PHARMACIES[at % pharmacies], &["C08CA01"])])
                    .unwrap();
            }
            assert_eq!(counter.given(10).len(), cells, "{persons} persons at {pharmacies}");
        }
    }

    #[test]
    fn by_prefecture_each_needs_its_own_persons_and_institutions() {
        let mut counter = counter(ExportTable::PrefectureClasses);
        for at in 0..300 {
            counter.add(&who("20200101"), &[medication("20260203", PHARMACIES[at % 3], &["C08CA01"])]).unwrap();
        }
        assert!(counter.given(10).is_empty(), "two pharmacies in one prefecture, one in the other");
    }

    #[test]
    fn who_is_born_later_is_not_counted() {
        let mut counter = counter(ExportTable::Ingredients);
        counter.add(&who("20260301"), &[medication("20260203", PHARMACIES[0], &["C08CA01"])]).unwrap();
        assert!(counter.cells.is_empty());
    }
}
