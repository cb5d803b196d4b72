//! Files of questions and registrations: their order, their limits, and a restart in the middle.

use std::num::NonZeroU32;

use bytes::Bytes;
use center::config::Limits;
use futures_util::stream;
use kit::client::{Client, ClientError};
use serde_json::json;
use wire::api::{
    BulkReception, BulkReferenceUnit, BulkState, BulkStatus, BulkUnit, CheckResponse, ProblemCode, SearchInfo, Verdict,
};

use crate::people::{DAY, card, question, request_id};
use crate::world::{CLINIC, PHARMACY, Wish, World, problem_code, until};

const CHECKS: &str = "/v1/bulk-eligibility-checks";
const REFERENCES: &str = "/v1/bulk-reference-numbers";
const NDJSON: &str = "application/x-ndjson";

fn header(facility: &str, request: u128) -> String {
    json!({
        "QualificationConfirmationDate": DAY, "MedicalInstitutionCode": facility, "RequestId": request_id(request),
        "ArbitraryFileIdentifier": "tomorrow"
    })
    .to_string()
}

/// Person 1 to `people` over and over; every seventh line is bad in one of four ways.
fn file(request: u128, lines: u32, people: u32) -> String {
    let mut text = header(CLINIC, request) + "\n";
    for n in 0..lines {
        let search = SearchInfo { arbitrary_identifier: Some(n.to_string()), ..card(n % people + 1) };
        let line = match n % 28 {
            6 => "not json".to_owned(),
            13 => json!({"InsurerNumber": 5}).to_string(),
            20 => serde_json::to_string(&SearchInfo { birthdate: "19800231".to_owned(), ..search }).unwrap(),
            27 => format!("\"{}\"", "x".repeat(20_000)),
            _ => serde_json::to_string(&search).unwrap(),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

async fn send(client: &Client, path: &str, file: String) -> Result<BulkReception, ClientError> {
    client.post(path, NDJSON, file).await.map(|answer| {
        assert_eq!(answer.status, 202);
        let reception: BulkReception = answer.json().unwrap();
        assert_eq!(answer.headers["location"], format!("{path}/{}", reception.reception_number).as_str());
        reception
    })
}

async fn done(client: &Client, path: &str, number: &str) -> BulkStatus {
    until("the file is answered", async || {
        let status: BulkStatus = client.get_json(&format!("{path}/{number}")).await.ok()?;
        (status.state == BulkState::Done).then_some(status)
    })
    .await
}

async fn results<T: serde::de::DeserializeOwned>(client: &Client, path: &str, number: &str) -> Vec<T> {
    let answer = client.get(&format!("{path}/{number}/results")).await.unwrap();
    assert_eq!(answer.headers["content-type"], NDJSON);
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn assert_in_order(units: &[BulkUnit], lines: u32) {
    assert_eq!(units.len(), usize::try_from(lines).unwrap());
    for (n, unit) in (0_u32..).zip(units) {
        let bad = n % 7 == 6;
        assert_eq!(unit.processing_result_status, if bad { "2" } else { "1" }, "line {n}");
        if let Some(response) = &unit.response {
            let answer = response.parse_answer().unwrap();
            assert_eq!(answer.verdict, Verdict::Valid, "line {n}");
            assert_eq!(unit.search_info.arbitrary_identifier, Some(n.to_string()));
            assert_eq!(answer.arbitrary_file_identifier.as_deref(), Some("tomorrow"));
        } else {
            let expected = match n % 28 {
                6 | 13 => "TSK-E-MALFORMED-JSON",
                20 => "TSK-E-NO-SUCH-DAY",
                _ => "TSK-E-BODY-TOO-LARGE",
            };
            assert_eq!(unit.processing_result_code.as_deref(), Some(expected), "line {n}");
        }
    }
}

#[tokio::test]
async fn two_thousand_questions_come_back_in_order_with_the_bad_ones_in_their_places() {
    let world = World::with_people(50).await;
    let client = world.client(&world.member(CLINIC).await);
    let reception = send(&client, CHECKS, file(1, 2_000, 50)).await.unwrap();
    let status = done(&client, CHECKS, &reception.reception_number).await;
    let bad = 2_000 / 7;
    assert_eq!((status.number_of_processing_result, status.number_of_error), (2_000, bad));
    assert_eq!(status.number_of_normal_processing, 2_000 - bad);
    let units = results(&client, CHECKS, &reception.reception_number).await;
    assert_in_order(&units, 2_000);
    let mut numbers: Vec<String> =
        units.iter().filter_map(|unit| Some(unit.response.as_ref()?.proof.proof_number.clone())).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, 2_000 - bad, "every answer has an access event of its own");
}

#[tokio::test]
async fn a_file_goes_on_after_a_restart_and_no_line_is_lost_or_doubled() {
    let mut world = World::with_people(50).await;
    let member = world.member(CLINIC).await;
    let reception = send(&world.client(&member), CHECKS, file(1, 5_000, 50)).await.unwrap();
    let number = reception.reception_number;
    for _ in 0..2 {
        world.restart().await;
    }
    let client = world.client(&member);
    let status = done(&client, CHECKS, &number).await;
    assert_eq!(status.number_of_processing_result, 5_000);
    assert_in_order(&results(&client, CHECKS, &number).await, 5_000);
}

#[tokio::test]
async fn windows_are_answered_while_a_file_is_worked_on() {
    let world = World::with_people(50).await;
    let client = world.client(&world.member(CLINIC).await);
    let reception = send(&client, CHECKS, file(1, 5_000, 50)).await.unwrap();
    for n in 0..20 {
        let response: CheckResponse =
            client.post_json("/v1/eligibility-checks", &question(CLINIC, 1, 100 + n)).await.unwrap();
        assert_eq!(response.parse_answer().unwrap().verdict, Verdict::Valid);
    }
    done(&client, CHECKS, &reception.reception_number).await;
}

#[tokio::test]
async fn the_same_file_sent_again_has_the_same_number_and_another_file_is_a_mistake() {
    let world = World::with_people(5).await;
    let client = world.client(&world.member(CLINIC).await);
    let first = send(&client, CHECKS, file(1, 20, 5)).await.unwrap();
    let again = send(&client, CHECKS, file(1, 20, 5)).await.unwrap();
    assert_eq!(first, again);
    let other = send(&client, CHECKS, file(1, 19, 5)).await;
    assert_eq!(problem_code(other), ProblemCode::RequestIdReused);
}

#[tokio::test]
async fn the_number_of_another_institution_is_unknown_like_one_that_never_was() {
    let world = World::with_people(5).await;
    let (mine, theirs) = (world.client(&world.member(CLINIC).await), world.client(&world.member(PHARMACY).await));
    let reception = send(&mine, CHECKS, file(1, 20, 5)).await.unwrap();
    done(&mine, CHECKS, &reception.reception_number).await;
    let number = reception.reception_number;
    for path in [
        format!("{CHECKS}/{number}"),
        format!("{CHECKS}/{number}/results"),
        format!("{CHECKS}/NOSUCHNUMBER"),
        format!("{CHECKS}/%E7%A2%BA"),
    ] {
        assert_eq!(problem_code(theirs.get(&path).await), ProblemCode::ReceptionNumberUnknown, "{path}");
    }
    let other_kind = mine.get(&format!("{REFERENCES}/{number}")).await;
    assert_eq!(problem_code(other_kind), ProblemCode::ReceptionNumberUnknown);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_taken_and_can_be_sent_again() {
    let world = World::with_people(5).await;
    let client = world.client(&world.member(CLINIC).await);
    let whole = file(1, 3_000, 5);
    let half = Bytes::copy_from_slice(&whole.as_bytes()[..whole.len() / 2]);
    let broken = stream::iter([Ok(half), Err(std::io::Error::other("the line broke"))]);
    assert!(client.post_stream(CHECKS, NDJSON, broken, std::time::Duration::from_secs(10)).await.is_err());
    let reception = send(&client, CHECKS, whole).await.unwrap();
    assert_eq!(done(&client, CHECKS, &reception.reception_number).await.number_of_processing_result, 3_000);
}

#[tokio::test]
async fn files_are_refused_as_a_whole_each_with_its_code() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let bad_day = header(CLINIC, 2).replace(DAY, "20260231");
    for (body, code) in [
        (String::new(), ProblemCode::MalformedJson),
        ("nonsense\n".to_owned(), ProblemCode::MalformedJson),
        (bad_day, ProblemCode::UnreadableQuery),
        (format!("{}\n", "x".repeat(20_000)), ProblemCode::BodyTooLarge),
        (header(CLINIC, 3) + "\n" + &"{}\n".repeat(100_001), ProblemCode::TooManyUnits),
    ] {
        assert_eq!(problem_code(client.post(CHECKS, NDJSON, body).await), code);
    }
    let json = client.post(CHECKS, "application/json", header(CLINIC, 4)).await;
    assert_eq!(problem_code(json), ProblemCode::UnsupportedMediaType);
}

#[tokio::test]
async fn an_empty_file_is_done_at_once() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let reception = send(&client, CHECKS, header(CLINIC, 1)).await.unwrap();
    let status = done(&client, CHECKS, &reception.reception_number).await;
    assert_eq!(status.number_of_processing_result, 0);
    assert!(results::<BulkUnit>(&client, CHECKS, &reception.reception_number).await.is_empty());
}

#[tokio::test]
async fn who_has_too_many_files_waiting_must_wait() {
    let limits = Limits { bulk_files_waiting_max: NonZeroU32::MIN, ..Limits::default() };
    let world = World::with(Wish { limits, ..Wish::default() }).await;
    world.insure(5).await;
    let client = world.client(&world.member(CLINIC).await);
    let mut refused = 0;
    for request in 0..4 {
        match send(&client, CHECKS, file(request, 10_000, 5)).await {
            Ok(_) => {}
            error => {
                assert_eq!(problem_code(error), ProblemCode::RateLimited);
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn a_result_that_is_not_ready_says_when_to_come_back() {
    let world = World::with_people(50).await;
    let client = world.client(&world.member(CLINIC).await);
    let reception = send(&client, CHECKS, file(1, 20_000, 50)).await.unwrap();
    let path = format!("{CHECKS}/{}/results", reception.reception_number);
    match client.get(&path).await {
        Err(ClientError::Problem { document, retry_after }) => {
            assert_eq!(document.code, ProblemCode::ResultNotReady);
            assert!(retry_after.is_some());
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn registrations_in_a_file_are_kept_and_given_back_with_answers() {
    let world = World::with_people(3).await;
    let client = world.client(&world.member(CLINIC).await);
    let line = |number: &str, card_number: &str| {
        json!({
            "ReferenceNumber": number, "InsurerNumber": crate::people::INSURER, "InsuredCardSymbol": "100",
            "InsuredIdentificationNumber": card_number
        })
        .to_string()
    };
    let text = [header(CLINIC, 1), line("A-1", "1"), line("A-9", "999"), "nonsense".to_owned(), line("A-2", "2")];
    let reception = send(&client, REFERENCES, text.join("\n")).await.unwrap();
    let status = done(&client, REFERENCES, &reception.reception_number).await;
    assert_eq!((status.number_of_normal_processing, status.number_of_error), (2, 2));
    let units: Vec<BulkReferenceUnit> = results(&client, REFERENCES, &reception.reception_number).await;
    let codes: Vec<Option<&str>> = units.iter().map(|unit| unit.processing_result_code.as_deref()).collect();
    assert_eq!(codes, [None, Some("TSK-E-PATIENT-NOT-FOUND"), Some("TSK-E-MALFORMED-JSON"), None]);
    let response: CheckResponse = client.post_json("/v1/eligibility-checks", &question(CLINIC, 2, 7)).await.unwrap();
    assert_eq!(response.parse_answer().unwrap().reference_number.as_deref(), Some("A-2"));
}
