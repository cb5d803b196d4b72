//! Which ingredients a product has, by the beginning of its name.
//!
//! The drug master does not tell ingredients. Product names do, by rule: a generic is called by its ingredient
//! (アムロジピン錠５ｍｇ「…」), an original by its brand. So a table of beginnings, with the 剤形 of the master that tells
//! tablets from ointments, finds the ingredients of products that nobody listed one by one. A product that the table does
//! not know has no ingredients, and no rule speaks of it.

use std::collections::HashMap;

use domain::record::Ingredient;

use crate::feed::{CsvEncoding, CsvReader, CsvRow, Fields, RowFault};
use crate::limits;

/// 剤形 of the drug master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MasterForm {
    /// 1 内用薬
    Oral,
    /// 3 その他
    Other,
    /// 4 注射薬
    Injection,
    /// 6 外用薬
    External,
    /// 8 歯科用薬剤
    Dental,
}

impl MasterForm {
    /// Every form.
    pub const ALL: &'static [Self] = &[Self::Oral, Self::Other, Self::Injection, Self::External, Self::Dental];

    /// The digit in the file.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Oral => "1",
            Self::Other => "3",
            Self::Injection => "4",
            Self::External => "6",
            Self::Dental => "8",
        }
    }

    /// Reads the digit of the file.
    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.code() == raw)
    }
}

/// One ingredient of the products whose names begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngredientRow {
    /// Beginnings of product names.
    pub names: Vec<String>,
    /// 剤形 of those products.
    pub form: MasterForm,
    /// The ingredient.
    pub ingredient: Ingredient,
}

impl CsvRow for IngredientRow {
    const COLUMNS: &'static [&'static str] = &["Names", "Form", "Name", "NameEn", "Atc"];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        let names = fields.required(0, limits::RULE_MAX_TEXT_CHARS)?;
        let names: Vec<String> = names.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let form = MasterForm::parse(fields.get(1)).ok_or_else(|| fields.fault(1, RowFault::UnknownCode))?;
        let atc = fields.required(4, 7)?;
        if atc.len() != 7 || !atc.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            return Err(fields.fault(4, RowFault::Character));
        }
        let name = fields.required(2, limits::MASTER_MAX_NAME_CHARS)?;
        let name_en = fields.required(3, limits::MASTER_MAX_NAME_CHARS)?;
        Ok(Self { names, form, ingredient: Ingredient { atc, name, name_en } })
    }
}

/// Finds ingredients by names.
#[derive(Debug, Default)]
pub struct IngredientTable {
    by_start: HashMap<(MasterForm, String), Vec<Ingredient>>,
    longest_chars: usize,
}

/// What the names of products with several ingredients hold.
const COMBINED: &str = "配合";

impl IngredientTable {
    /// A table of these rows. Several rows with the same names are the ingredients of one product.
    pub fn new(rows: impl IntoIterator<Item = IngredientRow>) -> Self {
        let mut table = Self::default();
        for row in rows {
            for name in row.names {
                table.longest_chars = table.longest_chars.max(name.chars().count());
                let held = table.by_start.entry((row.form, name)).or_default();
                if held.iter().all(|ingredient| ingredient.atc != row.ingredient.atc) {
                    held.push(row.ingredient.clone());
                }
            }
        }
        table
    }

    /// The table of this house.
    pub fn of_house() -> Self {
        let file = include_bytes!("../../data/ingredients.csv");
        let mut reader: CsvReader<_, IngredientRow> =
            CsvReader::new(&file[..], CsvEncoding::Utf8).expect("the file is part of the program, and a test reads it");
        let mut rows = Vec::new();
        while let Ok(Some(Ok(row))) = reader.next_row() {
            rows.push(row);
        }
        Self::new(rows)
    }

    /// The ingredients of a product: those of the longest beginning that fits. Nothing for a 配合剤 of which the table would
    /// know one ingredient only.
    pub fn ingredients(&self, product: &str, form: MasterForm) -> &[Ingredient] {
        let starts = product.char_indices().map(|(at, c)| at + c.len_utf8()).take(self.longest_chars);
        let mut key = (form, String::new());
        let mut found: &[Ingredient] = &[];
        for end in starts {
            product[..end].clone_into(&mut key.1);
            if let Some(held) = self.by_start.get(&key) {
                found = held;
            }
        }
        if found.len() == 1 && product.contains(COMBINED) { &[] } else { found }
    }
}

#[cfg(test)]
mod tests {
    //! Proves that products are known by their names and forms, and unknown ones are left alone.
    use super::*;

    #[test]
    fn every_line_of_the_house_is_read() {
        let file = include_str!("../../data/ingredients.csv");
        let mut reader: CsvReader<_, IngredientRow> = CsvReader::new(file.as_bytes(), CsvEncoding::Utf8).unwrap();
        let mut count = 0;
        while let Some(row) = reader.next_row().unwrap() {
            row.unwrap();
            count += 1;
        }
        assert_eq!(count, file.lines().count() - 1);
    }

    #[test]
    fn products_are_known_by_the_beginnings_of_their_names() {
        let table = IngredientTable::of_house();
        let atc = |name: &str, form| -> Vec<String> {
            table.ingredients(name, form).iter().map(|ingredient| ingredient.atc.clone()).collect()
        };
        for (name, form, expected) in [
            ("アムロジピン錠５ｍｇ「何々」", MasterForm::Oral, &["C08CA01"][..]),
            ("アムロジピンＯＤ錠２．５ｍｇ「何々」", MasterForm::Oral, &["C08CA01"]),
            ("ロキソニン錠６０ｍｇ", MasterForm::Oral, &["M01AEZ1"]),
            ("ロキソニンテープ１００ｍｇ", MasterForm::External, &["M02AAZ1"]),
            ("トラムセット配合錠", MasterForm::Oral, &["N02AX02", "N02BE01"]),
            ("トラマールＯＤ錠２５ｍｇ", MasterForm::Oral, &["N02AX02"]),
            ("アトルバスタチン・アムロジピン配合錠", MasterForm::Oral, &[]),
            ("ヒューマログ注カート", MasterForm::Injection, &[]),
            ("", MasterForm::Oral, &[]),
            ("ア", MasterForm::Oral, &[]),
        ] {
            assert_eq!(atc(name, form), expected, "{name}");
        }
    }
}
