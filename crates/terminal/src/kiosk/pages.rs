//! The addresses of the kiosk, on a loopback address of its own.
//!
//! | address | what |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /screen?seen=N` | the page as soon as it is another than number N; 204 if it stays the same for a while |
//! | `POST /act` | something that the patient did; back to the page |
//! | `POST /frame` | a picture of the camera, as raw RGB; it stays in memory |
//! | `POST /shelf` | the demo: a card in software is put in or taken out |
//! | `GET /assets/…` | style and script |
//!
//! There is nobody to sign in: the page shows what the person before it did, and is wiped. A form carries the number of
//! the visit, drawn by lot, and of its step.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::{ConsentChoice, ConsentItem, PrescriptionForm, Tongue};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use kit::pages::{Guard, with_security_headers};
use kit::problem::Problem;
use serde::Deserialize;
use wire::api::{ProblemCode, SearchInfo};
use zeroize::Zeroizing;

use askama::Template as _;

use super::Kiosk;
use super::actor::Act;
use super::fault::Way;
use super::screen::Screen;
use super::view;
use crate::checks::Checks;
use crate::face::Picture;
use crate::limits;
use crate::password::Typed;

const CSS: &str = include_str!("../../assets/kiosk.css");
const JS: &str = include_str!("../../assets/kiosk.js");

#[derive(Clone)]
struct Pages {
    kiosk: Kiosk,
    checks: Checks,
}

impl Kiosk {
    /// All addresses.
    pub(crate) fn router(self, checks: Checks) -> Router {
        let pages = Pages { kiosk: self, checks };
        let forms = Router::new()
            .route("/", get(page))
            .route("/screen", get(screen))
            .route("/act", post(act))
            .route("/shelf", post(shelf))
            .route("/assets/kiosk.css", get(css))
            .route("/assets/kiosk.js", get(js));
        let frames = Router::new().route("/frame", post(frame));
        let router = kit::body::limit(forms, limits::KIOSK_FORM_BYTES_MAX)
            .merge(kit::body::limit(frames, limits::PICTURE_BYTES_MAX as u64));
        let router = kit::problem::with_fallbacks(router).with_state(pages);
        Guard::loopback().around(with_security_headers(router))
    }
}

async fn page(State(pages): State<Pages>) -> Result<Response, Problem> {
    pages.render(&pages.kiosk.screen())
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    seen: u64,
}

async fn screen(State(pages): State<Pages>, Query(Seen { seen }): Query<Seen>) -> Result<Response, Problem> {
    match pages.kiosk.next_screen(seen, limits::WAIT_FOR_CHANGE_TIME).await {
        Some(screen) => pages.render(&screen),
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

impl Pages {
    fn render(&self, screen: &Screen) -> Result<Response, Problem> {
        let facility = self.checks.center.facts().record.name.clone();
        let shelf = self.kiosk.shelf.as_ref().map(|shelf| shelf.names()).unwrap_or_default();
        view::page(screen, facility, shelf)
            .render()
            .map(|html| Html(html).into_response())
            .map_err(|error| Problem::internal(format_args!("the kiosk's page cannot be rendered: {error}")))
    }
}

/// What a form of the page may send. Personal data and secrets: no `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    visit: String,
    step: u32,
    act: String,
    pin: Typed,
    birth: Typed,
    year: Typed,
    code: Typed,
    password: Typed,
    #[serde(rename = "InsurerNumber")]
    insurer_number: String,
    #[serde(rename = "InsuredCardSymbol")]
    insured_card_symbol: String,
    #[serde(rename = "InsuredIdentificationNumber")]
    insured_identification_number: String,
    #[serde(rename = "InsuredBranchNumber")]
    insured_branch_number: String,
    #[serde(rename = "Birthdate")]
    birthdate: String,
    limit_certificate: String,
    specific_disease: String,
    drugs: String,
    diagnosis: String,
    surgery: String,
    checkups: String,
    prescription: String,
}

async fn act(
    State(pages): State<Pages>,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Problem> {
    // What was sent may hold a PIN; the reason why it cannot be read does not repeat it.
    let Form(sent) = sent.map_err(|_| Problem::new(ProblemCode::BadRequest, "送信された内容を読み取れません"))?;
    let visit = number(&sent.visit)?;
    let step = sent.step;
    let act = sent.read().ok_or_else(|| Problem::new(ProblemCode::BadRequest, "この操作はありません"))?;
    // What does not fit the screen any more was overtaken by it; the page shows what is so now.
    pages.kiosk.act(visit, step, act).await;
    Ok(back(&headers))
}

/// The page again for a form without script; a script sees the new screen by itself.
fn back(headers: &HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        Redirect::to("/").into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn number(visit: &str) -> Result<u64, Problem> {
    u64::from_str_radix(visit, 16).map_err(|_| Problem::new(ProblemCode::BadRequest, "画面を開き直してください"))
}

impl Sent {
    fn read(self) -> Option<Act> {
        if let Some(tag) = self.act.strip_prefix("speak-") {
            return Tongue::from_tag(tag).map(Act::Speak);
        }
        Some(match self.act.as_str() {
            "card" => Act::Card,
            "phone" => Act::Phone,
            "call" => Act::Call,
            "way-again" => Act::Way(Way::Again),
            "way-pin" => Act::Way(Way::Pin),
            "way-face" => Act::Way(Way::Face),
            "way-staff" => Act::Way(Way::Staff),
            "way-number" => Act::Way(Way::Number),
            "pin" => Act::Pin(self.pin),
            "digits" => {
                Act::Digits(Zeroizing::new(format!("{}{}{}", self.birth.trim(), self.year.trim(), self.code.trim())))
            }
            "camera-missing" => Act::CameraMissing,
            "facility-password" => Act::FacilityPassword(self.password),
            "register" => Act::Register(self.search()),
            "choose-all" => Act::Choose(self.with_form(ConsentChoice::everything())),
            "choose-nothing" => Act::Choose(ConsentChoice::NOTHING),
            "choose-chosen" => Act::Choose(self.with_form(self.chosen())),
            "keep" => Act::Keep,
            "change" => Act::Change,
            "more" => Act::More,
            "back" => Act::Back,
            "withdraw" => Act::Withdraw,
            "end-registration" => Act::EndRegistration,
            "secondary-use" => Act::AboutSecondaryUse,
            "refuse" => Act::SecondaryUse { refuses: true },
            "end-refusal" => Act::SecondaryUse { refuses: false },
            "go-on" => Act::GoOn,
            "end" => Act::End,
            _ => return None,
        })
    }

    fn chosen(&self) -> ConsentChoice {
        let ticked = |item: ConsentItem| match item {
            ConsentItem::LimitCertificate => &self.limit_certificate,
            ConsentItem::SpecificDisease => &self.specific_disease,
            ConsentItem::Drugs => &self.drugs,
            ConsentItem::Diagnosis => &self.diagnosis,
            ConsentItem::Surgery => &self.surgery,
            ConsentItem::Checkups => &self.checkups,
        };
        let chosen = ConsentItem::ALL.iter().filter(|item| ticked(**item) == "1");
        chosen.fold(ConsentChoice::NOTHING, |choice, item| choice.with(*item))
    }

    fn with_form(&self, choice: ConsentChoice) -> ConsentChoice {
        match PrescriptionForm::parse(&self.prescription) {
            Some(form) => choice.with_prescription(form),
            None => choice,
        }
    }

    fn search(&self) -> SearchInfo {
        let optional = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        SearchInfo {
            insurer_number: self.insurer_number.trim().to_owned(),
            insured_card_symbol: optional(&self.insured_card_symbol),
            insured_identification_number: self.insured_identification_number.trim().to_owned(),
            insured_branch_number: optional(&self.insured_branch_number),
            birthdate: self.birthdate.trim().to_owned(),
            limit_application_certificate_related_cons_flg: None,
            arbitrary_identifier: None,
        }
    }
}

/// Number of the visit that a picture belongs to. Numbers of visits stand in no address.
const VISIT: &str = "x-visit";

#[derive(Deserialize)]
struct Size {
    width: usize,
    height: usize,
}

/// 204 when the picture was taken to be looked at, 409 when it was not wanted.
async fn frame(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(size): Query<Size>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let visit = number(headers.get(VISIT).and_then(|value| value.to_str().ok()).unwrap_or_default())?;
    let picture = Picture::from_rgb(size.width, size.height, body.to_vec())
        .map_err(|error| Problem::new(ProblemCode::BadRequest, "画像を読み取れません").because(error))?;
    let wanted = pages.kiosk.frame(visit, picture).await;
    Ok(if wanted { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT })
}

#[derive(Deserialize)]
struct OnShelf {
    /// A place on the shelf; absent: the card is taken out.
    #[serde(default)]
    card: Option<usize>,
}

async fn shelf(
    State(pages): State<Pages>,
    headers: HeaderMap,
    sent: Result<Form<OnShelf>, FormRejection>,
) -> Result<Response, Problem> {
    let shelf = pages.kiosk.shelf.clone().ok_or_else(|| Problem::new(ProblemCode::NotFound, ""))?;
    let Form(sent) = sent.map_err(|_| Problem::new(ProblemCode::BadRequest, ""))?;
    // A card that is made takes a moment.
    let put = tokio::task::spawn_blocking(move || match sent.card {
        Some(place) => shelf.insert(place),
        None => shelf.take_out(),
    });
    put.await.map_err(Problem::internal)?;
    Ok(back(&headers))
}

/// An hour: long enough for a day of patients, short enough after an update.
const KEEP: &str = "max-age=3600";

async fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEEP)], CSS).into_response()
}

async fn js() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEEP)], JS).into_response()
}
