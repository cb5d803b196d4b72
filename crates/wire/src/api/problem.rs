//! Everything that can go wrong, as RFC 9457 problem documents.
//!
//! The list is closed. A code never changes its meaning and is never used again; each has a page `docs/errors/<code>.md`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a problem type lives; the code follows.
pub const PROBLEM_TYPE_BASE: &str = "https://tashika.example/problems/";

/// Media type of a problem document.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $ja:literal, $en:literal;)+) => {
        /// What went wrong: a closed list with its HTTP status and its titles.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl ProblemCode {
            /// Every code, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as written, such as `unreadable-query`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The HTTP status that always goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// The Japanese title, for the person at the window.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $ja,)+ }
            }

            /// The English title, for vendors.
            pub const fn title_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// The code with this name.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

problem_codes! {
    /// A value of the question cannot be right; `errors` names each.
    UnreadableQuery = "unreadable-query", 422,
        "入力内容に誤りがあります", "The query cannot be read";
    /// The message is not JSON, or not of the right shape.
    MalformedJson = "malformed-json", 400,
        "送信された電文の形式が正しくありません", "The message is not well-formed JSON of the expected shape";
    /// The request is wrong in another way.
    BadRequest = "bad-request", 400,
        "要求の形式が正しくありません", "The request is not well formed";
    /// A search has a parameter that is not supported or cannot be read; `errors` names each.
    SearchUnreadable = "search-unreadable", 400,
        "この検索条件では検索できません", "The search has a parameter that is not supported or cannot be read";
    /// The caller takes no form in which the answer can be given.
    NotAcceptable = "not-acceptable", 406,
        "求められた形式では答えられません", "There is no answer in a form that the caller takes";
    /// Content type is not the one of this address.
    UnsupportedMediaType = "unsupported-media-type", 415,
        "この形式のデータは受け付けられません", "The content type is not accepted here";
    /// Body longer than the limit.
    BodyTooLarge = "body-too-large", 413,
        "送信されたデータが大きすぎます", "The body is larger than the limit";
    /// More people in one file than the limit.
    TooManyUnits = "too-many-units", 413,
        "一括照会の件数が上限を超えています", "The file holds more units than the limit";
    /// The body did not arrive in time, or the answer was not ready in time.
    Timeout = "timeout", 408,
        "時間内に処理が終わりませんでした", "The request took too long";
    /// No such address.
    NotFound = "not-found", 404,
        "指定されたものは見つかりません", "Not found";
    /// The address exists, the method does not.
    MethodNotAllowed = "method-not-allowed", 405,
        "この操作はできません", "Method not allowed";
    /// The facility of the request is not the facility of the certificate.
    FacilityMismatch = "facility-mismatch", 403,
        "医療機関コードが端末の証明書と一致しません", "The facility of the request is not the facility of the certificate";
    /// The facility is not, or no longer, on record.
    FacilityUnknown = "facility-unknown", 403,
        "この医療機関は登録されていません", "The facility is not on record";
    /// The insurer of the request is not the insurer of the certificate.
    InsurerMismatch = "insurer-mismatch", 403,
        "保険者番号が証明書と一致しません", "The insurer of the request is not the insurer of the certificate";
    /// The certificate was revoked.
    CertificateRevoked = "certificate-revoked", 403,
        "端末の証明書は失効しています", "The certificate was revoked";
    /// The certificate has run out.
    CertificateExpired = "certificate-expired", 403,
        "端末の証明書の有効期限が切れています", "The certificate has expired";
    /// This kind of certificate or this user may not do that.
    RoleNotAllowed = "role-not-allowed", 403,
        "この操作の権限がありません", "This role may not do that";
    /// The patient did not agree that this institution sees it, or took that back.
    ConsentMissing = "consent-missing", 403,
        "患者の同意がありません", "The patient has not consented";
    /// The patient agreed, and the time of that is over.
    ConsentExpired = "consent-expired", 403,
        "患者の同意の期限が切れています", "The patient's consent has expired";
    /// The purpose is not one for which a record is opened.
    PurposeNotAllowed = "purpose-not-allowed", 403,
        "この目的では閲覧できません", "A record is not opened for this purpose";
    /// The token does not cover this kind of resource.
    ScopeNotGranted = "scope-not-granted", 403,
        "このトークンでは閲覧できない種類の情報です", "The scope was not granted to this token";
    /// The token is missing, was not given to this institution, or has run out.
    AccessTokenInvalid = "access-token-invalid", 401,
        "アクセストークンがないか、使えません", "The access token is missing or does not hold";
    /// No check of this institution gave this id, or not in time.
    PatientIdUnknown = "patient-id-unknown", 404,
        "この患者IDは使えません。資格確認をやり直してください", "No recent check of this institution gave this patient id";
    /// Nobody is signed in.
    SignInRequired = "sign-in-required", 401,
        "ログインが必要です", "Sign-in is required";
    /// This facility asks faster than its share.
    RateLimited = "rate-limited", 429,
        "照会の回数が多すぎます。しばらくしてから再度お試しください", "Too many requests from this facility";
    /// The center has more work than it can do in time.
    Overloaded = "overloaded", 503,
        "混み合っています。しばらくしてから再度お試しください", "The service is overloaded";
    /// The database cannot be reached.
    StoreUnavailable = "store-unavailable", 503,
        "現在データベースを利用できません。しばらくしてから再度お試しください", "The store cannot be reached";
    /// A terminal could not ask the center; nothing is known about the patient.
    CenterUnreachable = "center-unreachable", 503,
        "センターに問い合わせできません。資格が無効という意味ではありません", "The center cannot be asked; nothing is known about the patient";
    /// The server is stopping; another one, or the same a little later, will answer.
    ShuttingDown = "shutting-down", 503,
        "サービスを停止しています。しばらくしてから再度お試しください", "The server is shutting down";
    /// The same request number came with other contents.
    RequestIdReused = "request-id-reused", 409,
        "同じ要求番号が別の内容で使われています", "The request id was used before with other contents";
    /// The one-time code is wrong, used or too old.
    EnrolmentCodeInvalid = "enrolment-code-invalid", 403,
        "登録コードが正しくないか、使用済みまたは期限切れです", "The enrolment code is wrong, used or expired";
    /// The certificate request cannot be accepted.
    CsrRefused = "csr-refused", 422,
        "証明書発行要求を受け付けられません", "The certificate request is refused";
    /// The certificate cannot be renewed; a new one-time code is needed.
    RenewalRefused = "renewal-refused", 403,
        "証明書を更新できません。新しい登録コードで登録し直してください", "The certificate cannot be renewed";
    /// No file was taken under this number for this facility.
    ReceptionNumberUnknown = "reception-number-unknown", 404,
        "この受付番号の一括照会はありません", "No file was received under this reception number";
    /// The file is still being worked on.
    ResultNotReady = "result-not-ready", 409,
        "一括照会は処理中です", "The file is still being processed";
    /// The insurer's file as a whole cannot be taken.
    FeedRefused = "feed-refused", 422,
        "資格情報ファイルを受け付けられません", "The insurer feed is refused";
    /// The claim file as a whole cannot be taken.
    ClaimFileRefused = "claim-file-refused", 422,
        "レセプトのファイルを受け付けられません", "The claim file is refused";
    /// There is no 資格確認書 with a code for this coverage, or not with this validity.
    PersonalCertificateRefused = "personal-certificate-refused", 422,
        "二次元コードの資格確認書を作れません", "No certificate with a code can be made";
    /// Nobody has the card of a 照会番号 registration.
    PatientNotFound = "patient-not-found", 404,
        "該当する資格がありません", "No coverage matches";
    /// The challenge was not made by this center, or was changed.
    ChallengeUnknown = "challenge-unknown", 403,
        "カードの確認番号がこのセンターのものではありません", "The challenge was not made by this center";
    /// The challenge was signed too late.
    ChallengeExpired = "challenge-expired", 403,
        "カードの確認に時間がかかりすぎました。もう一度カードを置いてください", "The challenge has run out";
    /// The challenge was used before.
    ChallengeUsed = "challenge-used", 409,
        "このカードの確認はすでに使われています。もう一度カードを置いてください", "The challenge was used before";
    /// The challenge was made for another institution.
    ChallengeOtherFacility = "challenge-other-facility", 403,
        "ほかの医療機関で行われたカードの確認です", "The challenge was made for another institution";
    /// The challenge was made for another terminal of the same institution.
    ChallengeOtherTerminal = "challenge-other-terminal", 403,
        "ほかの端末で行われたカードの確認です", "The challenge was made for another terminal";
    /// What signed is not the card of the certificate, or it signed something else.
    CardSignatureInvalid = "card-signature-invalid", 403,
        "カードの確認ができません。もう一度カードを置いてください", "The signature is not by the card of this certificate";
    /// PIN or face is claimed, or a registration is asked for, and the card signed nothing.
    CardSignatureMissing = "card-signature-missing", 403,
        "カードの確認が終わっていません。もう一度カードを置いてください", "The card did not sign";
    /// Not a certificate of an Individual Number Card that is accepted here.
    CardCertificateRefused = "card-certificate-refused", 422,
        "このカードの電子証明書は受け付けられません", "The certificate of the card is not accepted";
    /// The certificate of the card is not valid yet.
    CardCertificateNotYetValid = "card-certificate-not-yet-valid", 403,
        "カードの電子証明書の有効期間がまだ始まっていません", "The certificate of the card is not valid yet";
    /// The certificate of the card has run out, and its grace too.
    CardCertificateOver = "card-certificate-over", 403,
        "カードの電子証明書の期限が切れています", "The certificate of the card has run out";
    /// The certificate of the card was revoked.
    CardCertificateRevoked = "card-certificate-revoked", 403,
        "カードの電子証明書は失効しています", "The certificate of the card was revoked";
    /// The issuer does not know the certificate of the card.
    CardCertificateUnknown = "card-certificate-unknown", 403,
        "カードの電子証明書を発行元で確認できません", "The issuer does not know the certificate of the card";
    /// The card is not registered for use as an insurance card.
    CardNotRegistered = "card-not-registered", 404,
        "このカードは保険証としての利用登録がされていません", "The card is not registered for eligibility checks";
    /// The card is registered for somebody else.
    CardRegisteredToAnother = "card-registered-to-another", 409,
        "このカードはほかの方の利用登録に使われています", "The card is registered for another person";
    /// Whether the card was given up cannot be found out now, and what is asked needs to know.
    CardStatusUnavailable = "card-status-unavailable", 503,
        "カードの電子証明書の失効をいま確かめられません。しばらくしてから再度お試しください", "Whether the card was revoked cannot be found out now";
    /// This center does not take cards.
    CardsNotTaken = "cards-not-taken", 404,
        "このセンターではカードによる資格確認を行っていません", "This center does not take cards";
    /// A search by name in a disaster, where none is open for this institution.
    DisasterNotOpen = "disaster-not-open", 403,
        "この医療機関では、災害時の照会は開かれていません", "No disaster is open for this institution";
    /// A search by name in an emergency, by an institution that is no hospital.
    EmergencyHospitalsOnly = "emergency-hospitals-only", 403,
        "救急時の照会ができるのは病院だけです", "Only hospitals may search in an emergency";
    /// The proof does not verify.
    ProofInvalid = "proof-invalid", 422,
        "証明を検証できません", "The proof does not verify";
    /// A fault of ours.
    Internal = "internal", 500,
        "システムに問題が発生しました", "Internal error";
}

impl ProblemCode {
    /// The problem type, a URI that ends in the code.
    pub fn type_uri(self) -> String {
        format!("{PROBLEM_TYPE_BASE}{}", self.as_str())
    }

    /// Whether asking again later, unchanged, can help.
    pub const fn is_temporary(self) -> bool {
        matches!(self.status(), 408 | 429 | 503)
    }
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A problem document (RFC 9457), `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDocument {
    /// URI of the problem type; ends in the code.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// Japanese title of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened this time, in Japanese, for the person at the window.
    #[serde(default)]
    pub detail: String,
    /// The code. A code that this program does not know yet reads as `internal`; the texts stay as sent.
    #[serde(deserialize_with = "code_or_internal")]
    pub code: ProblemCode,
    /// English title of the code.
    #[serde(default)]
    pub title_en: String,
    /// Which values are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds to wait before asking again; the same as the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// Number of the request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

fn code_or_internal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ProblemCode, D::Error> {
    let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    Ok(ProblemCode::from_code(&code).unwrap_or(ProblemCode::Internal))
}

impl ProblemDocument {
    /// The document of a code, with its titles; `detail` in Japanese says what happened this time and may be empty.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            problem_type: code.type_uri(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            title_en: code.title_en().to_owned(),
            errors: Vec::new(),
            retry_after_seconds: None,
            request_id: None,
        }
    }

    /// The same document naming the wrong values.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same document with the time to wait.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The same document with the number of the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }
}

impl std::fmt::Display for ProblemDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.code, self.status)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// One wrong value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct FieldError {
    /// Name of the element, such as `InsurerNumber`.
    pub field: String,
    /// A stable code, such as `insurer_check_digit`.
    pub code: String,
    /// What is wrong and what to do, in Japanese. Never holds the value.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}
