//! Why a card proves nothing.

use domain::presence::PresenceRefusal;
use trust::jpki::JpkiError;

use super::challenge::ChallengeError;

/// Why a card proves nothing. Nothing was looked up about a person, so none of these leaves an access event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// The challenge.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The certificate is no base64, or longer than any certificate of a card.
    #[error("the certificate is no base64")]
    Unreadable,
    /// The certificate is not believed.
    #[error(transparent)]
    Certificate(#[from] JpkiError),
    /// The signature is not by the key in the certificate.
    #[error("the signature is not by the key in the certificate")]
    Signature,
    /// The card is real, and not enough for anything.
    #[error(transparent)]
    Refused(#[from] PresenceRefusal),
    /// In its grace: enough for a check, and not to change what a card means.
    #[error("the certificate has run out")]
    RunOut,
    /// Enough for a check, but a registration must know whether the card was given up.
    #[error("whether the certificate was revoked cannot be found out now")]
    RevocationNotKnown,
}
