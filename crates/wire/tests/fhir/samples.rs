//! One of each resource, made from words of `domain` about an invented person, as a server would make it.

use std::sync::Arc;

use domain::coverage::RegistrationStatus;
use domain::record::{
    Diagnosis, DiagnosisCode, DiagnosisOutcome, DosageForm, Drug, DrugCode, HealthRecord, History, Institution,
    LookPurpose, LookRole, Medication, Month, PatientResource, Procedure, ProcedureCode, ProcedureKind, Quantity,
    Supply, Usage,
};
use domain::{
    CardNumber, CardSymbol, ConsentItem, ConsentState, Coverage, Facts, InsuredCardClassification, InsurerNumber,
    MedicalInstitutionCode, Person, PersonId, Purpose, Recorded, Sex, decide,
};
use jiff::Timestamp;
use jiff::civil::date;
use uuid::Uuid;
use wire::api::{Answer, AnswerContext, Basis, FieldError, ProblemCode, ProblemDocument};
use wire::fhir::convert::{self, Answered, Look};
use wire::fhir::serve::page::{everything, not_shown, searchset};
use wire::fhir::serve::record::resources;
use wire::fhir::serve::search::Search;
use wire::fhir::{CoverageEligibilityRequest, Resource, serve};

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

fn institution() -> Arc<Institution> {
    let name = Some("試験クリニック".to_owned());
    Institution { code: MedicalInstitutionCode::parse(INSTITUTION).expect("ten digits"), name }.into()
}

fn medication(supply: Supply, form: DosageForm) -> Medication {
    Medication {
        drug: Drug {
            name: Some("アムロジピン錠５ｍｇ「試験」".to_owned()),
            price_list_code: Some("2171022F2010".to_owned()),
            ..Drug::unknown(DrugCode::parse("620008585").expect("nine digits"))
        }
        .into(),
        dispensed_on: date(2026, 6, 3),
        prescribed_on: Some(date(2026, 6, 2)),
        prescriber: Some(institution()),
        dispenser: Institution {
            code: MedicalInstitutionCode::parse("1344567890").expect("ten digits"),
            name: Some("試験薬局".to_owned()),
        }
        .into(),
        form,
        amount: Quantity::parse("1.5").expect("a number"),
        unit: Some("錠".into()),
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
        name: Some("高血圧症".into()),
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
        name: Some("創傷処理".into()),
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
    let suspected =
        Diagnosis {
            name: Some("胃潰瘍の疑い".into()), icd10: None, started_on: None, outcome: None, ..diagnosis()
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
        ("capabilities".to_owned(), serve::capability_statement(date(2026, 6, 1), "0.1.0").into()),
        ("outcome-problem".to_owned(), convert::outcome_of_problem(&problem()).into()),
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
    found.extend(served(at));
    found
}

/// A fault as the façade tells it.
fn problem() -> ProblemDocument {
    ProblemDocument::new(ProblemCode::UnreadableQuery, "示された項目を確認してください")
        .with_request_id("01900000-0000-7000-8000-000000000001")
        .with_errors(vec![FieldError {
            field: "InsurerNumber".to_owned(),
            code: "insurer_check_digit".to_owned(),
            message: "保険者番号を確かめてください。".to_owned(),
            message_en: "Look at the insurer number.".to_owned(),
        }])
}

/// What the façade serves of a whole record: a page of each kind, and everything at once with a part that is not shown.
pub fn served(at: Timestamp) -> Vec<(String, Resource)> {
    let history = History {
        medications: vec![
            medication(Supply::Days(14), DosageForm::Oral),
            medication(Supply::Days(14), DosageForm::Oral),
            medication(Supply::Times(1), DosageForm::External),
        ],
        diagnoses: vec![diagnosis()],
        procedures: vec![procedure()],
        visits: Vec::new(),
    };
    let record = HealthRecord { history, checkups: vec![checkup()] };
    let make_id = |text: &[u8]| {
        let sum = text.iter().fold(0_u128, |sum, byte| sum.wrapping_mul(31).wrapping_add(u128::from(*byte)));
        Uuid::from_u128(sum)
    };
    let of = |kind| resources(kind, "p1", &record, date(2026, 6, 10), &make_id);
    let search = Search { count: 2, ..Search::everything("p1") };
    let mut pages: Vec<(String, Resource)> = Vec::new();
    for kind in serve::SEARCHED {
        let notes = if kind == PatientResource::Procedure {
            vec![not_shown(ConsentItem::Surgery, ConsentState::NotConsented)]
        } else {
            Vec::new()
        };
        let page = searchset(kind.name(), &search, "", at, of(kind), notes);
        pages.push((format!("served-{}", kind.name()), page.into()));
    }
    let all = PatientResource::ALL.into_iter().flat_map(of).collect();
    let whole = everything(&Search { count: 5, ..search }, at, all, Vec::new());
    pages.push(("served-everything".to_owned(), whole.into()));
    pages
}

fn look(at: Timestamp) -> Look<'static> {
    Look {
        id: "a1",
        at,
        institution: MedicalInstitutionCode::parse(INSTITUTION).expect("ten digits"),
        user: "sato",
        role: LookRole::Doctor,
        purpose: Purpose::RecordLook,
        purpose_of_use: LookPurpose::Treatment,
        patient: "p1",
        items: &["MedicationDispense", "Observation"],
        refused: false,
        observer: "center",
    }
}

/// One answer with a coverage, one without, one that could not be asked and rests on a kept answer, and one that cannot tell.
fn answers(coverage: &Coverage, at: Timestamp) -> Vec<(String, Resource)> {
    let request = request();
    let search = convert::search_info(&request);
    let day = convert::serviced_day(&request, date(2026, 6, 3));
    let query = search.parse(&day, INSTITUTION).expect("a question that can be answered");
    let matched = vec![Recorded { person: PersonId([1; 16]), coverage: coverage.clone() }];
    let known = Facts { matched, insurer_known: true, ..Facts::default() };
    let unknown = Facts { insurer_known: true, ..Facts::default() };
    let context = |basis| AnswerContext {
        request_id: Uuid::from_u128(1),
        arbitrary_file_identifier: None,
        search: &search,
        query: &query,
        now: at,
        basis,
        as_of: at,
        insurer_data_as_of: None,
        reference_number: None,
        by_staff: None,
        recorded: None,
    };
    let told = |facts: &Facts, basis| Answer::from_decision(&decide(&query, facts), &context(basis));
    let cannot_tell = Answer { verdict: wire::api::Verdict::Undetermined, ..told(&unknown, Basis::SignedCopy) };
    let answered = |patient, proof_number| Answered { id: "e1", request: &request, at, proof_number, patient };
    let proof = Some("01-00000012345-7");
    [
        ("answer-valid", answered(Some("p1"), proof), told(&known, Basis::Live)),
        ("answer-not-found", answered(None, proof), told(&unknown, Basis::Live)),
        ("answer-kept", answered(None, None), told(&known, Basis::SignedCopy)),
        ("answer-cannot-tell", answered(None, None), cannot_tell),
    ]
    .into_iter()
    .map(|(name, answered, answer)| (name.to_owned(), convert::eligibility_response(&answered, &answer).into()))
    .collect()
}

/// A checkup with every kind of value, by way of the reader.
fn checkup() -> domain::Checkup {
    let file = std::io::Cursor::new(include_bytes!("checkup.xml").to_vec());
    let mut reader = wire::checkups::CheckupReader::open(file, "checkup.xml").expect("a report");
    reader.next_file().and_then(|file| file.checkup).expect("a report")
}
