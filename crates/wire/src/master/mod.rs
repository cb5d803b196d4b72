//! What the codes of claims mean, and the rules about them: files that somebody else keeps, read into words of [`domain`].
//!
//! | file | row | where it comes from |
//! |---|---|---|
//! | `y_ALL.csv` | [`DrugRow`] | 医薬品マスター of 支払基金; a synthetic one ships ([`SYNTHETIC_DRUG_MASTER`]) |
//! | `ingredients.csv` | [`IngredientRow`] | this house: beginnings of product names, with ATC codes |
//! | `rules.csv` | [`domain::record::danger::Rule`] | this house: a starter set; a full database may take its place |
//!
//! [`DrugCatalogue`] holds what is known of drugs and makes a [`domain::record::Drug`] of a code. A drug that no master has
//! is a drug nevertheless.
//!
//! # The format of rules
//!
//! UTF-8 CSV with a header, one rule a line. `Id` is its stable name; `Severity` is `contraindicated`, `caution` or `check`;
//! `Drugs` are beginnings of ATC codes with a space between. By `Kind`:
//!
//! | `Kind` | `Others` | `Limit` | `Within` |
//! |---|---|---|---|
//! | `same_ingredient` | | | |
//! | `same_class` | | | |
//! | `interaction` | ATC codes of the other drug | | |
//! | `diagnosis` | beginnings of ICD-10 codes, or parts of names of diagnoses | | |
//! | `kidney` | | eGFR below which it speaks | |
//! | `long_term` | | days | of so many days |
//! | `many_drugs` | | drugs | days each, at least |
//! | `recent` | | | days |
//!
//! What each kind counts, in which window and why, says `docs/FINDINGS.md`: one definition for each word, for rule files, program
//! and nation alike.
//!
//! `Message` and `MessageEn` say why and what to do; `Document`, `Section` and `Date` say where it stands written and when
//! the rule was written down or last compared with it. The starter set is written from general knowledge of Japanese package
//! inserts, in the sections in which inserts have had such statements since 2019; its date is the day of writing.

mod catalogue;
mod drugs;
mod ingredients;
mod rules;
mod terms;

pub use catalogue::DrugCatalogue;
pub use drugs::{DrugChange, DrugMasterReader, DrugRow};
pub use ingredients::{IngredientRow, IngredientTable, MasterForm};
pub use rules::{read_rules, starter_rules};
pub use terms::{Term, TermTable};

/// A drug master in the format of 支払基金, made for demo and tests: the drugs that the synthetic nation takes, Shift_JIS.
/// Its 薬価基準 codes tell the 薬効分類 only; `ZZZZZZZZ` stands behind it.
pub const SYNTHETIC_DRUG_MASTER: &[u8] = include_bytes!("../../data/y_ALL_synthetic.csv");
/// The day of that master, as its file has it.
pub const SYNTHETIC_DRUG_MASTER_DATE: domain::Date = jiff::civil::date(2024, 6, 1);
