//! The model of the card's authority on the network, for this machine alone: plain HTTP on a loopback address, as OCSP and
//! revocation lists always travel, because they are signed.
//!
//! | request | answer |
//! |---|---|
//! | `POST /ocsp` | OCSP (RFC 6960): good, revoked or unknown, of every generation, as of this moment |
//! | `GET /crl/{key identifier}.crl` | the complete revocation list of a generation, DER |
//! | `POST /successors` | the certificate that took the place of one: 新旧シリアル番号の紐付け |
//!
//! What another process revoked or issued anew is seen by the next request.

mod lists;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as Segment, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use kit::body::{BytesBody, JsonAnswer, JsonBody};
use kit::clock::SharedClock;
use kit::lifecycle::{Ending, Lifecycle};
use kit::problem::Problem;
use kit::serve::{Listener, Reach, Server};
use nation::jpki::{Authority, CertificateId, Generation, Register};
use trust::jpki::CertificateSerial;
use trust::jpki::ocsp::{Refusal, Request, Responder};
use wire::api::ProblemCode;

use self::lists::Lists;
use crate::check::private::World;

/// Media type of an OCSP answer (RFC 6960 A.1).
const OCSP_RESPONSE: HeaderValue = HeaderValue::from_static("application/ocsp-response");
/// Media type of a revocation list (RFC 5280 4.2.1.13).
const CRL: HeaderValue = HeaderValue::from_static("application/pkix-crl");
/// For requests that are open when it is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What the handlers share.
struct Office {
    authority: Authority,
    responders: Vec<(Generation, Responder)>,
    register: Mutex<Register>,
    lists: Lists,
    clock: SharedClock,
}

/// The authority, answering.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    life: Lifecycle,
}

/// A certificate, as the look-up for successors names it on the line.
#[derive(Debug, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CertificateName {
    /// Key identifier of the authority's generation, lower-case hexadecimal.
    pub ca_key_id: String,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
}

/// Starts the authority of the nation in this folder. It must be a loopback address.
///
/// # Errors
/// The folder holds no nation, files cannot be read or written, or the address cannot be taken.
pub fn start(nation: &Path, address: SocketAddr, world: &World) -> Result<Running> {
    let authority = Authority::open(nation)?;
    let office = Arc::new(Office {
        responders: authority.responders()?,
        authority,
        register: Mutex::new(Register::open(nation)?),
        lists: Lists::default(),
        clock: Arc::clone(&world.clock),
    });
    let router = Router::new()
        .route("/ocsp", post(ocsp))
        .route("/crl/{file}", get(crl))
        .route("/successors", post(successor))
        .with_state(office);
    let life = Lifecycle::new();
    let listener = Listener::bind(address, Reach::Loopback)?;
    let server = Server::new("jpki", Arc::clone(&world.clock), Arc::clone(&world.random));
    let address = server.start(listener, kit::problem::with_fallbacks(router), &life)?;
    Ok(Running { address, life })
}

impl Running {
    /// Answers until SIGINT or SIGTERM.
    pub async fn until_stopped(self) -> Ending {
        self.life.run_to_the_end(GRACE).await
    }

    /// Stops.
    pub async fn shut_down(self) -> Ending {
        self.life.shut_down(GRACE).await
    }
}

impl Office {
    /// Does something with the register as it is now on disk.
    fn with_register<T>(&self, work: impl FnOnce(&Register) -> T) -> Result<T, Problem> {
        let mut register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        if register.refresh().map_err(Problem::internal)? {
            self.lists.forget();
        }
        Ok(work(&register))
    }

    /// The answer to a request; a refusal is an answer too.
    fn answer(&self, der: &[u8]) -> Result<Vec<u8>, Problem> {
        let Ok(request) = Request::read(der) else {
            return Ok(Refusal::MalformedRequest.to_der());
        };
        let found = self.responders.iter().find(|(_, responder)| request.is_about(responder.ca()));
        let Some((generation, responder)) = found else {
            return Ok(Refusal::Unauthorized.to_der());
        };
        let status = |register: &Register| {
            let of = |serial| register.status(&CertificateId { generation: *generation, serial });
            responder.answer(&request, self.clock.now(), None, of)
        };
        Ok(self.with_register(status)?.unwrap_or_else(|_| Refusal::InternalError.to_der()))
    }
}

async fn ocsp(State(office): State<Arc<Office>>, BytesBody(request): BytesBody) -> Result<Response, Problem> {
    Ok(der(OCSP_RESPONSE, office.answer(&request)?))
}

async fn crl(State(office): State<Arc<Office>>, Segment(file): Segment<String>) -> Result<Response, Problem> {
    let key_id = file.strip_suffix(".crl").unwrap_or_default();
    let generation = generation(&office.authority, key_id).ok_or_else(not_found)?;
    let now = office.clock.now();
    let made = office.with_register(|register| office.lists.of(&office.authority, register, generation, now))?;
    Ok(der(CRL, made.map_err(Problem::internal)?.to_vec()))
}

/// No serial number stands in an address, where logs would keep it: the question is a body.
async fn successor(
    State(office): State<Arc<Office>>,
    JsonBody(asked): JsonBody<CertificateName>,
) -> Result<Response, Problem> {
    let generation = generation(&office.authority, &asked.ca_key_id);
    let serial = CertificateSerial::parse(&asked.serial);
    let (Some(generation), Some(serial)) = (generation, serial) else {
        return Err(not_found());
    };
    let found = office.with_register(|register| register.successor(&CertificateId { generation, serial }))?;
    let newest = found.ok_or_else(not_found)?;
    let ca_key_id = office.authority.certificate(newest.generation).key_id().to_hex();
    Ok(JsonAnswer(CertificateName { ca_key_id, serial: newest.serial.to_hex() }).into_response())
}

fn generation(authority: &Authority, key_id: &str) -> Option<Generation> {
    Generation::ALL.into_iter().find(|one| authority.certificate(*one).key_id().to_hex() == key_id)
}

fn not_found() -> Problem {
    Problem::new(ProblemCode::NotFound, "")
}

/// DER as an answer that no cache keeps.
fn der(media_type: HeaderValue, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
