//! Cards in the store and through the engine: challenges once, registrations as a history, consents, one event for each
//! look, on both engines.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use center::check::card::canonical_card_question;
use center::check::{Answered, AskedByStaff, CardAnswer, CardAsk, CardQuestion, CardRefused, Engine, Question};
use center::presence::Witness;
use center::store::Store;
use center::store::card::CardId;
use center::store::presence::{Nonce, StoredCardCrl};
use domain::consent::{WithdrawnBy, state};
use domain::presence::{Extent, KeyProof, PresenceNote, Showing};
use domain::{
    Consent, ConsentChoice, ConsentItem, ConsentState, MedicalInstitutionCode, PersonId, PrescriptionForm, Purpose,
};
use domain::{PresenceMeans, PresenceRecord};
use futures_util::future::join_all;
use serde_json::json;
use trust::event::{AccessEvent, salted_hash};
use trust::jpki::CertificateSerial;
use trust::proof::ProofFile;
use uuid::Uuid;
use wire::api::{SearchInfo, Verdict};

use crate::on_both_engines;
use crate::world::{ASSOCIATION, CLINIC, PHARMACY, World, answer_of, coverage, person, search, someone};

on_both_engines!(
    a_challenge_is_used_once,
    a_card_belongs_to_one_person_at_a_time_and_its_history_stays,
    a_certificate_that_was_issued_anew_belongs_to_the_same_person,
    consents_are_kept_apart_by_institution_and_taken_back,
    a_list_is_kept_when_it_is_newer,
    a_check_by_card_finds_the_present_insurance_and_its_proof_verifies,
    what_the_extent_forbids_is_not_consented,
    many_consents_are_kept_and_found_at_once,
    who_was_not_asked_has_nothing_recorded,
    who_is_not_asked_again_stays_with_what_they_said,
    what_staff_asked_is_kept_and_taken_back_by_number,
    a_challenge_that_was_used_gives_no_second_answer_and_no_event,
    of_many_who_use_one_challenge_at_once_one_is_answered,
    a_registration_names_one_person_or_says_why_not,
    a_registration_ends_and_the_card_says_nothing_any_more,
    cards_and_numbers_share_a_batch,
    two_centers_on_one_database_use_a_challenge_once,
);

fn clinic() -> MedicalInstitutionCode {
    MedicalInstitutionCode::parse(CLINIC).unwrap()
}

fn pharmacy() -> MedicalInstitutionCode {
    MedicalInstitutionCode::parse(PHARMACY).unwrap()
}

fn card(number: u8) -> CardId {
    CardId::new(CertificateSerial::from_bytes(&[0x22, 0x7b, number]).unwrap(), &[3; 20])
}

fn everything() -> Showing {
    Showing { extent: Extent::Everything, notes: Vec::new() }
}

/// A card that signed challenge number `nonce`.
fn witness(number: u8, nonce: u8) -> Witness {
    Witness {
        card: card(number),
        nonce: [nonce; 32],
        means: PresenceMeans::Pin,
        proof: KeyProof::Signed,
        showing: everything(),
        certificate_last_day: domain::date::parse("20300401").unwrap(),
    }
}

fn check(choice: Option<ConsentChoice>) -> CardAsk {
    CardAsk::Check { on: domain::date::parse("20260407").unwrap(), arbitrary_file_identifier: None, choice }
}

fn question(witness: Witness, ask: CardAsk, request: u128) -> CardQuestion {
    CardQuestion { facility: clinic(), request_id: Uuid::from_u128(request), witness, ask }
}

fn register(search: &wire::api::SearchInfo) -> CardAsk {
    CardAsk::Register(Box::new(search.parse("20260407", CLINIC).unwrap()))
}

async fn own(world: &World, store: &Store, number: u8, owner: PersonId) {
    let (card, now) = (card(number), world.now());
    let card = &card;
    let kept = store.tx("own", async |mut tx| tx.register_card(card, owner, None, now).await).await.unwrap();
    assert!(kept);
}

async fn checked(engine: &Engine, question: CardQuestion) -> Answered {
    match engine.card(question).await.unwrap().unwrap() {
        CardAnswer::Checked(answered) => answered,
        other => panic!("{other:?}"),
    }
}

async fn refused(engine: &Engine, question: CardQuestion) -> CardRefused {
    engine.card(question).await.unwrap().unwrap_err()
}

async fn events(store: &Store) -> usize {
    store.read("events", async |mut tx| tx.events(1, 0, 10_000).await).await.unwrap().len()
}

async fn a_challenge_is_used_once(world: World) {
    let store = world.store().await;
    let now = world.now();
    let use_them =
        async |nonces: &[Nonce]| store.tx("use", async |mut tx| tx.use_challenges(nonces, now).await).await.unwrap();
    assert_eq!(use_them(&[[1; 32], [2; 32], [1; 32]]).await, HashSet::from([[1; 32], [2; 32]]));
    assert_eq!(use_them(&[[2; 32], [3; 32]]).await, HashSet::from([[3; 32]]));
    assert!(use_them(&[]).await.is_empty());
    let forget = async |before| store.tx("forget", async |mut tx| tx.forget_challenges(before).await).await.unwrap();
    assert_eq!(forget(now).await, 0);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(forget(world.now()).await, 3);
}

async fn history(store: &Store, number: u8) -> Vec<(PersonId, Option<String>)> {
    let card = card(number);
    let card = &card;
    let history = store.read("history", async |mut tx| tx.card_history(card).await).await.unwrap();
    history.into_iter().map(|stretch| (stretch.person, stretch.ended.map(|(_, why)| why))).collect()
}

async fn a_card_belongs_to_one_person_at_a_time_and_its_history_stays(world: World) {
    let store = world.store().await;
    let one = card(1);
    let one = &one;
    own(&world, &store, 1, person(1)).await;
    let now = world.now();
    let take = async |owner| {
        store.tx("take", async |mut tx| tx.register_card(one, owner, Some(clinic()), now).await).await.unwrap()
    };
    assert!(!take(person(2)).await, "it is taken");
    let end = async || store.tx("end", async |mut tx| tx.end_card(one, now).await).await.unwrap();
    assert!(end().await && !end().await);
    let whose =
        async |cards: &[CardId]| store.read("whose", async |mut tx| tx.persons_of_cards(cards).await).await.unwrap();
    assert!(whose(&[card(1)]).await.is_empty());
    assert!(take(person(2)).await);
    assert_eq!(whose(&[card(9), card(1)]).await, [(1, person(2))]);
    // The same number of another generation of the authority is another card.
    let other = CardId::new(CertificateSerial::from_bytes(&[0x22, 0x7b, 1]).unwrap(), &[2; 20]);
    assert!(whose(&[other]).await.is_empty());
    assert_eq!(history(&store, 1).await, [(person(1), Some("patient".to_owned())), (person(2), None)]);
}

async fn a_certificate_that_was_issued_anew_belongs_to_the_same_person(world: World) {
    let store = world.store().await;
    own(&world, &store, 1, person(1)).await;
    let now = world.now();
    let reissue = async |old: u8, new: u8| {
        let (old, new) = (card(old), card(new));
        let (old, new) = (&old, &new);
        store.tx("reissue", async |mut tx| tx.reissue_card(old, new, now).await).await.unwrap()
    };
    assert_eq!(reissue(1, 2).await, Some(person(1)));
    assert_eq!(reissue(2, 3).await, Some(person(1)));
    assert_eq!(reissue(1, 4).await, None, "the old one belongs to nobody any more");
    assert_eq!(history(&store, 1).await, [(person(1), Some("superseded".to_owned()))]);
    assert_eq!(history(&store, 3).await, [(person(1), None)]);
    assert!(history(&store, 4).await.is_empty());
}

async fn consents_are_kept_apart_by_institution_and_taken_back(world: World) {
    let store = world.store().await;
    let choice = ConsentChoice::NOTHING.with(ConsentItem::Drugs).with_prescription(PrescriptionForm::Paper);
    let given = Consent::given(person(1), clinic(), choice, PresenceMeans::Face, world.now());
    let put = async |consent: &Consent| {
        store.tx("put", async |mut tx| tx.put_consents(std::slice::from_ref(consent)).await).await.unwrap();
    };
    put(&given).await;
    let latest = async |facility| {
        store.read("latest", async |mut tx| tx.latest_consent(person(1), facility).await).await.unwrap()
    };
    assert_eq!(latest(clinic()).await, Some(given));
    assert_eq!(latest(pharmacy()).await, None);
    world.clock.advance(Duration::from_mins(1));
    let now = world.now();
    let later = Consent::given(person(1), clinic(), ConsentChoice::NOTHING, PresenceMeans::Pin, now);
    put(&later).await;
    assert_eq!(latest(clinic()).await, Some(later), "the later answer counts");
    let withdraw = async || {
        let by = WithdrawnBy::Patient;
        store.tx("back", async |mut tx| tx.withdraw_consents(person(1), clinic(), by, now).await).await.unwrap()
    };
    assert_eq!(withdraw().await, 2);
    assert_eq!(withdraw().await, 0);
    assert_eq!(latest(clinic()).await, Some(later.withdrawn(WithdrawnBy::Patient, now)));
}

async fn a_list_is_kept_when_it_is_newer(world: World) {
    let store = world.store().await;
    let now = world.now();
    let list = |seconds: i64, byte: u8| StoredCardCrl {
        source: "http://127.0.0.1/crl".to_owned(),
        this_update: now + jiff::SignedDuration::from_secs(seconds),
        crl: vec![byte; 3],
    };
    let put = async |list: StoredCardCrl| {
        let list = &list;
        store.tx("put", async |mut tx| tx.put_card_crl(list, now).await).await.unwrap()
    };
    assert!(put(list(0, 1)).await);
    assert!(!put(list(0, 2)).await && !put(list(-1, 3)).await);
    assert!(put(list(1, 4)).await);
    let kept = store.read("lists", async |mut tx| tx.card_crls().await).await.unwrap();
    assert_eq!(kept, [list(1, 4)]);
}

async fn a_check_by_card_finds_the_present_insurance_and_its_proof_verifies(world: World) {
    let store = world.store().await;
    let lost = coverage(&json!({"InsuredIdentificationNumber": "1001", "DisqualificationDate": "20260101"}));
    let new = coverage(&json!({
        "InsurerNumber": ASSOCIATION, "InsurerName": "全国健康保険協会", "InsuredIdentificationNumber": "77",
        "QualificationDate": "20260101",
    }));
    world.put(&store, &[(lost, person(1)), (new, person(1)), someone(2)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let choice = ConsentChoice::NOTHING.with(ConsentItem::Drugs).with_prescription(PrescriptionForm::Electronic);
    let asked = question(witness(1, 1), check(Some(choice)), 1);
    let answered = checked(&engine, asked.clone()).await;
    let answer = answer_of(&answered);
    assert_eq!((answer.verdict, answer.reason.as_str()), (Verdict::Valid, "in_force"));
    let record = &answer.result_list[0];
    assert_eq!(record.insurer_name.as_deref(), Some("全国健康保険協会"));
    assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("1"));
    assert_eq!(record.pharmacists_info_cons_time, Some(answer.process_execution_time.clone()));
    assert!(record.pharmacists_info_available_time > record.pharmacists_info_cons_time);
    assert_eq!(record.operation_info_cons_flg.as_deref(), Some("0"));
    assert_eq!(record.operation_info_cons_time, None);
    let told = answer.presence.unwrap();
    assert_eq!((told.extent.as_str(), told.certificate_last_day.as_deref()), ("everything", Some("20300401")));
    let consent = answer.consent.unwrap();
    assert_eq!(consent.consents.prescription_issue_select.as_deref(), Some("1"));
    assert_eq!((consent.given_at, consent.withdrawn_at), (world.now(), None));
    assert_eq!(answer.insurer_data_as_of, Some(world.now()));

    let file = ProofFile::new(
        answered.answer().to_owned(),
        answered.event().to_vec(),
        answered.receipt(),
        answered.proof_number(),
    );
    let verified = trust::proof::verify(&file.to_bytes(), world.signer.public_key()).unwrap();
    let event = AccessEvent::decode(answered.event()).unwrap();
    assert_eq!(verified.event, event);
    assert_eq!(event.presence, Some(PresenceRecord { means: PresenceMeans::Pin, choice: Some(choice) }));
    assert_eq!(event.purpose, Purpose::Check);
    assert_eq!(event.query_hash, salted_hash(&event.salt, canonical_card_question(&asked).as_bytes()));
    let kept = store.read("latest", async |mut tx| tx.latest_consent(person(1), clinic()).await).await.unwrap();
    let now = state(kept.as_ref(), ConsentItem::Drugs, world.now());
    assert!(matches!(now, ConsentState::Consented { .. }), "{now:?}");
    let leaves = store.read("events", async |mut tx| tx.events(1, 1, 10).await).await.unwrap();
    assert_eq!((leaves.len(), leaves[0].person), (1, Some(person(1))));
}

async fn what_the_extent_forbids_is_not_consented(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let grace = vec![PresenceNote::CertificateInGrace];
    let showing = Showing { extent: Extent::EligibilityOnly, notes: grace };
    let asked = question(Witness { showing, ..witness(1, 1) }, check(Some(ConsentChoice::everything())), 1);
    let answered = checked(&engine, asked).await;
    let answer = answer_of(&answered);
    assert_eq!(answer.hints[0].code, "certificate_in_grace");
    let record = &answer.result_list[0];
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"));
    assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("0"));
    let kept = store.read("latest", async |mut tx| tx.latest_consent(person(1), clinic()).await).await.unwrap();
    assert_eq!(kept.unwrap().choice, ConsentChoice::everything().without_medical());
}

async fn who_was_not_asked_has_nothing_recorded(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let answered = checked(&engine, question(witness(1, 1), check(None), 1)).await;
    let record = &answer_of(&answered).result_list[0];
    assert_eq!(record.pharmacists_info_cons_flg, None);
    assert_eq!(record.limit_application_certificate_related_info, None);
    let kept = store.read("latest", async |mut tx| tx.latest_consent(person(1), clinic()).await).await.unwrap();
    assert_eq!(state(kept.as_ref(), ConsentItem::Drugs, world.now()), ConsentState::NothingRecorded);
    let event = AccessEvent::decode(answered.event()).unwrap();
    assert_eq!(event.presence, Some(PresenceRecord { means: PresenceMeans::Pin, choice: None }));
}

async fn many_consents_are_kept_and_found_at_once(world: World) {
    let store = world.store().await;
    let now = world.now();
    let of = |n: u64, facility, choice| Consent::given(person(n), facility, choice, PresenceMeans::Number, now);
    let all: Vec<Consent> =
        (0..200).map(|n| of(n, if n % 2 == 0 { clinic() } else { pharmacy() }, ConsentChoice::everything())).collect();
    // Of two of the same moment the last counts.
    let twice = [of(7, clinic(), ConsentChoice::everything()), of(7, clinic(), ConsentChoice::NOTHING)];
    let (all, twice) = (&all, &twice);
    store.tx("put", async |mut tx| tx.put_consents(all).await).await.unwrap();
    store.tx("put", async |mut tx| tx.put_consents(twice).await).await.unwrap();
    let asked: Vec<_> = (0..=200).map(|n| (clinic(), person(n))).collect();
    let asked = &asked;
    let found = store.read("find", async |mut tx| tx.latest_consents(asked).await).await.unwrap();
    let places: BTreeSet<usize> = found.iter().map(|(at, _)| *at).collect();
    let expected: BTreeSet<usize> = (0..200).step_by(2).chain([7]).collect();
    assert_eq!(places, expected);
    assert!(found.iter().all(|(at, consent)| consent.person == person(*at as u64)));
    let seven = found.iter().find(|(at, _)| *at == 7).unwrap();
    assert_eq!(seven.1.choice, ConsentChoice::NOTHING);
    let facilities = async |since| {
        let found = store.read("asking", async |mut tx| tx.consent_facilities(since).await).await.unwrap();
        found.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(facilities(now).await, BTreeSet::from([clinic(), pharmacy()]));
    assert!(facilities(now + jiff::SignedDuration::from_secs(1)).await.is_empty());
}

async fn who_is_not_asked_again_stays_with_what_they_said(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let choice = ConsentChoice::NOTHING.with(ConsentItem::Drugs).with(ConsentItem::LimitCertificate);
    checked(&engine, question(witness(1, 1), check(Some(choice)), 1)).await;
    world.clock.advance(Duration::from_hours(1));
    let by_card = answer_of(&checked(&engine, question(witness(1, 2), check(None), 2)).await);
    let by_number = answer_of(&engine.check(crate::world::ask(search(&someone(1).0), 3)).await.unwrap());
    for (answer, presence) in [(&by_card, true), (&by_number, false)] {
        let record = &answer.result_list[0];
        assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("1"));
        assert_eq!(record.operation_info_cons_flg.as_deref(), Some("0"));
        assert_eq!(record.pharmacists_info_cons_time.as_deref(), Some("20260407103000"));
        assert_eq!(answer.presence.is_some(), presence);
        let told = answer.consent.as_ref().unwrap();
        let now = told.terms().state(ConsentItem::Drugs, world.now());
        assert!(matches!(now, ConsentState::Consented { .. }), "{now:?}");
    }
    assert_eq!(by_card.result_list[0].limit_application_certificate_related_cons_flg, None, "not said anew");

    world.clock.advance(Duration::from_hours(24));
    let later = answer_of(&engine.check(crate::world::ask(search(&someone(1).0), 4)).await.unwrap());
    let record = &later.result_list[0];
    assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("2"), "run out, which is not the same as no");
    assert_eq!(record.operation_info_cons_flg.as_deref(), Some("0"));
    let pharmacy = crate::world::ask_on("20260408", PHARMACY, search(&someone(1).0), 5);
    let elsewhere = answer_of(&engine.check(pharmacy).await.unwrap());
    assert_eq!(elsewhere.consent, None, "another institution is told nothing");
    assert_eq!(elsewhere.result_list[0].pharmacists_info_cons_flg, None);
}

async fn what_staff_asked_is_kept_and_taken_back_by_number(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    let engine = world.engine(store.clone()).await;
    let asked_by_staff = |showing: Showing, request| {
        let choice = ConsentChoice::everything();
        let asked = crate::world::ask(search(&someone(1).0), request);
        Question { by_staff: Some(AskedByStaff { choice, showing }), ..asked }
    };
    let answered = engine.check(asked_by_staff(everything(), 1)).await.unwrap();
    let answer = answer_of(&answered);
    assert_eq!(answer.result_list[0].pharmacists_info_cons_flg.as_deref(), Some("1"));
    assert_eq!(answer.presence.unwrap().means, wire::api::PresenceMeans::Number);
    let event = AccessEvent::decode(answered.event()).unwrap();
    let everything_by_number =
        PresenceRecord { means: PresenceMeans::Number, choice: Some(ConsentChoice::everything()) };
    assert_eq!(event.presence, Some(everything_by_number));
    let again = engine.check(asked_by_staff(everything(), 1)).await.unwrap();
    assert_eq!(again.answer(), answered.answer(), "asked again under its number");

    let less = Showing { extent: Extent::EligibilityOnly, notes: vec![PresenceNote::StaffWordNotEnough] };
    let answer = answer_of(&engine.check(asked_by_staff(less, 2)).await.unwrap());
    assert_eq!(answer.result_list[0].pharmacists_info_cons_flg.as_deref(), Some("0"));
    assert_eq!(answer.hints[0].code, "staff_word_not_enough");

    let leaves = events(&store).await;
    let withdrawn = engine.withdraw(crate::world::ask(search(&someone(1).0), 3)).await.unwrap();
    assert_eq!(withdrawn, Ok(1), "both were given in the same moment, so the second replaced the first");
    assert_eq!(engine.withdraw(crate::world::ask(search(&someone(2).0), 4)).await.unwrap(), Ok(0));
    let nobody = SearchInfo { insured_identification_number: "98765".to_owned(), ..search(&someone(1).0) };
    let refused = engine.withdraw(crate::world::ask(nobody, 5)).await.unwrap();
    assert!(matches!(refused, Err(CardRefused::NotIdentified(_))), "{refused:?}");
    assert_eq!(events(&store).await, leaves + 3, "each is on record");
    let kept = store.read("latest", async |mut tx| tx.latest_consent(person(1), clinic()).await).await.unwrap();
    assert_eq!(kept.unwrap().withdrawn, Some((world.now(), WithdrawnBy::Institution)));
}

async fn a_challenge_that_was_used_gives_no_second_answer_and_no_event(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let first = checked(&engine, question(witness(1, 1), check(None), 1)).await;
    let again = checked(&engine, question(witness(1, 1), check(None), 1)).await;
    assert_eq!(first.to_json(), again.to_json(), "asked again under its number");
    assert_eq!(refused(&engine, question(witness(1, 1), check(None), 2)).await, CardRefused::ChallengeUsed);
    let other = question(witness(1, 1), check(Some(ConsentChoice::everything())), 1);
    assert_eq!(refused(&engine, other).await, CardRefused::ChallengeUsed, "another question under the same number");
    assert_eq!(refused(&engine, question(witness(7, 7), check(None), 3)).await, CardRefused::NotRegistered);
    assert_eq!(events(&store).await, 2);
    // A challenge is used even when the card says nothing.
    assert_eq!(refused(&engine, question(witness(7, 7), check(None), 4)).await, CardRefused::ChallengeUsed);
}

async fn of_many_who_use_one_challenge_at_once_one_is_answered(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let asked = (0..50).map(|n| engine.card(question(witness(1, 1), check(None), n)));
    let outcomes = join_all(asked).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count(), 1);
    assert_eq!(events(&store).await, 2);
}

async fn a_registration_names_one_person_or_says_why_not(world: World) {
    let store = world.store().await;
    let twin = |branch: &str, n| {
        (coverage(&json!({"InsuredIdentificationNumber": "9", "InsuredBranchNumber": branch})), person(n))
    };
    world.put(&store, &[someone(1), someone(2), twin("01", 11), twin("02", 12)]).await;
    let engine = world.engine(store.clone()).await;
    let numbers = search(&someone(1).0);
    let outcome = engine.card(question(witness(1, 1), register(&numbers), 1)).await.unwrap().unwrap();
    assert!(matches!(outcome, CardAnswer::Registered { new: true }), "{outcome:?}");
    let again = engine.card(question(witness(1, 2), register(&numbers), 2)).await.unwrap().unwrap();
    assert!(matches!(again, CardAnswer::Registered { new: false }), "{again:?}");
    assert_eq!(answer_of(&checked(&engine, question(witness(1, 3), check(None), 3)).await).verdict, Verdict::Valid);

    let another = question(witness(1, 4), register(&search(&someone(2).0)), 4);
    assert_eq!(refused(&engine, another).await, CardRefused::RegisteredToAnother);
    let mut slip = search(&someone(2).0);
    "19800402".clone_into(&mut slip.birthdate);
    let mut both = search(&twin("01", 11).0);
    both.insured_branch_number = None;
    let mut nobody = search(&someone(2).0);
    "31130461".clone_into(&mut nobody.insurer_number);
    for (nonce, numbers, hint) in
        [(5, slip, "birthdate_differs"), (6, both, "branch_missing"), (7, nobody, "insurer_unknown")]
    {
        match refused(&engine, question(witness(2, nonce), register(&numbers), u128::from(nonce))).await {
            CardRefused::NotIdentified(hints) => assert_eq!(hints[0].code.code(), hint),
            other => panic!("{other:?}"),
        }
    }
    // Every attempt but none of the checks of a card without owner is on record.
    let leaves = store.read("events", async |mut tx| tx.events(1, 1, 100).await).await.unwrap();
    let registrations = leaves.iter().map(|leaf| AccessEvent::decode(&leaf.event).unwrap());
    let purposes: Vec<Purpose> = registrations.map(|event| event.purpose).collect();
    assert_eq!(purposes.iter().filter(|purpose| **purpose == Purpose::CardRegistration).count(), 6);
    assert_eq!(purposes.len(), 7);
}

async fn a_registration_ends_and_the_card_says_nothing_any_more(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let engine = world.engine(store.clone()).await;
    let ended = engine.card(question(witness(1, 1), CardAsk::End, 1)).await.unwrap().unwrap();
    assert!(matches!(ended, CardAnswer::Ended), "{ended:?}");
    assert_eq!(refused(&engine, question(witness(1, 2), CardAsk::End, 2)).await, CardRefused::NotRegistered);
    assert_eq!(refused(&engine, question(witness(1, 3), check(None), 3)).await, CardRefused::NotRegistered);
    assert_eq!(events(&store).await, 2);
}

async fn cards_and_numbers_share_a_batch(world: World) {
    let store = world.store().await;
    let people: Vec<_> = (1..=40).map(someone).collect();
    world.put(&store, &people).await;
    for number in 1..=40 {
        own(&world, &store, number, person(u64::from(number))).await;
    }
    let engine = world.engine(store.clone()).await;
    let by_card = (1..=40_u8).map(|n| {
        let engine = engine.clone();
        async move {
            let answered = checked(&engine, question(witness(n, n), check(None), u128::from(n))).await;
            (answer_of(&answered).result_list[0].name.clone().unwrap(), answered.proof_number().to_string())
        }
    });
    let by_number = (1..=40_u64).map(|n| {
        let engine = engine.clone();
        async move {
            let asked = crate::world::ask(search(&someone(n).0), 1_000 + u128::from(n));
            let answered = engine.check(asked).await.unwrap();
            (answer_of(&answered).result_list[0].name.clone().unwrap(), answered.proof_number().to_string())
        }
    });
    let (cards, numbers) = tokio::join!(join_all(by_card), join_all(by_number));
    for (n, ((by_card, _), (by_number, _))) in cards.iter().zip(&numbers).enumerate() {
        assert_eq!((by_card, by_number), (&format!("試験　{}", n + 1), &format!("試験　{}", n + 1)));
    }
    let proofs: BTreeSet<&String> = cards.iter().chain(&numbers).map(|(_, proof)| proof).collect();
    assert_eq!((proofs.len(), events(&store).await), (80, 81));
}

async fn two_centers_on_one_database_use_a_challenge_once(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    own(&world, &store, 1, person(1)).await;
    let (one, two) = (world.engine(store).await, world.engine(world.store().await).await);
    let asked = (0..20_u128).map(|n| {
        let engine = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move { engine.card(question(witness(1, 1), check(None), n)).await }
    });
    let outcomes = join_all(asked).await;
    let answered = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Ok(_)))).count();
    assert_eq!(answered, 1, "{outcomes:?}");
}
