//! `booking`, `copy_seen`, `night`, `night_question`: whom to ask about at night, and what came of it.

use std::collections::BTreeMap;

use domain::{Date, EligibilityQuery, date};
use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;
use wire::api::{CheckRequest, SearchInfo};
use wire::feed::Booking;

use super::answers::KeptAnswer;
use super::copies::{card_mac, member_mac};
use super::vault::Place;
use super::{Store, StoreError, Tx, millis, time};
use crate::bookings::ANY_FACILITY;
use crate::hours::day_in_japan;
use crate::limits;

type Mac = [u8; 32];

/// Why somebody is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// They are booked.
    Booking,
    /// They come often.
    Recent,
}

impl Source {
    const fn code(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Recent => "recent",
        }
    }
}

/// A question of a night.
#[derive(Debug, Clone)]
pub struct NewQuestion {
    /// Why it is asked.
    pub source: Source,
    /// The question, with its number.
    pub question: CheckRequest,
}

/// Somebody who was here lately, as far as the store tells without opening anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOften {
    /// Number of the question whose answer is kept.
    pub request_id: Uuid,
    /// When the center said it.
    pub as_of: Timestamp,
    /// The days on which they were here.
    pub days: Vec<Date>,
}

/// What came of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NightReport {
    /// The day that it was for.
    pub day: Date,
    /// Whether it goes on.
    pub goes_on: bool,
    /// Questions in all.
    pub asked: u32,
    /// Answered: the copy is fresh.
    pub fresh: u32,
    /// Not answered.
    pub could_not: u32,
}

fn booking_row(day: &str, card: &Mac, member: &Mac) -> String {
    format!("{day} {} {}", domain::hex::encode(card), domain::hex::encode(member))
}

fn booking_place(row: &str) -> Place<'_> {
    Place { table: "booking", row, column: "body" }
}

fn question_place(request_id: &str) -> Place<'_> {
    Place { table: "night_question", row: request_id, column: "question" }
}

fn damaged(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Damaged { table, column }
}

impl Store {
    /// Takes bookings in, all or none; one that is there already stays one.
    pub async fn put_bookings(&self, bookings: &[Booking], now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("booking.put").await?;
        for booking in bookings {
            self.put_booking_on(&mut tx, booking, now).await?;
        }
        tx.commit().await
    }

    async fn put_booking_on(&self, tx: &mut Tx, booking: &Booking, now: Timestamp) -> Result<(), StoreError> {
        let day = date::format(booking.day);
        // Whoever cannot be asked about is told so when the file is read; here it would only be in the way.
        let Ok(query) = booking.search.parse(&day, ANY_FACILITY) else { return Ok(()) };
        let card = card_mac(self.vault(), &query.card_key(), query.birthdate);
        let member = member_mac(self.vault(), query.insured_branch_number);
        let body = serde_json::to_vec(&booking.search).map_err(|_| damaged("booking", "body"))?;
        let sealed = self.vault().seal(booking_place(&booking_row(&day, &card, &member)), &body)?;
        sqlx::query(
            "INSERT INTO booking (day, card_mac, member_mac, body, taken_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (day, card_mac, member_mac) DO UPDATE SET body = excluded.body, taken_at = excluded.taken_at",
        )
        .bind(day)
        .bind(card.to_vec())
        .bind(member.to_vec())
        .bind(sealed)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        Ok(())
    }

    /// The numbers of those who are booked for a day, `yyyyMMdd`.
    pub async fn bookings_of(&self, day: &str) -> Result<Vec<SearchInfo>, StoreError> {
        let most = i64::try_from(limits::NIGHT_QUESTIONS_MAX).unwrap_or(i64::MAX);
        let rows = sqlx::query("SELECT card_mac, member_mac, body FROM booking WHERE day = ?1 LIMIT ?2")
            .bind(day)
            .bind(most)
            .fetch_all(self.pool())
            .await?;
        let mac =
            |bytes: &[u8]| -> Result<Mac, StoreError> { bytes.try_into().map_err(|_| damaged("booking", "card_mac")) };
        rows.iter()
            .map(|row| {
                let (card, member) = (mac(row.try_get("card_mac")?)?, mac(row.try_get("member_mac")?)?);
                let name = booking_row(day, &card, &member);
                let body = self.vault().open(booking_place(&name), row.try_get("body")?)?;
                serde_json::from_slice(&body).map_err(|_| damaged("booking", "body"))
            })
            .collect()
    }

    /// How many are booked for a day and later.
    pub async fn count_bookings_from(&self, day: &str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM booking WHERE day >= ?1").bind(day).fetch_one(self.pool()).await?)
    }

    /// Whom a question means, as far as it says.
    pub fn person_mac(&self, query: &EligibilityQuery) -> (Mac, Mac) {
        let card = card_mac(self.vault(), &query.card_key(), query.birthdate);
        (card, member_mac(self.vault(), query.insured_branch_number))
    }

    /// When the center last said something about whom a question means; without a branch, about the one it was asked longest
    /// ago of those it may mean.
    pub async fn copy_as_of(&self, query: &EligibilityQuery) -> Result<Option<Timestamp>, StoreError> {
        let (card, member) = self.person_mac(query);
        let member = query.insured_branch_number.map(|_| member.to_vec());
        let as_of: Option<i64> = sqlx::query_scalar(
            "SELECT min(as_of) FROM coverage_copy WHERE card_mac = ?1 AND (?2 IS NULL OR member_mac = ?2)",
        )
        .bind(card.to_vec())
        .bind(member)
        .fetch_one(self.pool())
        .await?;
        Ok(as_of.map(time))
    }

    /// Notes that somebody of whom an answer is kept was here.
    pub(super) async fn seen_on(&self, tx: &mut Tx, card: &Mac, member: &Mac, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO copy_seen (card_mac, member_mac, day) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .bind(card.to_vec())
            .bind(member.to_vec())
            .bind(date::format(day_in_japan(at)))
            .execute(tx.on())
            .await?;
        Ok(())
    }

    /// Those who were here within [`limits::RECENT_DAYS`] before a day, whose copy is oldest first.
    pub async fn seen_often_since(&self, day: Date) -> Result<Vec<SeenOften>, StoreError> {
        let from = day.saturating_sub(jiff::Span::new().days(i64::from(limits::RECENT_DAYS)));
        let rows = sqlx::query(
            "SELECT copy.request_id AS request_id, copy.as_of AS as_of, group_concat(seen.day, ' ') AS days
             FROM copy_seen AS seen JOIN coverage_copy AS copy USING (card_mac, member_mac)
             WHERE seen.day >= ?1 GROUP BY copy.request_id, copy.as_of HAVING count(*) >= ?2
             ORDER BY copy.as_of LIMIT ?3",
        )
        .bind(date::format(from))
        .bind(i64::try_from(limits::RECENT_VISITS_MIN).unwrap_or(i64::MAX))
        .bind(i64::try_from(limits::NIGHT_QUESTIONS_MAX).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let id = row.try_get::<&str, _>("request_id")?.parse();
                let days: &str = row.try_get("days")?;
                Ok(SeenOften {
                    request_id: id.map_err(|_| damaged("coverage_copy", "request_id"))?,
                    as_of: time(row.try_get("as_of")?),
                    days: days.split(' ').filter_map(|day| date::parse(day).ok()).collect(),
                })
            })
            .collect()
    }

    /// Whether a night was planned: it is once.
    pub async fn is_night_planned(&self, day: &str) -> Result<bool, StoreError> {
        let found: i64 =
            sqlx::query_scalar("SELECT count(*) FROM night WHERE day = ?1").bind(day).fetch_one(self.pool()).await?;
        Ok(found > 0)
    }

    /// Plans a night with all its questions, in one transaction. One that was planned already stays as it is.
    pub async fn plan_night(&self, day: &str, questions: &[NewQuestion], now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("night.plan").await?;
        let planned = sqlx::query("INSERT INTO night (day, planned_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .bind(day)
            .bind(millis(now))
            .execute(tx.on())
            .await?
            .rows_affected();
        if planned == 0 {
            return Ok(());
        }
        for (place, new) in (0_i64..).zip(questions) {
            let id = new.question.request_id.to_string();
            let question = serde_json::to_vec(&new.question).map_err(|_| damaged("night_question", "question"))?;
            sqlx::query(
                "INSERT INTO night_question (request_id, day, place, source, question, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'waiting')",
            )
            .bind(&id)
            .bind(day)
            .bind(place)
            .bind(new.source.code())
            .bind(self.vault().seal(question_place(&id), &question)?)
            .execute(tx.on())
            .await?;
        }
        tx.commit().await
    }

    /// How many questions of a night wait, and the next of them: those that were not asked in vain first.
    pub async fn next_of_night(&self, day: &str) -> Result<(u32, Option<CheckRequest>), StoreError> {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM night_question WHERE day = ?1 AND state = 'waiting'")
                .bind(day)
                .fetch_one(self.pool())
                .await?;
        let row = sqlx::query(
            "SELECT request_id, question FROM night_question WHERE day = ?1 AND state = 'waiting'
             ORDER BY tries, place LIMIT 1",
        )
        .bind(day)
        .fetch_optional(self.pool())
        .await?;
        let next = row.map(|row| -> Result<CheckRequest, StoreError> {
            let question = self.vault().open(question_place(row.try_get("request_id")?), row.try_get("question")?)?;
            serde_json::from_slice(&question).map_err(|_| damaged("night_question", "question"))
        });
        Ok((u32::try_from(waiting).unwrap_or(u32::MAX), next.transpose()?))
    }

    /// Keeps the answer to a question of a night. Both or none.
    pub async fn night_answered(&self, answer: &KeptAnswer<'_>, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("night.answered").await?;
        self.keep_on(&mut tx, answer, now).await?;
        let id = answer.answer.request_id;
        set_state_on(&mut tx, id, "UPDATE night_question SET state = 'fresh' WHERE request_id = ?1").await?;
        tx.commit().await
    }

    /// Nothing will come of this question.
    pub async fn night_could_not(&self, request_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.begin("night.could_not").await?;
        set_state_on(&mut tx, request_id, "UPDATE night_question SET state = 'could_not' WHERE request_id = ?1")
            .await?;
        tx.commit().await
    }

    /// It was asked in vain: the others first.
    pub async fn night_put_off(&self, request_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.begin("night.put_off").await?;
        set_state_on(&mut tx, request_id, "UPDATE night_question SET tries = tries + 1 WHERE request_id = ?1").await?;
        tx.commit().await
    }

    /// The night is over: what waits could not be asked.
    pub async fn end_nights(&self, now: Timestamp) -> Result<(), StoreError> {
        let open: i64 =
            sqlx::query_scalar("SELECT count(*) FROM night WHERE ended_at IS NULL").fetch_one(self.pool()).await?;
        if open == 0 {
            return Ok(());
        }
        let mut tx = self.begin("night.end").await?;
        sqlx::query("UPDATE night_question SET state = 'could_not' WHERE state = 'waiting'").execute(tx.on()).await?;
        sqlx::query("UPDATE night SET ended_at = ?1 WHERE ended_at IS NULL").bind(millis(now)).execute(tx.on()).await?;
        tx.commit().await
    }

    /// What came of the last night; none before the first.
    pub async fn last_night(&self) -> Result<Option<NightReport>, StoreError> {
        let row = sqlx::query("SELECT day, ended_at FROM night ORDER BY day DESC LIMIT 1")
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let day: String = row.try_get("day")?;
        let counts: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM night_question WHERE day = ?1 GROUP BY state")
                .bind(&day)
                .fetch_all(self.pool())
                .await?;
        let counts: BTreeMap<String, i64> = counts.into_iter().collect();
        let of = |state: &str| u32::try_from(counts.get(state).copied().unwrap_or(0)).unwrap_or(u32::MAX);
        Ok(Some(NightReport {
            day: date::parse(&day).map_err(|_| damaged("night", "day"))?,
            goes_on: row.try_get::<Option<i64>, _>("ended_at")?.is_none(),
            asked: of("waiting").saturating_add(of("fresh")).saturating_add(of("could_not")),
            fresh: of("fresh"),
            could_not: of("could_not"),
        }))
    }
}

#[cfg(test)]
impl Store {
    /// Everybody of whom an answer is kept was here on two earlier days, and the center said it that long ago.
    pub(crate) async fn make_them_old(&self, days: i64, now: Timestamp) {
        let mut tx = self.begin("test").await.unwrap();
        for earlier in [days, days + 7] {
            let day = day_in_japan(now - jiff::SignedDuration::from_hours(24 * earlier));
            sqlx::query("INSERT INTO copy_seen SELECT card_mac, member_mac, ?1 FROM coverage_copy")
                .bind(date::format(day))
                .execute(tx.on())
                .await
                .unwrap();
        }
        sqlx::query("UPDATE coverage_copy SET as_of = as_of - ?1")
            .bind(days * 24 * 3600 * 1000)
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

async fn set_state_on(tx: &mut Tx, request_id: Uuid, statement: &'static str) -> Result<(), StoreError> {
    sqlx::query(statement).bind(request_id.to_string()).execute(tx.on()).await?;
    Ok(())
}
