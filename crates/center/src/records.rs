//! Looks into health records: who is it, what did they allow this institution to see, and that and nothing else.
//!
//! No consent, no byte: a part that may not be seen is not even read. Everything is read in one reading transaction beside
//! the batches, so that no window waits for it; the engine then puts the look on record and gives the proof
//! (`check/look.rs`).

use domain::eligibility::{MoreFacts, more_facts_needed};
use domain::record::{HealthRecord, MaySee, Month};
use domain::{
    CardQuery, ConsentItem, Date, EligibilityQuery, Facts, MedicalInstitutionCode, PersonId, Recorded,
    RegistrationStatus, Verdict, decide,
};
use jiff::Timestamp;
use wire::api::{Months, RecordPatient};

use crate::check::{canonical_query, whose};
use crate::checkups::unpack_texts;
use crate::claims::records::{Masters, put_together};
use crate::limits;
use crate::store::coverage::{Found, read_record};
use crate::store::record_read::{Reach, StoredRecord};
use crate::store::{Result, Store, Tx};

/// What an institution wants to see.
pub(crate) struct RecordLook {
    /// Whose record, and which institution asks.
    pub(crate) whose: Whose,
    /// Which parts.
    pub(crate) items: Vec<ConsentItem>,
    /// Of which months.
    pub(crate) months: Months,
}

/// By what a patient is named.
pub(crate) enum Whose {
    /// By card and birth date.
    Person(EligibilityQuery),
    /// By the card alone: the one of its people whom the institution has asked what it may see.
    Card(CardQuery),
}

impl Whose {
    /// Who asks.
    pub(crate) const fn facility(&self) -> MedicalInstitutionCode {
        match self {
            Self::Person(query) => query.medical_institution_code,
            Self::Card(card) => card.medical_institution_code(),
        }
    }

    /// The one way to write it, for the hash in the access event; a card alone ends with the word `card`.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Person(query) => canonical_query(query),
            Self::Card(card) => [canonical_query(&card.about(Date::default())), "card".to_owned()].join("\n"),
        }
    }
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
    /// But for the checkups.
    pub(crate) record: HealthRecord,
    /// Each as the JSON of a [`domain::Checkup`], the newest first.
    pub(crate) checkups: Vec<String>,
    /// As registered; none where nothing may be seen.
    pub(crate) patient: Option<RecordPatient>,
    /// The newest month of which there is a claim of this person.
    pub(crate) newest_month: Option<Month>,
}

/// What is made out of claims.
const FROM_CLAIMS: [ConsentItem; 3] = [ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery];

/// What was read, not yet put together: that is done behind the transaction.
struct Read {
    verdict: Verdict,
    found: Option<ReadRecord>,
}

struct ReadRecord {
    person: PersonId,
    patient: Option<RecordPatient>,
    may_see: MaySee,
    stored: StoredRecord,
}

/// Looks.
pub(crate) async fn look(store: &Store, masters: &Masters, look: &RecordLook, now: Timestamp) -> Result<Looked> {
    let Read { verdict, found } = match &look.whose {
        Whose::Person(query) => {
            store.look("record_look", async |mut tx| tx.look_into_record_of(query, look, now).await).await?
        }
        Whose::Card(card) => {
            let one = async |mut tx: Tx| match tx.who_was_asked(card).await? {
                Ok(query) => tx.look_into_record_of(&query, look, now).await,
                Err(verdict) => Ok(Read { verdict, found: None }),
            };
            store.read("record_look", one).await?
        }
    };
    let Some(ReadRecord { person, patient, may_see, stored }) = found else {
        return Ok(Looked { verdict, found: None });
    };
    let (mut history, newest_month) = put_together(stored.claims(), look.months.last)?;
    masters.name(&mut history);
    let mut checkups = unpack_texts(&stored.checkups)?;
    checkups.reverse();
    let record = may_see.of(HealthRecord { history, checkups: Vec::new() });
    Ok(Looked { verdict, found: Some(Shown { person, may_see, record, checkups, patient, newest_month }) })
}

/// The first month that is read.
fn first_month(look: &RecordLook, now: Timestamp) -> Month {
    let oldest = Month::of(domain::date::in_japan(now).date()).months_before(limits::RECORD_MONTHS);
    look.months.first.map_or(oldest, |first| first.max(oldest))
}

/// What is read: what may be seen of the months that are wanted.
fn reach(look: &RecordLook, may_see: &MaySee, now: Timestamp) -> Reach {
    let first = first_month(look, now);
    let last = look.months.last.unwrap_or_else(|| Month::of(domain::date::in_japan(now).date()));
    Reach {
        claims: FROM_CLAIMS.iter().any(|item| may_see.allows(*item)).then_some(first),
        checkups: may_see.allows(ConsentItem::Checkups).then_some((first.first_day(), last.last_day())),
    }
}

impl Tx {
    async fn look_into_record_of(
        &mut self,
        query: &EligibilityQuery,
        look: &RecordLook,
        now: Timestamp,
    ) -> Result<Read> {
        let (found, consents) = self.card_and_consents(query.card_key(), query.medical_institution_code).await?;
        let facts = self.facts_of_card(query, found).await?;
        let decision = decide(query, &facts);
        let shown = decision.coverage.and_then(|shown| Some((whose(&facts.matched, shown)?, shown)));
        let Some((person, coverage)) = shown else {
            return Ok(Read { verdict: decision.verdict, found: None });
        };
        let may_see = MaySee::new(consents.iter().find(|consent| consent.person == person), &look.items, now);
        let reach = reach(look, &may_see, now);
        let patient = may_see.allows_anything().then(|| RecordPatient::from(&coverage.person));
        let stored =
            if reach.is_nothing() { StoredRecord::default() } else { self.last_stored_record(person, reach).await? };
        let found = Some(ReadRecord { person, patient, may_see, stored });
        Ok(Read { verdict: decision.verdict, found })
    }

    /// The question about the one person of a card who is meant: its only one, or the only one whom this institution has
    /// asked. Nobody and several are told apart.
    async fn who_was_asked(&mut self, card: &CardQuery) -> Result<std::result::Result<EligibilityQuery, Verdict>> {
        let mut people: Vec<(PersonId, Date)> = Vec::new();
        for row in self.coverages_of_cards(&[card.card_key()]).await? {
            let coverage = read_record(row.person, &row.record)?.coverage;
            let counts = coverage.registration_status == RegistrationStatus::Registered
                && card.fits_branch(coverage.insured_branch_number);
            if counts && !people.iter().any(|(person, _)| *person == row.person) {
                people.push((row.person, coverage.person.birthdate));
            }
        }
        if people.len() > 1 {
            let facility = card.medical_institution_code();
            let asked: Vec<_> = people.iter().map(|(person, _)| (facility, *person)).collect();
            let answered: Vec<usize> = self.latest_consents(&asked).await?.into_iter().map(|(at, _)| at).collect();
            if let [only] = answered.as_slice() {
                people = people.get(*only).copied().into_iter().collect();
            }
        }
        Ok(match people.as_slice() {
            [] => Err(Verdict::NotFound),
            [(_, birthdate)] => Ok(card.about(*birthdate)),
            _ => Err(Verdict::Multiple),
        })
    }

    /// What the register holds about the card of a question, of which these rows were found; nobody else is looked up.
    async fn facts_of_card(&mut self, query: &EligibilityQuery, found: Vec<Found>) -> Result<Facts> {
        let mut facts = Facts {
            matched: Vec::new(),
            others: Vec::new(),
            near: Vec::new(),
            insurer_known: true,
            insurer_feed_age_days: None,
        };
        for row in found {
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
