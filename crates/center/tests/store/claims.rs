//! Proves what becomes of claims, on both engines: each goes to its person and to nobody else, the same one again changes
//! nothing, a changed one replaces the earlier one whole, and what fits nobody is kept and shown to nobody. Claims are
//! written out as text, as an institution sends them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use center::claims::again::{self, LookedAgain};
use center::claims::records::{Masters, record_of};
use center::claims::{ClaimImporter, ClaimsReport, Outcome};
use center::limits;
use center::store::Store;
use center::store::claim::ClaimKey;
use center::store::claim_again::UnmatchedKey;
use center::store::claim_search::Withdrawal;
use domain::record::danger::{Record, look_through};
use domain::record::{DrugCode, History};
use domain::{Date, MedicalInstitutionCode};
use jiff::Timestamp;
use jiff::civil::date;
use kit::lifecycle::Lifecycle;
use wire::feed::CsvEncoding;
use wire::master::{DrugMasterReader, DrugRow, SYNTHETIC_DRUG_MASTER, SYNTHETIC_DRUG_MASTER_DATE};

use crate::on_both_engines;
use crate::world::{ASSOCIATION, World, coverage, person, someone};

on_both_engines!(
    a_claim_goes_to_its_person_and_to_nobody_else,
    the_same_claims_again_change_nothing,
    a_changed_claim_replaces_the_earlier_one_whole,
    a_withdrawn_claim_leaves_nothing_and_may_be_made_again,
    claims_of_an_insurance_that_ended_are_redirected_or_split,
    a_claim_that_fits_nobody_is_kept_until_it_does,
    a_claim_that_fitted_nobody_is_taken_when_the_register_of_its_card_changes,
    a_claim_that_fitted_nobody_is_left_behind_its_time_and_its_looks,
    a_claim_moves_when_the_register_is_corrected,
    the_same_claim_twice_in_a_file_is_one,
    a_newer_master_supersedes_and_old_drugs_stay_known,
    dangers_are_found_in_a_stored_record,
);

const ON: Date = date(2026, 11, 1);

/// One receipt: card number, birth date, and rows of drugs as (code, day, days).
struct Receipt<'a> {
    insurer: &'a str,
    number: &'a str,
    birthdate: &'a str,
    branch: &'a str,
    drugs: &'a [(&'a str, usize, u16)],
}

const PLAIN: Receipt<'static> =
    Receipt { insurer: "06139463", number: "1", birthdate: "19800401", branch: "01", drugs: &[("622947001", 3, 28)] };

fn days(on: usize, count: u16) -> String {
    (1..=31).map(|day| if day == on { count.to_string() } else { String::new() }).collect::<Vec<_>>().join(",")
}

/// A file of medical claims of 2026-09.
fn file(receipts: &[Receipt<'_>]) -> Vec<u8> {
    let mut text = "IR,1,13,1,0000017,,確か診療所,202610,00,03-0000-0000\r\n".to_owned();
    for (at, receipt) in receipts.iter().enumerate() {
        let Receipt { insurer, number, birthdate, branch, drugs } = receipt;
        write!(text, "RE,{},1112,202609,見本　花子,2,{birthdate}\r\n", at + 1).unwrap();
        write!(text, "HO,{insurer},１２－３４,{number},1,100\r\n").unwrap();
        write!(text, "SN,1,01,{insurer},１２－３４,{number},{branch}\r\n").unwrap();
        text += "SY,8833421,20240401,1\r\n";
        for (code, day, count) in *drugs {
            write!(text, "IY,21,1,{code},1,1,{count},,,,,,,{}\r\n", days(*day, *count)).unwrap();
        }
    }
    (text + "GO,1,100,99\r\n").into_bytes()
}

async fn import(world: &World, store: &Store, receipts: &[Receipt<'_>]) -> ClaimsReport {
    let importer = ClaimImporter { store: store.clone(), clock: Arc::new(world.clock.clone()), life: Lifecycle::new() };
    importer.import(std::io::Cursor::new(file(receipts)), None).await.unwrap()
}

/// A claim of the first person, of 2026-09.
pub(super) async fn import_plain(world: &World, store: &Store) {
    assert_eq!(import(world, store, &[PLAIN]).await.new, 1);
}

async fn load_master(store: &Store) {
    let mut reader = DrugMasterReader::new(SYNTHETIC_DRUG_MASTER, CsvEncoding::ShiftJis);
    let mut rows: Vec<DrugRow> = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        rows.push(row.unwrap());
    }
    let rows = &rows;
    let put = store.tx("drugs", async |mut tx| tx.put_drugs(rows, SYNTHETIC_DRUG_MASTER_DATE).await).await.unwrap();
    assert_eq!(put, rows.len() as u64);
}

async fn record(store: &Store, number: u64) -> History {
    let masters = Masters::load(store).await.unwrap();
    record_of(store, person(number), ON, &masters).await.unwrap()
}

fn codes(history: &History) -> Vec<&str> {
    history.medications.iter().map(|entry| entry.drug.code.as_str()).collect()
}

async fn a_claim_goes_to_its_person_and_to_nobody_else(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    load_master(&store).await;
    let other = Receipt { number: "2", drugs: &[("620098801", 5, 7)], ..PLAIN };
    let report = import(&world, &store, &[PLAIN, other]).await;
    assert_eq!((report.claims, report.new, report.of(Outcome::AsClaimed)), (2, 2, 2));
    assert_eq!(report.notes, []);
    let one = record(&store, 1).await;
    assert_eq!(codes(&one), ["622947001"]);
    assert_eq!(one.medications[0].drug.name.as_deref(), Some("アムロジピン錠５ｍｇ「ＶＴＲＳ」"));
    assert_eq!(one.medications[0].sources[0].month.to_string(), "202609");
    assert_eq!(one.diagnoses[0].name.as_deref(), Some("高血圧症"));
    assert_eq!(codes(&record(&store, 2).await), ["620098801"]);
    assert!(record(&store, 3).await.is_empty());
}

async fn the_same_claims_again_change_nothing(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[PLAIN]).await;
    let before = record(&store, 1).await;
    let again = import(&world, &store, &[PLAIN]).await;
    assert_eq!((again.new, again.replaced, again.known), (0, 0, 1));
    assert!(before == record(&store, 1).await);
}

async fn a_changed_claim_replaces_the_earlier_one_whole(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[Receipt { drugs: &[("622947001", 3, 28), ("620098801", 3, 5)], ..PLAIN }]).await;
    assert_eq!(record(&store, 1).await.medications.len(), 2);
    let changed = import(&world, &store, &[Receipt { drugs: &[("612170710", 3, 28)], ..PLAIN }]).await;
    assert_eq!((changed.new, changed.replaced, changed.known), (0, 1, 0));
    assert_eq!(codes(&record(&store, 1).await), ["612170710"]);
}

async fn a_withdrawn_claim_leaves_nothing_and_may_be_made_again(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[PLAIN]).await;
    let now = world.now();
    let month = domain::record::Month::parse("202609").unwrap();
    let held = store.read("held", async |mut tx| tx.claims_of_month(month, None, 1).await).await.unwrap();
    let key = ClaimKey::parse(&ClaimKey(held[0].key).to_string()).unwrap();
    let institution = MedicalInstitutionCode::parse("1310000017").unwrap();
    for expected in [Withdrawal::Done, Withdrawal::Before] {
        let withdrawn = store.tx("withdraw", async |mut tx| tx.withdraw_claim_of(institution, key, now).await);
        assert_eq!(withdrawn.await.unwrap(), expected);
    }
    let other = MedicalInstitutionCode::parse("1310000025").unwrap();
    let withdrawn = store.tx("withdraw", async |mut tx| tx.withdraw_claim_of(other, key, now).await);
    assert_eq!(withdrawn.await.unwrap(), Withdrawal::Unknown);
    assert!(record(&store, 1).await.is_empty());
    let again = import(&world, &store, &[PLAIN]).await;
    assert_eq!((again.new, again.replaced), (0, 1));
    assert_eq!(record(&store, 1).await.medications.len(), 1);
}

async fn claims_of_an_insurance_that_ended_are_redirected_or_split(world: World) {
    let store = world.store().await;
    let lost = coverage(&serde_json::json!({
        "InsuredIdentificationNumber": "1", "InsuredBranchNumber": "01", "DisqualificationDate": "20260910",
    }));
    let next = coverage(&serde_json::json!({
        "InsurerNumber": ASSOCIATION, "InsuredIdentificationNumber": "77", "QualificationDate": "20260910",
    }));
    world.put(&store, &[(lost, person(1)), (next, person(1)), someone(2)]).await;
    let before = Receipt { drugs: &[("622947001", 3, 28)], ..PLAIN };
    let report = import(&world, &store, &[before]).await;
    assert_eq!(report.of(Outcome::AsClaimed), 1);
    let after = Receipt { drugs: &[("622947001", 12, 28)], ..PLAIN };
    let report = import(&world, &store, &[after]).await;
    assert_eq!(report.of(Outcome::Redirected), 1);
    assert!(report.notes[0].message.contains(ASSOCIATION), "{}", report.notes[0].message);
    let both = Receipt { drugs: &[("622947001", 3, 7), ("622947001", 12, 28)], ..PLAIN };
    let report = import(&world, &store, &[both]).await;
    assert_eq!((report.of(Outcome::Split), report.replaced), (1, 1));
    assert_eq!(record(&store, 1).await.medications.len(), 2, "who pays changes nothing of what was done");
}

async fn a_claim_that_fits_nobody_is_kept_until_it_does(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    let claims = || {
        [
            Receipt { birthdate: "19800402", ..PLAIN },
            Receipt { branch: "02", ..PLAIN },
            Receipt { number: "9", ..PLAIN },
            Receipt { insurer: "06139464", ..PLAIN },
        ]
    };
    let report = import(&world, &store, &claims()).await;
    assert_eq!((report.of(Outcome::Unmatched), report.new), (4, 0));
    let reasons: Vec<&str> = report.notes.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(reasons, ["birthdate_differs", "branch_differs", "no_such_card", "unreadable_insurer_number"]);
    assert!(record(&store, 1).await.is_empty());
    let kept = store.read("kept", async |mut tx| tx.unmatched_by_reason().await).await.unwrap();
    assert_eq!(kept.iter().map(|(_, count)| count).sum::<u64>(), 4);
    world.put(&store, &[someone(9)]).await;
    let report = import(&world, &store, &claims()).await;
    assert_eq!((report.of(Outcome::Unmatched), report.new), (3, 1));
    let kept = store.read("kept", async |mut tx| tx.unmatched_by_reason().await).await.unwrap();
    assert!(!kept.iter().any(|(reason, _)| reason == "no_such_card"), "{kept:?}");
    assert_eq!(record(&store, 9).await.medications.len(), 1);
}

/// What is to be looked at again, passing `most` claims at a time.
async fn due(store: &Store, now: Timestamp, most: u32) -> Vec<UnmatchedKey> {
    let (rule, mut all, mut after) = (again::rule(now), Vec::new(), None);
    loop {
        let found = store.read("due", async |mut tx| tx.unmatched_due(after, rule, most).await).await.unwrap();
        all.extend(found.0);
        after = found.1;
        if after.is_none() {
            return all;
        }
    }
}

async fn look_again(store: &Store, of: &[UnmatchedKey], now: Timestamp) -> LookedAgain {
    store.tx("look", async |mut tx| again::look(&mut tx, of, now).await).await.unwrap()
}

async fn a_claim_that_fitted_nobody_is_taken_when_the_register_of_its_card_changes(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    world.clock.advance(Duration::from_hours(1));
    let branch = Receipt { branch: "02", ..PLAIN };
    let strangers = ["7", "8", "9"].map(|number| Receipt { number, ..PLAIN });
    let unreadable = Receipt { insurer: "06139464", ..PLAIN };
    let [seven, eight, nine] = strangers;
    import(&world, &store, &[branch, seven, eight, nine, unreadable]).await;
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(due(&store, world.now(), 2).await, [], "nothing came in since");
    world.put(&store, &[someone(9), someone(7), someone(3)]).await;
    let found = due(&store, world.now(), 2).await;
    assert_eq!(found.len(), 2, "the card of the others did not change");
    assert_eq!(look_again(&store, &found, world.now()).await, LookedAgain { looked_at: 2, taken: 2 });
    for (number, entries) in [(9, 1), (7, 1), (8, 0), (1, 0)] {
        assert_eq!(record(&store, number).await.medications.len(), entries, "{number}");
    }
    assert_eq!(look_again(&store, &found, world.now()).await, LookedAgain::default(), "taken once");
    let kept = store.read("kept", async |mut tx| tx.unmatched_by_reason().await).await.unwrap();
    assert_eq!(kept.iter().map(|(_, count)| count).sum::<u64>(), 3, "{kept:?}");
    // The same claim again is the one that was taken.
    let again = import(&world, &store, &[Receipt { number: "9", ..PLAIN }]).await;
    assert_eq!((again.known, again.new), (1, 0));
}

async fn a_claim_that_fitted_nobody_is_left_behind_its_time_and_its_looks(world: World) {
    let store = world.store().await;
    let later = |store: Store, hours: i64| {
        let world = &world;
        async move {
            world.clock.advance(Duration::from_hours(u64::try_from(hours).unwrap()));
            world.put(&store, &[(someone(1).0, person(u64::try_from(hours).unwrap()))]).await;
            due(&store, world.now(), 10).await
        }
    };
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[Receipt { branch: "02", ..PLAIN }]).await;
    for looks in 0..u64::from(limits::CLAIM_AGAIN_TRIES_MAX) {
        let found = later(store.clone(), 1 + i64::try_from(looks % 2).unwrap()).await;
        assert_eq!(found.len(), 1, "{looks}");
        assert_eq!(look_again(&store, &found, world.now()).await, LookedAgain { looked_at: 1, taken: 0 });
    }
    assert_eq!(later(store.clone(), 3).await, [], "looked at often enough");
    import(&world, &store, &[Receipt { branch: "02", ..PLAIN }]).await;
    assert_eq!(later(store.clone(), 4).await.len(), 1, "sent again");
    assert_eq!(later(store.clone(), 367 * 24).await, [], "too old");
    let before = world.now().saturating_sub(limits::CLAIM_AGAIN_TIME).unwrap();
    let left = store.tx("left", async |mut tx| tx.leave_old_unmatched(before).await).await.unwrap();
    assert_eq!(left, 1);
}

async fn a_claim_moves_when_the_register_is_corrected(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[PLAIN]).await;
    world.put(&store, &[(someone(1).0, person(5))]).await;
    import(&world, &store, &[PLAIN]).await;
    assert!(record(&store, 1).await.is_empty());
    assert_eq!(record(&store, 5).await.medications.len(), 1);
}

async fn the_same_claim_twice_in_a_file_is_one(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    let other = Receipt { drugs: &[("620098801", 5, 7)], ..PLAIN };
    let report = import(&world, &store, &[PLAIN, PLAIN, other]).await;
    assert_eq!((report.claims, report.new, report.of(Outcome::Repeated)), (3, 2, 1));
    assert_eq!(codes(&record(&store, 1).await), ["620098801", "622947001"]);
}

async fn a_newer_master_supersedes_and_old_drugs_stay_known(world: World) {
    let store = world.store().await;
    load_master(&store).await;
    let row = |name: &str| DrugRow {
        name: name.to_owned(),
        ..{
            let line = ",,622947001,,x,,,,,\n";
            let mut reader = DrugMasterReader::new(line.as_bytes(), CsvEncoding::Utf8);
            reader.next_row().unwrap().unwrap().unwrap()
        }
    };
    let (newer, older) = ([row("新しい名")], [row("古い名")]);
    let (newer, older) = (&newer, &older);
    let put = store.tx("new", async |mut tx| tx.put_drugs(newer, date(2026, 4, 1)).await).await.unwrap();
    assert_eq!(put, 1);
    let put = store.tx("old", async |mut tx| tx.put_drugs(older, date(2020, 4, 1)).await).await.unwrap();
    assert_eq!(put, 0);
    let masters = Masters::load(&store).await.unwrap();
    let drug = masters.drugs.drug(DrugCode::parse("622947001").unwrap());
    assert_eq!(drug.name.as_deref(), Some("新しい名"));
    assert!(drug.class.is_some(), "what the newer file leaves blank stays");
    assert_eq!(masters.drugs.len(), 356);
    let edition = store.read("edition", async |mut tx| tx.drug_edition().await).await.unwrap();
    assert_eq!(edition, Some((date(2026, 4, 1), 356)));
}

async fn dangers_are_found_in_a_stored_record(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    load_master(&store).await;
    // Warfarin with loxoprofen, and clarithromycin with simvastatin.
    let drugs = [("613330003", 3, 28), ("620098801", 10, 7), ("616140105", 20, 5), ("612180263", 3, 28)];
    import(&world, &store, &[Receipt { drugs: &drugs, ..PLAIN }]).await;
    let history = record(&store, 1).await;
    let masters = Masters::load(&store).await.unwrap();
    let record = Record { medications: &history.medications, diagnoses: &history.diagnoses, egfr: None, as_of: ON };
    let found: Vec<String> = look_through(&masters.rules, &record).into_iter().map(|finding| finding.rule).collect();
    for rule in ["warfarin-nsaid", "clarithromycin-statin", "warfarin-antibiotic"] {
        assert!(found.contains(&rule.to_owned()), "{rule} of {found:?}");
    }
}
