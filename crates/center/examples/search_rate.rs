//! How long a search by name reads, on SQLite in a temporary folder: `cargo run --example search_rate -p center [PEOPLE]`.
//!
//! A country of 125 million has about 3,400 people born on one day and as many insurers. Here as many rows of one day lie among
//! those of other days, over 3,000 insurers; what is smaller is the index that the probes go through.
#![expect(clippy::print_stdout, reason = "it is a tool that prints figures")]

use std::sync::Arc;

use center::store::coverage::{CoverageRow, read_record};
use center::store::coverage_put::RowsToPut;
use center::store::{Address, NoObserver, Store};
use domain::person_search::{RawSearch, find};
use domain::{Coverage, InsurerNumber, PersonId, PersonSearch, StatusIndex, id};
use kit::clock::{SharedClock, SystemClock};

const INSURERS: u32 = 3_000;
const PEOPLE_OF_A_DAY: u32 = 3_400;
const SEARCHES: u32 = 50;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let people: u32 = std::env::args().nth(1).map_or(Ok(340_000), |people| people.parse())?;
    let days = (people / PEOPLE_OF_A_DAY).max(1);
    let folder = tempfile::tempdir()?;
    let clock: SharedClock = SystemClock::shared();
    let store = Store::open(&Address::in_folder(folder.path()), Arc::clone(&clock), Box::new(NoObserver)).await?;
    let insurers: Vec<InsurerNumber> = (0..INSURERS).map(insurer).collect::<Result<_, _>>()?;
    let now = clock.now();
    let numbers: Vec<u32> = (0..people).collect();
    for chunk in numbers.chunks(20_000) {
        let rows: Vec<CoverageRow> = chunk.iter().map(|n| row(*n, days, &insurers)).collect::<anyhow::Result<_>>()?;
        let places: Vec<StatusIndex> =
            rows.iter().zip(chunk).map(|(row, n)| StatusIndex::new(row.prefecture, *n)).collect();
        let put = RowsToPut { rows: &rows, places: &places, tell_places: false };
        store.tx("fill", async |mut tx| tx.put_coverages(put, now).await).await?;
    }
    let mut took = Vec::new();
    for n in 0..SEARCHES {
        let kana = format!("ミホン　{}", kana_of(n * days));
        let birthdate = domain::date::format(day(n * days, days)?);
        let raw = RawSearch {
            name_kana: &kana,
            birthdate: &birthdate,
            sex1: "2",
            reason: "計測のため",
            ..RawSearch::default()
        };
        let search = PersonSearch::parse(&raw, wire::text::common).map_err(|_| anyhow::anyhow!("no search"))?;
        let began = clock.monotonic();
        let keys: Vec<i64> = insurers.iter().map(|insurer| id::near_key(insurer, search.birthdate())).collect();
        let keys = &keys;
        let rows = store.read("search", async |mut tx| tx.coverages_near(keys).await).await?;
        let born =
            rows.iter().map(|(_, person, record)| read_record(*person, record)).collect::<Result<Vec<_>, _>>()?;
        let each = born.iter().map(|recorded| (recorded.person, &recorded.coverage));
        let found = find(&search, each, true, wire::text::common);
        took.push(clock.monotonic().saturating_sub(began));
        anyhow::ensure!(!found.persons.is_empty(), "{} of {} found nobody", kana, born.len());
    }
    took.sort_unstable();
    println!(
        "{people} people, {PEOPLE_OF_A_DAY} of a day, {INSURERS} insurers: median {:?}, slowest {:?}",
        took[took.len() / 2],
        took[took.len() - 1]
    );
    store.close().await;
    Ok(())
}

fn insurer(n: u32) -> Result<InsurerNumber, id::IdError> {
    let seven = format!("06{:05}", 13_000 + n);
    let last = (0..10).map(|digit| format!("{seven}{digit}")).find(|number| InsurerNumber::parse(number).is_ok());
    InsurerNumber::parse(&last.unwrap_or_default())
}

fn day(n: u32, days: u32) -> anyhow::Result<domain::Date> {
    let first = domain::date::parse("19500101")?;
    Ok(first.checked_add(jiff::Span::new().days(i64::from(n % days)))?)
}

/// Names repeat as rarely as real ones.
fn kana_of(n: u32) -> String {
    n.to_string().chars().filter_map(|c| "アイウエオカキクケコ".chars().nth(c.to_digit(10)? as usize)).collect()
}

fn row(n: u32, days: u32, insurers: &[InsurerNumber]) -> anyhow::Result<CoverageRow> {
    let born = domain::date::format(day(n, days)?);
    let coverage: Coverage = serde_json::from_value(serde_json::json!({
        "InsurerNumber": insurers[(n / days) as usize % insurers.len()].as_str(), "InsurerName": "計測健康保険組合",
        "InsuredCardSymbol": "12-34", "InsuredIdentificationNumber": n.to_string(),
        "InsuredBranchNumber": "01", "InsuredCardClassification": "01", "PersonalFamilyClassification": "1",
        "InsuredName": "見本　花子",
        "Person": { "Name": "見本　花子", "NameKana": format!("ミホン　{}", kana_of(n)), "Sex1": "2", "Birthdate": born,
            "Address": "東京都千代田区麹町１丁目１番１号", "PostNumber": "102-0083" },
        "QualificationDate": "20200401", "InsuredCertificateIssuanceDate": "20200401", "InsuredCardValidDate": "20200401"
    }))?;
    let mut person = [0; 16];
    person[..4].copy_from_slice(&n.to_be_bytes());
    Ok(CoverageRow::new(&coverage, PersonId(person))?)
}
