//! Why an answer is missing.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use http::StatusCode;
use hyper_util::client::legacy;
use rustls::AlertDescription;
use wire::api::{ProblemCode, ProblemDocument};

use crate::text::Text;

/// Why there is no answer to a request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// No server answered the question. Nobody knows the answer yet; go on offline.
    #[error(transparent)]
    CouldNotAsk(#[from] CouldNotAsk),
    /// The server answered that it will not.
    #[error("the server refused: {document}")]
    Problem {
        /// What it said.
        document: Box<ProblemDocument>,
        /// When to try again, if it said so.
        retry_after: Option<Duration>,
    },
}

impl ClientError {
    /// The problem's code, if the server answered with one.
    pub fn problem_code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem { document, .. } => Some(document.code),
            Self::CouldNotAsk(_) => None,
        }
    }

    /// Whether asking again later, unchanged, can help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Problem { document, .. } => document.code.is_temporary() || document.status >= 500,
            Self::CouldNotAsk(why) => why.is_temporary(),
        }
    }

    /// Whether the request may have reached the server although no answer came back. Then it may only be repeated under
    /// the same request number.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Problem { .. } => true,
            Self::CouldNotAsk(why) => why.may_have_arrived(),
        }
    }

    pub(super) fn from_http(error: &legacy::Error) -> Self {
        Self::CouldNotAsk(CouldNotAsk::from_http(error))
    }
}

/// A part of connecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Stage {
    /// Finding the addresses of a name.
    Name,
    /// Reaching one of them.
    Tcp,
    /// Agreeing on TLS with it.
    Tls,
}

/// In which way an address was not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreached {
    /// A machine is there and takes no connection at this port.
    Refused,
    /// This machine knows no way there.
    NoRoute,
    /// The next machine on the way does not answer, or says that it cannot go on.
    HostSilent,
    /// Anything else that the system says.
    Other,
}

/// Why no server answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CouldNotAsk {
    /// The client has no address to ask.
    #[error("no address of the server is configured")]
    NoAddress,
    /// The name of the server has no address here: no line, or no name service.
    #[error("the name of the server cannot be found: {0}")]
    NameNotFound(String),
    /// Nobody took the connection.
    #[error("the server cannot be reached: {what}")]
    Unreachable {
        /// In which way.
        how: Unreached,
        /// What the system says.
        what: String,
    },
    /// Connecting took too long.
    #[error("connecting took longer than {} ms", .after.as_millis())]
    ConnectTimedOut {
        /// The limit.
        after: Duration,
        /// With what.
        at: Stage,
    },
    /// The server's certificate is not one that we trust, or not its own.
    #[error("the certificate of the server is not accepted: {0}")]
    ServerNotTrusted(String),
    /// The server does not accept our certificate: it has expired, was revoked, or is unknown there.
    #[error("the server does not accept our certificate: {0}")]
    CertificateRefused(String),
    /// TLS could not be agreed on for another reason.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// Connected and asked, but no answer in time.
    #[error("no answer within {} ms", .after.as_millis())]
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// The connection broke before the answer was complete.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer is larger than we read.
    #[error("the answer is larger than {bytes_max} bytes")]
    AnswerTooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// An answer came that is not of the agreed form: often a proxy that answers in the server's place.
    #[error("the answer (status {status}) cannot be read: {what}")]
    Unreadable {
        /// HTTP status of the answer.
        status: u16,
        /// What is wrong with it; nothing of its content.
        what: String,
    },
    /// The request itself cannot be written.
    #[error("the request cannot be written: {0}")]
    Unwritable(String),
}

impl CouldNotAsk {
    /// A code that stays the same, for vendors and statistics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "no-address",
            Self::NameNotFound(_) => "name-not-found",
            Self::Unreachable { .. } => "unreachable",
            Self::ConnectTimedOut { .. } => "connect-timed-out",
            Self::ServerNotTrusted(_) => "server-not-trusted",
            Self::CertificateRefused(_) => "certificate-refused",
            Self::Tls(_) => "tls-failed",
            Self::TimedOut { .. } => "timed-out",
            Self::Broken(_) => "connection-broken",
            Self::AnswerTooLarge { .. } => "answer-too-large",
            Self::Unreadable { .. } => "answer-unreadable",
            Self::Unwritable(_) => "request-unwritable",
        }
    }

    /// What to tell the person at the window.
    pub const fn text(&self) -> Text {
        match self {
            Self::NoAddress => Text::new("センターの接続先が設定されていません", "No center address is configured"),
            Self::NameNotFound(_) => Text::new(
                "センターの接続先が見つかりません。回線を確認してください",
                "The center's name cannot be found. Check the line",
            ),
            Self::Unreachable { .. } => Text::new(
                "センターに接続できません。回線を確認してください",
                "The center cannot be reached. Check the line",
            ),
            Self::ConnectTimedOut { .. } => {
                Text::new("センターへの接続に時間がかかっています", "Connecting to the center takes too long")
            }
            Self::ServerNotTrusted(_) => Text::new(
                "接続先がセンターであることを確認できません。接続を中止しました",
                "The other side cannot prove to be the center; the connection was given up",
            ),
            Self::CertificateRefused(_) => Text::new(
                "この端末の証明書が受け付けられません。証明書の更新または再登録が必要です",
                "This terminal's certificate is not accepted; renew it or join again",
            ),
            Self::Tls(_) => Text::new("センターと安全に接続できません", "No secure connection to the center"),
            Self::TimedOut { .. } => Text::new("センターからの応答がありません", "The center does not answer"),
            Self::Broken(_) => Text::new("センターとの接続が切れました", "The connection to the center broke"),
            Self::AnswerTooLarge { .. } | Self::Unreadable { .. } => {
                Text::new("センターの応答を読み取れません", "The center's answer cannot be read")
            }
            Self::Unwritable(_) => Text::new("照会を送信できません", "The request cannot be sent"),
        }
    }

    /// Whether time alone can help.
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::NameNotFound(_)
            | Self::Unreachable { .. }
            | Self::ConnectTimedOut { .. }
            | Self::Tls(_)
            | Self::TimedOut { .. }
            | Self::Broken(_)
            | Self::Unreadable { .. } => true,
            Self::NoAddress
            | Self::ServerNotTrusted(_)
            | Self::CertificateRefused(_)
            | Self::AnswerTooLarge { .. }
            | Self::Unwritable(_) => false,
        }
    }

    /// Whether the request may have reached the server.
    pub const fn may_have_arrived(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Broken(_) | Self::AnswerTooLarge { .. } | Self::Unreadable { .. } => true,
            Self::NoAddress
            | Self::NameNotFound(_)
            | Self::Unreachable { .. }
            | Self::ConnectTimedOut { .. }
            | Self::ServerNotTrusted(_)
            | Self::CertificateRefused(_)
            | Self::Tls(_)
            | Self::Unwritable(_) => false,
        }
    }

    pub(super) fn unwritable(error: impl Display) -> Self {
        Self::Unwritable(error.to_string())
    }

    pub(super) fn unreadable(status: StatusCode, what: impl Display) -> Self {
        Self::Unreadable { status: status.as_u16(), what: what.to_string() }
    }

    pub(super) fn from_http(error: &legacy::Error) -> Self {
        if let Some(connect) = find::<ConnectError>(error) {
            return connect.why();
        }
        Self::from_broken(error)
    }

    /// A connection that was made and then failed. In TLS 1.3 the server judges our certificate only after our side
    /// believes itself connected, so its refusal arrives here.
    pub(super) fn from_broken(error: &(dyn Error + 'static)) -> Self {
        if let Some(tls) = find::<rustls::Error>(error) {
            return tls_failure(tls).unwrap_or_else(|| Self::Broken(tls.to_string()));
        }
        let words = innermost(error);
        refusal_in_words(&words).unwrap_or(Self::Broken(words))
    }
}

/// Alerts with which a server says that it does not accept our certificate.
const REFUSALS: [AlertDescription; 10] = [
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
    AlertDescription::CertificateRevoked,
    AlertDescription::CertificateExpired,
    AlertDescription::CertificateUnknown,
    AlertDescription::CertificateRequired,
    AlertDescription::UnknownCA,
    AlertDescription::AccessDenied,
    AlertDescription::NoCertificate,
    // Signed by a CA of the right name and the wrong key: a center that was set up anew.
    AlertDescription::DecryptError,
];

/// The same, when only the words of the TLS error are left: HTTP/2 keeps no more of an I/O error.
fn refusal_in_words(words: &str) -> Option<CouldNotAsk> {
    let is_meant = |alert: &AlertDescription| words.contains(&rustls::Error::AlertReceived(*alert).to_string());
    REFUSALS.iter().any(is_meant).then(|| CouldNotAsk::CertificateRefused(words.to_owned()))
}

/// What a TLS error says about certificates, if it does.
fn tls_failure(error: &rustls::Error) -> Option<CouldNotAsk> {
    match error {
        rustls::Error::InvalidCertificate(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::InvalidCertRevocationList(_) => Some(CouldNotAsk::ServerNotTrusted(error.to_string())),
        rustls::Error::AlertReceived(alert) if REFUSALS.contains(alert) => {
            Some(CouldNotAsk::CertificateRefused(error.to_string()))
        }
        _ => None,
    }
}

/// Why a connection could not be made. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("name: {0}")]
    Name(#[source] io::Error),
    #[error("tcp: {0}")]
    Tcp(#[source] io::Error),
    #[error("tls: {0}")]
    Tls(#[source] io::Error),
    #[error("longer than {} ms", .0.as_millis())]
    TimedOut(Duration, Stage),
}

impl ConnectError {
    fn why(&self) -> CouldNotAsk {
        match self {
            Self::Name(error) => CouldNotAsk::NameNotFound(error.to_string()),
            Self::Tcp(error) => CouldNotAsk::Unreachable { how: unreached(error.kind()), what: error.to_string() },
            Self::TimedOut(after, at) => CouldNotAsk::ConnectTimedOut { after: *after, at: *at },
            Self::Tls(error) => find::<rustls::Error>(error)
                .and_then(tls_failure)
                .unwrap_or_else(|| CouldNotAsk::Tls(error.to_string())),
        }
    }
}

const fn unreached(kind: io::ErrorKind) -> Unreached {
    match kind {
        io::ErrorKind::ConnectionRefused => Unreached::Refused,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => Unreached::NoRoute,
        io::ErrorKind::HostUnreachable => Unreached::HostSilent,
        _ => Unreached::Other,
    }
}

/// Looks for an error of one type along the chain of sources, and inside `io::Error`s, which hide theirs.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
