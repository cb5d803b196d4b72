//! Who asks, as the certificate of the connection says, checked again at every request.
//!
//! TLS looked at the certificate once, when the connection was made. A connection may live for days, so every request
//! asks again whether the certificate has run out or was revoked meanwhile. Then the role: an institution may ask, an
//! insurer may feed, and neither may do the other. Last, in [`FacilityCaller::must_be`], the name: an institution asks in
//! its own and in no other.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::{InsurerNumber, MedicalInstitutionCode};
use http::request::Parts;
use kit::RequestContext;
use kit::problem::Problem;
use trust::peer::PeerError;
use trust::{Peer, PeerCertificate, TerminalId};
use wire::api::ProblemCode;

use super::Api;

/// The owner of a connection's certificate. Read once per connection.
#[derive(Debug, Clone)]
pub struct Caller(Arc<PeerCertificate>);

/// Reads the certificate of a connection; the text names the owner in the request log.
pub(crate) fn identify(der: &[u8]) -> Result<(Caller, String), Problem> {
    let certificate = PeerCertificate::from_der(der).map_err(|error: PeerError| {
        Problem::new(ProblemCode::RoleNotAllowed, "この証明書では利用できません").because(error)
    })?;
    let label = match &certificate.peer {
        Peer::Facility { code, terminal_id } => format!("facility:{code}:{terminal_id}"),
        Peer::Insurer(number) => format!("insurer:{number}"),
    };
    Ok((Caller(Arc::new(certificate)), label))
}

/// Anybody with a certificate that counts.
#[derive(Debug, Clone)]
pub struct AnyCaller(pub Arc<PeerCertificate>);

/// A terminal of an institution.
#[derive(Debug, Clone, Copy)]
pub struct FacilityCaller {
    /// The institution of the certificate.
    pub code: MedicalInstitutionCode,
}

/// The same where it matters which of the institution's terminals asks.
#[derive(Debug, Clone)]
pub struct TerminalCaller {
    /// The institution of the certificate.
    pub facility: FacilityCaller,
    /// The terminal of the certificate.
    pub terminal: TerminalId,
}

/// An insurer's machine.
#[derive(Debug, Clone)]
pub struct InsurerCaller {
    /// The insurer of the certificate.
    pub number: InsurerNumber,
}

impl FacilityCaller {
    /// Refuses a request in the name of another institution. The comparison is of numbers, not of their spelling.
    pub fn must_be(&self, asked: &str) -> Result<(), Problem> {
        if asked == self.code.as_str() {
            return Ok(());
        }
        match MedicalInstitutionCode::parse(asked) {
            Ok(code) if code == self.code => Ok(()),
            Ok(_) | Err(_) => Err(Problem::new(
                ProblemCode::FacilityMismatch,
                "端末に登録された医療機関と異なる医療機関コードでは照会できません",
            )),
        }
    }
}

impl FromRequestParts<Arc<Api>> for AnyCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        counting(parts, api).map(|caller| Self(Arc::clone(&caller.0)))
    }
}

impl FromRequestParts<Arc<Api>> for FacilityCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        match &counting(parts, api)?.0.peer {
            Peer::Facility { code, .. } => Ok(Self { code: *code }),
            Peer::Insurer(_) => Err(wrong_role("この操作は医療機関の証明書でのみ行えます")),
        }
    }
}

impl FromRequestParts<Arc<Api>> for TerminalCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let facility = FacilityCaller::from_request_parts(parts, api).await?;
        match &counting(parts, api)?.0.peer {
            Peer::Facility { terminal_id, .. } => Ok(Self { facility, terminal: terminal_id.clone() }),
            Peer::Insurer(_) => Err(wrong_role("この操作は医療機関の証明書でのみ行えます")),
        }
    }
}

impl FromRequestParts<Arc<Api>> for InsurerCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        match &counting(parts, api)?.0.peer {
            Peer::Insurer(number) => Ok(Self { number: number.clone() }),
            Peer::Facility { .. } => Err(wrong_role("この操作は保険者の証明書でのみ行えます")),
        }
    }
}

/// The caller, if its certificate counts at this moment.
fn counting<'a>(parts: &'a Parts, api: &Api) -> Result<&'a Caller, Problem> {
    let caller = parts
        .extensions
        .get::<RequestContext>()
        .and_then(RequestContext::peer::<Caller>)
        .ok_or_else(|| Problem::new(ProblemCode::RoleNotAllowed, "証明書がありません").because("no peer"))?;
    if api.revocations.contains(&caller.0.serial) {
        return Err(Problem::new(ProblemCode::CertificateRevoked, "実施機関にお問い合わせください"));
    }
    if caller.0.validity.not_after < api.clock.now() {
        return Err(Problem::new(ProblemCode::CertificateExpired, "端末の証明書を更新してください"));
    }
    Ok(caller)
}

fn wrong_role(detail: &str) -> Problem {
    Problem::new(ProblemCode::RoleNotAllowed, detail)
}
