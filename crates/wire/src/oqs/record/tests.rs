//! Proves that requests are read as public clients write them, that results have the elements of the interface and no others,
//! that each thing that stands in the way of showing something has a word of its own, and that nothing is told by an empty list.

use std::sync::Arc;

use domain::record::{
    ClaimKind, DosageForm, Institution, Medication, Month, ProcedureCode, ProcedureKind, Quantity, Source, Supply,
    TreatmentVisit, Usage, VisitItem,
};
use domain::{Checkup, Date, MedicalInstitutionCode, date};
use serde_json::json;

use super::*;
use crate::api::{RecordAnswer, RecordPart, RecordPatient, Verdict};
use crate::oqs::codes::{FileCategory, RecordResultCode};
use crate::oqs::{EncodingPolicy, OqsErrorCode, OutputEncoding, Told};
use crate::text::Target;

const UTF8: OutputEncoding = OutputEncoding::Utf8;
const SHIFT_JIS: OutputEncoding = OutputEncoding::ShiftJis(Target::Cp932);
const OWN: &str = "1310000012";

fn day(raw: &str) -> Date {
    date::parse(raw).unwrap()
}

fn institution(code: &str, name: &str) -> Arc<Institution> {
    Institution { code: MedicalInstitutionCode::parse(code).unwrap(), name: Some(name.to_owned()) }.into()
}

fn clinic() -> Arc<Institution> {
    institution(OWN, "しんりょう内科")
}

fn pharmacy() -> Arc<Institution> {
    institution("1340000033", "かどの薬局")
}

fn drug(on: &str, prescriber: Option<Arc<Institution>>, dispenser: Arc<Institution>) -> Medication {
    Medication {
        drug: serde_json::from_value(json!({
            "Code": "622947001", "Name": "アムロジピン錠５ｍｇ",
            "Ingredients": [{ "Atc": "C08CA01", "Name": "アムロジピンベシル酸塩", "NameEn": "amlodipine" }]
        }))
        .unwrap(),
        dispensed_on: day(on),
        prescribed_on: Some(day(on)),
        prescriber,
        dispenser: dispenser.clone(),
        form: DosageForm::Oral,
        amount: Quantity::from(1),
        unit: Some("錠".into()),
        dose: None,
        supply: Supply::Days(28),
        usage: Some(Usage { code: Some("006".to_owned()), text: "1日1回朝食後".to_owned() }),
        inpatient: false,
        sources: vec![Source { month: Month::of(day(on)), kind: ClaimKind::Pharmacy, institution: dispenser }],
    }
}

fn parts(states: [&str; 4]) -> Vec<RecordPart> {
    let names = ["drugs", "diagnosis", "surgery", "checkups"].into_iter().zip(states);
    names
        .map(|(item, state)| RecordPart { item: item.to_owned(), consent_state: state.to_owned(), valid_until: None })
        .collect()
}

fn answer(states: [&str; 4]) -> RecordAnswer {
    let shows = |at: usize| states[at] == "consented";
    let visit = TreatmentVisit {
        day: day("20260202"),
        institution: clinic(),
        inpatient: false,
        items: vec![VisitItem {
            code: ProcedureCode::parse("112007410").unwrap(),
            name: Some("再診料".into()),
            kind: ProcedureKind::Visit,
            times: 1,
        }],
        sources: Vec::new(),
    };
    let checkup: Checkup = serde_json::from_value(json!({
        "ReportKind": "10", "Program": "010", "Date": "20250610", "WrittenOn": "20250620",
        "Patient": {
            "InsurerNumber": "06139463", "InsuredIdentificationNumber": "1", "NameKana": "ヨシダ　タカコ",
            "Birthdate": "19560401", "Sex": "2"
        },
        "Institution": { "Code": "1310000012", "Name": "しんりょう内科" },
        "Items": [
            { "Code": "9A751000000000001", "Value": { "Kind": "quantity", "Value": "142", "Unit": "mm[Hg]" } },
            { "Code": "9N736000000000011", "Value": { "Kind": "coded", "Code": "3", "System": "1.2.392.200119.6.2411", "Ordinal": false } },
            { "Code": "3F015000002327101", "Value": { "Kind": "out_of_range", "Side": "below", "Limit": "10", "Unit": "mg/dL" } },
            { "Code": "1A010000000191111", "Value": { "Kind": "not_done" } }
        ]
    }))
    .unwrap();
    RecordAnswer {
        verdict: Verdict::Valid,
        process_execution_time: "20260407103100".to_owned(),
        medical_institution_code: OWN.to_owned(),
        request_id: uuid::Uuid::nil(),
        as_of: "2026-04-07T01:31:00Z".parse().unwrap(),
        part_list: parts(states),
        patient: Some(RecordPatient {
            name: "𠮷田　髙子".to_owned(),
            name_kana: Some("ヨシダ　タカコ".to_owned()),
            birthdate: "19560401".to_owned(),
            sex1: "2".to_owned(),
        }),
        newest_month: Some(Month::parse("202602").unwrap()),
        medication_list: if shows(0) {
            vec![drug("20260202", Some(clinic()), pharmacy()), drug("20260105", Some(clinic()), clinic())]
        } else {
            Vec::new()
        },
        diagnosis_list: Vec::new(),
        procedure_list: Vec::new(),
        treatment_visit_list: if shows(1) { vec![visit] } else { Vec::new() },
        checkup_list: if shows(3) { vec![checkup] } else { Vec::new() },
    }
}

fn header() -> RecordHeader {
    RecordHeader {
        medical_institution_code: Some(OWN.to_owned()),
        insurer_number: Some("133066".to_owned()),
        insurance_card_symbol: Some("医国１２３".to_owned()),
        insured_person_identification_number: Some("0123".to_owned()),
        branch_number: Some("01".to_owned()),
        arbitrary_file_identifier: Some("4711".to_owned()),
    }
}

/// The elements of a file as `path=value`, without those that only hold others.
fn told(bytes: &[u8], encoding: OutputEncoding) -> Vec<String> {
    let text = match encoding {
        OutputEncoding::ShiftJis(_) => crate::text::decode_shift_jis(bytes).unwrap(),
        OutputEncoding::Utf8 | OutputEncoding::Utf8WithBom => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    let (mut path, mut found) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1).map(str::trim) {
        let name = line.trim_start_matches(['<', '/']).split_once('>').unwrap().0.to_owned();
        if line.starts_with("</") {
            path.pop();
        } else if let Some((_, rest)) = line.split_once('>').filter(|(_, rest)| !rest.is_empty()) {
            let value = rest.split_once("</").unwrap().0;
            found.push(format!("{}/{name}={value}", path.join("/")).replace("XmlMsg/Message", ""));
        } else {
            path.push(name);
        }
    }
    found
}

fn asked(header: &RecordHeader, kind: RecordKind) -> AskedRecord<'_> {
    AskedRecord { header, process_execution_time: "20260407103100", kind }
}

fn written(states: [&str; 4], kind: RecordKind) -> Vec<String> {
    let header = header();
    let asked = asked(&header, kind);
    let bytes = match kind {
        RecordKind::Drugs => write_drug_result(&asked, &answer(states), UTF8).bytes,
        RecordKind::Checkups => write_checkup_result(&asked, &answer(states), UTF8).bytes,
    };
    told(&bytes, UTF8)
}

#[test]
fn a_request_is_read_as_clients_write_it() {
    // As a public client writes it: declaration in either case, the elements of both kinds, months only for drugs.
    for declaration in ["Shift_JIS", "shift_jis"] {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"{declaration}\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
             <MedicalInstitutionCode>1310000012</MedicalInstitutionCode><InsurerNumber>  133066</InsurerNumber>\
             <InsuranceCardSymbol>医国１２３</InsuranceCardSymbol>\
             <InsuredPersonIdentificationNumber>0123</InsuredPersonIdentificationNumber><BranchNumber></BranchNumber>\
             <ArbitraryFileIdentifier>4711</ArbitraryFileIdentifier></MessageHeader><MessageBody>\
             <StartDate>202511</StartDate><EndDate>20260430</EndDate><FileCategory>2</FileCategory>\
             <PrDiInfClassification>1</PrDiInfClassification><MedicalTreatmentFlag>1</MedicalTreatmentFlag>\
             </MessageBody></XmlMsg>"
        );
        let bytes = crate::text::encode(&text, Target::Cp932).bytes;
        let message = read_record_request(&bytes[..], EncodingPolicy::Declared).unwrap();
        let wanted = RecordAsked::parse(RecordKind::Drugs, &message.body).unwrap();
        assert_eq!(wanted.file, FileCategory::Xml);
        let request = wanted.request(&message.header, uuid::Uuid::nil(), OWN, "folder");
        assert_eq!((request.start_date.as_deref(), request.end_date.as_deref()), (Some("202511"), Some("202604")));
        assert_eq!(request.items, ["drugs", "diagnosis", "surgery"]);
        let search = &request.qualification_confirm_search_info;
        assert_eq!((search.insurer_number.as_str(), search.birthdate.as_str()), ("133066", ""));
        assert_eq!(search.insured_card_symbol.as_deref(), Some("医国１２３"));
        assert_eq!(search.insured_branch_number, None);
        search.parse_card("20260407", OWN).unwrap();
        let checkups = RecordAsked::parse(RecordKind::Checkups, &message.body).unwrap();
        assert_eq!(checkups.request(&message.header, uuid::Uuid::nil(), OWN, "folder").items, ["checkups"]);
        assert_eq!(checkups.first, None);
    }
}

#[test]
fn a_request_comes_back_as_it_was_written() {
    let body = RecordQuestion {
        start_date: Some("202511".to_owned()),
        end_date: Some("202604".to_owned()),
        file_category: Some("1".to_owned()),
        pr_di_inf_classification: Some("0".to_owned()),
        medical_treatment_flag: Some("2".to_owned()),
    };
    for encoding in [UTF8, SHIFT_JIS, OutputEncoding::Utf8WithBom] {
        let once = write_record_request(&header(), &body, encoding);
        let read = read_record_request(&once.bytes[..], EncodingPolicy::Declared).unwrap();
        assert_eq!(read.body, body);
        assert_eq!(write_record_request(&read.header, &read.body, encoding).bytes, once.bytes);
    }
}

#[test]
fn every_value_that_cannot_be_read_is_named() {
    let good = || RecordQuestion { file_category: Some("2".to_owned()), ..RecordQuestion::default() };
    let set = |change: fn(&mut RecordQuestion)| {
        let mut body = good();
        change(&mut body);
        body
    };
    let cases: [(RecordQuestion, &[&str]); 8] = [
        (good(), &[]),
        (set(|body| body.file_category = None), &["FileCategory"]),
        (set(|body| body.file_category = Some("3".to_owned())), &["FileCategory"]),
        (set(|body| body.start_date = Some("202613".to_owned())), &["StartDate"]),
        (set(|body| body.end_date = Some("２０２６０１".to_owned())), &["EndDate"]),
        (
            set(|body| {
                body.start_date = Some("202602".to_owned());
                body.end_date = Some("202601".to_owned());
            }),
            &["EndDate"],
        ),
        (set(|body| body.medical_treatment_flag = Some("4".to_owned())), &["MedicalTreatmentFlag"]),
        (
            set(|body| {
                body.medical_treatment_flag = Some("9".to_owned());
                body.pr_di_inf_classification = Some("x".to_owned());
            }),
            &["MedicalTreatmentFlag", "PrDiInfClassification"],
        ),
    ];
    for (body, fields) in cases {
        let wrong = RecordAsked::parse(RecordKind::Drugs, &body).err().unwrap_or_default();
        let named: Vec<&str> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, fields, "{body:?}");
    }
}

#[test]
fn a_file_that_is_no_request_is_refused_with_its_place() {
    let cases = [
        ("", OqsErrorCode::Empty),
        ("<XmlMsg><MessageHeader/>", OqsErrorCode::Truncated),
        ("<XmlMsg><MessageHeader/></XmlMsg>", OqsErrorCode::MissingElement),
        ("<XmlMsg><MessageBody/></XmlMsg>", OqsErrorCode::MissingElement),
        ("<!DOCTYPE a><XmlMsg/>", OqsErrorCode::Doctype),
        ("<Other/>", OqsErrorCode::WrongRoot),
        (
            "<XmlMsg><MessageHeader><BranchNumber>1</BranchNumber><BranchNumber>2</BranchNumber></MessageHeader></XmlMsg>",
            OqsErrorCode::DuplicateElement,
        ),
    ];
    for (text, code) in cases {
        let error = read_record_request(text.as_bytes(), EncodingPolicy::Declared).unwrap_err();
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn drugs_and_treatment_stand_in_the_tree_of_the_interface() {
    let month = "Body/MeTrMonthInf";
    let date = "Body/MeTrMonthInf/DiDateInfs/DiDateInf";
    let drug = "Body/MeTrMonthInf/DiDateInfs/DiDateInf/DrugInfs/DrugInf";
    let done = "Body/MeTrMonthInf/DiDateInfs/DiDateInf/MeTrInfs/MeTrInf";
    let one_drug = [
        format!("{drug}/DrugC=622947001"),
        format!("{drug}/DrugN=アムロジピン錠５ｍｇ"),
        format!("{drug}/Qua1=1"),
        format!("{drug}/Unit=錠"),
        format!("{drug}/UsageN=1日1回朝食後"),
        format!("{drug}/Times=28"),
        format!("{drug}/IngreN=アムロジピンベシル酸塩"),
        format!("{drug}/MeTrIdCl=21"),
    ];
    let mut wanted: Vec<String> = [
        "Header/ProcessExecutionTime=20260407103100",
        "Header/MedicalInstitutionCode=1310000012",
        "Header/ArbitraryFileIdentifier=4711",
        "Header/CharacterCodeIdentifier=0",
        "Header/QuaInf/Name=𠮷田　髙子",
        "Header/QuaInf/KanaName=ﾖｼﾀﾞ ﾀｶｺ",
        "Header/QuaInf/Birth=19560401",
        "Header/QuaInf/AdmGendCode=2",
        "Body/ResultCode=1",
        "Body/MessageContents=レセプトは2026年2月分まで届いています。",
    ]
    .map(str::to_owned)
    .to_vec();
    // A pharmacy's month, prescribed elsewhere.
    wanted.extend([
        format!("{month}/DiOrg=4"),
        format!("{month}/MeTrDiHCd=1340000033"),
        format!("{month}/MeTrDiHNm=かどの薬局"),
        format!("{month}/MeTrMonth=202602"),
        format!("{month}/PrlsHCd=1310000012"),
        format!("{month}/PrlsHNm=しんりょう内科"),
        format!("{month}/PrIsOrg=1"),
        format!("{month}/InOut=2"),
        format!("{date}/DiDate=20260202"),
        format!("{date}/PrDate=20260202"),
    ]);
    wanted.extend(one_drug.clone());
    // The clinic's own month: what was done.
    let own = |of: &str| {
        vec![
            format!("{month}/DiOrg=1"),
            format!("{month}/MeTrDiHCd=1310000012"),
            format!("{month}/MeTrDiHNm=しんりょう内科"),
            format!("{month}/MeTrMonth={of}"),
            format!("{month}/PrIsOrg=1"),
            format!("{month}/InOut=2"),
        ]
    };
    wanted.extend(own("202602"));
    wanted.extend([
        format!("{date}/DiDate=20260202"),
        format!("{done}/SinInfN=再診料"),
        format!("{done}/SinInfCd=112007410"),
        format!("{done}/MeTrIdCl=12"),
        format!("{done}/Times=1"),
    ]);
    // A month before: handed out in house, so that no prescriber stands there.
    wanted.extend(own("202601"));
    wanted.extend([format!("{date}/DiDate=20260105"), format!("{date}/PrDate=20260105")]);
    wanted.extend(one_drug);
    assert_eq!(written(["consented"; 4], RecordKind::Drugs), wanted);
}

#[test]
fn checkups_stand_in_the_tree_of_the_interface() {
    let report = "Body/SpecificHealthCheckupInfo";
    let item = "Body/SpecificHealthCheckupInfo/HealthCheckupResultAndQuestionInfos/HealthCheckupResultAndQuestionInfo";
    let mut wanted: Vec<String> = [
        "Header/ProcessExecutionTime=20260407103100",
        "Header/MedicalInstitutionCode=1310000012",
        "Header/ArbitraryFileIdentifier=4711",
        "Header/CharacterCodeIdentifier=0",
        "Header/QualificationsInfo/Name=𠮷田　髙子",
        "Header/QualificationsInfo/KanasName=ﾖｼﾀﾞ ﾀｶｺ",
        "Header/QualificationsInfo/Birthday=19560401",
        "Header/QualificationsInfo/AdministrativeGenderCode=2",
        "Body/ResultCode=1",
    ]
    .map(str::to_owned)
    .to_vec();
    wanted.extend([format!("{report}/EffectiveTime=20250610")]);
    let items: [&[&str]; 4] = [
        &["ItemCode=9A751000000000001", "ItemName=", "DataType=PQ", "DataValue=142", "Unit=mm[Hg]"],
        &[
            "ItemCode=9N736000000000011",
            "ItemName=",
            "DataType=CD",
            "DataValue=3",
            "Oid=1.2.392.200119.6.2411",
            "DataValueName=",
        ],
        // The limit of the measurement is never taken for a value.
        &["ItemCode=3F015000002327101", "ItemName=", "DataType=ST", "DataValue=10未満", "Unit=mg/dL"],
        &["ItemCode=1A010000000191111", "ItemName=", "DataValueName=未実施"],
    ];
    wanted.extend(items.concat().iter().map(|told| format!("{item}/{told}")));
    let found = written(["consented"; 4], RecordKind::Checkups);
    // Names come from the table of items.
    let named =
        |path: &str| path.contains("/ItemName=") || (path.contains("/DataValueName=") && !path.ends_with("未実施"));
    let found: Vec<String> = found
        .iter()
        .map(|path| if named(path) { format!("{}=", path.split_once('=').unwrap().0) } else { path.clone() })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn what_may_not_be_seen_is_an_error_with_its_own_word_and_never_an_empty_list() {
    let cases = [
        ("not_consented", "TSK-E-NOT-CONSENTED", "同意していない"),
        ("expired", "TSK-E-CONSENT-EXPIRED", "期限が切れています"),
        ("nothing_recorded", "TSK-E-CONSENT-NOT-ASKED", "まだたずねていません"),
    ];
    for (state, code, words) in cases {
        for (kind, states) in [
            (RecordKind::Drugs, [state, "consented", "consented", "consented"]),
            (RecordKind::Checkups, ["consented", "consented", "consented", state]),
        ] {
            let found = written(states, kind);
            assert_eq!(found.len(), 6, "the header, the code, the reason, and nothing else: {found:?}");
            assert_eq!(found[4], "Body/ResultCode=2");
            assert!(found[5].contains(words) && found[5].contains(&format!("（{code}）")), "{}", found[5]);
            assert!(found[5].contains("記録がないという意味ではありません") && !found.concat().contains("髙子"));
        }
    }
}

#[test]
fn a_part_beside_that_may_not_be_seen_is_named_beside_the_drugs() {
    let found = written(["consented", "not_consented", "expired", "consented"], RecordKind::Drugs);
    let message = found.iter().find(|path| path.starts_with("Body/MessageContents=")).unwrap();
    assert!(message.contains("診療情報の閲覧に同意していない") && message.contains("TSK-E-NOT-CONSENTED"));
    assert!(message.contains("手術情報の閲覧の同意は期限が切れています"));
    assert!(found.contains(&"Body/ResultCode=1".to_owned()) && !found.concat().contains("MeTrInf="));
}

#[test]
fn nobody_and_several_people_are_two_things_and_an_empty_record_is_a_third() {
    let header = header();
    let asked = asked(&header, RecordKind::Drugs);
    for (verdict, code) in [(Verdict::NotFound, "TSK-E-NOT-FOUND"), (Verdict::Multiple, "TSK-E-MULTIPLE")] {
        let nobody = RecordAnswer { verdict, part_list: Vec::new(), patient: None, ..answer(["consented"; 4]) };
        let found = told(&write_drug_result(&asked, &nobody, UTF8).bytes, UTF8);
        assert_eq!((found.len(), found[4].as_str()), (6, "Body/ResultCode=2"));
        assert!(found[5].contains(code));
    }
    let empty = RecordAnswer {
        medication_list: Vec::new(),
        treatment_visit_list: Vec::new(),
        newest_month: None,
        ..answer(["consented"; 4])
    };
    let found = told(&write_drug_result(&asked, &empty, UTF8).bytes, UTF8);
    assert_eq!(found[8..], ["Body/ResultCode=1", "Body/MessageContents=対象期間に薬剤情報の記録はありません。"]);
}

#[test]
fn shift_jis_folds_what_it_lacks_and_says_so() {
    let header = header();
    let asked = asked(&header, RecordKind::Drugs);
    let found = told(&write_drug_result(&asked, &answer(["consented"; 4]), SHIFT_JIS).bytes, SHIFT_JIS);
    assert!(found.contains(&"Header/CharacterCodeIdentifier=1".to_owned()));
    assert!(found.contains(&"Header/QuaInf/Name=吉田　髙子".to_owned()));
    assert!(found.iter().any(|path| path.contains("U+20BB7→「吉」")));
    assert!(!found.concat().contains('●'));
}

#[test]
fn a_center_that_could_not_be_asked_is_said_in_the_same_shape() {
    let header = header();
    let why = Told {
        code: "TSK-E-CENTER-UNREACHABLE".to_owned(), message: "問い合わせできませんでした。".to_owned()
    };
    for kind in [RecordKind::Drugs, RecordKind::Checkups] {
        let bytes = write_record_failure(&asked(&header, kind), RecordResultCode::Failed, &why, UTF8).bytes;
        let found = told(&bytes, UTF8);
        let wanted = "Body/MessageContents=問い合わせできませんでした。（TSK-E-CENTER-UNREACHABLE）";
        assert_eq!(found[4..], ["Body/ResultCode=9", wanted]);
    }
}
