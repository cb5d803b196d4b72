//! 災害・救急: who may search, whether searching is open, whom a search finds and what is said where it finds nobody, may not
//! be made, or cannot be asked. What the center's half promises is proven in the center's own tests.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use kit::problem::Problem;
use wire::api::{
    DisasterAnswer, DisasterRequest, DisasterState, FoundPerson, PersonSearchAnswer, PersonSearchRequest,
    PersonSearchResponse, ProblemCode, ResultOfQualificationConfirmation, SearchOutcome, SearchStanding, Share,
    Verdict, japan_time,
};

use super::center::{Behaviour, FakeCenter, Inner};
use super::clinic::Clinic;
use super::desk::{Browser, http};
use super::samples::{FACILITY, NAME};
use crate::users::{self, Role};

/// Nothing is open, and this is no hospital.
pub(super) fn closed() -> SearchStanding {
    SearchStanding {
        medical_institution_code: FACILITY.to_owned(),
        emergency: false,
        disaster: DisasterState::NotOpen,
        until: None,
        disaster_reason: None,
    }
}

pub(super) fn opened(center: &FakeCenter, disaster: DisasterState, emergency: bool) {
    *center.inner.standing.lock().unwrap() = SearchStanding {
        emergency,
        disaster,
        until: Some("2026-12-05T15:00:00Z".parse().unwrap()),
        disaster_reason: Some("東京都: 首都直下地震".to_owned()),
        ..closed()
    };
}

/// The addresses of the small center that are about searching.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/v1/person-searches", post(search))
        .route("/v1/person-searches/standing", get(standing))
        .route("/v1/disaster-requests", post(ask))
}

async fn standing(State(inner): State<Arc<Inner>>) -> Json<SearchStanding> {
    Json(inner.standing.lock().unwrap().clone())
}

async fn ask(State(inner): State<Arc<Inner>>, Json(request): Json<DisasterRequest>) -> Json<DisasterAnswer> {
    let mut standing = inner.standing.lock().unwrap();
    let granted = standing.disaster == DisasterState::MayAsk;
    if granted {
        standing.disaster = DisasterState::Granted;
    }
    Json(DisasterAnswer {
        process_execution_time: japan_time(inner.clock.now()),
        medical_institution_code: request.medical_institution_code,
        request_id: request.request_id,
        granted,
        until: granted.then(|| inner.clock.now() + SignedDuration::from_hours(72)),
    })
}

fn person(name: &str, kana: &str, address: &str, verdict: Verdict) -> FoundPerson {
    FoundPerson {
        verdict,
        reason: "in_force".to_owned(),
        share: verdict.eq(&Verdict::Valid).then(|| Share { percent: 30, reason: "general".to_owned() }),
        result_of_qualification_confirmation: ResultOfQualificationConfirmation {
            insurer_number: Some("01130012".to_owned()),
            insured_card_symbol: Some("1010".to_owned()),
            insured_identification_number: Some("4260".to_owned()),
            name: Some(name.to_owned()),
            name_kana: Some(kana.to_owned()),
            sex1: Some("2".to_owned()),
            birthdate: Some("19800505".to_owned()),
            address: Some(address.to_owned()),
            insurer_name: Some("全国健康保険協会東京支部".to_owned()),
            ..ResultOfQualificationConfirmation::default()
        },
        hints: Vec::new(),
    }
}

/// The kana say what is found.
fn answer_to(request: &PersonSearchRequest, inner: &Inner) -> PersonSearchAnswer {
    let yoshida = person(NAME, "ﾖｼﾀﾞ ﾀｶｺ", "東京都千代田区麹町１丁目", Verdict::Valid);
    let other = person("吉田　孝子", "ﾖｼﾀﾞ ﾀｶｺ", "東京都葛飾区本町２丁目", Verdict::Invalid);
    let (outcome, verdict, found_list) = match request.person_search_info.name_kana.as_deref() {
        Some("ヨシダ　タカコ") => (SearchOutcome::Found, Verdict::Valid, vec![yoshida]),
        Some("ヨシダ") => (SearchOutcome::Several, Verdict::Multiple, vec![yoshida, other]),
        Some("サトウ") => (SearchOutcome::TooMany, Verdict::Multiple, Vec::new()),
        _ => (SearchOutcome::NotFound, Verdict::NotFound, Vec::new()),
    };
    PersonSearchAnswer {
        verdict,
        outcome,
        process_execution_time: japan_time(inner.clock.now()),
        qualification_confirmation_date: request.qualification_confirmation_date.clone(),
        medical_institution_code: request.medical_institution_code.clone(),
        request_id: request.request_id,
        as_of: inner.clock.now(),
        purpose: request.purpose,
        medical_treatment_flag: PersonSearchAnswer::treatment_flag(request.purpose),
        search_reason: request.search_reason.clone(),
        person_search_info: request.person_search_info.clone(),
        found_list,
    }
}

async fn search(
    State(inner): State<Arc<Inner>>,
    Json(request): Json<PersonSearchRequest>,
) -> Result<Json<PersonSearchResponse>, Problem> {
    inner.asked.fetch_add(1, Ordering::Relaxed);
    let behaviour = *inner.behaviour.lock().unwrap();
    if let Behaviour::Refuse(code) = behaviour {
        return Err(Problem::new(code, "この医療機関の地域では、災害時の照会は開かれていません"));
    }
    let mut answer = answer_to(&request, &inner);
    if behaviour == Behaviour::OtherQuestion {
        answer.person_search_info.birthdate = "19990101".to_owned();
    }
    let text = serde_json::to_string(&answer).unwrap();
    let purpose = domain::SearchPurpose::from(request.purpose).purpose();
    let (answer, proof) = inner.proof_for(text, answer.verdict, request.request_id, purpose);
    Ok(Json(PersonSearchResponse { answer, proof }))
}

/// A form of the page, percent-encoded as far as it has to be.
pub(super) fn form(purpose: &str, kana: &str) -> String {
    format!("Purpose={purpose}&NameKana={kana}&Birthdate=S55.5.5&Sex1=2&Address=&SearchReason=避難所で受診した")
}

async fn records(clinic: &Clinic) -> Browser {
    let clock: kit::clock::SharedClock = clinic.clock.clone();
    let random = super::clinic::random();
    let password = users::add(&clinic.data(), "kusuri", Role::Records, None, &clock, &random).await.unwrap();
    Browser::sign_in(clinic, "kusuri", &password).await
}

#[tokio::test]
async fn a_person_is_found_and_stands_in_no_list_of_checks() {
    let center = FakeCenter::start();
    opened(&center, DisasterState::Open, false);
    let mut clinic = Clinic::open(&center).await;
    let browser = records(&clinic).await;
    let page = browser.get("/disaster").await;
    for shown in
        ["災害時: 開かれています（東京都: 首都直下地震、12月5日 23:59 まで）", "救急時: 病院だけが照会できます"]
    {
        assert!(page.body.contains(shown), "{shown} is missing in\n{}", page.body);
    }
    assert!(page.body.contains("value=\"disaster_search\" checked") && !page.body.contains("emergency_search"));

    let page = browser.post("/disaster", &form("disaster_search", "ヨシダ　タカコ")).await;
    assert_eq!(page.status, 200);
    for shown in [
        NAME,
        "1人が該当しました",
        "ヨシダ　タカコ",
        "東京都千代田区麹町１丁目",
        "有効",
        "3割",
        "本人に知らされます",
        "kusuri",
    ] {
        assert!(page.body.contains(shown), "{shown} is missing in\n{}", page.body);
    }
    assert!(page.body.contains("value=\"避難所で受診した\""), "the form keeps what was typed");

    let store = &crate::users::open(&clinic.data(), &super::clinic::random()).await.unwrap();
    assert_eq!(store.count_answers().await.unwrap(), 0, "it is no answer about a card");
    let [line]: [_; 1] = store.person_searches(10).await.unwrap().try_into().unwrap();
    assert_eq!((line.asked_by.as_str(), line.outcome), ("kusuri", domain::SearchOutcome::Found));
    let today = browser.get("/today").await;
    assert!(!today.body.contains(NAME), "{}", today.body);
    let proof = browser.get(&format!("/disaster/{}/proof", line.request_id)).await;
    let verified = trust::proof::verify(proof.body.as_bytes(), &clinic.running().log_key()).unwrap();
    assert_eq!(verified.event.purpose, domain::Purpose::DisasterSearch);
    let again = browser.get("/disaster").await;
    assert!(again.body.contains(&line.proof_number) && !again.body.contains(NAME), "the list names nobody");
    clinic.stop().await;
}

#[tokio::test]
async fn a_few_nobody_and_too_many_have_words_of_their_own() {
    let center = FakeCenter::start();
    opened(&center, DisasterState::Granted, true);
    let mut clinic = Clinic::open(&center).await;
    let browser = Browser::admin(&clinic).await;
    for (kana, class, shown) in [
        ("ヨシダ", "answer multiple", vec!["複数の人が該当しました", NAME, "吉田　孝子", "葛飾区", "無効"]),
        ("ダレモ", "answer notfound", vec!["該当する人がいません", "無保険という意味ではありません"]),
        ("サトウ", "answer unreadable", vec!["該当が多すぎて表示できません", "だれも表示していません"]),
    ] {
        let page = browser.post("/disaster", &form("emergency_search", kana)).await;
        for shown in shown.into_iter().chain([class]) {
            assert!(page.body.contains(shown), "{kana}: {shown} is missing in\n{}", page.body);
        }
    }
    let asked = center.inner.asked.load(Ordering::Relaxed);
    let vague = "Purpose=emergency_search&NameKana=&Birthdate=19800231&SearchReason=急";
    let page = browser.post("/disaster", vague).await;
    for shown in ["ない日付", "性別が入っていません", "少なくとも一つ", "短すぎます", "入力が足りないか"]
    {
        assert!(page.body.contains(shown), "{shown} is missing in\n{}", page.body);
    }
    let page = browser.post("/disaster", &form("", "ヨシダ")).await;
    assert!(page.body.contains("災害時か救急時かを選んでください"));
    assert_eq!(center.inner.asked.load(Ordering::Relaxed), asked, "nobody had to be asked");
    clinic.stop().await;
}

#[tokio::test]
async fn not_allowed_could_not_ask_and_unproven_are_never_nobody() {
    let mut center = FakeCenter::start();
    opened(&center, DisasterState::Open, false);
    let mut clinic = Clinic::open(&center).await;
    let browser = Browser::admin(&clinic).await;
    let search = form("disaster_search", "ヨシダ　タカコ");
    center.behave(Behaviour::Refuse(ProblemCode::DisasterNotOpen));
    let page = browser.post("/disaster", &search).await;
    assert!(page.body.contains("この照会はできません") && page.body.contains("開かれていません"), "{}", page.body);
    assert!(clinic.running().health().refused.is_none(), "the terminal itself is not refused");

    center.behave(Behaviour::OtherQuestion);
    let page = browser.post("/disaster", &search).await;
    assert!(page.body.contains("照会できませんでした") && !page.body.contains(NAME), "{}", page.body);

    center.go_away().await;
    let page = browser.post("/disaster", &search).await;
    for shown in
        ["照会できませんでした", "見つからないという意味ではありません", "照会が開かれているかを確かめられません"]
    {
        assert!(page.body.contains(shown), "{shown} is missing in\n{}", page.body);
    }
    assert!(page.body.contains("answer cannot") && !page.body.contains("該当する人がいません"));
    let store = crate::users::open(&clinic.data(), &super::clinic::random()).await.unwrap();
    assert!(store.person_searches(10).await.unwrap().is_empty());
    clinic.stop().await;
}

#[tokio::test]
async fn reception_may_not_search_and_an_institution_may_ask_to() {
    let center = FakeCenter::start();
    opened(&center, DisasterState::MayAsk, false);
    let mut clinic = Clinic::open(&center).await;
    let clock: kit::clock::SharedClock = clinic.clock.clone();
    let random = super::clinic::random();
    let password = users::add(&clinic.data(), "uketsuke", Role::Reception, None, &clock, &random).await.unwrap();
    let reception = Browser::sign_in(&clinic, "uketsuke", &password).await;
    let asked = center.inner.asked.load(Ordering::Relaxed);
    assert_eq!(reception.get("/disaster").await.status, 403);
    assert_eq!(reception.post("/disaster", &form("disaster_search", "ヨシダ")).await.status, 403);
    assert_eq!(reception.post("/disaster/ask", "reason=避難者を受け入れ").await.status, 403);
    assert_eq!(reception.get("/disaster/01900000-0000-7000-8000-000000000001/proof").await.status, 403);
    assert_eq!(center.inner.asked.load(Ordering::Relaxed), asked);

    let browser = records(&clinic).await;
    let page = browser.get("/disaster").await;
    assert!(page.body.contains("申し出ると使えます") && page.body.contains("action=\"/disaster/ask\""));
    assert!(!page.body.contains("name=\"NameKana\""), "there is nothing to search for yet");
    let reply = browser.post("/disaster/ask", "reason=避難者を受け入れ").await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/disaster")));
    let page = browser.get("/disaster").await;
    assert!(page.body.contains("申し出により使えます") && page.body.contains("name=\"NameKana\""));
    opened(&center, DisasterState::NotOpen, false);
    let page = browser.post("/disaster/ask", "reason=避難者を受け入れ").await;
    assert!(page.body.contains("許可されませんでした"), "{}", page.body);
    assert_eq!(browser.get("/disaster/01900000-0000-7000-8000-000000000001/proof").await.status, 404);
    let address = clinic.desk();
    let nobody = http(&address, "GET", "/disaster", &[], "").await;
    assert_eq!(nobody.header("location"), Some("/login"));
    clinic.stop().await;
}

#[tokio::test]
async fn fault_full_disk_a_person_is_shown_all_the_same_and_staff_are_told_to_note_the_proof() {
    let center = FakeCenter::start();
    opened(&center, DisasterState::Open, false);
    let mut clinic = Clinic::open(&center).await;
    let browser = Browser::admin(&clinic).await;
    clinic.running().store().limit_pages(1).await;
    // A few fit into pages that the file has already.
    let mut told = false;
    for _ in 0..8 {
        let page = browser.post("/disaster", &form("disaster_search", "ヨシダ　タカコ")).await;
        assert!(page.body.contains(NAME), "{}", page.body);
        told |= page.body.contains("証明番号を書き留めてください");
    }
    assert!(told);
    clinic.stop().await;
}
