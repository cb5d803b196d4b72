//! Searches for a person by name, on both engines: who may, whom one finds, what is on record, and who is told.

use std::sync::LazyLock;
use std::time::Duration;

use center::store::person_look::Looks;
use domain::disaster::Area;
use domain::{CardKey, CardNumber, CardSymbol, SearchOutcome as Outcome, SearchPurpose as For};
use jiff::SignedDuration;
use kit::client::{Client, ClientError};
use kit::clock::Clock as _;
use testkit::PrivatePostgres;
use trust::event::AccessEvent;
use trust::{LogPublicKey, ProofFile, ProofNumber};
use wire::api::{
    DisasterAnswer, DisasterRequest, DisasterState, LogKey, PersonSearchAnswer, PersonSearchInfo, PersonSearchRequest,
    PersonSearchResponse, ProblemCode, SearchOutcome, SearchPurpose, SearchStanding, Verdict,
};
use wire::feed::{FacilityKind, FeedRow};

use crate::people::{DAY, INSURER, feed_of, request_id, row};
use crate::world::{CLINIC, PHARMACY, Wish, World, code, facility, problem, problem_code};

/// A hospital in Ishikawa.
const HOSPITAL: &str = "1710000019";
/// One server for all tests of the binary; it ends with the process.
static POSTGRES: LazyLock<PrivatePostgres> = LazyLock::new(|| PrivatePostgres::start().expect("a PostgreSQL server"));

/// Runs each test on both engines.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::town(String::new()).await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() {
                let url = super::POSTGRES.create_database().expect("a database");
                super::$name(super::town(url).await).await;
            })+
        }
    };
}

on_both_engines!(
    a_person_is_found_by_name_where_a_disaster_is_open_and_is_told,
    a_search_that_may_not_be_made_looks_nobody_up,
    nobody_a_few_and_too_many_are_told_apart_and_all_are_on_record,
    a_hospital_finds_who_cannot_speak_and_nobody_else_does,
    an_institution_elsewhere_asks_and_a_rule_answers,
    the_same_search_again_is_one_look_and_searches_are_few,
);

/// Person `n`, with a name of their own.
fn named(n: u32, name: &str, kana: &str, birthdate: &str, address: &str) -> FeedRow {
    FeedRow {
        name: name.to_owned(),
        name_kana: kana.to_owned(),
        sex1: "2".to_owned(),
        birthdate: birthdate.to_owned(),
        address: address.to_owned(),
        ..row(n)
    }
}

/// A center with a clinic and a pharmacy in Tokyo, a hospital in Ishikawa, and a few people.
async fn town(database_url: String) -> World {
    let world = World::with(Wish { database_url, ..Wish::default() }).await;
    let hospital = facility(HOSPITAL, "奥能登病院", FacilityKind::Hospital);
    world.admin.facility_add(&hospital).await.unwrap();
    let suzu = "石川県珠洲市飯田町３丁目１２番４号";
    let lost = FeedRow {
        disqualification_date: "20260401".to_owned(),
        reason_of_loss: "03".to_owned(),
        ..named(3, "田中　春", "タナカ　ハル", "19500303", suzu)
    };
    let twins = (10..12).map(|n| named(n, "山本　愛", "ヤマモト　アイ", "20200101", suzu));
    let namesakes = (20..26).map(|n| named(n, "佐藤　恵", "サトウ　メグミ", "19700707", suzu));
    let rows = [
        named(1, "髙﨑　花子", "タカサキ　ハナコ", "19800505", suzu),
        named(2, "髙﨑　花枝", "タカサキ　ハナエ", "19800505", suzu),
        lost,
    ];
    let file = world.folder.with_extension("csv");
    std::fs::write(&file, feed_of(rows.into_iter().chain(twins).chain(namesakes))).unwrap();
    let report = world.admin.insurer_import(&file).await.unwrap();
    assert_eq!(report.rows_refused, 0, "{report:?}");
    world
}

async fn open(world: &World, area: &str, elsewhere: bool) -> u64 {
    let until = world.clock.now() + SignedDuration::from_hours(24 * 14);
    world.admin.disaster_open(&Area::parse(area).unwrap(), "能登地方の地震", elsewhere, until).await.unwrap()
}

fn request(facility: &str, n: u128, purpose: SearchPurpose, info: PersonSearchInfo) -> PersonSearchRequest {
    PersonSearchRequest {
        request_id: request_id(n),
        qualification_confirmation_date: DAY.to_owned(),
        medical_institution_code: facility.to_owned(),
        purpose,
        search_reason: "避難所で受診、保険証を流失".to_owned(),
        person_search_info: info,
    }
}

fn info(kana: &str, birthdate: &str) -> PersonSearchInfo {
    PersonSearchInfo {
        name_kana: Some(kana.to_owned()),
        birthdate: birthdate.to_owned(),
        sex1: "2".to_owned(),
        ..PersonSearchInfo::default()
    }
}

fn hanako() -> PersonSearchInfo {
    info("たかさき はなこ", "S55.5.5")
}

async fn ask(client: &Client, request: &PersonSearchRequest) -> Result<PersonSearchResponse, ClientError> {
    client.post_json("/v1/person-searches", request).await
}

fn read(response: &PersonSearchResponse) -> PersonSearchAnswer {
    serde_json::from_str(response.answer.get()).unwrap()
}

/// The verified event of an answer, and its leaf.
async fn proven(client: &Client, response: &PersonSearchResponse) -> (AccessEvent, ProofNumber) {
    let proof = &response.proof;
    let file = ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number);
    let key: LogKey = client.get_json("/v1/log/key").await.unwrap();
    let verified = file.unwrap().verify(&LogPublicKey::from_pem(&key.log_public_key).unwrap()).unwrap();
    (verified.event, verified.number)
}

fn card_key(n: u32) -> CardKey {
    let symbol = CardSymbol::parse("100").unwrap();
    CardKey::new(&INSURER.parse().unwrap(), Some(&symbol), &CardNumber::parse(&n.to_string()).unwrap())
}

async fn standing(client: &Client) -> SearchStanding {
    client.get_json("/v1/person-searches/standing").await.unwrap()
}

async fn a_person_is_found_by_name_where_a_disaster_is_open_and_is_told(world: World) {
    let client = world.client(&world.member(HOSPITAL).await);
    open(&world, "石川県", false).await;
    let state = standing(&client).await;
    assert_eq!((state.disaster, state.emergency), (DisasterState::Open, true));
    assert_eq!(state.disaster_reason.as_deref(), Some("石川県: 能登地方の地震"));

    let response = ask(&client, &request(HOSPITAL, 1, SearchPurpose::DisasterSearch, hanako())).await.unwrap();
    let answer = read(&response);
    assert_eq!((answer.outcome, answer.verdict), (SearchOutcome::Found, Verdict::Valid));
    assert_eq!((answer.request_id, answer.medical_treatment_flag.clone()), (request_id(1), None));
    let [found] = answer.found_list.as_slice() else { panic!("one person was expected") };
    let record = &found.result_of_qualification_confirmation;
    assert_eq!(record.name.as_deref(), Some("髙﨑　花子"), "as registered, not as typed");
    assert_eq!(record.insured_identification_number.as_deref(), Some("1"));
    assert_eq!(found.share.as_ref().map(|share| share.percent), Some(30));
    assert_eq!(record.limit_application_certificate_related_info, None, "what needs a consent is left out");

    let (event, number) = proven(&client, &response).await;
    assert_eq!((event.purpose, event.verdict), (domain::Purpose::DisasterSearch, domain::Verdict::Valid));
    let stored = world.admin.access_event(number).await.unwrap().unwrap();
    assert!(stored.person.is_some() && stored.facility == HOSPITAL);

    let notices = world.admin.notices_by_card(card_key(1)).await.unwrap();
    let [notice] = notices.as_slice() else { panic!("one notice was expected") };
    let look = &notice.look;
    assert_eq!((look.facility, look.purpose, look.outcome), (code(HOSPITAL), For::Disaster, Outcome::Found));
    assert_eq!((look.reason.as_str(), look.leaf), ("避難所で受診、保険証を流失", number.leaf_index()));
    assert_eq!((look.looked_at, notice.told_at), (world.clock.now(), None));
    assert!(world.admin.notices_by_card(card_key(2)).await.unwrap().is_empty(), "nobody else was shown");
}

async fn a_search_that_may_not_be_made_looks_nobody_up(world: World) {
    let client = world.client(&world.member(CLINIC).await);
    let closed = open(&world, "東京都", false).await;
    assert!(world.admin.disaster_close(closed).await.unwrap());
    assert!(!world.admin.disaster_close(closed).await.unwrap());
    open(&world, "石川県", false).await;
    let search = request(CLINIC, 1, SearchPurpose::DisasterSearch, hanako());
    assert_eq!(problem_code(ask(&client, &search).await), ProblemCode::DisasterNotOpen);
    let emergency = PersonSearchRequest { purpose: SearchPurpose::EmergencySearch, ..search.clone() };
    assert_eq!(problem_code(ask(&client, &emergency).await), ProblemCode::EmergencyHospitalsOnly);
    let foreign = PersonSearchRequest { medical_institution_code: PHARMACY.to_owned(), ..search.clone() };
    assert_eq!(problem_code(ask(&client, &foreign).await), ProblemCode::FacilityMismatch);
    let vague = PersonSearchRequest {
        qualification_confirmation_date: "tomorrow".to_owned(),
        search_reason: "地震".to_owned(),
        person_search_info: PersonSearchInfo { name_kana: None, ..hanako() },
        ..search
    };
    let refused = problem(ask(&client, &vague).await);
    let fields: Vec<&str> = refused.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(refused.code, ProblemCode::UnreadableQuery);
    assert_eq!(fields, ["QualificationConfirmationDate", "NameKana", "SearchReason"]);
    assert!(world.admin.person_looks(Looks::All).await.unwrap().is_empty());
    assert!(world.admin.notices_by_card(card_key(1)).await.unwrap().is_empty());
}

async fn nobody_a_few_and_too_many_are_told_apart_and_all_are_on_record(world: World) {
    let client = world.client(&world.member(HOSPITAL).await);
    open(&world, "石川県珠洲市", false).await;
    let search = |n, info| request(HOSPITAL, n, SearchPurpose::DisasterSearch, info);
    let refused = ask(&client, &search(1, hanako())).await;
    assert_eq!(problem_code(refused), ProblemCode::DisasterNotOpen, "its address is not on record");
    open(&world, "17", false).await;
    let by_address =
        PersonSearchInfo {
            address: Some("珠洲市飯田町3-12".to_owned()), name_kana: None, ..info("", "19800505")
        };
    let by_name = PersonSearchInfo { name: Some("高崎花子".to_owned()), ..by_address.clone() };
    for (n, what, info, outcome, verdict, shown) in [
        (2, "nobody", info("タカサキ　ハナヨ", "19800505"), SearchOutcome::NotFound, Verdict::NotFound, 0),
        (3, "another birth date", info("タカサキ　ハナコ", "19800506"), SearchOutcome::NotFound, Verdict::NotFound, 0),
        (4, "two of one house", by_address, SearchOutcome::Several, Verdict::Multiple, 2),
        (5, "one of them", by_name, SearchOutcome::Found, Verdict::Valid, 1),
        (6, "twins", info("ヤマモトアイ", "20200101"), SearchOutcome::Several, Verdict::Multiple, 2),
        (7, "six namesakes", info("サトウメグミ", "19700707"), SearchOutcome::TooMany, Verdict::Multiple, 0),
        (8, "whose insurance ended", info("タナカハル", "19500303"), SearchOutcome::Found, Verdict::Invalid, 1),
    ] {
        let response = ask(&client, &search(n, info)).await.unwrap();
        let answer = read(&response);
        assert_eq!((answer.outcome, answer.verdict, answer.found_list.len()), (outcome, verdict, shown), "{what}");
        let (event, number) = proven(&client, &response).await;
        assert_eq!(event.purpose, domain::Purpose::DisasterSearch, "{what}");
        let stored = world.admin.access_event(number).await.unwrap().unwrap();
        assert_eq!(stored.person.is_some(), outcome == SearchOutcome::Found, "{what}");
    }
    let looks = world.admin.person_looks(Looks::All).await.unwrap();
    let listed: Vec<(Outcome, u64)> = looks.iter().rev().map(|listed| (listed.look.outcome, listed.waiting)).collect();
    assert_eq!(
        listed,
        [
            (Outcome::NotFound, 0),
            (Outcome::NotFound, 0),
            (Outcome::Several, 2),
            (Outcome::Found, 1),
            (Outcome::Several, 2),
            (Outcome::TooMany, 0),
            (Outcome::Found, 1),
        ]
    );
    assert_eq!(world.admin.person_looks(Looks::Waiting).await.unwrap().len(), 4);
    assert_eq!(world.admin.notices_by_card(card_key(1)).await.unwrap().len(), 2, "shown alone, and among others");
    assert!(world.admin.notices_by_card(card_key(20)).await.unwrap().is_empty(), "who was not shown is not told");
}

async fn a_hospital_finds_who_cannot_speak_and_nobody_else_does(world: World) {
    let client = world.client(&world.member(HOSPITAL).await);
    let state = standing(&client).await;
    assert_eq!((state.disaster, state.emergency, state.until), (DisasterState::NotOpen, true, None));
    let search = PersonSearchRequest {
        search_reason: "意識のない救急搬送".to_owned(),
        ..request(HOSPITAL, 1, SearchPurpose::EmergencySearch, hanako())
    };
    let response = ask(&client, &search).await.unwrap();
    let answer = read(&response);
    assert_eq!((answer.outcome, answer.medical_treatment_flag.as_deref()), (SearchOutcome::Found, Some("4")));
    assert_eq!(proven(&client, &response).await.0.purpose, domain::Purpose::EmergencySearch);
    let notices = world.admin.notices_by_card(card_key(1)).await.unwrap();
    assert_eq!((notices[0].look.purpose, notices[0].look.reason.as_str()), (For::Emergency, "意識のない救急搬送"));

    let clinic = world.client(&world.member(CLINIC).await);
    assert!(!standing(&clinic).await.emergency);
    let search = PersonSearchRequest { medical_institution_code: CLINIC.to_owned(), ..search };
    assert_eq!(problem_code(ask(&clinic, &search).await), ProblemCode::EmergencyHospitalsOnly);
}

async fn an_institution_elsewhere_asks_and_a_rule_answers(world: World) {
    let client = world.client(&world.member(CLINIC).await);
    let search = request(CLINIC, 1, SearchPurpose::DisasterSearch, hanako());
    let wish = |n: u128, reason: &str| DisasterRequest {
        request_id: request_id(n),
        medical_institution_code: CLINIC.to_owned(),
        search_reason: reason.to_owned(),
    };
    let wished = async |wish: &DisasterRequest| -> Result<DisasterAnswer, ClientError> {
        client.post_json("/v1/disaster-requests", wish).await
    };
    assert_eq!(problem_code(wished(&wish(10, "地震")).await), ProblemCode::UnreadableQuery);
    let first = wish(11, "避難者を受け入れています");
    assert!(!wished(&first).await.unwrap().granted, "nothing is open");
    open(&world, "石川県", false).await;
    assert!(!wished(&wish(12, "避難者を受け入れています")).await.unwrap().granted, "not for other prefectures");
    let number = open(&world, "石川県珠洲市", true).await;
    assert!(!wished(&first).await.unwrap().granted, "the same wish has the same answer");
    assert_eq!(standing(&client).await.disaster, DisasterState::MayAsk);
    let refused = problem(ask(&client, &search).await);
    assert_eq!(refused.code, ProblemCode::DisasterNotOpen);
    assert!(refused.detail.contains("申し出る"), "{}", refused.detail);

    let granted = wished(&wish(13, "避難者を受け入れています")).await.unwrap();
    assert_eq!((granted.granted, granted.until), (true, Some(world.clock.now() + SignedDuration::from_hours(72))));
    let state = standing(&client).await;
    assert_eq!((state.disaster, state.until), (DisasterState::Granted, granted.until));
    assert_eq!(read(&ask(&client, &search).await.unwrap()).outcome, SearchOutcome::Found);
    let listed = world.admin.disasters().await.unwrap();
    let asked: Vec<bool> = listed.requests.iter().map(|request| request.grant.is_some()).collect();
    assert_eq!((listed.open.len(), asked.len(), asked.iter().filter(|granted| **granted).count()), (2, 3, 1));

    world.clock.advance(Duration::from_hours(73));
    let later = PersonSearchRequest { request_id: request_id(2), ..search.clone() };
    assert_eq!(problem_code(ask(&client, &later).await), ProblemCode::DisasterNotOpen, "three days are over");
    assert!(wished(&wish(14, "避難者を受け入れています")).await.unwrap().granted, "it may ask again");
    world.admin.disaster_close(number).await.unwrap();
    assert_eq!(problem_code(ask(&client, &later).await), ProblemCode::DisasterNotOpen, "closed is closed");
}

async fn the_same_search_again_is_one_look_and_searches_are_few(mut world: World) {
    let member = world.member(HOSPITAL).await;
    let client = world.client(&member);
    let search = request(HOSPITAL, 1, SearchPurpose::EmergencySearch, hanako());
    let (first, again) = (ask(&client, &search).await.unwrap(), ask(&client, &search).await.unwrap());
    assert_eq!((first.answer.get(), &first.proof), (again.answer.get(), &again.proof));
    let other = PersonSearchRequest { person_search_info: info("ヤマモトアイ", "20200101"), ..search.clone() };
    assert_eq!(
        read(&ask(&client, &other).await.unwrap()).outcome,
        SearchOutcome::Several,
        "the number alone is not it"
    );
    assert_eq!(world.admin.person_looks(Looks::All).await.unwrap().len(), 2);

    let burst = u128::from(center::limits::PERSON_SEARCHES_BURST.get());
    for n in 3..burst {
        let search = PersonSearchRequest { request_id: request_id(n), ..search.clone() };
        ask(&client, &search).await.unwrap();
    }
    let refused = problem(ask(&client, &search).await);
    assert_eq!((refused.code, refused.retry_after_seconds), (ProblemCode::RateLimited, Some(6)));
    world.clock.advance(center::limits::PERSON_SEARCH_REST);
    ask(&client, &search).await.unwrap();
    assert_eq!(problem_code(ask(&client, &search).await), ProblemCode::RateLimited);

    // What is on record survives the center.
    let before = world.admin.person_looks(Looks::All).await.unwrap();
    world.restart().await;
    assert_eq!(world.admin.person_looks(Looks::All).await.unwrap(), before);
}
