//! Proves that a look into a record reads what its reach covers and nothing else, that the answers of other institutions play
//! no part, and that a transaction which begins and ends with its statements leaves its connection as it was, on both engines.

use center::store::Tx;
use center::store::record_read::Reach;
use domain::record::Month;
use domain::{Consent, ConsentChoice, ConsentItem, MedicalInstitutionCode, PresenceMeans};
use jiff::SignedDuration;
use kit::clock::Clock as _;

use crate::on_both_engines;
use crate::world::{World, person, someone};

on_both_engines!(
    a_card_tells_its_people_and_the_latest_answer_here,
    nothing_out_of_reach_is_read,
    a_look_may_end_behind_any_of_its_statements,
);

const HERE: &str = "1310000017";

fn facility(code: &str) -> MedicalInstitutionCode {
    MedicalInstitutionCode::parse(code).unwrap()
}

async fn a_card_tells_its_people_and_the_latest_answer_here(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    let now = world.clock.now();
    let drugs = ConsentChoice::NOTHING.with(ConsentItem::Drugs);
    let answer = |who, at: &str, choice, minutes| {
        let given = now + SignedDuration::from_mins(minutes);
        Consent::given(person(who), facility(at), choice, PresenceMeans::Number, given)
    };
    let answers = [
        answer(1, HERE, ConsentChoice::everything(), 0),
        answer(1, HERE, drugs, 1),
        answer(1, "1340000012", ConsentChoice::everything(), 2),
        answer(2, HERE, ConsentChoice::everything(), 3),
    ];
    let answers = &answers;
    store.tx("put", async |mut tx| tx.put_consents(answers).await).await.unwrap();
    let card = someone(1).0.card_key();
    let late = store.look("look", async |mut tx| tx.card_and_consents(card, facility(HERE)).await).await.unwrap();
    let early = store.read("look", async |mut tx| tx.card_and_consents(card, facility(HERE)).await).await.unwrap();
    for (found, consents) in [late, early] {
        assert_eq!(found.iter().map(|row| row.person).collect::<Vec<_>>(), [person(1)]);
        assert_eq!(consents, [answers[1]]);
    }
    let nobody = someone(3).0.card_key();
    let (found, consents) =
        store.look("look", async |mut tx| tx.card_and_consents(nobody, facility(HERE)).await).await.unwrap();
    assert!(found.is_empty() && consents.is_empty());
}

async fn nothing_out_of_reach_is_read(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    super::claims::import_plain(&world, &store).await;
    let claimed = Month::parse("202609").unwrap();
    let since = |months| Reach { claims: Some(months), ..Reach::default() };
    let checkups = Reach { checkups: Some((claimed.first_day(), claimed.last_day())), ..Reach::default() };
    for (reach, who, claims) in [
        (since(claimed), 1, 1),
        (since(claimed.months_before(60)), 1, 1),
        (since(Month::parse("202610").unwrap()), 1, 0),
        (since(claimed), 2, 0),
        (checkups, 1, 0),
        (Reach::default(), 1, 0),
    ] {
        let stored = store.read("record", async |mut tx| tx.stored_record(person(who), reach).await).await.unwrap();
        assert_eq!((stored.claims().count(), stored.checkups.len()), (claims, 0), "{reach:?} of {who}");
    }
}

async fn a_look_may_end_behind_any_of_its_statements(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    super::claims::import_plain(&world, &store).await;
    let card = someone(1).0.card_key();
    let reach = Reach { claims: Some(Month::parse("202601").unwrap()), ..Reach::default() };
    // More often than there are connections: what one leaves behind, another would find.
    for turn in 0..12 {
        let look = async |mut tx: Tx| {
            let (found, _) = tx.card_and_consents(card, facility(HERE)).await?;
            let read =
                if turn % 2 == 0 { tx.last_stored_record(found[0].person, reach).await?.claims().count() } else { 0 };
            Ok((found.len(), read))
        };
        assert_eq!(store.look("look", look).await.unwrap(), (1, usize::from(turn % 2 == 0)), "{turn}");
        let failing = async |mut tx: Tx| -> center::store::Result<()> {
            tx.card_and_consents(card, facility(HERE)).await?;
            Err(center::store::StoreError::Misused("the look fails here"))
        };
        assert!(store.look("look", failing).await.is_err());
    }
}
