//! Questions through the engine: right decisions, one event each, proofs that verify, and a log that never forks.

use center::check::question::canonical_query;
use center::check::{CheckError, Engine, Registered, Registration, StartError};
use center::limits;
use center::store::Store;
use center::store::log::StoredEvent;
use domain::{CardNumber, CardSymbol, InsurerNumber, MedicalInstitutionCode, Purpose, ReferenceNumber};
use futures_util::future::join_all;
use serde_json::json;
use trust::event::{AccessEvent, salted_hash};
use trust::merkle::{Frontier, leaf_hash};
use trust::proof::ProofFile;
use uuid::Uuid;
use wire::api::Verdict;

use crate::on_both_engines;
use crate::world::{
    self, ASSOCIATION, CLINIC, PHARMACY, World, answer_of, ask, ask_on, coverage, person, search, someone,
};

on_both_engines!(
    an_answer_says_what_domain_decides_and_its_proof_verifies,
    every_answer_has_its_event_in_order_and_the_tree_is_theirs,
    a_near_miss_a_new_insurer_and_an_unknown_insurer_are_told,
    deleted_rows_are_as_if_absent,
    the_same_number_gives_the_same_answer_and_one_event,
    a_reference_number_is_given_back_with_later_answers,
    a_file_is_answered_in_order_with_its_purpose,
    the_log_goes_on_behind_a_restart_and_behind_a_crash,
    another_key_is_refused,
    a_damaged_log_is_refused,
    two_centers_on_one_database_do_not_fork_the_log,
    a_stopped_engine_refuses_and_what_waited_is_answered,
    insurers_that_become_known_are_seen_at_once,
);

async fn leaves(store: &Store) -> Vec<StoredEvent> {
    store.read("test_events", async |mut tx| tx.events(1, 0, 100_000).await).await.unwrap()
}

/// All leaves hashed from the first: their head must be the stored one.
pub async fn assert_whole(store: &Store) -> Vec<StoredEvent> {
    let leaves = leaves(store).await;
    let stored = store.read("test_head", async |mut tx| tx.log_head(1).await).await.unwrap().unwrap();
    for (index, leaf) in leaves.iter().enumerate() {
        assert_eq!(leaf.leaf_index, index as u64, "no gap");
    }
    let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(&leaf.event)).collect();
    let head = Frontier::empty().append_batch(&hashes).unwrap().head();
    assert_eq!((head.size, head.root), (stored.tree_size, stored.root));
    leaves
}

fn proof_file(answered: &center::check::Answered) -> Vec<u8> {
    ProofFile::new(answered.answer().to_owned(), answered.event().to_vec(), answered.receipt(), answered.proof_number())
        .to_bytes()
}

async fn an_answer_says_what_domain_decides_and_its_proof_verifies(world: World) {
    let store = world.store().await;
    let hanako = someone(1);
    world.put(&store, std::slice::from_ref(&hanako)).await;
    let engine = world.engine(store.clone()).await;
    let question = ask(search(&hanako.0), 1);
    let answered = engine.check(question.clone()).await.unwrap();
    let answer = answer_of(&answered);
    assert_eq!(answer.verdict, Verdict::Valid);
    assert_eq!(answer.share.as_ref().map(|share| share.percent), Some(30));
    assert_eq!(answer.insurer_data_as_of, Some(world.now()));
    assert_eq!(answer.qualification_confirm_search_info, question.search);
    assert_eq!(answer.result_list[0].name.as_deref(), Some("試験　1"));
    let verified = trust::proof::verify(&proof_file(&answered), world.signer.public_key()).unwrap();
    let event = AccessEvent::decode(answered.event()).unwrap();
    assert_eq!(verified.event, event);
    assert_eq!(event.query_hash, salted_hash(&event.salt, canonical_query(&question.query).as_bytes()));
    assert_eq!((event.purpose, event.request_id), (Purpose::Check, *question.request_id.as_bytes()));
    // The body that leaves is the message that others read.
    let body: wire::api::CheckResponse = serde_json::from_slice(&answered.to_json()).unwrap();
    assert_eq!(body, answered.response().unwrap());
    assert_eq!(body.parse_answer().unwrap(), answer);
    let leaves = assert_whole(&store).await;
    assert_eq!(leaves.len(), 2, "the opening leaf and one look");
    assert_eq!((leaves[1].person, leaves[1].facility.as_str()), (Some(hanako.1), CLINIC));
}

async fn every_answer_has_its_event_in_order_and_the_tree_is_theirs(world: World) {
    let store = world.store().await;
    let people: Vec<_> = (0..100).map(someone).collect();
    world.put(&store, &people).await;
    let engine = world.engine(store.clone()).await;
    let asked = (0..600_u128).map(|n| {
        let engine = engine.clone();
        // Every seventh does not exist.
        let (known, _) = someone(u64::try_from(n % 107).unwrap());
        async move { engine.check(ask(search(&known), n)).await.unwrap() }
    });
    let answered = join_all(asked).await;
    let leaves = assert_whole(&store).await;
    assert_eq!(leaves.len(), 601);
    for (n, answered) in answered.iter().enumerate() {
        let expected = if n % 107 < 100 { Verdict::Valid } else { Verdict::NotFound };
        assert_eq!(answer_of(answered).verdict, expected);
        let index = usize::try_from(answered.proof_number().leaf_index()).unwrap();
        assert_eq!(leaves[index].event, answered.event());
        trust::proof::verify(&proof_file(answered), world.signer.public_key()).unwrap();
    }
}

async fn a_near_miss_a_new_insurer_and_an_unknown_insurer_are_told(world: World) {
    let store = world.store().await;
    let lost = coverage(&json!({"InsuredIdentificationNumber": "1001", "DisqualificationDate": "20260101"}));
    let new = coverage(&json!({
        "InsurerNumber": ASSOCIATION, "InsurerName": "全国健康保険協会", "InsuredIdentificationNumber": "77",
        "QualificationDate": "20260101",
    }));
    world.put(&store, &[(lost.clone(), person(1)), (new, person(1)), someone(2000)]).await;
    let engine = world.engine(store).await;

    let answer = answer_of(&engine.check(ask(search(&lost), 1)).await.unwrap());
    assert_eq!(answer.verdict, Verdict::InvalidNewCoverageExists);
    assert_eq!(answer.hints[0].code, "new_insurer_known");
    assert!(answer.hints[0].message.contains("全国健康保険協会"));

    let mut slip = search(&someone(2000).0);
    "2001".clone_into(&mut slip.insured_identification_number);
    let answer = answer_of(&engine.check(ask(slip, 2)).await.unwrap());
    assert_eq!((answer.verdict, answer.hints[0].code.as_str()), (Verdict::NotFound, "number_near_miss"));
    assert!(answer.result_list.is_empty());

    let mut wrong_day = search(&someone(2000).0);
    "19800402".clone_into(&mut wrong_day.birthdate);
    let answer = answer_of(&engine.check(ask(wrong_day, 3)).await.unwrap());
    assert_eq!((answer.verdict, answer.hints[0].code.as_str()), (Verdict::NotFound, "birthdate_differs"));

    let mut unknown = search(&someone(2000).0);
    "31130461".clone_into(&mut unknown.insurer_number);
    let answer = answer_of(&engine.check(ask(unknown, 4)).await.unwrap());
    assert_eq!((answer.verdict, answer.hints[0].code.as_str()), (Verdict::NotFound, "insurer_unknown"));
}

async fn deleted_rows_are_as_if_absent(world: World) {
    let store = world.store().await;
    let deleted = coverage(&json!({"InsuredIdentificationNumber": "5", "RegistrationStatus": "deleted"}));
    let spouse = coverage(&json!({
        "InsuredIdentificationNumber": "5", "InsuredBranchNumber": "02", "Birthdate": "19810909",
    }));
    world.put(&store, &[(deleted.clone(), person(1)), (spouse, person(2))]).await;
    let engine = world.engine(store).await;
    let answer = answer_of(&engine.check(ask(search(&deleted), 1)).await.unwrap());
    // The card is known (the spouse has it), only nobody on it was born that day.
    assert_eq!((answer.verdict, answer.hints[0].code.as_str()), (Verdict::NotFound, "birthdate_differs"));
}

async fn the_same_number_gives_the_same_answer_and_one_event(world: World) {
    let store = world.store().await;
    let (one, two) = (someone(1), someone(2));
    world.put(&store, &[one.clone(), two.clone()]).await;
    let engine = world.engine(store.clone()).await;
    let first = engine.check(ask(search(&one.0), 7)).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(5));
    let again = engine.check(ask(search(&one.0), 7)).await.unwrap();
    assert_eq!(first.to_json(), again.to_json());
    assert_eq!(leaves(&store).await.len(), 2);
    // The same number on another question, or from somebody else, is another question.
    let other = engine.check(ask(search(&two.0), 7)).await.unwrap();
    assert_eq!(answer_of(&other).result_list[0].name.as_deref(), Some("試験　2"));
    let elsewhere = engine.check(ask_on("20260407", PHARMACY, search(&one.0), 7)).await.unwrap();
    assert_ne!(elsewhere.proof_number(), first.proof_number());
    assert_eq!(leaves(&store).await.len(), 4);
}

fn registration(facility: &str, number: &str, called: &str, request: u128) -> Registration {
    Registration {
        facility: MedicalInstitutionCode::parse(facility).unwrap(),
        request_id: Uuid::from_u128(request),
        insurer_number: InsurerNumber::parse(world::SOCIETY).unwrap(),
        insured_card_symbol: Some(CardSymbol::parse("１２－３４").unwrap()),
        insured_identification_number: CardNumber::parse(number).unwrap(),
        insured_branch_number: None,
        reference_number: ReferenceNumber::parse(called).unwrap(),
    }
}

async fn a_reference_number_is_given_back_with_later_answers(world: World) {
    let store = world.store().await;
    let one = someone(1);
    let twin = |branch: &str, n| {
        (coverage(&json!({"InsuredIdentificationNumber": "9", "InsuredBranchNumber": branch})), person(n))
    };
    world.put(&store, &[one.clone(), twin("01", 11), twin("02", 12)]).await;
    let engine = world.engine(store.clone()).await;
    let reference = async |engine: &Engine, facility: &str, request| {
        let answered = engine.check(ask_on("20260407", facility, search(&one.0), request)).await.unwrap();
        answer_of(&answered).reference_number
    };
    assert_eq!(reference(&engine, CLINIC, 1).await, None);
    assert_eq!(engine.register(registration(CLINIC, "1", "A-24434", 2)).await.unwrap(), Registered::Kept);
    assert_eq!(reference(&engine, CLINIC, 3).await.as_deref(), Some("A-24434"));
    assert_eq!(reference(&engine, PHARMACY, 4).await, None, "another institution's number is not ours");
    assert_eq!(engine.register(registration(CLINIC, "1", "A-1", 5)).await.unwrap(), Registered::Kept);
    assert_eq!(reference(&engine, CLINIC, 6).await.as_deref(), Some("A-1"));
    let outcomes = engine
        .register_many(vec![registration(CLINIC, "404", "B", 7), registration(CLINIC, "9", "C", 8)])
        .await
        .unwrap();
    assert_eq!(outcomes, [Registered::NotFound, Registered::SeveralPersons]);
    let mut twin = registration(CLINIC, "9", "C", 9);
    twin.insured_branch_number = Some(domain::BranchNumber::parse("02").unwrap());
    assert_eq!(engine.register(twin).await.unwrap(), Registered::Kept);
    let leaves = assert_whole(&store).await;
    let registered = AccessEvent::decode(&leaves[2].event).unwrap();
    assert_eq!(registered.purpose, Purpose::ReferenceRegistration);
    assert_eq!(leaves[2].person, Some(one.1));

    // A second center that has been running all along sees it too.
    let second = world.store().await;
    if second.engine() == center::store::Engine::Postgres {
        let second = world.engine(second).await;
        assert_eq!(reference(&second, PHARMACY, 10).await, None);
        assert_eq!(engine.register(registration(PHARMACY, "1", "P", 11)).await.unwrap(), Registered::Kept);
        assert_eq!(reference(&second, PHARMACY, 12).await.as_deref(), Some("P"));
    }
}

async fn a_file_is_answered_in_order_with_its_purpose(world: World) {
    let store = world.store().await;
    let people: Vec<_> = (0..50).map(someone).collect();
    world.put(&store, &people).await;
    let engine = world.engine(store.clone()).await;
    let questions: Vec<_> = (0..1_000_u128)
        .map(|n| {
            let mut question = ask(search(&someone(u64::try_from(n % 50).unwrap()).0), n);
            question.purpose = Purpose::BulkCheck;
            question
        })
        .collect();
    let (file, window) = tokio::join!(engine.check_many(questions), engine.check(ask(search(&people[0].0), 5_000)),);
    let (file, window) = (file.unwrap(), window.unwrap());
    assert_eq!(file.len(), 1_000);
    for (n, answered) in file.iter().enumerate() {
        assert_eq!(answer_of(answered).request_id, Uuid::from_u128(n as u128));
        assert_eq!(AccessEvent::decode(answered.event()).unwrap().purpose, Purpose::BulkCheck);
    }
    assert!(window.proof_number().leaf_index() < 600, "the window did not wait for the whole file");
    assert_eq!(assert_whole(&store).await.len(), 1_002);
}

async fn the_log_goes_on_behind_a_restart_and_behind_a_crash(world: World) {
    let one = someone(1);
    let mut request = 0;
    for round in 0..4_u64 {
        let store = world.store().await;
        world.put(&store, std::slice::from_ref(&one)).await;
        let engine = world.engine(store.clone()).await;
        for _ in 0..5 {
            request += 1;
            engine.check(ask(search(&one.0), request)).await.unwrap();
        }
        assert_eq!(assert_whole(&store).await.len() as u64, 1 + 5 * (round + 1));
        if round % 2 == 0 {
            engine.shut_down().await;
            store.close().await;
        } else {
            // As a crash: nobody is told, nothing is closed.
            drop((engine, store));
        }
    }
}

async fn another_key_is_refused(world: World) {
    let store = world.store().await;
    world.engine(store.clone()).await.shut_down().await;
    let folder = tempfile::tempdir().unwrap();
    let other = World::new(world.address.clone(), folder);
    let refused = Engine::start(other.parts(store), std::sync::Arc::new(center::check::NoBatchObserver)).await;
    assert!(matches!(refused, Err(StartError::OtherKey)));
}

async fn a_damaged_log_is_refused(world: World) {
    let one = someone(1);
    let store = world.store().await;
    world.put(&store, std::slice::from_ref(&one)).await;
    let engine = world.engine(store.clone()).await;
    for request in 0..6 {
        engine.check(ask(search(&one.0), request)).await.unwrap();
    }
    engine.shut_down().await;
    let start =
        async || Engine::start(world.parts(store.clone()), std::sync::Arc::new(center::check::NoBatchObserver)).await;
    start().await.unwrap().shut_down().await;
    world::behind_its_back(
        &world.address,
        "UPDATE access_event SET event = (SELECT event FROM access_event WHERE leaf_index = 4) WHERE leaf_index = 5",
    )
    .await;
    assert!(matches!(start().await, Err(StartError::LogDamaged(_))), "a leaf was rewritten");
    world::behind_its_back(&world.address, "DELETE FROM access_event WHERE leaf_index = 6").await;
    assert!(matches!(start().await, Err(StartError::LogDamaged(_))), "a leaf was taken away");
}

async fn two_centers_on_one_database_do_not_fork_the_log(world: World) {
    let (one, two) = (world.store().await, world.store().await);
    let people: Vec<_> = (0..20).map(someone).collect();
    world.put(&one, &people).await;
    let engines = [world.engine(one.clone()).await, world.engine(two.clone()).await];
    let asked = (0..400_usize).map(|n| {
        let engine = engines[n % 2].clone();
        let question = ask(search(&people[n % 20].0), n as u128);
        async move { engine.check(question).await.unwrap() }
    });
    let answered = join_all(asked).await;
    let leaves = assert_whole(&one).await;
    assert_eq!(leaves.len(), 401);
    for answered in &answered {
        trust::proof::verify(&proof_file(answered), world.signer.public_key()).unwrap();
        let index = usize::try_from(answered.proof_number().leaf_index()).unwrap();
        assert_eq!(leaves[index].event, answered.event());
    }
}

async fn a_stopped_engine_refuses_and_what_waited_is_answered(world: World) {
    let store = world.store().await;
    let one = someone(1);
    world.put(&store, std::slice::from_ref(&one)).await;
    let engine = world.engine(store.clone()).await;
    let asked: Vec<_> = (0..300)
        .map(|n| {
            let (engine, question) = (engine.clone(), ask(search(&one.0), n));
            #[expect(clippy::disallowed_methods, reason = "the test waits for every one of them")]
            tokio::spawn(async move { engine.check(question).await })
        })
        .collect();
    tokio::task::yield_now().await;
    engine.shut_down().await;
    let mut given = 0;
    for asked in asked {
        match asked.await.unwrap() {
            Ok(_) => given += 1,
            Err(error) => assert!(matches!(error, CheckError::Stopping { .. }), "{error}"),
        }
    }
    let refused = engine.check(ask(search(&one.0), 1_000)).await.unwrap_err();
    assert_eq!(refused.retry_after_seconds(), Some(limits::RETRY_AFTER_STORE_SECONDS));
    assert_eq!(
        assert_whole(&store).await.len(),
        1 + given,
        "every answer has its event, and no event lacks its answer"
    );
}

async fn insurers_that_become_known_are_seen_at_once(world: World) {
    let store = world.store().await;
    let engine = world.engine(store.clone()).await;
    let known = search(&someone(3).0);
    let code = |answered: &center::check::Answered| answer_of(answered).hints.first().map(|h| h.code.clone());
    let before = engine.check(ask(known.clone(), 1)).await.unwrap();
    assert_eq!(code(&before).as_deref(), Some("insurer_unknown"));
    // Another process (the command line) takes a feed: a store of its own.
    let elsewhere = world.store().await;
    world.put(&elsewhere, &[someone(4_000)]).await;
    let after = engine.check(ask(known, 2)).await.unwrap();
    assert_eq!(code(&after).as_deref(), Some("no_such_card"), "the insurer is known now");
}
