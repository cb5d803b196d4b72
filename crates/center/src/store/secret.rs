//! `center_key`: small values that must live as long as the data, such as the key of the person ids.

use jiff::Timestamp;

use super::error::Result;
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};

impl Tx {
    /// A value by its name.
    pub async fn center_value(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT value FROM center_key WHERE name = $1").bind(name).fetch_optional(&mut *c).await
        })?;
        Ok(row.map(|(value,)| value))
    }

    /// Keeps a value, unless the name has one; gives the value that stands.
    pub async fn keep_center_value(&mut self, name: &str, value: &[u8], now: Timestamp) -> Result<Vec<u8>> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO center_key (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            )
            .bind(name)
            .bind(value.to_vec())
            .bind(time::ms(now))
            .execute(&mut *c)
            .await
        })?;
        Ok(self.center_value(name).await?.unwrap_or_else(|| value.to_vec()))
    }
}
