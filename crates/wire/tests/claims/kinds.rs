//! Proves that files of all four kinds, from both sides, in both charsets and with both line ends are read as they are meant.

use domain::Date;
use wire::claims::{ClaimKind, DrugForm, Receipt, ReceiptType, Side};

use crate::files::{as_insurer, count, dental, dpc, faults, file, medical, pharmacy, read};

fn drugs(receipt: &Receipt) -> Vec<(String, Date, DrugForm, String, u32)> {
    let uses = receipt.drug_uses().into_iter();
    uses.map(|it| {
        (it.code.to_string(), it.dispensed_on, it.form, it.amount.map_or(String::new(), |a| a.to_string()), it.count)
    })
    .collect()
}

fn day(day: i8) -> Date {
    Date::new(2024, 4, day).unwrap()
}

fn entry(code: &str, on: i8, form: DrugForm, amount: &str, count: u32) -> (String, Date, DrugForm, String, u32) {
    (code.to_owned(), day(on), form, amount.to_owned(), count)
}

#[test]
fn a_medical_file_is_read_whole_and_without_a_finding() {
    let (receipts, report) = read(&file(&medical()));
    assert_eq!(faults(&report), []);
    assert_eq!((receipts.len(), report.kind, report.side), (2, ClaimKind::Medical, Some(Side::Provider)));
    let first = &receipts[0];
    assert_eq!(first.institution.code.unwrap().as_str(), "0110113719");
    assert_eq!((first.institution.name.as_str(), first.patient.name.as_str()), ("確か診療所", "山田　太郎"));
    assert_eq!(first.insurance.as_ref().unwrap().insurer_number, "01130012");
    assert_eq!((first.branch(), first.patient.chart_number.as_str()), (Some("02"), "A1"));
    assert_eq!(first.groups.len(), 3);
    assert_eq!(first.groups[1].comments[0].text, "１日３回毎食後");
    assert_eq!(first.groups[1].units.len(), 1, "two drugs, counted together");
    assert_eq!(
        drugs(first),
        [entry("620000001", 3, DrugForm::Oral, "3", 2), entry("620000002", 3, DrugForm::Oral, "1.5", 2)]
    );
    let second = &receipts[1];
    assert_eq!(second.insurance.as_ref().unwrap().insurer_number, "133066");
    assert_eq!((second.public_expenses.len(), second.diagnoses[0].name.as_str()), (1, "かぜ"));
    assert_eq!(second.receipt_type.map(ReceiptType::is_inpatient), Some(false));
}

#[test]
fn a_dpc_file_tells_its_drugs_by_its_coding_data() {
    let (receipts, report) = read(&file(&dpc()));
    assert_eq!(faults(&report), []);
    let receipt = &receipts[0];
    assert_eq!((receipt.kind, receipt.dpc.as_ref().unwrap().discharged_on), (ClaimKind::Dpc, Some(day(12))));
    assert!(receipt.diagnoses[0].is_main && receipt.diagnoses[0].icd10.as_deref() == Some("C180"));
    assert_eq!(
        drugs(receipt),
        [entry("620000003", 10, DrugForm::Injection, "1.25", 1), entry("620000004", 11, DrugForm::Oral, "3", 5)]
    );
}

#[test]
fn a_dental_file_has_an_institution_before_every_receipt() {
    let (receipts, report) = read(&file(&dental()));
    assert_eq!(faults(&report), []);
    assert_eq!((receipts.len(), receipts[0].kind, report.computed.points), (2, ClaimKind::Dental, 544));
    assert_eq!(receipts[1].institution.name, "確か歯科");
    assert_eq!(receipts[0].diagnoses[0].teeth.as_deref(), Some("101100"));
    assert_eq!(drugs(&receipts[0]), [entry("620000005", 2, DrugForm::Oral, "3", 4)]);
}

#[test]
fn a_pharmacy_file_tells_who_prescribed_and_every_dispensing() {
    let (receipts, report) = read(&file(&pharmacy()));
    assert_eq!(faults(&report), []);
    let receipt = &receipts[0];
    assert_eq!(receipt.prescriber.as_ref().unwrap().name, "確か診療所");
    assert_eq!((receipt.doctors.len(), receipt.patient.kana.as_str()), (1, "ヤマダタロウ"));
    assert_eq!(
        drugs(receipt),
        [
            entry("620000001", 4, DrugForm::Oral, "3", 14),
            entry("620000002", 4, DrugForm::Oral, "1.5", 14),
            entry("620000001", 18, DrugForm::Oral, "3", 28),
            entry("620000002", 18, DrugForm::Oral, "1.5", 28),
            entry("660000003", 4, DrugForm::External, "50", 1),
        ]
    );
    let uses = receipt.drug_uses();
    assert_eq!(uses[1].amount_per_dose.unwrap().to_string(), "0.5");
    assert_eq!(uses[0].prescribed_on, Some(day(3)));
    assert_eq!(uses[4].prescription.unwrap().instruction, "１日２回患部に塗布");
}

#[test]
fn an_insurer_reads_the_same_receipts_and_the_corrected_insurance() {
    for lines in [medical(), dpc(), dental(), pharmacy()] {
        let (sent, _) = read(&file(&lines));
        let (got, report) = read(&file(&as_insurer(&lines)));
        assert_eq!(report.side, Some(Side::Insurer));
        assert_eq!(faults(&report), [], "{:?}", report.kind);
        assert_eq!(got.len(), sent.len());
        for (got, sent) in got.iter().zip(&sent) {
            assert!(got.patient == sent.patient && got.groups.len() == sent.groups.len() && got.kind == sent.kind);
            assert_eq!(got.institution.code, sent.institution.code);
            assert_eq!(got.search_number.as_deref(), Some("12345678901234567"));
            assert_eq!(drugs(got), drugs(sent));
        }
    }
    let mut lines = as_insurer(&medical());
    let end = lines.iter().position(|line| line.contains(",RC,")).unwrap();
    lines.insert(end, "2,11,0,HO,06132013,９９,８８,1,320".to_owned());
    let (receipts, report) = read(&file(&lines));
    assert_eq!(faults(&report), []);
    assert_eq!(receipts[0].insurance.as_ref().unwrap().insurer_number, "06132013");
    assert_eq!(receipts[1].insurance.as_ref().unwrap().insurer_number, "133066");
}

#[test]
fn charset_line_ends_eras_and_the_end_mark_make_no_difference_to_what_is_read() {
    let plain = medical();
    let (expected, _) = read(&file(&plain));
    let text = plain.join("\r\n") + "\r\n";
    let era = text
        .replace("202405,", "50605,")
        .replace(",202404,", ",50604,")
        .replace("20240401", "5060401")
        .replace("19500401", "3250401")
        .replace("20200401", "5020401");
    let variants: [(&str, Vec<u8>); 6] = [
        ("UTF-8", text.clone().into_bytes()),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("LF", encoding_rs::SHIFT_JIS.encode(&text.replace("\r\n", "\n")).0.into_owned()),
        ("no last line end", encoding_rs::SHIFT_JIS.encode(text.trim_end()).0.into_owned()),
        (
            "trailing commas",
            encoding_rs::SHIFT_JIS.encode(&text.replace("GO,3,611,99", "GO,3,611,99,,,")).0.into_owned(),
        ),
        ("eras", encoding_rs::SHIFT_JIS.encode(&era).0.into_owned()),
    ];
    for (name, bytes) in variants {
        let (mut receipts, report) = read(&bytes);
        assert!(report.is_clean(), "{name}: {:?}", faults(&report));
        for receipt in &mut receipts {
            receipt.findings.clear();
        }
        assert!(receipts == expected, "{name}");
        assert!(count(&report, wire::claims::ClaimFault::NoEndMark) == 1);
    }
}
