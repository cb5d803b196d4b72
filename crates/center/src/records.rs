//! Looks into health records: who is it, what did they allow this institution to see, and that and nothing else.
//!
//! No consent, no byte: a part that may not be seen is not even read. Everything is read in one reading transaction beside
//! the batches, so that no window waits for it; the engine then puts the look on record and gives the proof
//! (`check/look.rs`).

use domain::eligibility::{MoreFacts, more_facts_needed};
use domain::record::{HealthRecord, MaySee, Month};
use domain::{ConsentItem, EligibilityQuery, Facts, PersonId, Recorded, Verdict, decide};
use jiff::Timestamp;
use wire::api::Months;

use crate::check::whose;
use crate::checkups::unpack;
use crate::claims::records::{Masters, put_together};
use crate::limits;
use crate::store::claim::StoredClaim;
use crate::store::coverage::read_record;
use crate::store::{Result, Store, Tx};

/// What an institution wants to see.
pub(crate) struct RecordLook {
    /// Whose record, and which institution asks.
    pub(crate) query: EligibilityQuery,
    /// Which parts.
    pub(crate) items: Vec<ConsentItem>,
    /// Of which months.
    pub(crate) months: Months,
}

/// What came of a look, not on record yet.
pub(crate) struct Looked {
    /// Of the coverage that the numbers name.
    pub(crate) verdict: Verdict,
    /// None where the numbers name nobody, or several.
    pub(crate) found: Option<Shown>,
}

/// The person and what of the record may be seen.
pub(crate) struct Shown {
    pub(crate) person: PersonId,
    pub(crate) may_see: MaySee,
    pub(crate) record: HealthRecord,
    /// The newest month of which there is a claim of this person.
    pub(crate) newest_month: Option<Month>,
}

/// What is made out of claims.
const FROM_CLAIMS: [ConsentItem; 3] = [ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery];

/// What was read, not yet put together: that is done behind the transaction.
struct Read {
    verdict: Verdict,
    found: Option<Found>,
}

struct Found {
    person: PersonId,
    may_see: MaySee,
    claims: Vec<StoredClaim>,
    /// Packed.
    checkups: Vec<Vec<u8>>,
}

/// Looks.
pub(crate) async fn look(store: &Store, masters: &Masters, look: &RecordLook, now: Timestamp) -> Result<Looked> {
    let Read { verdict, found } =
        store.read("record_look", async |mut tx| tx.look_into_record(look, now).await).await?;
    let Some(Found { person, may_see, claims, checkups }) = found else { return Ok(Looked { verdict, found: None }) };
    let (mut history, newest_month) = put_together(&claims, look.months.last)?;
    masters.name(&mut history);
    let checkups = checkups.iter().map(|packed| unpack(packed)).collect::<Result<_>>()?;
    let record = may_see.of(HealthRecord { history, checkups });
    Ok(Looked { verdict, found: Some(Shown { person, may_see, record, newest_month }) })
}

/// The first month that is read.
fn first_month(look: &RecordLook, now: Timestamp) -> Month {
    let oldest = Month::of(domain::date::in_japan(now).date()).months_before(limits::RECORD_MONTHS);
    look.months.first.map_or(oldest, |first| first.max(oldest))
}

impl Tx {
    async fn look_into_record(&mut self, look: &RecordLook, now: Timestamp) -> Result<Read> {
        let facts = self.facts_of_card(&look.query).await?;
        let decision = decide(&look.query, &facts);
        let Some(person) = decision.coverage.and_then(|shown| whose(&facts.matched, shown)) else {
            return Ok(Read { verdict: decision.verdict, found: None });
        };
        let latest = self.latest_consent(person, look.query.medical_institution_code).await?;
        let may_see = MaySee::new(latest.as_ref(), &look.items, now);
        let claims = if FROM_CLAIMS.iter().any(|item| may_see.allows(*item)) {
            self.claims_of(person, first_month(look, now)).await?
        } else {
            Vec::new()
        };
        let checkups = if may_see.allows(ConsentItem::Checkups) {
            let last = look.months.last.unwrap_or_else(|| Month::of(domain::date::in_japan(now).date()));
            self.checkups_of(person, first_month(look, now).first_day(), last.last_day()).await?
        } else {
            Vec::new()
        };
        let found = Some(Found { person, may_see, claims, checkups });
        Ok(Read { verdict: decision.verdict, found })
    }

    /// What the register holds about the card of a question; nobody else is looked up.
    async fn facts_of_card(&mut self, query: &EligibilityQuery) -> Result<Facts> {
        let mut facts = Facts {
            matched: Vec::new(),
            others: Vec::new(),
            near: Vec::new(),
            insurer_known: true,
            insurer_feed_age_days: None,
        };
        for row in self.coverages_of_cards(&[query.card_key()]).await? {
            facts.matched.push(read_record(row.person, &row.record)?);
        }
        if more_facts_needed(query, &facts.matched) == MoreFacts::OtherCoverages {
            let persons: Vec<PersonId> = persons_of(&facts.matched);
            for (person, record) in self.coverages_of_persons(&persons).await? {
                facts.others.push(read_record(person, &record)?);
            }
        }
        Ok(facts)
    }
}

fn persons_of(matched: &[Recorded]) -> Vec<PersonId> {
    let mut persons: Vec<PersonId> = matched.iter().map(|recorded| recorded.person).collect();
    persons.sort_unstable();
    persons.dedup();
    persons
}
