//! What the center says to the outside: the routes of the two TLS ports.
//!
//! | route | who | page |
//! |---|---|---|
//! | `POST /v1/eligibility-checks` | institution | [`check`] |
//! | `POST /v1/reference-numbers` | institution | [`reference`] |
//! | `POST /v1/presence-challenges`, `POST /v1/card-states`, `POST /v1/card-checks` | institution | [`presence`] |
//! | `POST /v1/card-registrations`, `POST …/end` | institution | [`presence`] |
//! | `POST /v1/consent-withdrawals`, `POST …/by-number` | institution | [`presence`] |
//! | `POST /v1/secondary-use-refusals`, `GET /v1/secondary-use-exports` | institution | [`secondary_use`] |
//! | `POST /v1/person-searches`, `GET …/standing`, `POST /v1/disaster-requests` | institution | [`person_search`] |
//! | `POST /v1/record-looks` | institution | [`record_looks`] |
//! | `POST /v1/bulk-eligibility-checks`, `GET …/{n}`, `GET …/{n}/results` | institution | [`bulk`] |
//! | `POST /v1/bulk-reference-numbers`, `GET …/{n}`, `GET …/{n}/results` | institution | [`bulk`] |
//! | `POST /v1/claim-files`, `POST …/{n}/pieces/{b}`, `GET …/{n}`, `GET …/{n}/results` | institution | [`claim_files`] |
//! | `POST /v1/claim-withdrawals` | institution | [`claim_files`] |
//! | `POST /v1/insurer-feeds` | insurer | [`feeds`] |
//! | `POST /v1/certificates/renew`, `GET /v1/time`, `GET /v1/log/key` | both | [`join`], [`info`] |
//! | `POST /v1/personal-certificates`, `…/revoke` | insurer | [`personal_certificates`] |
//! | `GET /v1/status-lists/{name}`, `GET /v1/credential-keys` | both | [`status`] |
//! | `/fhir/r4/…` | institution | [`crate::fhir`] |
//! | `POST /v1/enrolments`, `POST /v1/renewals` (enrolment port) | whoever has a code or an old key | [`join`] |
//!
//! Rules: who asks is decided by [`caller`], in the arguments of the handler, so that no handler can forget it (a test
//! walks the OpenAPI document and tries every operation without a certificate, with the wrong role, and for another
//! institution). What goes wrong becomes a problem document in [`refuse`]. No path holds anything about a person.
//!
//! How to add a route: its messages in `wire::api`; a handler here with its `#[utoipa::path]`; its line in [`router`] and
//! in [`ROUTES`]; its name in `openapi.rs`; its line in the authorization test, which fails until it is there.

pub(crate) mod bulk;
pub(crate) mod caller;
pub(crate) mod check;
pub(crate) mod claim_files;
pub(crate) mod feeds;
pub(crate) mod info;
pub(crate) mod join;
pub(crate) mod person_search;
pub(crate) mod personal_certificates;
pub(crate) mod presence;
pub(crate) mod record_looks;
pub(crate) mod reference;
pub(crate) mod refuse;
pub(crate) mod secondary_use;
pub(crate) mod status;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use domain::MedicalInstitutionCode;
use domain::presence::StaffWord;
use kit::clock::SharedClock;
use kit::problem::with_fallbacks;
use kit::random::SharedRandom;
use kit::throttle::Throttle;
use tokio::sync::{Notify, Semaphore};
use trust::Peer;

use crate::check::Engine;
use crate::claims::masters::MastersInUse;
use crate::config::Limits;
use crate::enrol::Enrolment;
use crate::feed::Importer;
use crate::limits;
use crate::metrics::{self, CenterMetrics};
use crate::presence::Presence;
use crate::revocation::Revocations;
use crate::status::StatusLists;
use crate::store::Store;

/// Every route, as it is counted.
pub(crate) const ROUTES: [&str; 36] = [
    "/v1/eligibility-checks",
    "/v1/reference-numbers",
    "/v1/presence-challenges",
    "/v1/card-states",
    "/v1/card-checks",
    "/v1/card-registrations",
    "/v1/card-registrations/end",
    "/v1/consent-withdrawals",
    "/v1/consent-withdrawals/by-number",
    "/v1/secondary-use-refusals",
    "/v1/secondary-use-exports",
    "/v1/person-searches",
    "/v1/person-searches/standing",
    "/v1/disaster-requests",
    "/v1/record-looks",
    "/v1/bulk-eligibility-checks",
    "/v1/bulk-eligibility-checks/{reception_number}",
    "/v1/bulk-eligibility-checks/{reception_number}/results",
    "/v1/bulk-reference-numbers",
    "/v1/bulk-reference-numbers/{reception_number}",
    "/v1/bulk-reference-numbers/{reception_number}/results",
    "/v1/claim-files",
    "/v1/claim-files/{reception_number}",
    "/v1/claim-files/{reception_number}/pieces/{first_byte}",
    "/v1/claim-files/{reception_number}/results",
    "/v1/claim-withdrawals",
    "/v1/insurer-feeds",
    "/v1/personal-certificates",
    "/v1/personal-certificates/revoke",
    "/v1/certificates/renew",
    "/v1/time",
    "/v1/log/key",
    "/v1/status-lists/{name}",
    "/v1/credential-keys",
    "/v1/enrolments",
    "/v1/renewals",
];

/// What the handlers of the API port share.
pub(crate) struct Api {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) importer: Importer,
    pub(crate) enrolment: Arc<Enrolment>,
    pub(crate) revocations: Arc<Revocations>,
    /// Judges cards; none when no card is taken.
    pub(crate) presence: Option<Arc<Presence>>,
    /// The published lists.
    pub(crate) status: Arc<StatusLists>,
    /// What the word of staff opens.
    pub(crate) staff_word: StaffWord,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) limits: Limits,
    pub(crate) single_checks: Throttle<MedicalInstitutionCode>,
    /// Searches by name and wishes to make them: few.
    pub(crate) person_searches: Throttle<MedicalInstitutionCode>,
    /// How many searches by name read at once.
    pub(crate) searches_at_once: Semaphore,
    /// What the codes of a record mean.
    pub(crate) masters: MastersInUse,
    /// How many records are read at once.
    pub(crate) record_looks_at_once: Semaphore,
    /// What the FHIR façade seals tokens and makes ids with.
    pub(crate) fhir: Arc<crate::fhir::Keys>,
    pub(crate) bulk_requests: Throttle<MedicalInstitutionCode>,
    pub(crate) renewals: Throttle<Peer>,
    /// Where feeds wait on the disk while they are taken in.
    pub(crate) spool: PathBuf,
    /// How many feeds are taken in at once.
    pub(crate) feeds: Arc<Semaphore>,
    /// Told when a bulk file was taken.
    pub(crate) bulk_arrived: Arc<Notify>,
    /// Pieces of claim files.
    pub(crate) claim_pieces: Throttle<MedicalInstitutionCode>,
    /// Told when a claim file is complete.
    pub(crate) claim_file_arrived: Arc<Notify>,
}

/// The API port.
pub(crate) fn router(api: Arc<Api>, metrics: Arc<CenterMetrics>) -> Router {
    let router = Router::new()
        .route("/v1/eligibility-checks", post(check::check))
        .route("/v1/reference-numbers", post(reference::register))
        .route("/v1/presence-challenges", post(presence::challenge))
        .route("/v1/card-states", post(presence::state))
        .route("/v1/card-checks", post(presence::check))
        .route("/v1/card-registrations", post(presence::register))
        .route("/v1/card-registrations/end", post(presence::end))
        .route("/v1/consent-withdrawals", post(presence::withdraw))
        .route("/v1/consent-withdrawals/by-number", post(presence::withdraw_by_number))
        .route("/v1/secondary-use-refusals", post(secondary_use::refuse))
        .route("/v1/secondary-use-exports", get(secondary_use::exports))
        .route("/v1/person-searches", post(person_search::search))
        .route("/v1/person-searches/standing", get(person_search::standing))
        .route("/v1/disaster-requests", post(person_search::ask))
        .route("/v1/record-looks", post(record_looks::look))
        .route("/v1/bulk-eligibility-checks", post(bulk::checks::send))
        .route("/v1/bulk-eligibility-checks/{reception_number}", get(bulk::checks::status))
        .route("/v1/bulk-eligibility-checks/{reception_number}/results", get(bulk::checks::results))
        .route("/v1/bulk-reference-numbers", post(bulk::references::send))
        .route("/v1/bulk-reference-numbers/{reception_number}", get(bulk::references::status))
        .route("/v1/bulk-reference-numbers/{reception_number}/results", get(bulk::references::results))
        .route("/v1/claim-files", post(claim_files::begin))
        .route("/v1/claim-files/{reception_number}", get(claim_files::status))
        .route("/v1/claim-files/{reception_number}/pieces/{first_byte}", post(claim_files::piece))
        .route("/v1/claim-files/{reception_number}/results", get(claim_files::results))
        .route("/v1/claim-withdrawals", post(claim_files::withdraw))
        .route("/v1/insurer-feeds", post(feeds::send))
        .route("/v1/personal-certificates", post(personal_certificates::issue))
        .route("/v1/personal-certificates/revoke", post(personal_certificates::revoke))
        .route("/v1/certificates/renew", post(join::renew))
        .route("/v1/time", get(info::time))
        .route("/v1/log/key", get(info::log_key))
        .route("/v1/status-lists/{name}", get(status::list))
        .route("/v1/credential-keys", get(status::keys))
        .merge(crate::fhir::routes())
        .route_layer(from_fn_with_state(metrics, metrics::count));
    with_fallbacks(router).with_state(api)
}

/// The enrolment port.
pub(crate) fn enrol_router(door: Arc<join::Door>, metrics: Arc<CenterMetrics>) -> Router {
    let router = Router::new()
        .route("/v1/enrolments", post(join::enrol))
        .route("/v1/renewals", post(join::renew_expired))
        .route_layer(from_fn_with_state(metrics, metrics::count));
    with_fallbacks(router).with_state(door)
}

/// Files take longer than messages.
pub(crate) fn request_time_of(path: &str) -> Option<Duration> {
    match path {
        "/v1/bulk-eligibility-checks" | "/v1/bulk-reference-numbers" => Some(limits::BULK_UPLOAD_TIME),
        "/v1/insurer-feeds" => Some(limits::FEED_TIME),
        _ => None,
    }
}
