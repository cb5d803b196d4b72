//! Proves what is found and what is not, in tables of cases: a case is a few drugs with their days, and what must be said.

use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::MedicalInstitutionCode;
use crate::record::{
    ClaimKind, DiagnosisCode, DiagnosisOutcome, Drug, DrugCode, Ingredient, Institution, Month, Source,
};

const AS_OF: Date = date(2026, 11, 28);
const CLINIC: &str = "1310000001";
const HOSPITAL: &str = "1310000002";

fn institution(code: &str) -> Arc<Institution> {
    Institution { code: MedicalInstitutionCode::parse(code).unwrap(), name: None }.into()
}

/// (code, ATC codes)
type Known = (&'static str, &'static [&'static str]);
const WARFARIN: Known = ("600000001", &["B01AA03"]);
const LOXOPROFEN: Known = ("600000002", &["M01AE10"]);
const LOXOPROFEN_OTHER_BRAND: Known = ("600000003", &["M01AE10"]);
const CELECOXIB: Known = ("600000004", &["M01AH01"]);
const TRIAZOLAM: Known = ("600000005", &["N05CD05"]);
const BROTIZOLAM: Known = ("600000006", &["N05CD09"]);
const METFORMIN: Known = ("600000007", &["A10BA02"]);
const TRAMADOL_PARACETAMOL: Known = ("600000008", &["N02AX02", "N02BE01"]);
const PARACETAMOL: Known = ("600000009", &["N02BE01"]);
const AMOXICILLIN: Known = ("600000010", &["J01CA04"]);
const UNKNOWN: Known = ("600000099", &[]);

fn drug((code, atc): Known) -> Drug {
    let ingredient =
        |atc: &&str| Ingredient { atc: (*atc).to_owned(), name: format!("薬{atc}"), name_en: format!("drug {atc}") };
    Drug { ingredients: atc.iter().map(ingredient).collect(), ..Drug::unknown(DrugCode::parse(code).unwrap()) }
}

/// A drug handed out so many days ago for so many days.
fn given(known: Known, days_ago: i64, days: u16, by: &str) -> Medication {
    let day = AS_OF.saturating_sub(days_ago.days());
    Medication {
        drug: drug(known).into(),
        dispensed_on: day,
        prescribed_on: None,
        prescriber: Some(institution(by)),
        dispenser: institution("1340000001"),
        form: DosageForm::Oral,
        amount: Quantity::from(1),
        unit: None,
        dose: None,
        supply: Supply::Days(days),
        usage: None,
        inpatient: false,
        sources: vec![Source {
            month: Month::of(day),
            kind: ClaimKind::Pharmacy,
            institution: institution("1340000001"),
        }],
    }
}

fn diagnosis(name: &str) -> Diagnosis {
    Diagnosis {
        code: DiagnosisCode::UNCODED,
        modifiers: Vec::new(),
        name: Some(name.into()),
        icd10: None,
        started_on: None,
        last_month: Month::of(AS_OF).months_before(2),
        outcome: None,
        main: false,
        institution: institution(CLINIC),
        sources: Vec::new(),
    }
}

fn rule(id: &str, kind: RuleKind, severity: Severity) -> Rule {
    let source = RuleSource { document: "表".to_owned(), section: "1".to_owned(), date: AS_OF };
    Rule { id: id.to_owned(), kind, severity, message: "わけ".to_owned(), message_en: "why".to_owned(), source }
}

fn set(raw: &str) -> DrugSet {
    DrugSet::parse(raw).unwrap()
}

fn book() -> RuleBook {
    let ulcer = DiagnosisSet::parse("K25 K26 胃潰瘍").unwrap();
    RuleBook::new(vec![
        rule("same", RuleKind::SameIngredient, Severity::Caution),
        rule("nsaids", RuleKind::SameClass(set("M01A")), Severity::Caution),
        rule("warfarin-nsaid", RuleKind::Interaction(set("B01AA03"), set("M01A")), Severity::Caution),
        rule("nsaid-ulcer", RuleKind::Diagnosis(set("M01A"), ulcer), Severity::Contraindicated),
        rule("metformin", RuleKind::Kidney(set("A10BA02"), Quantity::from(30)), Severity::Contraindicated),
        rule("metformin-less", RuleKind::Kidney(set("A10BA02"), Quantity::from(45)), Severity::Caution),
        rule(
            "benzodiazepines",
            RuleKind::LongTerm { drugs: set("N05BA N05CD"), days: 90, within_days: 120 },
            Severity::Check,
        ),
        rule("many", RuleKind::ManyDrugs { drugs: 3, days_each: 14 }, Severity::Check),
        rule("antibiotics", RuleKind::Recent(set("J01"), 90), Severity::Check),
    ])
}

fn record(medications: &[Medication]) -> Record<'_> {
    Record { medications, diagnoses: &[], egfr: None, as_of: AS_OF }
}

fn found(record: &Record<'_>) -> Vec<String> {
    look_through(&book(), record).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn pairs_are_found_where_their_days_overlap() {
    let cases: Vec<(&str, Vec<Medication>, &[&str])> = vec![
        ("together", vec![given(WARFARIN, 40, 28, CLINIC), given(LOXOPROFEN, 30, 7, CLINIC)], &["warfarin-nsaid"]),
        ("one after the other", vec![given(WARFARIN, 60, 28, CLINIC), given(LOXOPROFEN, 30, 7, CLINIC)], &[]),
        (
            "one shared day",
            vec![given(WARFARIN, 57, 28, CLINIC), given(LOXOPROFEN, 30, 7, CLINIC)],
            &["warfarin-nsaid"],
        ),
        ("long ago", vec![given(WARFARIN, 200, 28, CLINIC), given(LOXOPROFEN, 190, 7, CLINIC)], &[]),
        ("of the future", vec![given(WARFARIN, -1, 28, CLINIC), given(LOXOPROFEN, 2, 7, CLINIC)], &[]),
        ("an unknown drug", vec![given(WARFARIN, 40, 28, CLINIC), given(UNKNOWN, 30, 7, CLINIC)], &[]),
        (
            "one ingredient, two brands, two institutions",
            vec![given(LOXOPROFEN, 30, 14, CLINIC), given(LOXOPROFEN_OTHER_BRAND, 25, 14, HOSPITAL)],
            &["same"],
        ),
        ("renewed a week early", vec![given(LOXOPROFEN, 50, 28, CLINIC), given(LOXOPROFEN, 29, 28, CLINIC)], &[]),
        (
            "renewed much too early",
            vec![given(LOXOPROFEN, 50, 28, CLINIC), given(LOXOPROFEN, 40, 28, CLINIC)],
            &["same"],
        ),
        (
            "two lines of one prescription",
            vec![given(LOXOPROFEN, 30, 14, CLINIC), given(LOXOPROFEN, 30, 14, CLINIC)],
            &[],
        ),
        (
            "inside of a compound",
            vec![given(TRAMADOL_PARACETAMOL, 30, 14, CLINIC), given(PARACETAMOL, 25, 14, HOSPITAL)],
            &["same"],
        ),
        ("one class", vec![given(LOXOPROFEN, 30, 14, CLINIC), given(CELECOXIB, 25, 14, HOSPITAL)], &["nsaids"]),
        ("one class on purpose", vec![given(LOXOPROFEN, 30, 14, CLINIC), given(CELECOXIB, 30, 14, CLINIC)], &[]),
    ];
    for (name, medications, rules) in cases {
        assert_eq!(found(&record(&medications)), rules, "{name}");
    }
}

#[test]
fn a_pair_that_comes_again_is_one_finding_with_all_its_entries() {
    let medications = [
        given(WARFARIN, 80, 28, CLINIC),
        given(WARFARIN, 52, 28, CLINIC),
        given(LOXOPROFEN, 75, 3, CLINIC),
        given(LOXOPROFEN, 45, 3, CLINIC),
    ];
    let findings = look_through(&book(), &record(&medications));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].subject, "薬B01AA03 ＋ 薬M01AE10");
    let mut named = findings[0].medications.clone();
    named.sort_unstable();
    assert_eq!(named, [0, 1, 2, 3]);
    assert_eq!(findings[0].days, (AS_OF.saturating_sub(45.days()), AS_OF.saturating_sub(43.days())));
}

#[test]
fn outer_use_is_no_duplicate() {
    let mut tape = given(LOXOPROFEN, 30, 14, HOSPITAL);
    (tape.form, tape.supply) = (DosageForm::External, Supply::Times(1));
    assert_eq!(found(&record(&[given(LOXOPROFEN, 30, 14, CLINIC), tape])), [""; 0]);
}

#[test]
fn a_diagnosis_warns_only_while_it_stands() {
    let drugs = [given(LOXOPROFEN, 30, 14, CLINIC)];
    let stands = diagnosis("胃潰瘍");
    let by_code = Diagnosis { name: None, icd10: Some("K259".to_owned()), ..stands.clone() };
    let suspected = Diagnosis { modifiers: vec!["8002".to_owned()], ..stands.clone() };
    let suspected_in_words = Diagnosis { name: Some("胃潰瘍の疑い".into()), ..stands.clone() };
    let cured = Diagnosis { outcome: Some(DiagnosisOutcome::Cured), ..stands.clone() };
    let old = Diagnosis { last_month: Month::of(AS_OF).months_before(13), ..stands.clone() };
    for (name, diagnosis, warns) in [
        ("stands", stands, true),
        ("by ICD-10", by_code, true),
        ("suspected", suspected, false),
        ("suspected in words", suspected_in_words, false),
        ("cured", cured, false),
        ("old", old, false),
        ("another", self::diagnosis("高血圧症"), false),
    ] {
        let findings = look_through(&book(), &Record { diagnoses: &[diagnosis], ..record(&drugs) });
        assert_eq!(findings.len(), usize::from(warns), "{name}");
        assert!(findings.iter().all(|f| f.diagnoses == [0] && f.medications == [0]), "{name}");
    }
}

#[test]
fn kidneys_are_spoken_of_only_below_the_threshold() {
    let drugs = [given(METFORMIN, 30, 28, CLINIC)];
    let cases: [(&str, &[&str]); 5] = [
        ("29.9", &["metformin"]),
        ("30", &["metformin-less"]),
        ("44.9", &["metformin-less"]),
        ("45", &[]),
        ("80", &[]),
    ];
    for (value, rules) in cases {
        let egfr = Egfr { value: Quantity::parse(value).unwrap(), measured_on: date(2026, 5, 10) };
        assert_eq!(found(&Record { egfr: Some(egfr), ..record(&drugs) }), rules, "{value}");
    }
    assert_eq!(found(&record(&drugs)), [""; 0], "nothing is known of the kidneys");
}

#[test]
fn days_of_long_use_are_counted_once_each() {
    let every_28_days = |from: i64, times: i64, known: Known| -> Vec<Medication> {
        (0..times).map(|at| given(known, from - at * 28, 28, CLINIC)).collect()
    };
    let cases = [
        ("four times 28 days", every_28_days(120, 4, TRIAZOLAM), 1),
        ("three times 28 days", every_28_days(120, 3, TRIAZOLAM), 0),
        (
            "two drugs of the class side by side",
            [every_28_days(120, 3, TRIAZOLAM), every_28_days(120, 3, BROTIZOLAM)].concat(),
            0,
        ),
        (
            "two drugs of the class after each other",
            [every_28_days(120, 2, TRIAZOLAM), every_28_days(64, 2, BROTIZOLAM)].concat(),
            1,
        ),
        ("over since half a year", every_28_days(400, 6, TRIAZOLAM), 0),
    ];
    for (name, medications, count) in cases {
        let found = found(&record(&medications));
        assert_eq!(found.iter().filter(|rule| *rule == "benzodiazepines").count(), count, "{name}");
    }
}

#[test]
fn many_drugs_are_those_of_one_day_that_last() {
    let three = |last: u16| {
        vec![given(WARFARIN, 40, 28, CLINIC), given(METFORMIN, 38, 28, HOSPITAL), given(TRIAZOLAM, 30, last, CLINIC)]
    };
    assert_eq!(found(&record(&three(14))), ["many"]);
    assert_eq!(found(&record(&three(13))), [""; 0], "one of them is short");
    let mut twice = three(13);
    twice.push(given(WARFARIN, 30, 28, CLINIC));
    assert!(!found(&record(&twice)).contains(&"many".to_owned()), "the same drug again is one drug");
    let brands = [
        given(WARFARIN, 40, 28, CLINIC),
        given(LOXOPROFEN, 38, 28, CLINIC),
        given(LOXOPROFEN_OTHER_BRAND, 38, 28, CLINIC),
    ];
    assert!(!found(&record(&brands)).contains(&"many".to_owned()), "two brands of one ingredient are one drug");
    let before =
        [given(WARFARIN, 130, 35, CLINIC), given(METFORMIN, 130, 35, CLINIC), given(TRIAZOLAM, 130, 45, CLINIC)];
    assert!(!found(&record(&before)).contains(&"many".to_owned()), "they were together before the last ninety days");
}

#[test]
fn a_drug_that_is_taken_once_a_week_lasts_for_weeks() {
    let weekly = |text: &str, count: u16| {
        let usage = Some(crate::record::Usage { code: None, text: text.to_owned() });
        Medication { usage, ..given(WARFARIN, 40, count, CLINIC) }
    };
    for (text, count, days) in [
        ("週１回起床時服用", 4, 28),
        ("1週間に1回 起床時", 12, 84),
        ("月１回起床時服用", 1, 28),
        ("１日１回朝食後服用", 28, 28),
        ("週１回起床時服用", 28, 28),
    ] {
        let drug = weekly(text, count);
        assert_eq!(drug.days(), days, "{text} {count}");
        let with = [drug, given(LOXOPROFEN, 30, 7, CLINIC)];
        assert_eq!(found(&record(&with)), ["warfarin-nsaid"], "{text} {count}");
    }
}

#[test]
fn antibiotics_are_spoken_of_for_ninety_days() {
    for (days_ago, told) in [(3, true), (94, true), (95, false)] {
        let medications = [given(AMOXICILLIN, days_ago, 5, CLINIC)];
        assert_eq!(found(&record(&medications)).len(), usize::from(told), "{days_ago}");
    }
}

#[test]
fn the_gravest_stands_first() {
    let medications =
        [given(LOXOPROFEN, 30, 14, CLINIC), given(WARFARIN, 30, 14, CLINIC), given(AMOXICILLIN, 3, 5, CLINIC)];
    let diagnoses = [diagnosis("出血性胃潰瘍")];
    let record = Record { diagnoses: &diagnoses, ..record(&medications) };
    assert_eq!(found(&record), ["nsaid-ulcer", "warfarin-nsaid", "antibiotics"]);
}

#[test]
fn sets_that_name_nothing_are_refused() {
    for raw in ["", "  ", "c10", "C1", "C10A,A", "C10AA0", "C10AA01X", "10AA01"] {
        assert_eq!(DrugSet::parse(raw), None, "{raw}");
    }
    assert!(DrugSet::parse("C10AA A02BC01 M01A B").is_some());
    assert_eq!(DiagnosisSet::parse(" "), None);
}

proptest::proptest! {
    /// Any drugs on any days: nothing panics, and every place that a finding names exists.
    #[test]
    fn findings_name_entries_that_exist(
        drugs in proptest::collection::vec((0usize..8, -10i64..200, 0u16..100, proptest::bool::ANY), 0..24),
    ) {
        let known = [WARFARIN, LOXOPROFEN, CELECOXIB, TRIAZOLAM, METFORMIN, PARACETAMOL, TRAMADOL_PARACETAMOL, UNKNOWN];
        let medications: Vec<Medication> = drugs
            .into_iter()
            .map(|(at, ago, days, clinic)| given(known[at], ago, days, if clinic { CLINIC } else { HOSPITAL }))
            .collect();
        for finding in look_through(&book(), &record(&medications)) {
            proptest::prop_assert!(!finding.medications.is_empty());
            proptest::prop_assert!(finding.medications.iter().all(|at| *at < medications.len()));
            proptest::prop_assert!(finding.days.0 <= finding.days.1);
        }
    }
}
