//! Which parts of a record an institution may see: those that the patient allowed there, as long as that holds.
//!
//! | part | needs consent to |
//! |---|---|
//! | drugs handed out | 薬剤情報 |
//! | diagnoses, days of treatment | 診療情報 |
//! | surgery | 手術情報 |
//! | checkups | 特定健診情報 |
//!
//! A day of treatment names what was done on it. Surgery among that is left out unless surgery may be seen too, and so
//! are procedures that are no surgery unless treatment may be seen.

use jiff::Timestamp;

use super::{History, ProcedureKind};
use crate::checkup::Checkup;
use crate::consent::{self, ConsentState};
use crate::{Consent, ConsentItem};

/// Everything that is known of a person's health. `Debug` is blank: it belongs to a person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HealthRecord {
    /// What claims tell.
    pub history: History,
    /// 特定健診情報
    pub checkups: Vec<Checkup>,
}

impl std::fmt::Debug for HealthRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HealthRecord(…)")
    }
}

/// How things stand with the parts that somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaySee {
    states: Vec<(ConsentItem, ConsentState)>,
}

impl MaySee {
    /// By the patient's latest answer at this institution. Items that are not about health are no part of a record and
    /// are passed over; each other one counts once.
    pub fn new(latest: Option<&Consent>, wanted: &[ConsentItem], now: Timestamp) -> Self {
        let parts = ConsentItem::ALL.iter().filter(|item| item.is_medical() && wanted.contains(item));
        Self { states: parts.map(|item| (*item, consent::state(latest, *item, now))).collect() }
    }

    /// The wanted parts in the order in which they are asked, and how each stands.
    pub fn states(&self) -> &[(ConsentItem, ConsentState)] {
        &self.states
    }

    /// Whether this part was wanted and may be seen.
    pub fn allows(&self, item: ConsentItem) -> bool {
        self.states.iter().any(|(of, state)| *of == item && matches!(state, ConsentState::Consented { .. }))
    }

    /// Whether anything at all may be seen.
    pub fn allows_anything(&self) -> bool {
        self.states.iter().any(|(item, _)| self.allows(*item))
    }

    /// What is left of a record when everything is taken out that may not be seen.
    pub fn of(&self, mut record: HealthRecord) -> HealthRecord {
        let (treatment, surgery) = (self.allows(ConsentItem::Diagnosis), self.allows(ConsentItem::Surgery));
        if !self.allows(ConsentItem::Checkups) {
            record.checkups.clear();
        }
        let history = &mut record.history;
        if !self.allows(ConsentItem::Drugs) {
            history.medications.clear();
        }
        if !treatment {
            history.diagnoses.clear();
            history.visits.clear();
        }
        let may = |kind: ProcedureKind| if kind.is_surgery() { surgery } else { treatment };
        history.procedures.retain(|procedure| may(procedure.kind));
        for visit in &mut history.visits {
            visit.items.retain(|item| may(item.kind));
        }
        record
    }
}
