//! The rules by which a record is looked through. They are data: a file of rules is read by `wire::master`, so that a full
//! database of interactions can take the place of the starter set.

use crate::Date;
use crate::record::{Diagnosis, Drug, Ingredient, Quantity};

/// How much a finding weighs. The order is the order on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// 禁忌: must not be.
    Contraindicated,
    /// 注意: may harm; watch, or choose another.
    Caution,
    /// 確認: worth a look.
    Check,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: &'static [Self] = &[Self::Contraindicated, Self::Caution, Self::Check];

    /// The stable code, as in rule files and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contraindicated => "contraindicated",
            Self::Caution => "caution",
            Self::Check => "check",
        }
    }

    /// Reads a code back.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|severity| severity.code() == code)
    }

    /// As a screen says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Contraindicated => "禁忌",
            Self::Caution => "注意",
            Self::Check => "確認",
        }
    }
}

/// Drugs by the beginnings of the ATC codes of their ingredients: `C10AA` is every statin, `C10AA01` simvastatin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrugSet(Vec<String>);

impl DrugSet {
    /// Reads beginnings of ATC codes, one space between; none if one is no such beginning.
    pub fn parse(raw: &str) -> Option<Self> {
        let atc: Vec<String> = raw.split_whitespace().map(str::to_owned).collect();
        let fits = |code: &String| {
            let shape = code.bytes().enumerate().all(|(at, byte)| match at {
                0 | 3 | 4 => byte.is_ascii_uppercase(),
                // A substance that has no code of the WHO ends with Z and a digit in our table.
                5 => byte.is_ascii_digit() || byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
            shape && matches!(code.len(), 1 | 3 | 4 | 5 | 7)
        };
        (!atc.is_empty() && atc.iter().all(fits)).then_some(Self(atc))
    }

    /// The ingredient by which a drug belongs to this set.
    pub fn ingredient<'a>(&self, drug: &'a Drug) -> Option<&'a Ingredient> {
        drug.ingredients.iter().find(|ingredient| self.holds(ingredient))
    }

    /// Whether an ingredient belongs to this set.
    pub fn holds(&self, ingredient: &Ingredient) -> bool {
        self.0.iter().any(|atc| ingredient.atc.starts_with(atc.as_str()))
    }
}

/// Diagnoses by beginnings of ICD-10 codes, or by words that their names hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiagnosisSet(Vec<String>);

impl DiagnosisSet {
    /// Reads words, one space between: a word of ASCII characters is the beginning of an ICD-10 code, any other a part of a
    /// name. None without a word.
    pub fn parse(raw: &str) -> Option<Self> {
        let words: Vec<String> = raw.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether a diagnosis belongs to this set.
    pub fn holds(&self, diagnosis: &Diagnosis) -> bool {
        self.0.iter().any(|word| {
            if word.is_ascii() {
                diagnosis.icd10.as_deref().is_some_and(|icd10| icd10.starts_with(word.as_str()))
            } else {
                diagnosis.name.as_deref().is_some_and(|name| name.contains(word.as_str()))
            }
        })
    }
}

/// What a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// One ingredient twice at a time.
    SameIngredient,
    /// Two drugs of one class at a time.
    SameClass(DrugSet),
    /// A drug of the one set together with one of the other.
    Interaction(DrugSet, DrugSet),
    /// A drug with a diagnosis.
    Diagnosis(DrugSet, DiagnosisSet),
    /// A drug while eGFR is below this (ml/min/1.73m²).
    Kidney(DrugSet, Quantity),
    /// A drug taken on this many days of a stretch of days.
    LongTerm {
        /// Which drugs.
        drugs: DrugSet,
        /// On at least so many days,
        days: u16,
        /// of so many.
        within_days: u16,
    },
    /// At least so many swallowed drugs at a time, each handed out for at least so many days.
    ManyDrugs {
        /// Drugs.
        drugs: u16,
        /// Days.
        days_each: u16,
    },
    /// A drug handed out in the last so many days.
    Recent(DrugSet, u16),
}

/// Where a rule stands written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSource {
    /// The document, such as ワーファリン錠 添付文書.
    pub document: String,
    /// The place in it, such as 10.1 併用禁忌.
    pub section: String,
    /// When the rule was written down or last compared with the document.
    pub date: Date,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name.
    pub id: String,
    /// What it looks for.
    pub kind: RuleKind,
    /// How much it weighs.
    pub severity: Severity,
    /// Why it matters and what to do, in Japanese.
    pub message: String,
    /// The same in English.
    pub message_en: String,
    /// Where it stands written.
    pub source: RuleSource,
}

/// All rules in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleBook {
    rules: Vec<Rule>,
}

impl RuleBook {
    /// A book of these rules.
    pub const fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// The rules in the order of their file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its name.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}
