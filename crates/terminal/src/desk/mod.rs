//! The page for the staff, at a loopback address.
//!
//! | address | who | what |
//! |---|---|---|
//! | `GET /login`, `POST /login` | everybody | sign in |
//! | `GET /`, `POST /check` | all roles | check a patient by number |
//! | `GET /scan`, `POST /scan`, `POST /scan/picture` | all roles | check a patient by the code of a 資格確認書 |
//! | `GET /today`, `GET /answers/{id}`, `GET /answers/{id}/proof` | all roles | the list of a day, a saved answer, its proof file |
//! | `GET /answers/{id}/records` | admin and records | what the patient allowed: drugs, diagnoses, surgery, checkups |
//! | `GET /answers/{id}/records.pdf` | admin and records | the same as a PDF file |
//! | `POST /answers/{id}/chart`, `POST /answers/{id}/withdraw` | all roles | the chart of a patient, consents taken back |
//! | `GET /kiosk`, `POST /kiosk/staff` | all roles | who is at the kiosk, and staff's eyes |
//! | `GET /open`, `POST /open/{id}/seen` | all roles | what was decided while the center could not be asked |
//! | `GET /disaster`, `POST /disaster`, `POST /disaster/ask`, `GET /disaster/{id}/proof` | admin and records | 災害・救急: people searched for by name |
//! | `GET /secondary-use` | all roles | what has left for secondary use, for a patient who asks |
//! | `GET /status`, `GET /light` | all roles | how the terminal is |
//! | `GET /claims`, `POST /claims/file`, `/send`, `/drop`, `GET /claims/{number}`, `…/outcomes.csv` | admin and records | レセプト: checked, sent, and what became of each |
//! | `POST /claims/withdraw` | admin and records | a claim is taken back |
//! | `GET /open/{id}/statement`, `POST …` | all roles | 被保険者資格申立書 |
//! | `POST /line` | all roles, in the demo | the line is cut or mended |
//! | `GET /password`, `POST /password`, `POST /logout` | all roles | one's own account |
//! | `GET /users`, `POST /users/…` | admin | who may use the desk |
//! | `POST /api/v1/check` | a user's API token | the same check as JSON, for programs |
//! | `POST /api/v1/charts` | a user's API token | the institution's charts, to match patients with |
//! | `POST /api/v1/bookings` | a user's API token | booked patients, to be asked about in the night before |
//! | `/fhir/r4/…` | a user's API token, or a token of the center | the center's FHIR façade, for programs |
//! | `GET /assets/…` | everybody | style and script |
//!
//! Numbers of a patient travel in the bodies of forms, never in an address. Every form carries a token of its session,
//! every page a strict content security policy (`kit::pages`). Without the script everything works.

mod account;
mod api;
mod arrival;
mod assets;
mod check;
mod claims;
mod disaster;
mod fhir;
pub(crate) mod fhir_token;
mod kiosk;
mod line;
mod login;
mod open;
mod records;
pub(crate) mod scan;
mod secondary_use;
mod session;
mod statement;
mod status;
mod today;
mod users;
pub(crate) mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use domain::record::danger::RuleBook;
use http::header::ACCEPT;
use kit::pages::{Guard, with_security_headers};
use kit::problem::Problem;
use kit::random::SharedRandom;
use kit::text::Text;
use wire::api::ProblemCode;

use crate::asking::outcome::Outcome;
use crate::checks::Checks;
use crate::config::Config;
use crate::equipment::Equipment;
use crate::kiosk::Kiosk;
use crate::limits;
use crate::password::Passwords;
use crate::store::StoreError;
use login::LoginGate;
use session::SignedIn;
use tokio::sync::Semaphore;
use view::pages::MessagePage;
use view::shell::{self, Badge, Notice, Shell};

/// What every handler may need. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    inner: Arc<Inner>,
}

/// The kiosk beside the desk.
#[derive(Debug, Clone)]
pub(crate) struct AtKiosk {
    /// None where it is turned off.
    pub(crate) kiosk: Option<Kiosk>,
    /// What cards are taken with.
    pub(crate) equipment: Equipment,
    /// Where its page is.
    pub(crate) address: Option<SocketAddr>,
}

#[derive(Debug)]
struct Inner {
    checks: Checks,
    at_kiosk: AtKiosk,
    config: Config,
    passwords: Passwords,
    gate: LoginGate,
    random: SharedRandom,
    /// Whose turn it is to have a photo looked at.
    photos: Arc<Semaphore>,
    /// Whose turn it is to have a file of claims read.
    claim_uploads: Semaphore,
    /// Rules about drugs.
    rules: RuleBook,
    /// Cookies do not know ports, so two terminals on one machine need two names.
    cookie: String,
}

impl Desk {
    pub(crate) fn new(config: &Config, checks: Checks, at_kiosk: AtKiosk, random: SharedRandom, port: u16) -> Self {
        Self {
            inner: Arc::new(Inner {
                checks,
                at_kiosk,
                config: config.clone(),
                passwords: Passwords::new(Arc::clone(&random)),
                gate: LoginGate::default(),
                random,
                photos: Arc::new(Semaphore::new(limits::PHOTOS_AT_ONCE)),
                claim_uploads: Semaphore::new(limits::CLAIM_UPLOADS_AT_ONCE),
                rules: wire::master::starter_rules(),
                cookie: format!("tashika_desk_{port}"),
            }),
        }
    }

    /// All addresses.
    pub(crate) fn router(self) -> Router {
        let router = Router::new()
            .route("/", get(check::page))
            .route("/check", post(check::check))
            .route("/scan", get(scan::page).post(scan::scanned))
            .route("/login", get(login::page).post(login::sign_in))
            .route("/logout", post(login::sign_out))
            .route("/today", get(today::page))
            .route("/answers/{request_id}", get(today::saved))
            .route("/answers/{request_id}/proof", get(today::proof))
            .route("/answers/{request_id}/chart", post(arrival::choose_chart))
            .route("/answers/{request_id}/withdraw", post(arrival::withdraw))
            .route("/answers/{request_id}/records", get(records::page))
            .route("/answers/{request_id}/records.pdf", get(records::pdf))
            .route("/kiosk", get(kiosk::part))
            .route("/line", post(line::switch))
            .route("/open", get(open::page))
            .route("/open/{request_id}/seen", post(open::seen))
            .route("/open/{request_id}/statement", get(statement::page).post(statement::keep))
            .route("/disaster", get(disaster::page).post(disaster::search))
            .route("/disaster/ask", post(disaster::ask))
            .route("/disaster/{request_id}/proof", get(disaster::proof))
            .route("/kiosk/staff", post(kiosk::staff))
            .route("/secondary-use", get(secondary_use::page))
            .route("/claims", get(claims::page))
            .route("/claims/send", post(claims::send))
            .route("/claims/drop", post(claims::let_go))
            .route("/claims/withdraw", post(claims::withdraw))
            .route("/claims/{number}", get(claims::of_file))
            .route("/claims/{number}/outcomes.csv", get(claims::csv))
            .route("/status", get(status::page))
            .route("/light", get(status::light))
            .route("/password", get(account::page).post(account::change))
            .route("/users", get(users::page))
            .route("/users/add", post(users::add))
            .route("/users/change", post(users::change))
            .route("/users/password", post(users::password))
            .route("/users/token", post(users::token))
            .route("/users/facility-password", post(users::facility_password))
            .route("/api/v1/check", post(api::check))
            .route("/assets/desk.css", get(assets::css))
            .route("/assets/desk.js", get(assets::js))
            .route("/assets/claims.js", get(assets::claims_js))
            .route("/assets/records.js", get(assets::records_js))
            .route("/assets/scan.js", get(assets::scan_js));
        let photos = Router::new().route("/scan/picture", post(scan::picture));
        let claims = Router::new().route("/claims/file", post(claims::file));
        let charts = Router::new().route("/api/v1/charts", post(api::charts));
        let bookings = Router::new().route("/api/v1/bookings", post(api::bookings));
        let router = kit::body::limit(router, limits::FORM_BYTES_MAX)
            .merge(kit::body::limit(fhir::routes(), limits::FHIR_BODY_BYTES_MAX))
            .merge(kit::body::limit(claims, wire::limits::CLAIM_FILE_MAX_BYTES))
            .merge(kit::body::limit(charts, limits::CHART_BYTES_MAX))
            .merge(kit::body::limit(bookings, limits::BOOKING_FILE_BYTES_MAX))
            .merge(kit::body::limit(photos, limits::PHOTO_BYTES_MAX as u64));
        let faces = from_fn_with_state(self.clone(), face);
        let router = kit::problem::with_fallbacks(router).layer(faces).with_state(self);
        Guard::loopback().around(with_security_headers(router))
    }

    /// A problem as a page for a person: what happened and the way back.
    fn problem_page(&self, mut response: Response) -> Response {
        let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
        tracing::warn!(%problem, "a page could not be shown");
        let document = problem.document();
        let message = MessagePage {
            shell: self.shell(None, "problem"),
            title: document.title.clone(),
            title_en: document.title_en.clone(),
            text: document.detail.clone(),
        };
        match page(&message) {
            Ok(page) => (problem.status(), page).into_response(),
            Err(worse) => worse.into_response(),
        }
    }

    fn rules(&self) -> &RuleBook {
        &self.inner.rules
    }

    fn checks(&self) -> &Checks {
        &self.inner.checks
    }

    /// A page that says one thing.
    fn message(&self, who: &SignedIn, title: Text, text: String) -> Result<Response, Problem> {
        let (title, title_en) = (title.ja.to_owned(), title.en.to_owned());
        page(&MessagePage { shell: self.shell(Some(who), "message"), title, title_en, text })
    }

    /// What stands around a page.
    fn shell(&self, signed_in: Option<&SignedIn>, here: &'static str) -> Shell {
        let facts = self.checks().center.facts();
        let health = self.checks().health.snapshot();
        let skew = self.checks().center.hours().warning();
        Shell {
            facility_name: facts.record.name.clone(),
            facility_code: facts.facility.as_str().to_owned(),
            user: signed_in.map(|who| Badge::new(&who.session.user_name, who.session.role)),
            light: shell::light(&health, skew, self.checks().center.hours().local()),
            notices: if signed_in.is_some() { shell::notices(&health, skew) } else { Vec::new() },
            csrf: signed_in.map(|who| who.csrf.clone()).unwrap_or_default(),
            here,
            open_cases: health.waiting_cases.saturating_add(health.cases_to_see),
            line_is_cut: self.inner.at_kiosk.equipment.line.as_ref().map(|line| line.is_cut()),
        }
    }
}

/// Gives a problem the face that fits who asked: a page, or the document.
async fn face(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let for_a_person = wants_a_page(&request);
    let response = next.run(request).await;
    if for_a_person { desk.problem_page(response) } else { response }
}

/// Whether a browser asked to show something, not a program or a script.
fn wants_a_page(request: &Request) -> bool {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    accepts.contains("text/html") && !path.starts_with("/api/") && !path.starts_with("/fhir/")
}

/// A page.
fn page(template: &impl Template) -> Result<Response, Problem> {
    template
        .render()
        .map(|html| Html(html).into_response())
        .map_err(|error| Problem::internal(format_args!("a page cannot be rendered: {error}")))
}

/// What staff have to know of a check that could not be kept.
fn not_kept(outcome: &Outcome) -> Notice {
    let (ja, en) = match outcome {
        Outcome::CouldNotAsk(_) => (
            "この確認は保存できず、自動では確認し直されません。つながったら、もう一度確認してください。",
            "This check could not be kept and is not asked again by itself. Check again when the center answers.",
        ),
        Outcome::Answered(_) | Outcome::Unreadable(_) | Outcome::Refused(_) => (
            "この確認は一覧に保存できませんでした。証明番号を書き留めてください。",
            "This check could not be kept. Please note the proof number.",
        ),
    };
    Notice { class: "bad", ja: ja.to_owned(), en: en.to_owned() }
}

/// The store did not do what a page needs.
fn unavailable(error: StoreError) -> Problem {
    let detail = "この端末の保存領域を使えません。ディスクの空きを確かめてください";
    Problem::new(ProblemCode::StoreUnavailable, detail).because(error)
}
