//! One report: every kind of value, and every fault with its place.

use domain::checkup::{Decimal, Judged, ReferenceRange, Side};
use domain::{Checkup, CheckupItem, CheckupValue, Sex};
use jiff::civil::date;
use wire::checkups::FaultScope;

use crate::person::{answer, entry, quantity, report, usual};
use crate::{codes, read, read_one};

fn number(raw: &str) -> Decimal {
    Decimal::parse(raw).expect("a number")
}

fn checkup(text: &str) -> Checkup {
    let file = read_one(text);
    file.checkup.unwrap_or_else(|| panic!("{:?}", file.faults))
}

fn only_item(entries: &str) -> CheckupItem {
    let mut items = checkup(&report(1, entries)).items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

const AST: &str = "3B035000002327201";

#[test]
fn the_head_of_a_report_is_read_as_it_stands() {
    let found = checkup(&usual(5));
    let patient = &found.patient;
    assert_eq!(patient.insurer_number.as_str(), "01130012");
    assert_eq!(patient.insured_card_symbol.as_ref().map(domain::CardSymbol::as_str), Some("１２－３４"));
    assert_eq!(patient.insured_identification_number.as_str(), "1005");
    assert_eq!(patient.insured_branch_number.as_ref().map(domain::BranchNumber::as_str), Some("01"));
    assert_eq!((patient.name_kana.as_str(), patient.sex), ("シケン　ジロウ", Sex::Female));
    assert_eq!(
        (patient.birthdate, found.date, found.written_on),
        (date(1960, 4, 6), date(2024, 6, 3), date(2024, 7, 10))
    );
    assert_eq!(patient.address.as_deref(), Some("東京都千代田区千代田１－１"));
    assert_eq!(patient.post_number.as_deref(), Some("100-0001"));
    assert_eq!((found.report_kind.as_str(), found.program.as_str()), ("10", "010"));
    assert_eq!((found.institution.code.as_str(), found.institution.name.as_str()), ("1310000001", "試験健診センター"));
    let ticket = found.ticket.expect("a ticket");
    assert_eq!((ticket.reference.as_str(), ticket.expires), ("24000000005", Some(date(2025, 3, 31))));
}

#[test]
fn a_usual_report_is_read_without_a_fault() {
    let file = read_one(&usual(1));
    assert_eq!(codes(&file), []);
    let found = file.checkup.expect("a report");
    assert_eq!(found.items.len(), 18 + 5 + 2 + 1 + 3 + 22 + 1);
    assert_eq!(found.egfr().map(|egfr| egfr.value().to_string()).as_deref(), Some("81.8"));
}

#[test]
fn each_kind_of_value_is_that_value() {
    let cases = [
        (
            AST,
            r#"<value xsi:type="PQ" value="23" unit="IU/L"/>"#,
            CheckupValue::Quantity { value: number("23"), unit: "U/L".to_owned() },
        ),
        (
            "1A020000000191111",
            r#"<value xsi:type="CO" code="3" codeSystem="1.2.392.200119.6.2102"/>"#,
            CheckupValue::Coded { code: "3".to_owned(), system: "1.2.392.200119.6.2102".to_owned(), ordinal: true },
        ),
        (
            "9N701000000000011",
            r#"<value xsi:type="CD" code="1"/>"#,
            CheckupValue::Coded { code: "1".to_owned(), system: String::new(), ordinal: false },
        ),
        (
            "9N511000000000049",
            "<value xsi:type='ST'> a &lt; b<![CDATA[ & c]]>&#x3042; </value>",
            CheckupValue::Text { text: "a<b& cあ".to_owned() },
        ),
        // An item of a laboratory that the table does not know.
        (
            "5C095000002399901",
            r#"<value xsi:type="PQ" value="-1.5" unit="mg/dL"/>"#,
            CheckupValue::Quantity { value: number("-1.5"), unit: "mg/dL".to_owned() },
        ),
    ];
    for (code, inside, value) in cases {
        assert_eq!(only_item(&entry(code, inside)).value, value, "{inside}");
    }
}

#[test]
fn what_lies_beyond_measurement_is_neither_a_number_nor_lost() {
    let out =
        |side, limit: Option<&str>| CheckupValue::OutOfRange { side, limit: limit.map(number), unit: "U/L".to_owned() };
    for (inside, value) in [
        (r#"<value xsi:type="PQ" value="H" unit="U/L"/>"#, out(Side::Above, None)),
        (r#"<value xsi:type="PQ" value="&lt;5" unit="U/L"/>"#, out(Side::Below, Some("5"))),
        (r#"<value xsi:type="PQ" value="&gt;= 2000" unit="U/L"/>"#, out(Side::Above, Some("2000"))),
        (r#"<value xsi:type="ST">L</value>"#, out(Side::Below, None)),
        (r#"<value xsi:type="PQ" nullFlavor="PINF"/>"#, out(Side::Above, None)),
        (r#"<value xsi:type="IVL_PQ"><high value="5" unit="U/L"/></value>"#, out(Side::Below, Some("5"))),
    ] {
        assert_eq!(only_item(&entry(AST, inside)).value, value, "{inside}");
    }
}

#[test]
fn not_done_is_never_a_value() {
    let not_done = r#"          <entry><observation classCode="OBS" moodCode="EVN" negationInd="true"><code code="3B035000002327201"/></observation></entry>"#;
    assert_eq!(only_item(not_done).value, CheckupValue::NotDone);
    let both = not_done.replace("</observation>", r#"<value xsi:type="PQ" value="23" unit="U/L"/></observation>"#);
    let file = read_one(&report(1, &both));
    assert_eq!(codes(&file)[0].0, "not_done_with_value");
}

#[test]
fn judgement_range_and_method_stand_by_their_item() {
    let item = only_item(&quantity(AST, "23.0", "U/L"));
    assert_eq!(item.judged, Some(Judged::Normal));
    assert_eq!(item.range, Some(ReferenceRange { low: Some(number("0.5")), high: Some(number("200")) }));
    assert_eq!(item.method.as_deref(), Some("3B03500000"));
}

#[test]
fn members_of_a_group_know_each_other() {
    let found = checkup(&usual(1));
    let group_of = |code: &str| found.items.iter().find(|item| item.code.as_str() == code).expect("an item").group;
    assert_eq!(group_of("3C015000002327101"), group_of("8A065000002391901"));
    assert_ne!(group_of("3C015000002327101"), group_of("9A110160700000011"));
    assert_eq!((group_of("9A110160700000011").is_some(), group_of(AST)), (true, None));
}

#[test]
fn an_older_file_with_prefixes_and_shift_jis_is_read() {
    let text = usual(2)
        .replace("encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"")
        .replace("<ClinicalDocument", "<n:ClinicalDocument");
    let text = text.replace("</ClinicalDocument", "</n:ClinicalDocument").replace("xmlns=\"urn", "xmlns:n=\"urn");
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!unmappable);
    let (files, report) = read(bytes.into_owned()).expect("a report");
    assert!(report.is_clean(), "{:?}", report.faults);
    assert_eq!(files[0].checkup.as_ref().expect("a report").patient.name_kana, "シケン　ジロウ");
}

#[test]
fn a_bad_item_costs_itself_and_tells_where_it_stands() {
    let good = quantity("3B045000002327201", "20", "U/L");
    let place = "/ClinicalDocument/component/structuredBody/component/section/entry[1]/observation";
    for (bad, code, below) in [
        (quantity(AST, "23", "mg/dL"), "unit_differs", "/value/@unit"),
        (quantity(AST, "23", ""), "unit_missing", "/value/@unit"),
        (quantity(AST, "2 3", "U/L"), "not_a_number", "/value/@value"),
        (quantity(AST, "", "U/L"), "empty", "/value/@value"),
        (quantity(AST, "-1", "U/L"), "negative", "/value/@value"),
        (answer(AST, "1"), "value_type", "/value/@xsi:type"),
        (answer("9N701000000000011", "3"), "unknown_answer", "/value/@code"),
        (answer("9N70100000000001", "1"), "item_code", "/code/@code"),
        (entry(AST, ""), "missing", "/value"),
        (entry(AST, r#"<value value="1" unit="U/L"/>"#), "missing", "/value/@xsi:type"),
        (entry(AST, r#"<value xsi:type="PQ" value="1" value="2" unit="U/L"/>"#), "duplicate_element", "/value/@value"),
        (entry(AST, r#"<value xsi:type="BL" value="true"/>"#), "value_type", "/value/@xsi:type"),
    ] {
        let text = report(1, &format!("{bad}{good}"));
        let file = read_one(&text);
        let path = format!("{place}{below}");
        assert_eq!(codes(&file), [(code, path.as_str())], "{bad}");
        let fault = &file.faults[0];
        assert_eq!((fault.scope, file.items_set_aside), (FaultScope::Item, 1));
        let line = text.lines().nth(usize::try_from(fault.line).unwrap() - 1).unwrap();
        let element = below.split('/').nth(1).filter(|name| bad.contains(&format!("<{name}")));
        assert!(line.contains(&format!("<{}", element.unwrap_or("observation"))), "{line}");
        assert_eq!(file.checkup.expect("the person is kept").items.len(), 1);
    }
}

#[test]
fn an_item_that_stands_twice_is_read_once() {
    let twice = format!("{}{}", quantity(AST, "23", "U/L"), quantity(AST, "99", "U/L"));
    let file = read_one(&report(1, &twice));
    assert_eq!(codes(&file)[0].0, "duplicate_item");
    assert!(codes(&file)[0].1.ends_with("/entry[2]/observation/code"));
    assert_eq!(file.checkup.expect("a report").quantity("3B0350000"), Some(number("23")));
}

#[test]
fn what_cannot_be_judged_is_a_note_and_the_value_is_kept() {
    for (from, to, code) in [
        ("code=\"N\"/>", "code=\"X\"/>", "unknown_judgement"),
        ("<low value=\"0.5\" unit=\"U/L\"/>", "<low value=\"0.5\" unit=\"mg/dL\"/>", "range_unreadable"),
        ("<low value=\"0.5\" unit=\"U/L\"/>", "<low value=\"900\" unit=\"U/L\"/>", "range_unreadable"),
    ] {
        let file = read_one(&report(1, &quantity(AST, "23", "U/L").replace(from, to)));
        assert_eq!((codes(&file)[0].0, file.faults[0].scope), (code, FaultScope::Note));
        assert_eq!(file.checkup.expect("a report").items.len(), 1);
    }
    let file = read_one(&report(1, &entry(AST, r#"<value xsi:type="PQ" nullFlavor="NI"/>"#)));
    assert_eq!(file.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["no_value", "no_items"]);
}

#[test]
fn a_person_who_cannot_be_told_is_set_aside_with_the_reason() {
    let role = "/ClinicalDocument/recordTarget/patientRole";
    for (from, to, code, path) in [
        (
            "\"01130012\" root=\"1.2.392.200119.6.101\"/>\n      <id ext",
            "\"01130013\" root=\"1.2.392.200119.6.101\"/>\n      <id ext",
            "check_digit",
            format!("{role}/id[1]/@extension"),
        ),
        (
            "<id extension=\"1001\" root=\"1.2.392.200119.6.205\"/>",
            "",
            "missing",
            format!("{role}/id[@root='1.2.392.200119.6.205']"),
        ),
        ("extension=\"01\" root", "extension=\"0x\" root", "character", format!("{role}/id[4]/@extension")),
        (
            "birthTime value=\"19600402\"",
            "birthTime value=\"19600431\"",
            "no_such_day",
            format!("{role}/patient/birthTime/@value"),
        ),
        (
            "birthTime value=\"19600402\"",
            "birthTime value=\"20250101\"",
            "born_later",
            "/ClinicalDocument/documentationOf/serviceEvent/effectiveTime".to_owned(),
        ),
        (
            "GenderCode code=\"2\"",
            "GenderCode code=\"9\"",
            "unknown_code",
            format!("{role}/patient/administrativeGenderCode/@code"),
        ),
        ("<name>シケン　ハナコ</name>", "<name/>", "empty", format!("{role}/patient/name")),
        (
            "<effectiveTime value=\"20240603\"/>",
            "",
            "missing",
            "/ClinicalDocument/documentationOf/serviceEvent/effectiveTime".to_owned(),
        ),
        ("<code code=\"10\"", "<code code=\"22\"", "not_a_checkup", "/ClinicalDocument/code".to_owned()),
        ("urn:hl7-org:v3\" xmlns:xsi", "urn:other\" xmlns:xsi", "wrong_root", "/ClinicalDocument".to_owned()),
    ] {
        let text = usual(1);
        assert!(text.contains(from), "{from}");
        let file = read_one(&text.replacen(from, to, 1));
        assert!(file.checkup.is_none(), "{code}");
        assert_eq!(codes(&file), [(code, path.as_str())]);
        assert_eq!(file.faults[0].scope, FaultScope::Person);
    }
}

#[test]
fn no_fault_tells_a_value() {
    for (from, to) in
        [("19600402", "19609999"), ("extension=\"1001\"", "extension=\"秘密\u{7}\""), ("\"128\"", "\"ひみつ\"")]
    {
        let file = read_one(&usual(1).replace(from, to));
        for fault in &file.faults {
            for text in [&fault.message, &fault.message_en, &fault.path] {
                assert!(!text.contains("9999") && !text.contains("秘密") && !text.contains("ひみつ"), "{text}");
            }
        }
    }
}
