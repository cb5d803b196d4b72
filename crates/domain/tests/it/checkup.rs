//! Checkups: that the same item over the years becomes one line, and never joins what must not be joined; eGFR of a report.

use domain::checkup::{CheckupInstitution, Decimal, Judged, ReferenceRange, Side, trend};
use domain::{
    BranchNumber, CardNumber, Checkup, CheckupItem, CheckupPatient, CheckupValue, InsurerNumber, ItemCode, Sex,
};
use jiff::civil::date;

fn number(raw: &str) -> Decimal {
    Decimal::parse(raw).expect("a right number")
}

fn item(code: &str, value: &str, unit: &str) -> CheckupItem {
    CheckupItem {
        code: ItemCode::parse(code).expect("a right number"),
        name: None,
        value: CheckupValue::Quantity { value: number(value), unit: unit.to_owned() },
        judged: None,
        range: None,
        method: None,
        group: None,
    }
}

fn checkup(year: i16, items: Vec<CheckupItem>) -> Checkup {
    Checkup {
        report_kind: "10".to_owned(),
        program: "010".to_owned(),
        date: date(year, 6, 1),
        written_on: date(year, 7, 1),
        patient: CheckupPatient {
            insurer_number: InsurerNumber::parse("01130012").expect("a right number"),
            insured_card_symbol: None,
            insured_identification_number: CardNumber::parse("123").expect("a right number"),
            insured_branch_number: BranchNumber::parse("01").ok(),
            name_kana: "シケンタロウ".to_owned(),
            birthdate: date(1960, 6, 2),
            sex: Sex::Male,
            address: None,
            post_number: None,
        },
        institution: CheckupInstitution { code: "1310000000".to_owned(), name: "試験健診所".to_owned() },
        ticket: None,
        items,
    }
}

#[test]
fn methods_of_one_item_make_one_line_and_fasting_is_kept_apart() {
    let found = trend(&[
        checkup(2024, vec![item("3F077000002399901", "141", "mg/dL"), item("3F015000002327101", "120", "mg/dL")]),
        checkup(2022, vec![item("3F077000002327101", "150", "mg/dL"), item("3F015129902327101", "320", "mg/dL")]),
    ]);
    let lines: Vec<_> = found.iter().map(|series| (series.name.as_str(), series.points.len())).collect();
    assert_eq!(lines, [("空腹時中性脂肪", 1), ("随時中性脂肪", 1), ("LDLコレステロール", 2)]);
    let ldl = &found[2].points;
    assert!(ldl[0].date < ldl[1].date && ldl[0].value == number("150"));
}

#[test]
fn a_line_never_joins_two_units() {
    let found = trend(&[
        checkup(2023, vec![item("3C020000002327101", "5.0", "mg/dL")]),
        checkup(2024, vec![item("3C020000002327101", "297", "umol/L")]),
    ]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|series| series.points.len() == 1));
}

#[test]
fn of_several_blood_pressures_the_one_counts_that_the_programme_takes() {
    let systolic = |code: &str, value: &str| item(code, value, "mm[Hg]");
    let found = trend(&[
        checkup(2022, vec![systolic("9A751000000000001", "150"), systolic("9A752000000000001", "142")]),
        checkup(
            2023,
            vec![
                systolic("9A751000000000001", "151"),
                systolic("9A752000000000001", "143"),
                systolic("9A755000000000001", "147"),
            ],
        ),
        checkup(2024, vec![systolic("9A751000000000001", "152")]),
    ]);
    let values: Vec<_> = found[0].points.iter().map(|point| point.value.to_string()).collect();
    assert_eq!(
        (found.len(), found[0].name.as_str(), values),
        (1, "収縮期血圧", vec!["142".into(), "147".into(), "152".into()])
    );
}

#[test]
fn what_was_not_done_or_has_no_figure_is_no_point() {
    let with = |value: CheckupValue| CheckupItem { value, ..item("3B035000002327201", "1", "U/L") };
    let unit = "U/L".to_owned();
    let found = trend(&[
        checkup(2021, vec![with(CheckupValue::NotDone)]),
        checkup(2022, vec![with(CheckupValue::OutOfRange { side: Side::Above, limit: None, unit: unit.clone() })]),
        checkup(2023, vec![with(CheckupValue::OutOfRange { side: Side::Below, limit: Some(number("5")), unit })]),
    ]);
    assert_eq!(found[0].points.len(), 1);
    assert_eq!((found[0].points[0].outside, found[0].points[0].value), (Some(Side::Below), number("5")));
}

#[test]
fn a_value_without_a_judgement_is_judged_by_the_range_of_its_own_report() {
    let range = Some(ReferenceRange { low: Some(number("4")), high: Some(number("35")) });
    let ranged = |value: &str, judged| CheckupItem { range, judged, ..item("3B035000002327201", value, "U/L") };
    let found = trend(&[
        checkup(2020, vec![ranged("3.9", None)]),
        checkup(2021, vec![ranged("35", None)]),
        checkup(2022, vec![ranged("36", None)]),
        checkup(2023, vec![ranged("36", Some(Judged::Normal))]),
        checkup(2024, vec![item("3B035000002327201", "36", "U/L")]),
    ]);
    let judged: Vec<_> = found[0].points.iter().map(|point| point.judged).collect();
    assert_eq!(judged, [Some(Judged::Low), Some(Judged::Normal), Some(Judged::High), Some(Judged::Normal), None]);
}

#[test]
fn egfr_is_computed_where_only_creatinine_was_reported() {
    let creatinine = item("3C015000002399901", "0.74", "mg/dL");
    let reported = item("8A065000002391901", "80.0", "ml/min/1.73m2");
    // The birthday is 2 June: 63 on 1 June 2024.
    let found = trend(&[checkup(2023, vec![creatinine.clone(), reported]), checkup(2024, vec![creatinine])]);
    let egfr = found.iter().find(|series| series.name == "eGFR").unwrap();
    let points: Vec<_> = egfr.points.iter().map(|point| (point.value.to_string(), point.computed)).collect();
    assert_eq!(points, [("80.0".to_owned(), false), ("82.1".to_owned(), true)]);
}

#[test]
fn the_same_report_twice_is_one_point() {
    let once = checkup(2024, vec![item("9N006000000000001", "60.5", "kg")]);
    assert_eq!(trend(&[once.clone(), once])[0].points.len(), 1);
}

#[test]
fn a_stored_report_reads_back_and_shows_nothing_in_debug_text() {
    let once = checkup(2024, vec![item("9N006000000000001", "60.50", "kg")]);
    let text = serde_json::to_string(&once).unwrap();
    assert!(text.contains("\"Kind\":\"quantity\"") && text.contains("60.50"), "{text}");
    assert_eq!(serde_json::from_str::<Checkup>(&text).unwrap(), once);
    let shown = format!("{once:?}");
    assert!(!shown.contains("シケン") && !shown.contains("60.5"), "{shown}");
}
