//! The code of a 資格確認書 at the window: from a scanner that types, a camera, or a photo.
//!
//! A code can be copied, so nothing of it is shown before staff have asked for the birth date and typed it: what was typed
//! is compared with the code, and only then is anybody checked. The name is compared by eye, on the answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{PersonalCertificate, date};
use http::{HeaderMap, StatusCode};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;
use trust::personal_certificate;
use wire::api::SearchInfo;

use super::session::{Posted, SignedIn, require_token};
use super::view::answer::AnswerView;
use super::view::scan::{NotRead, ScanPage, Stage};
use super::{Desk, not_kept, page as render};
use crate::scan::photo::{self, PhotoError};
use crate::scan::typed::{self, Typed};

/// What the forms of the page send.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ScanForm {
    /// What the scanner typed.
    text: String,
    /// As the patient says it; empty before they were asked.
    birthdate: String,
    limit_application_certificate_related_cons_flg: String,
}

/// `GET /scan`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    show(&desk, &who, Stage::Scan, None)
}

/// `POST /scan`: a code, and with the birth date a check.
pub(super) async fn scanned(State(desk): State<Desk>, sent: Posted<ScanForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let Typed { text, settings } = typed::put_right(&form.text);
    let settings: Vec<NotRead> = settings.into_iter().map(NotRead::of_setting).collect();
    let certificate = match read(&desk, &text) {
        Ok(certificate) => certificate,
        Err(why) => return show(&desk, &who, Stage::NotRead { why, settings }, None),
    };
    if form.birthdate.trim().is_empty() {
        return show(&desk, &who, Stage::Ask { text, settings, why: None }, None);
    }
    let why = match date::parse(&form.birthdate) {
        Ok(typed) if typed == certificate.coverage.person.birthdate => None,
        Ok(_) => Some(NotRead::birthdate_differs()),
        Err(_) => Some(NotRead::no_day()),
    };
    if why.is_some() {
        return show(&desk, &who, Stage::Ask { text, settings, why }, None);
    }
    let consents = form.limit_application_certificate_related_cons_flg == "1";
    check(&desk, &who, &certificate, consents).await
}

/// `POST /scan/picture`: a photo, or a frame of the camera. 204 where a frame shows no code yet.
pub(super) async fn picture(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    require_token(&headers, &who).map_err(IntoResponse::into_response)?;
    let is_frame = headers.get("x-from").is_some_and(|from| from == "camera");
    let _turn =
        Arc::clone(&desk.inner.photos).acquire_owned().await.map_err(|e| Problem::internal(e).into_response())?;
    let found = tokio::task::spawn_blocking(move || photo::read(&body)).await;
    let found = found.map_err(|error| Problem::internal(error).into_response())?;
    let stage = match found {
        Err(PhotoError::NoCode | PhotoError::Blurred) if is_frame => return Ok(StatusCode::NO_CONTENT.into_response()),
        Err(why) => Stage::NotRead { why: NotRead::of_photo(why), settings: Vec::new() },
        Ok(text) => match read(&desk, &text) {
            Ok(_) => Stage::Ask { text, settings: Vec::new(), why: None },
            Err(why) => Stage::NotRead { why, settings: Vec::new() },
        },
    };
    show(&desk, &who, stage, None).map_err(IntoResponse::into_response)
}

/// The certificate in a text.
fn read(desk: &Desk, text: &str) -> Result<PersonalCertificate, NotRead> {
    let keys = desk.checks().lists.keys();
    if keys.is_empty() {
        return Err(NotRead::no_key());
    }
    personal_certificate::read(text, &keys).map_err(|why| {
        // The reason only: the text is about somebody.
        tracing::info!(code = why.code(), "a code was not believed");
        NotRead::of_certificate(why)
    })
}

/// The ordinary check with the numbers of the code, so that the access is on record; without the center, what code and list
/// say together.
async fn check(
    desk: &Desk,
    who: &SignedIn,
    certificate: &PersonalCertificate,
    consents: bool,
) -> Result<Response, Problem> {
    let checks = desk.checks();
    let request = checks.question(checks.center.new_request_id(), "", search(certificate, consents));
    let checked = checks.check_certificate(request, certificate, who.name()).await;
    let answer = match &checked.recalled {
        Some(recalled) => AnswerView::of_recalled(recalled),
        None => AnswerView::of(&checked.outcome, checks.center.hours().now()),
    };
    let notice = (!checked.kept).then(|| not_kept(&checked.outcome));
    let mut page = ScanPage::new(desk.shell(Some(who), "scan"), Stage::Scan, Some(answer));
    page.shell.notices.extend(notice);
    page.name_is_shortened = certificate.name_is_shortened;
    render(&page)
}

/// The numbers of the code, as on the card.
pub(crate) fn search(certificate: &PersonalCertificate, consents: bool) -> SearchInfo {
    let coverage = &certificate.coverage;
    SearchInfo {
        insurer_number: coverage.insurer_number.as_str().to_owned(),
        insured_card_symbol: coverage.insured_card_symbol.as_ref().map(|symbol| symbol.as_str().to_owned()),
        insured_identification_number: coverage.insured_identification_number.as_str().to_owned(),
        insured_branch_number: coverage.insured_branch_number.as_ref().map(|branch| branch.as_str().to_owned()),
        birthdate: date::format(coverage.person.birthdate),
        limit_application_certificate_related_cons_flg: Some(if consents { "1" } else { "0" }.to_owned()),
        arbitrary_identifier: None,
    }
}

fn show(desk: &Desk, who: &SignedIn, stage: Stage, answer: Option<AnswerView>) -> Result<Response, Problem> {
    render(&ScanPage::new(desk.shell(Some(who), "scan"), stage, answer))
}

impl NotRead {
    fn new(code: &'static str, text: Text) -> Self {
        Self { code, ja: text.ja, en: text.en }
    }

    fn of_setting(setting: typed::Setting) -> Self {
        Self::new(setting.code(), setting.text())
    }

    fn of_photo(why: PhotoError) -> Self {
        Self::new(why.code(), why.text())
    }

    fn of_certificate(why: personal_certificate::CertificateError) -> Self {
        Self::new(why.code(), Text::new(why.message_ja(), why.message_en()))
    }

    fn no_key() -> Self {
        let ja = "この端末は、資格確認書を確かめる鍵をまだ受け取っていません。センターにつながると受け取ります。";
        Self::new("certificate-no-key", Text::new(ja, "This terminal has no key yet to verify certificates with."))
    }

    fn birthdate_differs() -> Self {
        let ja = "患者さんの言った生年月日と、二次元コードの生年月日が違います。聞き直しても違うときは、このコードを使わず、ほかの方法で確認してください。";
        let en = "The birth date differs from the code's. If it still does when asked again, do not use this code.";
        Self::new("certificate-birthdate-differs", Text::new(ja, en))
    }

    fn no_day() -> Self {
        let ja = "生年月日を読み取れません。19800401、S55.4.1、昭和55年4月1日 のように入れてください。";
        Self::new("birthdate-unreadable", Text::new(ja, "The birth date cannot be read. Type it like 19800401."))
    }
}
