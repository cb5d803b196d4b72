//! `status_given`, `status_struck`, `status_list`: places of the status lists, and the lists as published.

use domain::status::Replaced;
use domain::{Prefecture, RegistrationStatus, StatusIndex};
use jiff::Timestamp;

use super::coverage_put::{number, place};
use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

const GIVEN: &str = "status_given";
const STRUCK: &str = "status_struck";
const LIST: &str = "status_list";

/// How far the places of a prefecture were given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Whose.
    pub prefecture: Prefecture,
    /// Places.
    pub given: u64,
    /// Decoys that were struck.
    pub decoys: u64,
}

/// A place that does not stand any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    /// The place.
    pub place: StatusIndex,
    /// What took its place.
    pub replaced: Replaced,
    /// Until when somebody may still believe what names it.
    pub keep_until: Timestamp,
}

/// A list as published.
#[derive(Clone)]
pub struct PublishedList {
    /// `01` to `47`, or `all`.
    pub name: String,
    /// The signed list.
    pub token: Vec<u8>,
    /// When it was made: it says what was struck out before. Its token says the same to the second.
    pub made_at: Timestamp,
}

/// What makes a coverage that has no place yet findable.
pub(crate) type NaturalKey = (Vec<u8>, String, i64);

impl Tx {
    /// Sets `count` numbers of a prefecture aside and gives the first of them. No other transaction gets them.
    pub async fn reserve_places(&mut self, prefecture: Prefecture, count: u64, now: Timestamp) -> Result<u64> {
        self.count_up(prefecture, (count, 0), now).await.map(|given| given.given - count)
    }

    /// The same for decoys.
    pub async fn reserve_decoys(&mut self, prefecture: Prefecture, count: u64, now: Timestamp) -> Result<u64> {
        self.count_up(prefecture, (0, count), now).await.map(|given| given.decoys - count)
    }

    async fn count_up(&mut self, prefecture: Prefecture, more: (u64, u64), now: Timestamp) -> Result<Given> {
        let row: (i64, i64, i64) = on_both!(self, |c| {
            sqlx::query_as(
                "INSERT INTO status_given (prefecture, given, decoys, updated_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (prefecture) DO UPDATE SET given = status_given.given + excluded.given,
                     decoys = status_given.decoys + excluded.decoys, updated_at = excluded.updated_at
                 RETURNING prefecture, given, decoys",
            )
            .bind(i64::from(prefecture.number()))
            .bind(time::signed(more.0))
            .bind(time::signed(more.1))
            .bind(time::ms(now))
            .fetch_one(&mut *c)
            .await
        })?;
        given(row)
    }

    /// How far the places of every prefecture were given away; one of which none was is not in it.
    pub async fn places_given(&mut self) -> Result<Vec<Given>> {
        let rows: Vec<(i64, i64, i64)> = on_both!(self, |c| {
            sqlx::query_as("SELECT prefecture, given, decoys FROM status_given ORDER BY prefecture")
                .fetch_all(&mut *c)
                .await
        })?;
        rows.into_iter().map(given).collect()
    }

    /// Strikes places out; one that is struck already is left as it is.
    pub async fn strike(&mut self, struck: &[Struck], now: Timestamp) -> Result<()> {
        for one in struck {
            let withdrawn = one.replaced.registration_status == RegistrationStatus::Deleted;
            execute_on_both!(self, |c| {
                sqlx::query(
                    "INSERT INTO status_struck (status_index, disqualified_on, withdrawn, struck_at, keep_until)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (status_index) DO NOTHING",
                )
                .bind(number(one.place))
                .bind(one.replaced.disqualification_date.map(time::day))
                .bind(i64::from(withdrawn))
                .bind(time::ms(now))
                .bind(time::ms(one.keep_until))
                .execute(&mut *c)
                .await
            })?;
        }
        Ok(())
    }

    /// Takes back what has this place for good, whatever struck it out before.
    pub async fn withdraw_place(&mut self, struck: &Struck, now: Timestamp) -> Result<()> {
        self.strike(std::slice::from_ref(struck), now).await?;
        execute_on_both!(self, |c| {
            sqlx::query("UPDATE status_struck SET withdrawn = 1 WHERE status_index = $1")
                .bind(number(struck.place))
                .execute(&mut *c)
                .await
        })
        .map(drop)
    }

    /// Places of a prefecture that were struck out before `made_at`, in their order, behind `after`.
    pub async fn struck_places(
        &mut self,
        prefecture: Prefecture,
        made_at: Timestamp,
        after: Option<StatusIndex>,
        rows_max: i64,
    ) -> Result<Vec<Struck>> {
        let first = after.map_or_else(|| number(StatusIndex::new(prefecture, 0)) - 1, number);
        let last = number(StatusIndex::new(prefecture, u32::MAX));
        let rows: Vec<(i64, Option<i64>, i64, i64)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT status_index, disqualified_on, withdrawn, keep_until FROM status_struck
                 WHERE status_index > $1 AND status_index <= $2 AND struck_at < $3 ORDER BY status_index LIMIT $4",
            )
            .bind(first)
            .bind(last)
            .bind(time::ms(made_at))
            .bind(rows_max)
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(struck).collect()
    }

    /// How many places of each prefecture were struck out from then on and before `made_at`.
    pub async fn struck_between(&mut self, since: Timestamp, made_at: Timestamp) -> Result<Vec<(Prefecture, u64)>> {
        let rows: Vec<(i64, i64)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT status_index / 4294967296, COUNT(*) FROM status_struck
                 WHERE struck_at >= $1 AND struck_at < $2 GROUP BY 1",
            )
            .bind(time::ms(since))
            .bind(time::ms(made_at))
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(|(number, count)| Ok((prefecture(number)?, time::count(STRUCK, count)?))).collect()
    }

    /// Forgets places that nobody believes any more by now.
    pub async fn forget_struck(&mut self, now: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM status_struck WHERE keep_until < $1").bind(time::ms(now)).execute(&mut *c).await
        })
    }

    /// Coverages that have no place yet, from the time before there were places.
    pub(crate) async fn coverages_without_place(&mut self, rows_max: i64) -> Result<Vec<(NaturalKey, Prefecture)>> {
        let rows: Vec<(Vec<u8>, String, i64, String)> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT card_key, branch, qualified_on, record FROM coverage WHERE status_index IS NULL
                 ORDER BY card_key LIMIT $1",
            )
            .bind(rows_max)
            .fetch_all(&mut *c)
            .await
        })?;
        let read = |(card_key, branch, qualified_on, record): (Vec<u8>, String, i64, String)| {
            let recorded = super::coverage::read_record(domain::PersonId([0; 16]), &record)?;
            Ok(((card_key, branch, qualified_on), Prefecture::of(&recorded.coverage.insurer_number)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Gives a coverage its first place.
    pub(crate) async fn set_first_place(&mut self, key: &NaturalKey, place: StatusIndex) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "UPDATE coverage SET status_index = $1
                 WHERE card_key = $2 AND branch = $3 AND qualified_on = $4 AND status_index IS NULL",
            )
            .bind(number(place))
            .bind(key.0.clone())
            .bind(key.1.as_str())
            .bind(key.2)
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// Publishes a list, unless a newer one is there.
    pub async fn put_status_list(&mut self, list: &PublishedList) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO status_list (name, token, issued_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET token = excluded.token, issued_at = excluded.issued_at
                 WHERE status_list.issued_at < excluded.issued_at",
            )
            .bind(list.name.as_str())
            .bind(list.token.clone())
            .bind(time::ms(list.made_at))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// When the newest list was made.
    pub async fn newest_status_list(&mut self) -> Result<Option<Timestamp>> {
        let (newest,): (Option<i64>,) =
            on_both!(self, |c| sqlx::query_as("SELECT MAX(issued_at) FROM status_list").fetch_one(&mut *c).await)?;
        time::time_opt(LIST, newest)
    }

    /// The lists as published.
    pub async fn status_lists(&mut self) -> Result<Vec<PublishedList>> {
        let rows: Vec<(String, Vec<u8>, i64)> = on_both!(self, |c| {
            sqlx::query_as("SELECT name, token, issued_at FROM status_list ORDER BY name").fetch_all(&mut *c).await
        })?;
        let read = |(name, token, made_at)| Ok(PublishedList { name, token, made_at: time::time(LIST, made_at)? });
        rows.into_iter().map(read).collect()
    }
}

fn prefecture(number: i64) -> Result<Prefecture> {
    u8::try_from(number)
        .ok()
        .and_then(Prefecture::new)
        .ok_or_else(|| StoreError::inconsistent(GIVEN, "a number that is no prefecture"))
}

fn given((number, given, decoys): (i64, i64, i64)) -> Result<Given> {
    Ok(Given {
        prefecture: prefecture(number)?,
        given: time::count(GIVEN, given)?,
        decoys: time::count(GIVEN, decoys)?,
    })
}

fn struck((number, disqualified_on, withdrawn, keep_until): (i64, Option<i64>, i64, i64)) -> Result<Struck> {
    let disqualification_date = disqualified_on.map(|day| time::date(STRUCK, day)).transpose()?;
    let registration_status = if withdrawn == 0 { RegistrationStatus::Registered } else { RegistrationStatus::Deleted };
    let replaced = Replaced { disqualification_date, registration_status };
    Ok(Struck { place: place(number)?, replaced, keep_until: time::time(STRUCK, keep_until)? })
}
