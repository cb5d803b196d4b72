//! `chart`: the institution's charts, to match patients with. A row is found by keyed hashes and by nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::vault::{Place, Vault};
use super::{Store, StoreError, Tx, millis};
use crate::limits;

/// A line of the institution's list of patients. Personal data: sealed in the store, blank in the log.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Chart {
    /// 照会番号: the institution's own number of the patient.
    pub reference_number: String,
    /// 氏名.
    pub name: String,
    /// 氏名カナ.
    pub name_kana: String,
    /// 生年月日, `yyyyMMdd`.
    pub birthdate: String,
    /// 保険者番号.
    pub insurer_number: String,
    /// 記号.
    pub insured_card_symbol: String,
    /// 番号.
    pub insured_identification_number: String,
    /// 枝番.
    pub insured_branch_number: String,
}

impl std::fmt::Debug for Chart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chart(…)")
    }
}

/// By what a chart was found, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FoundBy {
    /// 照会番号 that was registered for the person.
    ReferenceNumber,
    /// Kana and birth date.
    KanaAndBirthdate,
    /// Insurer, symbol, number and branch.
    Insurance,
}

type Mac = [u8; 32];

const TABLE: &str = "chart";

impl Chart {
    fn number_mac(vault: &Vault, number: &str) -> Mac {
        vault.mac(&[b"chart number", number.trim().as_bytes()])
    }

    fn person_mac(&self, vault: &Vault) -> Option<Mac> {
        let kana = domain::text::canonical_kana(&self.name_kana);
        let birth = domain::date::parse(&self.birthdate).ok().map(domain::date::format)?;
        (!kana.is_empty()).then(|| vault.mac(&[b"chart person", kana.as_bytes(), birth.as_bytes()]))
    }

    fn card_mac(&self, vault: &Vault) -> Option<Mac> {
        let insurer = domain::InsurerNumber::parse(&self.insurer_number).ok()?;
        let number = domain::CardNumber::parse(&self.insured_identification_number).ok()?;
        let symbol = domain::CardSymbol::parse(&self.insured_card_symbol).ok();
        let branch = domain::BranchNumber::parse(&self.insured_branch_number).ok();
        Some(vault.mac(&[
            b"chart card",
            insurer.as_str().as_bytes(),
            symbol.as_ref().map_or("", domain::CardSymbol::canonical).as_bytes(),
            number.canonical().as_bytes(),
            branch.as_ref().map_or("", domain::BranchNumber::as_str).as_bytes(),
        ]))
    }
}

/// The row of a sealed chart, as the vault binds it.
fn row_name(number_mac: &Mac) -> String {
    domain::hex::encode(number_mac)
}

fn place(row: &str) -> Place<'_> {
    Place { table: TABLE, row, column: "body" }
}

impl Store {
    /// Takes charts in; one with a number that is there already takes its place. All or none.
    pub async fn put_charts(&self, charts: &[Chart], now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin("chart.put").await?;
        for chart in charts {
            self.put_chart_on(&mut tx, chart, now).await?;
        }
        tx.commit().await
    }

    async fn put_chart_on(&self, tx: &mut Tx, chart: &Chart, now: Timestamp) -> Result<(), StoreError> {
        let number_mac = Chart::number_mac(self.vault(), &chart.reference_number);
        let body = serde_json::to_vec(chart).map_err(|_| StoreError::Damaged { table: TABLE, column: "body" })?;
        let sealed = self.vault().seal(place(&row_name(&number_mac)), &body)?;
        sqlx::query(
            "INSERT INTO chart (number_mac, person_mac, card_mac, body, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (number_mac) DO UPDATE SET person_mac = excluded.person_mac, card_mac = excluded.card_mac,
               body = excluded.body, updated_at = excluded.updated_at",
        )
        .bind(number_mac.to_vec())
        .bind(chart.person_mac(self.vault()).map(|mac| mac.to_vec()))
        .bind(chart.card_mac(self.vault()).map(|mac| mac.to_vec()))
        .bind(sealed)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        Ok(())
    }

    /// The chart with this 照会番号.
    pub async fn chart(&self, reference_number: &str) -> Result<Option<Chart>, StoreError> {
        let mac = Chart::number_mac(self.vault(), reference_number);
        Ok(self.charts_where("number_mac", Some(mac)).await?.pop())
    }

    /// Charts that may be this patient's, the surest first, each with what it was found by; one that is found twice
    /// stands where it is surest. `like` is what the card says of the patient.
    pub async fn chart_candidates(&self, like: &Chart) -> Result<Vec<(Chart, FoundBy)>, StoreError> {
        let number = Some(like.reference_number.trim()).filter(|number| !number.is_empty());
        let ways = [
            (FoundBy::ReferenceNumber, "number_mac", number.map(|number| Chart::number_mac(self.vault(), number))),
            (FoundBy::KanaAndBirthdate, "person_mac", like.person_mac(self.vault())),
            (FoundBy::Insurance, "card_mac", like.card_mac(self.vault())),
        ];
        let mut found: Vec<(Chart, FoundBy)> = Vec::new();
        for (by, column, mac) in ways {
            for chart in self.charts_where(column, mac).await? {
                if found.iter().all(|(known, _)| known.reference_number != chart.reference_number) {
                    found.push((chart, by));
                }
            }
        }
        Ok(found)
    }

    async fn charts_where(&self, column: &'static str, mac: Option<Mac>) -> Result<Vec<Chart>, StoreError> {
        let Some(mac) = mac else { return Ok(Vec::new()) };
        // The column is one of three words of this page.
        let sql = format!("SELECT number_mac, body FROM chart WHERE {column} = ?1 ORDER BY number_mac LIMIT ?2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(mac.to_vec())
            .bind(limits::CHART_CANDIDATES_MAX)
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(|row| self.read_chart(row)).collect()
    }

    fn read_chart(&self, row: &sqlx::sqlite::SqliteRow) -> Result<Chart, StoreError> {
        let damaged = |column| StoreError::Damaged { table: TABLE, column };
        let number_mac: Mac = row.try_get::<&[u8], _>("number_mac")?.try_into().map_err(|_| damaged("number_mac"))?;
        let body = self.vault().open(place(&row_name(&number_mac)), row.try_get("body")?)?;
        serde_json::from_slice(&body).map_err(|_| damaged("body"))
    }

    /// How many charts are there.
    pub async fn count_charts(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM chart").fetch_one(self.pool()).await?)
    }
}
