//! Feeds: good rows are taken, bad ones named; the same file twice changes nothing; an interrupted one goes on.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use center::check::Engine;
use center::feed::{ImportError, Imported, Importer, PersonKey, Source};
use center::limits;
use center::store::Store;
use domain::InsurerNumber;
use kit::lifecycle::Lifecycle;
use serde_json::json;
use wire::api::Verdict;
use wire::feed::{CsvEncoding, FeedRow, FeedWriter};

use crate::on_both_engines;
use crate::world::{
    ASSOCIATION, SOCIETY, World, answer_of, ask, coverage, personal_number, place_key, search, someone,
};

on_both_engines!(
    a_feed_is_taken_and_asked_about,
    bad_rows_are_named_and_the_good_ones_taken,
    the_same_file_twice_changes_nothing_and_says_so,
    a_file_that_was_overtaken_by_another_is_taken_again,
    an_interrupted_file_goes_on_where_it_stopped,
    an_insurer_may_only_speak_for_itself,
    a_later_row_replaces_an_earlier_one,
    a_file_that_is_no_feed_changes_nothing,
);

pub fn feed(rows: impl IntoIterator<Item = FeedRow>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = FeedWriter::new(&mut file).unwrap();
    for row in rows {
        writer.write(&row).unwrap();
    }
    file
}

pub fn row(number: u64) -> FeedRow {
    FeedRow::new(&someone(number).0, &personal_number(number))
}

async fn importer(world: &World, store: &Store) -> Importer {
    Importer {
        store: store.clone(),
        person_key: PersonKey::of_center(store, world.random.as_ref(), world.now()).await.unwrap(),
        place_key: place_key(),
        clock: Arc::new(world.clock.clone()),
        life: Lifecycle::new(),
    }
}

async fn import(world: &World, store: &Store, file: Vec<u8>) -> Imported {
    world.clock.advance(Duration::from_secs(1));
    importer(world, store).await.import(Cursor::new(file), CsvEncoding::Utf8, &Source::Operator).await.unwrap()
}

async fn count(store: &Store) -> u64 {
    store.read("count", async |mut tx| tx.count_coverages().await).await.unwrap()
}

async fn verdict(engine: &Engine, number: u64, request: u128) -> Verdict {
    answer_of(&engine.check(ask(search(&someone(number).0), request)).await.unwrap()).verdict
}

async fn a_feed_is_taken_and_asked_about(world: World) {
    let store = world.store().await;
    let engine = world.engine(store.clone()).await;
    assert_eq!(verdict(&engine, 1, 1).await, Verdict::NotFound);
    // A chunk and a bit, so that there are two transactions.
    let rows = limits::FEED_CHUNK_ROWS as u64 + 10;
    let done = import(&world, &store, feed((0..rows).map(row))).await;
    assert_eq!((done.report.rows_read, done.report.rows_accepted, done.report.rows_refused), (rows, rows, 0));
    assert_eq!((done.known_already, done.resumed_at_line), (false, None));
    assert_eq!(count(&store).await, rows);
    assert_eq!(verdict(&engine, 1, 2).await, Verdict::Valid);
    assert_eq!(verdict(&engine, rows - 1, 3).await, Verdict::Valid);
    let answer = answer_of(&engine.check(ask(search(&someone(1).0), 4)).await.unwrap());
    assert_eq!(answer.insurer_data_as_of, Some(world.now()));
    // The person is the same under either card, and the 個人番号 is nowhere.
    let stored =
        store.read("see", async |mut tx| tx.coverages_of_cards(&[someone(1).0.card_key()]).await).await.unwrap();
    let digits: String = personal_number(1).expose().iter().map(|d| char::from(*d)).collect();
    assert!(!stored[0].record.contains(&digits));
}

async fn bad_rows_are_named_and_the_good_ones_taken(world: World) {
    let store = world.store().await;
    let mut rows: Vec<FeedRow> = (0..6).map(row).collect();
    "06139464".clone_into(&mut rows[1].insurer_number);
    "19800231".clone_into(&mut rows[3].birthdate);
    "000000000001".clone_into(&mut rows[4].personal_number);
    let done = import(&world, &store, feed(rows)).await;
    assert_eq!((done.report.rows_read, done.report.rows_accepted, done.report.rows_refused), (6, 3, 3));
    let named: Vec<_> = done.report.refusals.iter().map(|r| (r.line, r.field.as_str(), r.code.as_str())).collect();
    assert_eq!(named[0], (3, "InsurerNumber", "check_digit"));
    assert_eq!(named[1], (5, "Birthdate", "no_such_day"));
    assert_eq!((named[2].0, named[2].1), (6, "PersonalNumber"));
    assert_eq!(count(&store).await, 3);
}

async fn the_same_file_twice_changes_nothing_and_says_so(world: World) {
    let store = world.store().await;
    let file = feed((0..20).map(row));
    let first = import(&world, &store, file.clone()).await;
    let again = import(&world, &store, file).await;
    assert!(again.known_already);
    assert_eq!(again.report.feed_digest, first.report.feed_digest);
    assert_eq!((again.report.rows_read, again.report.rows_accepted, again.report.rows_unchanged), (20, 0, 20));
}

async fn a_file_that_was_overtaken_by_another_is_taken_again(world: World) {
    let store = world.store().await;
    let old = feed((0..20).map(row));
    let mut changed = row(5);
    "20260101".clone_into(&mut changed.disqualification_date);
    import(&world, &store, old.clone()).await;
    let newer = import(&world, &store, feed((0..20).map(|n| if n == 5 { changed.clone() } else { row(n) }))).await;
    assert_eq!((newer.report.rows_accepted, newer.report.rows_unchanged), (1, 19));
    let back = import(&world, &store, old).await;
    assert!(!back.known_already);
    assert_eq!((back.report.rows_accepted, back.report.rows_unchanged), (1, 19));
    let engine = world.engine(store).await;
    assert_eq!(verdict(&engine, 5, 1).await, Verdict::Valid);
}

/// A file whose disk fails behind some bytes, the first time it is read for its rows.
struct Failing {
    inner: Cursor<Vec<u8>>,
    fails_at: u64,
    passes: u32,
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.passes >= 2 && self.inner.position() >= self.fails_at {
            return Err(std::io::Error::other("the disk has gone"));
        }
        let most = buffer.len().min(64 * 1024);
        self.inner.read(&mut buffer[..most])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.passes += 1;
        self.inner.seek(to)
    }
}

async fn an_interrupted_file_goes_on_where_it_stopped(world: World) {
    let store = world.store().await;
    let rows = 3 * limits::FEED_CHUNK_ROWS as u64;
    let mut all: Vec<FeedRow> = (0..rows).map(row).collect();
    "9".clone_into(&mut all[0].sex1);
    let file = feed(all);
    let cut = Failing { fails_at: file.len() as u64 * 3 / 4, inner: Cursor::new(file.clone()), passes: 0 };
    let importer = importer(&world, &store).await;
    let error = importer.import(cut, CsvEncoding::Utf8, &Source::Operator).await.unwrap_err();
    assert!(matches!(error, ImportError::Feed(_)), "{error}");
    let chunk = limits::FEED_CHUNK_ROWS as u64;
    assert_eq!(count(&store).await, 2 * chunk - 1, "whole chunks or nothing");

    world.clock.advance(Duration::from_secs(1));
    let done = importer.import(Cursor::new(file.clone()), CsvEncoding::Utf8, &Source::Operator).await.unwrap();
    assert_eq!(done.resumed_at_line, Some(2 * chunk + 2));
    assert_eq!((done.report.rows_read, done.report.rows_accepted), (rows, rows - 1));
    assert_eq!(done.report.refusals.len(), 1, "what was refused before the interruption is still told");
    assert_eq!(count(&store).await, rows - 1);
    assert!(import(&world, &store, file).await.known_already);
}

async fn an_insurer_may_only_speak_for_itself(world: World) {
    let store = world.store().await;
    let foreign = coverage(&json!({"InsurerNumber": ASSOCIATION, "InsurerName": "協会"}));
    let file = feed([row(1), FeedRow::new(&foreign, &personal_number(2)), row(3)]);
    let source = Source::Insurer(InsurerNumber::parse(SOCIETY).unwrap());
    let importer = importer(&world, &store).await;
    let done = importer.import(Cursor::new(file), CsvEncoding::Utf8, &source).await.unwrap();
    assert_eq!((done.report.rows_accepted, done.report.rows_refused), (2, 1));
    let refusal = &done.report.refusals[0];
    assert_eq!((refusal.line, refusal.field.as_str(), refusal.code.as_str()), (3, "InsurerNumber", "other_insurer"));
    let known = store.read("see", async |mut tx| tx.insurer_feed_times().await).await.unwrap();
    assert_eq!(known.len(), 1, "the other insurer has sent nothing");
}

async fn a_later_row_replaces_an_earlier_one(world: World) {
    let store = world.store().await;
    let mut later = row(1);
    "改名　花子".clone_into(&mut later.name);
    let file = feed([row(1), row(2), later]);
    let done = import(&world, &store, file).await;
    assert_eq!((done.report.rows_read, done.report.rows_accepted, done.report.rows_unchanged), (3, 2, 1));
    let engine = world.engine(store).await;
    let answer = answer_of(&engine.check(ask(search(&someone(1).0), 1)).await.unwrap());
    assert_eq!(answer.result_list[0].name.as_deref(), Some("改名　花子"));
}

async fn a_file_that_is_no_feed_changes_nothing(world: World) {
    let store = world.store().await;
    let importer = importer(&world, &store).await;
    for file in [b"".to_vec(), b"a,b,c\n1,2,3\n".to_vec(), vec![0xff; 1_000]] {
        let error = importer.import(Cursor::new(file), CsvEncoding::Utf8, &Source::Operator).await.unwrap_err();
        assert!(matches!(error, ImportError::Feed(_)), "{error}");
    }
    assert_eq!(count(&store).await, 0);
}
