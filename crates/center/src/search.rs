//! Searches for a person by name: may this institution look, whom does it find, and how are they insured.
//!
//! Everything is read in one reading transaction beside the batches, so that no window waits for it; the engine then puts the
//! look on record and gives the proof (`check/look.rs`).
//!
//! People are found by birth date over the index that near misses use: its key is insurer and birth date, and the insurers
//! are known, so one probe for each insurer finds everybody born on a day. An index of its own would cost every row of
//! every import for what is asked a few times a day (decision 0024).

use std::collections::HashMap;

use domain::disaster::{self, Disaster, Grant, Ground, Institution, NotAllowed};
use domain::person_search::{self, Candidates};
use domain::{
    Date, Decision, MedicalInstitutionCode, PersonId, PersonQuery, PersonSearch, Recorded, SearchOutcome,
    SearchPurpose, Verdict, decide_person,
};
use jiff::Timestamp;
use wire::api::FoundPerson;

use crate::limits;
use crate::store::coverage::read_record;
use crate::store::disaster::StoredRequest;
use crate::store::facility::{Facility, FacilityKind};
use crate::store::insurer::FeedTimes;
use crate::store::{Result, Store, Tx};

/// What an institution wants to know.
pub(crate) struct Search {
    pub(crate) facility: MedicalInstitutionCode,
    pub(crate) purpose: SearchPurpose,
    /// 資格確認日.
    pub(crate) on: Date,
    pub(crate) person: PersonSearch,
}

/// What came of a search, not on record yet.
pub(crate) struct Searched {
    pub(crate) outcome: SearchOutcome,
    /// What the access event says.
    pub(crate) verdict: Verdict,
    pub(crate) shown: Vec<(PersonId, FoundPerson)>,
}

/// What an institution may do, and in which disaster.
pub(crate) struct Standing {
    pub(crate) emergency: bool,
    pub(crate) disaster: Result<Ground, NotAllowed>,
    /// The disaster of the ground.
    pub(crate) of: Option<Disaster>,
}

/// Why nobody was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The institution is not on record.
    FacilityUnknown,
    /// It may not search.
    NotAllowed(NotAllowed),
}

/// Makes a search.
pub(crate) async fn search(store: &Store, search: &Search, now: Timestamp) -> Result<Result<Searched, Refused>> {
    store
        .read("person_search", async |mut tx| {
            let Some(facility) = tx.facility(search.facility).await? else { return Ok(Err(Refused::FacilityUnknown)) };
            let may = tx.may_search(search.purpose, &facility, now).await?;
            match may {
                Ok(_) => tx.search(search, now).await.map(Ok),
                Err(why) => Ok(Err(Refused::NotAllowed(why))),
            }
        })
        .await
}

/// Whether an institution may search; none when it is not on record.
pub(crate) async fn standing(
    store: &Store,
    facility: MedicalInstitutionCode,
    now: Timestamp,
) -> Result<Option<Standing>> {
    store
        .read("person_search_standing", async |mut tx| {
            let Some(facility) = tx.facility(facility).await? else { return Ok(None) };
            let disasters = tx.disasters(now).await?;
            let grants = tx.grants_of(facility.code).await?;
            let may = |purpose| disaster::may_search(purpose, &institution(&facility), &disasters, &grants, now);
            let ground = may(SearchPurpose::Disaster);
            let number = match ground {
                Ok(Ground::InArea { disaster, .. } | Ground::Granted(Grant { disaster, .. })) => Some(disaster),
                Ok(Ground::Hospital) | Err(_) => None,
            };
            let of = disasters.iter().find(|disaster| Some(disaster.number) == number).cloned();
            Ok(Some(Standing { emergency: may(SearchPurpose::Emergency).is_ok(), disaster: ground, of }))
        })
        .await
}

/// Takes an institution's wish to search, and gives what the rule says; none when the institution is not on record. The same
/// request again gives the same answer.
pub(crate) async fn ask(
    store: &Store,
    facility: MedicalInstitutionCode,
    request_id: uuid::Uuid,
    reason: &str,
    now: Timestamp,
) -> Result<Option<Option<Grant>>> {
    store
        .tx("disaster_request", async |mut tx| {
            let Some(facility) = tx.facility(facility).await? else { return Ok(None) };
            let before = tx.disaster_requests_of(facility.code).await?;
            if let Some(before) = before.into_iter().find(|before| before.request_id == request_id) {
                return Ok(Some(before.grant));
            }
            let grant = disaster::grant(&institution(&facility), &tx.disasters(now).await?, now);
            let request =
                StoredRequest { facility: facility.code, request_id, reason: reason.to_owned(), asked_at: now, grant };
            tx.put_disaster_request(&request).await?;
            Ok(Some(grant))
        })
        .await
}

fn institution(facility: &Facility) -> Institution<'_> {
    let is_hospital = facility.kind == FacilityKind::Hospital;
    Institution { code: facility.code, is_hospital, address: &facility.address }
}

impl Tx {
    async fn grants_of(&mut self, facility: MedicalInstitutionCode) -> Result<Vec<Grant>> {
        let asked = self.disaster_requests_of(facility).await?;
        Ok(asked.into_iter().filter_map(|request| request.grant).collect())
    }

    async fn may_search(
        &mut self,
        purpose: SearchPurpose,
        facility: &Facility,
        now: Timestamp,
    ) -> Result<Result<Ground, NotAllowed>> {
        let disasters = self.disasters(now).await?;
        let grants = self.grants_of(facility.code).await?;
        Ok(disaster::may_search(purpose, &institution(facility), &disasters, &grants, now))
    }

    async fn search(&mut self, search: &Search, now: Timestamp) -> Result<Searched> {
        let insurers = self.insurer_feed_times().await?;
        let born_on = |insurer| domain::id::near_key(insurer, search.person.birthdate());
        let keys: Vec<i64> = insurers.keys().map(born_on).collect();
        let rows = self.coverages_near(&keys).await?;
        // At the limit nobody knows what was left out, and "nobody fits" would be a guess.
        let is_all = rows.len() < usize::try_from(limits::NEAR_ROWS_MAX).unwrap_or(usize::MAX);
        let mut born = Vec::with_capacity(rows.len());
        for (_, person, record) in rows {
            born.push(read_record(person, &record)?);
        }
        let each = born.iter().map(|recorded| (recorded.person, &recorded.coverage));
        let Candidates { outcome, persons } = person_search::find(&search.person, each, is_all, wire::text::common);
        let shown = self.insured(search, &persons, &born, &insurers, now).await?;
        let verdict = match (outcome, shown.as_slice()) {
            (SearchOutcome::Found, [(_, verdict, _)]) => *verdict,
            (SearchOutcome::Found | SearchOutcome::NotFound, _) => Verdict::NotFound,
            (SearchOutcome::Several | SearchOutcome::TooMany, _) => Verdict::Multiple,
        };
        let shown = shown.into_iter().map(|(person, _, found)| (person, found)).collect();
        Ok(Searched { outcome, verdict, shown })
    }

    /// How those who were found are insured: decided about all their coverages, without any consent.
    async fn insured(
        &mut self,
        search: &Search,
        persons: &[PersonId],
        born: &[Recorded],
        insurers: &FeedTimes,
        now: Timestamp,
    ) -> Result<Vec<(PersonId, Verdict, FoundPerson)>> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let mut coverages: HashMap<PersonId, Vec<Recorded>> = HashMap::new();
        for (person, record) in self.coverages_of_persons(persons).await? {
            coverages.entry(person).or_default().push(read_record(person, &record)?);
        }
        let query = PersonQuery {
            qualification_confirmation_date: search.on,
            medical_institution_code: search.facility,
            limit_consent: false,
            disease_consent: false,
        };
        let feed_age_days = |insurer: &domain::InsurerNumber| {
            let fed = insurers.get(insurer).copied().flatten()?;
            u32::try_from(now.duration_since(fed).as_hours().max(0) / 24).ok()
        };
        let mut found = Vec::with_capacity(persons.len());
        for person in persons {
            let all = coverages.get(person).map_or(&[][..], Vec::as_slice);
            let decision: Decision<'_> = decide_person(&query, all, feed_age_days);
            let fitting = born.iter().find(|recorded| {
                recorded.person == *person && search.person.fits(&recorded.coverage.person, wire::text::common)
            });
            if let Some(fitting) = fitting {
                let told = FoundPerson::new(&decision, &fitting.coverage.person, search.on);
                found.push((*person, decision.verdict, told));
            }
        }
        Ok(found)
    }
}
