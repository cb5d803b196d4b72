//! One of each resource, made from words of `domain` about an invented person, as a server would make it.

use domain::coverage::RegistrationStatus;
use domain::record::{
    Diagnosis, DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, DrugCode, Institution, Medication, Month, Procedure,
    ProcedureCode, ProcedureKind, Quantity, Supply, Usage,
};
use domain::{
    CardNumber, CardSymbol, Coverage, EligibilityQuery, Facts, InsuredCardClassification, InsurerNumber,
    MedicalInstitutionCode, Person, PersonId, Purpose, Recorded, Sex, decide,
};
use jiff::Timestamp;
use jiff::civil::date;
use wire::fhir::convert::{self, Answered, Look};
use wire::fhir::{CoverageEligibilityRequest, Resource};

const INSTITUTION: &str = "1311234567";

/// A coverage of an invented person.
pub fn coverage() -> Coverage {
    Coverage {
        insurer_number: InsurerNumber::parse("01130012").expect("a right number"),
        insurer_name: "全国健康保険協会東京支部".to_owned(),
        insured_card_symbol: CardSymbol::parse("１２－３４").ok(),
        insured_identification_number: CardNumber::parse("5678").expect("a right number"),
        insured_branch_number: domain::BranchNumber::parse("01").ok(),
        registration_status: RegistrationStatus::Registered,
        insured_card_classification: InsuredCardClassification::General,
        personal_family_classification: Some(domain::PersonalFamily::Dependent),
        insured_name: Some("試験　太郎".to_owned()),
        person: Person {
            name: "試験　花子".to_owned(),
            name_of_other: None,
            name_kana: Some("シケン　ハナコ".to_owned()),
            name_of_other_kana: None,
            sex1: Sex::Female,
            sex2: None,
            birthdate: date(1960, 4, 2),
            address: Some("東京都千代田区千代田1-1".to_owned()),
            post_number: Some("100-0001".to_owned()),
        },
        qualification_date: date(2020, 4, 1),
        disqualification_date: Some(date(2027, 4, 1)),
        reason_of_loss: None,
        insured_certificate_issuance_date: None,
        insured_card_valid_date: None,
        insured_card_expiration_date: None,
        insured_partial_contribution_ratio: Vec::new(),
        elderly_recipient_certificates: Vec::new(),
        limit_application_certificates: Vec::new(),
        specific_diseases_certificates: Vec::new(),
        medical_tickets: Vec::new(),
        status_index: None,
    }
}

fn institution() -> Institution {
    Institution {
        code: MedicalInstitutionCode::parse(INSTITUTION).expect("ten digits"),
        name: Some("試験クリニック".to_owned()),
    }
}

fn medication(supply: Supply, form: DosageForm) -> Medication {
    Medication {
        drug: Drug {
            name: Some("アムロジピン錠５ｍｇ「試験」".to_owned()),
            price_list_code: Some("2171022F2010".to_owned()),
            ..Drug::unknown(DrugCode::parse("620008585").expect("nine digits"))
        },
        dispensed_on: date(2026, 6, 3),
        prescribed_on: Some(date(2026, 6, 2)),
        prescriber: Some(institution()),
        dispenser: Institution {
            code: MedicalInstitutionCode::parse("1344567890").expect("ten digits"),
            name: Some("試験薬局".to_owned()),
        },
        form,
        amount: Quantity::parse("1.5").expect("a number"),
        unit: Some("錠".to_owned()),
        dose: Quantity::parse("0.5").ok(),
        supply,
        usage: Some(Usage { code: Some("006".to_owned()), text: "1日1回 朝食後".to_owned() }),
        inpatient: false,
        sources: Vec::new(),
    }
}

fn diagnosis() -> Diagnosis {
    Diagnosis {
        code: DiagnosisCode::parse("8833421").expect("seven digits"),
        modifiers: Vec::new(),
        name: Some("高血圧症".to_owned()),
        icd10: Some("I10".to_owned()),
        started_on: Some(date(2024, 1, 15)),
        last_month: Month::of(date(2026, 6, 1)),
        outcome: Some(DiagnosisOutcome::Continued),
        main: true,
        institution: institution(),
        sources: Vec::new(),
    }
}

fn procedure() -> Procedure {
    Procedure {
        code: ProcedureCode::parse("150000490").expect("nine digits"),
        name: Some("創傷処理".to_owned()),
        kind: ProcedureKind::Surgery,
        performed_on: date(2026, 5, 10),
        times: 1,
        institution: institution(),
        sources: Vec::new(),
    }
}

/// A question as a vendor would send it: everything contained.
pub fn request() -> CoverageEligibilityRequest {
    let text = include_str!("request.json");
    serde_json::from_str(text).expect("our own file")
}

/// Every resource, with a name for its file.
pub fn all() -> Vec<(String, Resource)> {
    let at: Timestamp = "2026-06-03T01:23:45Z".parse().expect("a moment");
    let coverage = coverage();
    let drug = medication(Supply::Days(14), DosageForm::Oral);
    let cream = Medication {
        usage: None,
        unit: None,
        dose: None,
        prescribed_on: None,
        prescriber: None,
        ..medication(Supply::Times(1), DosageForm::External)
    };
    let suspected = Diagnosis {
        name: Some("胃潰瘍の疑い".to_owned()),
        icd10: None,
        started_on: None,
        outcome: None,
        ..diagnosis()
    };
    let mut found: Vec<(String, Resource)> = vec![
        ("patient".to_owned(), convert::patient("p1", &coverage).into()),
        ("coverage".to_owned(), convert::coverage("c1", "p1", &coverage).into()),
        ("dispense".to_owned(), convert::medication_dispense("d1", "p1", 1, 1, &drug).into()),
        ("dispense-cream".to_owned(), convert::medication_dispense("d2", "p1", 2, 1, &cream).into()),
        ("prescription".to_owned(), convert::medication_request("m1", "p1", 1, 1, &drug).into()),
        ("prescription-cream".to_owned(), convert::medication_request("m2", "p1", 2, 1, &cream).into()),
        ("statement".to_owned(), convert::medication_statement("s1", "p1", date(2026, 6, 10), &drug).into()),
        ("condition".to_owned(), convert::condition("x1", "p1", &diagnosis()).into()),
        ("condition-suspected".to_owned(), convert::condition("x2", "p1", &suspected).into()),
        ("procedure".to_owned(), convert::procedure("o1", "p1", &procedure()).into()),
        ("request".to_owned(), request().into()),
        ("capabilities".to_owned(), convert::capability_statement(date(2026, 6, 1), "0.1.0").into()),
        (
            "outcome".to_owned(),
            convert::operation_outcome("forbidden", "consent-missing", "同意がありません。", None).into(),
        ),
    ];
    found.push(("audit".to_owned(), convert::audit_event(&look(at)).into()));
    found.extend(answers(&coverage, at));
    let observations = convert::observations("k1", "p1", &checkup());
    found.extend(
        observations.into_iter().enumerate().map(|(at, one)| (format!("observation-{:02}", at + 1), one.into())),
    );
    let two = found[..2].iter().map(|(name, resource)| (format!("{name}/1"), resource.clone())).collect();
    found.push(("searchset".to_owned(), convert::searchset("https://center.example/fhir", at, two).into()));
    found
}

fn look(at: Timestamp) -> Look<'static> {
    Look {
        id: "a1",
        at,
        institution: MedicalInstitutionCode::parse(INSTITUTION).expect("ten digits"),
        role: "records",
        purpose: Purpose::Check,
        patient: "p1",
        items: &["MedicationDispense", "Observation"],
        refused: false,
        observer: "center",
    }
}

/// One answer with a coverage, one without.
fn answers(coverage: &Coverage, at: Timestamp) -> Vec<(String, Resource)> {
    let request = request();
    let query: EligibilityQuery =
        convert::question(&request, INSTITUTION, date(2026, 6, 3)).expect("a question that can be answered");
    let answered = Answered { id: "e1", query: &query, request: &request, at, proof_number: Some("01-00000012345-7") };
    let matched = vec![Recorded { person: PersonId([1; 16]), coverage: coverage.clone() }];
    let known = Facts { matched, insurer_known: true, ..Facts::default() };
    let unknown = Facts { insurer_known: true, ..Facts::default() };
    vec![
        (
            "answer-valid".to_owned(),
            convert::eligibility_response(&answered, &decide(&query, &known), Some("p1")).into(),
        ),
        (
            "answer-not-found".to_owned(),
            convert::eligibility_response(&answered, &decide(&query, &unknown), None).into(),
        ),
    ]
}

/// A checkup with every kind of value, by way of the reader.
fn checkup() -> domain::Checkup {
    let file = std::io::Cursor::new(include_bytes!("checkup.xml").to_vec());
    let mut reader = wire::checkups::CheckupReader::open(file, "checkup.xml").expect("a report");
    reader.next_file().and_then(|file| file.checkup).expect("a report")
}
