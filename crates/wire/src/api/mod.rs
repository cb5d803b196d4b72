//! The JSON messages, all of them, with their OpenAPI schemas.
//!
//! Members are written in PascalCase and carry the names of the national interface where it has one, so that a vendor
//! who knows the XML can read the JSON. A member without value is absent. Unknown members are ignored, so that an older
//! program can read a newer message.
//!
//! | page | messages |
//! |---|---|
//! | [`check`] | one question, one answer: [`CheckRequest`], [`Answer`], [`CheckResponse`] |
//! | [`personal_certificate`] | 資格確認書 with a code |
//! | [`status`] | keys of status lists |
//! | [`record`] | what is known about one person: [`ResultOfQualificationConfirmation`] |
//! | [`bulk`] | many questions in one file |
//! | [`claim_file`] | claims that an institution submits, and what became of each |
//! | [`presence`] | somebody is here with a card: challenge, check by card, 利用登録 |
//! | [`consent`] | what a patient allows, and what is recorded about it |
//! | [`person_search`] | somebody without card or numbers is searched for by name |
//! | [`health_record`] | drugs, treatment, surgery and checkups that the patient allowed |
//! | [`fhir_look`] | a look through FHIR with its proof, between center and terminal |
//! | [`mod@reference`] | 照会番号, the institution's own patient numbers |
//! | [`secondary_use`] | 二次利用: a patient's refusal, and what has left |
//! | [`join`] | how a terminal gets and renews its certificate |
//! | [`insurer`] | what an insurer is told about its feed |
//! | [`problem`] | everything that can go wrong, [`ProblemCode`] |

pub mod bulk;
pub mod check;
pub mod claim_file;
pub mod consent;
pub mod convert;
pub mod fhir_look;
pub mod health_record;
pub mod insurer;
pub mod join;
mod kept;
pub mod person_search;
pub mod personal_certificate;
pub mod presence;
pub mod problem;
pub mod record;
pub mod reference;
pub mod secondary_use;
pub mod status;

pub use bulk::{BulkHeader, BulkReception, BulkState, BulkStatus, BulkUnit};
pub use check::{Answer, Basis, CheckRequest, CheckResponse, Hint, Proof, Purpose, SearchInfo, Share, Verdict};
pub use claim_file::{
    ClaimFileCounts, ClaimFileRequest, ClaimFileState, ClaimFileStatus, ClaimFinding, ClaimOutcome, ClaimPart,
    ClaimRefusal, ClaimResult, ClaimWithdrawalAnswer, ClaimWithdrawalRequest, ClaimWithdrawalState,
};
pub use consent::{ConsentInfo, Consents};
pub use convert::{AnswerContext, ByStaff, japan_time};
pub use fhir_look::{FhirAnswer, FhirResponse};
pub use health_record::{Months, RecordAnswer, RecordPart, RecordPatient, RecordRequest, RecordResponse};
pub use insurer::{ImportReport, Refusal};
pub use join::{Enrolled, EnrolmentRequest, LogKey, RenewalRequest, RenewalWithOldCertificate, TimeNow};
pub use person_search::{
    DisasterAnswer, DisasterRequest, DisasterState, FoundPerson, PersonSearchAnswer, PersonSearchInfo,
    PersonSearchRequest, PersonSearchResponse, SearchOutcome, SearchPurpose, SearchStanding,
};
pub use personal_certificate::{
    PersonalCertificateAnswer, PersonalCertificateRequest, PersonalCertificateRevocation, PersonalCertificateRevoked,
};
pub use presence::{
    CardAnswerContext, CardCheckRequest, CardMeans, CardPresence, CardRegistrationAnswer, CardRegistrationEndRequest,
    CardRegistrationRequest, CardRegistrationState, CardState, CardStateRequest, ConsentWithdrawalAnswer,
    ConsentWithdrawalByNumberRequest, ConsentWithdrawalRequest, PresenceChallenge, PresenceChallengeRequest,
    PresenceInfo, PresenceMeans,
};
pub use problem::{FieldError, ProblemCode, ProblemDocument};
pub use record::{
    ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalTicketInfo,
    ResultOfQualificationConfirmation, SpecificDiseasesCertificateInfo, StatusListPlace,
};
pub use reference::{
    BulkReferenceHeader, BulkReferenceUnit, ReferenceNumberAnswer, ReferenceNumberRegistrationInfo,
    ReferenceNumberRequest,
};
pub use secondary_use::{
    SecondaryUseExport, SecondaryUseExports, SecondaryUseRefusalAnswer, SecondaryUseRefusalRequest,
};
pub use status::{CredentialKeyInfo, CredentialKeys};
