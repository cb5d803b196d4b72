//! What the tests of store, engine and feed share: a private database of either engine, people, and an engine over it.

use std::sync::{Arc, LazyLock};

use center::check::{Engine, NoBatchObserver, Parts, Question};
use center::status::places::PlaceGiver;
use center::store::coverage::CoverageRow;
use center::store::coverage_put::RowsToPut;
use center::store::{Address, NoObserver, Store, Tx};
use domain::{Coverage, PersonId, PersonalNumber, Purpose};
use jiff::Timestamp;
use kit::clock::Clock;
use testkit::{PrivatePostgres, SeededRandom, TestClock};
use trust::PlaceKey;
use trust::keys::PrivateKey;
use trust::log::{LogId, LogSigner};
use uuid::Uuid;
use wire::api::{Answer, SearchInfo};

/// One server for all tests of a binary; it ends with the process.
static POSTGRES: LazyLock<PrivatePostgres> = LazyLock::new(|| PrivatePostgres::start().expect("a PostgreSQL server"));

/// 健保組合 and 協会けんぽ with right check digits.
pub const SOCIETY: &str = "06139463";
pub const ASSOCIATION: &str = "01130012";
pub const CLINIC: &str = "1310000017";
pub const PHARMACY: &str = "1340000012";

/// A database of its own with everything around it.
pub struct World {
    pub address: Address,
    pub clock: TestClock,
    pub random: Arc<SeededRandom>,
    pub signer: Arc<LogSigner>,
    #[expect(dead_code, reason = "the folder lives as long as the world")]
    folder: tempfile::TempDir,
}

impl World {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::new(Address::in_folder(folder.path()), folder)
    }

    pub fn postgres() -> Self {
        let url = POSTGRES.create_database().expect("a database");
        Self::new(Address::parse(&url).unwrap(), tempfile::tempdir().unwrap())
    }

    pub fn new(address: Address, folder: tempfile::TempDir) -> Self {
        let signer = LogSigner::new(LogId::FIRST, &PrivateKey::generate().unwrap()).unwrap();
        Self {
            address,
            clock: TestClock::default(),
            random: Arc::new(SeededRandom::default()),
            signer: Arc::new(signer),
            folder,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.address, Arc::new(self.clock.clone()), Box::new(NoObserver)).await.unwrap()
    }

    pub fn parts(&self, store: Store) -> Parts {
        Parts {
            store,
            signer: Arc::clone(&self.signer),
            clock: Arc::new(self.clock.clone()),
            random: Arc::clone(&self.random) as _,
        }
    }

    pub async fn engine(&self, store: Store) -> Engine {
        Engine::start(self.parts(store), Arc::new(NoBatchObserver)).await.unwrap()
    }

    /// Stores coverages and makes their insurers known.
    pub async fn put(&self, store: &Store, people: &[(Coverage, PersonId)]) {
        let rows: Vec<CoverageRow> = people.iter().map(|(c, p)| CoverageRow::new(c, *p).unwrap()).collect();
        let now = self.now();
        let (rows, people) = (&rows, &people);
        store
            .tx("test_put", async |mut tx| {
                for (coverage, _) in *people {
                    tx.put_insurer(&coverage.insurer_number, &coverage.insurer_name, true, now).await?;
                }
                put_rows(&mut tx, rows, now).await
            })
            .await
            .unwrap();
        store.note_feed_taken();
    }
}

/// Runs each test on both engines, under the engine's name.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::world::World::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::world::World::postgres()).await; })+
        }
    };
}

/// A coverage from its JSON members; what is not said is usual.
pub fn coverage(members: &serde_json::Value) -> Coverage {
    let mut all = serde_json::json!({
        "InsurerNumber": SOCIETY, "InsurerName": "東京電子機械健康保険組合", "InsuredCardSymbol": "12-34",
        "InsuredIdentificationNumber": "1", "RegistrationStatus": "registered",
        "InsuredCardClassification": "01", "PersonalFamilyClassification": "1",
        "Person": { "Name": "髙橋　花子", "NameKana": "ﾀｶﾊｼ ﾊﾅｺ", "Sex1": "2", "Birthdate": "19800401" },
        "QualificationDate": "20200401"
    });
    for (name, value) in members.as_object().unwrap() {
        let place = if all["Person"].get(name).is_some() { &mut all["Person"] } else { &mut all };
        place[name] = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

/// A person by a small number.
pub fn person(number: u64) -> PersonId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    PersonId(id)
}

/// A 個人番号 with the right check digit.
pub fn personal_number(number: u64) -> PersonalNumber {
    let eleven = format!("{number:011}");
    let check = domain::check_digit::personal_number(eleven.as_bytes());
    PersonalNumber::parse(&format!("{eleven}{check}")).unwrap()
}

/// A usual person: the card number is the number.
pub fn someone(number: u64) -> (Coverage, PersonId) {
    let card = format!("{number}");
    let members = serde_json::json!({
        "InsuredIdentificationNumber": card, "InsuredBranchNumber": "01", "Name": format!("試験　{number}"),
    });
    (coverage(&members), person(number))
}

/// What a window types for that card.
pub fn search(coverage: &Coverage) -> SearchInfo {
    SearchInfo {
        insurer_number: coverage.insurer_number.to_string(),
        insured_card_symbol: coverage.insured_card_symbol.as_ref().map(ToString::to_string),
        insured_identification_number: coverage.insured_identification_number.to_string(),
        insured_branch_number: coverage.insured_branch_number.map(|b| b.to_string()),
        birthdate: domain::date::format(coverage.person.birthdate),
        limit_application_certificate_related_cons_flg: Some("1".to_owned()),
        arbitrary_identifier: None,
    }
}

pub fn ask_on(day: &str, facility: &str, search: SearchInfo, request: u128) -> Question {
    Question {
        query: search.parse(day, facility).unwrap(),
        search,
        request_id: Uuid::from_u128(request),
        arbitrary_file_identifier: None,
        purpose: Purpose::Check,
        by_staff: None,
        withdraws: false,
        decided_at: None,
    }
}

/// A question of the clinic on an ordinary day.
pub fn ask(search: SearchInfo, request: u128) -> Question {
    ask_on("20260407", CLINIC, search, request)
}

pub fn answer_of(answered: &center::check::Answered) -> Answer {
    serde_json::from_str(answered.answer()).unwrap()
}

/// Runs a statement behind the store's back.
pub async fn behind_its_back(address: &Address, sql: &'static str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    match address {
        Address::Sqlite(path) => {
            let mut c = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            sqlx::query(sql).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        }
        Address::Postgres(servers) => {
            let mut c = servers[0].connect().await.unwrap();
            sqlx::query(sql).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        }
    }
}

/// The key of the shuffle of all tests.
pub fn place_key() -> PlaceKey {
    PlaceKey::new(&[2; 32])
}

/// Stores rows as an import does; gives how many were new or changed.
pub async fn put_rows(tx: &mut Tx, rows: &[CoverageRow], now: Timestamp) -> center::store::Result<u64> {
    let places = PlaceGiver::new(place_key()).take(tx, rows.iter().map(|row| row.prefecture), now).await?;
    let put = tx.put_coverages(RowsToPut { rows, places: &places, tell_places: true }, now).await?;
    assert_eq!(put.changed, put.used.len() as u64);
    Ok(put.changed)
}
