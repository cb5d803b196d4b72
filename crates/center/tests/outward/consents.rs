//! Consents over the API: what a card tells before its PIN is typed, what staff asks without a card, what later answers
//! tell of both, and taking back without a card.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{ConsentItem, ConsentState};
use jiff::Timestamp;
use kit::client::ClientError;
use kit::clock::Clock as _;
use trust::jpki::ocsp::Status;
use wire::api::{
    Answer, CardState, CardStateRequest, CheckRequest, CheckResponse, ConsentInfo, ConsentWithdrawalAnswer,
    ConsentWithdrawalByNumberRequest, PresenceMeans, ProblemCode, SearchInfo, Verdict,
};

use crate::cards::{Kiosk, all_consents, extent, has_hint, registered};
use crate::issuer::{Card, Odd};
use crate::people::{DAY, card, question, request_id};
use crate::world::{CLINIC, PHARMACY, World, problem_code};

async fn state_of(kiosk: &Kiosk, card: &Card) -> Result<CardState, ClientError> {
    let asked = CardStateRequest {
        medical_institution_code: CLINIC.to_owned(),
        certificate: STANDARD.encode(&card.certificate),
    };
    kiosk.client.post_json("/v1/card-states", &asked).await
}

fn drugs(latest: Option<&ConsentInfo>, now: Timestamp) -> &'static str {
    ConsentInfo::state(latest, ConsentItem::Drugs, now).code()
}

#[tokio::test]
async fn a_card_says_before_its_pin_what_it_will_be_enough_for_and_what_was_answered_before() {
    let (world, issuer, kiosk, card_of_one) = registered().await;
    let state = state_of(&kiosk, &card_of_one).await.unwrap();
    assert_eq!((state.extent.as_str(), state.registered, state.hints.len()), ("everything", true, 0));
    assert_eq!(drugs(state.consent.as_ref(), world.clock.now()), "nothing_recorded");
    assert!(!state_of(&kiosk, &issuer.card(11)).await.unwrap().registered);

    kiosk.check(&card_of_one).await.unwrap();
    let state = state_of(&kiosk, &card_of_one).await.unwrap();
    assert_eq!(drugs(state.consent.as_ref(), world.clock.now()), "consented");
    world.clock.advance(Duration::from_hours(24));
    let state = state_of(&kiosk, &card_of_one).await.unwrap();
    assert_eq!(drugs(state.consent.as_ref(), world.clock.now()), "expired");

    let grace = issuer.odd_card(10, &Odd { days: (-500, -3), ..Odd::default() });
    let state = state_of(&kiosk, &grace).await.unwrap();
    assert_eq!((state.extent.as_str(), state.hints[0].code.as_str()), ("eligibility_only", "certificate_in_grace"));
    let over = issuer.odd_card(10, &Odd { days: (-900, -200), ..Odd::default() });
    assert_eq!(problem_code(state_of(&kiosk, &over).await), ProblemCode::CardCertificateOver);
    let real = issuer.odd_card(10, &Odd { policy: trust::jpki::POLICY, ..Odd::default() });
    assert_eq!(problem_code(state_of(&kiosk, &real).await), ProblemCode::CardCertificateRefused);
    issuer.says(10, Status::Unknown);
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(problem_code(state_of(&kiosk, &card_of_one).await), ProblemCode::CardCertificateUnknown);
}

async fn by_number(kiosk: &Kiosk, question: &CheckRequest) -> Answer {
    let response: CheckResponse = kiosk.client.post_json("/v1/eligibility-checks", question).await.unwrap();
    response.parse_answer().unwrap()
}

#[tokio::test]
async fn without_a_card_staff_asks_the_same_and_it_holds_for_the_same_day() {
    let world = World::with_people(3).await;
    let kiosk = Kiosk::of(&world).await;
    let unasked = by_number(&kiosk, &question(CLINIC, 1, 1)).await;
    assert_eq!((unasked.presence, unasked.consent), (None, None));

    let asked = CheckRequest { consents: Some(all_consents()), ..question(CLINIC, 1, 2) };
    let answer = by_number(&kiosk, &asked).await;
    assert_eq!((answer.verdict, extent(&answer)), (Verdict::Valid, "everything"));
    assert_eq!(answer.presence.as_ref().unwrap().means, PresenceMeans::Number);
    assert!(has_hint(&answer, "no_card_shown"));
    let record = &answer.result_list[0];
    assert_eq!(record.pharmacists_info_cons_flg.as_deref(), Some("1"));
    assert_eq!(record.pharmacists_info_available_time.as_deref(), Some("20260408103000"));
    assert_eq!(record.limit_application_certificate_related_cons_flg.as_deref(), Some("1"));
    let consent = answer.consent.unwrap();
    assert_eq!((consent.means, consent.consents), (PresenceMeans::Number, all_consents()));

    world.clock.advance(Duration::from_mins(5));
    let later = by_number(&kiosk, &question(CLINIC, 1, 3)).await;
    assert_eq!(later.result_list[0].pharmacists_info_cons_time.as_deref(), Some("20260407103000"));
    let pharmacy = Kiosk::at(&world, &world.member(PHARMACY).await, PHARMACY, 100);
    assert_eq!(by_number(&pharmacy, &question(PHARMACY, 1, 4)).await.consent, None);

    // Nobody was found to whom a consent could belong.
    let nobody = CheckRequest { qualification_confirm_search_info: card(999), request_id: request_id(5), ..asked };
    let answer = by_number(&kiosk, &nobody).await;
    assert_eq!((answer.verdict, answer.consent), (Verdict::NotFound, None));
}

#[tokio::test]
async fn what_was_allowed_is_taken_back_without_a_card_and_then_is_not_allowed() {
    let (world, _issuer, kiosk, card_of_one) = registered().await;
    kiosk.check(&card_of_one).await.unwrap();
    let withdraw = async |n: u128, search: SearchInfo| -> Result<u64, ClientError> {
        let message = ConsentWithdrawalByNumberRequest {
            request_id: request_id(n),
            qualification_confirmation_date: DAY.to_owned(),
            medical_institution_code: CLINIC.to_owned(),
            qualification_confirm_search_info: search,
        };
        let answer: ConsentWithdrawalAnswer =
            kiosk.client.post_json("/v1/consent-withdrawals/by-number", &message).await?;
        Ok(answer.withdrawn)
    };
    assert_eq!(withdraw(501, card(1)).await.unwrap(), 1);
    assert_eq!(withdraw(502, card(1)).await.unwrap(), 0);
    assert_eq!(problem_code(withdraw(503, card(999)).await), ProblemCode::PatientNotFound);
    let unreadable = SearchInfo { birthdate: "20260231".to_owned(), ..card(1) };
    assert_eq!(problem_code(withdraw(504, unreadable).await), ProblemCode::UnreadableQuery);

    let state = state_of(&kiosk, &card_of_one).await.unwrap();
    let consent = state.consent.unwrap();
    assert_eq!(consent.terms().state(ConsentItem::Drugs, world.clock.now()), ConsentState::NotConsented);
    assert!(consent.withdrawn_at.is_some());
    let later = by_number(&kiosk, &question(CLINIC, 1, 505)).await;
    assert_eq!(later.result_list[0].pharmacists_info_cons_flg.as_deref(), Some("0"));
}
