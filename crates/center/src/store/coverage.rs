//! `coverage`: who is insured. Look-ups take a whole batch of questions in one statement.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::LazyLock;

use domain::{CardKey, Coverage, PersonId, Prefecture, Recorded, hex};

use super::error::{Result, StoreError};
use super::log::LogState;
use super::tx::{BEGIN_SQLITE, Raw, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "coverage";

/// What a question is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardAndBirth {
    /// The card.
    pub card_key: CardKey,
    /// Insurer and birth date ([`domain::id::near_key`]).
    pub near_key: i64,
}

/// A row that was found for the question at place `at` of the batch.
#[derive(Debug)]
pub struct Found {
    /// Place of the question.
    pub at: usize,
    /// Whose coverage.
    pub person: PersonId,
    /// The coverage as JSON, not read yet.
    pub record: String,
}

/// What the first look-up of a batch found.
#[derive(Debug)]
pub struct LookedUp {
    /// The log, held by the transaction.
    pub log: LogState,
    /// Rows whose card and birth date fit a question.
    pub found: Vec<Found>,
    /// All coverages of the persons of those rows that have ended, by question: what such a question needs next.
    pub others: Vec<Found>,
}

/// A record as it is read: with its place in the status lists, which is a column of its own because the record is compared
/// with what a feed brings. A record is a JSON object and begins with its brace.
macro_rules! record {
    ($row:literal) => {
        concat!(
            "CASE WHEN ",
            $row,
            ".status_index IS NULL THEN ",
            $row,
            ".record ELSE '{\"StatusIndex\":' || ",
            $row,
            ".status_index || ',' || substr(",
            $row,
            ".record, 2) END"
        )
    };
}

pub(super) const RECORD_C: &str = record!("c");
const RECORD_O: &str = record!("o");

/// What stands in a record that has ended or will.
const LOST: &str = "\"DisqualificationDate\"";

/// A coverage as a feed brings it, ready to be stored.
#[derive(Clone)]
pub struct CoverageRow {
    /// The card.
    pub card_key: CardKey,
    /// 枝番, or nothing.
    pub branch: String,
    /// `yyyymmdd`.
    pub qualified_on: i64,
    /// Whose.
    pub person: PersonId,
    /// Insurer and birth date.
    pub near_key: i64,
    /// The coverage as JSON.
    pub record: String,
    /// In whose list its place is.
    pub prefecture: Prefecture,
}

impl CoverageRow {
    /// Makes the row of a coverage.
    pub fn new(coverage: &Coverage, person: PersonId) -> Result<Self> {
        let record = serde_json::to_string(coverage).map_err(|e| StoreError::inconsistent(TABLE, e))?;
        Ok(Self {
            card_key: coverage.card_key(),
            branch: coverage.insured_branch_number.map_or_else(String::new, |b| b.as_str().to_owned()),
            qualified_on: time::day(coverage.qualification_date),
            person,
            near_key: domain::id::near_key(&coverage.insurer_number, coverage.person.birthdate),
            record,
            prefecture: Prefecture::of(&coverage.insurer_number),
        })
    }

    /// What makes two rows the same enrolment.
    pub fn natural_key(&self) -> ([u8; 16], &str, i64) {
        (self.card_key.hash(), &self.branch, self.qualified_on)
    }
}

/// Reads a stored record.
pub fn read_record(person: PersonId, record: &str) -> Result<Recorded> {
    let coverage = serde_json::from_str(record).map_err(|e| {
        // The place only: serde's words can repeat a value of the record.
        StoreError::inconsistent(TABLE, format!("record cannot be read (column {})", e.column()))
    })?;
    Ok(Recorded { person, coverage })
}

type FoundRow = (i64, i64, Option<Vec<u8>>, String);

// SQLite answers on a thread of its own, and every row that changes over costs more than finding it. So all rows come
// as one text, a line each: place or key, person in hexadecimal digits, record. JSON has no line feed outside of its
// escapes.
// A negative place is another coverage of a person whose card was found but whose insurance has ended (see `LookedUp`).
static LOOK_UP_SQLITE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH hit AS MATERIALIZED (
             SELECT q.key, c.person_id, {RECORD_C} AS record FROM json_each($2) q CROSS JOIN coverage c
             WHERE c.card_key = unhex(substr(q.value, 1, 32)) AND +c.near_key = CAST(substr(q.value, 33) AS INTEGER)
         ), other AS (
             SELECT hit.key, o.person_id, {RECORD_O} AS record FROM hit CROSS JOIN coverage o ON o.person_id = hit.person_id
             WHERE instr(hit.record, '{LOST}') > 0 LIMIT {}
         )
         SELECT h.tree_size, h.root, h.reference_facilities, (
             SELECT group_concat(at || ' ' || hex(person_id) || ' ' || record, char(10)) FROM (
                 SELECT key AS at, person_id, record FROM hit UNION ALL SELECT -1 - key, person_id, record FROM other
             )
         ) FROM log_head h WHERE h.log_id = $1",
        limits::OTHER_ROWS_MAX
    )
});

static BEGIN_AND_LOOK_UP_SQLITE: LazyLock<String> = LazyLock::new(|| format!("{BEGIN_SQLITE};{}", *LOOK_UP_SQLITE));

static LOCK_AND_LOOK_UP_POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH head AS MATERIALIZED (
             SELECT tree_size, root, reference_facilities FROM log_head WHERE log_id = $1 FOR UPDATE
         ),
         hit AS MATERIALIZED (
             SELECT q.at, c.person_id, {RECORD_C} AS record
             FROM UNNEST($2::bytea[], $3::bigint[]) WITH ORDINALITY AS q (card_key, near_key, at)
             JOIN coverage c ON c.card_key = q.card_key AND c.near_key + 0 = q.near_key
         ), other AS (
             SELECT hit.at, o.person_id, {RECORD_O} AS record FROM hit JOIN coverage o ON o.person_id = hit.person_id
             WHERE strpos(hit.record, '{LOST}') > 0 LIMIT {}
         )
         SELECT 0::bigint, head.tree_size, head.root, head.reference_facilities::text FROM head
         UNION ALL SELECT hit.at - 1, 0::bigint, hit.person_id, hit.record FROM hit
         UNION ALL SELECT -other.at, 0::bigint, other.person_id, other.record FROM other",
        limits::OTHER_ROWS_MAX
    )
});

const BY_CARD_SQLITE: &str = concat!(
    "SELECT group_concat(q.key || ' ' || hex(c.person_id) || ' ' || ",
    record!("c"),
    ", char(10)) FROM json_each($1) q CROSS JOIN coverage c WHERE c.card_key = unhex(q.value)"
);

const BY_CARD_POSTGRES: &str = concat!(
    "SELECT q.at - 1, 0::bigint, c.person_id, ",
    record!("c"),
    " FROM UNNEST($1::bytea[]) WITH ORDINALITY AS q (card_key, at) JOIN coverage c ON c.card_key = q.card_key"
);

// The limits stand in the text: with a parameter there, SQLite plans the statement again each time.
static BY_PERSON_SQLITE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT group_concat('0 ' || hex(person_id) || ' ' || record, char(10)) FROM (
             SELECT c.person_id, {RECORD_C} AS record FROM coverage c
             WHERE c.person_id IN (SELECT unhex(value) FROM json_each($1)) LIMIT {}
         )",
        limits::OTHER_ROWS_MAX
    )
});

const BY_PERSON_POSTGRES: &str =
    concat!("SELECT c.person_id, ", record!("c"), " FROM coverage c WHERE c.person_id = ANY($1) LIMIT $2");

static BY_NEAR_KEY_SQLITE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT group_concat(near_key || ' ' || hex(person_id) || ' ' || record, char(10)) FROM (
             SELECT c.near_key, c.person_id, {RECORD_C} AS record FROM coverage c
             WHERE c.near_key IN (SELECT CAST(value AS INTEGER) FROM json_each($1)) LIMIT {}
         )",
        limits::NEAR_ROWS_MAX
    )
});

const BY_NEAR_KEY_POSTGRES: &str =
    concat!("SELECT c.near_key, c.person_id, ", record!("c"), " FROM coverage c WHERE c.near_key = ANY($1) LIMIT $2");

impl Tx {
    /// Takes the log for this transaction, and finds the coverages of every question by card and birth date: the one
    /// look-up of the common path. A row is found only when both fit. Where an insurance has ended, the person's other
    /// coverages come along.
    pub async fn lock_log_and_look_up(&mut self, log_id: i64, questions: &[CardAndBirth]) -> Result<LookedUp> {
        let (raw, beginning) = self.raw_beginning();
        let (log, rows) = match raw {
            Raw::Sqlite(c) => {
                let keys = json_of(questions, |q, out| {
                    hex::push(out, &q.card_key.hash());
                    let _ = write!(out, "{}", q.near_key);
                });
                let sql = if beginning { BEGIN_AND_LOOK_UP_SQLITE.as_str() } else { LOOK_UP_SQLITE.as_str() };
                let row: Option<(i64, Vec<u8>, i64, Option<String>)> =
                    sqlx::query_as(sql).bind(log_id).bind(keys).fetch_optional(&mut *c).await?;
                let (size, root, facilities, text) = row.ok_or_else(no_log)?;
                let rows = lines(text.as_deref(), |at: i64, person, record| (at, person, record))?;
                (log_state(size, &root, facilities)?, rows)
            }
            Raw::Postgres(c) => {
                let cards: Vec<[u8; 16]> = questions.iter().map(|q| q.card_key.hash()).collect();
                let cards: Vec<&[u8]> = cards.iter().map(<[u8; 16]>::as_slice).collect();
                let nears: Vec<i64> = questions.iter().map(|q| q.near_key).collect();
                let query = sqlx::query_as(LOCK_AND_LOOK_UP_POSTGRES.as_str()).bind(log_id).bind(cards).bind(nears);
                let rows: Vec<FoundRow> = query.fetch_all(&mut *c).await?;
                let mut rows = rows.into_iter();
                let (_, size, root, facilities) = rows.next().ok_or_else(no_log)?;
                let facilities = facilities.parse().map_err(|_| StoreError::inconsistent("log_head", "no count"))?;
                let read = |(at, _, person, record): FoundRow| Ok((at, some_person(person)?, record));
                (log_state(size, &root.unwrap_or_default(), facilities)?, rows.map(read).collect::<Result<_>>()?)
            }
        };
        let mut looked_up = LookedUp { log, found: Vec::with_capacity(rows.len()), others: Vec::new() };
        for (at, person, record) in rows {
            let (list, at) = if at < 0 { (&mut looked_up.others, -1 - at) } else { (&mut looked_up.found, at) };
            list.push(Found { at: place(at)?, person, record });
        }
        Ok(looked_up)
    }

    /// All coverages of these cards, whatever the birth date.
    pub async fn coverages_of_cards(&mut self, cards: &[CardKey]) -> Result<Vec<Found>> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(cards, |card, out| hex::push(out, &card.hash()));
                let text: Option<String> = sqlx::query_scalar(BY_CARD_SQLITE).bind(keys).fetch_one(&mut *c).await?;
                found_lines(text.as_deref())
            }
            Raw::Postgres(c) => {
                let cards: Vec<Vec<u8>> = cards.iter().map(|card| card.hash().to_vec()).collect();
                let rows: Vec<FoundRow> = sqlx::query_as(BY_CARD_POSTGRES).bind(cards).fetch_all(&mut *c).await?;
                rows.into_iter().map(found).collect()
            }
        }
    }

    /// All coverages of these persons.
    pub async fn coverages_of_persons(&mut self, persons: &[PersonId]) -> Result<Vec<(PersonId, String)>> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(persons, |person, out| hex::push(out, &person.0));
                let text: Option<String> =
                    sqlx::query_scalar(BY_PERSON_SQLITE.as_str()).bind(keys).fetch_one(&mut *c).await?;
                lines(text.as_deref(), |_: u8, person, record| (person, record))
            }
            Raw::Postgres(c) => {
                let keys: Vec<&[u8]> = persons.iter().map(|p| p.0.as_slice()).collect();
                let query = sqlx::query_as(BY_PERSON_POSTGRES).bind(keys).bind(limits::OTHER_ROWS_MAX);
                let rows: Vec<(Vec<u8>, String)> = query.fetch_all(&mut *c).await?;
                rows.into_iter().map(|(person, record)| Ok((person_id(&person)?, record))).collect()
            }
        }
    }

    /// All coverages of these insurers and birth dates.
    pub async fn coverages_near(&mut self, near_keys: &[i64]) -> Result<Vec<(i64, PersonId, String)>> {
        match self.raw() {
            Raw::Sqlite(c) => {
                let keys = json_of(near_keys, |key, out| {
                    let _ = write!(out, "{key}");
                });
                let text: Option<String> =
                    sqlx::query_scalar(BY_NEAR_KEY_SQLITE.as_str()).bind(keys).fetch_one(&mut *c).await?;
                lines(text.as_deref(), |near, person, record| (near, person, record))
            }
            Raw::Postgres(c) => {
                let query = sqlx::query_as(BY_NEAR_KEY_POSTGRES).bind(near_keys).bind(limits::NEAR_ROWS_MAX);
                let rows: Vec<(i64, Vec<u8>, String)> = query.fetch_all(&mut *c).await?;
                rows.into_iter().map(|(near, person, record)| Ok((near, person_id(&person)?, record))).collect()
            }
        }
    }

    /// How many coverages there are. Reads the whole index: for start-up and tests.
    pub async fn count_coverages(&mut self) -> Result<u64> {
        let (rows,): (i64,) =
            on_both!(self, |c| sqlx::query_as("SELECT COUNT(*) FROM coverage").fetch_one(&mut *c).await)?;
        time::count(TABLE, rows)
    }
}

fn no_log() -> StoreError {
    StoreError::inconsistent("log_head", "the row of the log is missing")
}

fn log_state(size: i64, root: &[u8], facilities: i64) -> Result<LogState> {
    let tree_size = time::count("log_head", size)?;
    let root = time::fixed("log_head", root)?;
    Ok(LogState { tree_size, root, reference_facilities: time::count("log_head", facilities)? })
}

/// The rows that SQLite gives as one text; none is no row.
fn lines<K: FromStr, T>(text: Option<&str>, row: impl Fn(K, PersonId, String) -> T) -> Result<Vec<T>> {
    let broken = || StoreError::inconsistent(TABLE, "a line of the look-up is broken");
    let read = |line: &str| {
        let (key, rest) = line.split_once(' ')?;
        let (person, record) = rest.split_at_checked(33)?;
        let person = PersonId(u128::from_str_radix(&person[..32], 16).ok()?.to_be_bytes());
        Some(row(key.parse().ok()?, person, record.to_owned()))
    };
    text.unwrap_or_default().lines().map(|line| read(line).ok_or_else(broken)).collect()
}

pub(super) fn found_lines(text: Option<&str>) -> Result<Vec<Found>> {
    lines(text, |at, person, record| Found { at, person, record })
}

fn found((at, _, person, record): FoundRow) -> Result<Found> {
    Ok(Found { at: place(at)?, person: some_person(person)?, record })
}

fn place(at: i64) -> Result<usize> {
    usize::try_from(at).map_err(|_| StoreError::inconsistent(TABLE, "no place"))
}

fn some_person(bytes: Option<Vec<u8>>) -> Result<PersonId> {
    person_id(&bytes.ok_or_else(|| StoreError::inconsistent(TABLE, "no person"))?)
}

fn person_id(bytes: &[u8]) -> Result<PersonId> {
    time::fixed(TABLE, bytes).map(PersonId)
}

/// A JSON array of texts: how SQLite takes a list as one parameter.
pub(super) fn json_of<T>(items: &[T], push: impl Fn(&T, &mut String)) -> String {
    let mut json = String::with_capacity(2 + items.len() * 64);
    json.push('[');
    for (at, item) in items.iter().enumerate() {
        json.push_str(if at == 0 { "\"" } else { ",\"" });
        push(item, &mut json);
        json.push('"');
    }
    json.push(']');
    json
}
