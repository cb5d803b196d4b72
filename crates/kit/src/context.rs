//! What a handler can know about the request and the connection it came on.
//!
//! All of it travels as **one** extension, [`RequestContext`], because each extension costs an allocation per request.
//! The extractors here look inside it: [`RequestId`], [`PeerCertificate`], [`Peer`], [`PeerAddress`].

use std::any::Any;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use uuid::Uuid;
use wire::api::ProblemCode;

use crate::problem::Problem;

/// The number of a request: UUID version 7, made once by the listener, sent back as `x-request-id`, in every problem
/// document and in the log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The certificate that the other side of the connection showed and proved to own, as DER. The TLS layer has checked
/// its chain, its dates and the revocation list it was given.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PeerCertificate(pub Arc<[u8]>);

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerCertificate({} bytes)", self.0.len())
    }
}

/// Who the certificate belongs to: what the listener's `identify` made of it, once per connection.
///
/// As an extractor it refuses with `role-not-allowed` when the connection has no such identity. A test that calls a
/// router without a listener may insert it as an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer<T>(pub T);

/// The address on the other side: for the log of failures and for limits of people who have no certificate yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// The identity of a connection, whatever type it has.
pub(crate) struct Identity {
    pub(crate) value: Box<dyn Any + Send + Sync>,
    /// What the log line calls it.
    pub(crate) label: Arc<str>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.label)
    }
}

/// What is known about a connection; made once, shared by its requests.
#[derive(Debug)]
pub(crate) struct ConnectionFacts {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: Option<PeerCertificate>,
    /// None without `identify`, or without a certificate. A refusal answers every request of the connection.
    pub(crate) identity: Option<Result<Identity, Problem>>,
}

/// Number of the request and facts of its connection.
#[derive(Debug, Clone)]
pub struct RequestContext {
    id: RequestId,
    connection: Arc<ConnectionFacts>,
}

impl RequestContext {
    pub(crate) fn new(id: RequestId, connection: Arc<ConnectionFacts>) -> Self {
        Self { id, connection }
    }

    /// The number of the request.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The address on the other side.
    pub fn address(&self) -> SocketAddr {
        self.connection.address
    }

    /// The certificate of the other side, if it showed one.
    pub fn certificate(&self) -> Option<&PeerCertificate> {
        self.connection.certificate.as_ref()
    }

    /// Who the other side is, if the listener identifies and the type is the one it makes.
    pub fn peer<T: 'static>(&self) -> Option<&T> {
        self.connection.identity.as_ref()?.as_ref().ok()?.value.downcast_ref()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts).cloned()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(context(parts)?.id)
    }
}

impl<S: Sync> FromRequestParts<S> for PeerAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(context(parts)?.address()))
    }
}

impl<S: Sync> FromRequestParts<S> for PeerCertificate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?
            .certificate()
            .cloned()
            .ok_or_else(|| Problem::new(ProblemCode::RoleNotAllowed, "").because("the connection has no certificate"))
    }
}

impl<S, T> FromRequestParts<S> for Peer<T>
where
    S: Sync,
    T: Clone + Send + Sync + 'static,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if let Some(given) = parts.extensions.get::<Self>() {
            return Ok(given.clone());
        }
        context(parts)?
            .peer::<T>()
            .cloned()
            .map(Self)
            .ok_or_else(|| Problem::new(ProblemCode::RoleNotAllowed, "").because("the connection has no such identity"))
    }
}

fn context(parts: &Parts) -> Result<&RequestContext, Problem> {
    parts
        .extensions
        .get::<RequestContext>()
        .ok_or_else(|| Problem::internal("the router is not served by a kit listener: no request context"))
}
