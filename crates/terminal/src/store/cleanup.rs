//! What is removed when.
//!
//! | table | kept for | why |
//! |---|---|---|
//! | `session` | [`limits::SESSION_IDLE_TIME`] after its last use | it cannot be used afterwards |
//! | `signed_answer` | `retention.answers_days` | claims go out monthly and come back for months; the proof goes with them |
//! | `visit` | `retention.visits_days` | the desk looks back a quarter |
//! | `bridge_request`, `bridge_part` | [`limits::BRIDGE_KEEP_TIME`] after delivery | to see what happened to a file |
//! | `bulk_reception` | as `visit` | the center forgets the results before |
//! | `arrival`, `face_file` | as `visit`; a file that waits stays | the receipt computer has long taken it |
//! | `coverage_copy` | as `signed_answer` | it says where the last answer about a person is |
//! | `open_case` | as `visit`, once it is settled and no difference waits to be seen | what waits stays |
//! | `statement` | as `visit` | it belongs to its case |
//! | `person_search` | as `signed_answer` | it holds a proof as well |
//! | `booking` | until its day is over | whoever came is in the list |
//! | `copy_seen` | [`limits::RECENT_DAYS`] | who came before that does not come often |
//! | `night`, `night_question` | [`limits::NIGHT_KEEP_DAYS`] | the status page shows the last one |
//! | `claim_file` and its parts, `claim_withdrawal` | as `signed_answer`, once they are done or refused | claims come back for months; what waits stays |
//! | `chart`, `setting` | until they are replaced | they are the institution's own |
//!
//! A request that is not delivered is never removed.

use domain::date;
use jiff::Timestamp;

use super::sessions::span;
use super::{Store, StoreError, millis, time};
use crate::config::RetentionSettings;
use crate::hours::day_in_japan;
use crate::limits;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// How many rows went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Sessions.
    pub sessions: u64,
    /// Answers with proofs.
    pub answers: u64,
    /// Lines of lists.
    pub visits: u64,
    /// Files taken.
    pub requests: u64,
    /// Receptions.
    pub receptions: u64,
}

impl Store {
    /// One round of cleaning up.
    pub async fn clean_up(&self, keep: &RetentionSettings, now: Timestamp) -> Result<Removed, StoreError> {
        let now = millis(now);
        let days = |days: u32| now - i64::from(days) * DAY_MS;
        let mut tx = self.begin("cleanup").await?;
        let sessions = sqlx::query("DELETE FROM session WHERE used_at < ?1 OR began_at < ?2")
            .bind(now - span(limits::SESSION_IDLE_TIME))
            .bind(now - span(limits::SESSION_TIME_MAX))
            .execute(tx.on())
            .await?
            .rows_affected();
        let answers = sqlx::query("DELETE FROM signed_answer WHERE kept_at < ?1")
            .bind(days(keep.answers_days))
            .execute(tx.on())
            .await?
            .rows_affected();
        let visits = sqlx::query("DELETE FROM visit WHERE at < ?1")
            .bind(days(keep.visits_days))
            .execute(tx.on())
            .await?
            .rows_affected();
        let requests = sqlx::query(
            "DELETE FROM bridge_request WHERE state = 'delivered' AND source_gone = 1 AND delivered_at < ?1",
        )
        .bind(now - span(limits::BRIDGE_KEEP_TIME))
        .execute(tx.on())
        .await?
        .rows_affected();
        for statement in
            ["DELETE FROM arrival WHERE at < ?1", "DELETE FROM face_file WHERE made_at < ?1 AND state = 'written'"]
        {
            sqlx::query(statement).bind(days(keep.visits_days)).execute(tx.on()).await?;
        }
        for (statement, before) in [
            ("DELETE FROM coverage_copy WHERE as_of < ?1", keep.answers_days),
            ("DELETE FROM person_search WHERE at < ?1", keep.answers_days),
            ("DELETE FROM claim_file WHERE state IN ('done', 'refused') AND changed_at < ?1", keep.answers_days),
            ("DELETE FROM claim_withdrawal WHERE state IN ('done', 'refused') AND changed_at < ?1", keep.answers_days),
            // Its program was stopped half-way; nobody was told a number.
            ("DELETE FROM claim_file WHERE state = 'storing' AND queued_at < ?1", limits::CLAIMS_STORING_DAYS),
            (
                "DELETE FROM statement WHERE taken_at < ?1 AND request_id NOT IN
                   (SELECT request_id FROM open_case WHERE settled_at IS NULL)",
                keep.visits_days,
            ),
            ("DELETE FROM open_case WHERE settled_at < ?1 AND (differs = 0 OR seen_at IS NOT NULL)", keep.visits_days),
        ] {
            sqlx::query(statement).bind(days(before)).execute(tx.on()).await?;
        }
        let day_before = |days: u32| date::format(day_in_japan(time(now - i64::from(days) * DAY_MS)));
        for (statement, before) in [
            ("DELETE FROM booking WHERE day < ?1", day_before(0)),
            ("DELETE FROM copy_seen WHERE day < ?1", day_before(limits::RECENT_DAYS.unsigned_abs())),
            ("DELETE FROM night WHERE day < ?1", day_before(limits::NIGHT_KEEP_DAYS)),
        ] {
            sqlx::query(statement).bind(before).execute(tx.on()).await?;
        }
        let receptions = sqlx::query("DELETE FROM bulk_reception WHERE received_at < ?1")
            .bind(days(keep.visits_days))
            .execute(tx.on())
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(Removed { sessions, answers, visits, requests, receptions })
    }
}
