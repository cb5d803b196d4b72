//! `open_case`: what was decided while the center could not be asked, until it has been asked and staff know what it said.

use domain::{BranchNumber, EligibilityQuery, date};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::api::CheckRequest;

use super::answers::KeptAnswer;
use super::vault::Place;
use super::visits::Visit;
use super::{Store, StoreError, Tx, millis, time};

const TABLE: &str = "open_case";

/// What makes two questions the same one: a keyed hash of whom, which day, and what the patient allowed.
pub type QuestionMac = [u8; 32];

/// A case that opens.
#[derive(Debug, Clone, Copy)]
pub struct NewCase<'a> {
    /// The question; its number is that of the case.
    pub question: &'a CheckRequest,
    /// What it asks.
    pub mac: QuestionMac,
    /// 0 is asked first.
    pub importance: u8,
    /// What staff were told: `valid_as_of`, `lost_since` or `cannot_tell`.
    pub said: &'static str,
    /// The share that was shown, be it one that was only right last.
    pub said_percent: Option<u8>,
    /// Number of the question whose answer it rested on.
    pub copy_of: Option<Uuid>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Number of the question.
    pub request_id: Uuid,
    /// When it was decided here.
    pub at: Timestamp,
    /// What staff were told.
    pub said: String,
    /// The share that was shown.
    pub said_percent: Option<u8>,
    /// How often it was asked in vain.
    pub tries: u32,
    /// What came of it, in the words of [`Visit::outcome`]; none while it waits.
    pub outcome: Option<String>,
    /// The share that the center says.
    pub percent: Option<u8>,
}

/// What the center said in the end.
#[derive(Debug, Clone, Copy)]
pub struct Settled<'a> {
    /// The day of the list, `yyyyMMdd` in Japan.
    pub day: &'a str,
    /// The line of the list, which takes the place of the one without the center.
    pub visit: &'a Visit,
    /// The answer, if there was one.
    pub answer: Option<&'a KeptAnswer<'a>>,
    /// Whether staff have to look at it.
    pub differs: bool,
    /// Who sees it right now, because they asked again themselves.
    pub seen_by: Option<&'a str>,
}

fn place(request_id: &str) -> Place<'_> {
    Place { table: TABLE, row: request_id, column: "question" }
}

fn damaged(column: &'static str) -> StoreError {
    StoreError::Damaged { table: TABLE, column }
}

const COLUMNS: &str = "request_id, at, said, said_percent, tries, outcome, percent";

impl Store {
    /// What a question asks; `allowed` is what the patient allows.
    pub fn question_mac(&self, query: &EligibilityQuery, allowed: &CheckRequest) -> Result<QuestionMac, StoreError> {
        let allowed = (&allowed.consents, &allowed.qualification_confirm_search_info.arbitrary_identifier);
        Ok(self.vault().mac(&[
            b"open case",
            &query.card_key().hash(),
            query.insured_branch_number.as_ref().map_or("", BranchNumber::as_str).as_bytes(),
            date::format(query.birthdate).as_bytes(),
            date::format(query.qualification_confirmation_date).as_bytes(),
            &[u8::from(query.limit_consent)],
            &serde_json::to_vec(&allowed).map_err(|_| damaged("question_mac"))?,
        ]))
    }

    /// The number of the case that waits with this very question, so that it is asked under one number however often.
    pub async fn waiting_case(&self, mac: &QuestionMac) -> Result<Option<OpenCase>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM open_case WHERE question_mac = ?1 AND settled_at IS NULL");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(mac.to_vec()).fetch_optional(self.pool()).await?;
        row.as_ref().map(read).transpose()
    }

    /// Opens a case together with its line in the list. Both or none.
    pub async fn open_case(&self, day: &str, visit: &Visit, case: &NewCase<'_>) -> Result<(), StoreError> {
        let mut tx = self.begin("case.open").await?;
        self.put_visit_on(&mut tx, day, visit).await?;
        self.put_case_on(&mut tx, visit.at, case).await?;
        tx.commit().await
    }

    async fn put_case_on(&self, tx: &mut Tx, at: Timestamp, case: &NewCase<'_>) -> Result<(), StoreError> {
        let id = case.question.request_id.to_string();
        let question = serde_json::to_vec(case.question).map_err(|_| damaged("question"))?;
        sqlx::query(
            "INSERT INTO open_case (request_id, at, importance, question, question_mac, said, said_percent, copy_of, next_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(millis(at))
        .bind(i64::from(case.importance))
        .bind(self.vault().seal(place(&id), &question)?)
        .bind(case.mac.to_vec())
        .bind(case.said)
        .bind(case.said_percent.map(i64::from))
        .bind(case.copy_of.map(|copy| copy.to_string()))
        .execute(tx.on())
        .await?;
        Ok(())
    }

    /// The next case to ask about, with its question: the most important first. One whose time lies further ahead than
    /// `rest_max_ms` was put off by a clock that was wrong, and is due.
    pub async fn next_case(
        &self,
        now: Timestamp,
        rest_max_ms: i64,
    ) -> Result<Option<(OpenCase, CheckRequest)>, StoreError> {
        let row = sqlx::query(
            "SELECT request_id, at, said, said_percent, tries, outcome, percent, question FROM open_case
             WHERE settled_at IS NULL AND (next_at <= ?1 OR next_at > ?1 + ?2) ORDER BY importance, at LIMIT 1",
        )
        .bind(millis(now))
        .bind(rest_max_ms)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let case = read(&row)?;
        let question = self.vault().open(place(&case.request_id.to_string()), row.try_get("question")?)?;
        Ok(Some((case, serde_json::from_slice(&question).map_err(|_| damaged("question"))?)))
    }

    /// It could not be asked about: not before this time again.
    pub async fn put_case_off(&self, request_id: Uuid, next_at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("case.put_off").await?;
        sqlx::query("UPDATE open_case SET tries = tries + 1, next_at = ?2 WHERE request_id = ?1")
            .bind(request_id.to_string())
            .bind(millis(next_at))
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// Settles a case: what the center said, its line in the list and its answer. All or nothing.
    pub async fn settle_case(&self, settled: &Settled<'_>, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("case.settle").await?;
        if let Some(answer) = settled.answer {
            self.keep_on(&mut tx, answer, now).await?;
        }
        self.put_visit_on(&mut tx, settled.day, settled.visit).await?;
        sqlx::query(
            "UPDATE open_case SET settled_at = ?2, outcome = ?3, percent = ?4, differs = ?5,
               seen_at = CASE WHEN ?6 IS NULL THEN NULL ELSE ?2 END, seen_by = coalesce(?6, '')
             WHERE request_id = ?1 AND settled_at IS NULL",
        )
        .bind(settled.visit.request_id.to_string())
        .bind(millis(now))
        .bind(&settled.visit.outcome)
        .bind(settled.visit.share_percent.map(i64::from))
        .bind(settled.differs)
        .bind(settled.seen_by)
        .execute(tx.on())
        .await?;
        tx.commit().await
    }

    /// Cases that wait for the center, in the order in which they are asked.
    pub async fn cases_waiting(&self, rows_max: u32) -> Result<Vec<OpenCase>, StoreError> {
        let filter = "settled_at IS NULL ORDER BY importance, at";
        self.cases_where(filter, rows_max).await
    }

    /// Cases about which the center said something else, and that nobody has put aside; the latest first.
    pub async fn cases_to_see(&self, rows_max: u32) -> Result<Vec<OpenCase>, StoreError> {
        self.cases_where("differs = 1 AND seen_at IS NULL ORDER BY settled_at DESC, at", rows_max).await
    }

    async fn cases_where(&self, filter: &'static str, rows_max: u32) -> Result<Vec<OpenCase>, StoreError> {
        // The condition is one of two texts of this page.
        let sql = format!("SELECT {COLUMNS} FROM open_case WHERE {filter} LIMIT ?1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(rows_max)).fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    /// How many wait, and how many are to be seen.
    pub async fn count_cases(&self) -> Result<(u32, u32), StoreError> {
        let (waiting, to_see): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM open_case WHERE settled_at IS NULL),
                    (SELECT count(*) FROM open_case WHERE differs = 1 AND seen_at IS NULL)",
        )
        .fetch_one(self.pool())
        .await?;
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok((count(waiting), count(to_see)))
    }

    /// Staff have seen what the center said.
    pub async fn case_seen(&self, request_id: Uuid, by: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("case.seen").await?;
        sqlx::query("UPDATE open_case SET seen_at = ?2, seen_by = ?3 WHERE request_id = ?1 AND settled_at IS NOT NULL")
            .bind(request_id.to_string())
            .bind(millis(now))
            .bind(by)
            .execute(tx.on())
            .await?;
        tx.commit().await
    }
}

fn read(row: &SqliteRow) -> Result<OpenCase, StoreError> {
    let percent = |column: &'static str| -> Result<Option<u8>, StoreError> {
        Ok(row.try_get::<Option<i64>, _>(column)?.and_then(|percent| u8::try_from(percent).ok()))
    };
    Ok(OpenCase {
        request_id: row.try_get::<&str, _>("request_id")?.parse().map_err(|_| damaged("request_id"))?,
        at: time(row.try_get("at")?),
        said: row.try_get("said")?,
        said_percent: percent("said_percent")?,
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(|_| damaged("tries"))?,
        outcome: row.try_get("outcome")?,
        percent: percent("percent")?,
    })
}
