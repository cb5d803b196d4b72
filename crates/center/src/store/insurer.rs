//! `insurer`: names, and how fresh the data of each is.

use std::collections::HashMap;

use domain::InsurerNumber;
use jiff::Timestamp;

use super::coverage::json_of;
use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

const TABLE: &str = "insurer";

/// When each insurer sent its last feed; an insurer that is not in it is not known.
pub type FeedTimes = HashMap<InsurerNumber, Option<Timestamp>>;

impl Tx {
    /// All insurers. There are about 3,400 in the nation.
    pub async fn insurer_feed_times(&mut self) -> Result<FeedTimes> {
        let rows: Vec<(String, Option<i64>)> = on_both!(self, |c| {
            sqlx::query_as("SELECT insurer_number, last_feed_at FROM insurer").fetch_all(&mut *c).await
        })?;
        rows.into_iter().map(feed_time).collect()
    }

    /// The same for some insurers.
    pub async fn insurer_feed_times_of(&mut self, numbers: &[InsurerNumber]) -> Result<FeedTimes> {
        let rows: Vec<(String, Option<i64>)> = match self.raw() {
            Raw::Sqlite(c) => {
                let numbers = json_of(numbers, |number, out| out.push_str(number.as_str()));
                sqlx::query_as(
                    "SELECT insurer_number, last_feed_at FROM insurer
                     WHERE insurer_number IN (SELECT value FROM json_each($1))",
                )
                .bind(numbers)
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let numbers: Vec<&str> = numbers.iter().map(InsurerNumber::as_str).collect();
                sqlx::query_as("SELECT insurer_number, last_feed_at FROM insurer WHERE insurer_number = ANY($1)")
                    .bind(numbers)
                    .fetch_all(&mut *c)
                    .await?
            }
        };
        rows.into_iter().map(feed_time).collect()
    }

    /// Whether a feed of any of these insurers was taken before.
    pub async fn is_any_fed(&mut self, insurers: &[InsurerNumber]) -> Result<bool> {
        Ok(self.insurer_feed_times_of(insurers).await?.values().any(Option::is_some))
    }

    /// Makes an insurer known, or renames it; `fed` says that a feed of it was taken just now.
    pub async fn put_insurer(&mut self, number: &InsurerNumber, name: &str, fed: bool, now: Timestamp) -> Result<()> {
        let now = time::ms(now);
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO insurer (insurer_number, name, last_feed_at, updated_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (insurer_number) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at,
                     last_feed_at = COALESCE(excluded.last_feed_at, insurer.last_feed_at)",
            )
            .bind(number.as_str())
            .bind(name)
            .bind(fed.then_some(now))
            .bind(now)
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }
}

fn feed_time((number, fed): (String, Option<i64>)) -> Result<(InsurerNumber, Option<Timestamp>)> {
    let number = InsurerNumber::parse(&number).map_err(|e| StoreError::inconsistent(TABLE, e))?;
    Ok((number, time::time_opt(TABLE, fed)?))
}
