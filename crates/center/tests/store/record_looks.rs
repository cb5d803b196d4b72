//! Proves that looks into records are kept beside their access events, on both engines, and are found by the person.

use center::store::record_look::NewRecordLook;
use domain::record::{LookPurpose, LookRole, LookWay};
use domain::{ConsentChoice, ConsentItem, MedicalInstitutionCode};
use kit::clock::Clock as _;

use crate::on_both_engines;
use crate::world::{World, person};

on_both_engines!(a_look_is_kept_with_who_looked_and_what_they_saw);

async fn a_look_is_kept_with_who_looked_and_what_they_saw(world: World) {
    let store = world.store().await;
    let now = world.clock.now();
    let drugs = ConsentChoice::NOTHING.with(ConsentItem::Drugs);
    let look = |leaf, person| NewRecordLook {
        leaf,
        facility: MedicalInstitutionCode::parse("1310000017").unwrap(),
        person,
        user_identifier: "sato".to_owned(),
        role: LookRole::Pharmacist,
        purpose: LookPurpose::Treatment,
        way: LookWay::Fhir,
        resources: "MedicationDispense".to_owned(),
        wanted: ConsentChoice::everything(),
        allowed: drugs,
    };
    let looks = [look(1, Some(person(1))), look(2, None), look(3, Some(person(1))), look(4, Some(person(2)))];
    let looks = &looks;
    store.tx("looks", async |mut tx| tx.put_record_looks(7, looks, now).await).await.unwrap();
    let found = store
        .read("looks", async |mut tx| {
            tx.record_looks_between(person(1), jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX, 10).await
        })
        .await
        .unwrap();
    assert_eq!(found.iter().map(|look| look.leaf).collect::<Vec<_>>(), [3, 1], "the newest first");
    assert_eq!(
        (found[0].user_identifier.as_str(), found[0].wanted, found[0].allowed),
        ("sato", ConsentChoice::everything(), drugs)
    );
    assert_eq!(found[0].log_id, 7);
    assert_eq!((found[0].role, found[0].resources.as_str()), (LookRole::Pharmacist, "MedicationDispense"));
    assert_eq!((found[0].purpose, found[0].way), (LookPurpose::Treatment, LookWay::Fhir));
    let here = MedicalInstitutionCode::parse("1310000017").unwrap();
    let elsewhere = MedicalInstitutionCode::parse("1340000012").unwrap();
    for (facility, most, leaves) in [(here, 10, vec![3, 1]), (here, 1, vec![3]), (elsewhere, 10, vec![])] {
        let found =
            store.read("looks", async |mut tx| tx.record_looks_at(person(1), facility, most).await).await.unwrap();
        assert_eq!(found.iter().map(|look| look.leaf).collect::<Vec<u64>>(), leaves);
    }
    let between = async |from: jiff::Timestamp, until: jiff::Timestamp, most| {
        let looks = async |mut tx: center::store::Tx| tx.record_looks_between(person(1), from, until, most).await;
        store.read("looks", looks).await.unwrap().iter().map(|look| look.leaf).collect::<Vec<u64>>()
    };
    let later = now + jiff::SignedDuration::from_millis(1);
    assert_eq!(between(now, later, 10).await, [3, 1]);
    assert_eq!(between(now, later, 1).await, [3]);
    assert_eq!(between(jiff::Timestamp::UNIX_EPOCH, now, 10).await, [0_u64; 0], "the end does not belong to it");
    assert_eq!(between(later, jiff::Timestamp::MAX, 10).await, [0_u64; 0]);
}
