//! Certificates: the first by a one-time code, the next by the one before.
//!
//! The enrolment port asks for no certificate, so everything on it is limited by address, and every refusal of a code
//! reads the same.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::PeerAddress;
use kit::body::{JsonAnswer, JsonBody};
use kit::problem::Problem;
use kit::throttle::Throttle;
use wire::api::{Enrolled, EnrolmentRequest, ProblemCode, ProblemDocument, RenewalRequest, RenewalWithOldCertificate};

use super::Api;
use super::caller::AnyCaller;
use crate::enrol::Enrolment;

/// What the handlers of the enrolment port share.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) enrolment: Arc<Enrolment>,
    pub(crate) attempts: Throttle<IpAddr>,
}

impl Door {
    fn admit(&self, PeerAddress(address): PeerAddress) -> Result<(), Problem> {
        self.attempts.admit(&network_of(address.ip()))
    }
}

/// One customer of a provider has a whole /64 of IPv6 addresses, so that is what counts as one address.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

/// The first certificate, for a one-time code. A code is good once; sent again with the same key, because the answer
/// was lost, it gives the same certificate.
#[utoipa::path(
    post, path = "/v1/enrolments", tag = "join", operation_id = "enrol",
    request_body = EnrolmentRequest,
    responses(
        (status = 200, description = "The certificate and everything needed to use it", body = Enrolled),
        (status = 403, description = "enrolment-code-invalid", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "csr-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited: too many attempts from this address", body = ProblemDocument,
            content_type = "application/problem+json"),
    )
)]
pub(super) async fn enrol(
    State(door): State<Arc<Door>>,
    address: PeerAddress,
    request: Request,
) -> Result<JsonAnswer<Enrolled>, Problem> {
    door.admit(address)?;
    let JsonBody(message) = JsonBody::<EnrolmentRequest>::from_request(request, &()).await?;
    Ok(JsonAnswer(door.enrolment.enrol(&message.code, &message.csr).await?))
}

/// The next certificate for a terminal that was switched off until its certificate ran out, by a signature of the old
/// key over the new request.
#[utoipa::path(
    post, path = "/v1/renewals", tag = "join", operation_id = "renewAfterExpiry",
    request_body = RenewalWithOldCertificate,
    responses(
        (status = 200, description = "The new certificate", body = Enrolled),
        (status = 403, description = "renewal-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "csr-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
    )
)]
pub(super) async fn renew_expired(
    State(door): State<Arc<Door>>,
    address: PeerAddress,
    request: Request,
) -> Result<JsonAnswer<Enrolled>, Problem> {
    door.admit(address)?;
    let JsonBody(message) = JsonBody::<RenewalWithOldCertificate>::from_request(request, &()).await?;
    let signature = STANDARD
        .decode(message.signature.trim())
        .map_err(|_| Problem::new(ProblemCode::RenewalRefused, "署名を読み取れません"))?;
    Ok(JsonAnswer(door.enrolment.renew_expired(&message.csr, &message.old_certificate, &signature).await?))
}

/// The next certificate, over a connection whose certificate still counts. The old one stays good until it ends.
#[utoipa::path(
    post, path = "/v1/certificates/renew", tag = "join", operation_id = "renew",
    request_body = RenewalRequest,
    responses(
        (status = 200, description = "The new certificate", body = Enrolled),
        (status = 403, description = "renewal-refused, certificate-revoked", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "csr-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []), ("insurer_certificate" = []))
)]
pub(super) async fn renew(
    State(api): State<Arc<Api>>,
    AnyCaller(caller): AnyCaller,
    request: Request,
) -> Result<JsonAnswer<Enrolled>, Problem> {
    api.renewals.admit(&caller.peer)?;
    let JsonBody(message) = JsonBody::<RenewalRequest>::from_request(request, &()).await?;
    Ok(JsonAnswer(api.enrolment.renew(&caller.peer, &caller.serial, &message.csr).await?))
}

#[cfg(test)]
mod tests {
    //! Proves what counts as one address.
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one_and_mapped_ipv4_as_itself() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
