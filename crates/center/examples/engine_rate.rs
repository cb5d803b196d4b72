//! How fast the engine answers inside one process: no network, no TLS, many tasks that ask as soon as they were answered.
//!
//! `cargo run --release -p center --example engine_rate -- [people] [tasks] [seconds] [postgres | path | address]`
//!
//! It imports a feed of that many people first (and says how fast that went), then asks for a random one again and again.
//! The whole path with TLS is measured by `cargo xtask bench check`; this is for finding what is hot.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "it is a tool that prints figures")]

use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use center::check::{BatchObserver, Engine, Parts, Question};
use center::feed::{Importer, PersonKey, Source};
use center::store::{Address, NoObserver, Store};
use domain::{Coverage, PersonalNumber, Purpose};
use kit::clock::{SharedClock, SystemClock};
use kit::lifecycle::Lifecycle;
use kit::random::{SystemRandom, uuid_v7};
use trust::keys::PrivateKey;
use trust::log::{LogId, LogSigner};
use wire::api::SearchInfo;
use wire::feed::{CsvEncoding, FeedRow, FeedWriter};

const INSURERS: [&str; 4] = ["06139463", "01130012", "31130461", "133066"];

#[derive(Default)]
struct Batches {
    number: AtomicU64,
    questions: AtomicU64,
    micros: AtomicU64,
}

impl BatchObserver for Batches {
    fn batch(&self, questions: usize, took: Duration, _outcome: &'static str) {
        self.number.fetch_add(1, Ordering::Relaxed);
        self.questions.fetch_add(questions as u64, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }
}

fn coverage(number: u64) -> Coverage {
    // Households of two with one card, as in the nation.
    let (card, branch) = (number / 2, number % 2 + 1);
    let born = 1_940 + number % 75;
    serde_json::from_value(serde_json::json!({
        "InsurerNumber": INSURERS[(card % 4) as usize], "InsurerName": "東京電子機械健康保険組合",
        "InsuredCardSymbol": format!("{}", 1_000 + card % 500), "InsuredIdentificationNumber": format!("{card}"),
        "InsuredBranchNumber": format!("{branch:02}"), "RegistrationStatus": "registered",
        "InsuredCardClassification": "01", "PersonalFamilyClassification": if branch == 1 { "1" } else { "2" },
        "InsuredName": "髙橋　太郎", "Name": format!("髙橋　花子{number}"), "NameKana": "タカハシ　ハナコ", "Sex1": "2",
        "Birthdate": format!("{born}{:02}{:02}", 1 + number % 12, 1 + number % 28),
        "Address": "東京都千代田区霞が関一丁目２番２号 中央合同庁舎第５号館", "PostNumber": "100-8916",
        "QualificationDate": "20200401", "InsuredCertificateIssuanceDate": "20200401",
        "InsuredCardValidDate": "20200401", "InsuredCardExpirationDate": "20290331",
    }))
    .expect("a coverage")
}

fn personal_number(number: u64) -> PersonalNumber {
    let eleven = format!("{number:011}");
    let check = domain::check_digit::personal_number(eleven.as_bytes());
    PersonalNumber::parse(&format!("{eleven}{check}")).expect("a number")
}

fn question(number: u64, clock: &SharedClock) -> Question {
    let coverage = coverage(number);
    let search = SearchInfo {
        insurer_number: coverage.insurer_number.to_string(),
        insured_card_symbol: coverage.insured_card_symbol.as_ref().map(ToString::to_string),
        insured_identification_number: coverage.insured_identification_number.to_string(),
        insured_branch_number: coverage.insured_branch_number.map(|b| b.to_string()),
        birthdate: domain::date::format(coverage.person.birthdate),
        ..SearchInfo::default()
    };
    Question {
        query: search.parse("20260407", "1310000017").expect("a question"),
        search,
        request_id: uuid_v7(clock.now(), &SystemRandom),
        arbitrary_file_identifier: None,
        purpose: Purpose::Check,
        by_staff: None,
        withdraws: false,
        decided_at: None,
    }
}

fn argument<T: std::str::FromStr>(place: usize, usual: T) -> T {
    std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn feed(people: u64) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("a file");
    let mut writer = FeedWriter::new(std::io::BufWriter::new(&mut file)).expect("a header");
    for number in 0..people {
        writer.write(&FeedRow::new(&coverage(number), &personal_number(number))).expect("a row");
    }
    writer.finish().expect("the end").flush().expect("the end");
    file.seek(SeekFrom::Start(0)).expect("the beginning");
    file
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let people: u64 = argument(1, 200_000);
    let tasks: u64 = argument(2, 64);
    let seconds: u64 = argument(3, 5);
    let folder = tempfile::tempdir_in("/var/tmp").expect("a folder");
    let database = argument(4, folder.path().join("center.sqlite").display().to_string());
    // `postgres` starts a private server; anything else is an address or a path.
    let server = (database == "postgres").then(|| testkit::PrivatePostgres::start().expect("a server"));
    let database = server.as_ref().map_or(database, |server| server.create_database().expect("a database"));
    let clock = SystemClock::shared();
    let store = Store::open(&Address::parse(&database).expect("an address"), Arc::clone(&clock), Box::new(NoObserver))
        .await
        .expect("a store");
    import(&store, &clock, people).await;

    let batches = Arc::new(Batches::default());
    let signer = LogSigner::new(LogId::FIRST, &PrivateKey::generate().expect("a key")).expect("a signer");
    let parts = Parts {
        store: store.clone(),
        signer: Arc::new(signer),
        clock: Arc::clone(&clock),
        random: SystemRandom::shared(),
    };
    let engine = Engine::start(parts, Arc::clone(&batches) as _).await.expect("an engine");
    let (times, took) = ask(&engine, &clock, people, tasks, Duration::from_secs(seconds)).await;
    let batch_count = batches.number.load(Ordering::Relaxed).max(1);
    println!(
        "{{\"tasks\":{tasks},\"checks_per_s\":{:.0},\"p50_ms\":{:.3},\"p99_ms\":{:.3},\"batch_mean\":{:.1},\"batch_mean_ms\":{:.3}}}",
        times.len() as f64 / took.as_secs_f64(),
        percentile(&times, 50).as_secs_f64() * 1e3,
        percentile(&times, 99).as_secs_f64() * 1e3,
        batches.questions.load(Ordering::Relaxed) as f64 / batch_count as f64,
        batches.micros.load(Ordering::Relaxed) as f64 / batch_count as f64 / 1e3,
    );
    engine.shut_down().await;
    store.close().await;
}

async fn import(store: &Store, clock: &SharedClock, people: u64) {
    let file = feed(people);
    let importer = Importer {
        store: store.clone(),
        person_key: PersonKey::new(&[1; 32]),
        place_key: trust::PlaceKey::new(&[2; 32]),
        clock: Arc::clone(clock),
        life: Lifecycle::new(),
    };
    let started = clock.monotonic();
    let done = importer.import(file, CsvEncoding::Utf8, &Source::Operator).await.expect("an import");
    let took = clock.monotonic().saturating_sub(started);
    println!(
        "{{\"rows\":{},\"accepted\":{},\"import_per_s\":{:.0}}}",
        done.report.rows_read,
        done.report.rows_accepted,
        people as f64 / took.as_secs_f64()
    );
}

async fn ask(
    engine: &Engine,
    clock: &SharedClock,
    people: u64,
    tasks: u64,
    for_as_long: Duration,
) -> (Vec<Duration>, Duration) {
    let stop = Arc::new(AtomicBool::new(false));
    let life = Lifecycle::new();
    let started = clock.monotonic();
    let asking: Vec<_> = (0..tasks)
        .map(|task| {
            let (engine, clock, stop) = (engine.clone(), Arc::clone(clock), Arc::clone(&stop));
            // Made before, so that making questions is not measured with answering them.
            let questions: Vec<Question> =
                (0..500).map(|n| question((task * 7_919 + n * 104_729) % people, &clock)).collect();
            life.spawn("asking", async move {
                let mut times = Vec::new();
                for mut question in questions.into_iter().cycle() {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    question.request_id = uuid_v7(clock.now(), &SystemRandom);
                    let asked = clock.monotonic();
                    let answered = engine.check(question).await.expect("an answer");
                    std::hint::black_box(answered.to_json());
                    times.push(clock.monotonic().saturating_sub(asked));
                }
                times
            })
        })
        .collect();
    tokio::time::sleep(for_as_long).await;
    stop.store(true, Ordering::Relaxed);
    let took = clock.monotonic().saturating_sub(started);
    let mut all = Vec::new();
    for asking in asking {
        all.extend(asking.await.ok().flatten().unwrap_or_default());
    }
    all.sort();
    (all, took)
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default()
}
