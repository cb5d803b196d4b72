//! Proves on both engines what is kept of exports: officers, requests that two decide, numbers that are kept once, who does
//! not want to be counted, and claims read in pages in the order of persons.

use center::store::claim::{ClaimKey, ClaimRow, PersonClaim};
use center::store::claim_search::Withdrawal;
use center::store::secondary_use::{ExportCell, ExportState, StoredExport};
use center::store::{Store, StoreError, Tx};
use domain::MedicalInstitutionCode;
use domain::record::{ClaimKind, Month};
use domain::secondary_use::{ExportPurpose, ExportRequest, ExportTable, GivenMonth, LegalGround};
use uuid::Uuid;

use crate::on_both_engines;
use crate::world::{CLINIC, World, person};

on_both_engines!(
    an_officer_has_one_name_for_ever_and_one_secret,
    a_request_is_decided_once_and_by_another,
    the_numbers_of_a_month_are_kept_once_and_given_in_order,
    who_does_not_want_to_be_counted_is_known,
    claims_of_a_month_come_in_pages_in_the_order_of_persons,
);

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

async fn an_officer_has_one_name_for_ever_and_one_secret(world: World) {
    let store = world.store().await;
    let now = world.now();
    let put = async |name: &str, hash: [u8; 32]| {
        store.tx("put", async |mut tx: Tx| tx.put_officer(name, &hash, now).await).await.unwrap()
    };
    let secret =
        async |name: &str| store.read("secret", async |mut tx: Tx| tx.officer_secret(name).await).await.unwrap();
    assert!(put("山田", [1; 32]).await);
    assert!(!put("山田", [2; 32]).await);
    assert_eq!(secret("山田").await, Some([1; 32]));
    assert_eq!(secret("佐藤").await, None);
    let remove = async || store.tx("remove", async |mut tx: Tx| tx.remove_officer("山田", now).await).await.unwrap();
    assert!(remove().await);
    assert!(!remove().await);
    assert_eq!(secret("山田").await, None);
    assert!(!put("山田", [3; 32]).await, "what a name did stays what that person did");
}

fn export(world: &World, n: u128) -> StoredExport {
    StoredExport {
        id: Uuid::from_u128(n),
        state: ExportState::Waiting,
        request: ExportRequest {
            purpose: ExportPurpose::DrugSafety,
            ground: LegalGround::ElderlyHealthcare16Of2,
            recipient: "確か大学".to_owned(),
            first: month("202512"),
            last: month("202602"),
            table: ExportTable::PrefectureClasses,
            k: 25,
        },
        requested_by: "山田".to_owned(),
        requested_at: world.now(),
        decided_by: None,
        decided_at: None,
        reasons: String::new(),
    }
}

async fn a_request_is_decided_once_and_by_another(world: World) {
    let store = world.store().await;
    let now = world.now();
    let asked = export(&world, 1);
    store.tx("put", async |mut tx| tx.put_export_request(&asked).await).await.unwrap();
    let read = async || store.read("get", async |mut tx: Tx| tx.export_request(asked.id).await).await.unwrap();
    assert_eq!(read().await, Some(asked.clone()));
    let decide = async |by: &str| {
        let decided = async |mut tx: Tx| tx.decide_export(asked.id, ExportState::Approved, by, "", now).await;
        store.tx("decide", decided).await
    };
    decide("山田").await.unwrap_err();
    assert_eq!(read().await, Some(asked.clone()), "the database itself wants two");
    assert!(decide("佐藤").await.unwrap());
    assert!(!decide("鈴木").await.unwrap(), "once");
    let decided = read().await.unwrap();
    assert_eq!((decided.state, decided.decided_by.as_deref()), (ExportState::Approved, Some("佐藤")));
    assert_eq!((decided.decided_at, decided.request), (Some(now), asked.request));
    let refused = StoredExport {
        state: ExportState::Refused,
        decided_at: Some(now),
        reasons: "k_too_small".to_owned(),
        ..export(&world, 2)
    };
    store.tx("put", async |mut tx| tx.put_export_request(&refused).await).await.unwrap();
    let listed = store.read("list", async |mut tx| tx.export_requests(1).await).await.unwrap();
    assert_eq!(listed, [refused], "the newest first");
    assert_eq!(store.read("get", async |mut tx| tx.export_request(Uuid::nil()).await).await.unwrap(), None);
}

async fn the_numbers_of_a_month_are_kept_once_and_given_in_order(world: World) {
    let store = world.store().await;
    let now = world.now();
    let given = GivenMonth { month: month("202602"), table: ExportTable::PrefectureIngredients, k: 10 };
    let mut cells: Vec<ExportCell> = (0..4_500_u32)
        .map(|n| ExportCell {
            prefecture: u8::try_from(n % 47 + 1).unwrap(),
            age_class: u8::try_from(n % 10 * 10).unwrap(),
            sex: (n % 2 + 1).to_string(),
            atc: format!("C{n:06}"),
            drug_name: format!("成分 \"{n}\", '"),
            persons: u64::from(n) + 10,
        })
        .collect();
    cells.sort_unstable();
    let put = async |given: GivenMonth, cells: &[ExportCell]| {
        store.tx("put", async |mut tx: Tx| tx.put_export_month(&given, Uuid::nil(), cells, now).await).await
    };
    put(given, &cells).await.unwrap();
    let again = put(GivenMonth { k: 11, ..given }, &cells[..1]).await.unwrap_err();
    assert!(matches!(again, StoreError::Exists(_)), "{again:?}");
    put(GivenMonth { month: month("202512"), ..given }, &[]).await.unwrap();
    let known = store.read("given", async |mut tx| tx.given_months(month("202601"), month("202612")).await).await;
    assert_eq!(known.unwrap(), [given]);

    let mut found: Vec<ExportCell> = Vec::new();
    loop {
        let page = async |mut tx: Tx| tx.export_cells(given.month, found.last(), 1_000).await;
        let page = store.read("cells", page).await.unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, cells);
}

async fn who_does_not_want_to_be_counted_is_known(world: World) {
    let store = world.store().await;
    let now = world.now();
    let put = async |n: u64, out: bool| {
        store.tx("put", async |mut tx: Tx| tx.put_export_opt_out(person(n), out, now).await).await.unwrap()
    };
    let among = async || {
        let persons = [person(1), person(2), person(3)];
        let out = store.read("among", async |mut tx: Tx| tx.opted_out_among(&persons).await).await.unwrap();
        persons.map(|person| out.contains(&person))
    };
    assert_eq!(among().await, [false; 3]);
    assert!(put(2, true).await);
    assert!(!put(2, true).await);
    assert!(!put(1, false).await);
    assert_eq!(among().await, [false, true, false]);
    assert!(put(2, false).await);
    assert_eq!(among().await, [false; 3]);
}

async fn put_claims(store: &Store, world: &World) {
    let row = |n: u64, text: &str| ClaimRow {
        key: ClaimKey(u128::from(n).to_be_bytes()),
        digest: [1; 16],
        month: month(text),
        institution: MedicalInstitutionCode::parse(CLINIC).unwrap(),
        kind: ClaimKind::Pharmacy,
        search_number: None,
        entries: format!("entries {n}"),
    };
    let rows: Vec<ClaimRow> = (0..30).map(|n| row(n, if n % 5 == 4 { "202601" } else { "202602" })).collect();
    let claims: Vec<PersonClaim<'_>> =
        rows.iter().zip(0_u64..).map(|(row, n)| PersonClaim { person: person(n % 7), routing: "{}", row }).collect();
    let (claims, now) = (&claims, world.now());
    store.tx("put", async |mut tx| tx.put_claims(claims, now).await).await.unwrap();
    let withdrawn = ClaimKey(0_u128.to_be_bytes());
    let institution = MedicalInstitutionCode::parse(CLINIC).unwrap();
    let done = store.tx("withdraw", async |mut tx| tx.withdraw_claim_of(institution, withdrawn, now).await);
    assert_eq!(done.await.unwrap(), Withdrawal::Done);
}

async fn claims_of_a_month_come_in_pages_in_the_order_of_persons(world: World) {
    let store = world.store().await;
    put_claims(&store, &world).await;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = async |mut tx: Tx| tx.claims_of_month(month("202602"), after, 4).await;
        let page = store.read("claims", page).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.person, last.key));
        found.extend(page);
    }
    let mut order: Vec<_> = found.iter().map(|claim| (claim.person, claim.key)).collect();
    assert_eq!(found.len(), 23, "neither the other month nor the one that was withdrawn");
    let before = order.clone();
    order.sort_unstable();
    order.dedup();
    assert_eq!(order, before, "each once, in order");
}
