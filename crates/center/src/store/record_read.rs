//! What a look into a record reads: whose card it is and what they allow here, and then what of the record may be seen.
//!
//! On SQLite each of the two is one statement, the first begins the transaction and the last ends it, and what could be many
//! rows is one text: every statement and every row changes threads, which costs more than finding it.

use std::sync::LazyLock;

use domain::record::Month;
use domain::{CardKey, Consent, Date, MedicalInstitutionCode, PersonId};

use super::claim::month_number;
use super::consent::{self, ConsentRow};
use super::coverage::{Found, RECORD_C, found_lines};
use super::error::{Result, StoreError};
use super::tx::{BEGIN_READ_SQLITE, Raw, on_both};
use super::{Tx, time};

/// Which part of a record is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Claims since this month; none: no claims.
    pub claims: Option<Month>,
    /// Checkups from one day to another; none: no checkups.
    pub checkups: Option<(Date, Date)>,
}

impl Reach {
    /// Whether nothing is read.
    pub const fn is_nothing(&self) -> bool {
        self.claims.is_none() && self.checkups.is_none()
    }
}

/// What lies in the store of a record. Nothing of it is read yet.
#[derive(Clone, Default)]
pub struct StoredRecord {
    /// Entries of claims, in the order of months: a line each, because JSON has no line feed outside of its escapes.
    claims: String,
    /// Reports of checkups, packed, the oldest first; none that was deleted.
    pub checkups: Vec<Vec<u8>>,
}

impl StoredRecord {
    /// The entries of each claim.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.claims.lines()
    }
}

/// It is a person's record.
impl std::fmt::Debug for StoredRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredRecord(…)")
    }
}

/// Day of the checkup and its key, or 0; claims; report.
type Row = (i64, Option<Vec<u8>>, Option<String>, Option<Vec<u8>>);
/// Person, and the columns of an answer.
type ConsentText = (String, i64, i64, i64, String, Option<i64>, Option<String>);

static CARD_SQLITE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT (SELECT group_concat('0 ' || hex(c.person_id) || ' ' || {RECORD_C}, char(10))
                 FROM coverage c WHERE c.card_key = $1),
                (SELECT json_group_array(json_array(hex(a.person_id), a.given_at, a.valid_until, a.choice, a.means,
                                                    a.withdrawn_at, a.withdrawn_by))
                 FROM consent a
                 WHERE a.person_id IN (SELECT person_id FROM coverage WHERE card_key = $1) AND a.facility = $2
                   AND a.given_at = (SELECT MAX(l.given_at) FROM consent l
                                     WHERE l.person_id = a.person_id AND l.facility = a.facility))"
    )
});

static BEGIN_AND_CARD_SQLITE: LazyLock<String> = LazyLock::new(|| format!("{BEGIN_READ_SQLITE};{}", *CARD_SQLITE));

/// The statement of one record, with how its engine puts lines together.
macro_rules! record {
    ($claims:literal) => {
        concat!(
            "SELECT 0, NULL, ",
            $claims,
            ", NULL
             UNION ALL
             SELECT checked_on, checkup_key, NULL, report FROM checkup
             WHERE person_id = $1 AND checked_on BETWEEN $3 AND $4 AND state = 'taken'"
        )
    };
}

const RECORD_SQLITE: &str = record!(
    "(SELECT group_concat(entries, char(10)) FROM (
        SELECT entries FROM claim WHERE person_id = $1 AND month >= $2 AND state = 'taken' ORDER BY month, claim_key))"
);

static LAST_RECORD_SQLITE: LazyLock<String> = LazyLock::new(|| format!("{RECORD_SQLITE};COMMIT"));

const RECORD_POSTGRES: &str = record!(
    "(SELECT string_agg(entries, chr(10) ORDER BY month, claim_key) FROM claim
      WHERE person_id = $1 AND month >= $2 AND state = 'taken')"
);

impl Tx {
    /// The coverages of a card, whatever the birth date, and the latest answer of each of its people at an institution.
    pub async fn card_and_consents(
        &mut self,
        card: CardKey,
        facility: MedicalInstitutionCode,
    ) -> Result<(Vec<Found>, Vec<Consent>)> {
        if let (Raw::Sqlite(c), beginning) = self.raw_beginning() {
            let sql = if beginning { BEGIN_AND_CARD_SQLITE.as_str() } else { CARD_SQLITE.as_str() };
            let query = sqlx::query_as(sql).bind(card.hash().to_vec()).bind(facility.as_str());
            let (coverages, consents): (Option<String>, String) = query.fetch_one(&mut *c).await?;
            return Ok((found_lines(coverages.as_deref())?, consents_of(&consents, facility)?));
        }
        let found = self.coverages_of_cards(&[card]).await?;
        let mut asked: Vec<_> = found.iter().map(|row| (facility, row.person)).collect();
        asked.sort_unstable();
        asked.dedup();
        let consents = self.latest_consents(&asked).await?;
        Ok((found, consents.into_iter().map(|(_, consent)| consent).collect()))
    }

    /// What lies in the store of a person's record, within reach.
    pub async fn stored_record(&mut self, person: PersonId, reach: Reach) -> Result<StoredRecord> {
        self.record_by(person, reach, RECORD_SQLITE).await
    }

    /// The same as the last statement of its transaction.
    pub async fn last_stored_record(&mut self, person: PersonId, reach: Reach) -> Result<StoredRecord> {
        let is_sqlite = matches!(self.raw(), Raw::Sqlite(_));
        let stored = self.record_by(person, reach, &LAST_RECORD_SQLITE).await?;
        if is_sqlite {
            self.note_committed();
        }
        Ok(stored)
    }

    async fn record_by(&mut self, person: PersonId, reach: Reach, sqlite: &'static str) -> Result<StoredRecord> {
        let sql = if matches!(self.raw(), Raw::Sqlite(_)) { sqlite } else { RECORD_POSTGRES };
        // Out of reach is an empty range: no row of it is touched.
        let since = reach.claims.map_or(i64::MAX, month_number);
        let (first, last) = reach.checkups.map_or((1, 0), |(first, last)| (time::day(first), time::day(last)));
        let mut rows: Vec<Row> = on_both!(self, |c| {
            let query = sqlx::query_as(sql).bind(person.0.to_vec()).bind(since).bind(first).bind(last);
            query.fetch_all(&mut *c).await
        })?;
        rows.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut stored = StoredRecord::default();
        for (_, _, claims, report) in rows {
            stored.claims.extend(claims);
            stored.checkups.extend(report);
        }
        Ok(stored)
    }
}

fn consents_of(text: &str, facility: MedicalInstitutionCode) -> Result<Vec<Consent>> {
    let broken = |what: &str| StoreError::inconsistent("consent", what);
    let rows: Vec<ConsentText> =
        serde_json::from_str(text).map_err(|_| broken("the answers of a card cannot be read"))?;
    rows.into_iter()
        .map(|(person, given_at, valid_until, choice, means, withdrawn_at, withdrawn_by)| {
            let person = u128::from_str_radix(&person, 16).map_err(|_| broken("person_id"))?;
            let row: ConsentRow = (given_at, valid_until, choice, means, withdrawn_at, withdrawn_by);
            consent::read(PersonId(person.to_be_bytes()), facility, row)
        })
        .collect()
}
