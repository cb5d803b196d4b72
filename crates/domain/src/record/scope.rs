//! What a program may read of one patient in FHIR: by the patient's consent, the role of who looks, and the purpose.
//!
//! A scope of SMART on FHIR (`patient/MedicationDispense.rs`) is a way to ask, not a right. The right is the consent on
//! record; a scope is granted only while that holds and is looked at again at every read.
//!
//! | resource | needs consent to |
//! |---|---|
//! | Patient, Coverage, `AuditEvent` | nothing: the check that named the patient has told it, or it is about the asker |
//! | `MedicationDispense`, `MedicationRequest`, `MedicationStatement` | 薬剤情報 |
//! | Condition | 診療情報 |
//! | Procedure | 診療情報 or 手術情報, each for its own procedures |
//! | Observation | 特定健診情報 |

use jiff::Timestamp;

use crate::consent::{self, ConsentState};
use crate::{Consent, ConsentItem};

/// A kind of resource about one patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatientResource {
    /// Who it is.
    Patient,
    /// How they are insured.
    Coverage,
    /// Drugs handed out.
    MedicationDispense,
    /// The prescriptions behind them.
    MedicationRequest,
    /// From when to when there was a drug to take.
    MedicationStatement,
    /// Diagnoses.
    Condition,
    /// Treatments and operations.
    Procedure,
    /// Items of checkups.
    Observation,
    /// The asking institution's own looks.
    AuditEvent,
}

impl PatientResource {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Patient,
        Self::Coverage,
        Self::MedicationDispense,
        Self::MedicationRequest,
        Self::MedicationStatement,
        Self::Condition,
        Self::Procedure,
        Self::Observation,
        Self::AuditEvent,
    ];

    /// Its name in FHIR.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Coverage => "Coverage",
            Self::MedicationDispense => "MedicationDispense",
            Self::MedicationRequest => "MedicationRequest",
            Self::MedicationStatement => "MedicationStatement",
            Self::Condition => "Condition",
            Self::Procedure => "Procedure",
            Self::Observation => "Observation",
            Self::AuditEvent => "AuditEvent",
        }
    }

    /// Reads [`Self::name`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Consent to any of these opens it, each for its own part; empty: it needs none.
    pub const fn needs(self) -> &'static [ConsentItem] {
        match self {
            Self::Patient | Self::Coverage | Self::AuditEvent => &[],
            Self::MedicationDispense | Self::MedicationRequest | Self::MedicationStatement => &[ConsentItem::Drugs],
            Self::Condition => &[ConsentItem::Diagnosis],
            Self::Procedure => &[ConsentItem::Diagnosis, ConsentItem::Surgery],
            Self::Observation => &[ConsentItem::Checkups],
        }
    }

    /// Whether it tells of the person's health.
    pub const fn is_medical(self) -> bool {
        !self.needs().is_empty()
    }

    /// The scope that asks for reading and searching it.
    pub fn scope(self) -> String {
        format!("patient/{}.rs", self.name())
    }

    /// The kinds that one scope asks for: `patient/NAME.` with `rs`, `r`, `s` or (SMART 1) `read`, and `*` for every name.
    /// Empty for anything else: writing, other contexts, `launch`, `openid`, and kinds that are not served.
    pub fn asked_by(scope: &str) -> Vec<Self> {
        let Some((name, rights)) = scope.strip_prefix("patient/").and_then(|rest| rest.split_once('.')) else {
            return Vec::new();
        };
        match (name, rights) {
            ("*", "rs" | "r" | "s" | "read") => Self::ALL.to_vec(),
            (name, "rs" | "r" | "s" | "read") => Self::parse(name).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// In which role somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookRole {
    /// 医師
    Doctor,
    /// 歯科医師
    Dentist,
    /// 薬剤師
    Pharmacist,
    /// Whom the institution has given the right to open records; the profession is not told.
    Records,
    /// 受付: checks insurance.
    Reception,
}

impl LookRole {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Doctor, Self::Dentist, Self::Pharmacist, Self::Records, Self::Reception];

    /// The stable word, for programs and on record.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Dentist => "dentist",
            Self::Pharmacist => "pharmacist",
            Self::Records => "records",
            Self::Reception => "reception",
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Doctor => "医師",
            Self::Dentist => "歯科医師",
            Self::Pharmacist => "薬剤師",
            Self::Records => "診療情報の閲覧を許された職員",
            Self::Reception => "受付",
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether this role may open what is about health, where the patient agreed.
    pub const fn sees_records(self) -> bool {
        match self {
            Self::Doctor | Self::Dentist | Self::Pharmacist | Self::Records => true,
            Self::Reception => false,
        }
    }
}

/// What somebody wants to look for, in the codes of `PurposeOfUse` (HL7 v3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookPurpose {
    /// `TREAT`: to treat the patient.
    Treatment,
    /// `HPAYMT`: to bill, or to check insurance.
    Payment,
    /// Anything else, such as research, marketing, operations.
    Other,
}

impl LookPurpose {
    /// Reads a code; what is unknown is [`Self::Other`], which opens nothing.
    pub fn parse(code: &str) -> Self {
        match code {
            "TREAT" => Self::Treatment,
            "HPAYMT" => Self::Payment,
            _ => Self::Other,
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Treatment => "診療",
            Self::Payment => "請求・資格の確認",
            Self::Other => "記録なし",
        }
    }

    /// The code; of [`Self::Other`] none is known.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Treatment => Some("TREAT"),
            Self::Payment => Some("HPAYMT"),
            Self::Other => None,
        }
    }
}

/// Why a kind of resource may not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReadable {
    /// The patient agrees to treatment here and to nothing beyond it.
    Purpose,
    /// This role does not open records.
    Role,
    /// Not asked, not agreed, or taken back.
    NoConsent,
    /// Agreed, and the time of that is over.
    ConsentExpired,
}

/// What may be read of one kind of resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// The parts that may be seen; empty for a kind that needs no consent.
    pub parts: Vec<ConsentItem>,
    /// The parts that may not, and why. Whoever shows the others says so.
    pub hidden: Vec<(ConsentItem, ConsentState)>,
}

/// Whether somebody may read this kind of resource now, by the patient's latest answer at this institution.
///
/// # Errors
/// The first reason in the order purpose, role, consent. Of several parts without consent, one that has run out is told:
/// asking the patient again mends it.
pub fn may_read(
    kind: PatientResource,
    role: LookRole,
    purpose: LookPurpose,
    latest: Option<&Consent>,
    now: Timestamp,
) -> Result<Readable, NotReadable> {
    match (purpose, kind.is_medical()) {
        (LookPurpose::Treatment, _) | (LookPurpose::Payment, false) => {}
        (LookPurpose::Payment, true) | (LookPurpose::Other, _) => return Err(NotReadable::Purpose),
    }
    if kind.is_medical() && !role.sees_records() {
        return Err(NotReadable::Role);
    }
    let (mut parts, mut hidden) = (Vec::new(), Vec::new());
    for item in kind.needs() {
        match consent::state(latest, *item, now) {
            ConsentState::Consented { .. } => parts.push(*item),
            state => hidden.push((*item, state)),
        }
    }
    if kind.is_medical() && parts.is_empty() {
        let is_over = hidden.iter().any(|(_, state)| matches!(state, ConsentState::Expired { .. }));
        return Err(if is_over { NotReadable::ConsentExpired } else { NotReadable::NoConsent });
    }
    Ok(Readable { parts, hidden })
}
