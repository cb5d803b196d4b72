//! Claims that institutions submit: pieces in any trouble, what became of each claim, who may not, claims that are made again
//! and claims that are taken back.

use aws_lc_rs::digest::{SHA256, digest};
use kit::client::{Client, ClientError};
use wire::api::{
    ClaimFileRequest, ClaimFileState, ClaimFileStatus, ClaimOutcome, ClaimResult, ClaimWithdrawalAnswer,
    ClaimWithdrawalRequest, ClaimWithdrawalState, ProblemCode,
};

use crate::people::request_id;
use crate::world::{CLINIC, PHARMACY, World, problem, problem_code, until};

const FILES: &str = "/v1/claim-files";
const BYTES: &str = "application/octet-stream";
pub const AMLODIPINE: &str = "622947001";

/// A claim of person `n` for a drug; `more` are fields of RE behind the birth date.
pub fn receipt(number: u32, n: u32, days: u32, more: &str) -> String {
    let birthdate = crate::people::row(n).birthdate;
    format!(
        "RE,{number},1112,202602,髙橋　一,1,{birthdate}{more}\r\nHO,06139463,100,{n},1,{days}\r\nSN,1,01,06139463,100,{n},00\r\n\
         SY,8833421,20240401,1\r\nIY,21,1,{AMLODIPINE},1,1,{days},,,,,,,,,{days}\r\n"
    )
}

pub fn file(claims: &[String]) -> Vec<u8> {
    let head = "IR,1,13,1,2345679,,確か診療所,202603,00,03-0000-0000\r\n";
    format!("{head}{}GO,{},100,99\r\n\u{1a}", claims.concat(), claims.len()).into_bytes()
}

/// RE whose field 19 is a 検索番号.
pub fn again(number: &str) -> String {
    format!("{}{number}", ",".repeat(12))
}

fn request(content: &[u8], number: u128) -> ClaimFileRequest {
    ClaimFileRequest {
        request_id: request_id(number),
        medical_institution_code: CLINIC.to_owned(),
        file_name: Some("RECEIPTC.UKE".to_owned()),
        file_digest: domain::hex::encode(digest(&SHA256, content).as_ref()),
        file_bytes: content.len() as u64,
    }
}

async fn begin(client: &Client, request: &ClaimFileRequest) -> Result<ClaimFileStatus, ClientError> {
    client.post_json(FILES, request).await
}

async fn piece(client: &Client, number: &str, at: u64, body: &[u8]) -> Result<ClaimFileStatus, ClientError> {
    client.post(&format!("{FILES}/{number}/pieces/{at}"), BYTES, body.to_vec()).await?.json()
}

pub async fn status(client: &Client, number: &str) -> ClaimFileStatus {
    client.get_json(&format!("{FILES}/{number}")).await.unwrap()
}

async fn ended(client: &Client, number: &str) -> ClaimFileStatus {
    until("the file has ended", async || {
        let status = status(client, number).await;
        matches!(status.state, ClaimFileState::Done | ClaimFileState::Refused).then_some(status)
    })
    .await
}

pub async fn outcomes(client: &Client, number: &str) -> Vec<ClaimOutcome> {
    let answer = client.get(&format!("{FILES}/{number}/results")).await.unwrap();
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Sends a file in one piece and waits for what became of its claims.
pub async fn send(client: &Client, content: &[u8], number: u128) -> (ClaimFileStatus, Vec<ClaimOutcome>) {
    let begun = begin(client, &request(content, number)).await.unwrap();
    piece(client, &begun.reception_number, 0, content).await.unwrap();
    let status = ended(client, &begun.reception_number).await;
    let outcomes = outcomes(client, &begun.reception_number).await;
    assert_eq!(status.counts.claims, outcomes.len() as u64);
    (status, outcomes)
}

fn results(outcomes: &[ClaimOutcome]) -> Vec<ClaimResult> {
    outcomes.iter().map(|outcome| outcome.result).collect()
}

#[tokio::test]
async fn pieces_may_come_twice_or_too_early_and_the_center_may_stop_between_them() {
    let mut world = World::with_people(3).await;
    let member = world.member(CLINIC).await;
    let content = file(&[receipt(1, 1, 28, ""), receipt(2, 2, 14, ""), receipt(3, 3, 7, "")]);
    let asked = request(&content, 1);
    let (first, rest) = content.split_at(200);
    let client = world.client(&member);
    let begun = begin(&client, &asked).await.unwrap();
    let number = begun.reception_number.clone();
    assert_eq!((begun.state, begun.received_bytes), (ClaimFileState::Receiving, 0));
    let hole = piece(&client, &number, 200, rest).await.unwrap();
    assert_eq!(hole.received_bytes, 0, "a piece that would leave a hole changes nothing");
    assert_eq!(piece(&client, &number, 0, first).await.unwrap().received_bytes, 200);
    assert_eq!(piece(&client, &number, 0, first).await.unwrap().received_bytes, 200, "twice is once");
    let early = client.get(&format!("{FILES}/{number}/results")).await;
    assert_eq!(problem_code(early), ProblemCode::ResultNotReady);
    world.restart().await;
    let client = world.client(&member);
    let resumed = begin(&client, &asked).await.unwrap();
    assert_eq!((resumed.reception_number.as_str(), resumed.received_bytes), (number.as_str(), 200));
    let other_number = begin(&client, &ClaimFileRequest { request_id: request_id(2), ..asked.clone() }).await.unwrap();
    assert_eq!(other_number.reception_number, number, "the same file while it is not done is the same");
    let received = piece(&client, &number, 200, rest).await.unwrap();
    assert_eq!(received.received_bytes, content.len() as u64);
    world.restart().await;
    let client = world.client(&member);
    let status = ended(&client, &number).await;
    assert_eq!((status.state, status.counts.claims, status.counts.accepted), (ClaimFileState::Done, 3, 3));
    let told = outcomes(&client, &number).await;
    assert_eq!(told.iter().map(|outcome| outcome.receipt_number).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    assert!(told.iter().all(|outcome| outcome.routing.as_deref() == Some("as_claimed")), "{told:?}");
}

#[tokio::test]
async fn a_file_of_thousands_goes_on_where_the_center_was_stopped() {
    let mut world = World::with_people(2_500).await;
    let member = world.member(CLINIC).await;
    let claims: Vec<String> = (1..=2_500).map(|n| receipt(n, n, 28, "")).collect();
    let content = file(&claims);
    let client = world.client(&member);
    let begun = begin(&client, &request(&content, 1)).await.unwrap();
    let number = begun.reception_number;
    let mut at = 0;
    for part in content.chunks(256 * 1024) {
        at = piece(&client, &number, at, part).await.unwrap().received_bytes;
    }
    for _ in 0..2 {
        world.restart().await;
    }
    let client = world.client(&member);
    let status = ended(&client, &number).await;
    assert_eq!((status.counts.claims, status.counts.accepted), (2_500, 2_500), "nothing twice, nothing lost");
    let told = outcomes(&client, &number).await;
    let numbers: Vec<u32> = told.iter().filter_map(|outcome| outcome.receipt_number).collect();
    assert_eq!(numbers, (1..=2_500).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_claim_is_told_what_became_of_it() {
    use ClaimResult::{Accepted, Repeated, SameAgain, Unmatched};
    let world = World::with_people(2).await;
    let client = world.client(&world.member(CLINIC).await);
    let stranger = receipt(3, 1, 5, "").replace("HO,06139463,100,1,", "HO,06139463,100,99,");
    let other_branch = receipt(4, 2, 3, "").replace(",100,2,00", ",100,2,07");
    let wrong_sum = receipt(5, 2, 14, "").replace("HO,06139463,100,2,1,14", "HO,06139463,100,2,1,15");
    let content = file(&[receipt(1, 1, 28, ""), receipt(1, 1, 28, ""), stranger, other_branch, wrong_sum]);
    let (status, told) = send(&client, &content, 1).await;
    assert_eq!(results(&told), [Accepted, Repeated, Unmatched, Unmatched, Accepted]);
    assert_eq!(told[2].code.as_deref(), Some("no_such_card"));
    assert_eq!(told[3].code.as_deref(), Some("branch_differs"));
    assert!(told[4].finding_list.iter().any(|finding| finding.code == "points_sum"), "{:?}", told[4]);
    assert!(told.iter().all(|outcome| outcome.line > 1));
    assert_eq!((status.counts.accepted, status.counts.unmatched, status.counts.repeated), (2, 2, 1));
    assert!(status.counts.errors > 0);
    let (_, twice) = send(&client, &content, 2).await;
    assert_eq!(results(&twice), [SameAgain, Repeated, Unmatched, Unmatched, SameAgain]);
}

#[tokio::test]
async fn claims_of_another_institution_and_what_is_no_claim_file_are_refused() {
    let world = World::with_people(1).await;
    let client = world.client(&world.member(CLINIC).await);
    let pharmacy = world.client(&world.member(PHARMACY).await);
    let good = file(&[receipt(1, 1, 28, "")]);
    let foreign = ClaimFileRequest { medical_institution_code: PHARMACY.to_owned(), ..request(&good, 1) };
    assert_eq!(problem_code(begin(&client, &foreign).await), ProblemCode::FacilityMismatch);

    let theirs =
        String::from_utf8(good.clone()).unwrap().replace("IR,1,13,1,2345679", "IR,1,13,4,0000015").into_bytes();
    let begun = begin(&client, &request(&theirs, 2)).await.unwrap();
    let refused = piece(&client, &begun.reception_number, 0, &theirs).await;
    assert_eq!(problem_code(refused), ProblemCode::FacilityMismatch);

    let later =
        [receipt(1, 1, 28, ""), "IR,1,13,4,0000015,,たしか薬局,202603,00,\r\n".to_owned(), receipt(2, 1, 3, "")];
    let (_, told) = send(&client, &file(&later), 3).await;
    assert_eq!(results(&told), [ClaimResult::Accepted, ClaimResult::SetAside], "the good one is taken");
    assert_eq!(told[1].code.as_deref(), Some("other_institution"));

    let noise = [0_u8, 1, 2, 255].repeat(300);
    let begun = begin(&client, &request(&noise, 4)).await.unwrap();
    piece(&client, &begun.reception_number, 0, &noise).await.unwrap();
    let status = ended(&client, &begun.reception_number).await;
    assert_eq!((status.state, status.refusal.unwrap().code.as_str()), (ClaimFileState::Refused, "no_claims"));

    let insurers = String::from_utf8(good.clone())
        .unwrap()
        .lines()
        .fold(String::new(), |text, line| format!("{text}1,1,0,{line}\r\n"));
    let begun = begin(&client, &request(insurers.as_bytes(), 6)).await.unwrap();
    let refused = problem(piece(&client, &begun.reception_number, 0, insurers.as_bytes()).await);
    assert_eq!(refused.code, ProblemCode::ClaimFileRefused);
    assert!(refused.detail.contains("保険者"), "{}", refused.detail);

    let begun = begin(&client, &ClaimFileRequest { file_digest: "00".repeat(32), ..request(&good, 5) }).await.unwrap();
    let number = begun.reception_number;
    assert_eq!(problem_code(piece(&pharmacy, &number, 0, &good).await), ProblemCode::ReceptionNumberUnknown);
    let seen = pharmacy.get(&format!("{FILES}/{number}")).await;
    assert_eq!(problem_code(seen), ProblemCode::ReceptionNumberUnknown);
    let reused = begin(&client, &request(&good, 5)).await;
    assert_eq!(problem_code(reused), ProblemCode::RequestIdReused);
    piece(&client, &number, 0, &good).await.unwrap();
    let status = ended(&client, &number).await;
    assert_eq!(status.state, ClaimFileState::Refused);
    assert_eq!(status.refusal.unwrap().code, "digest_differs");
    assert_eq!(status.counts.claims, 0);
}

#[tokio::test]
async fn a_claim_that_is_made_again_takes_the_place_of_the_one_that_was_sent_back() {
    let world = World::with_people(2).await;
    let client = world.client(&world.member(CLINIC).await);
    let (_, first) = send(&client, &file(&[receipt(1, 1, 28, "")]), 1).await;
    let number = first[0].search_number.clone().unwrap();
    assert_eq!(number.len(), 29);

    // Another wording of the same claim.
    let (_, reworded) = send(&client, &file(&[receipt(1, 1, 30, "")]), 2).await;
    assert_eq!((reworded[0].result, &reworded[0].claim_number), (ClaimResult::Replaced, &first[0].claim_number));

    // The card was that of somebody else: another claim by its numbers, led to the first one by its 検索番号.
    let (_, corrected) = send(&client, &file(&[receipt(1, 2, 30, &again(&number))]), 3).await;
    assert_eq!(corrected[0].result, ClaimResult::Replaced);
    assert_eq!(corrected[0].replaces, first[0].claim_number);
    let gone = withdraw(&client, first[0].claim_number.as_deref().unwrap()).await.unwrap();
    assert_eq!(gone.state, ClaimWithdrawalState::WithdrawnBefore, "nothing stands twice");
    let (_, same) = send(&client, &file(&[receipt(1, 2, 30, &again(&number))]), 4).await;
    assert_eq!((same[0].result, &same[0].replaces), (ClaimResult::SameAgain, &None));
    let (_, unknown) = send(&client, &file(&[receipt(1, 1, 3, &again("123456789012345678"))]), 5).await;
    assert_eq!(
        (unknown[0].result, &unknown[0].replaces),
        (ClaimResult::Replaced, &None),
        "the withdrawn one, made again"
    );
}

pub async fn withdraw(client: &Client, number: &str) -> Result<ClaimWithdrawalAnswer, ClientError> {
    let asked = ClaimWithdrawalRequest { medical_institution_code: CLINIC.to_owned(), claim_number: number.to_owned() };
    client.post_json("/v1/claim-withdrawals", &asked).await
}

#[tokio::test]
async fn a_claim_is_taken_back_by_the_institution_that_made_it_and_by_no_other() {
    let world = World::with_people(1).await;
    let client = world.client(&world.member(CLINIC).await);
    let pharmacy = world.client(&world.member(PHARMACY).await);
    let (_, told) = send(&client, &file(&[receipt(1, 1, 28, "")]), 1).await;
    let number = told[0].claim_number.clone().unwrap();
    let theirs = ClaimWithdrawalRequest { medical_institution_code: PHARMACY.to_owned(), claim_number: number.clone() };
    let refused = pharmacy.post_json::<_, ClaimWithdrawalAnswer>("/v1/claim-withdrawals", &theirs).await;
    assert_eq!(problem_code(refused), ProblemCode::ReceptionNumberUnknown);
    assert_eq!(withdraw(&client, &number).await.unwrap().state, ClaimWithdrawalState::Withdrawn);
    assert_eq!(withdraw(&client, &number).await.unwrap().state, ClaimWithdrawalState::WithdrawnBefore);
    for unknown in ["", "zz", &"0".repeat(32)] {
        assert_eq!(problem_code(withdraw(&client, unknown).await), ProblemCode::ReceptionNumberUnknown, "{unknown}");
    }
}
