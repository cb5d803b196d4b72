//! FHIR R4 with JP Core: what we send, as plain structs, and how it is made from words of [`domain`].
//!
//! [`Resource`] is any of them, told apart by `resourceType`. Profiles are JP Core 1.2; where JP Core has none (eligibility,
//! audit, capabilities) it is base R4. [`convert`] makes resources; a test in another language judges what it makes
//! (`crates/wire/tests/fhir/`).
//!
//! | page | what |
//! |---|---|
//! | [`types`] | data types |
//! | [`clinical`] | about a person: who, insured how, what was done and found |
//! | [`service`] | questions and answers, looks, faults, capabilities, bundles |
//! | [`system`] | names of profiles, code systems and identifier systems |
//! | [`convert`] | from `domain` |
//! | [`serve`] | what center and terminal serve alike: which routes, how a search is read and a page is cut, one record as resources |

pub mod clinical;
pub mod convert;
pub mod serve;
pub mod service;
pub mod system;
pub mod types;

use serde::{Deserialize, Serialize};

pub use clinical::{
    Condition, Coverage, MedicationDispense, MedicationRequest, MedicationStatement, Observation, Organization,
    Patient, Practitioner, Procedure,
};
pub use service::{
    AuditEvent, Bundle, CapabilityStatement, CoverageEligibilityRequest, CoverageEligibilityResponse, OperationOutcome,
};

/// A resource inside another.
pub type Contained = Resource;

/// Defines the enum over all resources and the way into it.
macro_rules! resources {
    ($($name:ident),+ $(,)?) => {
        /// Any resource, with its `resourceType`.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "resourceType")]
        pub enum Resource { $(#[doc = concat!("`", stringify!($name), "`")] $name(Box<$name>),)+ }

        $(impl From<$name> for Resource {
            fn from(resource: $name) -> Self { Self::$name(Box::new(resource)) }
        })+
    };
}

resources! {
    Patient,
    Organization,
    Practitioner,
    Coverage,
    Observation,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Condition,
    Procedure,
    CoverageEligibilityRequest,
    CoverageEligibilityResponse,
    AuditEvent,
    OperationOutcome,
    CapabilityStatement,
    Bundle,
}
