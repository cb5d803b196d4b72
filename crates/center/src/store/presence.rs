//! `presence_challenge_used` and `card_crl`: what keeps a signature from being used twice, and the last revocation list of
//! each authority of cards.

use std::collections::HashSet;

use jiff::Timestamp;

use super::coverage::json_of;
use super::error::Result;
use super::tx::{Raw, execute_on_both, on_both};
use super::{Tx, time};

/// The random bytes of a challenge.
pub type Nonce = [u8; 32];

/// A revocation list as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCardCrl {
    /// The address it came from.
    pub source: String,
    /// When the authority made it.
    pub this_update: Timestamp,
    /// The list, DER.
    pub crl: Vec<u8>,
}

impl Tx {
    /// Uses challenges, and gives those that were not used before.
    pub async fn use_challenges(&mut self, nonces: &[Nonce], now: Timestamp) -> Result<HashSet<Nonce>> {
        let rows: Vec<(Vec<u8>,)> = match self.raw() {
            Raw::Sqlite(c) => {
                let nonces = json_of(nonces, |nonce, out| domain::hex::push(out, nonce));
                // Without the WHERE, SQLite takes ON for the beginning of a join.
                sqlx::query_as(
                    "INSERT INTO presence_challenge_used (nonce, used_at)
                     SELECT unhex(q.value), $2 FROM json_each($1) q WHERE true
                     ON CONFLICT (nonce) DO NOTHING RETURNING nonce",
                )
                .bind(nonces)
                .bind(time::ms(now))
                .fetch_all(&mut *c)
                .await?
            }
            Raw::Postgres(c) => {
                let nonces: Vec<&[u8]> = nonces.iter().map(Nonce::as_slice).collect();
                sqlx::query_as(
                    "INSERT INTO presence_challenge_used (nonce, used_at)
                     SELECT q.nonce, $2 FROM UNNEST($1::bytea[]) AS q (nonce)
                     ON CONFLICT (nonce) DO NOTHING RETURNING nonce",
                )
                .bind(nonces)
                .bind(time::ms(now))
                .fetch_all(&mut *c)
                .await?
            }
        };
        rows.into_iter().map(|(nonce,)| time::fixed("presence_challenge_used", &nonce)).collect()
    }

    /// Forgets challenges that were used before this: they are refused for their age anyway. Gives how many.
    pub async fn forget_challenges(&mut self, before: Timestamp) -> Result<u64> {
        execute_on_both!(self, |c| {
            sqlx::query("DELETE FROM presence_challenge_used WHERE used_at < $1")
                .bind(time::ms(before))
                .execute(&mut *c)
                .await
        })
    }

    /// Keeps a revocation list, unless one as new is there from the same address. Gives whether it was kept.
    pub async fn put_card_crl(&mut self, list: &StoredCardCrl, now: Timestamp) -> Result<bool> {
        let kept = execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO card_crl (source, this_update, crl, fetched_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (source) DO UPDATE SET
                     this_update = excluded.this_update, crl = excluded.crl, fetched_at = excluded.fetched_at
                 WHERE card_crl.this_update < excluded.this_update",
            )
            .bind(list.source.as_str())
            .bind(time::ms(list.this_update))
            .bind(list.crl.clone())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(kept == 1)
    }

    /// The newest revocation list from every address.
    pub async fn card_crls(&mut self) -> Result<Vec<StoredCardCrl>> {
        let rows: Vec<(String, i64, Vec<u8>)> = on_both!(self, |c| {
            sqlx::query_as("SELECT source, this_update, crl FROM card_crl").fetch_all(&mut *c).await
        })?;
        rows.into_iter()
            .map(|(source, this_update, crl)| {
                Ok(StoredCardCrl { source, this_update: time::time("card_crl", this_update)?, crl })
            })
            .collect()
    }
}
