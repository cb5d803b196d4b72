//! What is known of a drug by its code.
//!
//! A claim names a drug by 9 digits and nothing else; name, unit, ingredient and class come from the drug master
//! (医薬品マスター) and from the table of ingredients. Masters drop old drugs, so a code that nobody knows is shown as it is.

use serde::{Deserialize, Serialize};

use crate::id::{IdError, text_id};

/// 医薬品コード of claims: 9 digits that begin with 6.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DrugCode([u8; 9]);

impl DrugCode {
    /// Reads nine ASCII digits that begin with 6.
    ///
    /// # Errors
    /// Empty, another length, no digits, or another kind of code.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let held = nine_digits(raw)?;
        if held[0] == b'6' { Ok(Self(held)) } else { Err(IdError::Kind) }
    }

    /// The nine digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for DrugCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DrugCode({})", self.as_str())
    }
}

text_id!(DrugCode);

pub(super) fn nine_digits(raw: &str) -> Result<[u8; 9], IdError> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(IdError::Empty);
    }
    let held: [u8; 9] = raw.as_bytes().try_into().map_err(|_| IdError::Length(raw.chars().count()))?;
    if held.iter().all(u8::is_ascii_digit) { Ok(held) } else { Err(IdError::Character) }
}

/// 薬効分類: the first four digits of the 12-digit code of the price list (薬価基準収載医薬品コード), such as `2149` その他の血圧降下剤.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DrugClass([u8; 4]);

impl DrugClass {
    /// Reads four ASCII digits.
    ///
    /// # Errors
    /// Empty, another length, or no digits.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        if raw.is_empty() {
            return Err(IdError::Empty);
        }
        let held: [u8; 4] = raw.as_bytes().try_into().map_err(|_| IdError::Length(raw.chars().count()))?;
        if held.iter().all(u8::is_ascii_digit) { Ok(Self(held)) } else { Err(IdError::Character) }
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for DrugClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DrugClass({})", self.as_str())
    }
}

text_id!(DrugClass);

/// An active ingredient.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ingredient {
    /// ATC code of the WHO, up to seven characters, such as `C08CA01`. Its beginning names the class: `C08CA`.
    pub atc: String,
    /// 一般名 in Japanese.
    pub name: String,
    /// International nonproprietary name.
    pub name_en: String,
}

/// A drug as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Drug {
    /// 医薬品コード.
    pub code: DrugCode,
    /// 漢字名称 of the master; none for a drug that no master known here has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 薬価基準収載医薬品コード, 12 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list_code: Option<String>,
    /// 薬効分類.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<DrugClass>,
    /// Its active ingredients; empty where they are not known, several for a 配合剤.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<Ingredient>,
}

impl Drug {
    /// A drug of which nothing but the code is known.
    pub const fn unknown(code: DrugCode) -> Self {
        Self { code, name: None, price_list_code: None, class: None, ingredients: Vec::new() }
    }

    /// What a screen shows: the name, or the code.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(self.code.as_str())
    }

    /// Whether one of its ingredients has an ATC code that begins so.
    pub fn is_of(&self, atc: &str) -> bool {
        self.ingredients.iter().any(|ingredient| ingredient.atc.starts_with(atc))
    }
}
