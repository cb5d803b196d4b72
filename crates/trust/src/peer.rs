//! Who is at the other end of a connection, as its certificate says.
//!
//! A role is one URI in the subject alternative name, and only there: `urn:tashika:facility:<10 digits>:<terminal id>`
//! or `urn:tashika:insurer:<number>`. The common name is for people and is never read by a decision.

use domain::{InsurerNumber, MedicalInstitutionCode};
use x509_parser::extensions::GeneralName;

use crate::certificate::{self, CertificateError, Serial, Validity};
use crate::limits::TERMINAL_ID_CHARS_MAX;

const FACILITY: &str = "urn:tashika:facility:";
const INSURER: &str = "urn:tashika:insurer:";

/// Why a certificate names no peer that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// The certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No subject alternative name, or not exactly one entry in it.
    #[error("the certificate does not name exactly one role")]
    NotOneRole,
    /// The one entry is no URI of ours, or its number is not in canonical form.
    #[error("the certificate names a role that this house does not give")]
    UnknownRole,
    /// A terminal id that is empty, too long, or has a character other than `A-Z a-z 0-9 -`.
    #[error("not a terminal id")]
    TerminalId,
}

/// Name of one terminal within its facility: 1 to 64 of `A-Z a-z 0-9 -`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TerminalId(String);

impl TerminalId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`PeerError::TerminalId`].
    pub fn parse(text: &str) -> Result<Self, PeerError> {
        let fits = (1..=TERMINAL_ID_CHARS_MAX).contains(&text.len());
        if fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(PeerError::TerminalId)
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TerminalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for TerminalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TerminalId({self})")
    }
}

/// The holder of a client certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A terminal of a hospital, clinic, dental clinic or pharmacy.
    Facility {
        /// 医療機関コード of the facility: it may ask in this name and in no other.
        code: MedicalInstitutionCode,
        /// Which of its terminals.
        terminal_id: TerminalId,
    },
    /// An insurer, which may send feeds in this name and in no other.
    Insurer(InsurerNumber),
}

impl Peer {
    /// Reads the role out of a certificate in DER. The chain must have been verified before, by TLS.
    ///
    /// # Errors
    /// Not a certificate, or one that does not name exactly one role of ours.
    pub fn from_der(der: &[u8]) -> Result<Self, PeerError> {
        PeerCertificate::from_der(der).map(|found| found.peer)
    }

    /// Reads a role URI. Only the canonical spelling is accepted: a peer has one name.
    ///
    /// # Errors
    /// [`PeerError::UnknownRole`] or [`PeerError::TerminalId`].
    pub fn from_uri(uri: &str) -> Result<Self, PeerError> {
        let peer = if let Some(rest) = uri.strip_prefix(FACILITY) {
            let (code, terminal_id) = rest.split_once(':').ok_or(PeerError::UnknownRole)?;
            Self::Facility {
                code: MedicalInstitutionCode::parse(code).map_err(|_| PeerError::UnknownRole)?,
                terminal_id: TerminalId::parse(terminal_id)?,
            }
        } else if let Some(number) = uri.strip_prefix(INSURER) {
            Self::Insurer(InsurerNumber::parse(number).map_err(|_| PeerError::UnknownRole)?)
        } else {
            return Err(PeerError::UnknownRole);
        };
        // The numbers are read tolerantly, as a person types them; a certificate is not typed.
        if peer.to_uri() == uri { Ok(peer) } else { Err(PeerError::UnknownRole) }
    }

    /// The role URI.
    pub fn to_uri(&self) -> String {
        match self {
            Self::Facility { code, terminal_id } => format!("{FACILITY}{}:{terminal_id}", code.as_str()),
            Self::Insurer(number) => format!("{INSURER}{}", number.as_str()),
        }
    }

    /// Whether this peer may ask in the name of a facility.
    pub fn may_ask_as(&self, asked: &MedicalInstitutionCode) -> bool {
        match self {
            Self::Facility { code, .. } => code == asked,
            Self::Insurer(_) => false,
        }
    }

    /// Whether this peer may send feeds in the name of an insurer.
    pub fn may_feed_as(&self, asked: &InsurerNumber) -> bool {
        match self {
            Self::Insurer(number) => number == asked,
            Self::Facility { .. } => false,
        }
    }
}

/// What a server needs to know of a client certificate, read once per connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// Who it is.
    pub peer: Peer,
    /// Serial number, for the check against certificates revoked since the connection was made.
    pub serial: Serial,
    /// From when until when it is valid.
    pub validity: Validity,
}

impl PeerCertificate {
    /// Reads a certificate in DER. The chain must have been verified before, by TLS.
    ///
    /// # Errors
    /// As [`Peer::from_der`].
    pub fn from_der(der: &[u8]) -> Result<Self, PeerError> {
        let certificate = certificate::parse(der)?;
        let names = certificate.subject_alternative_name().map_err(|_| CertificateError::Damaged)?;
        let uri = match names.map(|held| held.value.general_names.as_slice()) {
            Some([GeneralName::URI(uri)]) => *uri,
            Some(_) | None => return Err(PeerError::NotOneRole),
        };
        Ok(Self {
            peer: Peer::from_uri(uri)?,
            serial: Serial::from_bytes(certificate.raw_serial()).ok_or(CertificateError::ForeignSerial)?,
            validity: certificate::validity_of(&certificate)?,
        })
    }
}
