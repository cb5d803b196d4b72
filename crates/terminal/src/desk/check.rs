//! The check page.

use axum::extract::State;
use axum::response::Response;
use kit::problem::Problem;
use wire::api::{CheckRequest, Consents};

use super::session::{Posted, SignedIn};
use super::view::answer::AnswerView;
use super::view::check::{CheckForm, fields};
use super::view::dates;
use super::view::pages::CheckPage;
use super::{Desk, not_kept, page as render};

/// `GET /`
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    let today = dates::plain_date(&desk.checks().center.hours().today_text());
    let form = CheckForm::default();
    render(&CheckPage {
        shell: desk.shell(Some(&who), "check"),
        fields: fields(&form, None, &today),
        asking: form.asking(),
        strip: desk.strip(&who).await?,
        answer: None,
    })
}

/// `POST /check`: answered on the same page, with what was typed still there. There is no redirect to an address of the
/// answer: such an address would stand in the history of the browser.
pub(super) async fn check(State(desk): State<Desk>, sent: Posted<CheckForm>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    let checks = desk.checks();
    let question =
        checks.question(checks.center.new_request_id(), &form.qualification_confirmation_date, form.search());
    let request = CheckRequest { consents: form.choice().map(Consents::of), ..question };
    let checked = checks.check_at_window(request, who.name()).await;
    let answer = match &checked.recalled {
        Some(recalled) => AnswerView::of_recalled(recalled),
        None => AnswerView::of(&checked.outcome, checks.center.hours().now()),
    };
    let today = dates::plain_date(&checks.center.hours().today_text());
    let mut shell = desk.shell(Some(&who), "check");
    shell.notices.extend((!checked.kept).then(|| not_kept(&checked.outcome)));
    render(&CheckPage {
        shell,
        fields: fields(&form, Some(&answer), &today),
        asking: form.asking(),
        strip: desk.strip(&who).await?,
        answer: Some(answer),
    })
}
