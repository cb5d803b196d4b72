//! Answers, their proofs, and every refusal of a question.

use std::num::NonZeroU32;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use center::config::Limits;
use kit::client::ClientError;
use trust::{LogPublicKey, ProofFile, ProofNumber};
use wire::api::{CheckResponse, LogKey, ProblemCode, TimeNow, Verdict};

use crate::people::{OTHER_INSURER, question, request_id};
use crate::world::{CLINIC, PHARMACY, Wish, World, problem, problem_code};

#[tokio::test]
async fn an_insured_person_is_valid_and_the_proof_verifies() {
    let world = World::with_people(3).await;
    let client = world.client(&world.member(CLINIC).await);
    let response: CheckResponse = client.post_json("/v1/eligibility-checks", &question(CLINIC, 2, 1)).await.unwrap();
    let answer = response.parse_answer().unwrap();
    assert_eq!(answer.verdict, Verdict::Valid);
    assert_eq!(answer.request_id, request_id(1));
    assert_eq!(answer.medical_institution_code, CLINIC);
    assert_eq!(answer.arbitrary_file_identifier.as_deref(), Some("reception-1"));
    assert_eq!(answer.share.unwrap().percent, 30);
    assert_eq!(answer.result_list[0].name.as_deref(), Some("髙橋　一"));

    let key: LogKey = client.get_json("/v1/log/key").await.unwrap();
    let verified = proof_of(&response).verify(&LogPublicKey::from_pem(&key.log_public_key).unwrap()).unwrap();
    assert_eq!(verified.number.to_string(), response.proof.proof_number);
    assert_eq!(verified.event.facility.as_str(), CLINIC);
}

#[tokio::test]
async fn an_answer_for_another_patient_does_not_verify_with_this_proof() {
    let world = World::with_people(3).await;
    let client = world.client(&world.member(CLINIC).await);
    let ask = async |n, id| -> CheckResponse {
        client.post_json("/v1/eligibility-checks", &question(CLINIC, n, id)).await.unwrap()
    };
    let (mut one, two) = (ask(1, 1).await, ask(2, 2).await);
    one.answer = two.answer;
    let key: LogKey = client.get_json("/v1/log/key").await.unwrap();
    assert!(proof_of(&one).verify(&LogPublicKey::from_pem(&key.log_public_key).unwrap()).is_err());
}

fn proof_of(response: &CheckResponse) -> ProofFile {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    ProofFile::new(
        response.answer.get().to_owned(),
        decode(&response.proof.event),
        decode(&response.proof.receipt),
        ProofNumber::parse(&response.proof.proof_number).unwrap(),
    )
}

#[tokio::test]
async fn the_same_question_asked_again_gets_the_same_answer_over_either_http_version() {
    let world = World::with_people(1).await;
    let member = world.member(CLINIC).await;
    let ask = async |client: kit::client::Client| -> CheckResponse {
        client.post_json("/v1/eligibility-checks", &question(CLINIC, 1, 9)).await.unwrap()
    };
    let first = ask(world.client(&member)).await;
    let second = ask(world.http1_client(&member)).await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn many_questions_at_once_are_all_answered_with_numbers_of_their_own() {
    let world = World::with_people(20).await;
    let client = world.client(&world.member(CLINIC).await);
    let asked = (0..200_u32).map(|n| {
        let client = client.clone();
        async move {
            let response: CheckResponse =
                client.post_json("/v1/eligibility-checks", &question(CLINIC, n % 20 + 1, u128::from(n))).await.unwrap();
            assert_eq!(response.parse_answer().unwrap().verdict, Verdict::Valid);
            response.proof.proof_number
        }
    });
    let mut numbers = futures_util::future::join_all(asked).await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 200);
}

#[tokio::test]
async fn every_field_that_cannot_be_right_is_named_and_no_value_is_repeated() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let mut message = question(CLINIC, 1, 1);
    message.qualification_confirm_search_info.insurer_number = "06139464".to_owned();
    message.qualification_confirm_search_info.birthdate = "19800231".to_owned();
    message.arbitrary_file_identifier = Some("x".repeat(51));
    let refused = problem(client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &message).await);
    assert_eq!(refused.code, ProblemCode::UnreadableQuery);
    let named: Vec<(&str, &str)> = refused.errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect();
    assert_eq!(
        named,
        [("InsurerNumber", "insurer_check_digit"), ("Birthdate", "no_such_day"), ("ArbitraryFileIdentifier", "length")]
    );
    let text = serde_json::to_string(&refused).unwrap();
    assert!(!text.contains("06139464") && !text.contains("19800231"), "{text}");
    assert!(refused.request_id.is_some());
}

#[tokio::test]
async fn a_terminal_cannot_ask_in_the_name_of_another_institution() {
    let world = World::with_people(1).await;
    let client = world.client(&world.member(CLINIC).await);
    let answer = client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(PHARMACY, 1, 1)).await;
    assert_eq!(problem_code(answer), ProblemCode::FacilityMismatch);
}

#[tokio::test]
async fn an_unknown_insurer_is_not_found_and_says_why() {
    let world = World::with_people(1).await;
    let client = world.client(&world.member(CLINIC).await);
    let mut message = question(CLINIC, 1, 1);
    message.qualification_confirm_search_info.insurer_number = OTHER_INSURER.to_owned();
    let response: CheckResponse = client.post_json("/v1/eligibility-checks", &message).await.unwrap();
    let answer = response.parse_answer().unwrap();
    assert_eq!(answer.verdict, Verdict::NotFound);
    assert!(answer.hints.iter().any(|hint| hint.code == "insurer_unknown"));
}

#[tokio::test]
async fn bad_messages_are_refused_each_with_its_code() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let path = "/v1/eligibility-checks";
    let json = "application/json";
    for (content_type, body, code) in [
        (json, b"{".to_vec(), ProblemCode::MalformedJson),
        (json, b"[]".to_vec(), ProblemCode::MalformedJson),
        (json, b"\xff\xfe".to_vec(), ProblemCode::MalformedJson),
        ("text/plain", b"{}".to_vec(), ProblemCode::UnsupportedMediaType),
        (json, vec![b' '; 65 * 1024], ProblemCode::BodyTooLarge),
    ] {
        assert_eq!(problem_code(client.post(path, content_type, body).await), code);
    }
    assert_eq!(problem_code(client.get(path).await), ProblemCode::MethodNotAllowed);
    assert_eq!(problem_code(client.get("/v1/nothing").await), ProblemCode::NotFound);
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_come_back_and_hurts_nobody_else() {
    let few = NonZeroU32::new(3).unwrap();
    let limits = Limits { single_checks_per_second: NonZeroU32::MIN, single_checks_burst: few, ..Limits::default() };
    let world = World::with(Wish { limits, ..Wish::default() }).await;
    world.insure(1).await;
    let fast = world.client(&world.member(CLINIC).await);
    let ask = async |client: &kit::client::Client, facility, n| {
        client.post_json::<_, CheckResponse>("/v1/eligibility-checks", &question(facility, 1, n)).await
    };
    for n in 0..3 {
        ask(&fast, CLINIC, n).await.unwrap();
    }
    match ask(&fast, CLINIC, 4).await {
        Err(ClientError::Problem { document, retry_after }) => {
            assert_eq!(document.code, ProblemCode::RateLimited);
            assert_eq!(retry_after, Some(Duration::from_secs(1)));
        }
        other => panic!("{other:?}"),
    }
    let calm = world.client(&world.member(PHARMACY).await);
    ask(&calm, PHARMACY, 5).await.expect("another institution has its own share");
    world.clock.advance(Duration::from_secs(1));
    ask(&fast, CLINIC, 6).await.expect("a second brings one more");
}

#[tokio::test]
async fn the_center_tells_its_time() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let told: TimeNow = client.get_json("/v1/time").await.unwrap();
    assert_eq!(told.now, kit::clock::Clock::now(&world.clock));
}

#[tokio::test]
async fn a_reference_number_is_given_back_with_every_later_answer() {
    let world = World::with_people(2).await;
    let member = world.member(CLINIC).await;
    let client = world.client(&member);
    let registration = |number: &str, card_number: &str| {
        serde_json::json!({
            "RequestId": request_id(50), "MedicalInstitutionCode": CLINIC,
            "ReferenceNumberRegistrationInfo": {
                "ReferenceNumber": number, "InsurerNumber": crate::people::INSURER, "InsuredCardSymbol": "100",
                "InsuredIdentificationNumber": card_number, "InsuredBranchNumber": "00"
            }
        })
    };
    let path = "/v1/reference-numbers";
    let kept: wire::api::ReferenceNumberAnswer = client.post_json(path, &registration("24434", "1")).await.unwrap();
    assert_eq!(kept.reference_number_registration_info.reference_number, "24434");
    let response: CheckResponse = client.post_json("/v1/eligibility-checks", &question(CLINIC, 1, 51)).await.unwrap();
    assert_eq!(response.parse_answer().unwrap().reference_number.as_deref(), Some("24434"));

    let unknown = client.post_json::<_, serde_json::Value>(path, &registration("1", "999")).await;
    assert_eq!(problem_code(unknown), ProblemCode::PatientNotFound);
    let bad = problem(client.post_json::<_, serde_json::Value>(path, &registration("", "1")).await);
    assert_eq!((bad.code, bad.errors[0].field.as_str()), (ProblemCode::UnreadableQuery, "ReferenceNumber"));
}
