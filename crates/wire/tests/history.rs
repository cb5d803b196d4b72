//! Proves what of a claim becomes an entry of a record: claims of each kind are written out as text, read, and compared with
//! the entries that a person would write down. What two of them tell is one entry.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::record::{DosageForm, History, Medication, ProcedureKind, Supply};
use wire::claims::{ClaimReader, ReadOptions};
use wire::history::{self, ClaimHistory};

fn read(file: &str) -> Vec<ClaimHistory> {
    let mut reader = ClaimReader::new(file.as_bytes(), ReadOptions::default()).unwrap();
    let mut all = Vec::new();
    while let Some(receipt) = reader.next_receipt().unwrap() {
        all.extend(history::of_claim(&receipt));
    }
    all
}

/// The days 1 to 31 of a row, with counts on some of them.
fn days(counts: &[(usize, u16)]) -> String {
    let cell = |day: usize| {
        let count = counts.iter().find(|(on, _)| *on == day);
        count.map_or_else(String::new, |(_, count)| count.to_string())
    };
    (1..=31).map(cell).collect::<Vec<_>>().join(",")
}

/// A medical claim of 2026-09: drugs on the 3rd, an injection, surgery, a deduction.
fn medical() -> String {
    let rows = [
        "IR,1,13,1,0000001,,確か診療所,202610,00,03-0000-0000".to_owned(),
        "RE,1,1112,202609,見本　花子,2,19800401,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,ミホンハナコ".to_owned(),
        "HO,06139463,１２,４２６０,2,500".to_owned(),
        "SN,1,01,06139463,１２,４２６０,01".to_owned(),
        format!("JD,1,{}", days(&[(3, 1), (10, 1)])),
        "SY,8833421,20240401,1,,,01".to_owned(),
        "SY,5319009,20260903,1,8002,,".to_owned(),
        "SY,0000999,20260903,1,,見本の病,".to_owned(),
        format!("SI,12,1,112007410,,75,2,,,,,,,{}", days(&[(3, 1), (10, 1)])),
        "CO,21,1,810000001,１日１回朝食後".to_owned(),
        format!("IY,,1,622947001,1,1,28,,,,,,,{}", days(&[(3, 28)])),
        format!("IY,22,1,620098801,1,1,10,,,,,,,{}", days(&[(10, 10)])),
        format!("IY,23,1,620007813,35,40,1,,,,,,,{}", days(&[(3, 1)])),
        format!("IY,39,1,630010002,,1,1,,,,,,,{}", days(&[(3, 1)])),
        format!("IY,31,1,620000339,1,6,1,,,,,,,{}", days(&[(10, 1)])),
        format!("SI,50,1,150253010,,12100,1,,,,,,,{}", days(&[(10, 1)])),
        "GO,1,500,99".to_owned(),
    ];
    rows.join("\r\n") + "\r\n\x1A"
}

/// A dental claim of 2026-09: what is done to a tooth stands under one 診療識別, whether it is treatment or surgery.
fn dental() -> String {
    let row = |tag: &str, section: &str, code: &str, points: u32, day: usize| {
        let gap = if tag == "SS" { 72 } else { 1 };
        format!("{tag},{section},1,{code}{},{points},1,{}", ",".repeat(gap), days(&[(day, 1)]))
    };
    let rows = [
        "UK,1,13,3,0000001,,確か歯科,202610,,00".to_owned(),
        "IR,1,13,3,0000001,,202610,,".to_owned(),
        "RE,1,3112,202609,見本　花子,2,19800401,,,20260903,1".to_owned(),
        "HO,06139463,１２,４２６０,2,500".to_owned(),
        "SN,1,01,06139463,１２,４２６０,01".to_owned(),
        format!("JD,1,{}", days(&[(3, 1), (10, 1)])),
        "HS,20260903,1,103600,0000999,,う蝕症第２度,,,01".to_owned(),
        row("SS", "11", "301000110", 272, 3),
        row("SS", "31", "304000510", 110, 3),
        row("SS", "31", "305000110", 160, 3),
        row("SS", "41", "309004810", 72, 3),
        row("SS", "43", "310000210", 270, 10),
        row("SI", "44", "150253010", 900, 10),
        row("SS", "54", "311000110", 42, 10),
        row("SI", "54", "150332510", 120, 10),
        row("SS", "61", "313000110", 306, 10),
        "GO,1,500,99".to_owned(),
    ];
    rows.join("\r\n") + "\r\n\x1A"
}

/// The pharmacy that handed out what the clinic prescribed: the first drug is told by both claims.
fn pharmacy() -> String {
    let cz = |pad: usize| format!("CZ,1,20260903,20260904,1,28{}", ",".repeat(pad));
    let rows = [
        "YK,1,13,4,0000001,見本薬局,202610,00,03-0000-0001".to_owned(),
        "RE,1,4112,202609,見本　花子,2,19800401,,,13,1,0000001,確か診療所,東京都,見本　医師".to_owned(),
        "HO,06139463,１２,４２６０,1,100".to_owned(),
        "SN,1,01,06139463,１２,４２６０,01".to_owned(),
        "SH,01,1,006".to_owned(),
        cz(60),
        "IY,1,622947001,1".to_owned(),
        "IY,1,621974701,3,,,,,,1".to_owned(),
        "GO,1,100,99".to_owned(),
    ];
    rows.join("\r\n") + "\r\n"
}

/// (code, day, form, amount, supply)
fn told(entry: &Medication) -> (String, String, DosageForm, String, Supply) {
    (entry.drug.code.to_string(), entry.dispensed_on.to_string(), entry.form, entry.amount.to_string(), entry.supply)
}

#[test]
fn a_medical_claim_tells_drugs_by_day_cell_and_no_deduction() {
    let claims = read(&medical());
    assert_eq!(claims.len(), 1);
    let entries: Vec<_> = claims[0].history.medications.iter().map(told).collect();
    let entry = |code: &str, day: &str, form, amount: &str, supply| {
        (code.to_owned(), day.to_owned(), form, amount.to_owned(), supply)
    };
    assert_eq!(
        entries,
        [
            entry("622947001", "2026-09-03", DosageForm::Oral, "1", Supply::Days(28)),
            entry("620098801", "2026-09-10", DosageForm::AsNeeded, "1", Supply::Doses(10)),
            entry("620007813", "2026-09-03", DosageForm::External, "35", Supply::Times(1)),
            entry("620000339", "2026-09-10", DosageForm::Injection, "1", Supply::Times(1)),
        ]
    );
    let first = &claims[0].history.medications[0];
    assert_eq!(first.usage.as_ref().map(|usage| usage.text.as_str()), Some("１日１回朝食後"));
    assert_eq!(first.dispenser.name.as_deref(), Some("確か診療所"));
    assert_eq!(first.dispenser.code.as_str(), "1310000001");
}

#[test]
fn diagnoses_visits_and_surgery_are_told_with_their_days() {
    let History { diagnoses, visits, procedures, .. } = read(&medical()).remove(0).history;
    let shown: Vec<(&str, bool, bool)> = diagnoses.iter().map(|d| (d.shown(), d.main, d.is_suspected())).collect();
    assert_eq!(shown, [("8833421", true, false), ("5319009", false, true), ("見本の病", false, false)]);
    let days: Vec<(String, usize)> = visits.iter().map(|v| (v.day.to_string(), v.items.len())).collect();
    assert_eq!(days, [("2026-09-03".to_owned(), 1), ("2026-09-10".to_owned(), 2)]);
    assert_eq!(procedures.len(), 1);
    assert_eq!((procedures[0].kind, procedures[0].code.as_str()), (ProcedureKind::Surgery, "150253010"));
}

#[test]
fn surgery_and_anaesthesia_of_a_dentist_are_no_treatment() {
    let History { visits, procedures, .. } = read(&dental()).remove(0).history;
    let kinds: Vec<(&str, ProcedureKind)> =
        visits.iter().flat_map(|visit| &visit.items).map(|item| (item.code.as_str(), item.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("301000110", ProcedureKind::Visit),
            ("304000510", ProcedureKind::Examination),
            ("305000110", ProcedureKind::Imaging),
            ("309004810", ProcedureKind::Treatment),
            ("310000210", ProcedureKind::Surgery),
            ("150253010", ProcedureKind::Surgery),
            ("311000110", ProcedureKind::Anaesthesia),
            ("150332510", ProcedureKind::Anaesthesia),
            ("313000110", ProcedureKind::Other),
        ]
    );
    let surgery: Vec<&str> = procedures.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(surgery, ["310000210", "150253010", "311000110", "150332510"]);
}

#[test]
fn a_pharmacy_claim_names_who_prescribed_and_when() {
    let claims = read(&pharmacy());
    let entries = &claims[0].history.medications;
    assert_eq!(entries.len(), 2);
    let entry = &entries[1];
    assert_eq!(entry.prescriber.as_ref().map(|by| by.code.as_str().to_owned()), Some("1310000001".to_owned()));
    assert_eq!(entry.dispenser.code.as_str(), "1340000001");
    assert_eq!(entry.prescribed_on.map(|day| day.to_string()), Some("2026-09-03".to_owned()));
    assert_eq!(entry.dispensed_on.to_string(), "2026-09-04");
    assert_eq!((entry.supply, entry.amount.to_string()), (Supply::Days(28), "3".to_owned()));
    assert_eq!(entry.usage.as_ref().map(|usage| usage.text.as_str()), Some("1日1回朝食後"));
    assert_eq!(entry.dose.map(|dose| dose.to_string()), Some("1".to_owned()));
}

#[test]
fn one_dispensing_in_two_claims_is_one_entry() {
    let parts = [medical(), pharmacy()].into_iter().flat_map(|file| read(&file)).map(|claim| {
        let ClaimHistory { source, mut history } = claim;
        history.set_source(&source);
        history
    });
    let history = History::assemble(parts);
    assert_eq!(history.medications.len(), 5, "four of the clinic and two of the pharmacy, one of them in both");
    let twice: Vec<&str> = history
        .medications
        .iter()
        .filter(|entry| entry.sources.len() == 2)
        .map(|entry| entry.drug.code.as_str())
        .collect();
    assert_eq!(twice, ["622947001"]);
}
