//! Claims (レセプト) at the desk: a file is chosen and checked, somebody reads the report and sends it, and later reads what
//! became of each claim. The same queue as `tashika claims submit`.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream::try_unfold;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use kit::problem::Problem;
use kit::text::Text;
use serde::Deserialize;
use wire::api::{ClaimOutcome, ProblemCode};
use wire::limits::{ARBITRARY_FILE_IDENTIFIER_MAX_CHARS, CLAIM_FILE_MAX_BYTES};

use super::session::{Claims, Posted, SignedIn, require_claims, require_token};
use super::view::claims::{
    Checked, CheckedPage, ClaimFilePage, ClaimsPage, FileRow, Groups, Outcome, WithdrawalPage, WithdrawalRow, Words,
};
use super::{Desk, page as render, unavailable};
use crate::claims::upload::{self, Uploaded};
use crate::claims::{ClaimsError, NotToSend, QueuedClaims, read_claim_number};
use crate::limits;
use crate::store::Store;

/// `GET /claims`
pub(super) async fn page(State(desk): State<Desk>, Claims(who): Claims) -> Result<Response, Problem> {
    show(&desk, &who, None, None).await
}

async fn show(desk: &Desk, who: &SignedIn, done: Option<Text>, error: Option<Words>) -> Result<Response, Problem> {
    let store = &desk.checks().store;
    let files = store.newest_claims(limits::CLAIM_FILES_LISTED_MAX).await.map_err(unavailable)?;
    let withdrawals = store.newest_withdrawals(limits::CLAIM_FILES_LISTED_MAX).await.map_err(unavailable)?;
    render(&ClaimsPage {
        shell: desk.shell(Some(who), "claims"),
        files: files.iter().map(FileRow::of).collect(),
        withdrawals: withdrawals.iter().map(WithdrawalRow::of).collect(),
        bytes_max: CLAIM_FILE_MAX_BYTES,
        done,
        error,
    })
}

/// `POST /claims/file`: a file out of the browser, as it is. Checked, sealed, and not sent yet.
pub(super) async fn file(
    State(desk): State<Desk>,
    Claims(who): Claims,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    require_token(&headers, &who)?;
    let name = file_name(&headers);
    let busy = |error| {
        let detail = "ほかのファイルを読み取っています。終わってから、もう一度選んでください";
        Problem::new(ProblemCode::RateLimited, detail).because(error)
    };
    let _turn = desk.inner.claim_uploads.try_acquire().map_err(busy)?;
    let checks = desk.checks();
    let facility = checks.center.facts().facility;
    let now = checks.center.hours().local();
    let body = kit::body::stream(request.into_body(), CLAIM_FILE_MAX_BYTES);
    let taken = upload::take(&checks.store, facility, &name, body, now, &desk.inner.random).await;
    let (outcome, checked) = match taken {
        Ok(Uploaded::Checked { number, inspected }) => (Outcome::Ready(number), Some(Checked::of(&inspected))),
        Ok(Uploaded::Same(same)) => (Outcome::Same(Box::new(FileRow::of(&same))), None),
        Err(ClaimsError::NotToSend(inspected)) => {
            let why = inspected
                .why_not()
                .map_or(Text::new("", ""), |why: NotToSend| Text::new(why.message(), why.message_en()));
            (Outcome::NotToSend(words(why)), Some(Checked::of(&inspected)))
        }
        Err(ClaimsError::Store(error)) => {
            return Err(Problem::new(ProblemCode::StoreUnavailable, error.message_ja()).because(error));
        }
        Err(error) => (Outcome::NotToSend(Words { ja: error.message_ja(), en: error.to_string() }), None),
    };
    render(&CheckedPage { shell: desk.shell(Some(&who), "claims"), name, outcome, checked })
}

fn words(text: Text) -> Words {
    Words { ja: text.ja.to_owned(), en: text.en.to_owned() }
}

/// The name of the file, in base64 of UTF-8 because a header holds ASCII. Its kind may depend on it, nothing else.
fn file_name(headers: &HeaderMap) -> String {
    let name = headers.get("x-file-name").and_then(|name| STANDARD.decode(name.as_bytes()).ok());
    let name = name.and_then(|name| String::from_utf8(name).ok()).unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(ARBITRARY_FILE_IDENTIFIER_MAX_CHARS).collect()
}

/// 控え番号 of a file that was checked.
#[derive(Deserialize)]
pub(super) struct OfFile {
    number: String,
}

impl OfFile {
    /// No file has the number that stands for one which nobody can read.
    fn number(&self) -> i64 {
        self.number.parse().unwrap_or(0)
    }
}

/// `POST /claims/send`: a checked file goes into the queue.
pub(super) async fn send(State(desk): State<Desk>, sent: Posted<OfFile>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    require_claims(&who)?;
    let checks = desk.checks();
    let now = checks.center.hours().local();
    let number = form.number();
    if !checks.store.send_checked(number, now).await.map_err(unavailable)? {
        let gone = Words {
            ja: "このファイルはもう送られたか、取り消されています。".to_owned(),
            en: "The file was sent or let go already.".to_owned(),
        };
        return show(&desk, &who, None, Some(gone)).await;
    }
    tracing::info!(target: "audit", event = "desk.claims_queued", user = who.name(), number, "claims were queued");
    Ok(Redirect::to(&format!("/claims/{number}")).into_response())
}

/// `POST /claims/drop`: a checked file is let go.
pub(super) async fn let_go(State(desk): State<Desk>, sent: Posted<OfFile>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    require_claims(&who)?;
    desk.checks().store.drop_checked(form.number()).await.map_err(unavailable)?;
    Ok(Redirect::to("/claims").into_response())
}

async fn queued(desk: &Desk, number: Result<Path<i64>, PathRejection>) -> Result<QueuedClaims, Problem> {
    let not_found = || Problem::new(ProblemCode::NotFound, "この控え番号はありません");
    let Path(number) = number.map_err(|_| not_found())?;
    desk.checks().store.claims(number).await.map_err(unavailable)?.ok_or_else(not_found)
}

/// `GET /claims/{number}`
pub(super) async fn of_file(
    State(desk): State<Desk>,
    Claims(who): Claims,
    number: Result<Path<i64>, PathRejection>,
) -> Result<Response, Problem> {
    let file = queued(&desk, number).await?;
    let mut groups = Groups::new();
    for part in 0.. {
        let lines = desk.checks().store.claim_outcomes(file.number, part).await.map_err(unavailable)?;
        let Some(lines) = lines else { break };
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            groups.add(serde_json::from_slice::<ClaimOutcome>(line).map_err(Problem::internal)?);
        }
    }
    groups.0.retain(|group| group.count > 0);
    render(&ClaimFilePage { shell: desk.shell(Some(&who), "claims"), file: FileRow::of(&file), groups })
}

/// `GET /claims/{number}/outcomes.csv`
pub(super) async fn csv(
    State(desk): State<Desk>,
    Claims(_): Claims,
    number: Result<Path<i64>, PathRejection>,
) -> Result<Response, Problem> {
    let file = queued(&desk, number).await?;
    let start = (desk.checks().store.clone(), file.number, None::<i64>);
    let lines = try_unfold(start, |(store, number, part)| async move {
        match part {
            None => Ok(Some((Bytes::from_static(CSV_HEAD.as_bytes()), (store, number, Some(0))))),
            Some(part) => {
                let rows = csv_part(&store, number, part).await.map_err(std::io::Error::other)?;
                Ok::<_, std::io::Error>(rows.map(|rows| (Bytes::from(rows), (store, number, Some(part + 1)))))
            }
        }
    });
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    let disposition = format!("attachment; filename=\"claims-{}.csv\"", file.number);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(Problem::internal)?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// With the mark by which spreadsheets know UTF-8.
const CSV_HEAD: &str = "\u{feff}行,レセプト番号,結果,支払,受付番号,検索番号,差替え元,コード,説明,点検\r\n";

async fn csv_part(store: &Store, number: i64, part: i64) -> Result<Option<String>, String> {
    let lines = store.claim_outcomes(number, part).await.map_err(|error| error.to_string())?;
    let Some(lines) = lines else { return Ok(None) };
    let mut rows = String::with_capacity(lines.len());
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let outcome: ClaimOutcome = serde_json::from_slice(line).map_err(|_| "an outcome cannot be read".to_owned())?;
        csv_row(&mut rows, &outcome);
    }
    Ok(Some(rows))
}

fn csv_row(rows: &mut String, outcome: &ClaimOutcome) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let findings: Vec<&str> = outcome.finding_list.iter().map(|finding| finding.message.as_str()).collect();
    let fields = [
        outcome.line.to_string(),
        outcome.receipt_number.map(|number| number.to_string()).unwrap_or_default(),
        outcome.result.label().to_owned(),
        text(&outcome.routing),
        text(&outcome.claim_number),
        text(&outcome.search_number),
        text(&outcome.replaces),
        text(&outcome.code),
        text(&outcome.message),
        findings.join(" / "),
    ];
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            rows.push(',');
        }
        rows.push('"');
        rows.push_str(&field.replace('"', "\"\""));
        rows.push('"');
    }
    rows.push_str("\r\n");
}

/// Which claim is taken back, and whether somebody is sure.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Withdraw {
    claim_number: String,
    #[serde(default)]
    confirmed: String,
}

/// `POST /claims/withdraw`: asks whether it is meant, and with the answer queues it.
pub(super) async fn withdraw(State(desk): State<Desk>, sent: Posted<Withdraw>) -> Result<Response, Problem> {
    let Posted { who, form } = sent;
    require_claims(&who)?;
    let Ok(claim_number) = read_claim_number(&form.claim_number) else {
        let no_number = Words {
            ja: "受付番号は 32 桁の英数字（0–9、a–f）です。ファイルの結果にある番号を写してください。".to_owned(),
            en: "The number of a claim has 32 hexadecimal digits.".to_owned(),
        };
        return show(&desk, &who, None, Some(no_number)).await;
    };
    if form.confirmed != "1" {
        return render(&WithdrawalPage { shell: desk.shell(Some(&who), "claims"), claim_number });
    }
    let checks = desk.checks();
    let now = checks.center.hours().local();
    checks.store.put_withdrawal(&claim_number, now).await.map_err(unavailable)?;
    tracing::info!(target: "audit", event = "desk.claim_withdrawn", user = who.name(), "a claim is to be taken back");
    let done = Text::new("取下げを受け付けました。結果は下の一覧で確かめてください。", "The withdrawal is queued.");
    show(&desk, &who, Some(done), None).await
}
