//! Tables of counts: what a row of an export counts, and which rows are withheld.

use crate::limits::EXPORT_INSTITUTIONS_MIN;
use crate::record::{Drug, Month};
use crate::{Date, age};

/// Which table. Each counts persons to whom a drug was handed out in a month, by age class, sex and drug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportTable {
    /// Of the whole country, by ingredient.
    Ingredients,
    /// Of the whole country, by class.
    Classes,
    /// By the prefecture of who handed it out, and ingredient.
    PrefectureIngredients,
    /// By the prefecture of who handed it out, and class.
    PrefectureClasses,
}

/// Characters of an ATC code that name the class: the chemical subgroup, such as `C08CA`.
const CLASS_CHARS: usize = 5;

impl ExportTable {
    /// Every table.
    pub const ALL: [Self; 4] = [Self::Ingredients, Self::Classes, Self::PrefectureIngredients, Self::PrefectureClasses];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ingredients => "ingredients",
            Self::Classes => "classes",
            Self::PrefectureIngredients => "prefecture_ingredients",
            Self::PrefectureClasses => "prefecture_classes",
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.code() == code)
    }

    /// Whether it tells prefectures apart.
    pub const fn by_prefecture(self) -> bool {
        match self {
            Self::Ingredients | Self::Classes => false,
            Self::PrefectureIngredients | Self::PrefectureClasses => true,
        }
    }

    /// The ATC codes under which a drug is counted, each once: of a 配合剤 each of its ingredients. None for a drug whose
    /// ingredients nobody here knows: it is not counted.
    pub fn codes_of(self, drug: &Drug) -> Vec<&str> {
        let mut codes: Vec<&str> = drug.ingredients.iter().map(|ingredient| self.code_of(&ingredient.atc)).collect();
        codes.retain(|code| !code.is_empty());
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    fn code_of(self, atc: &str) -> &str {
        match self {
            Self::Ingredients | Self::PrefectureIngredients => atc,
            Self::Classes | Self::PrefectureClasses => atc.get(..CLASS_CHARS).unwrap_or(atc),
        }
    }
}

/// Ten years of age; from 90 on, one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgeClass(u8);

impl AgeClass {
    /// The class of a person on the first day of a month, by birthdays (年齢計算ニ関スル法律 is for rights, not for counting).
    /// None for who is not born by then.
    pub fn of(birthdate: Date, month: Month) -> Option<Self> {
        let on = month.first_day();
        if month.last_day() < birthdate {
            return None;
        }
        // Born in the month itself: the first class.
        let years = (1..=9_i16).take_while(|tens| age::birthday(birthdate, tens * 10) <= on).count();
        u8::try_from(years).ok().map(|tens| Self(tens * 10))
    }

    /// Back from the first year of it.
    pub const fn new(first_year: u8) -> Option<Self> {
        if first_year <= 90 && first_year.is_multiple_of(10) { Some(Self(first_year)) } else { None }
    }

    /// Its first year: 0, 10, … 90.
    pub const fn first_year(self) -> u8 {
        self.0
    }
}

/// `0-9`, … `80-89`, `90+`.
impl std::fmt::Display for AgeClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == 90 { f.write_str("90+") } else { write!(f, "{}-{}", self.0, self.0 + 9) }
    }
}

/// Whether the number of a cell may be given: at least k persons, and at least [`EXPORT_INSTITUTIONS_MIN`] institutions,
/// so that none of them reads the numbers of the others out of it. A cell that may not be given has no row; no table has
/// a total, so that it does not follow from the others.
pub const fn may_be_given(persons: u64, institutions: usize, k: u32) -> bool {
    persons >= k as u64 && institutions >= EXPORT_INSTITUTIONS_MIN
}

#[cfg(test)]
mod tests {
    //! Proves where classes begin, under which codes drugs are counted, and which cells are withheld.
    use super::*;
    use crate::limits::EXPORT_K_MIN;
    use crate::record::{DrugCode, Ingredient};

    #[test]
    fn classes_of_age_begin_at_the_birthday_on_the_first_of_the_month() {
        let month = Month::parse("202602").unwrap();
        let table = [
            ("20260201", Some("0-9")),
            ("20260228", Some("0-9")),
            ("20260301", None),
            ("20160201", Some("10-19")),
            ("20160202", Some("0-9")),
            ("19360201", Some("90+")),
            ("19360202", Some("80-89")),
            ("18990101", Some("90+")),
        ];
        for (birthdate, expected) in table {
            let class = AgeClass::of(crate::date::parse(birthdate).unwrap(), month);
            assert_eq!(class.map(|class| class.to_string()).as_deref(), expected, "{birthdate}");
            assert_eq!(class.and_then(|class| AgeClass::new(class.first_year())), class);
        }
        assert_eq!((AgeClass::new(15), AgeClass::new(100)), (None, None));
    }

    #[test]
    fn a_drug_is_counted_under_each_of_its_ingredients_once() {
        let ingredient = |atc: &str| Ingredient { atc: atc.to_owned(), name: String::new(), name_en: String::new() };
        let unknown = Drug::unknown(DrugCode::parse("622947001").unwrap());
        let both = Drug {
            ingredients: vec![ingredient("C09CA06"), ingredient("C08CA01"), ingredient("C08CA05")],
            ..unknown.clone()
        };
        assert_eq!(ExportTable::Ingredients.codes_of(&both), ["C08CA01", "C08CA05", "C09CA06"]);
        assert_eq!(ExportTable::PrefectureClasses.codes_of(&both), ["C08CA", "C09CA"]);
        assert!(ExportTable::Classes.codes_of(&unknown).is_empty());
        for table in ExportTable::ALL {
            assert_eq!(ExportTable::parse(table.code()), Some(table));
        }
    }

    #[test]
    fn a_cell_below_k_or_of_two_institutions_is_withheld() {
        let table = [(10, 3, true), (9, 3, false), (9, 100, false), (10, 2, false), (0, 0, false), (5_000, 2, false)];
        for (persons, institutions, given) in table {
            assert_eq!(may_be_given(persons, institutions, EXPORT_K_MIN), given, "{persons} at {institutions}");
        }
        assert!(!may_be_given(10, 3, 11));
    }
}
