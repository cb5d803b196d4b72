//! The drugs that people of the nation take: `drugs.csv` beside this file, read once.
//!
//! | column | meaning |
//! |---|---|
//! | `Code` | レセ電コード, nine digits |
//! | `Name`, `Unit` | 漢字名称 and 単位 of the product |
//! | `Form` | 剤形 of the drug master: 1 oral, 4 injection, 6 external, 8 dental |
//! | `Ingredient` | generic name in Japanese; `…外用`, `…点眼` and `…注射` are ingredients of their own |
//! | `Class` | a short class in English |
//! | `Amount` | what an adult usually gets: a day, or in all for external drugs and injections |
//! | `Usage` | 用法コード, 900 where a text says it |
//! | `Price` | yen a unit |
//!
//! Code, name and unit are facts about products on the market; the other columns are ours, and the prices are made up.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// The table as it stands in the repository.
pub const TABLE: &str = include_str!("drugs.csv");

/// One product.
#[derive(Debug)]
pub struct Drug {
    /// レセ電コード, nine digits.
    pub code: &'static str,
    /// 漢字名称.
    pub name: &'static str,
    /// 単位.
    pub unit: &'static str,
    /// 剤形 of the drug master.
    pub form: u8,
    /// Generic name in Japanese.
    pub ingredient: &'static str,
    /// A short class in English.
    pub class: &'static str,
    /// Usual amount in thousandths of the unit.
    pub amount: u32,
    /// 用法コード.
    pub usage: &'static str,
    /// Tenths of a yen a unit.
    pub price: u32,
}

static DRUGS: LazyLock<Vec<Drug>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(read).collect());

/// Every product, in the order of the table.
pub fn all() -> &'static [Drug] {
    &DRUGS
}

static INGREDIENTS: LazyLock<HashMap<&str, Range<u16>>> = LazyLock::new(|| {
    let mut places: HashMap<&str, Range<u16>> = HashMap::new();
    for (place, drug) in (0_u16..).zip(all()) {
        places.entry(drug.ingredient).or_insert(place..place).end = place + 1;
    }
    places
});

/// Products of an ingredient, as places in [`all`]: those of one ingredient stand together.
pub(crate) fn of_ingredient(ingredient: &str) -> Range<u16> {
    INGREDIENTS.get(ingredient).cloned().unwrap_or(0..0)
}

pub(crate) fn get(drug: u16) -> &'static Drug {
    &all()[usize::from(drug)]
}

/// The table is ours and holds neither quotes nor commas within a field.
fn read(line: &'static str) -> Option<Drug> {
    let mut fields = line.split(',');
    let mut next = || fields.next();
    Some(Drug {
        code: next()?,
        name: next()?,
        unit: next()?,
        form: next()?.parse().ok()?,
        ingredient: next()?,
        class: next()?,
        amount: decimal(next()?, 3)?,
        usage: next()?,
        price: decimal(next()?, 1)?,
    })
}

/// `7.5` with three places as 7500.
fn decimal(text: &str, places: usize) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<places$}");
    format!("{whole}{part}").parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_drug_with_a_code_of_its_own() {
        assert_eq!(all().len(), TABLE.lines().count() - 1);
        let codes: BTreeSet<_> = all().iter().map(|drug| drug.code).collect();
        assert_eq!(codes.len(), all().len());
        assert!(codes.iter().all(|code| code.len() == 9 && code.starts_with('6')));
    }

    #[test]
    fn products_of_an_ingredient_stand_together() {
        let mut seen = BTreeSet::new();
        let mut last = "";
        for drug in all() {
            assert!(drug.ingredient == last || seen.insert(drug.ingredient), "{}", drug.ingredient);
            last = drug.ingredient;
        }
        assert_eq!(of_ingredient("ワルファリン").len(), 2);
        assert!(of_ingredient("ない").is_empty());
    }

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!((decimal("7.5", 3), decimal("10", 3), decimal("10.1", 1)), (Some(7500), Some(10_000), Some(101)));
    }
}
