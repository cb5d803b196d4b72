//! `arrival`: patients who were checked by card at the kiosk, and the chart that staff chose for each.

use domain::PresenceMeans;
use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::vault::Place;
use super::{Store, StoreError, Tx, millis, time};

/// Somebody who arrived.
#[derive(Debug, Clone, Copy)]
pub struct NewArrival<'a> {
    /// How they were recognised.
    pub means: PresenceMeans,
    /// Stable codes of what the desk is warned of.
    pub warns: &'a [String],
}

/// Somebody who arrived, for the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Number of the check.
    pub request_id: Uuid,
    /// When.
    pub at: Timestamp,
    /// How they were recognised.
    pub means: PresenceMeans,
    /// Stable codes of what the desk is warned of.
    pub warns: Vec<String>,
    /// 照会番号 of the chart that staff chose, and who chose it.
    pub matched: Option<(Zeroizing<String>, String)>,
}

const TABLE: &str = "arrival";

fn place(request_id: &str) -> Place<'_> {
    Place { table: TABLE, row: request_id, column: "patient" }
}

pub(super) async fn put_arrival_on(
    tx: &mut Tx,
    request_id: Uuid,
    day: &str,
    arrival: &NewArrival<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO arrival (request_id, day, at, means, warns) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (request_id) DO NOTHING",
    )
    .bind(request_id.to_string())
    .bind(day)
    .bind(millis(now))
    .bind(arrival.means.code())
    .bind(arrival.warns.join(" "))
    .execute(tx.on())
    .await?;
    Ok(())
}

impl Store {
    /// Who arrived on a day, latest first, at most `rows_max` of them.
    pub async fn arrivals(&self, day: &str, rows_max: u32) -> Result<Vec<Arrival>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_id, at, means, warns, patient, matched_by FROM arrival WHERE day = ?1
             ORDER BY at DESC, request_id DESC LIMIT ?2",
        )
        .bind(day)
        .bind(i64::from(rows_max))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| self.read_arrival(row)).collect()
    }

    /// The arrival of a check; none when it was no check by card.
    pub async fn arrival(&self, request_id: Uuid) -> Result<Option<Arrival>, StoreError> {
        let row =
            sqlx::query("SELECT request_id, at, means, warns, patient, matched_by FROM arrival WHERE request_id = ?1")
                .bind(request_id.to_string())
                .fetch_optional(self.pool())
                .await?;
        row.as_ref().map(|row| self.read_arrival(row)).transpose()
    }

    /// Writes down which chart staff chose. A later choice takes the place of an earlier one. False when nobody arrived
    /// under this number.
    pub async fn match_arrival(
        &self,
        request_id: Uuid,
        patient_number: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = request_id.to_string();
        let sealed = self.vault().seal(place(&id), patient_number.as_bytes())?;
        let mut tx = self.begin("arrival.match").await?;
        let done =
            sqlx::query("UPDATE arrival SET patient = ?2, matched_by = ?3, matched_at = ?4 WHERE request_id = ?1")
                .bind(&id)
                .bind(sealed)
                .bind(by)
                .bind(millis(now))
                .execute(tx.on())
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    fn read_arrival(&self, row: &sqlx::sqlite::SqliteRow) -> Result<Arrival, StoreError> {
        let damaged = |column| StoreError::Damaged { table: TABLE, column };
        let id: String = row.try_get("request_id")?;
        let means: String = row.try_get("means")?;
        let warns: String = row.try_get("warns")?;
        let matched = match row.try_get::<Option<&[u8]>, _>("patient")? {
            Some(sealed) => {
                let number = String::from_utf8(self.vault().open(place(&id), sealed)?.to_vec());
                Some((Zeroizing::new(number.map_err(|_| damaged("patient"))?), row.try_get("matched_by")?))
            }
            None => None,
        };
        Ok(Arrival {
            request_id: id.parse().map_err(|_| damaged("request_id"))?,
            at: time(row.try_get("at")?),
            means: PresenceMeans::parse(&means).ok_or_else(|| damaged("means"))?,
            warns: warns.split_whitespace().map(str::to_owned).collect(),
            matched,
        })
    }
}
