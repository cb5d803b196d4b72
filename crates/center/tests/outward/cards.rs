//! Cards over the API: from the challenge to the answer, and every refusal by its code.

use std::sync::Arc;
use std::time::Duration;

use center::config::{Card as CardSettings, ConsentRules};
use center::presence::Presence;
use center::presence::revocation::CardRevocation;
use center::store::{Address, NoObserver, Store};
use domain::presence::{Revocation, StaffWord};
use jiff::SignedDuration;
use kit::client::{Client, ClientError};
use kit::clock::Clock as _;
use kit::random::SystemRandom;
use testkit::TestClock;
use trust::ProofFile;
use trust::event::AccessEvent;
use trust::jpki::issue::Flaw;
use trust::jpki::ocsp::Status;
use wire::api::{
    Answer, CardCheckRequest, CardMeans, CardPresence, CardRegistrationAnswer, CardRegistrationEndRequest,
    CardRegistrationRequest, CardRegistrationState, CheckRequest, CheckResponse, ConsentWithdrawalAnswer,
    ConsentWithdrawalRequest, Consents, PresenceChallenge, PresenceChallengeRequest, ProblemCode, Verdict,
};

use crate::issuer::{Card, Issuer, Odd};
use crate::people::{DAY, card, question, request_id};
use crate::world::{CLINIC, Member, PHARMACY, Wish, World, problem, problem_code, shared, until};

const CHECKS: &str = "/v1/card-checks";
const REGISTRATIONS: &str = "/v1/card-registrations";
const ENDS: &str = "/v1/card-registrations/end";

/// A kiosk of the clinic. Requests are numbered by themselves.
pub struct Kiosk {
    pub client: Client,
    facility: &'static str,
    requests: std::cell::Cell<u128>,
}

impl Kiosk {
    pub async fn of(world: &World) -> Self {
        Self::at(world, &world.member(CLINIC).await, CLINIC, 0)
    }

    pub fn at(world: &World, member: &Member, facility: &'static str, first: u128) -> Self {
        Self { client: world.client(member), facility, requests: std::cell::Cell::new(first) }
    }

    pub async fn challenge(&self) -> PresenceChallenge {
        let asked = PresenceChallengeRequest { medical_institution_code: self.facility.to_owned() };
        self.client.post_json("/v1/presence-challenges", &asked).await.unwrap()
    }

    pub fn request(&self) -> uuid::Uuid {
        self.requests.set(self.requests.get() + 1);
        request_id(self.requests.get())
    }

    pub fn question(&self, presence: CardPresence) -> CardCheckRequest {
        CardCheckRequest {
            request_id: self.request(),
            qualification_confirmation_date: DAY.to_owned(),
            medical_institution_code: self.facility.to_owned(),
            arbitrary_file_identifier: None,
            presence,
            consents: Some(all_consents()),
        }
    }

    pub async fn ask(&self, question: &CardCheckRequest) -> Result<CheckResponse, ClientError> {
        self.client.post_json(CHECKS, question).await
    }

    pub async fn check(&self, card: &Card) -> Result<Answer, ClientError> {
        let presence = card.signs(&self.challenge().await);
        self.ask(&self.question(presence)).await.map(|response| response.parse_answer().unwrap())
    }

    async fn register_with(&self, presence: CardPresence, person: u32) -> Result<CardRegistrationState, ClientError> {
        let message = CardRegistrationRequest {
            request_id: self.request(),
            qualification_confirmation_date: DAY.to_owned(),
            medical_institution_code: self.facility.to_owned(),
            presence,
            qualification_confirm_search_info: card(person),
        };
        let answer: CardRegistrationAnswer = self.client.post_json(REGISTRATIONS, &message).await?;
        Ok(answer.state)
    }

    pub async fn register(&self, card: &Card, person: u32) -> Result<CardRegistrationState, ClientError> {
        self.register_with(card.signs(&self.challenge().await), person).await
    }

    async fn end(&self, card: &Card) -> Result<CardRegistrationState, ClientError> {
        let message = CardRegistrationEndRequest {
            request_id: self.request(),
            medical_institution_code: self.facility.to_owned(),
            presence: card.signs(&self.challenge().await),
        };
        let answer: CardRegistrationAnswer = self.client.post_json(ENDS, &message).await?;
        Ok(answer.state)
    }
}

/// Takes back at the clinic what the patient of this card has allowed there.
async fn withdraw(kiosk: &Kiosk, presence: CardPresence) -> Result<u64, ClientError> {
    let message = ConsentWithdrawalRequest {
        request_id: kiosk.request(),
        medical_institution_code: kiosk.facility.to_owned(),
        presence,
    };
    let answer: ConsentWithdrawalAnswer = kiosk.client.post_json("/v1/consent-withdrawals", &message).await?;
    Ok(answer.withdrawn)
}

pub fn all_consents() -> Consents {
    Consents::of(domain::ConsentChoice::everything().with_prescription(domain::PrescriptionForm::Electronic))
}

pub fn extent(answer: &Answer) -> &str {
    &answer.presence.as_ref().unwrap().extent
}

pub fn has_hint(answer: &Answer, code: &str) -> bool {
    answer.hints.iter().any(|hint| hint.code == code)
}

/// A world in which card number 10 belongs to person 1.
pub async fn registered() -> (World, Issuer, Kiosk, Card) {
    let (world, issuer) = World::with_cards(3).await;
    let kiosk = Kiosk::of(&world).await;
    let card = issuer.card(10);
    assert_eq!(kiosk.register(&card, 1).await.unwrap(), CardRegistrationState::Registered);
    (world, issuer, kiosk, card)
}

#[tokio::test]
async fn a_registered_card_is_enough_and_the_proof_tells_how_the_patient_came() {
    let (_world, _issuer, kiosk, card) = registered().await;
    let question = kiosk.question(card.signs(&kiosk.challenge().await));
    let response = kiosk.ask(&question).await.unwrap();
    let answer = response.parse_answer().unwrap();
    assert_eq!((answer.verdict, answer.share.as_ref().unwrap().percent), (Verdict::Valid, 30));
    assert_eq!(answer.request_id, question.request_id);
    let record = &answer.result_list[0];
    assert_eq!(record.insured_identification_number.as_deref(), Some("1"));
    let flags = [
        &record.limit_application_certificate_related_cons_flg,
        &record.specific_diseases_certificate_related_cons_flg,
        &record.specific_health_checkups_info_cons_flg,
        &record.pharmacists_info_cons_flg,
        &record.diagnosis_info_cons_flg,
        &record.operation_info_cons_flg,
    ];
    assert!(flags.iter().all(|flag| flag.as_deref() == Some("1")));
    assert_eq!(record.operation_info_cons_time.as_deref(), Some("20260407103000"));
    assert_eq!(record.operation_info_available_time.as_deref(), Some("20260408103000"));
    assert_eq!((extent(&answer), answer.hints.len()), ("everything", 0));

    let proof = &response.proof;
    let file = ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number);
    let key: wire::api::LogKey = kiosk.client.get_json("/v1/log/key").await.unwrap();
    let key = trust::LogPublicKey::from_pem(&key.log_public_key).unwrap();
    let event: AccessEvent = file.unwrap().verify(&key).unwrap().event;
    let presence = event.presence.unwrap();
    assert_eq!(presence.means, domain::PresenceMeans::Pin);
    assert_eq!(presence.choice.unwrap().prescription(), Some(domain::PrescriptionForm::Electronic));

    // The line broke before the answer came: the same message again.
    assert_eq!(kiosk.ask(&question).await.unwrap(), response);
}

#[tokio::test]
async fn replay_late_other_facility_other_terminal_and_other_card_are_refused_by_name() {
    let (world, issuer, kiosk, card) = registered().await;
    let used = card.signs(&kiosk.challenge().await);
    kiosk.ask(&kiosk.question(used.clone())).await.unwrap();
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(used)).await), ProblemCode::ChallengeUsed);

    let late = card.signs(&kiosk.challenge().await);
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(late)).await), ProblemCode::ChallengeExpired);

    let pharmacy = Kiosk::at(&world, &world.member(PHARMACY).await, PHARMACY, 100);
    let foreign = card.signs(&pharmacy.challenge().await);
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(foreign)).await), ProblemCode::ChallengeOtherFacility);

    let second = Kiosk::at(&world, &world.member(CLINIC).await, CLINIC, 200);
    let elsewhere = card.signs(&second.challenge().await);
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(elsewhere)).await), ProblemCode::ChallengeOtherTerminal);

    let challenge = kiosk.challenge().await;
    let other = issuer.card(11);
    let swapped = CardPresence { signature: other.signs(&challenge).signature, ..card.signs(&challenge) };
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(swapped)).await), ProblemCode::CardSignatureInvalid);
    let nonsense = CardPresence { signature: Some("***".to_owned()), ..card.signs(&challenge) };
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(nonsense)).await), ProblemCode::CardSignatureInvalid);

    let changed = PresenceChallenge { challenge: format!("{}A", challenge.challenge), ..challenge.clone() };
    let forged = card.signs(&changed);
    assert_eq!(problem_code(kiosk.ask(&kiosk.question(forged)).await), ProblemCode::ChallengeUnknown);

    // None of these has used the challenge up.
    kiosk.ask(&kiosk.question(card.signs(&challenge))).await.unwrap();
}

#[tokio::test]
async fn certificates_that_are_not_believed_are_refused_and_say_why() {
    let (world, issuer, kiosk, card) = registered().await;
    let flaws = [
        Flaw::SigningKeyUsage,
        Flaw::NoExtendedKeyUsage,
        Flaw::PolicyNotCritical,
        Flaw::UnknownCriticalExtension,
        Flaw::Signature,
    ];
    for flaw in flaws {
        let odd = issuer.odd_card(12, &Odd { flaw: Some(flaw), ..Odd::default() });
        let refused = problem(kiosk.check(&odd).await);
        assert_eq!(refused.code, ProblemCode::CardCertificateRefused, "{flaw:?}");
        assert!(!refused.detail.is_empty());
    }
    let real = issuer.odd_card(12, &Odd { policy: trust::jpki::POLICY, ..Odd::default() });
    assert_eq!(problem_code(kiosk.check(&real).await), ProblemCode::CardCertificateRefused);
    let impostor = Issuer::with_key(&world.clock, 1).card(10);
    assert_eq!(problem_code(kiosk.check(&impostor).await), ProblemCode::CardCertificateRefused);
    let challenge = kiosk.challenge().await;
    for certificate in [String::new(), "***".to_owned(), "AAAA".to_owned(), "A".repeat(9_000)] {
        let presence = CardPresence { certificate, ..card.signs(&challenge) };
        assert_eq!(problem_code(kiosk.ask(&kiosk.question(presence)).await), ProblemCode::CardCertificateRefused);
    }
}

#[tokio::test]
async fn a_certificate_in_its_grace_shows_eligibility_only_and_later_nothing() {
    let (_world, issuer, kiosk, _card) = registered().await;
    // The same card as it will be, and as it was: number 10 stays person 1's.
    let at = |days| issuer.odd_card(10, &Odd { days, ..Odd::default() });
    let grace = kiosk.check(&at((-500, -3))).await.unwrap();
    assert_eq!((grace.verdict, extent(&grace)), (Verdict::Valid, "eligibility_only"));
    assert!(has_hint(&grace, "certificate_in_grace"));
    let record = &grace.result_list[0];
    assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("0"));
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"));

    let soon = kiosk.check(&at((-500, 30))).await.unwrap();
    assert_eq!(extent(&soon), "everything");
    assert!(has_hint(&soon, "certificate_ends_soon"));

    assert_eq!(problem_code(kiosk.check(&at((-900, -200))).await), ProblemCode::CardCertificateOver);
    assert_eq!(problem_code(kiosk.check(&at((1, 900))).await), ProblemCode::CardCertificateNotYetValid);
    let expired = issuer.odd_card(14, &Odd { days: (-500, -3), ..Odd::default() });
    assert_eq!(problem_code(kiosk.register(&expired, 2).await), ProblemCode::CardCertificateOver);
}

#[tokio::test]
async fn a_card_that_was_given_up_or_is_unknown_shows_nothing() {
    let (world, issuer, kiosk, card) = registered().await;
    issuer.revokes(10);
    assert_eq!(kiosk.check(&card).await.unwrap().verdict, Verdict::Valid, "what was said counts for minutes");
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(problem_code(kiosk.check(&card).await), ProblemCode::CardCertificateRevoked);
    issuer.says(10, Status::Unknown);
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(problem_code(kiosk.check(&card).await), ProblemCode::CardCertificateUnknown);
}

#[tokio::test]
async fn fault_without_the_responder_the_last_list_answers_and_behind_a_day_eligibility_only() {
    let (world, issuer, kiosk, card) = registered().await;
    let other = issuer.card(11);
    issuer.is_silent(true);
    world.clock.advance(Duration::from_mins(2));
    let answer = until("the list is there", async || {
        let answer = kiosk.check(&card).await.unwrap();
        (extent(&answer) == "everything").then_some(answer)
    })
    .await;
    assert!(answer.hints.is_empty());
    assert_eq!(problem_code(kiosk.check(&other).await), ProblemCode::CardNotRegistered);

    world.clock.advance(Duration::from_hours(25));
    let answer = kiosk.check(&card).await.unwrap();
    assert_eq!((answer.verdict, extent(&answer)), (Verdict::Valid, "eligibility_only"));
    assert!(has_hint(&answer, "revocation_not_known"));
    let refused = problem(kiosk.register(&other, 2).await);
    assert_eq!((refused.code, refused.retry_after_seconds), (ProblemCode::CardStatusUnavailable, Some(60)));

    issuer.is_silent(false);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(extent(&kiosk.check(&card).await.unwrap()), "everything");
}

#[tokio::test]
async fn fault_a_card_on_the_last_list_is_revoked_also_for_a_center_that_never_reached_the_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::default();
    let issuer = Issuer::start(&clock);
    let (good, given_up) = (issuer.card(10), issuer.card(11));
    issuer.revokes(11);
    let settings = CardSettings { ocsp_url: String::new(), ..issuer.settings(folder.path()) };
    let trust = Arc::new(center::presence::trust_of(&settings, folder.path()).unwrap().unwrap());
    let store = Store::open(&Address::in_folder(folder.path()), shared(&clock), Box::new(NoObserver)).await.unwrap();
    let desk = || {
        let (store, random) = (store.clone(), SystemRandom::shared());
        CardRevocation::new(&settings, Arc::clone(&trust), store, shared(&clock), random).unwrap()
    };
    let known = |card: &Card| trust.verify(&card.certificate, clock.now()).unwrap();
    let (good, given_up) = (known(&good), known(&given_up));

    let first = desk();
    first.load().await.unwrap();
    assert_eq!(first.of(&given_up).await, Revocation::CannotTell, "nobody has been asked yet");
    first.refresh().await.unwrap();
    drop(issuer);
    let second = desk();
    second.refresh().await.unwrap();
    for desk in [first, second] {
        assert_eq!(desk.of(&given_up).await, Revocation::Revoked);
        assert_eq!(desk.of(&good).await, Revocation::NotOnRecentList);
        clock.jump(SignedDuration::from_hours(25));
        assert_eq!(desk.of(&good).await, Revocation::CannotTell);
        assert_eq!(desk.of(&given_up).await, Revocation::CannotTell, "an old list says nothing");
        clock.jump(SignedDuration::from_hours(-25));
    }
}

#[tokio::test]
async fn a_locked_card_shows_what_the_word_of_staff_opens_and_nothing_without_it() {
    let (_world, _issuer, kiosk, card) = registered().await;
    let seen = card.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    let response = kiosk.ask(&kiosk.question(seen)).await.unwrap();
    let answer = response.parse_answer().unwrap();
    assert_eq!((answer.verdict, extent(&answer)), (Verdict::Valid, "everything"));
    assert!(has_hint(&answer, "card_not_unlocked"));
    assert_eq!(answer.result_list[0].pharmacists_info_cons_flg.as_deref(), Some("1"));
    for means in [CardMeans::Pin, CardMeans::Face] {
        let read = card.is_read(&kiosk.challenge().await, means);
        assert_eq!(problem_code(kiosk.ask(&kiosk.question(read)).await), ProblemCode::CardSignatureMissing);
    }
    // Whose card it is cannot be said without the card's own signature.
    let seen = card.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    assert_eq!(problem_code(kiosk.register_with(seen, 1).await), ProblemCode::CardSignatureMissing);
}

#[tokio::test]
async fn where_the_word_of_staff_is_not_enough_it_opens_eligibility_only_by_card_and_by_number() {
    let strict = Wish { consent: ConsentRules { staff_word_is_enough: false }, ..Wish::default() };
    let (world, issuer) = World::with_cards_and(strict, 3).await;
    let kiosk = Kiosk::of(&world).await;
    let card_of_one = issuer.card(10);
    kiosk.register(&card_of_one, 1).await.unwrap();
    let seen = card_of_one.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    let by_card = kiosk.ask(&kiosk.question(seen)).await.unwrap().parse_answer().unwrap();
    let question = CheckRequest { consents: Some(all_consents()), ..question(CLINIC, 1, 900) };
    let by_number: CheckResponse = kiosk.client.post_json("/v1/eligibility-checks", &question).await.unwrap();
    for answer in [by_card, by_number.parse_answer().unwrap()] {
        assert_eq!((answer.verdict, extent(&answer)), (Verdict::Valid, "eligibility_only"));
        assert!(has_hint(&answer, "staff_word_not_enough"));
        let record = &answer.result_list[0];
        assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("0"));
        assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"));
    }
    // With its PIN the same card opens everything.
    assert_eq!(extent(&kiosk.check(&card_of_one).await.unwrap()), "everything");
}

#[tokio::test]
async fn a_card_is_registered_once_for_one_person_and_the_reason_is_told_when_not() {
    let (_world, issuer, kiosk, card) = registered().await;
    assert_eq!(kiosk.register(&card, 1).await.unwrap(), CardRegistrationState::AlreadyRegistered);
    assert_eq!(problem_code(kiosk.register(&card, 2).await), ProblemCode::CardRegisteredToAnother);
    let other = issuer.card(11);
    assert_eq!(problem_code(kiosk.check(&other).await), ProblemCode::CardNotRegistered);
    let refused = problem(kiosk.register(&other, 999).await);
    assert_eq!(refused.code, ProblemCode::PatientNotFound);
    assert_eq!(refused.errors[0].code, "no_such_card");
    assert!(!refused.errors[0].message.is_empty());

    assert_eq!(kiosk.end(&card).await.unwrap(), CardRegistrationState::Ended);
    assert_eq!(problem_code(kiosk.end(&card).await), ProblemCode::CardNotRegistered);
    assert_eq!(problem_code(kiosk.check(&card).await), ProblemCode::CardNotRegistered);
    assert_eq!(kiosk.register(&card, 2).await.unwrap(), CardRegistrationState::Registered);
    let answer = kiosk.check(&card).await.unwrap();
    assert_eq!(answer.result_list[0].insured_identification_number.as_deref(), Some("2"));
}

#[tokio::test]
async fn what_was_allowed_is_taken_back_with_the_card_also_by_a_locked_one() {
    let (world, issuer, kiosk, card) = registered().await;
    kiosk.check(&card).await.unwrap();
    let pharmacy = Kiosk::at(&world, &world.member(PHARMACY).await, PHARMACY, 100);
    pharmacy.check(&card).await.unwrap();
    let locked = card.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    assert_eq!(withdraw(&kiosk, locked).await.unwrap(), 1, "the other institution's stays");
    let again = card.signs(&kiosk.challenge().await);
    assert_eq!(withdraw(&kiosk, again.clone()).await.unwrap(), 0);
    assert_eq!(problem_code(withdraw(&kiosk, again).await), ProblemCode::ChallengeUsed);
    let stranger = issuer.card(11).signs(&kiosk.challenge().await);
    assert_eq!(problem_code(withdraw(&kiosk, stranger).await), ProblemCode::CardNotRegistered);
}

#[tokio::test]
async fn who_has_a_card_that_was_issued_anew_stays_registered() {
    let (world, issuer, kiosk, old) = registered().await;
    let lost = issuer.card(20);
    assert_eq!(kiosk.register(&lost, 2).await.unwrap(), CardRegistrationState::Registered);
    let new = issuer.reissues(10, 12);
    issuer.revokes(20);
    assert_eq!(problem_code(kiosk.check(&new).await), ProblemCode::CardNotRegistered);
    // Another center on the same database takes the next list.
    world.clock.advance(Duration::from_mins(2));
    let (clock, random) = (shared(&world.clock), SystemRandom::shared());
    let store =
        Store::open(&Address::in_folder(&world.folder), shared(&world.clock), Box::new(NoObserver)).await.unwrap();
    let settings = issuer.settings(world.folder.parent().unwrap());
    let presence =
        Presence::open(&settings, StaffWord::Enough, &world.folder, store, clock, random).await.unwrap().unwrap();
    presence.refresh_lists().await.unwrap();

    let answer = kiosk.check(&new).await.unwrap();
    assert_eq!(answer.result_list[0].insured_identification_number.as_deref(), Some("1"));
    assert_eq!(problem_code(kiosk.check(&old).await), ProblemCode::CardCertificateRevoked);
    assert_eq!(problem_code(kiosk.check(&lost).await), ProblemCode::CardCertificateRevoked);
    // The list names both; a second look changes nothing.
    world.clock.advance(Duration::from_secs(1));
    presence.refresh_lists().await.unwrap();
    kiosk.check(&new).await.unwrap();
}

#[tokio::test]
async fn every_field_that_cannot_be_right_is_named() {
    let (_world, _issuer, kiosk, card) = registered().await;
    let mut question = kiosk.question(card.signs(&kiosk.challenge().await));
    question.qualification_confirmation_date = "20260231".to_owned();
    question.arbitrary_file_identifier = Some("x".repeat(51));
    question.consents = Some(Consents {
        pharmacists_info_cons_flg: Some("2".to_owned()),
        prescription_issue_select: Some("3".to_owned()),
        ..Consents::default()
    });
    let refused = problem(kiosk.ask(&question).await);
    assert_eq!(refused.code, ProblemCode::UnreadableQuery);
    let named: Vec<&str> = refused.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        named,
        [
            "QualificationConfirmationDate",
            "PharmacistsInfoConsFlg",
            "PrescriptionIssueSelect",
            "ArbitraryFileIdentifier"
        ]
    );
}

#[tokio::test]
async fn a_center_without_an_authority_takes_no_cards_and_says_so() {
    let world = World::new().await;
    let client = world.client(&world.member(CLINIC).await);
    let asked = PresenceChallengeRequest { medical_institution_code: CLINIC.to_owned() };
    let answer = client.post_json::<_, PresenceChallenge>("/v1/presence-challenges", &asked).await;
    assert_eq!(problem_code(answer), ProblemCode::CardsNotTaken);
}
