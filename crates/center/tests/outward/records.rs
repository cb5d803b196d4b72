//! Looks into records over the API: no consent, no byte; what is allowed is shown and no more, to the institution that was
//! allowed, as long as that holds, and of nobody else.

use std::time::Duration;

use center::admin::looks::{LooksAsked, LooksFound, NamedLook};
use domain::ConsentItem;
use domain::record::{LookPurpose, LookRole, LookWay};
use kit::client::{Client, ClientError};
use trust::ProofFile;
use wire::api::{
    CheckRequest, CheckResponse, Consents, ProblemCode, RecordAnswer, RecordRequest, RecordResponse, Verdict,
};

use crate::cards::all_consents;
use crate::people::{card, question, request_id};
use crate::world::{CLINIC, Member, PHARMACY, World, problem_code, until};

pub const AMLODIPINE: &str = "622947001";
const HEAD: &str = "IR,1,13,1,0000017,,確か診療所,202603,00,03-0000-0000\r\n";
const BOTH: [&str; 4] = ["drugs", "diagnosis", "surgery", "checkups"];

fn receipt(n: u32, rows: &str) -> String {
    let birthdate = crate::people::row(n).birthdate;
    format!(
        "RE,{n},1112,202602,髙橋　一,1,{birthdate}\r\nHO,06139463,100,{n},1,100\r\nSN,1,01,06139463,100,{n},00\r\n\
         SY,8833421,20240401,1\r\n{rows}"
    )
}

/// Claims of person 3, who took a drug, was examined and was operated on; on a day of its own they only came.
pub fn claims_of_everything() -> String {
    let rows = format!(
        "IY,21,1,{AMLODIPINE},1,1,28,,,,,,,,,28\r\nSI,60,1,160008010,,21,2,,,,,,,,,2\r\nSI,50,1,150003110,,100,1,,,,,,,,,1\r\n"
    );
    format!("{HEAD}{}GO,1,100,99\r\n", receipt(3, &rows))
}

/// Claims of persons 1 (a drug) and 2 (an operation).
fn claims() -> String {
    let drug = format!("IY,21,1,{AMLODIPINE},1,1,28,,,,,,,,,28\r\n");
    let surgery = "SI,50,1,150003110,,100,1,,,,,,,,,,1\r\n".to_owned();
    format!("{HEAD}{}{}GO,2,200,99\r\n", receipt(1, &drug), receipt(2, &surgery))
}

pub async fn world() -> (World, Member, Client) {
    let mut world = World::with_people(3).await;
    world.admin.drug_master_synthetic().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("RECEIPTC.UKE");
    std::fs::write(&file, claims()).unwrap();
    let report = world.admin.claims_import(&file).await.unwrap();
    assert_eq!(report.new, 2, "{report:?}");
    // So that the masters are in use before the first look.
    world.restart().await;
    let member = world.member(CLINIC).await;
    let client = world.client(&member);
    (world, member, client)
}

fn request(facility: &str, n: u32, items: &[&str], number: u128) -> RecordRequest {
    RecordRequest {
        request_id: request_id(number),
        medical_institution_code: facility.to_owned(),
        user_identifier: "sato".to_owned(),
        user_role: Some("doctor".to_owned()),
        way: None,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        start_date: None,
        end_date: None,
        qualification_confirm_search_info: card(n),
    }
}

async fn look(client: &Client, request: &RecordRequest) -> Result<RecordResponse, ClientError> {
    client.post_json("/v1/record-looks", request).await
}

async fn seen(client: &Client, request: &RecordRequest) -> RecordAnswer {
    let response = look(client, request).await.unwrap();
    serde_json::from_str(response.answer.get()).unwrap()
}

async fn allow(client: &Client, n: u32, consents: Consents, number: u128) {
    let asked = CheckRequest { consents: Some(consents), ..question(CLINIC, n, number) };
    let _: CheckResponse = client.post_json("/v1/eligibility-checks", &asked).await.unwrap();
}

fn states(answer: &RecordAnswer) -> Vec<&str> {
    answer.part_list.iter().map(|part| part.consent_state.as_str()).collect()
}

#[tokio::test]
async fn without_consent_there_is_no_byte_and_with_it_what_was_allowed() {
    let (world, member, client) = world().await;
    let unasked = look(&client, &request(CLINIC, 1, &BOTH, 1)).await.unwrap();
    assert!(!unasked.answer.get().contains(AMLODIPINE) && !unasked.answer.get().contains("8833421"));
    let unasked: RecordAnswer = serde_json::from_str(unasked.answer.get()).unwrap();
    assert_eq!((unasked.verdict, states(&unasked)), (Verdict::Valid, vec!["nothing_recorded"; 4]));

    let drugs = Consents { pharmacists_info_cons_flg: Some("1".to_owned()), ..Consents::default() };
    allow(&client, 1, drugs, 2).await;
    let response = look(&client, &request(CLINIC, 1, &BOTH, 3)).await.unwrap();
    assert!(!response.answer.get().contains("8833421"), "a diagnosis was not allowed");
    let answer: RecordAnswer = serde_json::from_str(response.answer.get()).unwrap();
    assert_eq!(states(&answer), ["consented", "not_consented", "not_consented", "not_consented"]);
    assert_eq!(answer.medication_list.len(), 1);
    assert_eq!(answer.medication_list[0].drug.name.as_deref(), Some("アムロジピン錠５ｍｇ「ＶＴＲＳ」"));
    assert!(!answer.shows_what_may_not_be_seen());

    let proof = &response.proof;
    let file =
        ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number).unwrap();
    let key = trust::LogPublicKey::from_pem(&member.enrolled.log_public_key).unwrap();
    assert_eq!(file.verify(&key).unwrap().event.purpose, domain::Purpose::RecordLook);

    world.clock.advance(Duration::from_hours(24));
    let over = seen(&client, &request(CLINIC, 1, &BOTH, 4)).await;
    assert_eq!(states(&over)[0], "expired");
    assert!(over.medication_list.is_empty());
}

#[tokio::test]
async fn what_one_institution_may_see_another_may_not_and_nobody_sees_another_person() {
    let (world, _, client) = world().await;
    allow(&client, 1, all_consents(), 1).await;
    let pharmacy = world.client(&world.member(PHARMACY).await);
    let elsewhere = seen(&pharmacy, &request(PHARMACY, 1, &BOTH, 2)).await;
    assert_eq!(states(&elsewhere), ["nothing_recorded"; 4]);
    assert!(elsewhere.medication_list.is_empty() && elsewhere.diagnosis_list.is_empty());
    let other_person = seen(&client, &request(CLINIC, 2, &BOTH, 3)).await;
    assert_eq!(states(&other_person), ["nothing_recorded"; 4]);
    assert!(other_person.procedure_list.is_empty());
    let wrong_birth = RecordRequest {
        qualification_confirm_search_info: wire::api::SearchInfo { birthdate: "19500101".to_owned(), ..card(1) },
        ..request(CLINIC, 1, &BOTH, 4)
    };
    let nobody = seen(&client, &wrong_birth).await;
    assert_eq!((nobody.verdict, nobody.part_list.len()), (Verdict::NotFound, 0));
    assert!(nobody.medication_list.is_empty());
}

#[tokio::test]
async fn surgery_needs_its_own_consent_and_taking_back_ends_everything() {
    let (_world, _, client) = world().await;
    let treatment = Consents { diagnosis_info_cons_flg: Some("1".to_owned()), ..Consents::default() };
    allow(&client, 2, treatment, 1).await;
    let answer = seen(&client, &request(CLINIC, 2, &BOTH, 2)).await;
    assert!(answer.shows(ConsentItem::Diagnosis) && answer.procedure_list.is_empty());
    assert!(answer.treatment_visit_list.iter().all(|visit| visit.items.iter().all(|item| !item.kind.is_surgery())));
    allow(&client, 2, all_consents(), 3).await;
    let answer = seen(&client, &request(CLINIC, 2, &BOTH, 4)).await;
    assert_eq!(answer.procedure_list.len(), 1);
    assert_eq!(answer.newest_month.map(|month| month.to_string()).as_deref(), Some("202602"));
    allow(&client, 2, Consents::default(), 5).await;
    let answer = seen(&client, &request(CLINIC, 2, &BOTH, 6)).await;
    assert_eq!(states(&answer), ["not_consented"; 4]);
    assert!(answer.diagnosis_list.is_empty() && answer.procedure_list.is_empty());
}

#[tokio::test]
async fn a_request_that_cannot_be_read_names_its_fields_and_is_no_look() {
    let (_world, _, client) = world().await;
    let wrong = RecordRequest {
        user_identifier: " ".to_owned(),
        start_date: Some("202613".to_owned()),
        ..request(CLINIC, 1, &["drugs", "limit_certificate"], 1)
    };
    match look(&client, &wrong).await.unwrap_err() {
        ClientError::Problem { document, .. } => {
            assert_eq!(document.code, ProblemCode::UnreadableQuery);
            let fields: Vec<&str> = document.errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, ["Items", "StartDate", "UserIdentifier"]);
        }
        ClientError::CouldNotAsk(why) => panic!("{why}"),
    }
    let months = RecordRequest { start_date: Some("202603".to_owned()), ..request(CLINIC, 1, &["drugs"], 2) };
    allow(&client, 1, all_consents(), 3).await;
    assert!(seen(&client, &months).await.medication_list.is_empty(), "the drug is of the month before");
    let nothing = request(CLINIC, 1, &[], 4);
    assert_eq!(problem_code(look(&client, &nothing).await), ProblemCode::UnreadableQuery);
}

#[tokio::test]
async fn a_card_without_a_birth_date_names_the_one_person_who_was_asked_here() {
    let (world, _, client) = world().await;
    let by_card = |n: u32, number: u128| RecordRequest {
        qualification_confirm_search_info: wire::api::SearchInfo { birthdate: String::new(), ..card(n) },
        ..request(CLINIC, n, &BOTH, number)
    };
    let unasked = seen(&client, &by_card(1, 1)).await;
    assert_eq!(states(&unasked), ["nothing_recorded"; 4]);
    assert!(unasked.patient.is_none(), "who it is stays unsaid until something may be seen");
    allow(&client, 1, all_consents(), 2).await;
    let answer = seen(&client, &by_card(1, 3)).await;
    let whole = seen(&client, &request(CLINIC, 1, &BOTH, 4)).await;
    assert_eq!(answer.medication_list, whole.medication_list);
    assert_eq!(answer.patient.map(|patient| patient.birthdate), Some(card(1).birthdate));
    let unknown = RecordRequest {
        qualification_confirm_search_info: wire::api::SearchInfo {
            birthdate: String::new(),
            insured_identification_number: "999999".to_owned(),
            ..card(1)
        },
        ..request(CLINIC, 1, &BOTH, 5)
    };
    assert_eq!(seen(&client, &unknown).await.verdict, Verdict::NotFound);
    world.clock.advance(Duration::from_hours(24));
    let over = seen(&client, &by_card(1, 6)).await;
    assert_eq!(states(&over), ["expired"; 4]);
    assert!(over.patient.is_none() && over.medication_list.is_empty());
}

#[tokio::test]
async fn each_profession_opens_the_record_and_is_on_record_as_itself_and_a_receptionist_opens_none() {
    let (_world, _, client) = world().await;
    allow(&client, 1, all_consents(), 1).await;
    let professions = ["doctor", "dentist", "pharmacist", "records"];
    for (role, number) in professions.into_iter().zip(2..) {
        let asked = RecordRequest { user_role: Some(role.to_owned()), ..request(CLINIC, 1, &BOTH, number) };
        assert_eq!(seen(&client, &asked).await.medication_list.len(), 1, "{role}");
    }
    for (role, number) in ["reception", "janitor", ""].into_iter().zip(10..) {
        let asked = RecordRequest { user_role: Some(role.to_owned()), ..request(CLINIC, 1, &BOTH, number) };
        assert_eq!(problem_code(look(&client, &asked).await), ProblemCode::UnreadableQuery, "{role}");
    }
    let id = crate::fhir::patient_id(&client, 1).await;
    let token = crate::fhir::token(&client, &id).await;
    let (_, looks) = crate::fhir::served(&client, &format!("AuditEvent?patient={id}"), &token).await;
    let entries = looks["entry"].as_array().unwrap().iter().rev();
    let roles: Vec<_> =
        entries.map(|one| one["resource"]["agent"][0]["role"][0]["coding"][0]["code"].clone()).collect();
    assert_eq!(roles, professions);
}

/// The question of the operator about person `n`, from the beginning until now.
fn who_looked_at(n: u32) -> LooksAsked {
    let number = domain::CardNumber::parse(&n.to_string()).unwrap();
    let symbol = domain::CardSymbol::parse("100").unwrap();
    LooksAsked {
        card: domain::CardKey::new(&crate::people::INSURER.parse().unwrap(), Some(&symbol), &number),
        branch: None,
        birthdate: None,
        from: jiff::Timestamp::UNIX_EPOCH,
        until: jiff::Timestamp::MAX,
        asked_by: "山田".to_owned(),
        reason: "本人からの照会".to_owned(),
    }
}

#[tokio::test]
async fn a_patient_is_told_who_looked_and_the_question_is_on_record_itself() {
    let (world, _member, client) = world().await;
    let drugs = Consents { pharmacists_info_cons_flg: Some("1".to_owned()), ..Consents::default() };
    allow(&client, 1, drugs, 1).await;
    let page = RecordRequest { way: Some("page".to_owned()), ..request(CLINIC, 1, &BOTH, 2) };
    seen(&client, &page).await;
    let unsaid = seen(&client, &request(CLINIC, 1, &["checkups"], 3)).await;
    assert_eq!(states(&unsaid), ["not_consented"]);

    let LooksFound::Looks { looks, more: false } = world.admin.record_looks(&who_looked_at(1)).await.unwrap() else {
        panic!("person 1 is one person");
    };
    let told: Vec<_> = looks
        .iter()
        .map(|NamedLook { look, facility_name }| {
            (facility_name.as_deref(), look.user_identifier.as_str(), look.role, look.purpose, look.way, look.allowed)
        })
        .collect();
    let nothing = domain::ConsentChoice::NOTHING;
    let allowed = nothing.with(ConsentItem::Drugs);
    let line = |way, allowed| (Some("確か診療所"), "sato", LookRole::Doctor, LookPurpose::Treatment, way, allowed);
    assert_eq!(told, [line(LookWay::NotTold, nothing), line(LookWay::Page, allowed)]);

    let LooksFound::Looks { looks, .. } = world.admin.record_looks(&who_looked_at(2)).await.unwrap() else {
        panic!("person 2 is one person");
    };
    assert!(looks.is_empty(), "of somebody else nothing is told");
    assert_eq!(world.admin.record_looks(&who_looked_at(77)).await.unwrap(), LooksFound::Nobody);
    let ended = LooksAsked { until: looks_began(&world), ..who_looked_at(1) };
    let LooksFound::Looks { looks, .. } = world.admin.record_looks(&ended).await.unwrap() else {
        panic!("person 1 is one person");
    };
    assert!(looks.is_empty(), "nobody looked before");
    for wrong in [
        LooksAsked { asked_by: " ".to_owned(), ..who_looked_at(1) },
        LooksAsked { reason: "?".to_owned(), ..who_looked_at(1) },
    ] {
        world.admin.record_looks(&wrong).await.unwrap_err();
    }

    let events = world.admin.operator_events(10).await.unwrap();
    assert_eq!(events.len(), 4, "each question is on record, and none that was not answered");
    assert!(events.iter().all(|event| event.operator == "山田" && event.detail.contains("本人からの照会")));
    assert!(events.iter().all(|event| !event.detail.contains("sato")), "what was told is not told again");
    assert_eq!(events.iter().filter(|event| event.person.is_some()).count(), 3);
}

/// A moment before anybody looked.
fn looks_began(world: &World) -> jiff::Timestamp {
    kit::clock::Clock::now(&world.clock) - jiff::SignedDuration::from_hours(1)
}

#[tokio::test]
async fn masters_that_are_loaded_into_a_running_center_name_what_is_seen() {
    let world = World::with_people(1).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("RECEIPTC.UKE");
    std::fs::write(&file, claims()).unwrap();
    world.admin.claims_import(&file).await.unwrap();
    let client = world.client(&world.member(CLINIC).await);
    allow(&client, 1, all_consents(), 1).await;
    let name = async |number: u128| {
        let answer = seen(&client, &request(CLINIC, 1, &["drugs"], number)).await;
        answer.medication_list[0].drug.name.clone()
    };
    assert_eq!(name(2).await, None);
    world.admin.drug_master_synthetic().await.unwrap();
    let number = std::cell::Cell::new(2);
    let named = until("the drug has a name", async || {
        number.set(number.get() + 1);
        name(number.get()).await
    });
    let named = named.await;
    assert!(named.contains("アムロジピン"), "{named}");
}
