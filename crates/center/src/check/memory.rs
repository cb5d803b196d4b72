//! What the engine remembers between batches: the edge of the log, and small facts that nearly every answer needs.
//!
//! Everything here repeats what the database says. What may be out of date is either compared with the database in every
//! batch (the edge, the set of facilities with 照会番号) or may be a few seconds old without harm (the insurers' feed times).

use std::collections::HashSet;
use std::time::Duration;

use domain::{Facts, InsurerNumber, MedicalInstitutionCode};
use jiff::Timestamp;
use kit::clock::SharedClock;
use trust::merkle::Frontier;

use crate::limits;
use crate::store::insurer::FeedTimes;
use crate::store::log::LogState;
use crate::store::{Result, Store, Tx};

pub(super) struct Memory {
    pub(super) log_id: i64,
    /// The edge behind the last committed batch; none when it is not known what was committed.
    pub(super) edge: Option<Frontier>,
    /// The edge behind the last batch that was answered: receipts for it are in other hands, so whatever database is
    /// found later must go on from here.
    pub(super) answered: Frontier,
    /// A transaction was begun and has not been committed (yet).
    in_transaction: bool,
    store: Store,
    clock: SharedClock,
    insurers: FeedTimes,
    insurers_read: Option<InsurersRead>,
    /// Facilities that have registered 照会番号, and the count that said so.
    facilities: HashSet<MedicalInstitutionCode>,
    facilities_count: Option<u64>,
    /// Institutions at which patients were asked what may be seen.
    asking: HashSet<MedicalInstitutionCode>,
    asking_read: Option<AskingRead>,
}

/// Up to when the institutions that ask patients were read: by this clock, and by the clock of their rows.
#[derive(Debug, Clone, Copy)]
struct AskingRead {
    at: Duration,
    until: Timestamp,
}

/// When the insurers were read, and how many feeds this process had taken by then.
#[derive(Debug, Clone, Copy)]
struct InsurersRead {
    at: Duration,
    feeds: u64,
}

impl Memory {
    pub(super) fn new(log_id: i64, edge: Frontier, store: Store, clock: SharedClock) -> Self {
        Self {
            log_id,
            edge: Some(edge.clone()),
            answered: edge,
            in_transaction: false,
            store,
            clock,
            insurers: FeedTimes::new(),
            insurers_read: None,
            facilities: HashSet::new(),
            facilities_count: None,
            asking: HashSet::new(),
            asking_read: None,
        }
    }

    /// A transaction begins. If the one before did not end in order, nothing is known of what it may have changed.
    pub(super) fn begin(&mut self) {
        if self.in_transaction {
            self.edge = None;
            self.facilities_count = None;
        }
        self.in_transaction = true;
    }

    /// The transaction was committed with this edge.
    pub(super) fn committed(&mut self, edge: Frontier) {
        self.edge = Some(edge.clone());
        self.answered = edge;
        self.in_transaction = false;
    }

    /// Whether the log in the database is the one whose edge is remembered.
    pub(super) fn is_at(&self, log: &LogState) -> bool {
        let head = self.edge.as_ref().and_then(Frontier::head);
        head.is_some_and(|head| head.size == log.tree_size && head.root == log.root)
    }

    /// Reads again what has become old.
    pub(super) async fn refresh(&mut self, tx: &mut Tx, facilities: u64, now: Timestamp) -> Result<()> {
        self.refresh_asking(tx, now).await?;
        if self.facilities_count != Some(facilities) {
            self.facilities = tx.reference_facilities().await?;
            self.facilities_count = Some(facilities);
        }
        let now = self.clock.monotonic();
        let feeds = self.store.feeds_taken();
        let fresh = self
            .insurers_read
            .is_some_and(|read| read.feeds == feeds && now.saturating_sub(read.at) < limits::INSURER_FACTS_TIME);
        if !fresh {
            self.insurers = tx.insurer_feed_times().await?;
            self.insurers_read = Some(InsurersRead { at: now, feeds });
        }
        Ok(())
    }

    /// Takes over the institutions that other centers on this database have noted. Those noted here are known at once.
    async fn refresh_asking(&mut self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let at = self.clock.monotonic();
        if self.asking_read.is_some_and(|read| at.saturating_sub(read.at) < limits::CONSENT_FACTS_TIME) {
            return Ok(());
        }
        // The clocks of two centers may differ, and a row is seen only when its transaction ends.
        let since = self.asking_read.map(|read| read.until.saturating_sub(limits::CONSENT_FACTS_OVERLAP));
        self.asking.extend(tx.consent_facilities(since.transpose().ok().flatten().unwrap_or(Timestamp::MIN)).await?);
        self.asking_read = Some(AskingRead { at, until: now });
        Ok(())
    }

    /// Whether the institution has ever asked a patient what may be seen.
    pub(super) fn has_consents(&self, facility: MedicalInstitutionCode) -> bool {
        self.asking.contains(&facility)
    }

    /// The institution asks now.
    pub(super) fn note_consents(&mut self, facilities: impl Iterator<Item = MedicalInstitutionCode>) {
        self.asking.extend(facilities);
    }

    /// Asks for insurers that are not known: they may have become so a moment ago, through another process.
    pub(super) async fn look_again(&mut self, tx: &mut Tx, unknown: &[InsurerNumber]) -> Result<()> {
        let found = tx.insurer_feed_times_of(unknown).await?;
        self.insurers.extend(found);
        Ok(())
    }

    /// The beginning of the facts: what is known of the insurer.
    pub(super) fn facts(&self, insurer: &InsurerNumber, now: Timestamp) -> Facts {
        let fed = self.insurers.get(insurer);
        let age = fed.copied().flatten().map(|fed| now.duration_since(fed).as_hours().max(0) / 24);
        Facts {
            insurer_known: fed.is_some(),
            insurer_feed_age_days: age.map(|days| u32::try_from(days).unwrap_or(u32::MAX)),
            ..Facts::default()
        }
    }

    /// When the insurer sent its last feed.
    pub(super) fn last_feed(&self, insurer: &InsurerNumber) -> Option<Timestamp> {
        self.insurers.get(insurer).copied().flatten()
    }

    /// Whether the facility has registered any 照会番号.
    pub(super) fn has_reference_numbers(&self, facility: MedicalInstitutionCode) -> bool {
        self.facilities.contains(&facility)
    }

    /// The facility registers one now. Gives whether it is its first.
    pub(super) fn note_reference_numbers(&mut self, facility: MedicalInstitutionCode) -> bool {
        self.facilities.insert(facility)
    }

    /// The count that belongs to the set, once the transaction is committed.
    pub(super) fn expect_reference_facilities(&mut self, count: u64) {
        self.facilities_count = Some(count);
    }
}
