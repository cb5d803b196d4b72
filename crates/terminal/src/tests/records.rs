//! The records page: what matters stands first and names its entries, what may not be seen says so in its place and is
//! nowhere else, and silence is never taken for safety.

use std::sync::Arc;

use askama::Template;
use domain::record::{
    ClaimKind, Diagnosis, DiagnosisCode, DosageForm, DrugCode, Institution, Medication, Month, Quantity, Source,
    Supply, Usage,
};
use domain::{Checkup, Date, MedicalInstitutionCode};
use jiff::ToSpan as _;
use serde_json::json;
use wire::api::{Answer, RecordAnswer, RecordPart, Verdict};
use wire::master::{DrugCatalogue, starter_rules};

use super::pages::{now, request, shell};
use super::samples;
use crate::asking::records::RecordAnswered;
use crate::desk::view::records::RecordsPage;

const WARFARIN: &str = "620811513";
const LOXOPROFEN: &str = "621215602";
const AMLODIPINE: &str = "622947001";
const METFORMIN: &str = "622822401";
const BROTIZOLAM: &str = "621465702";
const CLARITHROMYCIN: &str = "622909201";

pub(super) fn today() -> Date {
    domain::date::in_japan(now()).date()
}

fn institution(number: u32) -> Arc<Institution> {
    let codes = ["1310000012", "1310000020", "1340000033"];
    let names = ["しんりょう内科", "みなと整形外科", "かどの薬局"];
    let at = usize::try_from(number).unwrap();
    Institution { code: MedicalInstitutionCode::parse(codes[at]).unwrap(), name: Some(names[at].to_owned()) }.into()
}

/// A drug prescribed by an institution so many days ago, for so many days.
fn given(code: &str, by: u32, days_ago: i64, days: u16) -> Medication {
    let day = today().saturating_sub(days_ago.days());
    Medication {
        drug: DrugCatalogue::synthetic().drug(DrugCode::parse(code).unwrap()),
        dispensed_on: day,
        prescribed_on: Some(day),
        prescriber: Some(institution(by)),
        dispenser: institution(2),
        form: DosageForm::Oral,
        amount: Quantity::from(1),
        unit: Some("錠".into()),
        dose: None,
        supply: Supply::Days(days),
        usage: Some(Usage { code: Some("006".to_owned()), text: "１日１回朝食後".to_owned() }),
        inpatient: false,
        sources: vec![Source { month: Month::of(day), kind: ClaimKind::Pharmacy, institution: institution(2) }],
    }
}

fn parts(states: [&str; 4]) -> Vec<RecordPart> {
    ["drugs", "diagnosis", "surgery", "checkups"]
        .into_iter()
        .zip(states)
        .map(|(item, state)| RecordPart {
            item: item.to_owned(),
            consent_state: state.to_owned(),
            valid_until: (state == "consented").then(|| now() + jiff::SignedDuration::from_hours(20)),
        })
        .collect()
}

/// Years of drugs at two institutions, an interaction among them, and for half a year the same drug from both.
fn medications() -> Vec<Medication> {
    let mut all = vec![given(LOXOPROFEN, 1, 5, 14), given(CLARITHROMYCIN, 0, 9, 5)];
    for month in 0..24 {
        all.push(given(WARFARIN, 0, 3 + 28 * month, 28));
        all.push(given(AMLODIPINE, 0, 3 + 28 * month, 28));
        if month < 6 {
            all.push(given(AMLODIPINE, 1, 17 + 28 * month, 28));
        }
        if month % 3 != 2 {
            all.push(given(BROTIZOLAM, 1, 12 + 28 * month, 28));
        }
        if month > 14 {
            all.push(given(METFORMIN, 0, 28 * month, 28));
        }
    }
    all
}

/// Years of a person whose kidneys get weaker; in the first the blood was not taken, and in one they went twice.
fn checkups() -> Vec<Checkup> {
    let range = |low: &str, high: &str| json!({ "Low": low, "High": high });
    let year = |day: &str, creatinine: &str, egfr: &str, pressure: &str, hba1c: &str| -> Checkup {
        let quantity = |code: &str, value: &str, unit: &str, range: &serde_json::Value| match value {
            "" => json!({ "Code": code, "Value": { "Kind": "not_done" } }),
            _ => json!({ "Code": code, "Value": { "Kind": "quantity", "Value": value, "Unit": unit }, "Range": range }),
        };
        serde_json::from_value(json!({
            "ReportKind": "10", "Program": "010", "Date": day, "WrittenOn": day,
            "Patient": {
                "InsurerNumber": "06139463", "InsuredIdentificationNumber": "1", "NameKana": "ヨシダ　タカコ",
                "Birthdate": "19560401", "Sex": "2"
            },
            "Institution": { "Code": "1310000012", "Name": "しんりょう内科" },
            "Items": [
                quantity("9A751000000000001", pressure, "mm[Hg]", &range("90", "129")),
                quantity("3C015000002327101", creatinine, "mg/dL", &range("0.4", "0.7")),
                quantity("8A065000002391901", egfr, "ml/min/1.73m2", &json!({ "Low": "60" })),
                quantity("3D046000001906202", hba1c, "%", &range("4.6", "5.5")),
                { "Code": "9N736000000000011", "Value": { "Kind": "coded", "Code": "3", "System": "", "Ordinal": false } },
                { "Code": "1A010000000191111", "Value": { "Kind": "not_done" } }
            ]
        }))
        .unwrap()
    };
    vec![
        year("20250610", "1.2", "34.6", "142", "6.9"),
        year("20240611", "1.0", "42.5", "138", "6.6"),
        year("20230609", "0.8", "54.6", "131", "6.2"),
        year("20221201", "0.7", "62.8", "126", ""),
        year("20220610", "", "", "118", "5.4"),
    ]
}

pub(super) fn answer(states: [&str; 4]) -> RecordAnswer {
    let shows = |at: usize| states[at] == "consented";
    let day = today();
    RecordAnswer {
        verdict: Verdict::Valid,
        process_execution_time: "20260407103100".to_owned(),
        medical_institution_code: samples::FACILITY.to_owned(),
        request_id: uuid::Uuid::nil(),
        as_of: now(),
        part_list: parts(states),
        patient: Some(wire::api::RecordPatient {
            name: "吉田　髙子".to_owned(),
            name_kana: Some("ヨシダ　タカコ".to_owned()),
            birthdate: "19560401".to_owned(),
            sex1: "2".to_owned(),
        }),
        newest_month: Some(Month::parse("202602").unwrap()),
        medication_list: if shows(0) { medications() } else { Vec::new() },
        diagnosis_list: if shows(1) {
            vec![Diagnosis {
                code: DiagnosisCode::parse("8833421").unwrap(),
                modifiers: Vec::new(),
                name: Some("高血圧症".into()),
                icd10: None,
                started_on: Some(day),
                last_month: Month::of(day),
                outcome: None,
                main: true,
                institution: institution(0),
                sources: Vec::new(),
            }]
        } else {
            Vec::new()
        },
        procedure_list: Vec::new(),
        treatment_visit_list: Vec::new(),
        checkup_list: if shows(3) { checkups() } else { Vec::new() },
    }
}

pub(super) fn page(answer: RecordAnswer) -> String {
    let saved: Answer = samples::answer(&request(Verdict::Valid), now());
    let looked = RecordAnswered { answer, proof_number: "01-00000000012-3".to_owned() };
    let html = RecordsPage::new(shell(), &saved, &looked, &starter_rules(), now()).render().unwrap();
    assert!(!html.contains('●'));
    html
}

#[test]
fn what_matters_stands_first_with_its_entries_and_its_source() {
    let html = page(answer(["consented"; 4]));
    let (before, after) = html.split_once("薬剤情報 <small lang=\"en\">Medicines").unwrap();
    assert!(before.contains("ワルファリン") && before.contains("ロキソプロフェン"), "an interaction");
    assert!(before.contains("みなと整形外科") && before.contains("出典"));
    assert!(before.contains("data-rule=\""));
    assert!(after.contains("<svg") && after.contains("アムロジピン") && after.contains("高血圧症"));
    assert!(after.contains("class=\"plots\"") && after.contains("未実施"));
    assert!(!html.contains("withheld") && !html.contains("class=\"gap\""));
    write_for_eyes("records", &html);
}

#[test]
fn what_may_not_be_seen_says_so_in_its_place_and_silence_is_no_safety() {
    let html = page(answer(["not_consented", "nothing_recorded", "expired", "consented"]));
    assert_eq!(html.matches("class=\"withheld\"").count(), 4, "drugs, diagnoses, surgery, days of treatment");
    assert!(html.contains("患者さんが同意していないため") && html.contains("まだたずねていません"));
    assert!(html.contains("同意の期限が切れています"));
    assert!(!html.contains("の記録はありません"), "no list is shown as empty that was not seen");
    assert!(html.contains("重複・相互作用は調べていません"));
    assert!(!html.contains("規則に当てはまるものは見つかりませんでした"));
    write_for_eyes("records-withheld", &html);
}

#[test]
fn what_was_allowed_and_is_empty_is_shown_as_empty() {
    let nothing = RecordAnswer {
        medication_list: Vec::new(),
        diagnosis_list: Vec::new(),
        checkup_list: Vec::new(),
        newest_month: None,
        ..answer(["consented"; 4])
    };
    let html = page(nothing);
    assert_eq!(html.matches("の記録はありません").count(), 5);
    assert!(html.contains("受けていないという意味ではありません"), "checkups that nobody sent");
    assert!(html.contains("レセプトの記録はまだありません"));
    assert!(html.contains("腎機能は調べていません"), "no checkup tells an eGFR");
}

#[test]
fn checkups_stand_in_order_however_they_come_and_a_small_change_is_not_drawn_as_a_fall() {
    let mut told = answer(["consented"; 4]);
    told.checkup_list.sort_by_key(|checkup| checkup.date);
    let html = page(told);
    let place = |day: &str| html.find(&format!("<summary>{day}")).unwrap();
    assert!(place("2025年6月10日") < place("2023年6月9日") && place("2023年6月9日") < place("2022年6月10日"));

    let mut flat = answer(["consented"; 4]);
    for (checkup, height) in flat.checkup_list.iter_mut().zip(["155.5", "155.6", "155.7", "155.7", "155.7"]) {
        let item =
            json!({ "Code": "9N001000000000001", "Value": { "Kind": "quantity", "Value": height, "Unit": "cm" } });
        checkup.items = vec![serde_json::from_value(item).unwrap()];
    }
    let html = page(flat);
    let heights: Vec<f64> =
        html.split("cy=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
    assert_eq!(heights.len(), 5);
    let (top, bottom) = (heights.iter().copied().fold(f64::MAX, f64::min), heights.iter().copied().fold(0.0, f64::max));
    assert!(bottom - top < 5.0, "{heights:?}");
}

#[test]
fn institutions_that_give_the_same_drug_at_once_have_lanes_and_one_after_the_other_have_one() {
    let lanes = |given: Vec<Medication>| {
        let html = page(RecordAnswer { medication_list: given, ..answer(["consented"; 4]) });
        html.matches("class=\"lane\"").count()
    };
    let first = || given(AMLODIPINE, 0, 60, 28);
    assert_eq!(lanes(vec![first(), given(AMLODIPINE, 1, 31, 28)]), 0, "one after the other");
    assert_eq!(lanes(vec![first(), given(AMLODIPINE, 0, 40, 28)]), 0, "fetched before it is used up");
    assert_eq!(lanes(vec![first(), given(AMLODIPINE, 1, 40, 28)]), 2);
    assert_eq!(lanes(vec![first(), given(AMLODIPINE, 1, 40, 28), given(AMLODIPINE, 2, 50, 14)]), 3);
    let apart = vec![first(), given(AMLODIPINE, 1, 40, 28), given(AMLODIPINE, 2, 5, 14)];
    assert_eq!(lanes(apart), 2, "who comes later takes a lane that is free");
}

#[test]
fn what_a_claim_calls_a_drug_cannot_become_a_tag() {
    let mut wild = answer(["consented"; 4]);
    let drug = Arc::make_mut(&mut wild.medication_list[0].drug);
    drug.name = Some("<script>alert(1)</script>".to_owned());
    drug.ingredients.clear();
    assert!(!page(wild).contains("<script>alert"));
}

/// For people who want to look at the page: it and its style lie side by side in the folder for such things.
pub(super) fn write_for_eyes(name: &str, html: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    let html = html.replace("/assets/desk.css", "desk.css").replace("/assets/records.js", "records.js");
    let path = folder.join(format!("{name}.html"));
    std::fs::write(&path, html).unwrap();
    std::fs::write(folder.join("desk.css"), include_str!("../../assets/desk.css")).unwrap();
    std::fs::write(folder.join("records.js"), include_str!("../../assets/records.js")).unwrap();
    path.canonicalize().unwrap()
}
