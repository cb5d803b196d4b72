//! Proves the file that tells a check by card: its name, its elements and times, that it is the same for the same event,
//! and that a program that knows no order reads it.

use domain::presence::{Extent, PresenceNote, Showing};
use domain::{
    Consent, ConsentChoice, ConsentItem, Coverage, MedicalInstitutionCode, PersonId, PersonQuery, PrescriptionForm,
    PresenceMeans, Recorded, decide_person,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wire::api::{Answer, CardAnswerContext};
use wire::oqs::{CheckResult, EncodingPolicy, OutputEncoding, face_file_name, read, write_face_result};
use wire::text::Target;

const GIVEN: &str = "2026-11-22T09:00:01Z";

fn coverage() -> Coverage {
    serde_json::from_value(serde_json::json!({
        "RegistrationStatus": "registered", "InsuredCardClassification": "01", "InsurerNumber": "01130012",
        "InsurerName": "全国健康保険協会", "InsuredCardSymbol": "100", "InsuredIdentificationNumber": "1001",
        "Person": { "Name": "髙橋　一", "NameKana": "タカハシ　ハジメ", "Sex1": "1", "Birthdate": "19800401" },
        "QualificationDate": "20200401",
    }))
    .expect("a coverage")
}

/// What a check by card answers `later` after the patient answered.
fn answer(choice: ConsentChoice, later: SignedDuration) -> Answer {
    let clinic = MedicalInstitutionCode::parse("1312345670").expect("a code");
    let given: Timestamp = GIVEN.parse().expect("a time");
    let consent = Consent::given(PersonId([1; 16]), clinic, choice, PresenceMeans::Pin, given);
    let day = domain::date::parse("20261122").expect("a day");
    let query = PersonQuery {
        qualification_confirmation_date: day,
        medical_institution_code: clinic,
        limit_consent: choice.allows(ConsentItem::LimitCertificate),
        disease_consent: choice.allows(ConsentItem::SpecificDisease),
    };
    let records = [Recorded { person: PersonId([1; 16]), coverage: coverage() }];
    let decision = decide_person(&query, &records, |_| None);
    let showing = Showing { extent: Extent::Everything, notes: vec![PresenceNote::CertificateEndsSoon] };
    let asked_now = later.is_zero();
    Answer::from_presence(
        &decision,
        &CardAnswerContext {
            request_id: Uuid::from_u128(7),
            arbitrary_file_identifier: Some("ArnHCeDfNjMCFzg="),
            qualification_confirmation_date: day,
            medical_institution_code: clinic.as_str(),
            now: given + later,
            insurer_data_as_of: None,
            reference_number: Some("24434"),
            means: PresenceMeans::Pin,
            showing: &showing,
            certificate_last_day: domain::date::parse("20270101").expect("a day"),
            consent: asked_now.then_some(&consent),
            recorded: (!asked_now).then_some(&consent),
        },
    )
}

fn some_consents() -> ConsentChoice {
    ConsentChoice::NOTHING
        .with(ConsentItem::LimitCertificate)
        .with(ConsentItem::Drugs)
        .with_prescription(PrescriptionForm::Electronic)
}

fn file(answer: &Answer) -> String {
    let written = write_face_result(answer, OutputEncoding::Utf8).expect("it tells something");
    String::from_utf8(written.bytes).expect("UTF-8")
}

#[test]
fn the_name_is_what_readers_of_the_folder_look_for() {
    let name =
        face_file_name("1311111111", [0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18, 0x29, 0x30], "20260221174835");
    assert_eq!(name, "OQSsiquc01res_face_1311111111a1b2c3d4e5f607182930_20260221174835.xml");
}

#[test]
fn a_check_by_card_is_told_with_its_consents_and_is_the_same_every_time() {
    let answer = answer(some_consents(), SignedDuration::ZERO);
    let told = file(&answer);
    assert_eq!(told, file(&answer));
    insta::assert_snapshot!(told);
    assert!(
        write_face_result(&answer, OutputEncoding::ShiftJis(Target::Cp932))
            .expect("it tells something")
            .folds
            .is_empty()
    );
}

#[test]
fn what_has_run_out_is_told_as_run_out_and_not_as_refused() {
    let told = file(&answer(some_consents(), SignedDuration::from_hours(25)));
    assert!(told.contains("<PharmacistsInfoConsFlg>2</PharmacistsInfoConsFlg>"), "{told}");
    assert!(told.contains("<PharmacistsInfoAvailableTime>20261123180001</PharmacistsInfoAvailableTime>"), "{told}");
    assert!(told.contains("<OperationInfoConsFlg>0</OperationInfoConsFlg>"), "{told}");
    assert!(!told.contains("PrescriptionIssueSelect"), "it was chosen for another day");
    let kept = file(&answer(some_consents(), SignedDuration::from_hours(1)));
    assert!(kept.contains("<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg>"), "{kept}");
    assert!(kept.contains("<PrescriptionIssueSelect>1</PrescriptionIssueSelect>"), "{kept}");
}

/// Turns the order of neighbouring leaves of each group round, as the official terminal writes them in any.
fn shuffled(xml: &str) -> String {
    let mut lines: Vec<&str> = xml.lines().collect();
    let is_leaf = |line: &str| line.contains("</") && !line.trim_start().starts_with("</");
    let mut start = 0;
    while start < lines.len() {
        let end = (start..lines.len()).find(|at| !is_leaf(lines[*at])).unwrap_or(lines.len());
        lines[start..end].reverse();
        start = end + 1;
    }
    lines.join("\n")
}

#[test]
fn a_program_that_knows_no_order_reads_the_same() {
    let told = file(&answer(some_consents(), SignedDuration::ZERO));
    let other = shuffled(&told);
    assert_ne!(told, other);
    let read = |xml: &str| read::<CheckResult>(xml.as_bytes(), EncodingPolicy::Declared).expect("readable");
    let (one, two) = (read(&told), read(&other));
    assert_eq!((one.header, one.body), (two.header, two.body));
}
