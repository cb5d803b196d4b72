//! What the store promises, on SQLite and on PostgreSQL alike: each test runs on both.

use std::sync::atomic::{AtomicU32, Ordering};

use center::store::bulk::{BulkJob, BulkJobState, BulkKind, FinishedPart};
use center::store::certificate::{Holder, IssuedCertificate, StoredCrl};
use center::store::coverage::{CardAndBirth, CoverageRow};
use center::store::facility::{CodeUse, EnrolmentCode, Facility, FacilityKind};
use center::store::import_job::ImportJob;
use center::store::log::{LogHead, NewEvent};
use center::store::{Engine, Store, StoreError};
use domain::{InsurerNumber, MedicalInstitutionCode};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::on_both_engines;
use crate::world::{self, CLINIC, SOCIETY, World, behind_its_back, person, put_rows, someone};

on_both_engines!(
    a_store_opens_twice_and_keeps_what_it_holds,
    a_newer_schema_is_refused,
    a_changed_migration_is_refused,
    two_programs_may_migrate_at_once,
    coverages_are_found_by_card_and_birth_date_in_one_look_up,
    the_same_coverage_again_changes_nothing,
    a_failed_transaction_leaves_nothing,
    a_cancelled_transaction_leaves_nothing_and_the_next_one_works,
    a_collision_is_tried_again,
    a_rule_of_the_schema_holds,
    leaves_are_appended_only_behind_the_size_that_is_expected,
    codes_are_used_once,
    certificates_are_found_revoked_and_listed,
    a_crl_only_grows,
    a_bulk_file_lives_from_reception_to_results,
    a_bulk_file_is_claimed_by_one_center_and_taken_over_when_left_standing,
    an_import_job_is_kept,
    insurers_are_known_with_their_feeds,
    a_center_value_is_kept_once,
);

fn clinic() -> MedicalInstitutionCode {
    MedicalInstitutionCode::parse(CLINIC).unwrap()
}

fn facility() -> Facility {
    Facility {
        code: clinic(),
        name: "髙野内科".to_owned(),
        kind: FacilityKind::Clinic,
        address: "東京都千代田区".to_owned(),
        post_number: "100-0001".to_owned(),
    }
}

async fn a_store_opens_twice_and_keeps_what_it_holds(world: World) {
    let now = world.now();
    let store = world.store().await;
    let kept = facility();
    let kept = &kept;
    assert!(store.tx("put", async |mut tx| tx.put_facility(kept, now).await).await.unwrap());
    assert!(!store.tx("put", async |mut tx| tx.put_facility(kept, now).await).await.unwrap());
    store.close().await;
    assert!(store.ping().await.unwrap_err().is_retryable());
    let again = world.store().await;
    let found = again.read("get", async |mut tx| tx.facility(clinic()).await).await.unwrap();
    assert_eq!(found.as_ref(), Some(kept));
    let listed = again.read("list", async |mut tx| tx.facilities(None, 10).await).await.unwrap();
    assert_eq!(listed.len(), 1);
    again.close().await;
}

async fn try_open(world: &World) -> Result<Store, StoreError> {
    let clock = std::sync::Arc::new(world.clock.clone());
    Store::open(&world.address, clock, Box::new(center::store::NoObserver)).await
}

async fn a_newer_schema_is_refused(world: World) {
    world.store().await.close().await;
    behind_its_back(&world.address, "INSERT INTO schema_migration VALUES (9999, 'of_tomorrow', 'x', 0)").await;
    let error = try_open(&world).await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaUnknown { found: 9999, .. }), "{error}");
}

async fn a_changed_migration_is_refused(world: World) {
    world.store().await.close().await;
    behind_its_back(&world.address, "UPDATE schema_migration SET checksum = 'x' WHERE version = 1").await;
    let error = try_open(&world).await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaChanged { version: 1 }), "{error}");
}

async fn two_programs_may_migrate_at_once(world: World) {
    let (one, two, three) = tokio::join!(try_open(&world), try_open(&world), try_open(&world));
    for store in [one.unwrap(), two.unwrap(), three.unwrap()] {
        store.ping().await.unwrap();
    }
}

const EMPTY: LogHead = LogHead { tree_size: 1, root: [0; 32], frontier: Vec::new() };

async fn open_log(store: &Store, world: &World) {
    let now = world.now();
    assert!(store.tx("log", async |mut tx| tx.create_log(1, b"first", &EMPTY, now).await).await.unwrap());
    assert!(!store.tx("log", async |mut tx| tx.create_log(1, b"first", &EMPTY, now).await).await.unwrap());
}

async fn coverages_are_found_by_card_and_birth_date_in_one_look_up(world: World) {
    let store = world.store().await;
    open_log(&store, &world).await;
    let (hanako, taro) = (someone(1), someone(2));
    let child = world::coverage(&serde_json::json!({
        "InsuredIdentificationNumber": "1", "InsuredBranchNumber": "02", "Birthdate": "20150505",
    }));
    world.put(&store, &[hanako.clone(), taro.clone(), (child.clone(), person(3))]).await;
    let key = |c: &domain::Coverage| CardAndBirth {
        card_key: c.card_key(),
        near_key: domain::id::near_key(&c.insurer_number, c.person.birthdate),
    };
    let nobody = CardAndBirth { near_key: 7, ..key(&taro.0) };
    let asked = [key(&child), nobody, key(&taro.0), key(&hanako.0), key(&taro.0)];
    let asked = &asked;
    let looked_up = store.log_tx("look", async |mut tx| tx.lock_log_and_look_up(1, asked).await).await.unwrap();
    assert_eq!(looked_up.log.tree_size, 1);
    assert!(looked_up.others.is_empty(), "nobody's insurance has ended");
    let mut found = looked_up.found;
    found.sort_by_key(|f| f.at);
    let places: Vec<_> = found.iter().map(|f| (f.at, f.person)).collect();
    assert_eq!(places, [(0, person(3)), (2, person(2)), (3, person(1)), (4, person(2))]);
    let read = center::store::coverage::read_record(found[0].person, &found[0].record).unwrap();
    assert!(read.coverage.status_index.is_some(), "with its place in the lists");
    assert_eq!(domain::Coverage { status_index: None, ..read.coverage }, child);

    let (card, near) = (hanako.0.card_key(), key(&hanako.0).near_key);
    let (cards, persons, nears) = ([card], [person(2), person(9)], [near]);
    let (cards, persons, nears) = (&cards, &persons, &nears);
    let (by_card, by_person, by_near) = store
        .read("look", async |mut tx| {
            Ok((
                tx.coverages_of_cards(cards).await?,
                tx.coverages_of_persons(persons).await?,
                tx.coverages_near(nears).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(by_card.len(), 2, "the whole family has one card");
    assert_eq!(by_person.len(), 1);
    assert_eq!(by_near.len(), 2, "two people of one insurer with one birth date");
}

async fn the_same_coverage_again_changes_nothing(world: World) {
    let store = world.store().await;
    let now = world.now();
    // More rows than one statement takes, and not a round number of them.
    let rows: Vec<CoverageRow> = (0..700).map(someone).map(|(c, p)| CoverageRow::new(&c, p).unwrap()).collect();
    let put =
        async |rows: &[CoverageRow]| store.tx("put", async |mut tx| put_rows(&mut tx, rows, now).await).await.unwrap();
    assert_eq!(put(&rows).await, 700);
    assert_eq!(put(&rows).await, 0);
    let mut changed = rows.clone();
    changed[5].record = changed[5].record.replace("試験", "變更");
    changed[6].person = person(99_999);
    assert_eq!(put(&changed).await, 2);
    let count = store.read("count", async |mut tx| tx.count_coverages().await).await.unwrap();
    assert_eq!(count, 700);
}

async fn a_failed_transaction_leaves_nothing(world: World) {
    let store = world.store().await;
    let now = world.now();
    let result: Result<(), _> = store
        .tx("fail", async |mut tx| {
            tx.put_facility(&facility(), now).await?;
            Err(StoreError::inconsistent("facility", "made up"))
        })
        .await;
    assert!(matches!(result, Err(StoreError::Inconsistent { .. })));
    assert_eq!(store.read("get", async |mut tx| tx.facility(clinic()).await).await.unwrap(), None);
}

async fn a_cancelled_transaction_leaves_nothing_and_the_next_one_works(world: World) {
    let store = world.store().await;
    let now = world.now();
    for _ in 0..3 {
        let cut = store.tx("cut", async |mut tx| {
            tx.put_facility(&facility(), now).await?;
            std::future::pending::<()>().await;
            Ok(())
        });
        let cut = tokio::time::timeout(std::time::Duration::from_millis(100), cut).await;
        assert!(cut.is_err(), "the caller went away");
        let found = store.tx("get", async |mut tx| tx.facility(clinic()).await).await.unwrap();
        assert_eq!(found, None);
    }
}

async fn a_collision_is_tried_again(world: World) {
    let store = world.store().await;
    let now = world.now();
    let tries = AtomicU32::new(0);
    let done = store
        .tx("collide", async |mut tx| {
            tx.put_facility(&facility(), now).await?;
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => Err(StoreError::Collided { name: "", attempts: 1 }),
                tried => Ok(tried),
            }
        })
        .await;
    assert_eq!(done.unwrap(), 2);
    let always: Result<(), _> =
        store.tx("collide", async |_tx| Err(StoreError::Collided { name: "", attempts: 1 })).await;
    assert!(matches!(always, Err(StoreError::Collided { name: "collide", .. })));
}

async fn a_rule_of_the_schema_holds(world: World) {
    let store = world.store().await;
    let now = world.now();
    let (known, holder) = someone(1);
    let wrong = CoverageRow { branch: "1".to_owned(), ..CoverageRow::new(&known, holder).unwrap() };
    let wrong = [wrong];
    let wrong = &wrong;
    let error = store.tx("wrong", async |mut tx| put_rows(&mut tx, wrong, now).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Statement(_)), "{error}");
    for words in [error.to_string(), format!("{error:?}")] {
        assert!(!words.contains("試験") && words.contains("coverage_branch_is_empty_or_2_digits"), "{words}");
    }
}

async fn leaves_are_appended_only_behind_the_size_that_is_expected(world: World) {
    let store = world.store().await;
    let now = world.now();
    open_log(&store, &world).await;
    let events: Vec<NewEvent> = (0..3)
        .map(|n| NewEvent {
            facility: clinic(),
            person: (n != 1).then(|| person(n)),
            event: vec![u8::try_from(n).unwrap(), b'"', b'\\', 0xff],
        })
        .collect();
    let events = &events;
    let head = LogHead { tree_size: 4, root: [4; 32], frontier: vec![4, 4] };
    let head = &head;
    let append = async |before: u64| {
        store.log_tx("append", async |mut tx| tx.append_events(1, before, events, head, now).await).await
    };
    append(1).await.unwrap();
    assert!(append(1).await.is_err(), "another center was faster");
    let (stored, leaves, last) = store
        .read("see", async |mut tx| {
            Ok((tx.log_head(1).await?, tx.events(1, 0, 10).await?, tx.last_event_index(1).await?))
        })
        .await
        .unwrap();
    assert_eq!(stored.as_ref(), Some(head));
    assert_eq!(last, Some(3));
    assert_eq!(leaves[0].event, b"first");
    for (leaf, event) in leaves[1..].iter().zip(events) {
        assert_eq!((&leaf.event, leaf.person), (&event.event, event.person));
        assert_eq!(leaf.facility, CLINIC);
        assert_eq!(leaf.occurred_at, now);
    }
}

async fn codes_are_used_once(world: World) {
    let store = world.store().await;
    let now = world.now();
    let code = EnrolmentCode {
        hash: [7; 32],
        holder: Holder::Facility(clinic()),
        expires_at: now + SignedDuration::from_hours(1),
    };
    let code = &code;
    store.tx("put", async |mut tx| tx.put_enrolment_code(code, now).await).await.unwrap();
    let twice = store.tx("put", async |mut tx| tx.put_enrolment_code(code, now).await).await;
    assert!(matches!(twice, Err(StoreError::Exists(_))));
    let use_at = async |hash: [u8; 32], at| {
        store.tx("use", async |mut tx| tx.use_enrolment_code(&hash, at).await).await.unwrap()
    };
    assert_eq!(use_at([8; 32], now).await, CodeUse::Unknown);
    assert_eq!(use_at([7; 32], code.expires_at).await, CodeUse::Expired);
    let (one, two) = tokio::join!(use_at([7; 32], now), use_at([7; 32], now));
    let taken = [&one, &two].into_iter().filter(|u| **u == CodeUse::Taken(code.holder.clone())).count();
    assert_eq!(taken, 1, "{one:?} {two:?}");
    assert_eq!(use_at([7; 32], now).await, CodeUse::Used);
}

fn certificate(world: &World, serial: &[u8], terminal: &str) -> IssuedCertificate {
    IssuedCertificate {
        serial: serial.to_vec(),
        holder: Holder::Facility(clinic()),
        terminal_id: terminal.to_owned(),
        issued_at: world.now(),
        expires_at: world.now() + SignedDuration::from_hours(24 * 90),
        revoked_at: None,
    }
}

async fn certificates_are_found_revoked_and_listed(world: World) {
    let store = world.store().await;
    let now = world.now();
    let (one, two) = (certificate(&world, &[1, 2, 3], "a"), certificate(&world, &[9], "b"));
    let (one, two) = (&one, &two);
    store
        .tx("issue", async |mut tx| {
            tx.add_certificate(one).await?;
            tx.add_certificate(two).await
        })
        .await
        .unwrap();
    let holder = Holder::Facility(clinic());
    let holder = &holder;
    let (found, all) = store
        .read("see", async |mut tx| Ok((tx.certificate(&[1, 2, 3]).await?, tx.certificates_of(holder).await?)))
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(one));
    assert_eq!(all.len(), 2);
    let revoked =
        store.tx("revoke", async |mut tx| tx.revoke_certificates_of(holder, Some("b"), now).await).await.unwrap();
    assert_eq!(revoked, [vec![9]]);
    let again = store.tx("revoke", async |mut tx| tx.revoke_certificate(&[9], now).await).await.unwrap();
    assert!(!again);
    let listed = store.read("list", async |mut tx| tx.revoked_certificates(now).await).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].0, [9]);
}

async fn a_crl_only_grows(world: World) {
    let store = world.store().await;
    let crl = |number| StoredCrl {
        number,
        issued_at: world.now(),
        next_update: world.now() + SignedDuration::from_hours(24),
        der: number.to_be_bytes().to_vec(),
    };
    let put = async |number| {
        let crl = crl(number);
        let crl = &crl;
        store.tx("crl", async |mut tx| tx.put_crl("aa", crl).await).await.unwrap()
    };
    assert!(put(5).await);
    assert!(!put(4).await, "an older list never replaces a newer one");
    assert!(!put(5).await);
    assert!(put(6).await);
    let held = store.read("crl", async |mut tx| tx.crl("aa").await).await.unwrap().unwrap();
    assert_eq!(held, crl(6));
}

fn bulk_job(world: &World, reception: &str, request: u128) -> BulkJob {
    BulkJob {
        facility: clinic(),
        reception_number: reception.to_owned(),
        kind: BulkKind::Check,
        request_id: Uuid::from_u128(request),
        header: "{}".to_owned(),
        state: BulkJobState::Receiving,
        parts: 0,
        units: 0,
        units_normal: 0,
        units_error: 0,
        received_at: world.now(),
    }
}

async fn a_bulk_file_lives_from_reception_to_results(world: World) {
    let store = world.store().await;
    let now = world.now();
    let job = bulk_job(&world, "R1", 1);
    let job = &job;
    let receive = async |job: &BulkJob| {
        store
            .tx("receive", async |mut tx| {
                if let Some(earlier) = tx.begin_bulk(job).await? {
                    return Ok(Some(earlier));
                }
                for part in 0..2 {
                    tx.put_bulk_part(job.facility, &job.reception_number, part, b"{}\n{}\n").await?;
                }
                tx.bulk_received(job.facility, &job.reception_number, 2, 4, now).await?;
                Ok(None)
            })
            .await
            .unwrap()
    };
    assert_eq!(receive(job).await, None);
    let again = receive(&bulk_job(&world, "R2", 1)).await.expect("the same file is taken once");
    assert_eq!(again.reception_number, "R1");
    let open = store.read("open", async |mut tx| tx.open_bulk_jobs(10).await).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].units, open[0].state), (4, BulkJobState::Processing));
    for expected in 0..2 {
        let (part, questions) =
            store.read("next", async |mut tx| tx.next_bulk_part(clinic(), "R1").await).await.unwrap().unwrap();
        assert_eq!((part, questions.as_slice()), (expected, b"{}\n{}\n".as_slice()));
        let done = FinishedPart {
            facility: clinic(),
            reception_number: "R1",
            part,
            results: b"[]\n[]\n",
            normal: 1,
            errors: 1,
        };
        assert!(store.tx("finish", async |mut tx| tx.finish_bulk_part(&done, now).await).await.unwrap());
        assert!(!store.tx("finish", async |mut tx| tx.finish_bulk_part(&done, now).await).await.unwrap());
    }
    let (job, rest, results) = store
        .read("see", async |mut tx| {
            Ok((
                tx.bulk_job(clinic(), "R1").await?.unwrap(),
                tx.next_bulk_part(clinic(), "R1").await?,
                tx.bulk_results(clinic(), "R1", 1).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((job.state, job.units_normal, job.units_error), (BulkJobState::Done, 2, 2));
    assert_eq!(rest, None);
    assert_eq!(results.as_deref(), Some(b"[]\n[]\n".as_slice()));
    let later = now + SignedDuration::from_hours(1);
    let forgotten = store.tx("forget", async |mut tx| tx.forget_bulk(later, 10).await).await.unwrap();
    assert_eq!(forgotten, 1);
    let gone = store.read("see", async |mut tx| tx.bulk_results(clinic(), "R1", 1).await).await.unwrap();
    assert_eq!(gone, None, "the parts go with their file");
}

async fn a_bulk_file_is_claimed_by_one_center_and_taken_over_when_left_standing(world: World) {
    let store = world.store().await;
    let start = world.now();
    let job = bulk_job(&world, "R1", 1);
    let job = &job;
    store
        .tx("receive", async |mut tx| {
            tx.begin_bulk(job).await?;
            tx.put_bulk_part(job.facility, "R1", 0, b"{}\n").await?;
            tx.bulk_received(job.facility, "R1", 1, 1, start).await
        })
        .await
        .unwrap();
    let claim = async |mine: Option<i64>, second: i64| {
        let at = |second| start + SignedDuration::from_secs(second);
        let idle_since = at(second) - center::limits::BULK_CLAIM_TIME;
        let claim =
            async |mut tx: center::store::Tx| tx.claim_bulk(clinic(), "R1", mine.map(at), idle_since, at(second)).await;
        store.tx("claim", claim).await.unwrap()
    };
    assert!(claim(None, 1).await, "nobody has it");
    assert!(!claim(None, 2).await, "the first center has it");
    assert!(claim(Some(1), 3).await, "the first center goes on");
    assert!(!claim(Some(1), 4).await, "something else was done to it since");
    assert!(claim(None, 24).await, "it was left standing");
    assert!(!claim(Some(3), 25).await, "it was taken over");
}

async fn an_import_job_is_kept(world: World) {
    let store = world.store().await;
    let now = world.now();
    let mut job = ImportJob::new([3; 32], "operator".to_owned());
    job.next_line = 5_002;
    job.rows_read = 5_000;
    job.rows_accepted = 4_999;
    job.rows_refused = 1;
    let kept = &job;
    store.tx("put", async |mut tx| tx.put_import_job(kept, now).await).await.unwrap();
    let found = store.read("get", async |mut tx| tx.import_job([3; 32], "operator").await).await.unwrap().unwrap();
    assert_eq!(found, ImportJob { updated_at: Some(now), ..job });
    let other = store.read("get", async |mut tx| tx.import_job([3; 32], SOCIETY).await).await.unwrap();
    assert_eq!(other, None, "the same bytes from somebody else are another matter");
}

async fn insurers_are_known_with_their_feeds(world: World) {
    let store = world.store().await;
    let number = InsurerNumber::parse(SOCIETY).unwrap();
    let number = &number;
    let early = world.now();
    store.tx("put", async |mut tx| tx.put_insurer(number, "甲", false, early).await).await.unwrap();
    let times = store.read("see", async |mut tx| tx.insurer_feed_times().await).await.unwrap();
    assert_eq!(times.get(number), Some(&None));
    store.tx("put", async |mut tx| tx.put_insurer(number, "乙", true, early).await).await.unwrap();
    let late = early + SignedDuration::from_hours(1);
    store.tx("put", async |mut tx| tx.put_insurer(number, "丙", false, late).await).await.unwrap();
    let asked = [number.clone()];
    let asked = &asked;
    let times = store.read("see", async |mut tx| tx.insurer_feed_times_of(asked).await).await.unwrap();
    assert_eq!(times.get(number), Some(&Some(early)), "a new name is no feed");
}

async fn a_center_value_is_kept_once(world: World) {
    let store = world.store().await;
    let now = world.now();
    let first = store.tx("keep", async |mut tx| tx.keep_center_value("k", b"one", now).await).await.unwrap();
    let second = store.tx("keep", async |mut tx| tx.keep_center_value("k", b"two", now).await).await.unwrap();
    assert_eq!((first.as_slice(), second.as_slice()), (b"one".as_slice(), b"one".as_slice()));
    assert!(matches!(store.engine(), Engine::Sqlite | Engine::Postgres));
}
