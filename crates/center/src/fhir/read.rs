//! What is read for a look: whose id it is, what they allow now, and that and nothing else. One reading transaction.

use domain::record::{HealthRecord, MaySee, Month, NotReadable, PatientResource, Readable, may_read};
use domain::{ConsentItem, Coverage, Date, MedicalInstitutionCode, PersonId, Purpose, Verdict, date};
use jiff::Timestamp;
use trust::event::AccessEvent;
use trust::patient_id::PatientId;

use super::keys::Grant;
use crate::checkups::unpack;
use crate::claims::records::{Masters, put_together};
use crate::limits;
use crate::store::coverage::read_record;
use crate::store::record_look::StoredRecordLook;
use crate::store::record_read::{Reach, StoredRecord};
use crate::store::{Result, Store, Tx};

/// Who stands behind the id of a patient.
#[derive(Clone, Copy)]
pub(super) struct KnownPatient {
    pub(super) person: PersonId,
    /// What the check told.
    pub(super) verdict: Verdict,
    /// The day of the check in Japan.
    pub(super) day: Date,
    /// From when on the id opens nothing.
    pub(super) until: Timestamp,
}

/// What came of reading.
pub(super) struct ReadPatient {
    pub(super) known: KnownPatient,
    /// Each kind that was asked for: what of it may be read, or why nothing.
    pub(super) kinds: Vec<(PatientResource, std::result::Result<Readable, NotReadable>)>,
    /// What may be seen of the record, and nothing else.
    pub(super) record: HealthRecord,
    /// The coverages that the check told of.
    pub(super) coverages: Vec<Coverage>,
    /// This institution's looks.
    pub(super) looks: Vec<StoredRecordLook>,
}

/// Reads what of `kinds` may be read; none where the id opens nothing here.
pub(super) async fn read(
    store: &Store,
    masters: &Masters,
    facility: MedicalInstitutionCode,
    grant: &Grant,
    kinds: &[PatientResource],
    now: Timestamp,
) -> Result<Option<ReadPatient>> {
    let found = store.read("fhir_look", async |mut tx| tx.read_patient(facility, grant, kinds, now).await).await?;
    let Some((mut read, stored, may_see)) = found else { return Ok(None) };
    let (mut history, _) = put_together(stored.claims(), None)?;
    masters.name(&mut history);
    let checkups = unpack(&stored.checkups)?;
    read.record = may_see.of(HealthRecord { history, checkups });
    Ok(Some(read))
}

impl Tx {
    /// The patient whom a check of this institution told of, while its id holds.
    pub(super) async fn patient_of_check(
        &mut self,
        id: &PatientId,
        facility: MedicalInstitutionCode,
        now: Timestamp,
    ) -> Result<Option<KnownPatient>> {
        let number = id.number();
        let leaves = self.events(i64::from(number.log().number()), number.leaf_index(), 1).await?;
        let leaf = leaves.into_iter().find(|leaf| {
            leaf.leaf_index == number.leaf_index() && leaf.facility == facility.as_str() && id.is_of(&leaf.event)
        });
        let Some(leaf) = leaf else { return Ok(None) };
        let (Some(person), Ok(event)) = (leaf.person, AccessEvent::decode(&leaf.event)) else { return Ok(None) };
        let until = leaf.occurred_at.saturating_add(limits::PATIENT_ID_LIFE).unwrap_or(Timestamp::MAX);
        // A look is no check: an id must not make another one that lives longer.
        if event.purpose != Purpose::Check || now >= until {
            return Ok(None);
        }
        let day = date::in_japan(leaf.occurred_at).date();
        Ok(Some(KnownPatient { person, verdict: event.verdict, day, until }))
    }

    async fn read_patient(
        &mut self,
        facility: MedicalInstitutionCode,
        grant: &Grant,
        kinds: &[PatientResource],
        now: Timestamp,
    ) -> Result<Option<(ReadPatient, StoredRecord, MaySee)>> {
        let Some(known) = self.patient_of_check(&grant.patient, facility, now).await? else { return Ok(None) };
        let latest = self.latest_consent(known.person, facility).await?;
        let kinds: Vec<_> = kinds
            .iter()
            .map(|kind| (*kind, may_read(*kind, grant.role, grant.purpose, latest.as_ref(), now)))
            .collect();
        let readable = kinds.iter().filter_map(|(kind, may)| may.as_ref().ok().map(|may| (*kind, may)));
        // A kind that the token does not cover is not read either.
        let readable: Vec<_> = readable.filter(|(kind, _)| grant.kinds.contains(kind)).collect();
        let parts: Vec<ConsentItem> = readable.iter().flat_map(|(_, may)| may.parts.iter().copied()).collect();
        let reads = |wanted: PatientResource| readable.iter().any(|(kind, _)| *kind == wanted);
        let stored = self.parts_of(known.person, &parts, now).await?;
        let coverages = if reads(PatientResource::Patient) || reads(PatientResource::Coverage) {
            self.coverages_told(&known).await?
        } else {
            Vec::new()
        };
        let looks = if reads(PatientResource::AuditEvent) {
            self.record_looks_at(known.person, facility, limits::FHIR_AUDIT_EVENTS_MAX).await?
        } else {
            Vec::new()
        };
        let may_see = MaySee::new(latest.as_ref(), &parts, now);
        let record = HealthRecord::default();
        Ok(Some((ReadPatient { known, kinds, record, coverages, looks }, stored, may_see)))
    }

    /// Reads these parts of a record and no others.
    async fn parts_of(&mut self, person: PersonId, parts: &[ConsentItem], now: Timestamp) -> Result<StoredRecord> {
        let today = date::in_japan(now).date();
        let since = Month::of(today).months_before(limits::RECORD_MONTHS);
        let reach = Reach {
            claims: parts.iter().any(|item| *item != ConsentItem::Checkups).then_some(since),
            checkups: parts.contains(&ConsentItem::Checkups).then_some((since.first_day(), today)),
        };
        if reach.is_nothing() {
            return Ok(StoredRecord::default());
        }
        self.stored_record(person, reach).await
    }

    /// The coverages in force on the day of a check that said so; else the one that ended last before it. What the check did not
    /// tell, such as the numbers of a new insurer, is not told here either.
    async fn coverages_told(&mut self, known: &KnownPatient) -> Result<Vec<Coverage>> {
        let mut all = Vec::new();
        for (person, record) in self.coverages_of_persons(&[known.person]).await? {
            all.push(read_record(person, &record)?.coverage);
        }
        Ok(told(all, known.verdict, known.day))
    }
}

fn told(mut all: Vec<Coverage>, verdict: Verdict, day: Date) -> Vec<Coverage> {
    let is_in_force =
        |one: &Coverage| one.qualification_date <= day && one.disqualification_date.is_none_or(|lost| day < lost);
    if verdict.is_valid() {
        all.retain(is_in_force);
        return all;
    }
    all.retain(|one| one.disqualification_date.is_some_and(|lost| lost <= day));
    all.sort_by_key(|one| std::cmp::Reverse(one.disqualification_date));
    all.truncate(1);
    all
}
