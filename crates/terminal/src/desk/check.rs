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
use super::view::shell::Notice;
use super::{Desk, page as render};
use crate::asking::outcome::Outcome;

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
    if !checked.kept {
        let (ja, en) = match checked.outcome {
            Outcome::CouldNotAsk(_) => (
                "この確認は保存できず、自動では確認し直されません。つながったら、もう一度確認してください。",
                "This check could not be kept and is not asked again by itself. Check again when the center answers.",
            ),
            Outcome::Answered(_) | Outcome::Unreadable(_) | Outcome::Refused(_) => (
                "この確認は一覧に保存できませんでした。証明番号を書き留めてください。",
                "This check could not be kept. Please note the proof number.",
            ),
        };
        shell.notices.push(Notice { class: "bad", ja: ja.to_owned(), en: en.to_owned() });
    }
    render(&CheckPage {
        shell,
        fields: fields(&form, Some(&answer), &today),
        asking: form.asking(),
        strip: desk.strip(&who).await?,
        answer: Some(answer),
    })
}
