//! `disaster` and `disaster_request`: where people may be searched for by name, and who asked to.

use domain::disaster::{Area, Disaster, Grant};
use domain::{MedicalInstitutionCode, Prefecture};
use jiff::Timestamp;
use uuid::Uuid;

use super::error::{Result, StoreError};
use super::tx::{execute_on_both, on_both};
use super::{Tx, time};
use crate::limits;

const TABLE: &str = "disaster";
const REQUESTS: &str = "disaster_request";

type DisasterRow = (i64, i64, String, String, i64, i64, i64, Option<i64>);
type RequestRow = (String, Vec<u8>, String, i64, Option<i64>, Option<i64>);

/// What an institution asked, and what the rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// Who asked.
    pub facility: MedicalInstitutionCode,
    /// The number of the request.
    pub request_id: Uuid,
    /// Why, in the words of staff.
    pub reason: String,
    /// When.
    pub asked_at: Timestamp,
    /// What was granted.
    pub grant: Option<Grant>,
}

impl Tx {
    /// Opens the search for an area. Gives the number of the disaster.
    pub async fn open_disaster(
        &mut self,
        area: &Area,
        reason: &str,
        elsewhere: bool,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        let number: i64 = on_both!(self, |c| {
            sqlx::query_scalar(
                "INSERT INTO disaster (disaster, prefecture, municipality, reason, elsewhere, opened_at, ends_at)
                 SELECT COALESCE(MAX(disaster), 0) + 1, $1, $2, $3, $4, $5, $6 FROM disaster RETURNING disaster",
            )
            .bind(i64::from(area.prefecture().number()))
            .bind(area.municipality())
            .bind(reason)
            .bind(i64::from(elsewhere))
            .bind(time::ms(now))
            .bind(time::ms(until))
            .fetch_one(&mut *c)
            .await
        })?;
        time::count(TABLE, number)
    }

    /// Closes a disaster. Gives whether it was open.
    pub async fn close_disaster(&mut self, number: u64, now: Timestamp) -> Result<bool> {
        let closed = execute_on_both!(self, |c| {
            sqlx::query("UPDATE disaster SET closed_at = $2 WHERE disaster = $1 AND closed_at IS NULL AND ends_at > $2")
                .bind(time::signed(number))
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })?;
        Ok(closed == 1)
    }

    /// Disasters that have not ended by `since`, the newest first.
    pub async fn disasters(&mut self, since: Timestamp) -> Result<Vec<Disaster>> {
        let rows: Vec<DisasterRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT disaster, prefecture, municipality, reason, elsewhere, opened_at, ends_at, closed_at
                 FROM disaster WHERE ends_at > $1 AND (closed_at IS NULL OR closed_at > $1)
                 ORDER BY disaster DESC LIMIT $2",
            )
            .bind(time::ms(since))
            .bind(limits::DISASTERS_MAX)
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(disaster).collect()
    }

    /// Keeps what an institution asked and what the rule said; a request that was kept before stays as it is.
    pub async fn put_disaster_request(&mut self, request: &StoredRequest) -> Result<()> {
        execute_on_both!(self, |c| {
            sqlx::query(
                "INSERT INTO disaster_request (facility, request_id, reason, asked_at, disaster, ends_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility, request_id) DO NOTHING",
            )
            .bind(request.facility.as_str())
            .bind(request.request_id.as_bytes().to_vec())
            .bind(request.reason.as_str())
            .bind(time::ms(request.asked_at))
            .bind(request.grant.map(|grant| time::signed(grant.disaster)))
            .bind(request.grant.map(|grant| time::ms(grant.until)))
            .execute(&mut *c)
            .await
        })
        .map(drop)
    }

    /// What an institution has asked, the newest first.
    pub async fn disaster_requests_of(&mut self, facility: MedicalInstitutionCode) -> Result<Vec<StoredRequest>> {
        let rows: Vec<RequestRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT facility, request_id, reason, asked_at, disaster, ends_at FROM disaster_request
                 WHERE facility = $1 ORDER BY asked_at DESC LIMIT $2",
            )
            .bind(facility.as_str())
            .bind(limits::DISASTERS_MAX)
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(request).collect()
    }

    /// What institutions have asked since, the newest first.
    pub async fn disaster_requests(&mut self, since: Timestamp) -> Result<Vec<StoredRequest>> {
        let rows: Vec<RequestRow> = on_both!(self, |c| {
            sqlx::query_as(
                "SELECT facility, request_id, reason, asked_at, disaster, ends_at FROM disaster_request
                 WHERE asked_at >= $1 ORDER BY asked_at DESC, facility LIMIT $2",
            )
            .bind(time::ms(since))
            .bind(limits::DISASTERS_MAX)
            .fetch_all(&mut *c)
            .await
        })?;
        rows.into_iter().map(request).collect()
    }
}

fn disaster(row: DisasterRow) -> Result<Disaster> {
    let (number, prefecture, municipality, reason, elsewhere, opened_at, ends_at, closed_at) = row;
    let no_area = || StoreError::inconsistent(TABLE, "no such area");
    let prefecture = u8::try_from(prefecture).ok().and_then(Prefecture::new).ok_or_else(no_area)?;
    Ok(Disaster {
        number: time::count(TABLE, number)?,
        area: Area::new(prefecture, &municipality).map_err(|_| no_area())?,
        reason,
        elsewhere: elsewhere == 1,
        opened_at: time::time(TABLE, opened_at)?,
        until: time::time(TABLE, ends_at)?,
        closed_at: time::time_opt(TABLE, closed_at)?,
    })
}

fn request((facility, request_id, reason, asked_at, disaster, ends_at): RequestRow) -> Result<StoredRequest> {
    let grant = match (disaster, ends_at) {
        (Some(disaster), Some(until)) => {
            Some(Grant { disaster: time::count(REQUESTS, disaster)?, until: time::time(REQUESTS, until)? })
        }
        (None, None) => None,
        _ => return Err(StoreError::inconsistent(REQUESTS, "half a grant")),
    };
    Ok(StoredRequest {
        facility: MedicalInstitutionCode::parse(&facility).map_err(|e| StoreError::inconsistent(REQUESTS, e))?,
        request_id: Uuid::from_bytes(time::fixed(REQUESTS, &request_id)?),
        reason,
        asked_at: time::time(REQUESTS, asked_at)?,
        grant,
    })
}
