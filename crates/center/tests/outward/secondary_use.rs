//! 二次利用 at the window over the API: a patient refuses with the card, takes it back with a card that signs, and each wish is on
//! record; what has left is told to every institution.

use center::store::{Address, NoObserver, Store, Tx};
use domain::Purpose;
use kit::client::ClientError;
use trust::event::AccessEvent;
use wire::api::{
    CardMeans, CardPresence, ProblemCode, SecondaryUseExports, SecondaryUseRefusalAnswer, SecondaryUseRefusalRequest,
};

use crate::cards::{Kiosk, registered};
use crate::world::{CLINIC, World, problem_code, shared};

async fn wish(kiosk: &Kiosk, presence: CardPresence, refuses: bool) -> Result<SecondaryUseRefusalAnswer, ClientError> {
    let message = SecondaryUseRefusalRequest {
        request_id: kiosk.request(),
        medical_institution_code: CLINIC.to_owned(),
        refuses,
        presence,
    };
    let answer: SecondaryUseRefusalAnswer = kiosk.client.post_json("/v1/secondary-use-refusals", &message).await?;
    assert_eq!((answer.request_id, answer.refuses), (message.request_id, refuses));
    Ok(answer)
}

/// Purposes of the last looks on the log, and whether the person of the last one is left out of counts.
async fn on_record(world: &World, last: u64) -> (Vec<Purpose>, bool) {
    let address = Address::in_folder(&world.folder);
    let store = Store::open(&address, shared(&world.clock), Box::new(NoObserver)).await.unwrap();
    let read = async |mut tx: Tx| {
        let newest = tx.last_event_index(1).await?.unwrap();
        let events = tx.events(1, newest + 1 - last, last).await?;
        let person = events.last().and_then(|event| event.person).unwrap();
        let out = tx.opted_out_among(&[person]).await?.contains(&person);
        Ok((events, out))
    };
    let (events, out) = store.read("test_record", read).await.unwrap();
    store.close().await;
    (events.iter().map(|event| AccessEvent::decode(&event.event).unwrap().purpose).collect(), out)
}

#[tokio::test]
async fn a_patient_refuses_with_any_card_and_takes_it_back_with_one_that_signs() {
    let (world, issuer, kiosk, card) = registered().await;
    let locked = card.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    assert!(wish(&kiosk, locked, true).await.unwrap().is_new);
    let again = card.signs(&kiosk.challenge().await);
    assert!(!wish(&kiosk, again.clone(), true).await.unwrap().is_new, "it was so before");
    assert_eq!(on_record(&world, 2).await, (vec![Purpose::SecondaryUseRefusal; 2], true), "each time");
    assert_eq!(problem_code(wish(&kiosk, again, true).await), ProblemCode::ChallengeUsed);

    let unsigned = card.is_read(&kiosk.challenge().await, CardMeans::StaffEyes);
    assert_eq!(problem_code(wish(&kiosk, unsigned, false).await), ProblemCode::CardSignatureMissing);
    assert_eq!(on_record(&world, 1).await, (vec![Purpose::SecondaryUseRefusal], true));
    let signed = card.signs(&kiosk.challenge().await);
    assert!(wish(&kiosk, signed, false).await.unwrap().is_new);
    let signed = card.signs(&kiosk.challenge().await);
    assert!(!wish(&kiosk, signed, false).await.unwrap().is_new);
    assert_eq!(on_record(&world, 2).await, (vec![Purpose::SecondaryUseRefusalEnd; 2], false));

    let stranger = issuer.card(11).signs(&kiosk.challenge().await);
    assert_eq!(problem_code(wish(&kiosk, stranger, true).await), ProblemCode::CardNotRegistered);
}

#[tokio::test]
async fn where_nothing_has_left_the_list_says_so() {
    let (_world, _issuer, kiosk, _card) = registered().await;
    let told: SecondaryUseExports = kiosk.client.get_json("/v1/secondary-use-exports").await.unwrap();
    assert_eq!((told.export_list.len(), told.has_more), (0, false));
}
