//! Rule files: see [`super`] for the format.

use std::io::Read;

use domain::record::Quantity;
use domain::record::danger::{DiagnosisSet, DrugSet, Rule, RuleBook, RuleKind, RuleSource, Severity};

use crate::api::Refusal;
use crate::feed::{CsvEncoding, CsvReader, CsvRow, FeedError, Fields, RowFault};
use crate::limits;

const DRUGS: usize = 3;
const OTHERS: usize = 4;
const LIMIT: usize = 5;
const WITHIN: usize = 6;

impl CsvRow for Rule {
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Kind",
        "Severity",
        "Drugs",
        "Others",
        "Limit",
        "Within",
        "Message",
        "MessageEn",
        "Document",
        "Section",
        "Date",
    ];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        let text = |column| fields.required(column, limits::RULE_MAX_TEXT_CHARS);
        Ok(Self {
            id: text(0)?,
            kind: kind(fields)?,
            severity: Severity::parse(fields.get(2)).ok_or_else(|| fields.fault(2, RowFault::UnknownCode))?,
            message: text(7)?,
            message_en: text(8)?,
            source: RuleSource { document: text(9)?, section: text(10)?, date: fields.date(11)? },
        })
    }
}

fn kind(fields: &Fields<'_>) -> Result<RuleKind, (RowFault, &'static str)> {
    let set = |column| DrugSet::parse(fields.get(column)).ok_or_else(|| fields.fault(column, RowFault::ListShape));
    let count = |column| -> Result<u16, _> {
        let digits = fields.get(column);
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        number.filter(|count| *count > 0).ok_or_else(|| fields.fault(column, RowFault::Character))
    };
    Ok(match fields.get(1) {
        "same_ingredient" => RuleKind::SameIngredient,
        "same_class" => RuleKind::SameClass(set(DRUGS)?),
        "interaction" => RuleKind::Interaction(set(DRUGS)?, set(OTHERS)?),
        "diagnosis" => {
            let diagnoses = DiagnosisSet::parse(fields.get(OTHERS));
            RuleKind::Diagnosis(set(DRUGS)?, diagnoses.ok_or_else(|| fields.fault(OTHERS, RowFault::ListShape))?)
        }
        "kidney" => {
            let below = Quantity::parse(fields.get(LIMIT)).map_err(|_| fields.fault(LIMIT, RowFault::Character))?;
            RuleKind::Kidney(set(DRUGS)?, below)
        }
        "long_term" => RuleKind::LongTerm { drugs: set(DRUGS)?, days: count(LIMIT)?, within_days: count(WITHIN)? },
        "many_drugs" => RuleKind::ManyDrugs { drugs: count(LIMIT)?, days_each: count(WITHIN)? },
        "recent" => RuleKind::Recent(set(DRUGS)?, count(WITHIN)?),
        _ => return Err(fields.fault(1, RowFault::UnknownCode)),
    })
}

/// Reads a file of rules: those that can be read, and the lines that cannot.
///
/// # Errors
/// The file as a whole is no rule file.
pub fn read_rules<R: Read>(file: R) -> Result<(RuleBook, Vec<Refusal>), FeedError> {
    let mut reader: CsvReader<_, Rule> = CsvReader::new(file, CsvEncoding::Utf8)?;
    let (mut rules, mut refusals) = (Vec::new(), Vec::new());
    while let Some(row) = reader.next_row()? {
        match row {
            Ok(rule) => rules.push(rule),
            Err(refusal) if refusals.len() < limits::IMPORT_REPORT_MAX_REFUSALS => refusals.push(refusal),
            Err(_) => {}
        }
    }
    Ok((RuleBook::new(rules), refusals))
}

/// The starter set that ships with the program.
pub fn starter_rules() -> RuleBook {
    let file = include_bytes!("../../data/rules.csv");
    read_rules(&file[..]).map(|(book, _)| book).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    //! Proves that the starter set is whole, that each of its rules can speak, and that bad rules are named.
    use super::*;
    use crate::master::{DrugCatalogue, IngredientTable};

    #[test]
    fn the_starter_set_is_whole() {
        let (book, refused) = read_rules(&include_bytes!("../../data/rules.csv")[..]).unwrap();
        assert_eq!(refused, []);
        assert_eq!(book.rules().len(), 117);
        let mut names: Vec<&str> = book.rules().iter().map(|rule| rule.id.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 117, "every rule has a name of its own");
        assert_eq!(starter_rules(), book);
    }

    /// A rule about drugs that the table of ingredients does not have would never speak. The few that speak of drugs that
    /// come with another master are named here.
    #[test]
    fn every_rule_speaks_of_a_drug_that_is_known() {
        let catalogue = DrugCatalogue::synthetic();
        let table = IngredientTable::of_house();
        let knows = |set: &DrugSet| {
            let products = [
                "塩化カリウム",
                "アザチオプリン",
                "シクロスポリン",
                "エルゴタミン",
                "セレギリン",
                "ピモジド",
                "エプレレノン",
                "リファンピシン",
            ];
            let extra = products.iter().flat_map(|name| table.ingredients(name, crate::master::MasterForm::Oral));
            let known = include_str!("../../data/ingredients.csv").lines().any(|line| {
                let atc = line.rsplit(',').next().unwrap_or_default();
                let ingredient =
                    domain::record::Ingredient { atc: atc.to_owned(), name: String::new(), name_en: String::new() };
                set.holds(&ingredient)
            });
            known || extra.into_iter().any(|ingredient| set.holds(ingredient))
        };
        assert!(!catalogue.is_empty());
        let mut silent = Vec::new();
        for rule in starter_rules().rules() {
            let speaks = match &rule.kind {
                RuleKind::SameIngredient | RuleKind::ManyDrugs { .. } => true,
                RuleKind::Interaction(left, right) => knows(left) && knows(right),
                RuleKind::SameClass(set)
                | RuleKind::Diagnosis(set, _)
                | RuleKind::Kidney(set, _)
                | RuleKind::Recent(set, _) => knows(set),
                RuleKind::LongTerm { drugs, .. } => knows(drugs),
            };
            if !speaks {
                silent.push(rule.id.clone());
            }
        }
        assert_eq!(silent, ["valproate-carbapenem"], "carbapenems are given in hospital only");
    }

    #[test]
    fn bad_rules_are_named_and_cost_no_other() {
        let head = "Id,Kind,Severity,Drugs,Others,Limit,Within,Message,MessageEn,Document,Section,Date\n";
        let file = format!(
            "{head}a,interaction,caution,C10AA,J02AC,,,わけ,why,文書,1,20261128\n\
             b,magic,caution,C10AA,J02AC,,,わけ,why,文書,1,20261128\n\
             c,interaction,caution,c10,J02AC,,,わけ,why,文書,1,20261128\n\
             d,recent,check,J01,,,0,わけ,why,文書,1,20261128\n\
             e,kidney,grave,J01,,30,,わけ,why,文書,1,20261128\n\
             f,kidney,check,J01,,x,,わけ,why,文書,1,20261128\n\
             g,same_class,check,J01,,,,,why,文書,1,20261128\n"
        );
        let (book, refused) = read_rules(file.as_bytes()).unwrap();
        assert_eq!(book.rules().len(), 1);
        let named: Vec<(u64, &str)> = refused.iter().map(|refusal| (refusal.line, refusal.field.as_str())).collect();
        assert_eq!(named, [(3, "Kind"), (4, "Drugs"), (5, "Within"), (6, "Severity"), (7, "Limit"), (8, "Message")]);
    }
}
