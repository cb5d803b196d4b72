//! From what went wrong inside to what is said outside. Every match is complete: a new way to fail does not compile
//! before somebody has decided what the person at the window reads.

use std::time::Duration;

use domain::presence::PresenceRefusal;
use kit::problem::Problem;
use wire::api::{FieldError, ProblemCode};
use wire::feed::FeedError;

use crate::check::CheckError;
use crate::enrol::EnrolError;
use crate::feed::ImportError;
use crate::limits;
use crate::presence::PresenceError;
use crate::presence::challenge::ChallengeError;
use crate::store::StoreError;

impl From<CheckError> for Problem {
    fn from(error: CheckError) -> Self {
        let code = match &error {
            CheckError::Overloaded { .. } => ProblemCode::Overloaded,
            CheckError::Unavailable { .. } => ProblemCode::StoreUnavailable,
            CheckError::Stopping { .. } => ProblemCode::ShuttingDown,
            CheckError::Internal { .. } => ProblemCode::Internal,
        };
        let problem = Self::new(code, "").because(&error);
        match error.retry_after_seconds() {
            Some(seconds) => problem.retry_after(Duration::from_secs(u64::from(seconds))),
            None => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() {
            Self::new(ProblemCode::StoreUnavailable, "")
                .retry_after(Duration::from_secs(u64::from(limits::RETRY_AFTER_STORE_SECONDS)))
                .because(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<PresenceError> for Problem {
    fn from(error: PresenceError) -> Self {
        const AGAIN: &str = "もう一度カードを置いてください";
        let problem = match &error {
            PresenceError::Challenge(ChallengeError::Unknown) => Self::new(ProblemCode::ChallengeUnknown, AGAIN),
            PresenceError::Challenge(ChallengeError::OtherFacility) => {
                Self::new(ProblemCode::ChallengeOtherFacility, AGAIN)
            }
            PresenceError::Challenge(ChallengeError::OtherTerminal) => {
                Self::new(ProblemCode::ChallengeOtherTerminal, AGAIN)
            }
            PresenceError::Challenge(ChallengeError::Expired) => Self::new(ProblemCode::ChallengeExpired, AGAIN),
            PresenceError::Unreadable => Self::new(ProblemCode::CardCertificateRefused, "電子証明書を読み取れません"),
            PresenceError::Certificate(error) => Self::new(ProblemCode::CardCertificateRefused, error.text_ja()),
            PresenceError::Signature => Self::new(ProblemCode::CardSignatureInvalid, AGAIN),
            PresenceError::Refused(refusal) => Self::new(code_of(*refusal), refusal.message()),
            PresenceError::RunOut => Self::new(
                ProblemCode::CardCertificateOver,
                "期限の切れた電子証明書では、利用登録と解除はできません。市区町村での更新をお願いしてください",
            ),
            PresenceError::RevocationNotKnown => Self::new(ProblemCode::CardStatusUnavailable, "")
                .retry_after(Duration::from_secs(u64::from(limits::RETRY_AFTER_CARD_STATUS_SECONDS))),
        };
        problem.because(error)
    }
}

const fn code_of(refusal: PresenceRefusal) -> ProblemCode {
    match refusal {
        PresenceRefusal::NotYetValid => ProblemCode::CardCertificateNotYetValid,
        PresenceRefusal::Over => ProblemCode::CardCertificateOver,
        PresenceRefusal::Revoked => ProblemCode::CardCertificateRevoked,
        PresenceRefusal::UnknownToIssuer => ProblemCode::CardCertificateUnknown,
        PresenceRefusal::NotSigned => ProblemCode::CardSignatureMissing,
    }
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        let inner = error.to_string();
        let problem = match error {
            EnrolError::Code(_) => Self::new(
                ProblemCode::EnrolmentCodeInvalid,
                "登録コードを確認してください。使用済みまたは期限切れのときは、実施機関に新しいコードを請求してください",
            ),
            EnrolError::Request(_) => {
                Self::new(ProblemCode::CsrRefused, "P-256 の鍵による PKCS #10 の要求を PEM 形式で送ってください")
            }
            EnrolError::OldCertificate(_) => Self::new(ProblemCode::RenewalRefused, "以前の証明書を読み取れません"),
            EnrolError::Renewal(_) | EnrolError::NotOnRecord(_) => {
                Self::new(ProblemCode::RenewalRefused, "実施機関に新しい登録コードを請求してください")
            }
            EnrolError::HolderUnknown => {
                Self::new(ProblemCode::FacilityUnknown, "登録簿にありません。実施機関にお問い合わせください")
            }
            EnrolError::Store(error) => return error.into(),
            EnrolError::Sign(_) => Self::new(ProblemCode::Internal, ""),
        };
        problem.because(inner)
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let later = std::time::Duration::from_secs(u64::from(limits::RETRY_AFTER_BULK_SECONDS));
        match error {
            ImportError::Feed(FeedError::Io(error)) => Self::internal(error),
            ImportError::Feed(error) => Self::new(ProblemCode::FeedRefused, error.message()).because(error),
            ImportError::Store(error) => error.into(),
            ImportError::Concurrent => {
                Self::new(ProblemCode::Overloaded, "同じファイルを取り込み中です").retry_after(later)
            }
            ImportError::Stopping => Self::new(ProblemCode::ShuttingDown, "").retry_after(later),
            ImportError::Reader => Self::internal(error),
        }
    }
}

/// A question with values that cannot be right.
pub(crate) fn unreadable(errors: Vec<FieldError>) -> Problem {
    Problem::new(ProblemCode::UnreadableQuery, "示された項目を確認して入力し直してください").with_errors(errors)
}

/// A text that is longer than the interface allows, if it is.
pub(crate) fn too_long(field: &str, text: Option<&str>, chars_max: usize) -> Option<FieldError> {
    let over = text.is_some_and(|text| text.len() > chars_max && text.chars().count() > chars_max);
    over.then(|| FieldError {
        field: field.to_owned(),
        code: "length".to_owned(),
        message: format!("{field} は {chars_max} 文字までです。"),
        message_en: format!("{field} has at most {chars_max} characters."),
    })
}

#[cfg(test)]
mod tests {
    //! Proves that what time can mend says when to come back, and that nothing inner leaves the house.
    use super::*;

    #[test]
    fn what_time_can_mend_says_when_to_come_back() {
        for (error, code, seconds) in [
            (CheckError::Overloaded { retry_after_seconds: 1 }, ProblemCode::Overloaded, Some(1)),
            (CheckError::Unavailable { retry_after_seconds: 3 }, ProblemCode::StoreUnavailable, Some(3)),
            (CheckError::Stopping { retry_after_seconds: 3 }, ProblemCode::ShuttingDown, Some(3)),
            (CheckError::Internal { code: "sign" }, ProblemCode::Internal, None),
        ] {
            let problem = Problem::from(error);
            assert_eq!((problem.code(), problem.document().retry_after_seconds), (code, seconds));
        }
        let full = Problem::from(StoreError::Full("disk".to_owned()));
        assert_eq!(full.code(), ProblemCode::StoreUnavailable);
        assert!(full.document().retry_after_seconds.is_some());
    }

    #[test]
    fn why_a_code_was_refused_stays_in_the_house() {
        let said = ["it was used before", "its time is over"].map(|why| Problem::from(EnrolError::Code(why)));
        assert_eq!(said[0].document(), said[1].document());
        assert_ne!(said[0].inner(), said[1].inner());
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert!(too_long("X", Some("確か"), 2).is_none());
        assert_eq!(too_long("X", Some("確かめ"), 2).unwrap().code, "length");
        assert!(too_long("X", None, 0).is_none());
    }
}
